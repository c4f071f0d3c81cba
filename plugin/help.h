/* help.h: where the help page is.  Knows no widget and not which GIMP it is in. */

#ifndef CONV_LAYER_HELP_H
#define CONV_LAYER_HELP_H

#include <glib.h>

G_BEGIN_DECLS

/* The page in the first of the user's languages that there is one for, else the
 * English one, in the folder "help" beside the file PROGRAM.  Free with g_free(). */
gchar *conv_layer_help_page (const gchar *program);

G_END_DECLS

#endif
