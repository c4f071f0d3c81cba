/* presets.h: known base filters and the user's own, kept in one key file, and
 * filters in text files.  Knows no widget and not where the file lies. */

#ifndef CONV_LAYER_PRESETS_H
#define CONV_LAYER_PRESETS_H

#include <gio/gio.h>

#include "options.h"

G_BEGIN_DECLS

typedef struct
{
  gchar *name; /* translated if it is a known one */
  gchar *help; /* one sentence for people: what it answers to; NULL for own ones */
  Conv2dFilter filter;
  gboolean own;
} ConvLayerPreset;

typedef struct ConvLayerPresets ConvLayerPresets;

/* PATH need not exist yet.  A damaged file is renamed beside itself and named
 * in WARNING (to be shown; free it), its readable presets are taken. */
ConvLayerPresets *conv_layer_presets_new (const gchar *path, gchar **warning);
void conv_layer_presets_free (ConvLayerPresets *presets);

/* ConvLayerPreset: the notebook's first, then the known ones, then the own in
 * the order they were saved.  Borrowed, valid until the next change. */
const GPtrArray *conv_layer_presets_list (const ConvLayerPresets *presets);

/* These write the file anew, atomically; FALSE with ERROR leaves file and list
 * as they were.  A name is 1 to 100 letters; saving one's own under its name
 * again replaces it; a known preset's name cannot be taken. */
gboolean conv_layer_presets_save (ConvLayerPresets *presets, const gchar *name, const Conv2dFilter *filter,
                                  GError **error);
gboolean conv_layer_presets_rename (ConvLayerPresets *presets, const gchar *name, const gchar *new_name,
                                    GError **error);
gboolean conv_layer_presets_delete (ConvLayerPresets *presets, const gchar *name, GError **error);

/* A text file: any text form of a filter (ImageJ's rows of numbers are one), at most 1 MB. */
gboolean conv_layer_filter_read (GFile *file, Conv2dFilter *filter, GError **error);
/* One row a line, numbers parted by blanks: what ImageJ and this program read. */
gboolean conv_layer_filter_write (GFile *file, const Conv2dFilter *filter, GError **error);

G_END_DECLS

#endif
