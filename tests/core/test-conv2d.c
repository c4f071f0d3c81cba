/* test-conv2d.c: the layer: sizes, maps, ranges and pixels against the
 * formula evaluated pixel by pixel.  Knows the core by its public header only. */

#include <float.h>
#include <glib.h>
#include <math.h>
#include <string.h>

#include "conv2d.h"
#include "failing-memory.h"

/* ---- helpers ---- */

/* A layer, its input and its maps by the formula. */
typedef struct
{
  Conv2dLayer layer;
  gfloat *weights; /* ours, not the core's */
  Conv2dPlane plane;
  guint8 *codes;
  Conv2dGeometry geometry;
  gfloat *maps; /* [2 count][height][width] */
} Case;

static gsize
map_size (const Case *c)
{
  return (gsize) c->geometry.width * (gsize) c->geometry.height;
}

static Conv2dLayer
plain_layer (gint count, gint rows, gint columns, gfloat *weights)
{
  return (Conv2dLayer) { .filters = { .count = count, .rows = rows, .columns = columns, .weights = weights },
                         .stride = 1,
                         .dilation = 1 };
}

static void
fill_plane (Case *c, GRand *rand, Conv2dDepth depth, gint width, gint height)
{
  gsize count = (gsize) width * (gsize) height;

  c->codes = g_malloc (count * depth);
  for (gsize i = 0; i < count; i++)
    if (depth == CONV2D_F32)
      ((gfloat *) (gpointer) c->codes)[i] = (gfloat) g_rand_double_range (rand, -1, 2);
    else if (depth == CONV2D_U16)
      ((guint16 *) (gpointer) c->codes)[i] = (guint16) g_rand_int (rand);
    else
      c->codes[i] = (guint8) g_rand_int (rand);
  c->plane = (Conv2dPlane) {
    .depth = depth, .width = width, .height = height, .stride = (ptrdiff_t) width * depth, .codes = c->codes
  };
}

static Case
case_new (GRand *rand, Conv2dDepth depth, gint width, gint height, gint count, gint rows, gint columns)
{
  gsize size = (gsize) (count * rows * columns);
  Case c = { .weights = g_new (gfloat, size) };

  for (gsize i = 0; i < size; i++)
    c.weights[i] = (gfloat) g_rand_double_range (rand, -1, 1);
  c.layer = plain_layer (count, rows, columns, c.weights);
  fill_plane (&c, rand, depth, width, height);
  return c;
}

static void
case_clear (Case *c)
{
  g_free (c->weights);
  g_free (c->codes);
  g_free (c->maps);
}

/* Index I of N as PyTorch pads; -1 is zero. */
static gint
padded_index (gint i, gint n, Conv2dPaddingMode mode)
{
  if (i >= 0 && i < n)
    return i;
  if (mode == CONV2D_REFLECT)
    return i < 0 ? -i : 2 * n - 2 - i;
  if (mode == CONV2D_REPLICATE)
    return CLAMP (i, 0, n - 1);
  return mode == CONV2D_CIRCULAR ? (i + n) % n : -1;
}

static gfloat
input_at (const Case *c, gint y, gint x)
{
  gint row = padded_index (y - c->geometry.top, c->plane.height, c->layer.padding_mode);
  gint column = padded_index (x - c->geometry.left, c->plane.width, c->layer.padding_mode);
  const guint8 *codes = c->codes + row * c->plane.stride;

  if (row < 0 || column < 0)
    return 0;
  if (c->plane.depth == CONV2D_U8)
    return (gfloat) codes[column] / 255.0f;
  if (c->plane.depth == CONV2D_U16)
    return (gfloat) ((const guint16 *) (gconstpointer) codes)[column] / 65535.0f;
  return ((const gfloat *) (gconstpointer) codes)[column];
}

static gfloat
formula (const Case *c, gint n, gint y, gint x)
{
  const Conv2dLayer *layer = &c->layer;
  gfloat sum = 0;

  for (gint i = 0; i < layer->filters.rows; i++)
    for (gint j = 0; j < layer->filters.columns; j++)
      sum = fmaf (layer->filters.weights[(n * layer->filters.rows + i) * layer->filters.columns + j],
                  input_at (c, y * layer->stride + i * layer->dilation, x * layer->stride + j * layer->dilation), sum);
  return sum + layer->bias;
}

static void
evaluate (Case *c)
{
  gint count = c->layer.filters.count;

  g_assert_cmpint (conv2d_layer_measure (&c->layer, c->plane.width, c->plane.height, &c->geometry, NULL), ==,
                   CONV2D_OK);
  c->maps = g_new (gfloat, 2 * (gsize) count * map_size (c));
  for (gint n = 0; n < count; n++)
    for (gint y = 0; y < c->geometry.height; y++)
      for (gint x = 0; x < c->geometry.width; x++)
        {
          gsize at = (gsize) n * map_size (c) + (gsize) y * (gsize) c->geometry.width + (gsize) x;
          gfloat value = formula (c, n, y, x);

          c->maps[at] = value;
          c->maps[(gsize) count * map_size (c) + at] = value < 0 ? 0 : value;
        }
}

/* Equal to the bit, but any NaN equals any other. */
static void
same_floats (const gfloat *got, const gfloat *wanted, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (memcmp (&got[i], &wanted[i], sizeof *got) != 0 && !(isnan (got[i]) && isnan (wanted[i])))
      g_error ("value %" G_GSIZE_FORMAT " is %.9g (%a), should be %.9g (%a)", i, (gdouble) got[i], (gdouble) got[i],
               (gdouble) wanted[i], (gdouble) wanted[i]);
}

/* All maps' AREA into PIXELS, maps of the whole size. */
static void
draw_area (const Case *c, const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, gfloat *pixels)
{
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS] = { { 0 } };

  for (gint m = 0; m < 2 * c->layer.filters.count; m++)
    targets[m] = (Conv2dTarget) { .pixels = pixels + (gsize) m * map_size (c)
                                            + (gsize) area.y * (gsize) c->geometry.width + area.x,
                                  .stride = (ptrdiff_t) sizeof (gfloat) * c->geometry.width,
                                  .pixel = CONV2D_ACTIVATION,
                                  .channels = 1 };
  conv2d_plan_maps (plan, work, area, targets);
}

static gfloat *
nan_maps (const Case *c)
{
  gsize count = 2 * (gsize) c->layer.filters.count * map_size (c);
  gfloat *pixels = g_new (gfloat, count);

  memset (pixels, 0xff, count * sizeof *pixels);
  return pixels;
}

static Conv2dArea
whole (const Case *c)
{
  return (Conv2dArea) { 0, 0, c->geometry.width, c->geometry.height };
}

