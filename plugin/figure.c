/* figure.c: the lesson's figure of one run.  The layout is whole numbers made
 * of the maps' size alone, so it is the same with every font; what is written
 * is then made to fit.  Knows cairo, pango and GEGL; no image, no layer, not
 * which GIMP it is in, and no display. */

#include "figure.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <pango/pangocairo.h>

#include "tile.h"

/* Measured in the lesson's figure, whose maps are 194 x 129 pixels: a size of
 * 160 with letters of 13, tiles of 140 and a picture wider than high by 4/3. */
#define LEAST_SIZE 160
#define MOST_SIZE 8192 /* of 67 million pixels; what is written stays within cairo's limits */
#define LETTERS 12.5   /* in a size */
#define TILE 0.88      /* of a size */
#define SHAPE (4.0 / 3)
#define TITLE 12           /* letters' sizes that a title's line has room for */
#define LINE 1.35          /* height of a line, in letters' sizes */
#define SMALL 0.85         /* the second line's letters, and the tiles' */
#define DIGIT 0.64         /* width of a digit, in its size */
#define LEAST_NUMBER 7     /* pixels */
#define LEAST_SHRINK 0.75  /* a longer line loses its end */
#define PICTURE_EXCESS 1.5 /* times the map's size; a larger picture is made smaller */
#define DIGITS 3

/* ---- the layout ---- */

static gint
rounded (gdouble value)
{
  return (gint) floor (value + 0.5);
}

static gfloat
weight_of (const Conv2dBank *bank, gint n, gint i)
{
  return bank->weights[n * bank->rows * bank->columns + i] + 0.0f; /* -0 shows as 0 */
}

/* How many letters the longest number in a tile has. */
static gint
longest_number (const Conv2dBank *bank)
{
  gsize longest = 1;

  for (gint n = 0; n < bank->count; n++)
    for (gint i = 0; i < bank->rows * bank->columns; i++)
      {
        gchar *text = conv_layer_tile_number ((gdouble) weight_of (bank, n, i), DIGITS);

        longest = MAX (longest, strlen (text));
        g_free (text);
      }
  return (gint) longest;
}

typedef struct
{
  const ConvLayerOptions *options;
  gint count, stages;
  gint map_width, map_height;
  gint picture_width, picture_height;
  gint tile_width, tile_height;
  gint column, title;
} Measures;

/* What all sizes go by: a side of a square with the map's area, but not of a
 * map that is a mere stripe. */
static gdouble
size_of (const Measures *m)
{
  gdouble side = sqrt ((gdouble) m->map_width * m->map_height);
  gdouble least = MIN (m->map_width, m->map_height);

  return CLAMP (MIN (side, 2 * least), LEAST_SIZE, MOST_SIZE);
}

/* A picture that is much larger than its maps, as with a stride, is seen at their size. */
static void
measure_picture (Measures *m, gdouble size)
{
  gdouble scale = 1;

  if (m->picture_width > PICTURE_EXCESS * m->map_width || m->picture_height > PICTURE_EXCESS * m->map_height)
    scale = MIN (MAX (m->map_width, size) / m->picture_width, MAX (m->map_height, size) / m->picture_height);
  if (scale < 1)
    {
      m->picture_width = MAX (1, rounded (scale * m->picture_width));
      m->picture_height = MAX (1, rounded (scale * m->picture_height));
    }
}

static void
measure (Measures *m, ConvLayerFigure *figure)
{
  const Conv2dBank *bank = &m->options->layer.filters;
  gdouble size = size_of (m);
  gint letters = longest_number (bank);
  gint least_cell = MAX (2 * LEAST_NUMBER, 5 * letters + 4);

  figure->letter = rounded (size / LETTERS);
  figure->line = MAX (1, figure->letter / 12);
  figure->cell = MAX (least_cell, rounded (TILE * size / MAX (bank->rows, bank->columns)));
  figure->number = (gint) MIN (SMALL * figure->letter, (figure->cell - 4) / (DIGIT * letters));
  figure->number = MAX (LEAST_NUMBER, MIN (figure->number, figure->cell / 2));
  measure_picture (m, size);
  m->tile_width = bank->columns * figure->cell;
  m->tile_height = bank->rows * figure->cell;
  m->column = MAX (MAX (m->map_width, m->picture_width), MAX (m->tile_width, TITLE * figure->letter));
  m->title = (gint) ceil ((1 + SMALL) * LINE * figure->letter);
}

