/* presets.c: known base filters and the user's own in one key file, a group
 * each, so that one that is damaged leaves the others readable.
 * Knows no widget. */

#include "presets.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "edits.h"

#define MAX_NAME 100           /* letters */
#define MAX_FILE (1024 * 1024) /* bytes of a text file */
#define GROUP "preset %u"

struct ConvLayerPresets
{
  gchar *path;
  GPtrArray *list; /* ConvLayerPreset */
};

/* This is cross-correlation: no filter is flipped.  A table reads better as one. */
/* clang-format off */
static const struct
{
  const gchar *name, *help, *filter;
} known[] = {
  { N_("Notebook"), N_("The lesson's filter: bright where it gets brighter from left to right"),
    "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1" },
  { N_("Sobel, upright edges"), N_("The slope from left to right, smoothed from top to bottom"),
    "-1 0 1; -2 0 2; -1 0 1" },
  { N_("Sobel, level edges"), N_("The slope from top to bottom, smoothed from left to right"),
    "-1 -2 -1; 0 0 0; 1 2 1" },
  { N_("Prewitt, upright edges"), N_("The slope from left to right, the mean of three rows"),
    "-1 0 1; -1 0 1; -1 0 1" },
  { N_("Prewitt, level edges"), N_("The slope from top to bottom, the mean of three columns"),
    "-1 -1 -1; 0 0 0; 1 1 1" },
  { N_("Scharr, upright edges"), N_("Like Sobel, but nearly the same for every direction of an edge"),
    "-3 0 3; -10 0 10; -3 0 3" },
  { N_("Scharr, level edges"), N_("Like Sobel, but nearly the same for every direction of an edge"),
    "-3 -10 -3; 0 0 0; 3 10 3" },
  { N_("Roberts, falling diagonal"), N_("The difference along one diagonal: the smallest edge filter"),
    "1 0; 0 -1" },
  { N_("Roberts, rising diagonal"), N_("The difference along the other diagonal"),
    "0 1; -1 0" },
  { N_("Laplacian, 4 neighbours"), N_("How much a pixel differs from its neighbours beside, above and below"),
    "0 1 0; 1 -4 1; 0 1 0" },
  { N_("Laplacian, 8 neighbours"), N_("How much a pixel differs from all neighbours, diagonal ones too"),
    "1 1 1; 1 -8 1; 1 1 1" },
  { N_("Laplacian of Gaussian"), N_("Finds spots and fine lines; smooths first, so that noise counts less"),
    "0 0 1 0 0; 0 1 2 1 0; 1 2 -16 2 1; 0 1 2 1 0; 0 0 1 0 0" },
  { N_("Gaussian blur, 3x3"), N_("A weighted mean that softens the picture"),
    "1/16 2/16 1/16; 2/16 4/16 2/16; 1/16 2/16 1/16" },
  { N_("Gaussian blur, 5x5"), N_("A weighted mean over more pixels, softer still"),
    "1/256 4/256 6/256 4/256 1/256; 4/256 16/256 24/256 16/256 4/256; 6/256 24/256 36/256 24/256 6/256;"
    "4/256 16/256 24/256 16/256 4/256; 1/256 4/256 6/256 4/256 1/256" },
  { N_("Box blur"), N_("The plain mean of nine pixels"),
    "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9" },
  { N_("Sharpen"), N_("The picture minus its Laplacian: edges become stronger"),
    "0 -1 0; -1 5 -1; 0 -1 0" },
  { N_("Unsharp mask"), N_("Twice the picture minus its blur: sharper, with little noise"),
    "-1/256 -4/256 -6/256 -4/256 -1/256; -4/256 -16/256 -24/256 -16/256 -4/256; -6/256 -24/256 476/256 -24/256 -6/256;"
    "-4/256 -16/256 -24/256 -16/256 -4/256; -1/256 -4/256 -6/256 -4/256 -1/256" },
  { N_("Emboss"), N_("Light from the top left: slopes become bright or dark, as in metal"),
    "-2 -1 0; -1 1 1; 0 1 2" },
  { N_("Ridge, upright lines"), N_("Thin upright lines that are brighter than what is beside them"),
    "-1 2 -1; -1 2 -1; -1 2 -1" },
  { N_("Ridge, level lines"), N_("Thin level lines that are brighter than what is above and below"),
    "-1 -1 -1; 2 2 2; -1 -1 -1" },
  { N_("Identity"), N_("The picture itself: one weight of 1 in the middle"),
    "0 0 0; 0 1 0; 0 0 0" },
  { N_("Motion blur"), N_("The mean along a diagonal, as when the camera moved"),
    "0.2 0 0 0 0; 0 0.2 0 0 0; 0 0 0.2 0 0; 0 0 0 0.2 0; 0 0 0 0 0.2" },
};

