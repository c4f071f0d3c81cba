/* editor.c: puts the parts of the dialog together: the picture and the base
 * filter on the left, the variants on the right, inspector and summary below;
 * keeps the preview at the settings.  Knows no drawable, not how settings are
 * stored and not which GIMP it is in. */

#include "editor.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "editor-parts.h"
#include "toolkit.h"
#include "trace.h"

#define EDITOR "conv-layer-editor"
#define LARGEST_WIDTH 1280 /* of a window that was never sized */
#define LARGEST_HEIGHT 860
#define VIEW_HEIGHT 110                    /* of the picture, at least */
#define LEFT_HEIGHT 200                    /* of the left side, at least: what is higher scrolls */
#define AROUND_WIDTH (2 * CONV_LAYER_WIDE) /* of the monitor, left free at first */
#define AROUND_HEIGHT (4 * CONV_LAYER_WIDE)
#define COPIED_SECONDS 4 /* that the word for it is shown */

/* Of the left side. */
enum
{
  BASE_PAGE,
  LAYER_PAGE,
  N_PAGES
};

typedef struct
{
  ConvLayerSettings *settings;
  ConvLayerEditorHost host;
  gchar *folder;
  ConvLayerPreview *preview;
  ConvLayerSight *sight;
  ConvLayerPresets *presets;
  ConvLayerState state;
  gchar *previewed;        /* the options that the preview has */
  ConvLayerArgument fault; /* the one that keeps it from running */
  gchar *reason;           /* why it does, or NULL */

  GtkWidget *widget, *base, *fields, *variants, *notebook, *inspector;
  GtkWidget *tab_icons[N_PAGES];
  GtkWidget *summary, *problem, *copied;
  gint grown; /* the window, for the inspector */
  guint room_id, copied_id, open_id;
  gulong first_draw, keys;
  GtkWidget *top;   /* the window whose keys are listened to */
  gboolean toggled; /* the inspector, by the user */
  gboolean stopped;
} Editor;

static Editor *
editor_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), EDITOR);
}

/* ---- whether it can run ---- */

/* Whether it can be read beside what is wrong. */
static gboolean
fault_is_told_there (Editor *editor)
{
  const gint page = gtk_notebook_get_current_page (GTK_NOTEBOOK (editor->notebook));

  return editor->fault == CONV_LAYER_VARIANTS || (editor->fault == CONV_LAYER_FILTER && page == BASE_PAGE)
         || (editor->fault < CONV_LAYER_N_ARGUMENTS && conv_layer_fields_has (editor->fault) && page == LAYER_PAGE);
}

/* What will be, or why not; below what must be changed, why the maps are not new. */
static void
show_summary (Editor *editor)
{
  const GError *failure = conv_layer_preview_get_error (editor->preview);
  const gboolean good = !editor->reason && !failure;
  gchar *summary = good ? conv_layer_settings_summary (editor->settings, editor->host.bytes_per_pixel) : g_strdup ("");

  if (g_strcmp0 (summary, gtk_label_get_text (GTK_LABEL (editor->summary))) != 0)
    gtk_label_set_text (GTK_LABEL (editor->summary), summary);
  gtk_widget_set_visible (editor->summary, good);
  conv_layer_message_set (editor->problem, editor->reason && !fault_is_told_there (editor) ? editor->reason
                                           : failure                                       ? failure->message
                                                                                           : NULL);
  g_free (summary);
}

/* The options that the maps depend on in one text; free with g_free(). */
static gchar *
options_key (const ConvLayerOptions *options)
{
  GString *key = g_string_new (NULL);

  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      gchar number[G_ASCII_DTOSTR_BUF_SIZE];
      gchar *text;

      if (i == CONV_LAYER_GROUP || i == CONV_LAYER_FIGURE)
        continue;
      text = G_VALUE_HOLDS_DOUBLE (&options->values[i])
                 ? g_strdup (g_ascii_dtostr (number, sizeof number, g_value_get_double (&options->values[i])))
                 : g_strdup_value_contents (&options->values[i]);

      g_string_append_printf (key, "%s\n", text);
      g_free (text);
    }
  return g_string_free (key, FALSE);
}

/* Nothing is computed again when only the history is another. */
static void
show_options (Editor *editor, const ConvLayerOptions *options)
{
  gchar *key = options_key (options);

  if (g_strcmp0 (key, editor->previewed) != 0)
    conv_layer_preview_set_options (editor->preview, options);
  g_free (editor->previewed);
  editor->previewed = key;
}

