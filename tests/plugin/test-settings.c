/* test-settings.c: what the dialog edits: values, variants, history, checks. */

#include "settings.h"

#include <string.h>

static gint changes;

static void
count_change (ConvLayerSettings *settings, gpointer data)
{
  (void) settings;
  (void) data;
  changes++;
}

static ConvLayerSettings *
new_settings (void)
{
  ConvLayerValues values;
  ConvLayerSettings *settings;

  conv_layer_values_init (values);
  settings = conv_layer_settings_new (values, 320, 213);
  conv_layer_values_clear (values);
  g_signal_connect (settings, "changed", G_CALLBACK (count_change), NULL);
  changes = 0;
  return settings;
}

static const gchar *
text (ConvLayerSettings *settings, ConvLayerArgument argument)
{
  return g_value_get_string (conv_layer_settings_get (settings, argument));
}

static void
test_defaults (void)
{
  ConvLayerSettings *settings = new_settings ();

  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    if (conv_layer_argument_info ((ConvLayerArgument) i)->type == G_TYPE_STRING)
      g_assert_cmpstr (text (settings, (ConvLayerArgument) i), ==,
                       conv_layer_argument_info ((ConvLayerArgument) i)->text);
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 4);
  g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
  g_assert_false (conv_layer_settings_can_undo (settings));
  g_assert_false (conv_layer_settings_can_redo (settings));
  g_object_unref (settings);
}

/* No signal and no step where nothing is another. */
static void
test_same (void)
{
  ConvLayerSettings *settings = new_settings ();

  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 1);
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "f,-f,  f.T,-f.T");
  conv_layer_settings_use_variant (settings, 0, 5);
  conv_layer_settings_reset (settings);
  g_assert_cmpint (changes, ==, 0);
  g_assert_false (conv_layer_settings_can_undo (settings));
  g_object_unref (settings);
}

static void
test_undo (void)
{
  ConvLayerSettings *settings = new_settings ();

  conv_layer_settings_set_text (settings, CONV_LAYER_FILTER, "1 2; 3 4");
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 2);
  g_assert_cmpint (changes, ==, 2);
  conv_layer_settings_undo (settings);
  g_assert_cmpint (g_value_get_int (conv_layer_settings_get (settings, CONV_LAYER_STRIDE)), ==, 1);
  g_assert_cmpstr (text (settings, CONV_LAYER_FILTER), ==, "1 2; 3 4");
  conv_layer_settings_undo (settings);
  g_assert_cmpint (conv_layer_settings_get_filter (settings)->rows, ==, 4);
  g_assert_false (conv_layer_settings_can_undo (settings));
  conv_layer_settings_redo (settings);
  g_assert_cmpint (conv_layer_settings_get_filter (settings)->rows, ==, 2);
  /* Another way from here: the old one is gone. */
  conv_layer_settings_set_number (settings, CONV_LAYER_BIAS, 0.5);
  g_assert_false (conv_layer_settings_can_redo (settings));
  conv_layer_settings_undo (settings);
  g_assert_cmpfloat (g_value_get_double (conv_layer_settings_get (settings, CONV_LAYER_BIAS)), ==, 0);
  g_object_unref (settings);
}

static void
type (ConvLayerSettings *settings, const gchar *key, gdouble bias)
{
  conv_layer_settings_begin (settings, key);
  conv_layer_settings_set_number (settings, CONV_LAYER_BIAS, bias);
  conv_layer_settings_end (settings);
}

