/* test-edits.c: what the buttons do to a base filter, against the core's own variants. */

#include "edits.h"

#include <math.h>
#include <string.h>

#include "german.h"

static Conv2dFilter
filter_of (const gchar *text)
{
  Conv2dFilter filter;

  g_assert_cmpint (conv2d_filter_parse (text, &filter, NULL), ==, CONV2D_OK);
  return filter;
}

static void
assert_filter (const Conv2dFilter *filter, const gchar *expected)
{
  gchar text[1000];

  g_assert_cmpuint (conv2d_filter_format (filter, text, sizeof text), <, sizeof text);
  g_assert_cmpstr (text, ==, expected);
}

/* The buttons that have a name among the variants give what that gives. */
static void
test_variants (void)
{
  static const struct
  {
    ConvLayerEdit edit;
    const gchar *variant;
  } pairs[] = { { CONV_LAYER_EDIT_NEGATE, "-f" },
                { CONV_LAYER_EDIT_TRANSPOSE, "f.T" },
                { CONV_LAYER_EDIT_ROTATE, "rot90(f)" },
                { CONV_LAYER_EDIT_FLIP_LR, "fliplr(f)" },
                { CONV_LAYER_EDIT_FLIP_UD, "flipud(f)" } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      const Conv2dFilter f = filter_of ("1 2 3; 4 0 -6");
      Conv2dFilter edited = f;
      Conv2dBank bank;

      g_assert_true (conv_layer_edit_apply (pairs[i].edit, &edited, NULL));
      g_assert_cmpint (conv2d_bank_parse (pairs[i].variant, &f, &bank, NULL), ==, CONV2D_OK);
      g_assert_cmpint (edited.rows, ==, bank.rows);
      g_assert_cmpint (edited.columns, ==, bank.columns);
      for (gint w = 0; w < 6; w++)
        {
          g_assert_cmpfloat ((gfloat) edited.weights[w], ==, bank.weights[w]);
          g_assert_false (edited.weights[w] == 0 && signbit (edited.weights[w]));
        }
      conv2d_bank_clear (&bank);
    }
}

static void
test_sums (void)
{
  Conv2dFilter filter = filter_of ("1 2; 3 -2");

  g_assert_cmpfloat (conv_layer_filter_sum (&filter), ==, 4);
  g_assert_cmpfloat (conv_layer_filter_l1 (&filter), ==, 8);
  g_assert_true (conv_layer_edit_apply (CONV_LAYER_EDIT_NORMALISE, &filter, NULL));
  assert_filter (&filter, "0.25 0.5; 0.75 -0.5");
  g_assert_true (conv_layer_edit_apply (CONV_LAYER_EDIT_SUBTRACT_MEAN, &filter, NULL));
  assert_filter (&filter, "0 0.25; 0.5 -0.75");
  g_assert_true (conv_layer_edit_apply (CONV_LAYER_EDIT_ZERO, &filter, NULL));
  assert_filter (&filter, "0 0; 0 0");
}

