/* gimp3-dialog.h: the dialog in GIMP 3.  Knows no layer and no undo. */

#ifndef CONV_LAYER_GIMP3_DIALOG_H
#define CONV_LAYER_GIMP3_DIALOG_H

#include <libgimp/gimp.h>

#include "editor.h"

G_BEGIN_DECLS

/* Lets the user edit CONFIG for an image of HOST's source, until OK or Cancel;
 * FALSE on Cancel.  GTK must have been started. */
gboolean conv_layer_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const ConvLayerEditorHost *host);

G_END_DECLS

#endif