static void
test_one_step (void)
{
  ConvLayerSettings *settings = new_settings ();

  type (settings, "bias", 1);
  type (settings, "bias", 12);
  type (settings, "bias", 123);
  type (settings, "other", 7);
  conv_layer_settings_undo (settings);
  g_assert_cmpfloat (g_value_get_double (conv_layer_settings_get (settings, CONV_LAYER_BIAS)), ==, 123);
  /* After an undo the same key is a step of its own. */
  type (settings, "bias", 5);
  conv_layer_settings_undo (settings);
  g_assert_cmpfloat (g_value_get_double (conv_layer_settings_get (settings, CONV_LAYER_BIAS)), ==, 123);
  conv_layer_settings_undo (settings);
  g_assert_cmpfloat (g_value_get_double (conv_layer_settings_get (settings, CONV_LAYER_BIAS)), ==, 0);

  conv_layer_settings_begin (settings, NULL);
  conv_layer_settings_begin (settings, "inner");
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 3);
  conv_layer_settings_end (settings);
  conv_layer_settings_set_number (settings, CONV_LAYER_DILATION, 3);
  conv_layer_settings_end (settings);
  conv_layer_settings_undo (settings);
  g_assert_cmpint (g_value_get_int (conv_layer_settings_get (settings, CONV_LAYER_STRIDE)), ==, 1);
  g_object_unref (settings);
}

/* What changes nothing in the end is no step, and takes none away. */
static void
test_no_step (void)
{
  ConvLayerSettings *settings = new_settings ();

  conv_layer_settings_begin (settings, NULL);
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 2);
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 1);
  conv_layer_settings_end (settings);
  g_assert_cmpint (changes, ==, 0);
  g_assert_false (conv_layer_settings_can_undo (settings));

  conv_layer_settings_set_text (settings, CONV_LAYER_FILTER, "1 2; 3 4");
  conv_layer_settings_begin (settings, "bias");
  conv_layer_settings_end (settings);
  type (settings, "bias", 1);
  conv_layer_settings_undo (settings);
  g_assert_cmpstr (text (settings, CONV_LAYER_FILTER), ==, "1 2; 3 4");

  /* Typed and taken back. */
  type (settings, "bias", 1);
  type (settings, "bias", 12);
  type (settings, "bias", 0);
  conv_layer_settings_undo (settings);
  g_assert_cmpint (conv_layer_settings_get_filter (settings)->rows, ==, 4);
  g_assert_false (conv_layer_settings_can_undo (settings));
  g_object_unref (settings);
}

/* The same key for another argument is another step. */
static void
test_same_key (void)
{
  ConvLayerSettings *settings = new_settings ();

  type (settings, "key", 1);
  conv_layer_settings_begin (settings, "key");
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 2);
  conv_layer_settings_end (settings);
  conv_layer_settings_undo (settings);
  g_assert_cmpfloat (g_value_get_double (conv_layer_settings_get (settings, CONV_LAYER_BIAS)), ==, 1);
  g_object_unref (settings);
}

static void
test_bounded (void)
{
  ConvLayerSettings *settings = new_settings ();
  gint steps = 0;

  for (gint i = 1; i <= 1000; i++)
    conv_layer_settings_set_number (settings, CONV_LAYER_BIAS, i);
  for (; conv_layer_settings_can_undo (settings); steps++)
    conv_layer_settings_undo (settings);
  g_assert_cmpint (steps, ==, 199);
  g_assert_cmpfloat (g_value_get_double (conv_layer_settings_get (settings, CONV_LAYER_BIAS)), ==, 801);
  g_object_unref (settings);
}