static void
test_refused (void)
{
  Conv2dFilter filter = filter_of ("1 -1");
  GError *error = NULL;

  g_assert_false (conv_layer_edit_apply (CONV_LAYER_EDIT_NORMALISE, &filter, &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  assert_filter (&filter, "1 -1");
}

/* A sum that rounding left makes noise; the true one is 0. */
static void
test_rounding (void)
{
  static const gchar *const noise[] = { "0.1 0.2 -0.3", "1; -1; 1e-60", "0.1 0.1 0.1; 0.1 0.1 0.1; 0.1 0.1 1e9" };

  for (gsize i = 0; i < G_N_ELEMENTS (noise); i++)
    {
      Conv2dFilter filter = filter_of (noise[i]), before;
      GError *error = NULL;

      if (i == 2)
        g_assert_true (conv_layer_edit_apply (CONV_LAYER_EDIT_SUBTRACT_MEAN, &filter, NULL));
      before = filter;
      g_assert_false (conv_layer_edit_apply (CONV_LAYER_EDIT_NORMALISE, &filter, &error));
      g_assert_nonnull (strstr (error->message, "sum to 0"));
      g_clear_error (&error);
      for (gint w = 0; w < filter.rows * filter.columns; w++)
        g_assert_cmpfloat (filter.weights[w], ==, before.weights[w]);
    }
}

/* A text may hold weights, and sums, that float32 and even double cannot. */
static void
test_too_large (void)
{
  static const struct
  {
    ConvLayerEdit edit;
    const gchar *text;
  } large[] = { { CONV_LAYER_EDIT_NEGATE, "1 1e39" },
                { CONV_LAYER_EDIT_TRANSPOSE, "1 1e39" },
                { CONV_LAYER_EDIT_NORMALISE, "1e308 1e308" },
                { CONV_LAYER_EDIT_SUBTRACT_MEAN, "1e308 1e308" } };

  for (gsize i = 0; i < G_N_ELEMENTS (large); i++)
    {
      Conv2dFilter filter = filter_of (large[i].text);
      GError *error = NULL;

      g_assert_false (conv_layer_edit_apply (large[i].edit, &filter, &error));
      g_assert_nonnull (strstr (error->message, "3.4e38"));
      g_clear_error (&error);
      assert_filter (&filter, large[i].text);
    }
}

/* No button leaves a -0 behind. */
static void
test_minus_0 (void)
{
  for (gint edit = 0; edit < CONV_LAYER_N_EDITS; edit++)
    {
      Conv2dFilter filter = { .rows = 2, .columns = 2, .weights = { -0.0, 0.0, -0.0, 2 } };

      if (edit == CONV_LAYER_EDIT_SUBTRACT_MEAN)
        filter.weights[3] = -0.0;
      g_assert_true (conv_layer_edit_apply ((ConvLayerEdit) edit, &filter, NULL));
      for (gint i = 0; i < 4; i++)
        g_assert_false (filter.weights[i] == 0 && signbit (filter.weights[i]));
    }
}

static void
test_resize (void)
{
  Conv2dFilter filter = filter_of ("1 2 3; 4 5 6");

  conv_layer_filter_resize (&filter, 3, 2);
  assert_filter (&filter, "1 2; 4 5; 0 0");
  conv_layer_filter_resize (&filter, 1, 1);
  assert_filter (&filter, "1");
  conv_layer_filter_resize (&filter, CONV2D_MAX_SIZE, CONV2D_MAX_SIZE);
  g_assert_cmpfloat (conv_layer_filter_l1 (&filter), ==, 1);
}

static void
test_weights (void)
{
  static const gchar *const bad[] = { "", "x", "1 2", "1;2", "[1]", "nan", "1e99", "1x1:1", "0,5" };
  gchar *text = conv_layer_weight_text (0.1);
  gdouble weight = 7;

  g_assert_cmpstr (text, ==, "0.1");
  g_free (text);
  g_assert_true (conv_layer_weight_parse (" 1/4 ", &weight));
  g_assert_cmpfloat (weight, ==, 0.25);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_test_message ("'%s'", bad[i]);
      g_assert_false (conv_layer_weight_parse (bad[i], &weight));
    }
  g_assert_cmpfloat (weight, ==, 0.25);
}

/* Numbers read and write with the dot where the locale has a comma. */
static void
test_german (void)
{
  if (!german_start ())
    return;
  test_weights ();
  test_sums ();
  german_stop ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/edits/variants", test_variants);
  g_test_add_func ("/plugin/edits/sums", test_sums);
  g_test_add_func ("/plugin/edits/refused", test_refused);
  g_test_add_func ("/plugin/edits/rounding", test_rounding);
  g_test_add_func ("/plugin/edits/too-large", test_too_large);
  g_test_add_func ("/plugin/edits/minus-0", test_minus_0);
  g_test_add_func ("/plugin/edits/resize", test_resize);
  g_test_add_func ("/plugin/edits/weights", test_weights);
  g_test_add_func ("/plugin/edits/german", test_german);
  return g_test_run ();
}
