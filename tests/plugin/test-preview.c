/* test-preview.c: the preview's pictures, facts and inspections against a plain
 * slow reference made of the core's activations: every map in whole, every
 * screen pixel by itself. */

#include <math.h>
#include <string.h>

#include "failing-memory.h"
#include "preview.h"

#define LONGEST 120 /* seconds: only ends what hangs */

/* ---- options ---- */

static void
set_value (ConvLayerValues values, const gchar *name, const gchar *text)
{
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
    set_value (values, name, va_arg (list, const gchar *));
  va_end (list);
  options = conv_layer_options_new (values, &error);
  g_assert_no_error (error);
  conv_layer_values_clear (values);
  return options;
}

static const gchar *
pick (GRand *rand, const gchar *const *texts, gsize count)
{
  return texts[g_rand_int_range (rand, 0, (gint) count)];
}

#define PICK(RAND, TEXTS) pick (RAND, TEXTS, G_N_ELEMENTS (TEXTS))

/* A layer of any kind; it may not go with an input. */
static ConvLayerOptions *
random_options (GRand *rand)
{
  static const gchar *const variants[] = { "f", "f, -f", "f, -f, rot180(f), -rot180(f)",
                                           "flipud(f), f, 2*f, f, -f, fliplr(f), rot180(f) - f, 0*f, f, -f" };
  static const gchar *const modes[] = { "zeros", "reflect", "replicate", "circular" };
  static const gchar *const scales[] = { "map", "shared", "symmetric", "raw" };
  static const gchar *const paddings[] = { "valid", "valid", "same", "1", "2, 5", "0, 3" };
  static const gchar *const biases[] = { "0", "0", "0.125", "-0.7" };
  g_autoptr (GString) filter = g_string_new (NULL);
  gint rows = g_rand_int_range (rand, 1, 6), columns = g_rand_int_range (rand, 1, 6);
  const gchar *padding = PICK (rand, paddings);
  gint step = strcmp (padding, "same") == 0 ? 1 : g_rand_int_range (rand, 1, 4);
  g_autofree gchar *stride = g_strdup_printf ("%d", step);
  g_autofree gchar *dilation = g_strdup_printf ("%d", g_rand_int_range (rand, 1, 4));

  for (gint i = 0; i < rows * columns; i++)
    g_string_append_printf (filter, "%d/8%s", g_rand_int_range (rand, -16, 17), (i + 1) % columns ? " " : ";");
  return options_of ("filter", filter->str, "variants", PICK (rand, variants), "padding-mode", PICK (rand, modes),
                     "padding", padding, "stride", stride, "dilation", dilation, "scale", PICK (rand, scales), "bias",
                     PICK (rand, biases), NULL);
}

/* ---- sources ---- */

/* Noise over a ramp, so that a pixel in the wrong place shows. */
static GeglBuffer *
new_source (GRand *rand, const gchar *format, GeglRectangle area, gint tile)
{
  GeglBuffer *buffer
      = g_object_new (GEGL_TYPE_BUFFER, "x", area.x, "y", area.y, "width", area.width, "height", area.height,
                      "tile-width", tile, "tile-height", tile, "format", babl_format (format), NULL);
  gsize count = (gsize) area.width * (gsize) area.height;
  gfloat *pixels = g_new (gfloat, 3 * count);

  for (gsize i = 0; i < 3 * count; i++)
    pixels[i]
        = (gfloat) (0.6 * g_rand_double (rand) + 0.4 * (gdouble) (i / 3 % (gsize) area.width) / (gdouble) area.width);
  gegl_buffer_set (buffer, &area, 0, babl_format ("R'G'B' float"), pixels, GEGL_AUTO_ROWSTRIDE);
  g_free (pixels);
  return buffer;
}

static Conv2dDepth
depth_of (const gchar *format)
{
  return strstr (format, "u8") ? CONV2D_U8 : strstr (format, "u16") ? CONV2D_U16 : CONV2D_F32;
}

