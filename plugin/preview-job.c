/* preview-job.c: how the preview's maps are computed: first the range of each
 * whole map, then those of its pixels that are in sight, reduced as they come.
 * Works in parts of about a millisecond on GEGL's threads and asks before each
 * whether it is still wanted.  Knows the core; no signal, no main loop, no buffer. */

#include "preview-job.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "preview-reduce.h"

#define FILTERS_AT_ONCE 8   /* that a band is computed for */
#define PART_WORK (8 << 20) /* fused multiply-adds between two looks at the newest request */
#define BAND_WIDTH 1024     /* map pixels */
#define BAND_HEIGHT 16      /* bands of all maps stay in the second cache */
#define SURVEY_HEIGHT 64
#define TASK_PIXELS (64 << 10) /* of a map */
#define TASK_SCREEN (8 << 10)  /* pixels of the screen, whose sums a thread holds */

/* ---- what is shared ---- */

ConvLayerGray *
conv_layer_gray_new (const Conv2dPlane *plane, guint serial)
{
  ConvLayerGray *gray = g_atomic_rc_box_new (ConvLayerGray);

  *gray = (ConvLayerGray) { *plane, serial };
  return gray;
}

ConvLayerGray *
conv_layer_gray_ref (ConvLayerGray *gray)
{
  return g_atomic_rc_box_acquire (gray);
}

static void
gray_clear (gpointer data)
{
  g_free ((gpointer) ((ConvLayerGray *) data)->plane.codes);
}

void
conv_layer_gray_unref (ConvLayerGray *gray)
{
  g_atomic_rc_box_release_full (gray, gray_clear);
}

static gsize
bank_size (const Conv2dBank *filters)
{
  return sizeof (gfloat) * (gsize) (filters->count * filters->rows * filters->columns);
}

ConvLayerSetup *
conv_layer_setup_new (const ConvLayerOptions *options)
{
  ConvLayerSetup *setup = g_atomic_rc_box_new (ConvLayerSetup);
  gfloat *weights = g_malloc (bank_size (&options->layer.filters));

  memcpy (weights, options->layer.filters.weights, bank_size (&options->layer.filters));
  *setup = (ConvLayerSetup) { .layer = options->layer, .grayscale = options->grayscale, .scale = options->scale };
  setup->layer.filters.weights = weights;
  return setup;
}

ConvLayerSetup *
conv_layer_setup_ref (ConvLayerSetup *setup)
{
  return g_atomic_rc_box_acquire (setup);
}

static void
setup_clear (gpointer data)
{
  g_free (((ConvLayerSetup *) data)->layer.filters.weights);
}

void
conv_layer_setup_unref (ConvLayerSetup *setup)
{
  g_atomic_rc_box_release_full (setup, setup_clear);
}

Conv2dLayer
conv_layer_setup_part (const ConvLayerSetup *setup, gint first, gint count)
{
  Conv2dLayer layer = setup->layer;

  layer.filters.weights += (gsize) first * (gsize) (layer.filters.rows * layer.filters.columns);
  layer.filters.count = count;
  return layer;
}

void
conv_layer_setup_origin (const ConvLayerSetup *setup, const Conv2dGeometry *geometry, gint *x, gint *y)
{
  const Conv2dLayer *layer = &setup->layer;

  *x = layer->dilation * (layer->filters.columns - 1) / 2 - geometry->left;
  *y = layer->dilation * (layer->filters.rows - 1) / 2 - geometry->top;
}

/* The maps have the same activations. */
static gboolean
same_layer (const Conv2dLayer *a, const Conv2dLayer *b)
{
  return a->filters.count == b->filters.count && a->filters.rows == b->filters.rows
         && a->filters.columns == b->filters.columns && a->same == b->same && a->padding_rows == b->padding_rows
         && a->padding_columns == b->padding_columns && a->padding_mode == b->padding_mode && a->stride == b->stride
         && a->dilation == b->dilation && memcmp (&a->bias, &b->bias, sizeof a->bias) == 0
         && memcmp (a->filters.weights, b->filters.weights, bank_size (&a->filters)) == 0;
}

/* ---- requests and answers ---- */

