/* conv2d-dispatch.c: which instruction set this machine runs.
 * The one state shared by all plans: found once, the same for every thread. */

#include "conv2d-row.h"

const Conv2dRows *
conv2d_rows (void)
{
  return &conv2d_rows_scalar;
}