/* The gray plane, read at once; free its codes. */
static Conv2dPlane
read_plane (GeglBuffer *buffer, GeglRectangle area, const gchar *format, Conv2dGray gray)
{
  Conv2dDepth depth = depth_of (format);
  gsize count = (gsize) area.width * (gsize) area.height;
  g_autofree guchar *rgb = g_malloc (3 * depth * count);
  guchar *codes = g_malloc (depth * count);

  gegl_buffer_get (buffer, &area, 1, babl_format (format), rgb, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (format[0] == 'Y')
    memcpy (codes, rgb, depth * count);
  else
    conv2d_gray_row (gray, depth, rgb, codes, (gint) count);
  return (Conv2dPlane) { depth, area.width, area.height, (ptrdiff_t) depth * area.width, codes };
}

/* ---- the reference: maps ---- */

typedef struct
{
  Conv2dGeometry geometry;
  gint count; /* filters */
  gfloat *activations[2 * CONV2D_MAX_FILTERS];
  guchar *bytes[2 * CONV2D_MAX_FILTERS]; /* as drawn */
  ConvLayerFacts facts[2 * CONV2D_MAX_FILTERS];
  gint x, y, step; /* where the maps lie in the input */
} Reference;

static gsize
map_size (const Reference *reference)
{
  return (gsize) reference->geometry.width * (gsize) reference->geometry.height;
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

static guint8
raw_byte_of (gfloat v)
{
  return (guint8) floor ((gdouble) CLAMP (v, 0, 1) * 255 + 0.5);
}

static void
find_facts (Reference *reference, ConvLayerScale scale)
{
  for (gint m = 0; m < 2 * reference->count; m++)
    {
      ConvLayerFacts *facts = &reference->facts[m];
      const gfloat *v = reference->activations[m];

      *facts = (ConvLayerFacts) { reference->geometry.width, reference->geometry.height, v[0], v[0], 0, 0, 0,
                                  map_size (reference) };
      for (gsize i = 0; i < map_size (reference); i++)
        {
          facts->min = MIN (facts->min, v[i]);
          facts->max = MAX (facts->max, v[i]);
          facts->active += v[i] != 0;
        }
    }
  for (gint m = 0; m < 2 * reference->count; m++)
    {
      ConvLayerFacts *facts = &reference->facts[m];
      gfloat least = facts->min, greatest = facts->max;
      gint first = m < reference->count ? 0 : reference->count;

      for (gint n = first; scale == CONV_LAYER_SCALE_SHARED && n < first + reference->count; n++)
        {
          least = MIN (least, reference->facts[n].min);
          greatest = MAX (greatest, reference->facts[n].max);
        }
      if (scale == CONV_LAYER_SCALE_SYMMETRIC)
        {
          greatest = MAX (fabsf (least), fabsf (greatest));
          least = 0 - greatest;
        }
      facts->black = scale == CONV_LAYER_SCALE_RAW ? 0 : least;
      facts->white = scale == CONV_LAYER_SCALE_RAW ? 1 : greatest;
    }
}

/* NULL when the layer does not go with the plane. */
static Reference *
reference_new (const ConvLayerOptions *options, const Conv2dPlane *plane)
{
  const Conv2dLayer *layer = &options->layer;
  Conv2dPlan *plan = conv2d_plan_new (layer, plane, NULL);
  Reference *reference;
  Conv2dTarget targets[2 * CONV2D_MAX_FILTERS] = { { .pixels = NULL } };
  Conv2dWork *work;

  if (!plan)
    return NULL;
  reference = g_new0 (Reference, 1);
  reference->geometry = *conv2d_plan_geometry (plan);
  reference->count = layer->filters.count;
  reference->step = layer->stride;
  reference->x = layer->dilation * (layer->filters.columns - 1) / 2 - reference->geometry.left;
  reference->y = layer->dilation * (layer->filters.rows - 1) / 2 - reference->geometry.top;
  for (gint m = 0; m < 2 * reference->count; m++)
    {
      reference->activations[m] = g_new (gfloat, map_size (reference));
      reference->bytes[m] = g_malloc (map_size (reference));
      targets[m] = (Conv2dTarget) { .pixels = reference->activations[m],
                                    .stride = (ptrdiff_t) sizeof (gfloat) * reference->geometry.width,
                                    .pixel = CONV2D_ACTIVATION,
                                    .channels = 1 };
    }
  work = conv2d_work_new (plan);
  conv2d_plan_maps (plan, work, (Conv2dArea) { 0, 0, reference->geometry.width, reference->geometry.height }, targets);
  conv2d_work_free (work);
  conv2d_plan_free (plan);
  find_facts (reference, options->scale);
  for (gint m = 0; m < 2 * reference->count; m++)
    for (gsize i = 0; i < map_size (reference); i++)
      {
        gfloat v = reference->activations[m][i];

        reference->bytes[m][i] = options->scale == CONV_LAYER_SCALE_RAW
                                     ? raw_byte_of (v)
                                     : byte_of (v, reference->facts[m].black, reference->facts[m].white);
      }
  return reference;
}

static void
reference_free (Reference *reference)
{
  for (gint m = 0; m < 2 * reference->count; m++)
    {
      g_free (reference->activations[m]);
      g_free (reference->bytes[m]);
    }
  g_free (reference);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reference, reference_free)

/* ---- the reference: the screen ---- */

/* Pixels of WIDTH x HEIGHT that begin at X, Y of the input, each STEP wide. */
typedef struct
{
  const guchar *bytes;
  gint width, height;
  gint x, y, step;
} Sheet;

/* The one of SIZE pixels of the screen, CENTRE of the input in their middle, that
 * the middle of pixel I falls on.  By search, as a middle right on a border is
 * that of the pixel that begins there, however a quotient would be rounded. */
static gint
screen_pixel (gint i, gint origin, gint step, gdouble centre, gdouble zoom, gint size)
{
  gint pixel = (gint) CLAMP (floor (((i + 0.5) * step + origin - centre) * zoom + size / 2.0), -9, size + 9);

  while ((centre - origin + (pixel + 1 - size / 2.0) / zoom) / step - 0.5 <= i && pixel < size)
    pixel++;
  while ((centre - origin + (pixel - size / 2.0) / zoom) / step - 0.5 > i && pixel >= 0)
    pixel--;
  return pixel;
}

/* Every pixel to where its middle falls. */
static void
draw_means (Sheet sheet, const ConvLayerPicture *view, gint64 *sums, gint64 *counts)
{
  for (gint y = 0; y < sheet.height; y++)
    for (gint x = 0; x < sheet.width; x++)
      {
        const ConvLayerViewport *v = &view->viewport;
        gint sx = screen_pixel (x, sheet.x, sheet.step, v->x, v->zoom, view->width);
        gint sy = screen_pixel (y, sheet.y, sheet.step, v->y, v->zoom, view->height);

        if (sx >= 0 && sx < view->width && sy >= 0 && sy < view->height)
          {
            sums[sy * view->width + sx] += sheet.bytes[(gsize) y * (gsize) sheet.width + (gsize) x];
            counts[sy * view->width + sx]++;
          }
      }
}

/* Every pixel of the screen from what lies under its middle. */
static void
draw_squares (Sheet sheet, const ConvLayerPicture *view, gint64 *sums, gint64 *counts)
{
  for (gint i = 0; i < view->width * view->height; i++)
    {
      const ConvLayerViewport *v = &view->viewport;
      gdouble x = v->x - sheet.x + (i % view->width + 0.5 - view->width / 2.0) / v->zoom;
      gdouble y = v->y - sheet.y + (i / view->width + 0.5 - view->height / 2.0) / v->zoom;

      x = floor (x / sheet.step);
      y = floor (y / sheet.step);
      if (x < 0 || x >= sheet.width || y < 0 || y >= sheet.height)
        continue;
      sums[i] = sheet.bytes[(gsize) y * (gsize) sheet.width + (gsize) x];
      counts[i] = 1;
    }
}

static void
check_picture (const ConvLayerPicture *picture, Sheet sheet, const ConvLayerViewport *viewport, gint width, gint height)
{
  g_autofree gint64 *sums = g_new0 (gint64, width * height);
  g_autofree gint64 *counts = g_new0 (gint64, width * height);
  gint covered = 0;

  g_assert_nonnull (picture);
  g_assert_cmpint (picture->width, ==, width);
  g_assert_cmpint (picture->height, ==, height);
  g_assert_true (memcmp (&picture->viewport, viewport, sizeof *viewport) == 0);
  if (viewport->zoom * sheet.step < 1)
    draw_means (sheet, picture, sums, counts);
  else
    draw_squares (sheet, picture, sums, counts);
  for (gint i = 0; i < width * height; i++)
    {
      const GeglRectangle *c = &picture->covered;
      gint x = i % width, y = i / width;
      gint byte = picture->pixels[(gsize) y * picture->stride + (gsize) x];

      if (counts[i] > 0)
        {
          covered++;
          g_assert_true (x >= c->x && x < c->x + c->width && y >= c->y && y < c->y + c->height);
          g_assert_cmpint (byte, ==, (gint) floor ((gdouble) sums[i] / (gdouble) counts[i] + 0.5));
        }
    }
  g_assert_cmpint (covered, ==, picture->covered.width * picture->covered.height);
}

/* ---- running ---- */

typedef struct
{
  ConvLayerPreview *preview;
  gint input, maps, failed; /* how often each signal came */
} Watch;

static void
count_signal (ConvLayerPreview *preview, gpointer data)
{
  gint *count = data;

  g_assert_true (CONV_LAYER_IS_PREVIEW (preview));
  g_assert_true (g_main_context_is_owner (NULL));
  ++*count;
}

static Watch *
watch_new (GeglBuffer *buffer, GeglRectangle area, gboolean own_codes)
{
  ConvLayerSource source = { buffer, area, own_codes };
  Watch *watch = g_new0 (Watch, 1);

  watch->preview = conv_layer_preview_new (&source);
  g_signal_connect (watch->preview, "input", G_CALLBACK (count_signal), &watch->input);
  g_signal_connect (watch->preview, "maps", G_CALLBACK (count_signal), &watch->maps);
  g_signal_connect (watch->preview, "failed", G_CALLBACK (count_signal), &watch->failed);
  return watch;
}

static void
watch_free (Watch *watch)
{
  g_object_unref (watch->preview);
  g_free (watch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)

static void
wait_until_idle (Watch *watch)
{
  gint64 end = g_get_monotonic_time () + LONGEST * G_TIME_SPAN_SECOND;

  while (conv_layer_preview_is_busy (watch->preview))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (100);
    }
}

/* Lets the main loop run dry. */
static void
run_dry (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static void
check_facts (const ConvLayerFacts *facts, const ConvLayerFacts *expected)
{
  g_assert_nonnull (facts);
  g_assert_cmpint (facts->width, ==, expected->width);
  g_assert_cmpint (facts->height, ==, expected->height);
  g_assert_cmpfloat (facts->min, ==, expected->min);
  g_assert_cmpfloat (facts->max, ==, expected->max);
  g_assert_cmpfloat (facts->black, ==, expected->black);
  g_assert_cmpfloat (facts->white, ==, expected->white);
  g_assert_cmpuint (facts->active, ==, expected->active);
  g_assert_cmpuint (facts->pixels, ==, expected->pixels);
}

static const ConvLayerStages stages[] = { CONV_LAYER_PRE_RELU, CONV_LAYER_POST_RELU };

static void
check_maps (Watch *watch, const Reference *reference, const ConvLayerViewport *viewport, gint width, gint height)
{
  for (gint stage = 0; stage < 2; stage++)
    for (gint n = 0; n < reference->count; n++)
      {
        gint m = stage * reference->count + n;
        Sheet sheet
            = { reference->bytes[m], reference->geometry.width, reference->geometry.height, reference->x, reference->y,
                reference->step };

        check_facts (conv_layer_preview_get_facts (watch->preview, n, stages[stage]), &reference->facts[m]);
        check_picture (conv_layer_preview_get_map (watch->preview, n, stages[stage]), sheet, viewport, width, height);
      }
  g_assert_null (conv_layer_preview_get_map (watch->preview, reference->count, CONV_LAYER_PRE_RELU));
  g_assert_null (conv_layer_preview_get_facts (watch->preview, reference->count, CONV_LAYER_PRE_RELU));
  g_assert_null (conv_layer_preview_get_map (watch->preview, -1, CONV_LAYER_POST_RELU));
}

static void
check_input (Watch *watch, const Conv2dPlane *plane, const ConvLayerViewport *viewport, gint width, gint height)
{
  gsize count = (gsize) plane->width * (gsize) plane->height;
  g_autofree guchar *bytes = g_malloc (count);

  for (gsize i = 0; i < count; i++)
    bytes[i] = plane->depth == CONV2D_U8    ? ((const guint8 *) plane->codes)[i]
               : plane->depth == CONV2D_U16 ? (guchar) floor (((const guint16 *) plane->codes)[i] / 65535.0 * 255 + 0.5)
                                            : raw_byte_of (((const gfloat *) plane->codes)[i]);
  check_picture (conv_layer_preview_get_input (watch->preview), (Sheet) { bytes, plane->width, plane->height, 0, 0, 1 },
                 viewport, width, height);
}

static ConvLayerViewport
random_viewport (GRand *rand, gint width, gint height)
{
  gdouble zoom = pow (2, g_rand_double_range (rand, -8.96, 6));

  if (g_rand_int_range (rand, 0, 4) == 0)
    zoom = pow (2, g_rand_int_range (rand, -2, 4));
  return (ConvLayerViewport) { g_rand_double_range (rand, -0.3, 1.3) * width,
                               g_rand_double_range (rand, -0.3, 1.3) * height, zoom };
}

/* ---- pictures ---- */

static void
test_random (void)
{
  static const gchar *const formats[] = { "R'G'B' u8", "R'G'B' u16", "R'G'B' float", "Y' u8" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gint round = 0; round < 60; round++)
    {
      const gchar *format = formats[round % 4];
      GeglRectangle area = { g_rand_int_range (rand, -40, 40), g_rand_int_range (rand, -40, 40),
                             g_rand_int_range (rand, 1, 130), g_rand_int_range (rand, 1, 90) };
      g_autoptr (GeglBuffer) buffer = new_source (rand, format, area, 1 << g_rand_int_range (rand, 3, 8));
      Conv2dPlane plane = read_plane (buffer, area, format, CONV2D_OPENCV);
      g_autoptr (Watch) watch = watch_new (buffer, area, FALSE);

      for (gint turn = 0; turn < 5; turn++)
        {
          g_autoptr (ConvLayerOptions) options = random_options (rand);
          g_autoptr (Reference) reference = reference_new (options, &plane);
          gint width = g_rand_int_range (rand, 1, 160), height = g_rand_int_range (rand, 1, 120);
          ConvLayerViewport viewport = random_viewport (rand, area.width, area.height);

          if (!reference)
            continue;
          if (g_rand_boolean (rand))
            viewport = conv_layer_preview_fit (watch->preview, width, height);
          conv_layer_preview_set_view (watch->preview, &viewport, width, height);
          conv_layer_preview_set_options (watch->preview, options);
          g_assert_true (conv_layer_preview_is_busy (watch->preview));
          wait_until_idle (watch);
          g_assert_no_error (conv_layer_preview_get_error (watch->preview));
          check_input (watch, &plane, &viewport, width, height);
          check_maps (watch, reference, &viewport, width, height);
          g_assert_cmpint (watch->failed, ==, 0);
        }
      g_free ((gpointer) plane.codes);
    }
}

/* Two more random views of the same maps, by one plan of the whole. */
static void
check_views (gint input_width, gint input_height, const gchar *const *zooms, gint width, gint height, ...)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (2);
  GeglRectangle area = { 0, 0, input_width, input_height };
  g_autoptr (GeglBuffer) buffer = new_source (rand, "R'G'B' u8", area, 128);
  Conv2dPlane plane = read_plane (buffer, area, "R'G'B' u8", CONV2D_OPENCV);
  g_autoptr (Watch) watch = watch_new (buffer, area, FALSE);
  va_list list;
  const gchar *filter;

  va_start (list, height);
  while ((filter = va_arg (list, const gchar *)))
    {
      g_autoptr (ConvLayerOptions) options
          = options_of ("filter", filter, "variants", "f, -f", "padding", va_arg (list, const gchar *), NULL);
      g_autoptr (Reference) reference = reference_new (options, &plane);

      conv_layer_preview_set_options (watch->preview, options);
      for (gint i = 0; zooms[i]; i++)
        {
          ConvLayerViewport viewport = conv_layer_preview_fit (watch->preview, width, height);

          if (zooms[i][0])
            viewport.zoom = g_ascii_strtod (zooms[i], NULL);
          conv_layer_preview_set_view (watch->preview, &viewport, width, height);
          wait_until_idle (watch);
          check_input (watch, &plane, &viewport, width, height);
          check_maps (watch, reference, &viewport, width, height);
        }
    }
  va_end (list);
  g_free ((gpointer) plane.codes);
}

/* "" stands for the one that fits. */
static const gchar *const all_zooms[] = { "", "0.002", "0.013", "0.3", "0.9999", "0.9999999", "1", "1.5", "64", NULL };

static void
test_one_pixel (void)
{
  check_views (1, 1, all_zooms, 200, 130, "3", "valid", "1 2; 3 4", "1", "1 2 3; 4 5 6; 7 8 9", "same", NULL);
}

static void
test_long (void)
{
  static const gchar *const zooms[] = { "", "0.002", "1", NULL };

  check_views (524288, 4, zooms, 200, 130, "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1", "valid", "1 -2", "same", NULL);
}

static void
test_tall (void)
{
  static const gchar *const zooms[] = { "", "0.002", "1", NULL };

  check_views (3, 300000, zooms, 50, 130, "1 -2 1", "valid", NULL);
}

/* Screen pixels of several bands and sums of more rows than 16 bits hold. */
static void
test_large (void)
{
  static const gchar *const zooms[] = { "", "0.002", "0.04", "0.51", NULL };

  check_views (2300, 1500, zooms, 200, 130, "1 0 -1; 2 0 -2", "valid", NULL);
}

static void
test_map_larger_than_input (void)
{
  check_views (7, 5, all_zooms, 90, 70, "1 -2; 3 1/4", "40, 60", NULL);
}

static void
test_outside (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  GeglRectangle area = { 0, 0, 40, 30 };
  g_autoptr (GeglBuffer) buffer = new_source (rand, "R'G'B' u8", area, 64);
  Conv2dPlane plane = read_plane (buffer, area, "R'G'B' u8", CONV2D_OPENCV);
  g_autoptr (Watch) watch = watch_new (buffer, area, FALSE);
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL);
  g_autoptr (Reference) reference = reference_new (options, &plane);
  static const ConvLayerViewport viewports[] = { { -1000, 15, 1 },     { 20, 1e9, 1 },  { 20, -1e9, 0.01 },
                                                 { 1e300, 1e300, 64 }, { 90, 15, 0.9 }, { 20, -1000, 2 } };

  conv_layer_preview_set_options (watch->preview, options);
  for (gsize i = 0; i < G_N_ELEMENTS (viewports); i++)
    {
      conv_layer_preview_set_view (watch->preview, &viewports[i], 60, 50);
      wait_until_idle (watch);
      check_input (watch, &plane, &viewports[i], 60, 50);
      check_maps (watch, reference, &viewports[i], 60, 50);
      g_assert_cmpint (conv_layer_preview_get_input (watch->preview)->covered.width, ==, 0);
      g_assert_cmpint (conv_layer_preview_get_map (watch->preview, 1, CONV_LAYER_PRE_RELU)->covered.height, ==, 0);
    }
  g_free ((gpointer) plane.codes);
}

/* The same bits whatever the threads. */
static void
test_threads (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  GeglRectangle area = { 3, 5, 700, 500 };
  g_autoptr (GeglBuffer) buffer = new_source (rand, "R'G'B' u16", area, 64);
  Conv2dPlane plane = read_plane (buffer, area, "R'G'B' u16", CONV2D_OPENCV);
  g_autoptr (ConvLayerOptions) options = options_of ("scale", "shared", "bias", "0.1", NULL);
  g_autoptr (Reference) reference = reference_new (options, &plane);

  for (gint threads = 1; threads <= 4; threads++)
    {
      g_autoptr (Watch) watch = watch_new (buffer, area, FALSE);
      ConvLayerViewport viewport = conv_layer_preview_fit (watch->preview, 123, 77);

      g_object_set (gegl_config (), "threads", threads, NULL);
      conv_layer_preview_set_view (watch->preview, &viewport, 123, 77);
      conv_layer_preview_set_options (watch->preview, options);
      wait_until_idle (watch);
      check_input (watch, &plane, &viewport, 123, 77);
      check_maps (watch, reference, &viewport, 123, 77);
    }
  g_object_set (gegl_config (), "threads", 2, NULL);
  g_free ((gpointer) plane.codes);
}

/* NaN and infinities count for no range, are black, and are active. */
static void
test_not_finite (void)
{
  static const gfloat pixels[] = { NAN, INFINITY, -INFINITY, 0, -2, 3, 0.5f, -0.0f };
  g_autoptr (GeglBuffer) buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 8, 1), babl_format ("Y' float"));
  g_autoptr (Watch) watch = watch_new (buffer, *gegl_buffer_get_extent (buffer), TRUE);
  g_autoptr (ConvLayerOptions) options = options_of ("filter", "1", "variants", "f", NULL);
  static const guchar drawn[2][8] = { { 0, 255, 0, 102, 0, 255, 128, 102 }, { 0, 255, 0, 0, 0, 255, 42, 0 } };
  static const guint64 active[2] = { 6, 4 };
  ConvLayerViewport viewport = { 4, 0.5, 1 };

  gegl_buffer_set (buffer, NULL, 0, babl_format ("Y' float"), pixels, GEGL_AUTO_ROWSTRIDE);
  conv_layer_preview_set_view (watch->preview, &viewport, 8, 1);
  conv_layer_preview_set_options (watch->preview, options);
  wait_until_idle (watch);
  for (gint stage = 0; stage < 2; stage++)
    {
      const ConvLayerFacts *facts = conv_layer_preview_get_facts (watch->preview, 0, stages[stage]);
      const ConvLayerPicture *picture = conv_layer_preview_get_map (watch->preview, 0, stages[stage]);

      g_assert_cmpfloat (facts->min, ==, stage == 0 ? -2 : 0);
      g_assert_cmpfloat (facts->max, ==, 3);
      g_assert_cmpuint (facts->active, ==, active[stage]);
      g_assert_true (memcmp (picture->pixels, drawn[stage], 8) == 0);
    }
}

