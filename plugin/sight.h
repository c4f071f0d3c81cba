/* sight.h: what all views of the preview share: the viewport, the pixel looked
 * at and how it came about.  Knows the preview; no widget, no settings. */

#ifndef CONV_LAYER_SIGHT_H
#define CONV_LAYER_SIGHT_H

#include "preview.h"

G_BEGIN_DECLS

#define CONV_LAYER_TYPE_SIGHT (conv_layer_sight_get_type ())
G_DECLARE_FINAL_TYPE (ConvLayerSight, conv_layer_sight, CONV_LAYER, SIGHT, GObject)

#define CONV_LAYER_SIGHT_MAX_ZOOM 64.0 /* pixels of the screen per pixel of the input */

/* Signals without arguments: "moved" (the viewport), "looked" (the pixel looked
 * at, or its numbers).  Lengths on the screen are pixels of the screen, places
 * are in pixels of the input.  Takes a reference to PREVIEW. */
ConvLayerSight *conv_layer_sight_new (ConvLayerPreview *preview);
ConvLayerPreview *conv_layer_sight_get_preview (ConvLayerSight *sight);

/* ---- the viewport ---- */

/* VIEW has WIDTH x HEIGHT pixels of the screen for its picture; 0 x 0: it is not
 * seen any more.  Takes effect when the main loop is idle: pictures are made for
 * the largest view, and a fitted input fits the smallest. */
void conv_layer_sight_set_size (ConvLayerSight *sight, gpointer view, gint width, gint height);

/* Borrowed; its zoom is 0 until a size is known. */
const ConvLayerViewport *conv_layer_sight_get_viewport (ConvLayerSight *sight);

/* 0: fitted, follows the views' size; else pixels of the screen per input pixel. */
gdouble conv_layer_sight_get_zoom (ConvLayerSight *sight);
void conv_layer_sight_set_zoom (ConvLayerSight *sight, gdouble zoom);
void conv_layer_sight_fit (ConvLayerSight *sight);                  /* the whole input */
void conv_layer_sight_actual (ConvLayerSight *sight);               /* 1:1 */
void conv_layer_sight_zoom (ConvLayerSight *sight, gdouble factor); /* around the middle */

/* By FACTOR, with X, Y staying where it is on the screen; 1:1 is not jumped over. */
void conv_layer_sight_zoom_at (ConvLayerSight *sight, gdouble factor, gdouble x, gdouble y);
/* To the next of fitted, 1:1, 2:1, 4:1, ... */
void conv_layer_sight_step_at (ConvLayerSight *sight, gboolean in, gdouble x, gdouble y);

/* X, Y comes to the middle, as far as there is something to see around it. */
void conv_layer_sight_center (ConvLayerSight *sight, gdouble x, gdouble y);

/* ---- the pixel looked at ---- */

/* FALSE when nothing is looked at.  STAGE is the map that is pointed at. */
gboolean conv_layer_sight_get_pixel (ConvLayerSight *sight, gint *output, ConvLayerStages *stage, gint *x, gint *y);

/* X, Y: of the map.  Its place in the input is kept: when other options move the
 * maps, the pixel that then lies there is looked at. */
void conv_layer_sight_look_at (ConvLayerSight *sight, gint output, ConvLayerStages stage, gint x, gint y);
/* The map's pixel at a place in the input, or the one nearest to it. */
void conv_layer_sight_look_at_place (ConvLayerSight *sight, gint output, ConvLayerStages stage, gdouble x, gdouble y);
/* RIGHT and DOWN pixels of the map further, not beyond it; the viewport follows.
 * When nothing is looked at yet: the pixel in the middle of the viewport. */
void conv_layer_sight_walk (ConvLayerSight *sight, gint output, ConvLayerStages stage, gint right, gint down);
/* Nothing is looked at any more. */
void conv_layer_sight_look_away (ConvLayerSight *sight);

/* Borrowed, until the main loop runs again; NULL when nothing is looked at or
 * its numbers are not there yet. */
const ConvLayerInspection *conv_layer_sight_get_inspection (ConvLayerSight *sight);

G_END_DECLS

#endif
