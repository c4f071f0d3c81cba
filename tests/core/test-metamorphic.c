/* test-metamorphic.c: laws that hold for every layer, tried on random ones.
 * Knows the core by its public header only.  CONV_LAYER_SEEDS sets how many
 * random layers each law is tried on. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "chance.h"
#include "conv2d.h"

#define WEIGHTS(layer) ((gsize) ((layer)->filters.rows * (layer)->filters.columns))

/* One random layer, its input, and the maps made of it. */
typedef struct
{
  GRand *rand;
  Conv2dLayer layer; /* its weights are ours, never cleared by the core */
  gfloat *weights;
  Conv2dPlane plane;
  guint8 *codes;
  gsize map; /* pixels of a map */
  gsize all; /* pixels of all maps of a stage */
  int width, height;
  gfloat *before, *after;
} Trial;

typedef enum
{
  NUMBERS_REAL,
  NUMBERS_INTEGER
} Numbers;

/* ---- random input ---- */

/* Mostly small, now and then the largest there is. */
static int
random_size (GRand *rand, int most)
{
  int choice = between (rand, 0, 15);

  return choice == 0 ? most : choice < 4 ? between (rand, 1, most) : between (rand, 1, MIN (most, 6));
}

static gfloat
random_number (GRand *rand, Numbers numbers, int most)
{
  if (numbers == NUMBERS_INTEGER)
    return (gfloat) between (rand, -most, most);
  return (gfloat) g_rand_double_range (rand, -most, most);
}

static void
fill_plane (Trial *trial, Conv2dDepth depth, int width, int height, Numbers numbers)
{
  /* A gap after each row, and no byte beyond the last one. */
  gsize gap = (gsize) depth * (gsize) between (trial->rand, 0, 5);
  gsize stride = (gsize) depth * (gsize) width + gap;
  gsize size = stride * (gsize) height - gap;

  trial->codes = g_malloc (size);
  for (gsize i = 0; i < size; i++)
    trial->codes[i] = (guint8) g_rand_int (trial->rand);
  trial->plane = (Conv2dPlane) { depth, width, height, (ptrdiff_t) stride, trial->codes };
  if (depth == CONV2D_F32)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        ((gfloat *) (gpointer) (trial->codes + stride * (gsize) y))[x] = random_number (trial->rand, numbers, 50);
}

/* What a code of PLANE stands for. */
static gfloat
code_at (const Conv2dPlane *plane, int x, int y)
{
  const guint8 *row = (const guint8 *) plane->codes + y * plane->stride;

  switch (plane->depth)
    {
    case CONV2D_U8:
      return (gfloat) row[x] / 255.0f;
    case CONV2D_U16:
      return (gfloat) ((const guint16 *) (gconstpointer) row)[x] / 65535.0f;
    case CONV2D_F32:
    default:
      return ((const gfloat *) (gconstpointer) row)[x];
    }
}

/* A float plane without gaps; its codes are the caller's. */
static Conv2dPlane
float_plane (int width, int height)
{
  gfloat *codes = g_new0 (gfloat, (gsize) width * (gsize) height);

  return (Conv2dPlane) { CONV2D_F32, width, height, (ptrdiff_t) ((gsize) width * sizeof (gfloat)), codes };
}

static void
set_code (Conv2dPlane *plane, int x, int y, gfloat value)
{
  ((gfloat *) plane->codes)[(gsize) y * (gsize) plane->width + (gsize) x] = value;
}

static void
random_layer (Trial *trial, Numbers numbers)
{
  GRand *rand = trial->rand;
  Conv2dLayer *layer = &trial->layer;
  gsize size;

  *layer = (Conv2dLayer) { .stride = 1, .dilation = between (rand, 1, 3) };
  layer->filters.count = random_size (rand, 9);
  layer->filters.rows = random_size (rand, CONV2D_MAX_SIZE);
  layer->filters.columns = random_size (rand, CONV2D_MAX_SIZE);
  layer->padding_mode = (Conv2dPaddingMode) between (rand, 0, 3);
  layer->same = between (rand, 0, 4) == 0;
  if (!layer->same)
    {
      layer->stride = at_least (1, between (rand, -2, 5));
      layer->padding_rows = at_least (0, between (rand, -4, 9));
      layer->padding_columns = at_least (0, between (rand, -4, 9));
    }
  if (between (rand, 0, 2) == 0)
    layer->bias = random_number (rand, numbers, 9);
  size = (gsize) layer->filters.count * WEIGHTS (layer);
  trial->weights = g_new (gfloat, size);
  for (gsize i = 0; i < size; i++)
    trial->weights[i] = random_number (rand, numbers, 9);
  layer->filters.weights = trial->weights;
}

/* ---- running ---- */

