/* rows-check.c: one instruction set's row functions against the scalar ones,
 * bit for bit.  Rows are misaligned and touch a page that cannot be read or
 * written; what is written is filled with NaN before and guarded behind. */

#include "rows-check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define MAX_WIDTH 131
#define MAX_HEIGHT 19
#define GUARD 192 /* bytes around an output that must stay as they are */

/* ---- random numbers ---- */

static const uint8_t *tape;
static size_t tape_left;

void
rows_check_tape (const uint8_t *bytes, size_t size)
{
  tape = bytes;
  tape_left = size;
}

static uint32_t
random_bits (uint64_t *seed)
{
  if (tape_left > 0)
    {
      uint32_t bits = 0;

      for (int i = 0; i < 4 && tape_left > 0; i++, tape_left--)
        bits |= (uint32_t) *tape++ << (8 * i);
      return bits;
    }
  *seed ^= *seed << 13;
  *seed ^= *seed >> 7;
  *seed ^= *seed << 17;
  return (uint32_t) (*seed >> 16);
}

static int
random_int (uint64_t *seed, int from, int to)
{
  return from + (int) (random_bits (seed) % (uint32_t) (to - from + 1));
}

static float
random_unit (uint64_t *seed)
{
  return (float) (random_bits (seed) >> 8) * 0x1p-24f;
}

typedef enum { INTEGERS, FRACTIONS, BITS, SPECIALS, N_KINDS } Kind;

static float
random_value (uint64_t *seed, Kind kind)
{
  static const float specials[]
    = { 0.0f,      -0.0f,    1.0f,      -1.0f,    INFINITY, -INFINITY, NAN,      0x1p-149f,
        -0x1p-149f, 0x1p-126f, 0x1.8p-130f, -0x1p-127f, 0x1.fffffep127f, -0x1.fffffep127f, 0x1p-75f, 0x1p64f };
  union
  {
    uint32_t bits;
    float value;
  } any;

  switch (kind)
    {
    case INTEGERS:
      return (float) random_int (seed, -8, 8);
    case FRACTIONS:
      return random_unit (seed) * 4 - 2;
    case BITS:
      any.bits = random_bits (seed);
      return isnan (any.value) ? NAN : any.value;
    default:
      return random_int (seed, 0, 3) ? random_unit (seed) - 0.5f : specials[random_int (seed, 0, 15)];
    }
}

/* Every kind, but mostly tame ones: a NaN hides what it meets. */
static Kind
random_kind (uint64_t *seed)
{
  static const Kind kinds[] = { INTEGERS, FRACTIONS, FRACTIONS, FRACTIONS, BITS, SPECIALS };

  return kinds[random_int (seed, 0, 5)];
}

static void
fill (float *values, int count, uint64_t *seed, Kind kind)
{
  for (int i = 0; i < count; i++)
    values[i] = random_value (seed, kind);
}

static bool
report (char *text, size_t size, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  vsnprintf (text, size, format, arguments);
  va_end (arguments);
  return false;
}

/* ---- guarded memory ---- */

#define ROOM ((size_t) 1 << 20)
#define N_ROOMS 3

