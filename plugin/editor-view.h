/* editor-view.h: one picture of the preview (the input or a map): zoom, pan,
 * a pixel under the pointer.  All views of a ConvLayerSight move together.
 * Knows the preview; no settings, no libgimp. */

#ifndef CONV_LAYER_EDITOR_VIEW_H
#define CONV_LAYER_EDITOR_VIEW_H

#include <gtk/gtk.h>

#include "preview.h"

G_BEGIN_DECLS

/* What all views share: the viewport, the pixel looked at, and in which map. */
#define CONV_LAYER_TYPE_SIGHT (conv_layer_sight_get_type ())
G_DECLARE_FINAL_TYPE (ConvLayerSight, conv_layer_sight, CONV_LAYER, SIGHT, GObject)

/* Signals without arguments: "moved" (viewport), "looked" (pixel). */
ConvLayerSight *conv_layer_sight_new (ConvLayerPreview *preview);
void conv_layer_sight_fit (ConvLayerSight *sight);            /* the whole input */
void conv_layer_sight_zoom (ConvLayerSight *sight, gdouble factor); /* around the middle */
void conv_layer_sight_actual (ConvLayerSight *sight);         /* 1:1 */
/* 0: fitted, follows the views' size; else pixels of the screen per input pixel. */
gdouble conv_layer_sight_get_zoom (ConvLayerSight *sight);
void conv_layer_sight_set_zoom (ConvLayerSight *sight, gdouble zoom);
/* Frees the pixel: nothing is looked at. */
void conv_layer_sight_look_away (ConvLayerSight *sight);
/* FALSE when nothing is looked at. */
gboolean conv_layer_sight_get_pixel (ConvLayerSight *sight, gint *output, ConvLayerStages *stage, gint *x, gint *y);
void conv_layer_sight_look_at (ConvLayerSight *sight, gint output, ConvLayerStages stage, gint x, gint y);

/* STAGE 0: the input, where the patch looked at is framed.  OUTPUT from 0.
 * Click or wheel zooms (Shift+click out), drag pans, arrows in a focused map
 * move the pixel, + - 0 1 zoom, Home fits. */
GtkWidget *conv_layer_view_new (ConvLayerSight *sight, gint output, ConvLayerStages stage);
void conv_layer_view_set_output (GtkWidget *view, gint output);

/* The inspector under the pictures: patch, weights, products, sum, bias, pre,
 * ReLU, the drawn pixel; with "Copy". */
GtkWidget *conv_layer_inspector_new (ConvLayerSight *sight);

G_END_DECLS

#endif
