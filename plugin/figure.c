/* figure.c: draws the lesson's figure of one run: what is written is made to
 * fit its place in the layout.  Knows cairo, pango and GEGL; no image, no layer,
 * not which GIMP it is in, and no display. */

#include "figure.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <pango/pangocairo.h>

#include "tile.h"

#define LEAST_SHRINK 0.75 /* a longer line loses its end */

void
conv_layer_figure_set_memory_error (GError **error, const ConvLayerFigure *figure)
{
  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY,
               _("There is not enough memory for the figure of %d x %d pixels; select a smaller area, close other "
                 "images or leave the figure out."),
                  figure->width, figure->height);
}

/* A filter of one weight, 1: what it sees is the picture. */
ConvLayerOptions *
conv_layer_figure_picture_options (const ConvLayerOptions *options, GError **error)
{
  ConvLayerValues values;
  ConvLayerOptions *picture;

  conv_layer_values_init (values);
  g_value_set_static_string (&values[CONV_LAYER_FILTER], "1");
  g_value_set_static_string (&values[CONV_LAYER_VARIANTS], "f");
  g_value_set_static_string (&values[CONV_LAYER_MAPS], "pre-relu");
  g_value_set_boolean (&values[CONV_LAYER_GROUP], FALSE);
  g_value_copy (&options->values[CONV_LAYER_GRAYSCALE], &values[CONV_LAYER_GRAYSCALE]);
  picture = conv_layer_options_new (values, error);
  conv_layer_values_clear (values);
  return picture;
}

/* ---- the words ---- */

typedef struct
{
  const ConvLayerFigure *figure;
  const ConvLayerOptions *options;
  const GPtrArray *maps;
  const ConvLayerMap *picture;
  const ConvLayerFigureHost *host;
} Drawing;

/* The index of a map's part among the maps. */
static gint
map_index (const Drawing *drawing, const ConvLayerPart *part)
{
  gint before = part->stage == CONV_LAYER_POST_RELU && (drawing->options->stages & CONV_LAYER_PRE_RELU)
                    ? drawing->options->layer.filters.count
                    : 0;

  return before + part->output - 1;
}

/* The first line of PART's title; free with g_free(). */
static gchar *
title_of (const ConvLayerPart *part)
{
  switch (part->kind)
    {
    case CONV_LAYER_PART_FILTER:
      return g_strdup_printf (_("Filter %d"), part->output);
    case CONV_LAYER_PART_MAP:
      return g_strdup_printf (part->stage == CONV_LAYER_PRE_RELU ? _("Output %d (before ReLU)")
                                                                 : _("Output %d (after ReLU)"), part->output);
    case CONV_LAYER_PART_PICTURE:
    default:
      return g_strdup (_("The picture in gray"));
    }
}

static gchar *
range_text (const ConvLayerMap *map)
{
  gchar min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (min, sizeof min, "%.5g", (gdouble) map->min);
  g_ascii_formatd (max, sizeof max, "%.5g", (gdouble) map->max);
  return g_strdup_printf ("[%s, %s]", min, max);
}

/* The second line: a filter's expression, the range of what else there is; free with g_free(). */
static gchar *
detail_of (const Drawing *drawing, const ConvLayerPart *part)
{
  gchar *text;

  if (part->kind == CONV_LAYER_PART_PICTURE)
    return range_text (drawing->picture);
  if (part->kind == CONV_LAYER_PART_MAP)
    return range_text (drawing->maps->pdata[map_index (drawing, part)]);
  text = conv_layer_options_variant (drawing->options, part->output - 1);
  return g_strdelimit (text, "\n\r\t", ' ');
}

/* ---- what is written ---- */

/* One byte a pixel; NULL when there is no memory. */
static cairo_surface_t *
surface_new (gint width, gint height)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, width, height);

  if (cairo_surface_status (surface) == CAIRO_STATUS_SUCCESS)
    return surface;
  cairo_surface_destroy (surface);
  return NULL;
}

