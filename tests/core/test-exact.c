/* test-exact.c: every instruction set, band height and number of threads against
 * references that use no float: for 8-bit pixels and whole weights the very bits,
 * by int64; for floats the error, by long double.  CONV_LAYER_SEEDS sets how many
 * random layers are tried. */

#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chance.h"
#include "conv2d-row.h"

/* Each code / 255 in float32 is a multiple of 2^-31, and so is every sum of such
 * with whole weights: int64 holds them as numbers of that unit. */
#define UNIT_BITS 31
#define MANTISSA 24
#define SEEDS 60

typedef struct
{
  GRand *rand;
  Conv2dLayer layer;
  Conv2dGeometry geometry;
  Conv2dPlane plane;
  gfloat *weights;
  guint8 *codes; /* of the plane; floats if it is one of them */
} Trial;

/* ---- float32 by integers ---- */

/* NUMBER / 2^SHIFT to the nearest, half to even. */
static gint64
shift_rounded (gint64 number, gint shift)
{
  gint64 size = ABS (number), whole = size >> shift, rest = size - (whole << shift), half = ((gint64) 1 << shift) / 2;

  if (rest > half || (rest == half && (whole & 1)))
    whole++;
  return number < 0 ? -whole : whole;
}

/* The nearest number of units that float32 has. */
static gint64
rounded (gint64 units)
{
  gint bits = 0;

  while (ABS (units) >> bits)
    bits++;
  return bits <= MANTISSA ? units : shift_rounded (units, bits - MANTISSA) * ((gint64) 1 << (bits - MANTISSA));
}

/* CODE / 255 in float32. */
static gint64
code_units (gint code)
{
  gint64 numerator = (gint64) code << UNIT_BITS, quotient;
  gint shift = 0;

  /* 24 bits of the quotient, and what is left tells where it is rounded. */
  while ((numerator / 255) >> shift >> MANTISSA)
    shift++;
  quotient = numerator / ((gint64) 255 << shift);
  numerator -= quotient * ((gint64) 255 << shift);
  if (2 * numerator > (gint64) 255 << shift || (2 * numerator == (gint64) 255 << shift && (quotient & 1)))
    quotient++;
  return quotient << shift;
}

static gfloat
units_float (gint64 units)
{
  return (gfloat) ldexp ((gdouble) units, -UNIT_BITS);
}

/* ---- a layer and its input ---- */

static gint
fold (gint i, gint n, Conv2dPaddingMode mode)
{
  if (i >= 0 && i < n)
    return i;
  switch (mode)
    {
    case CONV2D_REFLECT:
      return i < 0 ? -i : 2 * (n - 1) - i;
    case CONV2D_REPLICATE:
      return i < 0 ? 0 : n - 1;
    case CONV2D_CIRCULAR:
      return i < 0 ? i + n : i - n;
    case CONV2D_ZEROS:
    default:
      return -1;
    }
}

/* Where weight I, J of pixel X, Y meets the input; FALSE: there it is 0. */
static gboolean
meet (const Trial *trial, gint x, gint y, gint i, gint j, gsize *place)
{
  gint row = fold (y * trial->layer.stride + i * trial->layer.dilation - trial->geometry.top, trial->plane.height,
                   trial->layer.padding_mode);
  gint column = fold (x * trial->layer.stride + j * trial->layer.dilation - trial->geometry.left, trial->plane.width,
                      trial->layer.padding_mode);

  *place = (gsize) row * (gsize) trial->plane.width + (gsize) column;
  return row >= 0 && column >= 0;
}

/* ROWS x COLUMNS filters, 0: of any size; whole weights for 8-bit codes. */
static void
trial_new (Trial *trial, guint32 seed, Conv2dDepth depth, gint size)
{
  GRand *rand = trial->rand = g_rand_new_with_seed (seed);
  gint most = between (rand, 0, 7) ? 7 : CONV2D_MAX_SIZE;
  gsize weights, pixels;
  gint width, height;

  do
    {
      trial->layer = (Conv2dLayer) { .padding_mode = (Conv2dPaddingMode) between (rand, 0, 3),
                                     .padding_rows = at_least (0, between (rand, -3, 4)),
                                     .padding_columns = at_least (0, between (rand, -3, 4)),
                                     .stride = at_least (1, between (rand, -2, 3)),
                                     .dilation = at_least (1, between (rand, -2, 3)),
                                     .filters = { .count = between (rand, 1, 9) } };
      trial->layer.filters.rows = size ? size : between (rand, 1, most);
      trial->layer.filters.columns = size ? size : between (rand, 1, most);
      width = between (rand, 0, 9) ? between (rand, 1, 90) : between (rand, 1000, 1300);
      height = width > 90 ? between (rand, 1, 6) : between (rand, 1, 60);
    }
  while (conv2d_layer_measure (&trial->layer, width, height, &trial->geometry, NULL) != CONV2D_OK);
  if (depth == CONV2D_U8)
    trial->layer.bias = (gfloat) between (rand, -300, 300);

  weights = (gsize) (trial->layer.filters.count * trial->layer.filters.rows * trial->layer.filters.columns);
  trial->layer.filters.weights = trial->weights = g_new (gfloat, weights);
  for (gsize i = 0; i < weights; i++)
    trial->weights[i]
        = depth == CONV2D_U8 ? (gfloat) between (rand, -255, 255) : (gfloat) g_rand_double_range (rand, -9, 9);
  pixels = (gsize) width * (gsize) height;
  trial->codes = g_malloc (pixels * depth);
  for (gsize i = 0; i < pixels; i++)
    if (depth == CONV2D_U8)
      trial->codes[i] = (guint8) between (rand, 0, 255);
    else
      ((gfloat *) (gpointer) trial->codes)[i] = (gfloat) g_rand_double_range (rand, -1, 2);
  trial->plane = (Conv2dPlane) { depth, width, height, (ptrdiff_t) ((gsize) width * depth), trial->codes };
}

