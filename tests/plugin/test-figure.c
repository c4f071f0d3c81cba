/* test-figure.c: the figure's layout for every number of outputs and all kinds
 * of sizes, and what is drawn into its parts. */

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "failing-memory.h"
#include "figure.h"

static ConvLayerOptions *
options_of (const gchar *filter, const gchar *variants, const gchar *maps, gint stride)
{
  ConvLayerValues values;
  g_autoptr (GError) error = NULL;
  ConvLayerOptions *options;

  conv_layer_values_init (values);
  if (filter)
    g_value_set_string (&values[CONV_LAYER_FILTER], filter);
  if (variants)
    g_value_set_string (&values[CONV_LAYER_VARIANTS], variants);
  if (maps)
    g_value_set_string (&values[CONV_LAYER_MAPS], maps);
  g_value_set_int (&values[CONV_LAYER_STRIDE], stride);
  g_value_set_boolean (&values[CONV_LAYER_FIGURE], TRUE);
  options = conv_layer_options_new (values, &error);
  g_assert_no_error (error);
  conv_layer_values_clear (values);
  return options;
}

/* "f, f, f" and so on; free with g_free(). */
static gchar *
variants_text (gint count)
{
  GString *text = g_string_new ("f");

  for (gint i = 1; i < count; i++)
    g_string_append_printf (text, ", %d*f", i + 1);
  return g_string_free (text, FALSE);
}

/* SIDE x SIDE weights with long numbers; free with g_free(). */
static gchar *
filter_text (gint side)
{
  GString *text = g_string_new (NULL);

  for (gint i = 0; i < side * side; i++)
    g_string_append_printf (text, "%d/700000%c", i % 3 - 1, (i + 1) % side == 0 ? ';' : ' ');
  return g_string_free (text, FALSE);
}

static const ConvLayerPart *
part_of (const ConvLayerFigure *figure, guint i)
{
  return &g_array_index (figure->parts, ConvLayerPart, i);
}

/* ---- the layout ---- */

static GeglRectangle
framed (const GeglRectangle *image, gint line)
{
  return (GeglRectangle) { image->x - line, image->y - line, image->width + 2 * line, image->height + 2 * line };
}

/* Every title and framed image is within the figure and meets no other. */
static void
check_apart (const ConvLayerFigure *figure)
{
  const GeglRectangle whole = { 0, 0, figure->width, figure->height };
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (GeglRectangle));

  for (guint i = 0; i < figure->parts->len; i++)
    {
      GeglRectangle image = framed (&part_of (figure, i)->image, figure->line);

      g_array_append_val (places, image);
      g_array_append_val (places, part_of (figure, i)->title);
    }
  for (guint i = 0; i < places->len; i++)
    {
      const GeglRectangle *a = &g_array_index (places, GeglRectangle, i);

      g_assert_cmpint (a->width, >, 0);
      g_assert_cmpint (a->height, >, 0);
      g_assert_true (gegl_rectangle_contains (&whole, a));
      for (guint k = 0; k < i; k++)
        g_assert_false (gegl_rectangle_intersect (NULL, a, &g_array_index (places, GeglRectangle, k)));
    }
}

/* The kinds in their order, maps of their own size, each title above its image,
 * each map below its filter. */
