/* test-variants.c: the filters of a layer from expressions in f: every shape,
 * sums and factors, what is refused and how the error tells it. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "conv2d.h"
#include "failing-memory.h"
#include "german.h"

/* ---- helpers ---- */

/* Tells where we are, in ASCII. */
static void
say (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

static Conv2dFilter
filter_of (const gchar *text)
{
  Conv2dFilter filter;

  g_assert_cmpint (conv2d_filter_parse (text, &filter, NULL), ==, CONV2D_OK);
  return filter;
}

/* TEXT with the base filter F gives COUNT filters, each written in EXPECTED. */
static void
gives (const gchar *f, const gchar *text, gint count, const gchar *const *expected)
{
  Conv2dFilter filter = filter_of (f);
  Conv2dBank bank;
  Conv2dError error;

  say (text);
  g_assert_cmpint (conv2d_bank_parse (text, &filter, &bank, &error), ==, CONV2D_OK);
  g_assert_cmpint (bank.count, ==, count);
  for (gint n = 0; n < count; n++)
    {
      Conv2dFilter wanted = filter_of (expected[n]);
      gint size = wanted.rows * wanted.columns;

      g_assert_cmpint (bank.rows, ==, wanted.rows);
      g_assert_cmpint (bank.columns, ==, wanted.columns);
      for (gint i = 0; i < size; i++)
        g_assert_cmpfloat (bank.weights[n * size + i], ==, (gfloat) wanted.weights[i]);
    }
  conv2d_bank_clear (&bank);
}

#define GIVES(F, TEXT, ...)                                                                                            \
  gives (F, TEXT, G_N_ELEMENTS (((const gchar *const[]) { __VA_ARGS__ })), (const gchar *const[]) { __VA_ARGS__ })

static void
refuses (const gchar *f, const gchar *text, Conv2dError expected)
{
  Conv2dFilter filter = filter_of (f);
  Conv2dBank bank, before;
  Conv2dError error;

  say (text);
  memset (&bank, 0x5a, sizeof bank);
  before = bank;
  memset (&error, 0xff, sizeof error);
  g_assert_cmpint (conv2d_bank_parse (text, &filter, &bank, &error), ==, expected.status);
  g_assert_cmpint (error.status, ==, expected.status);
  g_assert_cmpint (error.row, ==, 0);
  g_assert_cmpint (error.column, ==, expected.column);
  g_assert_cmpuint (error.start, ==, expected.start);
  g_assert_cmpuint (error.length, ==, expected.length);
  g_assert_cmpint (error.value, ==, expected.value);
  g_assert_cmpint (error.limit, ==, expected.limit);
  g_assert_true (memcmp (&bank, &before, sizeof bank) == 0);
  g_assert_cmpint (conv2d_bank_parse (text, &filter, &bank, NULL), ==, expected.status);
}

#define REFUSES(F, TEXT, STATUS, COLUMN, ...)                                                                          \
  refuses (F, TEXT, (Conv2dError) { .status = STATUS, .column = COLUMN, __VA_ARGS__ })

#define ASKEW "1 2 3; 4 5 6"
#define SQUARE "1 2; 3 4"

/* ---- shapes ---- */

/* What NumPy prints for [[1, 2, 3], [4, 5, 6]]. */
static void
test_numpy (void)
{
  GIVES (ASKEW, "f", "1 2 3; 4 5 6");
  GIVES (ASKEW, "f.T", "1 4; 2 5; 3 6");
  GIVES (ASKEW, "rot90(f)", "3 6; 2 5; 1 4");
  GIVES (ASKEW, "rot180(f)", "6 5 4; 3 2 1");
  GIVES (ASKEW, "rot270(f)", "4 1; 5 2; 6 3");
  GIVES (ASKEW, "fliplr(f)", "3 2 1; 6 5 4");
  GIVES (ASKEW, "flipud(f)", "4 5 6; 1 2 3");
}

static gdouble
turned (const Conv2dFilter *f, gint shape, gint i, gint j)
{
  gint bottom = f->rows - 1, right = f->columns - 1;
  gint places[][2] = { { i, j },          { j, i },         { j, right - i }, { bottom - i, right - j },
                       { bottom - j, i }, { i, right - j }, { bottom - i, j } };

  return f->weights[places[shape][0] * f->columns + places[shape][1]];
}

static void
test_every_size (void)
{
  static const gchar *const names[] = { "f", "f.T", "rot90(f)", "rot180(f)", "rot270(f)", "fliplr(f)", "flipud(f)" };

  for (gint rows = 1; rows <= CONV2D_MAX_SIZE; rows += 3)
    for (gint columns = 1; columns <= CONV2D_MAX_SIZE; columns += 5)
      for (gint shape = 0; shape < (gint) G_N_ELEMENTS (names); shape++)
        {
          gboolean turns = shape == 1 || shape == 2 || shape == 4;
          Conv2dFilter f = { rows, columns, { 0 } };
          Conv2dBank bank;

          for (gint n = 0; n < rows * columns; n++)
            f.weights[n] = n + 1;
          g_assert_cmpint (conv2d_bank_parse (names[shape], &f, &bank, NULL), ==, CONV2D_OK);
          g_assert_cmpint (bank.rows, ==, turns ? columns : rows);
          g_assert_cmpint (bank.columns, ==, turns ? rows : columns);
          for (gint i = 0; i < bank.rows; i++)
            for (gint j = 0; j < bank.columns; j++)
              g_assert_cmpfloat (bank.weights[i * bank.columns + j], ==, turned (&f, shape, i, j));
          conv2d_bank_clear (&bank);
        }
}

static void
test_notebook (void)
{
  GIVES ("-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1", "f, -f, f.T, -f.T", "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1",
         "1 1 -1 -1; 1 1 -1 -1; 1 1 -1 -1; 1 1 -1 -1", "-1 -1 -1 -1; -1 -1 -1 -1; 1 1 1 1; 1 1 1 1",
         "1 1 1 1; 1 1 1 1; -1 -1 -1 -1; -1 -1 -1 -1");
}

static void
test_all_turned (void)
{
  GIVES (ASKEW, "f.T, rot90(f), -rot270(f)", "1 4; 2 5; 3 6", "3 6; 2 5; 1 4", "-4 -1; -5 -2; -6 -3");
}

/* ---- arithmetic ---- */

static void
test_signs (void)
{
  GIVES (SQUARE, "+f, --f, - + - f, -+f, ---f", SQUARE, SQUARE, SQUARE, "-1 -2; -3 -4", "-1 -2; -3 -4");
  GIVES (SQUARE, "f - -f, f--f, f+-f", "2 4; 6 8", "2 4; 6 8", "0 0; 0 0");
}

static void
test_factors (void)
{
  GIVES (SQUARE, "2*f, f*2, 2 * f * 3, 0.5*f, .5*f, 1e1*f, 0*f", "2 4; 6 8", "2 4; 6 8", "6 12; 18 24", "0.5 1; 1.5 2",
         "0.5 1; 1.5 2", "10 20; 30 40", "0 0; 0 0");
  GIVES (SQUARE, "-2*f, 2*3*f", "-2 -4; -6 -8", "6 12; 18 24");
}

static void
test_divisors (void)
{
  GIVES (SQUARE, "f/2, 1/2*f, f*3/2, 3/2*f, 6/3/2*f, f/2/2, f/2*4", "0.5 1; 1.5 2", "0.5 1; 1.5 2", "1.5 3; 4.5 6",
         "1.5 3; 4.5 6", SQUARE, "0.25 0.5; 0.75 1", "2 4; 6 8");
}

static void
test_sums (void)
{
  GIVES (SQUARE, "f + f.T, 0.5*f - f.T, f+f+f", "2 5; 5 8", "-0.5 -2; -0.5 -2", "3 6; 9 12");
  GIVES (SQUARE, "f - 2*rot90(f)/4 + fliplr(f)", "2 1; 6.5 5.5");
  GIVES (SQUARE, "rot180(f) - flipud(f)", "1 -1; 1 -1");
}

/* In double from the left, rounded once: steps in float32 would give others. */
static void
test_rounded_once (void)
{
  Conv2dFilter f = { 1, 1, { 0.1 } };
  Conv2dBank bank;

  g_assert_cmpint (
      conv2d_bank_parse ("f + f + f, f/3, 1/3*f, 16777217*f - 16777216*f, 1e30*f + f - 1e30*f", &f, &bank, NULL), ==,
      CONV2D_OK);
  g_assert_cmpfloat (bank.weights[0], ==, (gfloat) (0.1 + 0.1 + 0.1));
  g_assert_cmpfloat (bank.weights[1], ==, (gfloat) (0.1 / 3));
  g_assert_cmpfloat (bank.weights[2], ==, (gfloat) (1.0 / 3 * 0.1));
  g_assert_cmpfloat (bank.weights[3], ==, (gfloat) (16777217 * 0.1 - 16777216 * 0.1));
  g_assert_cmpfloat (bank.weights[4], ==, 0);
  conv2d_bank_clear (&bank);
}

static void
test_minus_zero (void)
{
  Conv2dFilter f = { 1, 2, { 0.0, 1e-60 } };
  Conv2dBank bank;

  g_assert_cmpint (conv2d_bank_parse ("-f", &f, &bank, NULL), ==, CONV2D_OK);
  g_assert_true (bank.weights[0] == 0 && signbit (bank.weights[0]));
  g_assert_true (bank.weights[1] == 0 && signbit (bank.weights[1]));
  conv2d_bank_clear (&bank);
}

static void
test_largest_weight (void)
{
  GIVES ("1e30", "1e8*f, 3.4028234e38/1e30*f, f*1e200/1e192", "1e38", "3.4028234e38", "1e38");
}

/* ---- the list ---- */

static void
test_names (void)
{
  const gchar *text = " \tf ,\n-f.T*2  ,rot90 ( f )\r\n";
  Conv2dFilter f = filter_of (SQUARE);
  Conv2dBank bank;

  g_assert_cmpint (conv2d_bank_parse (text, &f, &bank, NULL), ==, CONV2D_OK);
  g_assert_cmpint (bank.count, ==, 3);
  g_assert_cmpuint (bank.names[0].start, ==, 2);
  g_assert_cmpuint (bank.names[0].length, ==, strlen ("f"));
  g_assert_cmpuint (bank.names[1].start, ==, 6);
  g_assert_cmpuint (bank.names[1].length, ==, strlen ("-f.T*2"));
  g_assert_cmpuint (bank.names[2].start, ==, 15);
  g_assert_cmpuint (bank.names[2].length, ==, strlen ("rot90 ( f )"));
  conv2d_bank_clear (&bank);
  g_assert_null (bank.weights);
  conv2d_bank_clear (&bank);
}

static void
test_spaces (void)
{
  GIVES (SQUARE, "f,-f", SQUARE, "-1 -2; -3 -4");
  GIVES (SQUARE, " - 2 * f / 4 ", "-0.5 -1; -1.5 -2");
  GIVES (SQUARE, "flipud( f )", "3 4; 1 2");
  GIVES (SQUARE, "f\n+\tf\r,f", "2 4; 6 8", SQUARE);
}

static gchar *
many (gint count)
{
  GString *text = g_string_new ("1*f");

  for (gint n = 2; n <= count; n++)
    g_string_append_printf (text, ",%d*f", n);
  return g_string_free (text, FALSE);
}

static void
test_most (void)
{
  g_autofree gchar *text = many (64);
  Conv2dFilter f = filter_of ("1 10");
  Conv2dBank bank;

  g_assert_cmpint (conv2d_bank_parse (text, &f, &bank, NULL), ==, CONV2D_OK);
  g_assert_cmpint (bank.count, ==, 64);
  for (gint n = 0; n < 64; n++)
    {
      g_assert_cmpfloat (bank.weights[2 * n], ==, n + 1);
      g_assert_cmpfloat (bank.weights[2 * n + 1], ==, 10 * (n + 1));
    }
  conv2d_bank_clear (&bank);
}

static void
test_too_many (void)
{
  g_autofree gchar *text = many (65);
  g_autofree gchar *most = many (64);
  g_autofree gchar *trailing = g_strconcat (most, ", ", NULL);

  REFUSES (SQUARE, text, CONV2D_TOO_MANY_FILTERS, 65, .start = strlen (most) + 1, .limit = 64);
  REFUSES (SQUARE, trailing, CONV2D_TOO_MANY_FILTERS, 65, .start = strlen (most) + 2, .limit = 64);
}

/* ---- what is refused ---- */

static void
test_nothing (void)
{
  REFUSES (SQUARE, "", CONV2D_NO_SHAPE, 1);
  REFUSES (SQUARE, " ", CONV2D_NO_SHAPE, 1, .start = 1);
  REFUSES (SQUARE, ",", CONV2D_NO_SHAPE, 1);
  REFUSES (SQUARE, "f,", CONV2D_NO_SHAPE, 2, .start = 2);
  REFUSES (SQUARE, "f,,f", CONV2D_NO_SHAPE, 2, .start = 2);
  REFUSES (SQUARE, ",f", CONV2D_NO_SHAPE, 1);
  REFUSES (SQUARE, "f +", CONV2D_NO_SHAPE, 1, .start = 3);
  REFUSES (SQUARE, "f + , f", CONV2D_NO_SHAPE, 1, .start = 4);
  REFUSES (SQUARE, "-", CONV2D_NO_SHAPE, 1, .start = 1);
  REFUSES (SQUARE, "2*", CONV2D_NO_SHAPE, 1, .start = 2);
  REFUSES (SQUARE, "f/", CONV2D_NO_SHAPE, 1, .start = 2);
  REFUSES (SQUARE, "*f", CONV2D_NO_SHAPE, 1);
  REFUSES (SQUARE, "/f", CONV2D_NO_SHAPE, 1);
}

static void
test_no_shape (void)
{
  REFUSES (SQUARE, "g", CONV2D_NO_SHAPE, 1, .start = 0, .length = 1);
  REFUSES (SQUARE, "f, F", CONV2D_NO_SHAPE, 2, .start = 3, .length = 1);
  REFUSES (SQUARE, "f, f.t", CONV2D_NO_SHAPE, 2, .start = 3, .length = 3);
  REFUSES (SQUARE, "f.T.T", CONV2D_NO_SHAPE, 1, .start = 0, .length = 5);
  REFUSES (SQUARE, "f.", CONV2D_NO_SHAPE, 1, .start = 0, .length = 2);
  REFUSES (SQUARE, "ff", CONV2D_NO_SHAPE, 1, .start = 0, .length = 2);
  REFUSES (SQUARE, "rot45(f)", CONV2D_NO_SHAPE, 1, .start = 0, .length = 8);
  REFUSES (SQUARE, "rot90", CONV2D_NO_SHAPE, 1, .start = 0, .length = 5);
  REFUSES (SQUARE, "rot90 f", CONV2D_NO_SHAPE, 1, .start = 0, .length = 5);
  REFUSES (SQUARE, "rot90(g)", CONV2D_NO_SHAPE, 1, .start = 0, .length = 8);
  REFUSES (SQUARE, "rot90(f.T)", CONV2D_NO_SHAPE, 1, .start = 0, .length = 10);
  REFUSES (SQUARE, "rot90(ff)", CONV2D_NO_SHAPE, 1, .start = 0, .length = 9);
  REFUSES (SQUARE, "rot90(f", CONV2D_NO_SHAPE, 1, .start = 0, .length = 7);
  REFUSES (SQUARE, "rot90()", CONV2D_NO_SHAPE, 1, .start = 0, .length = 7);
  REFUSES (SQUARE, "flip(f)", CONV2D_NO_SHAPE, 1, .start = 0, .length = 7);
  REFUSES (SQUARE, "f; -f", CONV2D_NO_SHAPE, 1, .start = 1, .length = 1);
  REFUSES (SQUARE, "(f)", CONV2D_NO_SHAPE, 1, .start = 0, .length = 3);
  REFUSES (SQUARE, "-(f)", CONV2D_NO_SHAPE, 1, .start = 1, .length = 3);
  REFUSES (SQUARE, "\xff", CONV2D_NO_SHAPE, 1, .start = 0, .length = 1);
}

static void
test_no_operator (void)
{
  REFUSES (SQUARE, "f f", CONV2D_NO_SHAPE, 1, .start = 2, .length = 1);
  REFUSES (SQUARE, "f 2", CONV2D_NO_SHAPE, 1, .start = 2, .length = 1);
  REFUSES (SQUARE, "f(f)", CONV2D_NO_SHAPE, 1, .start = 1, .length = 3);
  REFUSES (SQUARE, "rot90(f)f", CONV2D_NO_SHAPE, 1, .start = 8, .length = 1);
}

static void
test_not_linear (void)
{
  REFUSES (SQUARE, "f*f", CONV2D_NO_SHAPE, 1, .start = 2, .length = 1);
  REFUSES (SQUARE, "2/f", CONV2D_NO_SHAPE, 1, .start = 2, .length = 1);
  REFUSES (SQUARE, "f, 2*f*f.T", CONV2D_NO_SHAPE, 2, .start = 7, .length = 3);
}

/* A number alone is no filter; a decimal comma ends a variant. */
static void
test_number_alone (void)
{
  Conv2dFilter f = filter_of (SQUARE);
  const gchar *const texts[] = { "5", "f + 1", "2 f", "2f", "0,5*f", "1/2" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Conv2dBank bank;
      Conv2dError error;

      say (texts[i]);
      g_assert_cmpint (conv2d_bank_parse (texts[i], &f, &bank, &error), ==, CONV2D_NO_SHAPE);
      g_assert_cmpint (error.column, ==, 1);
    }
}

static void
test_not_finite (void)
{
  REFUSES (SQUARE, "f, 1e400*f", CONV2D_NOT_FINITE, 2, .start = 3, .length = 5);
  REFUSES (SQUARE, "f/0", CONV2D_NOT_FINITE, 1, .start = 2, .length = 1);
  REFUSES (SQUARE, "f, 1/0.0*f", CONV2D_NOT_FINITE, 2, .start = 5, .length = 3);
  REFUSES (SQUARE, "f/1e-400", CONV2D_NOT_FINITE, 1, .start = 2, .length = 6);
  /* These are numbers, but their weights are beyond float32. */
  REFUSES (SQUARE, "f, 1e39*f ", CONV2D_NOT_FINITE, 2, .start = 3, .length = 6);
  REFUSES (SQUARE, "1e300*1e300*f", CONV2D_NOT_FINITE, 1, .start = 0, .length = 13);
  REFUSES (SQUARE, "f/1e-300/1e-300", CONV2D_NOT_FINITE, 1, .start = 0, .length = 15);
  REFUSES ("0", "f*1e300*1e300", CONV2D_NOT_FINITE, 1, .start = 0, .length = 13);
  REFUSES ("1 1e39", "f", CONV2D_NOT_FINITE, 1, .start = 0, .length = 1);
}

static void
test_mixed_shapes (void)
{
  Conv2dFilter f = filter_of (ASKEW);
  const gchar *const texts[]
      = { "f, f.T", "f.T, f", "f, -f, rot90(f)", "rot270(f), f", "f + f.T", "f, flipud(f), f + f.T" };
  const gint columns[] = { 2, 2, 3, 2, 1, 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Conv2dBank bank;
      Conv2dError error;

      say (texts[i]);
      g_assert_cmpint (conv2d_bank_parse (texts[i], &f, &bank, &error), ==, CONV2D_MIXED_SHAPES);
      g_assert_cmpint (error.column, ==, columns[i]);
    }
}

static void
test_no_memory (void)
{
  const gchar *text = "2*f, f";
  Conv2dFilter f = filter_of (SQUARE);
  Conv2dBank bank;
  gint n = 0;
  Conv2dStatus status;

  do
    {
      Conv2dError error;

      memory_start (++n, 0);
      status = conv2d_bank_parse (text, &f, &bank, &error);
      memory_stop ();
      if (status != CONV2D_OK)
        {
          g_assert_cmpint (status, ==, CONV2D_NO_MEMORY);
          g_assert_cmpint (memory_left (), ==, 0);
        }
    }
  while (status != CONV2D_OK);
  g_assert_cmpint (n, ==, 3); /* the number, the weights, then none */
  conv2d_bank_clear (&bank);
  g_assert_cmpint (memory_left (), ==, 0);
}

static void
test_german (void)
{
  if (!german_start ())
    return;
  GIVES (SQUARE, "0.5*f, f/2.5, 1e-1*f", "0.5 1; 1.5 2", "0.4 0.8; 1.2 1.6", "0.1 0.2; 0.3 0.4");
  german_stop ();
}

static void
test_random_bytes (void)
{
  static const gchar *const pieces[] = { "f",   ".T", "rot90(", "rot", "180(f)", "fliplr(f)", ")", "(", "2",    ".5",
                                         "1e9", "+",  "-",      "*",   "/",      ",",         " ", "0", "\xff", "e" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  Conv2dFilter f = filter_of (ASKEW);

  for (gint i = 0; i < 20000; i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autofree gchar *exact = NULL; /* not a byte more, for the sanitizers */
      Conv2dBank bank;
      Conv2dError error;

      for (gint n = g_rand_int_range (rand, 0, 12); n > 0; n--)
        g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      exact = g_strdup (text->str);
      if (conv2d_bank_parse (exact, &f, &bank, &error) == CONV2D_OK)
        {
          g_assert_cmpint (bank.rows * bank.columns, ==, 6);
          for (gint n = 0; n < bank.count * 6; n++)
            g_assert_true (isfinite (bank.weights[n]));
          for (gint n = 0; n < bank.count; n++)
            g_assert_cmpuint (bank.names[n].start + bank.names[n].length, <=, text->len);
          conv2d_bank_clear (&bank);
        }
      else
        {
          g_assert_cmpuint (error.start + error.length, <=, text->len);
          g_assert_cmpint (error.column, >=, 1);
        }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/variants/numpy", test_numpy);
  g_test_add_func ("/core/variants/every-size", test_every_size);
  g_test_add_func ("/core/variants/notebook", test_notebook);
  g_test_add_func ("/core/variants/all-turned", test_all_turned);
  g_test_add_func ("/core/variants/signs", test_signs);
  g_test_add_func ("/core/variants/factors", test_factors);
  g_test_add_func ("/core/variants/divisors", test_divisors);
  g_test_add_func ("/core/variants/sums", test_sums);
  g_test_add_func ("/core/variants/rounded-once", test_rounded_once);
  g_test_add_func ("/core/variants/minus-zero", test_minus_zero);
  g_test_add_func ("/core/variants/largest-weight", test_largest_weight);
  g_test_add_func ("/core/variants/names", test_names);
  g_test_add_func ("/core/variants/spaces", test_spaces);
  g_test_add_func ("/core/variants/most", test_most);
  g_test_add_func ("/core/variants/too-many", test_too_many);
  g_test_add_func ("/core/variants/nothing", test_nothing);
  g_test_add_func ("/core/variants/no-shape", test_no_shape);
  g_test_add_func ("/core/variants/no-operator", test_no_operator);
  g_test_add_func ("/core/variants/not-linear", test_not_linear);
  g_test_add_func ("/core/variants/number-alone", test_number_alone);
  g_test_add_func ("/core/variants/not-finite", test_not_finite);
  g_test_add_func ("/core/variants/mixed-shapes", test_mixed_shapes);
  g_test_add_func ("/core/variants/no-memory", test_no_memory);
  g_test_add_func ("/core/variants/german", test_german);
  g_test_add_func ("/core/variants/random-bytes", test_random_bytes);
  return g_test_run ();
}
