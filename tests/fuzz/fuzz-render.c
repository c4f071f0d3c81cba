/* fuzz-render.c: any arguments, parted by zero bytes, on a tiny picture that
 * the bytes behind them make: an error with a sentence, or every map, whose
 * pixels lie in the range that is told, the same with one thread and with two. */

#include "fuzz-glib.h"

#include <math.h>
#include <sanitizer/lsan_interface.h>

#include "render.h"

#define LARGEST 24 /* pixels of a side */

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  GPtrArray *buffers = data;
  GeglBuffer *buffer;

  (void) error;
  FUZZ_CHECK (map->width >= 1 && map->height >= 1 && map->min <= map->max);
  buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, map->width, map->height), babl_format ("Y' float"));
  g_ptr_array_add (buffers, buffer);
  return buffer;
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  (void) data;
  FUZZ_CHECK (g_utf8_validate (text, -1, NULL) && fraction >= 0 && fraction <= 1);
}

static GeglBuffer *
take_picture (const uint8_t **data, size_t *size)
{
  static const gchar *const formats[]
      = { "R'G'B' u8", "R'G'B'A u8", "Y' u8", "Y'A u16", "R'G'B'A float", "RGB float", "Y half", "RGBA double" };
  const Babl *format = babl_format (formats[fuzz_byte (data, size) % (int) G_N_ELEMENTS (formats)]);
  gint width = 1 + fuzz_byte (data, size) % LARGEST, height = 1 + fuzz_byte (data, size) % LARGEST;
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width, height), format);
  gsize count = (gsize) width * (gsize) height * (gsize) babl_format_get_bytes_per_pixel (format);
  guchar *pixels = g_malloc (count);

  for (gsize i = 0; i < count; i++)
    pixels[i] = *size > 0 ? (guchar) (*data)[i % *size] : (guchar) (37 * i);
  gegl_buffer_set (buffer, NULL, 0, format, pixels, GEGL_AUTO_ROWSTRIDE);
  g_free (pixels);
  return buffer;
}

static void
check_pixels (const ConvLayerOptions *options, const ConvLayerMap *map, GeglBuffer *buffer)
{
  gsize count = (gsize) map->width * (gsize) map->height;
  gfloat *pixels = g_new (gfloat, count);
  gboolean raw = options->scale == CONV_LAYER_SCALE_RAW;

  gegl_buffer_get (buffer, NULL, 1, NULL, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < count; i++)
    if (raw)
      FUZZ_CHECK (!isfinite (pixels[i]) || (pixels[i] >= map->min && pixels[i] <= map->max));
    else
      FUZZ_CHECK (pixels[i] >= 0 && pixels[i] <= 1);
  g_free (pixels);
}

/* The maps' bytes and ranges; NULL after an error. */
static GByteArray *
run (const ConvLayerOptions *options, GeglBuffer *picture, gint threads)
{
  GPtrArray *buffers = g_ptr_array_new_with_free_func (g_object_unref);
  ConvLayerSource source = { picture, *gegl_buffer_get_extent (picture), FALSE };
  ConvLayerHost host = { new_map, progress, NULL, buffers };
  GByteArray *bytes = NULL;
  GError *error = NULL;
  GPtrArray *maps;

  g_object_set (gegl_config (), "threads", threads, NULL);
  maps = conv_layer_render (options, &source, &host, &error);
  if (!maps)
    fuzz_check_sentence (error);
  else
    bytes = g_byte_array_new ();
  FUZZ_CHECK (!maps || maps->len == buffers->len);
  for (guint i = 0; maps && i < maps->len; i++)
    {
      const ConvLayerMap *map = maps->pdata[i];
      gsize size = (gsize) map->width * (gsize) map->height * sizeof (gfloat);
      guint at = bytes->len;

      check_pixels (options, map, buffers->pdata[i]);
      g_byte_array_set_size (bytes, at + (guint) size);
      gegl_buffer_get (buffers->pdata[i], NULL, 1, NULL, bytes->data + at, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      g_byte_array_append (bytes, (const guint8 *) &map->min, 2 * sizeof (gfloat));
    }
  g_clear_pointer (&maps, g_ptr_array_unref);
  g_clear_error (&error);
  g_ptr_array_unref (buffers);
  return bytes;
}

/* What would take long says nothing more than what does not. */
static gboolean
is_small (const ConvLayerOptions *options, GeglBuffer *picture)
{
  Conv2dGeometry geometry;
  const GeglRectangle *extent = gegl_buffer_get_extent (picture);

  if (!conv_layer_options_measure (options, extent->width, extent->height, &geometry, NULL, NULL))
    return TRUE;
  return (gint64) geometry.width * geometry.height * options->layer.filters.count < 40000;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  /* What GEGL makes once is its own to free. */
  __lsan_disable ();
  fuzz_start ();
  gegl_init (argc, argv);
  g_object_set (gegl_config (), "use-opencl", FALSE, NULL);
  LLVMFuzzerTestOneInput (NULL, 0);
  __lsan_enable ();
  return 0;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  ConvLayerValues values;
  ConvLayerOptions *options;
  GeglBuffer *picture;

  fuzz_take_values (&data, &size, values);
  options = conv_layer_options_new (values, NULL);
  conv_layer_values_clear (values);
  if (!options)
    return 0;
  picture = take_picture (&data, &size);
  if (is_small (options, picture))
    {
      GByteArray *one = run (options, picture, 1), *two = run (options, picture, 2);

      FUZZ_CHECK (!one == !two);
      FUZZ_CHECK (!one || (one->len == two->len && memcmp (one->data, two->data, one->len) == 0));
      g_clear_pointer (&one, g_byte_array_unref);
      g_clear_pointer (&two, g_byte_array_unref);
    }
  g_object_unref (picture);
  conv_layer_options_free (options);
  return 0;
}