static void
test_variants (void)
{
  ConvLayerSettings *settings = new_settings ();
  gchar *unused;

  conv_layer_settings_use_variant (settings, 1, FALSE);
  g_assert_cmpstr (text (settings, CONV_LAYER_VARIANTS), ==, "f, f.T, -f.T");
  g_assert_cmpint (conv_layer_settings_variant_output (settings, 1), ==, 0);
  g_assert_cmpint (conv_layer_settings_variant_output (settings, 3), ==, 3);
  unused = conv_layer_settings_save_unused (settings);
  conv_layer_settings_move_variant (settings, 3, 0);
  g_assert_cmpstr (text (settings, CONV_LAYER_VARIANTS), ==, "-f.T, f, f.T");
  conv_layer_settings_add_variant (settings, " rot90(f) ");
  conv_layer_settings_set_variant (settings, 1, "2*f");
  conv_layer_settings_remove_variant (settings, 0);
  g_assert_cmpstr (text (settings, CONV_LAYER_VARIANTS), ==, "2*f, f.T, rot90(f)");
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 4);

  /* The one not in use keeps its place; named anew, it is in use. */
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "f, f.T");
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 3);
  g_assert_cmpstr (conv_layer_settings_get_variant (settings, 1)->expression, ==, "-f");
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "-f");
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 1);
  g_object_unref (settings);

  settings = new_settings ();
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "f, f.T, -f.T");
  conv_layer_settings_load_unused (settings, unused);
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 4);
  g_assert_cmpstr (conv_layer_settings_get_variant (settings, 1)->expression, ==, "-f");
  g_assert_false (conv_layer_settings_get_variant (settings, 1)->used);
  g_assert_false (conv_layer_settings_can_undo (settings));
  conv_layer_settings_load_unused (settings, "junk\n-1 f\n\n99999999999999999999 rot180(f)\n7f\n0 f/2, f/3\n0 ,");
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 5);
  g_free (unused);
  g_object_unref (settings);
}

/* The argument, the list and the outputs' numbers agree whatever is typed. */
static void
test_odd_variants (void)
{
  static const gchar *const odd[] = { ", f", "f, , g", "f, ", ",", "f, f", "g" };

  for (gsize i = 0; i < G_N_ELEMENTS (odd); i++)
    {
      ConvLayerSettings *settings = new_settings ();
      gchar **parts = g_strsplit (odd[i], ",", -1);
      gint count = (gint) g_strv_length (parts);

      conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, odd[i]);
      g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, count);
      for (gint n = 0; n < count; n++)
        {
          g_assert_cmpstr (conv_layer_settings_get_variant (settings, n)->expression, ==, g_strstrip (parts[n]));
          g_assert_cmpint (conv_layer_settings_variant_output (settings, n), ==, n + 1);
        }
      g_assert_cmpint (conv_layer_settings_check (settings, NULL, NULL) != NULL, ==, strcmp (odd[i], "f, f") == 0);
      g_strfreev (parts);
      parts = g_strsplit (text (settings, CONV_LAYER_VARIANTS), ",", -1);
      g_assert_cmpint ((gint) g_strv_length (parts), ==, count);
      g_strfreev (parts);
      g_object_unref (settings);
    }
}

/* Blanks around an expression are no change; a line's end in it is a blank. */
static void
test_blanks (void)
{
  ConvLayerSettings *settings = new_settings ();
  gchar *unused;

  conv_layer_settings_set_variant (settings, 0, " f\n");
  g_assert_cmpint (changes, ==, 0);
  conv_layer_settings_set_variant (settings, 0, "f +\nf.T");
  conv_layer_settings_use_variant (settings, 0, FALSE);
  unused = conv_layer_settings_save_unused (settings);
  g_object_unref (settings);
  settings = new_settings ();
  conv_layer_settings_load_unused (settings, unused);
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 5);
  g_assert_cmpstr (conv_layer_settings_get_variant (settings, 0)->expression, ==, "f + f.T");
  conv_layer_settings_use_variant (settings, 0, TRUE);
  conv_layer_settings_reset_initial (settings);
  g_assert_false (conv_layer_settings_get_variant (settings, 0)->used);
  conv_layer_settings_reset (settings);
  g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 4);
  g_free (unused);
  g_object_unref (settings);
}