/* How many pixels of map M are not 0. */
static guint64
active_in (const Case *c, gint m)
{
  guint64 active = 0;

  for (gsize i = 0; i < map_size (c); i++)
    active += c->maps[(gsize) m * map_size (c) + i] != 0;
  return active;
}

/* The maps, their ranges and how many are active, are those of the formula. */
static void
check_maps (Case *c)
{
  Conv2dError error;
  Conv2dPlan *plan = conv2d_plan_new (&c->layer, &c->plane, &error);
  Conv2dWork *work;
  gint count = c->layer.filters.count;
  g_autofree gfloat *pixels = NULL;
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS], surveyed[2 * CONV2D_MAX_FILTERS];
  guint64 active[2 * CONV2D_MAX_FILTERS];

  g_assert_nonnull (plan);
  evaluate (c);
  g_assert_true (memcmp (conv2d_plan_geometry (plan), &c->geometry, sizeof c->geometry) == 0);
  work = conv2d_work_new (plan);
  pixels = nan_maps (c);
  draw_area (c, plan, work, whole (c), pixels);
  same_floats (pixels, c->maps, 2 * (gsize) count * map_size (c));

  for (gint m = 0; m < 2 * count; m++)
    {
      ranges[m] = surveyed[m] = CONV2D_RANGE_NONE;
      active[m] = 3;
    }
  conv2d_plan_range (plan, work, whole (c), ranges);
  conv2d_plan_survey (plan, work, whole (c), surveyed, active);
  for (gint m = 0; m < 2 * count; m++)
    {
      gfloat min = INFINITY, max = -INFINITY;

      for (gsize i = 0; i < map_size (c); i++)
        {
          gfloat value = c->maps[(gsize) m * map_size (c) + i];

          if (isfinite (value))
            {
              min = MIN (min, value);
              max = MAX (max, value);
            }
        }
      g_assert_cmpfloat (ranges[m].min, ==, min);
      g_assert_cmpfloat (ranges[m].max, ==, max);
      g_assert_cmpfloat (surveyed[m].min, ==, min);
      g_assert_cmpfloat (surveyed[m].max, ==, max);
      g_assert_cmpuint (active[m], ==, 3 + active_in (c, m));
    }
  conv2d_work_free (work);
  conv2d_plan_free (plan);
}

static void
check_and_clear (Case *c)
{
  check_maps (c);
  case_clear (c);
}

/* ---- sizes ---- */

/* width, height, rows, columns, padding, stride, dilation, and the width and
 * height of what nn.Conv2d gave. */
static const gint measured[][10] = {
  { 17, 40, 6, 1, 2, 0, 64, 1, 1, 1 },  { 8, 11, 6, 8, 0, 3, 5, 1, 2, 2 },    { 16, 37, 1, 4, 2, 1, 1, 3, 9, 41 },
  { 12, 21, 8, 8, 0, 0, 2, 1, 3, 7 },   { 26, 23, 1, 7, 1, 3, 5, 1, 6, 5 },   { 23, 33, 5, 8, 0, 7, 64, 2, 1, 1 },
  { 10, 24, 6, 5, 5, 0, 2, 2, 1, 12 },  { 12, 20, 2, 3, 1, 3, 1, 1, 16, 21 }, { 27, 30, 3, 1, 0, 3, 2, 1, 17, 14 },
  { 37, 9, 3, 7, 0, 0, 3, 2, 9, 2 },    { 4, 10, 7, 5, 0, 3, 5, 1, 2, 1 },    { 30, 34, 8, 6, 2, 1, 2, 3, 9, 9 },
  { 5, 24, 6, 1, 1, 1, 5, 2, 2, 4 },    { 17, 32, 5, 6, 0, 7, 1, 3, 16, 20 }, { 17, 36, 6, 5, 2, 1, 5, 2, 3, 6 },
  { 22, 24, 3, 3, 0, 1, 3, 2, 7, 7 },   { 27, 6, 3, 7, 1, 7, 5, 2, 6, 1 },    { 13, 2, 3, 8, 5, 0, 1, 1, 6, 10 },
  { 31, 12, 4, 1, 2, 3, 2, 3, 19, 4 },  { 27, 18, 2, 6, 0, 7, 5, 2, 7, 4 },   { 35, 37, 6, 8, 0, 0, 5, 3, 3, 5 },
  { 31, 37, 4, 3, 5, 0, 2, 1, 15, 22 }, { 7, 25, 6, 3, 1, 7, 3, 3, 5, 4 },    { 15, 28, 8, 5, 2, 3, 3, 1, 6, 9 },
  { 1, 1, 1, 1, 0, 0, 1, 1, 1, 1 },     { 31, 31, 31, 31, 0, 0, 1, 1, 1, 1 }, { 5, 4, 31, 31, 100, 100, 7, 2, 21, 21 },
};

static void
test_measure (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (measured); i++)
    {
      const gint *row = measured[i];
      Conv2dLayer layer = plain_layer (1, row[2], row[3], NULL);
      Conv2dGeometry geometry;

      layer.padding_rows = row[4];
      layer.padding_columns = row[5];
      layer.stride = row[6];
      layer.dilation = row[7];
      g_assert_cmpint (conv2d_layer_measure (&layer, row[0], row[1], &geometry, NULL), ==, CONV2D_OK);
      g_assert_cmpint (geometry.width, ==, row[8]);
      g_assert_cmpint (geometry.height, ==, row[9]);
      g_assert_cmpint (geometry.top, ==, row[4]);
      g_assert_cmpint (geometry.bottom, ==, row[4]);
      g_assert_cmpint (geometry.left, ==, row[5]);
      g_assert_cmpint (geometry.right, ==, row[5]);
    }
}

/* The size stays, and what is odd of the padding goes to the right and bottom. */
static void
test_measure_same (void)
{
  for (gint rows = 1; rows <= 31; rows++)
    for (gint dilation = 1; dilation <= 5; dilation++)
      {
        Conv2dLayer layer = plain_layer (1, rows, 32 - rows, NULL);
        Conv2dGeometry geometry;
        gint down = dilation * (rows - 1), across = dilation * (31 - rows);

        layer.same = true;
        layer.dilation = dilation;
        layer.padding_rows = layer.padding_columns = 77; /* not looked at */
        g_assert_cmpint (conv2d_layer_measure (&layer, 3, 2, &geometry, NULL), ==, CONV2D_OK);
        g_assert_cmpint (geometry.width, ==, 3);
        g_assert_cmpint (geometry.height, ==, 2);
        g_assert_cmpint (geometry.top, ==, down / 2);
        g_assert_cmpint (geometry.bottom, ==, down - down / 2);
        g_assert_cmpint (geometry.left, ==, across / 2);
        g_assert_cmpint (geometry.right, ==, across - across / 2);
      }
}

