/* settings.h: what the dialog edits: the arguments, the variants that are
 * ticked off for now, their history, and whether they can run on the input.
 * Knows no widget, no pixel, no file and not which GIMP it is in. */

#ifndef CONV_LAYER_SETTINGS_H
#define CONV_LAYER_SETTINGS_H

#include "options.h"

G_BEGIN_DECLS

#define CONV_LAYER_TYPE_SETTINGS (conv_layer_settings_get_type ())
G_DECLARE_FINAL_TYPE (ConvLayerSettings, conv_layer_settings, CONV_LAYER, SETTINGS, GObject)

/* Signal "changed" (no arguments): a value, a variant or the history is another;
 * never emitted when nothing is, and once for all changes between begin and end. */

/* INITIAL are the values to come back to; WIDTH x HEIGHT pixels is the input. */
ConvLayerSettings *conv_layer_settings_new (const ConvLayerValues initial, gint width, gint height);

/* ---- the arguments ---- */

/* Borrowed, valid until the next change; as the procedure would get it.  The
 * variants are those in use, parted by ", ". */
const GValue *conv_layer_settings_get (ConvLayerSettings *settings, ConvLayerArgument argument);

/* One step of the history.  VALUE is of the argument's type; what it holds is
 * kept even if it is wrong: conv_layer_settings_check() tells. */
void conv_layer_settings_set (ConvLayerSettings *settings, ConvLayerArgument argument, const GValue *value);
void conv_layer_settings_set_text (ConvLayerSettings *settings, ConvLayerArgument argument, const gchar *text);
void conv_layer_settings_set_number (ConvLayerSettings *settings, ConvLayerArgument argument, gdouble number);
void conv_layer_settings_set_all (ConvLayerSettings *settings, const ConvLayerValues values);

/* Copies all arguments into VALUES, initialised. */
void conv_layer_settings_get_all (ConvLayerSettings *settings, ConvLayerValues values);

/* ---- the base filter ---- */

/* The last one that could be read: always there. */
const Conv2dFilter *conv_layer_settings_get_filter (ConvLayerSettings *settings);
/* Sets the argument "filter" to FILTER's text. */
void conv_layer_settings_set_filter (ConvLayerSettings *settings, const Conv2dFilter *filter);

/* ---- variants ---- */

typedef struct
{
  gchar *expression;
  gboolean used; /* ticked: it is one of the argument's */
} ConvLayerVariant;

gint conv_layer_settings_n_variants (ConvLayerSettings *settings);
const ConvLayerVariant *conv_layer_settings_get_variant (ConvLayerSettings *settings, gint n);
/* Which output variant N makes, from 1; 0 if it is not used. */
gint conv_layer_settings_variant_output (ConvLayerSettings *settings, gint n);
/* Blanks around an expression go; it may be wrong: conv_layer_settings_check()
 * tells.  One that is added holds no comma. */
void conv_layer_settings_add_variant (ConvLayerSettings *settings, const gchar *expression);
void conv_layer_settings_set_variant (ConvLayerSettings *settings, gint n, const gchar *expression);
void conv_layer_settings_use_variant (ConvLayerSettings *settings, gint n, gboolean used);
void conv_layer_settings_remove_variant (ConvLayerSettings *settings, gint n);
void conv_layer_settings_move_variant (ConvLayerSettings *settings, gint from, gint to);

/* The unused ones and their places as one string, to be kept with the dialog's
 * state, and back.  Free with g_free(). */
gchar *conv_layer_settings_save_unused (ConvLayerSettings *settings);
void conv_layer_settings_load_unused (ConvLayerSettings *settings, const gchar *text);

/* FALSE with ERROR when EXPRESSION could not be a variant of the base filter
 * beside those in use (while it is being typed). */
gboolean conv_layer_settings_check_variant (ConvLayerSettings *settings, const gchar *expression, GError **error);

/* ---- whether they can run ---- */

/* The checked options, borrowed until the next change; NULL when they cannot
 * run, the reason in ERROR and the argument at fault in AT_FAULT (may be NULL).
 * Sizes count: a filter larger than the padded input is at fault.  No variant
 * in use is an error, too. */
const ConvLayerOptions *conv_layer_settings_check (ConvLayerSettings *settings, ConvLayerArgument *at_fault,
                                                   GError **error);

/* The size of each map, when they can run. */
gboolean conv_layer_settings_get_map_size (ConvLayerSettings *settings, gint *width, gint *height);

/* "320 x 213 -> 317 x 210, 8 layers, 1.6 MB" (an arrow and a times sign as
 * people write them), BYTES_PER_PIXEL of a new layer; NULL when they cannot
 * run.  Free with g_free(). */
gchar *conv_layer_settings_summary (ConvLayerSettings *settings, gint bytes_per_pixel);

/* ---- history ---- */

/* Changes between begin and end are one step; so are changes of the same
 * argument that follow each other with the same non-NULL KEY (typing, a wheel
 * that turns).  Calls may nest; no undo or redo between them. */
void conv_layer_settings_begin (ConvLayerSettings *settings, const gchar *key);
void conv_layer_settings_end (ConvLayerSettings *settings);
gboolean conv_layer_settings_can_undo (ConvLayerSettings *settings);
gboolean conv_layer_settings_can_redo (ConvLayerSettings *settings);
void conv_layer_settings_undo (ConvLayerSettings *settings);
void conv_layer_settings_redo (ConvLayerSettings *settings);

/* To the notebook's values, or to those it was made with; one step each. */
void conv_layer_settings_reset (ConvLayerSettings *settings);
void conv_layer_settings_reset_initial (ConvLayerSettings *settings);

G_END_DECLS

#endif