/* SIZE bytes that end, or begin, at a page without access. */
static void *
place (int room, size_t size, uint64_t *seed)
{
  static char *rooms[N_ROOMS];
  size_t page = (size_t) sysconf (_SC_PAGESIZE);

  if (!rooms[room])
    {
      char *memory = mmap (NULL, ROOM + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

      if (memory == MAP_FAILED || mprotect (memory + page, ROOM, PROT_READ | PROT_WRITE) != 0 || size > ROOM)
        abort ();
      rooms[room] = memory + page;
    }
  return random_int (seed, 0, 3) ? rooms[room] + (ROOM - size) : rooms[room];
}

/* Two outputs, one of the set under test, one scalar, filled with NaN. */
typedef struct
{
  char *tested, *expected;
  size_t size;
} Outputs;

static Outputs
outputs_new (size_t size, size_t alignment, uint64_t *seed)
{
  static char tested[GUARD + ROOM + GUARD + 64], expected[GUARD + ROOM + GUARD + 64];
  size_t offset = GUARD + alignment * (size_t) random_int (seed, 0, 63 / (int) alignment);

  if (size > ROOM)
    abort ();
  memset (tested, 0xff, offset + size + GUARD);
  memset (expected, 0xff, offset + size + GUARD);
  return (Outputs) { tested + offset, expected + offset, size };
}

static bool
guards_whole (const Outputs *outputs)
{
  for (int i = 0; i < GUARD; i++)
    if ((unsigned char) outputs->tested[-1 - i] != 0xff || (unsigned char) outputs->tested[outputs->size + (size_t) i] != 0xff)
      return false;
  return true;
}

/* The first float that differs, -1: none; any NaN is as good as another. */
static long
differing_float (const char *a, const char *b, size_t size)
{
  for (size_t i = 0; i < size; i += sizeof (float))
    {
      float x, y;

      memcpy (&x, a + i, sizeof x);
      memcpy (&y, b + i, sizeof y);
      if (memcmp (&x, &y, sizeof x) != 0 && !(isnan (x) && isnan (y)))
        return (long) (i / sizeof x);
    }
  return -1;
}

static bool
same_floats (const Outputs *outputs, char *text, size_t size)
{
  long at = differing_float (outputs->tested, outputs->expected, outputs->size);
  float x, y;

  if (!guards_whole (outputs))
    return report (text, size, "wrote outside of the row");
  if (at < 0)
    return true;
  memcpy (&x, outputs->tested + 4 * at, sizeof x);
  memcpy (&y, outputs->expected + 4 * at, sizeof y);
  return report (text, size, "value %ld is %a, not %a", at, (double) x, (double) y);
}

static bool
same_bytes (const Outputs *outputs, char *text, size_t size)
{
  if (!guards_whole (outputs))
    return report (text, size, "wrote outside of the row");
  for (size_t i = 0; i < outputs->size; i++)
    if (outputs->tested[i] != outputs->expected[i])
      return report (text, size, "byte %zu is %d, not %d", i, (unsigned char) outputs->tested[i],
                     (unsigned char) outputs->expected[i]);
  return true;
}

/* ---- sums ---- */

static int
random_size (uint64_t *seed)
{
  return random_int (seed, 0, 1) ? random_int (seed, 1, 7) : random_int (seed, 1, CONV2D_MAX_SIZE);
}

/* Zeros of either sign are the same. */
static bool
same_extremes (const Conv2dRows *rows, const Conv2dTaps *taps, const float *const *bank, int count,
               float *const *sums, int width, char *text, size_t size)
{
  float min[CONV2D_BLOCK], max[CONV2D_BLOCK];

  if (!rows->extremes || !rows->extremes (taps, bank, count, min, max, width))
    return width < 16 || rows == &conv2d_rows_scalar || report (text, size, "no extremes of a row %d wide", width);
  for (int n = 0; n < count; n++)
    {
      float least = INFINITY, greatest = -INFINITY;

      for (int x = 0; x < width; x++)
        {
          least = sums[n][x] < least ? sums[n][x] : least;
          greatest = sums[n][x] > greatest ? sums[n][x] : greatest;
        }
      if (!(min[n] == least && max[n] == greatest))
        return report (text, size, "%dx%d, %d filters, width %d: sum %d: %a to %a, not %a to %a", taps->rows,
                       taps->columns, count, width, n, (double) min[n], (double) max[n], (double) least,
                       (double) greatest);
    }
  return true;
}

static bool
check_dot (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  static float weights[CONV2D_BLOCK][CONV2D_MAX_SIZE * CONV2D_MAX_SIZE];
  int count = random_int (seed, 1, CONV2D_BLOCK), width = random_int (seed, 1, MAX_WIDTH);
  int dilation = random_int (seed, 0, 3) ? 1 : random_int (seed, 2, 9);
  Conv2dTaps taps = { .rows = random_size (seed) };
  int reach, pitch;
  float *input;
  Outputs outputs[CONV2D_BLOCK];
  float *sums[2][CONV2D_BLOCK];
  const float *bank[CONV2D_BLOCK];
  static char memory[2][CONV2D_BLOCK][2 * GUARD + 4 * MAX_WIDTH + 64];

  taps.columns = random_int (seed, 0, 1) ? taps.rows : random_size (seed);
  reach = (taps.columns - 1) * dilation;
  pitch = width + reach + random_int (seed, 0, 3);
  input = place (0, sizeof *input * (size_t) ((taps.rows - 1) * pitch + width + reach), seed);
  fill (input, (taps.rows - 1) * pitch + width + reach, seed, random_kind (seed));
  for (int i = 0; i < taps.rows; i++)
    taps.lines[i] = input + i * pitch;
  for (int j = 0; j < taps.columns; j++)
    taps.offsets[j] = (random_int (seed, 0, 9) ? j : random_int (seed, 0, taps.columns - 1)) * dilation;
  memset (memory, 0xff, sizeof memory);
  for (int n = 0; n < count; n++)
    {
      int offset = GUARD + 4 * random_int (seed, 0, 15);

      fill (weights[n], taps.rows * taps.columns, seed, random_kind (seed));
      bank[n] = weights[n];
      outputs[n] = (Outputs) { memory[0][n] + offset, memory[1][n] + offset, sizeof (float) * (size_t) width };
      sums[0][n] = (float *) (void *) outputs[n].tested;
      sums[1][n] = (float *) (void *) outputs[n].expected;
    }
  rows->dot (&taps, bank, count, sums[0], width);
  conv2d_rows_scalar.dot (&taps, bank, count, sums[1], width);
  for (int n = 0; n < count; n++)
    {
      char what[80];

      if (!same_floats (&outputs[n], what, sizeof what))
        return report (text, size, "%dx%d, %d filters, width %d: sum %d: %s", taps.rows, taps.columns, count, width, n,
                       what);
    }
  return same_extremes (rows, &taps, bank, count, sums[1], width, text, size);
}

/* ---- values ---- */

static Conv2dFinish
random_finish (uint64_t *seed)
{
  Conv2dFinish finish = { .negate = random_int (seed, 0, 1), .relu = random_int (seed, 0, 1) };

  if (random_int (seed, 0, 1))
    finish.bias = random_value (seed, random_int (seed, 0, 9) ? FRACTIONS : BITS) + 0.0f;
  if (!isfinite (finish.bias))
    finish.bias = 0;
  return finish;
}

#define STREAMED 320 /* floats: twice the longest blocks and what is left of one; a multiple of CONV2D_LINE_FLOATS */

/* Streamed maps, some sums with none or several, against dot and activation. */
static bool
check_stream (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  static float weights[CONV2D_BLOCK][9 * 9], expected_sums[CONV2D_BLOCK][STREAMED], expected[STREAMED];
  static _Alignas (CONV2D_LINE) float pixels[2 * CONV2D_BLOCK][3 * STREAMED];
  int count = random_int (seed, 1, CONV2D_BLOCK), width = random_int (seed, 1, STREAMED), used = 0;
  Conv2dTaps taps = { .rows = random_int (seed, 1, 9), .columns = random_int (seed, 1, 9) };
  Conv2dStream maps[2 * CONV2D_BLOCK];
  const float *bank[CONV2D_BLOCK];
  float *sums[CONV2D_BLOCK], *input;
  int ends[CONV2D_BLOCK], pitch, lines = (width + CONV2D_LINE_FLOATS - 1) / CONV2D_LINE_FLOATS * CONV2D_LINE_FLOATS;

  taps.columns = random_int (seed, 0, 1) ? taps.rows : taps.columns;
  pitch = width + taps.columns - 1;
  input = place (0, sizeof *input * (size_t) (taps.rows * pitch), seed);
  fill (input, taps.rows * pitch, seed, random_kind (seed));
  memset (pixels, 0xff, sizeof pixels);
  for (int i = 0; i < taps.rows; i++)
    taps.lines[i] = input + i * pitch;
  for (int j = 0; j < taps.columns; j++)
    taps.offsets[j] = j;
  for (int n = 0; n < count; n++)
    {
      fill (weights[n], taps.rows * taps.columns, seed, random_kind (seed));
      bank[n] = weights[n];
      sums[n] = expected_sums[n];
      for (int i = random_int (seed, 0, 2); i > 0; i--, used++)
        maps[used] = (Conv2dStream) { random_finish (seed), pixels[used] + STREAMED };
      ends[n] = used;
    }
  if (!rows->stream)
    return true;
  rows->stream (&taps, bank, count, maps, ends, width);
  rows->fence ();
  conv2d_rows_scalar.dot (&taps, bank, count, sums, width);
  for (int n = 0, map = 0; n < count; n++)
    for (; map < ends[n]; map++)
      {
        Outputs outputs
          = { (char *) maps[map].pixels, (char *) expected, sizeof (float) * (size_t) lines };
        char what[80];

        conv2d_rows_scalar.activation (sums[n], maps[map].finish, expected, 1, width);
        memcpy (expected + width, maps[map].pixels + width, sizeof (float) * (size_t) (lines - width));
        if (!same_floats (&outputs, what, sizeof what))
          return report (text, size, "%dx%d, %d filters, width %d: map %d: %s", taps.rows, taps.columns, count, width,
                         map, what);
      }
  return true;
}

static float *
random_row (int width, uint64_t *seed)
{
  float *row = place (0, sizeof *row * (size_t) width, seed);

  fill (row, width, seed, random_kind (seed));
  return row;
}

static bool
check_activation (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  int width = random_int (seed, 1, MAX_WIDTH), channels = random_int (seed, 0, 1) ? 1 : 3;
  Conv2dFinish finish = random_finish (seed);
  const float *sums = random_row (width, seed);
  Outputs outputs = outputs_new (sizeof (float) * (size_t) (width * channels), sizeof (float), seed);
  char what[80];

  rows->activation (sums, finish, (void *) outputs.tested, channels, width);
  conv2d_rows_scalar.activation (sums, finish, (void *) outputs.expected, channels, width);
  return same_floats (&outputs, what, sizeof what)
         || report (text, size, "width %d, %d channels: %s", width, channels, what);
}

/* Sums at the steps from one byte to the next, and close by. */
static void
fill_with_steps (float *sums, int width, float black, float white, uint64_t *seed)
{
  for (int x = 0; x < width; x++)
    {
      double step = (double) random_int (seed, -1, 257) / 256;
      float sum = (float) ((double) black + step * ((double) white - (double) black));

      for (int i = random_int (seed, 0, 3); i > 0; i--)
        sum = nextafterf (sum, INFINITY);
      for (int i = random_int (seed, 0, 3); i > 0; i--)
        sum = nextafterf (sum, -INFINITY);
      sums[x] = sum;
    }
}

typedef struct
{
  int width, channels;
  Conv2dFinish finish;
  float black, white;
  const float *sums;
} Shaded;

static Shaded
random_shaded (uint64_t *seed)
{
  Shaded s = { .width = random_int (seed, 1, MAX_WIDTH),
               .channels = random_int (seed, 0, 1) ? 1 : 3,
               .finish = random_finish (seed) };
  Kind kind = random_int (seed, 0, 9) ? FRACTIONS : BITS;
  float *sums = place (0, sizeof *sums * (size_t) s.width, seed);

  s.black = random_int (seed, 0, 2) ? random_value (seed, kind) : 0;
  s.white = random_int (seed, 0, 2) ? random_value (seed, kind) : -s.black;
  if (random_int (seed, 0, 99) && s.white < s.black)
    {
      float white = s.black;

      s.black = s.white;
      s.white = white;
    }
  if (random_int (seed, 0, 99) == 0)
    s.white = s.black;
  fill (sums, s.width, seed, random_kind (seed));
  if (random_int (seed, 0, 1) && isfinite (s.black) && isfinite (s.white))
    {
      if (random_int (seed, 0, 1))
        s.finish = (Conv2dFinish) { .relu = false };
      fill_with_steps (sums, s.width, s.black, s.white, seed);
    }
  s.sums = sums;
  return s;
}

static bool
report_shaded (const Shaded *s, const char *what, char *text, size_t size)
{
  return report (text, size, "width %d, %d channels, negate %d, bias %a, relu %d, black %a, white %a: %s", s->width,
                 s->channels, s->finish.negate, (double) s->finish.bias, s->finish.relu, (double) s->black,
                 (double) s->white, what);
}

static bool
check_unit (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  Shaded s = random_shaded (seed);
  Outputs outputs = outputs_new (sizeof (float) * (size_t) (s.width * s.channels), sizeof (float), seed);
  char what[80];

  rows->unit (s.sums, s.finish, s.black, s.white, (void *) outputs.tested, s.channels, s.width);
  conv2d_rows_scalar.unit (s.sums, s.finish, s.black, s.white, (void *) outputs.expected, s.channels, s.width);
  return same_floats (&outputs, what, sizeof what) || report_shaded (&s, what, text, size);
}

static bool
check_byte (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  Shaded s = random_shaded (seed);
  Outputs outputs = outputs_new ((size_t) (s.width * s.channels), 1, seed);
  char what[80];

  rows->byte (s.sums, s.finish, s.black, s.white, (void *) outputs.tested, s.channels, s.width);
  conv2d_rows_scalar.byte (s.sums, s.finish, s.black, s.white, (void *) outputs.expected, s.channels, s.width);
  return same_bytes (&outputs, what, sizeof what) || report_shaded (&s, what, text, size);
}

/* The byte steps up where the quotient a / d of two floats passes the middle
 * M 2^e between STEP / 256 and the float below.  With a and d as 24-bit whole
 * numbers that is a 2^s = M d + off; d follows from OFF modulo 2^s. */
static bool
hard_quotient (uint32_t step, int s, int off, float *a, float *d)
{
  bool power = (step & (step - 1)) == 0;
  uint64_t middle = step, product;
  uint32_t inverse = 1, divisor;
  int exponent = -8;

  for (; middle < (1u << 23); middle <<= 1)
    exponent--;
  /* Below a power of two the floats lie twice as close. */
  middle = power ? 4 * middle - 1 : 2 * middle - 1;
  exponent -= power ? 2 : 1;
  for (int i = 0; i < 5; i++) /* Newton: of MIDDLE modulo 2^32 */
    inverse *= 2 - (uint32_t) middle * inverse;
  divisor = (0 - (uint32_t) off) * inverse & ((1u << s) - 1);
  product = middle * divisor + (uint64_t) off;
  if (divisor < (1u << 23) || divisor >= (1u << 24) || product >> s < (1u << 23) || product >> s >= (1u << 24))
    return false;
  *a = ldexpf ((float) (product >> s), s + exponent);
  *d = (float) divisor;
  return true;
}

/* All quotients closer to such a middle than 8 units of 2^-49: what a set
 * computes instead of dividing must be right for each. */
static bool
check_quotients (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  const Conv2dFinish finish = { .relu = false };
  float *sums = place (0, sizeof *sums * MAX_WIDTH, seed);
  uint8_t tested[MAX_WIDTH], expected[MAX_WIDTH];
  int count = 0;

  for (uint32_t step = 1; step < 256; step++)
    for (int s = 24; s <= 25; s++)
      for (int off = -8; off <= 8; off++)
        {
          float d;

          if (off == 0 || !hard_quotient (step, s, off, &sums[0], &d))
            continue;
          count++;
          for (int x = 1; x < MAX_WIDTH; x++)
            sums[x] = sums[0];
          rows->byte (sums, finish, 0, d, tested, 1, MAX_WIDTH);
          conv2d_rows_scalar.byte (sums, finish, 0, d, expected, 1, MAX_WIDTH);
          if (memcmp (tested, expected, MAX_WIDTH) != 0
              || expected[0] != conv2d_gray_map[off > 0 ? step : step - 1])
            return report (text, size, "%a / %a: %d, not %d", (double) sums[0], (double) d, tested[0], expected[0]);
        }
  return count > 1000 || report (text, size, "only %d quotients", count);
}

static bool
check_range (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  int width = random_int (seed, 1, MAX_WIDTH);
  const float *sums = random_row (width, seed);
  Conv2dFinish finish = random_finish (seed);
  Conv2dRowRange tested = { .finite = CONV2D_RANGE_NONE }, expected;

  finish.relu = false;
  if (random_int (seed, 0, 1))
    tested.finite = (Conv2dRange) { -1, 1 };
  expected = tested;
  rows->range (sums, finish, &tested, width);
  conv2d_rows_scalar.range (sums, finish, &expected, width);
  if (memcmp (&tested.finite, &expected.finite, sizeof tested.finite) == 0
      && tested.minus_infinity == expected.minus_infinity)
    return true;
  return report (text, size, "width %d: %a to %a, not %a to %a", width, (double) tested.finite.min,
                 (double) tested.finite.max, (double) expected.finite.min, (double) expected.finite.max);
}

static bool
check_active (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  int width = random_int (seed, 1, MAX_WIDTH);
  const float *sums = random_row (width, seed);
  Conv2dFinish finish = random_finish (seed);
  int tested = rows->active (sums, finish, width);
  int expected = conv2d_rows_scalar.active (sums, finish, width);

  return tested == expected || report (text, size, "width %d: %d active, not %d", width, tested, expected);
}

/* ---- codes ---- */

/* Every code comes by, whatever the width: they count up from one shape to
 * the next. */
static bool
check_codes (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  static unsigned next;
  int width = random_int (seed, 1, MAX_WIDTH);
  bool deep = random_int (seed, 0, 3);
  uint8_t *codes8 = place (0, (size_t) width, seed);
  uint16_t *codes16 = place (1, sizeof *codes16 * (size_t) width, seed);
  Outputs outputs = outputs_new (sizeof (float) * (size_t) width, sizeof (float), seed);
  char what[80];

  for (int x = 0; x < width; x++)
    {
      codes8[x] = (uint8_t) next;
      codes16[x] = (uint16_t) next++;
    }
  if (deep)
    {
      rows->codes16 (codes16, (void *) outputs.tested, width);
      conv2d_rows_scalar.codes16 (codes16, (void *) outputs.expected, width);
    }
  else
    {
      rows->codes8 (codes8, (void *) outputs.tested, width);
      conv2d_rows_scalar.codes8 (codes8, (void *) outputs.expected, width);
    }
  return same_floats (&outputs, what, sizeof what)
         || report (text, size, "%d-bit, width %d: %s", deep ? 16 : 8, width, what);
}

static bool
check_gray (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  int width = random_int (seed, 1, MAX_WIDTH);
  bool deep = random_int (seed, 0, 1);
  uint8_t *rgb8 = place (0, (size_t) (3 * width), seed);
  float *rgb32 = place (1, sizeof *rgb32 * (size_t) (3 * width), seed);
  Outputs outputs = outputs_new ((deep ? sizeof (float) : 1) * (size_t) width, deep ? sizeof (float) : 1, seed);
  char what[80];

  for (int i = 0; i < 3 * width; i++)
    rgb8[i] = (uint8_t) (random_int (seed, 0, 3) ? random_bits (seed) : 255);
  fill (rgb32, 3 * width, seed, random_kind (seed));
  if (deep)
    {
      rows->gray32 (rgb32, (void *) outputs.tested, width);
      conv2d_rows_scalar.gray32 (rgb32, (void *) outputs.expected, width);
    }
  else
    {
      rows->gray8 (rgb8, (void *) outputs.tested, width);
      conv2d_rows_scalar.gray8 (rgb8, (void *) outputs.expected, width);
    }
  return (deep ? same_floats (&outputs, what, sizeof what) : same_bytes (&outputs, what, sizeof what))
         || report (text, size, "%s, width %d: %s", deep ? "float" : "8-bit", width, what);
}

/* ---- whole layers ---- */

#define MAX_FILTERS 7

typedef struct
{
  Conv2dLayer layer;
  Conv2dPlane plane;
  Conv2dPixel pixel;
  int channels;
  bool stream;
  int spare; /* pixels behind each row that may be overwritten, in a streamed map of floats */
} Picture;

static void
random_layer (Conv2dLayer *layer, uint64_t *seed)
{
  static float weights[MAX_FILTERS * CONV2D_MAX_SIZE * CONV2D_MAX_SIZE];
  int size;

  *layer = (Conv2dLayer) { .stride = random_int (seed, 0, 1) ? 1 : random_int (seed, 1, 5),
                           .dilation = random_int (seed, 0, 1) ? 1 : random_int (seed, 1, 4),
                           .padding_mode = (Conv2dPaddingMode) random_int (seed, 0, 3),
                           .padding_rows = random_int (seed, 0, 4),
                           .padding_columns = random_int (seed, 0, 4),
                           .bias = random_int (seed, 0, 1) ? 0 : random_value (seed, FRACTIONS) };
  layer->filters = (Conv2dBank) { .count = random_int (seed, 1, MAX_FILTERS),
                                  .rows = random_int (seed, 1, 9),
                                  .columns = random_int (seed, 1, 9),
                                  .weights = weights };
  size = layer->filters.rows * layer->filters.columns;
  fill (weights, layer->filters.count * size, seed, random_int (seed, 0, 1) ? INTEGERS : FRACTIONS);
  if (layer->filters.count > 1)
    for (int i = 0; i < size; i++)
      weights[size + i] = -weights[i];
}

static void
random_plane (Conv2dPlane *plane, uint64_t *seed)
{
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_U16, CONV2D_F32, CONV2D_F32 };
  size_t bytes;

  *plane = (Conv2dPlane) { .depth = depths[random_int (seed, 0, 3)],
                           .width = random_int (seed, 1, 2 * MAX_WIDTH),
                           .height = random_int (seed, 1, MAX_HEIGHT + 9) };
  plane->stride = (ptrdiff_t) plane->depth * (plane->width + random_int (seed, 0, 5));
  bytes = (size_t) plane->stride * (size_t) (plane->height - 1) + (size_t) plane->width * plane->depth;
  plane->codes = place (0, bytes, seed);
  if (plane->depth == CONV2D_F32)
    fill ((float *) plane->codes, (int) (bytes / sizeof (float)), seed, random_int (seed, 0, 9) ? FRACTIONS : SPECIALS);
  else
    for (size_t i = 0; i < bytes; i++)
      ((uint8_t *) plane->codes)[i] = (uint8_t) random_bits (seed);
}

