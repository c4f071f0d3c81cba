/* preview.c: the maps while the settings are edited: reads the source in slices
 * of the main loop's idle time, tells the worker what is wanted, and keeps what
 * it gave.  Knows GEGL's buffers and GObject's signals; no arithmetic, no widget,
 * no libgimp. */

#include "preview-private.h"
#include "preview-worker.h"

#include <math.h>

#include "pixels.h"
#include "trace.h"

#define SLICE_TIME 4000 /* microseconds after which a slice begins no new piece */
#define PIECE_TILES 16  /* that are read between two looks at the clock */

struct _ConvLayerPreview
{
  GObject parent_instance;

  ConvLayerSource source; /* its buffer is NULL until it is set, and once stopped */

  /* Reading. */
  ConvLayerGrayscale grayscale; /* of the plane, read or being read */
  ConvLayerReading reading;     /* its codes are NULL before the first slice */
  gint x, y;                    /* of the next piece */
  guint slices;                 /* source of the main loop; 0: nothing is to be read */
  ConvLayerGray *gray;          /* complete, or NULL */
  guint gray_serial;

  /* What is wanted. */
  ConvLayerSetup *setup;
  ConvLayerViewport viewport;
  gint width, height;
  gint first, count;
  guint serial; /* of the last change; never 0 but before any */

  /* What is there. */
  ConvLayerWorker *worker; /* NULL once stopped */
  ConvLayerPicture input;
  ConvLayerMaps *maps;
  guint done; /* serial of the last change that was answered */
  GError *error;
};

G_DEFINE_TYPE (ConvLayerPreview, conv_layer_preview, G_TYPE_OBJECT)

