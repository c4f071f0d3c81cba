/* preview-reduce.h: private to the preview: from a map's pixels to the
 * screen's.  Knows bytes and where they fall; no layer, no thread. */

#ifndef CONV_LAYER_PREVIEW_REDUCE_H
#define CONV_LAYER_PREVIEW_REDUCE_H

#include <gegl.h>

G_BEGIN_DECLS

/* The columns, or the rows, of a picture. */
typedef struct
{
  gint from, to;    /* pixels of the screen that show something: FROM to before TO */
  gboolean squares; /* a map's pixel is at least as large as one of the screen's */
  /* By pixel of the screen.  Squares: the map's pixel seen there; else the
   * first of the map's pixels that fall there, and [TO] ends the last's. */
  gint *places;
} ConvLayerAxis;

/* SIZE pixels of the screen, ZOOM of them an input pixel, with CENTRE of the
 * input in their middle; and COUNT pixels of a map, each STEP input pixels wide,
 * the first from ORIGIN on.  Each is on the one pixel of the screen that holds
 * its middle.  FALSE when there is no memory.  Clear with conv_layer_axis_clear(). */
gboolean conv_layer_axis_init (ConvLayerAxis *axis, gint size, gdouble centre, gdouble zoom, gint origin, gint step,
                               gint count);
void conv_layer_axis_clear (ConvLayerAxis *axis);

/* The map's pixels on the screen's pixels FROM to before TO, at least one of them. */
void conv_layer_axis_span (const ConvLayerAxis *axis, gint from, gint to, gint *first, gint *count);

/* Adds BAND of a map, its BYTES with STRIDE, to SUMS, the [height][width] sums
 * of the screen's pixels SCREEN.  BAND falls within SCREEN. */
void conv_layer_reduce (const ConvLayerAxis *columns, const ConvLayerAxis *rows, GeglRectangle band,
                        const guchar *bytes, gsize stride, GeglRectangle screen, guint64 *sums);

/* The means, rounded to nearest, to SCREEN of the picture PIXELS. */
void conv_layer_reduce_finish (const ConvLayerAxis *columns, const ConvLayerAxis *rows, GeglRectangle screen,
                               const guint64 *sums, guchar *pixels, gsize pixels_stride);

/* SCREEN of the picture PIXELS from BAND of a map that holds all it shows. */
void conv_layer_enlarge (const ConvLayerAxis *columns, const ConvLayerAxis *rows, GeglRectangle band,
                         const guchar *bytes, gsize stride, GeglRectangle screen, guchar *pixels, gsize pixels_stride);

G_END_DECLS

#endif
