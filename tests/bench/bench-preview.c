/* bench-preview.c: how long an edit takes to be seen in the preview: the
 * notebook's eight maps, each fitted into 200 x 130 pixels of the screen, as in
 * the dialog.  Medians; knows the preview alone.
 * BENCH_ROUNDS=20 and BENCH_PIXELS=2000000,16777216,100000000 are defaults. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "preview.h"

#define WIDTH 200
#define HEIGHT 130
#define MAX_ROUNDS 1001

static gint rounds = 20;

/* ---- times ---- */

static gint
compare (gconstpointer a, gconstpointer b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

static void
report (gint side, const gchar *what, gdouble *times, gint count)
{
  qsort (times, (gsize) count, sizeof *times, compare);
  printf ("%6.1f Mpx  %-44s %8.2f ms  (%.2f .. %.2f)\n", side * (gdouble) side / 1e6, what, times[count / 2], times[0],
          times[count - 1]);
  fflush (stdout);
}

static gdouble
now (void)
{
  return (gdouble) g_get_monotonic_time () / 1000;
}

/* ---- what is measured ---- */

static GeglBuffer *
new_noise (gint side)
{
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, side, side), babl_format ("R'G'B' u8"));
  guchar *row = g_malloc ((gsize) side * 3 * 64);
  guint32 bits = 1;

  for (gint y = 0; y < side; y += 64)
    {
      gint rows = MIN (64, side - y);

      for (gsize i = 0; i < (gsize) side * 3 * (gsize) rows; i++)
        {
          bits = bits * 1664525u + 1013904223u;
          row[i] = (guchar) (bits >> 24);
        }
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, y, side, rows), 0, NULL, row, GEGL_AUTO_ROWSTRIDE);
    }
  g_free (row);
  return buffer;
}

static ConvLayerOptions *
new_options (const gchar *filter, const gchar *scale)
{
  ConvLayerValues values;
  ConvLayerOptions *options;

  conv_layer_values_init (values);
  g_value_set_string (&values[CONV_LAYER_FILTER], filter);
  g_value_set_string (&values[CONV_LAYER_SCALE], scale);
  options = conv_layer_options_new (values, NULL);
  conv_layer_values_clear (values);
  return options;
}

static void
wait_until_idle (ConvLayerPreview *preview)
{
  while (conv_layer_preview_is_busy (preview))
    g_main_context_iteration (NULL, TRUE);
}

/* The first maps, with the longest that the main loop was held up. */
static void
bench_start (ConvLayerPreview *preview, gint side)
{
  g_autoptr (ConvLayerOptions) options = new_options ("1 2; 3 4", "map");
  ConvLayerViewport viewport = conv_layer_preview_fit (preview, WIDTH, HEIGHT);
  gdouble start = now (), time, longest = 0;

  conv_layer_preview_set_view (preview, &viewport, WIDTH, HEIGHT);
  conv_layer_preview_set_options (preview, options);
  while (conv_layer_preview_is_busy (preview))
    {
      gdouble before = now ();

      if (g_main_context_iteration (NULL, FALSE))
        longest = MAX (longest, now () - before);
      else
        g_usleep (50);
    }
  time = now () - start;
  report (side, "reading and the first maps", &time, 1);
  report (side, "longest slice of the main loop", &longest, 1);
}

static void
bench_edits (ConvLayerPreview *preview, gint side, const gchar *what, const gchar *format, const gchar *scale)
{
  gdouble times[MAX_ROUNDS];

  for (gint i = 0; i < rounds; i++)
    {
      g_autofree gchar *filter = g_strdup_printf (format, i + 1);
      g_autoptr (ConvLayerOptions) options = new_options (filter, scale);
      gdouble start = now ();

      conv_layer_preview_set_options (preview, options);
      wait_until_idle (preview);
      times[i] = now () - start;
    }
  report (side, what, times, rounds);
}

