/* test-presets.c: known filters, one's own in a key file, and text files. */

#include "presets.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include <glib/gstdio.h>

#include "german.h"

static gchar *folder;

static gchar *
path_of (const gchar *name)
{
  return g_build_filename (folder, name, NULL);
}

static const ConvLayerPreset *
find (const ConvLayerPresets *presets, const gchar *name)
{
  const GPtrArray *list = conv_layer_presets_list (presets);

  for (guint i = 0; i < list->len; i++)
    if (strcmp (((const ConvLayerPreset *) list->pdata[i])->name, name) == 0)
      return list->pdata[i];
  return NULL;
}

static ConvLayerPresets *
load (const gchar *path)
{
  gchar *warning = NULL;
  ConvLayerPresets *presets = conv_layer_presets_new (path, &warning);

  g_assert_null (warning);
  return presets;
}

static void
test_known (void)
{
  gchar *path = path_of ("none.ini");
  ConvLayerPresets *presets = load (path);
  const GPtrArray *list = conv_layer_presets_list (presets);
  Conv2dFilter notebook;

  g_assert_cmpuint (list->len, >=, 17);
  conv2d_filter_parse (conv_layer_argument_info (CONV_LAYER_FILTER)->text, &notebook, NULL);
  for (gint i = 0; i < 16; i++)
    g_assert_cmpfloat (((const ConvLayerPreset *) list->pdata[0])->filter.weights[i], ==, notebook.weights[i]);
  for (guint i = 0; i < list->len; i++)
    {
      const ConvLayerPreset *preset = list->pdata[i];

      g_assert_false (preset->own);
      g_assert_nonnull (preset->help);
      g_assert_cmpint (preset->filter.rows, >, 0);
      for (guint j = 0; j < i; j++)
        g_assert_cmpstr (preset->name, !=, ((const ConvLayerPreset *) list->pdata[j])->name);
    }
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  conv_layer_presets_free (presets);
  g_free (path);
}

/* Blurs keep a flat area's gray, edge filters make it 0. */
static void
test_sums (void)
{
  static const gchar *const ones[]
      = { "Gaussian blur, 3x3", "Gaussian blur, 5x5", "Box blur", "Sharpen", "Unsharp mask", "Emboss",
          "Identity",           "Motion blur" };
  gchar *path = path_of ("none.ini");
  ConvLayerPresets *presets = load (path);
  const GPtrArray *list = conv_layer_presets_list (presets);

  for (guint i = 0; i < list->len; i++)
    {
      const ConvLayerPreset *preset = list->pdata[i];
      gdouble sum = 0;
      gboolean one = FALSE;

      for (gsize n = 0; n < G_N_ELEMENTS (ones); n++)
        one |= strcmp (ones[n], preset->name) == 0;
      for (gint w = 0; w < preset->filter.rows * preset->filter.columns; w++)
        sum += preset->filter.weights[w];
      g_assert_cmpfloat_with_epsilon (sum, one, 1e-12);
    }
  conv_layer_presets_free (presets);
  g_free (path);
}

