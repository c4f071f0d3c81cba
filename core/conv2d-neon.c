/* conv2d-neon.c: the row functions for 64-bit ARM, all of which has NEON with
 * fused multiply-add.  Only what the instruction set says differently;
 * conv2d-vector.h says the rest. */

#include "conv2d-row.h"

#include <arm_neon.h>
#include <string.h>

typedef float32x4_t Vector;
typedef uint8x16_t Bytes;

#define LANES 4
#define REGISTERS 32
#define REGISTER "w"
#define DOT_VECTORS_1 8 /* by filters: the sums, one tap's input and the weights fill 32 registers at most */
#define DOT_VECTORS_2 8
#define DOT_VECTORS_3 6
#define DOT_VECTORS_4 5
#define STREAM_VECTORS_1 8 /* the same, whole lines */
#define STREAM_VECTORS_2 8
#define STREAM_VECTORS_3 4
#define STREAM_VECTORS_4 4
#define DOT_MAX_VECTORS 8
#define GRAY_STEP 8

#define OPERATION static inline __attribute__ ((always_inline))

OPERATION Vector
vec_set (float value)
{
  return vdupq_n_f32 (value);
}

OPERATION Vector
vec_load (const float *from)
{
  return vld1q_f32 (from);
}

OPERATION Vector
vec_load_part (const float *from, int length)
{
  float part[LANES] = { 0 };

  if (length >= LANES)
    return vec_load (from);
  for (int i = 0; i < length; i++)
    part[i] = from[i];
  return vec_load (part);
}

OPERATION void
vec_store (float *to, Vector v)
{
  vst1q_f32 (to, v);
}

OPERATION void
vec_store_part (float *to, int length, Vector v)
{
  float part[LANES];

  if (length >= LANES)
    {
      vec_store (to, v);
      return;
    }
  vec_store (part, v);
  for (int i = 0; i < length; i++)
    to[i] = part[i];
}

/* GCC has no way to say that it shall pass the caches. */
OPERATION void
vec_stream (float *to, Vector v)
{
  vec_store (to, v);
}

static void
vec_fence (void)
{
}

OPERATION void
vec_store3 (float *to, Vector v)
{
  vst3q_f32 (to, (float32x4x3_t) { { v, v, v } });
}

OPERATION void
vec_load3 (const float *from, Vector v[3])
{
  float32x4x3_t triples = vld3q_f32 (from);

  for (int i = 0; i < 3; i++)
    v[i] = triples.val[i];
}

OPERATION Vector
vec_fma (Vector a, Vector b, Vector c)
{
  return vfmaq_f32 (c, a, b);
}

OPERATION Vector
vec_mul (Vector a, Vector b)
{
  return vmulq_f32 (a, b);
}

OPERATION Vector
vec_add (Vector a, Vector b)
{
  return vaddq_f32 (a, b);
}

OPERATION Vector
vec_sub (Vector a, Vector b)
{
  return vsubq_f32 (a, b);
}

OPERATION Vector
vec_div (Vector a, Vector b)
{
  return vdivq_f32 (a, b);
}

OPERATION Vector
vec_min (Vector a, Vector b)
{
  return vbslq_f32 (vcltq_f32 (a, b), a, b);
}

OPERATION Vector
vec_max (Vector a, Vector b)
{
  return vbslq_f32 (vcgtq_f32 (a, b), a, b);
}

/* How many are not 0; NaN is not. */
OPERATION int
vec_count (Vector v)
{
  return LANES - (int) vaddvq_u32 (vshrq_n_u32 (vceqzq_f32 (v), 31));
}

OPERATION Vector
vec_codes16 (const uint16_t *codes)
{
  return vcvtq_f32_u32 (vmovl_u16 (vld1_u16 (codes)));
}

OPERATION Vector
vec_codes8 (const uint8_t *codes)
{
  uint32_t four;

  memcpy (&four, codes, sizeof four);
  return vcvtq_f32_u32 (vmovl_u16 (vget_low_u16 (vmovl_u8 (vcreate_u8 (four)))));
}

/* Rounded towards 0; NaN and what overflowed give 0. */
OPERATION uint16x4_t
whole_from (Vector v)
{
  uint32x4_t in_range = vcltq_f32 (v, vdupq_n_f32 (0x1p31f));

  return vqmovn_u32 (vandq_u32 (vcvtq_u32_f32 (v), in_range));
}

/* The same, then brought to 0..255. */
OPERATION Bytes
bytes_from (const Vector v[4])
{
  uint16x8_t low = vcombine_u16 (whole_from (v[0]), whole_from (v[1]));
  uint16x8_t high = vcombine_u16 (whole_from (v[2]), whole_from (v[3]));

  return vcombine_u8 (vqmovn_u16 (low), vqmovn_u16 (high));
}

OPERATION Bytes
bytes_gray_map (Bytes bytes)
{
  static const uint8_t low[16] = { CONV2D_GRAY_MAP_LOW };
  static const uint8_t high[16] = { CONV2D_GRAY_MAP_HIGH };
  uint8x16_t by_low = vqtbl1q_u8 (vld1q_u8 (low), vandq_u8 (bytes, vdupq_n_u8 (15)));
  uint8x16_t by_high = vqtbl1q_u8 (vld1q_u8 (high), vshrq_n_u8 (bytes, 4));

  /* All ones, that is -1, where they meet. */
  return vaddq_u8 (bytes, vtstq_u8 (by_low, by_high));
}

OPERATION void
bytes_store (uint8_t *to, Bytes bytes)
{
  vst1q_u8 (to, bytes);
}

OPERATION void
bytes_store3 (uint8_t *to, Bytes bytes)
{
  vst3q_u8 (to, (uint8x16x3_t) { { bytes, bytes, bytes } });
}

OPERATION uint16x4_t
gray_four (uint16x4_t red, uint16x4_t green, uint16x4_t blue)
{
  uint32x4_t sum = vmlal_n_u16 (vmlal_n_u16 (vmull_n_u16 (red, 9798), green, 19235), blue, 3735);

  return vmovn_u32 (vrshrq_n_u32 (sum, 15)); /* rounds: adds 16384 */
}

OPERATION void
gray_step (const uint8_t *rgb, uint8_t *codes)
{
  uint8x8x3_t pixels = vld3_u8 (rgb);
  uint16x8_t red = vmovl_u8 (pixels.val[0]), green = vmovl_u8 (pixels.val[1]), blue = vmovl_u8 (pixels.val[2]);
  uint16x4_t low = gray_four (vget_low_u16 (red), vget_low_u16 (green), vget_low_u16 (blue));
  uint16x4_t high = gray_four (vget_high_u16 (red), vget_high_u16 (green), vget_high_u16 (blue));

  vst1_u8 (codes, vmovn_u16 (vcombine_u16 (low, high)));
}

#include "conv2d-vector.h"

const Conv2dRows conv2d_rows_neon = { .name = "neon", ROW_FUNCTIONS };