static void
cannot_measure (const Conv2dLayer *layer, gint width, gint height, Conv2dStatus status, glong value, glong limit,
                gboolean along_columns)
{
  Conv2dGeometry geometry = { 1, 2, 3, 4, 5, 6 }, before = geometry;
  Conv2dPlane plane = { CONV2D_U8, width, height, width, NULL };
  Conv2dError error;

  memset (&error, 0xff, sizeof error);
  g_assert_cmpint (conv2d_layer_measure (layer, width, height, &geometry, &error), ==, status);
  g_assert_cmpint (error.status, ==, status);
  g_assert_cmpint (error.value, ==, value);
  g_assert_cmpint (error.limit, ==, limit);
  g_assert_cmpint (error.along_columns, ==, along_columns);
  g_assert_cmpint (error.row, ==, 0);
  g_assert_cmpint (error.column, ==, 0);
  g_assert_cmpuint (error.length, ==, 0);
  g_assert_true (memcmp (&geometry, &before, sizeof geometry) == 0);
  g_assert_cmpint (conv2d_layer_measure (layer, width, height, &geometry, NULL), ==, status);

  memset (&error, 0xff, sizeof error);
  g_assert_null (conv2d_plan_new (layer, &plane, &error));
  g_assert_cmpint (error.status, ==, status);
  g_assert_null (conv2d_plan_new (layer, &plane, NULL));
}

static void
test_output_empty (void)
{
  Conv2dLayer layer = plain_layer (1, 4, 3, NULL);

  cannot_measure (&layer, 9, 3, CONV2D_OUTPUT_EMPTY, 4, 3, FALSE);
  cannot_measure (&layer, 2, 9, CONV2D_OUTPUT_EMPTY, 3, 2, TRUE);
  cannot_measure (&layer, 1, 1, CONV2D_OUTPUT_EMPTY, 4, 1, FALSE);
  layer.dilation = 8;
  cannot_measure (&layer, 99, 24, CONV2D_OUTPUT_EMPTY, 25, 24, FALSE);
  layer.padding_rows = 3;
  cannot_measure (&layer, 99, 18, CONV2D_OUTPUT_EMPTY, 25, 24, FALSE);
  layer.padding_columns = 2;
  cannot_measure (&layer, 12, 30, CONV2D_OUTPUT_EMPTY, 17, 16, TRUE);
}

static void
test_padding_too_large (void)
{
  Conv2dLayer layer = plain_layer (1, 3, 3, NULL);
  Conv2dGeometry geometry;

  layer.padding_mode = CONV2D_REFLECT;
  layer.padding_rows = 5;
  layer.padding_columns = 7;
  g_assert_cmpint (conv2d_layer_measure (&layer, 8, 6, &geometry, NULL), ==, CONV2D_OK);
  cannot_measure (&layer, 8, 5, CONV2D_PADDING_TOO_LARGE, 5, 4, FALSE);
  cannot_measure (&layer, 7, 6, CONV2D_PADDING_TOO_LARGE, 7, 6, TRUE);
  layer.padding_mode = CONV2D_CIRCULAR;
  g_assert_cmpint (conv2d_layer_measure (&layer, 7, 5, &geometry, NULL), ==, CONV2D_OK);
  cannot_measure (&layer, 7, 4, CONV2D_PADDING_TOO_LARGE, 5, 4, FALSE);
  cannot_measure (&layer, 6, 5, CONV2D_PADDING_TOO_LARGE, 7, 6, TRUE);
  layer.padding_mode = CONV2D_REPLICATE;
  g_assert_cmpint (conv2d_layer_measure (&layer, 1, 1, &geometry, NULL), ==, CONV2D_OK);
  layer.padding_mode = CONV2D_ZEROS;
  g_assert_cmpint (conv2d_layer_measure (&layer, 1, 1, &geometry, NULL), ==, CONV2D_OK);
}

/* The right and the bottom get more, so they meet the limit first. */
static void
test_same_too_large (void)
{
  Conv2dLayer layer = plain_layer (1, 4, 4, NULL);
  Conv2dGeometry geometry;

  layer.same = true;
  layer.padding_mode = CONV2D_REFLECT;
  g_assert_cmpint (conv2d_layer_measure (&layer, 3, 3, &geometry, NULL), ==, CONV2D_OK);
  cannot_measure (&layer, 3, 2, CONV2D_PADDING_TOO_LARGE, 2, 1, FALSE);
  cannot_measure (&layer, 2, 3, CONV2D_PADDING_TOO_LARGE, 2, 1, TRUE);
  layer.padding_mode = CONV2D_CIRCULAR;
  g_assert_cmpint (conv2d_layer_measure (&layer, 2, 2, &geometry, NULL), ==, CONV2D_OK);
  cannot_measure (&layer, 2, 1, CONV2D_PADDING_TOO_LARGE, 2, 1, FALSE);
}

static void
test_same_needs_stride_1 (void)
{
  Conv2dLayer layer = plain_layer (1, 3, 3, NULL);

  layer.same = true;
  layer.stride = 2;
  cannot_measure (&layer, 9, 9, CONV2D_SAME_NEEDS_STRIDE_1, 2, 1, FALSE);
}

/* ---- maps ---- */

static void
test_lesson (void)
{
  static gfloat weights[] = { -1, 1, 2, -1 };
  static const guint8 codes[] = { 0, 51, 255, 102, 0, 255 };
  Case c = { .layer = plain_layer (1, 2, 2, weights), .codes = (guint8 *) codes };
  gfloat pixels[4];
  Conv2dPlan *plan;
  Conv2dWork *work;

  c.plane = (Conv2dPlane) { CONV2D_U8, 3, 2, 3, codes };
  c.layer.bias = -1;
  c.geometry = (Conv2dGeometry) { 2, 1, 0, 0, 0, 0 };
  plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
  work = conv2d_work_new (plan);
  draw_area (&c, plan, work, whole (&c), pixels);
  /* -0 + .2 + 2 * .4 - 0 - 1, and -.2 + 1 + 2 * 0 - 1 - 1 */
  g_assert_cmpfloat_with_epsilon (pixels[0], 0, 1e-6);
  g_assert_cmpfloat_with_epsilon (pixels[1], -1.2, 1e-6);
  g_assert_cmpfloat_with_epsilon (pixels[2], 0, 1e-6);
  g_assert_cmpfloat (pixels[3], ==, 0);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
}