static size_t
row_size (const Picture *picture, Conv2dArea area)
{
  size_t pixel = (picture->pixel == CONV2D_BYTE ? 1 : sizeof (float)) * (size_t) picture->channels;

  return pixel * (size_t) (area.width + picture->spare);
}

/* Some maps of AREA, one after the other in PIXELS; returns the bytes. */
static size_t
draw (const Conv2dPlan *plan, const Picture *picture, Conv2dArea area, const Conv2dRange *ranges, char *pixels)
{
  Conv2dWork *work = conv2d_work_new (plan);
  Conv2dTarget targets[2 * MAX_FILTERS] = { { .pixels = NULL } };
  size_t size = row_size (picture, area) * (size_t) area.height, used = 0;
  int maps = picture->layer.filters.count;

  for (int i = 0; i < 2 * maps; i++)
    if (i % 3 != 2)
      {
        targets[i] = (Conv2dTarget) { .pixels = pixels + used,
                                      .stride = (ptrdiff_t) row_size (picture, area),
                                      .pixel = picture->pixel,
                                      .channels = picture->channels,
                                      .black = ranges[i].min,
                                      .white = ranges[i].max,
                                      .stream = picture->stream,
                                      .spare = picture->spare };
        used += size;
      }
  if (!work)
    abort ();
  conv2d_plan_maps (plan, work, area, targets);
  conv2d_work_free (work);
  return used;
}

