/* test-view.c: the pictures and the inspector in a real window: pointer, wheel
 * and keys against the shared viewport, the pixel looked at, the pixels on the
 * screen and the clipboard. */

#include <math.h>
#include <string.h>

#include <gdk/gdkkeysyms.h>

#include "editor-view.h"
#include "screen.h"
#include "toolkit.h"

#define WIDTH 600
#define HEIGHT 400
#define LEFT 10 /* of the input in its buffer */
#define TOP 7
#define EDGE 5 /* that a view leaves around its picture */
#define VIEW_WIDTH (300 + 2 * EDGE)
#define VIEW_HEIGHT (200 + 2 * EDGE)

#define FILTER "1 2 -3; -0.5 0.25 0" /* no symmetry hides a mistake */

typedef enum
{
  INPUT,
  PRE,
  POST,
  N_VIEWS
} Which;

typedef struct
{
  ConvLayerPreview *preview;
  ConvLayerSight *sight;
  GtkWidget *views[N_VIEWS], *inspector, *window;
} Fixture;

/* ---- the scene ---- */

static guint8
gray_at (gint x, gint y)
{
  return (guint8) ((x * 200 / WIDTH + y * 40 / HEIGHT + (x * 7 + y * 13) % 16) & 255);
}

static GeglBuffer *
scene (void)
{
  g_autofree guint8 *gray = g_malloc (WIDTH * HEIGHT);
  GeglBuffer *buffer
      = gegl_buffer_new (GEGL_RECTANGLE (0, 0, WIDTH + 2 * LEFT, HEIGHT + 2 * TOP), babl_format ("Y' u8"));
  gint x, y;

  for (y = 0; y < HEIGHT; y++)
    for (x = 0; x < WIDTH; x++)
      gray[y * WIDTH + x] = gray_at (x, y);
  gegl_buffer_set (buffer, GEGL_RECTANGLE (LEFT, TOP, WIDTH, HEIGHT), 0, babl_format ("Y' u8"), gray,
                   GEGL_AUTO_ROWSTRIDE);
  return buffer;
}

static ConvLayerOptions *
options_of (const gchar *filter, const gchar *padding, gint dilation)
{
  g_autoptr (GError) error = NULL;
  ConvLayerOptions *options;
  ConvLayerValues values;

  conv_layer_values_init (values);
  g_value_set_string (&values[CONV_LAYER_FILTER], filter);
  g_value_set_string (&values[CONV_LAYER_VARIANTS], "f, -f");
  g_value_set_string (&values[CONV_LAYER_PADDING], padding);
  g_value_set_int (&values[CONV_LAYER_DILATION], dilation);
  g_value_set_double (&values[CONV_LAYER_BIAS], 0.125);
  options = conv_layer_options_new (values, &error);
  g_assert_no_error (error);
  conv_layer_values_clear (values);
  return options;
}

static gboolean
is_ready (gpointer data)
{
  return !conv_layer_preview_is_busy (data) && conv_layer_preview_get_input (data)
         && conv_layer_preview_get_map (data, 0, CONV_LAYER_PRE_RELU);
}

/* All that is asked for is computed and drawn. */
static void
settle (Fixture *fixture)
{
  screen_settle ();
  screen_wait (is_ready, fixture->preview);
  screen_settle ();
}

static void
set_options (Fixture *fixture, const gchar *filter, const gchar *padding, gint dilation)
{
  g_autoptr (ConvLayerOptions) options = options_of (filter, padding, dilation);

  conv_layer_preview_set_options (fixture->preview, options);
  settle (fixture);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  static const ConvLayerStages stages[N_VIEWS] = { 0, CONV_LAYER_PRE_RELU, CONV_LAYER_POST_RELU };
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, 6),
            *row = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autoptr (GeglBuffer) buffer = scene ();
  const ConvLayerSource source = { buffer, { LEFT, TOP, WIDTH, HEIGHT }, FALSE };
  g_autoptr (ConvLayerOptions) options = options_of (FILTER, "valid", 1);
  gint i;

  (void) data;
  fixture->preview = conv_layer_preview_new (&source);
  conv_layer_preview_set_options (fixture->preview, options);
  fixture->sight = conv_layer_sight_new (fixture->preview);
  for (i = 0; i < N_VIEWS; i++)
    {
      fixture->views[i] = conv_layer_view_new (fixture->sight, 0, stages[i]);
      gtk_widget_set_size_request (fixture->views[i], VIEW_WIDTH, VIEW_HEIGHT);
      gtk_box_pack_start (GTK_BOX (row), fixture->views[i], FALSE, FALSE, 0);
    }
  fixture->inspector = conv_layer_inspector_new (fixture->sight);
  gtk_box_pack_start (GTK_BOX (box), row, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), fixture->inspector, TRUE, TRUE, 0);
  fixture->window = screen_window_new (box, 1, 1);
  settle (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_preview_stop (fixture->preview);
  gtk_widget_destroy (fixture->window);
  g_assert_finalize_object (fixture->sight);
  g_assert_finalize_object (fixture->preview);
}

