/* pixels.c: which babl formats stand for gray codes and for activations, and
 * reading the gray plane.  Knows no layer settings but the kind of gray. */

#include "pixels.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#define READ_ROWS 16 /* rows of R'G'B' at a time, so that they stay in the cache */

/* ---- formats ---- */

static const gchar *
type_name (const Babl *format)
{
  return babl_get_name (babl_format_get_type (format, 0));
}

static gboolean
is_gray (const Babl *format)
{
  return babl_format_get_n_components (format) - babl_format_has_alpha (format) == 1;
}

static gboolean
is_linear (const Babl *format)
{
  return !strpbrk (babl_get_name (babl_format_get_model (format)), "'~");
}

static const Babl *
format_of (const gchar *colours, gboolean alpha, const gchar *type, const Babl *space)
{
  gchar *name = g_strdup_printf ("%s%s %s", colours, alpha ? "A" : "", type);
  const Babl *format = babl_format_with_space (name, space);

  g_free (name);
  return format;
}

/* FORMAT's colours, of TYPE.  Linear ones become R'G'B' or Y' if ENCODED. */
static const Babl *
colour_format (const Babl *format, gboolean encoded, gboolean alpha, const gchar *type)
{
  const gchar *colours;

  if (strchr (babl_get_name (babl_format_get_model (format)), '~'))
    colours = is_gray (format) ? "Y~" : "R~G~B~";
  else if (encoded || !is_linear (format))
    colours = is_gray (format) ? "Y'" : "R'G'B'";
  else
    colours = is_gray (format) ? "Y" : "RGB";
  return format_of (colours, alpha, type, format);
}

static Conv2dDepth
depth_of (const Babl *format)
{
  const gchar *type = type_name (format);

  return strcmp (type, "u8") == 0 ? CONV2D_U8 : strcmp (type, "u16") == 0 ? CONV2D_U16 : CONV2D_F32;
}

static const gchar *
type_of (Conv2dDepth depth)
{
  return depth == CONV2D_U8 ? "u8" : depth == CONV2D_U16 ? "u16" : "float";
}

/* ---- the gray plane ---- */

/* Copies every pixel whole, so that the next one overwrites its alpha: where
 * SIZE is a constant, that is one move. */
static inline void
drop_alpha_of (const guchar *pixels, gsize size, guchar *colours, gsize kept, gsize count)
{
  guchar pixel[16];

  for (gsize i = 0; i + 1 < count; i++)
    {
      memcpy (pixel, pixels + i * size, size);
      memcpy (colours + i * kept, pixel, size);
    }
  memmove (colours + (count - 1) * kept, pixels + (count - 1) * size, kept);
}

/* The colours of COUNT pixels of SIZE bytes, KEPT of which are colours, to
 * COLOURS, which may be PIXELS. */
static void
drop_alpha (const guchar *pixels, gsize size, guchar *colours, gsize kept, gsize count)
{
  if (size == 2)
    drop_alpha_of (pixels, 2, colours, kept, count);
  else if (size == 4)
    drop_alpha_of (pixels, 4, colours, kept, count);
  else if (size == 8)
    drop_alpha_of (pixels, 8, colours, kept, count);
  else
    drop_alpha_of (pixels, 16, colours, kept, count);
}

gboolean
conv_layer_source_is_gray (const ConvLayerSource *source)
{
  return source->own_codes || is_gray (gegl_buffer_get_format (source->buffer));
}

gboolean
conv_layer_reading_start (ConvLayerReading *reading, const ConvLayerSource *source, ConvLayerGrayscale grayscale,
                          GError **error)
{
  const Babl *format = gegl_buffer_get_format (source->buffer);
  Conv2dDepth depth = depth_of (format);
  gboolean own = conv_layer_source_is_gray (source);
  gboolean encode = !source->own_codes && is_linear (format);
  gsize stride, size;
  guchar *codes;

  if (!g_size_checked_mul (&stride, (gsize) source->area.width, depth)
      || !g_size_checked_mul (&size, stride, (gsize) source->area.height))
    size = G_MAXSIZE;
  codes = size == G_MAXSIZE ? NULL : g_try_malloc (size);
  if (!codes)
    {
      conv_layer_set_area_error (error, &source->area, size);
      return FALSE;
    }
  *reading = (ConvLayerReading) { .source = source,
                                  .plane = { .depth = depth,
                                             .width = source->area.width,
                                             .height = source->area.height,
                                             .stride = (ptrdiff_t) stride,
                                             .codes = codes },
                                  .codes = codes };
  reading->mix = !own && grayscale != CONV_LAYER_GRAY_LUMINANCE;
  if (reading->mix)
    reading->gray = (Conv2dGray) grayscale;
  /* Alpha is dropped here where babl has nothing else to change: it chooses its
   * ways by measured time, and not all that drop alpha are exact. */
  if (own || reading->mix)
    reading->format = colour_format (format, encode, babl_format_has_alpha (format) && !encode, type_of (depth));
  else
    reading->format = format_of ("Y'", FALSE, type_of (depth), format);
  return TRUE;
}

