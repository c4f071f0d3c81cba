/* photos.c: a picture, its activation maps and their figure, made by the
 * plug-in's own code, as images inside the page: a page is one file, which a browser in a sandbox
 * can be handed.  Knows no language and no page. */

#include "figures.h"

#include <cairo.h>
#include <gio/gio.h>
#include <string.h>

#include "describe.h"
#include "figure.h"
#include "render.h"

/* ---- PNG ---- */

static cairo_status_t
append (void *data, const unsigned char *bytes, unsigned int length)
{
  g_byte_array_append (data, bytes, length);
  return CAIRO_STATUS_SUCCESS;
}

static gboolean
check_surface (cairo_status_t status, const gchar *what, GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", what, cairo_status_to_string (status));
  return FALSE;
}

/* The pixels of BUFFER, in cairo's format A8 (which it writes as gray) or RGB24. */
static gboolean
add_image (GString *page, GeglBuffer *buffer, cairo_format_t format, const gchar *alt, GError **error)
{
  const GeglRectangle *extent = gegl_buffer_get_extent (buffer);
  cairo_surface_t *surface = cairo_image_surface_create (format, extent->width, extent->height);
  GByteArray *png = g_byte_array_new ();
  gchar *base64, *escaped = g_markup_escape_text (alt, -1);
  gboolean good;

  gegl_buffer_get (buffer, extent, 1, babl_format (format == CAIRO_FORMAT_A8 ? "Y' u8" : "cairo-RGB24"),
                   cairo_image_surface_get_data (surface), cairo_image_surface_get_stride (surface), GEGL_ABYSS_NONE);
  cairo_surface_mark_dirty (surface);
  good = check_surface (cairo_surface_write_to_png_stream (surface, append, png), "PNG", error);
  base64 = g_base64_encode (png->data, png->len);
  g_string_append_printf (page, "<img src=\"data:image/png;base64,%s\" width=\"%d\" height=\"%d\" alt=\"%s\">", base64,
                          extent->width, extent->height, escaped);
  cairo_surface_destroy (surface);
  g_byte_array_unref (png);
  g_free (base64);
  g_free (escaped);
  return good;
}

/* Free with g_object_unref(). */
static GeglBuffer *
load (const HelpPicture *picture, GError **error)
{
  cairo_surface_t *surface = cairo_image_surface_create_from_png (picture->path);
  GeglBuffer *whole, *part = NULL;
  GeglRectangle all, area = { picture->x, picture->y, picture->width, picture->height };

  if (check_surface (cairo_surface_status (surface), picture->path, error))
    {
      all = *GEGL_RECTANGLE (0, 0, cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface));
      area = area.width ? area : all;
      whole = gegl_buffer_new (&all, babl_format ("R'G'B' u8"));
      gegl_buffer_set (whole, &all, 0, babl_format ("cairo-RGB24"), cairo_image_surface_get_data (surface),
                       cairo_image_surface_get_stride (surface));
      part = gegl_buffer_new (GEGL_RECTANGLE (0, 0, area.width, area.height), babl_format ("R'G'B' u8"));
      gegl_buffer_copy (whole, &area, GEGL_ABYSS_NONE, part, GEGL_RECTANGLE (0, 0, 0, 0));
      g_object_unref (whole);
    }
  cairo_surface_destroy (surface);
  return part;
}

gboolean
help_add_photo (GString *page, const HelpPicture *picture, const gchar *alt, GError **error)
{
  GeglBuffer *buffer = load (picture, error);
  gboolean good;

  if (!buffer)
    return FALSE;
  good = add_image (page, buffer, CAIRO_FORMAT_RGB24, alt, error);
  g_string_append_c (page, '\n');
  g_object_unref (buffer);
  return good;
}

/* ---- maps ---- */

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  GPtrArray *buffers = data;
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, map->width, map->height), babl_format ("Y' u8"));

  (void) error;
  g_ptr_array_add (buffers, buffer);
  return buffer;
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  (void) text;
  (void) fraction;
  (void) data;
}

/* The maps of OPTIONS, ConvLayerMap, which are drawn into new BUFFERS; or NULL with ERROR set. */
static GPtrArray *
make_maps (GeglBuffer *picture, const ConvLayerOptions *options, GPtrArray *buffers, GError **error)
{
  ConvLayerSource source = { .buffer = picture, .area = *gegl_buffer_get_extent (picture) };
  ConvLayerHost host = { new_map, progress, NULL, buffers };

  return conv_layer_render (options, &source, &host, error);
}

static gboolean
add_map (GString *page, const ConvLayerMap *map, GeglBuffer *buffer, const gchar *alt, const gchar *caption,
         GError **error)
{
  gchar *name = conv_layer_map_name (map);
  gchar *words
      = caption ? g_markup_printf_escaped ("<code>%s</code><br>%s", caption, name) : g_markup_escape_text (name, -1);
  gchar *full = g_strdup_printf ("%s (%s)", alt, name);
  gboolean good;

  g_string_append (page, "<figure>");
  good = add_image (page, buffer, CAIRO_FORMAT_A8, full, error);
  g_string_append_printf (page, "<figcaption>%s</figcaption></figure>\n", words);
  g_free (name);
  g_free (words);
  g_free (full);
  return good;
}

