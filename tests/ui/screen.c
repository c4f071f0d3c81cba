/* screen.c: events by xdotool, and the pixels of Xvfb's frame buffer, which it
 * keeps as a window dump (XWD) in a file. */

#include <string.h>

#include "screen.h"

#define PATIENCE (60 * G_USEC_PER_SEC) /* only ends what hangs */
#define QUIET 60                       /* looks, a millisecond apart, that find nothing to do */

void
screen_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING);
  gtk_init (argc, argv);
}

/* ---- the main loop ---- */

static gboolean
wake (gpointer data)
{
  (void) data;
  return G_SOURCE_CONTINUE;
}

void
screen_wait (gboolean (*condition) (gpointer data), gpointer data)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE;
  const guint source = g_timeout_add (10, wake, NULL);

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (source);
}

void
screen_settle (void)
{
  const gint64 end = g_get_monotonic_time () + PATIENCE;
  gint quiet = 0;

  /* Counted: where others have the processor for longer than that, GTK 3's next frame is still to come. */
  while (quiet < QUIET)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (g_main_context_iteration (NULL, FALSE))
        quiet = 0;
      else
        {
          g_usleep (1000);
          quiet++;
        }
    }
  gdk_display_sync (gdk_display_get_default ());
}

/* ---- what a user does ---- */

