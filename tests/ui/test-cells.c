/* test-cells.c: the base filter's grid in a real window: keys, pointer, wheel,
 * clipboard and drops against the settings, and the pixels on the screen. */

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "editor-cells.h"
#include "editor-tile.h"
#include "edits.h"
#include "screen.h"
#include "toolkit.h"

#define NOTEBOOK "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1"
#define UNEVEN "1 2 3; 4 5 6" /* no symmetry hides a mistake */

typedef struct
{
  ConvLayerSettings *settings;
  GtkWidget *window, *cells, *before, *after;
  gchar *message;
  gint unhandled; /* keys that the dialog would get */
} Fixture;

static void
message (GtkWidget *cells, const gchar *text, Fixture *fixture)
{
  (void) cells;
  g_free (fixture->message);
  fixture->message = g_strdup (text);
}

static gboolean
unhandled (GtkWidget *window, GdkEventKey *event, Fixture *fixture)
{
  (void) window;
  if (!event->is_modifier)
    fixture->unhandled++;
  return FALSE;
}

static void
set_up (Fixture *fixture, const gchar *filter)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, 6);
  ConvLayerValues values;

  conv_layer_values_init (values);
  g_value_set_string (&values[CONV_LAYER_FILTER], filter);
  *fixture = (Fixture) { .settings = conv_layer_settings_new (values, 320, 213) };
  conv_layer_values_clear (values);
  fixture->cells = conv_layer_cells_new (fixture->settings);
  fixture->before = gtk_button_new_with_label ("before");
  fixture->after = gtk_button_new_with_label ("after");
  gtk_box_pack_start (GTK_BOX (box), fixture->before, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), fixture->cells, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), fixture->after, FALSE, FALSE, 0);
  g_signal_connect (fixture->cells, "message", G_CALLBACK (message), fixture);
  fixture->window = screen_window_new (box, 300, 300);
  g_signal_connect_after (fixture->window, "key-press-event", G_CALLBACK (unhandled), fixture);
  conv_layer_cells_grab_focus (fixture->cells);
  screen_settle ();
}

static void
tear_down (Fixture *fixture)
{
  gtk_widget_destroy (fixture->window);
  screen_settle ();
  /* Nobody else holds them: no leak of ours. */
  g_assert_cmpuint (G_OBJECT (fixture->settings)->ref_count, ==, 1);
  g_object_unref (fixture->settings);
  g_free (fixture->message);
}

static gdouble
weight (const Fixture *fixture, gint row, gint column)
{
  const Conv2dFilter *filter = conv_layer_settings_get_filter (fixture->settings);

  g_assert_cmpint (row, <=, filter->rows);
  g_assert_cmpint (column, <=, filter->columns);
  return filter->weights[(row - 1) * filter->columns + column - 1];
}

static void
assert_filter (const Fixture *fixture, const gchar *text)
{
  const Conv2dFilter *filter = conv_layer_settings_get_filter (fixture->settings);
  gsize size = conv2d_filter_format (filter, NULL, 0) + 1;
  g_autofree gchar *now = g_malloc (size);

  conv2d_filter_format (filter, now, size);
  g_assert_cmpstr (now, ==, text);
}

static GtkWidget *
entry_of (const Fixture *fixture)
{
  GtkWidget *entry = screen_find (fixture->cells, GTK_TYPE_ENTRY, NULL);

  g_assert_nonnull (entry);
  return entry;
}

static GtkWidget *
layout_of (const Fixture *fixture)
{
  GtkWidget *layout = screen_find (fixture->cells, GTK_TYPE_LAYOUT, NULL);

  g_assert_nonnull (layout);
  return layout;
}

static const gchar *
entry_text (const Fixture *fixture)
{
  return gtk_entry_get_text (GTK_ENTRY (entry_of (fixture)));
}

static void
assert_at (const Fixture *fixture, gint row, gint column)
{
  g_autofree gchar *place = g_strdup_printf ("row %d, column %d", row, column);

  g_assert_true (gtk_widget_has_focus (entry_of (fixture)));
  g_assert_cmpstr (atk_object_get_name (gtk_widget_get_accessible (entry_of (fixture))), ==, place);
}

/* Of the whole grid, scrolled out of sight or not. */
static void
cell_size (const Fixture *fixture, gint *width, gint *height)
{
  const Conv2dFilter *filter = conv_layer_settings_get_filter (fixture->settings);
  guint all_width, all_height;

  gtk_layout_get_size (GTK_LAYOUT (layout_of (fixture)), &all_width, &all_height);
  *width = (gint) all_width / filter->columns;
  *height = (gint) all_height / filter->rows;
}

/* DO is an xdotool command at the cell's middle. */
static void
at_cell (const Fixture *fixture, gint row, gint column, const gchar *command)
{
  gint width, height;

  cell_size (fixture, &width, &height);
  screen_point (layout_of (fixture), width * (column - 1) + width / 2, height * (row - 1) + height / 2, command);
}

