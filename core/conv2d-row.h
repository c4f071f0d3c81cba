/* conv2d-row.h: private: what an instruction set implements.
 * A row function knows pointers, strides and weights only: no checks, no
 * allocation, no test of the CPU.  conv2d-scalar.c defines every result; the
 * other files give the same bits. */

#ifndef CONV2D_ROW_H
#define CONV2D_ROW_H

#include "conv2d.h"

#define CONV2D_BLOCK 4 /* filters convolved at a time */
#define CONV2D_LINE 64 /* bytes that are streamed whole, or the memory is slow */
#define CONV2D_LINE_FLOATS (CONV2D_LINE / (int) sizeof (float))

/* Where the weights meet the input: weight [i][j] of output pixel x reads
 * lines[i][offsets[j] + x], whatever stride, dilation and padding are. */
typedef struct
{
  int rows, columns;
  const float *lines[CONV2D_MAX_SIZE];
  ptrdiff_t offsets[CONV2D_MAX_SIZE];
} Conv2dTaps;

/* From the sum to the value: (negate ? 0 - sum : sum) + bias, then ReLU. */
typedef struct
{
  bool negate;
  float bias; /* +0 where there is none, never -0 */
  bool relu;
} Conv2dFinish;

/* From the least and greatest of some sums to those of their values without
 * ReLU, as a value grows, or falls, with its sum. */
static inline void
conv2d_finish_range (Conv2dFinish finish, float *low, float *high)
{
  float least = finish.negate ? 0 - *high : *low;
  float greatest = finish.negate ? 0 - *low : *high;

  *low = least + finish.bias;
  *high = greatest + finish.bias;
}

/* A row of a map whose values are streamed. */
typedef struct
{
  Conv2dFinish finish;
  float *pixels;
} Conv2dStream;

/* The finite values of a row, and whether -inf was among the others. */
typedef struct
{
  Conv2dRange finite;
  bool minus_infinity;
} Conv2dRowRange;

typedef struct
{
  const char *name;

  /* sums[n][x] = sum over i, j of weights[n][i][j] * input: float32, from
   * +0, one fmaf per weight in row-major order.  1 <= count <= CONV2D_BLOCK. */
  void (*dot) (const Conv2dTaps *taps, const float *const *weights, int count, float *const *sums, int width);
  /* The same, and at once the values of sum n, past the caches, into the maps
   * from ends[n - 1] (0 for the first) to before ends[n].  PIXELS begin a line;
   * the last one is overwritten to its end.  End with FENCE.  NULL where the
   * set cannot. */
  void (*stream) (const Conv2dTaps *taps, const float *const *weights, int count, const Conv2dStream *maps,
                  const int *ends, int width);
  void (*fence) (void); /* what was streamed is stored */
  /* The same sums, kept nowhere: min[n] and max[n] are the least and the
   * greatest that are no NaN, INFINITY and -INFINITY where there is none.
   * False, and nothing written, for a row too short for it.  NULL where the
   * set cannot. */
  bool (*extremes) (const Conv2dTaps *taps, const float *const *weights, int count, float *min, float *max, int width);

  /* The values of WIDTH sums, each stored CHANNELS times. */
  void (*activation) (const float *sums, Conv2dFinish finish, float *pixels, int channels, int width);
  /* The same as CONV2D_UNIT and CONV2D_BYTE. */
  void (*unit) (const float *sums, Conv2dFinish finish, float black, float white, float *pixels, int channels,
                int width);
  void (*byte) (const float *sums, Conv2dFinish finish, float black, float white, uint8_t *pixels, int channels,
                int width);
  /* Widens RANGE by the values; FINISH asks for no ReLU. */
  void (*range) (const float *sums, Conv2dFinish finish, Conv2dRowRange *range, int width);
  /* How many of the values are not 0; NaN is not. */
  int (*active) (const float *sums, Conv2dFinish finish, int width);

  /* codes / 255 and codes / 65535, divided in float32. */
  void (*codes8) (const uint8_t *codes, float *line, int width);
  void (*codes16) (const uint16_t *codes, float *line, int width);
  /* OpenCV's gray of 8-bit R'G'B' triples, and the same weights of floats. */
  void (*gray8) (const uint8_t *rgb, uint8_t *codes, int width);
  void (*gray32) (const float *rgb, float *codes, int width);
} Conv2dRows;

extern const Conv2dRows conv2d_rows_scalar;
extern const Conv2dRows conv2d_rows_avx2, conv2d_rows_avx512; /* x86-64 only */
extern const Conv2dRows conv2d_rows_neon;                     /* aarch64 only */

/* The bytes of Matplotlib's gray colour map, by index floor (256 x). */
extern const uint8_t conv2d_gray_map[256];
/* The same for shuffles: i - 1 where a bit of LOW[i % 16] meets one of
 * HIGH[i / 16], else i. */
#define CONV2D_GRAY_MAP_LOW 0, 1, 2, 0, 4, 1, 0, 0, 0, 1, 2, 0, 0, 1, 0, 0
#define CONV2D_GRAY_MAP_HIGH 0, 0, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 4, 4

#define CONV2D_MAX_SETS 3

/* The sets this machine runs, slowest first; returns how many. */
int conv2d_rows_available (const Conv2dRows *sets[CONV2D_MAX_SETS]);

/* The fastest of them, no higher than the environment's CONV2D_CPU (scalar,
 * avx2, avx512, neon) allows; found once. */
const Conv2dRows *conv2d_rows (void);

/* conv2d_plan_new() for one set: to compare and to time them. */
Conv2dPlan *conv2d_plan_new_for (const Conv2dRows *rows, const Conv2dLayer *layer, const Conv2dPlane *plane,
                                 Conv2dError *error);

#endif
