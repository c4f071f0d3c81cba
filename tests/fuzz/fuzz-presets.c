/* fuzz-presets.c: any bytes as the file of the user's presets, and as a text
 * file with a filter.  What is read can be saved and is then the same; a
 * damaged file is kept beside, to the byte. */

#include "fuzz-glib.h"

#include "presets.h"

static gchar *path, *aside;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  (void) argc;
  (void) argv;
  fuzz_start ();
  fuzz_make_folder ();
  path = g_build_filename (fuzz_folder, "presets.ini", NULL);
  aside = g_strconcat (path, ".damaged", NULL);
  return 0;
}

static void
check_list (const GPtrArray *list)
{
  gboolean own = FALSE;

  for (guint i = 0; i < list->len; i++)
    {
      const ConvLayerPreset *preset = list->pdata[i];

      FUZZ_CHECK (preset->own || !own);
      own = preset->own;
      FUZZ_CHECK (g_utf8_validate (preset->name, -1, NULL));
      FUZZ_CHECK (*preset->name && g_utf8_strlen (preset->name, -1) <= 100);
      FUZZ_CHECK (preset->filter.rows >= 1 && preset->filter.columns >= 1);
    }
}

static void
check_same (const GPtrArray *a, const GPtrArray *b)
{
  FUZZ_CHECK (a->len == b->len);
  for (guint i = 0; i < a->len; i++)
    {
      const ConvLayerPreset *one = a->pdata[i], *other = b->pdata[i];
      gsize count = (gsize) one->filter.rows * (gsize) one->filter.columns;

      FUZZ_CHECK (one->own == other->own && strcmp (one->name, other->name) == 0);
      FUZZ_CHECK (one->filter.rows == other->filter.rows && one->filter.columns == other->filter.columns);
      FUZZ_CHECK (memcmp (one->filter.weights, other->filter.weights, count * sizeof *one->filter.weights) == 0);
    }
}

/* The file as it was lies beside. */
static void
check_aside (const uint8_t *data, size_t size)
{
  gchar *bytes = NULL;
  gsize length = 0;

  FUZZ_CHECK (g_file_get_contents (aside, &bytes, &length, NULL));
  FUZZ_CHECK (length == size && (size == 0 || memcmp (bytes, data, size) == 0));
  g_free (bytes);
  g_remove (aside);
}

/* The file says what PRESETS hold. */
static void
check_file (const ConvLayerPresets *presets)
{
  gchar *warning = NULL;
  ConvLayerPresets *again = conv_layer_presets_new (path, &warning);

  FUZZ_CHECK (!warning);
  check_same (conv_layer_presets_list (presets), conv_layer_presets_list (again));
  conv_layer_presets_free (again);
}

/* A refused change comes with a sentence and changes nothing. */
static void
check_change (const ConvLayerPresets *presets, gboolean done, GError **error)
{
  FUZZ_CHECK (done == !*error);
  if (!done)
    fuzz_check_sentence (*error);
  g_clear_error (error);
  check_list (conv_layer_presets_list (presets));
}

/* Under a name that may be any text; what is asked for by name is UTF-8. */
static void
change (ConvLayerPresets *presets, const gchar *bytes)
{
  static const Conv2dFilter filter = { .rows = 1, .columns = 2, .weights = { -0.0, 1.0 / 3 } };
  static const gchar own[] = "\303\244 = [x] # ;";
  gchar *name = g_strdelimit (g_utf8_make_valid (bytes, -1), "\f\v", ' ');
  GError *error = NULL;

  check_change (presets, conv_layer_presets_save (presets, bytes, &filter, &error), &error);
  FUZZ_CHECK (conv_layer_presets_save (presets, own, &filter, &error));
  check_file (presets);
  check_change (presets, conv_layer_presets_rename (presets, own, name, &error), &error);
  check_change (presets, conv_layer_presets_rename (presets, name, own, &error), &error);
  check_change (presets, conv_layer_presets_delete (presets, name, &error), &error);
  check_file (presets);
  g_free (name);
}

static void
check_presets (const uint8_t *data, size_t size)
{
  gchar *warning = NULL;
  ConvLayerPresets *presets;
  size_t wish = (size_t) fuzz_byte (&data, &size) % 128;
  size_t length = MIN (wish, size);
  char *name = fuzz_text (size > 0 ? data + (size - length) : data, length); /* the last bytes, too */

  fuzz_write_file (path, data, size);
  presets = conv_layer_presets_new (path, &warning);
  check_list (conv_layer_presets_list (presets));
  if (warning)
    {
      FUZZ_CHECK (g_utf8_validate (warning, -1, NULL));
      check_aside (data, size);
    }
  change (presets, name);
  conv_layer_presets_free (presets);
  g_free (warning);
  free (name);
  g_remove (path);
}

static void
check_text_file (const uint8_t *data, size_t size)
{
  GFile *file = g_file_new_for_path (path);
  Conv2dFilter filter, again;
  GError *error = NULL;

  fuzz_write_file (path, data, size);
  if (conv_layer_filter_read (file, &filter, &error))
    {
      FUZZ_CHECK (conv_layer_filter_write (file, &filter, NULL) && conv_layer_filter_read (file, &again, NULL));
      FUZZ_CHECK (filter.rows == again.rows && filter.columns == again.columns);
      FUZZ_CHECK (memcmp (filter.weights, again.weights,
                          (gsize) (filter.rows * filter.columns) * sizeof *filter.weights)
                  == 0);
    }
  else
    {
      fuzz_check_sentence (error);
    }
  g_clear_error (&error);
  g_object_unref (file);
  g_remove (path);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (fuzz_byte (&data, &size) % 4)
    check_presets (data, size);
  else
    check_text_file (data, size);
  return 0;
}