static const struct
{
  const gchar *name, *help;
  gint degrees;
} gabors[] = {
  { N_("Gabor, 0°"), N_("Upright stripes of about four pixels, as cells of the eye's cortex see them"), 0 },
  { N_("Gabor, 45°"), N_("Stripes of about four pixels that fall to the left"), 45 },
  { N_("Gabor, 90°"), N_("Level stripes of about four pixels"), 90 },
  { N_("Gabor, 135°"), N_("Stripes of about four pixels that fall to the right"), 135 },
};
/* clang-format on */

/* ---- the list ---- */

static void
preset_free (gpointer data)
{
  ConvLayerPreset *preset = data;

  g_free (preset->name);
  g_free (preset->help);
  g_free (preset);
}

static ConvLayerPreset *
preset_new (const gchar *name, const gchar *help, const Conv2dFilter *filter, gboolean own)
{
  ConvLayerPreset *preset = g_new (ConvLayerPreset, 1);

  *preset = (ConvLayerPreset) { g_strdup (name), g_strdup (help), *filter, own };
  return preset;
}

/* exp (-(u^2 + v^2 / 4) / 2 / sigma^2) cos (2 pi u / 4) over 7x7, u along
 * DEGREES, sigma 1.5, minus the mean; four decimals, and the weight in the
 * middle takes what they leave of the sum, so that flat areas give 0. */
static Conv2dFilter
gabor (gint degrees)
{
  const gint size = 7, middle = 3;
  const gdouble angle = degrees * G_PI / 180, sigma = 1.5, wave = 4;
  Conv2dFilter filter = { .rows = size, .columns = size };
  gdouble sum = 0, left = 0; /* in 1/10000 */

  for (gint i = 0; i < size * size; i++)
    {
      gdouble x = i % size - middle, y = i / size - middle;
      gdouble u = x * cos (angle) + y * sin (angle), v = y * cos (angle) - x * sin (angle);

      filter.weights[i] = exp (-(u * u + v * v / 4) / 2 / sigma / sigma) * cos (2 * G_PI * u / wave);
      sum += filter.weights[i];
    }
  for (gint i = 0; i < size * size; i++)
    {
      filter.weights[i] = round ((filter.weights[i] - sum / (size * size)) * 1e4);
      left += filter.weights[i];
    }
  filter.weights[size * size / 2] -= left;
  for (gint i = 0; i < size * size; i++)
    filter.weights[i] = filter.weights[i] / 1e4 + 0.0;
  return filter;
}

static void
add_known (GPtrArray *list)
{
  Conv2dFilter filter;

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      conv2d_filter_parse (known[i].filter, &filter, NULL);
      g_ptr_array_add (list, preset_new (_(known[i].name), _(known[i].help), &filter, FALSE));
    }
  for (gsize i = 0; i < G_N_ELEMENTS (gabors); i++)
    {
      filter = gabor (gabors[i].degrees);
      g_ptr_array_add (list, preset_new (_(gabors[i].name), _(gabors[i].help), &filter, FALSE));
    }
}

/* An own preset can have the name that a known one has in another language. */
static gint
find (const GPtrArray *list, const gchar *name, gboolean own)
{
  for (guint i = 0; i < list->len; i++)
    {
      const ConvLayerPreset *preset = list->pdata[i];

      if (preset->own == own && strcmp (preset->name, name) == 0)
        return (gint) i;
    }
  return -1;
}

