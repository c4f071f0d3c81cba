/* stream.h: the streaming limit: the least that memory allows for one gray
 * plane in and several float planes out, all stores past the caches.  What the
 * benchmarks measure the core against; knows nothing of it. */

#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define STREAM_SEGMENT 1024 /* floats streamed to one plane before the next */

/* FROM and TO are multiples of 16; each plane begins at a multiple of 64 bytes. */
typedef struct
{
  const float *in;
  float *const *out;
  int planes;
  size_t from, to; /* floats */
} Copy;

#define COPY_LOOP(STEP, STATEMENT)                                                                                     \
  for (size_t start = copy->from; start < copy->to; start += STREAM_SEGMENT)                                           \
    for (int p = 0; p < copy->planes; p++)                                                                             \
      for (size_t x = start; x < start + STREAM_SEGMENT && x < copy->to; x += STEP)                                    \
        STATEMENT;

#ifdef __x86_64__
__attribute__ ((target ("avx512f"))) static inline void
copy_avx512 (const Copy *copy)
{
  COPY_LOOP (16, _mm512_stream_ps (copy->out[p] + x, _mm512_loadu_ps (copy->in + x)))
  _mm_sfence ();
}

__attribute__ ((target ("avx"))) static inline void
copy_avx (const Copy *copy)
{
  COPY_LOOP (8, _mm256_stream_ps (copy->out[p] + x, _mm256_loadu_ps (copy->in + x)))
  _mm_sfence ();
}
#endif

static inline void
copy_plain (const Copy *copy)
{
  COPY_LOOP (16, memcpy (copy->out[p] + x, copy->in + x, 16 * sizeof (float)))
}

static inline void
copy_planes (const Copy *copy)
{
#ifdef __x86_64__
  if (__builtin_cpu_supports ("avx512f"))
    copy_avx512 (copy);
  else if (__builtin_cpu_supports ("avx"))
    copy_avx (copy);
  else
#endif
    copy_plain (copy);
}

#endif