ConvLayerRequest *
conv_layer_request_new (const ConvLayerRequest *request)
{
  return g_memdup2 (request, sizeof *request);
}

void
conv_layer_request_free (ConvLayerRequest *request)
{
  g_clear_pointer (&request->gray, conv_layer_gray_unref);
  g_clear_pointer (&request->setup, conv_layer_setup_unref);
  g_free (request);
}

gboolean
conv_layer_request_is_stale (const ConvLayerRequest *request)
{
  guint newest = (guint) g_atomic_int_get (request->newest);

  return newest != request->serial && !(request->firm && newest != 0);
}

void
conv_layer_survey_clear (ConvLayerSurvey *survey)
{
  g_clear_pointer (&survey->setup, conv_layer_setup_unref);
  memset (survey, 0, sizeof *survey);
}

void
conv_layer_maps_free (ConvLayerMaps *maps)
{
  for (gint stage = 0; stage < 2; stage++)
    for (gint n = 0; n < CONV2D_MAX_FILTERS; n++)
      g_free ((gpointer) maps->pictures[stage][n].pixels);
  g_clear_pointer (&maps->setup, conv_layer_setup_unref);
  g_free (maps);
}

void
conv_layer_job_set_memory_error (GError **error)
{
  g_set_error_literal (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY,
                       _("There is not enough memory for the preview; select a smaller area or close other images."));
}

/* ---- tasks for several threads ---- */

typedef struct
{
  const ConvLayerRequest *request;
  gint count;
  gint next;   /* atomic */
  gint failed; /* atomic: no memory */
} Tasks;

/* -1: none is left, or none is wanted any more. */
static gint
next_task (Tasks *tasks)
{
  gint task;

  if (g_atomic_int_get (&tasks->failed) || conv_layer_request_is_stale (tasks->request))
    return -1;
  task = g_atomic_int_add (&tasks->next, 1);
  return task < tasks->count ? task : -1;
}

/* Calls FUNC (DATA) in as many threads as GEGL gives, to take tasks until none
 * is left: who is quicker takes more.  FALSE when it was given up or failed. */
static gboolean
run_tasks (Tasks *tasks, GeglParallelDistributeRangeFunc func, gpointer data, GError **error)
{
  if (tasks->count > 0)
    gegl_parallel_distribute_range ((gsize) tasks->count, 0.0, func, data);
  if (g_atomic_int_get (&tasks->failed))
    {
      conv_layer_job_set_memory_error (error);
      return FALSE;
    }
  return !conv_layer_request_is_stale (tasks->request);
}

/* Pixels of a map between two looks at the newest request. */
static gint
part_pixels (const Conv2dLayer *layer)
{
  /* Reading a line and shading a map cost about what some weights do. */
  gint work = layer->filters.count * (layer->filters.rows * layer->filters.columns + 16);

  return MAX (64, PART_WORK / work);
}

/* ---- the ranges ---- */

typedef struct
{
  Tasks tasks;
  const Conv2dPlan *plan;
  gint count;         /* filters */
  gint width, height; /* of a part */
  gint across;        /* parts side by side */

  GMutex lock;
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];
  guint64 active[2 * CONV2D_MAX_FILTERS];
} Surveying;

static void
survey_add (Surveying *surveying, const Conv2dRange *ranges, const guint64 *active)
{
  g_mutex_lock (&surveying->lock);
  for (gint i = 0; i < 2 * surveying->count; i++)
    {
      surveying->ranges[i].min = MIN (surveying->ranges[i].min, ranges[i].min);
      surveying->ranges[i].max = MAX (surveying->ranges[i].max, ranges[i].max);
      surveying->active[i] += active[i];
    }
  g_mutex_unlock (&surveying->lock);
}

