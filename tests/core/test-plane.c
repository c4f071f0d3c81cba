/* test-plane.c: gray codes, and lines of a padded plane against one that is
 * padded index by index. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "conv2d.h"
#include "plane.h"

/* ---- gray ---- */

static void
test_gray_opencv_bytes (void)
{
  /* cv2.cvtColor of these colours. */
  static const guint8 known[][4]
      = { { 0, 0, 0, 0 },       { 255, 0, 0, 76 },    { 0, 255, 0, 150 },   { 0, 0, 255, 29 }, { 255, 255, 255, 255 },
          { 255, 255, 0, 226 }, { 0, 255, 255, 179 }, { 255, 0, 255, 105 }, { 1, 2, 3, 2 },    { 128, 64, 32, 79 } };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      guint8 gray = 0;

      conv2d_gray_row (CONV2D_OPENCV, CONV2D_U8, known[i], &gray, 1);
      g_assert_cmpuint (gray, ==, known[i][3]);
    }
}

/* A row of every width to 70, with a guard behind it. */
static void
test_gray_rows (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gint width = 0; width <= 70; width++)
    {
      g_autofree guint8 *bytes = g_malloc ((gsize) width * 3 + 1);
      g_autofree guint16 *words = g_new (guint16, (gsize) width * 3 + 1);
      g_autofree gfloat *floats = g_new (gfloat, (gsize) width * 3 + 1);
      guint8 gray8[72];
      guint16 gray16[72];
      gfloat gray32[72];

      for (gint i = 0; i < 3 * width; i++)
        {
          words[i] = (guint16) (g_rand_int (rand) % 8 ? g_rand_int (rand) : 0xffff);
          bytes[i] = (guint8) (words[i] >> 8);
          floats[i] = (gfloat) g_rand_double_range (rand, -2, 2);
        }
      memset (gray8, 0x5a, sizeof gray8);
      memset (gray16, 0x5a, sizeof gray16);
      memset (gray32, 0x5a, sizeof gray32);
      conv2d_gray_row (CONV2D_OPENCV, CONV2D_U8, bytes, gray8, width);
      conv2d_gray_row (CONV2D_OPENCV, CONV2D_U16, words, gray16, width);
      conv2d_gray_row (CONV2D_OPENCV, CONV2D_F32, floats, gray32, width);
      for (gint x = 0; x < width; x++)
        {
          const guint8 *b = bytes + 3 * x;
          const guint16 *w = words + 3 * x;
          const gfloat *v = floats + 3 * x;

          g_assert_cmpuint (gray8[x], ==, (9798u * b[0] + 19235u * b[1] + 3735u * b[2] + 16384u) / 32768u);
          g_assert_cmpuint (gray16[x], ==,
                            (guint) ((G_GUINT64_CONSTANT (9798) * w[0] + G_GUINT64_CONSTANT (19235) * w[1]
                                      + G_GUINT64_CONSTANT (3735) * w[2] + 16384)
                                     / 32768));
          g_assert_cmpfloat (gray32[x], ==, fmaf (v[0], 0.299f, fmaf (v[1], 0.587f, v[2] * 0.114f)));
        }
      g_assert_cmpuint (gray8[width], ==, 0x5a);
      g_assert_cmpuint (gray16[width], ==, 0x5a5a);
      g_assert_true (memcmp (&gray32[width], "\x5a\x5a\x5a\x5a", 4) == 0);
    }
}

static void
test_gray_channels (void)
{
  const guint8 bytes[] = { 1, 2, 3, 4, 5, 6, 255, 0, 128 };
  const guint16 words[] = { 1000, 2000, 3000, 4, 5, 6, 65535, 0, 257 };
  const gfloat floats[] = { 0.25f, -1, NAN, 3, INFINITY, -0.0f, 1e30f, 1e-40f, 2 };

  for (gint c = 0; c < 3; c++)
    {
      Conv2dGray gray = (Conv2dGray) (CONV2D_RED + c);
      guint8 gray8[3];
      guint16 gray16[3];
      gfloat gray32[3];

      conv2d_gray_row (gray, CONV2D_U8, bytes, gray8, 3);
      conv2d_gray_row (gray, CONV2D_U16, words, gray16, 3);
      conv2d_gray_row (gray, CONV2D_F32, floats, gray32, 3);
      for (gint x = 0; x < 3; x++)
        {
          g_assert_cmpuint (gray8[x], ==, bytes[3 * x + c]);
          g_assert_cmpuint (gray16[x], ==, words[3 * x + c]);
          g_assert_true (memcmp (&gray32[x], &floats[3 * x + c], sizeof (gfloat)) == 0);
        }
    }
}