/* What is shown is UTF-8 and no NULL, whatever was stored. */
static void
test_hostile_texts (void)
{
  static const gchar *const hostile[] = { "\xff", "b\xc3", NULL };
  ConvLayerValues values;

  conv_layer_values_init (values);
  for (gsize i = 0; i < G_N_ELEMENTS (hostile); i++)
    for (gint k = 0; k < CONV_LAYER_N_ARGUMENTS; k++)
      {
        const ConvLayerArgument argument = (ConvLayerArgument) k;
        ConvLayerSettings *settings;

        if (!G_VALUE_HOLDS_STRING (&values[k]))
          continue;
        g_value_set_string (&values[k], hostile[i]);
        settings = conv_layer_settings_new (values, 320, 213);
        g_assert_true (g_utf8_validate (text (settings, argument), -1, NULL));
        g_assert_null (conv_layer_settings_check (settings, NULL, NULL));
        conv_layer_settings_reset (settings);
        g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
        conv_layer_settings_set_text (settings, argument, hostile[i]);
        g_assert_true (g_utf8_validate (text (settings, argument), -1, NULL));
        g_assert_null (conv_layer_settings_check (settings, NULL, NULL));
        g_object_unref (settings);
        g_value_set_static_string (&values[k], conv_layer_argument_info (argument)->text);
      }
  conv_layer_values_clear (values);
}

static void
assert_fault (ConvLayerSettings *settings, ConvLayerArgument argument)
{
  ConvLayerArgument at_fault = CONV_LAYER_N_ARGUMENTS;
  GError *error = NULL;

  g_assert_null (conv_layer_settings_check (settings, &at_fault, &error));
  g_assert_nonnull (error);
  g_assert_cmpint (at_fault, ==, argument);
  g_assert_null (conv_layer_settings_summary (settings, 3));
  g_error_free (error);
}

/* The dialog must know before it closes. */
static void
test_figure_too_large (void)
{
  ConvLayerValues values;
  ConvLayerSettings *settings;

  conv_layer_values_init (values);
  settings = conv_layer_settings_new (values, CONV_LAYER_MAX_EXTENT, 5);
  g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
  conv_layer_settings_set_number (settings, CONV_LAYER_FIGURE, 1);
  assert_fault (settings, CONV_LAYER_FIGURE);
  conv_layer_settings_set_number (settings, CONV_LAYER_FIGURE, 0);
  g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
  g_object_unref (settings);
  conv_layer_values_clear (values);
}

static void
test_faults (void)
{
  static const struct
  {
    ConvLayerArgument argument;
    const gchar *text;
    gdouble number;
  } bad[] = { { CONV_LAYER_FILTER, "1 x", 0 },      { CONV_LAYER_VARIANTS, "f, g", 0 },
              { CONV_LAYER_FILTER, "1e39", 0 },     { CONV_LAYER_VARIANTS, "1e39*f", 0 },
              { CONV_LAYER_VARIANTS, "", 0 },       { CONV_LAYER_MAPS, "none", 0 },
              { CONV_LAYER_GRAYSCALE, "sepia", 0 }, { CONV_LAYER_PADDING, "-1", 0 },
              { CONV_LAYER_PADDING, "600000", 0 },  { CONV_LAYER_PADDING_MODE, "mirror", 0 },
              { CONV_LAYER_STRIDE, NULL, 65 },      { CONV_LAYER_DILATION, NULL, 0 },
              { CONV_LAYER_BIAS, NULL, 1e300 },     { CONV_LAYER_SCALE, "log", 0 } };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      ConvLayerSettings *settings = new_settings ();

      if (bad[i].text)
        conv_layer_settings_set_text (settings, bad[i].argument, bad[i].text);
      else
        conv_layer_settings_set_number (settings, bad[i].argument, bad[i].number);
      assert_fault (settings, bad[i].argument);
      g_object_unref (settings);
    }
}

