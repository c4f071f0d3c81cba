/* editor-variants.c: the variants side by side, a list of shapes to add, the
 * zoom of all pictures.  Knows the settings and the preview; no layer setting,
 * not which GIMP it is in. */

#include "editor-parts.h"

#include <math.h>

#include <glib/gi18n-lib.h>

#include "toolkit.h"

typedef struct
{
  ConvLayerColumnHost host;
  GtkWidget *widget, *message, *scrolled, *row, *zoom, *add;
  GPtrArray *columns; /* ConvLayerColumn, one a variant */
  guint shown_id;
} Variants;

#define VARIANTS "conv-layer-variants"

static Variants *
variants_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), VARIANTS);
}

/* ---- which maps are in sight ---- */

static gboolean
tell_shown (gpointer data)
{
  Variants *variants = data;
  GtkAdjustment *adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (variants->scrolled));
  const gdouble left = gtk_adjustment_get_value (adjustment);
  const gdouble right = left + gtk_adjustment_get_page_size (adjustment);
  gint first = -1, last = -1;

  variants->shown_id = 0;
  for (guint i = 0; i < variants->columns->len; i++)
    {
      GtkWidget *widget = conv_layer_column_get_widget (variants->columns->pdata[i]);
      GtkAllocation place;
      gint output = conv_layer_settings_variant_output (variants->host.settings, (gint) i) - 1;

      gtk_widget_get_allocation (widget, &place);
      if (output < 0 || place.x >= right || place.x + place.width <= left)
        continue;
      first = first < 0 ? output : MIN (first, output);
      last = MAX (last, output);
    }
  if (first >= 0)
    conv_layer_preview_set_shown (variants->host.preview, first, last - first + 1);
  return G_SOURCE_REMOVE;
}

/* Later, when the columns have their places. */
static void
scrolled (Variants *variants)
{
  if (!variants->shown_id)
    variants->shown_id = gdk_threads_add_idle (tell_shown, variants);
}

static void
row_allocated (GtkWidget *row, GtkAllocation *allocation, Variants *variants)
{
  (void) row;
  (void) allocation;
  scrolled (variants);
}

/* ---- adding ---- */

static void
shape_chosen (GtkWidget *item, Variants *variants)
{
  const ConvLayerShape *shape = g_object_get_data (G_OBJECT (item), VARIANTS);

  conv_layer_settings_add_variant (variants->host.settings, shape->expression);
}

typedef struct
{
  Variants *variants;
  GtkWidget *dialog, *message;
} Asking;

static void
expression_typed (GtkEntry *entry, Asking *asking)
{
  GError *error = NULL;
  gboolean good
      = conv_layer_settings_check_variant (asking->variants->host.settings, gtk_entry_get_text (entry), &error);

  gtk_dialog_set_response_sensitive (GTK_DIALOG (asking->dialog), GTK_RESPONSE_OK, good);
  conv_layer_message_set (asking->message, error && gtk_entry_get_text_length (entry) > 0 ? error->message : NULL);
  g_clear_error (&error);
}

static void
ask_expression (Variants *variants)
{
  GtkWidget *top = gtk_widget_get_toplevel (variants->widget);
  Asking asking = { .variants = variants };
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);
  GtkWidget *label = conv_layer_label_new (_("_Expression in the base filter f:"), TRUE);
  GtkWidget *hint
      = conv_layer_label_new (_("f, f.T, rot90(f), rot180(f), rot270(f), fliplr(f) and flipud(f), with +, - "
                                            "and factors, such as 0.5*f - f.T"),
                                 FALSE);
  GtkWidget *entry = gtk_entry_new ();

  asking.dialog
      = gtk_dialog_new_with_buttons (_("Add a Variant"), GTK_WINDOW (top), GTK_DIALOG_MODAL,
                                        _("_Cancel"), GTK_RESPONSE_CANCEL, _("_Add"), GTK_RESPONSE_OK, NULL);
  asking.message = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 44);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_widget_set_direction (entry, GTK_TEXT_DIR_LTR);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_container_set_border_width (GTK_CONTAINER (box), CONV_LAYER_WIDE);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), entry, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), hint, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), asking.message, FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (gtk_dialog_get_content_area (GTK_DIALOG (asking.dialog))), box);
  gtk_dialog_set_default_response (GTK_DIALOG (asking.dialog), GTK_RESPONSE_OK);
  g_signal_connect (entry, "changed", G_CALLBACK (expression_typed), &asking);
  expression_typed (GTK_ENTRY (entry), &asking);
  gtk_widget_show_all (box);
  if (gtk_dialog_run (GTK_DIALOG (asking.dialog)) == GTK_RESPONSE_OK)
    conv_layer_settings_add_variant (variants->host.settings, gtk_entry_get_text (GTK_ENTRY (entry)));
  gtk_widget_destroy (asking.dialog);
}