/* ---- typing ---- */

static void
test_typing_replaces (void)
{
  Fixture fixture;

  set_up (&fixture, NOTEBOOK);
  screen_do ("key 7");
  g_assert_cmpfloat (weight (&fixture, 1, 1), ==, 7); /* live: before Enter */
  screen_do ("key 5");
  g_assert_cmpfloat (weight (&fixture, 1, 1), ==, 75);
  assert_at (&fixture, 1, 1);
  screen_do ("key Return");
  assert_at (&fixture, 2, 1);
  g_assert_cmpint (fixture.unhandled, ==, 0);
  assert_filter (&fixture, "75 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1");
  tear_down (&fixture);
}

static void
test_one_undo_step (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key 0 period 2 5 Return");
  screen_do ("key minus 8 Return");
  assert_filter (&fixture, "0.25 2 3; -8 5 6");
  screen_do ("key ctrl+z");
  assert_filter (&fixture, "0.25 2 3; 4 5 6");
  screen_do ("key ctrl+z");
  assert_filter (&fixture, UNEVEN);
  g_assert_false (conv_layer_settings_can_undo (fixture.settings));
  screen_do ("key ctrl+shift+z");
  assert_filter (&fixture, "0.25 2 3; 4 5 6");
  screen_do ("key ctrl+y");
  assert_filter (&fixture, "0.25 2 3; -8 5 6");
  tear_down (&fixture);
}

static void
test_undo_while_typing (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key 9 1 ctrl+z");
  assert_filter (&fixture, UNEVEN);
  g_assert_cmpstr (entry_text (&fixture), ==, "1");
  tear_down (&fixture);
}

static void
test_escape (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key 9 Return 8 7");
  assert_filter (&fixture, "9 2 3; 87 5 6");
  screen_do ("key Escape");
  assert_filter (&fixture, "9 2 3; 4 5 6"); /* this cell's typing, no more */
  g_assert_cmpint (fixture.unhandled, ==, 0);
  assert_at (&fixture, 2, 1);
  screen_do ("key Escape");
  g_assert_cmpint (fixture.unhandled, ==, 1);
  tear_down (&fixture);
}

static void
test_in_place (void)
{
  Fixture fixture;

  set_up (&fixture, "12 34");
  screen_do ("key F2 Left 5 Return");
  assert_filter (&fixture, "152 34");
  screen_do ("key Right F2 BackSpace Return");
  assert_filter (&fixture, "152 3");
  at_cell (&fixture, 1, 1, "click --repeat 2 --delay 60 1");
  screen_do ("key End 7 Tab");
  assert_filter (&fixture, "1527 3");
  assert_at (&fixture, 1, 2);
  tear_down (&fixture);
}

static void
test_delete_and_fraction (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key Delete");
  assert_filter (&fixture, "0 2 3; 4 5 6");
  screen_do ("key Right BackSpace 1 slash 8 Return");
  assert_filter (&fixture, "0 0.125 3; 4 5 6");
  screen_do ("key minus 0 Return");
  assert_filter (&fixture, "0 0.125 3; 4 0 6"); /* not -0 */
  screen_do ("key Right KP_Decimal 5 Return");
  assert_filter (&fixture, "0 0.125 3; 4 0 0.5");
  tear_down (&fixture);
}

static void
test_wrong (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key minus");
  g_assert_null (fixture.message); /* a number may still come of it */
  g_assert_false (conv_layer_cells_commit (fixture.cells));
  g_assert_nonnull (fixture.message);
  screen_do ("key 3");
  g_assert_null (fixture.message);
  assert_filter (&fixture, "-3 2 3; 4 5 6");
  screen_do ("key x");
  g_assert_nonnull (strstr (fixture.message, "'-3x'"));
  assert_filter (&fixture, "-3 2 3; 4 5 6");
  screen_picture ("cells-wrong");
  /* No way on but to mend it or to take it back. */
  screen_do ("key Return Tab Down");
  assert_at (&fixture, 1, 1);
  g_assert_false (conv_layer_cells_commit (fixture.cells));
  screen_do ("key Escape");
  g_assert_null (fixture.message);
  assert_filter (&fixture, UNEVEN);
  g_assert_true (conv_layer_cells_commit (fixture.cells));
  g_assert_cmpint (fixture.unhandled, ==, 0);
  tear_down (&fixture);
}

static void
test_commit (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key 9");
  g_assert_true (conv_layer_cells_commit (fixture.cells));
  screen_do ("key Escape"); /* nothing is typed any more: it is the dialog's */
  g_assert_cmpint (fixture.unhandled, ==, 1);
  assert_filter (&fixture, "9 2 3; 4 5 6");
  tear_down (&fixture);
}

static void
test_comma (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key 0 comma 5");
  g_assert_nonnull (fixture.message);
  g_assert_cmpfloat (weight (&fixture, 1, 1), ==, 0);
  tear_down (&fixture);
}

/* ---- moving ---- */