static void
test_sizes (void)
{
  ConvLayerSettings *settings = new_settings ();
  gint width = 0, height = 0;

  g_assert_true (conv_layer_settings_get_map_size (settings, &width, &height));
  g_assert_cmpint (width, ==, 317);
  g_assert_cmpint (height, ==, 210);
  conv_layer_settings_set_number (settings, CONV_LAYER_DILATION, 64);
  g_assert_true (conv_layer_settings_get_map_size (settings, &width, &height));
  g_assert_cmpint (height, ==, 21);
  conv_layer_settings_set_text (settings, CONV_LAYER_FILTER,
                                "31x1: 1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1");
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "f");
  assert_fault (settings, CONV_LAYER_DILATION);
  conv_layer_settings_set_number (settings, CONV_LAYER_DILATION, 1);
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 2);
  conv_layer_settings_set_text (settings, CONV_LAYER_PADDING, "same");
  assert_fault (settings, CONV_LAYER_STRIDE);
  conv_layer_settings_set_text (settings, CONV_LAYER_PADDING, "213");
  conv_layer_settings_set_text (settings, CONV_LAYER_PADDING_MODE, "reflect");
  assert_fault (settings, CONV_LAYER_PADDING);
  conv_layer_settings_set_text (settings, CONV_LAYER_PADDING_MODE, "zeros");
  conv_layer_settings_set_number (settings, CONV_LAYER_STRIDE, 1);
  conv_layer_settings_set_text (settings, CONV_LAYER_PADDING, "500000");
  assert_fault (settings, CONV_LAYER_PADDING);
  g_object_unref (settings);
}

static void
test_none_used (void)
{
  ConvLayerSettings *settings = new_settings ();

  for (gint i = 0; i < 4; i++)
    conv_layer_settings_use_variant (settings, i, FALSE);
  assert_fault (settings, CONV_LAYER_VARIANTS);
  conv_layer_settings_use_variant (settings, 2, TRUE);
  g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
  g_object_unref (settings);
}

static void
test_summary (void)
{
  ConvLayerSettings *settings = new_settings ();
  gchar *summary = conv_layer_settings_summary (settings, 3);

  g_assert_cmpstr (summary, ==, "320 × 213 → 317 × 210, 8 layers, 1.6\302\240MB");
  g_free (summary);
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "f");
  conv_layer_settings_set_text (settings, CONV_LAYER_MAPS, "pre-relu");
  summary = conv_layer_settings_summary (settings, 1);
  g_assert_true (g_str_has_prefix (summary, "320 × 213 → 317 × 210, 1 layer, 66.6"));
  g_free (summary);
  g_object_unref (settings);
}

/* What is typed into a variant is kept, but it is one filter or cannot run. */
static void
test_one_expression (void)
{
  static const gchar *const wrong[] = { ",", "", "  ", "f, -f", "f,", "f f" };
  ConvLayerSettings *settings = new_settings ();

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      ConvLayerArgument fault = CONV_LAYER_N_ARGUMENTS;
      GError *error = NULL;

      conv_layer_settings_set_variant (settings, 1, wrong[i]);
      g_assert_cmpint (conv_layer_settings_n_variants (settings), ==, 4);
      g_assert_null (conv_layer_settings_check (settings, &fault, &error));
      g_assert_cmpint (fault, ==, CONV_LAYER_VARIANTS);
      g_assert_nonnull (error);
      g_clear_error (&error);
      conv_layer_settings_use_variant (settings, 1, FALSE);
      g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
      conv_layer_settings_use_variant (settings, 1, TRUE);
    }
  conv_layer_settings_set_variant (settings, 1, "flipud(f)");
  g_assert_nonnull (conv_layer_settings_check (settings, NULL, NULL));
  g_assert_cmpstr (text (settings, CONV_LAYER_VARIANTS), ==, "f, flipud(f), f.T, -f.T");
  g_object_unref (settings);
}

