/* render.h: from a buffer of pixels to buffers of activation maps.
 * Knows GEGL and the core; not libgimp, no layer, no undo. */

#ifndef CONV_LAYER_RENDER_H
#define CONV_LAYER_RENDER_H

#include <gegl.h>

#include "options.h"

G_BEGIN_DECLS

typedef struct
{
  GeglBuffer *buffer;
  GeglRectangle area; /* of the buffer: the input */
  gboolean own_codes; /* a channel or mask: its codes are the gray ones */
} ConvLayerSource;

/* One activation map. */
typedef struct
{
  gint output; /* from 1 */
  gchar *variant;
  ConvLayerStages stage;
  gint x, y; /* its top left pixel, from that of the source's area */
  gint width, height;
  gfloat min, max;     /* true range over the finite activations; 0, 0 when there is none */
  gfloat black, white; /* the activations drawn as 0 and 1 */
  guint64 clipped;     /* pixels outside what the buffer can hold */
} ConvLayerMap;

/* What render asks of its host. */
typedef struct
{
  /* A buffer of MAP's size at 0, 0, in the pixel format the map is to have;
   * the host keeps it.  NULL with ERROR set ends the run. */
  GeglBuffer *(*new_map) (const ConvLayerMap *map, gpointer data, GError **error);
  /* TEXT is translated, FRACTION from 0 to 1. */
  void (*progress) (const gchar *text, gdouble fraction, gpointer data);
  /* A band of each map was drawn into BUFFER; a moment to pass its pixels on
   * while other bands are computed.  In any thread, several at once; or NULL. */
  void (*drawn) (GeglBuffer *buffer, gpointer data);
  gpointer data;
} ConvLayerHost;

/* What GEGL finds when it starts, to be called before it does and before there are
 * other threads, which may read the environment.  FALSE with
 * CONV_LAYER_ERROR_MEMORY when there is too little memory: GEGL would end the
 * process. */
gboolean conv_layer_prepare (GError **error);

/* CONV_LAYER_ERROR_MEMORY: there is none for the maps, or GIMP has none. */
void conv_layer_set_memory_error (GError **error);

/* Applies the layer to the source: its maps, ConvLayerMap, all pre-ReLU in
 * order, then all post-ReLU (those asked for), drawn into the host's buffers.
 * Free with g_ptr_array_unref().  NULL with ERROR set; some of the host's
 * buffers may then have been made.  Memory: the gray plane (1, 2 or 4 bytes a
 * pixel), a few tiles a thread, and GEGL's cache of tiles, which is limited. */
GPtrArray *conv_layer_render (const ConvLayerOptions *options, const ConvLayerSource *source, const ConvLayerHost *host,
                              GError **error);

/* The activations that SCALE draws as 0 and 1 in a map with the range MAP (min
 * > max: none), one of several maps that have SHARED between them. */
void conv_layer_scale_ends (ConvLayerScale scale, Conv2dRange map, Conv2dRange shared, gfloat *black, gfloat *white);

G_END_DECLS

#endif
