/* editor-view.h: one picture of the preview (the input or a map): zoom, pan,
 * a pixel under the pointer; and how that pixel came about.  All views of a
 * ConvLayerSight move together.  Knows the preview; no settings, no libgimp. */

#ifndef CONV_LAYER_EDITOR_VIEW_H
#define CONV_LAYER_EDITOR_VIEW_H

#include <gtk/gtk.h>

#include "sight.h"

G_BEGIN_DECLS

/* STAGE 0: the input, where the patch looked at is framed.  OUTPUT from 0.
 * Click or wheel zooms (Shift+click out), drag pans, double click fits; arrows
 * in a focused view move the pixel, + - 1 zoom, 0 and Home fit.  Takes a
 * reference to SIGHT.  Asks for no size of its own. */
GtkWidget *conv_layer_view_new (ConvLayerSight *sight, gint output, ConvLayerStages stage);
void conv_layer_view_set_output (GtkWidget *view, gint output);

/* The inspector under the pictures: patch, weights, products, sum, bias, pre,
 * ReLU, the drawn pixel; with "Copy".  Takes a reference to SIGHT. */
GtkWidget *conv_layer_inspector_new (ConvLayerSight *sight);

G_END_DECLS

#endif