/* ---- the file ---- */

static gboolean
valid_name (const gchar *name)
{
  return name && *name && g_utf8_validate (name, -1, NULL) && g_utf8_strlen (name, -1) <= MAX_NAME;
}

/* FALSE when something in it could not be read. */
static gboolean
read_groups (GKeyFile *file, GPtrArray *list)
{
  gchar **groups = g_key_file_get_groups (file, NULL);
  gboolean good = TRUE;

  for (gint i = 0; groups[i]; i++)
    {
      gchar *name = g_key_file_get_string (file, groups[i], "name", NULL);
      gchar *text = g_key_file_get_string (file, groups[i], "filter", NULL);
      Conv2dFilter filter;

      if (valid_name (name) && text && conv2d_filter_parse (text, &filter, NULL) == CONV2D_OK
          && find (list, name, TRUE) < 0)
        g_ptr_array_add (list, preset_new (name, NULL, &filter, TRUE));
      else
        good = FALSE;
      g_free (name);
      g_free (text);
    }
  g_strfreev (groups);
  return good;
}

/* Each group of a file that as a whole is none; a line in brackets begins one. */
static void
read_damaged (const gchar *path, GPtrArray *list)
{
  gchar *text = NULL;
  gchar **groups;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  groups = g_strsplit (text, "\n[", -1);
  for (gint i = 0; groups[i]; i++)
    {
      GKeyFile *file = g_key_file_new ();
      gchar *group = g_strconcat (i > 0 ? "[" : "", groups[i], NULL);

      if (g_key_file_load_from_data (file, group, strlen (group), G_KEY_FILE_NONE, NULL))
        read_groups (file, list);
      g_free (group);
      g_key_file_free (file);
    }
  g_strfreev (groups);
  g_free (text);
}

/* A name beside PATH that no file has; free with g_free(). */
static gchar *
free_path (const gchar *path)
{
  gchar *name = g_strconcat (path, ".damaged", NULL);

  for (guint i = 2; g_file_test (name, G_FILE_TEST_EXISTS); i++)
    {
      g_free (name);
      name = g_strdup_printf ("%s.damaged-%u", path, i);
    }
  return name;
}

static gchar *
keep_aside (const gchar *path)
{
  gchar *aside = free_path (path);
  gchar *warning;

  if (g_rename (path, aside) == 0)
    warning = g_strdup_printf (_("The file of your presets, '%s', is damaged; it is kept as '%s', and what could be "
                                 "read of it is in the list."),
                                  path, aside);
  else
    warning = g_strdup_printf (_("The file of your presets, '%s', is damaged and could not be renamed (%s); move it "
                                 "away before you save a preset."),
                                  path, g_strerror (errno));
  g_free (aside);
  return warning;
}

static gboolean write_file (const gchar *path, const GPtrArray *list, GError **error);

ConvLayerPresets *
conv_layer_presets_new (const gchar *path, gchar **warning)
{
  ConvLayerPresets *presets = g_new (ConvLayerPresets, 1);
  GKeyFile *file = g_key_file_new ();
  GError *error = NULL;
  gboolean good;

  *presets = (ConvLayerPresets) { g_strdup (path), g_ptr_array_new_with_free_func (preset_free) };
  *warning = NULL;
  add_known (presets->list);
  good = g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &error);
  if (good)
    good = read_groups (file, presets->list);
  else if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOENT)
           || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
    good = TRUE; /* there is none */
  else
    read_damaged (path, presets->list);
  if (!good)
    {
      *warning = keep_aside (path);
      /* What was read must be there the next time, too. */
      if (!g_file_test (path, G_FILE_TEST_EXISTS))
        write_file (path, presets->list, NULL);
    }
  g_clear_error (&error);
  g_key_file_free (file);
  return presets;
}

void
conv_layer_presets_free (ConvLayerPresets *presets)
{
  if (!presets)
    return;
  g_free (presets->path);
  g_ptr_array_unref (presets->list);
  g_free (presets);
}

const GPtrArray *
conv_layer_presets_list (const ConvLayerPresets *presets)
{
  return presets->list;
}

