/* describe.h: the words and the JSON that go with a map.
 * Knows no GIMP and no pixels. */

#ifndef CONV_LAYER_DESCRIBE_H
#define CONV_LAYER_DESCRIBE_H

#include "render.h"

G_BEGIN_DECLS

#define CONV_LAYER_PROCEDURE "plug-in-conv-layer"
#define CONV_LAYER_FIGURE_PROCEDURE "plug-in-conv-layer-figure" /* of GIMP 2.10 */
#define CONV_LAYER_PARASITE "conv-layer"

/* Texts of the procedure, translated where a person sees them. */
const gchar *conv_layer_menu_label (void);
const gchar *conv_layer_blurb (void);
const gchar *conv_layer_help (void);
const gchar *conv_layer_group_name (void);
const gchar *conv_layer_stage_name (ConvLayerStages stage);

/* "Output 1: f, pre-ReLU [-5.2431, 4.8824]"; free with g_free(). */
gchar *conv_layer_map_name (const ConvLayerMap *map);

/* The parasite's JSON: the options in effect, those that came later where they
 * are not the default, and what the pixels mean
 * (activation = black + pixel (white - black)); free with g_free(). */
gchar *conv_layer_map_json (const ConvLayerOptions *options, const ConvLayerMap *map);

/* What to tell when pixels of MAPS were clipped, else NULL; free with g_free(). */
gchar *conv_layer_clip_message (const GPtrArray *maps);

/* Errors the hosts share. */
void conv_layer_set_indexed_error (GError **error, const gchar *image);
void conv_layer_set_floating_error (GError **error, const gchar *image);
void conv_layer_set_no_drawable_error (GError **error);
void conv_layer_set_selection_error (GError **error, const gchar *drawable, gint width, gint height);
void conv_layer_set_display_error (GError **error);
void conv_layer_set_layer_error (GError **error, const ConvLayerMap *map);

G_END_DECLS

#endif
