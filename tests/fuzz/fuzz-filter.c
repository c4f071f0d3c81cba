/* fuzz-filter.c: any bytes as the text of a filter.  What is read has its
 * promised shape and is written and read back to the same bits; what is not
 * leaves the filter alone and tells a place within the text.  Standard C. */

#include <math.h>

#include "conv2d.h"
#include "fuzz.h"

static void
check_filter (const Conv2dFilter *filter)
{
  size_t count = (size_t) filter->rows * (size_t) filter->columns;
  size_t length = conv2d_filter_format (filter, NULL, 0);
  char *text = malloc (length + 1);
  char *part = malloc (length / 2 + 1);
  Conv2dFilter again;

  FUZZ_CHECK (filter->rows >= 1 && filter->rows <= CONV2D_MAX_SIZE);
  FUZZ_CHECK (filter->columns >= 1 && filter->columns <= CONV2D_MAX_SIZE);
  for (size_t i = 0; i < count; i++)
    FUZZ_CHECK (isfinite (filter->weights[i]));

  FUZZ_CHECK (text && part);
  FUZZ_CHECK (conv2d_filter_format (filter, text, length + 1) == length && strlen (text) == length);
  FUZZ_CHECK (conv2d_filter_format (filter, part, length / 2 + 1) == length);
  FUZZ_CHECK (strncmp (text, part, strlen (part)) == 0 && strlen (part) <= length / 2);
  FUZZ_CHECK (conv2d_filter_parse (text, &again, NULL) == CONV2D_OK);
  FUZZ_CHECK (again.rows == filter->rows && again.columns == filter->columns);
  FUZZ_CHECK (memcmp (again.weights, filter->weights, count * sizeof *again.weights) == 0);
  free (part);
  free (text);
}

static void
check_error (const Conv2dError *error, const char *text)
{
  FUZZ_CHECK (error->start <= strlen (text) && error->length <= strlen (text) - error->start);
  FUZZ_CHECK (error->row >= 0 && error->row <= CONV2D_MAX_SIZE + 1);
  FUZZ_CHECK (error->column >= 0);
  FUZZ_CHECK (error->status >= CONV2D_NO_NUMBER && error->status <= CONV2D_SECOND_MATRIX);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  char *text = fuzz_text (data, size);
  Conv2dFilter filter, before;
  Conv2dError error = { .status = CONV2D_OK };
  Conv2dStatus status;

  memset (&filter, 0xa5, sizeof filter);
  memcpy (&before, &filter, sizeof filter);
  status = conv2d_filter_parse (text, &filter, &error);
  if (status == CONV2D_OK)
    {
      check_filter (&filter);
    }
  else
    {
      FUZZ_CHECK (status == error.status);
      FUZZ_CHECK (memcmp (&filter, &before, sizeof filter) == 0);
      check_error (&error, text);
    }
  free (text);
  return 0;
}
