/* test-golden.c: the core against what the real OpenCV, PyTorch and Matplotlib
 * gave (tests/golden/README.md tells the format).  Knows the core by its
 * public header only. */

#include <gio/gio.h>
#include <math.h>
#include <string.h>

#include "conv2d.h"

/* A golden index, its arrays, and the section being read. */
typedef struct
{
  GKeyFile *index;
  GByteArray *arrays; /* NULL: the section names its own file */
  const gchar *section;
} Golden;

/* ---- files ---- */

static GByteArray *
inflate (const guint8 *data, gsize length)
{
  g_autoptr (GConverter) converter = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_ZLIB));
  g_autoptr (GInputStream) packed = g_memory_input_stream_new_from_data (data, (gssize) length, NULL);
  g_autoptr (GInputStream) stream = g_converter_input_stream_new (packed, converter);
  GByteArray *bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  guint8 block[65536];
  gssize got;

  while ((got = g_input_stream_read (stream, block, sizeof block, NULL, &error)) > 0)
    g_byte_array_append (bytes, block, (guint) got);
  g_assert_no_error (error);
  return bytes;
}

static gchar *
read_file (const gchar *folder, const gchar *name, gsize *length)
{
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, folder, name, NULL);
  g_autoptr (GError) error = NULL;
  gchar *text = NULL;

  g_file_get_contents (path, &text, length, &error);
  g_assert_no_error (error);
  return text;
}

static GByteArray *
read_arrays (const gchar *name)
{
  gsize length;
  g_autofree gchar *packed = read_file ("golden", name, &length);

  return inflate ((const guint8 *) packed, length);
}

static Golden
golden_open (const gchar *stem)
{
  Golden golden = { .index = g_key_file_new () };
  g_autofree gchar *ini = g_strconcat (stem, ".ini", NULL);
  g_autofree gchar *z = g_strconcat (stem, ".z", NULL);
  g_autofree gchar *path = g_test_build_filename (G_TEST_DIST, "golden", ini, NULL);
  g_autoptr (GError) error = NULL;

  g_key_file_load_from_file (golden.index, path, G_KEY_FILE_NONE, &error);
  g_assert_no_error (error);
  if (strcmp (stem, "photos") != 0)
    golden.arrays = read_arrays (z);
  return golden;
}

static void
golden_close (Golden *golden)
{
  g_key_file_free (golden->index);
  g_clear_pointer (&golden->arrays, g_byte_array_unref);
}

/* ---- keys ---- */

static gchar *
text_of (const Golden *golden, const gchar *key)
{
  g_autoptr (GError) error = NULL;
  gchar *text = g_key_file_get_string (golden->index, golden->section, key, &error);

  g_assert_no_error (error);
  return text;
}

static gint
integer_of (const Golden *golden, const gchar *key)
{
  g_autoptr (GError) error = NULL;
  gint number = g_key_file_get_integer (golden->index, golden->section, key, &error);

  g_assert_no_error (error);
  return number;
}

static gboolean
has_key (const Golden *golden, const gchar *key)
{
  return g_key_file_has_key (golden->index, golden->section, key, NULL);
}

static gfloat
float_of (const Golden *golden, const gchar *key)
{
  g_autofree gchar *text = text_of (golden, key);
  guint32 bits = (guint32) g_ascii_strtoull (text, NULL, 16);
  gfloat number;

  memcpy (&number, &bits, sizeof number);
  return number;
}

/* COUNT items of SIZE bytes that start where KEY says. */
static gconstpointer
array_of (const Golden *golden, const gchar *key, gsize count, gsize size)
{
  gsize start = (gsize) integer_of (golden, key);

  g_assert_cmpuint (start + count * size, <=, golden->arrays->len);
  return golden->arrays->data + start;
}

/* ---- comparing ---- */

/* Fails the test but lets it go on, so that all that is wrong is told. */
static void G_GNUC_PRINTF (1, 2) complain (const gchar *format, ...)
{
  va_list arguments;
  g_autofree gchar *text = NULL;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_test_message ("%s", text);
  g_test_fail ();
}

static guint32
bits_of (gfloat number)
{
  guint32 bits;

  memcpy (&bits, &number, sizeof bits);
  return bits;
}

static void
compare_floats (const gchar *what, const gfloat *got, const gfloat *wanted, gsize count)
{
  gsize wrong = 0, first = 0;

  for (gsize i = count; i-- > 0;)
    if (bits_of (got[i]) != bits_of (wanted[i]))
      {
        wrong++;
        first = i;
      }
  if (wrong > 0)
    complain ("%s: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " floats differ, the first is %" G_GSIZE_FORMAT
              ": %.9g, wanted %.9g",
              what, wrong, count, first, (gdouble) got[first], (gdouble) wanted[first]);
}

