/* fuzz-variants.c: any bytes as the variants of a filter, whose size and
 * weights the first three bytes choose.  Each variant that was read gives the
 * same weights when it stands alone; what is not leaves the bank alone and
 * tells a place within the text.  Standard C. */

#include <math.h>

#include "conv2d.h"
#include "fuzz.h"

static Conv2dFilter
base_filter (const uint8_t **data, size_t *size)
{
  static const double weights[][4] = { { 1, -2, 3, 0.5 },           { 0, -0.0, 0, 1 },     { 1e38, -1e38, 3e38, 1 },
                                       { 1e-45, -1e-40, 1e-310, 1 }, { 1e39, 1, -1e300, 7 }, { 1.0 / 3, 1e-7, 1e7, -1 } };
  Conv2dFilter filter = { .rows = 1 + fuzz_byte (data, size) % CONV2D_MAX_SIZE };
  int kind;

  filter.columns = 1 + fuzz_byte (data, size) % CONV2D_MAX_SIZE;
  kind = fuzz_byte (data, size) % (int) (sizeof weights / sizeof *weights);
  for (int i = 0; i < filter.rows * filter.columns; i++)
    filter.weights[i] = weights[kind][i % 4] * (i % 5 + 1);
  return filter;
}

static void
check_alone (const char *text, const Conv2dFilter *filter, const Conv2dBank *bank, int n)
{
  size_t count = (size_t) bank->rows * (size_t) bank->columns;
  size_t start = bank->names[n].start, length = bank->names[n].length;
  char *name;
  Conv2dBank alone;

  FUZZ_CHECK (length > 0 && start + length <= strlen (text));
  FUZZ_CHECK (!strchr (" \t\r\n", text[start]) && !strchr (" \t\r\n", text[start + length - 1]));
  name = fuzz_text ((const uint8_t *) text + start, length);
  FUZZ_CHECK (conv2d_bank_parse (name, filter, &alone, NULL) == CONV2D_OK);
  FUZZ_CHECK (alone.count == 1 && alone.rows == bank->rows && alone.columns == bank->columns);
  FUZZ_CHECK (memcmp (alone.weights, bank->weights + (size_t) n * count, count * sizeof *alone.weights) == 0);
  conv2d_bank_clear (&alone);
  free (name);
}

static void
check_bank (const char *text, const Conv2dFilter *filter, const Conv2dBank *bank)
{
  int size = bank->rows * bank->columns;

  FUZZ_CHECK (bank->count >= 1 && bank->count <= CONV2D_MAX_FILTERS);
  FUZZ_CHECK ((bank->rows == filter->rows && bank->columns == filter->columns)
              || (bank->rows == filter->columns && bank->columns == filter->rows));
  for (int i = 0; i < bank->count * size; i++)
    FUZZ_CHECK (isfinite (bank->weights[i]));
  for (int n = 0; n < bank->count; n++)
    check_alone (text, filter, bank, n);
}

static void
check_error (const Conv2dError *error, const char *text)
{
  FUZZ_CHECK (error->start <= strlen (text) && error->length <= strlen (text) - error->start);
  FUZZ_CHECK (error->column >= 1 && error->column <= CONV2D_MAX_FILTERS + 1);
  FUZZ_CHECK (error->status == CONV2D_NO_SHAPE || error->status == CONV2D_TOO_MANY_FILTERS
              || error->status == CONV2D_MIXED_SHAPES || error->status == CONV2D_NOT_FINITE);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  Conv2dFilter filter = base_filter (&data, &size);
  char *text = fuzz_text (data, size);
  Conv2dBank bank, before;
  Conv2dError error = { .status = CONV2D_OK };
  Conv2dStatus status;

  memset (&bank, 0xa5, sizeof bank);
  memcpy (&before, &bank, sizeof bank);
  status = conv2d_bank_parse (text, &filter, &bank, &error);
  if (status == CONV2D_OK)
    {
      check_bank (text, &filter, &bank);
      conv2d_bank_clear (&bank);
    }
  else
    {
      FUZZ_CHECK (status == error.status);
      FUZZ_CHECK (memcmp (&bank, &before, sizeof bank) == 0);
      check_error (&error, text);
    }
  free (text);
  return 0;
}
