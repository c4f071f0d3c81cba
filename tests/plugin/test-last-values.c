/* test-last-values.c: the arguments of the last run, written and read back,
 * and what a damaged file leaves of them. */

#include "last-values.h"

#include <string.h>

#include <glib/gstdio.h>

#include "german.h"

static gchar *folder;

static gchar *
path_of (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

/* Every argument another than its default. */
static void
other_values (ConvLayerValues values)
{
  static const gchar *const texts[] = { " 0.5 -1;\t1e-7 2\n", "f, 0.5*f - f.T", "pre-relu", "blue",
                                        "1, 2",                "reflect",        "raw" };
  gint text = 0;

  conv_layer_values_init (values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    if (G_VALUE_HOLDS_STRING (&values[i]))
      g_value_set_static_string (&values[i], texts[text++]);
  g_value_set_int (&values[CONV_LAYER_STRIDE], -7);
  g_value_set_int (&values[CONV_LAYER_DILATION], 64);
  g_value_set_double (&values[CONV_LAYER_BIAS], -0.1);
  g_value_set_boolean (&values[CONV_LAYER_GROUP], FALSE);
  g_value_set_boolean (&values[CONV_LAYER_FIGURE], TRUE);
}

static void
assert_same (const ConvLayerValues a, const ConvLayerValues b)
{
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    if (G_VALUE_HOLDS_STRING (&a[i]))
      g_assert_cmpstr (g_value_get_string (&a[i]), ==, g_value_get_string (&b[i]));
    else if (G_VALUE_HOLDS_INT (&a[i]))
      g_assert_cmpint (g_value_get_int (&a[i]), ==, g_value_get_int (&b[i]));
    else if (G_VALUE_HOLDS_DOUBLE (&a[i]))
      g_assert_cmpfloat (g_value_get_double (&a[i]), ==, g_value_get_double (&b[i]));
    else
      g_assert_cmpint (g_value_get_boolean (&a[i]), ==, g_value_get_boolean (&b[i]));
}

static void
check_round_trip (const gchar *name)
{
  g_autofree gchar *path = path_of (name);
  g_autoptr (GError) error = NULL;
  ConvLayerValues kept, found;

  other_values (kept);
  conv_layer_values_init (found);
  g_assert_true (conv_layer_last_values_save (path, kept, &error));
  g_assert_no_error (error);
  conv_layer_last_values_load (path, found);
  assert_same (kept, found);
  conv_layer_values_clear (kept);
  conv_layer_values_clear (found);
}

static void
test_round_trip (void)
{
  check_round_trip ("new/deep/last-values.ini");
}

static void
test_locales (void)
{
  for (gint i = 0; locale_names[i]; i++)
    {
      if (!locale_start (locale_names[i]))
        return;
      check_round_trip (locale_names[i]);
      german_stop ();
    }
}

/* What cannot be read stays as it was. */
static void
test_damaged (void)
{
  static const gchar *const files[] = {
    "",
    "[last-values]\nstride=abc\ndilation=\nbias=one\ngroup=maybe\n",
    "[last-values]\nstride=3 4\ndilation=2.5\nbias=1,5\ngroup=1\n",
    "[other]\nstride=9\n",
    "stride=9\n",
    "[last-values\nstride=9\n",
    "[last-values]\nfilter=\xff\xfe 1\nstride=0x10\n",
  };
  g_autofree gchar *path = path_of ("damaged.ini");

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      ConvLayerValues kept, found;

      other_values (kept);
      other_values (found);
      g_assert_true (g_file_set_contents (path, files[i], -1, NULL));
      conv_layer_last_values_load (path, found);
      assert_same (kept, found);
      conv_layer_values_clear (kept);
      conv_layer_values_clear (found);
    }
}

static void
test_beyond_int (void)
{
  g_autofree gchar *path = path_of ("beyond.ini");
  ConvLayerValues values;

  conv_layer_values_init (values);
  g_assert_true (g_file_set_contents (path, "[last-values]\nstride=99999999999999999999\ndilation=-4294967297\n", -1,
                                      NULL));
  conv_layer_last_values_load (path, values);
  g_assert_cmpint (g_value_get_int (&values[CONV_LAYER_STRIDE]), ==, G_MAXINT);
  g_assert_cmpint (g_value_get_int (&values[CONV_LAYER_DILATION]), ==, G_MININT);
  conv_layer_values_clear (values);
}

/* A file where the folder should be. */
static void
test_cannot_write (void)
{
  g_autofree gchar *blocker = path_of ("blocker"), *path = path_of ("blocker/last-values.ini");
  g_autoptr (GError) error = NULL;
  ConvLayerValues values;

  conv_layer_values_init (values);
  g_assert_true (g_file_set_contents (blocker, "", -1, NULL));
  g_assert_false (conv_layer_last_values_save (path, values, &error));
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, blocker));
  g_assert_true (g_str_has_suffix (error->message, "."));
  conv_layer_values_clear (values);
}

static void
remove_folder (const gchar *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree gchar *inside = g_build_filename (path, name, NULL);

      remove_folder (inside);
    }
  g_remove (path);
}

int
main (int argc, char **argv)
{
  gint result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("conv-layer-XXXXXX", NULL);
  g_test_add_func ("/plugin/last-values/round-trip", test_round_trip);
  g_test_add_func ("/plugin/last-values/locales", test_locales);
  g_test_add_func ("/plugin/last-values/damaged", test_damaged);
  g_test_add_func ("/plugin/last-values/beyond-int", test_beyond_int);
  g_test_add_func ("/plugin/last-values/cannot-write", test_cannot_write);
  result = g_test_run ();
  remove_folder (folder);
  g_free (folder);
  return result;
}
