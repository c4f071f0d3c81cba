/* editor-tile.c: a filter drawn as the lesson shows it; see editor-tile.h.
 * Knows cairo and pango; no model. */

#include "editor-tile.h"

#include <float.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "edits.h"
#include "toolkit.h"

#define LEAST_FONT 7.0  /* pixels; smaller numbers are left out */
#define GOOD_FONT 9.0   /* pixels; below it, shorter numbers are tried */
#define LONG_FILTER 100 /* weights; more are not read out one by one */

typedef struct
{
  Conv2dFilter filter;
  gdouble min, max;
  gboolean numbers; /* all are drawn, and in full */
} Tile;

/* Where the cells lie: squares, in the middle of the widget. */
typedef struct
{
  gdouble x, y, size;
} Frame;

static void
filter_range (const Conv2dFilter *filter, gdouble *min, gdouble *max)
{
  *min = *max = filter->weights[0];
  for (gint i = 1; i < filter->rows * filter->columns; i++)
    {
      *min = MIN (*min, filter->weights[i]);
      *max = MAX (*max, filter->weights[i]);
    }
}

static void
set_text_color (cairo_t *cr, gdouble gray)
{
  gdouble text = conv_layer_tile_text_gray (gray);

  cairo_set_source_rgb (cr, text, text, text);
}

static void
fill_cell (cairo_t *cr, gdouble gray, gdouble x, gdouble y, gdouble width, gdouble height)
{
  cairo_set_source_rgb (cr, gray, gray, gray);
  cairo_rectangle (cr, x, y, width, height);
  cairo_fill (cr);
}

/* The text of LAYOUT in the middle of a cell. */
static void
draw_number (cairo_t *cr, PangoLayout *layout, gdouble x, gdouble y, gdouble width, gdouble height)
{
  gint text_width, text_height;

  pango_layout_get_pixel_size (layout, &text_width, &text_height);
  cairo_move_to (cr, floor (x + (width - text_width) / 2), floor (y + (height - text_height) / 2));
  pango_cairo_show_layout (cr, layout);
}

static PangoLayout *
layout_new (cairo_t *cr, GtkWidget *widget)
{
  return widget ? gtk_widget_create_pango_layout (widget, NULL) : pango_cairo_create_layout (cr);
}

void
conv_layer_tile_draw_cell (cairo_t *cr, GtkWidget *widget, gdouble gray, const gchar *number, gdouble x, gdouble y,
                           gdouble width, gdouble height)
{
  fill_cell (cr, gray, x, y, width, height);
  if (number)
    {
      PangoLayout *layout = layout_new (cr, widget);

      pango_layout_set_text (layout, number, -1);
      set_text_color (cr, gray);
      draw_number (cr, layout, x, y, width, height);
      g_object_unref (layout);
    }
}

static Frame
frame_of (const Conv2dFilter *filter, gint width, gint height)
{
  Frame frame;

  /* One pixel is kept for the line around them. */
  frame.size = MIN ((width - 2) / (gdouble) filter->columns, (height - 2) / (gdouble) filter->rows);
  frame.size = MAX (frame.size, 0);
  if (frame.size >= 2) /* whole pixels: cells of one size */
    frame.size = floor (frame.size);
  frame.x = floor ((width - frame.size * filter->columns) / 2);
  frame.y = floor ((height - frame.size * filter->rows) / 2);
  return frame;
}

