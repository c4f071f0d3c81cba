/* toolkit2.c: toolkit.h for GTK 2, which GIMP 2.10 is made with.
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
exposed (GtkWidget *widget, GdkEventExpose *event, Drawing *drawing)
{
  gboolean is_layout = GTK_IS_LAYOUT (widget);
  GtkAllocation allocation;
  guint width = 0, height = 0;
  cairo_t *cr;

  if (is_layout && event->window != gtk_layout_get_bin_window (GTK_LAYOUT (widget)))
    return FALSE;
  gtk_widget_get_allocation (widget, &allocation);
  if (is_layout)
    gtk_layout_get_size (GTK_LAYOUT (widget), &width, &height);

  cr = gdk_cairo_create (event->window);
  gdk_cairo_region (cr, event->region);
  cairo_clip (cr);
  drawing->draw (widget, cr, MAX (allocation.width, (gint) width), MAX (allocation.height, (gint) height),
                 drawing->data);
  cairo_destroy (cr);
  return FALSE;
}

static GtkWidget *
drawn (GtkWidget *widget, ConvLayerDrawFunc draw, gpointer data)
{
  Drawing *drawing = g_new (Drawing, 1);

  drawing->draw = draw;
  drawing->data = data;
  g_signal_connect_data (widget, "expose-event", G_CALLBACK (exposed), drawing, drawing_free, 0);
  gtk_widget_set_can_focus (widget, TRUE);
  gtk_widget_add_events (widget, GDK_BUTTON_PRESS_MASK | GDK_BUTTON_RELEASE_MASK | GDK_POINTER_MOTION_MASK
                                     | GDK_ENTER_NOTIFY_MASK | GDK_LEAVE_NOTIFY_MASK | GDK_SCROLL_MASK
                                     | GDK_KEY_PRESS_MASK | GDK_KEY_RELEASE_MASK | GDK_FOCUS_CHANGE_MASK);
  return widget;
}

GtkWidget *
conv_layer_canvas_new (ConvLayerDrawFunc draw, gpointer data)
{
  return drawn (gtk_drawing_area_new (), draw, data);
}

GtkWidget *
conv_layer_drawn_layout_new (ConvLayerDrawFunc draw, gpointer data)
{
  return drawn (gtk_layout_new (NULL, NULL), draw, data);
}

GtkWidget *
conv_layer_box_new (GtkOrientation orientation, gint spacing)
{
  return orientation == GTK_ORIENTATION_HORIZONTAL ? gtk_hbox_new (FALSE, spacing) : gtk_vbox_new (FALSE, spacing);
}

GtkWidget *
conv_layer_line_new (void)
{
  return gtk_hseparator_new ();
}

GtkWidget *
conv_layer_grid_new (gint row_spacing, gint column_spacing)
{
  GtkWidget *table = gtk_table_new (1, 1, FALSE);

  gtk_table_set_row_spacings (GTK_TABLE (table), (guint) row_spacing);
  gtk_table_set_col_spacings (GTK_TABLE (table), (guint) column_spacing);
  return table;
}

void
conv_layer_grid_attach (GtkWidget *grid, GtkWidget *child, gint column, gint row, gint columns, gint rows,
                        gboolean expand_x, gboolean expand_y)
{
  gtk_table_attach (GTK_TABLE (grid), child, (guint) column, (guint) (column + columns), (guint) row,
                    (guint) (row + rows), expand_x ? GTK_EXPAND | GTK_FILL : GTK_FILL,
                    expand_y ? GTK_EXPAND | GTK_FILL : GTK_FILL, 0, 0);
}

void
conv_layer_button_slim (GtkWidget *button)
{
  (void) button; /* GTK 2's are */
}

void
conv_layer_widget_keep_width (GtkWidget *widget)
{
  (void) widget; /* GTK 2 asks the one who packs it */
}

/* Which bars are needed: GTK 2 itself, where the content just fits without any,
 * goes from one bar to the other and back for ever. */