/* ---- helpers ---- */

static ConvLayerViewport
viewport (Fixture *fixture)
{
  return *conv_layer_sight_get_viewport (fixture->sight);
}

/* The input's place under X, Y of a view's picture. */
static void
input_under (Fixture *fixture, gdouble x, gdouble y, gdouble *input_x, gdouble *input_y)
{
  const ConvLayerViewport now = viewport (fixture);

  *input_x = now.x + (x - 150.0) / now.zoom;
  *input_y = now.y + (y - 100.0) / now.zoom;
}

/* The pointer, to X, Y of the picture. */
static void
point (Fixture *fixture, Which which, gint x, gint y, const gchar *command)
{
  screen_point (fixture->views[which], EDGE + x, EDGE + y, command);
  settle (fixture);
}

static void
keys (Fixture *fixture, Which which, const gchar *names)
{
  gtk_widget_grab_focus (fixture->views[which]);
  screen_do ("key %s", names);
  settle (fixture);
}

static void
looks_at (Fixture *fixture, gint output, ConvLayerStages stage, gint x, gint y)
{
  gint is_output, is_x, is_y;
  ConvLayerStages is_stage;

  g_assert_true (conv_layer_sight_get_pixel (fixture->sight, &is_output, &is_stage, &is_x, &is_y));
  g_assert_cmpint (is_output, ==, output);
  g_assert_cmpint (is_stage, ==, stage);
  g_assert_cmpint (is_x, ==, x);
  g_assert_cmpint (is_y, ==, y);
}

static guint32
pixel (Fixture *fixture, Which which, gint x, gint y)
{
  return screen_pixel (fixture->views[which], EDGE + x, EDGE + y);
}

static guint32
as_color (guint8 gray)
{
  return gray * 0x010101u;
}

/* A pixel of the pre-ReLU map of FILTER, unpadded. */
static gfloat
activation (gint x, gint y, gfloat *sum)
{
  static const gfloat weights[2][3] = { { 1.0f, 2.0f, -3.0f }, { -0.5f, 0.25f, 0.0f } };
  gint row, column;

  *sum = 0.0f;
  for (row = 0; row < 2; row++)
    for (column = 0; column < 3; column++)
      *sum = fmaf (weights[row][column], (gfloat) gray_at (x + column, y + row) / 255.0f, *sum);
  return *sum + 0.125f;
}

/* ---- the viewport ---- */

static void
check_fitted (Fixture *fixture, gconstpointer data)
{
  const ConvLayerViewport now = viewport (fixture);

  (void) data;
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
  g_assert_cmpfloat (now.zoom, ==, 0.5);
  g_assert_cmpfloat (now.x, ==, WIDTH / 2.0);
  g_assert_cmpfloat (now.y, ==, HEIGHT / 2.0);
  screen_picture ("view-fitted");
}

static void
check_click (Fixture *fixture, gconstpointer data)
{
  gdouble x, y, after_x, after_y;

  (void) data;
  input_under (fixture, 160, 90, &x, &y);
  point (fixture, PRE, 160, 90, "click 1");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 1.0);
  input_under (fixture, 160, 90, &after_x, &after_y);
  g_assert_cmpfloat_with_epsilon (x, after_x, 1.0);
  g_assert_cmpfloat_with_epsilon (y, after_y, 1.0);
  g_usleep (500000); /* or it were a double click */
  point (fixture, PRE, 160, 90, "click 1");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 2.0);
  input_under (fixture, 160, 90, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, after_x, 1.0);
  g_assert_cmpfloat_with_epsilon (y, after_y, 1.0);
}

static void
check_click_out (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 4.0);
  screen_do ("keydown shift");
  point (fixture, POST, 100, 100, "click 1");
  screen_do ("keyup shift");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 2.0);
  point (fixture, INPUT, 100, 100, "click 2");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 1.0);
  point (fixture, INPUT, 100, 100, "click 2");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 0.5);
}

static void
check_double_click (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 8.0);
  settle (fixture);
  point (fixture, PRE, 40, 40, "click --repeat 2 --delay 30 1");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
  g_assert_cmpfloat (viewport (fixture).x, ==, WIDTH / 2.0);
}