static void
test_arrows (void)
{
  Fixture fixture;

  set_up (&fixture, NOTEBOOK);
  screen_do ("key Right Down Down");
  assert_at (&fixture, 3, 2);
  screen_do ("key Left Up");
  assert_at (&fixture, 2, 1);
  screen_do ("key Left Left");
  assert_at (&fixture, 2, 1);
  screen_do ("key ctrl+End");
  assert_at (&fixture, 4, 4);
  screen_do ("key Home");
  assert_at (&fixture, 4, 1);
  screen_do ("key End");
  assert_at (&fixture, 4, 4);
  screen_do ("key ctrl+Home");
  assert_at (&fixture, 1, 1);
  /* An arrow takes over what is typed anew. */
  screen_do ("key 6 Right 7 Left");
  assert_filter (&fixture, "6 7 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1");
  g_assert_cmpint (fixture.unhandled, ==, 0);
  tear_down (&fixture);
}

static void
test_tab (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key Tab Tab Tab");
  assert_at (&fixture, 2, 1);
  screen_do ("key shift+Tab");
  assert_at (&fixture, 1, 3);
  screen_do ("key ctrl+End 8 Tab");
  g_assert_true (gtk_widget_has_focus (fixture.after));
  assert_filter (&fixture, "1 2 3; 4 5 8");
  screen_do ("key shift+Tab ctrl+Home shift+Tab");
  g_assert_true (gtk_widget_has_focus (fixture.before));
  screen_do ("key Tab");
  assert_at (&fixture, 1, 1);
  tear_down (&fixture);
}

static void
test_pointer (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  screen_do ("key 9");
  at_cell (&fixture, 2, 3, "click 1");
  assert_at (&fixture, 2, 3);
  assert_filter (&fixture, "9 2 3; 4 5 6");
  screen_do ("key 8 Return");
  assert_filter (&fixture, "9 2 3; 4 5 8");
  tear_down (&fixture);
}

/* This part of the grid is within what the scrolled window shows. */
static void
assert_in_sight (const Fixture *fixture, gint x, gint y, gint width, gint height)
{
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (screen_find (fixture->cells, GTK_TYPE_SCROLLED_WINDOW, NULL));
  GtkAdjustment *along = gtk_scrolled_window_get_hadjustment (scrolled);
  GtkAdjustment *down = gtk_scrolled_window_get_vadjustment (scrolled);
  GtkAllocation seen;

  gtk_widget_get_allocation (layout_of (fixture), &seen);
  g_assert_cmpfloat (gtk_adjustment_get_value (along), <=, x);
  g_assert_cmpfloat (gtk_adjustment_get_value (down), <=, y);
  g_assert_cmpfloat (gtk_adjustment_get_value (along) + seen.width, >=, x + width);
  g_assert_cmpfloat (gtk_adjustment_get_value (down) + seen.height, >=, y + height);
}

static void
test_large (void)
{
  GString *text = g_string_new (NULL);
  Fixture fixture;
  gint width, height;

  for (gint i = 0; i < 31 * 31; i++)
    g_string_append_printf (text, "%d%s", i, (i + 1) % 31 == 0 ? ";" : " ");
  set_up (&fixture, text->str);
  screen_do ("key ctrl+End");
  assert_at (&fixture, 31, 31);
  g_assert_cmpstr (entry_text (&fixture), ==, "960");
  cell_size (&fixture, &width, &height);
  assert_in_sight (&fixture, 30 * width, 30 * height, width, height);
  screen_picture ("cells-large");
  screen_do ("key 5 Return");
  g_assert_cmpfloat (weight (&fixture, 31, 31), ==, 5);
  tear_down (&fixture);
  g_string_free (text, TRUE);
}

/* Cells fill the grid, so that its bars are close to being needed: the window gets
 * its size nevertheless, and no bar stays that is not needed. */
static void
test_resize (void)
{
  const gchar *five = "1 2 3 4 5; 2 3 4 5 6; 3 4 5 6 7; 4 5 6 7 8; 5 6 7 8 9";
  const gchar *tall = "1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5; 1 2 3 4 5";
  Fixture fixture;

  set_up (&fixture, five);
  for (gint i = 0; i < 60; i++)
    {
      gtk_window_resize (GTK_WINDOW (fixture.window), 300 + i % 12 * 5, 280 + i / 12 * 9);
      screen_settle ();
      conv_layer_settings_set_text (fixture.settings, CONV_LAYER_FILTER, i % 2 ? tall : "1 2 3 4 5 6 7 8 9");
      screen_settle ();
      conv_layer_settings_set_text (fixture.settings, CONV_LAYER_FILTER, five);
      screen_settle ();
    }
  gtk_window_resize (GTK_WINDOW (fixture.window), 400, 400);
  screen_settle ();
  for (gint i = 0; i < 2; i++)
    {
      GtkScrolledWindow *scrolled
          = GTK_SCROLLED_WINDOW (gtk_widget_get_ancestor (layout_of (&fixture), GTK_TYPE_SCROLLED_WINDOW));

      g_assert_false (gtk_widget_get_mapped (i == 0 ? gtk_scrolled_window_get_hscrollbar (scrolled)
                                                    : gtk_scrolled_window_get_vscrollbar (scrolled)));
    }
  tear_down (&fixture);
}

