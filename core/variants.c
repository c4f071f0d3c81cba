/* variants.c: the filters of a layer as linear combinations of the base
 * filter's shapes.  Knows nothing of images. */

#include "conv2d.h"
#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where weight [i][j] of a shape of f comes from; ROWS and COLUMNS are f's. */
typedef struct
{
  const char *name;
  bool transposed;              /* the shape has COLUMNS rows */
  bool flip_rows, flip_columns; /* of f, after the exchange of i and j */
} Shape;

static const Shape shapes[] = {
  { "f", false, false, false },     { "f.T", true, false, false },   { "rot90", true, false, true },
  { "rot180", false, true, true },  { "rot270", true, true, false }, { "fliplr", false, false, true },
  { "flipud", false, true, false },
};
#define N_SHAPES (sizeof shapes / sizeof *shapes)

typedef struct
{
  const char *text, *at;
  const Conv2dFilter *f;
  Conv2dError *error;
  int item;
  int rows, columns;                                 /* of every variant; 0 before the first shape */
  double weights[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE]; /* of this one */
  int terms;                                         /* of this one so far */
} Reader;

static bool
fail (Reader *reader, Conv2dStatus status, const char *start, size_t length)
{
  *reader->error = (Conv2dError) {
    .status = status, .column = reader->item + 1, .start = (size_t) (start - reader->text), .length = length
  };
  return false;
}

static bool
fail_here (Reader *reader, Conv2dStatus status)
{
  return fail (reader, status, reader->at, strcspn (reader->at, " \t\r\n,+-*/"));
}

static void
skip_blanks (Reader *reader)
{
  reader->at += strspn (reader->at, " \t\r\n");
}

static bool
accept (Reader *reader, const char *word)
{
  if (strncmp (reader->at, word, strlen (word)) != 0)
    return false;
  reader->at += strlen (word);
  skip_blanks (reader);
  return true;
}

static const Shape *
read_shape (Reader *reader)
{
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
  const char *start = reader->at;
  size_t length = strspn (start, letters);

  for (size_t i = 0; i < N_SHAPES; i++)
    {
      if (length != strlen (shapes[i].name) || strncmp (start, shapes[i].name, length) != 0)
        continue;
      reader->at += length;
      skip_blanks (reader);
      if (*start == 'f' && (length == 1 || start[1] == '.'))
        return &shapes[i];
      if (accept (reader, "(") && *reader->at == 'f' && strspn (reader->at, letters) == 1 && accept (reader, "f")
          && accept (reader, ")"))
        return &shapes[i];
      break;
    }
  reader->at = start;
  return NULL;
}

/* Adds FACTOR shape / DIVISOR to the variant. */
static bool
add_term (Reader *reader, const Shape *shape, double factor, double divisor)
{
  const Conv2dFilter *f = reader->f;
  int rows = shape->transposed ? f->columns : f->rows;
  int columns = shape->transposed ? f->rows : f->columns;

  if (reader->rows == 0)
    {
      reader->rows = rows;
      reader->columns = columns;
    }
  if (rows != reader->rows || columns != reader->columns)
    return fail (reader, CONV2D_MIXED_SHAPES, reader->at, 0);

  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++)
      {
        int row = shape->transposed ? j : i;
        int column = shape->transposed ? i : j;
        double weight;

        if (shape->flip_rows)
          row = f->rows - 1 - row;
        if (shape->flip_columns)
          column = f->columns - 1 - column;
        weight = factor * f->weights[row * f->columns + column] / divisor;
        if (reader->terms == 0)
          reader->weights[i * columns + j] = weight;
        else
          reader->weights[i * columns + j] += weight;
      }
  reader->terms++;
  return true;
}