static void
measure (const Conv2dPlan *plan, Conv2dArea area, Conv2dRange *ranges)
{
  Conv2dWork *work = conv2d_work_new (plan);

  if (!work)
    abort ();
  for (int i = 0; i < 2 * MAX_FILTERS; i++)
    ranges[i] = CONV2D_RANGE_NONE;
  conv2d_plan_range (plan, work, area, ranges);
  conv2d_work_free (work);
}

static Conv2dArea
random_area (const Conv2dGeometry *geometry, uint64_t *seed)
{
  Conv2dArea area = { .x = random_int (seed, 0, geometry->width - 1), .y = random_int (seed, 0, geometry->height - 1) };

  area.width = random_int (seed, 1, geometry->width - area.x);
  area.height = random_int (seed, 1, geometry->height - area.y);
  if (random_int (seed, 0, 1))
    area.width = geometry->width - area.x;
  area.width = area.width < MAX_WIDTH ? area.width : MAX_WIDTH;
  area.height = area.height < MAX_HEIGHT ? area.height : MAX_HEIGHT;
  return area;
}

/* What may be overwritten is no difference: behind the right edge of the maps,
 * up to the end of a line. */
static void
forgive_spare (const Picture *picture, const Conv2dGeometry *geometry, Conv2dArea area, size_t used, Outputs *outputs)
{
  size_t row = row_size (picture, area), spare = sizeof (float) * (size_t) picture->spare;
  size_t line = CONV2D_LINE;

  if (picture->spare == 0 || area.x + area.width < geometry->width)
    return;
  for (size_t end = row; end <= used; end += row)
    {
      size_t left = line - (uintptr_t) (outputs->tested + end - spare) % line;

      if (left < line && left <= spare)
        memcpy (outputs->expected + end - spare, outputs->tested + end - spare, left);
    }
}