static void
test_own (void)
{
  static const gchar name[] = "Größe [1] = \\n; \xe2\x80\x8f\xd8\xaf";
  gchar *path = g_build_filename (folder, "deep", "er", "presets.ini", NULL);
  const Conv2dFilter filter = { .rows = 1, .columns = 2, .weights = { 0.1, 1e-7 } };
  const Conv2dFilter other = { .rows = 1, .columns = 1, .weights = { 2 } };
  ConvLayerPresets *presets;
  GError *error = NULL;

  g_remove (path); /* it may be the second time */
  presets = load (path);
  g_assert_true (conv_layer_presets_save (presets, name, &filter, NULL));
  g_assert_true (conv_layer_presets_save (presets, "b", &other, NULL));
  g_assert_true (conv_layer_presets_save (presets, "b", &filter, NULL));
  g_assert_true (conv_layer_presets_rename (presets, "b", "c", NULL));
  conv_layer_presets_free (presets);

  presets = load (path);
  g_assert_true (find (presets, name)->own);
  g_assert_cmpfloat (find (presets, name)->filter.weights[1], ==, 1e-7);
  g_assert_null (find (presets, "b"));
  g_assert_cmpfloat (find (presets, "c")->filter.weights[0], ==, 0.1);
  g_assert_false (conv_layer_presets_rename (presets, "c", name, &error));
  g_clear_error (&error);
  g_assert_false (conv_layer_presets_rename (presets, "c", "Sharpen", &error));
  g_clear_error (&error);
  g_assert_false (conv_layer_presets_save (presets, "Sharpen", &filter, &error));
  g_clear_error (&error);
  g_assert_false (conv_layer_presets_save (presets, "", &filter, &error));
  g_clear_error (&error);
  g_assert_false (conv_layer_presets_delete (presets, "Sharpen", &error));
  g_clear_error (&error);
  g_assert_true (conv_layer_presets_delete (presets, name, NULL));
  g_assert_null (find (presets, name));
  conv_layer_presets_free (presets);
  g_free (path);
}

static void
test_damaged (void)
{
  static const gchar *const texts[] = {
    "[a]\nname=good\nfilter=1 2\n[b]\nname=bad\nfilter=1 x\n",
    "[a]\nname=good\nfilter=1 2\n[b]\nname=good\nfilter=3\n",
    "[a]\nname=good\nfilter=1 2\n[b]\nfilter=3\n",
    "[a]\nname=good\nfilter=1 2\n[b\nname=cut\nfilter=3\n",
    "noise\n[a]\nname=bad\nfilter=1\nnoise\n[b]\nname=good\nfilter=1 2\n[c]\nna",
    "[a]\nname=\xff\nfilter=1\n[b]\nname=good\nfilter=1 2\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      gchar *path = path_of ("damaged.ini");
      gchar *warning = NULL, *kept = NULL;
      gchar *aside = i == 0 ? g_strconcat (path, ".damaged", NULL)
                            : g_strdup_printf ("%s.damaged-%" G_GSIZE_FORMAT, path, i + 1);
      ConvLayerPresets *presets;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      presets = conv_layer_presets_new (path, &warning);
      g_assert_nonnull (strstr (warning, aside));
      g_assert_cmpfloat (find (presets, "good")->filter.weights[1], ==, 2);
      g_assert_true (g_file_get_contents (aside, &kept, NULL, NULL));
      g_assert_cmpstr (kept, ==, texts[i]);
      g_free (kept);
      g_free (warning);
      conv_layer_presets_free (presets);
      presets = load (path);
      g_assert_nonnull (find (presets, "good"));
      conv_layer_presets_free (presets);
      g_free (aside);
      g_free (path);
    }
}

/* After another language was chosen, an own preset can have a known one's name. */
static void
test_known_name (void)
{
  gchar *path = path_of ("known.ini");
  const Conv2dFilter filter = { .rows = 1, .columns = 1, .weights = { 2 } };
  ConvLayerPresets *presets;
  const GPtrArray *list;
  const ConvLayerPreset *own;

  g_assert_true (g_file_set_contents (path, "[a]\nname=Sharpen\nfilter=1 2\n", -1, NULL));
  presets = load (path);
  list = conv_layer_presets_list (presets);
  own = list->pdata[list->len - 1];
  g_assert_true (own->own);
  g_assert_cmpstr (own->name, ==, "Sharpen");
  g_assert_true (conv_layer_presets_save (presets, "Sharpen", &filter, NULL));
  list = conv_layer_presets_list (presets);
  g_assert_cmpfloat (((const ConvLayerPreset *) list->pdata[list->len - 1])->filter.weights[0], ==, 2);
  g_assert_false (find (presets, "Sharpen")->own);
  g_assert_true (conv_layer_presets_rename (presets, "Sharpen", "mine", NULL));
  g_assert_false (conv_layer_presets_delete (presets, "Sharpen", NULL));
  g_assert_true (conv_layer_presets_delete (presets, "mine", NULL));
  conv_layer_presets_free (presets);
  g_free (path);
}

