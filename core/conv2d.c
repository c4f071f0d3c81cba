/* conv2d.c: the layer: checks, sizes, and its maps area by area.
 * Works through an area in segments of columns, row by row, so that the few
 * input lines a row of filters needs stay in the first cache; knows no
 * instruction set and no pixel format but those of Conv2dTarget. */

#include "conv2d.h"
#include "conv2d-row.h"
#include "plane.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENT 1024        /* columns of a map worked on at a time, a multiple of 64 */
#define STREAM_SEGMENT 4096 /* the same of streamed maps: memory likes long rows better than cached input */

/* W and -W share their sums; conv (-W) = 0 - conv (W) to the bit. */
typedef struct
{
  int sum; /* index into the plan's sums */
  bool negate;
} Use;

struct Conv2dPlan
{
  const Conv2dLayer *layer;
  const Conv2dPlane *plane;
  const Conv2dRows *rows;
  Conv2dGeometry geometry;
  float bias; /* never -0 */

  int sum_count;
  const float *sum_weights[CONV2D_MAX_FILTERS];
  Use uses[CONV2D_MAX_FILTERS];           /* by map */
  int users[CONV2D_MAX_FILTERS];          /* the maps, those of one sum together */
  int first_user[CONV2D_MAX_FILTERS + 1]; /* by sum, and the end */

  /* Input columns are read in as many phases as the stride needs, so that
   * each tap reads consecutive floats. */
  int phase_count;
  int phases[CONV2D_MAX_SIZE];
  ptrdiff_t offsets[CONV2D_MAX_SIZE];
  int reach;       /* floats of a phase beyond the segment's own */
  int longest;     /* columns of a segment at most */
  ptrdiff_t pitch; /* floats from one phase to the next */
};

struct Conv2dWork
{
  const Conv2dPlan *plan;
  float *lines;                        /* [rows][phases][pitch] */
  float *sums;                         /* [CONV2D_BLOCK][longest] */
  long held[CONV2D_MAX_SIZE];          /* which input row each slot holds */
  const float *slots[CONV2D_MAX_SIZE]; /* its first phase */
  long first;                          /* input column of the segment */
};

/* ---- sizes ---- */

static Conv2dStatus
fail (Conv2dError *error, Conv2dStatus status, long value, long limit, bool along_columns)
{
  if (error)
    *error = (Conv2dError) { .status = status, .value = value, .limit = limit, .along_columns = along_columns };
  return status;
}

static Conv2dStatus
measure (const Conv2dLayer *layer, bool along_columns, int size, int *before, int *after, int *output,
         Conv2dError *error)
{
  int padding = along_columns ? layer->padding_columns : layer->padding_rows;
  int reach = layer->dilation * ((along_columns ? layer->filters.columns : layer->filters.rows) - 1);
  long padded;

  *before = layer->same ? reach / 2 : padding;
  *after = layer->same ? reach - reach / 2 : padding;
  if (layer->padding_mode == CONV2D_REFLECT && *after > size - 1)
    return fail (error, CONV2D_PADDING_TOO_LARGE, *after, size - 1, along_columns);
  if (layer->padding_mode == CONV2D_CIRCULAR && *after > size)
    return fail (error, CONV2D_PADDING_TOO_LARGE, *after, size, along_columns);

  padded = (long) size + *before + *after;
  if (padded < reach + 1)
    return fail (error, CONV2D_OUTPUT_EMPTY, reach + 1, padded, along_columns);
  *output = (int) ((padded - reach - 1) / layer->stride) + 1;
  return CONV2D_OK;
}

Conv2dStatus
conv2d_layer_measure (const Conv2dLayer *layer, int width, int height, Conv2dGeometry *geometry, Conv2dError *error)
{
  Conv2dGeometry g = { 0 };
  Conv2dStatus status;

  if (layer->same && layer->stride != 1)
    return fail (error, CONV2D_SAME_NEEDS_STRIDE_1, layer->stride, 1, false);
  status = measure (layer, false, height, &g.top, &g.bottom, &g.height, error);
  if (status == CONV2D_OK)
    status = measure (layer, true, width, &g.left, &g.right, &g.width, error);
  if (status == CONV2D_OK)
    *geometry = g;
  return status;
}

/* ---- the plan ---- */

static bool
same_weights (const float *a, const float *b, float sign, int size)
{
  for (int i = 0; i < size; i++)
    if (a[i] != sign * b[i])
      return false;
  return true;
}