static void
check_wheel (Fixture *fixture, gconstpointer data)
{
  gdouble x, y, after_x, after_y;

  (void) data;
  point (fixture, POST, 180, 120, NULL);
  input_under (fixture, 180, 120, &x, &y);
  point (fixture, POST, 180, 120, "click 4");
  g_assert_cmpfloat_with_epsilon (viewport (fixture).zoom, 0.5 * G_SQRT2, 1e-9);
  point (fixture, POST, 180, 120, "click 4");
  g_assert_cmpfloat_with_epsilon (viewport (fixture).zoom, 1.0, 1e-9);
  point (fixture, POST, 180, 120, "click --repeat 6 --delay 20 4");
  g_assert_cmpfloat_with_epsilon (viewport (fixture).zoom, 8.0, 1e-6);
  input_under (fixture, 180, 120, &after_x, &after_y);
  g_assert_cmpfloat_with_epsilon (x, after_x, 2.0);
  g_assert_cmpfloat_with_epsilon (y, after_y, 2.0);
  point (fixture, POST, 180, 120, "click --repeat 9 --delay 20 5");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
}

/* Through 1:1, never past it, from a zoom that no step leads to. */
static void
check_wheel_stops (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 0.9);
  point (fixture, PRE, 150, 100, "click 4");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 1.0);
  conv_layer_sight_set_zoom (fixture->sight, 1.3);
  point (fixture, PRE, 150, 100, "click 5");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 1.0);
  point (fixture, PRE, 150, 100, "click --repeat 40 --delay 5 4");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, CONV_LAYER_SIGHT_MAX_ZOOM);
}

static void
check_drag (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport before, after;

  (void) data;
  conv_layer_sight_actual (fixture->sight);
  settle (fixture);
  before = viewport (fixture);
  point (fixture, PRE, 200, 120, "mousedown 1");
  point (fixture, PRE, 190, 115, NULL);
  point (fixture, PRE, 150, 90, "mouseup 1");
  after = viewport (fixture);
  g_assert_cmpfloat (after.zoom, ==, 1.0);
  g_assert_cmpfloat (after.x, ==, before.x + 50.0);
  g_assert_cmpfloat (after.y, ==, before.y + 30.0);
}

/* Nothing is behind the input's edges. */
static void
check_drag_ends (Fixture *fixture, gconstpointer data)
{
  gint i;

  (void) data;
  conv_layer_sight_actual (fixture->sight);
  for (i = 0; i < 3; i++)
    {
      point (fixture, PRE, 10, 10, "mousedown 1");
      point (fixture, PRE, 290, 190, "mouseup 1");
    }
  g_assert_cmpfloat (viewport (fixture).x, ==, 150.0);
  g_assert_cmpfloat (viewport (fixture).y, ==, 100.0);
}

/* Two drags from one place, quick as a double press, still drag. */
static void
check_quick_drags (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport before, after;
  gint x = EDGE + 100, y = EDGE + 100;

  (void) data;
  conv_layer_sight_actual (fixture->sight);
  settle (fixture);
  before = viewport (fixture);
  screen_place (fixture->views[PRE], &x, &y);
  screen_do ("mousemove %d %d mousedown 1 mousemove --sync %d %d mouseup 1"
             " mousemove --sync %d %d mousedown 1 mousemove --sync %d %d mouseup 1",
             x, y, x + 20, y + 20, x, y, x + 20, y + 20);
  after = viewport (fixture);
  g_assert_cmpfloat (after.zoom, ==, 1.0);
  g_assert_cmpfloat (after.x, ==, before.x - 40.0);
  g_assert_cmpfloat (after.y, ==, before.y - 40.0);
}

/* A hand that trembles still clicks. */
static void
check_trembling_click (Fixture *fixture, gconstpointer data)
{
  (void) data;
  point (fixture, PRE, 100, 100, "mousedown 1");
  point (fixture, PRE, 102, 101, "mouseup 1");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 1.0);
}

static void
check_zoom_keys (Fixture *fixture, gconstpointer data)
{
  (void) data;
  keys (fixture, INPUT, "plus");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 1.0);
  /* 86 is the plus of the number pad: by its name xdotool would press Alt with
   * it where the keyboard's map has it on several levels. */
  keys (fixture, PRE, "86 equal");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 4.0);
  keys (fixture, PRE, "minus");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 2.0);
  keys (fixture, PRE, "1");
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 1.0);
  keys (fixture, PRE, "0");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
  keys (fixture, POST, "plus plus Home");
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
}