static void
survey_parts (G_GNUC_UNUSED gsize first, G_GNUC_UNUSED gsize count, gpointer data)
{
  Surveying *surveying = data;
  const Conv2dGeometry *geometry = conv2d_plan_geometry (surveying->plan);
  Conv2dWork *work = conv2d_work_new (surveying->plan);
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];
  guint64 active[2 * CONV2D_MAX_FILTERS] = { 0 };
  gint task;

  for (gint i = 0; i < 2 * CONV2D_MAX_FILTERS; i++)
    ranges[i] = CONV2D_RANGE_NONE;
  if (!work)
    g_atomic_int_set (&surveying->tasks.failed, TRUE);
  while (work && (task = next_task (&surveying->tasks)) >= 0)
    {
      gint x = task % surveying->across * surveying->width;
      gint y = task / surveying->across * surveying->height;
      Conv2dArea area
          = { x, y, MIN (surveying->width, geometry->width - x), MIN (surveying->height, geometry->height - y) };

      conv2d_plan_survey (surveying->plan, work, area, ranges, active);
    }
  conv2d_work_free (work);
  survey_add (surveying, ranges, active);
}

/* Outputs FIRST to FIRST + COUNT into SURVEY. */
static gboolean
survey_outputs (const ConvLayerRequest *request, ConvLayerSurvey *survey, gint first, gint count, GError **error)
{
  Conv2dLayer layer = conv_layer_setup_part (request->setup, first, count);
  Conv2dPlan *plan = conv2d_plan_new (&layer, &request->gray->plane, NULL);
  Surveying surveying = { .tasks.request = request, .plan = plan, .count = count };
  const Conv2dGeometry *geometry;
  gint pixels = part_pixels (&layer);
  gboolean done;

  if (!plan)
    {
      conv_layer_job_set_memory_error (error);
      return FALSE;
    }
  geometry = conv2d_plan_geometry (plan);
  for (gint i = 0; i < 2 * count; i++)
    surveying.ranges[i] = CONV2D_RANGE_NONE;
  surveying.width = MIN (MIN (BAND_WIDTH, pixels), geometry->width);
  surveying.height = CLAMP (pixels / surveying.width, 1, SURVEY_HEIGHT);
  surveying.across = (geometry->width + surveying.width - 1) / surveying.width;
  surveying.tasks.count = surveying.across * ((geometry->height + surveying.height - 1) / surveying.height);
  g_mutex_init (&surveying.lock);
  done = run_tasks (&surveying.tasks, survey_parts, &surveying, error);
  g_mutex_clear (&surveying.lock);
  conv2d_plan_free (plan);

  for (gint n = 0; done && n < count; n++)
    {
      survey->known[first + n] = TRUE;
      for (gint stage = 0; stage < 2; stage++)
        {
          survey->ranges[stage][first + n] = surveying.ranges[stage * count + n];
          survey->active[stage][first + n] = surveying.active[stage * count + n];
        }
    }
  return done;
}

/* Makes SURVEY know the outputs FIRST to before END. */
static gboolean
survey_maps (const ConvLayerRequest *request, ConvLayerSurvey *survey, gint first, gint end, GError **error)
{
  if (!survey->setup || survey->gray != request->gray->serial
      || !same_layer (&survey->setup->layer, &request->setup->layer))
    {
      conv_layer_survey_clear (survey);
      survey->setup = conv_layer_setup_ref (request->setup);
      survey->gray = request->gray->serial;
    }
  while (first < end && survey->known[first])
    first++;
  while (first < end && survey->known[end - 1])
    end--;
  return first == end || survey_outputs (request, survey, first, end - first, error);
}

static void
set_facts (ConvLayerMaps *maps, const ConvLayerSurvey *survey)
{
  for (gint stage = 0; stage < 2; stage++)
    {
      Conv2dRange shared = CONV2D_RANGE_NONE;

      for (gint n = 0; n < CONV2D_MAX_FILTERS; n++)
        if (survey->known[n])
          {
            shared.min = MIN (shared.min, survey->ranges[stage][n].min);
            shared.max = MAX (shared.max, survey->ranges[stage][n].max);
          }
      for (gint n = 0; n < CONV2D_MAX_FILTERS; n++)
        if (survey->known[n])
          {
            Conv2dRange range = survey->ranges[stage][n];
            gboolean none = range.min > range.max;
            ConvLayerFacts *facts = &maps->facts[stage][n];

            *facts = (ConvLayerFacts) { .width = maps->geometry.width,
                                        .height = maps->geometry.height,
                                        .min = none ? 0 : range.min,
                                        .max = none ? 0 : range.max,
                                        .active = survey->active[stage][n],
                                        .pixels = (guint64) maps->geometry.width * (guint64) maps->geometry.height };
            conv_layer_scale_ends (maps->setup->scale, range, shared, &facts->black, &facts->white);
          }
    }
  memcpy (maps->known, survey->known, sizeof maps->known);
}

