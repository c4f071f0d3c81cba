/* soak.c: random edits, presets, sizes and zooms on the dialog in a window: no
 * warning, no fault that a sanitizer sees, and memory that caches alone take
 * until they are full.  CONV_LAYER_SOAK edits, 200 without it; --seed repeats a run. */

#include <malloc.h>
#include <string.h>

#include <gdk/gdkkeysyms.h>

#include "dialog.h"
#include "edits.h"
#include "presets.h"
#include "screen.h"
#include "toolkit.h"

#define WIDTH 320
#define HEIGHT 213
#define LOOK 50        /* edits from one look at the memory to the next */
#define FLAT (4 << 19) /* bytes that caches of the toolkit may take after the first look */
#define FULL 1000      /* edits after which they hold all there is */
#define STILL (1 << 19)
#define TURNS 200 /* of the main loop after an edit */
#define WINDOW_WIDTH 1100
#define WINDOW_HEIGHT 800

typedef struct
{
  Dialog dialog;
  ConvLayerPresets *presets; /* the known ones */
  GPtrArray *widgets;        /* filled anew by collect() */
} Soak;

/* Of the address sanitizer, where it is linked in.  Its own count holds what was
 * freed, too, as long as it keeps that from being used anew. */
extern int __sanitizer_install_malloc_and_free_hooks (void (*allocated) (const volatile void *block, size_t size),
                                                      void (*freed) (const volatile void *block))
    __attribute__ ((weak));
extern size_t __sanitizer_get_allocated_size (const volatile void *block) __attribute__ ((weak));

static gsize counted; /* bytes, around 0 upwards as downwards: of what came since the hooks were there */

static void
count_allocated (const volatile void *block, size_t size)
{
  (void) size;
  g_atomic_pointer_add (&counted, (gssize) __sanitizer_get_allocated_size (block));
}

static void
count_freed (const volatile void *block)
{
  g_atomic_pointer_add (&counted, -(gssize) __sanitizer_get_allocated_size (block));
}

static void
count_memory (void)
{
  if (__sanitizer_install_malloc_and_free_hooks)
    g_assert_cmpint (__sanitizer_install_malloc_and_free_hooks (count_allocated, count_freed), >, 0);
}

/* Bytes; only differences tell something. */
static gssize
memory_in_use (void)
{
  const struct mallinfo2 info = mallinfo2 ();

  if (__sanitizer_install_malloc_and_free_hooks)
    return (gssize) g_atomic_pointer_get (&counted);
  return (gssize) (info.uordblks + info.hblkhd);
}

static gint
pick (gint count)
{
  return g_test_rand_int_range (0, count);
}

/* ---- widgets ---- */

static void
collect_type (GtkWidget *widget, gpointer data)
{
  gpointer *pair = data;

  if (!gtk_widget_get_mapped (widget) || !gtk_widget_is_sensitive (widget))
    return;
  if (g_type_is_a (G_OBJECT_TYPE (widget), GPOINTER_TO_SIZE (pair[1])))
    g_ptr_array_add (pair[0], widget);
  else if (GTK_IS_CONTAINER (widget) && !GTK_IS_COMBO_BOX (widget)) /* a button inside of one is the toolkit's */
    gtk_container_forall (GTK_CONTAINER (widget), collect_type, data);
}

/* Any widget of TYPE that could be used now, or NULL. */
static gpointer
any_of (Soak *soak, GType type)
{
  gpointer pair[] = { soak->widgets, GSIZE_TO_POINTER (type) };

  g_ptr_array_set_size (soak->widgets, 0);
  collect_type (soak->dialog.editor, pair);
  return soak->widgets->len > 0 ? soak->widgets->pdata[pick ((gint) soak->widgets->len)] : NULL;
}

static void
press_key (GtkWidget *widget, guint key, GdkModifierType modifiers)
{
  GdkEvent *event = conv_layer_key_event_new (widget);

  event->key.keyval = key;
  event->key.state = modifiers;
  gtk_widget_grab_focus (widget);
  gtk_widget_event (widget, event);
  gdk_event_free (event);
}

/* ---- what is done ---- */

static void
type_number (Soak *soak)
{
  static const gchar *const texts[] = { "0.5", "-1", "1/9", "3e2", "-0", "1e", "x", "", "12345.678901", "-1e30" };
  GtkWidget *entry = screen_find (soak->dialog.editor, GTK_TYPE_LAYOUT, NULL);

  entry = screen_find (entry, GTK_TYPE_ENTRY, NULL);
  gtk_entry_set_text (GTK_ENTRY (entry), texts[pick (G_N_ELEMENTS (texts))]);
}

