/* fuzz-rows.c: the bytes stand for the random numbers of rows-check: every
 * instruction set's row functions against the scalar ones, and whole layers,
 * on shapes and values that coverage finds.  Standard C and mmap. */

#include "fuzz.h"
#include "rows-check.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const Conv2dRows *sets[CONV2D_MAX_SETS];
  int count = conv2d_rows_available (sets);
  const RowsCheck *check = &rows_checks[fuzz_byte (&data, &size) % n_rows_checks];
  const Conv2dRows *set = sets[fuzz_byte (&data, &size) % count];
  uint64_t seed = 0x9e3779b97f4a7c15u;
  char text[300];

  if (check->share == 0) /* it takes no random numbers */
    return 0;
  rows_check_tape (data, size);
  if (!check->run (set, &seed, text, sizeof text))
    {
      fprintf (stderr, "%s %s: %s\n", set->name, check->name, text);
      abort ();
    }
  rows_check_tape (NULL, 0);
  return 0;
}