static void
check_resize (Fixture *fixture, gconstpointer data)
{
  gint i;

  (void) data;
  for (i = 0; i < N_VIEWS; i++)
    gtk_widget_set_size_request (fixture->views[i], 150 + 2 * EDGE, 100 + 2 * EDGE);
  settle (fixture);
  g_assert_cmpfloat (conv_layer_sight_get_zoom (fixture->sight), ==, 0.0);
  g_assert_cmpfloat (viewport (fixture).zoom, ==, 0.25);
}

/* ---- the pixel ---- */

static void
check_pointer (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport now;

  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 2.0);
  settle (fixture);
  now = viewport (fixture);
  point (fixture, POST, 61, 81, NULL);
  /* A map of a 2x3 filter lies one pixel to the right of the input. */
  looks_at (fixture, 0, CONV_LAYER_POST_RELU, (gint) floor (now.x - 75.0) + 30 - 1, (gint) floor (now.y - 50.0) + 40);
  point (fixture, INPUT, 10, 20, NULL);
  looks_at (fixture, 0, CONV_LAYER_POST_RELU, (gint) floor (now.x - 75.0) + 5 - 1, (gint) floor (now.y - 50.0) + 10);
  screen_do ("mousemove 1390 990");
  looks_at (fixture, 0, CONV_LAYER_POST_RELU, (gint) floor (now.x - 75.0) + 5 - 1, (gint) floor (now.y - 50.0) + 10);
}

static void
check_arrows (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_POST_RELU, 100, 50);
  keys (fixture, PRE, "Right Right Down");
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, 102, 51);
  keys (fixture, PRE, "Left Up Up");
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, 101, 49);
  keys (fixture, POST, "shift+Right shift+Down");
  looks_at (fixture, 0, CONV_LAYER_POST_RELU, 111, 59);
  keys (fixture, INPUT, "KP_Left");
  looks_at (fixture, 0, CONV_LAYER_POST_RELU, 110, 59);
}

static void
check_first_arrow (Fixture *fixture, gconstpointer data)
{
  (void) data;
  screen_do ("mousemove 1390 990");
  conv_layer_sight_look_away (fixture->sight);
  keys (fixture, PRE, "Right");
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, WIDTH / 2 - 1, HEIGHT / 2);
}

static void
check_arrows_end (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 3, 2);
  keys (fixture, PRE, "shift+Left shift+Up");
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, 0, 0);
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, WIDTH - 4, HEIGHT - 3);
  keys (fixture, PRE, "shift+Right shift+Down");
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, WIDTH - 3, HEIGHT - 2);
}

static void
check_following (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport now;

  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 4.0);
  settle (fixture);
  keys (fixture, PRE, "Right"); /* the middle */
  keys (fixture, PRE, "shift+Right shift+Right shift+Right shift+Right shift+Right");
  now = viewport (fixture);
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, WIDTH / 2 - 1 + 50, HEIGHT / 2);
  g_assert_cmpfloat (now.x, >, WIDTH / 2.0 + 10.0);
  g_assert_cmpfloat (WIDTH / 2.0 + 50.5, <, now.x + 150.0 / 4.0);
  g_assert_cmpfloat (now.y, ==, HEIGHT / 2.0);
}

/* Padding moves the map, not what is looked at. */
static void
check_same_place (Fixture *fixture, gconstpointer data)
{
  (void) data;
  conv_layer_sight_look_at (fixture->sight, 1, CONV_LAYER_PRE_RELU, 40, 30);
  set_options (fixture, FILTER, "5", 1);
  looks_at (fixture, 1, CONV_LAYER_PRE_RELU, 45, 35);
  set_options (fixture, FILTER, "valid", 1);
  looks_at (fixture, 1, CONV_LAYER_PRE_RELU, 40, 30);
}

/* ---- what is on the screen ---- */

static void
check_input_drawn (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport now;
  gint i;

  (void) data;
  conv_layer_sight_actual (fixture->sight);
  settle (fixture);
  now = viewport (fixture);
  for (i = 0; i < 40; i++)
    {
      const gint x = i * 7, y = i * 5;

      g_assert_cmphex (pixel (fixture, INPUT, x, y), ==,
                       as_color (gray_at ((gint) now.x - 150 + x, (gint) now.y - 100 + y)));
    }
}

static void
check_squares_drawn (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport now;
  gint x, y;

  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 10.0);
  settle (fixture);
  now = viewport (fixture);
  for (y = 0; y < 60; y += 3)
    for (x = 0; x < 60; x += 3)
      g_assert_cmphex (pixel (fixture, INPUT, x, y), ==,
                       as_color (gray_at ((gint) floor (now.x - 15.0 + x / 10.0 + 1e-6),
                                          (gint) floor (now.y - 10.0 + y / 10.0 + 1e-6))));
  screen_picture ("view-squares");
}