static void
test_check_variant (void)
{
  ConvLayerSettings *settings = new_settings ();
  GError *error = NULL;

  g_assert_true (conv_layer_settings_check_variant (settings, "f + rot90(f)", NULL));
  g_assert_false (conv_layer_settings_check_variant (settings, "f, f", &error));
  g_clear_error (&error);
  g_assert_false (conv_layer_settings_check_variant (settings, "f +", &error));
  g_clear_error (&error);
  conv_layer_settings_set_text (settings, CONV_LAYER_FILTER, "1 2 3; 4 5 6");
  conv_layer_settings_set_text (settings, CONV_LAYER_VARIANTS, "f");
  g_assert_false (conv_layer_settings_check_variant (settings, "f.T", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_true (conv_layer_settings_check_variant (settings, "rot180(f)", NULL));
  g_object_unref (settings);
}

/* What cannot be read is kept; the last good filter stays. */
static void
test_filter (void)
{
  ConvLayerSettings *settings = new_settings ();
  Conv2dFilter filter = { .rows = 1, .columns = 2, .weights = { 0.1, -2 } };

  conv_layer_settings_set_filter (settings, &filter);
  g_assert_cmpstr (text (settings, CONV_LAYER_FILTER), ==, "0.1 -2");
  conv_layer_settings_set_text (settings, CONV_LAYER_FILTER, "0.1 -");
  g_assert_cmpstr (text (settings, CONV_LAYER_FILTER), ==, "0.1 -");
  g_assert_cmpint (conv_layer_settings_get_filter (settings)->columns, ==, 2);
  conv_layer_settings_reset_initial (settings);
  g_assert_cmpint (conv_layer_settings_get_filter (settings)->columns, ==, 4);
  conv_layer_settings_undo (settings);
  g_assert_cmpstr (text (settings, CONV_LAYER_FILTER), ==, "0.1 -");
  g_assert_cmpint (conv_layer_settings_get_filter (settings)->columns, ==, 2);
  g_object_unref (settings);
}

static void
test_all (void)
{
  ConvLayerSettings *settings = new_settings ();
  ConvLayerValues values, found;

  conv_layer_values_init (values);
  conv_layer_values_init (found);
  g_value_set_static_string (&values[CONV_LAYER_FILTER], "1 0; 0 1");
  g_value_set_static_string (&values[CONV_LAYER_VARIANTS], "f, flipud(f)");
  g_value_set_boolean (&values[CONV_LAYER_GROUP], FALSE);
  conv_layer_settings_set_all (settings, values);
  g_assert_cmpint (changes, ==, 1);
  conv_layer_settings_get_all (settings, found);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      gchar *a = g_strdup_value_contents (&values[i]), *b = g_strdup_value_contents (&found[i]);

      g_assert_cmpstr (a, ==, b);
      g_free (a);
      g_free (b);
    }
  conv_layer_settings_undo (settings);
  g_assert_false (conv_layer_settings_can_undo (settings));
  conv_layer_values_clear (values);
  conv_layer_values_clear (found);
  g_object_unref (settings);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/settings/defaults", test_defaults);
  g_test_add_func ("/plugin/settings/same", test_same);
  g_test_add_func ("/plugin/settings/undo", test_undo);
  g_test_add_func ("/plugin/settings/one-step", test_one_step);
  g_test_add_func ("/plugin/settings/no-step", test_no_step);
  g_test_add_func ("/plugin/settings/same-key", test_same_key);
  g_test_add_func ("/plugin/settings/bounded", test_bounded);
  g_test_add_func ("/plugin/settings/variants", test_variants);
  g_test_add_func ("/plugin/settings/odd-variants", test_odd_variants);
  g_test_add_func ("/plugin/settings/blanks", test_blanks);
  g_test_add_func ("/plugin/settings/hostile-texts", test_hostile_texts);
  g_test_add_func ("/plugin/settings/faults", test_faults);
  g_test_add_func ("/plugin/settings/figure-too-large", test_figure_too_large);
  g_test_add_func ("/plugin/settings/sizes", test_sizes);
  g_test_add_func ("/plugin/settings/none-used", test_none_used);
  g_test_add_func ("/plugin/settings/summary", test_summary);
  g_test_add_func ("/plugin/settings/one-expression", test_one_expression);
  g_test_add_func ("/plugin/settings/check-variant", test_check_variant);
  g_test_add_func ("/plugin/settings/filter", test_filter);
  g_test_add_func ("/plugin/settings/all", test_all);
  return g_test_run ();
}