/* ---- what is wanted when ---- */

typedef struct
{
  GeglRectangle area;
  GeglBuffer *buffer;
  Conv2dPlane plane;
  Watch *watch;
  ConvLayerViewport viewport;
} Case;

static Case
case_new (gint width, gint height)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  Case c = { .area = { 0, 0, width, height } };

  c.buffer = new_source (rand, "R'G'B' u8", c.area, 64);
  c.plane = read_plane (c.buffer, c.area, "R'G'B' u8", CONV2D_OPENCV);
  c.watch = watch_new (c.buffer, c.area, FALSE);
  c.viewport = conv_layer_preview_fit (c.watch->preview, 60, 40);
  return c;
}

static void
case_clear (Case *c)
{
  watch_free (c->watch);
  g_object_unref (c->buffer);
  g_free ((gpointer) c->plane.codes);
}

static void
check_case (Case *c, const ConvLayerOptions *options)
{
  g_autoptr (Reference) reference = reference_new (options, &c->plane);

  check_maps (c->watch, reference, &c->viewport, 60, 40);
}

/* The input alone is shown. */
static void
test_no_options (void)
{
  Case c = case_new (100, 80);
  ConvLayerPreview *preview = c.watch->preview;
  ConvLayerInspection inspection;
  GeglRectangle area;
  gint x, y;

  g_assert_false (conv_layer_preview_is_busy (preview));
  g_assert_null (conv_layer_preview_get_input (preview));
  conv_layer_preview_set_view (preview, &c.viewport, 60, 40);
  g_assert_true (conv_layer_preview_is_busy (preview));
  wait_until_idle (c.watch);
  run_dry ();
  check_input (c.watch, &c.plane, &c.viewport, 60, 40);
  g_assert_cmpint (c.watch->input, ==, 1);
  g_assert_cmpint (c.watch->maps, ==, 0);
  g_assert_null (conv_layer_preview_get_map (preview, 0, CONV_LAYER_PRE_RELU));
  g_assert_null (conv_layer_preview_get_facts (preview, 0, CONV_LAYER_PRE_RELU));
  g_assert_false (conv_layer_preview_inspect (preview, 0, 0, 0, &inspection));
  g_assert_false (conv_layer_preview_pixel_at (preview, 1, 1, &x, &y));
  g_assert_false (conv_layer_preview_pixel_area (preview, 1, 1, &area));
  case_clear (&c);
}

