/* last-values.h: the arguments of the last run in a key file.
 * Knows not where the file lies, no widget and not which GIMP it is in. */

#ifndef CONV_LAYER_LAST_VALUES_H
#define CONV_LAYER_LAST_VALUES_H

#include "options.h"

G_BEGIN_DECLS

/* What the file at PATH does not have, or has as another kind, stays as it is
 * in VALUES. */
void conv_layer_last_values_load (const gchar *path, ConvLayerValues values);

/* Writes the file anew, atomically; FALSE with ERROR when that cannot be. */
gboolean conv_layer_last_values_save (const gchar *path, const ConvLayerValues values, GError **error);

G_END_DECLS

#endif
