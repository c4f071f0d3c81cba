/* conv2d-avx512.c: the row functions for AVX-512 (F, BW, DQ, VL) with FMA.
 * Only what the instruction set says differently; conv2d-vector.h says the
 * rest. */

#include "conv2d-x86.h"

typedef __m512 Vector;
typedef __m512i Bytes;

#define LANES 16
#define REGISTERS 32
#define REGISTER "v"
#define DOT_VECTORS_1 8 /* by filters; the sums and one tap's input fill 32 registers at most */
#define DOT_VECTORS_2 8
#define DOT_VECTORS_3 6
#define DOT_VECTORS_4 6
#define STREAM_VECTORS_1 8 /* the same, whole lines */
#define STREAM_VECTORS_2 8
#define STREAM_VECTORS_3 6
#define STREAM_VECTORS_4 6
#define DOT_MAX_VECTORS 8

/* All lanes for 16 and more, none for 0 and less. */
OPERATION __mmask16
first_lanes (int length)
{
  return length >= LANES ? (__mmask16) 0xffff : length <= 0 ? (__mmask16) 0 : (__mmask16) ((1u << length) - 1);
}

OPERATION Vector
vec_set (float value)
{
  return _mm512_set1_ps (value);
}

OPERATION Vector
vec_load (const float *from)
{
  return _mm512_loadu_ps (from);
}

OPERATION Vector
vec_load_part (const float *from, int length)
{
  return _mm512_maskz_loadu_ps (first_lanes (length), from);
}

OPERATION void
vec_store (float *to, Vector v)
{
  _mm512_storeu_ps (to, v);
}

OPERATION void
vec_store_part (float *to, int length, Vector v)
{
  _mm512_mask_storeu_ps (to, first_lanes (length), v);
}

OPERATION void
vec_stream (float *to, Vector v)
{
  _mm512_stream_ps (to, v);
}

OPERATION void
vec_store3 (float *to, Vector v)
{
  const __m512i first = _mm512_setr_epi32 (0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
  const __m512i second = _mm512_setr_epi32 (5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
  const __m512i third = _mm512_setr_epi32 (10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);

  vec_store (to, _mm512_permutexvar_ps (first, v));
  vec_store (to + LANES, _mm512_permutexvar_ps (second, v));
  vec_store (to + 2 * LANES, _mm512_permutexvar_ps (third, v));
}

/* Triples to three vectors. */
OPERATION void
vec_load3 (const float *from, Vector v[3])
{
  const Vector a = vec_load (from), b = vec_load (from + LANES), c = vec_load (from + 2 * LANES);

  for (int i = 0; i < 3; i++)
    {
      /* Element 3 n + i; the last five stand in C. */
      const __m512i index = _mm512_add_epi32 (
        _mm512_setr_epi32 (0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45), _mm512_set1_epi32 (i));
      const __mmask16 in_c = _mm512_cmpgt_epi32_mask (index, _mm512_set1_epi32 (31));

      v[i] = _mm512_mask_permutexvar_ps (_mm512_permutex2var_ps (a, index, b), in_c, index, c);
    }
}

OPERATION Vector
vec_fma (Vector a, Vector b, Vector c)
{
  return _mm512_fmadd_ps (a, b, c);
}

OPERATION Vector
vec_mul (Vector a, Vector b)
{
  return _mm512_mul_ps (a, b);
}

OPERATION Vector
vec_add (Vector a, Vector b)
{
  return _mm512_add_ps (a, b);
}

OPERATION Vector
vec_sub (Vector a, Vector b)
{
  return _mm512_sub_ps (a, b);
}

OPERATION Vector
vec_div (Vector a, Vector b)
{
  return _mm512_div_ps (a, b);
}

OPERATION Vector
vec_min (Vector a, Vector b)
{
  return _mm512_min_ps (a, b);
}

OPERATION Vector
vec_max (Vector a, Vector b)
{
  return _mm512_max_ps (a, b);
}

/* How many are not 0; NaN is not. */
OPERATION int
vec_count (Vector v)
{
  return _mm_popcnt_u32 (_mm512_cmp_ps_mask (v, _mm512_setzero_ps (), _CMP_NEQ_UQ));
}

OPERATION Vector
vec_codes8 (const uint8_t *codes)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepu8_epi32 (_mm_loadu_si128 ((const void *) codes)));
}

OPERATION Vector
vec_codes16 (const uint16_t *codes)
{
  return _mm512_cvtepi32_ps (_mm512_cvtepu16_epi32 (_mm256_loadu_si256 ((const void *) codes)));
}

/* Rounded towards 0, then brought to 0..255; NaN and what overflowed give 0. */
OPERATION Bytes
bytes_from (const Vector v[4])
{
  /* Packing keeps to 128-bit lanes: put the fours of pixels in order again. */
  const __m512i order = _mm512_setr_epi32 (0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  __m512i low = _mm512_packs_epi32 (_mm512_cvttps_epi32 (v[0]), _mm512_cvttps_epi32 (v[1]));
  __m512i high = _mm512_packs_epi32 (_mm512_cvttps_epi32 (v[2]), _mm512_cvttps_epi32 (v[3]));

  return _mm512_permutexvar_epi32 (order, _mm512_packus_epi16 (low, high));
}

/* conv2d_gray_map without a table: one less where a bit of the low half's
 * byte meets the bit of the high half's. */
OPERATION Bytes
bytes_gray_map (Bytes bytes)
{
  const __m512i halves = _mm512_set1_epi8 (15);
  const __m512i low = _mm512_broadcast_i32x4 (_mm_setr_epi8 (CONV2D_GRAY_MAP_LOW));
  const __m512i high = _mm512_broadcast_i32x4 (_mm_setr_epi8 (CONV2D_GRAY_MAP_HIGH));
  __m512i by_low = _mm512_shuffle_epi8 (low, _mm512_and_si512 (bytes, halves));
  __m512i by_high = _mm512_shuffle_epi8 (high, _mm512_and_si512 (_mm512_srli_epi16 (bytes, 4), halves));

  return _mm512_mask_sub_epi8 (bytes, _mm512_test_epi8_mask (by_low, by_high), bytes, _mm512_set1_epi8 (1));
}

OPERATION void
bytes_store (uint8_t *to, Bytes bytes)
{
  _mm512_storeu_si512 (to, bytes);
}

OPERATION void
bytes_store3 (uint8_t *to, Bytes bytes)
{
  lane_store3 (to, _mm512_extracti32x4_epi32 (bytes, 0));
  lane_store3 (to + 48, _mm512_extracti32x4_epi32 (bytes, 1));
  lane_store3 (to + 96, _mm512_extracti32x4_epi32 (bytes, 2));
  lane_store3 (to + 144, _mm512_extracti32x4_epi32 (bytes, 3));
}

#include "conv2d-vector.h"

const Conv2dRows conv2d_rows_avx512 = { .name = "avx512", ROW_FUNCTIONS };