static void
check_map_drawn (Fixture *fixture, gconstpointer data)
{
  g_autofree ConvLayerInspection *inspection = g_new (ConvLayerInspection, 1);
  ConvLayerViewport now;
  gint i;

  (void) data;
  conv_layer_sight_actual (fixture->sight);
  settle (fixture);
  now = viewport (fixture);
  for (i = 0; i < 20; i++)
    {
      const gint x = i * 13, y = i * 9;
      const gint map_x = (gint) now.x - 150 + x - 1, map_y = (gint) now.y - 100 + y;

      g_assert_true (conv_layer_preview_inspect (fixture->preview, 0, map_x, map_y, inspection));
      g_assert_true (inspection->drawn);
      g_assert_cmphex (pixel (fixture, PRE, x, y), ==, as_color (inspection->pre_pixel));
      g_assert_cmphex (pixel (fixture, POST, x, y), ==, as_color (inspection->post_pixel));
    }
}

/* Zooming shows what is there at once: nothing new can come after the end. */
static void
check_old_picture_drawn (Fixture *fixture, gconstpointer data)
{
  guint32 before;

  (void) data;
  conv_layer_sight_actual (fixture->sight);
  settle (fixture);
  before = pixel (fixture, INPUT, 152, 101);
  conv_layer_preview_stop (fixture->preview);
  conv_layer_sight_zoom (fixture->sight, 8.0);
  screen_settle ();
  g_assert_cmphex (pixel (fixture, INPUT, 150 + 2 * 8 + 3, 100 + 8 + 4), ==, before);
  g_assert_cmphex (pixel (fixture, INPUT, 150 + 2 * 8 + 1, 100 + 8 + 6), ==, before);
}

static void
check_mark_drawn (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport now;
  gint left, top;

  (void) data;
  conv_layer_sight_set_zoom (fixture->sight, 16.0);
  settle (fixture);
  screen_do ("mousemove 1390 990");
  now = viewport (fixture);
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, (gint) now.x - 1, (gint) now.y);
  settle (fixture);
  left = (gint) rint (150.0 + (floor (now.x) - now.x) * 16.0);
  top = (gint) rint (100.0 + (floor (now.y) - now.y) * 16.0);
  g_assert_cmphex (pixel (fixture, PRE, left - 1, top + 5), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, PRE, left - 2, top + 5), ==, 0x000000);
  g_assert_cmphex (pixel (fixture, POST, left + 16, top + 5), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, POST, left + 17, top + 5), ==, 0x000000);
  /* The patch, 2x3 from one pixel further left, in the input. */
  g_assert_cmphex (pixel (fixture, INPUT, left - 16 - 1, top + 20), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, INPUT, left + 32, top + 20), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, INPUT, left + 5, top + 32), ==, 0xffffff);
  screen_picture ("view-mark");
  /* Where it was, the picture is whole again. */
  conv_layer_sight_look_away (fixture->sight);
  settle (fixture);
  g_assert_cmphex (pixel (fixture, INPUT, left + 5, top + 32), ==,
                   as_color (gray_at ((gint) floor (now.x), (gint) floor (now.y) + 2)));
}

static void
check_dilated_drawn (Fixture *fixture, gconstpointer data)
{
  ConvLayerViewport now;
  gint left, top;

  (void) data;
  set_options (fixture, FILTER, "valid", 3);
  conv_layer_sight_set_zoom (fixture->sight, 16.0);
  settle (fixture);
  screen_do ("mousemove 1390 990");
  now = viewport (fixture);
  conv_layer_sight_look_at_place (fixture->sight, 0, CONV_LAYER_PRE_RELU, floor (now.x) + 0.5, floor (now.y) + 0.5);
  settle (fixture);
  /* From 3 to the left of the pixel, 7 across, and 4 down from 1 above. */
  left = (gint) rint (150.0 + (floor (now.x) - 3.0 - now.x) * 16.0);
  top = (gint) rint (100.0 + (floor (now.y) - 1.0 - now.y) * 16.0);
  g_assert_cmphex (pixel (fixture, INPUT, left - 1, top + 24), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, INPUT, left + 7 * 16, top + 24), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, INPUT, left + 24, top + 4 * 16), ==, 0xffffff);
  g_assert_cmphex (pixel (fixture, INPUT, left + 3 * 16 - 1, top + 5), ==, 0xffffff); /* its second pixel */
  screen_picture ("view-dilated");
}

/* ---- names ---- */

