/* render.c: from a buffer of pixels to buffers of activation maps, in two
 * passes over the gray plane: the first finds each map's range, the second
 * computes again and draws.  Computing twice costs less than keeping every
 * map.  Knows GEGL and the core; not libgimp, no layer, no undo. */

#include "render.h"
#include "pixels.h"

#include <glib/gi18n-lib.h>
#include <sys/mman.h>

#define FILTERS_AT_ONCE 8     /* that a block is computed for */
#define BLOCK_BYTES (2 << 20) /* of pixels a thread makes before it hands them over */
#define ROUNDS 16             /* of progress in a pass */
/* What GEGL takes for a moment when it starts, mostly babl's reading its cache,
 * which it does not check for; and what is needed then at the least. */
#define START_BYTES ((gsize) 400 << 20)
#define LEAST_CACHE ((guint64) 64 << 20) /* bytes of tiles that GEGL may keep */

typedef struct
{
  const ConvLayerOptions *options;
  const ConvLayerHost *host;
  const Conv2dPlan *plan;
  Conv2dGeometry geometry;
  gint count; /* filters */

  GPtrArray *maps;    /* ConvLayerMap */
  GPtrArray *buffers; /* of the maps, borrowed */
  gint first_row;     /* of the round */
  gint tile_height;

  GMutex lock;
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];
  gboolean failed; /* no memory in a thread */
} Render;

/* ---- rounds of bands ---- */

typedef void (*BandFunc) (Render *render, Conv2dWork *work, gint y, gint height);

typedef struct
{
  Render *render;
  BandFunc func;
  gint end_row;
} Round;

static void
run_bands (gsize first, gsize count, gpointer data)
{
  const Round *round = data;
  Render *render = round->render;
  Conv2dWork *work = conv2d_work_new (render->plan);

  if (!work)
    {
      g_mutex_lock (&render->lock);
      render->failed = TRUE;
      g_mutex_unlock (&render->lock);
      return;
    }
  for (gsize band = first; band < first + count; band++)
    {
      gint y = render->first_row + (gint) band * render->tile_height;

      round->func (render, work, y, MIN (render->tile_height, round->end_row - y));
    }
  conv2d_work_free (work);
}

void
conv_layer_set_memory_error (GError **error)
{
  g_set_error_literal (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY,
                       _("There is not enough memory to compute the activation maps; select a smaller area, use "
                         "fewer variants or close other images."));
}

/* Calls FUNC for bands of a tile's height over all rows, on GEGL's threads;
 * reports progress between rounds, when no thread is at work. */
static gboolean
run_pass (Render *render, BandFunc func, const gchar *text, gdouble from, gdouble to, GError **error)
{
  gint bands = (render->geometry.height + render->tile_height - 1) / render->tile_height;
  gint threads = 1;
  gint per_round;

  g_object_get (gegl_config (), "threads", &threads, NULL);
  per_round = MAX (threads, (bands + ROUNDS - 1) / ROUNDS);
  for (gint band = 0; band < bands && !render->failed; band += per_round)
    {
      gint count = MIN (per_round, bands - band);
      Round round = { render, func, MIN ((band + count) * render->tile_height, render->geometry.height) };

      render->host->progress (text, from + (to - from) * band / bands, render->host->data);
      render->first_row = band * render->tile_height;
      gegl_parallel_distribute_range ((gsize) count, 0.0, run_bands, &round);
    }
  if (render->failed)
    conv_layer_set_memory_error (error);
  return !render->failed;
}

/* ---- the first pass: ranges ---- */

static void
merge (Conv2dRange *range, const Conv2dRange *other)
{
  range->min = MIN (range->min, other->min);
  range->max = MAX (range->max, other->max);
}

static void
range_band (Render *render, Conv2dWork *work, gint y, gint height)
{
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];

  for (gint i = 0; i < 2 * render->count; i++)
    ranges[i] = CONV2D_RANGE_NONE;
  conv2d_plan_range (render->plan, work, (Conv2dArea) { 0, y, render->geometry.width, height }, ranges);

  g_mutex_lock (&render->lock);
  for (gint i = 0; i < 2 * render->count; i++)
    merge (&render->ranges[i], &ranges[i]);
  g_mutex_unlock (&render->lock);
}

/* ---- the maps ---- */

static void
map_free (gpointer data)
{
  ConvLayerMap *map = data;

  g_free (map->variant);
  g_free (map);
}

void
conv_layer_scale_ends (ConvLayerScale scale, Conv2dRange map, Conv2dRange shared, gfloat *black, gfloat *white)
{
  Conv2dRange range = scale == CONV_LAYER_SCALE_SHARED ? shared : map;
  gfloat largest;

  if (range.min > range.max)
    range = (Conv2dRange) { 0, 0 };
  largest = MAX (-range.min, range.max);
  switch (scale)
    {
    case CONV_LAYER_SCALE_SYMMETRIC:
      *black = 0 - largest;
      *white = largest;
      break;
    case CONV_LAYER_SCALE_RAW:
      *black = 0;
      *white = 1;
      break;
    case CONV_LAYER_SCALE_SHARED:
    case CONV_LAYER_SCALE_MAP:
    default:
      *black = range.min;
      *white = range.max;
      break;
    }
}