/* Facts come even before there is a view. */
static void
test_no_view (void)
{
  Case c = case_new (100, 80);
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL);
  g_autoptr (Reference) reference = reference_new (options, &c.plane);

  conv_layer_preview_set_options (c.watch->preview, options);
  wait_until_idle (c.watch);
  g_assert_cmpint (c.watch->maps, ==, 1);
  g_assert_cmpint (c.watch->input, ==, 0);
  g_assert_null (conv_layer_preview_get_map (c.watch->preview, 0, CONV_LAYER_PRE_RELU));
  check_facts (conv_layer_preview_get_facts (c.watch->preview, 3, CONV_LAYER_POST_RELU), &reference->facts[7]);
  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  wait_until_idle (c.watch);
  check_case (&c, options);
  case_clear (&c);
}

/* The last of many requests is answered, hardly any before; the old maps stand until then. */
static void
test_newest_wins (void)
{
  Case c = case_new (400, 300);
  g_autoptr (ConvLayerOptions) first = options_of ("filter", "1 2; 3 4", NULL);
  g_autoptr (ConvLayerOptions) last = options_of ("filter", "4 -3 2; 2 1 0", "variants", "f", NULL);

  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  conv_layer_preview_set_options (c.watch->preview, first);
  wait_until_idle (c.watch);
  g_assert_cmpint (c.watch->maps, ==, 1);
  for (gint i = 0; i < 50; i++)
    {
      g_autofree gchar *text = g_strdup_printf ("%d 1; 0 -2", i);
      g_autoptr (ConvLayerOptions) options = options_of ("filter", text, NULL);

      conv_layer_preview_set_options (c.watch->preview, options);
      if (i % 10 == 0)
        g_usleep (2000);
    }
  conv_layer_preview_set_options (c.watch->preview, last);
  check_case (&c, first);
  wait_until_idle (c.watch);
  run_dry ();
  g_assert_cmpint (c.watch->maps, >=, 2);
  g_assert_cmpint (c.watch->maps, <, 25); /* more than two only when the machine is slow */
  g_assert_cmpint (c.watch->input, ==, 1);
  check_case (&c, last);
  case_clear (&c);
}