static void
press_in_cells (Soak *soak)
{
  static const guint keys[]
      = { GDK_KEY_Left,      GDK_KEY_Right, GDK_KEY_Up,     GDK_KEY_Down,   GDK_KEY_Home, GDK_KEY_Page_Up,
          GDK_KEY_Page_Down, GDK_KEY_Tab,   GDK_KEY_Escape, GDK_KEY_Delete, GDK_KEY_F2 };
  static const guint with_control[] = { GDK_KEY_z, GDK_KEY_y, GDK_KEY_c, GDK_KEY_v, GDK_KEY_End, GDK_KEY_Home };
  GtkWidget *entry = screen_find (screen_find (soak->dialog.editor, GTK_TYPE_LAYOUT, NULL), GTK_TYPE_ENTRY, NULL);

  if (!gtk_widget_get_mapped (entry))
    return;
  if (pick (3) == 0)
    press_key (entry, with_control[pick (G_N_ELEMENTS (with_control))], GDK_CONTROL_MASK);
  else
    press_key (entry, keys[pick (G_N_ELEMENTS (keys))], pick (4) == 0 ? GDK_SHIFT_MASK : 0);
}

static void
press_in_view (Soak *soak)
{
  static const guint keys[]
      = { GDK_KEY_plus, GDK_KEY_minus, GDK_KEY_1, GDK_KEY_0, GDK_KEY_Left, GDK_KEY_Right, GDK_KEY_Up, GDK_KEY_Down };
  GtkWidget *view = any_of (soak, GTK_TYPE_DRAWING_AREA);

  if (view && gtk_widget_get_can_focus (view))
    press_key (view, keys[pick (G_N_ELEMENTS (keys))], pick (4) == 0 ? GDK_SHIFT_MASK : 0);
}

/* The window of presets is up: another row, then OK or Cancel. */
static gboolean
answer_presets (gpointer data)
{
  GList *windows = gtk_window_list_toplevels ();
  Soak *soak = data;

  for (GList *window = windows; window; window = window->next)
    if (GTK_IS_DIALOG (window->data) && window->data != (gpointer) soak->dialog.window
        && gtk_widget_get_mapped (window->data))
      {
        GtkWidget *list = screen_find (window->data, GTK_TYPE_TREE_VIEW, NULL);
        GtkTreePath *path
            = gtk_tree_path_new_from_indices (pick ((gint) conv_layer_presets_list (soak->presets)->len), -1);

        gtk_tree_view_set_cursor (GTK_TREE_VIEW (list), path, NULL, FALSE);
        gtk_tree_path_free (path);
        gtk_dialog_response (window->data, pick (2) ? GTK_RESPONSE_OK : GTK_RESPONSE_CANCEL);
      }
  g_list_free (windows);
  return G_SOURCE_REMOVE;
}

static void
press_button (Soak *soak)
{
  GtkWidget *button = any_of (soak, GTK_TYPE_BUTTON), *menu;
  const gchar *name;

  if (!button)
    return;
  name = atk_object_get_name (gtk_widget_get_accessible (button));
  if (g_strcmp0 (name, "Preset") == 0)
    g_timeout_add (20, answer_presets, soak);
  gtk_button_clicked (GTK_BUTTON (button));
  screen_settle ();
  /* A menu takes an item of its own, or goes. */
  for (GList *windows = gtk_window_list_toplevels (), *window = windows; window || (g_list_free (windows), FALSE);
       window = window->next)
    {
      menu = gtk_bin_get_child (window->data);
      if (!menu || !GTK_IS_MENU (menu) || !gtk_widget_get_mapped (menu))
        continue;
      gtk_menu_shell_cancel (GTK_MENU_SHELL (menu));
    }
}

static void
use_field (Soak *soak)
{
  GtkWidget *field;

  if (pick (2))
    {
      GtkTreeModel *model;

      field = any_of (soak, GTK_TYPE_COMBO_BOX);
      if (!field)
        return;
      model = gtk_combo_box_get_model (GTK_COMBO_BOX (field));
      gtk_combo_box_set_active (GTK_COMBO_BOX (field), pick (gtk_tree_model_iter_n_children (model, NULL)));
    }
  else
    {
      field = any_of (soak, GTK_TYPE_SPIN_BUTTON); /* of the layer, or of the filter's size */
      if (field)
        gtk_spin_button_set_value (GTK_SPIN_BUTTON (field), pick (8) ? pick (8) : pick (65));
    }
}

static void
change_variants (Soak *soak)
{
  static const gchar *const expressions[] = { "f", "-f", "rot180(f)", "0.5*f - fliplr(f)", "f.T", "f +", "0*f" };
  ConvLayerSettings *settings = soak->dialog.settings;
  const gchar *expression = expressions[pick (G_N_ELEMENTS (expressions))];
  gint count = conv_layer_settings_n_variants (settings);

  if (count < 12 && pick (3) == 0)
    conv_layer_settings_add_variant (settings, expression);
  else if (count == 0)
    return;
  else if (pick (4) == 0)
    conv_layer_settings_remove_variant (settings, pick (count));
  else if (pick (3) == 0)
    conv_layer_settings_move_variant (settings, pick (count), pick (count));
  else if (pick (2))
    conv_layer_settings_use_variant (settings, pick (count), pick (2));
  else
    conv_layer_settings_set_variant (settings, pick (count), expression);
}

static void
take_preset (Soak *soak)
{
  const GPtrArray *list = conv_layer_presets_list (soak->presets);

  conv_layer_settings_set_filter (soak->dialog.settings,
                                  &((const ConvLayerPreset *) list->pdata[pick ((gint) list->len)])->filter);
}