/* All maps of both stages; the caller frees them. */
static gfloat *
run (const Conv2dLayer *layer, const Conv2dPlane *plane, int *width, int *height)
{
  Conv2dError error = { 0 };
  Conv2dPlan *plan = conv2d_plan_new (layer, plane, &error);
  g_autofree Conv2dTarget *targets = g_new0 (Conv2dTarget, 2 * layer->filters.count);
  const Conv2dGeometry *geometry;
  Conv2dWork *work;
  gfloat *maps;
  gsize map;

  g_assert_cmpint (error.status, ==, CONV2D_OK);
  g_assert_nonnull (plan);
  geometry = conv2d_plan_geometry (plan);
  *width = geometry->width;
  *height = geometry->height;
  map = (gsize) *width * (gsize) *height;
  maps = g_new (gfloat, map * 2 * (gsize) layer->filters.count);
  memset (maps, 0xff, map * 2 * (gsize) layer->filters.count * sizeof (gfloat));
  for (int n = 0; n < 2 * layer->filters.count; n++)
    targets[n] = (Conv2dTarget) { .pixels = maps + map * (gsize) n,
                                  .stride = (ptrdiff_t) ((gsize) *width * sizeof (gfloat)),
                                  .pixel = CONV2D_ACTIVATION,
                                  .channels = 1 };
  work = conv2d_work_new (plan);
  g_assert_nonnull (work);
  conv2d_plan_maps (plan, work, (Conv2dArea) { 0, 0, *width, *height }, targets);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  return maps;
}

static void
trial_clear (Trial *trial)
{
  g_clear_pointer (&trial->weights, g_free);
  g_clear_pointer (&trial->codes, g_free);
  g_clear_pointer (&trial->before, g_free);
}

/* A layer that goes with its input, and its maps. */
static void
trial_run (Trial *trial, Numbers numbers)
{
  Conv2dGeometry geometry;
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_U16, CONV2D_F32 };
  int width, height;

  do
    {
      g_clear_pointer (&trial->weights, g_free);
      random_layer (trial, numbers);
      width = between (trial->rand, 1, 40);
      height = between (trial->rand, 1, 40);
      if (between (trial->rand, 0, 15) == 0)
        {
          width = between (trial->rand, 1000, 2500);
          height = between (trial->rand, 1, 4);
        }
    }
  while (conv2d_layer_measure (&trial->layer, width, height, &geometry, NULL) != CONV2D_OK
         || (gsize) geometry.width * (gsize) geometry.height * (gsize) trial->layer.filters.count
                    * WEIGHTS (&trial->layer)
                > 3000000);
  fill_plane (trial, numbers == NUMBERS_INTEGER ? CONV2D_F32 : depths[between (trial->rand, 0, 2)], width, height,
              numbers);
  trial->before = run (&trial->layer, &trial->plane, &trial->width, &trial->height);
  trial->map = (gsize) trial->width * (gsize) trial->height;
  trial->all = trial->map * (gsize) trial->layer.filters.count;
  trial->after = trial->before + trial->all;
}

/* ---- comparing ---- */

static guint32
bits_of (gfloat number)
{
  guint32 bits;

  memcpy (&bits, &number, sizeof bits);
  return bits;
}

static void
assert_same (const gfloat *got, const gfloat *wanted, gsize count)
{
  for (gsize i = 0; i < count; i++)
    if (bits_of (got[i]) != bits_of (wanted[i]))
      g_error ("value %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " is %.9g, wanted %.9g", i, count, (gdouble) got[i],
               (gdouble) wanted[i]);
}

/* ---- the laws ---- */

/* conv (-f) = -conv (f), 0 as +0, whether the two meet in one layer or not. */
static void
law_negation (Trial *trial)
{
  Conv2dLayer negated, both;
  g_autofree gfloat *weights = NULL, *alone = NULL, *together = NULL;
  gsize size;
  int width, height;

  /* Integers: their sums meet 0. */
  trial_run (trial, between (trial->rand, 0, 1) ? NUMBERS_REAL : NUMBERS_INTEGER);
  size = (gsize) trial->layer.filters.count * WEIGHTS (&trial->layer);
  weights = g_new (gfloat, 2 * size);
  memcpy (weights, trial->weights, size * sizeof (gfloat));
  for (gsize i = 0; i < size; i++)
    weights[size + i] = -trial->weights[i];
  negated = both = trial->layer;
  negated.filters.weights = weights + size;
  both.filters.count *= 2;
  both.filters.weights = weights;
  alone = run (&negated, &trial->plane, &width, &height);
  together = run (&both, &trial->plane, &width, &height);
  assert_same (together, trial->before, trial->all);
  assert_same (together + trial->all, alone, trial->all);
  assert_same (together + 2 * trial->all, trial->after, trial->all);
  assert_same (together + 3 * trial->all, alone + trial->all, trial->all);
  if (trial->layer.bias == 0)
    for (gsize i = 0; i < trial->all; i++)
      g_assert_cmpuint (bits_of (alone[i]), ==, bits_of (0 - trial->before[i]));
}