static void
find_pairs (Conv2dPlan *plan, const Conv2dBank *filters)
{
  int size = filters->rows * filters->columns;

  for (int m = 0; m < filters->count; m++)
    {
      const float *weights = filters->weights + (size_t) m * (size_t) size;
      int s = 0;

      while (s < plan->sum_count && !same_weights (weights, plan->sum_weights[s], 1, size)
             && !same_weights (weights, plan->sum_weights[s], -1, size))
        s++;
      if (s == plan->sum_count)
        plan->sum_weights[plan->sum_count++] = weights;
      plan->uses[m] = (Use) { .sum = s, .negate = !same_weights (weights, plan->sum_weights[s], 1, size) };
    }
}

/* A row's work must not grow with the square of the maps. */
static void
group_users (Conv2dPlan *plan)
{
  int used = 0;

  for (int s = 0; s < plan->sum_count; s++)
    {
      plan->first_user[s] = used;
      for (int m = 0; m < plan->layer->filters.count; m++)
        if (plan->uses[m].sum == s)
          plan->users[used++] = m;
    }
  plan->first_user[plan->sum_count] = used;
}

static void
lay_out_phases (Conv2dPlan *plan)
{
  int stride = plan->layer->stride;

  plan->reach = (plan->layer->filters.columns - 1) * plan->layer->dilation / stride;
  plan->longest = stride == 1 && plan->rows->stream ? STREAM_SEGMENT : SEGMENT;
  /* Lines of a multiple of 4096 bytes would meet in the same cache sets. */
  plan->pitch = (plan->longest + plan->reach + CONV2D_LINE_FLOATS - 1) / CONV2D_LINE_FLOATS * CONV2D_LINE_FLOATS
                + CONV2D_LINE_FLOATS;
  for (int j = 0; j < plan->layer->filters.columns; j++)
    {
      int column = j * plan->layer->dilation;
      int p = 0;

      while (p < plan->phase_count && plan->phases[p] != column % stride)
        p++;
      if (p == plan->phase_count)
        plan->phases[plan->phase_count++] = column % stride;
      plan->offsets[j] = p * plan->pitch + column / stride;
    }
}

Conv2dPlan *
conv2d_plan_new (const Conv2dLayer *layer, const Conv2dPlane *plane, Conv2dError *error)
{
  return conv2d_plan_new_for (conv2d_rows (), layer, plane, error);
}

Conv2dPlan *
conv2d_plan_new_for (const Conv2dRows *rows, const Conv2dLayer *layer, const Conv2dPlane *plane, Conv2dError *error)
{
  Conv2dGeometry geometry;
  Conv2dPlan *plan;

  if (conv2d_layer_measure (layer, plane->width, plane->height, &geometry, error) != CONV2D_OK)
    return NULL;
  plan = calloc (1, sizeof *plan);
  if (!plan)
    {
      fail (error, CONV2D_NO_MEMORY, 0, 0, false);
      return NULL;
    }
  plan->layer = layer;
  plan->plane = plane;
  plan->rows = rows;
  plan->geometry = geometry;
  plan->bias = layer->bias + 0.0f;
  find_pairs (plan, &layer->filters);
  group_users (plan);
  lay_out_phases (plan);
  return plan;
}

void
conv2d_plan_free (Conv2dPlan *plan)
{
  free (plan);
}

const Conv2dGeometry *
conv2d_plan_geometry (const Conv2dPlan *plan)
{
  return &plan->geometry;
}

Conv2dWork *
conv2d_work_new (const Conv2dPlan *plan)
{
  size_t lines = (size_t) plan->layer->filters.rows * (size_t) plan->phase_count * (size_t) plan->pitch;
  Conv2dWork *work = calloc (1, sizeof *work);

  if (!work)
    return NULL;
  work->plan = plan;
  work->lines = malloc (lines * sizeof *work->lines);
  work->sums = malloc ((size_t) CONV2D_BLOCK * (size_t) plan->longest * sizeof *work->sums);
  if (work->lines && work->sums)
    return work;
  conv2d_work_free (work);
  return NULL;
}

void
conv2d_work_free (Conv2dWork *work)
{
  if (!work)
    return;
  free (work->lines);
  free (work->sums);
  free (work);
}

/* ---- the maps ---- */

