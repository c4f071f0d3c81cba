/* rows-runner.c: rows-check as a program of its own, for processors that are
 * emulated: standard C only, prints TAP.
 * rows-runner SET [SHAPES]: SET is the one that conv2d_rows() has to choose. */

#include "rows-check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double
seconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec + (double) time.tv_nsec * 1e-9;
}

static bool
run_check (const Conv2dRows *rows, const RowsCheck *check, long shapes)
{
  uint64_t seed = 0x9e3779b97f4a7c15u;
  long share = shapes * check->share / 100;
  char text[300];

  for (long i = 0; i < (share > 0 ? share : 1); i++)
    if (!check->run (rows, &seed, text, sizeof text))
      {
        printf ("# %s\n", text);
        return false;
      }
  return true;
}

int
main (int argc, char **argv)
{
  const char *expected = argc > 1 ? argv[1] : "";
  long shapes = argc > 2 ? atol (argv[2]) : 20000;
  const Conv2dRows *sets[CONV2D_MAX_SETS];
  int count = conv2d_rows_available (sets), number = 0, failed = 0;
  bool good = strcmp (conv2d_rows ()->name, expected) == 0;

  printf ("1..%d\n", 1 + count * n_rows_checks);
  printf ("# chosen: %s\n%sok %d /core/rows/chosen\n", conv2d_rows ()->name, good ? "" : "not ", ++number);
  failed += !good;
  for (int s = 0; s < count; s++)
    {
      double start = seconds ();

      for (int c = 0; c < n_rows_checks; c++)
        {
          good = run_check (sets[s], &rows_checks[c], shapes);
          printf ("%sok %d /core/rows/%s/%s\n", good ? "" : "not ", ++number, sets[s]->name, rows_checks[c].name);
          fflush (stdout); /* what crashes next must not take this with it */
          failed += !good;
        }
      printf ("# %s: %ld shapes in %.1f s\n", sets[s]->name, shapes, seconds () - start);
    }
  return failed > 0;
}