static void
test_shape_shrinks (void)
{
  Conv2dFilter small = { .rows = 1, .columns = 2, .weights = { 3, 4 } };
  Fixture fixture;

  set_up (&fixture, NOTEBOOK);
  screen_do ("key ctrl+End 7");
  conv_layer_settings_set_filter (fixture.settings, &small); /* by another part of the dialog, while typing */
  screen_settle ();
  assert_at (&fixture, 1, 2);
  g_assert_cmpstr (entry_text (&fixture), ==, "4");
  screen_do ("key 8 Return");
  assert_filter (&fixture, "3 8");
  tear_down (&fixture);
}

/* The entry is as tall and wide as its cell, less the cell's frame. */
static void
assert_entry_fits (const Fixture *fixture)
{
  GtkAllocation place;
  gint width, height;

  cell_size (fixture, &width, &height);
  gtk_widget_get_allocation (entry_of (fixture), &place);
  g_assert_cmpint (place.width, ==, width - 8);
  g_assert_cmpint (place.height, ==, height - 8);
}

/* Few cells are large, many are small; so are those of a smaller window. */
static void
test_entry_follows_cell (void)
{
  const Conv2dFilter large = { .rows = 31, .columns = 31 };
  const Conv2dFilter small = { .rows = 2, .columns = 2, .weights = { 1, 2, 3, 4 } };
  gint width, height, wide, tall;
  Fixture fixture;

  set_up (&fixture, "1 2; 3 4");
  assert_entry_fits (&fixture);
  cell_size (&fixture, &wide, &tall);
  conv_layer_settings_set_filter (fixture.settings, &large);
  screen_settle ();
  cell_size (&fixture, &width, &height);
  g_assert_cmpint (height, <, tall);
  assert_entry_fits (&fixture);
  screen_do ("key ctrl+End");
  assert_entry_fits (&fixture);
  conv_layer_settings_set_filter (fixture.settings, &small);
  screen_settle ();
  assert_entry_fits (&fixture);
  conv_layer_settings_set_text (fixture.settings, CONV_LAYER_FILTER, NOTEBOOK);
  screen_settle ();
  for (gint i = 0; i < 8; i++)
    {
      gtk_window_resize (GTK_WINDOW (fixture.window), 260 + i % 3 * 40, 400 - i * 20);
      screen_settle ();
      assert_entry_fits (&fixture);
    }
  tear_down (&fixture);
}

/* ---- steps ---- */

static void
test_page_keys (void)
{
  Fixture fixture;

  set_up (&fixture, "0.2 2");
  screen_do ("key shift+Prior");
  assert_filter (&fixture, "0.3 2"); /* not 0.30000000000000004 */
  screen_do ("key Prior ctrl+Prior");
  assert_filter (&fixture, "11.3 2");
  screen_do ("key ctrl+Next Next shift+Next shift+Next shift+Next");
  assert_filter (&fixture, "0 2"); /* and not -0 */
  screen_do ("key shift+Next");
  assert_filter (&fixture, "-0.1 2");
  g_assert_cmpstr (entry_text (&fixture), ==, "-0.1");
  screen_do ("key ctrl+z");
  assert_filter (&fixture, "0.2 2"); /* one step */
  screen_do ("key 5 Prior Right");
  assert_filter (&fixture, "6 2");
  tear_down (&fixture);
}

static void
test_step_out_of_range (void)
{
  Fixture fixture;

  set_up (&fixture, "3.4028234e38 1e-30");
  screen_do ("key Prior");
  g_assert_cmpfloat (weight (&fixture, 1, 1), >, 3.4e38);
  g_assert_true (isfinite ((gfloat) weight (&fixture, 1, 1)));
  screen_do ("key Right Prior");
  g_assert_cmpfloat (weight (&fixture, 1, 2), ==, 1);
  tear_down (&fixture);
}

static void
test_wheel (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  at_cell (&fixture, 1, 1, "click 4 click 4");
  assert_filter (&fixture, "3 2 3; 4 5 6");
  at_cell (&fixture, 1, 1, "keydown shift click 5 keyup shift");
  assert_filter (&fixture, "2.9 2 3; 4 5 6");
  at_cell (&fixture, 1, 1, "keydown ctrl click 4 keyup ctrl");
  assert_filter (&fixture, "12.9 2 3; 4 5 6");
  at_cell (&fixture, 2, 2, "click 4"); /* not the current one */
  assert_filter (&fixture, "12.9 2 3; 4 5 6");
  gtk_widget_grab_focus (fixture.after);
  at_cell (&fixture, 1, 1, "click 4"); /* not focused */
  assert_filter (&fixture, "12.9 2 3; 4 5 6");
  tear_down (&fixture);
}

