/* filter.c: the text form of a filter.
 * Reads what people paste (NumPy, PyTorch, C, spreadsheets, ImageMagick) and
 * writes one plain form; knows nothing of what a filter is used for. */

#include "conv2d.h"
#include "number.h"

#include <stdio.h>
#include <string.h>

#define MAX_DEPTH 8 /* open brackets */

typedef struct
{
  const char *text, *at;
  Conv2dFilter *filter;
  Conv2dError *error;

  char brackets[MAX_DEPTH]; /* those open: the closing partner of each; 'w' for the `(' after a word */
  int depth;
  int number_depth;  /* where the first number stood */
  int row, column;   /* next number's place */
  bool comma;        /* read since the last number or bracket */
  int promised_rows; /* from `WxH:', else 0 */
} Reader;

static bool
fail_at (Reader *reader, Conv2dStatus status, const char *start, size_t length)
{
  *reader->error = (Conv2dError) { .status = status,
                                   .row = reader->row + 1,
                                   .column = reader->column + 1,
                                   .start = (size_t) (start - reader->text),
                                   .length = length };
  return false;
}

static bool
fail_count (Reader *reader, Conv2dStatus status, long value, long limit)
{
  fail_at (reader, status, reader->at, 0);
  reader->error->value = value;
  reader->error->limit = limit;
  return false;
}