static void
compare_bytes (const gchar *what, const guint8 *got, const guint8 *wanted, gsize count)
{
  gsize wrong = 0, first = 0;

  for (gsize i = count; i-- > 0;)
    if (got[i] != wanted[i])
      {
        wrong++;
        first = i;
      }
  if (wrong > 0)
    complain ("%s: %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes differ, the first is %" G_GSIZE_FORMAT
              ": %d, wanted %d",
              what, wrong, count, first, got[first], wanted[first]);
}

/* ---- running a layer ---- */

static Conv2dLayer
layer_of (const Golden *golden)
{
  static const gchar *const modes[] = { "zeros", "reflect", "replicate", "circular", NULL };
  g_autofree gchar *filter_text = text_of (golden, "filter");
  g_autofree gchar *variants = text_of (golden, "variants");
  g_autofree gchar *padding = text_of (golden, "padding");
  g_autofree gchar *mode = text_of (golden, "padding-mode");
  g_autofree gchar *bias = text_of (golden, "bias");
  Conv2dLayer layer = { .stride = integer_of (golden, "stride"),
                        .dilation = integer_of (golden, "dilation"),
                        .bias = (gfloat) g_ascii_strtod (bias, NULL) };
  Conv2dFilter filter;
  Conv2dError error = { 0 };

  conv2d_filter_parse (filter_text, &filter, &error);
  g_assert_cmpint (error.status, ==, CONV2D_OK);
  conv2d_bank_parse (variants, &filter, &layer.filters, &error);
  g_assert_cmpint (error.status, ==, CONV2D_OK);

  while (strcmp (modes[layer.padding_mode], mode) != 0)
    g_assert_nonnull (modes[++layer.padding_mode]);
  if (strcmp (padding, "same") == 0)
    layer.same = true;
  else if (strcmp (padding, "valid") != 0)
    {
      const gchar *comma = strchr (padding, ',');

      layer.padding_rows = (int) g_ascii_strtoll (padding, NULL, 10);
      layer.padding_columns = comma ? (int) g_ascii_strtoll (comma + 1, NULL, 10) : layer.padding_rows;
    }
  return layer;
}

/* All maps, pre-ReLU then post-ReLU, as pixels without gaps; RANGES may be
 * NULL; BLACK and WHITE hold one float for each map. */
static void
run (const Conv2dPlan *plan, Conv2dPixel pixel, int count, const gfloat *black, const gfloat *white, void *pixels,
     Conv2dRange *ranges)
{
  const Conv2dGeometry *geometry = conv2d_plan_geometry (plan);
  Conv2dArea area = { 0, 0, geometry->width, geometry->height };
  Conv2dWork *work = conv2d_work_new (plan);
  g_autofree Conv2dTarget *targets = g_new0 (Conv2dTarget, 2 * count);
  gsize size = pixel == CONV2D_BYTE ? 1 : sizeof (gfloat);
  gsize map = size * (gsize) geometry->width * (gsize) geometry->height;

  g_assert_nonnull (work);
  for (int n = 0; n < 2 * count; n++)
    {
      targets[n] = (Conv2dTarget) { .pixels = (guint8 *) pixels + map * (gsize) n,
                                    .stride = (ptrdiff_t) size * geometry->width,
                                    .pixel = pixel,
                                    .channels = 1,
                                    .black = black ? black[n] : 0,
                                    .white = white ? white[n] : 1 };
      if (ranges)
        ranges[n] = CONV2D_RANGE_NONE;
    }
  if (ranges)
    conv2d_plan_range (plan, work, area, ranges);
  conv2d_plan_maps (plan, work, area, targets);
  conv2d_work_free (work);
}

/* ---- gray ---- */

static void
test_gray8 (void)
{
  Golden golden = golden_open ("gray");
  g_autofree guint8 *rgb = g_new (guint8, 3 * 65536);
  g_autofree guint8 *codes = g_new (guint8, 65536);
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree gchar *wanted = NULL;
  gint wrong = 0;

  for (guint red = 0; red < 256; red++)
    {
      for (guint i = 0; i < 65536; i++)
        {
          rgb[3 * i] = (guint8) red;
          rgb[3 * i + 1] = (guint8) (i >> 8);
          rgb[3 * i + 2] = (guint8) i;
        }
      conv2d_gray_row (CONV2D_OPENCV, CONV2D_U8, rgb, codes, 65536);
      for (guint i = 0; i < 65536; i++)
        wrong += codes[i] != (9798 * red + 19235 * (i >> 8) + 3735 * (i & 255) + 16384) >> 15;
      g_checksum_update (checksum, codes, 65536);
    }
  g_assert_cmpint (wrong, ==, 0);
  golden.section = "u8";
  wanted = text_of (&golden, "sha256");
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, wanted);
  golden_close (&golden);
}