/* ---- matrices ---- */

static GtkClipboard *
clipboard (void)
{
  return gtk_clipboard_get (GDK_SELECTION_CLIPBOARD);
}

static void
test_copy (void)
{
  g_autofree gchar *text = NULL;
  Fixture fixture;

  set_up (&fixture, "1 -2.5 0.1; 4 5 1e-20");
  screen_do ("key ctrl+c");
  text = gtk_clipboard_wait_for_text (clipboard ());
  g_assert_cmpstr (text, ==, "1\t-2.5\t0.1\n4\t5\t1e-20\n");
  tear_down (&fixture);
}

static void
test_paste (void)
{
  static const gchar *const texts[]
      = { "1 2\n3 4\n",    "1\t2\n3\t4",   "[[1, 2], [3, 4]]", "tensor([[1., 2.],\n        [3., 4.]])",
          "{{1,2},{3,4}}", "2x2: 1,2,3,4", "1 2; 3 8/2" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      Fixture fixture;

      set_up (&fixture, UNEVEN);
      gtk_clipboard_set_text (clipboard (), texts[i], -1);
      screen_do ("key ctrl+End ctrl+v");
      assert_filter (&fixture, "1 2; 3 4");
      assert_at (&fixture, 2, 2);
      g_assert_null (fixture.message);
      screen_do ("key ctrl+z");
      assert_filter (&fixture, UNEVEN);
      tear_down (&fixture);
    }
}

static void
test_paste_refused (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  gtk_clipboard_set_text (clipboard (), "1 2\n3 4 5", -1);
  screen_do ("key ctrl+v");
  g_assert_nonnull (fixture.message);
  g_assert_nonnull (strstr (fixture.message, "ow 2")); /* which one */
  assert_filter (&fixture, UNEVEN);
  gtk_clipboard_set_text (clipboard (), "1 2", -1);
  screen_do ("key ctrl+v");
  g_assert_null (fixture.message);
  assert_filter (&fixture, "1 2");
  tear_down (&fixture);
}

static void
test_paste_number (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  gtk_clipboard_set_text (clipboard (), " 7.5\n", -1);
  screen_do ("key Right ctrl+v"); /* at rest: the cell's */
  assert_filter (&fixture, "1 7.5 3; 4 5 6");
  screen_do ("key Right minus ctrl+v Return"); /* while typing: part of the text */
  assert_filter (&fixture, "1 7.5 -7.5; 4 5 6");
  gtk_clipboard_set_text (clipboard (), "1 0\n0 1", -1);
  screen_do ("key 9 ctrl+v"); /* a matrix is one even then */
  assert_filter (&fixture, "1 0; 0 1");
  gtk_clipboard_set_text (clipboard (), "[[5]]", -1);
  screen_do ("key ctrl+v");
  assert_filter (&fixture, "5");
  tear_down (&fixture);
}

static void
test_menu (void)
{
  g_autofree gchar *text = NULL;
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  at_cell (&fixture, 2, 1, "click 3");
  screen_do ("key Down Return"); /* the first item */
  text = gtk_clipboard_wait_for_text (clipboard ());
  g_assert_cmpstr (text, ==, "1\t2\t3\n4\t5\t6\n");
  assert_at (&fixture, 2, 1);
  screen_do ("key shift+F10");
  screen_do ("key Escape");
  assert_filter (&fixture, UNEVEN);
  tear_down (&fixture);
}

/* ---- drops ---- */

static void
give (GtkWidget *source, GdkDragContext *context, GtkSelectionData *data, guint info, guint time, gpointer given)
{
  gchar *uris[] = { given, NULL };

  (void) source, (void) context, (void) info, (void) time;
  if (g_str_has_prefix (given, "file:"))
    gtk_selection_data_set_uris (data, uris);
  else
    gtk_selection_data_set_text (data, given, -1);
}

/* Drags GIVEN, a text or a file's address, onto a cell. */
static void
drop (Fixture *fixture, const gchar *given, gint row, gint column)
{
  gulong handler;

  gtk_drag_source_set (fixture->before, GDK_BUTTON1_MASK, NULL, 0, GDK_ACTION_COPY);
  if (g_str_has_prefix (given, "file:"))
    gtk_drag_source_add_uri_targets (fixture->before);
  else
    gtk_drag_source_add_text_targets (fixture->before);
  handler = g_signal_connect (fixture->before, "drag-data-get", G_CALLBACK (give), (gpointer) given);
  screen_point (fixture->before, 20, 8, "mousedown 1");
  screen_point (fixture->before, 40, 12, NULL);
  at_cell (fixture, row, column, NULL);
  at_cell (fixture, row, column, "mousemove_relative 2 2");
  screen_do ("mouseup 1");
  screen_settle ();
  g_signal_handler_disconnect (fixture->before, handler);
}

