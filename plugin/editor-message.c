/* editor-message.c: what went wrong, in words beside an icon, so that colour
 * is not the only sign.  Knows nothing of filters. */

#include "editor-parts.h"

#include "toolkit.h"

#define LABEL "conv-layer-message-label"

GtkWidget *
conv_layer_message_new (ConvLayerMessageKind kind)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  GtkWidget *icon = gtk_image_new_from_icon_name (
      kind == CONV_LAYER_MESSAGE_WARNING ? "dialog-warning" : "dialog-information", GTK_ICON_SIZE_MENU);
  GtkWidget *label = conv_layer_label_new (NULL, FALSE);

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* To be read and copied by the pointer; Tab goes to what can be changed. */
  gtk_widget_set_can_focus (label, FALSE);
  gtk_box_pack_start (GTK_BOX (box), icon, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), label, TRUE, TRUE, 0);
  g_object_set_data (G_OBJECT (box), LABEL, label);
  gtk_widget_show (icon);
  gtk_widget_show (label);
  gtk_widget_set_no_show_all (box, TRUE);
  return box;
}

void
conv_layer_message_wrap (GtkWidget *message, gint width)
{
  GtkWidget *label = g_object_get_data (G_OBJECT (message), LABEL);

  gtk_widget_set_size_request (label, width, -1);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1); /* no wish to be wider */
}

void
conv_layer_message_set (GtkWidget *message, const gchar *text)
{
  GtkLabel *label = g_object_get_data (G_OBJECT (message), LABEL);

  if (text && g_strcmp0 (gtk_label_get_text (label), text) != 0)
    {
      gtk_label_set_text (label, text);
      conv_layer_widget_describe (message, text, NULL);
    }
  gtk_widget_set_visible (message, text != NULL);
}

void
conv_layer_message_show (GtkWidget *parent, const gchar *text)
{
  GtkWidget *top = gtk_widget_get_toplevel (parent);
  GtkWidget *dialog = gtk_message_dialog_new (gtk_widget_is_toplevel (top) ? GTK_WINDOW (top) : NULL, GTK_DIALOG_MODAL,
                                              GTK_MESSAGE_WARNING, GTK_BUTTONS_CLOSE, "%s", text);

  gtk_dialog_run (GTK_DIALOG (dialog));
  gtk_widget_destroy (dialog);
}