/* The height of a row of parts with the gap below it. */
static gint
row_height (const Measures *m, const ConvLayerFigure *figure, gint image_height)
{
  return m->title + image_height + 2 * figure->letter;
}

/* Outputs stand beside each other, each with its filter above its maps; what
 * does not go into one row goes below. */
static void
set_extent (const Measures *m, ConvLayerFigure *figure, gint across)
{
  gint blocks = (m->count + across - 1) / across;
  gint block = row_height (m, figure, m->tile_height) + m->stages * row_height (m, figure, m->map_height);

  figure->across = across;
  figure->width = across * (m->column + figure->letter) + figure->letter;
  figure->height = row_height (m, figure, m->picture_height) + blocks * block + figure->letter;
}

static void
choose_shape (const Measures *m, ConvLayerFigure *figure)
{
  gint best = 1;
  gdouble least = HUGE_VAL;

  for (gint blocks = 1; blocks <= m->count; blocks++)
    {
      gint across = (m->count + blocks - 1) / blocks;
      gdouble away;

      set_extent (m, figure, across);
      away = fabs (log (figure->width / (SHAPE * figure->height)));
      if (away < least)
        {
          least = away;
          best = across;
        }
    }
  set_extent (m, figure, best);
}

/* Puts a part in the middle of COLUMN, its title at Y. */
static void
add_part (const Measures *m, ConvLayerFigure *figure, ConvLayerPart part, gint column, gint y, gint width, gint height)
{
  gint x = figure->letter + column * (m->column + figure->letter);

  part.title = (GeglRectangle) { x, y, m->column, m->title };
  part.image = (GeglRectangle) { x + (m->column - width) / 2, y + m->title + figure->letter / 4, width, height };
  g_array_append_val (figure->parts, part);
}

/* A row in each block: ROW counts those of the block. */
static void
add_outputs (const Measures *m, ConvLayerFigure *figure, ConvLayerPart part, gint row, gint width, gint height)
{
  gint filters = row_height (m, figure, m->tile_height), maps = row_height (m, figure, m->map_height);

  for (gint n = 0; n < m->count; n++)
    {
      gint y = figure->letter + row_height (m, figure, m->picture_height);

      y += n / figure->across * (filters + m->stages * maps);
      y += row > 0 ? filters + (row - 1) * maps : 0;
      part.output = n + 1;
      add_part (m, figure, part, n % figure->across, y, width, height);
    }
}

static void
place (const Measures *m, ConvLayerFigure *figure)
{
  static const ConvLayerStages stages[] = { CONV_LAYER_PRE_RELU, CONV_LAYER_POST_RELU };
  gint row = 0;

  figure->parts = g_array_new (FALSE, FALSE, sizeof (ConvLayerPart));
  add_part (m, figure, (ConvLayerPart) { .kind = CONV_LAYER_PART_PICTURE }, 0, figure->letter, m->picture_width,
            m->picture_height);
  add_outputs (m, figure, (ConvLayerPart) { .kind = CONV_LAYER_PART_FILTER }, row++, m->tile_width, m->tile_height);
  for (guint i = 0; i < G_N_ELEMENTS (stages); i++)
    if (m->options->stages & stages[i])
      add_outputs (m, figure, (ConvLayerPart) { .kind = CONV_LAYER_PART_MAP, .stage = stages[i] }, row++, m->map_width,
                   m->map_height);
}

ConvLayerFigure *
conv_layer_figure_new (const ConvLayerOptions *options, gint width, gint height, GError **error)
{
  Measures m = { .options = options, .picture_width = width, .picture_height = height };
  ConvLayerFigure *figure;
  Conv2dGeometry geometry;

  if (!conv_layer_options_measure (options, width, height, &geometry, NULL, error))
    return NULL;
  m.count = options->layer.filters.count;
  m.stages = options->stages == (CONV_LAYER_PRE_RELU | CONV_LAYER_POST_RELU) ? 2 : 1;
  m.map_width = geometry.width;
  m.map_height = geometry.height;
  figure = g_new0 (ConvLayerFigure, 1);
  measure (&m, figure);
  choose_shape (&m, figure);
  if (figure->width <= CONV_LAYER_MAX_EXTENT && figure->height <= CONV_LAYER_MAX_EXTENT)
    {
      place (&m, figure);
      return figure;
    }
  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_SIZE,
               _("The figure would be %d x %d pixels, more than the %d x %d an image can have; select a smaller area, "
                 "use fewer variants or leave the figure out."),
                  figure->width, figure->height, CONV_LAYER_MAX_EXTENT, CONV_LAYER_MAX_EXTENT);
  conv_layer_figure_free (figure);
  return NULL;
}