static void
choose_bars (GtkWidget *scrolled, GtkAllocation *area, gpointer data)
{
  GtkScrolledWindow *window = GTK_SCROLLED_WINDOW (scrolled);
  GtkWidget *child = gtk_bin_get_child (GTK_BIN (scrolled));
  gboolean framed = gtk_scrolled_window_get_shadow_type (window) != GTK_SHADOW_NONE;
  gint frame_x = framed ? 2 * gtk_widget_get_style (scrolled)->xthickness : 0;
  gint frame_y = framed ? 2 * gtk_widget_get_style (scrolled)->ythickness : 0;
  gint spacing = 0;
  gboolean below = FALSE, beside = FALSE;
  GtkRequisition across, down, content;

  (void) data;
  if (GTK_IS_LAYOUT (child))
    gtk_layout_get_size (GTK_LAYOUT (child), (guint *) &content.width, (guint *) &content.height);
  else
    gtk_widget_get_child_requisition (gtk_bin_get_child (GTK_BIN (child)), &content);
  gtk_widget_style_get (scrolled, "scrollbar-spacing", &spacing, NULL);
  gtk_widget_size_request (gtk_scrolled_window_get_hscrollbar (window), &across);
  gtk_widget_size_request (gtk_scrolled_window_get_vscrollbar (window), &down);
  for (gint i = 0; i < 2; i++) /* one can make the other needed */
    {
      below = content.width > area->width - frame_x - (beside ? down.width + spacing : 0);
      beside = content.height > area->height - frame_y - (below ? across.height + spacing : 0);
    }
  gtk_scrolled_window_set_policy (window, below ? GTK_POLICY_ALWAYS : GTK_POLICY_NEVER,
                                  beside ? GTK_POLICY_ALWAYS : GTK_POLICY_NEVER);
}

GtkWidget *
conv_layer_scrolled_new (GtkWidget *widget, gint width, gint height)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (NULL, NULL);
  /* GTK 2 tells a widget that scrolls itself only by this signal. */
  gboolean scrolls = GTK_WIDGET_GET_CLASS (widget)->set_scroll_adjustments_signal != 0;

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_AUTOMATIC);
  if (scrolls)
    gtk_container_add (GTK_CONTAINER (scrolled), widget);
  else
    {
      gtk_scrolled_window_add_with_viewport (GTK_SCROLLED_WINDOW (scrolled), widget);
      gtk_viewport_set_shadow_type (GTK_VIEWPORT (gtk_bin_get_child (GTK_BIN (scrolled))), GTK_SHADOW_NONE);
    }
  conv_layer_scrolled_follow_focus (scrolled, widget);
  /* One that asks for no size of its own asks for what its policies say. */
  if (width >= 0 && height >= 0 && (!scrolls || GTK_IS_LAYOUT (widget)))
    g_signal_connect (scrolled, "size-allocate", G_CALLBACK (choose_bars), NULL);
  gtk_widget_set_size_request (scrolled, width, height);
  return scrolled;
}

void
conv_layer_widget_size (GtkWidget *widget, GtkRequisition *size)
{
  gtk_widget_size_request (widget, size);
}

static ConvLayerColor
color_of (const GdkColor *color)
{
  return (ConvLayerColor) { color->red / 65535.0, color->green / 65535.0, color->blue / 65535.0 };
}

void
conv_layer_widget_colors (GtkWidget *widget, ConvLayerColors *colors)
{
  GtkStyle *style;
  GtkStateType state = gtk_widget_get_state (widget);

  gtk_widget_ensure_style (widget);
  style = gtk_widget_get_style (widget);
  colors->text = color_of (&style->fg[state]);
  colors->background = color_of (&style->bg[state]);
  colors->base = color_of (&style->base[state]);
  colors->selected = color_of (&style->base[GTK_STATE_SELECTED]);
  colors->selected_text = color_of (&style->text[GTK_STATE_SELECTED]);
}

#define BARE_ENTRY "conv-layer-bare-entry"

GtkWidget *
conv_layer_bare_entry_new (void)
{
  static gboolean known = FALSE;
  GtkWidget *entry = gtk_entry_new ();
  GtkBorder none = { 0, 0, 0, 0 };

  /* GIMP's themes lay pictures over the colours of entries: not over this one. */
  if (!known)
    gtk_rc_parse_string ("style \"" BARE_ENTRY "\" { engine \"\" { } }\n"
                         "widget \"*." BARE_ENTRY "\" style : highest \"" BARE_ENTRY "\"");
  known = TRUE;
  gtk_widget_set_name (entry, BARE_ENTRY);
  gtk_entry_set_has_frame (GTK_ENTRY (entry), FALSE);
  gtk_entry_set_inner_border (GTK_ENTRY (entry), &none);
  return entry;
}

static const GdkColor *
gdk_color_of (const ConvLayerColor *color, GdkColor *gdk)
{
  if (!color)
    return NULL;
  gdk->red = (guint16) (color->red * 65535);
  gdk->green = (guint16) (color->green * 65535);
  gdk->blue = (guint16) (color->blue * 65535);
  return gdk;
}

void
conv_layer_bare_entry_set_colors (GtkWidget *entry, const ConvLayerColor *base, const ConvLayerColor *text)
{
  static const GtkStateType states[] = { GTK_STATE_NORMAL, GTK_STATE_ACTIVE, GTK_STATE_PRELIGHT };
  GdkColor back, front;
  const GdkColor *base_color = gdk_color_of (base, &back), *text_color = gdk_color_of (text, &front);

  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    {
      gtk_widget_modify_base (entry, states[i], base_color);
      gtk_widget_modify_text (entry, states[i], text_color);
    }
  gtk_widget_modify_cursor (entry, base_color, base_color);
}

