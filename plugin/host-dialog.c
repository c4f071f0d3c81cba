/* host-dialog.c: the editor inside a dialog; OK only while it can run.  Knows
 * no drawable and not which GIMP it is in. */

#include "host-dialog.h"

#include <errno.h>

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "editor-parts.h"
#include "help.h"
#include "toolkit.h"

static void
update_ok (GtkDialog *dialog)
{
  ConvLayerSettings *settings = g_object_get_data (G_OBJECT (dialog), "conv-layer-settings");

  gtk_dialog_set_response_sensitive (dialog, GTK_RESPONSE_OK, conv_layer_settings_check (settings, NULL, NULL) != NULL);
}

/* Taking over what is typed can show that it cannot run. */
static void
answered (GtkDialog *dialog, gint response, GtkWidget *editor)
{
  ConvLayerSettings *settings = g_object_get_data (G_OBJECT (dialog), "conv-layer-settings");

  if (response == GTK_RESPONSE_OK
      && (!conv_layer_editor_commit (editor) || !conv_layer_settings_check (settings, NULL, NULL)))
    g_signal_stop_emission_by_name (dialog, "response");
}

/* ---- one key, one widget ---- */

typedef struct
{
  GtkWidget *editor;
  GHashTable *labels; /* by the key of their mnemonic; borrowed */
} Keys;

static void
keep_key (GtkWidget *widget, gpointer data)
{
  const Keys *keys = data;

  if (GTK_IS_LABEL (widget))
    g_hash_table_insert (keys->labels, GUINT_TO_POINTER (gtk_label_get_mnemonic_keyval (GTK_LABEL (widget))), widget);
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), keep_key, data);
}

/* A label whose key another has goes without. */
static void
give_way (GtkWidget *widget, gpointer data)
{
  const Keys *keys = data;

  if (GTK_IS_LABEL (widget))
    {
      const guint key = gtk_label_get_mnemonic_keyval (GTK_LABEL (widget));
      GtkWidget *other = g_hash_table_lookup (keys->labels, GUINT_TO_POINTER (key));

      if (key == GDK_KEY_VoidSymbol || other == widget)
        return;
      if (other)
        {
          gchar *text = g_strdup (gtk_label_get_text (GTK_LABEL (widget)));

          gtk_label_set_text (GTK_LABEL (widget), text);
          g_free (text);
        }
      else
        g_hash_table_insert (keys->labels, GUINT_TO_POINTER (key), widget);
    }
  else if (GTK_IS_CONTAINER (widget) && widget != keys->editor)
    gtk_container_forall (GTK_CONTAINER (widget), give_way, data);
}

/* GIMP's own buttons have the keys that its translators chose: no choice of ours
 * could keep clear of all of them.  OK and Cancel come first among them. */
static void
share_keys (GtkDialog *dialog, GtkWidget *editor)
{
  static const gint first[] = { GTK_RESPONSE_OK, GTK_RESPONSE_CANCEL };
  Keys keys = { editor, g_hash_table_new (NULL, NULL) };

  keep_key (editor, &keys);
  for (gsize i = 0; i < G_N_ELEMENTS (first); i++)
    give_way (gtk_dialog_get_widget_for_response (dialog, first[i]), &keys);
  give_way (GTK_WIDGET (dialog), &keys);
  g_hash_table_unref (keys.labels);
}

void
conv_layer_host_dialog_fill (GtkDialog *dialog, GtkBox *content, ConvLayerSettings *settings, GtkWidget *editor)
{
  gint width, height;

  g_object_set_data_full (G_OBJECT (dialog), "conv-layer-settings", g_object_ref (settings), g_object_unref);
  gtk_box_pack_start (content, editor, TRUE, TRUE, 0);
  gtk_dialog_set_default_response (dialog, GTK_RESPONSE_OK);
  g_signal_connect_object (settings, "changed", G_CALLBACK (update_ok), dialog, G_CONNECT_SWAPPED);
  g_signal_connect (dialog, "response", G_CALLBACK (answered), editor);
  update_ok (dialog);
  share_keys (dialog, editor);
  conv_layer_editor_get_window_size (editor, &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (dialog), width, height);
}

void
conv_layer_host_dialog_help (GtkWindow *dialog, const gchar *program)
{
  gchar *page = conv_layer_help_page (program);
  GError *error = NULL;
  gchar *uri = NULL;

  if (g_file_test (page, G_FILE_TEST_IS_REGULAR))
    uri = g_filename_to_uri (page, NULL, &error);
  else
    g_set_error_literal (&error, G_FILE_ERROR, G_FILE_ERROR_NOENT, g_strerror (ENOENT));
  if (!uri || !conv_layer_show_uri (dialog, uri, &error))
    {
      gchar *shown = g_filename_display_name (page);
      /* Translators: the system's own words for what is wrong, and a file */
      gchar *sentence = g_strdup_printf (_("The help page could not be shown (%s); open '%s' in a web browser."),
                                            error->message, shown);

      conv_layer_message_show (GTK_WIDGET (dialog), sentence);
      g_free (sentence);
      g_free (shown);
    }
  g_clear_error (&error);
  g_free (uri);
  g_free (page);
}
