/* plane.c: gray codes: from R'G'B', and as padded lines of floats.
 * Knows nothing of filters. */

#include "plane.h"

#include <math.h>
#include <string.h>

#define COLUMNS 1024 /* made floats at a time; more than the largest step */

/* ---- gray ---- */

#define PICK(TYPE, FROM, TO) \
  for (int x = 0; x < width; x++) \
    ((TYPE *) (TO))[x] = ((const TYPE *) (FROM))[3 * x + channel];

static void
pick_row (int channel, Conv2dDepth depth, const void *rgb, void *codes, int width)
{
  if (depth == CONV2D_U8)
    PICK (uint8_t, rgb, codes)
  else if (depth == CONV2D_U16)
    PICK (uint16_t, rgb, codes)
  else
    PICK (float, rgb, codes)
}

static void
gray16 (const uint16_t *rgb, uint16_t *codes, int width)
{
  /* 65535 * 32768 + 16384 still fits 32 bits. */
  for (int x = 0; x < width; x++, rgb += 3)
    codes[x] = (uint16_t) ((9798u * rgb[0] + 19235u * rgb[1] + 3735u * rgb[2] + 16384u) >> 15);
}

void
conv2d_gray_row (Conv2dGray gray, Conv2dDepth depth, const void *rgb, void *codes, int width)
{
  if (gray != CONV2D_OPENCV)
    pick_row ((int) gray - CONV2D_RED, depth, rgb, codes, width);
  else if (depth == CONV2D_U8)
    conv2d_rows ()->gray8 (rgb, codes, width);
  else if (depth == CONV2D_U16)
    gray16 (rgb, codes, width);
  else
    conv2d_rows ()->gray32 (rgb, codes, width);
}

/* ---- lines ---- */

/* Where the padding takes index I of N from; -1: it is zero.  So is what lies
 * further out than the padding goes, which no weight ever meets. */
static long
fold (long i, long n, Conv2dPaddingMode mode)
{
  if (i >= 0 && i < n)
    return i;
  if (mode == CONV2D_REFLECT)
    i = i < 0 ? -i : 2 * (n - 1) - i;
  else if (mode == CONV2D_REPLICATE)
    i = i < 0 ? 0 : n - 1;
  else if (mode == CONV2D_CIRCULAR)
    i = i < 0 ? i + n : i - n;
  return i >= 0 && i < n ? i : -1;
}

static float
value_at (Conv2dDepth depth, const void *row, long x)
{
  switch (depth)
    {
    case CONV2D_U8:
      return (float) ((const uint8_t *) row)[x] / 255.0f;
    case CONV2D_U16:
      return (float) ((const uint16_t *) row)[x] / 65535.0f;
    case CONV2D_F32:
    default:
      return ((const float *) row)[x];
    }
}

static void
whole_line (Conv2dDepth depth, const Conv2dRows *rows, const void *row, long first, int count, float *line)
{
  if (depth == CONV2D_U8)
    rows->codes8 ((const uint8_t *) row + first, line, count);
  else if (depth == CONV2D_U16)
    rows->codes16 ((const uint16_t *) row + first, line, count);
  else
    memcpy (line, (const float *) row + first, (size_t) count * sizeof *line);
}

/* Columns inside the plane.  Of steps, all columns are made floats, a few at a
 * time, and those wanted picked: quicker than one division after the other. */
static void
inner_line (Conv2dDepth depth, const Conv2dRows *rows, const void *row, long first, int step, int count, float *line)
{
  float columns[COLUMNS];

  if (step == 1)
    whole_line (depth, rows, row, first, count, line);
  else if (depth == CONV2D_F32)
    for (int t = 0; t < count; t++)
      line[t] = ((const float *) row)[first + (long) t * step];
  else
    for (int t = 0, n; t < count; t += n)
      {
        n = count - t < COLUMNS / step ? count - t : COLUMNS / step;
        whole_line (depth, rows, row, first + (long) t * step, (n - 1) * step + 1, columns);
        for (int i = 0; i < n; i++)
          line[t + i] = columns[i * step];
      }
}

void
conv2d_plane_line (const Conv2dPlane *plane, const Conv2dRows *rows, Conv2dPaddingMode mode, long y, long first,
                   int step, int count, float *line)
{
  long from = fold (y, plane->height, mode);
  const void *row;
  int t = 0;

  if (from < 0)
    {
      memset (line, 0, (size_t) count * sizeof *line);
      return;
    }
  row = conv2d_plane_row (plane, from);
  while (t < count)
    {
      long x = first + (long) t * step;
      long folded = fold (x, plane->width, mode);

      if (folded >= 0 && folded == x)
        {
          long inside = (plane->width - 1 - x) / step + 1;

          inside = inside < count - t ? inside : count - t;
          inner_line (plane->depth, rows, row, x, step, (int) inside, line + t);
          t += (int) inside;
        }
      else
        {
          line[t++] = folded < 0 ? 0 : value_at (plane->depth, row, folded);
        }
    }
}

const float *
conv2d_plane_line_in_place (const Conv2dPlane *plane, Conv2dPaddingMode mode, long y, long first, int step, int count)
{
  long from = fold (y, plane->height, mode);

  if (plane->depth != CONV2D_F32 || step != 1 || from < 0 || first < 0 || first + count > plane->width)
    return NULL;
  return (const float *) conv2d_plane_row (plane, from) + first;
}