static void
trial_clear (Trial *trial)
{
  g_rand_free (trial->rand);
  g_free (trial->weights);
  g_free (trial->codes);
}

/* ---- maps, by bands on threads ---- */

typedef struct
{
  const Conv2dPlan *plan;
  gfloat *maps; /* pre-ReLU, one after the other */
  gint count, band, first, step;
} Part;

/* Bands FIRST, FIRST + STEP, and so on. */
static gpointer
draw_part (gpointer data)
{
  const Part *part = data;
  const Conv2dGeometry *geometry = conv2d_plan_geometry (part->plan);
  gsize map = (gsize) geometry->width * (gsize) geometry->height;
  Conv2dWork *work = conv2d_work_new (part->plan);

  for (gint y = part->first * part->band; y < geometry->height; y += part->step * part->band)
    {
      Conv2dTarget targets[2 * CONV2D_MAX_FILTERS] = { { .pixels = NULL } };

      for (gint n = 0; n < part->count; n++)
        targets[n] = (Conv2dTarget) { .pixels = part->maps + (gsize) n * map + (gsize) y * (gsize) geometry->width,
                                      .stride = (ptrdiff_t) sizeof (gfloat) * geometry->width,
                                      .pixel = CONV2D_ACTIVATION,
                                      .channels = 1 };
      conv2d_plan_maps (part->plan, work,
                        (Conv2dArea) { 0, y, geometry->width, MIN (part->band, geometry->height - y) }, targets);
    }
  conv2d_work_free (work);
  return NULL;
}

/* Free with g_free(). */
static gfloat *
draw (const Trial *trial, const Conv2dRows *rows, gint band, gint threads)
{
  Conv2dPlan *plan = conv2d_plan_new_for (rows, &trial->layer, &trial->plane, NULL);
  gsize size = (gsize) trial->geometry.width * (gsize) trial->geometry.height * (gsize) trial->layer.filters.count;
  gfloat *maps = g_new (gfloat, size);
  Part parts[4];
  GThread *running[4];

  memset (maps, 0xff, size * sizeof *maps);
  for (gint t = 0; t < threads; t++)
    {
      parts[t] = (Part) { plan, maps, trial->layer.filters.count, band, t, threads };
      running[t] = g_thread_new ("band", draw_part, &parts[t]);
    }
  for (gint t = 0; t < threads; t++)
    g_thread_join (running[t]);
  conv2d_plan_free (plan);
  return maps;
}

/* Calls CHECK for the maps of every set, band height and number of threads. */
static void
for_all (const Trial *trial, void (*check) (const Trial *trial, const gfloat *maps, gconstpointer reference),
         gconstpointer reference)
{
  const Conv2dRows *sets[CONV2D_MAX_SETS];
  const gint bands[] = { 1, 3, 16, trial->geometry.height };
  gint count = conv2d_rows_available (sets);

  for (gint s = 0; s < count; s++)
    for (gsize b = 0; b < G_N_ELEMENTS (bands); b++)
      for (gint threads = 1; threads <= 4; threads += 1 + (threads == 2))
        {
          g_autofree gfloat *maps = draw (trial, sets[s], bands[b], threads);

          check (trial, maps, reference);
        }
}

/* ---- 8-bit pixels, whole weights: the bits ---- */

static guint64 compared;

static gfloat
exact_value (const Trial *trial, gint n, gint x, gint y)
{
  const Conv2dBank *filters = &trial->layer.filters;
  gint64 sum = 0;

  for (gint i = 0; i < filters->rows; i++)
    for (gint j = 0; j < filters->columns; j++)
      {
        gsize place;

        if (meet (trial, x, y, i, j, &place))
          sum = rounded (sum
                         + (gint64) trial->weights[(n * filters->rows + i) * filters->columns + j]
                               * code_units (trial->codes[place]));
      }
  return units_float (rounded (sum + (gint64) trial->layer.bias * ((gint64) 1 << UNIT_BITS)));
}