static void
test_filter_sizes (void)
{
  static const gint sizes[][2] = { { 1, 1 }, { 1, 2 },  { 2, 1 },  { 2, 3 },   { 3, 3 },   { 4, 4 }, { 5, 5 },
                                   { 7, 2 }, { 1, 31 }, { 31, 1 }, { 31, 31 }, { 16, 17 }, { 9, 30 } };
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_U16, CONV2D_F32 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    for (gsize d = 0; d < G_N_ELEMENTS (depths); d++)
      {
        Case c = case_new (rand, depths[d], sizes[s][1] + 12, sizes[s][0] + 5, 1 + (gint) (s + d) % 5, sizes[s][0],
                           sizes[s][1]);

        c.layer.bias = d == 1 ? 0.75f : 0;
        check_and_clear (&c);
      }
}

static void
test_as_large_as_the_input (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  static const gint sizes[][2] = { { 1, 1 }, { 4, 4 }, { 31, 31 }, { 3, 8 } };

  for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
    {
      Case c = case_new (rand, CONV2D_U8, sizes[s][1], sizes[s][0], 2, sizes[s][0], sizes[s][1]);

      check_maps (&c);
      g_assert_cmpint (c.geometry.width, ==, 1);
      g_assert_cmpint (c.geometry.height, ==, 1);
      case_clear (&c);
    }
}

/* Every stride with every dilation lays out other phases. */
static void
test_stride_and_dilation (void)
{
  static const gint steps[] = { 1, 2, 3, 4, 5, 6, 7, 16, 63, 64 };
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_F32, CONV2D_U16 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (gsize s = 0; s < G_N_ELEMENTS (steps); s++)
    for (gsize d = 0; d < G_N_ELEMENTS (steps); d++)
      {
        gint rows = 1 + (gint) (s + d) % 4, columns = 1 + (gint) (s + 3 * d) % 6;
        Case c = case_new (rand, depths[(s + d) % 3], steps[d] * (columns - 1) + 1 + 5 * steps[s] + (gint) d,
                           steps[d] * (rows - 1) + 1 + 3 * steps[s], 2, rows, columns);

        c.layer.stride = steps[s];
        c.layer.dilation = steps[d];
        check_and_clear (&c);
      }
}

static void
test_padding (gconstpointer data)
{
  Conv2dPaddingMode mode = (Conv2dPaddingMode) GPOINTER_TO_INT (data);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (gint i = 0; i < 60; i++)
    {
      gint width = g_rand_int_range (rand, 6, 30), height = g_rand_int_range (rand, 6, 20);
      Case c = case_new (rand,
                         i % 3 == 0   ? CONV2D_U8
                         : i % 3 == 1 ? CONV2D_U16
                                      : CONV2D_F32,
                         width, height, 2, g_rand_int_range (rand, 1, 7), g_rand_int_range (rand, 1, 7));

      c.layer.padding_mode = mode;
      c.layer.same = i % 4 == 0;
      c.layer.padding_rows = g_rand_int_range (rand, 0, mode == CONV2D_REFLECT ? height : height + 1);
      c.layer.padding_columns = g_rand_int_range (rand, 0, mode == CONV2D_REFLECT ? width : width + 1);
      c.layer.stride = c.layer.same ? 1 : g_rand_int_range (rand, 1, 5);
      check_and_clear (&c);
    }
}

/* Padding that is many times the input, and taps that miss it. */
static void
test_padding_beyond (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (gint i = 0; i < 4; i++)
    {
      Case c = case_new (rand, i % 2 ? CONV2D_F32 : CONV2D_U8, 3, 2, 2, 3, 5);

      c.layer.padding_mode = i < 2 ? CONV2D_ZEROS : CONV2D_REPLICATE;
      c.layer.padding_rows = 40;
      c.layer.padding_columns = 150;
      c.layer.stride = 1 + 2 * (i % 2);
      c.layer.dilation = 1 + 20 * (i % 2);
      check_and_clear (&c);
    }
}

static void
test_largest_reach (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);

  for (gint stride = 1; stride <= 64; stride += 63)
    {
      Case c = case_new (rand, CONV2D_U8, 70, 3, 1, 31, 31);

      c.layer.padding_rows = c.layer.padding_columns = 960;
      c.layer.stride = stride;
      c.layer.dilation = 64;
      check_and_clear (&c);
    }
  {
    Case c = case_new (rand, CONV2D_U16, 5, 4, 1, 31, 31);

    c.layer.same = true;
    c.layer.dilation = 64;
    check_and_clear (&c);
  }
}

/* Widths at which the work is cut in pieces. */
static void
test_wide (void)
{
  static const gint widths[]
      = { 1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 1022, 1023, 1024, 1025, 1026, 2047, 2048, 2049, 3073 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (gsize i = 0; i < G_N_ELEMENTS (widths); i++)
    for (gint stride = 1; stride <= 3; stride++)
      {
        gint columns = 1 + (gint) (i + (gsize) stride) % 5;
        Case c = case_new (rand, stride == 2 ? CONV2D_F32 : CONV2D_U8, (widths[i] - 1) * stride + columns, 5, 3, 3,
                           columns);

        c.layer.stride = stride;
        check_maps (&c);
        g_assert_cmpint (c.geometry.width, ==, widths[i]);
        case_clear (&c);
      }
}

static void
test_many_filters (void)
{
  static const gint counts[] = { 1, 2, 3, 4, 5, 8, 9, 63, 64 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);

  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      Case c = case_new (rand, CONV2D_F32, 20, 9, counts[i], 3, 2);

      check_and_clear (&c);
    }
}

/* Two equal filters, opposite ones, zeros: each map as if it were alone. */
static void
test_pairs (void)
{
  enum
  {
    COUNT = 11,
    SIZE = 6
  };
  static const gint like[COUNT] = { 0, 0, 2, 0, 2, 5, 6, 5, 8, 6, 10 };
  static const gfloat sign[COUNT] = { 1, -1, 1, 1, -1, 1, 1, -1, 0, -1, -0.0f };
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);

  for (gint round = 0; round < 6; round++)
    {
      Case c = case_new (rand, CONV2D_F32, 37, 11, COUNT, 2, 3);

      for (gint n = 0; n < COUNT; n++)
        for (gint i = 0; i < SIZE; i++)
          c.weights[n * SIZE + i] = sign[n] * c.weights[like[n] * SIZE + i];
      c.layer.bias = round % 3 == 0 ? 0 : round % 3 == 1 ? -0.0f : 0.3f;
      if (round > 2)
        ((gfloat *) (gpointer) c.codes)[50] = NAN;
      check_and_clear (&c);
    }
}

