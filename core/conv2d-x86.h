/* conv2d-x86.h: private: what the AVX2 and AVX-512 row functions share: steps
 * that are no faster in wider registers. */

#ifndef CONV2D_X86_H
#define CONV2D_X86_H

#include "conv2d-row.h"

#include <immintrin.h>

#define OPERATION static inline __attribute__ ((always_inline))

#define GRAY_STEP 16 /* pixels */

/* Each of 16 bytes three times. */
OPERATION void
lane_store3 (uint8_t *to, __m128i lane)
{
  const __m128i first = _mm_setr_epi8 (0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
  const __m128i second = _mm_setr_epi8 (5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
  const __m128i third = _mm_setr_epi8 (10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);

  _mm_storeu_si128 ((void *) to, _mm_shuffle_epi8 (lane, first));
  _mm_storeu_si128 ((void *) (to + 16), _mm_shuffle_epi8 (lane, second));
  _mm_storeu_si128 ((void *) (to + 32), _mm_shuffle_epi8 (lane, third));
}

/* OpenCV's gray of 8 pixels, in 32 bits each; reads 28 bytes. */
OPERATION __m256i
gray_eight (const uint8_t *rgb)
{
  const __m256i red_green = _mm256_broadcastsi128_si256 (
    _mm_setr_epi8 (0, -1, 1, -1, 3, -1, 4, -1, 6, -1, 7, -1, 9, -1, 10, -1));
  const __m256i blue = _mm256_broadcastsi128_si256 (
    _mm_setr_epi8 (2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
  __m128i low = _mm_loadu_si128 ((const void *) rgb);
  __m128i high = _mm_loadu_si128 ((const void *) (rgb + 12));
  __m256i pixels = _mm256_inserti128_si256 (_mm256_castsi128_si256 (low), high, 1);
  __m256i sum = _mm256_madd_epi16 (_mm256_shuffle_epi8 (pixels, red_green), _mm256_set1_epi32 (19235 << 16 | 9798));

  sum = _mm256_add_epi32 (sum, _mm256_madd_epi16 (_mm256_shuffle_epi8 (pixels, blue), _mm256_set1_epi32 (3735)));
  return _mm256_srli_epi32 (_mm256_add_epi32 (sum, _mm256_set1_epi32 (16384)), 15);
}

/* Reads up to 4 bytes beyond the pixels. */
OPERATION void
gray_step (const uint8_t *rgb, uint8_t *codes)
{
  __m256i words = _mm256_packus_epi32 (gray_eight (rgb), gray_eight (rgb + 24));
  /* Packing keeps to 128-bit lanes: 0-3 8-11 4-7 12-15. */
  __m256i ordered = _mm256_permute4x64_epi64 (words, 0xd8);

  _mm_storeu_si128 ((void *) codes, _mm_packus_epi16 (_mm256_castsi256_si128 (ordered),
                                                      _mm256_extracti128_si256 (ordered, 1)));
}

static void
vec_fence (void)
{
  _mm_sfence ();
}

#endif