static void
settings_changed (GtkWidget *widget)
{
  Editor *editor = editor_of (widget);
  ConvLayerArgument fault = CONV_LAYER_N_ARGUMENTS;
  GError *error = NULL;
  const ConvLayerOptions *options;

  if (editor->stopped)
    return;
  options = conv_layer_settings_check (editor->settings, &fault, &error);
  if (options)
    {
      show_options (editor, options);
      fault = CONV_LAYER_N_ARGUMENTS;
    }
  g_free (editor->reason);
  editor->reason = error ? g_strdup (error->message) : NULL;
  editor->fault = fault;
  g_clear_error (&error);
  conv_layer_base_set_fault (editor->base, fault == CONV_LAYER_FILTER ? editor->reason : NULL);
  conv_layer_variants_set_fault (editor->variants, fault == CONV_LAYER_VARIANTS ? editor->reason : NULL);
  conv_layer_fields_set_fault (editor->fields, fault, editor->reason);
  gtk_widget_set_visible (editor->tab_icons[BASE_PAGE], fault == CONV_LAYER_FILTER);
  gtk_widget_set_visible (editor->tab_icons[LAYER_PAGE],
                          fault < CONV_LAYER_N_ARGUMENTS && conv_layer_fields_has (fault));
  conv_layer_variants_update_facts (editor->variants);
  show_summary (editor);
}

/* What was told on the page that was turned away from is told elsewhere now. */
static void
page_turned (GtkWidget *widget)
{
  if (editor_of (widget)->fault < CONV_LAYER_N_ARGUMENTS)
    settings_changed (widget);
}

/* Maps came, or did not. */
static void
preview_answered (GtkWidget *widget)
{
  Editor *editor = editor_of (widget);

  if (editor->stopped)
    return;
  conv_layer_variants_update_facts (editor->variants);
  show_summary (editor);
}

/* ---- carrying it away ---- */

static void
drop_source (guint *id)
{
  if (*id)
    g_source_remove (*id);
  *id = 0;
}

static gboolean
forget_copied (gpointer data)
{
  Editor *editor = data;

  editor->copied_id = 0;
  conv_layer_message_set (editor->copied, NULL);
  return G_SOURCE_REMOVE;
}

static void
copy (Editor *editor, gboolean pytorch)
{
  const ConvLayerOptions *options = conv_layer_settings_check (editor->settings, NULL, NULL);
  GtkClipboard *clipboard = gtk_widget_get_clipboard (editor->widget, GDK_SELECTION_CLIPBOARD);
  gchar *text;

  if (!options)
    {
      gtk_widget_error_bell (editor->widget); /* why is on the line beside it */
      return;
    }
  text = pytorch ? conv_layer_carry_pytorch (options) : conv_layer_carry_script_fu (options, editor->host.dialect);
  gtk_clipboard_set_text (clipboard, text, -1);
  gtk_clipboard_set_can_store (clipboard, NULL, 0);
  g_free (text);
  conv_layer_message_set (editor->copied, _("Copied"));
  drop_source (&editor->copied_id);
  editor->copied_id = g_timeout_add_seconds (COPIED_SECONDS, forget_copied, editor);
}

static void
copy_script_fu (Editor *editor)
{
  copy (editor, FALSE);
}

static void
copy_pytorch (Editor *editor)
{
  copy (editor, TRUE);
}

/* ---- keys of the whole window ---- */

/* Only what nothing in the window wanted comes here. */
static gboolean
key_pressed (GtkWidget *window, GdkEventKey *event, Editor *editor)
{
  const guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  const guint key = gdk_keyval_to_lower (event->keyval);

  (void) window;
  if (key == GDK_KEY_z && modifiers == GDK_CONTROL_MASK)
    conv_layer_settings_undo (editor->settings);
  else if ((key == GDK_KEY_z && modifiers == (GDK_CONTROL_MASK | GDK_SHIFT_MASK))
           || (key == GDK_KEY_y && modifiers == GDK_CONTROL_MASK))
    conv_layer_settings_redo (editor->settings);
  else
    return FALSE;
  return TRUE;
}

static void
forget_window (Editor *editor)
{
  if (!editor->top)
    return;
  g_signal_handler_disconnect (editor->top, editor->keys);
  g_object_remove_weak_pointer (G_OBJECT (editor->top), (gpointer *) &editor->top);
  editor->top = NULL;
}

