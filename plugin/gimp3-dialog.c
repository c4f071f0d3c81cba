/* gimp3-dialog.c: the dialog in GIMP 3: GIMP's own around the editor, so that
 * its Reset and its saved settings work.  Knows no drawable, no layer and no
 * undo. */

#include "gimp3-dialog.h"

#include <libgimp/gimpui.h>

#include <glib/gi18n-lib.h>

#include "host-dialog.h"

/* The settings and GIMP's config of the procedure follow each other. */
typedef struct
{
  ConvLayerSettings *settings;
  GimpProcedureConfig *config;
  gboolean writing; /* the config follows the settings now */
  guint read_id;    /* the settings will follow the config */
} Binding;

static const gchar *
name_of (gint argument)
{
  return conv_layer_argument_info ((ConvLayerArgument) argument)->name;
}

static void
read_config (GimpProcedureConfig *config, ConvLayerValues values)
{
  conv_layer_values_init (values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_object_get_property (G_OBJECT (config), name_of (i), &values[i]);
}

static gboolean
follow_config (gpointer data)
{
  Binding *binding = data;
  ConvLayerValues values;

  binding->read_id = 0;
  read_config (binding->config, values);
  conv_layer_settings_set_all (binding->settings, values);
  conv_layer_values_clear (values);
  return G_SOURCE_REMOVE;
}

/* Reset and Load set one property after the other: one step of the history. */
static void
config_changed (GimpProcedureConfig *config, GParamSpec *property, Binding *binding)
{
  (void) config;
  (void) property;
  if (!binding->writing && !binding->read_id)
    binding->read_id = g_idle_add_full (G_PRIORITY_HIGH, follow_config, binding, NULL);
}

static void
settings_changed (ConvLayerSettings *settings, Binding *binding)
{
  if (binding->read_id)
    return;
  binding->writing = TRUE;
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_object_set_property (G_OBJECT (binding->config), name_of (i),
                           conv_layer_settings_get (settings, (ConvLayerArgument) i));
  binding->writing = FALSE;
}

static void
bind (Binding *binding)
{
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      gchar *signal = g_strconcat ("notify::", name_of (i), NULL);

      g_signal_connect (binding->config, signal, G_CALLBACK (config_changed), binding);
      g_free (signal);
    }
  g_signal_connect (binding->settings, "changed", G_CALLBACK (settings_changed), binding);
}

static void
unbind (Binding *binding)
{
  g_signal_handlers_disconnect_by_data (binding->config, binding);
  g_signal_handlers_disconnect_by_data (binding->settings, binding);
  if (binding->read_id)
    {
      g_source_remove (binding->read_id);
      follow_config (binding);
    }
}

static void
show_help (const gchar *help_id, gpointer dialog)
{
  (void) help_id;
  conv_layer_host_dialog_help (dialog, gimp_get_progname ());
}

/* As gimp_procedure_dialog_new(), which would open GIMP's own help. */
static GtkWidget *
new_dialog (GimpProcedure *procedure, GimpProcedureConfig *config)
{
  gboolean header_bar;

  g_object_get (gtk_settings_get_default (), "gtk-dialogs-use-header", &header_bar, NULL);
  return g_object_new (GIMP_TYPE_PROCEDURE_DIALOG, "procedure", procedure, "config", config, "title",
                       _("Convolutional Layer"), "help-func", show_help, "help-id",
                          gimp_procedure_get_help_id (procedure), "use-header-bar", header_bar, NULL);
}

gboolean
conv_layer_dialog_run (GimpProcedure *procedure, GimpProcedureConfig *config, const ConvLayerEditorHost *host)
{
  Binding binding = { .config = config };
  ConvLayerValues values;
  GtkWidget *dialog, *editor;
  gboolean run;

  gimp_ui_init ("conv-layer");
  read_config (config, values);
  binding.settings = conv_layer_settings_new (values, host->source.area.width, host->source.area.height);
  conv_layer_values_clear (values);
  dialog = new_dialog (procedure, config);
  editor = conv_layer_editor_new (binding.settings, host);
  gtk_container_set_border_width (GTK_CONTAINER (editor), 0); /* the dialog has one */
  /* Not by GIMP's own filling, which adds a widget for each argument. */
  conv_layer_host_dialog_fill (GTK_DIALOG (dialog), GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog))),
                               binding.settings, editor);
  bind (&binding);
  run = gimp_procedure_dialog_run (GIMP_PROCEDURE_DIALOG (dialog));
  conv_layer_editor_stop (editor);
  unbind (&binding);
  gtk_widget_destroy (dialog);
  g_object_unref (binding.settings);
  return run;
}