static void
test_gray16 (void)
{
  Golden golden = golden_open ("gray");
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree gchar *wanted = NULL;
  guint16 rgb[3 * 1024], codes[1024];
  gint wrong = 0;

  golden.section = "u16";
  g_assert_cmpint (integer_of (&golden, "count"), ==, 1 << 20);
  for (guint32 row = 0; row < 1024; row++)
    {
      for (guint32 i = 0; i < 1024; i++)
        {
          guint32 h = (row * 1024 + i) * 2654435761u;

          h ^= h >> 15;
          h *= 0x85ebca6bu;
          h ^= h >> 13;
          rgb[3 * i] = (guint16) h;
          rgb[3 * i + 1] = (guint16) (h >> 16);
          rgb[3 * i + 2] = (guint16) (h * 0xc2b2ae35u >> 16);
        }
      conv2d_gray_row (CONV2D_OPENCV, CONV2D_U16, rgb, codes, 1024);
      for (guint i = 0; i < 1024; i++)
        wrong += codes[i]
                 != (guint16) ((9798u * rgb[3 * i] + 19235u * rgb[3 * i + 1] + 3735u * rgb[3 * i + 2] + 16384u) >> 15);
      for (guint i = 0; i < 1024; i++)
        codes[i] = GUINT16_TO_LE (codes[i]);
      g_checksum_update (checksum, (const guchar *) codes, sizeof codes);
    }
  g_assert_cmpint (wrong, ==, 0);
  wanted = text_of (&golden, "sha256");
  g_assert_cmpstr (g_checksum_get_string (checksum), ==, wanted);
  golden_close (&golden);
}

static void
test_gray_float (void)
{
  Golden golden = golden_open ("gray");
  g_autofree gfloat *codes = NULL;
  const gfloat *rgb;
  gsize count;

  golden.section = "f32";
  count = (gsize) integer_of (&golden, "count");
  codes = g_new (gfloat, count);
  rgb = array_of (&golden, "input", 3 * count, sizeof (gfloat));
  conv2d_gray_row (CONV2D_OPENCV, CONV2D_F32, rgb, codes, (int) count);
  compare_floats ("gray", codes, array_of (&golden, "output", count, sizeof (gfloat)), count);

  /* A pixel's gray does not depend on where in its row it stands. */
  for (gsize start = 1; start < 40; start++)
    {
      conv2d_gray_row (CONV2D_OPENCV, CONV2D_F32, rgb + 3 * start, codes, 37);
      compare_floats ("part", codes, (const gfloat *) array_of (&golden, "output", count, sizeof (gfloat)) + start, 37);
    }
  golden_close (&golden);
}

/* One channel is the gray, in every depth. */
static void
test_gray_channels (void)
{
  static const Conv2dGray grays[] = { CONV2D_RED, CONV2D_GREEN, CONV2D_BLUE };

  for (guint channel = 0; channel < 3; channel++)
    {
      guint8 rgb8[3 * 67], codes8[67];
      guint16 rgb16[3 * 67], codes16[67];
      gfloat rgb32[3 * 67], codes32[67];

      for (guint i = 0; i < 3 * 67; i++)
        {
          rgb8[i] = (guint8) (i * 37);
          rgb16[i] = (guint16) (i * 40503);
          rgb32[i] = (gfloat) i / 7 - 3;
        }
      conv2d_gray_row (grays[channel], CONV2D_U8, rgb8, codes8, 67);
      conv2d_gray_row (grays[channel], CONV2D_U16, rgb16, codes16, 67);
      conv2d_gray_row (grays[channel], CONV2D_F32, rgb32, codes32, 67);
      for (guint i = 0; i < 67; i++)
        {
          g_assert_cmpint (codes8[i], ==, rgb8[3 * i + channel]);
          g_assert_cmpint (codes16[i], ==, rgb16[3 * i + channel]);
          g_assert_cmpuint (bits_of (codes32[i]), ==, bits_of (rgb32[3 * i + channel]));
        }
    }
}

/* ---- pictures ---- */

/* An 8-bit PNG without interlacing, as tests/data holds; its pixels without
 * the alpha of CHANNELS = 4. */
