/* gimp2-dialog.h: the dialog in GIMP 2.10.  Knows no layer and no undo. */

#ifndef CONV_LAYER_GIMP2_DIALOG_H
#define CONV_LAYER_GIMP2_DIALOG_H

#include "editor.h"

G_BEGIN_DECLS

/* Lets the user edit VALUES for an image of HOST's source, until OK or Cancel;
 * FALSE, and VALUES as they were, on Cancel.  GTK must have been started. */
gboolean conv_layer_dialog_run (const ConvLayerEditorHost *host, ConvLayerValues values);

G_END_DECLS

#endif