static void
check_bits (const Trial *trial, const gfloat *maps, gconstpointer reference)
{
  gsize size = (gsize) trial->geometry.width * (gsize) trial->geometry.height * (gsize) trial->layer.filters.count;
  const gfloat *exact = reference;

  for (gsize i = 0; i < size; i++)
    if (memcmp (&maps[i], &exact[i], sizeof (gfloat)) != 0)
      g_error ("value %" G_GSIZE_FORMAT " is %a, not %a", i, (gdouble) maps[i], (gdouble) exact[i]);
  compared += size;
}

static void
test_whole_weights (void)
{
  for (guint32 seed = 1; seed <= seed_count (SEEDS); seed++)
    {
      Trial trial;
      g_autofree gfloat *exact = NULL;
      gsize at = 0;

      trial_new (&trial, seed, CONV2D_U8, 0);
      exact = g_new (gfloat,
                     (gsize) trial.geometry.width * (gsize) trial.geometry.height * (gsize) trial.layer.filters.count);
      for (gint n = 0; n < trial.layer.filters.count; n++)
        for (gint y = 0; y < trial.geometry.height; y++)
          for (gint x = 0; x < trial.geometry.width; x++)
            exact[at++] = exact_value (&trial, n, x, y);
      for_all (&trial, check_bits, exact);
      trial_clear (&trial);
    }
  g_test_message ("%" G_GUINT64_FORMAT " values compared, 0 differ", compared);
}

/* The reference's own rounding, against the processor's. */
static void
test_reference (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);

  for (gint code = 0; code < 256; code++)
    g_assert_cmpfloat (units_float (code_units (code)), ==, (gfloat) code / 255.0f);
  for (gint i = 0; i < 100000; i++)
    {
      guint64 bits = ((guint64) g_rand_int (rand) << 32) | g_rand_int (rand);
      gint64 units = (gint64) bits >> between (rand, 2, 60);

      g_assert_cmpfloat ((gdouble) rounded (units), ==, (gdouble) (gfloat) units);
    }
}

/* ---- floats: the error ---- */

typedef struct
{
  long double sum, size; /* of w x, of |w x| */
} Terms;

static long double worst; /* share of the size: told, never judged */

static void
check_error (const Trial *trial, const gfloat *maps, gconstpointer reference)
{
  gsize size = (gsize) trial->geometry.width * (gsize) trial->geometry.height * (gsize) trial->layer.filters.count;
  const Terms *terms = reference;
  long double count = (long double) (trial->layer.filters.rows * trial->layer.filters.columns);

  for (gsize i = 0; i < size; i++)
    {
      long double error = fabsl ((long double) maps[i] - terms[i].sum);

      g_assert_true (error <= count * 0x1p-24L * terms[i].size);
      g_assert_true (count != 16 || error <= 9.6e-7L * terms[i].size);
      worst = terms[i].size > 0 ? MAX (worst, error / terms[i].size) : worst;
    }
  compared += size;
}

static void
check_floats (gint size)
{
  compared = 0;
  worst = 0;
  for (guint32 seed = 1; seed <= seed_count (SEEDS); seed++)
    {
      Trial trial;
      g_autofree Terms *terms = NULL;
      const Conv2dBank *filters = &trial.layer.filters;
      gsize at = 0;

      trial_new (&trial, seed, CONV2D_F32, size);
      terms = g_new0 (Terms, (gsize) trial.geometry.width * (gsize) trial.geometry.height * (gsize) filters->count);
      for (gint n = 0; n < filters->count; n++)
        for (gint y = 0; y < trial.geometry.height; y++)
          for (gint x = 0; x < trial.geometry.width; x++, at++)
            for (gint w = 0; w < filters->rows * filters->columns; w++)
              {
                gsize place;

                if (!meet (&trial, x, y, w / filters->columns, w % filters->columns, &place))
                  continue;
                long double product = (long double) trial.weights[n * filters->rows * filters->columns + w]
                                      * (long double) ((const gfloat *) (gpointer) trial.codes)[place];
                terms[at].sum += product;
                terms[at].size += fabsl (product);
              }
      for_all (&trial, check_error, terms);
      trial_clear (&trial);
    }
  g_test_message ("%" G_GUINT64_FORMAT " values, an error of at most %.3Lg of the sum of |w x|", compared, worst);
}

static void
test_sixteen_weights (void)
{
  check_floats (4);
}

static void
test_any_weights (void)
{
  check_floats (0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/exact/reference", test_reference);
  g_test_add_func ("/core/exact/whole-weights", test_whole_weights);
  g_test_add_func ("/core/exact/sixteen-weights", test_sixteen_weights);
  g_test_add_func ("/core/exact/any-weights", test_any_weights);
  return g_test_run ();
}