/* ReLU is max (0, m), and relu (m) - relu (-m) = m. */
static void
law_relu (Trial *trial)
{
  g_autofree gfloat *weights = NULL, *negative = NULL;
  Conv2dLayer negated;
  int width, height;

  trial_run (trial, NUMBERS_REAL);
  negated = trial->layer;
  weights = g_new (gfloat, (gsize) negated.filters.count * WEIGHTS (&negated));
  for (gsize i = 0; i < (gsize) negated.filters.count * WEIGHTS (&negated); i++)
    weights[i] = -trial->weights[i];
  negated.filters.weights = weights;
  negated.bias = -negated.bias;
  negative = run (&negated, &trial->plane, &width, &height);
  for (gsize i = 0; i < trial->all; i++)
    {
      g_assert_cmpuint (bits_of (trial->after[i]), ==, bits_of (trial->before[i] > 0 ? trial->before[i] : 0));
      g_assert_true (trial->after[i] - negative[trial->all + i] == trial->before[i]);
    }
}

/* The transposed filters on the transposed input give transposed maps. */
static void
law_transpose (Trial *trial)
{
  g_autofree gfloat *weights = NULL, *maps = NULL;
  Conv2dPlane turned;
  Conv2dLayer layer;
  int width, height, rows, columns;

  trial_run (trial, NUMBERS_INTEGER);
  layer = trial->layer;
  rows = layer.filters.rows;
  columns = layer.filters.columns;
  weights = g_new (gfloat, (gsize) layer.filters.count * WEIGHTS (&layer));
  for (int n = 0; n < layer.filters.count; n++)
    for (int i = 0; i < rows; i++)
      for (int j = 0; j < columns; j++)
        weights[(n * columns + j) * rows + i] = trial->weights[(n * rows + i) * columns + j];
  layer.filters.rows = columns;
  layer.filters.columns = rows;
  layer.filters.weights = weights;
  layer.padding_rows = trial->layer.padding_columns;
  layer.padding_columns = trial->layer.padding_rows;
  turned = float_plane (trial->plane.height, trial->plane.width);
  for (int y = 0; y < turned.height; y++)
    for (int x = 0; x < turned.width; x++)
      set_code (&turned, x, y, code_at (&trial->plane, y, x));
  maps = run (&layer, &turned, &width, &height);
  g_assert_cmpint (width, ==, trial->height);
  g_assert_cmpint (height, ==, trial->width);
  for (gsize n = 0; n < (gsize) layer.filters.count; n++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        g_assert_true (maps[n * trial->map + (gsize) (y * width + x)]
                       == trial->before[n * trial->map + (gsize) (x * height + y)]);
  g_free ((gpointer) turned.codes);
}

/* A piece of the input gives that piece of the maps. */
static void
law_shift (Trial *trial)
{
  g_autofree gfloat *whole = NULL, *maps = NULL;
  Conv2dLayer layer;
  Conv2dPlane piece;
  Conv2dGeometry geometry;
  int all_width, all_height, width, height, x0, y0;

  trial_run (trial, NUMBERS_REAL);
  layer = trial->layer;
  layer.same = false;
  layer.padding_rows = layer.padding_columns = 0;
  if (conv2d_layer_measure (&layer, trial->plane.width, trial->plane.height, &geometry, NULL) != CONV2D_OK)
    return;
  whole = run (&layer, &trial->plane, &all_width, &all_height);
  x0 = between (trial->rand, 0, all_width - 1);
  y0 = between (trial->rand, 0, all_height - 1);
  piece = trial->plane;
  piece.width -= x0 * layer.stride;
  piece.height -= y0 * layer.stride;
  piece.codes = (const guint8 *) piece.codes + y0 * layer.stride * piece.stride + x0 * layer.stride * (int) piece.depth;
  maps = run (&layer, &piece, &width, &height);
  g_assert_cmpint (width, ==, all_width - x0);
  g_assert_cmpint (height, ==, all_height - y0);
  for (int n = 0; n < 2 * layer.filters.count; n++)
    for (int y = 0; y < height; y++)
      assert_same (maps + (gsize) (n * height + y) * (gsize) width,
                   whole + (gsize) (n * all_height + y0 + y) * (gsize) all_width + x0, (gsize) width);
}

/* A filter with one weight, 1, gives the input back. */
static void
law_delta (Trial *trial)
{
  g_autofree gfloat *maps = NULL;
  Conv2dLayer layer;
  int width, height, row, column;

  trial_run (trial, NUMBERS_REAL);
  layer = trial->layer;
  row = between (trial->rand, 0, layer.filters.rows - 1);
  column = between (trial->rand, 0, layer.filters.columns - 1);
  for (gsize i = 0; i < (gsize) layer.filters.count * WEIGHTS (&layer); i++)
    trial->weights[i] = i % WEIGHTS (&layer) == (gsize) (row * layer.filters.columns + column);
  layer.bias = 0;
  layer.same = false;
  layer.padding_rows = layer.padding_columns = 0;
  if (conv2d_layer_measure (&layer, trial->plane.width, trial->plane.height, &(Conv2dGeometry) { 0 }, NULL)
      != CONV2D_OK)
    return;
  maps = run (&layer, &trial->plane, &width, &height);
  for (int n = 0; n < layer.filters.count; n++)
    for (int y = 0; y < height; y++)
      for (int x = 0; x < width; x++)
        g_assert_cmpuint (bits_of (maps[(n * height + y) * width + x]), ==,
                          bits_of (code_at (&trial->plane, x * layer.stride + column * layer.dilation,
                                            y * layer.stride + row * layer.dilation)));
}

/* A filter of zeros, of either sign, gives the bias. */
static void
law_zero (Trial *trial)
{
  g_autofree gfloat *maps = NULL;
  int width, height;

  trial_run (trial, NUMBERS_REAL);
  for (gsize i = 0; i < (gsize) trial->layer.filters.count * WEIGHTS (&trial->layer); i++)
    trial->weights[i] = between (trial->rand, 0, 1) ? 0.0f : -0.0f;
  maps = run (&trial->layer, &trial->plane, &width, &height);
  for (gsize i = 0; i < trial->all; i++)
    g_assert_cmpuint (bits_of (maps[i]), ==, bits_of (trial->layer.bias));
}

/* f = g + h: the maps of f are the sums of those of g and h; here the weights
 * are dealt out to g and h. */
static void
law_split (Trial *trial)
{
  g_autofree gfloat *first = NULL, *second = NULL, *one = NULL, *other = NULL;
  gsize size;
  Conv2dLayer part;
  int width, height;

  trial_run (trial, NUMBERS_INTEGER);
  part = trial->layer;
  size = (gsize) part.filters.count * WEIGHTS (&part);
  one = g_new0 (gfloat, size);
  other = g_new0 (gfloat, size);
  for (gsize i = 0; i < size; i++)
    *(between (trial->rand, 0, 1) ? &one[i] : &other[i]) = trial->weights[i];
  part.filters.weights = one;
  first = run (&part, &trial->plane, &width, &height);
  part.filters.weights = other;
  part.bias = 0;
  second = run (&part, &trial->plane, &width, &height);
  for (gsize i = 0; i < trial->all; i++)
    g_assert_true (first[i] + second[i] == trial->before[i]);
}

/* Where PyTorch's padding takes index I of N from; -1: zero. */
static int
source (int i, int n, Conv2dPaddingMode mode)
{
  if (i >= 0 && i < n)
    return i;
  switch (mode)
    {
    case CONV2D_REFLECT:
      return i < 0 ? -i : 2 * n - 2 - i;
    case CONV2D_REPLICATE:
      return i < 0 ? 0 : n - 1;
    case CONV2D_CIRCULAR:
      return (i + n) % n;
    case CONV2D_ZEROS:
    default:
      return -1;
    }
}

/* Padding is the same as a larger input. */
static void
law_padding (Trial *trial)
{
  g_autofree gfloat *maps = NULL;
  Conv2dGeometry geometry;
  Conv2dPlane padded;
  Conv2dLayer layer;
  int width, height;

  trial_run (trial, NUMBERS_REAL);
  layer = trial->layer;
  g_assert_cmpint (conv2d_layer_measure (&layer, trial->plane.width, trial->plane.height, &geometry, NULL), ==,
                   CONV2D_OK);
  if (layer.same)
    {
      int high = layer.dilation * (layer.filters.rows - 1), wide = layer.dilation * (layer.filters.columns - 1);

      g_assert_cmpint (geometry.width, ==, trial->plane.width);
      g_assert_cmpint (geometry.height, ==, trial->plane.height);
      g_assert_cmpint (geometry.top, ==, high / 2);
      g_assert_cmpint (geometry.left, ==, wide / 2);
      g_assert_cmpint (geometry.bottom, ==, high - high / 2);
      g_assert_cmpint (geometry.right, ==, wide - wide / 2);
    }
  padded = float_plane (trial->plane.width + geometry.left + geometry.right,
                        trial->plane.height + geometry.top + geometry.bottom);
  for (int y = 0; y < padded.height; y++)
    for (int x = 0; x < padded.width; x++)
      {
        int from_x = source (x - geometry.left, trial->plane.width, layer.padding_mode);
        int from_y = source (y - geometry.top, trial->plane.height, layer.padding_mode);

        if (from_x >= 0 && from_y >= 0)
          set_code (&padded, x, y, code_at (&trial->plane, from_x, from_y));
      }
  layer.same = false;
  layer.padding_rows = layer.padding_columns = 0;
  maps = run (&layer, &padded, &width, &height);
  g_assert_cmpint (width, ==, trial->width);
  g_assert_cmpint (height, ==, trial->height);
  assert_same (maps, trial->before, 2 * trial->all);
  g_free ((gpointer) padded.codes);
}

/* A stride takes every so many-th value of the maps without one. */
static void
law_stride (Trial *trial)
{
  g_autofree gfloat *maps = NULL;
  Conv2dLayer layer;
  int width, height;

  trial_run (trial, NUMBERS_REAL);
  layer = trial->layer;
  layer.stride = 1;
  maps = run (&layer, &trial->plane, &width, &height);
  g_assert_cmpint ((width - 1) / trial->layer.stride + 1, ==, trial->width);
  g_assert_cmpint ((height - 1) / trial->layer.stride + 1, ==, trial->height);
  for (int n = 0; n < 2 * layer.filters.count; n++)
    for (int y = 0; y < trial->height; y++)
      for (int x = 0; x < trial->width; x++)
        g_assert_cmpuint (bits_of (trial->before[(n * trial->height + y) * trial->width + x]), ==,
                          bits_of (maps[(n * height + y * trial->layer.stride) * width + x * trial->layer.stride]));
}

/* A dilated filter is a larger one with zeros between. */
static void
law_dilation (Trial *trial)
{
  g_autofree gfloat *weights = NULL, *maps = NULL;
  Conv2dLayer layer;
  int width, height, d;

  trial_run (trial, NUMBERS_REAL);
  layer = trial->layer;
  d = layer.dilation;
  layer.filters.rows = d * (layer.filters.rows - 1) + 1;
  layer.filters.columns = d * (layer.filters.columns - 1) + 1;
  layer.dilation = 1;
  if (layer.filters.rows > CONV2D_MAX_SIZE || layer.filters.columns > CONV2D_MAX_SIZE)
    return;
  weights = g_new0 (gfloat, (gsize) layer.filters.count * WEIGHTS (&layer));
  for (int n = 0; n < layer.filters.count; n++)
    for (int i = 0; i < trial->layer.filters.rows; i++)
      for (int j = 0; j < trial->layer.filters.columns; j++)
        weights[(n * layer.filters.rows + i * d) * layer.filters.columns + j * d]
            = trial->weights[(n * trial->layer.filters.rows + i) * trial->layer.filters.columns + j];
  layer.filters.weights = weights;
  maps = run (&layer, &trial->plane, &width, &height);
  g_assert_cmpint (width, ==, trial->width);
  g_assert_cmpint (height, ==, trial->height);
  assert_same (maps, trial->before, 2 * trial->all);
}

/* The depth of the codes does not matter, only what they stand for. */
static void
law_depth (Trial *trial)
{
  g_autofree gfloat *maps = NULL;
  Conv2dPlane plane;
  int width, height;

  trial_run (trial, NUMBERS_REAL);
  plane = float_plane (trial->plane.width, trial->plane.height);
  for (int y = 0; y < plane.height; y++)
    for (int x = 0; x < plane.width; x++)
      set_code (&plane, x, y, code_at (&trial->plane, x, y));
  maps = run (&trial->layer, &plane, &width, &height);
  assert_same (maps, trial->before, 2 * trial->all);
  g_free ((gpointer) plane.codes);
}

/* A filter's maps do not depend on the filters beside it. */
static void
law_alone (Trial *trial)
{
  Conv2dLayer one;

  trial_run (trial, NUMBERS_REAL);
  one = trial->layer;
  one.filters.count = 1;
  for (gsize n = 0; n < (gsize) trial->layer.filters.count; n++)
    {
      g_autofree gfloat *maps = NULL;
      int width, height;

      one.filters.weights = trial->weights + n * WEIGHTS (&one);
      maps = run (&one, &trial->plane, &width, &height);
      assert_same (maps, trial->before + n * trial->map, trial->map);
      assert_same (maps + trial->map, trial->after + n * trial->map, trial->map);
    }
}

/* What the value of map N at X, Y is made of: calls with each weight and the
 * input it meets. */
typedef void (*Meet) (gfloat weight, gfloat input, gpointer data);

static void
meet_all (const Trial *trial, const Conv2dGeometry *geometry, int n, int x, int y, Meet meet, gpointer data)
{
  const Conv2dLayer *layer = &trial->layer;

  for (int i = 0; i < layer->filters.rows; i++)
    for (int j = 0; j < layer->filters.columns; j++)
      {
        int from_x = source (x * layer->stride + j * layer->dilation - geometry->left, trial->plane.width,
                             layer->padding_mode);
        int from_y = source (y * layer->stride + i * layer->dilation - geometry->top, trial->plane.height,
                             layer->padding_mode);

        meet (trial->weights[(n * layer->filters.rows + i) * layer->filters.columns + j],
              from_x < 0 || from_y < 0 ? 0 : code_at (&trial->plane, from_x, from_y), data);
      }
}

static void
meet_integers (gfloat weight, gfloat input, gpointer data)
{
  *(gint64 *) data += (gint64) weight * (gint64) input;
}

typedef struct
{
  long double sum, size;
  gfloat chain;
} Reference;

static void
meet_reals (gfloat weight, gfloat input, gpointer data)
{
  Reference *reference = data;

  reference->sum += (long double) weight * (long double) input;
  reference->size += fabsl ((long double) weight * (long double) input);
  reference->chain = fmaf (weight, input, reference->chain);
}

/* Small integers: every sum is exact. */
static void
law_integers (Trial *trial)
{
  Conv2dGeometry geometry;

  trial_run (trial, NUMBERS_INTEGER);
  conv2d_layer_measure (&trial->layer, trial->plane.width, trial->plane.height, &geometry, NULL);
  for (int n = 0; n < trial->layer.filters.count; n++)
    for (int y = 0; y < trial->height; y++)
      for (int x = 0; x < trial->width; x++)
        {
          gint64 sum = (gint64) trial->layer.bias;

          meet_all (trial, &geometry, n, x, y, meet_integers, &sum);
          g_assert_cmpfloat ((gdouble) trial->before[(n * trial->height + y) * trial->width + x], ==, (gdouble) sum);
        }
}

/* The contract to the bit, and its error: at most n 2^-24 sum |w x|, and half
 * a unit of the result for the bias. */
static void
law_bound (Trial *trial)
{
  const long double u = 1 / 16777216.0L;
  Conv2dGeometry geometry;
  long double terms;

  trial_run (trial, NUMBERS_REAL);
  terms = (long double) WEIGHTS (&trial->layer);
  conv2d_layer_measure (&trial->layer, trial->plane.width, trial->plane.height, &geometry, NULL);
  for (int n = 0; n < trial->layer.filters.count; n++)
    for (int y = 0; y < trial->height; y++)
      for (int x = 0; x < trial->width; x++)
        {
          gfloat value = trial->before[(n * trial->height + y) * trial->width + x];
          Reference reference = { 0 };

          meet_all (trial, &geometry, n, x, y, meet_reals, &reference);
          g_assert_cmpuint (bits_of (value), ==, bits_of (reference.chain + trial->layer.bias));
          g_assert_true (fabsl ((long double) reference.chain - reference.sum)
                         <= terms * u / (1 - terms * u) * reference.size);
          g_assert_true (fabsl ((long double) value - reference.sum - (long double) trial->layer.bias)
                         <= terms * u / (1 - terms * u) * reference.size + u * fabsl ((long double) value));
        }
}

/* ---- areas ---- */

/* Parts AREA at random until the pieces are small. */
static void
split_area (GRand *rand, Conv2dArea area, GArray *areas)
{
  Conv2dArea rest = area;

  if (area.width * area.height <= 30 || (areas->len > 0 && between (rand, 0, 5) == 0))
    {
      g_array_insert_val (areas, (guint) between (rand, 0, (int) areas->len), area);
      return;
    }
  if (area.width > 1 && (area.height == 1 || between (rand, 0, 1)))
    {
      area.width = between (rand, 1, area.width - 1);
      rest.x += area.width;
      rest.width -= area.width;
    }
  else
    {
      area.height = between (rand, 1, area.height - 1);
      rest.y += area.height;
      rest.height -= area.height;
    }
  split_area (rand, area, areas);
  split_area (rand, rest, areas);
}

/* Matplotlib's byte of a value in [0,1]. */
static guint8
byte_of (gfloat unit)
{
  static const guint8 jumps[]
      = { 33, 37, 41, 45, 49, 53, 57, 61, 66, 74, 82, 90, 98, 106, 114, 122, 132, 148, 164, 180, 196, 212, 228, 244 };
  int index = MIN ((int) floorf (256 * unit), 255);

  return (guint8) (memchr (jumps, index, sizeof jumps) ? index - 1 : index);
}

static gsize
size_of (Conv2dPixel pixel)
{
  return pixel == CONV2D_BYTE ? 1 : sizeof (gfloat);
}

/* Any parting into areas gives the same pixels and ranges as the whole; each
 * target is written where it should be and nowhere else. */
static void
law_areas (Trial *trial)
{
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS] = { 0 }, here[2 * CONV2D_MAX_FILTERS];
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];
  guint8 *blocks[2 * CONV2D_MAX_FILTERS] = { NULL };
  g_autoptr (GArray) areas = g_array_new (FALSE, FALSE, sizeof (Conv2dArea));
  Conv2dWork *work;
  Conv2dPlan *plan;
  int maps;

  trial_run (trial, NUMBERS_REAL);
  maps = 2 * trial->layer.filters.count;
  plan = conv2d_plan_new (&trial->layer, &trial->plane, NULL);
  work = conv2d_work_new (plan);
  for (int n = 0; n < maps; n++)
    {
      Conv2dTarget *target = &targets[n];

      ranges[n] = CONV2D_RANGE_NONE;
      if (between (trial->rand, 0, 5) == 0)
        continue;
      target->pixel = (Conv2dPixel) between (trial->rand, 0, 2);
      target->channels = between (trial->rand, 0, 1) ? 1 : 3;
      target->black = random_number (trial->rand, NUMBERS_REAL, 20);
      target->white = between (trial->rand, 0, 9) ? target->black + (gfloat) g_rand_double_range (trial->rand, .01, 50)
                                                  : target->black;
      target->stride = (ptrdiff_t) (size_of (target->pixel)
                                    * (gsize) (trial->width * target->channels + between (trial->rand, 0, 9)));
      blocks[n] = g_malloc ((gsize) target->stride * (gsize) (trial->height + 2));
      memset (blocks[n], 0xa5, (gsize) target->stride * (gsize) (trial->height + 2));
      target->pixels = blocks[n] + target->stride;
    }

  split_area (trial->rand, (Conv2dArea) { 0, 0, trial->width, trial->height }, areas);
  for (guint i = 0; i < areas->len; i++)
    {
      Conv2dArea area = g_array_index (areas, Conv2dArea, i);

      memcpy (here, targets, sizeof here);
      for (int n = 0; n < maps; n++)
        if (here[n].pixels)
          here[n].pixels = (guint8 *) here[n].pixels + area.y * here[n].stride
                           + (gsize) (area.x * here[n].channels) * size_of (here[n].pixel);
      if (between (trial->rand, 0, 3) == 0)
        {
          conv2d_work_free (work);
          work = conv2d_work_new (plan);
        }
      conv2d_plan_maps (plan, work, area, here);
      conv2d_plan_range (plan, work, area, ranges);
    }

  for (int n = 0; n < maps; n++)
    {
      const Conv2dTarget *target = &targets[n];
      const gfloat *map = trial->before + trial->map * (gsize) n;
      gfloat min = map[0], max = map[0];
      gsize size;

      for (gsize i = 1; i < trial->map; i++)
        {
          min = MIN (min, map[i]);
          max = MAX (max, map[i]);
        }
      g_assert_true (ranges[n].min == min && ranges[n].max == max);
      if (!target->pixels)
        continue;
      size = size_of (target->pixel);
      for (int y = -1; y <= trial->height; y++)
        {
          guint8 *row = (guint8 *) target->pixels + y * target->stride;
          gsize used = 0;

          for (int x = 0; y >= 0 && y < trial->height && x < trial->width; x++)
            for (int c = 0; c < target->channels; c++, used += size)
              {
                gfloat value = map[y * trial->width + x], got;
                gfloat unit
                    = target->black == target->white ? 0 : (value - target->black) / (target->white - target->black);

                unit = CLAMP (unit, 0, 1);
                if (target->pixel == CONV2D_BYTE)
                  {
                    g_assert_cmpint (row[used], ==, byte_of (unit));
                    continue;
                  }
                memcpy (&got, row + used, sizeof got);
                if (target->pixel == CONV2D_UNIT)
                  g_assert_true (got == unit);
                else
                  g_assert_cmpuint (bits_of (got), ==, bits_of (value));
              }
          for (; used < (gsize) target->stride; used++)
            g_assert_cmpint (row[used], ==, 0xa5);
        }
      g_free (blocks[n]);
    }
  conv2d_work_free (work);
  conv2d_plan_free (plan);
}

