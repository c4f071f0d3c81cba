/* bench-render.c: what the plug-in does outside of GIMP: reading the picture as
 * gray, the two passes, and the whole from GeglBuffer to GeglBuffers, each
 * beside what it is to be measured against.  Knows render and GEGL, not GIMP.
 * BENCH_ROUNDS=15 and BENCH_SIDE=4096 (of the large picture) are defaults;
 * BENCH_ONLY=text the cases named so. */

#include "floor.h"
#include "pixels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_ROUNDS 101
#define BAND 128 /* rows a thread takes at a time, as render does */
#define SMALL 2048
#define LARGEST 10000
#define MAPS (2 * 4) /* of the default run */

static gint rounds = 15;

/* ---- cases ---- */

typedef enum
{
  READ,  /* as render reads it */
  BABL,  /* through babl, as "Y' float" */
  FLOAT, /* a pass of the core: the maps as floats */
  RANGE, /* only their ranges */
  BYTE,  /* the maps as bytes */
  FILL,  /* the buffers, from ready bytes */
  RENDER /* the whole */
} Kind;

typedef struct
{
  const gchar *name;
  Kind kind;
  GeglBuffer *source;
  gint threads;
  const Conv2dPlan *plan;    /* of a pass */
  gfloat *floats;            /* room for BABL, and for the maps of a pass */
  GeglBuffer *buffers[MAPS]; /* of FILL and RENDER: made once, as fresh memory costs many times more */
  gint used;
  gdouble times[MAX_ROUNDS];
} Case;

static gint
side_of (const Case *c)
{
  return gegl_buffer_get_width (c->source);
}

/* ---- what a round of a case does ---- */

static void
fail (const GError *error)
{
  g_printerr ("bench-render: %s\n", error->message);
  exit (1);
}

static void
read_plane (Case *c)
{
  ConvLayerSource source = { c->source, *gegl_buffer_get_extent (c->source), FALSE };
  Conv2dPlane plane;
  GError *error = NULL;

  if (!conv_layer_read_plane (&source, CONV_LAYER_GRAY_OPENCV, &plane, &error))
    fail (error);
  g_free ((gpointer) plane.codes);
}

static void
run_bands (gsize first, gsize count, gpointer data)
{
  const Case *c = data;
  const Conv2dGeometry *geometry = conv2d_plan_geometry (c->plan);
  Conv2dWork *work = conv2d_work_new (c->plan);
  gsize pitch = ((gsize) geometry->width + 15) / 16 * 16;

  for (gsize band = first; band < first + count; band++)
    {
      gint y = (gint) band * BAND;
      Conv2dArea area = { 0, y, geometry->width, MIN (BAND, geometry->height - y) };
      Conv2dTarget targets[MAPS];
      Conv2dRange ranges[MAPS];

      for (gint i = 0; i < MAPS; i++)
        {
          gsize at = ((gsize) i * (gsize) geometry->height + (gsize) y) * pitch;

          ranges[i] = CONV2D_RANGE_NONE;
          targets[i] = (Conv2dTarget) { .pixels = c->kind == BYTE ? (gpointer) ((guchar *) c->floats + at)
                                                                  : (gpointer) (c->floats + at),
                                        .stride = (ptrdiff_t) (pitch * (c->kind == BYTE ? 1 : sizeof (gfloat))),
                                        .pixel = c->kind == BYTE ? CONV2D_BYTE : CONV2D_ACTIVATION,
                                        .channels = 1,
                                        .black = i < MAPS / 2 ? -4 : 0,
                                        .white = 4,
                                        .stream = TRUE };
        }
      if (c->kind == RANGE)
        conv2d_plan_range (c->plan, work, area, ranges);
      else
        conv2d_plan_maps (c->plan, work, area, targets);
    }
  conv2d_work_free (work);
}

static GeglBuffer *
new_buffer (const Babl *format, gint side)
{
  return gegl_buffer_new (GEGL_RECTANGLE (0, 0, side, side), format);
}

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  Case *c = data;

  (void) map;
  (void) error;
  return c->buffers[c->used++];
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  (void) text;
  (void) fraction;
  (void) data;
}

static void
render (Case *c)
{
  ConvLayerSource source = { c->source, *gegl_buffer_get_extent (c->source), FALSE };
  ConvLayerHost host = { new_map, progress, NULL, c };
  ConvLayerValues values;
  ConvLayerOptions *options;
  GPtrArray *maps;
  GError *error = NULL;

  conv_layer_values_init (values);
  options = conv_layer_options_new (values, &error);
  if (!options || !(maps = conv_layer_render (options, &source, &host, &error)))
    fail (error);
  g_ptr_array_unref (maps);
  conv_layer_options_free (options);
  conv_layer_values_clear (values);
}