/* ---- lines ---- */

/* Index I of N as PyTorch pads; -1 is zero. */
static glong
padded_index (glong i, glong n, Conv2dPaddingMode mode)
{
  if (i >= 0 && i < n)
    return i;
  switch (mode)
    {
    case CONV2D_REFLECT:
      return i < 0 && i > -n ? -i : i >= n && i < 2 * n - 1 ? 2 * n - 2 - i : -1;
    case CONV2D_REPLICATE:
      return CLAMP (i, 0, n - 1);
    case CONV2D_CIRCULAR:
      return i >= -n && i < 2 * n ? (i + n) % n : -1;
    case CONV2D_ZEROS:
    default:
      return -1;
    }
}

static gfloat
padded_value (const Conv2dPlane *plane, Conv2dPaddingMode mode, glong y, glong x)
{
  glong row = padded_index (y, plane->height, mode), column = padded_index (x, plane->width, mode);
  const guint8 *codes = (const guint8 *) plane->codes + row * plane->stride;

  if (row < 0 || column < 0)
    return 0;
  if (plane->depth == CONV2D_U8)
    return (gfloat) codes[column] / 255.0f;
  if (plane->depth == CONV2D_U16)
    return (gfloat) ((const guint16 *) codes)[column] / 65535.0f;
  return ((const gfloat *) codes)[column];
}

typedef struct
{
  Conv2dPlane plane;
  guint8 *memory;
} Codes;

/* Random codes; rows lie further apart than they are wide, the last one first
 * when UPWARD. */
static Codes
random_codes (GRand *rand, Conv2dDepth depth, gint width, gint height, gboolean upward)
{
  ptrdiff_t stride = ((ptrdiff_t) width + 3) * depth;
  Codes codes = { .memory = g_malloc ((gsize) stride * (gsize) height) };

  for (gssize i = 0; i < stride * height; i++)
    codes.memory[i] = (guint8) g_rand_int (rand);
  if (depth == CONV2D_F32)
    for (gssize i = 0; i < stride * height / 4; i++)
      ((gfloat *) (gpointer) codes.memory)[i] = (gfloat) g_rand_double_range (rand, -1, 2);
  codes.plane = (Conv2dPlane) { .depth = depth,
                                .width = width,
                                .height = height,
                                .stride = upward ? -stride : stride,
                                .codes = codes.memory + (upward ? stride * (height - 1) : 0) };
  return codes;
}

static void
check_lines (GRand *rand, const Conv2dPlane *plane, Conv2dPaddingMode mode)
{
  enum
  {
    MOST = 60,
    GUARD = 8
  };
  gfloat line[MOST + GUARD];

  for (glong y = -2 * plane->height - 2; y <= 3 * plane->height + 2; y++)
    for (gint step = 1; step <= 5; step++)
      {
        gint count = g_rand_int_range (rand, 0, MOST + 1);
        glong first = g_rand_int_range (rand, -2 * plane->width - 3, 2 * plane->width + 3);
        const gfloat *in_place;

        memset (line, 0x5a, sizeof line);
        conv2d_plane_line (plane, &conv2d_rows_scalar, mode, y, first, step, count, line);
        for (gint t = 0; t < count; t++)
          g_assert_cmpfloat (line[t], ==, padded_value (plane, mode, y, first + (glong) t * step));
        for (gsize i = (gsize) count * sizeof *line; i < sizeof line; i++)
          g_assert_cmpuint (((const guint8 *) line)[i], ==, 0x5a);

        in_place = conv2d_plane_line_in_place (plane, mode, y, first, step, count);
        if (in_place)
          {
            g_assert_true (memcmp (in_place, line, (gsize) count * sizeof *line) == 0);
            g_assert_cmpint (plane->depth, ==, CONV2D_F32);
          }
        else if (plane->depth == CONV2D_F32 && step == 1 && y >= 0 && y < plane->height)
          {
            g_assert_true (first < 0 || first + count > plane->width);
          }
      }
}