/* ---- bytes ---- */

/* Cut to 0..1 by masks of their bits, which order as the floats do: the compiler
 * makes vectors of these, not of comparisons that could meet a NaN. */
void
conv_layer_raw_bytes (const gfloat *restrict values, guchar *restrict bytes, gsize count)
{
  const gint32 one = 0x3f800000, infinite = 0x7f800000;

  for (gsize i = 0; i < count; i++)
    {
      gint32 bits;
      gfloat v;

      memcpy (&bits, &values[i], sizeof bits);
      /* cppcheck-suppress shiftTooManyBitsSigned ; gcc and clang both shift the sign in. */
      bits &= -(bits <= infinite) & ~(bits >> 31); /* NaN is no more than 0 */
      bits = MIN (bits, one);
      memcpy (&v, &bits, sizeof v);
      bytes[i] = (guchar) (gint) ((gdouble) v * 255 + 0.5); /* in float, some halves would come out wrong */
    }
}

void
conv_layer_code_bytes (Conv2dDepth depth, const void *codes, guchar *bytes, gsize count)
{
  if (depth == CONV2D_U8)
    memcpy (bytes, codes, count);
  else if (depth == CONV2D_U16)
    for (gsize i = 0; i < count; i++)
      bytes[i] = (guchar) ((((const guint16 *) codes)[i] * 255u + 32767u) / 65535u);
  else
    conv_layer_raw_bytes (codes, bytes, count);
}

/* ---- pictures ---- */

/* COUNT pictures of one size in one go. */
typedef struct
{
  Tasks tasks;
  ConvLayerAxis columns, rows;
  gint task_width, task_height; /* pixels of the screen */
  gint across;                  /* tasks side by side */
  gint part;                    /* pixels of a map at a time */
  gint count;
  ConvLayerPicture *pictures[2 * FILTERS_AT_ONCE];

  /* The maps; NULL: the input itself.  PLAN may have more maps than are drawn. */
  const Conv2dPlan *plan;
  const Conv2dPlane *plane;
  gboolean raw;
  const ConvLayerFacts *facts[2 * FILTERS_AT_ONCE];
} Drawing;

/* What a thread draws with. */
typedef struct
{
  Conv2dWork *work;
  gfloat *values; /* of one map's band, if they are raw */
  guchar *bytes;  /* of a band, map by map */
  guint64 *sums;  /* of a task, map by map */
} Brush;

#define BAND_PIXELS ((BAND_WIDTH + 1) * (BAND_HEIGHT + 1))

static void
brush_clear (Brush *brush)
{
  conv2d_work_free (brush->work);
  g_free (brush->values);
  g_free (brush->bytes);
  g_free (brush->sums);
}

static gboolean
brush_init (Brush *brush, const Drawing *drawing)
{
  gsize count = (gsize) drawing->count;

  *brush = (Brush) {
    .work = drawing->plan ? conv2d_work_new (drawing->plan) : NULL,
    .values = drawing->raw ? g_try_new (gfloat, BAND_PIXELS * count) : NULL,
    .bytes = g_try_malloc (BAND_PIXELS * count),
    .sums = g_try_new (guint64, count * (gsize) drawing->task_width * (gsize) drawing->task_height),
  };
  if (brush->bytes && brush->sums && (brush->work || !drawing->plan) && (brush->values || !drawing->raw))
    return TRUE;
  brush_clear (brush);
  return FALSE;
}