/* ---- threads ---- */

typedef struct
{
  const Conv2dPlan *plan;
  GArray *areas;
  gint next; /* atomic */
  gfloat *maps;
  int count, width, height;
} Share;

static gpointer
work_on_areas (gpointer data)
{
  Share *share = data;
  Conv2dWork *work = conv2d_work_new (share->plan);
  g_autofree Conv2dTarget *targets = g_new0 (Conv2dTarget, share->count);
  guint i;

  while ((i = (guint) g_atomic_int_add (&share->next, 1)) < share->areas->len)
    {
      Conv2dArea area = g_array_index (share->areas, Conv2dArea, i);

      for (int n = 0; n < share->count; n++)
        targets[n] = (Conv2dTarget) { .pixels = share->maps + (n * share->height + area.y) * share->width + area.x,
                                      .stride = (ptrdiff_t) ((gsize) share->width * sizeof (gfloat)),
                                      .pixel = CONV2D_ACTIVATION,
                                      .channels = 1 };
      conv2d_plan_maps (share->plan, work, area, targets);
    }
  conv2d_work_free (work);
  return NULL;
}

/* Threads may share a plan. */
static void
law_threads (Trial *trial)
{
  Share share = { .areas = g_array_new (FALSE, FALSE, sizeof (Conv2dArea)) };
  Conv2dPlan *plan;
  GThread *threads[3];

  trial_run (trial, NUMBERS_REAL);
  plan = conv2d_plan_new (&trial->layer, &trial->plane, NULL);
  share.plan = plan;
  share.count = 2 * trial->layer.filters.count;
  share.width = trial->width;
  share.height = trial->height;
  share.maps = g_new (gfloat, 2 * trial->all);
  memset (share.maps, 0xff, 2 * trial->all * sizeof (gfloat));
  split_area (trial->rand, (Conv2dArea) { 0, 0, trial->width, trial->height }, share.areas);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("areas", work_on_areas, &share);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  assert_same (share.maps, trial->before, 2 * trial->all);
  g_free (share.maps);
  g_array_unref (share.areas);
  conv2d_plan_free (plan);
}

