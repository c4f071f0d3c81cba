/* test-header.c: each header of the core compiles alone, and twice.  Built
 * once with every HEADER, and once without: that is the program. */

#ifdef HEADER

#include HEADER
#include HEADER

#else

#include <float.h>
#include <glib.h>

#include "conv2d.h"

static void
test_depth (void)
{
  g_assert_cmpuint (CONV2D_U8, ==, sizeof (uint8_t));
  g_assert_cmpuint (CONV2D_U16, ==, sizeof (uint16_t));
  g_assert_cmpuint (CONV2D_F32, ==, sizeof (float));
}

static void
test_zero_is_good (void)
{
  Conv2dError error = { 0 };

  g_assert_cmpint (error.status, ==, CONV2D_OK);
}

static void
test_empty_range (void)
{
  Conv2dRange range = CONV2D_RANGE_NONE;

  g_assert_cmpfloat (range.min, >, range.max);
  g_assert_cmpfloat (fminf (range.min, FLT_MAX), ==, FLT_MAX);
  g_assert_cmpfloat (fmaxf (range.max, -FLT_MAX), ==, -FLT_MAX);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/header/depth", test_depth);
  g_test_add_func ("/core/header/zero-is-good", test_zero_is_good);
  g_test_add_func ("/core/header/empty-range", test_empty_range);
  return g_test_run ();
}

#endif