/* BAND of all maps, as bytes, one after the other. */
static void
fill_band (const Drawing *drawing, const Brush *brush, GeglRectangle band)
{
  Conv2dArea area = { band.x, band.y, band.width, band.height };
  gsize pixels = (gsize) band.width * (gsize) band.height;
  Conv2dTarget targets[2 * FILTERS_AT_ONCE] = { { .pixels = NULL } };

  for (gint y = 0; !drawing->plan && y < band.height; y++)
    conv_layer_code_bytes (drawing->plane->depth,
                           (const guchar *) drawing->plane->codes + (band.y + y) * drawing->plane->stride
                               + (gsize) band.x * drawing->plane->depth,
                           brush->bytes + (gsize) y * (gsize) band.width, (gsize) band.width);
  if (!drawing->plan)
    return;
  for (gint m = 0; m < drawing->count; m++)
    targets[m] = (Conv2dTarget) { .pixels = brush->values ? (gpointer) (brush->values + (gsize) m * pixels)
                                                          : (gpointer) (brush->bytes + (gsize) m * pixels),
                                  .stride = band.width * (ptrdiff_t) (brush->values ? sizeof (gfloat) : 1),
                                  .pixel = brush->values ? CONV2D_ACTIVATION : CONV2D_BYTE,
                                  .channels = 1,
                                  .black = drawing->facts[m]->black,
                                  .white = drawing->facts[m]->white };
  conv2d_plan_maps (drawing->plan, brush->work, area, targets);
  if (brush->values)
    conv_layer_raw_bytes (brush->values, brush->bytes, pixels * (gsize) drawing->count);
}

/* All of MAP's pixels that fall on SCREEN, band by band, to its pixels' means. */
static void
draw_means (const Drawing *drawing, const Brush *brush, GeglRectangle screen, GeglRectangle map)
{
  gsize size = (gsize) screen.width * (gsize) screen.height;
  gint width = MIN (MIN (BAND_WIDTH, drawing->part), map.width);
  gint height = CLAMP (drawing->part / width, 1, BAND_HEIGHT);
  GeglRectangle band;

  /* Even bands: each reads the lines around it again. */
  height = (map.height + (map.height + height - 1) / height - 1) / ((map.height + height - 1) / height);
  memset (brush->sums, 0, sizeof *brush->sums * size * (gsize) drawing->count);
  for (band.y = map.y; band.y < map.y + map.height; band.y += height)
    for (band.x = map.x; band.x < map.x + map.width; band.x += width)
      {
        if (conv_layer_request_is_stale (drawing->tasks.request))
          return;
        band.width = MIN (width, map.x + map.width - band.x);
        band.height = MIN (height, map.y + map.height - band.y);
        fill_band (drawing, brush, band);
        for (gint m = 0; m < drawing->count; m++)
          conv_layer_reduce (&drawing->columns, &drawing->rows, band,
                             brush->bytes + (gsize) m * (gsize) (band.width * band.height), (gsize) band.width, screen,
                             brush->sums + (gsize) m * size);
      }
  for (gint m = 0; m < drawing->count; m++)
    conv_layer_reduce_finish (&drawing->columns, &drawing->rows, screen, brush->sums + (gsize) m * size,
                              (guchar *) drawing->pictures[m]->pixels, drawing->pictures[m]->stride);
}

static void
draw_squares (const Drawing *drawing, const Brush *brush, GeglRectangle screen, GeglRectangle map)
{
  fill_band (drawing, brush, map);
  for (gint m = 0; m < drawing->count; m++)
    conv_layer_enlarge (&drawing->columns, &drawing->rows, map,
                        brush->bytes + (gsize) m * (gsize) (map.width * map.height), (gsize) map.width, screen,
                        (guchar *) drawing->pictures[m]->pixels, drawing->pictures[m]->stride);
}

static void
draw_tasks (G_GNUC_UNUSED gsize first, G_GNUC_UNUSED gsize count, gpointer data)
{
  Drawing *drawing = data;
  Brush brush;
  gint task;

  if (!brush_init (&brush, drawing))
    {
      g_atomic_int_set (&drawing->tasks.failed, TRUE);
      return;
    }
  while ((task = next_task (&drawing->tasks)) >= 0)
    {
      gint x = drawing->columns.from + task % drawing->across * drawing->task_width;
      gint y = drawing->rows.from + task / drawing->across * drawing->task_height;
      GeglRectangle screen = { x, y, MIN (drawing->task_width, drawing->columns.to - x),
                               MIN (drawing->task_height, drawing->rows.to - y) };
      GeglRectangle map;

      conv_layer_axis_span (&drawing->columns, x, x + screen.width, &map.x, &map.width);
      conv_layer_axis_span (&drawing->rows, y, y + screen.height, &map.y, &map.height);
      if (drawing->columns.squares)
        draw_squares (drawing, &brush, screen, map);
      else
        draw_means (drawing, &brush, screen, map);
    }
  brush_clear (&brush);
}

