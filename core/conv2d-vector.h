/* conv2d-vector.h: private: the row functions, written once over vectors.
 * An instruction set's file defines Vector, Bytes, LANES, REGISTERS, REGISTER,
 * DOT_VECTORS and the operations vec_... and bytes_..., then includes this.  Knows
 * no instruction set; every result is that of conv2d-scalar.c.  vec_min (a, b) is a < b ? a
 * : b, vec_max (a, b) is a > b ? a : b, so that b stays where one is NaN. */

#include "conv2d-row.h"

#include <string.h>

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
#define BYTES (4 * LANES) /* of one Bytes */

static ALWAYS_INLINE int
least (int a, int b)
{
  return a < b ? a : b;
}

/* ---- values ---- */

/* (negate ? 0 - sum : sum) + bias as one fused step: a product by 1 or -1 is
 * exact, and the bias, never -0, gives every zero the same sign. */
typedef struct
{
  Vector sign, bias, floor;
} Finish;

static ALWAYS_INLINE Finish
finish_vectors (Conv2dFinish finish)
{
  return (Finish) { .sign = vec_set (finish.negate ? -1 : 1),
                    .bias = vec_set (finish.bias),
                    .floor = vec_set (finish.relu ? 0 : -INFINITY) };
}

static ALWAYS_INLINE Vector
value (Vector sum, Finish finish)
{
  return vec_max (finish.floor, vec_fma (finish.sign, sum, finish.bias));
}

/* ---- sums ---- */

/* COUNT filters by VECTORS vectors of pixels from X on: in registers, as both
 * are constants.  Of the input no more than LENGTH pixels are read. */
typedef Vector Sums[CONV2D_BLOCK][DOT_MAX_VECTORS];
#define STREAM_MAX_BLOCKS 2

/* Only the last line of memory of a longer block can be cut short. */
static ALWAYS_INLINE Vector
load_value (const float *input, int m, int length, int vectors)
{
  if (length < vectors * LANES && (m + 1) * LANES > vectors * LANES - CONV2D_LINE_FLOATS)
    return vec_load_part (input + m * LANES, length - m * LANES);
  return vec_load (input + m * LANES);
}

/* In a register, which is REGISTER to the compiler: it would rather load V anew
 * for each use. */
static ALWAYS_INLINE Vector
keep (Vector v)
{
  __asm__ ("" : "+" REGISTER (v));
  return v;
}

/* One tap, all values in registers and one weight after the other ... */
static ALWAYS_INLINE void
add_by_values (const float *const *weights, int tap, const float *input, Sums sums, int length, int count, int vectors)
{
  Vector values[DOT_MAX_VECTORS];

#pragma GCC unroll 8
  for (int m = 0; m < vectors; m++)
    values[m] = load_value (input, m, length, vectors);
#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
    {
      Vector weight = vec_set (weights[n][tap]);

#pragma GCC unroll 8
      for (int m = 0; m < vectors; m++)
        sums[n][m] = vec_fma (weight, values[m], sums[n][m]);
    }
}

/* ... or all weights, where the registers then hold more sums: as long as a sum
 * waits for its last product, others must be under way. */
static ALWAYS_INLINE void
add_by_weights (const float *const *weights, int tap, const float *input, Sums sums, int length, int count, int vectors)
{
  Vector held[CONV2D_BLOCK];

#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
    held[n] = vec_set (weights[n][tap]);
#pragma GCC unroll 8
  for (int m = 0; m < vectors; m++)
    {
      Vector value = load_value (input, m, length, vectors);

      if (count > 1)
        value = keep (value);
#pragma GCC unroll 4
      for (int n = 0; n < count; n++)
        sums[n][m] = vec_fma (held[n], value, sums[n][m]);
    }
}