static bool
check_plans (const Conv2dPlan *tested, const Conv2dPlan *expected, const Picture *picture, uint64_t *seed, char *text,
             size_t size)
{
  Conv2dArea area = random_area (conv2d_plan_geometry (tested), seed);
  Conv2dRange ranges[2][2 * MAX_FILTERS];
  Outputs outputs = outputs_new (ROOM / 2, sizeof (float), seed);
  size_t used;

  measure (tested, area, ranges[0]);
  measure (expected, area, ranges[1]);
  if (memcmp (ranges[0], ranges[1], sizeof ranges[0]) != 0)
    return report (text, size, "the ranges differ");
  used = draw (tested, picture, area, ranges[0], outputs.tested);
  draw (expected, picture, area, ranges[0], outputs.expected);
  forgive_spare (picture, conv2d_plan_geometry (tested), area, used, &outputs);
  outputs.size = used;
  return picture->pixel == CONV2D_BYTE ? same_bytes (&outputs, text, size) : same_floats (&outputs, text, size);
}

static bool
check_layer (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size)
{
  Picture picture = { .pixel = (Conv2dPixel) random_int (seed, 0, 2),
                      .channels = random_int (seed, 0, 3) ? 1 : 3,
                      .stream = random_int (seed, 0, 1) };
  Conv2dPlan *tested, *expected;
  char what[120];
  bool same;

  if (picture.stream && picture.pixel == CONV2D_ACTIVATION && picture.channels == 1)
    picture.spare = random_int (seed, 0, CONV2D_LINE_FLOATS);
  do
    {
      random_layer (&picture.layer, seed);
      random_plane (&picture.plane, seed);
      tested = conv2d_plan_new_for (rows, &picture.layer, &picture.plane, NULL);
    }
  while (!tested);
  expected = conv2d_plan_new_for (&conv2d_rows_scalar, &picture.layer, &picture.plane, NULL);
  if (!expected)
    abort ();
  same = check_plans (tested, expected, &picture, seed, what, sizeof what)
         || report (text, size, "%d filters %dx%d, stride %d, dilation %d, plane %dx%d of %d bytes, pixel %d x %d: %s",
                    picture.layer.filters.count, picture.layer.filters.rows, picture.layer.filters.columns,
                    picture.layer.stride, picture.layer.dilation, picture.plane.width, picture.plane.height,
                    (int) picture.plane.depth, (int) picture.pixel, picture.channels, what);
  conv2d_plan_free (tested);
  conv2d_plan_free (expected);
  return same;
}

/* ---- all ---- */

const RowsCheck rows_checks[] = {
  { "dot", check_dot, 32 },     { "stream", check_stream, 8 }, { "activation", check_activation, 8 },
  { "unit", check_unit, 8 },    { "byte", check_byte, 12 },    { "range", check_range, 8 },
  { "active", check_active, 8 },
  { "codes", check_codes, 8 },  { "gray", check_gray, 8 },     { "layer", check_layer, 8 },
  { "quotients", check_quotients, 0 }, /* once: all there are */
};
const int n_rows_checks = (int) (sizeof rows_checks / sizeof *rows_checks);