/* ---- bad values ---- */

/* Range and ReLU of maps with NaN and infinities in them. */
static void
law_bad_values (Trial *trial)
{
  static const gfloat bad[] = { NAN, INFINITY, -INFINITY };
  g_autofree Conv2dRange *ranges = NULL;
  Conv2dPlan *plan;
  Conv2dWork *work;
  int width, height, count;

  trial_run (trial, NUMBERS_INTEGER);
  for (int k = between (trial->rand, 1, 6); k > 0; k--)
    {
      int x = between (trial->rand, 0, trial->plane.width - 1), y = between (trial->rand, 0, trial->plane.height - 1);

      ((gfloat *) (gpointer) (trial->codes + y * trial->plane.stride))[x] = bad[between (trial->rand, 0, 2)];
    }
  g_free (trial->before);
  trial->before = run (&trial->layer, &trial->plane, &width, &height);
  trial->after = trial->before + trial->all;
  count = trial->layer.filters.count;
  ranges = g_new (Conv2dRange, 2 * count);
  for (int n = 0; n < 2 * count; n++)
    ranges[n] = CONV2D_RANGE_NONE;
  plan = conv2d_plan_new (&trial->layer, &trial->plane, NULL);
  work = conv2d_work_new (plan);
  conv2d_plan_range (plan, work, (Conv2dArea) { 0, 0, width, height }, ranges);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  for (int n = 0; n < 2 * count; n++)
    {
      gfloat min = INFINITY, max = -INFINITY;

      for (gsize i = trial->map * (gsize) n; i < trial->map * (gsize) (n + 1); i++)
        if (isfinite (trial->before[i]))
          {
            min = MIN (min, trial->before[i]);
            max = MAX (max, trial->before[i]);
          }
      g_assert_true (ranges[n].min > ranges[n].max ? min > max : ranges[n].min == min && ranges[n].max == max);
    }
  for (gsize i = 0; i < trial->all; i++)
    g_assert_true (isnan (trial->before[i]) ? isnan (trial->after[i])
                                            : trial->after[i] == (trial->before[i] > 0 ? trial->before[i] : 0));
}