/* Any letters, blanks at both ends too, come back as they were saved. */
static void
test_names (void)
{
  static const gchar *const names[] = { " a ", "[x]", "#", "a=b", "tab\tline\nend\r", "\\", "\\s", "ü;,", "=" };
  gchar *path = path_of ("names.ini");
  const Conv2dFilter filter = { .rows = 1, .columns = 1, .weights = { 2 } };
  ConvLayerPresets *presets = load (path);
  gchar *longest = g_strnfill (100, 'x'), *longer = g_strnfill (101, 'x');

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_true (conv_layer_presets_save (presets, names[i], &filter, NULL));
  g_assert_true (conv_layer_presets_save (presets, longest, &filter, NULL));
  g_assert_false (conv_layer_presets_save (presets, longer, &filter, NULL));
  g_assert_false (conv_layer_presets_save (presets, "\xff", &filter, NULL));
  /* A key file would lose them. */
  g_assert_true (conv_layer_presets_save (presets, "\fform\v", &filter, NULL));
  g_assert_true (conv_layer_presets_save (presets, "other", &filter, NULL));
  g_assert_true (conv_layer_presets_rename (presets, "other", "feed\f", NULL));
  conv_layer_presets_free (presets);
  presets = load (path);
  g_assert_nonnull (find (presets, " form "));
  g_assert_nonnull (find (presets, "feed "));
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_nonnull (find (presets, names[i]));
  g_assert_nonnull (find (presets, longest));
  conv_layer_presets_free (presets);
  g_free (longest);
  g_free (longer);
  g_free (path);
}

/* Where no byte more can be written, the file and the list stay. */
static void
test_full_disk (void)
{
  gchar *path = path_of ("full.ini"), *before = NULL, *after = NULL;
  const Conv2dFilter filter = { .rows = 1, .columns = 1, .weights = { 2 } };
  ConvLayerPresets *presets = load (path);
  struct rlimit limit, none;
  GError *error = NULL;
  gboolean saved, deleted;

  g_assert_true (conv_layer_presets_save (presets, "first", &filter, NULL));
  g_assert_true (conv_layer_presets_save (presets, "other", &filter, NULL));
  g_assert_true (g_file_get_contents (path, &before, NULL, NULL));
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  none = limit;
  none.rlim_cur = 0;
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &none), ==, 0);
  saved = conv_layer_presets_save (presets, "second", &filter, &error);
  deleted = conv_layer_presets_delete (presets, "first", NULL);
  setrlimit (RLIMIT_FSIZE, &limit);
  signal (SIGXFSZ, SIG_DFL);

  g_assert_false (saved);
  g_assert_false (deleted);
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, folder));
  g_clear_error (&error);
  g_assert_null (find (presets, "second"));
  g_assert_nonnull (find (presets, "first"));
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
  conv_layer_presets_free (presets);
  g_free (before);
  g_free (after);
  g_free (path);
}

/* Nothing can be written where a file stands in the folder's place. */
static void
test_unwritable (void)
{
  gchar *file = path_of ("file"), *path = g_build_filename (file, "presets.ini", NULL);
  const Conv2dFilter filter = { .rows = 1, .columns = 1, .weights = { 2 } };
  gchar *warning = NULL;
  ConvLayerPresets *presets;
  GError *error = NULL;

  g_assert_true (g_file_set_contents (file, "", -1, NULL));
  presets = conv_layer_presets_new (path, &warning);
  g_assert_null (warning);
  g_assert_false (conv_layer_presets_save (presets, "mine", &filter, &error));
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, file));
  g_assert_null (find (presets, "mine"));
  g_clear_error (&error);
  conv_layer_presets_free (presets);
  g_free (path);
  g_free (file);
}