static void
test_drop_text (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  drop (&fixture, "[[9, 8], [7, 6]]", 2, 2);
  assert_filter (&fixture, "9 8; 7 6");
  drop (&fixture, "2 2 2", 1, 1); /* onto the entry */
  assert_filter (&fixture, "2 2 2");
  drop (&fixture, "nonsense", 1, 2);
  g_assert_nonnull (strstr (fixture.message, "nonsense"));
  assert_filter (&fixture, "2 2 2");
  tear_down (&fixture);
}

static void
test_drop_file (void)
{
  g_autofree gchar *folder = g_dir_make_tmp ("conv-layer-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (folder, "kernel file.txt", NULL), *uri = NULL;
  g_autoptr (GError) error = NULL;
  Fixture fixture;

  g_file_set_contents (path, "0 1 0\n1 -4 1\n0 1 0\n", -1, &error);
  g_assert_no_error (error);
  uri = g_filename_to_uri (path, NULL, &error);
  g_assert_no_error (error);
  set_up (&fixture, UNEVEN);
  drop (&fixture, uri, 2, 2);
  assert_filter (&fixture, "0 1 0; 1 -4 1; 0 1 0");
  g_assert_cmpint (g_unlink (path), ==, 0);
  drop (&fixture, uri, 2, 2); /* it is gone */
  g_assert_nonnull (fixture.message);
  assert_filter (&fixture, "0 1 0; 1 -4 1; 0 1 0");
  tear_down (&fixture);
  g_rmdir (folder);
}

/* ---- what is seen ---- */

static guint32
corner_pixel (const Fixture *fixture, gint row, gint column)
{
  gint width, height;

  cell_size (fixture, &width, &height);
  return screen_pixel (layout_of (fixture), width * (column - 1) + 3, height * (row - 1) + 3);
}

static void
test_colors (void)
{
  Fixture fixture;
  guint32 gray;

  set_up (&fixture, "-1 0 1; 1 1 -1");
  screen_do ("key ctrl+End");
  screen_picture ("cells");
  g_assert_cmphex (corner_pixel (&fixture, 1, 1), ==, 0x000000);
  gray = corner_pixel (&fixture, 1, 2);
  g_assert_true (gray == 0x7f7f7f || gray == 0x808080);
  g_assert_cmphex (corner_pixel (&fixture, 1, 3), ==, 0xffffff);
  /* The current cell, too, has its colour inside of its frame. */
  g_assert_cmphex (screen_pixel (entry_of (&fixture), 1, 1), ==, 0x000000);
  screen_do ("key 1 5"); /* the greatest by now */
  g_assert_cmphex (corner_pixel (&fixture, 1, 3) & 0xff, <, 0x40);
  tear_down (&fixture);
}

static guint32
pixel_of (const ConvLayerColor *color)
{
  return (guint32) (color->red * 255 + 0.5) << 16 | (guint32) (color->green * 255 + 0.5) << 8
         | (guint32) (color->blue * 255 + 0.5);
}

/* What is typed stands on the theme's own ground, not on the cell's gray. */
static void
test_typing_colors (void)
{
  ConvLayerColors colors;
  Fixture fixture;

  set_up (&fixture, "-1 0.5 1");
  screen_do ("key Right 0 period 6");
  screen_picture ("cells-typing");
  conv_layer_widget_colors (entry_of (&fixture), &colors);
  g_assert_cmphex (screen_pixel (entry_of (&fixture), 1, 1), ==, pixel_of (&colors.base));
  screen_do ("key Return");
  g_assert_cmphex (screen_pixel (entry_of (&fixture), 1, 1), ==, 0xcccccc);
  tear_down (&fixture);
}

/* The frame has other lightnesses, not just another colour. */
static void
test_mark (void)
{
  gint x, y, width, height;
  GtkWidget *layout;
  guint32 other;
  Fixture fixture;

  set_up (&fixture, "1 1; 1 1");
  layout = layout_of (&fixture);
  cell_size (&fixture, &width, &height);
  y = height / 2;
  g_assert_cmphex (screen_pixel (layout, 0, y), ==, 0x000000);
  g_assert_cmphex (screen_pixel (layout, 3, y), ==, 0xffffff);
  other = screen_pixel (layout, width + 3, y);
  for (x = 1; x < 6; x++)
    g_assert_cmphex (screen_pixel (layout, width + x, y), ==, other);
  screen_do ("key Right");
  g_assert_cmphex (screen_pixel (layout, width, y), ==, 0x000000);
  g_assert_cmphex (screen_pixel (layout, width + 3, y), ==, 0xffffff);
  tear_down (&fixture);
}

static void
test_long_numbers (void)
{
  Fixture fixture;
  gint width, height;

  set_up (&fixture, "1.1111111111111112 2; 123456789012345 1.2345678901234e-20");
  screen_picture ("cells-long");
  g_assert_true (g_str_has_prefix (entry_text (&fixture), "1.1"));
  g_assert_true (g_str_has_suffix (entry_text (&fixture), "…"));
  g_assert_cmpstr (atk_object_get_description (gtk_widget_get_accessible (entry_of (&fixture))), ==,
                   "1.1111111111111112");
  cell_size (&fixture, &width, &height);
  g_assert_cmpint (width, <, 120);
  screen_do ("key F2");
  g_assert_cmpstr (entry_text (&fixture), ==, "1.1111111111111112"); /* whole while it is changed */
  screen_do ("key Return");
  g_assert_nonnull (strstr (entry_text (&fixture), "e+14"));
  screen_do ("key Right");
  g_assert_true (g_str_has_suffix (entry_text (&fixture), "…e-20"));
  assert_filter (&fixture, "1.1111111111111112 2; 123456789012345 1.2345678901234e-20");
  tear_down (&fixture);
}

/* Whether a tooltip would come up over a cell, asked for by the pointer or by keys. */
static gboolean
has_tooltip (const Fixture *fixture, gint row, gint column, gboolean keyboard)
{
  g_autoptr (GObject) tooltip = g_object_new (GTK_TYPE_TOOLTIP, NULL);
  gint width, height;
  gboolean shown;

  cell_size (fixture, &width, &height);
  g_signal_emit_by_name (layout_of (fixture), "query-tooltip", width * (column - 1) + width / 2,
                         height * (row - 1) + height / 2, keyboard, tooltip, &shown);
  return shown;
}

/* It would hide the rows below while the filter is edited; what is shortened has to be told. */
static void
test_tooltips (void)
{
  Fixture fixture;

  set_up (&fixture, "1.1111111111111112 2; 3 4");
  g_assert_true (has_tooltip (&fixture, 1, 1, FALSE));
  g_assert_false (has_tooltip (&fixture, 2, 2, FALSE));
  g_assert_true (has_tooltip (&fixture, 2, 2, TRUE));
  screen_do ("key 7");
  g_assert_false (has_tooltip (&fixture, 1, 1, FALSE));
  screen_do ("key Return");
  gtk_widget_grab_focus (fixture.after);
  screen_settle ();
  g_assert_true (has_tooltip (&fixture, 1, 1, FALSE));
  g_assert_true (has_tooltip (&fixture, 2, 2, FALSE));
  tear_down (&fixture);
}

static void
test_right_to_left (void)
{
  Fixture fixture;
  gint x = 0, y = 0, other_x = 0;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  set_up (&fixture, "-1 0 1");
  screen_picture ("cells-rtl");
  screen_place (entry_of (&fixture), &x, &y);
  screen_do ("key Right");
  assert_at (&fixture, 1, 2);
  screen_place (entry_of (&fixture), &other_x, &y);
  g_assert_cmpint (other_x, >, x);
  g_assert_cmphex (corner_pixel (&fixture, 1, 1), ==, 0x000000);
  g_assert_cmphex (corner_pixel (&fixture, 1, 3), ==, 0xffffff);
  tear_down (&fixture);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
}

static void
test_names (void)
{
  Fixture fixture;

  set_up (&fixture, UNEVEN);
  g_assert_nonnull (screen_find (fixture.cells, GTK_TYPE_LAYOUT, "Base filter, 2 rows, 3 columns"));
  g_assert_nonnull (screen_find (fixture.cells, GTK_TYPE_ENTRY, "row 1, column 1"));
  tear_down (&fixture);
}

/* ---- tiles ---- */

static void
test_tile (void)
{
  GtkWidget *tile = conv_layer_tile_new (120), *window;
  gfloat weights[] = { -1, 0.1f, 1, 1, 1, -1 };
  const AtkObject *accessible;

  conv_layer_tile_set_weights (tile, weights, 2, 3);
  window = screen_window_new (tile, 144, 144);
  screen_picture ("tile");
  /* 39 pixels a cell, 19 above the two rows */
  g_assert_cmphex (screen_pixel (tile, 4, 24), ==, 0x000000);
  g_assert_cmphex (screen_pixel (tile, 83, 24), ==, 0xffffff);
  g_assert_cmphex (screen_pixel (tile, 4, 64), ==, 0xffffff);
  g_assert_cmphex (screen_pixel (tile, 83, 64), ==, 0x000000);
  accessible = gtk_widget_get_accessible (tile);
  g_assert_cmpstr (atk_object_get_name ((AtkObject *) accessible), ==, "Filter, 2 rows, 3 columns");
  g_assert_cmpstr (atk_object_get_description ((AtkObject *) accessible), ==, "-1 0.1 1; 1 1 -1");

  /* One other weight, the least range, another shape: none of them is left as it was. */
  weights[5] = 1.1f;
  conv_layer_tile_set_weights (tile, weights, 2, 3);
  screen_settle ();
  g_assert_cmpstr (atk_object_get_description ((AtkObject *) accessible), ==, "-1 0.1 1; 1 1 1.1");
  g_assert_cmphex (screen_pixel (tile, 4, 24), ==, 0x000000);
  g_assert_cmphex (screen_pixel (tile, 83, 64), ==, 0xffffff);
  weights[1] = -0.0f;
  weights[2] = 16777216.0f;
  weights[3] = 1.17549435e-38f;
  conv_layer_tile_set_weights (tile, weights, 2, 2);
  g_assert_cmpstr (atk_object_get_name ((AtkObject *) accessible), ==, "Filter, 2 rows, 2 columns");
  g_assert_cmpstr (atk_object_get_description ((AtkObject *) accessible), ==, "-1 0; 16777216 1.1754944e-38");
  gtk_widget_destroy (window);
}

static void
test_tile_gray (void)
{
  g_assert_cmpfloat (conv_layer_tile_gray (-2, -2, 6), ==, 0);
  g_assert_cmpfloat (conv_layer_tile_gray (0, -2, 6), ==, 0.25);
  g_assert_cmpfloat (conv_layer_tile_gray (6, -2, 6), ==, 1);
  g_assert_cmpfloat (conv_layer_tile_gray (3, 3, 3), ==, 0.5);
  g_assert_cmpfloat (conv_layer_tile_text_gray (0.1), ==, 1);
  g_assert_cmpfloat (conv_layer_tile_text_gray (0.5), ==, 0);
}

static void
test_tile_pixbuf (void)
{
  const Conv2dFilter filter = { .rows = 1, .columns = 2, .weights = { 5, -5 } };
  GdkPixbuf *pixbuf = conv_layer_tile_pixbuf (&filter, 42);
  const guchar *row = gdk_pixbuf_get_pixels (pixbuf) + 21 * gdk_pixbuf_get_rowstride (pixbuf);

  /* 20 pixels a cell, rows 11 to 31 */
  g_assert_cmpint (row[4 * 2], ==, 255);
  g_assert_cmpint (row[4 * 2 + 3], ==, 255);
  g_assert_cmpint (row[4 * 39], ==, 0);
  g_assert_cmpint (gdk_pixbuf_get_pixels (pixbuf)[4 * 21 + 3], ==, 0); /* nothing above */
  g_object_unref (pixbuf);
}

int
main (int argc, char **argv)
{
  screen_init (&argc, &argv);

  g_test_add_func ("/ui/cells/typing-replaces", test_typing_replaces);
  g_test_add_func ("/ui/cells/one-undo-step", test_one_undo_step);
  g_test_add_func ("/ui/cells/undo-while-typing", test_undo_while_typing);
  g_test_add_func ("/ui/cells/escape", test_escape);
  g_test_add_func ("/ui/cells/in-place", test_in_place);
  g_test_add_func ("/ui/cells/delete-and-fraction", test_delete_and_fraction);
  g_test_add_func ("/ui/cells/wrong", test_wrong);
  g_test_add_func ("/ui/cells/commit", test_commit);
  g_test_add_func ("/ui/cells/comma", test_comma);
  g_test_add_func ("/ui/cells/arrows", test_arrows);
  g_test_add_func ("/ui/cells/tab", test_tab);
  g_test_add_func ("/ui/cells/pointer", test_pointer);
  g_test_add_func ("/ui/cells/large", test_large);
  g_test_add_func ("/ui/cells/resize", test_resize);
  g_test_add_func ("/ui/cells/shape-shrinks", test_shape_shrinks);
  g_test_add_func ("/ui/cells/entry-follows-cell", test_entry_follows_cell);
  g_test_add_func ("/ui/cells/page-keys", test_page_keys);
  g_test_add_func ("/ui/cells/step-out-of-range", test_step_out_of_range);
  g_test_add_func ("/ui/cells/wheel", test_wheel);
  g_test_add_func ("/ui/cells/copy", test_copy);
  g_test_add_func ("/ui/cells/paste", test_paste);
  g_test_add_func ("/ui/cells/paste-refused", test_paste_refused);
  g_test_add_func ("/ui/cells/paste-number", test_paste_number);
  g_test_add_func ("/ui/cells/menu", test_menu);
  g_test_add_func ("/ui/cells/drop-text", test_drop_text);
  g_test_add_func ("/ui/cells/drop-file", test_drop_file);
  g_test_add_func ("/ui/colors/cells", test_colors);
  g_test_add_func ("/ui/colors/typing", test_typing_colors);
  g_test_add_func ("/ui/colors/mark", test_mark);
  g_test_add_func ("/ui/cells/long-numbers", test_long_numbers);
  g_test_add_func ("/ui/cells/tooltips", test_tooltips);
  g_test_add_func ("/ui/cells/right-to-left", test_right_to_left);
  g_test_add_func ("/ui/cells/names", test_names);
  g_test_add_func ("/ui/tile/widget", test_tile);
  g_test_add_func ("/ui/tile/gray", test_tile_gray);
  g_test_add_func ("/ui/tile/pixbuf", test_tile_pixbuf);

  return g_test_run ();
}