static ALWAYS_INLINE void
sum_block (const Conv2dTaps *taps, const float *const *weights, Sums sums, int x, int length, int rows, int columns,
           int count, int vectors)
{
#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
#pragma GCC unroll 8
    for (int m = 0; m < vectors; m++)
      sums[n][m] = vec_set (0);

  /* The taps as loops: unrolled, GCC 12 runs out of registers. */
#pragma GCC unroll 1
  for (int i = 0; i < rows; i++)
#pragma GCC unroll 1
    for (int j = 0; j < columns; j++)
      {
        const float *input = taps->lines[i] + taps->offsets[j] + x;

        if (count * vectors + vectors + 1 <= REGISTERS)
          add_by_values (weights, i * columns + j, input, sums, length, count, vectors);
        else
          add_by_weights (weights, i * columns + j, input, sums, length, count, vectors);
      }
}

static ALWAYS_INLINE void
dot_block (const Conv2dTaps *taps, const float *const *weights, float *const *to, int x, int length, int rows,
           int columns, int count, int vectors)
{
  Sums sums;

  sum_block (taps, weights, sums, x, length, rows, columns, count, vectors);
#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
#pragma GCC unroll 8
    for (int m = 0; m < vectors; m++)
      if (length < vectors * LANES)
        vec_store_part (to[n] + x + m * LANES, length - m * LANES, sums[n][m]);
      else
        vec_store (to[n] + x + m * LANES, sums[n][m]);
}

/* Whole blocks; what is left by one more that overlaps them, or, in a row
 * shorter than a block, vector by vector. */
static ALWAYS_INLINE void
dot_row (const Conv2dTaps *taps, const float *const *weights, float *const *sums, int width, int rows, int columns,
         int count, int vectors)
{
  int step = vectors * LANES;

  if (width >= step)
    for (int x = 0; x < width; x += step)
      dot_block (taps, weights, sums, least (x, width - step), step, rows, columns, count, vectors);
  else if (width >= LANES)
    for (int x = 0; x < width; x += LANES)
      dot_block (taps, weights, sums, least (x, width - LANES), LANES, rows, columns, count, 1);
  else
    dot_block (taps, weights, sums, 0, width, rows, columns, count, 1);
}

/* value(), by additions: they do not wait for the multiply-adds of other blocks. */
static ALWAYS_INLINE void
stream_map (Sums *kept, int n, Conv2dFinish finish, bool negate, float *pixels, int skip, int vectors, int blocks)
{
  Vector bias = vec_set (finish.bias), floor = vec_set (finish.relu ? 0 : -INFINITY);

#pragma GCC unroll 2
  for (int b = 0; b < blocks; b++)
#pragma GCC unroll 8
    for (int m = 0; m < vectors; m++)
      {
        Vector sum = kept[b][n][m];

        sum = negate ? vec_sub (bias, sum) : vec_add (sum, bias);
        if ((b * vectors + m) * LANES >= skip)
          vec_stream (pixels + (b * vectors + m) * LANES, vec_max (floor, sum));
      }
}

/* BLOCKS blocks, together whole lines: where one is none, what the first gives
 * waits in the cache for the second.  The first SKIP pixels, whole lines, are
 * not streamed; the last line is cut short where LENGTH is. */
static ALWAYS_INLINE void
stream_blocks (const Conv2dTaps *taps, const float *const *weights, const Conv2dStream *maps, const int *ends, int x,
               int skip, int length, int rows, int columns, int count, int vectors, int blocks)
{
  Sums kept[STREAM_MAX_BLOCKS];
  int map = 0;

#pragma GCC unroll 2
  for (int b = 0; b < blocks; b++)
    {
      Sums sums; /* in registers, as what is kept could not be */

      sum_block (taps, weights, sums, x + b * vectors * LANES, length - b * vectors * LANES, rows, columns, count,
                 vectors);
#pragma GCC unroll 4
      for (int n = 0; n < count; n++)
#pragma GCC unroll 8
        for (int m = 0; m < vectors; m++)
          kept[b][n][m] = sums[n][m];
    }
#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
    for (; map < ends[n]; map++)
      {
        Conv2dFinish finish = maps[map].finish;
        float *pixels = maps[map].pixels + x; /* a store could change it, as the compiler sees it */

        if (finish.negate)
          stream_map (kept, n, finish, true, pixels, skip, vectors, blocks);
        else
          stream_map (kept, n, finish, false, pixels, skip, vectors, blocks);
      }
}