static void
set_font_size (PangoLayout *layout, gdouble pixels)
{
  PangoFontDescription *font
      = pango_font_description_copy (pango_context_get_font_description (pango_layout_get_context (layout)));

  pango_font_description_set_absolute_size (font, pixels * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
}

/* The largest font, in pixels, that shows each number within a cell. */
static gdouble
fitting_font (PangoLayout *layout, const Conv2dFilter *filter, gint digits, gdouble size)
{
  const gdouble trial = 20;
  gdouble largest = size * 0.4;

  set_font_size (layout, trial);
  for (gint i = 0; i < filter->rows * filter->columns; i++)
    {
      gint width;
      gchar *text = conv_layer_tile_number (filter->weights[i], digits);

      pango_layout_set_text (layout, text, -1);
      pango_layout_get_pixel_size (layout, &width, NULL);
      g_free (text);
      largest = MIN (largest, trial * (size - 4) / MAX (width, 1));
    }
  return largest;
}

/* Chooses font and digits; TRUE if there is a readable choice.  DIGITS is 0
 * when all are shown. */
static gboolean
choose_font (PangoLayout *layout, const Conv2dFilter *filter, gdouble size, gint *digits)
{
  static const gint choices[] = { 0, 3, 2 };

  if (size * 0.4 < LEAST_FONT)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    {
      gdouble font = fitting_font (layout, filter, choices[i], size);

      if (font >= GOOD_FONT || (font >= LEAST_FONT && i == G_N_ELEMENTS (choices) - 1))
        {
          /* Whole pixels: pango and cairo keep the glyphs of every size there was. */
          set_font_size (layout, MIN (floor (font), 16));
          *digits = choices[i];
          return TRUE;
        }
    }
  return FALSE;
}

/* TRUE if every number stands there in full. */
static gboolean
draw_filter (cairo_t *cr, GtkWidget *widget, const Conv2dFilter *filter, gdouble min, gdouble max, gint width,
             gint height)
{
  Frame frame = frame_of (filter, width, height);
  PangoLayout *layout = layout_new (cr, widget);
  gint digits = 0;
  gboolean numbers = choose_font (layout, filter, frame.size, &digits);

  if (frame.size < 2) /* the cells' edges lie between pixels: no seams */
    cairo_set_antialias (cr, CAIRO_ANTIALIAS_NONE);
  for (gint row = 0; row < filter->rows; row++)
    for (gint column = 0; column < filter->columns; column++)
      {
        gdouble weight = filter->weights[row * filter->columns + column];
        gdouble gray = conv_layer_tile_gray (weight, min, max);
        gdouble x = frame.x + column * frame.size, y = frame.y + row * frame.size;

        fill_cell (cr, gray, x, y, frame.size, frame.size);
        if (numbers)
          {
            gchar *text = conv_layer_tile_number (weight, digits);

            pango_layout_set_text (layout, text, -1);
            set_text_color (cr, gray);
            draw_number (cr, layout, x, y, frame.size, frame.size);
            g_free (text);
          }
      }
  g_object_unref (layout);

  cairo_set_antialias (cr, CAIRO_ANTIALIAS_DEFAULT);
  cairo_set_source_rgb (cr, 0.5, 0.5, 0.5); /* seen on light and on dark */
  cairo_set_line_width (cr, 1);
  cairo_rectangle (cr, frame.x - 0.5, frame.y - 0.5, frame.size * filter->columns + 1, frame.size * filter->rows + 1);
  cairo_stroke (cr);
  return numbers && digits == 0;
}

/* ---- the widget ---- */

static Tile *
get_tile (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "conv-layer-tile");
}

static void
draw (GtkWidget *widget, cairo_t *cr, gint width, gint height, gpointer data)
{
  Tile *tile = data;

  if (tile->filter.rows > 0)
    tile->numbers = draw_filter (cr, widget, &tile->filter, tile->min, tile->max, width, height);
}

static gboolean
query_tooltip (GtkWidget *widget, gint x, gint y, gboolean keyboard, GtkTooltip *tooltip, Tile *tile)
{
  GtkAllocation allocation;
  Frame frame;
  gint row, column;
  gchar *number, *ltr, *text;

  gtk_widget_get_allocation (widget, &allocation);
  if (keyboard || tile->numbers || tile->filter.rows == 0)
    return FALSE;
  frame = frame_of (&tile->filter, allocation.width, allocation.height);
  column = (gint) floor ((x - frame.x) / frame.size);
  row = (gint) floor ((y - frame.y) / frame.size);
  if (row < 0 || row >= tile->filter.rows || column < 0 || column >= tile->filter.columns)
    return FALSE;

  number = conv_layer_weight_text (tile->filter.weights[row * tile->filter.columns + column]);
  ltr = g_strconcat (CONV_LAYER_LTR, number, NULL);
  text = g_strdup_printf (_("row %d, column %d: %s"), row + 1, column + 1, ltr);
  gtk_tooltip_set_text (tooltip, text);
  g_free (text);
  g_free (ltr);
  g_free (number);
  return TRUE;
}

