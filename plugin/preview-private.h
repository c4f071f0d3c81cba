/* preview-private.h: private to the preview: what its parts look up in it. */

#ifndef CONV_LAYER_PREVIEW_PRIVATE_H
#define CONV_LAYER_PREVIEW_PRIVATE_H

#include "preview-job.h"

G_BEGIN_DECLS

/* The maps that are shown; NULL: there are none yet. */
const ConvLayerMaps *conv_layer_preview_get_maps (ConvLayerPreview *preview);

/* The gray plane, NULL while it is read; and the setup to look at it with: that
 * of the maps shown if they were made of this plane, else the last set, or NULL. */
const ConvLayerGray *conv_layer_preview_get_gray (ConvLayerPreview *preview);
const ConvLayerSetup *conv_layer_preview_get_setup (ConvLayerPreview *preview);

G_END_DECLS

#endif