static guint8 *
read_png (const gchar *name, int *width, int *height, int *channels)
{
  static const int samples[] = { 1, 0, 3, 0, 2, 0, 4 };
  gsize length, line;
  g_autofree gchar *file = read_file ("data", name, &length);
  const guint8 *bytes = (const guint8 *) file;
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  g_autoptr (GByteArray) rows = NULL;
  guint8 *pixels;

  g_assert_cmpuint (length, >, 33);
  *width = bytes[18] << 8 | bytes[19];
  *height = bytes[22] << 8 | bytes[23];
  g_assert_cmpint (bytes[24], ==, 8);
  *channels = samples[bytes[25]];
  g_assert_cmpint (bytes[28], ==, 0);
  for (gsize at = 8; at + 12 <= length;)
    {
      gsize size = (gsize) bytes[at] << 24 | (gsize) bytes[at + 1] << 16 | (gsize) bytes[at + 2] << 8 | bytes[at + 3];

      g_assert_cmpuint (at + 12 + size, <=, length);
      if (memcmp (bytes + at + 4, "IDAT", 4) == 0)
        g_byte_array_append (packed, bytes + at + 8, (guint) size);
      at += 12 + size;
    }
  rows = inflate (packed->data, packed->len);
  line = (gsize) *width * (gsize) *channels;
  g_assert_cmpuint (rows->len, ==, (line + 1) * (gsize) *height);
  pixels = g_malloc (line * (gsize) *height);
  for (gsize y = 0; y < (gsize) *height; y++)
    {
      const guint8 *from = rows->data + (line + 1) * y;
      guint8 *to = pixels + line * y;
      gsize step = (gsize) *channels;

      for (gsize x = 0; x < line; x++)
        {
          int left = x >= step ? to[x - step] : 0;
          int up = y > 0 ? to[x - line] : 0;
          int corner = x >= step && y > 0 ? to[x - line - step] : 0;
          int paeth = left + up - corner;
          int nearest = abs (paeth - left) <= abs (paeth - up) && abs (paeth - left) <= abs (paeth - corner) ? left
                        : abs (paeth - up) <= abs (paeth - corner)                                           ? up
                                                                                                             : corner;
          const int guesses[] = { 0, left, up, (left + up) / 2, nearest };

          g_assert_cmpint (from[0], <, 5);
          to[x] = (guint8) (from[x + 1] + guesses[from[0]]);
        }
    }
  if (*channels == 4)
    for (gsize i = 0; i < (gsize) *width * (gsize) *height; i++)
      memmove (pixels + 3 * i, pixels + 4 * i, 3);
  *channels = *channels == 4 ? 3 : *channels;
  return pixels;
}

/* The gray plane of a section of photos.ini; its codes are the caller's. */
static Conv2dPlane
plane_of (const Golden *golden)
{
  static const gchar *const grays[] = { "opencv", "red", "green", "blue", NULL };
  g_autofree gchar *photo = text_of (golden, "photo");
  g_autofree gchar *grayscale = text_of (golden, "grayscale");
  Conv2dPlane plane
      = { .depth = CONV2D_U8, .width = integer_of (golden, "in-width"), .height = integer_of (golden, "in-height") };
  g_autofree guint8 *pixels = NULL;
  guint8 *codes;
  Conv2dGray gray = CONV2D_OPENCV;
  int width = plane.width, height = plane.height, channels;

  while (strcmp (grays[gray], grayscale) != 0)
    g_assert_nonnull (grays[++gray]);
  if (g_str_has_suffix (photo, ".tif"))
    {
      gsize length, strip;
      g_autofree gchar *file = read_file ("data", photo, &length);

      channels = strstr (photo, "rgb") ? 3 : 1;
      plane.depth = CONV2D_F32;
      strip = sizeof (gfloat) * (gsize) width * (gsize) height * (gsize) channels;
      g_assert_cmpuint (length, >, 8 + strip);
      pixels = g_memdup2 (file + 8, strip);
    }
  else
    pixels = read_png (photo, &width, &height, &channels);
  g_assert_cmpint (width, ==, plane.width);
  g_assert_cmpint (height, ==, plane.height);
  plane.stride = (ptrdiff_t) plane.depth * width;
  codes = g_malloc ((gsize) plane.stride * (gsize) height);
  for (int y = 0; y < height; y++)
    {
      const guint8 *from = pixels + (gsize) plane.stride * (gsize) channels * (gsize) y;
      guint8 *to = codes + (gsize) plane.stride * (gsize) y;

      if (channels == 3)
        conv2d_gray_row (gray, plane.depth, from, to, width);
      else
        memcpy (to, from, (gsize) plane.stride);
    }
  plane.codes = codes;
  return plane;
}