/* Factors joined by `*' and `/', one of them a shape. */
static bool
read_term (Reader *reader, bool minus)
{
  const Shape *shape = NULL;
  double factor = minus ? -1 : 1, divisor = 1;
  bool divide = false;

  do
    {
      const char *start = reader->at;
      size_t length = conv2d_number_length (start);
      double value = 0;

      if (length > 0)
        {
          Conv2dStatus status = conv2d_number_value (start, length, &value);

          if (status != CONV2D_OK || (divide && value == 0))
            return fail (reader, status == CONV2D_OK ? CONV2D_NOT_FINITE : status, start, length);
          reader->at += length;
          if (!divide)
            factor *= value;
          else if (shape)
            divisor *= value;
          else
            factor /= value;
        }
      else if (shape || divide || !(shape = read_shape (reader)))
        return fail_here (reader, CONV2D_NO_SHAPE);
      skip_blanks (reader);
      divide = *reader->at == '/';
    }
  while (accept (reader, "*") || accept (reader, "/"));

  if (!shape)
    return fail_here (reader, CONV2D_NO_SHAPE);
  return add_term (reader, shape, factor, divisor);
}

/* Signed terms up to a comma or the end. */
static bool
read_variant (Reader *reader)
{
  reader->terms = 0;
  skip_blanks (reader);
  do
    {
      bool minus = false;
      bool sign = false;

      while (*reader->at == '+' || *reader->at == '-')
        {
          minus ^= *reader->at == '-';
          sign = true;
          reader->at++;
          skip_blanks (reader);
        }
      if (reader->terms > 0 && !sign)
        return fail_here (reader, CONV2D_NO_SHAPE);
      if (!read_term (reader, minus))
        return false;
    }
  while (*reader->at && *reader->at != ',');
  return true;
}

/* Rounds the variant to float32 into the bank. */
static bool
store_variant (Reader *reader, Conv2dBank *bank, const char *start)
{
  size_t size = (size_t) reader->rows * (size_t) reader->columns;
  const char *end = reader->at;
  float *weights;

  while (end > start && strchr (" \t\r\n", end[-1]))
    end--;
  bank->names[reader->item].start = (size_t) (start - reader->text);
  bank->names[reader->item].length = (size_t) (end - start);
  if (!bank->weights)
    bank->weights = malloc (CONV2D_MAX_FILTERS * size * sizeof *weights);
  if (!bank->weights)
    return fail (reader, CONV2D_NO_MEMORY, start, 0);

  weights = bank->weights + (size_t) reader->item * size;
  for (size_t i = 0; i < size; i++)
    {
      weights[i] = (float) reader->weights[i];
      if (!isfinite (weights[i]))
        return fail (reader, CONV2D_NOT_FINITE, start, (size_t) (end - start));
    }
  return true;
}

static bool
read_variants (Reader *reader, Conv2dBank *bank)
{
  for (;; reader->item++)
    {
      const char *start;

      skip_blanks (reader);
      start = reader->at;
      if (reader->item == CONV2D_MAX_FILTERS)
        {
          fail (reader, CONV2D_TOO_MANY_FILTERS, start, 0);
          reader->error->limit = CONV2D_MAX_FILTERS;
          return false;
        }
      if (!read_variant (reader) || !store_variant (reader, bank, start))
        return false;
      if (*reader->at == '\0')
        break;
      reader->at++;
    }
  bank->count = reader->item + 1;
  bank->rows = reader->rows;
  bank->columns = reader->columns;
  return true;
}

Conv2dStatus
conv2d_bank_parse (const char *text, const Conv2dFilter *f, Conv2dBank *bank, Conv2dError *error)
{
  Conv2dBank parsed = { .weights = NULL };
  Conv2dError ignored = { .status = CONV2D_OK };
  Reader reader = { .text = text, .at = text, .f = f, .error = error ? error : &ignored };

  if (!read_variants (&reader, &parsed))
    {
      conv2d_bank_clear (&parsed);
      return reader.error->status;
    }
  *bank = parsed;
  return CONV2D_OK;
}

void
conv2d_bank_clear (Conv2dBank *bank)
{
  free (bank->weights);
  *bank = (Conv2dBank) { .weights = NULL };
}