/* ---- */

typedef struct
{
  const gchar *name;
  void (*check) (Trial *trial);
} Law;

static const Law laws[] = {
  { "negation", law_negation },     { "relu", law_relu },
  { "transpose", law_transpose },   { "shift", law_shift },
  { "delta", law_delta },           { "zero", law_zero },
  { "split", law_split },           { "padding", law_padding },
  { "stride", law_stride },         { "dilation", law_dilation },
  { "depth", law_depth },           { "alone", law_alone },
  { "integers", law_integers },     { "bound", law_bound },
  { "areas", law_areas },           { "threads", law_threads },
  { "bad-values", law_bad_values },
};

static void
test_law (gconstpointer data)
{
  const Law *law = data;

  for (guint32 seed = 1; seed <= seed_count (200); seed++)
    {
      Trial trial = { .rand = g_rand_new_with_seed (seed) };

      /* With --verbose, the last of these in the log is the one that failed. */
      if (g_test_verbose ())
        g_test_message ("seed %u", seed);
      law->check (&trial);
      trial_clear (&trial);
      g_rand_free (trial.rand);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (laws); i++)
    {
      g_autofree gchar *path = g_strconcat ("/core/metamorphic/", laws[i].name, NULL);

      g_test_add_data_func (path, &laws[i], test_law);
    }
  return g_test_run ();
}