static void
test_photo (gconstpointer data)
{
  Golden golden = golden_open ("photos");
  g_autofree gchar *file = NULL, *kind = NULL, *scale = NULL, *maps = NULL;
  g_autofree gfloat *black = NULL, *white = NULL;
  g_autofree Conv2dRange *ranges = NULL;
  g_autofree guint8 *pixels = NULL;
  Conv2dPixel pixel = CONV2D_BYTE;
  Conv2dPlane plane;
  Conv2dLayer layer;
  Conv2dPlan *plan;
  Conv2dError error = { 0 };
  const Conv2dGeometry *geometry;
  gsize map, size = 1;
  gint count, first, filters;

  golden.section = data;
  file = text_of (&golden, "data");
  kind = text_of (&golden, "pixel");
  scale = text_of (&golden, "scale");
  maps = text_of (&golden, "maps");
  count = integer_of (&golden, "count");
  golden.arrays = read_arrays (file);
  plane = plane_of (&golden);
  layer = layer_of (&golden);
  filters = layer.filters.count;
  plan = conv2d_plan_new (&layer, &plane, &error);
  g_assert_nonnull (plan);
  geometry = conv2d_plan_geometry (plan);
  g_assert_cmpint (geometry->width, ==, integer_of (&golden, "width"));
  g_assert_cmpint (geometry->height, ==, integer_of (&golden, "height"));
  g_assert_cmpint (layer.dilation * (layer.filters.columns - 1) / 2 - geometry->left, ==, integer_of (&golden, "x"));
  g_assert_cmpint (layer.dilation * (layer.filters.rows - 1) / 2 - geometry->top, ==, integer_of (&golden, "y"));

  if (strcmp (kind, "float") == 0)
    {
      pixel = strcmp (scale, "raw") == 0 ? CONV2D_ACTIVATION : CONV2D_UNIT;
      size = sizeof (gfloat);
    }
  map = (gsize) geometry->width * (gsize) geometry->height;
  pixels = g_malloc (2 * map * size * (gsize) filters);
  black = g_new0 (gfloat, 2 * filters);
  white = g_new0 (gfloat, 2 * filters);
  ranges = g_new0 (Conv2dRange, 2 * filters);
  first = strcmp (maps, "post-relu") == 0 ? filters : 0;
  g_assert_cmpint (count, ==, strcmp (maps, "both") == 0 ? 2 * filters : filters);
  for (gint pass = 0; pass < 2; pass++)
    {
      if (pass == 1)
        run (plan, pixel, filters, black, white, pixels, ranges);
      for (gint n = 0; n < count; n++)
        {
          g_autofree gchar *section = g_strdup_printf ("%s/%d", (const gchar *) data, n + 1);
          g_autofree gchar *what = g_strconcat (section, " pixels", NULL);
          gint at = first + n;

          golden.section = section;
          if (pass == 0)
            {
              black[at] = float_of (&golden, "black-bits");
              white[at] = float_of (&golden, "white-bits");
              continue;
            }
          g_assert_cmpint (at % filters + 1, ==, integer_of (&golden, "output"));
          if (ranges[at].min != float_of (&golden, "min-bits") || ranges[at].max != float_of (&golden, "max-bits"))
            complain ("%s: range %.9g, %.9g, wanted %.9g, %.9g", section, (gdouble) ranges[at].min,
                      (gdouble) ranges[at].max, (gdouble) float_of (&golden, "min-bits"),
                      (gdouble) float_of (&golden, "max-bits"));
          if (pixel == CONV2D_BYTE)
            compare_bytes (what, pixels + map * (gsize) at, array_of (&golden, "offset", map, 1), map);
          else
            compare_floats (what, (const gfloat *) pixels + map * (gsize) at, array_of (&golden, "offset", map, size),
                            map);
        }
    }
  conv2d_plan_free (plan);
  conv2d_bank_clear (&layer.filters);
  g_free ((gpointer) plane.codes);
  golden_close (&golden);
}

/* ---- random layers ---- */

typedef enum
{
  LAYERS_EXACT,
  LAYERS_CONTRACT,
  LAYERS_TORCH
} Layers;