static bool
is_letter (char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_digit (char c)
{
  return c >= '0' && c <= '9';
}

static bool
end_row (Reader *reader)
{
  Conv2dFilter *filter = reader->filter;

  reader->comma = false;
  if (reader->column == 0 || reader->promised_rows)
    return true;
  if (reader->row == 0)
    filter->columns = reader->column;
  else if (reader->column != filter->columns)
    return fail_count (reader, CONV2D_RAGGED, reader->column, filter->columns);
  reader->row++;
  reader->column = 0;
  return true;
}

static bool
open_bracket (Reader *reader, char bracket, bool after_word)
{
  char partner = bracket == '[' ? ']' : bracket == '{' ? '}' : ')';

  if (reader->depth == MAX_DEPTH || reader->column > 0)
    return fail_at (reader, CONV2D_BRACKET, reader->at, 1);
  if (reader->row > 0 && reader->depth != reader->number_depth - 1)
    return fail_at (reader, CONV2D_SECOND_MATRIX, reader->at, 1);
  reader->brackets[reader->depth++] = after_word ? 'w' : partner;
  reader->comma = false;
  reader->at++;
  return true;
}

static bool
close_bracket (Reader *reader, char bracket)
{
  char expected = reader->depth > 0 ? reader->brackets[reader->depth - 1] : '\0';

  if (expected == 'w')
    expected = ')';
  if (bracket != expected)
    return fail_at (reader, CONV2D_BRACKET, reader->at, 1);
  if (!end_row (reader))
    return false;
  reader->depth--;
  reader->at++;
  return true;
}

/* NumPy and PyTorch wrap long rows, and only they double their brackets. */
static bool
newline_ends_row (const Reader *reader)
{
  int doubled = 0;

  for (int i = 0; i < reader->depth; i++)
    doubled += reader->brackets[i] != 'w';
  return doubled < 2;
}

static bool
place_number (Reader *reader, double value, const char *start, size_t length)
{
  Conv2dFilter *filter = reader->filter;

  if (reader->row == 0 && reader->column == 0)
    reader->number_depth = reader->depth;
  else if (reader->depth != reader->number_depth)
    return fail_at (reader, CONV2D_NOT_A_NUMBER, start, length);
  if (reader->promised_rows && reader->column == filter->columns)
    {
      reader->row++;
      reader->column = 0;
    }
  if (reader->row == (reader->promised_rows ? reader->promised_rows : CONV2D_MAX_SIZE))
    {
      if (reader->promised_rows)
        return fail_count (reader, CONV2D_WRONG_COUNT, (long) reader->row * filter->columns + 1,
                           (long) reader->promised_rows * filter->columns);
      return fail_count (reader, CONV2D_TOO_MANY_ROWS, reader->row + 1, CONV2D_MAX_SIZE);
    }
  if (reader->column == CONV2D_MAX_SIZE)
    return fail_count (reader, CONV2D_TOO_MANY_COLUMNS, reader->column + 1, CONV2D_MAX_SIZE);

  /* What stands beyond the first row's length is counted for the message. */
  if (reader->row == 0 || reader->column < filter->columns)
    filter->weights[reader->row * filter->columns + reader->column] = value;
  reader->column++;
  reader->comma = false;
  return true;
}

static bool
is_not_finite_word (const char *start, size_t length)
{
  static const char *const words[] = { "nan", "inf", "infinity" };

  if (length > 0 && (*start == '-' || *start == '+'))
    start++, length--;
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    {
      size_t n = 0;

      while (n < length && words[i][n] && (start[n] | 0x20) == words[i][n])
        n++;
      if (n == length && !words[i][n])
        return true;
    }
  return false;
}

/* [sign] number [/ [sign] number], over exactly LENGTH bytes. */
static Conv2dStatus
read_value (const char *start, size_t length, double *value)
{
  const char *end = start + length;
  double parts[2] = { 0, 1 };
  int count = 0;

  if (is_not_finite_word (start, length))
    return CONV2D_NOT_FINITE;
  do
    {
      bool minus = *start == '-';
      size_t digits;
      Conv2dStatus status;

      start += *start == '-' || *start == '+';
      digits = conv2d_number_length (start);
      if (digits == 0 || digits > (size_t) (end - start))
        return CONV2D_NOT_A_NUMBER;
      status = conv2d_number_value (start, digits, &parts[count]);
      if (status != CONV2D_OK)
        return status;
      if (minus)
        parts[count] = -parts[count];
      start += digits;
      count++;
    }
  while (count < 2 && *start == '/' && start++);
  if (start != end)
    return CONV2D_NOT_A_NUMBER;
  *value = count == 2 ? parts[0] / parts[1] : parts[0];
  return *value - *value == 0 ? CONV2D_OK : CONV2D_NOT_FINITE;
}

static bool
read_number (Reader *reader)
{
  const char *start = reader->at;
  size_t length = strcspn (start, " \t\r\n\v\f,;[]{}()");
  double value = 0;
  Conv2dStatus status = read_value (start, length, &value);

  if (status != CONV2D_OK)
    return fail_at (reader, status, start, length);
  if (!place_number (reader, value, start, length))
    return false;
  reader->at += length;
  return true;
}

/* `tensor(' and the like before the numbers. */
static bool
read_word (Reader *reader)
{
  const char *end = reader->at;

  while (is_letter (*end) || is_digit (*end) || *end == '.')
    end++;
  if (*end != '(' || reader->row > 0 || reader->column > 0)
    return read_number (reader);
  reader->at = end;
  return open_bracket (reader, '(', true);
}

/* `, dtype=float32' and the like after them. */
static bool
skip_keywords (Reader *reader)
{
  const char *at = reader->at + 1;

  at += strspn (at, " \t\r\n");
  if (reader->row == 0 || reader->depth == 0 || reader->brackets[reader->depth - 1] != 'w' || !is_letter (*at))
    return false;
  reader->at = at + strcspn (at, ")");
  return true;
}

static bool
read_item (Reader *reader)
{
  char c = *reader->at;

  switch (c)
    {
    case '[':
    case '{':
    case '(':
      return open_bracket (reader, c, false);
    case ']':
    case '}':
    case ')':
      return close_bracket (reader, c);
    case ',':
      if (skip_keywords (reader))
        return true;
      if (reader->comma)
        return fail_at (reader, CONV2D_NOT_A_NUMBER, reader->at, 1);
      reader->at++;
      reader->comma = true;
      return true;
    case '\n':
      if (newline_ends_row (reader) && !end_row (reader))
        return false;
      reader->at++;
      return true;
    case ';':
      if (!end_row (reader))
        return false;
      reader->at++;
      return true;
    case ' ':
    case '\t':
    case '\r':
    case '\v':
    case '\f':
      reader->at++;
      return true;
    default:
      return is_letter (c) ? read_word (reader) : read_number (reader);
    }
}

/* ImageMagick's `WxH:'. */
static bool
read_promise (Reader *reader)
{
  const char *at = reader->text + strspn (reader->text, " \t\r\n");
  long size[2] = { 0, 0 };

  for (int i = 0; i < 2; i++)
    {
      if (!is_digit (*at))
        return true;
      for (; is_digit (*at); at++)
        if (size[i] <= CONV2D_MAX_SIZE)
          size[i] = size[i] * 10 + (*at - '0');
      if (*at++ != (i == 0 ? 'x' : ':'))
        return true;
    }
  reader->at = at;
  if (size[0] > CONV2D_MAX_SIZE)
    return fail_count (reader, CONV2D_TOO_MANY_COLUMNS, size[0], CONV2D_MAX_SIZE);
  if (size[1] > CONV2D_MAX_SIZE)
    return fail_count (reader, CONV2D_TOO_MANY_ROWS, size[1], CONV2D_MAX_SIZE);
  if (size[0] == 0 || size[1] == 0)
    return fail_at (reader, CONV2D_NO_NUMBER, reader->text, (size_t) (at - reader->text));
  reader->filter->columns = (int) size[0];
  reader->promised_rows = (int) size[1];
  return true;
}

static bool
read_filter (Reader *reader)
{
  static const char printed[] = "Parameter containing:"; /* by PyTorch, above its tensor */

  if (!read_promise (reader))
    return false;
  if (strncmp (reader->at, printed, strlen (printed)) == 0)
    reader->at += strlen (printed);
  while (*reader->at)
    if (!read_item (reader))
      return false;
  if (reader->depth > 0)
    return fail_at (reader, CONV2D_BRACKET, reader->at, 0);
  if (reader->promised_rows)
    {
      long count = (long) reader->row * reader->filter->columns + reader->column;
      long promised = (long) reader->promised_rows * reader->filter->columns;

      reader->filter->rows = reader->promised_rows;
      return count == promised || fail_count (reader, CONV2D_WRONG_COUNT, count, promised);
    }
  if (!end_row (reader))
    return false;
  reader->filter->rows = reader->row;
  return reader->row > 0 || fail_at (reader, CONV2D_NO_NUMBER, reader->text, 0);
}

Conv2dStatus
conv2d_filter_parse (const char *text, Conv2dFilter *filter, Conv2dError *error)
{
  Conv2dFilter parsed = { .rows = 0 };
  Conv2dError ignored = { .status = CONV2D_OK };
  Reader reader = { .text = text, .at = text, .filter = &parsed, .error = error ? error : &ignored };

  if (!read_filter (&reader))
    return reader.error->status;
  *filter = parsed;
  return CONV2D_OK;
}

size_t
conv2d_filter_format (const Conv2dFilter *filter, char *text, size_t size)
{
  size_t length = 0;

  if (size > 0)
    *text = '\0';
  for (int i = 0; i < filter->rows * filter->columns; i++)
    {
      const char *before = i == 0 ? "" : i % filter->columns ? " " : "; ";
      char number[CONV2D_NUMBER_SIZE];
      size_t room = length < size ? size - length : 0;

      conv2d_number_format (filter->weights[i], number);
      length += (size_t) snprintf (room ? text + length : NULL, room, "%s%s", before, number);
    }
  return length;
}