/* PIXELS are of the reading's format, and may be overwritten. */
static void
gray_row (const ConvLayerReading *reading, guchar *pixels, guchar *codes, gint width)
{
  Conv2dDepth depth = reading->plane.depth;
  gsize size = (gsize) babl_format_get_bytes_per_pixel (reading->format);
  gsize kept = (gsize) depth * (reading->mix ? 3 : 1);

  if (kept < size)
    drop_alpha (pixels, size, reading->mix ? pixels : codes, kept, (gsize) width);
  if (reading->mix)
    conv2d_gray_row (reading->gray, depth, pixels, codes, width);
}

gboolean
conv_layer_reading_read (const ConvLayerReading *reading, GeglRectangle area)
{
  const Conv2dPlane *plane = &reading->plane;
  const GeglRectangle *whole = &reading->source->area;
  gsize size = (gsize) babl_format_get_bytes_per_pixel (reading->format);
  gsize row = size * (gsize) area.width;
  guchar *pixels = NULL;

  if (size > (gsize) plane->depth && !(pixels = g_try_malloc_n (READ_ROWS, row)))
    return FALSE;
  for (gint y = area.y; y < area.y + area.height; y += READ_ROWS)
    {
      gint rows = MIN (READ_ROWS, area.y + area.height - y);
      GeglRectangle band = { whole->x + area.x, whole->y + y, area.width, rows };
      guchar *codes = reading->codes + y * plane->stride + (ptrdiff_t) area.x * (ptrdiff_t) plane->depth;

      gegl_buffer_get (reading->source->buffer, &band, 1.0, reading->format, pixels ? pixels : codes,
                       pixels ? (gint) row : (gint) plane->stride, GEGL_ABYSS_NONE);
      for (gint i = 0; pixels && i < rows; i++)
        gray_row (reading, pixels + (gsize) i * row, codes + i * plane->stride, area.width);
    }
  g_free (pixels);
  return TRUE;
}

void
conv_layer_set_area_error (GError **error, const GeglRectangle *area, gsize bytes)
{
  /* As text: gettext's tools cannot read the macros of wide numbers. */
  gchar *mebibytes = g_strdup_printf ("%" G_GSIZE_FORMAT, bytes >> 20);

  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY,
               _("There is not enough memory for an area of %d x %d pixels (%s MiB); select a smaller area or close "
                 "other images."),
                  area->width, area->height, mebibytes);
  g_free (mebibytes);
}

typedef struct
{
  ConvLayerReading reading;
  gint failed; /* atomic */
} WholeReading;

static void
read_rows (gsize first, gsize count, gpointer data)
{
  WholeReading *whole = data;
  GeglRectangle area = { 0, (gint) first, whole->reading.plane.width, (gint) count };

  if (!conv_layer_reading_read (&whole->reading, area))
    g_atomic_int_set (&whole->failed, TRUE);
}

gboolean
conv_layer_read_plane (const ConvLayerSource *source, ConvLayerGrayscale grayscale, Conv2dPlane *plane, GError **error)
{
  WholeReading whole = { .failed = FALSE };

  if (!conv_layer_reading_start (&whole.reading, source, grayscale, error))
    return FALSE;
  gegl_parallel_distribute_range ((gsize) source->area.height, 64.0, read_rows, &whole);
  if (whole.failed)
    {
      conv_layer_set_area_error (error, &source->area,
                                 (gsize) whole.reading.plane.stride * (gsize) source->area.height);
      g_free (whole.reading.codes);
      return FALSE;
    }
  *plane = whole.reading.plane;
  return TRUE;
}

/* ---- activations ---- */

ConvLayerPixels
conv_layer_pixels_for (GeglBuffer *buffer, ConvLayerScale scale)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  gboolean raw = scale == CONV_LAYER_SCALE_RAW;
  gboolean bytes = !raw && depth_of (format) == CONV2D_U8;
  gboolean widen = strcmp (type_name (format), "double") == 0; /* babl's own way there is not exact */
  ConvLayerPixels pixels = { .channels = is_gray (format) ? 1 : 3 };

  pixels.format = colour_format (format, !raw, FALSE, bytes ? "u8" : widen ? "double" : "float");
  pixels.pixel = bytes ? CONV2D_BYTE : raw ? CONV2D_ACTIVATION : CONV2D_UNIT;
  pixels.size = babl_format_get_bytes_per_pixel (pixels.format);
  pixels.widen = widen;
  pixels.clip = raw && type_name (format)[0] == 'u';
  return pixels;
}

gsize
conv_layer_clip (gfloat *values, gsize count)
{
  gsize clipped = 0;

  for (gsize i = 0; i < count; i++)
    if (!(values[i] >= 0 && values[i] <= 1))
      {
        values[i] = values[i] > 1 ? 1 : 0;
        clipped++;
      }
  return clipped;
}

void
conv_layer_widen (gpointer values, gsize count)
{
  /* From the end, so that no float is overwritten before it is read. */
  while (count-- > 0)
    {
      gfloat narrow;
      gdouble wide;

      memcpy (&narrow, (const gchar *) values + count * sizeof narrow, sizeof narrow);
      wide = (gdouble) narrow;
      memcpy ((gchar *) values + count * sizeof wide, &wide, sizeof wide);
    }
}