static void
check_layer (const Golden *golden, Layers which)
{
  g_autofree gchar *depth = text_of (golden, "depth");
  g_autofree gfloat *maps = NULL;
  g_autofree Conv2dRange *ranges = NULL;
  Conv2dPlane plane = { .depth = strcmp (depth, "u8") == 0    ? CONV2D_U8
                                 : strcmp (depth, "u16") == 0 ? CONV2D_U16
                                                              : CONV2D_F32,
                        .width = integer_of (golden, "width"),
                        .height = integer_of (golden, "height") };
  Conv2dLayer layer = layer_of (golden);
  Conv2dGeometry measured = { 0 };
  Conv2dError error = { 0 };
  const Conv2dGeometry *geometry;
  const gfloat *wanted;
  Conv2dPlan *plan;
  gint count = layer.filters.count;
  gsize map, all;

  plane.stride = (ptrdiff_t) plane.depth * plane.width;
  plane.codes = array_of (golden, "input", (gsize) plane.height, (gsize) plane.stride);
  g_assert_cmpint (count, ==, integer_of (golden, "count"));
  g_assert_cmpint (conv2d_layer_measure (&layer, plane.width, plane.height, &measured, &error), ==, CONV2D_OK);
  g_assert_cmpint (measured.width, ==, integer_of (golden, "out-width"));
  g_assert_cmpint (measured.height, ==, integer_of (golden, "out-height"));

  plan = conv2d_plan_new (&layer, &plane, &error);
  g_assert_nonnull (plan);
  geometry = conv2d_plan_geometry (plan);
  g_assert_cmpint (geometry->width, ==, measured.width);
  g_assert_cmpint (geometry->height, ==, measured.height);
  map = (gsize) geometry->width * (gsize) geometry->height;
  all = map * (gsize) count;
  maps = g_new (gfloat, 2 * all);
  ranges = g_new (Conv2dRange, 2 * count);
  memset (maps, 0xff, 2 * all * sizeof (gfloat));
  run (plan, CONV2D_ACTIVATION, count, NULL, NULL, maps, ranges);
  conv2d_plan_free (plan);
  conv2d_bank_clear (&layer.filters);

  wanted = array_of (golden, "contract", all, sizeof (gfloat));
  if (which == LAYERS_TORCH && has_key (golden, "torch"))
    {
      wanted = array_of (golden, "torch", all, sizeof (gfloat));
      for (gint n = 0; n < count; n++)
        {
          gfloat greatest = 0, apart = 0;

          for (gsize i = map * (gsize) n; i < map * (gsize) (n + 1); i++)
            {
              greatest = fmaxf (greatest, fabsf (wanted[i]));
              apart = fmaxf (apart, isfinite (maps[i]) ? fabsf (maps[i] - wanted[i]) : HUGE_VALF);
            }
          if (apart > 1e-5f * greatest)
            complain ("%s: map %d is %g apart, its greatest magnitude %g", golden->section, n + 1, (gdouble) apart,
                      (gdouble) greatest);
        }
      return;
    }
  compare_floats (golden->section, maps, wanted, all);
  for (gint n = 0; n < count; n++)
    {
      gfloat min = HUGE_VALF, max = -HUGE_VALF;

      for (gsize i = map * (gsize) n; i < map * (gsize) (n + 1); i++)
        {
          min = fminf (min, wanted[i]);
          max = fmaxf (max, wanted[i]);
          if (maps[all + i] != fmaxf (0, wanted[i]))
            {
              complain ("%s: ReLU of %.9g gave %.9g", golden->section, (gdouble) wanted[i], (gdouble) maps[all + i]);
              break;
            }
        }
      if (ranges[n].min != min || ranges[n].max != max || ranges[count + n].min != fmaxf (0, min)
          || ranges[count + n].max != fmaxf (0, max))
        complain ("%s: range of map %d is %.9g, %.9g and %.9g, %.9g", golden->section, n + 1, (gdouble) ranges[n].min,
                  (gdouble) ranges[n].max, (gdouble) ranges[count + n].min, (gdouble) ranges[count + n].max);
    }
}

static void
test_layers (gconstpointer data)
{
  Layers which = (Layers) GPOINTER_TO_INT (data);
  Golden golden = golden_open ("layers");
  gsize sections, checked = 0, other = 0;
  g_auto (GStrv) names = g_key_file_get_groups (golden.index, &sections);

  for (gsize i = 0; i < sections; i++)
    {
      g_autofree gchar *exact = NULL;

      golden.section = names[i];
      exact = text_of (&golden, "exact");
      if (which != LAYERS_TORCH && (which == LAYERS_EXACT) != (strcmp (exact, "true") == 0))
        continue;
      check_layer (&golden, which);
      checked++;
      other += has_key (&golden, "torch") ? 1 : 0;
    }
  g_test_message ("%" G_GSIZE_FORMAT " layers; PyTorch's own bits are others in %" G_GSIZE_FORMAT, checked, other);
  g_assert_cmpuint (checked, >=, which == LAYERS_TORCH ? 300 : 150);
  golden_close (&golden);
}

/* ---- display ---- */

