/* bench-conv2d.c: what the core costs, beside what the memory costs: every
 * case takes turns with a loop that only reads one gray plane and streams as
 * many planes as the case writes.  Knows the core and threads; no GLib.
 * BENCH_ROUNDS=15 and BENCH_PIXELS=16777216 (the large pictures) are defaults;
 * CONV2D_CPU=avx2 times that set alone, BENCH_ONLY=text the cases named so. */

#define _GNU_SOURCE
#include "conv2d-row.h"
#include "stream.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define MAX_PLANES 64
#define MAX_ROUNDS 101

static int rounds = 15;
static float *planes[MAX_PLANES];
static float *input;

static int
least (int a, int b)
{
  return a < b ? a : b;
}

/* ---- memory ---- */

#define SHIFT ((size_t) 64 * 1024) /* floats */

typedef struct
{
  float *memory;
  size_t floats;
} Mapped;

/* Room for FLOATS of one plane, SHIFT more lie behind them; written before:
 * fresh pages cost many times more. */
static Mapped
map_plane (size_t floats)
{
  size_t size = (floats + SHIFT) * sizeof (float);
  float *memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED)
    {
      perror ("mmap");
      exit (1);
    }
#ifdef MADV_HUGEPAGE
  /* With the small ones, of which each row is another, both sides of a ratio walk page tables. */
  madvise (memory, size, MADV_HUGEPAGE);
#endif
  memset (memory, 1, size);
  return (Mapped) { memory, floats };
}

static void
fill_noise (float *plane, size_t floats)
{
  uint32_t bits = 1;

  for (size_t i = 0; i < floats; i++)
    {
      bits = bits * 1664525u + 1013904223u;
      plane[i] = (float) (bits >> 24) / 255.0f;
    }
}

/* ---- the limits ---- */

#ifdef __x86_64__
#define PEAK(FMA, SET, TYPE)                                                                                           \
  TYPE sums[12], factor = SET (0.999f);                                                                                \
  for (int i = 0; i < 12; i++)                                                                                         \
    sums[i] = SET ((float) i);                                                                                         \
  for (long n = 0; n < steps; n++)                                                                                     \
    {                                                                                                                  \
      _Pragma ("GCC unroll 12") for (int i = 0; i < 12; i++) sums[i] = FMA (sums[i], factor, factor);                  \
      __asm__ volatile("" : "+x"(factor));                                                                             \
    }                                                                                                                  \
  for (int i = 0; i < 12; i++)                                                                                         \
    __asm__ volatile("" : : "x"(sums[i]));

__attribute__ ((target ("avx512f"))) static void
peak_avx512 (long steps)
{
  PEAK (_mm512_fmadd_ps, _mm512_set1_ps, __m512)
}

__attribute__ ((target ("avx2,fma"))) static void
peak_avx2 (long steps)
{
  PEAK (_mm256_fmadd_ps, _mm256_set1_ps, __m256)
}
#endif

/* ---- cases ---- */

typedef enum
{
  MAPS,
  BYTES,
  BLOCKS,
  RANGES,
  COPY,
  PEAK,
  GRAY
} Kind;

/* What one round of a case does. */
typedef struct
{
  Kind kind;
  const Conv2dRows *rows;
  const Conv2dPlan *plan;
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS];
  Copy copy;
  const uint8_t *rgb;
  uint8_t *codes;
  int width, height; /* of what is made */
  int threads;
  int filters;
  double times[MAX_ROUNDS];
} Case;

#define PEAK_STEPS 200000L

typedef struct
{
  Case *which;
  int part;
} Part;

#define BLOCK_WIDTH 1024
#define BLOCK_HEIGHT 128

/* Bytes as the plug-in draws them: into a block of tiles that is handed over
 * and used again.  PART has the planes' PARTth half megabyte for its blocks. */