static ALWAYS_INLINE void
stream_row (const Conv2dTaps *taps, const float *const *weights, const Conv2dStream *maps, const int *ends, int width,
            int rows, int columns, int count, int vectors)
{
  int blocks = vectors * LANES % CONV2D_LINE_FLOATS == 0 ? 1 : STREAM_MAX_BLOCKS;
  int step = blocks * vectors * LANES;
  int x = 0;

  for (; x + step <= width; x += step)
    stream_blocks (taps, weights, maps, ends, x, 0, step, rows, columns, count, vectors, blocks);
  /* More than a line that is left by a block that overlaps: line by line, the few sums would wait for their
   * products, and memory would get another map each time.  It gains where a block is long. */
  if (step > 3 * CONV2D_LINE_FLOATS && x > 0 && width - x > CONV2D_LINE_FLOATS)
    {
      int last = (width + CONV2D_LINE_FLOATS - 1) / CONV2D_LINE_FLOATS * CONV2D_LINE_FLOATS - step;

      stream_blocks (taps, weights, maps, ends, last, x - last, width - last, rows, columns, count, vectors, blocks);
      return;
    }
  for (; x + CONV2D_LINE_FLOATS <= width; x += CONV2D_LINE_FLOATS)
    stream_blocks (taps, weights, maps, ends, x, 0, CONV2D_LINE_FLOATS, rows, columns, count,
                   CONV2D_LINE_FLOATS / LANES, 1);
  if (x < width)
    stream_blocks (taps, weights, maps, ends, x, 0, width - x, rows, columns, count, CONV2D_LINE_FLOATS / LANES, 1);
}

/* ---- extremes ---- */

typedef struct
{
  Vector min[CONV2D_BLOCK], max[CONV2D_BLOCK];
} Extremes;

static ALWAYS_INLINE void
extremes_block (const Conv2dTaps *taps, const float *const *weights, Extremes *extremes, int x, int rows, int columns,
                int count, int vectors)
{
  Sums sums;

  sum_block (taps, weights, sums, x, vectors * LANES, rows, columns, count, vectors);
#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
#pragma GCC unroll 8
    for (int m = 0; m < vectors; m++)
      {
        extremes->min[n] = vec_min (sums[n][m], extremes->min[n]);
        extremes->max[n] = vec_max (sums[n][m], extremes->max[n]);
      }
}

/* The least and the greatest of the lanes. */
static ALWAYS_INLINE void
join_lanes (Vector min, Vector max, float *least_lane, float *greatest_lane)
{
  float mins[LANES], maxs[LANES];

  vec_store (mins, min);
  vec_store (maxs, max);
  for (int half = LANES / 2; half > 0; half /= 2)
    for (int i = 0; i < half; i++)
      {
        mins[i] = mins[i + half] < mins[i] ? mins[i + half] : mins[i];
        maxs[i] = maxs[i + half] > maxs[i] ? maxs[i + half] : maxs[i];
      }
  *least_lane = mins[0];
  *greatest_lane = maxs[0];
}

/* Blocks that overlap see some sums twice, which changes no end. */
static ALWAYS_INLINE void
extremes_row (const Conv2dTaps *taps, const float *const *weights, float *min, float *max, int width, int rows,
              int columns, int count, int vectors)
{
  int step = vectors * LANES;
  Extremes extremes;

#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
    {
      extremes.min[n] = vec_set (INFINITY);
      extremes.max[n] = vec_set (-INFINITY);
    }
  if (width >= step)
    for (int x = 0; x < width; x += step)
      extremes_block (taps, weights, &extremes, least (x, width - step), rows, columns, count, vectors);
  else
    for (int x = 0; x < width; x += LANES)
      extremes_block (taps, weights, &extremes, least (x, width - LANES), rows, columns, count, 1);
#pragma GCC unroll 4
  for (int n = 0; n < count; n++)
    join_lanes (extremes.min[n], extremes.max[n], min + n, max + n);
}