/* Tasks of a size that keeps all threads busy to the end.  SCALE: pixels of
 * the screen per pixel of a map. */
static void
lay_out_tasks (Drawing *drawing, gdouble scale)
{
  gint width = drawing->columns.to - drawing->columns.from;
  gint height = drawing->rows.to - drawing->rows.from;

  if (width <= 0 || height <= 0)
    return;
  if (drawing->columns.squares)
    {
      /* Squares a little less than a pixel large can be one more than the screen's. */
      drawing->task_width = MIN (width, MIN (BAND_WIDTH, drawing->part));
      drawing->task_height = CLAMP (drawing->part / drawing->task_width, 1, MIN (height, BAND_HEIGHT));
    }
  else
    {
      gint map_width = MAX (1, (gint) MIN (width / scale, (gdouble) G_MAXINT));

      drawing->task_width = CLAMP ((gint) (2 * BAND_WIDTH * scale), 1, width);
      map_width = MAX (1, map_width / ((width + drawing->task_width - 1) / drawing->task_width));
      drawing->task_height = CLAMP ((gint) (TASK_PIXELS / (gdouble) map_width * scale), 1, height);
      drawing->task_height = MIN (drawing->task_height, MAX (1, TASK_SCREEN / drawing->task_width));
    }
  drawing->across = (width + drawing->task_width - 1) / drawing->task_width;
  drawing->tasks.count = drawing->across * ((height + drawing->task_height - 1) / drawing->task_height);
}

/* Fits DRAWING to the request's view of maps of WIDTH x HEIGHT that begin at
 * X, Y of the input, and makes room for its pictures. */
static gboolean
drawing_init (Drawing *drawing, const ConvLayerRequest *request, gint x, gint y, gint step, gint width, gint height)
{
  const ConvLayerViewport *viewport = &request->viewport;

  drawing->tasks.request = request;
  if (!conv_layer_axis_init (&drawing->columns, request->width, viewport->x, viewport->zoom, x, step, width)
      || !conv_layer_axis_init (&drawing->rows, request->height, viewport->y, viewport->zoom, y, step, height))
    return FALSE;
  lay_out_tasks (drawing, viewport->zoom * step);
  for (gint m = 0; m < drawing->count; m++)
    {
      ConvLayerPicture *picture = drawing->pictures[m];

      *picture = (ConvLayerPicture) { .width = request->width,
                                      .height = request->height,
                                      .stride = (gsize) request->width,
                                      .pixels = g_try_malloc_n ((gsize) request->width, (gsize) request->height),
                                      .viewport = *viewport };
      if (!picture->pixels)
        return FALSE;
      memset ((gpointer) picture->pixels, 0, picture->stride * (gsize) picture->height);
      if (drawing->tasks.count > 0)
        picture->covered
            = (GeglRectangle) { drawing->columns.from, drawing->rows.from, drawing->columns.to - drawing->columns.from,
                                drawing->rows.to - drawing->rows.from };
    }
  return TRUE;
}

static void
drawing_clear (Drawing *drawing)
{
  conv_layer_axis_clear (&drawing->columns);
  conv_layer_axis_clear (&drawing->rows);
}

