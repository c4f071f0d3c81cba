/* peers-core.c: the core as a shared library, for peers.py.  Knows the core
 * and threads; no other library. */

#include "conv2d-row.h"
#include "peers.h"
#include "stream.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_THREADS 64

struct PeersCore
{
  Conv2dLayer layer;
  Conv2dPlane plane;
  Conv2dPlan *plan;
};

const char *
peers_core_set (void)
{
  return conv2d_rows ()->name;
}

PeersCore *
peers_core_new (const float *input, int width, int height, float *weights, int count, int rows, int columns)
{
  PeersCore *core = calloc (1, sizeof *core);

  if (!core)
    return NULL;
  core->layer = (Conv2dLayer) { .stride = 1, .dilation = 1 };
  core->layer.filters = (Conv2dBank) { .count = count, .rows = rows, .columns = columns, .weights = weights };
  core->plane = (Conv2dPlane) {
    .depth = CONV2D_F32, .width = width, .height = height, .stride = (ptrdiff_t) sizeof *input * width, .codes = input
  };
  core->plan = conv2d_plan_new (&core->layer, &core->plane, NULL);
  if (core->plan)
    return core;
  free (core);
  return NULL;
}

void
peers_core_free (PeersCore *core)
{
  conv2d_plan_free (core->plan);
  free (core);
}

typedef struct
{
  const PeersCore *core;
  float *const *planes;
  ptrdiff_t stride;
  int first, end; /* rows */
  int planned;    /* the layer, not the streaming limit */
  int failed;
} Band;

static void
stream_band (const Band *band)
{
  size_t row = (size_t) band->stride / sizeof (float);

  copy_planes (&(Copy) { .in = band->core->plane.codes,
                         .out = band->planes,
                         .planes = 2 * band->core->layer.filters.count,
                         .from = (size_t) band->first * row,
                         .to = (size_t) band->end * row });
}

static void
convolve_band (Band *band)
{
  const Conv2dGeometry *geometry = conv2d_plan_geometry (band->core->plan);
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS];
  Conv2dWork *work = conv2d_work_new (band->core->plan);

  band->failed = !work;
  if (!work)
    return;
  for (int i = 0; i < 2 * band->core->layer.filters.count; i++)
    targets[i] = (Conv2dTarget) { .pixels = (char *) band->planes[i] + band->first * band->stride,
                                  .stride = band->stride,
                                  .pixel = CONV2D_ACTIVATION,
                                  .channels = 1,
                                  .stream = true,
                                  .spare = (int) (band->stride / (ptrdiff_t) sizeof (float)) - geometry->width };
  conv2d_plan_maps (band->core->plan, work, (Conv2dArea) { 0, band->first, geometry->width, band->end - band->first },
                    targets);
  conv2d_work_free (work);
}

static void *
run_band (void *data)
{
  Band *band = data;

  if (band->planned)
    convolve_band (band);
  else
    stream_band (band);
  return NULL;
}

static int
run (const PeersCore *core, float *const *planes, ptrdiff_t stride, int threads, int planned)
{
  pthread_t ids[MAX_THREADS];
  Band bands[MAX_THREADS];
  int height = conv2d_plan_geometry (core->plan)->height;
  int started = 1, failed = 0;

  if (threads < 1 || threads > MAX_THREADS)
    return 1;
  for (int t = 0; t < threads; t++)
    bands[t] = (Band) { .core = core,
                        .planes = planes,
                        .stride = stride,
                        .planned = planned,
                        .first = (int) ((long) height * t / threads),
                        .end = (int) ((long) height * (t + 1) / threads) };
  while (started < threads && pthread_create (&ids[started], NULL, run_band, &bands[started]) == 0)
    started++;
  run_band (&bands[0]);
  for (int t = 1; t < started; t++)
    pthread_join (ids[t], NULL);
  for (int t = 0; t < started; t++)
    failed |= bands[t].failed;
  return failed || started < threads;
}

int
peers_core_run (const PeersCore *core, float *const *planes, ptrdiff_t stride, int threads)
{
  return run (core, planes, stride, threads, 1);
}

int
peers_limit_run (const PeersCore *core, float *const *planes, ptrdiff_t stride, int threads)
{
  return run (core, planes, stride, threads, 0);
}
