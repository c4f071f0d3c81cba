/* preview-reduce.c: from a map's pixels to the screen's: means where several
 * fall on one, squares where one covers several.  Knows bytes and where they
 * fall; no layer, no thread. */

#include "preview-reduce.h"

#include <math.h>
#include <string.h>

#define COLUMNS 1024            /* summed at a time, so that the sums stay in the first cache */
#define MAX_ROWS 257            /* 257 * 255 is the most that 16 bits hold */
#define SQUARES_FROM (1 - 1e-9) /* reduced so little, rounding could leave a pixel of the screen empty */

/* ---- places ---- */

static gint
clamp_place (gdouble place, gint count)
{
  return place < 0 ? 0 : place > count ? count : (gint) place;
}

gboolean
conv_layer_axis_init (ConvLayerAxis *axis, gint size, gdouble centre, gdouble zoom, gint origin, gint step, gint count)
{
  gint *places = g_try_new (gint, (gsize) size + 1);

  if (!places)
    return FALSE;
  *axis = (ConvLayerAxis) { .places = places, .squares = zoom * step >= SQUARES_FROM };
  for (gint i = 0; i <= size; i++)
    {
      gdouble pixel = i - size / 2.0 + (axis->squares ? 0.5 : 0); /* its middle, or its edge */
      gdouble place = (centre - origin + pixel / zoom) / step;

      /* Squares: -1 and COUNT stand for what lies outside. */
      places[i]
          = axis->squares ? clamp_place (floor (place) + 1, count + 1) - 1 : clamp_place (ceil (place - 0.5), count);
    }
  while (axis->from < size && (axis->squares ? places[axis->from] < 0 : places[axis->from + 1] == 0))
    axis->from++;
  axis->to = axis->from;
  while (axis->to < size && places[axis->to] < count)
    axis->to++;
  return TRUE;
}

void
conv_layer_axis_clear (ConvLayerAxis *axis)
{
  g_clear_pointer (&axis->places, g_free);
}

void
conv_layer_axis_span (const ConvLayerAxis *axis, gint from, gint to, gint *first, gint *count)
{
  *first = axis->places[from];
  *count = (axis->squares ? axis->places[to - 1] + 1 : axis->places[to]) - *first;
}

/* The pixel of the screen on which PLACE falls, in FROM to before TO. */
static gint
find_place (const ConvLayerAxis *axis, gint place, gint from, gint to)
{
  while (to - from > 1)
    {
      gint middle = from + (to - from) / 2;

      if (axis->places[middle] <= place)
        from = middle;
      else
        to = middle;
    }
  return from;
}

/* ---- means ---- */

/* Plain loops that the compiler makes vectors of. */
static void
add_rows (guint16 *restrict sums, const guchar *restrict bytes, gsize stride, gint width, gint rows)
{
  gint y = 0;

  memset (sums, 0, sizeof *sums * (gsize) width);
  for (; y + 4 <= rows; y += 4, bytes += 4 * stride)
    for (gint x = 0; x < width; x++)
      sums[x] = (guint16) (sums[x] + bytes[x] + bytes[stride + (gsize) x] + bytes[2 * stride + (gsize) x]
                           + bytes[3 * stride + (gsize) x]);
  for (; y < rows; y++, bytes += stride)
    for (gint x = 0; x < width; x++)
      sums[x] = (guint16) (sums[x] + bytes[x]);
}

static guint32
total (const guint16 *sums, gint count)
{
  guint32 all = 0;

  for (gint i = 0; i < count; i++)
    all += sums[i];
  return all;
}

void
conv_layer_reduce (const ConvLayerAxis *columns, const ConvLayerAxis *rows, GeglRectangle band, const guchar *bytes,
                   gsize stride, GeglRectangle screen, guint64 *sums)
{
  gint bottom = band.y + band.height;
  gint row = find_place (rows, band.y, screen.y, screen.y + screen.height);
  guint16 column_sums[COLUMNS];

  for (gint left = band.x; left < band.x + band.width; left += COLUMNS)
    {
      gint right = MIN (left + COLUMNS, band.x + band.width);
      gint first = find_place (columns, left, screen.x, screen.x + screen.width);

      for (gint y = band.y, r = row, below; y < bottom; y = below)
        {
          guint64 *to = sums + (gsize) (r - screen.y) * (gsize) screen.width;

          below = MIN (MIN (rows->places[r + 1], bottom), y + MAX_ROWS);
          add_rows (column_sums, bytes + (gsize) (y - band.y) * stride + (left - band.x), stride, right - left,
                    below - y);
          for (gint x = left, c = first, end; x < right; x = end, c++)
            {
              end = MIN (columns->places[c + 1], right);
              to[c - screen.x] += total (column_sums + (x - left), end - x);
            }
          r += below == rows->places[r + 1];
        }
    }
}

void
conv_layer_reduce_finish (const ConvLayerAxis *columns, const ConvLayerAxis *rows, GeglRectangle screen,
                          const guint64 *sums, guchar *pixels, gsize pixels_stride)
{
  for (gint y = screen.y; y < screen.y + screen.height; y++)
    {
      guchar *to = pixels + (gsize) y * pixels_stride;
      guint64 height = (guint64) (rows->places[y + 1] - rows->places[y]);

      for (gint x = screen.x; x < screen.x + screen.width; x++)
        {
          guint64 count = height * (guint64) (columns->places[x + 1] - columns->places[x]);

          to[x] = (guchar) ((2 * *sums++ + count) / (2 * count));
        }
    }
}

/* ---- squares ---- */

void
conv_layer_enlarge (const ConvLayerAxis *columns, const ConvLayerAxis *rows, GeglRectangle band, const guchar *bytes,
                    gsize stride, GeglRectangle screen, guchar *pixels, gsize pixels_stride)
{
  for (gint y = screen.y; y < screen.y + screen.height; y++)
    {
      const guchar *from = bytes + (gsize) (rows->places[y] - band.y) * stride;
      guchar *to = pixels + (gsize) y * pixels_stride;

      if (y > screen.y && rows->places[y] == rows->places[y - 1])
        memcpy (to + screen.x, to + screen.x - pixels_stride, (gsize) screen.width);
      else
        for (gint x = screen.x; x < screen.x + screen.width; x++)
          to[x] = from[columns->places[x] - band.x];
    }
}