typedef struct
{
  Case c;
  guint changes, source;
} Changing;

/* Each change comes long before the maps of the one before can be made. */
static gboolean
change_again (gpointer data)
{
  Changing *changing = data;
  g_autoptr (GString) filter = g_string_new (NULL);
  g_autoptr (ConvLayerOptions) options = NULL;

  changing->changes++;
  for (guint i = 0; i < 31 * 31; i++)
    g_string_append_printf (filter, "%u%s", (i * 7 + changing->changes) % 13, (i + 1) % 31 ? " " : ";");
  options = options_of ("filter", filter->str, "variants", "f, -f, 2*f, f.T", NULL);
  conv_layer_preview_set_options (changing->c.watch->preview, options);
  return G_SOURCE_CONTINUE;
}

/* While a key repeats, new maps keep coming, and after it those of the last change. */
static void
test_maps_keep_coming (void)
{
  gint64 end = g_get_monotonic_time () + LONGEST * G_TIME_SPAN_SECOND;
  Changing changing = { .c = case_new (500, 400) };
  gint last;

  conv_layer_preview_set_view (changing.c.watch->preview, &changing.c.viewport, 60, 40);
  /* Where a change takes longer than that, those of the same priority still get their turn. */
  changing.source = g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, 3, change_again, &changing, NULL);
  while (changing.c.watch->maps < 3)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (changing.source);
  g_assert_cmpuint (changing.changes, >, 10);
  change_again (&changing);
  last = changing.c.watch->maps;
  wait_until_idle (changing.c.watch);
  run_dry ();
  g_assert_cmpint (changing.c.watch->maps, >, last);
  case_clear (&changing.c);
}

/* The number of filters changes up and down. */
static void
test_filters_come_and_go (void)
{
  static const gchar *const lists[] = { "f", "f, f, f, f, f, f, f, f, f, f, f, -f", "f, -f", "-f, f, f.T, f.T, -f" };
  Case c = case_new (90, 70);

  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  for (gint i = 0; i < 12; i++)
    {
      g_autoptr (ConvLayerOptions) options = options_of ("filter", "1 -2; 3 4", "variants", lists[i % 4], NULL);

      conv_layer_preview_set_options (c.watch->preview, options);
      wait_until_idle (c.watch);
      check_case (&c, options);
    }
  case_clear (&c);
}

/* Another view, scale or bank in sight after what is known already. */
static void
test_known_facts (void)
{
  Case c = case_new (300, 200);
  static const gchar *const scales[] = { "map", "shared", "raw", "symmetric", "map" };

  for (gsize i = 0; i < G_N_ELEMENTS (scales); i++)
    {
      g_autoptr (ConvLayerOptions) options = options_of ("filter", "1 -2; 0.5 0.3", "scale", scales[i], NULL);
      gint before;

      conv_layer_preview_set_options (c.watch->preview, options);
      for (gint turn = 0; turn < 3; turn++)
        {
          c.viewport.x += 7.3;
          c.viewport.zoom *= 1.9;
          conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
          wait_until_idle (c.watch);
          before = c.watch->maps;
          check_case (&c, options);
          check_input (c.watch, &c.plane, &c.viewport, 60, 40);
          /* The same view again is no change. */
          conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
          g_assert_false (conv_layer_preview_is_busy (c.watch->preview));
          run_dry ();
          g_assert_cmpint (c.watch->maps, ==, before);
        }
      c.viewport = conv_layer_preview_fit (c.watch->preview, 60, 40);
    }
  case_clear (&c);
}

static void
check_shown (Case *c, const Reference *reference, gint first, gint count)
{
  for (gint n = 0; n < reference->count; n++)
    for (gint stage = 0; stage < 2; stage++)
      {
        const ConvLayerPicture *picture = conv_layer_preview_get_map (c->watch->preview, n, stages[stage]);
        gint m = stage * reference->count + n;
        Sheet sheet
            = { reference->bytes[m], reference->geometry.width, reference->geometry.height, reference->x, reference->y,
                reference->step };

        if (n < first || n >= first + count)
          {
            g_assert_null (picture);
            continue;
          }
        check_picture (picture, sheet, &c->viewport, 60, 40);
        check_facts (conv_layer_preview_get_facts (c->watch->preview, n, stages[stage]), &reference->facts[m]);
      }
}

/* Only what is in sight is drawn; what all share is of all nevertheless. */
static void
test_shown (void)
{
  static const gchar *const scales[] = { "map", "shared" };
  static const gint shown[][2] = { { 2, 3 }, { 0, 1 }, { 9, 20 }, { 11, 5 }, { 0, 0 }, { 0, 64 } };

  for (gsize s = 0; s < G_N_ELEMENTS (scales); s++)
    {
      Case c = case_new (150, 100);
      g_autoptr (ConvLayerOptions) options = options_of ("filter", "1 -2; 0.5 0.3", "scale", scales[s], "variants",
                                                         "f, 2*f, 3*f, -f, 4*f, f.T, -f, 5*f, 6*f, -f.T, 20*f", NULL);
      g_autoptr (Reference) reference = reference_new (options, &c.plane);

      conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
      conv_layer_preview_set_options (c.watch->preview, options);
      for (gsize i = 0; i < G_N_ELEMENTS (shown); i++)
        {
          conv_layer_preview_set_shown (c.watch->preview, shown[i][0], shown[i][1]);
          wait_until_idle (c.watch);
          check_shown (&c, reference, shown[i][0], shown[i][1]);
        }
      case_clear (&c);
    }
}

/* Another gray is read anew, and shown when it is complete. */
static void
test_grayscale (void)
{
  Case c = case_new (300, 200);
  g_autoptr (ConvLayerOptions) opencv = options_of (NULL, NULL);
  g_autoptr (ConvLayerOptions) red = options_of ("grayscale", "red", NULL);
  ConvLayerInspection inspection;

  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  conv_layer_preview_set_options (c.watch->preview, opencv);
  wait_until_idle (c.watch);
  check_input (c.watch, &c.plane, &c.viewport, 60, 40);
  g_assert_true (conv_layer_preview_inspect (c.watch->preview, 0, 0, 0, &inspection));

  conv_layer_preview_set_options (c.watch->preview, red);
  g_assert_false (conv_layer_preview_inspect (c.watch->preview, 0, 0, 0, &inspection));
  check_case (&c, opencv);
  g_free ((gpointer) c.plane.codes);
  c.plane = read_plane (c.buffer, c.area, "R'G'B' u8", CONV2D_RED);
  wait_until_idle (c.watch);
  check_input (c.watch, &c.plane, &c.viewport, 60, 40);
  check_case (&c, red);
  g_assert_cmpint (c.watch->input, ==, 2);
  g_assert_cmpint (c.watch->maps, ==, 2);

  /* To and fro while it is read. */
  conv_layer_preview_set_options (c.watch->preview, opencv);
  g_main_context_iteration (NULL, FALSE);
  conv_layer_preview_set_options (c.watch->preview, red);
  wait_until_idle (c.watch);
  check_input (c.watch, &c.plane, &c.viewport, 60, 40);
  check_case (&c, red);
  case_clear (&c);
}