static void
check_parts (const ConvLayerFigure *figure, const ConvLayerOptions *options, gint width, gint height)
{
  const Conv2dBank *bank = &options->layer.filters;
  const gboolean both = options->stages == (CONV_LAYER_PRE_RELU | CONV_LAYER_POST_RELU);
  Conv2dGeometry geometry;

  g_assert_true (conv_layer_options_measure (options, width, height, &geometry, NULL, NULL));
  g_assert_cmpuint (figure->parts->len, ==, 1 + (guint) bank->count * (both ? 3 : 2));
  for (guint i = 0; i < figure->parts->len; i++)
    {
      const ConvLayerPart *part = part_of (figure, i);
      const gint n = ((gint) i - 1) % bank->count, row = ((gint) i - 1) / bank->count;

      g_assert_cmpint (part->title.y + part->title.height, <=, part->image.y - figure->line);
      /* In the image's middle, and as wide or wide enough for what is written. */
      g_assert_cmpint (ABS (2 * part->title.x + part->title.width - 2 * part->image.x - part->image.width), <=, 2);
      g_assert_cmpint (part->title.width, >=, MIN (part->image.width, 40 * figure->letter));
      g_assert_cmpint (part->title.width, <=, 32767);
      g_assert_cmpint (part->kind, ==,
                       i == 0     ? CONV_LAYER_PART_PICTURE
                       : row == 0 ? CONV_LAYER_PART_FILTER
                                  : CONV_LAYER_PART_MAP);
      if (i == 0)
        continue;
      g_assert_cmpint (part->output, ==, n + 1);
      g_assert_cmpint (part->title.x, ==, part_of (figure, 1 + (guint) n)->title.x);
      if (row == 0)
        {
          g_assert_cmpint (part->image.width, ==, figure->cell * bank->columns);
          g_assert_cmpint (part->image.height, ==, figure->cell * bank->rows);
          continue;
        }
      g_assert_cmpint (part->image.width, ==, geometry.width);
      g_assert_cmpint (part->image.height, ==, geometry.height);
      g_assert_cmpint (part->image.y, >, part_of (figure, i - (guint) bank->count)->image.y);
      g_assert_cmpint (part->stage, ==,
                       both && row == 2 ? CONV_LAYER_POST_RELU
                       : both           ? CONV_LAYER_PRE_RELU
                                        : options->stages);
    }
}

static void
check_layout (const ConvLayerOptions *options, gint width, gint height)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConvLayerFigure) figure = conv_layer_figure_new (options, width, height, &error);

  g_assert_no_error (error);
  check_apart (figure);
  check_parts (figure, options, width, height);
  g_assert_cmpint (figure->letter, >=, 12);
  g_assert_cmpint (figure->number, >=, 7);
  g_assert_cmpint (figure->number, <, figure->cell);
}

static void
test_counts (void)
{
  static const gint sizes[][2] = { { 197, 132 }, { 4, 4 }, { 640, 427 }, { 53, 777 }, { 4001, 31 } };
  static const gchar *const maps[] = { "both", "pre-relu", "post-relu" };

  for (gint count = 1; count <= CONV2D_MAX_FILTERS; count++)
    {
      g_autofree gchar *variants = variants_text (count);
      g_autoptr (ConvLayerOptions) options = options_of (NULL, variants, maps[count % 3], 1);
      const gint *size = sizes[count % (gint) G_N_ELEMENTS (sizes)];

      check_layout (options, size[0], size[1]);
    }
}

static void
test_sizes (void)
{
  static const gint sizes[] = { 31, 32, 97, 160, 1001, 6000, 100000 };
  g_autofree gchar *large = filter_text (31);
  const gchar *const filters[] = { "1", "1 2 3 4 5 6 7", "1; 2; 3; 4; 5", "1e-30 2; 3 -0.001", large };

  for (guint f = 0; f < G_N_ELEMENTS (filters); f++)
    for (gint stride = 1; stride <= 64; stride += 21)
      {
        g_autoptr (ConvLayerOptions) options = options_of (filters[f], "f, 2*f, 3*f", NULL, stride);

        for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
          for (guint k = 0; k < G_N_ELEMENTS (sizes); k++)
            check_layout (options, sizes[i], sizes[k]);
      }
}

/* The lesson's own figure: measured there, within what a title of two lines takes. */
static void
test_lesson (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL, NULL, 1);
  g_autoptr (ConvLayerFigure) figure = conv_layer_figure_new (options, 197, 132, NULL);

  g_assert_cmpint (figure->across, ==, 4);
  g_assert_cmpint (figure->letter, ==, 13);
  g_assert_cmpint (figure->number, ==, 11);
  g_assert_cmpint (figure->cell, ==, 35);
  g_assert_cmpint (ABS (figure->width - 845), <, 20);
  g_assert_cmpint (figure->height, >, 650);
  g_assert_cmpint (figure->height, <, 850);
  g_assert_cmpint (part_of (figure, 0)->image.width, ==, 197);
  g_assert_cmpint (part_of (figure, 0)->image.height, ==, 132);
}

