/* toolkit.h: what GTK 2 and GTK 3 do differently, behind the same functions;
 * toolkit2.c and toolkit3.c, one of which the build takes.  Knows nothing of
 * filters or maps. */

#ifndef CONV_LAYER_TOOLKIT_H
#define CONV_LAYER_TOOLKIT_H

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Draws the whole of WIDGET, WIDTH x HEIGHT; CR starts at its top left corner. */
typedef void (*ConvLayerDrawFunc) (GtkWidget *widget, cairo_t *cr, gint width, gint height, gpointer data);

/* A drawing area that takes the focus, pointer, wheel and keys. */
GtkWidget *conv_layer_canvas_new (ConvLayerDrawFunc draw, gpointer data);

/* A GtkLayout (children at places) that draws itself under them; DRAW's cr
 * starts at the layout's own 0, 0, scrolled along. */
GtkWidget *conv_layer_drawn_layout_new (ConvLayerDrawFunc draw, gpointer data);

GtkWidget *conv_layer_box_new (GtkOrientation orientation, gint spacing);

/* A thin line across, between what does not belong together. */
GtkWidget *conv_layer_line_new (void);

/* Rows and columns of widgets, in reading order; mirrored in right-to-left. */
GtkWidget *conv_layer_grid_new (gint row_spacing, gint column_spacing);
void conv_layer_grid_attach (GtkWidget *grid, GtkWidget *child, gint column, gint row, gint columns, gint rows,
                             gboolean expand_x, gboolean expand_y);

/* BUTTON is no wider than what stands on it needs: a theme's wide ones would
 * push the maps off a small screen. */
void conv_layer_button_slim (GtkWidget *button);

/* WIDGET stays as wide as it asks to be, whatever is inside it would like. */
void conv_layer_widget_keep_width (GtkWidget *widget);

/* WIDGET inside a scrolled window that shows scroll bars only when needed and
 * asks for at least WIDTH x HEIGHT (-1: none). */
GtkWidget *conv_layer_scrolled_new (GtkWidget *widget, gint width, gint height);

/* What WIDGET asks for. */
void conv_layer_widget_size (GtkWidget *widget, GtkRequisition *size);

/* What has the focus inside WIDGET, which SCROLLED holds, is scrolled into sight
 * (a GtkLayout does so itself).  conv_layer_scrolled_new() has done it. */
void conv_layer_scrolled_follow_focus (GtkWidget *scrolled, GtkWidget *widget);

typedef struct
{
  gdouble red, green, blue;
} ConvLayerColor;

/* An entry without frame or padding, of whatever size is asked of it. */
GtkWidget *conv_layer_bare_entry_new (void);
/* BASE and TEXT instead of the theme's colours, the caret hidden; NULL: the theme's again. */
void conv_layer_bare_entry_set_colors (GtkWidget *entry, const ConvLayerColor *base, const ConvLayerColor *text);

/* Of the theme, for WIDGET's present state. */
typedef struct
{
  ConvLayerColor text, background, base, selected, selected_text;
} ConvLayerColors;
void conv_layer_widget_colors (GtkWidget *widget, ConvLayerColors *colors);

/* Pixels of the screen per unit of GTK: 1, or 2 with HiDPI. */
gint conv_layer_widget_scale (GtkWidget *widget);

/* The steps of a wheel event, fine ones included; positive is down, right. */
void conv_layer_scroll_steps (const GdkEventScroll *event, gdouble *x, gdouble *y);

void conv_layer_widget_focus_ring (GtkWidget *widget, cairo_t *cr, gdouble x, gdouble y, gdouble width, gdouble height);

/* NAME and DESCRIPTION (may be NULL) for assistive technology. */
void conv_layer_widget_describe (GtkWidget *widget, const gchar *name, const gchar *description);

/* Keeps the minus before a number that follows it in a right-to-left sentence. */
#define CONV_LAYER_LTR "\342\200\216"

/* A label that wraps and starts at the start side. */
GtkWidget *conv_layer_label_new (const gchar *text, gboolean with_mnemonic);

/* An area on the monitor that WIDGET is on, without panels if it can be told. */
void conv_layer_monitor_size (GtkWidget *widget, gint *width, gint *height);

/* A key pressed in WIDGET that nobody pressed; its key is to be filled in.  Free with gdk_event_free(). */
GdkEvent *conv_layer_key_event_new (GtkWidget *widget);

/* MENU comes up, BELOW a widget or where EVENT was, and is destroyed when it goes.
 * EVENT may be NULL: a key, or a timer after one. */
void conv_layer_menu_popup (GtkWidget *menu, GtkWidget *below, const GdkEvent *event);

/* Opens URI in the user's program for it, on the screen PARENT, a window, is on;
 * FALSE with ERROR set when there is none. */
gboolean conv_layer_show_uri (GtkWindow *parent, const gchar *uri, GError **error);

G_END_DECLS

#endif