/* The input lines of output row Y of the segment, WIDTH columns wide. */
static void
find_lines (Conv2dWork *work, int y, int width, Conv2dTaps *taps)
{
  const Conv2dPlan *plan = work->plan;
  const Conv2dLayer *layer = plan->layer;
  int rows = layer->filters.rows;
  int count = width + plan->reach;
  /* Rows that the next output rows share keep their slot. */
  int slot = (int) ((long) y * layer->stride / layer->dilation % rows);

  for (int i = 0; i < rows; i++, slot = slot + 1 < rows ? slot + 1 : 0)
    {
      long row = (long) y * layer->stride + (long) i * layer->dilation - plan->geometry.top;
      float *line = work->lines + (ptrdiff_t) slot * plan->phase_count * plan->pitch;

      if (work->held[slot] != row)
        {
          work->held[slot] = row;
          work->slots[slot]
              = conv2d_plane_line_in_place (plan->plane, layer->padding_mode, row, work->first, layer->stride, count);
          for (int p = 0; !work->slots[slot] && p < plan->phase_count; p++)
            conv2d_plane_line (plan->plane, plan->rows, layer->padding_mode, row, work->first + plan->phases[p],
                               layer->stride, count, line + p * plan->pitch);
          if (!work->slots[slot])
            work->slots[slot] = line;
        }
      taps->lines[i] = work->slots[slot];
    }
  /* The row that the next output row is the first to need, while this one is
   * worked on: of rows that lie pages apart the processor foresees nothing,
   * and half of the time of a large picture would be waiting. */
  conv2d_plane_fetch (plan->plane,
                      (long) (y + 1) * layer->stride + (long) (rows - 1) * layer->dilation - plan->geometry.top,
                      work->first, (long) count * layer->stride);
}

/* What a walk over an area does with the sums of one row of a segment: SUMS
 * belong to those of the plan from FIRST on. */
typedef struct Walk Walk;
struct Walk
{
  void (*take) (const Walk *walk, int first, int count, float *const *sums, int x, int y, int width);
  const Conv2dPlan *plan;
  Conv2dArea area;
  bool wanted[CONV2D_MAX_FILTERS]; /* by sum */
  Conv2dRange *ranges;
  uint64_t *active; /* or NULL */
  const Conv2dTarget *targets;
  bool stream; /* some target asks for it, and the set can */
  int spare;   /* columns behind the area that all streamed maps may overwrite */
};

static void *
pixels_at (const Conv2dTarget *target, int x, int y)
{
  size_t pixel = (target->pixel == CONV2D_BYTE ? 1 : sizeof (float)) * (size_t) target->channels;

  return (char *) target->pixels + y * target->stride + (ptrdiff_t) ((size_t) x * pixel);
}

/* Where the maps of these sums go if all can be streamed, by sum; HEAD: the
 * columns before the first whole line of memory, the same for all. */
static bool
find_streams (const Walk *walk, int first, int count, int x, int y, Conv2dStream *streams, int *ends, int *head)
{
  const Conv2dPlan *plan = walk->plan;
  int maps = plan->layer->filters.count;
  int used = 0;

  for (int n = 0; n < count; n++)
    {
      for (int u = 2 * plan->first_user[first + n]; u < 2 * plan->first_user[first + n + 1]; u++)
        {
          int map = plan->users[u / 2];
          bool relu = u % 2;
          const Conv2dTarget *target = &walk->targets[relu ? maps + map : map];
          Conv2dFinish finish = { .negate = plan->uses[map].negate, .bias = plan->bias, .relu = relu };
          float *pixels;
          int before;

          if (!target->pixels)
            continue;
          if (!target->stream || target->pixel != CONV2D_ACTIVATION || target->channels != 1)
            return false;
          pixels = pixels_at (target, x, y);
          before = (int) (-(uintptr_t) pixels % CONV2D_LINE / sizeof *pixels);
          if (used > 0 && before != *head)
            return false;
          *head = before;
          streams[used++] = (Conv2dStream) { finish, pixels + before };
        }
      ends[n] = used;
    }
  return true;
}

/* Columns X to X + WIDTH of the sums from FIRST on; TAPS begin there. */
static void
walk_sums (const Walk *walk, Conv2dWork *work, const Conv2dTaps *taps, int first, int count, int x, int y, int width)
{
  float *sums[CONV2D_BLOCK];

  if (width == 0)
    return;
  for (int n = 0; n < CONV2D_BLOCK; n++)
    sums[n] = work->sums + (ptrdiff_t) n * walk->plan->longest;
  walk->plan->rows->dot (taps, walk->plan->sum_weights + first, count, sums, width);
  walk->take (walk, first, count, sums, x, y, width);
}

static void
shift_taps (Conv2dTaps *taps, int columns)
{
  for (int i = 0; i < taps->rows; i++)
    taps->lines[i] += columns;
}