static void
run_blocks (const Case *c, Conv2dWork *work, int part, int y, int height)
{
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS];

  memcpy (targets, c->targets, sizeof targets);
  for (int i = 0; i < 2 * c->filters; i++)
    {
      targets[i].pixels = (char *) planes[i] + (size_t) part * BLOCK_WIDTH * BLOCK_HEIGHT;
      targets[i].stride = BLOCK_WIDTH;
    }
  for (int top = y; top < y + height; top += BLOCK_HEIGHT)
    for (int x = 0; x < c->width; x += BLOCK_WIDTH)
      {
        Conv2dArea area = { x, top, least (BLOCK_WIDTH, c->width - x), least (BLOCK_HEIGHT, y + height - top) };

        conv2d_plan_maps (c->plan, work, area, targets);
      }
}

static void
run_plan (const Case *c, int part, int y, int height)
{
  Conv2dWork *work = conv2d_work_new (c->plan);
  Conv2dArea area = { 0, y, c->width, height };
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS];

  if (c->kind == BLOCKS)
    run_blocks (c, work, part, y, height);
  else if (c->kind == RANGES)
    {
      for (int i = 0; i < 2 * c->filters; i++)
        ranges[i] = CONV2D_RANGE_NONE;
      conv2d_plan_range (c->plan, work, area, ranges);
    }
  else
    {
      memcpy (targets, c->targets, sizeof targets);
      for (int i = 0; i < 2 * c->filters; i++)
        if (targets[i].pixels)
          targets[i].pixels = (char *) targets[i].pixels + y * targets[i].stride;
      conv2d_plan_maps (c->plan, work, area, targets);
    }
  conv2d_work_free (work);
}

static void *
run_part (void *data)
{
  const Part *part = data;
  Case *c = part->which;
  int from = (int) ((long) c->height * part->part / c->threads);
  int to = (int) ((long) c->height * (part->part + 1) / c->threads);
  Copy copy = c->copy;

  switch (c->kind)
    {
    case COPY:
      copy.from = (size_t) from * (size_t) c->width / 16 * 16;
      copy.to = (size_t) to * (size_t) c->width / 16 * 16;
      copy_planes (&copy);
      break;
    case PEAK:
#ifdef __x86_64__
      if (strcmp (c->rows->name, "avx512") == 0)
        peak_avx512 (PEAK_STEPS);
      else if (strcmp (c->rows->name, "avx2") == 0)
        peak_avx2 (PEAK_STEPS);
#endif
      break;
    case GRAY:
      for (int y = from; y < to; y++)
        c->rows->gray8 (c->rgb + 3 * (size_t) y * (size_t) c->width, c->codes + (size_t) y * (size_t) c->width,
                        c->width);
      break;
    case MAPS:
    case BYTES:
    case BLOCKS:
    case RANGES:
    default:
      run_plan (c, part->part, from, to - from);
      break;
    }
  return NULL;
}

static double
milliseconds (void)
{
  struct timespec time;

  clock_gettime (CLOCK_MONOTONIC, &time);
  return (double) time.tv_sec * 1e3 + (double) time.tv_nsec * 1e-6;
}

static double
run_case (Case *c)
{
  pthread_t threads[16];
  Part parts[16];
  double start = milliseconds ();

  for (int t = 0; t < c->threads; t++)
    parts[t] = (Part) { c, t };
  for (int t = 1; t < c->threads; t++)
    pthread_create (&threads[t], NULL, run_part, &parts[t]);
  run_part (&parts[0]);
  for (int t = 1; t < c->threads; t++)
    pthread_join (threads[t], NULL);
  return milliseconds () - start;
}

