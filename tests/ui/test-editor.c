/* test-editor.c: the whole inside of the dialog in a real window: its size,
 * menus and buttons by keys, scrolling to what has the focus. */

#include <gdk/gdkkeysyms.h>

#include "dialog.h"
#include "failing-memory.h"
#include "screen.h"
#include "toolkit.h"

#define WIDTH 320
#define HEIGHT 213
#define SMALL_WIDTH 1024 /* the smallest screen */
#define SMALL_HEIGHT 768
#define FRAME_HEIGHT 24 /* of a window's title */
#define HOST_HEIGHT 46  /* of the row of buttons that GIMP 3 has more */

static void
set_up (Dialog *dialog, gconstpointer data)
{
  (void) data;
  dialog_open (dialog, WIDTH, HEIGHT);
}

static void
tear_down (Dialog *dialog, gconstpointer data)
{
  (void) data;
  dialog_close (dialog);
}

static GtkWidget *
find (const Dialog *dialog, GType type, const gchar *text)
{
  GtkWidget *widget = screen_find (dialog->window, type, text);

  if (!widget)
    g_error ("no %s '%s'", g_type_name (type), text ? text : "");
  return widget;
}

static gint
height_of (GtkWidget *widget)
{
  GtkAllocation place;

  gtk_widget_get_allocation (widget, &place);
  return place.height;
}

/* ---- size ---- */

/* Nothing that cannot be seen on the smallest screen, whatever is unfolded. */
static void
check_small_screen (Dialog *dialog, gconstpointer data)
{
  GtkWidget *inspector = find (dialog, GTK_TYPE_EXPANDER, NULL), *notebook = find (dialog, GTK_TYPE_NOTEBOOK, NULL);
  GtkRequisition size;

  (void) data;
  for (gint i = 0; i < 4; i++)
    {
      gtk_expander_set_expanded (GTK_EXPANDER (inspector), i % 2);
      gtk_notebook_set_current_page (GTK_NOTEBOOK (notebook), i / 2);
      screen_settle ();
      conv_layer_widget_size (dialog->window, &size);
      g_assert_cmpint (size.width, <=, SMALL_WIDTH);
      g_assert_cmpint (size.height, <=, SMALL_HEIGHT - FRAME_HEIGHT - HOST_HEIGHT);
    }
}

/* The left side scrolls to what Tab comes to. */
static void
check_scrolls_to_focus (Dialog *dialog, gconstpointer data)
{
  GtkWidget *zero = find (dialog, GTK_TYPE_BUTTON, "Zero"), *scrolled,
            *preset = find (dialog, GTK_TYPE_BUTTON, "Preset");
  gint x = 0, y = 0;

  (void) data;
  gtk_window_resize (GTK_WINDOW (dialog->window), 900, 440);
  screen_settle ();
  scrolled = gtk_widget_get_ancestor (gtk_widget_get_ancestor (zero, GTK_TYPE_NOTEBOOK), GTK_TYPE_SCROLLED_WINDOW);
  g_assert_nonnull (scrolled);
  gtk_widget_grab_focus (zero);
  screen_settle ();
  g_assert_true (gtk_widget_translate_coordinates (zero, scrolled, 0, 0, &x, &y));
  g_assert_cmpint (y, >=, 0);
  g_assert_cmpint (y, <, height_of (scrolled));
  gtk_widget_grab_focus (preset);
  screen_settle ();
  g_assert_true (gtk_widget_translate_coordinates (preset, scrolled, 0, 0, &x, &y));
  g_assert_cmpint (y, >=, 0);
  screen_picture ("editor-low");
}

/* The window gets the room that the inspector needs, and gives it back. */
static void
check_inspector_grows (Dialog *dialog, gconstpointer data)
{
  gint width, height, grown, after;

  (void) data;
  gtk_window_resize (GTK_WINDOW (dialog->window), 1000, 600);
  screen_settle ();
  gtk_window_get_size (GTK_WINDOW (dialog->window), &width, &height);
  screen_do ("key alt+x");
  gtk_window_get_size (GTK_WINDOW (dialog->window), &width, &grown);
  g_assert_cmpint (grown, >, height + 100);
  screen_picture ("editor-inspector");
  screen_do ("key alt+x");
  gtk_window_get_size (GTK_WINDOW (dialog->window), &width, &after);
  g_assert_cmpint (after, ==, height);
}

/* ---- keys ---- */