/* What is written grows with the maps, so that the whole looks the same. */
static void
test_scale (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL, NULL, 1);
  g_autoptr (ConvLayerFigure) small = conv_layer_figure_new (options, 300, 200, NULL);
  g_autoptr (ConvLayerFigure) large = conv_layer_figure_new (options, 3000, 2000, NULL);

  g_assert_cmpint (small->across, ==, large->across);
  g_assert_cmpfloat (fabs (large->letter / (gdouble) small->letter - 10), <, 0.6);
  g_assert_cmpfloat (fabs (large->cell / (gdouble) small->cell - 10), <, 0.6);
  g_assert_cmpfloat (fabs (large->width / (gdouble) small->width - 10), <, 0.4);
  g_assert_cmpfloat (fabs (large->height / (gdouble) small->height - 10), <, 0.4);
}

/* Many outputs go below each other, and the figure stays of a sheet's shape. */
static void
test_shape (void)
{
  for (gint count = 4; count <= CONV2D_MAX_FILTERS; count *= 2)
    {
      g_autofree gchar *variants = variants_text (count);
      g_autoptr (ConvLayerOptions) options = options_of (NULL, variants, NULL, 1);
      g_autoptr (ConvLayerFigure) figure = conv_layer_figure_new (options, 300, 200, NULL);

      g_assert_cmpfloat (figure->width / (gdouble) figure->height, >, 0.6);
      g_assert_cmpfloat (figure->width / (gdouble) figure->height, <, 2.5);
    }
}

/* A picture that is much larger than its maps is seen at their size, in its own shape. */
static void
test_stride (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL, NULL, 10);
  g_autoptr (ConvLayerFigure) figure = conv_layer_figure_new (options, 6000, 4000, NULL);
  const GeglRectangle *picture = &part_of (figure, 0)->image, *map = &part_of (figure, 5)->image;

  g_assert_cmpint (map->width, ==, 600);
  g_assert_cmpint (ABS (picture->width - map->width), <=, 2);
  g_assert_cmpint (ABS (picture->height - map->height), <=, 2);
}

static void
test_limits (void)
{
  g_autoptr (ConvLayerOptions) options = options_of ("1", "f, 2*f, 3*f, 4*f", NULL, 1);
  g_autoptr (ConvLayerOptions) large = options_of (NULL, NULL, NULL, 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (conv_layer_figure_new (options, CONV_LAYER_MAX_EXTENT, CONV_LAYER_MAX_EXTENT, &error));
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_SIZE);
  g_assert_nonnull (strstr (error->message, "figure"));
  g_assert_nonnull (strstr (error->message, "524288"));
  g_assert_nonnull (strstr (error->message, "; "));
  g_clear_error (&error);
  g_assert_null (conv_layer_figure_new (options, CONV_LAYER_MAX_EXTENT, CONV_LAYER_MAX_EXTENT, NULL));

  /* No maps, no figure. */
  g_assert_null (conv_layer_figure_new (large, 3, 3, &error));
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_SIZE);
}

/* ---- what is drawn ---- */

typedef struct
{
  const Babl *opaque, *clear;
  GPtrArray *names, *buffers; /* of the layers, from the lowest; a copy has no buffer */
  GArray *places, *copied;
  gint refuse; /* the layer, from 1, that cannot be made */
} Host;

static gboolean
refused (Host *host, GError **error)
{
  if ((gint) host->names->len + 1 != host->refuse)
    return FALSE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC, "no layer %d", host->refuse);
  return TRUE;
}

