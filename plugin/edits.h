/* edits.h: what the buttons under the base filter do to it.
 * Knows no widget and no history. */

#ifndef CONV_LAYER_EDITS_H
#define CONV_LAYER_EDITS_H

#include "options.h"

G_BEGIN_DECLS

typedef enum
{
  CONV_LAYER_EDIT_NEGATE,        /* -f */
  CONV_LAYER_EDIT_TRANSPOSE,     /* f.T */
  CONV_LAYER_EDIT_ROTATE,        /* rot90 (f), counter-clockwise */
  CONV_LAYER_EDIT_FLIP_LR,       /* fliplr (f) */
  CONV_LAYER_EDIT_FLIP_UD,       /* flipud (f) */
  CONV_LAYER_EDIT_NORMALISE,     /* f / sum (f) */
  CONV_LAYER_EDIT_SUBTRACT_MEAN, /* f - mean (f) */
  CONV_LAYER_EDIT_ZERO,          /* 0 f */
  CONV_LAYER_N_EDITS
} ConvLayerEdit;

typedef struct
{
  const gchar *id;     /* "negate": for tests and accessible names */
  const gchar *label;  /* untranslated, with a mnemonic */
  const gchar *help;   /* untranslated */
} ConvLayerEditInfo;

const ConvLayerEditInfo *conv_layer_edit_info (ConvLayerEdit edit);

/* FALSE with ERROR, FILTER untouched, when it cannot be done: a sum of 0
 * (but for rounding) cannot become 1, a weight would leave float32's range.  -0 becomes 0. */
gboolean conv_layer_edit_apply (ConvLayerEdit edit, Conv2dFilter *filter, GError **error);

/* Keeps the weights that still have a place, from the top left; new ones are 0.
 * ROWS and COLUMNS from 1 to CONV2D_MAX_SIZE. */
void conv_layer_filter_resize (Conv2dFilter *filter, gint rows, gint columns);

gdouble conv_layer_filter_sum (const Conv2dFilter *filter); /* sum of w */
gdouble conv_layer_filter_l1 (const Conv2dFilter *filter);  /* sum of |w| */

/* FILTER's text form, the shortest that reads back to the same weights; free with g_free(). */
gchar *conv_layer_filter_text (const Conv2dFilter *filter);

/* The shortest text that reads back to WEIGHT, with a dot; free with g_free(). */
gchar *conv_layer_weight_text (gdouble weight);
/* Reads one number or fraction as the filter's text form has it; FALSE when
 * TEXT is none, or beyond float32. */
gboolean conv_layer_weight_parse (const gchar *text, gdouble *weight);

G_END_DECLS

#endif
