/* toolkit3.c: toolkit.h for GTK 3, which GIMP 3 is made with.
 * Knows nothing of filters or maps. */

#include "toolkit.h"

typedef struct
{
  ConvLayerDrawFunc draw;
  gpointer data;
} Drawing;

static void
drawing_free (gpointer data, GClosure *closure)
{
  (void) closure;
  g_free (data);
}

static gboolean
draw (GtkWidget *widget, cairo_t *cr, Drawing *drawing)
{
  guint width = 0, height = 0;

  cairo_save (cr);
  if (GTK_IS_LAYOUT (widget))
    {
      GdkWindow *window = gtk_layout_get_bin_window (GTK_LAYOUT (widget));

      if (!gtk_cairo_should_draw_window (cr, window))
        {
          cairo_restore (cr);
          return FALSE;
        }
      gtk_cairo_transform_to_window (cr, widget, window);
      gtk_layout_get_size (GTK_LAYOUT (widget), &width, &height);
    }
  drawing->draw (widget, cr, MAX (gtk_widget_get_allocated_width (widget), (gint) width),
                 MAX (gtk_widget_get_allocated_height (widget), (gint) height), drawing->data);
  cairo_restore (cr);
  return FALSE;
}

static GtkWidget *
drawn (GtkWidget *widget, ConvLayerDrawFunc function, gpointer data)
{
  Drawing *drawing = g_new (Drawing, 1);

  drawing->draw = function;
  drawing->data = data;
  g_signal_connect_data (widget, "draw", G_CALLBACK (draw), drawing, drawing_free, 0);
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK
                                     | GDK_ENTER_NOTIFY_MASK | GDK_LEAVE_NOTIFY_MASK | GDK_SCROLL_MASK
                                     | GDK_SMOOTH_SCROLL_MASK | GDK_KEY_PRESS_MASK | GDK_KEY_RELEASE_MASK
                                     | GDK_FOCUS_CHANGE_MASK);
  return widget;
}

GtkWidget *
conv_layer_canvas_new (ConvLayerDrawFunc function, gpointer data)
{
  return drawn (gtk_drawing_area_new (), function, data);
}

GtkWidget *
conv_layer_drawn_layout_new (ConvLayerDrawFunc function, gpointer data)
{
  return drawn (gtk_layout_new (NULL, NULL), function, data);
}

GtkWidget *
conv_layer_box_new (GtkOrientation orientation, gint spacing)
{
  return gtk_box_new (orientation, spacing);
}

GtkWidget *
conv_layer_line_new (void)
{
  return gtk_separator_new (GTK_ORIENTATION_HORIZONTAL);
}

GtkWidget *
conv_layer_grid_new (gint row_spacing, gint column_spacing)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), (guint) row_spacing);
  gtk_grid_set_column_spacing (GTK_GRID (grid), (guint) column_spacing);
  return grid;
}

void
conv_layer_grid_attach (GtkWidget *grid, GtkWidget *child, gint column, gint row, gint columns, gint rows,
                        gboolean expand_x, gboolean expand_y)
{
  gtk_widget_set_hexpand (child, expand_x);
  gtk_widget_set_vexpand (child, expand_y);
  gtk_grid_attach (GTK_GRID (grid), child, column, row, columns, rows);
}

#define SLIM "conv-layer-slim"
#define BARE "conv-layer-bare"
#define STYLE "conv-layer-style"

/* No frame by CSS: gtk_entry_set_has_frame (FALSE) takes the background away, too. */
static const gchar style[]
    = "button." SLIM " { padding-left: 5px; padding-right: 5px; min-width: 14px; }"
      "entry." BARE " { min-height: 0; min-width: 0; padding: 0; border-style: none; border-radius: 0;"
      " box-shadow: none; outline-style: none; transition: none; }";

/* WIDGET gets a class of our style, which its screen is told once. */
static void
add_class (GtkWidget *widget, const gchar *name)
{
  GdkScreen *screen = gtk_widget_get_screen (widget);

  if (!g_object_get_data (G_OBJECT (screen), STYLE))
    {
      GtkCssProvider *provider = gtk_css_provider_new ();

      gtk_css_provider_load_from_data (provider, style, -1, NULL);
      gtk_style_context_add_provider_for_screen (screen, GTK_STYLE_PROVIDER (provider),
                                                 GTK_STYLE_PROVIDER_PRIORITY_USER);
      g_object_set_data_full (G_OBJECT (screen), STYLE, provider, g_object_unref);
    }
  gtk_style_context_add_class (gtk_widget_get_style_context (widget), name);
}

void
conv_layer_button_slim (GtkWidget *button)
{
  add_class (button, SLIM);
}

void
conv_layer_widget_keep_width (GtkWidget *widget)
{
  gtk_widget_set_hexpand (widget, FALSE);
}

