/* figure-layout.c: where the parts of the figure lie.  Whole numbers made of
 * the sizes of the maps and of the picture, of the filters and their numbers,
 * so that it is the same with every font.  Knows no cairo, no font, no layer. */

#include "figure.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "tile.h"

/* Measured in the lesson's figure, whose maps are 194 x 129 pixels: a size of
 * 160 with letters of 13, tiles of 140 and a picture wider than high by 4/3. */
#define LEAST_SIZE 160
#define MOST_SIZE 8192 /* of 67 million pixels */
#define LETTERS 12.5   /* in a size */
#define TILE 0.88      /* of a size */
#define SHAPE (4.0 / 3)
#define TITLE 12           /* letters' sizes that a title's line has room for */
#define MOST_TITLE 40      /* and at most; cairo draws no more than 32767 pixels */
#define LINE 1.35          /* height of a line, in letters' sizes */
#define SMALL 0.85         /* the second line's letters, and the tiles' */
#define DIGIT 0.64         /* width of a digit, in its size */
#define LEAST_NUMBER 7     /* pixels */
#define PICTURE_EXCESS 1.5 /* times the map's size; a larger picture is made smaller */

static gint
rounded (gdouble value)
{
  return (gint) floor (value + 0.5);
}

/* How many letters the longest number in a tile has. */
static gint
longest_number (const Conv2dBank *bank)
{
  gsize longest = 1;

  for (gint i = 0; i < bank->count * bank->rows * bank->columns; i++)
    {
      gchar *text = conv_layer_tile_number ((gdouble) bank->weights[i] + 0, CONV_LAYER_FIGURE_DIGITS);

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
  figure->small = SMALL * figure->letter;
  figure->detail = rounded (LINE * figure->small);
  figure->line = MAX (1, figure->letter / 12);
  figure->cell = MAX (least_cell, rounded (TILE * size / MAX (bank->rows, bank->columns)));
  figure->number = (gint) MIN (figure->small, (figure->cell - 4) / (DIGIT * letters));
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
  gint title = MIN (m->column, MOST_TITLE * figure->letter);

  part.title = (GeglRectangle) { x + (m->column - title) / 2, y, title, m->title };
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