static int
compare (const void *a, const void *b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static double
median (Case *c)
{
  qsort (c->times, (size_t) rounds, sizeof *c->times, compare);
  return c->times[rounds / 2];
}

/* All take turns, so that what disturbs one disturbs its neighbours too. */
static void
run_cases (Case **cases, int count)
{
  for (int i = 0; i < count; i++)
    run_case (cases[i]);
  for (int r = 0; r < rounds; r++)
    for (int i = 0; i < count; i++)
      cases[i]->times[r] = run_case (cases[i]);
}

/* ---- layers ---- */

static const Conv2dRows *sets[CONV2D_MAX_SETS];
static int set_count;

/* The input and COUNT outputs of FLOATS each; those there are stay. */
static void
need_planes (int count, size_t floats)
{
  static Mapped made[MAX_PLANES + 1];

  for (int p = 0; p <= count; p++)
    if (made[p].floats < floats)
      {
        if (made[p].memory)
          munmap (made[p].memory, (made[p].floats + SHIFT) * sizeof (float));
        made[p] = map_plane (floats);
        /* Planes a multiple of a page apart would share cache sets. */
        if (p == 0)
          fill_noise (input = made[p].memory, floats);
        else
          planes[p - 1] = made[p].memory + (size_t) p * 80 * 16 % SHIFT;
      }
}

typedef struct
{
  float weights[CONV2D_MAX_FILTERS * CONV2D_MAX_SIZE * CONV2D_MAX_SIZE];
  Conv2dLayer layer;
  Conv2dPlane plane;
} Picture;

/* COUNT filters SIZE x SIZE; PAIRS: each second one is the first negated. */
static void
picture_init (Picture *picture, int side, int count, int size, bool pairs)
{
  int weights = size * size;

  picture->layer = (Conv2dLayer) { .stride = 1, .dilation = 1 };
  picture->layer.filters = (Conv2dBank) { .count = count, .rows = size, .columns = size, .weights = picture->weights };
  for (int n = 0; n < count; n++)
    for (int i = 0; i < weights; i++)
      picture->weights[n * weights + i] = pairs && n % 2
                                              ? -picture->weights[(n - 1) * weights + i]
                                              : (float) ((n * 7 + i * 13) % 9 - 4) / 8.0f + 0.03f * (float) n;
  picture->plane = (Conv2dPlane) {
    .depth = CONV2D_F32, .width = side, .height = side, .stride = (ptrdiff_t) sizeof (float) * side, .codes = input
  };
}

/* Rows a multiple of 64 bytes long, so that every one can be streamed whole. */
static Case
case_new (Kind kind, const Conv2dRows *rows, const Picture *picture, int stages, int threads)
{
  Case c = { .kind = kind, .rows = rows, .threads = threads, .filters = picture->layer.filters.count };
  int pitch = (picture->plane.width + 15) / 16 * 16;

  c.plan = conv2d_plan_new_for (rows, &picture->layer, &picture->plane, NULL);
  if (!c.plan)
    exit (1);
  c.width = conv2d_plan_geometry (c.plan)->width;
  c.height = conv2d_plan_geometry (c.plan)->height;
  for (int i = 0; i < stages * c.filters; i++)
    c.targets[i]
        = (Conv2dTarget) { .pixels = planes[i],
                           .stride = (kind == BYTES || kind == BLOCKS ? 1 : (ptrdiff_t) sizeof (float)) * pitch,
                           .pixel = kind == BYTES || kind == BLOCKS ? CONV2D_BYTE : CONV2D_ACTIVATION,
                           .channels = 1,
                           .black = i < c.filters ? -4 : 0,
                           .white = 4,
                           .stream = true,
                           .spare = pitch - c.width };
  return c;
}

static Case
copy_case (int side, int count, int threads)
{
  return (Case) { .kind = COPY,
                  .copy = { .in = input, .out = planes, .planes = count },
                  .width = side,
                  .height = side,
                  .threads = threads };
}

static void
print_head (void)
{
  printf ("%-36s %7s %-7s %9s %8s %8s %8s  %s\n", "case", "threads", "set", "ns/pixel", "GMAC/s", "x limit", "of peak",
          "beside");
}

/* What a case is compared with; 0, or NULL, where there is none. */
typedef struct
{
  double limit;     /* ms that streaming took */
  double peak;      /* GMAC/s of nothing but multiply-adds */
  double other;     /* ns a pixel of another case */
  const char *name; /* of the other case */
} Beside;

static double
pixel_time (Case *c)
{
  return median (c) / ((double) c->width * c->height) * 1e6;
}

/* MACS: multiply-adds a pixel. */
static void
print_line (const char *name, Case *c, double macs, Beside beside)
{
  double pixel = pixel_time (c);

  printf ("%-36s %7d %-7s %9.3f", name, c->threads, c->rows ? c->rows->name : "limit", pixel);
  if (macs > 0)
    printf (" %8.1f", macs / pixel);
  else
    printf (" %8s", "");
  if (beside.limit > 0)
    printf (" %8.2f", median (c) / beside.limit);
  else
    printf (" %8s", "");
  if (beside.peak > 0)
    printf (" %7.0f%%", 100 * macs / pixel / beside.peak);
  else
    printf (" %8s", "");
  if (beside.name)
    printf ("  %.2f x %s", pixel / beside.other, beside.name);
  printf ("\n");
  fflush (stdout);
}

static bool
asked_for (const char *name)
{
  const char *only = getenv ("BENCH_ONLY");

  return !only || strstr (name, only);
}

/* ---- the table ---- */

static size_t
picture_floats (int side)
{
  return (size_t) side * (size_t) (side + 16);
}

static double
megapixels (int side)
{
  return (double) side * side / 1e6;
}

static void
bench_notebook (int side, int threads)
{
  static Picture picture;
  Case copy, cases[CONV2D_MAX_SETS], *all[CONV2D_MAX_SETS + 1];
  char name[60];

  snprintf (name, sizeof name, "4 filters 4x4, 8 planes, %.1f Mpx", megapixels (side));
  if (!asked_for (name))
    return;
  need_planes (8, picture_floats (side));
  picture_init (&picture, side, 4, 4, true);
  copy = copy_case (side, 8, threads);
  all[0] = &copy;
  for (int s = 0; s < set_count; s++)
    {
      cases[s] = case_new (MAPS, sets[s], &picture, 2, threads);
      all[s + 1] = &cases[s];
    }
  run_cases (all, set_count + 1);
  print_line (name, &copy, 0, (Beside) { .limit = median (&copy) });
  for (int s = 0; s < set_count; s++)
    print_line (name, &cases[s], 4 * 16, (Beside) { .limit = median (&copy) });
}

/* COUNT filters, none the negative of another, pre-ReLU only. */
static void
bench_size (int side, int size, int count)
{
  static Picture picture;
  char name[60];

  snprintf (name, sizeof name, "%d filters %dx%d, %.1f Mpx", count, size, size, megapixels (side));
  if (!asked_for (name))
    return;
  need_planes (count, picture_floats (side));
  picture_init (&picture, side, count, size, false);
  for (int s = 0; s < set_count; s++)
    {
      Case copy = copy_case (side, count, 1);
      Case c = case_new (MAPS, sets[s], &picture, 1, 1);
      Case peak = { .kind = PEAK, .rows = sets[s], .threads = 1 };
      Case *all[] = { &copy, &c, &peak };
      int lanes = strcmp (sets[s]->name, "avx512") == 0 ? 16 : strcmp (sets[s]->name, "avx2") == 0 ? 8 : 0;

      run_cases (all, 3);
      print_line (name, &c, (double) count * size * size,
                  (Beside) { .limit = median (&copy),
                             .peak = (double) lanes * 12 * (double) PEAK_STEPS / median (&peak) * 1e-6 });
    }
}

/* The passes of the plug-in, each beside the float pass. */
#define PASSES 4

static void
bench_passes (int side, int threads)
{
  static const struct
  {
    const char *name;
    Kind kind;
  } passes[PASSES] = { { "pass: 8 float planes", MAPS },
                       { "pass: 8 planes of bytes", BYTES },
                       { "pass: bytes in blocks", BLOCKS },
                       { "pass: ranges", RANGES } };
  static Picture picture;
  Case cases[PASSES], *all[PASSES];

  if (!asked_for ("pass"))
    return;
  need_planes (8, picture_floats (side));
  picture_init (&picture, side, 4, 4, true);
  for (int s = 0; s < set_count; s++)
    {
      for (int i = 0; i < PASSES; i++)
        {
          cases[i] = case_new (passes[i].kind, sets[s], &picture, 2, threads);
          all[i] = &cases[i];
        }
      run_cases (all, PASSES);
      for (int i = 0; i < PASSES; i++)
        print_line (passes[i].name, &cases[i], 4 * 16,
                    (Beside) { .other = pixel_time (&cases[0]), .name = i > 0 ? "float planes" : NULL });
    }
}

static void
bench_gray (int side)
{
  size_t pixels = (size_t) side * (size_t) side;

  if (!asked_for ("gray"))
    return;
  need_planes (2, pixels);
  for (int s = 0; s < set_count; s++)
    {
      Case copy = copy_case (side, 1, 1);
      Case c = { .kind = GRAY,
                 .rows = sets[s],
                 .rgb = (const uint8_t *) planes[0],
                 .codes = (uint8_t *) planes[1],
                 .width = side,
                 .height = side,
                 .threads = 1 };
      Case *all[] = { &copy, &c };

      run_cases (all, 2);
      print_line ("gray from R'G'B' u8", &c, 3, (Beside) { .limit = median (&copy) });
    }
}

/* The time a pixel takes in a picture of LARGE pixels beside one of SMALL:
 * nothing may grow faster than the picture. */
static void
bench_linear (int small, int large, int threads)
{
  static Picture pictures[2];
  char name[60], beside[20];

  snprintf (name, sizeof name, "linear: %.0f Mpx", megapixels (large));
  snprintf (beside, sizeof beside, "%.0f Mpx", megapixels (small));
  if (!asked_for (name))
    return;
  if ((double) sysconf (_SC_AVPHYS_PAGES) * (double) sysconf (_SC_PAGESIZE)
      < 1.2 * 9 * sizeof (float) * (double) picture_floats (large))
    {
      printf ("%-36s skipped: less memory is free than its nine planes need\n", name);
      return;
    }
  need_planes (8, picture_floats (large));
  picture_init (&pictures[0], small, 4, 4, true);
  picture_init (&pictures[1], large, 4, 4, true);
  for (int s = 0; s < set_count; s++)
    {
      Case few = case_new (MAPS, sets[s], &pictures[0], 2, threads);
      Case many = case_new (MAPS, sets[s], &pictures[1], 2, threads);
      Case *all[] = { &few, &many };

      run_cases (all, 2);
      print_line (name, &many, 4 * 16, (Beside) { .other = pixel_time (&few), .name = beside });
    }
}

int
main (void)
{
  const char *text = getenv ("BENCH_ROUNDS");
  const char *pixels = getenv ("BENCH_PIXELS");
  int large = 4096;
  static const int sizes[] = { 3, 4, 5, 7, 9, 11, 13, 15, 31 };

  if (text)
    rounds = atoi (text) < 1 ? 1 : atoi (text) > MAX_ROUNDS ? MAX_ROUNDS : atoi (text);
  if (pixels)
    large = (int) (sqrt (atof (pixels)) / 16) * 16;
  set_count = conv2d_rows_available (sets);
  if (getenv ("CONV2D_CPU"))
    {
      sets[0] = conv2d_rows ();
      set_count = 1;
    }
  else if (set_count > 1) /* scalar is the definition, not a way to work */
    memmove (sets, sets + 1, (size_t) --set_count * sizeof *sets);

  print_head ();
  for (int threads = 1; threads <= 2; threads++)
    {
      bench_notebook (1024, threads);
      bench_notebook (large, threads);
    }
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    bench_size (1024, sizes[i], 4);
  bench_size (1024, 4, 64);
  bench_passes (large, 1);
  bench_passes (large, 2);
  bench_gray (large);
  bench_linear (2048, 10000, 1);
  bench_linear (2048, 10000, 2);
  return 0;
}
