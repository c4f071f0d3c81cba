/* plane.h: private: one line of a padded plane as floats.
 * Knows nothing of filters. */

#ifndef CONV2D_PLANE_H
#define CONV2D_PLANE_H

#include "conv2d-row.h"

static inline const void *
conv2d_plane_row (const Conv2dPlane *plane, long y)
{
  return (const char *) plane->codes + y * plane->stride;
}

/* line[t] = the plane padded by MODE, at row Y and column FIRST + t STEP, for
 * t < COUNT.  What lies further out than MODE can tell is 0. */
void conv2d_plane_line (const Conv2dPlane *plane, const Conv2dRows *rows, Conv2dPaddingMode mode, long y, long first,
                        int step, int count, float *line);

/* The same without a copy, where the plane holds just these floats; else NULL. */
const float *conv2d_plane_line_in_place (const Conv2dPlane *plane, Conv2dPaddingMode mode, long y, long first, int step,
                                         int count);

/* Has columns FIRST to FIRST + COUNT of row Y brought into the cache, as far as
 * the plane has them.  Inline: GCC leaves out the call of a function that only
 * prefetches, as one without effect. */
static inline void
conv2d_plane_fetch (const Conv2dPlane *plane, long y, long first, long count)
{
  long from = first > 0 ? first : 0;
  long to = first + count < plane->width ? first + count : plane->width;

  if (y < 0 || y >= plane->height)
    return;
  for (long b = from * plane->depth; b < to * plane->depth; b += CONV2D_LINE)
    __builtin_prefetch ((const char *) conv2d_plane_row (plane, y) + b);
}

#endif