static GeglBuffer *
new_layer (const gchar *name, const GeglRectangle *place, gboolean clear, gpointer data, GError **error)
{
  Host *host = data;
  const GeglRectangle whole = { 0, 0, place->width, place->height };
  GeglBuffer *buffer;

  if (refused (host, error))
    return NULL;
  buffer = gegl_buffer_new (&whole, clear ? host->clear : host->opaque);
  if (!clear)
    {
      GeglColor *white = gegl_color_new ("white");

      gegl_buffer_set_color (buffer, &whole, white);
      g_object_unref (white);
    }
  g_ptr_array_add (host->names, g_strdup (name));
  g_ptr_array_add (host->buffers, g_object_ref (buffer));
  g_array_append_val (host->places, *place);
  return buffer;
}

static gboolean
copy_map (gint map, const gchar *name, const GeglRectangle *place, gpointer data, GError **error)
{
  Host *host = data;

  if (refused (host, error))
    return FALSE;
  g_ptr_array_add (host->names, g_strdup (name ? name : "a map"));
  g_ptr_array_add (host->buffers, NULL);
  g_array_append_val (host->places, *place);
  g_array_append_val (host->copied, map);
  return TRUE;
}

static void
release (gpointer object)
{
  if (object)
    g_object_unref (object);
}

static Host
host_of (const gchar *opaque, const gchar *clear)
{
  return (Host) { .opaque = babl_format (opaque),
                  .clear = babl_format (clear),
                  .names = g_ptr_array_new_with_free_func (g_free),
                  .buffers = g_ptr_array_new_with_free_func (release),
                  .places = g_array_new (FALSE, FALSE, sizeof (GeglRectangle)),
                  .copied = g_array_new (FALSE, FALSE, sizeof (gint)) };
}

static void
host_clear (Host *host)
{
  g_ptr_array_unref (host->names);
  g_ptr_array_unref (host->buffers);
  g_array_unref (host->places);
  g_array_unref (host->copied);
}

static gboolean
draw (const ConvLayerOptions *options, gint width, gint height, Host *host, GError **error)
{
  g_autoptr (ConvLayerFigure) figure = conv_layer_figure_new (options, width, height, NULL);
  g_autoptr (GPtrArray) maps = g_ptr_array_new_with_free_func (g_free);
  ConvLayerMap picture = { .min = 0, .max = 1 };
  ConvLayerFigureHost functions = { new_layer, copy_map, host };

  for (gint i = 0; i < 2 * options->layer.filters.count; i++)
    {
      ConvLayerMap *map = g_new0 (ConvLayerMap, 1);

      map->min = -5.25f;
      map->max = 4.5f;
      g_ptr_array_add (maps, map);
    }
  return conv_layer_figure_draw (figure, options, maps, &picture, &functions, error);
}

/* The grays of the layer NAME, from 0 to 255, or how much it covers; free with g_free(). */
static guchar *
pixels_of (const Host *host, const gchar *name, gboolean cover, gint *width, gint *height)
{
  for (guint i = 0; i < host->names->len; i++)
    if (strcmp (host->names->pdata[i], name) == 0)
      {
        const GeglRectangle *extent = gegl_buffer_get_extent (host->buffers->pdata[i]);
        guchar *pixels = g_malloc ((gsize) extent->width * (gsize) extent->height * 2);

        *width = extent->width;
        *height = extent->height;
        gegl_buffer_get (host->buffers->pdata[i], extent, 1, babl_format ("Y'A u8"), pixels, GEGL_AUTO_ROWSTRIDE,
                         GEGL_ABYSS_NONE);
        for (gint k = 0; k < *width * *height; k++)
          pixels[k] = pixels[2 * k + (cover ? 1 : 0)];
        return pixels;
      }
  g_error ("there is no layer '%s'", name);
  return NULL;
}