/* Gray letters where they lie: the same whatever the desktop's settings. */
static PangoLayout *
layout_new (cairo_t *cr)
{
  PangoLayout *layout = pango_cairo_create_layout (cr);
  cairo_font_options_t *font = cairo_font_options_create ();

  cairo_font_options_set_antialias (font, CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style (font, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics (font, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (pango_layout_get_context (layout), font);
  pango_context_set_round_glyph_positions (pango_layout_get_context (layout), FALSE);
  pango_layout_context_changed (layout);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  cairo_font_options_destroy (font);
  return layout;
}

static void
set_size (PangoLayout *layout, gdouble pixels)
{
  PangoFontDescription *font = pango_font_description_from_string ("Sans");

  pango_font_description_set_absolute_size (font, pixels * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
}

/* TEXT in the middle of PLACE, at most SIZE high; smaller, and at last cut, if that is too wide. */
static void
write_text (cairo_t *cr, PangoLayout *layout, const gchar *text, gdouble size, const GeglRectangle *place)
{
  /* Letters reach a little over their own width. */
  const gint room = MAX (1, place->width - 2) * PANGO_SCALE;
  PangoRectangle extent;

  pango_layout_set_width (layout, -1);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
  pango_layout_set_text (layout, text, -1);
  set_size (layout, size);
  pango_layout_get_extents (layout, NULL, &extent);
  if (extent.width > room)
    {
      set_size (layout, size * MAX (LEAST_SHRINK, (gdouble) (room - PANGO_SCALE) / extent.width));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_width (layout, room);
      pango_layout_get_extents (layout, NULL, &extent);
    }
  /* Within its room a line from right to left stands at the right. */
  cairo_move_to (
      cr, place->x + (place->width - (gdouble) extent.width / PANGO_SCALE) / 2 - (gdouble) extent.x / PANGO_SCALE,
      place->y + (place->height - (gdouble) extent.height / PANGO_SCALE) / 2);
  pango_cairo_show_layout (cr, layout);
}

/* Ends drawing; NULL, and SURFACE is released, when there was no memory for it. */
static cairo_surface_t *
drawn (cairo_t *cr, PangoLayout *layout, cairo_surface_t *surface)
{
  gboolean done = cairo_status (cr) == CAIRO_STATUS_SUCCESS;

  g_object_unref (layout);
  cairo_destroy (cr);
  if (!done)
    g_clear_pointer (&surface, cairo_surface_destroy);
  return surface;
}

static cairo_surface_t *
draw_title (const Drawing *drawing, const ConvLayerPart *part)
{
  gint first = part->title.height - drawing->figure->detail;
  cairo_surface_t *surface = surface_new (part->title.width, part->title.height);
  gchar *title, *detail;
  cairo_t *cr;
  PangoLayout *layout;

  if (!surface)
    return NULL;
  title = title_of (part);
  detail = detail_of (drawing, part);
  cr = cairo_create (surface);
  layout = layout_new (cr);
  write_text (cr, layout, title, drawing->figure->letter, GEGL_RECTANGLE (0, 0, part->title.width, first));
  write_text (cr, layout, detail, drawing->figure->small,
              GEGL_RECTANGLE (0, first, part->title.width, drawing->figure->detail));
  g_free (title);
  g_free (detail);
  return drawn (cr, layout, surface);
}

/* Here a byte is a gray, not how much it covers. */
static cairo_surface_t *
draw_tile (const Drawing *drawing, const ConvLayerPart *part)
{
  const Conv2dBank *bank = &drawing->options->layer.filters;
  const gint count = bank->rows * bank->columns, cell = drawing->figure->cell;
  const gfloat *weights = bank->weights + (part->output - 1) * count;
  cairo_surface_t *surface = surface_new (part->image.width, part->image.height);
  gdouble min = HUGE_VAL, max = -HUGE_VAL;
  cairo_t *cr;
  PangoLayout *layout;

  if (!surface)
    return NULL;
  for (gint i = 0; i < count; i++)
    {
      min = MIN (min, (gdouble) weights[i]);
      max = MAX (max, (gdouble) weights[i]);
    }
  cr = cairo_create (surface);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  layout = layout_new (cr);
  for (gint i = 0; i < count; i++)
    {
      GeglRectangle place = { i % bank->columns * cell, i / bank->columns * cell, cell, cell };
      gdouble weight = (gdouble) weights[i] + 0; /* -0 shows as 0 */
      gdouble gray = conv_layer_tile_gray (weight, min, max);
      gchar *number = conv_layer_tile_number (weight, CONV_LAYER_FIGURE_DIGITS);

      cairo_set_source_rgba (cr, 0, 0, 0, gray);
      cairo_rectangle (cr, place.x, place.y, place.width, place.height);
      cairo_fill (cr);
      cairo_set_source_rgba (cr, 0, 0, 0, conv_layer_tile_text_gray (gray));
      write_text (cr, layout, number, drawing->figure->number, &place);
      g_free (number);
    }
  return drawn (cr, layout, surface);
}

/* ---- to the buffers ---- */

/* COVER: a byte tells how much black covers; else it is a gray.  FALSE without memory. */
static gboolean
hand_over (cairo_surface_t *surface, gboolean cover, GeglBuffer *buffer)
{
  gsize width = (gsize) cairo_image_surface_get_width (surface);
  gsize height = (gsize) cairo_image_surface_get_height (surface);
  gsize stride = (gsize) cairo_image_surface_get_stride (surface);
  const Babl *format = babl_format_with_space (cover ? "Y'A u8" : "Y' u8", gegl_buffer_get_format (buffer));
  guchar *pixels = g_try_malloc_n (width * height, cover ? 2 : 1), *to = pixels;
  const guchar *from;

  if (!pixels)
    return FALSE;
  cairo_surface_flush (surface);
  from = cairo_image_surface_get_data (surface);
  for (gsize y = 0; y < height; y++)
    for (gsize x = 0; x < width; x++)
      {
        if (cover)
          *to++ = 0;
        *to++ = from[y * stride + x];
      }
  gegl_buffer_set (buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  g_free (pixels);
  return TRUE;
}

/* Makes a layer of SURFACE, which is released; NULL: there was no memory for it. */
static gboolean
make_layer (const Drawing *drawing, cairo_surface_t *surface, const gchar *name, const GeglRectangle *place,
            gboolean cover, GError **error)
{
  GeglBuffer *buffer = NULL;
  gboolean done = FALSE;

  if (!surface)
    {
      conv_layer_figure_set_memory_error (error, drawing->figure);
      return FALSE;
    }
  buffer = drawing->host->new_layer (name, place, cover, drawing->host->data, error);
  if (buffer)
    {
      done = hand_over (surface, cover, buffer);
      if (!done)
        conv_layer_figure_set_memory_error (error, drawing->figure);
      g_object_unref (buffer);
    }
  cairo_surface_destroy (surface);
  return done;
}

static gboolean
make_title (const Drawing *drawing, const ConvLayerPart *part, GError **error)
{
  gchar *name = title_of (part);
  gboolean done = make_layer (drawing, draw_title (drawing, part), name, &part->title, TRUE, error);

  g_free (name);
  return done;
}

static gboolean
make_image (const Drawing *drawing, const ConvLayerPart *part, GError **error)
{
  gchar *title = title_of (part), *detail = detail_of (drawing, part), *name = NULL;
  gboolean done;

  switch (part->kind)
    {
    case CONV_LAYER_PART_FILTER:
      name = g_strconcat (title, ": ", detail, NULL);
      done = make_layer (drawing, draw_tile (drawing, part), name, &part->image, FALSE, error);
      break;
    case CONV_LAYER_PART_MAP:
      done = drawing->host->copy_map (map_index (drawing, part), NULL, &part->image, drawing->host->data, error);
      break;
    case CONV_LAYER_PART_PICTURE:
    default:
      name = g_strconcat (title, " ", detail, NULL);
      done = drawing->host->copy_map (-1, name, &part->image, drawing->host->data, error);
      break;
    }
  g_free (title);
  g_free (detail);
  g_free (name);
  return done;
}

/* White, with a frame around each image. */
static gboolean
make_background (const Drawing *drawing, GError **error)
{
  const ConvLayerFigure *figure = drawing->figure;
  const GeglRectangle whole = { 0, 0, figure->width, figure->height };
  gint line = figure->line;
  GeglBuffer *buffer = drawing->host->new_layer (_("Background"), &whole, FALSE, drawing->host->data, error);
  GeglColor *black;

  if (!buffer)
    return FALSE;
  black = gegl_color_new ("black");
  for (guint i = 0; i < figure->parts->len; i++)
    {
      const GeglRectangle *image = &g_array_index (figure->parts, ConvLayerPart, i).image;
      const GeglRectangle sides[] = { { image->x - line, image->y - line, image->width + 2 * line, line },
                                      { image->x - line, image->y + image->height, image->width + 2 * line, line },
                                      { image->x - line, image->y, line, image->height },
                                      { image->x + image->width, image->y, line, image->height } };

      for (guint k = 0; k < G_N_ELEMENTS (sides); k++)
        gegl_buffer_set_color (buffer, &sides[k], black);
    }
  g_object_unref (black);
  g_object_unref (buffer);
  return TRUE;
}

gboolean
conv_layer_figure_draw (const ConvLayerFigure *figure, const ConvLayerOptions *options, const GPtrArray *maps,
                        const ConvLayerMap *picture, const ConvLayerFigureHost *host, GError **error)
{
  const Drawing drawing = { figure, options, maps, picture, host };

  if (!make_background (&drawing, error))
    return FALSE;
  /* From the last: the list of layers then reads as the figure does. */
  for (guint i = figure->parts->len; i-- > 0;)
    {
      const ConvLayerPart *part = &g_array_index (figure->parts, ConvLayerPart, i);

      if (!make_image (&drawing, part, error) || !make_title (&drawing, part, error))
        return FALSE;
    }
  return TRUE;
}