static void
add_stage (Render *render, ConvLayerStages stage, const Conv2dRange *ranges)
{
  const Conv2dLayer *layer = &render->options->layer;
  Conv2dRange shared = CONV2D_RANGE_NONE;

  if (!(render->options->stages & stage))
    return;
  for (gint n = 0; n < render->count; n++)
    merge (&shared, &ranges[n]);
  for (gint n = 0; n < render->count; n++)
    {
      ConvLayerMap *map = g_new0 (ConvLayerMap, 1);
      gboolean none = ranges[n].min > ranges[n].max;

      map->output = n + 1;
      map->variant = conv_layer_options_variant (render->options, n);
      map->stage = stage;
      map->x = layer->dilation * (layer->filters.columns - 1) / 2 - render->geometry.left;
      map->y = layer->dilation * (layer->filters.rows - 1) / 2 - render->geometry.top;
      map->width = render->geometry.width;
      map->height = render->geometry.height;
      map->min = none ? 0 : ranges[n].min;
      map->max = none ? 0 : ranges[n].max;
      conv_layer_scale_ends (render->options->scale, ranges[n], shared, &map->black, &map->white);
      g_ptr_array_add (render->maps, map);
    }
}

static gboolean
make_buffers (Render *render, GError **error)
{
  for (guint i = 0; i < render->maps->len; i++)
    {
      GeglBuffer *buffer = render->host->new_map (g_ptr_array_index (render->maps, i), render->host->data, error);

      if (!buffer)
        return FALSE;
      g_ptr_array_add (render->buffers, buffer);
    }
  return TRUE;
}

/* ---- the second pass: pixels ---- */

/* The maps of filters FIRST to FIRST + COUNT in one block of pixels. */
typedef struct
{
  gint first, count;
  gint width, height; /* largest */
  ConvLayerPixels pixels;
  gsize map_size; /* bytes a map */
  guchar *memory;
} Block;

static gint
map_filter (const Render *render, guint map)
{
  return ((const ConvLayerMap *) g_ptr_array_index (render->maps, map))->output - 1;
}

static gboolean
in_block (const Render *render, const Block *block, guint map)
{
  return (guint) (map_filter (render, map) - block->first) < (guint) block->count;
}

static void
hand_over (Render *render, const Block *block, Conv2dArea area, guint map, gpointer pixels)
{
  GeglRectangle rectangle = { area.x, area.y, area.width, area.height };
  gint stride = area.width * block->pixels.size;
  gsize values = (gsize) area.width * (gsize) area.height * (gsize) block->pixels.channels;

  if (block->pixels.widen)
    conv_layer_widen (pixels, values);
  if (block->pixels.clip)
    {
      gsize clipped = conv_layer_clip (pixels, values);

      g_mutex_lock (&render->lock);
      ((ConvLayerMap *) g_ptr_array_index (render->maps, map))->clipped += clipped / (gsize) block->pixels.channels;
      g_mutex_unlock (&render->lock);
    }
  gegl_buffer_set (g_ptr_array_index (render->buffers, map), &rectangle, 0, block->pixels.format, pixels, stride);
}

static void
draw_block (Render *render, Conv2dWork *work, const Block *block, Conv2dArea area)
{
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS] = { { .pixels = NULL } };
  gint slot = 0;

  for (guint i = 0; i < render->maps->len; i++)
    {
      const ConvLayerMap *map = g_ptr_array_index (render->maps, i);
      gint stage = map->stage == CONV_LAYER_POST_RELU;

      if (in_block (render, block, i))
        targets[stage * render->count + map_filter (render, i)]
            = (Conv2dTarget) { .pixels = block->memory + (gsize) slot++ * block->map_size,
                               .stride = (ptrdiff_t) area.width * block->pixels.size / (block->pixels.widen ? 2 : 1),
                               .pixel = block->pixels.pixel,
                               .channels = block->pixels.channels,
                               .black = map->black,
                               .white = map->white };
    }
  conv2d_plan_maps (render->plan, work, area, targets);

  slot = 0;
  for (guint i = 0; i < render->maps->len; i++)
    if (in_block (render, block, i))
      hand_over (render, block, area, i, block->memory + (gsize) slot++ * block->map_size);
}

/* Each tile of each map is handed over whole and once: what passing a tile to
 * GIMP costs hardly depends on how much of it is new. */