/* Each part is a layer with a name, the lowest first. */
static void
test_names (void)
{
  static const gchar *const names[] = { "Background",
                                        "a map",
                                        "Output 2 (after ReLU)",
                                        "a map",
                                        "Output 1 (after ReLU)",
                                        "a map",
                                        "Output 2 (before ReLU)",
                                        "a map",
                                        "Output 1 (before ReLU)",
                                        "Filter 2: -1*f.T",
                                        "Filter 2",
                                        "Filter 1: f",
                                        "Filter 1",
                                        "The picture in gray [0, 1]",
                                        "The picture in gray" };
  static const gint copied[] = { 3, 2, 1, 0, -1 };
  g_autoptr (ConvLayerOptions) options = options_of (NULL, "f, -1*f.T", NULL, 1);
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");

  g_assert_true (draw (options, 197, 132, &host, NULL));
  g_assert_cmpuint (host.names->len, ==, G_N_ELEMENTS (names));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    g_assert_cmpstr (host.names->pdata[i], ==, names[i]);
  g_assert_cmpuint (host.copied->len, ==, G_N_ELEMENTS (copied));
  for (guint i = 0; i < G_N_ELEMENTS (copied); i++)
    g_assert_cmpint (g_array_index (host.copied, gint, i), ==, copied[i]);
  host_clear (&host);
}

/* A stage that is not asked for shifts no map. */
static void
test_one_stage (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, "f, f.T", "post-relu", 1);
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");

  g_assert_true (draw (options, 197, 132, &host, NULL));
  g_assert_cmpuint (host.copied->len, ==, 3);
  g_assert_cmpint (g_array_index (host.copied, gint, 0), ==, 1);
  g_assert_cmpint (g_array_index (host.copied, gint, 1), ==, 0);
  host_clear (&host);
}

/* Least weight black, greatest white, each with its number in the middle, as dark as it is not. */
static void
check_tile (const gchar *opaque, const gchar *clear)
{
  g_autoptr (ConvLayerOptions) options = options_of ("-2 6; 2 0", "f", NULL, 1);
  Host host = host_of (opaque, clear);
  static const gint grays[] = { 0, 255, 128, 64 };
  g_autofree guchar *pixels = NULL;
  gint width, height, cell;

  g_assert_true (draw (options, 197, 132, &host, NULL));
  pixels = pixels_of (&host, "Filter 1: f", FALSE, &width, &height);
  cell = width / 2;
  for (gint i = 0; i < 4; i++)
    {
      gint first_x = i % 2 * cell, first_y = i / 2 * cell, least = 255, most = 0;

      /* No text at the border. */
      for (gint k = 0; k < cell; k++)
        {
          g_assert_cmpint (ABS (pixels[first_y * width + first_x + k] - grays[i]), <=, 1);
          g_assert_cmpint (ABS (pixels[(first_y + k) * width + first_x + cell - 1] - grays[i]), <=, 1);
        }
      for (gint y = cell / 4; y < cell * 3 / 4; y++)
        for (gint x = cell / 4; x < cell * 3 / 4; x++)
          {
            least = MIN (least, pixels[(first_y + y) * width + first_x + x]);
            most = MAX (most, pixels[(first_y + y) * width + first_x + x]);
          }
      if (grays[i] < 120)
        g_assert_cmpint (most, >, 200);
      else
        g_assert_cmpint (least, <, 60);
    }
  host_clear (&host);
}

static void
test_tile (void)
{
  check_tile ("R'G'B' u8", "R'G'B'A u8");
  check_tile ("Y' u8", "Y'A u8");
  check_tile ("R'G'B' float", "R'G'B'A float");
  check_tile ("RGB u16", "RGBA u16");
}