static gboolean
menu_is_there (gpointer data)
{
  GList *windows = gtk_window_list_toplevels ();
  gboolean there = FALSE;

  (void) data;
  for (GList *window = windows; window; window = window->next)
    there |= gtk_widget_get_mapped (window->data) && GTK_IS_MENU (gtk_bin_get_child (window->data));
  g_list_free (windows);
  return there;
}

static gboolean
menu_is_gone (gpointer data)
{
  return !menu_is_there (data);
}

/* Every warning would end the test: GTK 3 warns of menus that no event opened. */
static void
check_menus_by_keys (Dialog *dialog, gconstpointer data)
{
  const gint count = conv_layer_settings_n_variants (dialog->settings);

  (void) data;
  screen_do ("key alt+a");
  screen_wait (menu_is_there, NULL);
  screen_settle ();
  screen_do ("key Down Down Return"); /* -f, if the keys began above f */
  screen_wait (menu_is_gone, NULL);
  screen_settle ();
  g_assert_cmpint (conv_layer_settings_n_variants (dialog->settings), ==, count + 1);

  gtk_widget_grab_focus (find (dialog, GTK_TYPE_BUTTON, "Move or remove this variant"));
  screen_do ("key space");
  screen_wait (menu_is_there, NULL);
  screen_settle ();
  screen_do ("key m"); /* Remove */
  screen_wait (menu_is_gone, NULL);
  screen_settle ();
  g_assert_cmpint (conv_layer_settings_n_variants (dialog->settings), ==, count);
  g_assert_cmpstr (conv_layer_settings_get_variant (dialog->settings, 0)->expression, ==, "-f");

  gtk_widget_grab_focus (find (dialog, GTK_TYPE_ENTRY, "row 1, column 1"));
  screen_do ("key Menu");
  screen_wait (menu_is_there, NULL);
  screen_settle ();
  screen_do ("key Escape");
  screen_wait (menu_is_gone, NULL);
}

/* ---- mnemonics ---- */

static void
fail_on_clash (GtkWidget *label, const gchar *other)
{
  g_error ("'%s' and '%s' have one key", other, gtk_label_get_text (GTK_LABEL (label)));
}

/* Of what can be seen at one time no two have the same. */
static void
check_mnemonics (Dialog *dialog, gconstpointer data)
{
  const gint own = GTK_MAJOR_VERSION == 3 ? 2 : 0; /* GIMP 3's buttons for settings: in English they keep theirs */
  GtkWidget *inspector = find (dialog, GTK_TYPE_EXPANDER, NULL), *notebook = find (dialog, GTK_TYPE_NOTEBOOK, NULL);

  (void) data;
  gtk_expander_set_expanded (GTK_EXPANDER (inspector), TRUE);
  gtk_widget_grab_focus (find (dialog, GTK_TYPE_DRAWING_AREA, "Output 1, pre-ReLU"));
  screen_do ("key Right"); /* the inspector's second page has mnemonics */
  for (gint page = 0; page < 2; page++)
    {
      GHashTable *labels;

      gtk_notebook_set_current_page (GTK_NOTEBOOK (notebook), page);
      screen_settle ();
      labels = dialog_mnemonics (dialog->window, fail_on_clash);
      g_assert_cmpint ((gint) g_hash_table_size (labels), >=, 18 + own);
      g_assert_cmpint (own, ==,
                       (gint) g_hash_table_contains (labels, GUINT_TO_POINTER (GDK_KEY_l))
                           + g_hash_table_contains (labels, GUINT_TO_POINTER (GDK_KEY_s)));
      g_hash_table_unref (labels);
    }
}

/* ---- what is typed ---- */

/* A step for each cell, whatever else is on the way. */
static void
check_typing (Dialog *dialog, gconstpointer data)
{
  (void) data;
  screen_do ("key alt+w");
  g_assert_true (GTK_IS_SPIN_BUTTON (gtk_window_get_focus (GTK_WINDOW (dialog->window))));
  screen_do ("key Tab");
  screen_do ("key Tab");
  screen_do ("key 2 Right 5 Return");
  g_assert_cmpstr (g_value_get_string (conv_layer_settings_get (dialog->settings, CONV_LAYER_FILTER)), ==,
                   "2 5 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1");
  screen_do ("key ctrl+z");
  g_assert_cmpstr (g_value_get_string (conv_layer_settings_get (dialog->settings, CONV_LAYER_FILTER)), ==,
                   "2 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1");
}

/* ---- what is told ---- */

typedef struct
{
  const Dialog *dialog;
  const gchar *text;
  guint times;
} Told;

static guint
times_told (const Dialog *dialog, const gchar *text)
{
  screen_settle ();
  return dialog_times_told (dialog->window, text);
}

