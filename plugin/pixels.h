/* pixels.h: private to render: which babl formats stand for gray codes and
 * for activations, and reading the gray plane.  Knows no layer settings but
 * the kind of gray. */

#ifndef CONV_LAYER_PIXELS_H
#define CONV_LAYER_PIXELS_H

#include "render.h"

G_BEGIN_DECLS

/* The source's area as gray codes; free its codes with g_free().
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