static gboolean
write_file (const gchar *path, const GPtrArray *list, GError **error)
{
  GKeyFile *file = g_key_file_new ();
  gchar *folder = g_path_get_dirname (path);
  GError *reason = NULL;
  guint number = 0;
  gboolean good;

  for (guint i = 0; i < list->len; i++)
    {
      const ConvLayerPreset *preset = list->pdata[i];
      gchar *group, *text;

      if (!preset->own)
        continue;
      group = g_strdup_printf (GROUP, ++number);
      text = conv_layer_filter_text (&preset->filter);
      g_key_file_set_string (file, group, "name", preset->name);
      g_key_file_set_string (file, group, "filter", text);
      g_free (text);
      g_free (group);
    }
  g_mkdir_with_parents (folder, 0700);
  good = g_key_file_save_to_file (file, path, &reason);
  if (!good)
    {
      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE,
                   _("The presets could not be saved (%s); make '%s' writable or free space on its disk."),
                      reason->message, folder);
      g_error_free (reason);
    }
  g_free (folder);
  g_key_file_free (file);
  return good;
}

/* Writes LIST; if that works it is the one, else the old one stays. */
static gboolean
take_list (ConvLayerPresets *presets, GPtrArray *list, GError **error)
{
  gboolean good = write_file (presets->path, list, error);

  g_ptr_array_unref (good ? presets->list : list);
  if (good)
    presets->list = list;
  return good;
}

static gpointer
copy_preset (gconstpointer data, gpointer unused)
{
  const ConvLayerPreset *preset = data;

  (void) unused;
  return preset_new (preset->name, preset->help, &preset->filter, preset->own);
}

/* ---- changes ---- */

static gboolean
check_name (const ConvLayerPresets *presets, const gchar *name, GError **error)
{
  if (!valid_name (name))
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                 _("The name has %ld letters where 1 to %d are allowed; type another name."),
                    name && g_utf8_validate (name, -1, NULL) ? g_utf8_strlen (name, -1) : 0, MAX_NAME);
  else if (find (presets->list, name, TRUE) < 0 && find (presets->list, name, FALSE) >= 0)
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                 _("'%s' is the name of a preset that comes with the program; type another name."), name);
  else
    return TRUE;
  return FALSE;
}

/* The place of one's own preset; -1 with ERROR. */
static gint
find_own (const ConvLayerPresets *presets, const gchar *name, GError **error)
{
  gint place = find (presets->list, name, TRUE);

  if (place < 0)
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                 _("'%s' is not one of your own presets, and only those can be changed; choose another."), name);
  return place;
}

/* Of all blanks a key file loses just these two at a line's end; free with g_free(). */
static gchar *
plain_name (const gchar *name)
{
  return g_strdelimit (g_strdup (name ? name : ""), "\f\v", ' ');
}

static gboolean
save (ConvLayerPresets *presets, const gchar *name, const Conv2dFilter *filter, GError **error)
{
  GPtrArray *list;
  gint place;

  if (!check_name (presets, name, error))
    return FALSE;
  list = g_ptr_array_copy (presets->list, (GCopyFunc) copy_preset, NULL);
  place = find (list, name, TRUE);
  if (place >= 0)
    ((ConvLayerPreset *) list->pdata[place])->filter = *filter;
  else
    g_ptr_array_add (list, preset_new (name, NULL, filter, TRUE));
  return take_list (presets, list, error);
}

gboolean
conv_layer_presets_save (ConvLayerPresets *presets, const gchar *name, const Conv2dFilter *filter, GError **error)
{
  gchar *plain = plain_name (name);
  gboolean saved = save (presets, plain, filter, error);

  g_free (plain);
  return saved;
}

static gboolean
rename_own (ConvLayerPresets *presets, const gchar *name, const gchar *new_name, GError **error)
{
  gint place = find_own (presets, name, error);
  GPtrArray *list;
  ConvLayerPreset *preset;

  if (place < 0 || !check_name (presets, new_name, error))
    return FALSE;
  if (strcmp (name, new_name) == 0)
    return TRUE;
  if (find (presets->list, new_name, TRUE) >= 0)
    {
      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                   _("There is a preset '%s' already; type another name."), new_name);
      return FALSE;
    }
  list = g_ptr_array_copy (presets->list, (GCopyFunc) copy_preset, NULL);
  preset = list->pdata[place];
  g_free (preset->name);
  preset->name = g_strdup (new_name);
  return take_list (presets, list, error);
}

