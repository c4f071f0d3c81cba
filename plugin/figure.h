/* figure.h: the lesson's figure of one run: the picture in gray, the filters
 * with their numbers, the rows of maps, each part with its title, laid out and
 * drawn.  Knows cairo, pango and GEGL; no image, no layer, not which GIMP it
 * is in, and no display. */

#ifndef CONV_LAYER_FIGURE_H
#define CONV_LAYER_FIGURE_H

#include "render.h"

G_BEGIN_DECLS

typedef enum
{
  CONV_LAYER_PART_PICTURE,
  CONV_LAYER_PART_FILTER,
  CONV_LAYER_PART_MAP
} ConvLayerPartKind;

typedef struct
{
  ConvLayerPartKind kind;
  gint output;           /* of a filter or map, from 1 */
  ConvLayerStages stage; /* of a map */
  GeglRectangle image;
  GeglRectangle title; /* two lines above the image, in its middle */
} ConvLayerPart;

/* All in pixels.  A map has its own size; text, tiles and gaps go by it. */
typedef struct
{
  gint width, height;
  gint letter;   /* size of the titles' font */
  gdouble small; /* of that in their second line */
  gint detail;   /* height of the second line */
  gint number;   /* size of the font in the tiles */
  gint cell;     /* width and height of a weight's cell */
  gint line;     /* width of the frames */
  gint across;   /* outputs beside each other */
  /* ConvLayerPart: the picture, the filters, then the maps in the order of
   * conv_layer_render(). */
  GArray *parts;
} ConvLayerFigure;

/* The significant digits of a number in a tile. */
#define CONV_LAYER_FIGURE_DIGITS 3

/* The layout for an input of WIDTH x HEIGHT pixels; it asks for no font and no
 * map, so it can be had before anything is made.  Free with conv_layer_figure_free().
 * NULL with CONV_LAYER_ERROR_SIZE when there can be no maps or the figure would
 * be larger than an image can be. */
ConvLayerFigure *conv_layer_figure_new (const ConvLayerOptions *options, gint width, gint height, GError **error);
void conv_layer_figure_free (ConvLayerFigure *figure);

/* The options whose one map is the picture in gray as OPTIONS read it, from its
 * least (black) to its greatest value (white).  Free with
 * conv_layer_options_free(); NULL with CONV_LAYER_ERROR_MEMORY. */
ConvLayerOptions *conv_layer_figure_picture_options (const ConvLayerOptions *options, GError **error);

/* What the figure asks of its host.  FALSE or NULL with ERROR set ends it. */
typedef struct
{
  /* A new layer on top of the others, CLEAR or else opaque and white; its
   * buffer, which the figure releases. */
  GeglBuffer *(*new_layer) (const gchar *name, const GeglRectangle *place, gboolean clear, gpointer data,
                            GError **error);
  /* A copy of map number MAP (-1: of the picture) on top of the others, scaled
   * if PLACE has another size.  NAME may be NULL: the map's own. */
  gboolean (*copy_map) (gint map, const gchar *name, const GeglRectangle *place, gpointer data, GError **error);
  gpointer data;
} ConvLayerFigureHost;

/* Makes all layers of FIGURE, the lowest first.  MAPS are the run's and PICTURE
 * the map of conv_layer_figure_picture_options(), ConvLayerMap.  FALSE with
 * ERROR set; some layers may then have been made. */
gboolean conv_layer_figure_draw (const ConvLayerFigure *figure, const ConvLayerOptions *options, const GPtrArray *maps,
                                 const ConvLayerMap *picture, const ConvLayerFigureHost *host, GError **error);

/* CONV_LAYER_ERROR_MEMORY: GIMP or the figure got none for an image of FIGURE's size. */
void conv_layer_figure_set_memory_error (GError **error, const ConvLayerFigure *figure);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConvLayerFigure, conv_layer_figure_free)

G_END_DECLS

#endif