static void
check_names (Fixture *fixture, gconstpointer data)
{
  (void) data;
  g_assert_true (screen_find (fixture->window, GTK_TYPE_WIDGET, "Input in gray") == fixture->views[INPUT]);
  g_assert_true (screen_find (fixture->window, GTK_TYPE_WIDGET, "Output 1, pre-ReLU") == fixture->views[PRE]);
  g_assert_true (screen_find (fixture->window, GTK_TYPE_WIDGET, "Output 1, post-ReLU") == fixture->views[POST]);
  conv_layer_view_set_output (fixture->views[POST], 1);
  g_assert_true (screen_find (fixture->window, GTK_TYPE_WIDGET, "Output 2, post-ReLU") == fixture->views[POST]);
  g_assert_true (gtk_widget_get_has_tooltip (fixture->views[PRE]));
}

/* ---- the inspector ---- */

static gboolean
shows (Fixture *fixture, const gchar *text)
{
  GtkWidget *label = screen_find (fixture->inspector, GTK_TYPE_LABEL, text);

  return label && gtk_widget_get_mapped (label);
}

static void
check_hint (Fixture *fixture, gconstpointer data)
{
  const gchar *hint = "Point at a pixel of a picture, or move through a map with the arrow keys, to see how that pixel "
                      "is computed.";

  (void) data;
  conv_layer_sight_look_away (fixture->sight);
  screen_settle ();
  g_assert_true (shows (fixture, hint));
  screen_picture ("inspector-hint");
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 12, 40);
  screen_settle ();
  g_assert_false (shows (fixture, hint));
  g_assert_true (shows (fixture, "Output 1, pre-ReLU, x 12, y 40"));
  conv_layer_sight_look_at (fixture->sight, 1, CONV_LAYER_POST_RELU, 12, 41);
  screen_settle ();
  g_assert_true (shows (fixture, "Output 2, post-ReLU, x 12, y 41"));
}

static void
assert_number (Fixture *fixture, gfloat number)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.5g", number);
  g_test_message ("looking for %s", text);
  g_assert_true (shows (fixture, text));
}

static void
check_sum (Fixture *fixture, gconstpointer data)
{
  const ConvLayerInspection *inspection;
  gint x, signs[2] = { 0, 0 };

  (void) data;
  for (x = 100; x < 108; x++)
    {
      gfloat sum;
      const gfloat pre = activation (x, 33, &sum);
      g_autofree gchar *drawn = NULL;

      conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, x, 33);
      screen_settle ();
      assert_number (fixture, sum);
      assert_number (fixture, 0.125f);
      assert_number (fixture, pre);
      assert_number (fixture, MAX (pre, 0.0f));
      g_assert_true (shows (fixture, pre > 0.0f ? "Positive: ReLU lets it pass." : "Negative: ReLU makes it 0."));
      inspection = conv_layer_sight_get_inspection (fixture->sight);
      g_assert_cmpfloat (inspection->sum, ==, sum);
      g_assert_cmpfloat (inspection->pre, ==, pre);
      drawn = g_strdup_printf ("drawn as %d", inspection->pre_pixel);
      g_assert_true (shows (fixture, drawn));
      signs[pre > 0.0f]++;
    }
  g_assert_cmpint (signs[0], >, 0); /* both were seen */
  g_assert_cmpint (signs[1], >, 0);
  screen_picture ("inspector");
}

static gboolean
is_copied (gpointer clipboard)
{
  g_autofree gchar *text = gtk_clipboard_wait_for_text (clipboard);

  return g_strcmp0 (text, "something else") != 0;
}

static void
check_copy (Fixture *fixture, gconstpointer data)
{
  GtkClipboard *clipboard = gtk_clipboard_get (GDK_SELECTION_CLIPBOARD);
  GtkWidget *button = screen_find (fixture->inspector, GTK_TYPE_BUTTON, "Copy Equation");
  g_autofree gchar *expected = NULL, *copied = NULL;

  (void) data;
  g_assert_false (gtk_widget_is_sensitive (button));
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 12, 40);
  screen_settle ();
  g_assert_true (gtk_widget_is_sensitive (button));
  gtk_clipboard_set_text (clipboard, "something else", -1);
  screen_do ("key alt+q");
  screen_wait (is_copied, clipboard); /* a button shows itself pressed for a moment first */
  expected = conv_layer_inspection_text (conv_layer_sight_get_inspection (fixture->sight));
  copied = gtk_clipboard_wait_for_text (clipboard);
  g_assert_cmpstr (copied, ==, expected);
  g_assert_cmpuint (strlen (copied), >, 50);
}

