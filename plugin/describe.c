/* describe.c: the words and the JSON that go with a map.
 * Knows no GIMP and no pixels. */

#include "describe.h"

#include <string.h>

#include <glib/gi18n-lib.h>

/* ---- the procedure ---- */

const gchar *
conv_layer_menu_label (void)
{
  return N_("Convolutional _Layer…");
}

const gchar *
conv_layer_blurb (void)
{
  return N_("Show what a convolutional layer sees: its activation maps, before and after ReLU, as new layers");
}

const gchar *
conv_layer_help (void)
{
  return N_("Turns the drawable to gray, derives the filters of a convolutional layer from a base filter, and makes "
            "each activation map, before and after ReLU, a new layer of the image. The maps equal those of "
            "PyTorch's nn.Conv2d, drawn as Matplotlib's imshow draws them.");
}

const gchar *
conv_layer_group_name (void)
{
  return _("Convolutional layer");
}

const gchar *
conv_layer_stage_name (ConvLayerStages stage)
{
  return stage == CONV_LAYER_PRE_RELU ? _("pre-ReLU") : _("post-ReLU");
}

/* ---- a map ---- */

gchar *
conv_layer_map_name (const ConvLayerMap *map)
{
  gchar min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (min, sizeof min, "%.5g", (gdouble) map->min);
  g_ascii_formatd (max, sizeof max, "%.5g", (gdouble) map->max);
  /* Translators: number, variant, stage, least and greatest activation */
  return g_strdup_printf (_("Output %d: %s, %s [%s, %s]"), map->output, map->variant,
                             conv_layer_stage_name (map->stage), min, max);
}

/* ---- JSON ----
 * json-glib writes doubles that have an exponent and no point in a way that is no
 * JSON ("1e-10.0"). */

static void
begin_member (GString *json, const gchar *name)
{
  g_string_append_printf (json, "%s\"%s\":", json->len > 1 ? "," : "", name);
}

static void
add_string (GString *json, const gchar *name, const gchar *text)
{
  begin_member (json, name);
  g_string_append_c (json, '"');
  for (; *text; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (json, "\\%c", *text);
    else if ((guchar) *text < ' ')
      g_string_append_printf (json, "\\u%04x", (guint) *text);
    else
      g_string_append_c (json, *text);
  g_string_append_c (json, '"');
}

static void
add_int (GString *json, const gchar *name, gint number)
{
  begin_member (json, name);
  g_string_append_printf (json, "%d", number);
}

/* With a point or an exponent, so that no reader takes it for an integer. */
static void
add_double (GString *json, const gchar *name, gdouble number)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  begin_member (json, name);
  g_string_append (json, g_ascii_dtostr (text, sizeof text, number));
  if (!strpbrk (text, ".e"))
    g_string_append (json, ".0");
}

static void
add_option (GString *json, const gchar *name, const GValue *value)
{
  if (G_VALUE_HOLDS_STRING (value))
    {
      add_string (json, name, g_value_get_string (value) ? g_value_get_string (value) : "");
    }
  else if (G_VALUE_HOLDS_INT (value))
    {
      add_int (json, name, g_value_get_int (value));
    }
  else if (G_VALUE_HOLDS_DOUBLE (value))
    {
      add_double (json, name, g_value_get_double (value));
    }
  else
    {
      begin_member (json, name);
      g_string_append (json, g_value_get_boolean (value) ? "true" : "false");
    }
}

gchar *
conv_layer_map_json (const ConvLayerOptions *options, const ConvLayerMap *map)
{
  GString *json = g_string_new ("{");

  add_int (json, "version", 1);
  add_int (json, "output", map->output);
  add_string (json, "variant", map->variant);
  add_string (json, "stage", map->stage == CONV_LAYER_PRE_RELU ? "pre-relu" : "post-relu");
  for (gint i = 0; i < CONV_LAYER_FIGURE; i++)
    add_option (json, conv_layer_argument_info ((ConvLayerArgument) i)->name, &options->values[i]);
  /* What a script made before there was this option stays the same to the byte. */
  if (options->figure)
    add_option (json, conv_layer_argument_info (CONV_LAYER_FIGURE)->name, &options->values[CONV_LAYER_FIGURE]);
  add_double (json, "min", (gdouble) map->min);
  add_double (json, "max", (gdouble) map->max);
  add_double (json, "black", (gdouble) map->black);
  add_double (json, "white", (gdouble) map->white);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/* ---- messages ---- */

gchar *
conv_layer_clip_message (const GPtrArray *maps)
{
  guint64 clipped = 0, pixels = 0;
  gchar *clipped_text, *pixels_text, *message;

  for (guint i = 0; i < maps->len; i++)
    {
      const ConvLayerMap *map = g_ptr_array_index (maps, i);

      clipped += map->clipped;
      pixels += (guint64) map->width * (guint64) map->height;
    }
  if (clipped == 0)
    return NULL;
  /* As texts: gettext's tools cannot read the macros of wide numbers. */
  clipped_text = g_strdup_printf ("%" G_GUINT64_FORMAT, clipped);
  pixels_text = g_strdup_printf ("%" G_GUINT64_FORMAT, pixels);
  message
      = g_strdup_printf (_("%s of %s pixels lay outside 0 to 1 and were clipped, because the image's precision is an "
                               "integer one; choose a floating point precision (Image > Precision) to keep them."),
                            clipped_text, pixels_text);
  g_free (clipped_text);
  g_free (pixels_text);
  return message;
}

/* ---- errors ---- */

void
conv_layer_set_indexed_error (GError **error, const gchar *image)
{
  gchar *name = conv_layer_short_text (image, -1);

  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_IMAGE,
               _("The image '%s' is indexed, but only RGB and grayscale images are allowed; convert it first with "
                 "Image > Mode > RGB."),
                  name);
  g_free (name);
}

void
conv_layer_set_floating_error (GError **error, const gchar *image)
{
  gchar *name = conv_layer_short_text (image, -1);

  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_IMAGE,
               _("The image '%s' has a floating selection, which allows no new layers; anchor it first with "
                 "Layer > Anchor Layer."),
                  name);
  g_free (name);
}

void
conv_layer_set_no_drawable_error (GError **error)
{
  g_set_error_literal (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_IMAGE,
                       _("There are 0 drawables to work on, but at least 1 layer, channel or mask of the image is "
                         "needed; select one first."));
}

void
conv_layer_set_selection_error (GError **error, const gchar *drawable, gint width, gint height)
{
  gchar *name = conv_layer_short_text (drawable, -1);

  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_IMAGE,
               _("The selection does not meet '%s' (%d x %d pixels), so 0 pixels are left and at least 1 is needed; "
                 "change the selection or remove it with Select > None."),
                  name, width, height);
  g_free (name);
}

void
conv_layer_set_display_error (GError **error)
{
  g_set_error_literal (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_DISPLAY,
                       _("The run mode is interactive, which needs a display, and there is none; use the run mode "
                         "RUN-NONINTERACTIVE or start GIMP in a window."));
}

void
conv_layer_set_layer_error (GError **error, const ConvLayerMap *map)
{
  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY,
               _("GIMP could not make a layer of %d x %d pixels for Output %d; select a smaller area or close other "
                 "images."),
                  map->width, map->height, map->output);
}
