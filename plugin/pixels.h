/* pixels.h: private to render and preview: which babl formats stand for gray codes and
 * for activations, and reading the gray plane.  Knows no layer settings but
 * the kind of gray. */

#ifndef CONV_LAYER_PIXELS_H
#define CONV_LAYER_PIXELS_H

#include "render.h"

G_BEGIN_DECLS

/* Reading a source's area as gray codes, part by part. */
typedef struct
{
  const ConvLayerSource *source; /* borrowed */
  const Babl *format;            /* as which the pixels are read */
  gboolean mix;                  /* they are R'G'B', to be made gray */
  Conv2dGray gray;
  Conv2dPlane plane; /* of the whole area */
  guchar *codes;     /* the plane's; free with g_free() */
} ConvLayerReading;

/* Nothing is read yet.  FALSE with CONV_LAYER_ERROR_MEMORY when the codes do not fit. */
gboolean conv_layer_reading_start (ConvLayerReading *reading, const ConvLayerSource *source,
                                   ConvLayerGrayscale grayscale, GError **error);

/* AREA counts from the source's area.  Several threads may read, each another
 * AREA.  FALSE when there is no memory for some rows. */
gboolean conv_layer_reading_read (const ConvLayerReading *reading, GeglRectangle area);

/* TRUE if the source is gray itself: every grayscale gives the same codes. */
gboolean conv_layer_source_is_gray (const ConvLayerSource *source);

/* CONV_LAYER_ERROR_MEMORY for AREA, which takes BYTES. */
void conv_layer_set_area_error (GError **error, const GeglRectangle *area, gsize bytes);

/* The source's area as gray codes, at once; free its codes with g_free().
 * CONV_LAYER_ERROR_MEMORY when they do not fit. */
gboolean conv_layer_read_plane (const ConvLayerSource *source, ConvLayerGrayscale grayscale, Conv2dPlane *plane,
                                GError **error);

/* How activations are handed to a buffer. */
typedef struct
{
  const Babl *format; /* of the pixels handed over */
  Conv2dPixel pixel;
  gint channels;  /* 1 or 3, all equal */
  gint size;      /* bytes a pixel */
  gboolean widen; /* floats must be made doubles first */
  gboolean clip;  /* floats must be brought to [0,1] first */
} ConvLayerPixels;

ConvLayerPixels conv_layer_pixels_for (GeglBuffer *buffer, ConvLayerScale scale);

/* Brings COUNT floats to [0,1], NaN to 0; returns how many were not in it. */
gsize conv_layer_clip (gfloat *values, gsize count);

/* Makes COUNT floats doubles in place; there is room for them. */
void conv_layer_widen (gpointer values, gsize count);

G_END_DECLS

#endif