/* The tooltip that is to be seen, or NULL. */
static gchar *
tooltip (void)
{
  GList *windows = gtk_window_list_toplevels (), *window;
  gchar *text = NULL;

  for (window = windows; window; window = window->next)
    if (gtk_widget_get_mapped (window->data) && gtk_window_get_window_type (window->data) == GTK_WINDOW_POPUP)
      {
        GtkWidget *label = screen_find (window->data, GTK_TYPE_LABEL, NULL);

        if (label && !text)
          text = g_strdup (gtk_label_get_text (GTK_LABEL (label)));
      }
  g_list_free (windows);
  return text;
}

static gboolean
has_tooltip (gpointer data)
{
  g_autofree gchar *text = tooltip ();

  (void) data;
  return text && *text;
}

static void
check_cell_tooltip (Fixture *fixture, gconstpointer data)
{
  GtkWidget *table = screen_find (fixture->inspector, GTK_TYPE_WIDGET, "Input patch");
  g_autofree gchar *text = NULL, *expected = NULL;
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  GtkAllocation all;

  (void) data;
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 12, 40);
  screen_settle ();
  /* Of the title and the table, which have one name, the table. */
  if (GTK_IS_LABEL (table))
    table = screen_find (gtk_widget_get_parent (table), GTK_TYPE_DRAWING_AREA, NULL);
  gtk_widget_get_allocation (table, &all);
  /* In the middle column of three, in the upper of two rows. */
  screen_point (table, all.width / 2, all.height / 2 - 8, NULL);
  screen_wait (has_tooltip, NULL);
  text = tooltip ();
  g_ascii_formatd (number, sizeof number, "%.9g", (gfloat) gray_at (13, 40) / 255.0f);
  expected = g_strdup_printf ("Row 1, column 2: \u202a%s\u202c, gray \u202a%d\u202c of 255", number, gray_at (13, 40));
  g_assert_cmpstr (text, ==, expected);
}

/* Neither other numbers nor another filter change the window's size. */
static void
check_size_stays (Fixture *fixture, gconstpointer data)
{
  GString *large = g_string_new (NULL);
  gint before[2], after[2];
  gint x, i;

  (void) data;
  for (i = 0; i < 31 * 31; i++)
    g_string_append_printf (large, "%d%s", i % 17 - 8, i % 31 == 30 ? ";" : " ");
  conv_layer_sight_look_away (fixture->sight);
  screen_settle ();
  gtk_window_get_size (GTK_WINDOW (fixture->window), &before[0], &before[1]);
  for (x = 0; x < 40; x++)
    {
      conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, x * 11, x * 7);
      screen_settle ();
      gtk_window_get_size (GTK_WINDOW (fixture->window), &after[0], &after[1]);
      g_assert_cmpint (after[0], ==, before[0]);
      g_assert_cmpint (after[1], ==, before[1]);
    }
  set_options (fixture, large->str, "valid", 1);
  screen_settle ();
  gtk_window_get_size (GTK_WINDOW (fixture->window), &after[0], &after[1]);
  g_assert_cmpint (after[0], ==, before[0]);
  g_assert_cmpint (after[1], ==, before[1]);
  screen_picture ("inspector-large");
  g_string_free (large, TRUE);
}

static GtkAdjustment *
scroll_of (Fixture *fixture, const gchar *title)
{
  GtkWidget *label = screen_find (fixture->inspector, GTK_TYPE_LABEL, title);
  GtkWidget *scrolled = screen_find (gtk_widget_get_parent (label), GTK_TYPE_SCROLLED_WINDOW, NULL);

  return gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scrolled));
}

static void
check_scrolled_together (Fixture *fixture, gconstpointer data)
{
  GtkAdjustment *patch = scroll_of (fixture, "Input patch");

  (void) data;
  set_options (fixture, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20", "valid", 1);
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 12, 40);
  screen_settle ();
  g_assert_cmpfloat (gtk_adjustment_get_upper (patch), >, gtk_adjustment_get_page_size (patch));
  gtk_adjustment_set_value (patch, 60.0);
  screen_settle ();
  g_assert_cmpfloat (gtk_adjustment_get_value (scroll_of (fixture, "Weights")), ==, 60.0);
  g_assert_cmpfloat (gtk_adjustment_get_value (scroll_of (fixture, "Products")), ==, 60.0);
}

