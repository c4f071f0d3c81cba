/* host-dialog.h: what the dialogs of both hosts share: the editor inside, OK
 * only while it can run.  Knows no drawable and not which GIMP it is in. */

#ifndef CONV_LAYER_HOST_DIALOG_H
#define CONV_LAYER_HOST_DIALOG_H

#include "editor.h"

G_BEGIN_DECLS

/* Puts EDITOR into CONTENT, a box of DIALOG's, gives DIALOG its size and keeps
 * the response OK insensitive while SETTINGS cannot run; OK waits until what is
 * typed is taken over.  Buttons of DIALOG that have a key of EDITOR's lose it.
 * To be called before others listen to "response". */
void conv_layer_host_dialog_fill (GtkDialog *dialog, GtkBox *content, ConvLayerSettings *settings, GtkWidget *editor);

/* Opens the help page that lies beside the file PROGRAM in the user's browser, or
 * says where it is: GIMP's own help would want the network or a manual. */
void conv_layer_host_dialog_help (GtkWindow *dialog, const gchar *program);

G_END_DECLS

#endif