gboolean
conv_layer_presets_rename (ConvLayerPresets *presets, const gchar *name, const gchar *new_name, GError **error)
{
  gchar *plain = plain_name (new_name);
  gboolean renamed = rename_own (presets, name, plain, error);

  g_free (plain);
  return renamed;
}

gboolean
conv_layer_presets_delete (ConvLayerPresets *presets, const gchar *name, GError **error)
{
  gint place = find_own (presets, name, error);
  GPtrArray *list;

  if (place < 0)
    return FALSE;
  list = g_ptr_array_copy (presets->list, (GCopyFunc) copy_preset, NULL);
  g_ptr_array_remove_index (list, (guint) place);
  return take_list (presets, list, error);
}

/* ---- text files ---- */

/* At most one byte more than allowed is read; free with g_free(). */
static gchar *
read_text (GFile *file, gsize *length, GError **error)
{
  GFileInputStream *stream = g_file_read (file, NULL, error);
  gchar *text;
  gboolean good;

  if (!stream)
    return NULL;
  text = g_malloc (MAX_FILE + 2);
  good = g_input_stream_read_all (G_INPUT_STREAM (stream), text, MAX_FILE + 1, length, NULL, error);
  g_object_unref (stream);
  if (!good)
    g_clear_pointer (&text, g_free);
  else
    text[*length] = '\0';
  return text;
}

/* TEXT behind the mark that some programs begin UTF-8 with. */
static const gchar *
after_mark (const gchar *text)
{
  static const gchar mark[] = "\xef\xbb\xbf";

  return g_str_has_prefix (text, mark) ? text + strlen (mark) : text;
}

gboolean
conv_layer_filter_read (GFile *file, Conv2dFilter *filter, GError **error)
{
  GError *reason = NULL;
  Conv2dError core;
  gsize length = 0;
  gchar *text = read_text (file, &length, &reason);
  gchar *name = g_file_get_parse_name (file);
  gboolean good = FALSE;

  if (!text)
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE,
                 _("'%s' could not be read (%s); choose a text file with a filter."), name, reason->message);
  else if (length > MAX_FILE)
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE,
                 _("'%s' has more than %d bytes, too many for a filter; choose a text file with a filter."), name,
                    MAX_FILE);
  /* UTF-16, as some programs save, is full of zero bytes: its first digit would be all. */
  else if (strlen (text) < length)
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE,
                 _("'%s' is not plain text; save it as UTF-8 text and try again."), name);
  else if (conv2d_filter_parse (after_mark (text), filter, &core) != CONV2D_OK)
    conv_layer_set_core_error (error, &core, conv_layer_argument_info (CONV_LAYER_FILTER)->name, after_mark (text));
  else
    good = TRUE;
  g_clear_error (&reason);
  g_free (name);
  g_free (text);
  return good;
}

gboolean
conv_layer_filter_write (GFile *file, const Conv2dFilter *filter, GError **error)
{
  gchar *text = conv_layer_filter_text (filter);
  gchar **rows = g_strsplit (text, "; ", -1);
  gchar *lines = g_strjoinv ("\n", rows);
  gchar *whole = g_strconcat (lines, "\n", NULL);
  GError *reason = NULL;
  gboolean good
      = g_file_replace_contents (file, whole, strlen (whole), NULL, FALSE, G_FILE_CREATE_NONE, NULL, NULL, &reason);

  if (!good)
    {
      gchar *name = g_file_get_parse_name (file);

      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE,
                   _("'%s' could not be written (%s); choose another folder or name."), name, reason->message);
      g_free (name);
      g_error_free (reason);
    }
  g_free (whole);
  g_free (lines);
  g_strfreev (rows);
  g_free (text);
  return good;
}
