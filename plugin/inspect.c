/* inspect.c: one pixel of a map in full: how its activation came about, with
 * the core's own numbers.  Knows the core and what the preview holds; no thread,
 * no widget. */

#include "preview-private.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

/* ---- the core's numbers ---- */

/* Fills the patch of the padded input that the pixel looks at.  A filter of one
 * weight, 1, gives the padded input itself, however it is padded. */
static gboolean
read_patch (const ConvLayerSetup *setup, const Conv2dPlane *plane, const Conv2dGeometry *geometry,
            ConvLayerInspection *inspection)
{
  gfloat one = 1;
  Conv2dLayer identity = { .filters = { .count = 1, .rows = 1, .columns = 1, .weights = &one },
                           .padding_rows = MAX (geometry->top, geometry->bottom),
                           .padding_columns = MAX (geometry->left, geometry->right),
                           .padding_mode = setup->layer.padding_mode,
                           .stride = 1,
                           .dilation = 1 };
  Conv2dPlan *plan = conv2d_plan_new (&identity, plane, NULL);
  Conv2dWork *work = plan ? conv2d_work_new (plan) : NULL;
  gint step = inspection->dilation;
  gfloat line[CONV2D_MAX_STEP * (CONV2D_MAX_SIZE - 1) + 1];
  Conv2dTarget targets[2] = { { .pixels = line, .pixel = CONV2D_ACTIVATION, .channels = 1 }, { .pixels = NULL } };

  for (gint i = 0; work && i < inspection->rows; i++)
    {
      gint y = inspection->top + i * step;

      conv2d_plan_maps (plan, work,
                        (Conv2dArea) { inspection->left + identity.padding_columns, y + identity.padding_rows,
                                       step * (inspection->columns - 1) + 1, 1 },
                        targets);
      for (gint j = 0; j < inspection->columns; j++)
        {
          gint x = inspection->left + j * step;

          inspection->input[i * inspection->columns + j] = line[j * step];
          inspection->inside[i * inspection->columns + j] = x >= 0 && x < plane->width && y >= 0 && y < plane->height;
        }
    }
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  return work != NULL;
}

/* The core's activations, and the bytes it draws if FACTS are known. */
static gboolean
read_pixel (const ConvLayerSetup *setup, const Conv2dPlane *plane, const ConvLayerFacts *const facts[2],
            ConvLayerInspection *inspection)
{
  Conv2dLayer layer = conv_layer_setup_part (setup, inspection->output, 1);
  Conv2dPlan *plan = conv2d_plan_new (&layer, plane, NULL);
  Conv2dWork *work = plan ? conv2d_work_new (plan) : NULL;
  Conv2dArea area = { inspection->x, inspection->y, 1, 1 };
  Conv2dTarget targets[2] = { { .pixels = &inspection->pre, .pixel = CONV2D_ACTIVATION, .channels = 1 },
                              { .pixels = &inspection->post, .pixel = CONV2D_ACTIVATION, .channels = 1 } };
  guint8 *bytes[2] = { &inspection->pre_pixel, &inspection->post_pixel };

  if (work)
    conv2d_plan_maps (plan, work, area, targets);
  if (work && facts[0])
    {
      for (gint stage = 0; stage < 2; stage++)
        targets[stage] = (Conv2dTarget) { .pixels = bytes[stage],
                                          .pixel = CONV2D_BYTE,
                                          .channels = 1,
                                          .black = facts[stage]->black,
                                          .white = facts[stage]->white };
      conv2d_plan_maps (plan, work, area, targets);
      if (setup->scale == CONV_LAYER_SCALE_RAW)
        {
          conv_layer_raw_bytes (&inspection->pre, bytes[0], 1);
          conv_layer_raw_bytes (&inspection->post, bytes[1], 1);
        }
    }
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  return work != NULL;
}

static void
add_up (const ConvLayerSetup *setup, ConvLayerInspection *inspection)
{
  gsize size = (gsize) (inspection->rows * inspection->columns);

  memcpy (inspection->weights, setup->layer.filters.weights + (gsize) inspection->output * size,
          size * sizeof *inspection->weights);
  inspection->sum = 0;
  for (gsize i = 0; i < size; i++)
    {
      inspection->products[i] = inspection->weights[i] * inspection->input[i];
      inspection->sum = fmaf (inspection->weights[i], inspection->input[i], inspection->sum);
    }
  inspection->bias = setup->layer.bias;
}