GtkWidget *
conv_layer_tile_new (gint size)
{
  Tile *tile = g_new0 (Tile, 1);
  GtkWidget *widget = conv_layer_canvas_new (draw, tile);

  g_object_set_data_full (G_OBJECT (widget), "conv-layer-tile", tile, g_free);
  gtk_widget_set_can_focus (widget, FALSE);
  gtk_widget_set_direction (widget, GTK_TEXT_DIR_LTR); /* the minus stands before its number */
  gtk_widget_set_size_request (widget, size, size);
  gtk_widget_set_has_tooltip (widget, TRUE);
  g_signal_connect (widget, "query-tooltip", G_CALLBACK (query_tooltip), tile);
  return widget;
}

/* What assistive technology reads instead of the picture. */
static void
describe (GtkWidget *widget, const Conv2dFilter *filter)
{
  gchar *name = g_strdup_printf (_("Filter, %d rows, %d columns"), filter->rows, filter->columns);

  if (filter->rows * filter->columns <= LONG_FILTER)
    {
      gchar *text = conv_layer_filter_text (filter);

      conv_layer_widget_describe (widget, name, text);
      g_free (text);
    }
  else
    conv_layer_widget_describe (widget, name, "");
  g_free (name);
}

/* The double whose text is the shortest that reads back to WEIGHT.  Six digits
 * of a float are exact, and zeros at their end are not written. */
static gdouble
widen (gfloat weight)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];
  gdouble wide = weight;

  for (gint digits = FLT_DIG; digits <= FLT_DECIMAL_DIG; digits++)
    {
      gchar format[8];

      g_snprintf (format, sizeof format, "%%.%dg", digits);
      wide = g_ascii_strtod (g_ascii_formatd (text, sizeof text, format, (gdouble) weight), NULL);
      if ((gfloat) wide == weight)
        return wide;
    }
  return wide;
}

/* Only the weights that are others are widened: all 961 would be felt at each key. */
void
conv_layer_tile_set_weights (GtkWidget *widget, const gfloat *weights, gint rows, gint columns)
{
  Tile *tile = get_tile (widget);
  Conv2dFilter *filter = &tile->filter;
  gboolean resized = filter->rows != rows || filter->columns != columns, changed = resized;

  g_return_if_fail (rows >= 1 && rows <= CONV2D_MAX_SIZE && columns >= 1 && columns <= CONV2D_MAX_SIZE);
  filter->rows = rows;
  filter->columns = columns;
  for (gint i = 0; i < rows * columns; i++)
    if (resized || (gfloat) filter->weights[i] != weights[i])
      {
        filter->weights[i] = widen (weights[i]) + 0.0; /* -0 shows as 0 */
        changed = TRUE;
      }
  if (!changed)
    return;
  filter_range (filter, &tile->min, &tile->max);
  describe (widget, filter);
  gtk_widget_queue_draw (widget);
}

/* ---- the picture alone ---- */

GdkPixbuf *
conv_layer_tile_pixbuf (const Conv2dFilter *filter, gint size)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, size, size);
  GdkPixbuf *pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, TRUE, 8, size, size);
  Frame frame = frame_of (filter, size, size);
  gdouble min, max;
  cairo_t *cr = cairo_create (surface);

  filter_range (filter, &min, &max);
  draw_filter (cr, NULL, filter, min, max, size, size);
  cairo_destroy (cr);
  cairo_surface_flush (surface);

  /* The two GTKs share no function that turns a surface into a pixbuf. */
  for (gint y = 0; y < size; y++)
    {
      const guchar *from
          = cairo_image_surface_get_data (surface) + (gsize) y * (gsize) cairo_image_surface_get_stride (surface);
      guchar *to = gdk_pixbuf_get_pixels (pixbuf) + (gsize) y * (gsize) gdk_pixbuf_get_rowstride (pixbuf);

      for (gint x = 0; x < size; x++)
        {
          guint32 pixel;
          gboolean inside = x >= frame.x - 1 && x < frame.x + frame.size * filter->columns + 1 && y >= frame.y - 1
                            && y < frame.y + frame.size * filter->rows + 1;

          memcpy (&pixel, from + 4 * x, sizeof pixel);
          to[4 * x] = (guchar) (pixel >> 16);
          to[4 * x + 1] = (guchar) (pixel >> 8);
          to[4 * x + 2] = (guchar) pixel;
          to[4 * x + 3] = inside ? 255 : 0;
        }
    }
  cairo_surface_destroy (surface);
  return pixbuf;
}
