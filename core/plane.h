/* plane.h: private: one line of a padded plane as floats.
 * Knows nothing of filters. */

#ifndef CONV2D_PLANE_H
#define CONV2D_PLANE_H

#include "conv2d-row.h"

/* line[t] = the plane padded by MODE, at row Y and column FIRST + t STEP, for
 * t < COUNT.  What lies further out than MODE can tell is 0. */
void conv2d_plane_line (const Conv2dPlane *plane, const Conv2dRows *rows, Conv2dPaddingMode mode, long y, long first,
                        int step, int count, float *line);

/* The same without a copy, where the plane holds just these floats; else NULL. */
const float *conv2d_plane_line_in_place (const Conv2dPlane *plane, Conv2dPaddingMode mode, long y, long first, int step,
                                         int count);

#endif