static void
add_clicked (Variants *variants)
{
  GtkWidget *menu = gtk_menu_new ();
  GtkWidget *item;

  for (const ConvLayerShape *shape = conv_layer_shapes (); shape->expression; shape++)
    {
      /* The expression stays left to right in every language. */
      gchar *words = g_strdup_printf (_("\342\200\216%s\342\200\216: %s"), shape->expression, _(shape->words));

      item = gtk_menu_item_new_with_label (words);
      g_object_set_data (G_OBJECT (item), VARIANTS, (gpointer) shape);
      gtk_widget_set_sensitive (item,
                                conv_layer_settings_check_variant (variants->host.settings, shape->expression, NULL));
      g_signal_connect (item, "activate", G_CALLBACK (shape_chosen), variants);
      gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
      g_free (words);
    }
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), gtk_separator_menu_item_new ());
  item = gtk_menu_item_new_with_mnemonic (_("An _expression…"));
  g_signal_connect_swapped (item, "activate", G_CALLBACK (ask_expression), variants);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
  gtk_widget_show_all (menu);
  gtk_menu_attach_to_widget (GTK_MENU (menu), variants->add, NULL);
  conv_layer_menu_popup (menu, variants->add, NULL);
}

/* ---- zoom ---- */

static void
zoom_in (Variants *variants)
{
  conv_layer_sight_zoom (variants->host.sight, 2);
}

static void
zoom_out (Variants *variants)
{
  conv_layer_sight_zoom (variants->host.sight, 0.5);
}

static void
zoom_moved (GtkWidget *widget)
{
  Variants *variants = variants_of (widget);
  const gdouble zoom = conv_layer_sight_get_viewport (variants->host.sight)->zoom;
  gchar *text;

  if (!(zoom > 0))
    return;
  text = g_strdup_printf (_("%.0f %%"), 100 * zoom);
  gtk_label_set_text (GTK_LABEL (variants->zoom), text);
  g_free (text);
}

static void
add_zoom (Variants *variants, GtkWidget *box, const gchar *words, const gchar *help, GCallback clicked, gpointer data)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (words);

  gtk_widget_set_tooltip_text (button, help);
  conv_layer_widget_describe (button, help, NULL);
  conv_layer_button_slim (button);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  g_signal_connect_swapped (button, "clicked", clicked, data ? data : variants);
}

static GtkWidget *
new_bar (Variants *variants)
{
  GtkWidget *bar = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  GtkWidget *zoom = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE / 2);

  variants->add = gtk_button_new_with_mnemonic (_("_Add Variant"));
  gtk_widget_set_tooltip_text (variants->add, _("Add another filter that is made of the base filter f"));
  g_signal_connect_swapped (variants->add, "clicked", G_CALLBACK (add_clicked), variants);
  gtk_box_pack_start (GTK_BOX (bar), variants->add, FALSE, FALSE, 0);
  variants->zoom = gtk_label_new (NULL);
  gtk_label_set_width_chars (GTK_LABEL (variants->zoom), 7);
  gtk_box_pack_start (GTK_BOX (zoom), gtk_label_new (_("Zoom:")), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (zoom), variants->zoom, FALSE, FALSE, 0);
  add_zoom (variants, zoom,
            _("Fit"), _("Show the whole picture"), G_CALLBACK (conv_layer_sight_fit), variants->host.sight);
  add_zoom (variants, zoom,
            _("1:1"), _("Show each pixel as one pixel of the screen"), G_CALLBACK (conv_layer_sight_actual),
                          variants->host.sight);
  add_zoom (variants, zoom, "−", _("Zoom out"), G_CALLBACK (zoom_out), NULL);
  add_zoom (variants, zoom, "+", _("Zoom in"), G_CALLBACK (zoom_in), NULL);
  gtk_box_pack_end (GTK_BOX (bar), zoom, FALSE, FALSE, 0);
  return bar;
}