GtkWidget *
conv_layer_scrolled_new (GtkWidget *widget, gint width, gint height)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  /* Bars laid over the content would hide the last row of cells. */
  gtk_scrolled_window_set_overlay_scrolling (GTK_SCROLLED_WINDOW (scrolled), FALSE);
  gtk_container_add (GTK_CONTAINER (scrolled), widget);
  conv_layer_scrolled_follow_focus (scrolled, widget);
  gtk_widget_set_size_request (scrolled, width, height);
  return scrolled;
}

void
conv_layer_widget_size (GtkWidget *widget, GtkRequisition *size)
{
  gtk_widget_get_preferred_size (widget, size, NULL);
}

/* GTK 3 tells no background colour (it may be a picture): the background is
 * rendered around a surface of one pixel, and that pixel is read. */
static cairo_surface_t *
probe_new (void)
{
  return cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1, 1);
}

static void
probe_render (cairo_surface_t *probe, GtkStyleContext *context)
{
  cairo_t *cr = cairo_create (probe);

  gtk_render_background (context, cr, -50, -50, 101, 101); /* its middle: round corners are far */
  cairo_destroy (cr);
}

static ConvLayerColor
probe_color (cairo_surface_t *probe)
{
  guint32 pixel;

  cairo_surface_flush (probe);
  pixel = *(const guint32 *) (gconstpointer) cairo_image_surface_get_data (probe);
  return (ConvLayerColor) { ((pixel >> 16) & 255) / 255.0, ((pixel >> 8) & 255) / 255.0, (pixel & 255) / 255.0 };
}

/* What the background of WIDGET is painted on, and itself. */
static void
probe_render_widget (cairo_surface_t *probe, GtkWidget *widget)
{
  if (gtk_widget_get_parent (widget))
    probe_render_widget (probe, gtk_widget_get_parent (widget));
  probe_render (probe, gtk_widget_get_style_context (widget));
}

/* The context of a NAME within PARENT, as CSS would match it. */
static GtkStyleContext *
context_new (GtkStyleContext *parent, GType type, const gchar *name)
{
  GtkWidgetPath *path = gtk_widget_path_copy (gtk_style_context_get_path (parent));
  GtkStyleContext *context = gtk_style_context_new ();

  gtk_widget_path_append_type (path, type);
  gtk_widget_path_iter_set_object_name (path, -1, name);
  gtk_style_context_set_screen (context, gtk_style_context_get_screen (parent));
  gtk_style_context_set_path (context, path);
  gtk_style_context_set_parent (context, parent);
  gtk_widget_path_unref (path);
  return context;
}

#define PARTS "conv-layer-parts"

/* What the CSS of a window has for an entry in it and for what is selected there. */
typedef struct
{
  GtkStyleContext *entry, *selection;
} Parts;

static void
parts_free (gpointer data)
{
  Parts *parts = data;

  g_object_unref (parts->selection);
  g_object_unref (parts->entry);
  g_free (parts);
}

/* Kept as long as the window: GTK keeps what it knows of a context with a parent
 * as long as that one, and matching all rules of a theme takes its time. */
static const Parts *
parts_of (GtkWidget *top)
{
  Parts *parts = g_object_get_data (G_OBJECT (top), PARTS);

  if (!parts)
    {
      parts = g_new (Parts, 1);
      parts->entry = context_new (gtk_widget_get_style_context (top), GTK_TYPE_ENTRY, "entry");
      parts->selection = context_new (parts->entry, G_TYPE_NONE, "selection");
      g_object_set_data_full (G_OBJECT (top), PARTS, parts, parts_free);
    }
  return parts;
}

static ConvLayerColor
text_color (GtkStyleContext *context)
{
  GdkRGBA color;

  gtk_style_context_get_color (context, gtk_style_context_get_state (context), &color);
  return (ConvLayerColor) { color.red, color.green, color.blue };
}

void
conv_layer_widget_colors (GtkWidget *widget, ConvLayerColors *colors)
{
  GtkStyleContext *context = gtk_widget_get_style_context (widget);
  GtkStateFlags state = gtk_style_context_get_state (context);
  const Parts *parts = parts_of (gtk_widget_get_toplevel (widget));
  cairo_surface_t *probe = probe_new ();

  gtk_style_context_set_state (parts->entry, state);
  gtk_style_context_set_state (parts->selection, state | GTK_STATE_FLAG_SELECTED);
  probe_render_widget (probe, widget);
  colors->text = text_color (context);
  colors->background = probe_color (probe);
  probe_render (probe, parts->entry);
  colors->base = probe_color (probe);
  probe_render (probe, parts->selection);
  colors->selected = probe_color (probe);
  colors->selected_text = text_color (parts->selection);
  cairo_surface_destroy (probe);
}

#define COLORS "conv-layer-colors"

