/* conv2d-dispatch.c: which instruction set this machine runs.
 * The one state shared by all plans: found once, the same for every thread. */

#include "conv2d-row.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

int
conv2d_rows_available (const Conv2dRows *sets[CONV2D_MAX_SETS])
{
  int count = 0;

  sets[count++] = &conv2d_rows_scalar;
#if defined __x86_64__
  if (__builtin_cpu_supports ("avx2") && __builtin_cpu_supports ("fma"))
    {
      sets[count++] = &conv2d_rows_avx2;
      if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
          && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq"))
        sets[count++] = &conv2d_rows_avx512;
    }
#elif defined __aarch64__
  sets[count++] = &conv2d_rows_neon;
#endif
  return count;
}

/* The place of NAME on the ladder of its processor; a word that is no name
 * caps nothing. */
static int
rung (const char *name)
{
  static const struct
  {
    const char *name;
    int rung;
  } ladder[] = { { "scalar", 0 }, { "avx2", 1 }, { "neon", 1 }, { "avx512", 2 } };

  for (size_t i = 0; name && i < sizeof ladder / sizeof *ladder; i++)
    if (strcmp (name, ladder[i].name) == 0)
      return ladder[i].rung;
  return CONV2D_MAX_SETS;
}

const Conv2dRows *
conv2d_rows (void)
{
  static _Atomic (const Conv2dRows *) chosen;
  const Conv2dRows *rows = atomic_load_explicit (&chosen, memory_order_relaxed);

  if (!rows)
    {
      const Conv2dRows *sets[CONV2D_MAX_SETS];
      int best = conv2d_rows_available (sets) - 1;
      int cap = rung (getenv ("CONV2D_CPU"));

      rows = sets[best < cap ? best : cap];
      atomic_store_explicit (&chosen, rows, memory_order_relaxed);
    }
  return rows;
}
