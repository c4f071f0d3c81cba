/* test-render.c: from buffers of every pixel format to buffers of maps,
 * against the core called directly on the whole picture. */

#include <math.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "failing-memory.h"
#include "pixels.h"
#include "render.h"

/* ---- a host ---- */

typedef struct
{
  const Babl *format; /* of the maps */
  gint tile;          /* width and height of their tiles; 0: GEGL's own */
  gint refuse;        /* the map, from 1, that cannot be made */
  GPtrArray *buffers;
  GThread *thread;  /* the one that may call */
  gdouble fraction; /* last told */
  gint calls;       /* of progress */
} Host;

static GeglBuffer *
new_buffer (const Babl *format, gint x, gint y, gint width, gint height, gint tile)
{
  if (tile == 0)
    return gegl_buffer_new (GEGL_RECTANGLE (x, y, width, height), format);
  return g_object_new (GEGL_TYPE_BUFFER, "x", x, "y", y, "width", width, "height", height, "tile-width", tile,
                       "tile-height", tile, "format", format, NULL);
}

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  Host *host = data;
  GeglBuffer *buffer;

  g_assert_true (g_thread_self () == host->thread);
  if (host->refuse == (gint) host->buffers->len + 1)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no map %d", host->refuse);
      return NULL;
    }
  buffer = new_buffer (host->format, 0, 0, map->width, map->height, host->tile);
  g_ptr_array_add (host->buffers, buffer);
  return buffer;
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  Host *host = data;

  g_assert_true (g_thread_self () == host->thread);
  g_assert_cmpuint (strlen (text), >, 5);
  g_assert_cmpfloat (fraction, >=, host->fraction);
  g_assert_cmpfloat (fraction, <=, 1);
  host->fraction = fraction;
  host->calls++;
}

static Host
host_of (const Babl *format)
{
  return (Host) { .format = format,
                  .buffers = g_ptr_array_new_with_free_func (g_object_unref),
                  .thread = g_thread_self () };
}

static GPtrArray *
render (const ConvLayerOptions *options, GeglBuffer *buffer, GeglRectangle area, gboolean own_codes, Host *host,
        GError **error)
{
  ConvLayerSource source = { buffer, area, own_codes };
  ConvLayerHost functions = { new_map, progress, NULL, host };

  return conv_layer_render (options, &source, &functions, error);
}

static void
set_threads (gint threads)
{
  g_object_set (gegl_config (), "threads", threads, NULL);
}

/* ---- options ---- */

/* NAME and text in turn, up to NULL; numbers as text. */
static ConvLayerOptions *
options_of (const gchar *name, ...)
{
  ConvLayerValues values;
  g_autoptr (GError) error = NULL;
  ConvLayerOptions *options;
  va_list list;

  conv_layer_values_init (values);
  va_start (list, name);
  for (; name; name = va_arg (list, const gchar *))
    {
      const gchar *text = va_arg (list, const gchar *);
      gint i = 0;

      while (strcmp (conv_layer_argument_info ((ConvLayerArgument) i)->name, name) != 0)
        i++;
      if (G_VALUE_HOLDS_STRING (&values[i]))
        g_value_set_string (&values[i], text);
      else if (G_VALUE_HOLDS_INT (&values[i]))
        g_value_set_int (&values[i], (gint) g_ascii_strtoll (text, NULL, 10));
      else
        g_value_set_double (&values[i], g_ascii_strtod (text, NULL));
    }
  va_end (list);
  options = conv_layer_options_new (values, &error);
  g_assert_no_error (error);
  conv_layer_values_clear (values);
  return options;
}

/* ---- pixel formats ---- */

static const gchar *const types[] = { "u8", "u16", "u32", "half", "float", "double" };
static const gchar *const models[] = { "R'G'B'", "RGB", "R~G~B~", "Y'", "Y", "Y~" };
static const gchar *const alphas[] = { "R'G'B'A", "RGBA", "R~G~B~A", "Y'A", "YA", "Y~A" };

static const Babl *
format_of (const gchar *model, const gchar *type)
{
  g_autofree gchar *name = g_strconcat (model, " ", type, NULL);

  return babl_format (name);
}

static gboolean
is_gray (gsize model)
{
  return model > 2;
}

/* The depth the core works in for a type. */
static Conv2dDepth
depth_of (const gchar *type)
{
  return strcmp (type, "u8") == 0 ? CONV2D_U8 : strcmp (type, "u16") == 0 ? CONV2D_U16 : CONV2D_F32;
}

static const gchar *
depth_type (Conv2dDepth depth)
{
  return depth == CONV2D_U8 ? "u8" : depth == CONV2D_U16 ? "u16" : "float";
}

/* As which pixels of MODEL are read: encoded. */
static const gchar *
encoded_model (gsize model)
{
  static const gchar *const encoded[] = { "R'G'B'", "R'G'B'", "R~G~B~", "Y'", "Y'", "Y~" };

  return encoded[model];
}