gboolean
conv_layer_job_draw_input (const ConvLayerRequest *request, ConvLayerPicture *picture, GError **error)
{
  const Conv2dPlane *plane = &request->gray->plane;
  Drawing drawing = { .count = 1, .pictures = { picture }, .plane = plane, .part = BAND_WIDTH * BAND_HEIGHT };
  gboolean done = FALSE;

  *picture = (ConvLayerPicture) { .pixels = NULL };
  if (drawing_init (&drawing, request, 0, 0, 1, plane->width, plane->height))
    done = run_tasks (&drawing.tasks, draw_tasks, &drawing, error);
  else
    conv_layer_job_set_memory_error (error);
  drawing_clear (&drawing);
  if (!done)
    {
      g_free ((gpointer) picture->pixels);
      picture->pixels = NULL;
    }
  return done;
}

/* Raw activations below 0 are black, so ReLU makes no other picture of them. */
static gboolean
copy_pictures (ConvLayerMaps *maps, gint first, gint count)
{
  for (gint n = first; n < first + count; n++)
    {
      ConvLayerPicture *from = &maps->pictures[0][n], *to = &maps->pictures[1][n];
      gsize size = from->stride * (gsize) from->height;

      *to = *from;
      to->pixels = g_try_malloc (size);
      if (!to->pixels)
        return FALSE;
      memcpy ((gpointer) to->pixels, from->pixels, size);
    }
  return TRUE;
}

/* Outputs FIRST to FIRST + COUNT, few of them, in sight. */
static gboolean
draw_outputs (const ConvLayerRequest *request, ConvLayerMaps *maps, gint first, gint count, GError **error)
{
  Conv2dLayer layer = conv_layer_setup_part (request->setup, first, count);
  Conv2dPlan *plan = conv2d_plan_new (&layer, &request->gray->plane, NULL);
  gboolean raw = request->setup->scale == CONV_LAYER_SCALE_RAW;
  gint stages = raw ? 1 : 2, x, y;
  Drawing drawing = { .count = stages * count, .plan = plan, .raw = raw, .part = part_pixels (&layer) };
  gboolean done = FALSE;

  for (gint stage = 0; stage < stages; stage++)
    for (gint n = 0; n < count; n++)
      {
        drawing.pictures[stage * count + n] = &maps->pictures[stage][first + n];
        drawing.facts[stage * count + n] = &maps->facts[stage][first + n];
      }
  conv_layer_setup_origin (request->setup, &maps->geometry, &x, &y);
  if (plan && drawing_init (&drawing, request, x, y, layer.stride, maps->geometry.width, maps->geometry.height))
    done = run_tasks (&drawing.tasks, draw_tasks, &drawing, error);
  else
    conv_layer_job_set_memory_error (error);
  if (done && raw && !copy_pictures (maps, first, count))
    {
      conv_layer_job_set_memory_error (error);
      done = FALSE;
    }
  drawing_clear (&drawing);
  conv2d_plan_free (plan);
  return done;
}

ConvLayerMaps *
conv_layer_job_draw_maps (const ConvLayerRequest *request, ConvLayerSurvey *survey, GError **error)
{
  const Conv2dLayer *layer = &request->setup->layer;
  const Conv2dPlane *plane = &request->gray->plane;
  gboolean shared = request->setup->scale == CONV_LAYER_SCALE_SHARED;
  gint first = CLAMP (request->first, 0, layer->filters.count);
  gint end = first + CLAMP (request->count, 0, layer->filters.count - first);
  ConvLayerMaps *maps;
  Conv2dGeometry geometry;
  Conv2dError core;
  gboolean done;

  if (conv2d_layer_measure (layer, plane->width, plane->height, &geometry, &core) != CONV2D_OK)
    {
      conv_layer_set_core_error (error, &core, NULL, NULL);
      return NULL;
    }
  done = survey_maps (request, survey, shared ? 0 : first, shared ? layer->filters.count : end, error);
  if (!done)
    return NULL;
  maps = g_new0 (ConvLayerMaps, 1);
  maps->serial = request->serial;
  maps->gray = request->gray->serial;
  maps->setup = conv_layer_setup_ref (request->setup);
  maps->geometry = geometry;
  set_facts (maps, survey);
  for (gint n = first; done && request->width > 0 && n < end; n += FILTERS_AT_ONCE)
    done = draw_outputs (request, maps, n, MIN (FILTERS_AT_ONCE, end - n), error);
  if (!done)
    g_clear_pointer (&maps, conv_layer_maps_free);
  return maps;
}
