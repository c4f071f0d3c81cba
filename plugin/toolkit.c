/* toolkit.c: the part of toolkit.h that is the same in both GTKs.
 * Knows nothing of filters or maps. */

#include "toolkit.h"

void
conv_layer_widget_describe (GtkWidget *widget, const gchar *name, const gchar *description)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  if (name)
    atk_object_set_name (accessible, name);
  if (description)
    atk_object_set_description (accessible, description);
}

void
conv_layer_scrolled_follow_focus (GtkWidget *scrolled, GtkWidget *widget)
{
  GtkScrolledWindow *window = GTK_SCROLLED_WINDOW (scrolled);

  if (!GTK_IS_CONTAINER (widget) || GTK_IS_LAYOUT (widget))
    return;
  gtk_container_set_focus_hadjustment (GTK_CONTAINER (widget), gtk_scrolled_window_get_hadjustment (window));
  gtk_container_set_focus_vadjustment (GTK_CONTAINER (widget), gtk_scrolled_window_get_vadjustment (window));
}