void
screen_do (const gchar *format, ...)
{
  g_autofree gchar *words = NULL, *command = NULL;
  g_autoptr (GError) error = NULL;
  va_list arguments;
  gint status;

  va_start (arguments, format);
  words = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  command = g_strconcat ("xdotool ", words, NULL);
  g_spawn_command_line_sync (command, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_cmpint (status, ==, 0);
  screen_settle ();
}

void
screen_place (GtkWidget *widget, gint *x, gint *y)
{
  GtkWidget *top = gtk_widget_get_toplevel (widget);
  gint origin_x, origin_y, in_x, in_y;

  g_assert_true (gtk_widget_translate_coordinates (widget, top, *x, *y, &in_x, &in_y));
  gdk_window_get_origin (gtk_widget_get_window (top), &origin_x, &origin_y);
  *x = origin_x + in_x;
  *y = origin_y + in_y;
}

void
screen_point (GtkWidget *widget, gint x, gint y, const gchar *command)
{
  screen_place (widget, &x, &y);
  screen_do ("mousemove %d %d %s", x, y, command ? command : "");
}

static gboolean
is_active (gpointer window)
{
  return gtk_window_is_active (window) && gtk_widget_get_mapped (window);
}

GtkWidget *
screen_window_new (GtkWidget *child, gint width, gint height)
{
  GtkWidget *window = gtk_window_new (GTK_WINDOW_TOPLEVEL);

  gtk_window_set_title (GTK_WINDOW (window), "conv-layer test");
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_container_set_border_width (GTK_CONTAINER (window), 12);
  gtk_container_add (GTK_CONTAINER (window), child);
  gtk_widget_show_all (child);
  screen_window_show (window);
  return window;
}

void
screen_window_show (GtkWidget *window)
{
  screen_do ("mousemove 1390 990"); /* out of the way */
  gtk_widget_show (window);
  gtk_window_move (GTK_WINDOW (window), 0, 0);
  gtk_window_present (GTK_WINDOW (window));
  screen_wait (is_active, window);
  screen_settle ();
}

/* ---- what a user sees ---- */

/* The header is of big-endian 32-bit numbers: its size, then at these places: */
enum
{
  XWD_SIZE = 0,
  XWD_WIDTH = 4,
  XWD_HEIGHT = 5,
  XWD_BYTE_ORDER = 7,
  XWD_BITS = 11,
  XWD_STRIDE = 12,
  XWD_COLORS = 19,
};
#define XWD_COLOR_BYTES 12

typedef struct
{
  gchar *bytes;
  const guchar *pixels;
  gint width, height;
  gsize stride;
} Dump;

static guint32
number_at (const gchar *bytes, gint n)
{
  guint32 number;

  memcpy (&number, bytes + 4 * n, 4);
  return GUINT32_FROM_BE (number);
}

static Dump
read_dump (void)
{
  g_autoptr (GError) error = NULL;
  Dump dump;
  gsize length;

  gdk_display_sync (gdk_display_get_default ());
  g_file_get_contents (g_getenv ("CONV_LAYER_SCREEN"), &dump.bytes, &length, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (length, >, 100);
  g_assert_cmpuint (number_at (dump.bytes, XWD_BITS), ==, 32);
  dump.width = (gint) number_at (dump.bytes, XWD_WIDTH);
  dump.height = (gint) number_at (dump.bytes, XWD_HEIGHT);
  dump.stride = number_at (dump.bytes, XWD_STRIDE);
  dump.pixels = (const guchar *) dump.bytes + number_at (dump.bytes, XWD_SIZE)
                + number_at (dump.bytes, XWD_COLORS) * XWD_COLOR_BYTES;
  return dump;
}

/* Xvfb has the byte order of its machine, which is ours. */
static guint32
dump_pixel (const Dump *dump, gint x, gint y)
{
  guint32 pixel;

  g_assert_true (x >= 0 && y >= 0 && x < dump->width && y < dump->height);
  memcpy (&pixel, dump->pixels + (gsize) y * dump->stride + 4 * (gsize) x, 4);
  return pixel & 0xffffff;
}

guint32
screen_pixel (GtkWidget *widget, gint x, gint y)
{
  Dump dump = read_dump ();
  guint32 pixel;

  screen_place (widget, &x, &y);
  pixel = dump_pixel (&dump, x, y);
  g_free (dump.bytes);
  return pixel;
}

void
screen_picture (const gchar *name)
{
  const gchar *folder = g_getenv ("CONV_LAYER_PICTURES");
  g_autofree gchar *file = g_strconcat (name, ".png", NULL), *path = NULL;
  cairo_surface_t *surface;
  Dump dump;
  gint x, y;

  if (!folder)
    return;
  dump = read_dump ();
  path = g_build_filename (folder, file, NULL);
  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, dump.width, dump.height);
  for (y = 0; y < dump.height; y++)
    {
      guchar *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);

      for (x = 0; x < dump.width; x++)
        {
          const guint32 pixel = dump_pixel (&dump, x, y);

          memcpy (row + 4 * x, &pixel, 4);
        }
    }
  cairo_surface_mark_dirty (surface);
  g_assert_cmpint (cairo_surface_write_to_png (surface, path), ==, CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy (surface);
  g_free (dump.bytes);
}

/* ---- widgets by what stands on them ---- */

static gboolean
stands_on (GtkWidget *widget, const gchar *text)
{
  const gchar *name = atk_object_get_name (gtk_widget_get_accessible (widget));

  if (GTK_IS_LABEL (widget) && g_strcmp0 (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return TRUE;
  if (GTK_IS_BUTTON (widget) && gtk_button_get_label (GTK_BUTTON (widget)))
    {
      g_auto (GStrv) parts = g_strsplit (gtk_button_get_label (GTK_BUTTON (widget)), "_", 2);
      g_autofree gchar *label = g_strjoinv ("", parts);

      if (strcmp (label, text) == 0)
        return TRUE;
    }
  return g_strcmp0 (name, text) == 0;
}

GtkWidget *
screen_find (GtkWidget *widget, GType type, const gchar *text)
{
  GtkWidget *found = NULL;
  GList *children, *child;

  if (g_type_is_a (G_OBJECT_TYPE (widget), type) && (!text || stands_on (widget, text)))
    return widget;
  if (!GTK_IS_CONTAINER (widget))
    return NULL;
  children = gtk_container_get_children (GTK_CONTAINER (widget));
  for (child = children; child && !found; child = child->next)
    found = screen_find (child->data, type, text);
  g_list_free (children);
  return found;
}