/* Ink in both lines, and nothing cut off at the sides however long a title is. */
static void
test_title (void)
{
  static const gchar *const names[] = { "The picture in gray", "Filter 1", "Output 1 (before ReLU)" };
  g_autofree gchar *variants = g_strdup_printf ("%*sf%s", 200, "", " - f + f - f + f - f + f - f + f - f + f - f + f");
  g_autoptr (ConvLayerOptions) options = options_of (NULL, variants, NULL, 1);
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");

  g_assert_true (draw (options, 20, 20, &host, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gint width, height, ink[2] = { 0, 0 };
      g_autofree guchar *pixels = pixels_of (&host, names[i], TRUE, &width, &height);

      for (gint y = 0; y < height; y++)
        {
          g_assert_cmpint (pixels[y * width], ==, 0);
          g_assert_cmpint (pixels[y * width + width - 1], ==, 0);
          for (gint x = 0; x < width; x++)
            ink[y > height * 6 / 11] += pixels[y * width + x] > 128;
        }
      g_assert_cmpint (ink[0], >, 20);
      g_assert_cmpint (ink[1], >, 10);
    }
  host_clear (&host);
}

/* Wider than a surface of cairo's can be, with every title. */
static void
test_wide (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, "f", NULL, 1);
  g_autoptr (GError) error = NULL;
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");
  gint width, height, ink = 0;
  g_autofree guchar *pixels = NULL;

  draw (options, 40000, 40, &host, &error);
  g_assert_no_error (error);
  pixels = pixels_of (&host, "Output 1 (before ReLU)", TRUE, &width, &height);
  for (gint i = 0; i < width * height; i++)
    ink += pixels[i] > 128;
  g_assert_cmpint (ink, >, 30);
  host_clear (&host);
}

/* White, and a black line around each image. */
static void
test_background (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, "f", NULL, 1);
  g_autoptr (ConvLayerFigure) figure = conv_layer_figure_new (options, 197, 132, NULL);
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");
  gint width, height;
  g_autofree guchar *pixels = NULL;

  g_assert_true (draw (options, 197, 132, &host, NULL));
  pixels = pixels_of (&host, "Background", FALSE, &width, &height);
  g_assert_cmpint (width, ==, figure->width);
  g_assert_cmpint (height, ==, figure->height);
  for (guint i = 0; i < figure->parts->len; i++)
    {
      const GeglRectangle *image = &part_of (figure, i)->image;

      for (gint x = image->x - 1; x <= image->x + image->width; x++)
        {
          g_assert_cmpint (pixels[(image->y - 1) * width + x], ==, 0);
          g_assert_cmpint (pixels[(image->y + image->height) * width + x], ==, 0);
        }
      for (gint y = image->y - 1; y <= image->y + image->height; y++)
        {
          g_assert_cmpint (pixels[y * width + image->x - 1], ==, 0);
          g_assert_cmpint (pixels[y * width + image->x + image->width], ==, 0);
          g_assert_cmpint (pixels[y * width + image->x - 1 - figure->line], ==, 255);
        }
    }
  g_assert_cmpint (pixels[0], ==, 255);
  g_assert_cmpint (pixels[width * height - 1], ==, 255);
  host_clear (&host);
}

/* An error at each of the layers ends it. */
static void
test_refused (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, "f", NULL, 1);

  for (gint refuse = 1; refuse <= 9; refuse++)
    {
      g_autoptr (GError) error = NULL;
      Host host = host_of ("R'G'B' u8", "R'G'B'A u8");

      host.refuse = refuse;
      g_assert_false (draw (options, 20, 20, &host, &error));
      g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
      g_assert_cmpuint (host.names->len, ==, (guint) refuse - 1);
      host_clear (&host);
    }
}

static void
test_no_memory (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, "f", NULL, 1);
  g_autoptr (GError) error = NULL;
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");
  gboolean done;

  memory_start (0, 1 << 20);
  done = draw (options, 2000, 2000, &host, &error);
  memory_stop ();
  g_assert_false (done);
  g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY);
  g_assert_nonnull (strstr (error->message, "; "));
  host_clear (&host);
}

/* ---- without fonts ---- */

static void
test_no_fonts_inside (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL, NULL, 1);
  Host host = host_of ("R'G'B' u8", "R'G'B'A u8");

  if (!g_test_subprocess ())
    return;
  g_log_set_always_fatal (G_LOG_FATAL_MASK); /* Pango may warn */
  g_assert_true (draw (options, 197, 132, &host, NULL));
  host_clear (&host);
}