GtkWidget *
conv_layer_bare_entry_new (void)
{
  GtkWidget *entry = gtk_entry_new ();
  GtkCssProvider *colors = gtk_css_provider_new ();

  gtk_entry_set_width_chars (GTK_ENTRY (entry), 0);
  gtk_entry_set_max_width_chars (GTK_ENTRY (entry), 0);
  add_class (entry, BARE);
  gtk_style_context_add_provider (gtk_widget_get_style_context (entry), GTK_STYLE_PROVIDER (colors),
                                  GTK_STYLE_PROVIDER_PRIORITY_USER);
  g_object_set_data_full (G_OBJECT (entry), COLORS, colors, g_object_unref);
  return entry;
}

static gchar *
css_color (const ConvLayerColor *color)
{
  return g_strdup_printf ("rgb(%d,%d,%d)", (gint) (color->red * 255 + 0.5), (gint) (color->green * 255 + 0.5),
                          (gint) (color->blue * 255 + 0.5));
}

void
conv_layer_bare_entry_set_colors (GtkWidget *entry, const ConvLayerColor *base, const ConvLayerColor *text)
{
  gchar *css = NULL;

  if (base && text)
    {
      gchar *back = css_color (base), *front = css_color (text);

      css = g_strdup_printf ("entry { background: %s; color: %s; caret-color: %s; }", back, front, back);
      g_free (front);
      g_free (back);
    }
  gtk_css_provider_load_from_data (g_object_get_data (G_OBJECT (entry), COLORS), css ? css : "", -1, NULL);
  g_free (css);
}

gint
conv_layer_widget_scale (GtkWidget *widget)
{
  return gtk_widget_get_scale_factor (widget);
}

void
conv_layer_scroll_steps (const GdkEventScroll *event, gdouble *x, gdouble *y)
{
  if (gdk_event_get_scroll_deltas ((const GdkEvent *) event, x, y))
    return;
  *x = event->direction == GDK_SCROLL_LEFT ? -1 : event->direction == GDK_SCROLL_RIGHT ? 1 : 0;
  *y = event->direction == GDK_SCROLL_UP ? -1 : event->direction == GDK_SCROLL_DOWN ? 1 : 0;
}

void
conv_layer_widget_focus_ring (GtkWidget *widget, cairo_t *cr, gdouble x, gdouble y, gdouble width, gdouble height)
{
  gtk_render_focus (gtk_widget_get_style_context (widget), cr, x, y, width, height);
}

GtkWidget *
conv_layer_label_new (const gchar *text, gboolean with_mnemonic)
{
  GtkWidget *label = with_mnemonic ? gtk_label_new_with_mnemonic (text) : gtk_label_new (text);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0); /* the start: mirrored in right-to-left */
  return label;
}

void
conv_layer_monitor_size (GtkWidget *widget, gint *width, gint *height)
{
  GdkDisplay *display = gtk_widget_get_display (widget);
  GdkWindow *window = gtk_widget_get_window (widget);
  GdkMonitor *monitor
      = window ? gdk_display_get_monitor_at_window (display, window) : gdk_display_get_primary_monitor (display);
  GdkRectangle area;

  if (!monitor) /* none is the primary one, as on Wayland */
    monitor = gdk_display_get_monitor (display, 0);
  gdk_monitor_get_workarea (monitor, &area);
  *width = area.width;
  *height = area.height;
}

/* GTK asks for the event that opens a menu and warns without one; a button that
 * is pressed by a key is clicked by a timer, when there is none any more. */
GdkEvent *
conv_layer_key_event_new (GtkWidget *widget)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);

  event->key.window = g_object_ref (gtk_widget_get_window (widget));
  event->key.time = gtk_get_current_event_time ();
  gdk_event_set_device (event, gdk_seat_get_keyboard (gdk_display_get_default_seat (gtk_widget_get_display (widget))));
  return event;
}

void
conv_layer_menu_popup (GtkWidget *menu, GtkWidget *below, const GdkEvent *event)
{
  gboolean mirrored = below && gtk_widget_get_direction (below) == GTK_TEXT_DIR_RTL;
  GdkEvent *trigger = event ? gdk_event_copy (event) : gtk_get_current_event ();

  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  if (!gtk_menu_get_attach_widget (GTK_MENU (menu)) && below)
    gtk_menu_attach_to_widget (GTK_MENU (menu), below, NULL);
  if (!trigger && below)
    trigger = conv_layer_key_event_new (below);
  if (below)
    gtk_menu_popup_at_widget (GTK_MENU (menu), below, mirrored ? GDK_GRAVITY_SOUTH_EAST : GDK_GRAVITY_SOUTH_WEST,
                              mirrored ? GDK_GRAVITY_NORTH_EAST : GDK_GRAVITY_NORTH_WEST, trigger);
  else
    gtk_menu_popup_at_pointer (GTK_MENU (menu), trigger);
  if (trigger)
    gdk_event_free (trigger);
}

gboolean
conv_layer_show_uri (GtkWindow *parent, const gchar *uri, GError **error)
{
  return gtk_show_uri_on_window (parent, uri, gtk_get_current_event_time (), error);
}
