/* editor-trace.c: for tests and measurements in real windows: which widgets stand
 * where and what they say, in JSON, written anew whenever it is another to the
 * file that CONV_LAYER_WIDGETS names (and its time at each look), and with it the
 * settings at each change, in the trace; keys, and what held up the main loop;
 * nothing without these files.  Knows GTK, and the settings' names and values. */

#include <utime.h>

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "editor-parts.h"
#include "toolkit.h"
#include "trace.h"

#define PERIOD 40    /* milliseconds from one look at the widgets to the next */
#define HELD_UP 4000 /* microseconds of the main loop that are worth telling */

/* A window as it is described. */
typedef struct
{
  JsonBuilder *builder;
  gint x, y; /* on the screen: asked for once, as the X server is to answer */
} Description;

static void
add_text (JsonBuilder *builder, const gchar *member, const gchar *text)
{
  if (!text)
    return;
  json_builder_set_member_name (builder, member);
  json_builder_add_string_value (builder, text);
}

static void
add_number (JsonBuilder *builder, const gchar *member, gint number)
{
  json_builder_set_member_name (builder, member);
  json_builder_add_int_value (builder, number);
}

static void
add_truth (JsonBuilder *builder, const gchar *member, gboolean truth)
{
  if (!truth)
    return;
  json_builder_set_member_name (builder, member);
  json_builder_add_boolean_value (builder, TRUE);
}

/* In pixels of the screen. */
static void
add_place (const Description *description, GtkWidget *widget)
{
  JsonBuilder *builder = description->builder;
  GtkWidget *top = gtk_widget_get_toplevel (widget);
  gint scale = conv_layer_widget_scale (widget);
  gint x = 0, y = 0;
  GtkAllocation place;

  gtk_widget_get_allocation (widget, &place);
  if (!gtk_widget_get_window (top) || !gtk_widget_translate_coordinates (widget, top, 0, 0, &x, &y))
    return;
  add_number (builder, "x", (description->x + x) * scale);
  add_number (builder, "y", (description->y + y) * scale);
  add_number (builder, "width", place.width * scale);
  add_number (builder, "height", place.height * scale);
}

static void
add_mnemonic (JsonBuilder *builder, GtkLabel *label)
{
  const guint32 letter = gdk_keyval_to_unicode (gtk_label_get_mnemonic_keyval (label));
  gchar text[7] = { 0 };

  if (letter)
    {
      g_unichar_to_utf8 (letter, text);
      add_text (builder, "mnemonic", text);
    }
}

/* What a widget of its kind says. */
static void
add_state (JsonBuilder *builder, GtkWidget *widget)
{
  if (GTK_IS_LABEL (widget))
    {
      add_text (builder, "text", gtk_label_get_text (GTK_LABEL (widget)));
      add_mnemonic (builder, GTK_LABEL (widget));
    }
  else if (GTK_IS_ENTRY (widget))
    add_text (builder, "text", gtk_entry_get_text (GTK_ENTRY (widget)));
  else if (GTK_IS_WINDOW (widget))
    {
      add_text (builder, "title", gtk_window_get_title (GTK_WINDOW (widget)));
      add_truth (builder, "active", gtk_window_has_toplevel_focus (GTK_WINDOW (widget)));
    }
  else if (GTK_IS_TOGGLE_BUTTON (widget))
    add_truth (builder, "active", gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (widget)));
  else if (GTK_IS_COMBO_BOX (widget))
    add_number (builder, "chosen", gtk_combo_box_get_active (GTK_COMBO_BOX (widget)));
  else if (GTK_IS_EXPANDER (widget))
    add_truth (builder, "active", gtk_expander_get_expanded (GTK_EXPANDER (widget)));
  else if (GTK_IS_NOTEBOOK (widget))
    add_number (builder, "chosen", gtk_notebook_get_current_page (GTK_NOTEBOOK (widget)));
}

static void
add_widget (GtkWidget *widget, gpointer data)
{
  const Description *description = data;
  JsonBuilder *builder = description->builder;
  gchar *tooltip;

  if (!gtk_widget_get_mapped (widget))
    return;
  tooltip = gtk_widget_get_tooltip_text (widget);
  json_builder_begin_object (builder);
  add_text (builder, "type", G_OBJECT_TYPE_NAME (widget));
  add_text (builder, "name", atk_object_get_name (gtk_widget_get_accessible (widget)));
  add_text (builder, "tooltip", tooltip);
  add_place (description, widget);
  add_state (builder, widget);
  add_truth (builder, "sensitive", gtk_widget_is_sensitive (widget));
  add_truth (builder, "focusable", gtk_widget_get_can_focus (widget));
  add_truth (builder, "focus", gtk_widget_has_focus (widget));
  if (GTK_IS_CONTAINER (widget))
    {
      json_builder_set_member_name (builder, "children");
      json_builder_begin_array (builder);
      gtk_container_forall (GTK_CONTAINER (widget), add_widget, data);
      json_builder_end_array (builder);
    }
  json_builder_end_object (builder);
  g_free (tooltip);
}

/* What was built, as text; the builder is done with. */
static gchar *
finish_text (JsonBuilder *builder)
{
  JsonNode *root = json_builder_get_root (builder);
  gchar *text = json_to_string (root, FALSE);

  json_node_unref (root);
  g_object_unref (builder);
  return text;
}

