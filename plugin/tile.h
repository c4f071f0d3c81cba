/* tile.h: what a filter's tile shows of a weight, as the lesson does: a gray
 * from black (the least weight) to white (the greatest), with the number in it.
 * Knows no widget, no cairo and no size. */

#ifndef CONV_LAYER_TILE_H
#define CONV_LAYER_TILE_H

#include <glib.h>

G_BEGIN_DECLS

/* The gray of WEIGHT between MIN and MAX, 0 to 1; 0.5 in a constant filter. */
gdouble conv_layer_tile_gray (gdouble weight, gdouble min, gdouble max);

/* Of the text that is readable on GRAY: 0 black, 1 white. */
gdouble conv_layer_tile_text_gray (gdouble gray);

/* WEIGHT in full if DIGITS is 0, else with so many significant digits where
 * that is shorter; free with g_free(). */
gchar *conv_layer_tile_number (gdouble weight, gint digits);

G_END_DECLS

#endif
