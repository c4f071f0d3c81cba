/* editor-base.c: the base filter: preset, size, cells, the buttons under them,
 * sum and norm.  Knows the settings; no layer setting, no map, no pixel. */

#include "editor-parts.h"

#include <glib/gi18n-lib.h>

#include "editor-cells.h"
#include "edits.h"
#include "toolkit.h"

typedef struct
{
  ConvLayerSettings *settings;
  GtkWidget *rows, *columns, *cells, *undo, *redo, *sums;
  GtkWidget *fault;   /* why it cannot run */
  GtkWidget *refused; /* why the last edit was not done */
  gboolean updating;  /* the widgets follow the settings now, not the other way round */
} Base;

#define BASE "conv-layer-base"
#define EDIT "conv-layer-edit"
#define EDITS_A_ROW 4

static Base *
base_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), BASE);
}

/* ---- from the widgets to the settings ---- */

static void
size_changed (GtkSpinButton *spin, Base *base)
{
  Conv2dFilter filter = *conv_layer_settings_get_filter (base->settings);

  (void) spin;
  if (base->updating)
    return;
  conv_layer_filter_resize (&filter, gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (base->rows)),
                            gtk_spin_button_get_value_as_int (GTK_SPIN_BUTTON (base->columns)));
  conv_layer_settings_begin (base->settings, "size");
  conv_layer_settings_set_filter (base->settings, &filter);
  conv_layer_settings_end (base->settings);
}

static void
edit_clicked (GtkWidget *button, Base *base)
{
  ConvLayerEdit edit = (ConvLayerEdit) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), EDIT));
  Conv2dFilter filter;
  GError *error = NULL;

  if (!conv_layer_cells_commit (base->cells))
    return;
  filter = *conv_layer_settings_get_filter (base->settings);
  if (conv_layer_edit_apply (edit, &filter, &error))
    conv_layer_settings_set_filter (base->settings, &filter);
  conv_layer_message_set (base->refused, error ? error->message : NULL);
  g_clear_error (&error);
}

static void
undo_clicked (Base *base)
{
  conv_layer_settings_undo (base->settings);
}

static void
redo_clicked (Base *base)
{
  conv_layer_settings_redo (base->settings);
}

static void
cells_message (GtkWidget *cells, const gchar *text, Base *base)
{
  (void) cells;
  conv_layer_message_set (base->refused, text);
}

/* ---- from the settings to the widgets ---- */

/* Seven digits tell every sum of float32 apart that a student can tell apart. */
static gchar *
short_number (gdouble number)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.7g", number + 0.0));
}

static void
update (GtkWidget *widget)
{
  Base *base = base_of (widget);
  const Conv2dFilter *filter = conv_layer_settings_get_filter (base->settings);
  gchar *sum = short_number (conv_layer_filter_sum (filter));
  gchar *norm = short_number (conv_layer_filter_l1 (filter));
  /* Numbers and formulas stay left to right in every language. */
  gchar *text = g_strdup_printf (_("Sum \342\200\216%s, L1 norm \342\200\216%s"), sum, norm);

  base->updating = TRUE;
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (base->rows), filter->rows);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (base->columns), filter->columns);
  base->updating = FALSE;
  gtk_label_set_text (GTK_LABEL (base->sums), text);
  gtk_widget_set_sensitive (base->undo, conv_layer_settings_can_undo (base->settings));
  gtk_widget_set_sensitive (base->redo, conv_layer_settings_can_redo (base->settings));
  g_free (text);
  g_free (norm);
  g_free (sum);
}

/* What was refused is past once something else is done. */
static void
forget_refused (GtkWidget *widget)
{
  conv_layer_message_set (base_of (widget)->refused, NULL);
}

/* ---- making them ---- */

static GtkWidget *
new_size (Base *base, GtkWidget *box, const gchar *words, const gchar *help)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (words);
  GtkWidget *spin = gtk_spin_button_new_with_range (1, CONV2D_MAX_SIZE, 1);

  gtk_entry_set_width_chars (GTK_ENTRY (spin), 2);
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), spin);
  gtk_widget_set_tooltip_text (spin, help);
  conv_layer_widget_describe (spin, NULL, help);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), spin, FALSE, FALSE, 0);
  g_signal_connect (spin, "value-changed", G_CALLBACK (size_changed), base);
  return spin;
}