static void
check_padding (Fixture *fixture, gconstpointer data)
{
  const ConvLayerInspection *inspection;

  (void) data;
  set_options (fixture, FILTER, "same", 1);
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 0, HEIGHT - 1);
  settle (fixture);
  inspection = conv_layer_sight_get_inspection (fixture->sight);
  g_assert_cmpint (inspection->left, ==, -1);
  g_assert_false (inspection->inside[0]);
  g_assert_true (inspection->inside[1]);
  g_assert_true (shows (fixture, "Output 1, pre-ReLU, x 0, y 399"));
  screen_picture ("inspector-padding");
}

/* A formula is read from the left everywhere. */
static void
check_right_to_left (Fixture *fixture, gconstpointer data)
{
  GtkWidget *sign, *word;
  gint sign_x = 0, word_x = 0, y = 0;

  tear_down (fixture, data);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  set_up (fixture, data);
  conv_layer_sight_look_at (fixture->sight, 0, CONV_LAYER_PRE_RELU, 12, 40);
  screen_settle ();
  sign = screen_find (fixture->inspector, GTK_TYPE_LABEL, "+");
  word = screen_find (fixture->inspector, GTK_TYPE_LABEL, "bias");
  screen_place (sign, &sign_x, &y);
  screen_place (word, &word_x, &y);
  g_assert_cmpint (sign_x, <, word_x);
  g_assert_cmpint (gtk_widget_get_direction (screen_find (fixture->inspector, GTK_TYPE_LABEL, "0.125")), ==,
                   GTK_TEXT_DIR_LTR);
  keys (fixture, PRE, "Right");
  looks_at (fixture, 0, CONV_LAYER_PRE_RELU, 13, 40); /* nor is a picture mirrored */
  screen_picture ("inspector-right-to-left");
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

/* Of variants that are gone nothing is told. */
static void
check_output_gone (Fixture *fixture, gconstpointer data)
{
  g_autoptr (ConvLayerOptions) options = NULL;
  ConvLayerStages stage;
  ConvLayerValues values;
  gint output, x, y;

  (void) data;
  conv_layer_sight_look_at (fixture->sight, 1, CONV_LAYER_PRE_RELU, 12, 40);
  conv_layer_values_init (values);
  g_value_set_string (&values[CONV_LAYER_VARIANTS], "f");
  options = conv_layer_options_new (values, NULL);
  conv_layer_values_clear (values);
  conv_layer_preview_set_options (fixture->preview, options);
  settle (fixture);
  g_assert_false (conv_layer_sight_get_pixel (fixture->sight, &output, &stage, &x, &y));
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*check) (Fixture *fixture, gconstpointer data);
  } cases[] = {
    { "/ui/view/fitted", check_fitted },
    { "/ui/view/click", check_click },
    { "/ui/view/click-out", check_click_out },
    { "/ui/view/double-click", check_double_click },
    { "/ui/view/wheel", check_wheel },
    { "/ui/view/wheel-stops", check_wheel_stops },
    { "/ui/view/drag", check_drag },
    { "/ui/view/drag-ends", check_drag_ends },
    { "/ui/view/quick-drags", check_quick_drags },
    { "/ui/view/trembling-click", check_trembling_click },
    { "/ui/view/zoom-keys", check_zoom_keys },
    { "/ui/view/resize", check_resize },
    { "/ui/view/pointer", check_pointer },
    { "/ui/view/arrows", check_arrows },
    { "/ui/view/first-arrow", check_first_arrow },
    { "/ui/view/arrows-end", check_arrows_end },
    { "/ui/view/following", check_following },
    { "/ui/view/same-place", check_same_place },
    { "/ui/view/input-drawn", check_input_drawn },
    { "/ui/view/squares-drawn", check_squares_drawn },
    { "/ui/view/map-drawn", check_map_drawn },
    { "/ui/view/old-picture-drawn", check_old_picture_drawn },
    { "/ui/view/mark-drawn", check_mark_drawn },
    { "/ui/view/dilated-drawn", check_dilated_drawn },
    { "/ui/view/names", check_names },
    { "/ui/inspector/hint", check_hint },
    { "/ui/inspector/sum", check_sum },
    { "/ui/inspector/copy", check_copy },
    { "/ui/inspector/cell-tooltip", check_cell_tooltip },
    { "/ui/inspector/size-stays", check_size_stays },
    { "/ui/inspector/scrolled-together", check_scrolled_together },
    { "/ui/inspector/padding", check_padding },
    { "/ui/inspector/right-to-left", check_right_to_left },
    { "/ui/inspector/output-gone", check_output_gone },
  };
  gsize i;
  int status;

  screen_init (&argc, &argv);
  gegl_init (NULL, NULL);
  for (i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Fixture, NULL, set_up, cases[i].check, tear_down);
  status = g_test_run ();
  gegl_exit ();
  return status;
}