static void
test_text_file (void)
{
  gchar *path = path_of ("kernel.txt"), *text = NULL;
  GFile *file = g_file_new_for_path (path);
  const Conv2dFilter filter = { .rows = 2, .columns = 2, .weights = { 0.1, -1, 1.0 / 3, 4 } };
  Conv2dFilter found;
  GError *error = NULL;
  gchar *large;

  g_assert_false (conv_layer_filter_read (file, &found, &error));
  g_assert_nonnull (strstr (error->message, "kernel.txt"));
  g_clear_error (&error);
  g_assert_true (conv_layer_filter_write (file, &filter, NULL));
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "0.1 -1\n0.3333333333333333 4\n");
  g_free (text);
  g_assert_true (conv_layer_filter_read (file, &found, NULL));
  for (gint i = 0; i < 4; i++)
    g_assert_cmpfloat (found.weights[i], ==, filter.weights[i]);
  g_assert_true (g_file_set_contents (path, "1 2\n3\n", -1, NULL));
  g_assert_false (conv_layer_filter_read (file, &found, &error));
  g_clear_error (&error);
  g_assert_true (g_file_set_contents (path,
                                      "\xef\xbb\xbf"
                                      "1 2\r\n3 4\r\n",
                                      -1, NULL));
  g_assert_true (conv_layer_filter_read (file, &found, NULL));
  g_assert_cmpfloat (found.weights[3], ==, 4);
  g_assert_true (g_file_set_contents (path, "1\0 \0002\0", 6, NULL));
  g_assert_false (conv_layer_filter_read (file, &found, &error));
  g_assert_nonnull (strstr (error->message, "UTF-8"));
  g_clear_error (&error);
  large = g_strnfill (1024 * 1024 + 1, ' ');
  large[0] = '1';
  g_assert_true (g_file_set_contents (path, large, -1, NULL));
  g_assert_false (conv_layer_filter_read (file, &found, &error));
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE);
  g_clear_error (&error);
  g_free (large);
  g_object_unref (file);
  g_free (path);
}

/* Presets that were written in one language are read in all. */
static void
test_locales (void)
{
  const Conv2dFilter filter = { .rows = 2, .columns = 2, .weights = { 0.5, -1.0 / 3, 1e-7, 1234567.25 } };

  for (gint w = 0; locale_names[w]; w++)
    {
      g_autofree gchar *name = g_strconcat (locale_names[w], ".ini", NULL), *path = path_of (name);
      ConvLayerPresets *presets;

      if (!locale_start (locale_names[w]))
        return;
      presets = load (path);
      g_assert_true (conv_layer_presets_save (presets, "mine", &filter, NULL));
      conv_layer_presets_free (presets);
      for (gint r = 0; locale_names[r]; r++)
        {
          if (!locale_start (locale_names[r]))
            return;
          presets = load (path);
          g_assert_true (memcmp (find (presets, "mine")->filter.weights, filter.weights, 4 * sizeof (gdouble)) == 0);
          conv_layer_presets_free (presets);
        }
      german_stop ();
      presets = load (path);
      g_assert_true (memcmp (find (presets, "mine")->filter.weights, filter.weights, 4 * sizeof (gdouble)) == 0);
      conv_layer_presets_free (presets);
    }
}

static void
test_german (void)
{
  if (!german_start ())
    return;
  test_own ();
  test_text_file ();
  german_stop ();
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("conv-layer-XXXXXX", NULL);
  g_test_add_func ("/plugin/presets/known", test_known);
  g_test_add_func ("/plugin/presets/sums", test_sums);
  g_test_add_func ("/plugin/presets/own", test_own);
  g_test_add_func ("/plugin/presets/damaged", test_damaged);
  g_test_add_func ("/plugin/presets/known-name", test_known_name);
  g_test_add_func ("/plugin/presets/names", test_names);
  g_test_add_func ("/plugin/presets/full-disk", test_full_disk);
  g_test_add_func ("/plugin/presets/unwritable", test_unwritable);
  g_test_add_func ("/plugin/presets/text-file", test_text_file);
  g_test_add_func ("/plugin/presets/german", test_german);
  g_test_add_func ("/plugin/presets/locales", test_locales);
  status = g_test_run ();
  {
    const gchar *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (gchar **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  }
  g_free (folder);
  return status;
}