/* A gray picture is its own gray: nothing is read anew. */
static void
test_gray_source (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  GeglRectangle area = { 0, 0, 50, 40 };
  g_autoptr (GeglBuffer) buffer = new_source (rand, "Y' u8", area, 64);
  g_autoptr (Watch) watch = watch_new (buffer, area, FALSE);
  g_autoptr (ConvLayerOptions) opencv = options_of (NULL, NULL);
  g_autoptr (ConvLayerOptions) red = options_of ("grayscale", "red", NULL);
  ConvLayerInspection inspection;

  conv_layer_preview_set_options (watch->preview, opencv);
  wait_until_idle (watch);
  conv_layer_preview_set_options (watch->preview, red);
  g_assert_true (conv_layer_preview_inspect (watch->preview, 0, 0, 0, &inspection));
  wait_until_idle (watch);
  g_assert_cmpint (watch->maps, ==, 2);
}

/* ---- the end ---- */

static void
test_stop (void)
{
  for (gint round = 0; round < 30; round++)
    {
      Case c = case_new (500, 400);
      g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL);

      conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
      conv_layer_preview_set_options (c.watch->preview, options);
      /* At any moment: while it is read, while it is computed, when it is done but not yet told. */
      for (gint i = 0; i < round / 2 && c.watch->maps == 0; i++)
        {
          g_main_context_iteration (NULL, FALSE);
          g_usleep ((gulong) (round % 5) * 300);
        }
      conv_layer_preview_stop (c.watch->preview);
      c.watch->input = c.watch->maps = 0;
      g_assert_cmpint (G_OBJECT (c.buffer)->ref_count, ==, 1);
      g_assert_false (conv_layer_preview_is_busy (c.watch->preview));
      conv_layer_preview_stop (c.watch->preview);
      conv_layer_preview_set_options (c.watch->preview, options);
      conv_layer_preview_set_shown (c.watch->preview, 1, 2);
      conv_layer_preview_set_view (c.watch->preview, &c.viewport, 80, 40);
      g_assert_false (conv_layer_preview_is_busy (c.watch->preview));
      g_usleep (1000);
      run_dry ();
      g_assert_cmpint (c.watch->input + c.watch->maps + c.watch->failed, ==, 0);
      case_clear (&c);
    }
}

static void
stop_it (ConvLayerPreview *preview)
{
  conv_layer_preview_stop (preview);
}

/* A signal's handler may end the preview or let it go. */
static void
test_stop_in_signal (void)
{
  static const gchar *const names[] = { "input", "maps" };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (names); i++)
    {
      Case c = case_new (100, 80);
      ConvLayerPreview *preview = c.watch->preview;
      g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL);
      gpointer gone = preview;

      conv_layer_preview_set_view (preview, &c.viewport, 60, 40);
      conv_layer_preview_set_options (preview, options);
      if (i < 2)
        {
          g_signal_connect (preview, names[i], G_CALLBACK (stop_it), NULL);
          wait_until_idle (c.watch);
          run_dry ();
          g_assert_cmpint (c.watch->maps, ==, i == 0 ? 0 : 1);
        }
      else
        {
          g_object_add_weak_pointer (G_OBJECT (preview), &gone);
          g_signal_connect (preview, names[i - 2], G_CALLBACK (g_object_unref), NULL);
          while (gone)
            g_main_context_iteration (NULL, TRUE);
          c.watch->preview = g_object_ref (g_object_new (G_TYPE_OBJECT, NULL));
          g_object_unref (c.watch->preview);
        }
      case_clear (&c);
    }
}

/* The dialog is there before its pixels are: whatever was wanted until then is made of them. */
static void
test_buffer_later (void)
{
  Case c = case_new (20, 20);
  g_autoptr (ConvLayerOptions) before = options_of ("grayscale", "red", NULL);
  g_autoptr (ConvLayerOptions) options = options_of ("grayscale", "blue", "scale", "raw", NULL);

  watch_free (c.watch);
  c.watch = watch_new (NULL, c.area, FALSE);
  conv_layer_preview_set_options (c.watch->preview, before);
  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  conv_layer_preview_set_options (c.watch->preview, options);
  for (gint i = 0; i < 100; i++)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (conv_layer_preview_is_busy (c.watch->preview));
  g_assert_true (conv_layer_preview_awaits_maps (c.watch->preview));
  g_assert_null (conv_layer_preview_get_input (c.watch->preview));
  conv_layer_preview_set_buffer (c.watch->preview, c.buffer);
  g_free ((gpointer) c.plane.codes);
  c.plane = read_plane (c.buffer, c.area, "R'G'B' u8", CONV2D_BLUE);
  wait_until_idle (c.watch);
  g_assert_cmpint (c.watch->failed, ==, 0);
  check_input (c.watch, &c.plane, &c.viewport, 60, 40);
  check_case (&c, options);
  case_clear (&c);
}

/* Too late: the dialog was closed before it was drawn. */
static void
test_buffer_after_the_end (void)
{
  Case c = case_new (20, 20);

  watch_free (c.watch);
  c.watch = watch_new (NULL, c.area, FALSE);
  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  conv_layer_preview_stop (c.watch->preview);
  conv_layer_preview_set_buffer (c.watch->preview, c.buffer);
  g_assert_cmpint (G_OBJECT (c.buffer)->ref_count, ==, 1);
  case_clear (&c);
}

/* A layer that does not go with the input: said, and the old maps stand. */
static void
test_layer_does_not_fit (void)
{
  Case c = case_new (20, 20);
  g_autoptr (ConvLayerOptions) fits = options_of (NULL, NULL);
  g_autoptr (ConvLayerOptions) does_not = options_of ("dilation", "10", NULL);

  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  conv_layer_preview_set_options (c.watch->preview, fits);
  wait_until_idle (c.watch);
  conv_layer_preview_set_options (c.watch->preview, does_not);
  wait_until_idle (c.watch);
  g_assert_cmpint (c.watch->failed, ==, 1);
  g_assert_cmpint (c.watch->maps, ==, 1);
  g_assert_error (conv_layer_preview_get_error (c.watch->preview), CONV_LAYER_ERROR, CONV_LAYER_ERROR_SIZE);
  check_case (&c, fits);
  conv_layer_preview_set_options (c.watch->preview, fits);
  wait_until_idle (c.watch);
  g_assert_cmpint (c.watch->maps, ==, 2);
  g_assert_no_error (conv_layer_preview_get_error (c.watch->preview));
  case_clear (&c);
}

