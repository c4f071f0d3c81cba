/* gimp2-dialog.c: the dialog in GIMP 2.10: its buttons, Reset, the window.
 * Knows no drawable, no layer and no undo. */

#include "gimp2-dialog.h"

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include <glib/gi18n-lib.h>

#include "describe.h"
#include "host-dialog.h"
#include "toolkit.h"

#define RESPONSE_RESET 1

static void
add_item (GtkWidget *menu, const gchar *words, GCallback activated, ConvLayerSettings *settings)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (words);

  g_signal_connect_swapped (item, "activate", activated, settings);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
}

/* A menu under Reset, as GIMP 3 has it. */
static void
answered (GtkDialog *dialog, gint response, ConvLayerSettings *settings)
{
  GtkWidget *menu, *button;

  if (response != RESPONSE_RESET)
    return;
  g_signal_stop_emission_by_name (dialog, "response");
  button = gtk_dialog_get_widget_for_response (dialog, RESPONSE_RESET);
  menu = gtk_menu_new ();
  add_item (menu, _("Reset to _Initial Values"), G_CALLBACK (conv_layer_settings_reset_initial), settings);
  add_item (menu, _("Reset to the _Notebook's Values"), G_CALLBACK (conv_layer_settings_reset), settings);
  gtk_widget_show_all (menu);
  gtk_menu_attach_to_widget (GTK_MENU (menu), button, NULL);
  conv_layer_menu_popup (menu, button, NULL);
}

static void
show_help (const gchar *help_id, gpointer dialog)
{
  (void) help_id;
  conv_layer_host_dialog_help (dialog, gimp_get_progname ());
}

static GtkWidget *
new_dialog (ConvLayerSettings *settings)
{
  GtkWidget *dialog = gimp_dialog_new (
      _("Convolutional Layer"), "conv-layer", NULL, (GtkDialogFlags) 0, show_help, CONV_LAYER_PROCEDURE,
         _("_Reset"), RESPONSE_RESET, _("_Cancel"), GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK, NULL);

  gtk_dialog_set_alternative_button_order (GTK_DIALOG (dialog), GTK_RESPONSE_OK, RESPONSE_RESET, GTK_RESPONSE_CANCEL,
                                           -1);
  gimp_window_set_transient (GTK_WINDOW (dialog));
  g_signal_connect (dialog, "response", G_CALLBACK (answered), settings);
  return dialog;
}

gboolean
conv_layer_dialog_run (const ConvLayerEditorHost *host, ConvLayerValues values)
{
  ConvLayerSettings *settings;
  GtkWidget *dialog, *editor;
  gboolean run;

  gimp_ui_init ("conv-layer", FALSE);
  settings = conv_layer_settings_new (values, host->source.area.width, host->source.area.height);
  dialog = new_dialog (settings);
  editor = conv_layer_editor_new (settings, host);
  conv_layer_host_dialog_fill (GTK_DIALOG (dialog), GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))),
                               settings, editor);
  gtk_widget_grab_focus (gtk_dialog_get_widget_for_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK));
  gtk_widget_show (dialog);
  run = gimp_dialog_run (GIMP_DIALOG (dialog)) == GTK_RESPONSE_OK;
  if (run)
    conv_layer_settings_get_all (settings, values);
  conv_layer_editor_stop (editor);
  gtk_widget_destroy (dialog);
  g_object_unref (settings);
  return run;
}