gint
conv_layer_widget_scale (GtkWidget *widget)
{
  (void) widget; /* GTK 2 knows only pixels */
  return 1;
}

void
conv_layer_scroll_steps (const GdkEventScroll *event, gdouble *x, gdouble *y)
{
  *x = event->direction == GDK_SCROLL_LEFT ? -1 : event->direction == GDK_SCROLL_RIGHT ? 1 : 0;
  *y = event->direction == GDK_SCROLL_UP ? -1 : event->direction == GDK_SCROLL_DOWN ? 1 : 0;
}

void
conv_layer_widget_focus_ring (GtkWidget *widget, cairo_t *cr, gdouble x, gdouble y, gdouble width, gdouble height)
{
  /* gtk_paint_focus() wants a window, and CR may be moved against it. */
  static const gdouble dashes[] = { 1, 1 };
  ConvLayerColors colors;

  conv_layer_widget_colors (widget, &colors);
  cairo_save (cr);
  cairo_set_source_rgb (cr, colors.text.red, colors.text.green, colors.text.blue);
  cairo_set_line_width (cr, 1);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  cairo_rectangle (cr, x + 0.5, y + 0.5, width - 1, height - 1);
  cairo_stroke (cr);
  cairo_restore (cr);
}

GtkWidget *
conv_layer_label_new (const gchar *text, gboolean with_mnemonic)
{
  GtkWidget *label = with_mnemonic ? gtk_label_new_with_mnemonic (text) : gtk_label_new (text);

  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  gtk_misc_set_alignment (GTK_MISC (label), 0, 0.5); /* the start: mirrored in right-to-left */
  return label;
}

static void
monitor_area (GtkWidget *widget, GdkRectangle *area)
{
  GdkScreen *screen = gtk_widget_get_screen (widget);
  GdkWindow *window = gtk_widget_get_window (widget);
  gint monitor = window ? gdk_screen_get_monitor_at_window (screen, window) : gdk_screen_get_primary_monitor (screen);

  gdk_screen_get_monitor_geometry (screen, monitor, area);
}

void
conv_layer_monitor_size (GtkWidget *widget, gint *width, gint *height)
{
  GdkRectangle area;

  monitor_area (widget, &area);
  *width = area.width;
  *height = area.height;
}

GdkEvent *
conv_layer_key_event_new (GtkWidget *widget)
{
  GdkEvent *event = gdk_event_new (GDK_KEY_PRESS);

  event->key.window = g_object_ref (gtk_widget_get_window (widget));
  event->key.time = gtk_get_current_event_time ();
  return event;
}

static void
place_menu (GtkMenu *menu, gint *x, gint *y, gboolean *push_in, gpointer data)
{
  GtkWidget *below = data;
  GtkAllocation allocation;
  GtkRequisition size;
  GdkRectangle monitor;

  gtk_widget_get_allocation (below, &allocation);
  gtk_widget_size_request (GTK_WIDGET (menu), &size);
  gdk_window_get_origin (gtk_widget_get_window (below), x, y);
  if (!gtk_widget_get_has_window (below))
    {
      *x += allocation.x;
      *y += allocation.y;
    }
  if (gtk_widget_get_direction (below) == GTK_TEXT_DIR_RTL)
    *x += allocation.width - size.width;
  /* Above where there is no room below: GTK 2 would make it scroll. */
  monitor_area (below, &monitor);
  if (*y + allocation.height + size.height <= monitor.y + monitor.height)
    *y += allocation.height;
  else if (*y - size.height >= monitor.y)
    *y -= size.height;
  *push_in = TRUE;
}

void
conv_layer_menu_popup (GtkWidget *menu, GtkWidget *below, const GdkEvent *event)
{
  guint button = event && event->type == GDK_BUTTON_PRESS ? event->button.button : 0;

  g_signal_connect (menu, "selection-done", G_CALLBACK (gtk_widget_destroy), NULL);
  if (!gtk_menu_get_attach_widget (GTK_MENU (menu)) && below)
    gtk_menu_attach_to_widget (GTK_MENU (menu), below, NULL);
  gtk_menu_popup (GTK_MENU (menu), NULL, NULL, below ? place_menu : NULL, below, button,
                  event ? gdk_event_get_time (event) : gtk_get_current_event_time ());
}

gboolean
conv_layer_show_uri (GtkWindow *parent, const gchar *uri, GError **error)
{
  return gtk_show_uri (gtk_window_get_screen (parent), uri, gtk_get_current_event_time (), error);
}
