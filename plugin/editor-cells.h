/* editor-cells.h: the base filter as a grid of number cells to type into.
 * Knows the settings; no pixels, no maps, not which GIMP it is in. */

#ifndef CONV_LAYER_EDITOR_CELLS_H
#define CONV_LAYER_EDITOR_CELLS_H

#include <gtk/gtk.h>

#include "settings.h"

G_BEGIN_DECLS

/* The grid in its scrolled window.  Typing starts editing; arrows, Tab, Enter,
 * Home, End move; +/- buttons, Page keys and the wheel change by 1 (with Shift
 * 0.1, with Ctrl 10); Ctrl+C copies the matrix, Ctrl+V pastes one, so do drops
 * of text and files; Ctrl+Z and Ctrl+Shift+Z undo and redo. Always left to right. */
GtkWidget *conv_layer_cells_new (ConvLayerSettings *settings);

/* Shown instead of silence when a paste or a number is refused; see "message"
 * below.  Signal "message" (const gchar *text, NULL: all is well). */

/* Puts the keyboard's focus into the grid. */
void conv_layer_cells_grab_focus (GtkWidget *cells);
/* What is being typed is taken over; FALSE when it is no number. */
gboolean conv_layer_cells_commit (GtkWidget *cells);

G_END_DECLS

#endif