/* Whatever allocation fails: said, nothing half shown, and the next try works. */
static void
test_no_memory (void)
{
  Case c = case_new (100, 80);
  g_autoptr (ConvLayerOptions) options = options_of ("scale", "raw", NULL);
  gint failures = 0;

  for (gboolean failed = TRUE; failed; failures += failed)
    {
      gint asked;

      watch_free (c.watch);
      g_assert_cmpint (memory_left (), ==, 0);
      c.watch = watch_new (c.buffer, c.area, FALSE);
      memory_start (failures + 1, 0);
      conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
      conv_layer_preview_set_options (c.watch->preview, options);
      wait_until_idle (c.watch);
      asked = memory_stop ();
      failed = c.watch->failed > 0;
      g_assert_cmpint (failed, ==, asked > failures);
      if (failed)
        {
          g_assert_cmpint (c.watch->failed, ==, 1);
          g_assert_cmpint (c.watch->maps, ==, 0);
          g_assert_error (conv_layer_preview_get_error (c.watch->preview), CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY);
          conv_layer_preview_set_options (c.watch->preview, options);
          wait_until_idle (c.watch);
        }
      g_assert_no_error (conv_layer_preview_get_error (c.watch->preview));
      g_assert_cmpint (c.watch->maps, ==, 1);
      check_case (&c, options);
      check_input (c.watch, &c.plane, &c.viewport, 60, 40);
    }
  g_assert_cmpint (failures, >, 15);
  case_clear (&c);
}

/* ---- one pixel ---- */

static guint32
bits_of (gfloat value)
{
  guint32 bits;

  memcpy (&bits, &value, sizeof bits);
  return bits;
}

/* What the padding puts at place I of N. */
static gint
fold (gint i, gint n, Conv2dPaddingMode mode)
{
  if (i >= 0 && i < n)
    return i;
  if (mode == CONV2D_REFLECT)
    return i < 0 ? -i : 2 * (n - 1) - i;
  if (mode == CONV2D_REPLICATE)
    return i < 0 ? 0 : n - 1;
  if (mode == CONV2D_CIRCULAR)
    return i < 0 ? i + n : i - n;
  return -1;
}

static gfloat
plane_value (const Conv2dPlane *plane, gint x, gint y)
{
  const guchar *row = (const guchar *) plane->codes + y * plane->stride;

  return plane->depth == CONV2D_U8    ? row[x] / 255.0f
         : plane->depth == CONV2D_U16 ? ((const guint16 *) (gconstpointer) row)[x] / 65535.0f
                                      : ((const gfloat *) (gconstpointer) row)[x];
}

static void
check_inspection (const ConvLayerInspection *inspection, const Reference *reference, const ConvLayerOptions *options,
                  const Conv2dPlane *plane)
{
  const Conv2dLayer *layer = &options->layer;
  gint at = inspection->y * reference->geometry.width + inspection->x;
  gint rectified = reference->count + inspection->output;
  gfloat sum = 0;

  for (gint i = 0; i < layer->filters.rows; i++)
    for (gint j = 0; j < layer->filters.columns; j++)
      {
        gint k = i * layer->filters.columns + j;
        gint x = inspection->x * layer->stride + j * layer->dilation - reference->geometry.left;
        gint y = inspection->y * layer->stride + i * layer->dilation - reference->geometry.top;
        gint folded_x = fold (x, plane->width, layer->padding_mode);
        gint folded_y = fold (y, plane->height, layer->padding_mode);
        gfloat v = folded_x < 0 || folded_y < 0 ? 0 : plane_value (plane, folded_x, folded_y);
        gfloat w = layer->filters.weights[inspection->output * layer->filters.rows * layer->filters.columns + k];

        if (k == 0)
          {
            g_assert_cmpint (inspection->left, ==, x);
            g_assert_cmpint (inspection->top, ==, y);
          }
        g_assert_cmpuint (bits_of (inspection->input[k]), ==, bits_of (v));
        g_assert_cmpuint (bits_of (inspection->weights[k]), ==, bits_of (w));
        g_assert_cmpuint (bits_of (inspection->products[k]), ==, bits_of (v * w));
        g_assert_cmpint (inspection->inside[k], ==, x >= 0 && x == folded_x && y >= 0 && y == folded_y);
        sum = fmaf (w, v, sum);
      }
  g_assert_cmpuint (bits_of (inspection->sum), ==, bits_of (sum));
  g_assert_cmpuint (bits_of (inspection->pre), ==, bits_of (sum + layer->bias));
  g_assert_cmpuint (bits_of (inspection->pre), ==, bits_of (reference->activations[inspection->output][at]));
  g_assert_cmpuint (bits_of (inspection->post), ==, bits_of (reference->activations[rectified][at]));
  g_assert_cmpfloat (inspection->bias, ==, layer->bias);
  g_assert_true (inspection->drawn);
  g_assert_cmpint (inspection->pre_pixel, ==, reference->bytes[inspection->output][at]);
  g_assert_cmpint (inspection->post_pixel, ==, reference->bytes[rectified][at]);
}

static void
test_inspect (void)
{
  static const gchar *const formats[] = { "R'G'B' u8", "R'G'B' u16", "R'G'B' float" };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  gint looked = 0;

  for (gint round = 0; round < 150; round++)
    {
      const gchar *format = formats[round % 3];
      GeglRectangle area = { 0, 0, g_rand_int_range (rand, 1, 40), g_rand_int_range (rand, 1, 30) };
      g_autoptr (GeglBuffer) buffer = new_source (rand, format, area, 16);
      Conv2dPlane plane = read_plane (buffer, area, format, CONV2D_OPENCV);
      g_autoptr (Watch) watch = watch_new (buffer, area, FALSE);
      g_autoptr (ConvLayerOptions) options = random_options (rand);
      g_autoptr (Reference) reference = reference_new (options, &plane);
      ConvLayerInspection inspection;

      conv_layer_preview_set_options (watch->preview, options);
      wait_until_idle (watch);
      for (gint i = 0; reference && i < 40; i++)
        {
          gint output = g_rand_int_range (rand, 0, reference->count);
          gint x = g_rand_int_range (rand, 0, reference->geometry.width);
          gint y = g_rand_int_range (rand, 0, reference->geometry.height);

          g_assert_true (conv_layer_preview_inspect (watch->preview, output, x, y, &inspection));
          g_assert_cmpint (inspection.x, ==, x);
          g_assert_cmpint (inspection.y, ==, y);
          g_assert_cmpint (inspection.output, ==, output);
          check_inspection (&inspection, reference, options, &plane);
          looked++;
        }
      if (reference)
        {
          g_assert_false (conv_layer_preview_inspect (watch->preview, reference->count, 0, 0, &inspection));
          g_assert_false (conv_layer_preview_inspect (watch->preview, 0, reference->geometry.width, 0, &inspection));
          g_assert_false (conv_layer_preview_inspect (watch->preview, 0, 0, -1, &inspection));
        }
      g_free ((gpointer) plane.codes);
    }
  g_assert_cmpint (looked, >, 2000);
}

/* The numbers go with the maps that are shown; before there are any, with the options. */
static void
test_inspect_early (void)
{
  Case c = case_new (300, 200);
  g_autoptr (ConvLayerOptions) first = options_of ("filter", "1 2; 3 4", NULL);
  g_autoptr (ConvLayerOptions) second = options_of ("filter", "5 6; 7 8", NULL);
  ConvLayerInspection inspection;

  conv_layer_preview_set_view (c.watch->preview, &c.viewport, 60, 40);
  wait_until_idle (c.watch);
  conv_layer_preview_set_options (c.watch->preview, first);
  g_assert_true (conv_layer_preview_inspect (c.watch->preview, 1, 2, 3, &inspection));
  g_assert_false (inspection.drawn);
  g_assert_cmpfloat (inspection.weights[3], ==, -4);
  wait_until_idle (c.watch);
  conv_layer_preview_set_options (c.watch->preview, second);
  g_assert_true (conv_layer_preview_inspect (c.watch->preview, 1, 2, 3, &inspection));
  g_assert_true (inspection.drawn);
  g_assert_cmpfloat (inspection.weights[3], ==, -4);
  wait_until_idle (c.watch);
  g_assert_true (conv_layer_preview_inspect (c.watch->preview, 1, 2, 3, &inspection));
  g_assert_cmpfloat (inspection.weights[3], ==, -8);
  conv_layer_preview_stop (c.watch->preview);
  g_assert_false (conv_layer_preview_inspect (c.watch->preview, 1, 2, 3, &inspection));
  case_clear (&c);
}

