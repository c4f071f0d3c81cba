/* dialog.c: see dialog.h. */

#include "dialog.h"

#include <string.h>

#include <gdk/gdkkeysyms.h>
#include <glib/gstdio.h>

#include "host-dialog.h"
#include "screen.h"
#include "toolkit.h"

#define LIBGIMP_DOMAIN (GTK_MAJOR_VERSION == 2 ? "gimp20-libgimp" : "gimp30-libgimp")

/* Stripes that run all ways, over noise. */
static GeglBuffer *
new_picture (gint width, gint height)
{
  GeglBuffer *buffer = gegl_buffer_new (GEGL_RECTANGLE (0, 0, width, height), babl_format ("R'G'B' u8"));
  g_autofree guchar *row = g_malloc (3 * (gsize) width);
  guint32 noise = 1;

  for (gint y = 0; y < height; y++)
    {
      for (gint x = 0; x < 3 * width; x++)
        {
          noise = noise * 1664525u + 1013904223u;
          row[x] = (guchar) ((x * x / 300 + y * y / 70 + x % 3 * 20) % 160 + (gint) (noise >> 26));
        }
      gegl_buffer_set (buffer, GEGL_RECTANGLE (0, y, width, 1), 0, NULL, row, GEGL_AUTO_ROWSTRIDE);
    }
  return buffer;
}

/* As the hosts have them: in GIMP 3 all are GIMP's own, in 2.10 only Help. */
static void
add_buttons (GtkDialog *dialog)
{
  static const gchar *const buttons[] = { "_Help", "_Reset", "_Cancel", "_OK" };
  static const gchar *const settings[] = { "_Load Saved Settings", "_Save Settings" };
  static const gint responses[] = { GTK_RESPONSE_HELP, 1, GTK_RESPONSE_CANCEL, GTK_RESPONSE_OK };
  GtkWidget *box;

  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    gtk_dialog_add_button (dialog,
                           g_dgettext (GTK_MAJOR_VERSION == 3 || i == 0 ? LIBGIMP_DOMAIN : GETTEXT_PACKAGE, buttons[i]),
                           responses[i]);
  if (GTK_MAJOR_VERSION == 2)
    return;
  box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    gtk_container_add (GTK_CONTAINER (box), gtk_button_new_with_mnemonic (g_dgettext (LIBGIMP_DOMAIN, settings[i])));
  gtk_box_pack_end (GTK_BOX (gtk_dialog_get_content_area (dialog)), box, FALSE, FALSE, 0);
  gtk_widget_show_all (box);
}

void
dialog_open (Dialog *dialog, gint width, gint height)
{
  dialog_open_padded (dialog, width, height, "valid");
}

void
dialog_open_padded (Dialog *dialog, gint width, gint height, const gchar *padding)
{
  g_autoptr (GeglBuffer) buffer = new_picture (width, height);
  ConvLayerEditorHost host = { .source = { buffer, { 0, 0, width, height }, FALSE },
                               .bytes_per_pixel = 3,
                               .dialect = CONV_LAYER_SCRIPT_FU_3 };
  ConvLayerValues values;

  host.folder = dialog->folder = g_dir_make_tmp ("conv-layer-XXXXXX", NULL);
  g_assert_nonnull (dialog->folder);
  conv_layer_values_init (values);
  g_value_set_string (&values[CONV_LAYER_PADDING], padding);
  dialog->settings = conv_layer_settings_new (values, width, height);
  conv_layer_values_clear (values);
  dialog->window = gtk_dialog_new ();
  add_buttons (GTK_DIALOG (dialog->window));
  dialog->editor = conv_layer_editor_new (dialog->settings, &host);
  conv_layer_host_dialog_fill (GTK_DIALOG (dialog->window),
                               GTK_BOX (gtk_dialog_get_content_area (GTK_DIALOG (dialog->window))), dialog->settings,
                               dialog->editor);
  screen_window_show (dialog->window);
}

void
dialog_close (Dialog *dialog)
{
  static const gchar *const files[] = { "dialog.ini", "presets.ini" };

  conv_layer_editor_stop (dialog->editor);
  gtk_widget_destroy (dialog->window);
  screen_settle ();
  /* Nobody else holds them: no leak of ours. */
  g_assert_cmpuint (G_OBJECT (dialog->settings)->ref_count, ==, 1);
  g_object_unref (dialog->settings);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree gchar *path = g_build_filename (dialog->folder, files[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (dialog->folder), ==, 0);
  g_clear_pointer (&dialog->folder, g_free);
}

typedef struct
{
  const gchar *text;
  guint times;
} Told;

static void
count_told (GtkWidget *widget, gpointer data)
{
  Told *told = data;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    told->times += strstr (gtk_label_get_text (GTK_LABEL (widget)), told->text) != NULL;
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), count_told, data);
}

guint
dialog_times_told (GtkWidget *window, const gchar *text)
{
  Told told = { text, 0 };

  count_told (window, &told);
  return told.times;
}

typedef struct
{
  GHashTable *labels;
  DialogClashFunc clash;
} Mnemonics;

static void
collect_mnemonics (GtkWidget *widget, gpointer data)
{
  const Mnemonics *mnemonics = data;

  if (!gtk_widget_get_mapped (widget))
    return;
  if (GTK_IS_LABEL (widget))
    {
      const guint key = gtk_label_get_mnemonic_keyval (GTK_LABEL (widget));
      const gchar *other = g_hash_table_lookup (mnemonics->labels, GUINT_TO_POINTER (key));

      if (key == GDK_KEY_VoidSymbol)
        return;
      if (other)
        mnemonics->clash (widget, other);
      g_hash_table_insert (mnemonics->labels, GUINT_TO_POINTER (key),
                           (gpointer) gtk_label_get_text (GTK_LABEL (widget)));
    }
  else if (GTK_IS_CONTAINER (widget))
    gtk_container_forall (GTK_CONTAINER (widget), collect_mnemonics, data);
}

GHashTable *
dialog_mnemonics (GtkWidget *window, DialogClashFunc clash)
{
  Mnemonics mnemonics = { g_hash_table_new (NULL, NULL), clash };

  collect_mnemonics (window, &mnemonics);
  return mnemonics.labels;
}