static GtkWidget *
new_history_button (Base *base, GtkWidget *box, const gchar *icon, const gchar *name, const gchar *help,
                    GCallback clicked)
{
  GtkWidget *button = gtk_button_new ();

  gtk_container_add (GTK_CONTAINER (button), gtk_image_new_from_icon_name (icon, GTK_ICON_SIZE_BUTTON));
  gtk_widget_set_tooltip_text (button, help);
  conv_layer_widget_describe (button, name, help);
  conv_layer_button_slim (button);
  gtk_box_pack_end (GTK_BOX (box), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", clicked, base);
  return button;
}

static GtkWidget *
new_size_row (Base *base)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);

  base->rows = new_size (base, box, _("Ro_ws"), _("How many rows the base filter has, 1 to 31. New weights are 0."));
  base->columns
      = new_size (base, box, _("Colu_mns"), _("How many columns the base filter has, 1 to 31. New weights are 0."));
  return box;
}

/* The sums, and the history's buttons. */
static GtkWidget *
new_sums_row (Base *base)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);

  base->sums = conv_layer_label_new (NULL, FALSE);
  gtk_widget_set_tooltip_text (base->sums,
                               _("Sum: all weights added. If it is 0, an even area of the picture gives 0. "
                                             "L1 norm: all weights added without their signs."));
  gtk_box_pack_start (GTK_BOX (box), base->sums, TRUE, TRUE, 0);
  base->redo = new_history_button (
      base, box, "edit-redo", _("Redo"), _("Do what was undone again (Ctrl+Shift+Z)"), G_CALLBACK (redo_clicked));
  base->undo
      = new_history_button (base, box, "edit-undo",
                            _("Undo"), _("Undo the last change in this window (Ctrl+Z)"), G_CALLBACK (undo_clicked));
  return box;
}

static GtkWidget *
new_edits (Base *base)
{
  GtkWidget *grid = conv_layer_grid_new (CONV_LAYER_SPACE / 2, CONV_LAYER_SPACE / 2);

  for (gint i = 0; i < CONV_LAYER_N_EDITS; i++)
    {
      const ConvLayerEditInfo *info = conv_layer_edit_info ((ConvLayerEdit) i);
      GtkWidget *button = gtk_button_new_with_mnemonic (_(info->label));

      gtk_widget_set_name (button, info->id);
      gtk_widget_set_tooltip_text (button, _(info->help));
      conv_layer_widget_describe (button, NULL, _(info->help));
      conv_layer_button_slim (button);
      g_object_set_data (G_OBJECT (button), EDIT, GINT_TO_POINTER (i));
      g_signal_connect (button, "clicked", G_CALLBACK (edit_clicked), base);
      conv_layer_grid_attach (grid, button, i % EDITS_A_ROW, i / EDITS_A_ROW, 1, 1, TRUE, FALSE);
    }
  return grid;
}

static void
base_free (gpointer data)
{
  Base *base = data;

  g_object_unref (base->settings);
  g_free (base);
}

GtkWidget *
conv_layer_base_new (ConvLayerSettings *settings, ConvLayerPresets *presets)
{
  Base *base = g_new0 (Base, 1);
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);

  base->settings = g_object_ref (settings);
  g_object_set_data_full (G_OBJECT (box), BASE, base, base_free);
  base->cells = conv_layer_cells_new (settings);
  base->fault = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  base->refused = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  conv_layer_message_wrap (base->fault, CONV_LAYER_MESSAGE_WIDTH);
  conv_layer_message_wrap (base->refused, CONV_LAYER_MESSAGE_WIDTH);

  gtk_container_set_border_width (GTK_CONTAINER (box), CONV_LAYER_SPACE);
  gtk_box_pack_start (GTK_BOX (box), conv_layer_preset_button_new (settings, presets), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_size_row (base), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), base->cells, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_sums_row (base), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), base->fault, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), base->refused, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_edits (base), FALSE, FALSE, 0);

  g_signal_connect (base->cells, "message", G_CALLBACK (cells_message), base);
  g_signal_connect_object (settings, "changed", G_CALLBACK (update), box, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed", G_CALLBACK (forget_refused), box, G_CONNECT_SWAPPED);
  update (box);
  return box;
}

gboolean
conv_layer_base_commit (GtkWidget *widget)
{
  return conv_layer_cells_commit (base_of (widget)->cells);
}

void
conv_layer_base_set_fault (GtkWidget *widget, const gchar *text)
{
  conv_layer_message_set (base_of (widget)->fault, text);
}