/* ---- following the settings ---- */

static void
pack (Variants *variants)
{
  for (guint i = 0; i < variants->columns->len; i++)
    {
      ConvLayerColumn *column = variants->columns->pdata[i];
      gboolean used = conv_layer_column_is_used (column);

      gtk_box_set_child_packing (GTK_BOX (variants->row), conv_layer_column_get_widget (column), used, used, 0,
                                 GTK_PACK_START);
    }
}

/* Column n is always variant n, so a move is only other contents. */
static void
update (GtkWidget *widget)
{
  Variants *variants = variants_of (widget);
  const guint count = (guint) conv_layer_settings_n_variants (variants->host.settings);

  if (variants->columns->len > count)
    g_ptr_array_set_size (variants->columns, (gint) count);
  for (guint i = 0; i < variants->columns->len; i++)
    conv_layer_column_update (variants->columns->pdata[i]);
  while (variants->columns->len < count)
    {
      ConvLayerColumn *column = conv_layer_column_new (&variants->host, (gint) variants->columns->len);

      g_ptr_array_add (variants->columns, column);
      gtk_box_pack_start (GTK_BOX (variants->row), conv_layer_column_get_widget (column), TRUE, TRUE, 0);
    }
  pack (variants);
  scrolled (variants);
}

static void
destroyed (GtkWidget *widget)
{
  Variants *variants = variants_of (widget);

  if (variants->shown_id)
    g_source_remove (variants->shown_id);
  variants->shown_id = 0;
  g_ptr_array_set_size (variants->columns, 0);
}

static void
variants_free (gpointer data)
{
  Variants *variants = data;

  g_ptr_array_unref (variants->columns);
  g_object_unref (variants->host.settings);
  g_object_unref (variants->host.preview);
  g_object_unref (variants->host.sight);
  g_object_unref (variants->host.captions);
  g_object_unref (variants->host.facts);
  g_free (variants);
}

static void
column_free (gpointer column)
{
  conv_layer_column_free (column);
}

GtkWidget *
conv_layer_variants_new (ConvLayerSettings *settings, ConvLayerPreview *preview, ConvLayerSight *sight)
{
  Variants *variants = g_new0 (Variants, 1);
  GtkAdjustment *adjustment;

  variants->widget = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);
  variants->host = (ConvLayerColumnHost) { .settings = g_object_ref (settings),
                                           .preview = g_object_ref (preview),
                                           .sight = g_object_ref (sight),
                                           .captions = gtk_size_group_new (GTK_SIZE_GROUP_VERTICAL),
                                           .facts = gtk_size_group_new (GTK_SIZE_GROUP_VERTICAL) };
  variants->columns = g_ptr_array_new_with_free_func (column_free);
  g_object_set_data_full (G_OBJECT (variants->widget), VARIANTS, variants, variants_free);
  variants->message = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  variants->row = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  variants->scrolled = conv_layer_scrolled_new (variants->row, 320, 240);
  gtk_box_pack_start (GTK_BOX (variants->widget), new_bar (variants), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (variants->widget), variants->message, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (variants->widget), variants->scrolled, TRUE, TRUE, 0);
  g_signal_connect (variants->widget, "destroy", G_CALLBACK (destroyed), NULL);
  g_signal_connect (variants->row, "size-allocate", G_CALLBACK (row_allocated), variants);
  adjustment = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (variants->scrolled));
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (conv_layer_variants_update_facts), variants->widget,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed", G_CALLBACK (update), variants->widget, G_CONNECT_SWAPPED);
  g_signal_connect_object (sight, "moved", G_CALLBACK (zoom_moved), variants->widget, G_CONNECT_SWAPPED);
  update (variants->widget);
  return variants->widget;
}

void
conv_layer_variants_set_fault (GtkWidget *widget, const gchar *text)
{
  conv_layer_message_set (variants_of (widget)->message, text);
}

/* Also when other maps come into sight. */
void
conv_layer_variants_update_facts (GtkWidget *widget)
{
  Variants *variants = variants_of (widget);

  for (guint i = 0; i < variants->columns->len; i++)
    conv_layer_column_update_facts (variants->columns->pdata[i]);
  scrolled (variants);
}