/* Random colours, a third of them fully transparent. */
static GeglBuffer *
random_source (GRand *rand, const Babl *format, gint x, gint y, gint width, gint height, gint tile)
{
  GeglBuffer *buffer = new_buffer (format, x, y, width, height, tile);
  gsize count = (gsize) width * (gsize) height;
  g_autofree gfloat *pixels = g_new (gfloat, 4 * count);

  for (gsize i = 0; i < 4 * count; i++)
    pixels[i] = (gfloat) (i % 4 == 3 ? g_rand_int_range (rand, 0, 3) / 2.0 : g_rand_double (rand));
  gegl_buffer_set (buffer, GEGL_RECTANGLE (x, y, width, height), 0, babl_format ("R'G'B'A float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

/* ---- the reference ---- */

/* The core on the whole picture. */
typedef struct
{
  Conv2dGeometry geometry;
  Conv2dRange ranges[2 * CONV2D_MAX_FILTERS];
  gfloat *activations[2 * CONV2D_MAX_FILTERS];
} Reference;

static gsize
map_size (const Reference *reference)
{
  return (gsize) reference->geometry.width * (gsize) reference->geometry.height;
}

static Reference
reference_of (const ConvLayerOptions *options, const Conv2dPlane *plane)
{
  Reference reference = { .geometry = { 0 } };
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS];
  Conv2dPlan *plan = conv2d_plan_new (&options->layer, plane, NULL);
  Conv2dWork *work = conv2d_work_new (plan);
  gint maps = 2 * options->layer.filters.count;
  Conv2dArea whole;

  reference.geometry = *conv2d_plan_geometry (plan);
  whole = (Conv2dArea) { 0, 0, reference.geometry.width, reference.geometry.height };
  for (gint m = 0; m < maps; m++)
    {
      reference.ranges[m] = CONV2D_RANGE_NONE;
      reference.activations[m] = g_new (gfloat, map_size (&reference));
      targets[m] = (Conv2dTarget) { .pixels = reference.activations[m],
                                    .stride = (ptrdiff_t) sizeof (gfloat) * whole.width,
                                    .pixel = CONV2D_ACTIVATION,
                                    .channels = 1 };
    }
  conv2d_plan_range (plan, work, whole, reference.ranges);
  conv2d_plan_maps (plan, work, whole, targets);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  return reference;
}

static void
reference_clear (Reference *reference)
{
  for (gsize m = 0; m < G_N_ELEMENTS (reference->activations); m++)
    g_free (reference->activations[m]);
}

/* The plane of AREA, read at once as FORMAT of the core's DEPTH, whose alpha
 * is left out; a gray one as it is.  Free its codes. */
static Conv2dPlane
read_plane (GeglBuffer *buffer, GeglRectangle area, const Babl *format, Conv2dDepth depth, Conv2dGray gray)
{
  gsize size = (gsize) babl_format_get_bytes_per_pixel (format);
  gsize colours = size / depth < 3 ? depth : 3 * (gsize) depth;
  gsize count = (gsize) area.width * (gsize) area.height;
  g_autofree guchar *pixels = g_malloc (count * size);
  guchar *codes = g_malloc (count * depth);

  gegl_buffer_get (buffer, &area, 1, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; colours < size && i < count; i++)
    memmove (pixels + i * colours, pixels + i * size, colours);
  if (colours == depth)
    memcpy (codes, pixels, count * depth);
  else
    conv2d_gray_row (gray, depth, pixels, codes, (gint) count);
  return (Conv2dPlane) { depth, area.width, area.height, (ptrdiff_t) area.width * depth, codes };
}

/* The byte of Matplotlib's gray for V. */
static guint8
byte_of (gfloat v, gfloat black, gfloat white)
{
  static const gint less[]
      = { 33, 37, 41, 45, 49, 53, 57, 61, 66, 74, 82, 90, 98, 106, 114, 122, 132, 148, 164, 180, 196, 212, 228, 244 };
  gfloat x = black == white ? 0 : (v - black) / (white - black);
  gint i = (gint) CLAMP (256 * x, 0, 255);
  gint byte = i;

  for (gsize k = 0; k < G_N_ELEMENTS (less); k++)
    byte -= less[k] == i;
  return (guint8) byte;
}

static gboolean
is_linear (gsize model)
{
  return model == 1 || model == 4;
}

/* sRGB's curve. */
static gdouble
linear_of (gdouble encoded)
{
  return encoded <= 0.04045 ? encoded / 12.92 : pow ((encoded + 0.055) / 1.055, 2.4);
}

/* How far a pixel of TYPE may be from the NUMBER that is meant. */
static gdouble
tolerance_of (const gchar *type, gboolean raw, gsize model, gdouble number)
{
  if (strcmp (type, "u8") == 0)
    return raw ? 0.5001 / 255 : is_linear (model) ? 1.0 / 255 : 0;
  if (strcmp (type, "half") == 0)
    return 1e-3 * MAX (1, fabs (number));
  /* babl's way from float to double is not always the exact one. */
  if (raw && strcmp (type, "double") == 0)
    return 1e-6 * MAX (1, fabs (number));
  /* The number itself, or what babl makes of it. */
  return raw && type[0] != 'u' ? 0 : 1e-4;
}

/* MAP's buffer, of FORMAT, holds the numbers that belong to the reference's. */
static void
check_pixels (const Reference *reference, const ConvLayerMap *map, gint count, GeglBuffer *buffer,
              const ConvLayerOptions *options, const gchar *type, gsize model)
{
  gint m = (map->stage == CONV_LAYER_POST_RELU ? count : 0) + map->output - 1;
  const gfloat *activations = reference->activations[m];
  gint channels = is_gray (model) ? 1 : 3;
  gboolean raw = options->scale == CONV_LAYER_SCALE_RAW;
  gboolean bytes = !raw && strcmp (type, "u8") == 0;
  gboolean integer = type[0] == 'u';
  const Babl *format = format_of (models[model], bytes ? "u8" : "float");
  gsize size = (gsize) babl_format_get_bytes_per_pixel (format);
  g_autofree guchar *pixels = g_malloc (map_size (reference) * size);
  guint64 clipped = 0;

  g_assert_true (
      gegl_rectangle_equal (gegl_buffer_get_extent (buffer), GEGL_RECTANGLE (0, 0, map->width, map->height)));
  gegl_buffer_get (buffer, NULL, 1, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  for (gsize i = 0; i < map_size (reference); i++)
    {
      gfloat v = activations[i];
      gfloat wanted = raw ? v : map->black == map->white ? 0 : (v - map->black) / (map->white - map->black);

      if (raw && integer && !(v >= 0 && v <= 1))
        clipped++;
      if (!raw || integer)
        wanted = wanted > 1 ? 1 : wanted > 0 ? wanted : 0;
      for (gint c = 0; c < channels; c++)
        {
          gsize at = i * (gsize) channels + (gsize) c;
          gdouble got = bytes ? pixels[at] / 255.0 : (gdouble) ((const gfloat *) (gpointer) pixels)[at];
          gdouble goal = bytes ? byte_of (v, map->black, map->white) / 255.0 : (gdouble) wanted;
          gdouble allowed;

          if (!raw && is_linear (model))
            goal = linear_of (goal);
          allowed = tolerance_of (type, raw, model, goal);
          if (!(fabs (got - goal) <= allowed + 1e-12) && !(isnan (got) && isnan (goal)))
            g_error ("%s %s: %s, pixel %" G_GSIZE_FORMAT ": %.9g, should be %.9g", models[model], type, map->variant, i,
                     got, goal);
        }
    }
  g_assert_cmpuint (map->clipped, ==, clipped);
}

/* A whole run on BUFFER's AREA in pixels of MODEL and TYPE against the core
 * on PLANE. */
static void
check_run (const ConvLayerOptions *options, GeglBuffer *buffer, GeglRectangle area, gboolean own_codes,
           const Conv2dPlane *plane, const gchar *type, gsize model)
{
  Host host = host_of (format_of (models[model], type));
  Reference reference = reference_of (options, plane);
  gint count = options->layer.filters.count;
  g_autoptr (GPtrArray) maps = NULL;
  g_autoptr (GError) error = NULL;

  maps = render (options, buffer, area, own_codes, &host, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (maps->len, ==, host.buffers->len);
  for (guint i = 0; i < maps->len; i++)
    check_pixels (&reference, maps->pdata[i], count, host.buffers->pdata[i], options, type, model);
  reference_clear (&reference);
  g_ptr_array_unref (host.buffers);
}

/* ---- formats ---- */

/* Colours are read as they are.  Pixels with alpha are read with it: babl's
 * ways that drop it are not all exact. */
static void
check_alpha (GRand *rand, const gchar *model, const gchar *type, gboolean own_codes)
{
  const Babl *format = format_of (model, type);
  GeglRectangle area = { 3, 2, 37, 29 };
  g_autoptr (GeglBuffer) buffer = random_source (rand, format, 0, 0, 41, 32, 0);
  ConvLayerSource source = { buffer, area, own_codes };
  Conv2dPlane plane = read_plane (buffer, area, format, depth_of (type), CONV2D_OPENCV);
  gsize size = (gsize) (plane.stride * 29);
  ConvLayerReading reading;

  g_assert_true (conv_layer_reading_start (&reading, &source, CONV_LAYER_GRAY_OPENCV, NULL));
  g_assert_true (reading.format == format);
  g_assert_true (conv_layer_reading_read (&reading, (GeglRectangle) { 0, 0, 37, 29 }));
  g_assert_true (memcmp (reading.codes, plane.codes, size) == 0);
  g_free (reading.codes);
  g_free ((gpointer) plane.codes);
}

static void
test_alpha (void)
{
  static const gchar *const own[] = { "u8", "u16", "float" };
  static const gchar *const encoded[] = { "R'G'B'A", "R~G~B~A", "Y'A", "Y~A" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (15);

  for (gsize t = 0; t < G_N_ELEMENTS (own); t++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (encoded); i++)
        check_alpha (rand, encoded[i], own[t], FALSE);
      check_alpha (rand, "YA", own[t], TRUE);
    }
}

/* Every model of one type, with and without alpha. */
static void
test_formats (gconstpointer data)
{
  const gchar *type = data;
  static const gchar *const scales[] = { "map", "raw", "symmetric", "shared" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  Conv2dDepth depth = depth_of (type);

  for (gsize model = 0; model < G_N_ELEMENTS (models); model++)
    for (gint alpha = 0; alpha < 2; alpha++)
      for (gsize s = 0; s < G_N_ELEMENTS (scales); s++)
        {
          g_autoptr (ConvLayerOptions) options
              = options_of ("scale", scales[s], "filter", "1 -2 0.5; 3 0.25 -1", "variants", "f, -f, rot180(f)", NULL);
          GeglRectangle area = { 0, 0, 37, 29 };
          GeglBuffer *buffer
              = random_source (rand, format_of (alpha ? alphas[model] : models[model], type), 0, 0, 37, 29, 0);
          const gchar *encoded = encoded_model (model);
          /* Pixels with alpha are read with it, unless they are to be encoded. */
          const gchar *as = alpha && strcmp (encoded, models[model]) == 0 ? alphas[model] : encoded;
          Conv2dPlane plane = read_plane (buffer, area, format_of (as, depth_type (depth)), depth, CONV2D_OPENCV);

          check_run (options, buffer, area, FALSE, &plane, type, model);
          g_free ((gpointer) plane.codes);
          g_object_unref (buffer);
        }
}

static void
test_grayscales (void)
{
  static const struct
  {
    const gchar *name;
    Conv2dGray gray;
  } grays[]
      = { { "opencv", CONV2D_OPENCV }, { "red", CONV2D_RED }, { "green", CONV2D_GREEN }, { "blue", CONV2D_BLUE } };
  static const gchar *const deep[] = { "u8", "u16", "float" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  GeglRectangle area = { 0, 0, 20, 15 };

  for (gsize t = 0; t < G_N_ELEMENTS (deep); t++)
    for (gsize g = 0; g < G_N_ELEMENTS (grays); g++)
      for (gint gray_image = 0; gray_image < 2; gray_image++)
        {
          gsize model = gray_image ? 3 : 0;
          g_autoptr (ConvLayerOptions) options = options_of ("grayscale", grays[g].name, NULL);
          GeglBuffer *buffer = random_source (rand, format_of (models[model], deep[t]), 0, 0, 20, 15, 0);
          Conv2dPlane plane
              = read_plane (buffer, area, format_of (models[model], deep[t]), depth_of (deep[t]), grays[g].gray);

          check_run (options, buffer, area, FALSE, &plane, deep[t], model);
          g_free ((gpointer) plane.codes);
          g_object_unref (buffer);
        }
}

/* GIMP's own, encoded; a gray picture is its own. */
static void
test_luminance (void)
{
  static const gchar *const deep[] = { "u8", "u16", "float" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  g_autoptr (ConvLayerOptions) options = options_of ("grayscale", "luminance", NULL);
  GeglRectangle area = { 0, 0, 20, 15 };

  for (gsize t = 0; t < G_N_ELEMENTS (deep); t++)
    for (gsize model = 0; model < 5; model++)
      {
        GeglBuffer *buffer;
        Conv2dPlane plane;

        if (model == 2)
          continue;
        buffer = random_source (rand, format_of (models[model], deep[t]), 0, 0, 20, 15, 0);
        plane = read_plane (buffer, area, format_of ("Y'", deep[t]), depth_of (deep[t]), CONV2D_OPENCV);
        check_run (options, buffer, area, FALSE, &plane, deep[t], model);
        g_free ((gpointer) plane.codes);
        g_object_unref (buffer);
      }
}

/* The codes of the colours, whatever is over them. */
static void
test_hidden_colour (void)
{
  static const guint8 pixels[] = { 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 255, 1, 10, 200, 30, 0 };
  static const guint8 gray[] = { 76, 150, 29, 124 };
  g_autoptr (ConvLayerOptions) options = options_of ("filter", "1", "variants", "f", "scale", "raw", NULL);
  GeglRectangle area = { 0, 0, 2, 2 };
  GeglBuffer *buffer = new_buffer (babl_format ("R'G'B'A u8"), 0, 0, 2, 2, 0);
  Conv2dPlane plane = { CONV2D_U8, 2, 2, 2, gray };

  gegl_buffer_set (buffer, &area, 0, NULL, pixels, GEGL_AUTO_ROWSTRIDE);
  check_run (options, buffer, area, FALSE, &plane, "u8", 0);
  g_object_unref (buffer);
}

/* A channel's or mask's codes are the gray ones, linear or not. */
static void
test_own_codes (void)
{
  static const guint8 bytes[] = { 0, 1, 50, 100, 200, 255 };
  static const guint16 words[] = { 0, 1, 5000, 10000, 60000, 65535 };
  static const gfloat floats[] = { 0, 0.25f, 0.5f, 1, -1, 3 };
  const gconstpointer codes[] = { bytes, words, floats };
  static const gchar *const deep[] = { "u8", "u16", "float" };
  static const Conv2dDepth depths[] = { CONV2D_U8, CONV2D_U16, CONV2D_F32 };
  GeglRectangle area = { 0, 0, 3, 2 };

  for (gsize t = 0; t < 3; t++)
    for (gsize model = 3; model <= 4; model++)
      for (gint luminance = 0; luminance < 2; luminance++)
        {
          g_autoptr (ConvLayerOptions) options = options_of (
              "filter", "1 0.5", "grayscale", luminance ? "luminance" : "opencv", "variants", "f, -f", NULL);
          GeglBuffer *buffer = new_buffer (format_of (models[model], deep[t]), 0, 0, 3, 2, 0);
          Conv2dPlane plane = { depths[t], 3, 2, 3 * (ptrdiff_t) depths[t], codes[t] };

          gegl_buffer_set (buffer, &area, 0, NULL, codes[t], GEGL_AUTO_ROWSTRIDE);
          check_run (options, buffer, area, TRUE, &plane, deep[t], model);
          g_object_unref (buffer);
        }
}

/* A linear gray picture is read encoded, unlike a channel. */
static void
test_linear_is_encoded (void)
{
  static const guint8 bytes[] = { 0, 50, 100, 255 };
  g_autoptr (ConvLayerOptions) options = options_of ("filter", "1", "variants", "f", "scale", "raw", NULL);
  GeglBuffer *buffer = new_buffer (babl_format ("Y u8"), 0, 0, 2, 2, 0);
  Host own = host_of (babl_format ("Y float")), encoded = host_of (babl_format ("Y float"));
  g_autoptr (GPtrArray) own_maps = NULL, encoded_maps = NULL;
  gfloat values[4];

  gegl_buffer_set (buffer, NULL, 0, NULL, bytes, GEGL_AUTO_ROWSTRIDE);
  own_maps = render (options, buffer, *GEGL_RECTANGLE (0, 0, 2, 2), TRUE, &own, NULL);
  gegl_buffer_get (own.buffers->pdata[0], NULL, 1, NULL, values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpfloat (values[1], ==, 50 / 255.0f);
  encoded_maps = render (options, buffer, *GEGL_RECTANGLE (0, 0, 2, 2), FALSE, &encoded, NULL);
  gegl_buffer_get (encoded.buffers->pdata[0], NULL, 1, NULL, values, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpfloat_with_epsilon (values[1], 0.4793, 0.004); /* sRGB's curve at 50 / 255 */
  g_ptr_array_unref (own.buffers);
  g_ptr_array_unref (encoded.buffers);
  g_object_unref (buffer);
}

/* ---- places ---- */

/* A part of a buffer that starts elsewhere. */
static void
test_areas (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  g_autoptr (ConvLayerOptions) options
      = options_of ("padding", "same", "filter", "1 2 3; -4 5 6", "variants", "f", NULL);

  for (gint i = 0; i < 12; i++)
    {
      gint x = g_rand_int_range (rand, -50, 50), y = g_rand_int_range (rand, -50, 50);
      gsize model = i % 2 ? 0 : 3;
      GeglBuffer *buffer = random_source (rand, format_of (alphas[model], "u8"), x, y, 200, 170, i % 3 * 16);
      GeglRectangle area = { x + g_rand_int_range (rand, 0, 60), y + g_rand_int_range (rand, 0, 60),
                             g_rand_int_range (rand, 1, 140), g_rand_int_range (rand, 1, 110) };
      Conv2dPlane plane = read_plane (buffer, area, format_of (models[model], "u8"), CONV2D_U8, CONV2D_OPENCV);

      check_run (options, buffer, area, FALSE, &plane, "u8", model);
      g_free ((gpointer) plane.codes);
      g_object_unref (buffer);
    }
}

/* Where the maps lie: interface, "What comes out". */
static void
test_places (void)
{
  static const struct
  {
    const gchar *filter, *padding, *stride, *dilation;
    gint x, y, width, height;
  } places[] = {
    { "1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1", "valid", "1", "1", 1, 1, 37, 27 },
    { "1 1 1 1; 1 1 1 1; 1 1 1 1; 1 1 1 1", "same", "1", "1", 0, 0, 40, 30 },
    { "1 1 1; 1 1 1", "valid", "1", "1", 1, 0, 38, 29 },
    { "1 1 1; 1 1 1", "2, 3", "1", "1", -2, -2, 44, 33 },
    { "1 1 1; 1 1 1", "valid", "1", "5", 5, 2, 30, 25 },
    { "1 1 1; 1 1 1", "valid", "3", "1", 1, 0, 13, 10 },
    { "1", "valid", "1", "64", 0, 0, 40, 30 },
    { "1", "4", "1", "1", -4, -4, 48, 38 },
  };
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autoptr (ConvLayerOptions) options
          = options_of ("filter", places[i].filter, "padding", places[i].padding, "stride", places[i].stride,
                        "dilation", places[i].dilation, "variants", "f", NULL);
      GeglBuffer *buffer = random_source (rand, babl_format ("Y' u8"), 0, 0, 40, 30, 0);
      Host host = host_of (babl_format ("Y' u8"));
      g_autoptr (GPtrArray) maps = render (options, buffer, *GEGL_RECTANGLE (0, 0, 40, 30), FALSE, &host, NULL);

      g_assert_cmpuint (maps->len, ==, 2);
      for (guint n = 0; n < maps->len; n++)
        {
          const ConvLayerMap *map = maps->pdata[n];

          g_assert_cmpint (map->x, ==, places[i].x);
          g_assert_cmpint (map->y, ==, places[i].y);
          g_assert_cmpint (map->width, ==, places[i].width);
          g_assert_cmpint (map->height, ==, places[i].height);
        }
      g_ptr_array_unref (host.buffers);
      g_object_unref (buffer);
    }
}

/* ---- maps ---- */

static void
test_order (void)
{
  static const gchar *const stages[] = { "both", "pre-relu", "post-relu" };
  static const gchar *const names[] = { "f", "-f", "f.T" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  GeglBuffer *buffer = random_source (rand, babl_format ("R'G'B' u8"), 0, 0, 20, 20, 0);

  for (gsize s = 0; s < G_N_ELEMENTS (stages); s++)
    {
      g_autoptr (ConvLayerOptions) options = options_of ("maps", stages[s], "variants", "f, -f,f.T", NULL);
      Host host = host_of (babl_format ("R'G'B' u8"));
      g_autoptr (GPtrArray) maps = render (options, buffer, *GEGL_RECTANGLE (0, 0, 20, 20), FALSE, &host, NULL);

      g_assert_cmpuint (maps->len, ==, s == 0 ? 6 : 3);
      for (guint i = 0; i < maps->len; i++)
        {
          const ConvLayerMap *map = maps->pdata[i];

          g_assert_cmpint (map->output, ==, (gint) i % 3 + 1);
          g_assert_cmpstr (map->variant, ==, names[i % 3]);
          g_assert_cmpint (map->stage, ==, s == 2 || i > 2 ? CONV_LAYER_POST_RELU : CONV_LAYER_PRE_RELU);
        }
      g_ptr_array_unref (host.buffers);
    }
  g_object_unref (buffer);
}

/* Black and white of every scale, from the true ranges. */
static void
test_scales (void)
{
  static const gchar *const scales[] = { "map", "shared", "symmetric", "raw" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  GeglRectangle area = { 0, 0, 30, 25 };
  GeglBuffer *buffer = random_source (rand, babl_format ("Y' float"), 0, 0, 30, 25, 0);
  Conv2dPlane plane = read_plane (buffer, area, babl_format ("Y' float"), CONV2D_F32, CONV2D_OPENCV);

  for (gsize s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      g_autoptr (ConvLayerOptions) options
          = options_of ("scale", scales[s], "filter", "1 -0.25", "variants", "f, -f, 5*f", NULL);
      Reference reference = reference_of (options, &plane);
      Host host = host_of (babl_format ("Y' float"));
      g_autoptr (GPtrArray) maps = render (options, buffer, area, FALSE, &host, NULL);

      for (guint i = 0; i < 6; i++)
        {
          const ConvLayerMap *map = maps->pdata[i];
          guint first = i / 3 * 3;
          gfloat least = INFINITY, greatest = -INFINITY, largest = MAX (fabsf (map->min), fabsf (map->max));
          gfloat black[4] = { map->min, 0, -largest, 0 }, white[4] = { map->max, 0, largest, 1 };

          for (guint n = first; n < first + 3; n++)
            {
              least = MIN (least, reference.ranges[n].min);
              greatest = MAX (greatest, reference.ranges[n].max);
            }
          black[1] = least;
          white[1] = greatest;
          g_assert_cmpfloat (map->min, ==, reference.ranges[i].min);
          g_assert_cmpfloat (map->max, ==, reference.ranges[i].max);
          g_assert_cmpfloat (map->black, ==, black[s]);
          g_assert_cmpfloat (map->white, ==, white[s]);
          g_assert_cmpuint (map->clipped, ==, 0);
        }
      reference_clear (&reference);
      g_ptr_array_unref (host.buffers);
    }
  g_free ((gpointer) plane.codes);
  g_object_unref (buffer);
}

/* A map without a finite number, and one of a single value, are black. */
static void
test_flat_maps (void)
{
  static const gchar *const scales[] = { "map", "shared", "symmetric" };
  static const gfloat flat[] = { NAN, 0.5f, 0, INFINITY };

  for (gsize v = 0; v < G_N_ELEMENTS (flat); v++)
    for (gsize s = 0; s < G_N_ELEMENTS (scales); s++)
      {
        g_autoptr (ConvLayerOptions) options = options_of ("scale", scales[s], "filter", "1", "variants", "f", NULL);
        const gfloat values[] = { flat[v], flat[v], flat[v], flat[v] };
        GeglBuffer *buffer = new_buffer (babl_format ("Y' float"), 0, 0, 2, 2, 0);
        Host host = host_of (babl_format ("Y' float"));
        g_autoptr (GPtrArray) maps = NULL;
        gboolean finite = isfinite (flat[v]);

        gegl_buffer_set (buffer, NULL, 0, NULL, values, GEGL_AUTO_ROWSTRIDE);
        maps = render (options, buffer, *GEGL_RECTANGLE (0, 0, 2, 2), FALSE, &host, NULL);
        for (guint i = 0; i < 2; i++)
          {
            const ConvLayerMap *map = maps->pdata[i];
            gfloat got[4];

            g_assert_cmpfloat (map->min, ==, finite ? flat[v] : 0);
            g_assert_cmpfloat (map->max, ==, finite ? flat[v] : 0);
            g_assert_true (isfinite (map->black) && isfinite (map->white));
            gegl_buffer_get (host.buffers->pdata[i], NULL, 1, NULL, got, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
            for (gint n = 0; n < 4; n++)
              g_assert_cmpfloat (got[n], ==, finite && flat[v] > 0 && s == 2 ? 1 : 0);
          }
        g_ptr_array_unref (host.buffers);
        g_object_unref (buffer);
      }
}

/* Counted by pixel, not by channel, and only where they cannot stay. */
static void
test_clipping (void)
{
  static const gchar *const kinds[] = { "u8", "u16", "u32", "half", "float", "double" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);
  GeglRectangle area = { 0, 0, 90, 150 };

  for (gsize t = 0; t < G_N_ELEMENTS (kinds); t++)
    for (gsize model = 0; model <= 3; model += 3)
      {
        g_autoptr (ConvLayerOptions) options = options_of ("scale", "raw", "filter", "1 -1; 2 0", NULL);
        GeglBuffer *buffer = random_source (rand, format_of (models[model], kinds[t]), 0, 0, 90, 150, 0);
        Conv2dDepth depth = depth_of (kinds[t]);
        Conv2dPlane plane
            = read_plane (buffer, area, format_of (models[model], depth_type (depth)), depth, CONV2D_OPENCV);

        check_run (options, buffer, area, FALSE, &plane, kinds[t], model);
        g_free ((gpointer) plane.codes);
        g_object_unref (buffer);
      }
}

/* ---- the same bytes ---- */

static GByteArray *
all_bytes (const ConvLayerOptions *options, GeglBuffer *buffer, GeglRectangle area, const Babl *format, gint tile)
{
  GByteArray *bytes = g_byte_array_new ();
  Host host = host_of (format);
  g_autoptr (GPtrArray) maps = NULL;

  host.tile = tile;
  maps = render (options, buffer, area, FALSE, &host, NULL);
  for (guint i = 0; i < maps->len; i++)
    {
      const ConvLayerMap *map = maps->pdata[i];
      guint size = (guint) (map->width * map->height * babl_format_get_bytes_per_pixel (format));
      g_autofree guint8 *pixels = g_malloc (size);

      gegl_buffer_get (host.buffers->pdata[i], NULL, 1, format, pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      g_byte_array_append (bytes, pixels, size);
      g_byte_array_append (bytes, (const guint8 *) &map->black, 2 * sizeof (gfloat));
      g_byte_array_append (bytes, (const guint8 *) &map->clipped, sizeof map->clipped);
    }
  g_ptr_array_unref (host.buffers);
  return bytes;
}

/* For any number of threads and any tiles; wide, deep and of many filters, so
 * that the work is cut every way. */
static void
test_same_bytes (void)
{
  static const gchar *const formats[] = { "R'G'B' u8", "R'G'B' float", "Y' u8", "RGB half", "Y' u16" };
  static const gint threads[] = { 1, 2, 5 };
  static const gint tiles[] = { 0, 64, 37, 7, 1000 };
  static const gchar *const scales[] = { "map", "raw" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  GeglRectangle area = { 0, 0, 620, 300 };

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      const Babl *format = babl_format (formats[f]);
      GeglBuffer *buffer = random_source (rand, format, 0, 0, area.width, area.height, 0);
      g_autoptr (ConvLayerOptions) options
          = options_of ("scale", scales[f % 2], "filter", "1 2; -3 0.5", "variants",
                        "f, -f, f.T, -f.T, rot90(f), rot180(f), 2*f, f/3, fliplr(f), flipud(f)", NULL);
      g_autoptr (GByteArray) first = NULL;

      for (gsize t = 0; t < G_N_ELEMENTS (threads); t++)
        for (gsize k = 0; k < (t == 1 ? G_N_ELEMENTS (tiles) : 1); k++)
          {
            GByteArray *bytes;

            set_threads (threads[t]);
            bytes = all_bytes (options, buffer, area, format, tiles[k]);
            if (!first)
              {
                first = bytes;
                continue;
              }
            g_assert_cmpuint (bytes->len, ==, first->len);
            g_assert_true (memcmp (bytes->data, first->data, bytes->len) == 0);
            g_byte_array_unref (bytes);
          }
      g_object_unref (buffer);
    }
  set_threads (2);
}

/* ---- errors ---- */

static void
test_host_refuses (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (10);
  g_autoptr (ConvLayerOptions) options = options_of ("padding", "same", NULL);
  GeglBuffer *buffer = random_source (rand, babl_format ("R'G'B'A u8"), 0, 0, 20, 20, 0);

  for (gint refuse = 1; refuse <= 8; refuse++)
    {
      Host host = host_of (babl_format ("R'G'B' u8"));
      g_autoptr (GError) error = NULL;

      host.refuse = refuse;
      g_assert_null (render (options, buffer, *GEGL_RECTANGLE (0, 0, 20, 20), FALSE, &host, &error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
      g_assert_cmpint ((gint) host.buffers->len, ==, refuse - 1);
      for (guint i = 0; i < host.buffers->len; i++)
        g_assert_cmpuint (G_OBJECT (host.buffers->pdata[i])->ref_count, ==, 1);
      g_ptr_array_unref (host.buffers);
    }
  g_object_unref (buffer);
}

/* Tells where we are, in ASCII. */
static void
say (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

static void
check_sentence (const GError *error, const gchar *pieces)
{
  g_auto (GStrv) list = g_strsplit (pieces, "|", -1);

  say (error->message);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_nonnull (strstr (error->message, "; "));
  for (gsize i = 0; list[i]; i++)
    if (!strstr (error->message, list[i]))
      g_error ("'%s' lacks '%s'", error->message, list[i]);
}

/* The layer does not go with the area: told before anything is done. */
static void
cannot_render (const ConvLayerOptions *options, gint width, gint height, const gchar *pieces)
{
  GeglBuffer *buffer = new_buffer (babl_format ("Y' u8"), 0, 0, 64, 64, 0);
  Host host = host_of (babl_format ("Y' u8"));
  g_autoptr (GError) error = NULL;

  g_assert_null (render (options, buffer, *GEGL_RECTANGLE (1, 1, width, height), FALSE, &host, &error));
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_SIZE);
  check_sentence (error, pieces);
  g_assert_cmpuint (host.buffers->len, ==, 0);
  g_assert_cmpint (host.calls, ==, 0);
  g_ptr_array_unref (host.buffers);
  g_object_unref (buffer);
}

static void
test_too_small (void)
{
  g_autoptr (ConvLayerOptions) plain = options_of (NULL, NULL);
  g_autoptr (ConvLayerOptions) dilated = options_of ("dilation", "8", NULL);
  g_autoptr (ConvLayerOptions) reflect = options_of ("padding", "3, 4", "padding-mode", "reflect", NULL);
  g_autoptr (ConvLayerOptions) same = options_of ("padding", "same", "stride", "2", NULL);

  cannot_render (plain, 3, 9, "4 columns|only 3");
  cannot_render (plain, 9, 3, "4 rows|only 3");
  cannot_render (plain, 1, 1, "4 rows|only 1");
  cannot_render (dilated, 24, 30, "25 columns|only 24");
  cannot_render (reflect, 20, 3, "3 rows|the 2");
  cannot_render (reflect, 4, 20, "4 columns|the 3");
  cannot_render (same, 20, 20, "'same'|is 2");
}

static void
test_too_large (void)
{
  g_autoptr (ConvLayerOptions) tall = options_of ("padding", "262144, 0", "filter", "1", NULL);
  g_autoptr (ConvLayerOptions) wide = options_of ("padding", "0, 524288", "filter", "1", NULL);

  cannot_render (tall, 8, 1, "8 x 524289|524288");
  cannot_render (wide, 10, 5, "1048586 x 5|524288");
}

/* The area's gray plane would take 256 GiB. */
static void
test_plane_too_large (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL);
  GeglBuffer *buffer = new_buffer (babl_format ("R'G'B' u8"), 0, 0, 8, 8, 0);
  Host host = host_of (babl_format ("R'G'B' u8"));
  g_autoptr (GError) error = NULL;

  memory_start (0, (gsize) 1 << 30);
  g_assert_null (render (options, buffer, *GEGL_RECTANGLE (0, 0, CONV_LAYER_MAX_EXTENT, CONV_LAYER_MAX_EXTENT), FALSE,
                         &host, &error));
  memory_stop ();
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY);
  check_sentence (error, "524288 x 524288|262144 MiB|smaller area");
  g_assert_cmpuint (host.buffers->len, ==, 0);
  g_ptr_array_unref (host.buffers);
  g_object_unref (buffer);
}

/* What the process has of its address space, in bytes. */
static rlim_t
address_space (void)
{
  g_autofree gchar *pages = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &pages, NULL, NULL));
  return (rlim_t) g_ascii_strtoull (pages, NULL, 10) * (rlim_t) sysconf (_SC_PAGESIZE);
}

/* Told before GEGL gets to it. */
static void
test_no_memory_to_start (void)
{
  g_autoptr (GError) error = NULL;
  struct rlimit usual, limit;

  g_assert_cmpint (getrlimit (RLIMIT_AS, &usual), ==, 0);
  limit = usual;
  limit.rlim_cur = address_space () + ((rlim_t) 300 << 20);
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
  g_assert_false (conv_layer_prepare (&error));
  g_assert_cmpint (setrlimit (RLIMIT_AS, &usual), ==, 0);
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY);
  check_sentence (error, "400 MiB|close");
  g_clear_error (&error);
  memory_start (0, 0);
  g_assert_true (conv_layer_prepare (&error));
  memory_stop ();
  g_assert_no_error (error);
  g_assert_cmpint (memory_left (), ==, 0);
}

/* Each allocation of a run fails in its turn; returns how many there are. */
static gint
fail_each (const ConvLayerOptions *options, GeglBuffer *buffer, const Babl *format)
{
  GeglRectangle area = *gegl_buffer_get_extent (buffer);
  GPtrArray *maps = NULL;
  gint n = 0;

  while (!maps)
    {
      Host host = host_of (format);
      g_autoptr (GError) error = NULL;
      gint count;

      memory_start (++n, 0);
      maps = render (options, buffer, area, FALSE, &host, &error);
      count = memory_stop ();
      if (maps)
        {
          g_assert_cmpint (count, <, n);
          g_ptr_array_unref (maps);
        }
      else
        {
          g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY);
          check_sentence (error, "memory");
        }
      g_assert_cmpint (memory_left (), ==, 0);
      g_ptr_array_unref (host.buffers);
    }
  return n - 1;
}

/* With one thread and with more, in every way of reading and drawing. */
static void
test_no_memory (void)
{
  static const struct
  {
    const gchar *format, *variants, *scale, *grayscale;
  } runs[] = { { "R'G'B' u8", "f, -f", "map", "opencv" },
               { "Y' u16", "f", "shared", "opencv" },
               { "RGBA float", "f, f.T, rot90(f)", "raw", "luminance" },
               { "R'G'B'A double", "f, 2*f, 3*f, 4*f, 5*f, 6*f, 7*f, 8*f, 9*f, f.T", "symmetric", "green" } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (gsize i = 0; i < G_N_ELEMENTS (runs); i++)
    {
      g_autoptr (ConvLayerOptions) options = options_of ("variants", runs[i].variants, "scale", runs[i].scale,
                                                         "grayscale", runs[i].grayscale, NULL);
      const Babl *format = babl_format (runs[i].format);
      GeglBuffer *buffer = random_source (rand, format, 0, 0, 40, 300, 0);

      for (gint threads = 1; threads <= 2; threads++)
        {
          set_threads (threads);
          g_assert_cmpint (fail_each (options, buffer, format), >, 8);
        }
      g_object_unref (buffer);
    }
  set_threads (2);
}

/* ---- progress ---- */

static void
test_progress (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);
  g_autoptr (ConvLayerOptions) options = options_of ("variants", "f", NULL);
  GeglBuffer *buffer = random_source (rand, babl_format ("Y' u8"), 0, 0, 10, 5000, 0);

  for (gint threads = 1; threads <= 5; threads += 2)
    {
      Host host = host_of (babl_format ("Y' u8"));
      GPtrArray *maps;

      set_threads (threads);
      maps = render (options, buffer, *GEGL_RECTANGLE (0, 0, 10, 5000), FALSE, &host, NULL);
      g_assert_cmpint (host.calls, >, 10);
      g_assert_cmpfloat (host.fraction, >, 0.8);
      g_ptr_array_unref (maps);
      g_ptr_array_unref (host.buffers);
    }
  set_threads (2);
  g_object_unref (buffer);
}

/* The source stays as it was. */
static void
test_source_untouched (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL);
  GeglRectangle area = { 0, 0, 50, 40 };
  GeglBuffer *buffer = random_source (rand, babl_format ("R'G'B'A u16"), 0, 0, 50, 40, 0);
  Host host = host_of (babl_format ("R'G'B' u16"));
  g_autofree guchar *before = g_malloc (50 * 40 * 8), *after = g_malloc (50 * 40 * 8);
  GPtrArray *maps;

  gegl_buffer_get (buffer, &area, 1, NULL, before, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  maps = render (options, buffer, area, FALSE, &host, NULL);
  gegl_buffer_get (buffer, &area, 1, NULL, after, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_true (memcmp (before, after, 50 * 40 * 8) == 0);
  g_assert_cmpuint (G_OBJECT (buffer)->ref_count, ==, 1);
  g_ptr_array_unref (maps);
  g_ptr_array_unref (host.buffers);
  g_object_unref (buffer);
}

int
main (int argc, char **argv)
{
  gint result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_object_set (gegl_config (), "use-opencl", FALSE, "threads", 2, NULL);
  for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
    {
      g_autofree gchar *path = g_strconcat ("/plugin/render/formats/", types[t], NULL);

      g_test_add_data_func (path, types[t], test_formats);
    }
  g_test_add_func ("/plugin/render/alpha", test_alpha);
  g_test_add_func ("/plugin/render/grayscales", test_grayscales);
  g_test_add_func ("/plugin/render/luminance", test_luminance);
  g_test_add_func ("/plugin/render/hidden-colour", test_hidden_colour);
  g_test_add_func ("/plugin/render/own-codes", test_own_codes);
  g_test_add_func ("/plugin/render/linear-is-encoded", test_linear_is_encoded);
  g_test_add_func ("/plugin/render/areas", test_areas);
  g_test_add_func ("/plugin/render/places", test_places);
  g_test_add_func ("/plugin/render/order", test_order);
  g_test_add_func ("/plugin/render/scales", test_scales);
  g_test_add_func ("/plugin/render/flat-maps", test_flat_maps);
  g_test_add_func ("/plugin/render/clipping", test_clipping);
  g_test_add_func ("/plugin/render/same-bytes", test_same_bytes);
  g_test_add_func ("/plugin/render/host-refuses", test_host_refuses);
  g_test_add_func ("/plugin/render/too-small", test_too_small);
  g_test_add_func ("/plugin/render/too-large", test_too_large);
  g_test_add_func ("/plugin/render/plane-too-large", test_plane_too_large);
  g_test_add_func ("/plugin/render/no-memory", test_no_memory);
  g_test_add_func ("/plugin/render/no-memory-to-start", test_no_memory_to_start);
  g_test_add_func ("/plugin/render/progress", test_progress);
  g_test_add_func ("/plugin/render/source-untouched", test_source_untouched);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