static void
bench_views (ConvLayerPreview *preview, gint side, const gchar *what, gdouble zoom)
{
  ConvLayerViewport fit = conv_layer_preview_fit (preview, WIDTH, HEIGHT);
  gdouble times[MAX_ROUNDS];

  for (gint i = 0; i < rounds; i++)
    {
      ConvLayerViewport viewport = { fit.x + i + 1, fit.y, zoom > 0 ? zoom : fit.zoom };
      gdouble start = now ();

      conv_layer_preview_set_view (preview, &viewport, WIDTH, HEIGHT);
      wait_until_idle (preview);
      times[i] = now () - start;
    }
  report (side, what, times, rounds);
  conv_layer_preview_set_view (preview, &fit, WIDTH, HEIGHT);
  wait_until_idle (preview);
}

/* From the middle of the work of a filter of 31 x 31. */
static void
bench_stop (GeglBuffer *buffer, gint side)
{
  g_autofree gchar *row = g_strnfill (2 * 31, '1');
  g_autoptr (GString) filter = g_string_new (NULL);
  g_autoptr (ConvLayerOptions) options = NULL;
  gdouble times[MAX_ROUNDS];

  for (gint i = 1; i < 2 * 31; i += 2)
    row[i] = ' ';
  for (gint i = 0; i < 31; i++)
    g_string_append_printf (filter, "%s;", row);
  options = new_options (filter->str, "map");
  for (gint i = 0; i < 5; i++)
    {
      ConvLayerSource source = { buffer, { 0, 0, side, side }, FALSE };
      ConvLayerPreview *preview = conv_layer_preview_new (&source);
      ConvLayerViewport viewport = conv_layer_preview_fit (preview, WIDTH, HEIGHT);
      gdouble start;

      conv_layer_preview_set_view (preview, &viewport, WIDTH, HEIGHT);
      conv_layer_preview_set_options (preview, options);
      while (!conv_layer_preview_get_input (preview))
        g_main_context_iteration (NULL, TRUE);
      g_usleep (20000);
      start = now ();
      conv_layer_preview_stop (preview);
      times[i] = now () - start;
      g_object_unref (preview);
    }
  report (side, "stop, in the midst of 31 x 31", times, 5);
}

static void
bench_side (gint side)
{
  GeglBuffer *buffer = new_noise (side);
  ConvLayerSource source = { buffer, { 0, 0, side, side }, FALSE };
  ConvLayerPreview *preview = conv_layer_preview_new (&source);

  bench_start (preview, side);
  bench_edits (preview, side, "an edit of 4 x 4", "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 %d", "map");
  bench_edits (preview, side, "an edit of 4 x 4, scale raw", "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 %d", "raw");
  bench_edits (preview, side, "an edit of 7 x 7",
               "1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 7; "
               "1 2 3 4 5 6 7; 1 2 3 4 5 6 7; 1 2 3 4 5 6 %d",
               "map");
  bench_edits (preview, side, "an edit of 4 x 4", "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 %d", "map");
  bench_views (preview, side, "another view, fitted", 0);
  bench_views (preview, side, "another view, 1:1", 1);
  bench_views (preview, side, "another view, 8:1", 8);
  g_object_unref (preview);
  bench_stop (buffer, side);
  g_object_unref (buffer);
}

int
main (void)
{
  const gchar *wish = g_getenv ("BENCH_ROUNDS");
  const gchar *pixels = g_getenv ("BENCH_PIXELS");
  g_auto (GStrv) sizes = g_strsplit (pixels ? pixels : "2000000,16777216,100000000", ",", -1);
  gint threads = 0;

  gegl_init (NULL, NULL);
  g_object_set (gegl_config (), "use-opencl", FALSE, "threads", 2, NULL);
  g_object_get (gegl_config (), "threads", &threads, NULL);
  if (wish)
    rounds = (gint) CLAMP (g_ascii_strtoll (wish, NULL, 10), 1, MAX_ROUNDS);
  printf ("%d threads, %d rounds\n", threads, rounds);
  for (gint i = 0; sizes[i]; i++)
    {
      gint side = 1;

      while ((gint64) (side + 1) * (side + 1) <= g_ascii_strtoll (sizes[i], NULL, 10))
        side++;
      bench_side (side);
    }
  gegl_exit ();
  return 0;
}