/* All windows of the process, menus and tooltips among them. */
static gchar *
describe_windows (void)
{
  Description description = { .builder = json_builder_new () };
  GList *windows = gtk_window_list_toplevels ();

  json_builder_begin_array (description.builder);
  for (GList *window = windows; window; window = window->next)
    {
      if (gtk_widget_get_mapped (window->data))
        gdk_window_get_origin (gtk_widget_get_window (window->data), &description.x, &description.y);
      add_widget (window->data, &description);
    }
  json_builder_end_array (description.builder);
  g_list_free (windows);
  return finish_text (description.builder);
}

static gboolean
look (gpointer data)
{
  GtkWidget *editor = data;
  const gchar *path = g_getenv ("CONV_LAYER_WIDGETS");
  gchar *text = describe_windows ();

  if (g_strcmp0 (text, g_object_get_data (G_OBJECT (editor), "conv-layer-widgets")) != 0)
    {
      g_file_set_contents (path, text, -1, NULL);
      g_object_set_data_full (G_OBJECT (editor), "conv-layer-widgets", g_steal_pointer (&text), g_free);
    }
  else
    g_utime (path, NULL); /* looked at, and all is as it was */
  g_free (text);
  return G_SOURCE_CONTINUE;
}

/* All arguments under their names, and the variants that are not used. */
static gchar *
describe_settings (ConvLayerSettings *settings)
{
  JsonBuilder *builder = json_builder_new ();
  gchar *unused = conv_layer_settings_save_unused (settings);

  json_builder_begin_object (builder);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const GValue *value = conv_layer_settings_get (settings, (ConvLayerArgument) i);

      json_builder_set_member_name (builder, conv_layer_argument_info ((ConvLayerArgument) i)->name);
      if (G_VALUE_HOLDS_STRING (value))
        json_builder_add_string_value (builder, g_value_get_string (value));
      else if (G_VALUE_HOLDS_INT (value))
        json_builder_add_int_value (builder, g_value_get_int (value));
      else if (G_VALUE_HOLDS_DOUBLE (value))
        json_builder_add_double_value (builder, g_value_get_double (value));
      else
        json_builder_add_boolean_value (builder, g_value_get_boolean (value));
    }
  add_text (builder, "unused", unused);
  json_builder_end_object (builder);
  g_free (unused);
  return finish_text (builder);
}

static void
trace_settings (GtkWidget *editor, ConvLayerSettings *settings)
{
  gchar *text = describe_settings (settings);

  (void) editor;
  conv_layer_trace ("settings", "%s", text);
  g_free (text);
}

static void
stop (gpointer source)
{
  g_source_remove (GPOINTER_TO_UINT (source));
}

/* ---- what the main loop does ---- */

/* Never ready, but asked first and last in each turn: between them all others work. */
typedef struct
{
  GSource source;
  gint64 since;
} Watch;

static gboolean
begin_turn (GSource *source, gint *timeout)
{
  Watch *watch = (Watch *) source;
  gint64 now = g_get_monotonic_time ();

  if (watch->since && now - watch->since >= HELD_UP)
    conv_layer_trace ("held-up", "%" G_GINT64_FORMAT, now - watch->since);
  watch->since = 0;
  *timeout = -1;
  return FALSE;
}

static gboolean
end_waiting (GSource *source)
{
  ((Watch *) source)->since = g_get_monotonic_time ();
  return FALSE;
}

static gboolean
key_pressed (GSignalInvocationHint *hint, guint n, const GValue *values, gpointer data)
{
  (void) hint, (void) n, (void) data;
  if (GTK_IS_WINDOW (g_value_get_object (values)))
    conv_layer_trace ("key", "%s", "");
  return TRUE;
}

static void
trace_main_loop (GtkWidget *editor)
{
  static GSourceFuncs funcs = { .prepare = begin_turn, .check = end_waiting };
  GSource *source = g_source_new (&funcs, sizeof (Watch));
  guint id;

  g_source_set_priority (source, G_MININT);
  id = g_source_attach (source, NULL);
  g_source_unref (source);
  g_object_set_data_full (G_OBJECT (editor), "conv-layer-turns", GUINT_TO_POINTER (id), stop);
  g_signal_add_emission_hook (g_signal_lookup ("key-press-event", GTK_TYPE_WIDGET), 0, key_pressed, NULL, NULL);
}

void
conv_layer_editor_trace (GtkWidget *editor, ConvLayerSettings *settings)
{
  guint source;

  if (g_getenv ("CONV_LAYER_TRACE"))
    trace_main_loop (editor);
  if (!g_getenv ("CONV_LAYER_WIDGETS"))
    return;
  g_signal_connect_object (settings, "changed", G_CALLBACK (trace_settings), editor, G_CONNECT_SWAPPED);
  trace_settings (editor, settings);
  /* After all that is to be drawn. */
  source = gdk_threads_add_timeout_full (G_PRIORITY_LOW, PERIOD, look, editor, NULL);
  g_object_set_data_full (G_OBJECT (editor), "conv-layer-trace", GUINT_TO_POINTER (source), stop);
}