static void
fill (Case *c)
{
  Floor floor;

  for (gint i = 0; i < FLOOR_LAYERS; i++)
    floor.buffers[i] = g_object_ref (c->buffers[i]);
  floor_fill (&floor);
}

static gdouble
run_case (Case *c)
{
  gint64 start;

  g_object_set (gegl_config (), "threads", c->threads, NULL);
  c->used = 0;
  start = g_get_monotonic_time ();
  switch (c->kind)
    {
    case READ:
      read_plane (c);
      break;
    case BABL:
      gegl_buffer_get (c->source, NULL, 1.0, babl_format ("Y' float"), c->floats, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      break;
    case FILL:
      fill (c);
      break;
    case RENDER:
      render (c);
      break;
    case FLOAT:
    case RANGE:
    case BYTE:
    default:
      gegl_parallel_distribute_range ((gsize) (conv2d_plan_geometry (c->plan)->height + BAND - 1) / BAND, 0.0,
                                      run_bands, c);
      break;
    }
  return (gdouble) (g_get_monotonic_time () - start) / 1000;
}

/* ---- rounds and lines ---- */

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static gdouble
median (Case *c)
{
  qsort (c->times, (gsize) rounds, sizeof *c->times, compare);
  return c->times[rounds / 2];
}

/* All take turns, so that what disturbs one disturbs its neighbours too. */
static void
run_cases (Case *cases, gint count)
{
  for (gint i = 0; i < count; i++)
    run_case (&cases[i]);
  for (gint r = 0; r < rounds; r++)
    for (gint i = 0; i < count; i++)
      cases[i].times[r] = run_case (&cases[i]);
}

static gdouble
pixel_time (Case *c)
{
  return median (c) / ((gdouble) side_of (c) * side_of (c)) * 1e6;
}

/* BESIDE: a case called NAME, or NULL; by time a pixel. */
static void
print_line (Case *c, Case *beside, const gchar *name)
{
  gdouble side = side_of (c);

  printf ("%-40s %7.1f %7d %9.1f %9.3f", c->name, side * side / 1e6, c->threads, median (c), pixel_time (c));
  if (beside)
    printf ("  %.2f x %s", pixel_time (c) / pixel_time (beside), name);
  printf ("\n");
  fflush (stdout);
}

static gboolean
asked_for (const gchar *name)
{
  const gchar *only = g_getenv ("BENCH_ONLY");

  return !only || strstr (name, only);
}

/* ---- the table ---- */

static GeglBuffer *
new_source (const gchar *format, gint side)
{
  GeglBuffer *buffer = new_buffer (babl_format (format), side);
  gsize row = (gsize) side * (gsize) babl_format_get_bytes_per_pixel (babl_format (format));
  guchar *bytes = g_malloc (row);
  guint32 bits = 1;

  for (gint y = 0; y < side; y++)
    {
      for (gsize i = 0; i < row; i++)
        {
          bits = bits * 1664525u + 1013904223u;
          bytes[i] = (guchar) (bits >> 24);
        }
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, y, side, 1), 0, NULL, bytes, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (bytes);
  return buffer;
}

/* COUNT, a multiple of 16; written before: fresh pages cost many times more. */
static gfloat *
new_floats (gsize count)
{
  gfloat *floats = aligned_alloc (64, count * sizeof *floats);

  if (!floats)
    {
      perror ("bench-render");
      exit (1);
    }
  memset (floats, 1, count * sizeof *floats);
  return floats;
}

static void
bench_read (gint side, gint threads)
{
  Case cases[3] = { { .name = "read R'G'B' u8 as gray", .kind = READ },
                    { .name = "read R'G'B'A u8 as gray", .kind = READ },
                    { .name = "babl: Y' float", .kind = BABL } };

  if (!asked_for (cases[0].name))
    return;
  cases[0].source = new_source ("R'G'B' u8", side);
  cases[1].source = new_source ("R'G'B'A u8", side);
  cases[2].source = g_object_ref (cases[0].source);
  for (gint i = 0; i < 3; i++)
    cases[i].threads = threads;
  cases[2].floats = new_floats ((gsize) side * (gsize) side);
  run_cases (cases, 3);
  for (gint i = 0; i < 3; i++)
    {
      print_line (&cases[i], i < 2 ? &cases[2] : NULL, "babl");
      g_object_unref (cases[i].source);
    }
  free (cases[2].floats);
}

/* The passes over the plane that was read, 8-bit codes. */
static void
bench_passes (gint side, gint threads)
{
  Case cases[3] = { { .name = "pass: 8 float planes", .kind = FLOAT },
                    { .name = "pass: ranges", .kind = RANGE },
                    { .name = "pass: 8 planes of bytes", .kind = BYTE } };
  ConvLayerValues values;
  ConvLayerOptions *options;
  ConvLayerSource source;
  Conv2dPlane plane;
  Conv2dPlan *plan;
  gfloat *floats;

  if (!asked_for ("pass"))
    return;
  source = (ConvLayerSource) { .buffer = new_source ("R'G'B' u8", side), .area = { 0, 0, side, side } };
  conv_layer_values_init (values);
  options = conv_layer_options_new (values, NULL);
  if (!conv_layer_read_plane (&source, CONV_LAYER_GRAY_OPENCV, &plane, NULL)
      || !(plan = conv2d_plan_new (&options->layer, &plane, NULL)))
    exit (1);
  floats = new_floats (MAPS * (gsize) side * (gsize) (side + 16));
  for (gint i = 0; i < 3; i++)
    {
      cases[i].source = source.buffer;
      cases[i].threads = threads;
      cases[i].plan = plan;
      cases[i].floats = floats;
    }
  run_cases (cases, 3);
  for (gint i = 0; i < 3; i++)
    print_line (&cases[i], i > 0 ? &cases[0] : NULL, "float planes");
  free (floats);
  conv2d_plan_free (plan);
  g_free ((gpointer) plane.codes);
  conv_layer_options_free (options);
  conv_layer_values_clear (values);
  g_object_unref (source.buffer);
}

static void
make_buffers (Case *c)
{
  for (gint i = 0; i < MAPS; i++)
    c->buffers[i] = new_buffer (gegl_buffer_get_format (c->source), side_of (c) - 3);
}

static void
free_buffers (Case *c)
{
  for (gint i = 0; i < MAPS; i++)
    g_object_unref (c->buffers[i]);
}

static void
bench_render (const gchar *format, gint side, gint threads)
{
  g_autofree gchar *name = g_strdup_printf ("render: %s, 8 maps", format);
  Case cases[2]
      = { { .name = name, .kind = RENDER }, { .name = "  filling 8 buffers with ready bytes", .kind = FILL } };

  if (!asked_for (name))
    return;
  cases[0].source = cases[1].source = new_source (format, side);
  cases[0].threads = cases[1].threads = threads;
  make_buffers (&cases[0]);
  memcpy (cases[1].buffers, cases[0].buffers, sizeof cases[0].buffers);
  run_cases (cases, 2);
  print_line (&cases[0], &cases[1], "filling");
  print_line (&cases[1], NULL, NULL);
  free_buffers (&cases[0]);
  g_object_unref (cases[0].source);
}

/* The time a pixel takes in a picture of LARGE pixels beside one of SMALL. */
static void
bench_linear (gint small, gint large, gint threads)
{
  Case cases[2] = { { .name = "linear: render, few pixels", .kind = RENDER },
                    { .name = "linear: render, many pixels", .kind = RENDER } };
  gdouble free_memory = (gdouble) sysconf (_SC_AVPHYS_PAGES) * (gdouble) sysconf (_SC_PAGESIZE);

  if (!asked_for (cases[1].name))
    return;
  if (free_memory < 1.2 * (3 * (MAPS + 1) + 1) * (gdouble) large * large)
    {
      printf ("%-40s skipped: less memory is free than its nine buffers need\n", cases[1].name);
      return;
    }
  for (gint i = 0; i < 2; i++)
    {
      cases[i].source = new_source ("R'G'B' u8", i == 0 ? small : large);
      cases[i].threads = threads;
      make_buffers (&cases[i]);
    }
  run_cases (cases, 2);
  print_line (&cases[0], NULL, NULL);
  print_line (&cases[1], &cases[0], "few pixels");
  for (gint i = 0; i < 2; i++)
    {
      free_buffers (&cases[i]);
      g_object_unref (cases[i].source);
    }
}

int
main (void)
{
  const gchar *text = g_getenv ("BENCH_ROUNDS");
  const gchar *wish = g_getenv ("BENCH_SIDE");
  gint side = wish ? CLAMP (atoi (wish), 64, LARGEST) / 16 * 16 : 4096;

  if (text)
    rounds = CLAMP (atoi (text), 1, MAX_ROUNDS);
  gegl_init (NULL, NULL);
  /* Everything stays in memory, as far as there is any. */
  g_object_set (gegl_config (), "use-opencl", FALSE, "tile-cache-size", (guint64) 16 << 30, NULL);
  printf ("%-40s %7s %7s %9s %9s  %s\n", "case", "Mpx", "threads", "ms", "ns/pixel", "beside");
  for (gint threads = 1; threads <= 2; threads++)
    {
      bench_read (side, threads);
      bench_passes (side, threads);
      bench_render ("R'G'B' u8", side, threads);
      bench_render ("Y' u8", side, threads);
      bench_linear (SMALL, LARGEST, threads);
    }
  gegl_exit ();
  return 0;
}