/* Products that vanish leave -0, which no map may show as the other zero. */
static void
test_signs_of_zero (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (10);
  Case c = case_new (rand, CONV2D_F32, 9, 2, 2, 1, 1);

  for (gint i = 0; i < 18; i++)
    ((gfloat *) (gpointer) c.codes)[i] = i % 3 == 0 ? 1e-30f : i % 3 == 1 ? -1e-30f : i % 2 ? 0.0f : -0.0f;
  c.weights[0] = -1e-30f;
  c.weights[1] = 1e-30f;
  check_and_clear (&c);
}

/* The bias is added last, and not fused. */
static void
test_bias_last (void)
{
  static gfloat weights[] = { 1, 1 };
  static const gfloat codes[] = { 16777216, 1 };
  Case c = { .layer = plain_layer (1, 1, 2, weights), .codes = (guint8 *) codes };
  gfloat pixels[2];
  Conv2dPlan *plan;
  Conv2dWork *work;

  c.plane = (Conv2dPlane) { CONV2D_F32, 2, 1, 8, codes };
  c.layer.bias = 1;
  c.geometry = (Conv2dGeometry) { 1, 1, 0, 0, 0, 0 };
  plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
  work = conv2d_work_new (plan);
  draw_area (&c, plan, work, whole (&c), pixels);
  g_assert_cmpfloat (pixels[0], ==, 16777216); /* 2^24 + 1 + 1, each rounded to even */
  conv2d_work_free (work);
  conv2d_plan_free (plan);
}

static void
test_bad_values (void)
{
  static const gfloat bad[] = { NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 1e-45f, -0.0f };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (gint round = 0; round < 30; round++)
    {
      Case c = case_new (rand, CONV2D_F32, 40, 12, 4, 1 + round % 3, 1 + round % 4);

      for (gint i = 0; i < 25; i++)
        ((gfloat *) (gpointer) c.codes)[g_rand_int_range (rand, 0, 480)] = bad[g_rand_int_range (rand, 0, 7)];
      c.layer.padding_rows = c.layer.padding_columns = round % 2;
      check_and_clear (&c);
    }
}

/* A plane whose rows lie apart, the last one first. */
static void
test_plane_stride (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_U16, CONV2D_F32 };

  for (gsize d = 0; d < G_N_ELEMENTS (depths); d++)
    {
      Case c = case_new (rand, depths[d], 30, 12, 2, 4, 4);
      Conv2dPlane flipped = c.plane;
      Conv2dPlan *plan;
      Conv2dWork *work;
      g_autofree gfloat *pixels = NULL;
      gsize row = (gsize) 30 * depths[d], apart = row + 12;
      g_autofree guint8 *memory = g_malloc (apart * 12);

      evaluate (&c);
      for (gsize y = 0; y < 12; y++)
        memcpy (memory + (11 - y) * apart, c.codes + y * row, row);
      flipped.codes = memory + 11 * apart;
      flipped.stride = -(ptrdiff_t) apart;
      plan = conv2d_plan_new (&c.layer, &flipped, NULL);
      work = conv2d_work_new (plan);
      pixels = nan_maps (&c);
      draw_area (&c, plan, work, whole (&c), pixels);
      same_floats (pixels, c.maps, 4 * map_size (&c));
      conv2d_work_free (work);
      conv2d_plan_free (plan);
      case_clear (&c);
    }
}

/* ---- areas ---- */

static void
cut (const Case *c, const Conv2dPlan *plan, Conv2dWork *work, GRand *rand, Conv2dArea area, gfloat *pixels,
     Conv2dRange *ranges, guint64 *active)
{
  gboolean down = g_rand_boolean (rand);
  gint size = down ? area.height : area.width;
  gint at = size > 1 ? g_rand_int_range (rand, 1, size) : 0;
  Conv2dArea rest = area;

  if (at == 0 || g_rand_int_range (rand, 0, 5) == 0)
    {
      draw_area (c, plan, work, area, pixels);
      conv2d_plan_survey (plan, work, area, ranges, active);
      return;
    }
  if (down)
    {
      area.height = at;
      rest.y += at;
      rest.height -= at;
    }
  else
    {
      area.width = at;
      rest.x += at;
      rest.width -= at;
    }
  cut (c, plan, work, rand, rest, pixels, ranges, active); /* the later one first */
  cut (c, plan, work, rand, area, pixels, ranges, active);
}

/* In any pieces, in any order, with one workspace. */
static void
test_areas (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);

  for (gint round = 0; round < 40; round++)
    {
      Case c = case_new (rand, round % 2 ? CONV2D_F32 : CONV2D_U8, round % 8 == 7 ? 2100 : 60, 33, 3, 1 + round % 5,
                         1 + round % 4);
      Conv2dPlan *plan;
      Conv2dWork *work;
      g_autofree gfloat *pixels = NULL;
      Conv2dRange once[6], pieces[6];
      guint64 active[6] = { 0 };

      c.layer.stride = 1 + round % 3;
      c.layer.dilation = 1 + round % 4;
      c.layer.padding_rows = c.layer.padding_columns = round % 3;
      c.layer.padding_mode = (Conv2dPaddingMode) (round % 4);
      evaluate (&c);
      plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
      work = conv2d_work_new (plan);
      pixels = nan_maps (&c);
      for (gint m = 0; m < 6; m++)
        once[m] = pieces[m] = CONV2D_RANGE_NONE;
      conv2d_plan_range (plan, work, whole (&c), once);
      cut (&c, plan, work, rand, whole (&c), pixels, pieces, active);
      same_floats (pixels, c.maps, 6 * map_size (&c));
      for (gint m = 0; m < 6; m++)
        {
          g_assert_cmpfloat (pieces[m].min, ==, once[m].min);
          g_assert_cmpfloat (pieces[m].max, ==, once[m].max);
          g_assert_cmpuint (active[m], ==, active_in (&c, m));
        }
      conv2d_work_free (work);
      conv2d_plan_free (plan);
      case_clear (&c);
    }
}

/* Nothing is to be done, and nothing is. */
static void
test_empty_area (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (14);
  Case c = case_new (rand, CONV2D_U8, 9, 9, 1, 2, 2);
  Conv2dPlan *plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
  Conv2dWork *work = conv2d_work_new (plan);
  Conv2dRange ranges[2] = { { 5, 6 }, { 7, 8 } };
  gfloat pixel = 42;
  Conv2dTarget targets[2] = { { &pixel, 4, CONV2D_ACTIVATION, 1, 0, 0 } };

  conv2d_plan_range (plan, work, (Conv2dArea) { 3, 3, 0, 0 }, ranges);
  conv2d_plan_maps (plan, work, (Conv2dArea) { 3, 3, 0, 4 }, targets);
  conv2d_plan_maps (plan, work, (Conv2dArea) { 3, 3, 4, 0 }, targets);
  g_assert_cmpfloat (ranges[0].min, ==, 5);
  g_assert_cmpfloat (ranges[1].max, ==, 8);
  g_assert_cmpfloat (pixel, ==, 42);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  case_clear (&c);
}

