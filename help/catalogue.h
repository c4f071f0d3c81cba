/* catalogue.h: the translations of one language, from a compiled catalogue,
 * whatever the locales of the machine.  Knows no page. */

#ifndef CONV_LAYER_HELP_CATALOGUE_H
#define CONV_LAYER_HELP_CATALOGUE_H

#include <glib.h>

G_BEGIN_DECLS

/* Translates every text of the plug-in's own, here and in the plug-in's code,
 * by the file PATH from now on.  FALSE with ERROR set when it is no catalogue. */
gboolean help_catalogue_use (const gchar *path, GError **error);

G_END_DECLS

#endif