enum
{
  INPUT,
  MAPS,
  FAILED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* ---- asking and being answered ---- */

/* Tells the worker what is wanted now, if there is something to make it of. */
static void
ask (ConvLayerPreview *preview)
{
  ConvLayerRequest request = { .serial = preview->serial,
                               .viewport = preview->viewport,
                               .width = preview->width,
                               .height = preview->height,
                               .first = preview->first,
                               .count = preview->count };

  if (!preview->gray || preview->serial == 0)
    return;
  request.gray = conv_layer_gray_ref (preview->gray);
  request.setup = preview->setup ? conv_layer_setup_ref (preview->setup) : NULL;
  conv_layer_worker_ask (preview->worker, &request);
}

/* Takes ERROR. */
static void
fail (ConvLayerPreview *preview, GError *error)
{
  g_clear_error (&preview->error);
  preview->error = error;
  preview->done = preview->serial;
  g_signal_emit (preview, signals[FAILED], 0);
}

static void
take_input (ConvLayerPreview *preview, ConvLayerPicture *input)
{
  g_free ((gpointer) preview->input.pixels);
  preview->input = *input;
  input->pixels = NULL;
  g_signal_emit (preview, signals[INPUT], 0);
}

static void
take_maps (ConvLayerPreview *preview, ConvLayerAnswer *answer)
{
  g_clear_pointer (&preview->maps, conv_layer_maps_free);
  preview->maps = g_steal_pointer (&answer->maps);
  conv_layer_trace ("preview-maps", "%u", answer->serial);
  g_signal_emit (preview, signals[MAPS], 0);
}

/* TRUE if MAPS, perhaps a little late, are of the picture and of as many filters
 * as are wanted now: newer than those that are shown. */
static gboolean
are_welcome (const ConvLayerPreview *preview, const ConvLayerMaps *maps)
{
  return preview->gray && maps->gray == preview->gray->serial && preview->setup
         && maps->setup->layer.filters.count == preview->setup->layer.filters.count;
}

/* Pictures are worth showing even if they are a little late. */
static void
on_answer (ConvLayerAnswer *answer, gpointer data)
{
  ConvLayerPreview *preview = g_object_ref (data);

  if (answer->input.pixels)
    take_input (preview, &answer->input);
  if (answer->finished && answer->serial == preview->serial && preview->worker)
    {
      preview->done = answer->serial;
      if (answer->error)
        fail (preview, g_steal_pointer (&answer->error));
      else
        g_clear_error (&preview->error);
    }
  if (answer->maps && preview->worker && are_welcome (preview, answer->maps))
    take_maps (preview, answer);
  g_object_unref (preview);
}

/* ---- reading ---- */

/* Tiles side by side of one row of tiles, in the source's area. */
typedef struct
{
  const ConvLayerReading *reading;
  GeglRectangle area;
  gint first_width; /* of the first tile's part in the area */
  gint tile_width;
  gint failed; /* atomic */
} Piece;

static gint
tile_start (const Piece *piece, gsize tile)
{
  return tile == 0 ? 0 : MIN (piece->first_width + ((gint) tile - 1) * piece->tile_width, piece->area.width);
}

static void
read_tiles (gsize first, gsize count, gpointer data)
{
  Piece *piece = data;
  gint x = tile_start (piece, first);
  GeglRectangle area = { piece->area.x + x, piece->area.y, tile_start (piece, first + count) - x, piece->area.height };

  if (!conv_layer_reading_read (piece->reading, area))
    g_atomic_int_set (&piece->failed, TRUE);
}

/* Pixels to the next border between tiles of SIZE. */
static gint
to_border (gint place, gint size)
{
  return size - (place % size + size) % size;
}

/* Reads the next piece, each tile once; FALSE when there is no memory. */
static gboolean
read_piece (ConvLayerPreview *preview)
{
  const GeglRectangle *whole = &preview->source.area;
  gint tile_width = 0, tile_height = 0;
  Piece piece = { .reading = &preview->reading };
  gsize tiles;

  g_object_get (preview->source.buffer, "tile-width", &tile_width, "tile-height", &tile_height, NULL);
  piece.tile_width = MAX (1, tile_width);
  piece.first_width = MIN (to_border (whole->x + preview->x, piece.tile_width), whole->width - preview->x);
  piece.area
      = (GeglRectangle) { preview->x, preview->y,
                          MIN (piece.first_width + (PIECE_TILES - 1) * piece.tile_width, whole->width - preview->x),
                          MIN (to_border (whole->y + preview->y, MAX (1, tile_height)), whole->height - preview->y) };
  tiles = 1 + (gsize) ((piece.area.width - piece.first_width + piece.tile_width - 1) / piece.tile_width);
  gegl_parallel_distribute_range (tiles, 0.0, read_tiles, &piece);

  preview->x += piece.area.width;
  if (preview->x == whole->width)
    {
      preview->x = 0;
      preview->y += piece.area.height;
    }
  return !g_atomic_int_get (&piece.failed);
}

static void
drop_reading (ConvLayerPreview *preview)
{
  if (preview->slices)
    g_source_remove (preview->slices);
  preview->slices = 0;
  g_clear_pointer (&preview->reading.codes, g_free);
  preview->x = preview->y = 0;
}

static void
fail_reading (ConvLayerPreview *preview, GError *error)
{
  const GeglRectangle *area = &preview->source.area;

  if (!error)
    conv_layer_set_area_error (&error, area, (gsize) preview->reading.plane.stride * (gsize) area->height);
  drop_reading (preview);
  fail (preview, error);
}

static gboolean
read_slice (gpointer data)
{
  ConvLayerPreview *preview = g_object_ref (data);
  gint64 end = g_get_monotonic_time () + SLICE_TIME;
  GError *error = NULL;
  gboolean good = TRUE;

  if (!preview->reading.codes)
    good = conv_layer_reading_start (&preview->reading, &preview->source, preview->grayscale, &error);
  while (good && preview->y < preview->source.area.height && g_get_monotonic_time () < end)
    good = read_piece (preview);
  if (!good)
    fail_reading (preview, error);
  else if (preview->y == preview->source.area.height)
    {
      preview->gray = conv_layer_gray_new (&preview->reading.plane, ++preview->gray_serial);
      preview->reading.codes = NULL;
      drop_reading (preview);
      ask (preview);
    }
  good = preview->slices != 0;
  g_object_unref (preview);
  return good ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* Reads anew; the old plane goes first, as soon as the worker lets go of it. */
static void
start_reading (ConvLayerPreview *preview, ConvLayerGrayscale grayscale)
{
  drop_reading (preview);
  conv_layer_worker_cancel (preview->worker);
  g_clear_pointer (&preview->gray, conv_layer_gray_unref);
  preview->grayscale = grayscale;
  if (preview->source.buffer)
    preview->slices = g_idle_add (read_slice, preview);
}

/* ---- the object ---- */

ConvLayerPreview *
conv_layer_preview_new (const ConvLayerSource *source)
{
  ConvLayerPreview *preview = g_object_new (CONV_LAYER_TYPE_PREVIEW, NULL);

  preview->source = *source;
  preview->source.buffer = NULL;
  preview->worker = conv_layer_worker_new (on_answer, preview);
  if (source->buffer)
    conv_layer_preview_set_buffer (preview, source->buffer);
  return preview;
}

void
conv_layer_preview_set_buffer (ConvLayerPreview *preview, GeglBuffer *buffer)
{
  g_return_if_fail (CONV_LAYER_IS_PREVIEW (preview));
  g_return_if_fail (!preview->source.buffer);

  if (!preview->worker)
    return;
  preview->source.buffer = g_object_ref (buffer);
  start_reading (preview, preview->grayscale);
}

void
conv_layer_preview_stop (ConvLayerPreview *preview)
{
  g_return_if_fail (CONV_LAYER_IS_PREVIEW (preview));

  g_clear_pointer (&preview->worker, conv_layer_worker_free);
  drop_reading (preview);
  g_clear_pointer (&preview->gray, conv_layer_gray_unref);
  g_clear_object (&preview->source.buffer);
  preview->done = preview->serial;
}

static void
conv_layer_preview_finalize (GObject *object)
{
  ConvLayerPreview *preview = CONV_LAYER_PREVIEW (object);

  conv_layer_preview_stop (preview);
  g_clear_pointer (&preview->setup, conv_layer_setup_unref);
  g_clear_pointer (&preview->maps, conv_layer_maps_free);
  g_free ((gpointer) preview->input.pixels);
  g_clear_error (&preview->error);
  G_OBJECT_CLASS (conv_layer_preview_parent_class)->finalize (object);
}

static void
conv_layer_preview_class_init (ConvLayerPreviewClass *class)
{
  static const gchar *const names[N_SIGNALS] = { "input", "maps", "failed" };

  G_OBJECT_CLASS (class)->finalize = conv_layer_preview_finalize;
  for (gint i = 0; i < N_SIGNALS; i++)
    signals[i]
        = g_signal_new (names[i], G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
conv_layer_preview_init (ConvLayerPreview *preview)
{
  preview->count = CONV2D_MAX_FILTERS;
  preview->grayscale = CONV_LAYER_GRAY_OPENCV;
}

/* ---- what is wanted ---- */

static void
change (ConvLayerPreview *preview)
{
  if (++preview->serial == 0)
    preview->serial = 1;
  /* Perhaps there is memory by now. */
  if (!preview->gray && preview->slices == 0)
    start_reading (preview, preview->grayscale);
  ask (preview);
}

void
conv_layer_preview_set_options (ConvLayerPreview *preview, const ConvLayerOptions *options)
{
  g_return_if_fail (CONV_LAYER_IS_PREVIEW (preview));

  if (!preview->worker)
    return;
  g_clear_pointer (&preview->setup, conv_layer_setup_unref);
  preview->setup = conv_layer_setup_new (options);
  if (options->grayscale != preview->grayscale
      && !(preview->source.buffer && conv_layer_source_is_gray (&preview->source)))
    start_reading (preview, options->grayscale);
  change (preview);
  conv_layer_trace ("preview-request", "%u", preview->serial);
}

void
conv_layer_preview_set_view (ConvLayerPreview *preview, const ConvLayerViewport *viewport, gint width, gint height)
{
  g_return_if_fail (CONV_LAYER_IS_PREVIEW (preview));
  g_return_if_fail (viewport->zoom > 0 && isfinite (viewport->zoom) && isfinite (viewport->x)
                    && isfinite (viewport->y));
  g_return_if_fail (width > 0 && height > 0);

  if (!preview->worker
      || (preview->width == width && preview->height == height && preview->viewport.x == viewport->x
          && preview->viewport.y == viewport->y && preview->viewport.zoom == viewport->zoom))
    return;
  preview->viewport = *viewport;
  preview->width = width;
  preview->height = height;
  change (preview);
}

void
conv_layer_preview_set_shown (ConvLayerPreview *preview, gint first, gint count)
{
  g_return_if_fail (CONV_LAYER_IS_PREVIEW (preview));
  g_return_if_fail (first >= 0 && count >= 0);

  if (!preview->worker || (preview->first == first && preview->count == count))
    return;
  preview->first = first;
  preview->count = count;
  change (preview);
}

ConvLayerViewport
conv_layer_preview_fit (ConvLayerPreview *preview, gint width, gint height)
{
  const GeglRectangle *area = &preview->source.area;

  return (ConvLayerViewport) { .x = area->width / 2.0,
                               .y = area->height / 2.0,
                               .zoom = MIN ((gdouble) MAX (1, width) / area->width,
                                            (gdouble) MAX (1, height) / area->height) };
}

/* ---- what is there ---- */

const ConvLayerPicture *
conv_layer_preview_get_input (ConvLayerPreview *preview)
{
  g_return_val_if_fail (CONV_LAYER_IS_PREVIEW (preview), NULL);

  return preview->input.pixels ? &preview->input : NULL;
}

const ConvLayerPicture *
conv_layer_preview_get_map (ConvLayerPreview *preview, gint output, ConvLayerStages stage)
{
  const ConvLayerPicture *picture;

  g_return_val_if_fail (CONV_LAYER_IS_PREVIEW (preview), NULL);

  if (!preview->maps || output < 0 || output >= preview->maps->setup->layer.filters.count)
    return NULL;
  picture = &preview->maps->pictures[stage == CONV_LAYER_POST_RELU][output];
  return picture->pixels ? picture : NULL;
}

const ConvLayerFacts *
conv_layer_preview_get_facts (ConvLayerPreview *preview, gint output, ConvLayerStages stage)
{
  g_return_val_if_fail (CONV_LAYER_IS_PREVIEW (preview), NULL);

  if (!preview->maps || output < 0 || output >= CONV2D_MAX_FILTERS || !preview->maps->known[output])
    return NULL;
  return &preview->maps->facts[stage == CONV_LAYER_POST_RELU][output];
}

gboolean
conv_layer_preview_is_busy (ConvLayerPreview *preview)
{
  g_return_val_if_fail (CONV_LAYER_IS_PREVIEW (preview), FALSE);

  return preview->done != preview->serial;
}

const GError *
conv_layer_preview_get_error (ConvLayerPreview *preview)
{
  g_return_val_if_fail (CONV_LAYER_IS_PREVIEW (preview), NULL);

  return preview->error;
}

gboolean
conv_layer_preview_awaits_maps (ConvLayerPreview *preview)
{
  g_return_val_if_fail (CONV_LAYER_IS_PREVIEW (preview), FALSE);

  return preview->setup && !preview->error;
}

const ConvLayerMaps *
conv_layer_preview_get_maps (ConvLayerPreview *preview)
{
  return preview->maps;
}

const ConvLayerGray *
conv_layer_preview_get_gray (ConvLayerPreview *preview)
{
  return preview->gray;
}

const ConvLayerSetup *
conv_layer_preview_get_setup (ConvLayerPreview *preview)
{
  if (preview->maps && preview->gray && preview->maps->gray == preview->gray->serial)
    return preview->maps->setup;
  return preview->setup;
}