typedef struct
{
  const Case *c;
  const Conv2dPlan *plan;
  gfloat *pixels;
  gint first, step;
} Share;

static gpointer
draw_share (gpointer data)
{
  const Share *share = data;
  Conv2dWork *work = conv2d_work_new (share->plan);

  for (gint y = share->first; y < share->c->geometry.height; y += share->step)
    draw_area (share->c, share->plan, work, (Conv2dArea) { 0, y, share->c->geometry.width, 1 }, share->pixels);
  conv2d_work_free (work);
  return NULL;
}

/* One plan for all, a workspace for each. */
static void
test_threads (void)
{
  enum
  {
    THREADS = 5
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (15);
  Case c = case_new (rand, CONV2D_U8, 300, 60, 6, 4, 4);
  Conv2dPlan *plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
  g_autofree gfloat *pixels = NULL;
  GThread *threads[THREADS];
  Share shares[THREADS];

  evaluate (&c);
  pixels = nan_maps (&c);
  for (gint i = 0; i < THREADS; i++)
    {
      shares[i] = (Share) { &c, plan, pixels, i, THREADS };
      threads[i] = g_thread_new (NULL, draw_share, &shares[i]);
    }
  for (gint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  same_floats (pixels, c.maps, 12 * map_size (&c));
  conv2d_plan_free (plan);
  case_clear (&c);
}

/* ---- ranges ---- */

/* The range over VALUES by a filter of one weight, 1, widening what is there;
 * and how many are active, or NULL. */
static void
survey_of (const gfloat *values, gint count, gfloat bias, Conv2dRange *ranges, guint64 *active)
{
  static gfloat weights[] = { 1 };
  Conv2dLayer layer = plain_layer (1, 1, 1, weights);
  Conv2dPlane plane = { CONV2D_F32, count, 1, count * (ptrdiff_t) sizeof *values, values };
  Conv2dPlan *plan;
  Conv2dWork *work;

  layer.bias = bias;
  plan = conv2d_plan_new (&layer, &plane, NULL);
  work = conv2d_work_new (plan);
  conv2d_plan_survey (plan, work, (Conv2dArea) { 0, 0, count, 1 }, ranges, active);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
}

static void
ranges_of (const gfloat *values, gint count, gfloat bias, Conv2dRange *ranges)
{
  survey_of (values, count, bias, ranges, NULL);
}

static void
test_active (void)
{
  static const gfloat values[] = { NAN, INFINITY, 4, -INFINITY, NAN, -6, 0, -0.0f, 3, -0x1p-149f };
  guint64 active[2] = { 100, 200 };
  Conv2dRange ranges[2] = { CONV2D_RANGE_NONE, CONV2D_RANGE_NONE };

  survey_of (values, G_N_ELEMENTS (values), 0, ranges, active);
  g_assert_cmpuint (active[0], ==, 100 + 8);
  g_assert_cmpuint (active[1], ==, 200 + 5);
  g_assert_cmpfloat (ranges[0].min, ==, -6);
  survey_of (values, G_N_ELEMENTS (values), -3, ranges, active);
  g_assert_cmpuint (active[0], ==, 108 + 9);
  g_assert_cmpuint (active[1], ==, 205 + 4);
}

static void
test_range (void)
{
  static const gfloat values[] = { -3, 5, 1 }, negative[] = { -3, -2 }, positive[] = { 2, 9 };
  static const gfloat bad[] = { NAN, INFINITY, 4, -INFINITY, NAN, -6 };
  static const struct
  {
    const gfloat *values;
    gint count;
    gfloat bias, range[4];
  } known[] = {
    { values, 3, 0, { -3, 5, 0, 5 } },  { values, 3, 10, { 7, 15, 7, 15 } },  { negative, 2, 0, { -3, -2, 0, 0 } },
    { positive, 2, 0, { 2, 9, 2, 9 } }, { positive, 1, 0, { 2, 2, 2, 2 } },   { bad, 6, 0, { -6, 4, 0, 4 } },
    { bad, 3, 0, { 4, 4, 4, 4 } },      { bad + 2, 1, -9, { -5, -5, 0, 0 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      Conv2dRange ranges[2] = { CONV2D_RANGE_NONE, CONV2D_RANGE_NONE };

      ranges_of (known[i].values, known[i].count, known[i].bias, ranges);
      g_assert_cmpfloat (ranges[0].min, ==, known[i].range[0]);
      g_assert_cmpfloat (ranges[0].max, ==, known[i].range[1]);
      g_assert_cmpfloat (ranges[1].min, ==, known[i].range[2]);
      g_assert_cmpfloat (ranges[1].max, ==, known[i].range[3]);
    }
}

/* ReLU makes 0 of -inf, which counts. */
static void
test_range_nothing_finite (void)
{
  static const gfloat nothing[] = { NAN, INFINITY, NAN }, minus[] = { -INFINITY, NAN, INFINITY };
  Conv2dRange ranges[2] = { CONV2D_RANGE_NONE, CONV2D_RANGE_NONE };

  ranges_of (nothing, 3, 0, ranges);
  g_assert_cmpfloat (ranges[0].min, >, ranges[0].max);
  g_assert_cmpfloat (ranges[1].min, >, ranges[1].max);
  ranges_of (minus, 3, 0, ranges);
  g_assert_cmpfloat (ranges[0].min, >, ranges[0].max);
  g_assert_cmpfloat (ranges[1].min, ==, 0);
  g_assert_cmpfloat (ranges[1].max, ==, 0);
}

static void
test_range_widens (void)
{
  static const gfloat values[] = { -3, 5 };
  Conv2dRange ranges[2] = { { -1, 9 }, { -2, 3 } };

  ranges_of (values, 2, 0, ranges);
  g_assert_cmpfloat (ranges[0].min, ==, -3);
  g_assert_cmpfloat (ranges[0].max, ==, 9);
  g_assert_cmpfloat (ranges[1].min, ==, -2);
  g_assert_cmpfloat (ranges[1].max, ==, 5);
}

/* ---- pixels ---- */

/* VALUES drawn by TARGET, whose pixels are ours; SIZE bytes of them.  Those of
 * the stage POST. */
static void
draw_values (const gfloat *values, gint count, gboolean post, Conv2dTarget target, gpointer pixels)
{
  static gfloat weights[] = { 1 };
  Conv2dLayer layer = plain_layer (1, 1, 1, weights);
  Conv2dPlane plane = { CONV2D_F32, count, 1, count * (ptrdiff_t) sizeof *values, values };
  Conv2dPlan *plan = conv2d_plan_new (&layer, &plane, NULL);
  Conv2dWork *work = conv2d_work_new (plan);
  Conv2dTarget targets[2] = { { .pixels = NULL } };

  target.pixels = pixels;
  targets[post] = target;
  conv2d_plan_maps (plan, work, (Conv2dArea) { 0, 0, count, 1 }, targets);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
}

static void
test_activation_pixels (void)
{
  static const gfloat values[] = { -2, 0, 0.5f, NAN, INFINITY, -INFINITY, 7 };
  static const gfloat rectified[] = { 0, 0, 0.5f, NAN, INFINITY, 0, 7 };

  for (gint channels = 1; channels <= 3; channels += 2)
    for (gint post = 0; post < 2; post++)
      {
        gfloat pixels[22];

        pixels[7 * channels] = 42;
        draw_values (values, 7, post, (Conv2dTarget) { NULL, 0, CONV2D_ACTIVATION, channels, 0, 0 }, pixels);
        for (gint i = 0; i < 7 * channels; i++)
          same_floats (&pixels[i], post ? &rectified[i / channels] : &values[i / channels], 1);
        g_assert_cmpfloat (pixels[7 * channels], ==, 42);
      }
}

static void
test_unit_pixels (void)
{
  static const gfloat values[] = { -2, -1, 0, 1, 2, NAN, INFINITY, -INFINITY };
  static const gfloat units[] = { 0, 0, 1 / 3.0f, 2 / 3.0f, 1, 0, 1, 0 };
  static const gfloat rectified[] = { 1 / 3.0f, 1 / 3.0f, 1 / 3.0f, 2 / 3.0f, 1, 0, 1, 1 / 3.0f };

  for (gint channels = 1; channels <= 3; channels += 2)
    for (gint post = 0; post < 2; post++)
      {
        gfloat pixels[25];

        pixels[8 * channels] = 42;
        draw_values (values, 8, post, (Conv2dTarget) { NULL, 0, CONV2D_UNIT, channels, -1, 2 }, pixels);
        for (gint i = 0; i < 8 * channels; i++)
          same_floats (&pixels[i], post ? &rectified[i / channels] : &units[i / channels], 1);
        g_assert_cmpfloat (pixels[8 * channels], ==, 42);
      }
}

static void
test_byte_pixels (void)
{
  static const gfloat values[] = { -2, -1, 0, 1, 2, NAN, INFINITY, -INFINITY };
  static const guint8 bytes[] = { 0, 0, 85, 170, 255, 0, 255, 0 };
  static const guint8 rectified[] = { 85, 85, 85, 170, 255, 0, 255, 85 };

  for (gint channels = 1; channels <= 3; channels += 2)
    for (gint post = 0; post < 2; post++)
      {
        guint8 pixels[25];

        pixels[8 * channels] = 42;
        draw_values (values, 8, post, (Conv2dTarget) { NULL, 0, CONV2D_BYTE, channels, -1, 2 }, pixels);
        for (gint i = 0; i < 8 * channels; i++)
          g_assert_cmpuint (pixels[i], ==, post ? rectified[i / channels] : bytes[i / channels]);
        g_assert_cmpuint (pixels[8 * channels], ==, 42);
      }
}

/* One step of each index of the colour map, at both its ends. */
static void
test_every_byte (void)
{
  static const gint less[]
      = { 33, 37, 41, 45, 49, 53, 57, 61, 66, 74, 82, 90, 98, 106, 114, 122, 132, 148, 164, 180, 196, 212, 228, 244 };
  gfloat values[512];
  guint8 pixels[512];

  for (gint i = 0; i < 256; i++)
    {
      values[2 * i] = (gfloat) i / 256;
      values[2 * i + 1] = nextafterf ((gfloat) (i + 1) / 256, 0);
    }
  draw_values (values, 512, FALSE, (Conv2dTarget) { NULL, 0, CONV2D_BYTE, 1, 0, 1 }, pixels);
  for (gint i = 0; i < 256; i++)
    {
      gint byte = i;

      for (gsize k = 0; k < G_N_ELEMENTS (less); k++)
        byte -= less[k] == i;
      g_assert_cmpint (pixels[2 * i], ==, byte);
      g_assert_cmpint (pixels[2 * i + 1], ==, byte);
    }
}

/* All of one value: black, whatever it is. */
static void
test_constant_map (void)
{
  static const gfloat values[] = { 5, 5, -INFINITY, INFINITY, NAN, 6 };
  gfloat units[6];
  guint8 bytes[6];

  draw_values (values, 6, FALSE, (Conv2dTarget) { NULL, 0, CONV2D_UNIT, 1, 5, 5 }, units);
  draw_values (values, 6, FALSE, (Conv2dTarget) { NULL, 0, CONV2D_BYTE, 1, 5, 5 }, bytes);
  for (gint i = 0; i < 6; i++)
    {
      g_assert_cmpfloat (units[i], ==, 0);
      g_assert_cmpuint (bytes[i], ==, 0);
    }
}

/* White below black turns the picture over. */
static void
test_white_below_black (void)
{
  static const gfloat values[] = { 0, 1, 4 };
  gfloat units[3];

  draw_values (values, 3, FALSE, (Conv2dTarget) { NULL, 0, CONV2D_UNIT, 1, 4, 0 }, units);
  g_assert_cmpfloat (units[0], ==, 1);
  g_assert_cmpfloat (units[1], ==, 0.75f);
  g_assert_cmpfloat (units[2], ==, 0);
}

/* Only what is wanted is written, and no byte beside it. */
static void
test_targets (void)
{
  enum
  {
    COUNT = 7,
    GUARD = 5
  };
  static const gsize sizes[] = { 4, 4, 1 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (16);

  for (gint round = 0; round < 60; round++)
    {
      Case c = case_new (rand, CONV2D_U8, 40, 14, COUNT, 3, 3);
      Conv2dTarget targets[2 * COUNT] = { { .pixels = NULL } };
      guint8 *memory[2 * COUNT] = { NULL };
      Conv2dPlan *plan;
      Conv2dWork *work;
      Conv2dArea area = { g_rand_int_range (rand, 0, 9), g_rand_int_range (rand, 0, 4), g_rand_int_range (rand, 1, 30),
                          g_rand_int_range (rand, 1, 9) };

      if (round % 2) /* pairs among them */
        for (gint i = 0; i < 9; i++)
          c.weights[9 * 4 + i] = -c.weights[9 + i];
      evaluate (&c);
      plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
      work = conv2d_work_new (plan);
      for (gint m = 0; m < 2 * COUNT; m++)
        if (g_rand_int_range (rand, 0, 3) == 0)
          {
            Conv2dPixel pixel = (Conv2dPixel) g_rand_int_range (rand, 0, 3);
            gint channels = g_rand_boolean (rand) ? 1 : 3;
            gsize stride = sizes[pixel] * (gsize) (channels * area.width) + GUARD * 4;

            memory[m] = g_malloc (stride * (gsize) area.height);
            memset (memory[m], 0x5a, stride * (gsize) area.height);
            targets[m] = (Conv2dTarget) { memory[m], (ptrdiff_t) stride, pixel, channels, -1, 2 };
          }
      conv2d_plan_maps (plan, work, area, targets);

      for (gint m = 0; m < 2 * COUNT; m++)
        for (gint y = 0; memory[m] && y < area.height; y++)
          {
            const Conv2dTarget *target = &targets[m];
            const guint8 *row = memory[m] + y * target->stride;
            gsize used = sizes[target->pixel] * (gsize) (target->channels * area.width);

            for (gint i = 0; i < area.width * target->channels; i++)
              {
                gfloat value = c.maps[(gsize) m * map_size (&c) + (gsize) (area.y + y) * (gsize) c.geometry.width
                                      + (gsize) (area.x + i / target->channels)];
                gfloat unit = CLAMP ((value + 1) / 3, 0, 1);
                gfloat got;

                if (target->pixel == CONV2D_BYTE)
                  {
                    gint index = MIN ((gint) (256 * unit), 255);

                    g_assert_true (row[i] == index || row[i] + 1 == index);
                    continue;
                  }
                memcpy (&got, row + (gsize) i * sizeof got, sizeof got);
                g_assert_cmpfloat (got, ==, target->pixel == CONV2D_UNIT ? unit : value);
              }
            for (gsize i = used; i < (gsize) target->stride; i++)
              g_assert_cmpuint (row[i], ==, 0x5a);
          }
      for (gint m = 0; m < 2 * COUNT; m++)
        g_free (memory[m]);
      conv2d_work_free (work);
      conv2d_plan_free (plan);
      case_clear (&c);
    }
}

/* ---- memory ---- */

static void
test_no_memory (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  Case c = case_new (rand, CONV2D_U8, 9, 9, 2, 3, 3);
  Conv2dPlan *plan;
  Conv2dWork *work = NULL;
  Conv2dError error;
  gint n = 0;

  memory_start (1, 0);
  plan = conv2d_plan_new (&c.layer, &c.plane, &error);
  memory_stop ();
  g_assert_null (plan);
  g_assert_cmpint (error.status, ==, CONV2D_NO_MEMORY);
  memory_start (1, 0);
  g_assert_null (conv2d_plan_new (&c.layer, &c.plane, NULL));
  memory_stop ();

  plan = conv2d_plan_new (&c.layer, &c.plane, NULL);
  while (!work)
    {
      memory_start (++n, 0);
      work = conv2d_work_new (plan);
      g_assert_true (work || memory_stop () >= n);
      memory_stop ();
      g_assert_true (work || memory_left () == 0);
    }
  g_assert_cmpint (n, >, 1);
  conv2d_work_free (work);
  g_assert_cmpint (memory_left (), ==, 0);
  conv2d_work_free (NULL);
  conv2d_plan_free (plan);
  conv2d_plan_free (NULL);
  case_clear (&c);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/conv2d/measure", test_measure);
  g_test_add_func ("/core/conv2d/measure-same", test_measure_same);
  g_test_add_func ("/core/conv2d/output-empty", test_output_empty);
  g_test_add_func ("/core/conv2d/padding-too-large", test_padding_too_large);
  g_test_add_func ("/core/conv2d/same-too-large", test_same_too_large);
  g_test_add_func ("/core/conv2d/same-needs-stride-1", test_same_needs_stride_1);
  g_test_add_func ("/core/conv2d/lesson", test_lesson);
  g_test_add_func ("/core/conv2d/filter-sizes", test_filter_sizes);
  g_test_add_func ("/core/conv2d/as-large-as-the-input", test_as_large_as_the_input);
  g_test_add_func ("/core/conv2d/stride-and-dilation", test_stride_and_dilation);
  g_test_add_data_func ("/core/conv2d/padding-zeros", GINT_TO_POINTER (CONV2D_ZEROS), test_padding);
  g_test_add_data_func ("/core/conv2d/padding-reflect", GINT_TO_POINTER (CONV2D_REFLECT), test_padding);
  g_test_add_data_func ("/core/conv2d/padding-replicate", GINT_TO_POINTER (CONV2D_REPLICATE), test_padding);
  g_test_add_data_func ("/core/conv2d/padding-circular", GINT_TO_POINTER (CONV2D_CIRCULAR), test_padding);
  g_test_add_func ("/core/conv2d/padding-beyond", test_padding_beyond);
  g_test_add_func ("/core/conv2d/largest-reach", test_largest_reach);
  g_test_add_func ("/core/conv2d/wide", test_wide);
  g_test_add_func ("/core/conv2d/many-filters", test_many_filters);
  g_test_add_func ("/core/conv2d/pairs", test_pairs);
  g_test_add_func ("/core/conv2d/signs-of-zero", test_signs_of_zero);
  g_test_add_func ("/core/conv2d/bias-last", test_bias_last);
  g_test_add_func ("/core/conv2d/bad-values", test_bad_values);
  g_test_add_func ("/core/conv2d/plane-stride", test_plane_stride);
  g_test_add_func ("/core/conv2d/areas", test_areas);
  g_test_add_func ("/core/conv2d/empty-area", test_empty_area);
  g_test_add_func ("/core/conv2d/threads", test_threads);
  g_test_add_func ("/core/conv2d/range", test_range);
  g_test_add_func ("/core/conv2d/active", test_active);
  g_test_add_func ("/core/conv2d/range-nothing-finite", test_range_nothing_finite);
  g_test_add_func ("/core/conv2d/range-widens", test_range_widens);
  g_test_add_func ("/core/conv2d/activation-pixels", test_activation_pixels);
  g_test_add_func ("/core/conv2d/unit-pixels", test_unit_pixels);
  g_test_add_func ("/core/conv2d/byte-pixels", test_byte_pixels);
  g_test_add_func ("/core/conv2d/every-byte", test_every_byte);
  g_test_add_func ("/core/conv2d/constant-map", test_constant_map);
  g_test_add_func ("/core/conv2d/white-below-black", test_white_below_black);
  g_test_add_func ("/core/conv2d/targets", test_targets);
  g_test_add_func ("/core/conv2d/no-memory", test_no_memory);
  return g_test_run ();
}
