/* sight.c: the shared viewport and the pixel looked at: zoom and pan kept
 * within what there is to see.  Knows the preview; no widget, no settings. */

#include <math.h>

#include "sight.h"

#define ROUNDED 1.0001 /* what many steps of the wheel may be off */
#define MARGIN 0.125   /* of the viewport, kept around a pixel that is walked to */

typedef struct
{
  gint width, height; /* pixels of the screen */
} Size;

struct _ConvLayerSight
{
  GObject parent_instance;
  ConvLayerPreview *preview;

  GHashTable *sizes;  /* by view: Size */
  gint width, height; /* of the largest view; 0 until it is known */
  Size least;
  guint resize;
  gdouble zoom; /* 0: fitted */
  ConvLayerViewport viewport;

  gboolean looking;
  gint output;
  ConvLayerStages stage;
  gint x, y;
  gdouble place_x, place_y;        /* the pixel's middle, of the input */
  ConvLayerInspection *inspection; /* NULL: not made, or FAILED */
  gboolean failed;
};

G_DEFINE_TYPE (ConvLayerSight, conv_layer_sight, G_TYPE_OBJECT)

enum
{
  MOVED,
  LOOKED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

/* ---- the viewport ---- */

/* The maps' pixel at the lower right. */
static gboolean
last_pixel (ConvLayerSight *sight, gint *x, gint *y)
{
  return conv_layer_preview_pixel_at (sight->preview, G_MAXINT, G_MAXINT, x, y);
}

static ConvLayerViewport
fitted_viewport (ConvLayerSight *sight)
{
  return conv_layer_preview_fit (sight->preview, sight->least.width, sight->least.height);
}

/* What there is to see: the input, and maps that padding makes larger. */
static GeglRectangle
bounds (ConvLayerSight *sight)
{
  /* A fitted input has its middle in the middle. */
  const ConvLayerViewport whole = fitted_viewport (sight);
  GeglRectangle all = { 0, 0, (gint) lrint (2.0 * whole.x), (gint) lrint (2.0 * whole.y) }, area;
  gint x, y;

  if (!last_pixel (sight, &x, &y))
    return all;
  if (conv_layer_preview_pixel_area (sight->preview, 0, 0, &area))
    gegl_rectangle_bounding_box (&all, &all, &area);
  if (conv_layer_preview_pixel_area (sight->preview, x, y, &area))
    gegl_rectangle_bounding_box (&all, &all, &area);
  return all;
}

/* MIDDLE such that as much as possible of START to START + LENGTH is in SIZE
 * pixels of the screen, which begin at a whole pixel's edge. */
static gdouble
keep_inside (gdouble middle, gdouble zoom, gint size, gint start, gint length)
{
  const gdouble half = size / (2.0 * zoom);

  if (length <= 2.0 * half)
    middle = start + length / 2.0;
  else
    middle = CLAMP (middle, start + half, start + length - half);
  return (rint (middle * zoom - size / 2.0) + size / 2.0) / zoom;
}

/* Shows what SIGHT->zoom and X, Y in the middle ask for. */
static void
show (ConvLayerSight *sight, gdouble x, gdouble y)
{
  const ConvLayerViewport before = sight->viewport;
  ConvLayerViewport viewport;

  if (sight->width <= 0 || sight->height <= 0)
    return;
  viewport = fitted_viewport (sight);
  if (sight->zoom > 0.0)
    {
      const GeglRectangle all = bounds (sight);

      viewport.zoom = sight->zoom;
      viewport.x = keep_inside (x, sight->zoom, sight->width, all.x, all.width);
      viewport.y = keep_inside (y, sight->zoom, sight->height, all.y, all.height);
    }
  if (viewport.x == before.x && viewport.y == before.y && viewport.zoom == before.zoom)
    return;
  sight->viewport = viewport;
  conv_layer_preview_set_view (sight->preview, &viewport, sight->width, sight->height);
  g_signal_emit (sight, signals[MOVED], 0);
}

static gdouble
fitted_zoom (ConvLayerSight *sight)
{
  return fitted_viewport (sight).zoom;
}

/* To ZOOM, or fitted when that is as small as it gets; X, Y stays in its place. */
static void
zoom_to (ConvLayerSight *sight, gdouble zoom, gdouble x, gdouble y)
{
  const gdouble fitted = fitted_zoom (sight);
  const ConvLayerViewport *viewport = &sight->viewport;

  zoom = MIN (zoom, MAX (fitted, CONV_LAYER_SIGHT_MAX_ZOOM));
  /* A small input, which fitting enlarges, can still be seen 1:1. */
  if (zoom <= fitted * ROUNDED && zoom != 1.0)
    zoom = 0.0;
  sight->zoom = zoom;
  if (zoom > 0.0)
    {
      x -= (x - viewport->x) * viewport->zoom / zoom;
      y -= (y - viewport->y) * viewport->zoom / zoom;
    }
  show (sight, x, y);
}

static gboolean
resize (gpointer data)
{
  ConvLayerSight *sight = data;
  const Size before = { sight->width, sight->height }, least = sight->least;
  GHashTableIter iter;
  gpointer data_of_view;

  sight->resize = 0;
  sight->width = sight->height = 0;
  sight->least = (Size) { G_MAXINT, G_MAXINT };
  g_hash_table_iter_init (&iter, sight->sizes);
  while (g_hash_table_iter_next (&iter, NULL, &data_of_view))
    {
      const Size *size = data_of_view;

      sight->width = MAX (sight->width, size->width);
      sight->height = MAX (sight->height, size->height);
      sight->least.width = MIN (sight->least.width, size->width);
      sight->least.height = MIN (sight->least.height, size->height);
    }
  if (sight->width == before.width && sight->height == before.height && sight->least.width == least.width
      && sight->least.height == least.height)
    return G_SOURCE_REMOVE;
  if (before.width == 0 && sight->width > 0)
    sight->viewport = fitted_viewport (sight);
  sight->viewport.zoom = 0.0; /* whatever it comes to, it is another one */
  show (sight, sight->viewport.x, sight->viewport.y);
  return G_SOURCE_REMOVE;
}

void
conv_layer_sight_set_size (ConvLayerSight *sight, gpointer view, gint width, gint height)
{
  if (width > 0 && height > 0)
    {
      Size *size = g_new (Size, 1);

      *size = (Size) { width, height };
      g_hash_table_replace (sight->sizes, view, size);
    }
  else
    {
      g_hash_table_remove (sight->sizes, view);
    }
  /* After the layout, before the drawing. */
  if (!sight->resize)
    sight->resize = g_idle_add_full (G_PRIORITY_HIGH_IDLE + 15, resize, sight, NULL);
}

const ConvLayerViewport *
conv_layer_sight_get_viewport (ConvLayerSight *sight)
{
  return &sight->viewport;
}

gdouble
conv_layer_sight_get_zoom (ConvLayerSight *sight)
{
  return sight->zoom;
}

void
conv_layer_sight_set_zoom (ConvLayerSight *sight, gdouble zoom)
{
  /* Not a number, too, comes out as fitted. */
  sight->zoom = zoom > 0.0 ? MIN (zoom, CONV_LAYER_SIGHT_MAX_ZOOM) : 0.0;
  if (sight->zoom > 0.0 && sight->width > 0)
    zoom_to (sight, sight->zoom, sight->viewport.x, sight->viewport.y);
  else
    show (sight, sight->viewport.x, sight->viewport.y);
}

void
conv_layer_sight_fit (ConvLayerSight *sight)
{
  conv_layer_sight_set_zoom (sight, 0.0);
}

void
conv_layer_sight_actual (ConvLayerSight *sight)
{
  gdouble x = sight->viewport.x, y = sight->viewport.y;

  /* What is looked at is what is to be seen larger. */
  if (sight->looking)
    {
      x = sight->place_x;
      y = sight->place_y;
    }
  if (sight->width > 0)
    zoom_to (sight, 1.0, x, y);
  else
    sight->zoom = 1.0;
}

void
conv_layer_sight_zoom (ConvLayerSight *sight, gdouble factor)
{
  conv_layer_sight_zoom_at (sight, factor, sight->viewport.x, sight->viewport.y);
}

void
conv_layer_sight_zoom_at (ConvLayerSight *sight, gdouble factor, gdouble x, gdouble y)
{
  const gdouble before = sight->viewport.zoom;
  gdouble zoom = before * factor;

  if (before <= 0.0 || !(factor > 0.0))
    return;
  if ((before < 1.0 && zoom > 1.0) || (before > 1.0 && zoom < 1.0))
    zoom = 1.0;
  zoom_to (sight, zoom, x, y);
}

void
conv_layer_sight_step_at (ConvLayerSight *sight, gboolean in, gdouble x, gdouble y)
{
  const gdouble before = sight->viewport.zoom;
  const gdouble power = log2 (before), tiny = 1e-6;
  gdouble zoom;

  if (before <= 0.0)
    return;
  if (in)
    zoom = before < 1.0 ? 1.0 : exp2 (floor (power + tiny) + 1.0);
  else
    zoom = before <= 1.0 ? fitted_zoom (sight) : exp2 (ceil (power - tiny) - 1.0);
  zoom_to (sight, zoom, x, y);
}

void
conv_layer_sight_center (ConvLayerSight *sight, gdouble x, gdouble y)
{
  show (sight, x, y);
}

/* ---- the pixel looked at ---- */

static void
forget_numbers (ConvLayerSight *sight)
{
  g_clear_pointer (&sight->inspection, g_free);
  sight->failed = FALSE;
}

/* X, Y as it is now, wherever it came from. */
static void
look (ConvLayerSight *sight, gint output, ConvLayerStages stage, gint x, gint y)
{
  if (sight->looking && sight->output == output && sight->stage == stage && sight->x == x && sight->y == y)
    return;
  sight->looking = TRUE;
  sight->output = output;
  sight->stage = stage;
  sight->x = x;
  sight->y = y;
  forget_numbers (sight);
  g_signal_emit (sight, signals[LOOKED], 0);
}

gboolean
conv_layer_sight_get_pixel (ConvLayerSight *sight, gint *output, ConvLayerStages *stage, gint *x, gint *y)
{
  if (!sight->looking)
    return FALSE;
  *output = sight->output;
  *stage = sight->stage;
  *x = sight->x;
  *y = sight->y;
  return TRUE;
}

void
conv_layer_sight_look_at (ConvLayerSight *sight, gint output, ConvLayerStages stage, gint x, gint y)
{
  GeglRectangle area;

  if (!conv_layer_preview_pixel_area (sight->preview, x, y, &area))
    return;
  sight->place_x = area.x + area.width / 2.0;
  sight->place_y = area.y + area.height / 2.0;
  look (sight, output, stage, x, y);
}

void
conv_layer_sight_look_at_place (ConvLayerSight *sight, gint output, ConvLayerStages stage, gdouble x, gdouble y)
{
  gint map_x, map_y;

  if (!conv_layer_preview_pixel_at (sight->preview, x, y, &map_x, &map_y))
    return;
  sight->place_x = x;
  sight->place_y = y;
  look (sight, output, stage, map_x, map_y);
}

/* PLACE comes into the viewport, which moves no further than it must. */
static gdouble
reach (gdouble middle, gdouble zoom, gint size, gdouble place)
{
  const gdouble half = size / (2.0 * zoom) * (1.0 - 2.0 * MARGIN);

  return CLAMP (middle, place - half, place + half);
}

void
conv_layer_sight_walk (ConvLayerSight *sight, gint output, ConvLayerStages stage, gint right, gint down)
{
  const ConvLayerViewport *viewport = &sight->viewport;
  gint last_x, last_y;

  if (!last_pixel (sight, &last_x, &last_y))
    return;
  if (!sight->looking)
    {
      conv_layer_sight_look_at_place (sight, output, stage, viewport->x, viewport->y);
      return;
    }
  conv_layer_sight_look_at (sight, output, stage, CLAMP (sight->x + right, 0, last_x),
                            CLAMP (sight->y + down, 0, last_y));
  if (sight->zoom > 0.0)
    show (sight, reach (viewport->x, viewport->zoom, sight->width, sight->place_x),
          reach (viewport->y, viewport->zoom, sight->height, sight->place_y));
}

void
conv_layer_sight_look_away (ConvLayerSight *sight)
{
  if (!sight->looking)
    return;
  sight->looking = FALSE;
  forget_numbers (sight);
  g_signal_emit (sight, signals[LOOKED], 0);
}

const ConvLayerInspection *
conv_layer_sight_get_inspection (ConvLayerSight *sight)
{
  if (sight->looking && !sight->inspection && !sight->failed)
    {
      sight->inspection = g_new (ConvLayerInspection, 1);
      if (!conv_layer_preview_inspect (sight->preview, sight->output, sight->x, sight->y, sight->inspection))
        {
          g_clear_pointer (&sight->inspection, g_free);
          sight->failed = TRUE;
        }
    }
  return sight->inspection;
}

/* ---- what the preview tells ---- */

/* Other options may have moved the maps, or left fewer. */
static void
take_news (ConvLayerSight *sight)
{
  gint x, y;

  show (sight, sight->viewport.x, sight->viewport.y);
  if (!sight->looking)
    return;
  forget_numbers (sight);
  if (conv_layer_preview_pixel_at (sight->preview, sight->place_x, sight->place_y, &x, &y))
    {
      sight->x = x;
      sight->y = y;
      if (!conv_layer_sight_get_inspection (sight))
        sight->looking = FALSE; /* its map is gone */
    }
  g_signal_emit (sight, signals[LOOKED], 0);
}

/* ---- the object ---- */

ConvLayerSight *
conv_layer_sight_new (ConvLayerPreview *preview)
{
  ConvLayerSight *sight = g_object_new (CONV_LAYER_TYPE_SIGHT, NULL);

  sight->preview = g_object_ref (preview);
  g_signal_connect_object (preview, "input", G_CALLBACK (take_news), sight, G_CONNECT_SWAPPED);
  g_signal_connect_object (preview, "maps", G_CALLBACK (take_news), sight, G_CONNECT_SWAPPED);
  return sight;
}

ConvLayerPreview *
conv_layer_sight_get_preview (ConvLayerSight *sight)
{
  return sight->preview;
}

static void
conv_layer_sight_init (ConvLayerSight *sight)
{
  sight->sizes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

static void
dispose (GObject *object)
{
  ConvLayerSight *sight = CONV_LAYER_SIGHT (object);

  if (sight->resize)
    g_source_remove (sight->resize);
  sight->resize = 0;
  forget_numbers (sight);
  g_clear_pointer (&sight->sizes, g_hash_table_unref);
  g_clear_object (&sight->preview);
  G_OBJECT_CLASS (conv_layer_sight_parent_class)->dispose (object);
}

static void
conv_layer_sight_class_init (ConvLayerSightClass *class)
{
  static const gchar *const names[N_SIGNALS] = { "moved", "looked" };
  gint i;

  G_OBJECT_CLASS (class)->dispose = dispose;
  for (i = 0; i < N_SIGNALS; i++)
    signals[i]
        = g_signal_new (names[i], G_TYPE_FROM_CLASS (class), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}