gboolean
help_add_maps (GString *page, const HelpPicture *picture, const ConvLayerValues values, const gchar *alt,
               const gchar *caption, GError **error)
{
  GeglBuffer *buffer = load (picture, error);
  ConvLayerOptions *options = buffer ? conv_layer_options_new (values, error) : NULL;
  GPtrArray *buffers = g_ptr_array_new_with_free_func (g_object_unref), *maps = NULL;
  gboolean good = FALSE;

  if (options)
    {
      maps = make_maps (buffer, options, buffers, error);
      conv_layer_options_free (options);
    }
  if (maps)
    {
      good = TRUE;
      g_string_append (page, "<div class=\"maps\">\n");
      for (guint i = 0; good && i < maps->len; i++)
        good = add_map (page, maps->pdata[i], buffers->pdata[i], alt, caption, error);
      g_string_append (page, "</div>\n");
      g_ptr_array_unref (maps);
    }
  g_ptr_array_unref (buffers);
  g_clear_object (&buffer);
  return good;
}

/* ---- the figure ---- */

typedef struct
{
  GPtrArray *maps, *picture; /* GeglBuffer */
  cairo_surface_t *surface;
  /* The layer that is being drawn; it is painted when the next one is asked for. */
  GeglBuffer *layer;
  GeglRectangle place;
} Canvas;

static void
paint (Canvas *canvas, GeglBuffer *buffer, const GeglRectangle *place)
{
  cairo_surface_t *layer = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, place->width, place->height);
  cairo_t *cr = cairo_create (canvas->surface);

  gegl_buffer_get (buffer, NULL, 1, babl_format ("cairo-ARGB32"), cairo_image_surface_get_data (layer),
                   cairo_image_surface_get_stride (layer), GEGL_ABYSS_NONE);
  cairo_surface_mark_dirty (layer);
  cairo_set_source_surface (cr, layer, place->x, place->y);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (layer);
}

static void
end_layer (Canvas *canvas)
{
  if (canvas->layer)
    paint (canvas, canvas->layer, &canvas->place);
  g_clear_object (&canvas->layer);
}

static GeglBuffer *
new_layer (const gchar *name, const GeglRectangle *place, gboolean clear, gpointer data, GError **error)
{
  Canvas *canvas = data;
  GeglColor *color = gegl_color_new (clear ? "transparent" : "white");

  (void) name;
  (void) error;
  end_layer (canvas);
  canvas->place = *place;
  canvas->layer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, place->width, place->height), babl_format ("R'G'B'A u8"));
  gegl_buffer_set_color (canvas->layer, NULL, color);
  g_object_unref (color);
  return g_object_ref (canvas->layer);
}

static gboolean
copy_map (gint map, const gchar *name, const GeglRectangle *place, gpointer data, GError **error)
{
  Canvas *canvas = data;
  GeglBuffer *buffer = map < 0 ? canvas->picture->pdata[0] : canvas->maps->pdata[map];

  (void) name;
  end_layer (canvas);
  if (gegl_buffer_get_width (buffer) != place->width || gegl_buffer_get_height (buffer) != place->height)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "this figure would be scaled");
      return FALSE;
    }
  paint (canvas, buffer, place);
  return TRUE;
}

static gboolean
draw_figure (Canvas *canvas, GeglBuffer *picture, const ConvLayerOptions *options, const ConvLayerFigure *figure,
             GError **error)
{
  ConvLayerFigureHost host = { new_layer, copy_map, canvas };
  ConvLayerOptions *picture_options = conv_layer_figure_picture_options (options, error);
  GPtrArray *maps = picture_options ? make_maps (picture, options, canvas->maps, error) : NULL;
  GPtrArray *whole = maps ? make_maps (picture, picture_options, canvas->picture, error) : NULL;
  gboolean good = whole && conv_layer_figure_draw (figure, options, maps, whole->pdata[0], &host, error);

  end_layer (canvas);
  g_clear_pointer (&maps, g_ptr_array_unref);
  g_clear_pointer (&whole, g_ptr_array_unref);
  g_clear_pointer (&picture_options, conv_layer_options_free);
  return good;
}

/* SURFACE is of the format ARGB32. */
static gboolean
add_surface (GString *page, cairo_surface_t *surface, const gchar *alt, GError **error)
{
  GeglRectangle extent = { 0, 0, cairo_image_surface_get_width (surface), cairo_image_surface_get_height (surface) };
  GeglBuffer *buffer = gegl_buffer_new (&extent, babl_format ("R'G'B' u8"));
  gboolean good;

  cairo_surface_flush (surface);
  gegl_buffer_set (buffer, &extent, 0, babl_format ("cairo-ARGB32"), cairo_image_surface_get_data (surface),
                   cairo_image_surface_get_stride (surface));
  g_string_append (page, "<div class=\"maps\">");
  good = add_image (page, buffer, CAIRO_FORMAT_A8, alt, error);
  g_string_append (page, "</div>\n");
  g_object_unref (buffer);
  return good;
}

gboolean
help_add_figure (GString *page, const HelpPicture *picture, const ConvLayerValues values, const gchar *alt,
                 GError **error)
{
  GeglBuffer *buffer = load (picture, error);
  ConvLayerOptions *options = buffer ? conv_layer_options_new (values, error) : NULL;
  ConvLayerFigure *figure = options ? conv_layer_figure_new (options, gegl_buffer_get_width (buffer),
                                                             gegl_buffer_get_height (buffer), error)
                                    : NULL;
  gboolean good = FALSE;

  if (figure)
    {
      Canvas canvas = { .maps = g_ptr_array_new_with_free_func (g_object_unref),
                        .picture = g_ptr_array_new_with_free_func (g_object_unref),
                        .surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, figure->width, figure->height) };

      good = draw_figure (&canvas, buffer, options, figure, error) && add_surface (page, canvas.surface, alt, error);
      cairo_surface_destroy (canvas.surface);
      g_ptr_array_unref (canvas.maps);
      g_ptr_array_unref (canvas.picture);
      conv_layer_figure_free (figure);
    }
  g_clear_pointer (&options, conv_layer_options_free);
  g_clear_object (&buffer);
  return good;
}