/* Calls ROW with the number of filters, and of the vectors that the registers
 * then hold, as constants. */
#define FOR_COUNT(ROW, VECTORS, ...) \
  switch (count) \
    { \
    case 1: ROW (__VA_ARGS__, 1, VECTORS##_1); break; \
    case 2: ROW (__VA_ARGS__, 2, VECTORS##_2); break; \
    case 3: ROW (__VA_ARGS__, 3, VECTORS##_3); break; \
    default: ROW (__VA_ARGS__, 4, VECTORS##_4); break; \
    }

static ALWAYS_INLINE void
dot_shape (const Conv2dTaps *taps, const float *const *weights, int count, float *const *sums, int width, int rows,
           int columns)
{
  FOR_COUNT (dot_row, DOT_VECTORS, taps, weights, sums, width, rows, columns)
}

/* The commonest sizes as constants. */
static void
dot (const Conv2dTaps *taps, const float *const *weights, int count, float *const *sums, int width)
{
  switch (taps->rows == taps->columns ? taps->rows : 0)
    {
    case 3: dot_shape (taps, weights, count, sums, width, 3, 3); break;
    case 4: dot_shape (taps, weights, count, sums, width, 4, 4); break;
    case 5: dot_shape (taps, weights, count, sums, width, 5, 5); break;
    case 7: dot_shape (taps, weights, count, sums, width, 7, 7); break;
    default: dot_shape (taps, weights, count, sums, width, taps->rows, taps->columns); break;
    }
}

/* Sizes as constants would gain nothing: GCC 12 then runs out of registers. */
static void
stream (const Conv2dTaps *taps, const float *const *weights, int count, const Conv2dStream *maps, const int *ends,
        int width)
{
  FOR_COUNT (stream_row, STREAM_VECTORS, taps, weights, maps, ends, width, taps->rows, taps->columns)
}

static bool
extremes (const Conv2dTaps *taps, const float *const *weights, int count, float *min, float *max, int width)
{
  if (width < LANES)
    return false;
  FOR_COUNT (extremes_row, DOT_VECTORS, taps, weights, min, max, width, taps->rows, taps->columns)
  return true;
}

/* ---- rows of values ---- */

static ALWAYS_INLINE void
put (float *pixels, Vector v, int channels, int length)
{
  float triples[3 * LANES];

  if (channels == 1)
    vec_store_part (pixels, length, v);
  else if (length == LANES)
    vec_store3 (pixels, v);
  else
    {
      vec_store3 (triples, v);
      memcpy (pixels, triples, 3 * sizeof *pixels * (size_t) length);
    }
}

static void
activation (const float *sums, Conv2dFinish finish, float *pixels, int channels, int width)
{
  Finish vectors = finish_vectors (finish);

  for (int x = 0; x < width; x += LANES)
    {
      int length = least (width - x, LANES);

      put (pixels + x * channels, value (vec_load_part (sums + x, length), vectors), channels, length);
    }
}

static void
unit (const float *sums, Conv2dFinish finish, float black, float white, float *pixels, int channels, int width)
{
  Finish vectors = finish_vectors (finish);

  if (black == white)
    {
      memset (pixels, 0, sizeof *pixels * (size_t) (channels * width));
      return;
    }
  for (int x = 0; x < width; x += LANES)
    {
      int length = least (width - x, LANES);
      Vector v = value (vec_load_part (sums + x, length), vectors);

      v = vec_div (vec_sub (v, vec_set (black)), vec_set (white - black));
      put (pixels + x * channels, vec_min (vec_max (v, vec_set (0)), vec_set (1)), channels, length);
    }
}

/* ---- bytes ---- */

/* 256 (v - black) / (white - black), without a division, but always on the
 * same side of each whole number.  The reciprocal in two parts errs by less
 * than 2^-46 of the quotient; there are but some thousand pairs of floats
 * whose quotient comes so close to where it would be rounded to the other
 * side, and all of them come out right (test-rows tries each). */
typedef struct
{
  Finish finish;
  Vector black, width, inverse, rest; /* of a negated sum: all with the other sign */
} Shade;

/* Most often there is no bias, and what ReLU would make 0 is below black. */
typedef enum { PLAIN, NEGATED, GENERAL } ShadeMode;

/* Neither divisor nor inverse near the ends of float32. */
static bool
shade_init (Shade *shade, ShadeMode mode, Conv2dFinish finish, float black, float white)
{
  float width = white - black;
  float divisor = width / 256;
  float inverse = 1 / divisor;
  float sign = mode == NEGATED ? -1 : 1;

  if (!(width > 0x1p-60f && width < 0x1p60f))
    return false;
  *shade = (Shade) { .finish = finish_vectors (finish),
                     .black = vec_set (sign * black),
                     .width = vec_set (sign * width),
                     .inverse = vec_set (sign * inverse),
                     .rest = vec_set (sign * fmaf (-inverse, divisor, 1) * inverse) };
  return true;
}

/* OFFSET: black is not 0.  What is infinite or NaN on the way ends below 0. */
static ALWAYS_INLINE Vector
shade_value (Vector sum, const Shade *shade, ShadeMode mode, bool offset)
{
  Vector v = mode == GENERAL ? value (sum, shade->finish) : sum;

  if (offset)
    v = vec_sub (v, shade->black);
  v = mode == NEGATED ? vec_max (shade->width, v) : vec_min (shade->width, v); /* NaN stays */
  return vec_fma (v, shade->inverse, vec_mul (v, shade->rest));
}

static ALWAYS_INLINE void
shade_bytes (const float *sums, const Shade *shade, ShadeMode mode, bool offset, uint8_t *pixels, int channels,
             int length)
{
  Vector v[4];

  for (int i = 0; i < 4; i++)
    {
      Vector sum = length == BYTES ? vec_load (sums + i * LANES) : vec_load_part (sums + i * LANES, length - i * LANES);

      v[i] = shade_value (sum, shade, mode, offset);
    }
  if (channels == 1)
    bytes_store (pixels, bytes_gray_map (bytes_from (v)));
  else
    bytes_store3 (pixels, bytes_gray_map (bytes_from (v)));
}

static ALWAYS_INLINE void
shade_row (const float *sums, Shade shade, ShadeMode mode, bool offset, uint8_t *pixels, int channels, int width)
{
  uint8_t buffer[3 * BYTES];
  int x = 0;

  for (; x + BYTES <= width; x += BYTES)
    shade_bytes (sums + x, &shade, mode, offset, pixels + x * channels, channels, BYTES);
  if (x < width)
    {
      shade_bytes (sums + x, &shade, mode, offset, buffer, channels, width - x);
      memcpy (pixels + x * channels, buffer, (size_t) ((width - x) * channels));
    }
}

static void
byte (const float *sums, Conv2dFinish finish, float black, float white, uint8_t *pixels, int channels, int width)
{
  ShadeMode mode = finish.bias != 0 || (finish.relu && black < 0) ? GENERAL : finish.negate ? NEGATED : PLAIN;
  Shade shade;

  if (!shade_init (&shade, mode, finish, black, white))
    conv2d_rows_scalar.byte (sums, finish, black, white, pixels, channels, width);
  else if (mode == GENERAL)
    shade_row (sums, shade, GENERAL, true, pixels, channels, width);
  else if (mode == NEGATED && black != 0)
    shade_row (sums, shade, NEGATED, true, pixels, channels, width);
  else if (mode == NEGATED)
    shade_row (sums, shade, NEGATED, false, pixels, channels, width);
  else if (black != 0)
    shade_row (sums, shade, PLAIN, true, pixels, channels, width);
  else
    shade_row (sums, shade, PLAIN, false, pixels, channels, width);
}

/* ---- range ---- */

/* The value grows, or falls, with the sum, so that the ends of the sums give
 * the ends of the values; should one not be finite, scalar looks at each. */
static void
range (const float *sums, Conv2dFinish finish, Conv2dRowRange *range, int width)
{
  Vector min[4], max[4];
  float low, high;

  if (width < 4 * LANES)
    {
      conv2d_rows_scalar.range (sums, finish, range, width);
      return;
    }
  for (int i = 0; i < 4; i++)
    {
      min[i] = vec_set (INFINITY);
      max[i] = vec_set (-INFINITY);
    }
  for (int x = 0; x < width; x += 4 * LANES)
    for (int i = 0; i < 4; i++)
      {
        Vector v = vec_load (sums + least (x, width - 4 * LANES) + i * LANES);

        min[i] = vec_min (v, min[i]);
        max[i] = vec_max (v, max[i]);
      }
  join_lanes (vec_min (vec_min (min[0], min[1]), vec_min (min[2], min[3])),
              vec_max (vec_max (max[0], max[1]), vec_max (max[2], max[3])), &low, &high);
  conv2d_finish_range (finish, &low, &high);
  if (!isfinite (low) || !isfinite (high))
    {
      conv2d_rows_scalar.range (sums, finish, range, width);
      return;
    }
  range->finite.min = low < range->finite.min ? low : range->finite.min;
  range->finite.max = high > range->finite.max ? high : range->finite.max;
}

/* ---- active ---- */

static int
active (const float *sums, Conv2dFinish finish, int width)
{
  Finish vectors = finish_vectors (finish);
  int count = 0;
  int x = 0;

  for (; x + 4 * LANES <= width; x += 4 * LANES)
    for (int i = 0; i < 4; i++)
      count += vec_count (value (vec_load (sums + x + i * LANES), vectors));
  return count + conv2d_rows_scalar.active (sums + x, finish, width - x);
}

/* ---- codes ---- */

/* codes / SIZE, to the bit for every code there is: the quotient by the
 * reciprocal in two parts, rounded once. */
static ALWAYS_INLINE Vector
quotient (Vector codes, double size)
{
  float inverse = (float) (1 / size);

  return vec_fma (codes, vec_set (inverse), vec_mul (codes, vec_set ((float) (1 / size - (double) inverse))));
}

static void
codes8 (const uint8_t *codes, float *line, int width)
{
  int x = 0;

  for (; x + LANES <= width; x += LANES)
    vec_store (line + x, quotient (vec_codes8 (codes + x), 255));
  conv2d_rows_scalar.codes8 (codes + x, line + x, width - x);
}

static void
codes16 (const uint16_t *codes, float *line, int width)
{
  int x = 0;

  for (; x + LANES <= width; x += LANES)
    vec_store (line + x, quotient (vec_codes16 (codes + x), 65535));
  conv2d_rows_scalar.codes16 (codes + x, line + x, width - x);
}

static void
gray8 (const uint8_t *rgb, uint8_t *codes, int width)
{
  int x = 0;

  /* A step may read a few bytes beyond its pixels, but none beyond the row. */
  for (; x + GRAY_STEP + 2 <= width; x += GRAY_STEP)
    gray_step (rgb + 3 * x, codes + x);
  conv2d_rows_scalar.gray8 (rgb + 3 * x, codes + x, width - x);
}

static void
gray32 (const float *rgb, float *codes, int width)
{
  int x = 0;

  for (; x + LANES <= width; x += LANES)
    {
      /* Static analysis does not see that vec_load3 writes them all. */
      Vector c[3] = { vec_set (0), vec_set (0), vec_set (0) };

      vec_load3 (rgb + 3 * x, c);
      c[2] = vec_mul (c[2], vec_set (0.114f));
      vec_store (codes + x, vec_fma (c[0], vec_set (0.299f), vec_fma (c[1], vec_set (0.587f), c[2])));
    }
  conv2d_rows_scalar.gray32 (rgb + 3 * x, codes + x, width - x);
}

#define ROW_FUNCTIONS \
  .dot = dot, .stream = stream, .fence = vec_fence, .extremes = extremes, .activation = activation, .unit = unit, \
  .byte = byte, .range = range, .active = active, .codes8 = codes8, .codes16 = codes16, .gray8 = gray8, .gray32 = gray32