static void
moved_to_window (GtkWidget *widget)
{
  Editor *editor = editor_of (widget);
  GtkWidget *top = gtk_widget_get_toplevel (widget);

  forget_window (editor);
  if (!gtk_widget_is_toplevel (top))
    return;
  editor->top = top;
  g_object_add_weak_pointer (G_OBJECT (top), (gpointer *) &editor->top);
  editor->keys = g_signal_connect_after (top, "key-press-event", G_CALLBACK (key_pressed), editor);
}

static gboolean
open_buffer (gpointer data)
{
  Editor *editor = data;
  GeglBuffer *buffer;

  editor->open_id = 0;
  gdk_display_flush (gtk_widget_get_display (editor->widget));
  buffer = editor->host.open_buffer (editor->host.data);
  if (buffer)
    {
      conv_layer_preview_set_buffer (editor->preview, buffer);
      g_object_unref (buffer);
    }
  return G_SOURCE_REMOVE;
}

/* Of both GTKs the signal that draws has these arguments. */
static gboolean
drawn_first (GtkWidget *widget, gpointer what, Editor *editor)
{
  (void) what;
  g_signal_handler_disconnect (widget, editor->first_draw);
  conv_layer_trace ("dialog-shown", "%s", "");
  if (editor->host.open_buffer && !editor->stopped)
    editor->open_id = gdk_threads_add_idle_full (G_PRIORITY_DEFAULT_IDLE, open_buffer, editor, NULL);
  return FALSE;
}

/* ---- making it ---- */

/* The window grows by what comes into it, as far as the monitor goes. */
static gboolean
make_room (gpointer data)
{
  Editor *editor = data;
  GtkWidget *top = gtk_widget_get_toplevel (editor->widget);
  gint width, height, monitor_width, monitor_height;
  GtkRequisition size;

  editor->room_id = 0;
  editor->toggled = FALSE;
  if (!gtk_widget_is_toplevel (top) || !gtk_widget_get_mapped (top))
    return G_SOURCE_REMOVE;
  conv_layer_widget_size (gtk_bin_get_child (GTK_BIN (editor->inspector)), &size);
  conv_layer_monitor_size (editor->widget, &monitor_width, &monitor_height);
  gtk_window_get_size (GTK_WINDOW (top), &width, &height);
  if (gtk_expander_get_expanded (GTK_EXPANDER (editor->inspector)))
    editor->grown = CLAMP (monitor_height - AROUND_HEIGHT - height, 0, size.height);
  else
    editor->grown *= -1;
  gtk_window_resize (GTK_WINDOW (top), width, MAX (height + editor->grown, 1));
  return G_SOURCE_REMOVE;
}

/* Once GTK shows or hides what is inside: GTK 3 before it tells of the toggling,
 * GTK 2 long after, because it folds little by little. */
static void
inspector_shown (Editor *editor)
{
  GtkWidget *inside = gtk_bin_get_child (GTK_BIN (editor->inspector));

  if (editor->toggled && !editor->room_id && !editor->stopped
      && gtk_widget_get_mapped (inside) == gtk_expander_get_expanded (GTK_EXPANDER (editor->inspector)))
    editor->room_id = gdk_threads_add_idle_full (G_PRIORITY_HIGH_IDLE, make_room, editor, NULL);
}

static void
inspector_toggled (Editor *editor)
{
  editor->toggled = TRUE;
  inspector_shown (editor);
}

static GtkWidget *
new_tab_label (Editor *editor, gint n, const gchar *words)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE / 2);
  GtkWidget *label = gtk_label_new_with_mnemonic (words);

  editor->tab_icons[n] = gtk_image_new_from_icon_name ("dialog-warning", GTK_ICON_SIZE_MENU);
  gtk_widget_set_tooltip_text (editor->tab_icons[n], _("Something here must be changed before the filter can run"));
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), box);
  /* GTK 3's themes give a tab no room at its sides. */
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, CONV_LAYER_SPACE);
  gtk_box_pack_start (GTK_BOX (box), editor->tab_icons[n], FALSE, FALSE, 0);
  gtk_widget_show (label);
  return box;
}

