/* editor.h: the inside of the dialog: the base filter on the left, a column per
 * variant with its tile and its two maps on the right, the layer's settings and
 * the inspector below.  Knows no drawable, no PDB, not how settings are stored
 * and not which GIMP it is in. */

#ifndef CONV_LAYER_EDITOR_H
#define CONV_LAYER_EDITOR_H

#include <gtk/gtk.h>

#include "carry.h"
#include "preview.h"
#include "settings.h"

G_BEGIN_DECLS

/* What the editor asks of its host. */
typedef struct
{
  ConvLayerSource source;
  /* For the buffer that SOURCE does not have: called with DATA when the dialog
   * has been drawn, so that nobody waits for it before; may give NULL. */
  GeglBuffer *(*open_buffer) (gpointer data);
  gpointer data;
  gint bytes_per_pixel; /* of a new layer */
  ConvLayerDialect dialect;
  const gchar *folder; /* where the user's presets and the dialog's state are kept */
} ConvLayerEditorHost;

/* Signal-less: the host listens to SETTINGS for "changed" and asks
 * conv_layer_settings_check() whether OK can be pressed.  HOST is copied. */
GtkWidget *conv_layer_editor_new (ConvLayerSettings *settings, const ConvLayerEditorHost *host);

/* Takes over what is being typed; FALSE when it cannot be (OK must wait). */
gboolean conv_layer_editor_commit (GtkWidget *editor);

/* Ends the preview; to be called on OK, Cancel and close, before the host goes
 * on.  Saves the dialog's state (window size, zoom, unused variants). */
void conv_layer_editor_stop (GtkWidget *editor);

/* The size the window had last, or one that fits the monitor. */
void conv_layer_editor_get_window_size (GtkWidget *editor, gint *width, gint *height);

G_END_DECLS

#endif
