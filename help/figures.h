/* figures.h: what the pages show between their words, as HTML.  Each function
 * adds to PAGE; FALSE with ERROR set when what was asked for cannot be made.
 * Knows no language and no page. */

#ifndef CONV_LAYER_HELP_FIGURES_H
#define CONV_LAYER_HELP_FIGURES_H

#include "options.h"

G_BEGIN_DECLS

/* A part of a picture: PATH names a PNG file, AREA is in its pixels (width 0:
 * all of it). */
typedef struct
{
  gchar *path;
  gint x, y, width, height;
} HelpPicture;

/* The picture itself. */
gboolean help_add_photo (GString *page, const HelpPicture *picture, const gchar *alt, GError **error);

/* Every activation map that the plug-in makes of the picture with VALUES, under
 * the name its layer has, and under CAPTION, which may be NULL. */
gboolean help_add_maps (GString *page, const HelpPicture *picture, const ConvLayerValues values, const gchar *alt,
                        const gchar *caption, GError **error);

/* The figure that the plug-in makes of the picture with VALUES. */
gboolean help_add_figure (GString *page, const HelpPicture *picture, const ConvLayerValues values, const gchar *alt,
                          GError **error);

/* The filters of the layer as numbers on the grays that the dialog shows. */
gboolean help_add_filters (GString *page, const ConvLayerValues values, GError **error);

/* The numbers of INPUT and of FILTER (text forms of one shape), their products,
 * and the sum of these. */
gboolean help_add_product (GString *page, const gchar *input, const gchar *filter, GError **error);

/* An input of WIDTH x HEIGHT pixels with its padding, the first two places of
 * the filter on it, and the map's pixels. */
gboolean help_add_grid (GString *page, gint width, gint height, const ConvLayerValues values, const gchar *alt,
                        GError **error);

G_END_DECLS

#endif