/* VALUES as they are: a filter of one weight, 1. */
static void
show (const gfloat *values, gsize count, Conv2dPixel pixel, gfloat black, gfloat white, void *pixels,
      Conv2dRange *ranges)
{
  const gfloat blacks[] = { black, black }, whites[] = { white, white };
  Conv2dPlane plane = { .depth = CONV2D_F32,
                        .width = (int) count,
                        .height = 1,
                        .stride = (ptrdiff_t) (count * sizeof (gfloat)),
                        .codes = values };
  Conv2dLayer layer = { .stride = 1, .dilation = 1 };
  Conv2dFilter filter;
  Conv2dPlan *plan;

  g_assert_cmpint (conv2d_filter_parse ("1", &filter, NULL), ==, CONV2D_OK);
  g_assert_cmpint (conv2d_bank_parse ("f", &filter, &layer.filters, NULL), ==, CONV2D_OK);
  plan = conv2d_plan_new (&layer, &plane, NULL);
  g_assert_nonnull (plan);
  run (plan, pixel, 1, blacks, whites, pixels, ranges);
  conv2d_plan_free (plan);
  conv2d_bank_clear (&layer.filters);
}

static void
test_display_ranges (void)
{
  Golden golden = golden_open ("display");
  gsize sections, checked = 0;
  g_auto (GStrv) names = g_key_file_get_groups (golden.index, &sections);

  for (gsize i = 0; i < sections; i++)
    if (g_str_has_prefix (names[i], "range-"))
      {
        g_autofree guint8 *bytes = NULL;
        g_autofree gfloat *units = NULL;
        const gfloat *values;
        gfloat black, white;
        gsize count;

        golden.section = names[i];
        count = (gsize) integer_of (&golden, "count");
        values = array_of (&golden, "values", count, sizeof (gfloat));
        black = float_of (&golden, "black-bits");
        white = float_of (&golden, "white-bits");
        bytes = g_new (guint8, 2 * count);
        units = g_new (gfloat, 2 * count);
        show (values, count, CONV2D_BYTE, black, white, bytes, NULL);
        compare_bytes (names[i], bytes, array_of (&golden, "bytes", count, 1), count);
        show (values, count, CONV2D_UNIT, black, white, units, NULL);
        compare_floats (names[i], units, array_of (&golden, "units", count, sizeof (gfloat)), count);
        checked++;
      }
  g_assert_cmpuint (checked, ==, 24);
  golden_close (&golden);
}

static void
test_display_bad (gconstpointer data)
{
  Golden golden = golden_open ("display");
  g_autofree guint8 *bytes = NULL;
  g_autofree gfloat *maps = NULL;
  Conv2dRange ranges[2];
  const gfloat *values, *relu;
  const guint8 *wanted;
  gsize count;

  golden.section = data;
  count = (gsize) integer_of (&golden, "count");
  values = array_of (&golden, "values", count, sizeof (gfloat));
  relu = array_of (&golden, "relu", count, sizeof (gfloat));
  wanted = array_of (&golden, "bytes", count, 1);
  bytes = g_new (guint8, 2 * count);
  maps = g_new (gfloat, 2 * count);
  show (values, count, CONV2D_ACTIVATION, 0, 1, maps, ranges);
  g_assert_cmpuint (bits_of (ranges[0].min), ==, bits_of (float_of (&golden, "min-bits")));
  g_assert_cmpuint (bits_of (ranges[0].max), ==, bits_of (float_of (&golden, "max-bits")));
  for (gsize i = 0; i < count; i++)
    {
      g_assert_true (isnan (values[i]) ? isnan (maps[i]) : bits_of (maps[i]) == bits_of (values[i]));
      g_assert_true (isnan (relu[i]) ? isnan (maps[count + i]) : bits_of (maps[count + i]) == bits_of (relu[i]));
    }
  show (values, count, CONV2D_BYTE, ranges[0].min, ranges[0].max, bytes, NULL);
  for (gsize i = 0; i < count; i++)
    {
      /* Matplotlib leaves a +inf pixel empty, which no map layer can be. */
      if (isinf (values[i]) && values[i] > 0)
        g_assert_true (bytes[i] == 0 || bytes[i] == 255);
      else
        g_assert_cmpint (bytes[i], ==, wanted[i]);
    }
  golden_close (&golden);
}

