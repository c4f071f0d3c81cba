/* conv2d-scalar.c: THE definition of every result, one value at a time.
 * Knows rows only; the other instruction sets give these bits. */

#include "conv2d-row.h"

#include <math.h>

static void
dot (const Conv2dTaps *taps, const float *const *weights, int count, float *const *sums, int width)
{
  for (int n = 0; n < count; n++)
    for (int x = 0; x < width; x++)
      {
        const float *weight = weights[n];
        float sum = 0;

        for (int i = 0; i < taps->rows; i++)
          for (int j = 0; j < taps->columns; j++)
            sum = fmaf (*weight++, taps->lines[i][taps->offsets[j] + x], sum);
        sums[n][x] = sum;
      }
}

/* NaN stays NaN. */
static float
value (float sum, Conv2dFinish finish)
{
  float v = (finish.negate ? 0.0f - sum : sum) + finish.bias;

  return finish.relu && v < 0 ? 0 : v;
}

static void
activation (const float *sums, Conv2dFinish finish, float *pixels, int channels, int width)
{
  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c++)
      *pixels++ = value (sums[x], finish);
}

static void
fence (void)
{
}

/* NaN compares false: it gives 0. */
static float
unit_value (float v, float black, float white)
{
  float x;

  if (black == white)
    return 0;
  x = (v - black) / (white - black);
  return x >= 1 ? 1 : x > 0 ? x : 0;
}

static void
unit (const float *sums, Conv2dFinish finish, float black, float white, float *pixels, int channels, int width)
{
  for (int x = 0; x < width; x++)
    for (int c = 0; c < channels; c++)
      *pixels++ = unit_value (value (sums[x], finish), black, white);
}

static void
byte (const float *sums, Conv2dFinish finish, float black, float white, uint8_t *pixels, int channels, int width)
{
  for (int x = 0; x < width; x++)
    {
      int i = (int) (256 * unit_value (value (sums[x], finish), black, white));

      for (int c = 0; c < channels; c++)
        *pixels++ = conv2d_gray_map[i < 255 ? i : 255];
    }
}

static void
range (const float *sums, Conv2dFinish finish, Conv2dRowRange *range, int width)
{
  for (int x = 0; x < width; x++)
    {
      float v = value (sums[x], finish);

      if (isfinite (v))
        {
          range->finite.min = v < range->finite.min ? v : range->finite.min;
          range->finite.max = v > range->finite.max ? v : range->finite.max;
        }
      else if (v < 0)
        {
          range->minus_infinity = true;
        }
    }
}

static int
active (const float *sums, Conv2dFinish finish, int width)
{
  int count = 0;

  for (int x = 0; x < width; x++)
    count += value (sums[x], finish) != 0;
  return count;
}

static void
codes8 (const uint8_t *codes, float *line, int width)
{
  for (int x = 0; x < width; x++)
    line[x] = (float) codes[x] / 255.0f;
}

static void
codes16 (const uint16_t *codes, float *line, int width)
{
  for (int x = 0; x < width; x++)
    line[x] = (float) codes[x] / 65535.0f;
}

static void
gray8 (const uint8_t *rgb, uint8_t *codes, int width)
{
  for (int x = 0; x < width; x++, rgb += 3)
    codes[x] = (uint8_t) ((9798u * rgb[0] + 19235u * rgb[1] + 3735u * rgb[2] + 16384u) >> 15);
}

static void
gray32 (const float *rgb, float *codes, int width)
{
  for (int x = 0; x < width; x++, rgb += 3)
    codes[x] = fmaf (rgb[0], 0.299f, fmaf (rgb[1], 0.587f, rgb[2] * 0.114f));
}

const Conv2dRows conv2d_rows_scalar = {
  .name = "scalar",
  .dot = dot,
  .activation = activation,
  .fence = fence,
  .unit = unit,
  .byte = byte,
  .range = range,
  .active = active,
  .codes8 = codes8,
  .codes16 = codes16,
  .gray8 = gray8,
  .gray32 = gray32,
};

/* Index and byte, but one less at 33 37 41 45 49 53 57 61 66 74 82 90 98 106
 * 114 122 132 148 164 180 196 212 228 244: Matplotlib's colour map holds
 * i / 255 as a sum of steps that falls just short there. */
const uint8_t conv2d_gray_map[256] = {
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
  32, 32, 34, 35, 36, 36, 38, 39, 40, 40, 42, 43, 44, 44, 46, 47,
  48, 48, 50, 51, 52, 52, 54, 55, 56, 56, 58, 59, 60, 60, 62, 63,
  64, 65, 65, 67, 68, 69, 70, 71, 72, 73, 73, 75, 76, 77, 78, 79,
  80, 81, 81, 83, 84, 85, 86, 87, 88, 89, 89, 91, 92, 93, 94, 95,
  96, 97, 97, 99, 100, 101, 102, 103, 104, 105, 105, 107, 108, 109, 110, 111,
  112, 113, 113, 115, 116, 117, 118, 119, 120, 121, 121, 123, 124, 125, 126, 127,
  128, 129, 130, 131, 131, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143,
  144, 145, 146, 147, 147, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159,
  160, 161, 162, 163, 163, 165, 166, 167, 168, 169, 170, 171, 172, 173, 174, 175,
  176, 177, 178, 179, 179, 181, 182, 183, 184, 185, 186, 187, 188, 189, 190, 191,
  192, 193, 194, 195, 195, 197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207,
  208, 209, 210, 211, 211, 213, 214, 215, 216, 217, 218, 219, 220, 221, 222, 223,
  224, 225, 226, 227, 227, 229, 230, 231, 232, 233, 234, 235, 236, 237, 238, 239,
  240, 241, 242, 243, 243, 245, 246, 247, 248, 249, 250, 251, 252, 253, 254, 255,
};