static void
draw_band (Render *render, Conv2dWork *work, gint y, gint height)
{
  GeglBuffer *buffer = g_ptr_array_index (render->buffers, 0);
  gint stages = (gint) render->maps->len / render->count;
  Block block = { .count = MIN (render->count, FILTERS_AT_ONCE), .height = render->tile_height };
  gint tile_width = 1;
  gsize tile_bytes;

  g_object_get (buffer, "tile-width", &tile_width, NULL);
  block.pixels = conv_layer_pixels_for (buffer, render->options->scale);
  tile_bytes = (gsize) tile_width * (gsize) block.height * (gsize) block.pixels.size;
  block.width = tile_width * (gint) MAX (1, BLOCK_BYTES / (tile_bytes * (gsize) (block.count * stages)));
  block.map_size = tile_bytes * (gsize) (block.width / tile_width);
  block.memory = g_try_malloc_n ((gsize) (block.count * stages), block.map_size);
  if (!block.memory)
    {
      g_mutex_lock (&render->lock);
      render->failed = TRUE;
      g_mutex_unlock (&render->lock);
      return;
    }
  for (gint x = 0; x < render->geometry.width; x += block.width)
    for (block.first = 0; block.first < render->count; block.first += block.count)
      draw_block (render, work, &block, (Conv2dArea) { x, y, MIN (block.width, render->geometry.width - x), height });
  g_free (block.memory);
  for (guint i = 0; render->host->drawn && i < render->buffers->len; i++)
    render->host->drawn (g_ptr_array_index (render->buffers, i), render->host->data);
}

/* ---- memory ---- */

gboolean
conv_layer_prepare (GError **error)
{
  /* Not by malloc, which fills what it gives where it looks for errors. */
  gpointer room = mmap (NULL, START_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (room == MAP_FAILED)
    {
      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY,
                   _("The filter needs %d MiB of memory to start, and there is less; close other images or programs "
                     "and try again."),
                      (gint) (START_BYTES >> 20));
      return FALSE;
    }
  munmap (room, START_BYTES);
  /* None of GEGL's operations is used, and with them come the libraries of
   * every file format: to load them takes longer than a small photo's maps. */
  g_setenv ("GEGL_PATH", "", TRUE);
  return TRUE;
}

/* Every tile is read and written once, so that a cache is of no use but for the
 * rows of tiles that bands share; GIMP's own setting is half of the machine's
 * memory, and GEGL ends the process when it gets no more. */
static void
limit_cache (const ConvLayerSource *source)
{
  gint tile_height = 0, threads = 1;
  guint64 size = 0, needed;

  g_object_get (source->buffer, "tile-height", &tile_height, NULL);
  g_object_get (gegl_config (), "tile-cache-size", &size, "threads", &threads, NULL);
  needed = (guint64) source->area.width * (guint64) tile_height * (guint64) (threads + 1)
           * (guint64) babl_format_get_bytes_per_pixel (gegl_buffer_get_format (source->buffer));
  g_object_set (gegl_config (), "tile-cache-size", MIN (size, MAX (LEAST_CACHE, needed)), NULL);
}

/* ---- the whole ---- */

static gboolean
make_maps (Render *render, GError **error)
{
  const gchar *measuring = _("Measuring the activation maps");
  const gchar *drawing = _("Drawing the activation maps");
  gint tile_height = 0;

  /* The names tell the ranges, so that every scale needs them. */
  render->tile_height = 128;
  if (!run_pass (render, range_band, measuring, 0.1, 0.4, error))
    return FALSE;
  add_stage (render, CONV_LAYER_PRE_RELU, render->ranges);
  add_stage (render, CONV_LAYER_POST_RELU, render->ranges + render->count);
  if (!make_buffers (render, error))
    return FALSE;
  g_object_get (g_ptr_array_index (render->buffers, 0), "tile-height", &tile_height, NULL);
  render->tile_height = MAX (1, tile_height);
  return run_pass (render, draw_band, drawing, 0.4, 1.0, error);
}

GPtrArray *
conv_layer_render (const ConvLayerOptions *options, const ConvLayerSource *source, const ConvLayerHost *host,
                   GError **error)
{
  Render render = { .options = options, .host = host, .count = options->layer.filters.count };
  Conv2dPlane plane = { .codes = NULL };
  Conv2dPlan *plan = NULL;
  Conv2dError core;
  gboolean done = FALSE;

  if (!conv_layer_options_measure (options, source->area.width, source->area.height, &render.geometry, NULL, error))
    return NULL;

  limit_cache (source);
  host->progress (_("Reading the picture as gray"), 0, host->data);
  if (!conv_layer_read_plane (source, options->grayscale, &plane, error))
    return NULL;
  g_mutex_init (&render.lock);
  render.maps = g_ptr_array_new_with_free_func (map_free);
  render.buffers = g_ptr_array_new ();
  for (gint i = 0; i < 2 * render.count; i++)
    render.ranges[i] = CONV2D_RANGE_NONE;
  render.plan = plan = conv2d_plan_new (&options->layer, &plane, &core);
  if (plan)
    done = make_maps (&render, error);
  else
    conv_layer_set_core_error (error, &core, NULL, NULL);

  conv2d_plan_free (plan);
  g_free ((gpointer) plane.codes);
  g_ptr_array_unref (render.buffers);
  g_mutex_clear (&render.lock);
  if (!done)
    g_clear_pointer (&render.maps, g_ptr_array_unref);
  return render.maps;
}