static gboolean
is_told (gpointer data)
{
  const Told *told = data;

  return dialog_times_told (told->dialog->window, told->text) == told->times;
}

static void
wait_told (const Dialog *dialog, const gchar *text, guint times)
{
  Told told = { dialog, text, times };

  screen_wait (is_told, &told);
}

static void
set_up_padded (Dialog *dialog, gconstpointer data)
{
  dialog_open_padded (dialog, WIDTH, HEIGHT, data);
}

/* Where no map can be there yet, a word says so, and why is told once. */
static void
check_no_map_yet (Dialog *dialog, gconstpointer data)
{
  wait_told (dialog, "no map yet", 8);
  g_assert_cmpuint (times_told (dialog, "% active"), ==, 0);
  screen_picture ("editor-no-map-yet");
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_PADDING, "valid");
  wait_told (dialog, "% active", 8);
  g_assert_cmpuint (times_told (dialog, "no map yet"), ==, 0);
  /* The old ones stay, and what is known of them. */
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_PADDING, data);
  g_assert_cmpuint (times_told (dialog, "% active"), ==, 8);
}

/* Maps stand side by side, however many lines there are below them. */
static void
check_level (Dialog *dialog, gconstpointer data)
{
  static const gchar *const captions[]
      = { "Output 1 (after ReLU)", "Output 2 (after ReLU)", "Output 3 (after ReLU)", "Output 4 (after ReLU)" };
  gint places[G_N_ELEMENTS (captions)], x;

  (void) data;
  wait_told (dialog, "% active", 8);
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_FILTER, "1 1; 1 1");
  wait_told (dialog, "dead", 2);
  screen_settle ();
  for (gsize i = 0; i < G_N_ELEMENTS (captions); i++)
    {
      GtkWidget *caption = find (dialog, GTK_TYPE_LABEL, captions[i]);

      g_assert_true (gtk_widget_translate_coordinates (caption, dialog->window, 0, 0, &x, &places[i]));
      g_assert_cmpint (places[i], ==, places[0]);
    }
  screen_picture ("editor-level");
}

/* What must be changed before OK comes first; no memory is told wherever that stands already. */
static void
check_failed_preview (Dialog *dialog, gconstpointer data)
{
  GtkWidget *notebook = find (dialog, GTK_TYPE_NOTEBOOK, NULL);
  g_autoptr (GError) fault = NULL;

  (void) data;
  wait_told (dialog, "% active", 8);
  memory_start (0, 4000); /* pictures are larger, what the settings need is not */
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_FILTER, "1 2; 3 4");
  wait_told (dialog, "memory", 1);
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_PADDING, "-1");
  g_assert_null (conv_layer_settings_check (dialog->settings, NULL, &fault));
  g_assert_cmpuint (times_told (dialog, fault->message), ==, 1);
  g_assert_cmpuint (times_told (dialog, "memory"), ==, 0);
  gtk_notebook_set_current_page (GTK_NOTEBOOK (notebook), 1);
  g_assert_cmpuint (times_told (dialog, fault->message), ==, 1);
  g_assert_cmpuint (times_told (dialog, "memory"), ==, 1);
  screen_picture ("editor-failed-preview");
  memory_stop ();
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_PADDING, "valid");
  conv_layer_settings_set_text (dialog->settings, CONV_LAYER_FILTER, "1 2; 3 5");
  wait_told (dialog, "memory", 0);
  g_assert_cmpuint (times_told (dialog, "8 layers"), ==, 1);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const gchar *path;
    void (*check) (Dialog *dialog, gconstpointer data);
  } cases[] = {
    { "/ui/editor/small-screen", check_small_screen },
    { "/ui/editor/scrolls-to-focus", check_scrolls_to_focus },
    { "/ui/editor/inspector-grows", check_inspector_grows },
    { "/ui/editor/menus-by-keys", check_menus_by_keys },
    { "/ui/editor/mnemonics", check_mnemonics },
    { "/ui/editor/typing", check_typing },
    { "/ui/editor/level", check_level },
    { "/ui/editor/failed-preview", check_failed_preview },
  };
  int status;

  screen_init (&argc, &argv);
  gegl_init (NULL, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_test_add (cases[i].path, Dialog, NULL, set_up, cases[i].check, tear_down);
  g_test_add ("/ui/editor/no-map-yet", Dialog, "-1", set_up_padded, check_no_map_yet, tear_down);
  status = g_test_run ();
  gegl_exit ();
  return status;
}