static void
test_relu (void)
{
  Golden golden = golden_open ("display");
  const gfloat *values, *relu;
  gfloat maps[256];
  gsize count;

  golden.section = "relu";
  count = (gsize) integer_of (&golden, "count");
  values = array_of (&golden, "values", count, sizeof (gfloat));
  relu = array_of (&golden, "relu", count, sizeof (gfloat));
  g_assert_cmpuint (2 * count, <=, G_N_ELEMENTS (maps));
  show (values, count, CONV2D_ACTIVATION, 0, 1, maps, NULL);
  for (gsize i = 0; i < count; i++)
    {
      gfloat got = maps[count + i];

      if (isnan (relu[i]))
        g_assert_true (isnan (got));
      /* A sum starts from +0: an input of -0 never reaches ReLU as -0. */
      else if (bits_of (values[i]) == 0x80000000u)
        g_assert_true (got == 0);
      else
        g_assert_cmpuint (bits_of (got), ==, bits_of (relu[i]));
    }
  golden_close (&golden);
}

/* ---- filter text ---- */

static void
test_text (gconstpointer data)
{
  Golden golden = golden_open ("text");
  g_autofree gchar *text = NULL, *again = NULL;
  Conv2dFilter filter, second;
  Conv2dError error = { 0 };
  const gdouble *weights;
  gsize count, length;

  golden.section = data;
  text = text_of (&golden, "text");
  if (has_key (&golden, "error"))
    {
      g_assert_cmpint (conv2d_filter_parse (text, &filter, &error), ==, CONV2D_SECOND_MATRIX);
      g_assert_cmpint (error.status, ==, CONV2D_SECOND_MATRIX);
      g_assert_cmpuint (error.start + error.length, <=, strlen (text));
      golden_close (&golden);
      return;
    }
  conv2d_filter_parse (text, &filter, &error);
  if (error.status != CONV2D_OK)
    {
      complain ("%s: status %d at row %d, column %d, \"%.*s\"", (const gchar *) data, error.status, error.row,
                error.column, (int) error.length, text + error.start);
      golden_close (&golden);
      return;
    }
  g_assert_cmpint (filter.rows, ==, integer_of (&golden, "rows"));
  g_assert_cmpint (filter.columns, ==, integer_of (&golden, "columns"));
  count = (gsize) (filter.rows * filter.columns);
  weights = array_of (&golden, "weights", count, sizeof (gdouble));
  g_assert_true (memcmp (filter.weights, weights, count * sizeof (gdouble)) == 0);

  /* What the core writes reads back to the same bits. */
  length = conv2d_filter_format (&filter, NULL, 0);
  again = g_malloc (length + 1);
  g_assert_cmpuint (conv2d_filter_format (&filter, again, length + 1), ==, length);
  g_assert_cmpuint (strlen (again), ==, length);
  g_assert_cmpint (conv2d_filter_parse (again, &second, NULL), ==, CONV2D_OK);
  g_assert_cmpint (second.rows, ==, filter.rows);
  g_assert_cmpint (second.columns, ==, filter.columns);
  g_assert_true (memcmp (second.weights, weights, count * sizeof (gdouble)) == 0);
  golden_close (&golden);
}

/* ---- */

static void
add_sections (const gchar *stem, GTestDataFunc function)
{
  Golden golden = golden_open (stem);
  gsize sections;
  g_auto (GStrv) names = g_key_file_get_groups (golden.index, &sections);

  g_assert_cmpuint (sections, >, 20);
  for (gsize i = 0; i < sections; i++)
    if (strchr (names[i], '/') == NULL)
      {
        g_autofree gchar *path = g_strdup_printf ("/core/golden/%s/%s", stem, names[i]);

        g_test_add_data_func_full (path, g_strdup (names[i]), function, g_free);
      }
  golden_close (&golden);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/golden/gray/8-bit", test_gray8);
  g_test_add_func ("/core/golden/gray/16-bit", test_gray16);
  g_test_add_func ("/core/golden/gray/float", test_gray_float);
  g_test_add_func ("/core/golden/gray/channels", test_gray_channels);
  g_test_add_func ("/core/golden/display/ranges", test_display_ranges);
  g_test_add_data_func ("/core/golden/display/bad", "bad", test_display_bad);
  g_test_add_data_func ("/core/golden/display/constant", "constant", test_display_bad);
  g_test_add_data_func ("/core/golden/display/constant-negative", "constant-negative", test_display_bad);
  g_test_add_data_func ("/core/golden/display/constant-nan", "constant-nan", test_display_bad);
  g_test_add_func ("/core/golden/relu", test_relu);
  add_sections ("text", test_text);
  g_test_add_data_func ("/core/golden/layers/exact", GINT_TO_POINTER (LAYERS_EXACT), test_layers);
  g_test_add_data_func ("/core/golden/layers/contract", GINT_TO_POINTER (LAYERS_CONTRACT), test_layers);
  g_test_add_data_func ("/core/golden/layers/torch", GINT_TO_POINTER (LAYERS_TORCH), test_layers);
  add_sections ("photos", test_photo);
  return g_test_run ();
}
