/* editor-tile.h: a filter drawn as the lesson shows it: a gray image of its
 * weights, least black, greatest white, each with its number: white text where
 * the cell is dark, black where it is light.  Knows cairo and pango; no model. */

#ifndef CONV_LAYER_EDITOR_TILE_H
#define CONV_LAYER_EDITOR_TILE_H

#include <gtk/gtk.h>

#include "options.h"
#include "tile.h"

G_BEGIN_DECLS

/* A widget that shows a filter; numbers are left out where they would not be
 * readable, and are then in the tooltip's place of the cell. */
GtkWidget *conv_layer_tile_new (gint size);
/* WEIGHTS are float32, as in a bank: 0.1f shows as 0.1. */
void conv_layer_tile_set_weights (GtkWidget *tile, const gfloat *weights, gint rows, gint columns);

/* The picture alone, for menus and lists. */
GdkPixbuf *conv_layer_tile_pixbuf (const Conv2dFilter *filter, gint size);

/* Draws one cell with its number (or NULL), text colour chosen by GRAY. */
void conv_layer_tile_draw_cell (cairo_t *cr, GtkWidget *widget, gdouble gray, const gchar *number, gdouble x, gdouble y,
                                gdouble width, gdouble height);

G_END_DECLS

#endif