/* A figure must come of it whatever the machine has: in a process of its own,
 * as fontconfig is asked once. */
static void
test_no_fonts (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("conv-layer-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "fonts.conf", NULL);

  g_assert_true (g_file_set_contents (path, "<?xml version=\"1.0\"?><fontconfig></fontconfig>", -1, NULL));
  g_setenv ("FONTCONFIG_FILE", path, TRUE);
  g_test_trap_subprocess ("/plugin/figure/no-fonts/subprocess", 0, (GTestSubprocessFlags) 0);
  g_test_trap_assert_passed ();
  g_unsetenv ("FONTCONFIG_FILE");
  g_assert_cmpint (g_remove (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

/* ---- the picture ---- */

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  GeglBuffer **buffer = data;

  (void) error;
  g_assert_null (*buffer);
  *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, map->width, map->height), babl_format ("Y' u8"));
  return *buffer;
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  (void) text;
  (void) fraction;
  (void) data;
}

/* As imshow (gray, cmap='gray') draws it: the least value black, the greatest white. */
static void
test_picture (void)
{
  static const guchar codes[] = { 20, 70, 120, 220, 20, 95 };
  g_autoptr (ConvLayerOptions) options = options_of (NULL, NULL, NULL, 3);
  g_autoptr (ConvLayerOptions) picture = conv_layer_figure_picture_options (options, NULL);
  g_autoptr (GeglBuffer) source = gegl_buffer_new (GEGL_RECTANGLE (0, 0, 3, 2), babl_format ("Y' u8"));
  GeglBuffer *map = NULL;
  ConvLayerSource from = { source, { 0, 0, 3, 2 }, FALSE };
  ConvLayerHost host = { new_map, progress, NULL, &map };
  g_autoptr (GPtrArray) maps = NULL;
  guchar pixels[6];

  gegl_buffer_set (source, NULL, 0, babl_format ("Y' u8"), codes, GEGL_AUTO_ROWSTRIDE);
  maps = conv_layer_render (picture, &from, &host, NULL);
  g_assert_nonnull (maps);
  g_assert_cmpuint (maps->len, ==, 1);
  gegl_buffer_get (map, NULL, 1, babl_format ("Y' u8"), pixels, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_assert_cmpint (pixels[0], ==, 0);
  g_assert_cmpint (pixels[1], ==, 64);
  g_assert_cmpint (pixels[2], ==, 128);
  g_assert_cmpint (pixels[3], ==, 255);
  g_assert_cmpint (pixels[4], ==, 0);
  g_assert_cmpint (pixels[5], ==, 96);
  g_object_unref (map);
  g_assert_false (picture->figure);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add_func ("/plugin/figure/counts", test_counts);
  g_test_add_func ("/plugin/figure/sizes", test_sizes);
  g_test_add_func ("/plugin/figure/lesson", test_lesson);
  g_test_add_func ("/plugin/figure/scale", test_scale);
  g_test_add_func ("/plugin/figure/shape", test_shape);
  g_test_add_func ("/plugin/figure/stride", test_stride);
  g_test_add_func ("/plugin/figure/limits", test_limits);
  g_test_add_func ("/plugin/figure/names", test_names);
  g_test_add_func ("/plugin/figure/one-stage", test_one_stage);
  g_test_add_func ("/plugin/figure/tile", test_tile);
  g_test_add_func ("/plugin/figure/title", test_title);
  g_test_add_func ("/plugin/figure/wide", test_wide);
  g_test_add_func ("/plugin/figure/background", test_background);
  g_test_add_func ("/plugin/figure/refused", test_refused);
  g_test_add_func ("/plugin/figure/no-memory", test_no_memory);
  g_test_add_func ("/plugin/figure/no-fonts", test_no_fonts);
  g_test_add_func ("/plugin/figure/no-fonts/subprocess", test_no_fonts_inside);
  g_test_add_func ("/plugin/figure/picture", test_picture);
  return g_test_run ();
}