gboolean
conv_layer_preview_inspect (ConvLayerPreview *preview, gint output, gint x, gint y, ConvLayerInspection *inspection)
{
  const ConvLayerGray *gray = conv_layer_preview_get_gray (preview);
  const ConvLayerSetup *setup = conv_layer_preview_get_setup (preview);
  const ConvLayerMaps *maps = conv_layer_preview_get_maps (preview);
  const ConvLayerFacts *facts[2] = { NULL, NULL };
  Conv2dGeometry geometry;

  if (!gray || !setup || output < 0 || output >= setup->layer.filters.count
      || conv2d_layer_measure (&setup->layer, gray->plane.width, gray->plane.height, &geometry, NULL) != CONV2D_OK
      || x < 0 || x >= geometry.width || y < 0 || y >= geometry.height)
    return FALSE;
  if (maps && maps->setup == setup && maps->known[output])
    for (gint stage = 0; stage < 2; stage++)
      facts[stage] = &maps->facts[stage][output];

  *inspection = (ConvLayerInspection) { .output = output,
                                        .x = x,
                                        .y = y,
                                        .rows = setup->layer.filters.rows,
                                        .columns = setup->layer.filters.columns,
                                        .left = x * setup->layer.stride - geometry.left,
                                        .top = y * setup->layer.stride - geometry.top,
                                        .dilation = setup->layer.dilation,
                                        .drawn = facts[0] != NULL };
  if (!read_patch (setup, &gray->plane, &geometry, inspection) || !read_pixel (setup, &gray->plane, facts, inspection))
    return FALSE;
  add_up (setup, inspection);
  return TRUE;
}

/* ---- places ---- */

/* Which of COUNT map pixels, STEP input pixels wide from ORIGIN on, is at PLACE. */
static gint
nearest (gdouble place, gint origin, gint step, gint count)
{
  gdouble i = floor ((place - origin) / step);

  return i > 0 ? (gint) MIN (i, (gdouble) (count - 1)) : 0;
}

gboolean
conv_layer_preview_pixel_at (ConvLayerPreview *preview, gdouble input_x, gdouble input_y, gint *x, gint *y)
{
  const ConvLayerMaps *maps = conv_layer_preview_get_maps (preview);
  gint left, top;

  if (!maps)
    return FALSE;
  conv_layer_setup_origin (maps->setup, &maps->geometry, &left, &top);
  *x = nearest (input_x, left, maps->setup->layer.stride, maps->geometry.width);
  *y = nearest (input_y, top, maps->setup->layer.stride, maps->geometry.height);
  return TRUE;
}

gboolean
conv_layer_preview_pixel_area (ConvLayerPreview *preview, gint x, gint y, GeglRectangle *area)
{
  const ConvLayerMaps *maps = conv_layer_preview_get_maps (preview);
  gint left, top, step;

  if (!maps || x < 0 || x >= maps->geometry.width || y < 0 || y >= maps->geometry.height)
    return FALSE;
  conv_layer_setup_origin (maps->setup, &maps->geometry, &left, &top);
  step = maps->setup->layer.stride;
  *area = (GeglRectangle) { x * step + left, y * step + top, step, step };
  return TRUE;
}

/* ---- text ---- */

/* The fewest digits that read back to VALUE. */
static void
add_number (GString *text, gfloat value)
{
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  gint digits = 6;

  do
    {
      gchar format[] = "%.6g";

      format[2] = (gchar) ('0' + digits);
      g_ascii_formatd (number, sizeof number, format, (gdouble) value);
    }
  while ((gfloat) g_ascii_strtod (number, NULL) != value && digits++ < 9);
  g_string_append (text, number);
}

static void
add_table (GString *text, const gchar *title, const ConvLayerInspection *inspection, const gfloat *values)
{
  g_string_append_printf (text, "%s\n", title);
  for (gint i = 0; i < inspection->rows; i++)
    for (gint j = 0; j < inspection->columns; j++)
      {
        add_number (text, *values++);
        g_string_append_c (text, j + 1 < inspection->columns ? '\t' : '\n');
      }
}

static void
add_line (GString *text, const gchar *title, gfloat value)
{
  g_string_append_printf (text, "%s\t", title);
  add_number (text, value);
  g_string_append_c (text, '\n');
}

gchar *
conv_layer_inspection_text (const ConvLayerInspection *inspection)
{
  GString *text = g_string_new (NULL);

  /* Places are counted from 0, as in GIMP and in NumPy. */
  g_string_append_printf (text, _("Output %d, pixel %d, %d"), inspection->output + 1, inspection->x, inspection->y);
  g_string_append_c (text, '\n');
  add_table (text, _("Input"), inspection, inspection->input);
  add_table (text, _("Weights"), inspection, inspection->weights);
  add_table (text, _("Products"), inspection, inspection->products);
  add_line (text, _("Sum"), inspection->sum);
  add_line (text, _("Bias"), inspection->bias);
  add_line (text, _("Pre-ReLU"), inspection->pre);
  add_line (text, _("Post-ReLU"), inspection->post);
  if (inspection->drawn)
    {
      add_line (text, _("Pre-ReLU pixel"), inspection->pre_pixel);
      add_line (text, _("Post-ReLU pixel"), inspection->post_pixel);
    }
  return g_string_free (text, FALSE);
}