static void
resize (Soak *soak)
{
  gtk_window_resize (GTK_WINDOW (soak->dialog.window), 400 + pick (950), 300 + pick (650));
}

static void
unfold (Soak *soak)
{
  GtkExpander *inspector = GTK_EXPANDER (screen_find (soak->dialog.editor, GTK_TYPE_EXPANDER, NULL));

  if (pick (2))
    gtk_expander_set_expanded (inspector, !gtk_expander_get_expanded (inspector));
  else
    gtk_notebook_set_current_page (GTK_NOTEBOOK (screen_find (soak->dialog.editor, GTK_TYPE_NOTEBOOK, NULL)), pick (2));
}

static void
go_in_history (Soak *soak)
{
  switch (pick (6))
    {
    case 0:
      conv_layer_settings_reset (soak->dialog.settings);
      break;
    case 1:
      conv_layer_settings_reset_initial (soak->dialog.settings);
      break;
    case 2:
      conv_layer_settings_redo (soak->dialog.settings);
      break;
    default:
      conv_layer_settings_undo (soak->dialog.settings);
    }
}

static void
edit (Soak *soak)
{
  static void (*const edits[]) (Soak * soak)
      = { type_number,     type_number,  press_in_cells, press_in_cells, press_in_view,
          press_in_view,   press_button, press_button,   use_field,      use_field,
          change_variants, take_preset,  resize,         unfold,         go_in_history };

  edits[pick (G_N_ELEMENTS (edits))](soak);
  for (gint i = 0; i < TURNS && g_main_context_iteration (NULL, FALSE); i++)
    ;
}

/* ---- memory ---- */

static void
remove_variant (ConvLayerSettings *settings, const gchar *expression)
{
  for (gint n = conv_layer_settings_n_variants (settings) - 1; n >= 0; n--)
    if (strcmp (conv_layer_settings_get_variant (settings, n)->expression, expression) == 0)
      conv_layer_settings_remove_variant (settings, n);
}

/* Its steps are kept on purpose.  What is loaded from an earlier time begins another one. */
static void
forget_history (ConvLayerSettings *settings)
{
  remove_variant (settings, "9*f");
  conv_layer_settings_load_unused (settings, "0 9*f");
  remove_variant (settings, "9*f");
}

/* As it began, so that what is in use can be compared. */
static gssize
memory_at_rest (Soak *soak)
{
  gtk_expander_set_expanded (GTK_EXPANDER (screen_find (soak->dialog.editor, GTK_TYPE_EXPANDER, NULL)), FALSE);
  gtk_notebook_set_current_page (GTK_NOTEBOOK (screen_find (soak->dialog.editor, GTK_TYPE_NOTEBOOK, NULL)), 0);
  screen_settle ();
  gtk_window_resize (GTK_WINDOW (soak->dialog.window), WINDOW_WIDTH, WINDOW_HEIGHT);
  conv_layer_settings_reset (soak->dialog.settings);
  gtk_button_clicked (GTK_BUTTON (screen_find (soak->dialog.editor, GTK_TYPE_BUTTON, "Show the whole picture")));
  screen_settle ();
  forget_history (soak->dialog.settings);
  screen_settle ();
  return memory_in_use ();
}

/* GTK 3 keeps a picture of every symbol in every colour that it ever had, and
 * while one colour fades into another there are many. */
static void
stand_still (void)
{
  GtkSettings *settings = gtk_settings_get_default ();

  if (g_object_class_find_property (G_OBJECT_GET_CLASS (settings), "gtk-enable-animations"))
    g_object_set (settings, "gtk-enable-animations", FALSE, NULL);
}

static void
test_soak (void)
{
  const gchar *wish = g_getenv ("CONV_LAYER_SOAK");
  gint count = wish ? (gint) g_ascii_strtoll (wish, NULL, 10) : 200;
  gchar *warning = NULL;
  Soak soak
      = { .presets = conv_layer_presets_new ("/nonexistent/presets.ini", &warning), .widgets = g_ptr_array_new () };
  gssize first = 0, full = 0;

  g_assert_null (warning);
  stand_still ();
  dialog_open (&soak.dialog, WIDTH, HEIGHT);
  for (gint i = 1; i <= count; i++)
    {
      edit (&soak);
      if (i % LOOK == 0)
        {
          gssize now = memory_at_rest (&soak);

          g_test_message ("%d edits: %" G_GSSIZE_FORMAT " kB in use", i, now / 1024);
          if (i == LOOK)
            first = now;
          else
            g_assert_cmpint (now, <, first + FLAT);
          if (i == FULL)
            full = now;
          else if (i > FULL)
            g_assert_cmpint (now, <, full + STILL);
        }
    }
  dialog_close (&soak.dialog);
  conv_layer_presets_free (soak.presets);
  g_ptr_array_unref (soak.widgets);
}

int
main (int argc, char **argv)
{
  int status;

  count_memory ();
  screen_init (&argc, &argv);
  gegl_init (NULL, NULL);
  g_test_add_func ("/ui/soak", test_soak);
  status = g_test_run ();
  gegl_exit ();
  return status;
}