void
conv_layer_figure_free (ConvLayerFigure *figure)
{
  if (figure->parts)
    g_array_unref (figure->parts);
  g_free (figure);
}

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
conv_layer_figure_picture_options (const ConvLayerOptions *options)
{
  ConvLayerValues values;
  ConvLayerOptions *picture;

  conv_layer_values_init (values);
  g_value_set_static_string (&values[CONV_LAYER_FILTER], "1");
  g_value_set_static_string (&values[CONV_LAYER_VARIANTS], "f");
  g_value_set_static_string (&values[CONV_LAYER_MAPS], "pre-relu");
  g_value_set_boolean (&values[CONV_LAYER_GROUP], FALSE);
  g_value_copy (&options->values[CONV_LAYER_GRAYSCALE], &values[CONV_LAYER_GRAYSCALE]);
  picture = conv_layer_options_new (values, NULL);
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
  gint width, height;

  pango_layout_set_width (layout, -1);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
  pango_layout_set_text (layout, text, -1);
  set_size (layout, size);
  pango_layout_get_size (layout, &width, &height);
  if (width > room)
    {
      set_size (layout, size * MAX (LEAST_SHRINK, (gdouble) room / width));
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_width (layout, room);
      pango_layout_get_size (layout, &width, &height);
    }
  pango_layout_set_alignment (layout, PANGO_ALIGN_LEFT);
  cairo_move_to (cr, place->x + (place->width - (gdouble) width / PANGO_SCALE) / 2,
                 place->y + (place->height - (gdouble) height / PANGO_SCALE) / 2);
  pango_cairo_show_layout (cr, layout);
}

static cairo_surface_t *
draw_title (const Drawing *drawing, const ConvLayerPart *part)
{
  gint letter = drawing->figure->letter;
  gint first = part->title.height - rounded (SMALL * LINE * letter);
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
  write_text (cr, layout, title, letter, GEGL_RECTANGLE (0, 0, part->title.width, first));
  write_text (cr, layout, detail, SMALL * letter,
              GEGL_RECTANGLE (0, first, part->title.width, part->title.height - first));
  g_object_unref (layout);
  cairo_destroy (cr);
  g_free (title);
  g_free (detail);
  return surface;
}

/* Here a byte is a gray, not how much it covers. */
static cairo_surface_t *
draw_tile (const Drawing *drawing, const ConvLayerPart *part)
{
  const Conv2dBank *bank = &drawing->options->layer.filters;
  gint n = part->output - 1, cell = drawing->figure->cell;
  cairo_surface_t *surface = surface_new (part->image.width, part->image.height);
  gdouble min = HUGE_VAL, max = -HUGE_VAL;
  cairo_t *cr;
  PangoLayout *layout;

  if (!surface)
    return NULL;
  for (gint i = 0; i < bank->rows * bank->columns; i++)
    {
      min = MIN (min, (gdouble) weight_of (bank, n, i));
      max = MAX (max, (gdouble) weight_of (bank, n, i));
    }
  cr = cairo_create (surface);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  layout = layout_new (cr);
  for (gint i = 0; i < bank->rows * bank->columns; i++)
    {
      GeglRectangle place = { i % bank->columns * cell, i / bank->columns * cell, cell, cell };
      gdouble weight = (gdouble) weight_of (bank, n, i), gray = conv_layer_tile_gray (weight, min, max);
      gchar *number = conv_layer_tile_number (weight, DIGITS);

      cairo_set_source_rgba (cr, 0, 0, 0, gray);
      cairo_rectangle (cr, place.x, place.y, place.width, place.height);
      cairo_fill (cr);
      cairo_set_source_rgba (cr, 0, 0, 0, conv_layer_tile_text_gray (gray));
      write_text (cr, layout, number, drawing->figure->number, &place);
      g_free (number);
    }
  g_object_unref (layout);
  cairo_destroy (cr);
  return surface;
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