/* The same, but the whole lines of memory among them are streamed, the last
 * one also where it ends in columns that may be overwritten. */
static void
walk_streams (const Walk *walk, Conv2dWork *work, const Conv2dTaps *taps, int first, int count, int x, int y, int width)
{
  const Conv2dPlan *plan = walk->plan;
  Conv2dTaps shifted = *taps;
  Conv2dStream maps[2 * CONV2D_MAX_FILTERS];
  int ends[CONV2D_BLOCK];
  int head = 0, middle;

  if (!find_streams (walk, first, count, x, y, maps, ends, &head) || head + CONV2D_LINE_FLOATS > width)
    {
      walk_sums (walk, work, taps, first, count, x, y, width);
      return;
    }
  middle = width - head;
  if (x + width < walk->area.width
      || (CONV2D_LINE_FLOATS - middle % CONV2D_LINE_FLOATS) % CONV2D_LINE_FLOATS > walk->spare)
    middle = middle / CONV2D_LINE_FLOATS * CONV2D_LINE_FLOATS;
  walk_sums (walk, work, taps, first, count, x, y, head);
  shift_taps (&shifted, head);
  plan->rows->stream (&shifted, plan->sum_weights + first, count, maps, ends, middle);
  shift_taps (&shifted, middle);
  walk_sums (walk, work, &shifted, first, count, x + head + middle, y, width - head - middle);
}

static void
widen (Conv2dRange *range, float min, float max)
{
  range->min = fminf (range->min, min);
  range->max = fmaxf (range->max, max);
}

/* MIN to MAX are values of the map; ReLU keeps the order, so that they give
 * those of its rectified twin. */
static void
widen_both (const Walk *walk, int map, float min, float max)
{
  widen (&walk->ranges[map], min, max);
  widen (&walk->ranges[walk->plan->layer->filters.count + map], fmaxf (0, min), fmaxf (0, max));
}

/* Only the ends of the sums; where one is not finite, each sum is looked at. */
static void
walk_extremes (const Walk *walk, Conv2dWork *work, const Conv2dTaps *taps, int first, int count, int x, int y,
               int width)
{
  const Conv2dPlan *plan = walk->plan;
  float min[CONV2D_BLOCK], max[CONV2D_BLOCK];
  bool finite = plan->rows->extremes (taps, plan->sum_weights + first, count, min, max, width);

  for (int u = plan->first_user[first]; finite && u < plan->first_user[first + count]; u++)
    {
      int m = plan->users[u];
      float low = min[plan->uses[m].sum - first], high = max[plan->uses[m].sum - first];

      conv2d_finish_range ((Conv2dFinish) { .negate = plan->uses[m].negate, .bias = plan->bias }, &low, &high);
      finite = isfinite (low) && isfinite (high);
      if (finite)
        widen_both (walk, m, low, high);
    }
  if (!finite)
    walk_sums (walk, work, taps, first, count, x, y, width);
}

static void
walk_row (const Walk *walk, Conv2dWork *work, const Conv2dTaps *taps, int x, int y, int width)
{
  const Conv2dPlan *plan = walk->plan;

  for (int first = 0; first < plan->sum_count;)
    {
      int count = 0;

      while (first < plan->sum_count && !walk->wanted[first])
        first++;
      while (first + count < plan->sum_count && count < CONV2D_BLOCK && walk->wanted[first + count])
        count++;
      if (count > 0 && walk->stream)
        walk_streams (walk, work, taps, first, count, x, y, width);
      else if (count > 0 && walk->ranges && !walk->active && plan->rows->extremes)
        walk_extremes (walk, work, taps, first, count, x, y, width);
      else if (count > 0)
        walk_sums (walk, work, taps, first, count, x, y, width);
      first += count;
    }
}

static void
walk_area (const Walk *walk, Conv2dWork *work)
{
  const Conv2dPlan *plan = walk->plan;
  Conv2dArea area = walk->area;
  Conv2dTaps taps = { .rows = plan->layer->filters.rows, .columns = plan->layer->filters.columns };
  int longest = walk->stream ? plan->longest : SEGMENT;
  /* Even segments: the work of a short one is mostly its ends. */
  int segments = (area.width + longest - 1) / longest;
  int segment = segments > 0 ? ((area.width + segments - 1) / segments + 63) / 64 * 64 : longest;

  memcpy (taps.offsets, plan->offsets, sizeof taps.offsets);
  for (int x = 0; x < area.width; x += segment)
    {
      int width = area.width - x < segment ? area.width - x : segment;

      work->first = (long) (area.x + x) * plan->layer->stride - plan->geometry.left;
      for (int i = 0; i < CONV2D_MAX_SIZE; i++)
        work->held[i] = LONG_MIN;
      for (int y = 0; y < area.height; y++)
        {
          find_lines (work, area.y + y, width, &taps);
          walk_row (walk, work, &taps, x, y, width);
        }
    }
}