static void
check_place (Watch *watch, gdouble input_x, gdouble input_y, gint x, gint y, GeglRectangle area)
{
  gint found_x = -1, found_y = -1;
  GeglRectangle found;

  g_assert_true (conv_layer_preview_pixel_at (watch->preview, input_x, input_y, &found_x, &found_y));
  g_assert_cmpint (found_x, ==, x);
  g_assert_cmpint (found_y, ==, y);
  g_assert_true (conv_layer_preview_pixel_area (watch->preview, x, y, &found));
  g_assert_true (gegl_rectangle_equal (&found, &area));
}

static void
test_places (void)
{
  Case c = case_new (20, 15);
  g_autoptr (ConvLayerOptions) notebook = options_of (NULL, NULL);                            /* 17 x 12, 1 px in */
  g_autoptr (ConvLayerOptions) strided = options_of ("stride", "3", "padding", "2, 1", NULL); /* 7 x 6 */
  GeglRectangle area;

  conv_layer_preview_set_options (c.watch->preview, notebook);
  wait_until_idle (c.watch);
  check_place (c.watch, 1, 1, 0, 0, (GeglRectangle) { 1, 1, 1, 1 });
  check_place (c.watch, 0.2, -50, 0, 0, (GeglRectangle) { 1, 1, 1, 1 });
  check_place (c.watch, 5.99, 7.01, 4, 6, (GeglRectangle) { 5, 7, 1, 1 });
  check_place (c.watch, 1e30, 12.5, 16, 11, (GeglRectangle) { 17, 12, 1, 1 });
  g_assert_false (conv_layer_preview_pixel_area (c.watch->preview, 17, 0, &area));
  g_assert_false (conv_layer_preview_pixel_area (c.watch->preview, 0, -1, &area));

  conv_layer_preview_set_options (c.watch->preview, strided);
  wait_until_idle (c.watch);
  check_place (c.watch, 0, -1, 0, 0, (GeglRectangle) { 0, -1, 3, 3 });
  check_place (c.watch, 2.9, 2.1, 0, 1, (GeglRectangle) { 0, 2, 3, 3 });
  check_place (c.watch, 19, 14, 6, 5, (GeglRectangle) { 18, 14, 3, 3 });
  case_clear (&c);
}

static void
test_text (void)
{
  ConvLayerInspection inspection = { .output = 1,
                                     .x = 4,
                                     .y = 7,
                                     .rows = 2,
                                     .columns = 2,
                                     .input = { 0.1f, 0, 1, 1 / 3.0f },
                                     .weights = { -1, 2, 1e-20f, 0x1.fffffep-1f },
                                     .products = { -0.1f, 0, 1e-20f, 0.25f },
                                     .sum = 0.2333333f,
                                     .bias = -1,
                                     .pre = -0.76666665f,
                                     .post = 0,
                                     .pre_pixel = 17,
                                     .drawn = TRUE };
  static const gchar *const tables = "Output 2, pixel 4, 7\n"
                                     "Input\n0.1\t0\n1\t0.33333334\n"
                                     "Weights\n-1\t2\n1e-20\t0.99999994\n"
                                     "Products\n-0.1\t0\n1e-20\t0.25\n"
                                     "Sum\t0.2333333\nBias\t-1\nPre-ReLU\t-0.76666665\nPost-ReLU\t0\n";
  g_autofree gchar *drawn = conv_layer_inspection_text (&inspection);
  g_autofree gchar *expected = g_strconcat (tables, "Pre-ReLU pixel\t17\nPost-ReLU pixel\t0\n", NULL);
  g_autofree gchar *bare = NULL;

  g_assert_cmpstr (drawn, ==, expected);
  inspection.drawn = FALSE;
  inspection.post = NAN; /* has no digits to try */
  bare = conv_layer_inspection_text (&inspection);
  g_assert_true (g_str_has_suffix (bare, "Post-ReLU\tnan\n"));
}

static void
test_fit (void)
{
  Case c = case_new (200, 100);
  ConvLayerViewport wide = conv_layer_preview_fit (c.watch->preview, 50, 50);
  ConvLayerViewport high = conv_layer_preview_fit (c.watch->preview, 1000, 150);

  g_assert_cmpfloat (wide.zoom, ==, 0.25);
  g_assert_cmpfloat (wide.x, ==, 100);
  g_assert_cmpfloat (wide.y, ==, 50);
  g_assert_cmpfloat (high.zoom, ==, 1.5);
  case_clear (&c);
}

int
main (int argc, char **argv)
{
  gint result;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_object_set (gegl_config (), "use-opencl", FALSE, "threads", 2, NULL);
  g_test_add_func ("/plugin/preview/random", test_random);
  g_test_add_func ("/plugin/preview/one-pixel", test_one_pixel);
  g_test_add_func ("/plugin/preview/long", test_long);
  g_test_add_func ("/plugin/preview/tall", test_tall);
  g_test_add_func ("/plugin/preview/large", test_large);
  g_test_add_func ("/plugin/preview/map-larger-than-input", test_map_larger_than_input);
  g_test_add_func ("/plugin/preview/outside", test_outside);
  g_test_add_func ("/plugin/preview/threads", test_threads);
  g_test_add_func ("/plugin/preview/not-finite", test_not_finite);
  g_test_add_func ("/plugin/preview/no-options", test_no_options);
  g_test_add_func ("/plugin/preview/no-view", test_no_view);
  g_test_add_func ("/plugin/preview/newest-wins", test_newest_wins);
  g_test_add_func ("/plugin/preview/maps-keep-coming", test_maps_keep_coming);
  g_test_add_func ("/plugin/preview/filters-come-and-go", test_filters_come_and_go);
  g_test_add_func ("/plugin/preview/known-facts", test_known_facts);
  g_test_add_func ("/plugin/preview/shown", test_shown);
  g_test_add_func ("/plugin/preview/grayscale", test_grayscale);
  g_test_add_func ("/plugin/preview/gray-source", test_gray_source);
  g_test_add_func ("/plugin/preview/stop", test_stop);
  g_test_add_func ("/plugin/preview/stop-in-signal", test_stop_in_signal);
  g_test_add_func ("/plugin/preview/buffer-later", test_buffer_later);
  g_test_add_func ("/plugin/preview/buffer-after-the-end", test_buffer_after_the_end);
  g_test_add_func ("/plugin/preview/layer-does-not-fit", test_layer_does_not_fit);
  g_test_add_func ("/plugin/preview/no-memory", test_no_memory);
  g_test_add_func ("/plugin/preview/inspect", test_inspect);
  g_test_add_func ("/plugin/preview/inspect-early", test_inspect_early);
  g_test_add_func ("/plugin/preview/places", test_places);
  g_test_add_func ("/plugin/preview/text", test_text);
  g_test_add_func ("/plugin/preview/fit", test_fit);
  result = g_test_run ();
  gegl_exit ();
  return result;
}
