/* conv2d-avx2.c: the row functions for AVX2 with FMA.
 * Only what the instruction set says differently; conv2d-vector.h says the
 * rest. */

#include "conv2d-x86.h"

typedef __m256 Vector;
typedef __m256i Bytes;

#define LANES 8
#define REGISTERS 16
#define REGISTER "x"
#define DOT_VECTORS_1 8 /* by filters: the sums, what is held of one tap and one more fill 16 registers at most */
#define DOT_VECTORS_2 6
#define DOT_VECTORS_3 4
#define DOT_VECTORS_4 3
#define STREAM_VECTORS_1 8 /* the same */
#define STREAM_VECTORS_2 6
#define STREAM_VECTORS_3 4
#define STREAM_VECTORS_4 3
#define DOT_MAX_VECTORS 8

OPERATION __m256i
first_lanes (int length)
{
  return _mm256_cmpgt_epi32 (_mm256_set1_epi32 (length), _mm256_setr_epi32 (0, 1, 2, 3, 4, 5, 6, 7));
}

OPERATION Vector
vec_set (float value)
{
  return _mm256_set1_ps (value);
}

OPERATION Vector
vec_load (const float *from)
{
  return _mm256_loadu_ps (from);
}

OPERATION Vector
vec_load_part (const float *from, int length)
{
  return length >= LANES ? vec_load (from) : _mm256_maskload_ps (from, first_lanes (length));
}

OPERATION void
vec_store (float *to, Vector v)
{
  _mm256_storeu_ps (to, v);
}

OPERATION void
vec_store_part (float *to, int length, Vector v)
{
  if (length >= LANES)
    vec_store (to, v);
  else
    _mm256_maskstore_ps (to, first_lanes (length), v);
}

OPERATION void
vec_stream (float *to, Vector v)
{
  _mm256_stream_ps (to, v);
}

OPERATION void
vec_store3 (float *to, Vector v)
{
  vec_store (to, _mm256_permutevar8x32_ps (v, _mm256_setr_epi32 (0, 0, 0, 1, 1, 1, 2, 2)));
  vec_store (to + LANES, _mm256_permutevar8x32_ps (v, _mm256_setr_epi32 (2, 3, 3, 3, 4, 4, 4, 5)));
  vec_store (to + 2 * LANES, _mm256_permutevar8x32_ps (v, _mm256_setr_epi32 (5, 5, 6, 6, 6, 7, 7, 7)));
}

/* Triples to three vectors: no two of a vector's elements stand in the same
 * lane of the three read. */
OPERATION void
vec_load3 (const float *from, Vector v[3])
{
  const Vector a = vec_load (from), b = vec_load (from + LANES), c = vec_load (from + 2 * LANES);
  const Vector first = _mm256_blend_ps (_mm256_blend_ps (a, b, 0x92), c, 0x24);
  const Vector second = _mm256_blend_ps (_mm256_blend_ps (a, b, 0x24), c, 0x49);
  const Vector third = _mm256_blend_ps (_mm256_blend_ps (a, b, 0x49), c, 0x92);

  v[0] = _mm256_permutevar8x32_ps (first, _mm256_setr_epi32 (0, 3, 6, 1, 4, 7, 2, 5));
  v[1] = _mm256_permutevar8x32_ps (second, _mm256_setr_epi32 (1, 4, 7, 2, 5, 0, 3, 6));
  v[2] = _mm256_permutevar8x32_ps (third, _mm256_setr_epi32 (2, 5, 0, 3, 6, 1, 4, 7));
}

OPERATION Vector
vec_fma (Vector a, Vector b, Vector c)
{
  return _mm256_fmadd_ps (a, b, c);
}

OPERATION Vector
vec_mul (Vector a, Vector b)
{
  return _mm256_mul_ps (a, b);
}

OPERATION Vector
vec_add (Vector a, Vector b)
{
  return _mm256_add_ps (a, b);
}

OPERATION Vector
vec_sub (Vector a, Vector b)
{
  return _mm256_sub_ps (a, b);
}

OPERATION Vector
vec_div (Vector a, Vector b)
{
  return _mm256_div_ps (a, b);
}

OPERATION Vector
vec_min (Vector a, Vector b)
{
  return _mm256_min_ps (a, b);
}

OPERATION Vector
vec_max (Vector a, Vector b)
{
  return _mm256_max_ps (a, b);
}

/* How many are not 0; NaN is not. */
OPERATION int
vec_count (Vector v)
{
  return _mm_popcnt_u32 ((unsigned) _mm256_movemask_ps (_mm256_cmp_ps (v, _mm256_setzero_ps (), _CMP_NEQ_UQ)));
}

OPERATION Vector
vec_codes8 (const uint8_t *codes)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepu8_epi32 (_mm_loadl_epi64 ((const void *) codes)));
}

OPERATION Vector
vec_codes16 (const uint16_t *codes)
{
  return _mm256_cvtepi32_ps (_mm256_cvtepu16_epi32 (_mm_loadu_si128 ((const void *) codes)));
}

/* Rounded towards 0, then brought to 0..255; NaN and what overflowed give 0. */
OPERATION Bytes
bytes_from (const Vector v[4])
{
  /* Packing keeps to 128-bit lanes: put the fours of pixels in order again. */
  const __m256i order = _mm256_setr_epi32 (0, 4, 1, 5, 2, 6, 3, 7);
  __m256i low = _mm256_packs_epi32 (_mm256_cvttps_epi32 (v[0]), _mm256_cvttps_epi32 (v[1]));
  __m256i high = _mm256_packs_epi32 (_mm256_cvttps_epi32 (v[2]), _mm256_cvttps_epi32 (v[3]));

  return _mm256_permutevar8x32_epi32 (_mm256_packus_epi16 (low, high), order);
}

OPERATION Bytes
bytes_gray_map (Bytes bytes)
{
  const __m256i halves = _mm256_set1_epi8 (15);
  const __m256i low = _mm256_broadcastsi128_si256 (_mm_setr_epi8 (CONV2D_GRAY_MAP_LOW));
  const __m256i high = _mm256_broadcastsi128_si256 (_mm_setr_epi8 (CONV2D_GRAY_MAP_HIGH));
  __m256i by_low = _mm256_shuffle_epi8 (low, _mm256_and_si256 (bytes, halves));
  __m256i by_high = _mm256_shuffle_epi8 (high, _mm256_and_si256 (_mm256_srli_epi16 (bytes, 4), halves));
  __m256i meet = _mm256_and_si256 (by_low, by_high);

  /* All ones, that is -1, where they do. */
  return _mm256_add_epi8 (bytes, _mm256_cmpgt_epi8 (meet, _mm256_setzero_si256 ()));
}

OPERATION void
bytes_store (uint8_t *to, Bytes bytes)
{
  _mm256_storeu_si256 ((void *) to, bytes);
}

OPERATION void
bytes_store3 (uint8_t *to, Bytes bytes)
{
  lane_store3 (to, _mm256_castsi256_si128 (bytes));
  lane_store3 (to + 48, _mm256_extracti128_si256 (bytes, 1));
}

#include "conv2d-vector.h"

const Conv2dRows conv2d_rows_avx2 = { .name = "avx2", ROW_FUNCTIONS };
