/* preview.h: the maps while the settings are edited: the true ones, computed at
 * the input's full resolution in the background and reduced for showing; and
 * one pixel of them in full.  Knows GEGL and the core; no widget, no libgimp. */

#ifndef CONV_LAYER_PREVIEW_H
#define CONV_LAYER_PREVIEW_H

#include "render.h"

G_BEGIN_DECLS

#define CONV_LAYER_TYPE_PREVIEW (conv_layer_preview_get_type ())
G_DECLARE_FINAL_TYPE (ConvLayerPreview, conv_layer_preview, CONV_LAYER, PREVIEW, GObject)

/* Signals, all in the main thread, without arguments:
 * "input": the input's picture is another.
 * "maps": every shown map's picture and facts are those of the last options
 *   and view that were set; or, while these change faster than maps can be
 *   made, of some that were set shortly before: it is busy still.
 * "failed": there is no memory; conv_layer_preview_get_error() tells. */

/* What is shown, in units of the input's pixels; the same for the input and all
 * maps, so that one place is one place in every picture. */
typedef struct
{
  gdouble x, y; /* of the input, in the middle of the picture */
  gdouble zoom; /* pixels of the screen per pixel of the input; 1 is 1:1 */
} ConvLayerViewport;

/* Gray bytes as they would be drawn into an 8-bit layer.  Reduced (zoom < 1):
 * the mean of the pixels that fall on one of the screen's; enlarged: squares. */
typedef struct
{
  gint width, height;
  gsize stride;
  const guchar *pixels;
  GeglRectangle covered; /* where there is something to see; elsewhere nothing is written */
  ConvLayerViewport viewport;
} ConvLayerPicture;

/* Of a whole map, not of what is shown. */
typedef struct
{
  gint width, height;
  gfloat min, max, black, white; /* as in ConvLayerMap */
  guint64 active, pixels;        /* how many of the pixels are not 0 */
} ConvLayerFacts;

/* The source's buffer is read in the main thread only, in small slices while it
 * is idle, because libgimp is not for several threads; takes a reference.  One
 * that is NULL is given later, once. */
ConvLayerPreview *conv_layer_preview_new (const ConvLayerSource *source);
void conv_layer_preview_set_buffer (ConvLayerPreview *preview, GeglBuffer *buffer);

/* Ends all work and waits for it; after it no signal comes and the source is
 * let go.  To be called before the host goes on. */
void conv_layer_preview_stop (ConvLayerPreview *preview);

/* Starts computing anew, at once; what was under way is given up, unless that
 * has happened for a while already.  OPTIONS is copied.  Until "maps" the old
 * pictures and facts stand. */
void conv_layer_preview_set_options (ConvLayerPreview *preview, const ConvLayerOptions *options);

/* WIDTH x HEIGHT pixels of the screen for each picture. */
void conv_layer_preview_set_view (ConvLayerPreview *preview, const ConvLayerViewport *viewport, gint width,
                                  gint height);

/* Only outputs FIRST to FIRST + COUNT - 1 (from 0) are in sight; the default is all. */
void conv_layer_preview_set_shown (ConvLayerPreview *preview, gint first, gint count);

/* The viewport that shows the whole input in WIDTH x HEIGHT. */
ConvLayerViewport conv_layer_preview_fit (ConvLayerPreview *preview, gint width, gint height);

/* NULL while there is none yet.  Borrowed, valid until the main loop runs again.
 * OUTPUT counts from 0 in the options the pictures stand for. */
const ConvLayerPicture *conv_layer_preview_get_input (ConvLayerPreview *preview);
const ConvLayerPicture *conv_layer_preview_get_map (ConvLayerPreview *preview, gint output, ConvLayerStages stage);
const ConvLayerFacts *conv_layer_preview_get_facts (ConvLayerPreview *preview, gint output, ConvLayerStages stage);

/* TRUE while the pictures are older than what was set last. */
gboolean conv_layer_preview_is_busy (ConvLayerPreview *preview);
/* Why the pictures are older, NULL if nothing failed.  Borrowed. */
const GError *conv_layer_preview_get_error (ConvLayerPreview *preview);
/* FALSE when no maps are coming: there were no options yet, or something failed. */
gboolean conv_layer_preview_awaits_maps (ConvLayerPreview *preview);

/* ---- one pixel ---- */

/* How one activation came about; the arrays are [rows][columns]. */
typedef struct
{
  gint output;        /* from 0 */
  gint x, y;          /* of the map */
  gint rows, columns; /* of the filter */
  gint left, top;     /* of the patch, in the input; may lie in the padding */
  gint dilation;
  gboolean inside[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE]; /* not padding */
  gfloat input[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE];    /* 0..1 */
  gfloat weights[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE];
  gfloat products[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE]; /* each rounded to float32, for reading */
  gfloat sum;        /* the fmaf chain from +0, row by row: the core's own bits */
  gfloat bias;
  gfloat pre, post;
  guint8 pre_pixel, post_pixel; /* as drawn in 8 bits; valid if DRAWN */
  gboolean drawn;               /* the ranges stand */
} ConvLayerInspection;

/* FALSE when there is no such pixel, or the input is not read yet. */
gboolean conv_layer_preview_inspect (ConvLayerPreview *preview, gint output, gint x, gint y,
                                     ConvLayerInspection *inspection);

/* The map pixel at INPUT_X, INPUT_Y, in input pixels, clamped to the map; and the
 * input rectangle that map pixel X, Y is drawn over.  FALSE when there are no maps yet. */
gboolean conv_layer_preview_pixel_at (ConvLayerPreview *preview, gdouble input_x, gdouble input_y, gint *x, gint *y);
gboolean conv_layer_preview_pixel_area (ConvLayerPreview *preview, gint x, gint y, GeglRectangle *area);

/* The inspection as text for the clipboard: tables of input, weights and
 * products, the sum, the bias, pre- and post-ReLU; numbers by g_ascii_*, enough
 * digits to read back.  Free with g_free(). */
gchar *conv_layer_inspection_text (const ConvLayerInspection *inspection);

G_END_DECLS

#endif