static void
test_lines (gconstpointer data)
{
  Conv2dPaddingMode mode = (Conv2dPaddingMode) GPOINTER_TO_INT (data);
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_U16, CONV2D_F32 };
  static const gint sizes[][2] = { { 1, 1 }, { 2, 1 }, { 1, 3 }, { 5, 4 }, { 17, 6 }, { 40, 3 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (gsize d = 0; d < G_N_ELEMENTS (depths); d++)
    for (gsize s = 0; s < G_N_ELEMENTS (sizes); s++)
      for (gint repeat = 0; repeat < 10; repeat++)
        {
          Codes codes = random_codes (rand, depths[d], sizes[s][0], sizes[s][1], repeat % 2);

          check_lines (rand, &codes.plane, mode);
          g_free (codes.memory);
        }
}

/* PyTorch's padding of [10, 20, 30] by 2 (by 3 where it goes). */
static void
test_known_lines (void)
{
  static const gfloat codes[] = { 10, 20, 30 };
  static const struct
  {
    Conv2dPaddingMode mode;
    gint pad;
    gfloat line[9];
  } known[] = {
    { CONV2D_ZEROS, 3, { 0, 0, 0, 10, 20, 30, 0, 0, 0 } },
    { CONV2D_REFLECT, 2, { 30, 20, 10, 20, 30, 20, 10 } },
    { CONV2D_REPLICATE, 3, { 10, 10, 10, 10, 20, 30, 30, 30, 30 } },
    { CONV2D_CIRCULAR, 3, { 10, 20, 30, 10, 20, 30, 10, 20, 30 } },
  };
  Conv2dPlane plane = { CONV2D_F32, 3, 1, sizeof codes, codes };

  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      gfloat line[9];
      gint count = 3 + 2 * known[i].pad;

      conv2d_plane_line (&plane, &conv2d_rows_scalar, known[i].mode, 0, -known[i].pad, 1, count, line);
      for (gint t = 0; t < count; t++)
        g_assert_cmpfloat (line[t], ==, known[i].line[t]);
    }
}

/* Each code is divided; times the reciprocal would differ for many. */
static void
test_every_code (void)
{
  g_autofree guint16 *words = g_new (guint16, 65536);
  g_autofree gfloat *line = g_new (gfloat, 65536);
  guint8 bytes[256];
  Conv2dPlane plane8 = { CONV2D_U8, 256, 1, sizeof bytes, bytes };
  Conv2dPlane plane16 = { CONV2D_U16, 65536, 1, 65536 * 2, words };

  for (gint i = 0; i < 65536; i++)
    {
      bytes[i % 256] = (guint8) i;
      words[i] = (guint16) i;
    }
  conv2d_plane_line (&plane8, conv2d_rows (), CONV2D_ZEROS, 0, 0, 1, 256, line);
  for (gint i = 0; i < 256; i++)
    g_assert_cmpfloat (line[i], ==, (gfloat) i / 255.0f);
  conv2d_plane_line (&plane16, conv2d_rows (), CONV2D_ZEROS, 0, 0, 1, 65536, line);
  for (gint i = 0; i < 65536; i++)
    g_assert_cmpfloat (line[i], ==, (gfloat) i / 65535.0f);
}

/* What is no number is carried as it is. */
static void
test_bad_values (void)
{
  const gfloat codes[] = { NAN, INFINITY, -INFINITY, -0.0f, 1e-45f };
  Conv2dPlane plane = { CONV2D_F32, 5, 1, sizeof codes, codes };
  gfloat line[5];

  conv2d_plane_line (&plane, &conv2d_rows_scalar, CONV2D_REFLECT, 0, 0, 1, 5, line);
  g_assert_true (memcmp (line, codes, sizeof codes) == 0);
  conv2d_plane_line (&plane, &conv2d_rows_scalar, CONV2D_REPLICATE, 5, -3, 1, 4, line);
  for (gint t = 0; t < 4; t++)
    g_assert_true (isnan (line[t]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/plane/gray-opencv-bytes", test_gray_opencv_bytes);
  g_test_add_func ("/core/plane/gray-rows", test_gray_rows);
  g_test_add_func ("/core/plane/gray-channels", test_gray_channels);
  g_test_add_data_func ("/core/plane/zeros", GINT_TO_POINTER (CONV2D_ZEROS), test_lines);
  g_test_add_data_func ("/core/plane/reflect", GINT_TO_POINTER (CONV2D_REFLECT), test_lines);
  g_test_add_data_func ("/core/plane/replicate", GINT_TO_POINTER (CONV2D_REPLICATE), test_lines);
  g_test_add_data_func ("/core/plane/circular", GINT_TO_POINTER (CONV2D_CIRCULAR), test_lines);
  g_test_add_func ("/core/plane/known-lines", test_known_lines);
  g_test_add_func ("/core/plane/every-code", test_every_code);
  g_test_add_func ("/core/plane/bad-values", test_bad_values);
  return g_test_run ();
}
