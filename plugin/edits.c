/* edits.c: what the buttons under the base filter do to it.
 * Knows no widget and no history. */

#include "edits.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

/* A table reads better as one. */
/* clang-format off */
static const ConvLayerEditInfo edits[CONV_LAYER_N_EDITS] = {
  [CONV_LAYER_EDIT_NEGATE] = { "negate", N_("Ne_gate"), N_("Change the sign of every weight: -f") },
  [CONV_LAYER_EDIT_TRANSPOSE] = { "transpose", N_("Tra_nspose"), N_("Swap rows and columns: f.T") },
  [CONV_LAYER_EDIT_ROTATE] = { "rotate", N_("Rotat_e"), N_("Turn by 90 degrees, counter-clockwise: rot90(f)") },
  [CONV_LAYER_EDIT_FLIP_LR] = { "flip-lr", N_("Fl_ip ↔"), N_("Swap left and right: fliplr(f)") },
  [CONV_LAYER_EDIT_FLIP_UD] = { "flip-ud", N_("_Flip ↕"), N_("Swap top and bottom: flipud(f)") },
  [CONV_LAYER_EDIT_NORMALISE] = { "normalise", N_("Sum to _1"),
                                  N_("Divide by the sum of the weights, so that a flat area keeps its gray") },
  [CONV_LAYER_EDIT_SUBTRACT_MEAN] = { "subtract-mean", N_("Sum to _0"),
                                      N_("Subtract the mean of the weights, so that a flat area gives 0") },
  [CONV_LAYER_EDIT_ZERO] = { "zero", N_("_Zero"), N_("Set every weight to 0") },
};
/* clang-format on */

const ConvLayerEditInfo *
conv_layer_edit_info (ConvLayerEdit edit)
{
  return &edits[edit];
}

/* The weight that comes to ROW, COLUMN of what TO is made of FROM. */
static gdouble
moved_weight (ConvLayerEdit edit, const Conv2dFilter *from, gint row, gint column)
{
  const gdouble *weights = from->weights;
  gint last_row = from->rows - 1, last_column = from->columns - 1;

  switch (edit)
    {
    case CONV_LAYER_EDIT_TRANSPOSE:
      return weights[column * from->columns + row];
    case CONV_LAYER_EDIT_ROTATE:
      return weights[column * from->columns + last_column - row];
    case CONV_LAYER_EDIT_FLIP_LR:
      return weights[row * from->columns + last_column - column];
    case CONV_LAYER_EDIT_FLIP_UD:
      return weights[(last_row - row) * from->columns + column];
    default:
      return weights[row * from->columns + column];
    }
}

/* Adding 0 turns -0 into 0. */
static gdouble
new_weight (ConvLayerEdit edit, gdouble weight, gdouble sum, gint count)
{
  switch (edit)
    {
    case CONV_LAYER_EDIT_NEGATE:
      return 0 - weight;
    case CONV_LAYER_EDIT_NORMALISE:
      /* What is divided by infinity would be 0. */
      return isfinite (sum) ? weight / sum + 0.0 : sum;
    case CONV_LAYER_EDIT_SUBTRACT_MEAN:
      return weight - sum / count + 0.0;
    case CONV_LAYER_EDIT_ZERO:
      return 0;
    default:
      return weight + 0.0;
    }
}

/* A sum that is no more than what rounding left of 0, as after subtracting the
 * mean, would make noise of the weights. */
static gboolean
sums_to_0 (const Conv2dFilter *filter, gdouble sum)
{
  return fabs (sum) <= filter->rows * filter->columns * DBL_EPSILON * conv_layer_filter_l1 (filter);
}

static gboolean
check_edit (ConvLayerEdit edit, const Conv2dFilter *filter, gdouble sum, GError **error)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  if (edit == CONV_LAYER_EDIT_NORMALISE && isfinite (sum) && sums_to_0 (filter, sum))
    {
      g_set_error_literal (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                           _("The weights sum to 0, and no factor makes that 1; change a weight first."));
      return FALSE;
    }
  for (gint i = 0; i < filter->rows * filter->columns; i++)
    {
      gdouble weight = new_weight (edit, filter->weights[i], sum, filter->rows * filter->columns);

      if (isfinite ((gfloat) weight))
        continue;
      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                   _("A weight would become %s, but a weight lies between -3.4e38 and 3.4e38; change the weights "
                     "first."),
                      g_ascii_dtostr (text, sizeof text, weight));
      return FALSE;
    }
  return TRUE;
}

gboolean
conv_layer_edit_apply (ConvLayerEdit edit, Conv2dFilter *filter, GError **error)
{
  const Conv2dFilter from = *filter;
  gboolean turned = edit == CONV_LAYER_EDIT_TRANSPOSE || edit == CONV_LAYER_EDIT_ROTATE;
  gdouble sum = conv_layer_filter_sum (filter);

  if (!check_edit (edit, filter, sum, error))
    return FALSE;
  filter->rows = turned ? from.columns : from.rows;
  filter->columns = turned ? from.rows : from.columns;
  for (gint row = 0; row < filter->rows; row++)
    for (gint column = 0; column < filter->columns; column++)
      filter->weights[row * filter->columns + column]
          = new_weight (edit, moved_weight (edit, &from, row, column), sum, from.rows * from.columns);
  return TRUE;
}

void
conv_layer_filter_resize (Conv2dFilter *filter, gint rows, gint columns)
{
  const Conv2dFilter from = *filter;

  filter->rows = rows;
  filter->columns = columns;
  for (gint row = 0; row < rows; row++)
    for (gint column = 0; column < columns; column++)
      filter->weights[row * columns + column]
          = row < from.rows && column < from.columns ? from.weights[row * from.columns + column] : 0;
}

gdouble
conv_layer_filter_sum (const Conv2dFilter *filter)
{
  gdouble sum = 0;

  for (gint i = 0; i < filter->rows * filter->columns; i++)
    sum += filter->weights[i];
  return sum;
}

gdouble
conv_layer_filter_l1 (const Conv2dFilter *filter)
{
  gdouble sum = 0;

  for (gint i = 0; i < filter->rows * filter->columns; i++)
    sum += fabs (filter->weights[i]);
  return sum;
}

gchar *
conv_layer_filter_text (const Conv2dFilter *filter)
{
  gsize size = conv2d_filter_format (filter, NULL, 0) + 1;
  gchar *text = g_malloc (size);

  conv2d_filter_format (filter, text, size);
  return text;
}

gchar *
conv_layer_weight_text (gdouble weight)
{
  return conv_layer_filter_text (&(Conv2dFilter) { .rows = 1, .columns = 1, .weights = { weight } });
}

gboolean
conv_layer_weight_parse (const gchar *text, gdouble *weight)
{
  Conv2dFilter one;

  /* Brackets and sizes are for matrices. */
  if (strpbrk (text, "[](){}:;\n") || conv2d_filter_parse (text, &one, NULL) != CONV2D_OK || one.rows != 1
      || one.columns != 1 || !isfinite ((gfloat) one.weights[0]))
    return FALSE;
  *weight = one.weights[0];
  return TRUE;
}