static GtkWidget *
new_left (Editor *editor)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);
  GtkWidget *view = conv_layer_view_new (editor->sight, 0, 0);
  GtkWidget *scrolled;
  gchar *caption = g_strdup_printf (_("The picture in gray, %d × %d"), editor->host.source.area.width,
                                       editor->host.source.area.height);
  const gchar *signal = g_signal_lookup ("draw", GTK_TYPE_WIDGET) ? "draw" : "expose-event";

  editor->base = conv_layer_base_new (editor->settings, editor->presets);
  editor->fields = conv_layer_fields_new (editor->settings);
  editor->notebook = gtk_notebook_new ();
  gtk_notebook_append_page (GTK_NOTEBOOK (editor->notebook), editor->base,
                            new_tab_label (editor, BASE_PAGE, _("_Base filter f")));
  gtk_notebook_append_page (GTK_NOTEBOOK (editor->notebook), editor->fields,
                            new_tab_label (editor, LAYER_PAGE, _("La_yer settings")));
  gtk_widget_set_size_request (view, -1, VIEW_HEIGHT);
  gtk_box_pack_start (GTK_BOX (box), gtk_label_new (caption), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), view, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), editor->notebook, TRUE, TRUE, 0);
  editor->first_draw = g_signal_connect (view, signal, G_CALLBACK (drawn_first), editor);
  g_free (caption);
  scrolled = conv_layer_scrolled_new (box, -1, LEFT_HEIGHT);
  /* As wide as it needs; only a small screen makes it scroll. */
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  conv_layer_widget_keep_width (scrolled);
  return scrolled;
}

static void
add_copy_button (Editor *editor, GtkWidget *box, const gchar *words, const gchar *help, GCallback clicked)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (words);

  gtk_widget_set_tooltip_text (button, help);
  conv_layer_widget_describe (button, NULL, help);
  gtk_box_pack_end (GTK_BOX (box), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", clicked, editor);
}

static GtkWidget *
new_bottom (Editor *editor)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  GtkWidget *buttons = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  GtkWidget *column = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, 0);

  editor->summary = conv_layer_label_new (NULL, FALSE);
  editor->problem = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  editor->copied = conv_layer_message_new (CONV_LAYER_MESSAGE_INFO);
  gtk_box_pack_start (GTK_BOX (box), editor->summary, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), editor->problem, TRUE, TRUE, 0);
  add_copy_button (editor, buttons,
                   _("Copy as Py_Torch"),
                      _("Copies a Python program that makes the same maps with OpenCV and PyTorch"),
                         G_CALLBACK (copy_pytorch));
  add_copy_button (editor, buttons,
                   _("Copy as Script-F_u"),
                      _("Copies a call of this filter with these settings, for GIMP's Script-Fu console"),
                         G_CALLBACK (copy_script_fu));
  gtk_box_pack_end (GTK_BOX (buttons), editor->copied, FALSE, FALSE, 0);
  /* In a column, so that they are no higher beside a long text. */
  gtk_box_pack_end (GTK_BOX (column), buttons, FALSE, FALSE, 0);
  gtk_box_pack_end (GTK_BOX (box), column, FALSE, FALSE, 0);
  return box;
}

