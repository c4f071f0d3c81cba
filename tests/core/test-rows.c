/* test-rows.c: each instruction set this machine has against the scalar row
 * functions, bit for bit, and the ladder that chooses one.  TEST_ROWS_SHAPES
 * sets how many random shapes a set has to pass. */

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "rows-check.h"

#define SHAPES 20000

/* What a set has passed so far: told, never judged. */
typedef struct
{
  gint64 shapes;
  gint64 microseconds;
} Tally;

typedef struct
{
  const Conv2dRows *rows;
  const RowsCheck *check;
  Tally *tally;
} Case;

static void
test_against_scalar (gconstpointer data)
{
  const Case *c = data;
  const gchar *wish = g_getenv ("TEST_ROWS_SHAPES");
  gint64 shapes = MAX (1, (wish ? g_ascii_strtoll (wish, NULL, 10) : SHAPES) * c->check->share / 100);
  gint64 start = g_get_monotonic_time ();
  uint64_t seed = 0x9e3779b97f4a7c15u;

  for (gint64 i = 0; i < shapes; i++)
    {
      char text[300];
      uint64_t before = seed;

      if (!c->check->run (c->rows, &seed, text, sizeof text))
        {
          g_test_message ("%s %s, shape %" G_GINT64_FORMAT ", seed %#" G_GINT64_MODIFIER "x: %s", c->rows->name,
                          c->check->name, i, before, text);
          g_test_fail ();
          return;
        }
    }
  c->tally->shapes += shapes;
  c->tally->microseconds += g_get_monotonic_time () - start;
}

/* ---- the ladder ---- */

static void
test_chosen (void)
{
  if (g_test_subprocess ())
    {
      g_print ("chosen: %s\n", conv2d_rows ()->name);
      g_assert_true (conv2d_rows () == conv2d_rows ());
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
assert_chosen (const gchar *cap, const gchar *expected)
{
  gchar *pattern = g_strdup_printf ("*chosen: %s\n*", expected);

  if (cap)
    g_setenv ("CONV2D_CPU", cap, TRUE);
  else
    g_unsetenv ("CONV2D_CPU");
  g_test_trap_subprocess ("/core/rows/chosen", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stdout (pattern);
  g_unsetenv ("CONV2D_CPU");
  g_free (pattern);
}

static void
test_ladder (void)
{
  const Conv2dRows *sets[CONV2D_MAX_SETS];
  gint count = conv2d_rows_available (sets);

  g_assert_cmpstr (sets[0]->name, ==, "scalar");
  for (gint i = 0; i < count; i++)
    assert_chosen (sets[i]->name, sets[i]->name);
  assert_chosen (NULL, sets[count - 1]->name);
  assert_chosen ("", sets[count - 1]->name);
  assert_chosen ("AVX2", sets[count - 1]->name);
  assert_chosen ("pentium", sets[count - 1]->name);
  /* A set above what the machine has caps nothing. */
  assert_chosen ("avx512", sets[count - 1]->name);
}

int
main (int argc, char **argv)
{
  const Conv2dRows *sets[CONV2D_MAX_SETS];
  gint count = conv2d_rows_available (sets);
  Tally tallies[CONV2D_MAX_SETS] = { { 0, 0 } };
  Case *cases = g_new (Case, (gsize) count * (gsize) n_rows_checks);
  gint status;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/rows/chosen", test_chosen);
  g_test_add_func ("/core/rows/ladder", test_ladder);
  for (gint s = 0; s < count; s++)
    for (gint c = 0; c < n_rows_checks; c++)
      {
        Case *one = &cases[s * n_rows_checks + c];
        gchar *path = g_strdup_printf ("/core/rows/%s/%s", sets[s]->name, rows_checks[c].name);

        *one = (Case) { sets[s], &rows_checks[c], &tallies[s] };
        g_test_add_data_func (path, one, test_against_scalar);
        g_free (path);
      }
  status = g_test_run ();
  for (gint s = 0; s < count; s++)
    if (tallies[s].shapes > 0)
      g_print ("# %s: %" G_GINT64_FORMAT " shapes in %.1f s\n", sets[s]->name, tallies[s].shapes,
               (gdouble) tallies[s].microseconds * 1e-6);
  g_free (cases);
  return status;
}