static void
count_active (const Walk *walk, int map, const float *sums, Conv2dFinish finish, int width)
{
  const Conv2dPlan *plan = walk->plan;

  walk->active[map] += (uint64_t) plan->rows->active (sums, finish, width);
  finish.relu = true;
  walk->active[plan->layer->filters.count + map] += (uint64_t) plan->rows->active (sums, finish, width);
}

/* -inf, no part of a map's range, is a 0 of its rectified twin. */
static void
take_range (const Walk *walk, int first, int count, float *const *sums, int x, int y, int width)
{
  const Conv2dPlan *plan = walk->plan;
  int maps = plan->layer->filters.count;

  (void) x;
  (void) y;
  for (int u = plan->first_user[first]; u < plan->first_user[first + count]; u++)
    {
      int m = plan->users[u];
      const float *row_sums = sums[plan->uses[m].sum - first];
      Conv2dFinish finish = { .negate = plan->uses[m].negate, .bias = plan->bias };
      Conv2dRowRange row = { .finite = CONV2D_RANGE_NONE };

      if (walk->active)
        count_active (walk, m, row_sums, finish, width);
      plan->rows->range (row_sums, finish, &row, width);
      if (row.minus_infinity)
        widen (&walk->ranges[maps + m], 0, 0);
      if (row.finite.min <= row.finite.max)
        widen_both (walk, m, row.finite.min, row.finite.max);
    }
}

void
conv2d_plan_range (const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, Conv2dRange *ranges)
{
  conv2d_plan_survey (plan, work, area, ranges, NULL);
}

void
conv2d_plan_survey (const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, Conv2dRange *ranges, uint64_t *active)
{
  Walk walk = { .take = take_range, .plan = plan, .area = area, .ranges = ranges, .active = active };

  for (int s = 0; s < plan->sum_count; s++)
    walk.wanted[s] = true;
  walk_area (&walk, work);
}

static void
draw (const Conv2dRows *rows, const Conv2dTarget *target, const float *sums, Conv2dFinish finish, int x, int y,
      int width)
{
  void *pixels = pixels_at (target, x, y);

  switch (target->pixel)
    {
    case CONV2D_ACTIVATION:
      rows->activation (sums, finish, pixels, target->channels, width);
      break;
    case CONV2D_UNIT:
      rows->unit (sums, finish, target->black, target->white, pixels, target->channels, width);
      break;
    case CONV2D_BYTE:
    default:
      rows->byte (sums, finish, target->black, target->white, pixels, target->channels, width);
      break;
    }
}

static void
take_maps (const Walk *walk, int first, int count, float *const *sums, int x, int y, int width)
{
  const Conv2dPlan *plan = walk->plan;
  int maps = plan->layer->filters.count;

  for (int u = plan->first_user[first]; u < plan->first_user[first + count]; u++)
    for (int stage = 0; stage < 2; stage++)
      {
        int m = plan->users[u];
        const Conv2dTarget *target = &walk->targets[stage * maps + m];
        Conv2dFinish finish = { .negate = plan->uses[m].negate, .bias = plan->bias, .relu = stage == 1 };

        if (target->pixels)
          draw (plan->rows, target, sums[plan->uses[m].sum - first], finish, x, y, width);
      }
}

void
conv2d_plan_maps (const Conv2dPlan *plan, Conv2dWork *work, Conv2dArea area, const Conv2dTarget *targets)
{
  int maps = plan->layer->filters.count;
  Walk walk = { .take = take_maps, .plan = plan, .area = area, .targets = targets };

  walk.spare = area.x + area.width == plan->geometry.width ? CONV2D_LINE_FLOATS : 0;
  for (int i = 0; i < 2 * maps; i++)
    if (targets[i].pixels)
      {
        walk.wanted[plan->uses[i % maps].sum] = true;
        walk.stream |= targets[i].stream && plan->rows->stream;
        if (targets[i].spare < walk.spare)
          walk.spare = targets[i].spare;
      }
  walk_area (&walk, work);
  plan->rows->fence ();
}