static void
build (Editor *editor)
{
  GtkWidget *middle = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_WIDE);
  GtkWidget *inside = conv_layer_inspector_new (editor->sight);

  editor->variants = conv_layer_variants_new (editor->settings, editor->preview, editor->sight);
  editor->inspector = gtk_expander_new_with_mnemonic (_("Pi_xel inspector: how one activation is computed"));
  gtk_container_add (GTK_CONTAINER (editor->inspector), inside);
  gtk_expander_set_expanded (GTK_EXPANDER (editor->inspector), editor->state.inspector);
  g_signal_connect_swapped (editor->inspector, "notify::expanded", G_CALLBACK (inspector_toggled), editor);
  g_signal_connect_data (inside, "map", G_CALLBACK (inspector_shown), editor, NULL,
                         G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_data (inside, "unmap", G_CALLBACK (inspector_shown), editor, NULL,
                         G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  gtk_box_pack_start (GTK_BOX (middle), new_left (editor), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (middle), editor->variants, TRUE, TRUE, 0);
  gtk_container_set_border_width (GTK_CONTAINER (editor->widget), CONV_LAYER_WIDE);
  gtk_box_pack_start (GTK_BOX (editor->widget), middle, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (editor->widget), editor->inspector, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (editor->widget), new_bottom (editor), FALSE, FALSE, 0);
  gtk_widget_show_all (editor->widget);
}

static void
editor_free (gpointer data)
{
  Editor *editor = data;

  conv_layer_state_clear (&editor->state);
  conv_layer_presets_free (editor->presets);
  g_object_unref (editor->sight);
  g_object_unref (editor->preview);
  g_object_unref (editor->settings);
  g_free (editor->previewed);
  g_free (editor->reason);
  g_free (editor->folder);
  g_free (editor);
}

/* A damaged file of presets is told once, when the window stands. */
static gboolean
tell_warning (gpointer data)
{
  GtkWidget *widget = data;

  conv_layer_message_show (widget, g_object_get_data (G_OBJECT (widget), "conv-layer-warning"));
  return G_SOURCE_REMOVE;
}

GtkWidget *
conv_layer_editor_new (ConvLayerSettings *settings, const ConvLayerEditorHost *host)
{
  static const gchar *const answers[] = { "maps", "failed" };
  Editor *editor = g_new0 (Editor, 1);
  gchar *path = g_build_filename (host->folder, "presets.ini", NULL);
  gchar *warning = NULL;

  editor->settings = g_object_ref (settings);
  editor->host = *host;
  editor->host.folder = editor->folder = g_strdup (host->folder);
  editor->host.source.buffer = NULL; /* the preview's */
  editor->preview = conv_layer_preview_new (&host->source);
  editor->sight = conv_layer_sight_new (editor->preview);
  editor->presets = conv_layer_presets_new (path, &warning);
  conv_layer_state_load (&editor->state, host->folder);
  if (editor->state.unused && *editor->state.unused)
    conv_layer_settings_load_unused (settings, editor->state.unused);
  if (editor->state.zoom > 0)
    conv_layer_sight_set_zoom (editor->sight, editor->state.zoom);
  editor->widget = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);
  g_object_set_data_full (G_OBJECT (editor->widget), EDITOR, editor, editor_free);
  build (editor);
  g_signal_connect_object (settings, "changed", G_CALLBACK (settings_changed), editor->widget, G_CONNECT_SWAPPED);
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    g_signal_connect_object (editor->preview, answers[i], G_CALLBACK (preview_answered), editor->widget,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (editor->notebook, "notify::page", G_CALLBACK (page_turned), editor->widget,
                           G_CONNECT_SWAPPED);
  g_signal_connect (editor->widget, "hierarchy-changed", G_CALLBACK (moved_to_window), NULL);
  g_signal_connect (editor->widget, "destroy", G_CALLBACK (conv_layer_editor_stop), NULL);
  settings_changed (editor->widget);
  conv_layer_editor_trace (editor->widget, settings);
  if (warning)
    {
      g_object_set_data_full (G_OBJECT (editor->widget), "conv-layer-warning", warning, g_free);
      gdk_threads_add_idle_full (G_PRIORITY_LOW, tell_warning, g_object_ref (editor->widget), g_object_unref);
    }
  g_free (path);
  return editor->widget;
}

gboolean
conv_layer_editor_commit (GtkWidget *widget)
{
  Editor *editor = editor_of (widget);

  if (!conv_layer_base_commit (editor->base))
    {
      gtk_notebook_set_current_page (GTK_NOTEBOOK (editor->notebook), BASE_PAGE);
      return FALSE;
    }
  return TRUE;
}

static void
save_state (Editor *editor)
{
  GtkWidget *top = gtk_widget_get_toplevel (editor->widget);
  GError *error = NULL;

  if (gtk_widget_is_toplevel (top) && gtk_widget_get_mapped (top))
    gtk_window_get_size (GTK_WINDOW (top), &editor->state.width, &editor->state.height);
  editor->state.zoom = conv_layer_sight_get_zoom (editor->sight);
  editor->state.inspector = gtk_expander_get_expanded (GTK_EXPANDER (editor->inspector));
  g_free (editor->state.unused);
  editor->state.unused = conv_layer_settings_save_unused (editor->settings);
  if (!conv_layer_state_save (&editor->state, editor->folder, &error))
    g_message ("%s", error->message);
  g_clear_error (&error);
}

void
conv_layer_editor_stop (GtkWidget *widget)
{
  Editor *editor = editor_of (widget);

  if (editor->stopped)
    return;
  editor->stopped = TRUE;
  drop_source (&editor->copied_id);
  drop_source (&editor->room_id);
  drop_source (&editor->open_id);
  forget_window (editor);
  conv_layer_preview_stop (editor->preview);
  save_state (editor);
  /* What was copied outlives the plug-in where somebody keeps clipboards. */
  gtk_clipboard_store (gtk_clipboard_get (GDK_SELECTION_CLIPBOARD));
}

void
conv_layer_editor_get_window_size (GtkWidget *widget, gint *width, gint *height)
{
  Editor *editor = editor_of (widget);
  gint monitor_width, monitor_height;

  conv_layer_monitor_size (widget, &monitor_width, &monitor_height);
  *width = editor->state.width > 0 ? editor->state.width : LARGEST_WIDTH;
  *height = editor->state.height > 0 ? editor->state.height : LARGEST_HEIGHT;
  *width = MIN (*width, monitor_width - AROUND_WIDTH);
  *height = MIN (*height, monitor_height - AROUND_HEIGHT);
}
