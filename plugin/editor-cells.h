/* editor-cells.h: the base filter as a grid of number cells to type into.
 * Knows the settings; no pixels, no maps, not which GIMP it is in. */

#ifndef CONV_LAYER_EDITOR_CELLS_H
#define CONV_LAYER_EDITOR_CELLS_H

#include <gtk/gtk.h>

#include "settings.h"

G_BEGIN_DECLS

/* The grid in its scrolled window.  Typing writes the current cell's number
 * anew, F2 and a double click change it in place; each number counts as soon
 * as it can be read, and one cell's typing is one step of the history.  Arrows,
 * Tab, Enter, Home, End move; the Page keys and the wheel change by 1 (with
 * Shift 0.1, with Ctrl 10); Ctrl+C copies the matrix, Ctrl+V pastes one, so do
 * drops of text and files; Ctrl+Z and Ctrl+Shift+Z undo and redo.  Always left
 * to right.
 *
 * Signal "message" (const gchar *text): why a number or a paste was refused;
 * NULL: all is well again. */
GtkWidget *conv_layer_cells_new (ConvLayerSettings *settings);

/* Puts the keyboard's focus into the grid. */
void conv_layer_cells_grab_focus (GtkWidget *cells);
/* What is being typed is taken over; FALSE when it is no number. */
gboolean conv_layer_cells_commit (GtkWidget *cells);

G_END_DECLS

#endif
