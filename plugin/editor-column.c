/* editor-column.c: one variant as the lesson shows it: its filter with the
 * numbers, its map before and after ReLU; a slim column when it is not used.
 * Knows the settings and the preview; no layer setting, not which GIMP it is
 * in. */

#include "editor-parts.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "editor-tile.h"
#include "toolkit.h"

#define TILE_SIZE 96        /* pixels */
#define COLUMN_WIDTH 142    /* at least */
#define VIEW_HEIGHT 60      /* at least */
#define SHOWN_DIGITS "%.5g" /* as in a layer's name */

struct ConvLayerColumn
{
  ConvLayerColumnHost host;
  gint variant;
  gint output; /* from 1; 0: not used */
  GtkWidget *box, *check, *entry, *menu_button, *body, *slim;
  GtkWidget *filter_caption, *tile;
  GtkWidget *captions[2], *views[2], *facts[2]; /* before and after ReLU */
  gchar *tiled;                                 /* what the tile stands for */
  gboolean updating;                            /* the widgets follow the settings now, not the other way round */
};

static const ConvLayerStages stages[2] = { CONV_LAYER_PRE_RELU, CONV_LAYER_POST_RELU };

const ConvLayerShape *
conv_layer_shapes (void)
{
  static const ConvLayerShape shapes[]
      = { { "f", N_("the base filter itself") },
            { "-f", N_("its negative") },
              { "f.T", N_("transposed: rows become columns") },
                { "-f.T", N_("transposed and negative") },
                  { "rot90(f)", N_("turned left by 90°") },
                    { "rot180(f)", N_("turned by 180°") },
                      { "rot270(f)", N_("turned right by 90°") },
                        { "fliplr(f)", N_("flipped left to right") },
                          { "flipud(f)", N_("flipped upside down") }, { NULL, NULL } };

  return shapes;
}

/* ---- the expression ---- */

/* It is kept while it is typed, even when it cannot be read yet, so that OK waits. */
static void
expression_typed (GtkEntry *entry, ConvLayerColumn *column)
{
  gchar *key;

  if (column->updating)
    return;
  key = g_strdup_printf ("variant-%d", column->variant);
  conv_layer_settings_begin (column->host.settings, key);
  conv_layer_settings_set_variant (column->host.settings, column->variant, gtk_entry_get_text (entry));
  conv_layer_settings_end (column->host.settings);
  g_free (key);
}

static void
use_toggled (GtkToggleButton *check, ConvLayerColumn *column)
{
  if (!column->updating)
    conv_layer_settings_use_variant (column->host.settings, column->variant, gtk_toggle_button_get_active (check));
}

/* ---- its menu ---- */

static void
move_left (ConvLayerColumn *column)
{
  conv_layer_settings_move_variant (column->host.settings, column->variant, column->variant - 1);
}

static void
move_right (ConvLayerColumn *column)
{
  conv_layer_settings_move_variant (column->host.settings, column->variant, column->variant + 1);
}

static void
remove_variant (ConvLayerColumn *column)
{
  conv_layer_settings_remove_variant (column->host.settings, column->variant);
}

static void
add_item (GtkWidget *menu, const gchar *words, gboolean sensitive, GCallback activated, ConvLayerColumn *column)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (words);

  gtk_widget_set_sensitive (item, sensitive);
  g_signal_connect_swapped (item, "activate", activated, column);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
}

static void
menu_clicked (ConvLayerColumn *column)
{
  GtkWidget *menu = gtk_menu_new ();
  const gint count = conv_layer_settings_n_variants (column->host.settings);

  add_item (menu, _("Move _Left"), column->variant > 0, G_CALLBACK (move_left), column);
  add_item (menu, _("Move _Right"), column->variant < count - 1, G_CALLBACK (move_right), column);
  add_item (menu, _("Re_move"), TRUE, G_CALLBACK (remove_variant), column);
  gtk_widget_show_all (menu);
  gtk_menu_attach_to_widget (GTK_MENU (menu), column->menu_button, NULL);
  conv_layer_menu_popup (menu, column->menu_button, NULL);
}

/* A text that is wider than a column at the least has lines of that width: GTK 2
 * breaks them at the width that is asked for, not at the one that is there. */
static void
set_caption (GtkWidget *label, const gchar *text)
{
  PangoLayout *layout;
  gint width;

  if (strcmp (text, gtk_label_get_text (GTK_LABEL (label))) == 0)
    return;
  layout = gtk_widget_create_pango_layout (label, text);
  pango_layout_set_attributes (layout, gtk_label_get_attributes (GTK_LABEL (label)));
  pango_layout_get_pixel_size (layout, &width, NULL);
  g_object_unref (layout);
  gtk_widget_set_size_request (label, width > COLUMN_WIDTH ? COLUMN_WIDTH : -1, -1);
  /* GTK 2 takes a label that asks for a width for as wide as that when it centers it, but not one that asks for
   * characters; that they are fewer does not matter. */
  gtk_label_set_width_chars (GTK_LABEL (label), width > COLUMN_WIDTH ? 1 : -1);
  gtk_label_set_text (GTK_LABEL (label), text);
}

/* ---- what is known of the maps ---- */

static gchar *
facts_text (const ConvLayerFacts *facts, ConvLayerStages stage)
{
  gchar min[G_ASCII_DTOSTR_BUF_SIZE], max[G_ASCII_DTOSTR_BUF_SIZE], share[G_ASCII_DTOSTR_BUF_SIZE];
  const gdouble percent = facts->pixels ? 100.0 * (gdouble) facts->active / (gdouble) facts->pixels : 0;

  if (stage == CONV_LAYER_POST_RELU && facts->active == 0)
    return g_strdup (_("dead: no pixel is positive"));
  if (facts->active == 0)
    return g_strdup (_("every pixel is 0"));
  g_ascii_formatd (min, sizeof min, SHOWN_DIGITS, facts->min);
  g_ascii_formatd (max, sizeof max, SHOWN_DIGITS, facts->max);
  /* With a dot, too: two decimal signs in one caption would be a riddle. */
  g_ascii_formatd (share, sizeof share, "%.1f", percent);
  /* A map of which one pixel in a million is active is not dead. */
  if (percent < 0.1)
    return g_strdup_printf (_("\342\200\216%s to \342\200\216%s\nunder 0.1 %% active"), min, max);
  return g_strdup_printf (_("\342\200\216%s to \342\200\216%s\n%s %% active"), min, max, share);
}

/* As many lines: a map that is being made takes its place at once. */
static gchar *
missing_facts_text (ConvLayerPreview *preview)
{
  return conv_layer_preview_awaits_maps (preview) ? g_strdup ("\n") : g_strconcat (_("no map yet"), "\n", NULL);
}

void
conv_layer_column_update_facts (ConvLayerColumn *column)
{
  for (gint i = 0; column->output > 0 && i < 2; i++)
    {
      const ConvLayerFacts *facts = conv_layer_preview_get_facts (column->host.preview, column->output - 1, stages[i]);
      gchar *text = facts ? facts_text (facts, stages[i]) : missing_facts_text (column->host.preview);

      set_caption (column->facts[i], text);
      g_free (text);
    }
}

/* ---- following the settings ---- */

static void
update_tile (ConvLayerColumn *column, const gchar *expression)
{
  const gchar *filter = g_value_get_string (conv_layer_settings_get (column->host.settings, CONV_LAYER_FILTER));
  gchar *tiled = g_strconcat (expression, "\n", filter, NULL);
  Conv2dBank bank = { 0 };
  gboolean good;

  if (g_strcmp0 (tiled, column->tiled) == 0)
    {
      g_free (tiled);
      return;
    }
  g_free (column->tiled);
  column->tiled = tiled;
  good
      = conv2d_bank_parse (expression, conv_layer_settings_get_filter (column->host.settings), &bank, NULL) == CONV2D_OK
        && bank.count == 1;
  if (good)
    conv_layer_tile_set_weights (column->tile, bank.weights, bank.rows, bank.columns);
  conv2d_bank_clear (&bank);
  /* The old one stays, gray, until the expression can be read. */
  gtk_widget_set_sensitive (column->tile, good);
  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (column->entry), GTK_ENTRY_ICON_SECONDARY,
                                     good ? NULL : "dialog-warning");
}

static void
update_output (ConvLayerColumn *column, gint output)
{
  gchar *texts[3];

  if (output == column->output)
    return;
  column->output = output;
  if (output == 0)
    return;
  texts[0] = g_strdup_printf (_("Filter %d"), output);
  texts[1] = g_strdup_printf (_("Output %d (before ReLU)"), output);
  texts[2] = g_strdup_printf (_("Output %d (after ReLU)"), output);
  set_caption (column->filter_caption, texts[0]);
  for (gint i = 0; i < 2; i++)
    {
      set_caption (column->captions[i], texts[1 + i]);
      conv_layer_view_set_output (column->views[i], output - 1);
    }
  for (gint i = 0; i < 3; i++)
    g_free (texts[i]);
}

void
conv_layer_column_update (ConvLayerColumn *column)
{
  const ConvLayerVariant *variant = conv_layer_settings_get_variant (column->host.settings, column->variant);
  gchar *name = g_strdup_printf (_("Use %s"), variant->expression);
  gchar *typed = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (column->entry))));

  column->updating = TRUE;
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (column->check), variant->used);
  /* A blank that was just typed stays. */
  if (strcmp (typed, variant->expression) != 0)
    gtk_entry_set_text (GTK_ENTRY (column->entry), variant->expression);
  gtk_label_set_text (GTK_LABEL (column->slim), variant->expression);
  conv_layer_widget_describe (column->check, name, NULL);
  update_output (column, conv_layer_settings_variant_output (column->host.settings, column->variant));
  if (variant->used)
    update_tile (column, variant->expression);
  gtk_widget_set_visible (column->entry, variant->used);
  gtk_widget_set_visible (column->body, variant->used);
  gtk_widget_set_visible (column->slim, !variant->used);
  gtk_widget_set_size_request (column->box, variant->used ? COLUMN_WIDTH : -1, -1);
  column->updating = FALSE;
  g_free (typed);
  g_free (name);
}

/* ---- making it ---- */

static GtkWidget *
new_header (ConvLayerColumn *column)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE / 2);

  column->check = gtk_check_button_new ();
  gtk_widget_set_tooltip_text (column->check, _("Whether the layer has this filter"));
  column->entry = gtk_entry_new ();
  gtk_entry_set_width_chars (GTK_ENTRY (column->entry), 6);
  gtk_entry_set_activates_default (GTK_ENTRY (column->entry), TRUE);
  gtk_widget_set_direction (column->entry, GTK_TEXT_DIR_LTR);
  gtk_widget_set_tooltip_text (column->entry,
                               _("How this filter is made of the base filter f: f, f.T, rot90(f), rot180(f), "
                                 "rot270(f), fliplr(f), flipud(f), with +, - and factors, such as 0.5*f - f.T"));
  conv_layer_widget_describe (column->entry, _("Expression of the variant"), NULL);
  column->menu_button = gtk_button_new_with_label ("⋮");
  gtk_button_set_relief (GTK_BUTTON (column->menu_button), GTK_RELIEF_NONE);
  conv_layer_button_slim (column->menu_button);
  gtk_widget_set_tooltip_text (column->menu_button, _("Move or remove this variant"));
  conv_layer_widget_describe (column->menu_button, _("Move or remove this variant"), NULL);
  gtk_box_pack_start (GTK_BOX (box), column->check, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), column->entry, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), column->menu_button, FALSE, FALSE, 0);
  g_signal_connect (column->check, "toggled", G_CALLBACK (use_toggled), column);
  g_signal_connect (column->entry, "changed", G_CALLBACK (expression_typed), column);
  g_signal_connect_swapped (column->menu_button, "clicked", G_CALLBACK (menu_clicked), column);
  return box;
}

/* Smaller than what can be changed, so that four columns fit a small screen. */
static GtkWidget *
new_caption (const gchar *text)
{
  GtkWidget *label = gtk_label_new (text);
  PangoAttrList *attributes = pango_attr_list_new ();

  pango_attr_list_insert (attributes, pango_attr_scale_new (PANGO_SCALE_SMALL));
  gtk_label_set_attributes (GTK_LABEL (label), attributes);
  pango_attr_list_unref (attributes);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_line_wrap (GTK_LABEL (label), TRUE);
  return label;
}

/* A map with what it is above it and what is known of it below. */
static GtkWidget *
new_map (ConvLayerColumn *column, gint i)
{
  static const gchar *const helps[2]
      = { N_("What the filter gives at each place of the picture: the sum of all products, plus the bias."),
              N_("The same output after ReLU: what was negative is 0 now, everything else is as before.") };
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE / 2);

  column->captions[i] = new_caption (NULL);
  column->views[i] = conv_layer_view_new (column->host.sight, 0, stages[i]);
  column->facts[i] = new_caption ("\n");
  /* Words that take another number of lines would move the maps beside each other. */
  gtk_size_group_add_widget (column->host.captions, column->captions[i]);
  gtk_size_group_add_widget (column->host.facts, column->facts[i]);
  gtk_widget_set_size_request (column->views[i], -1, VIEW_HEIGHT);
  gtk_widget_set_tooltip_text (column->captions[i], _(helps[i]));
  gtk_widget_set_tooltip_text (column->facts[i],
                               _("The least and the greatest activation of the map. Active are the pixels whose "
                                 "activation is not 0: there the filter found something."));
  /* In a high window a map has room around it, and a caption would stand nearer to the words above than to its map. */
  gtk_box_pack_start (GTK_BOX (box), conv_layer_line_new (), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), column->captions[i], FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), column->views[i], TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), column->facts[i], FALSE, FALSE, 0);
  return box;
}

static GtkWidget *
new_body (ConvLayerColumn *column)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);
  GtkWidget *filter = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE / 2);

  column->filter_caption = new_caption (NULL);
  column->tile = conv_layer_tile_new (TILE_SIZE);
  gtk_box_pack_start (GTK_BOX (filter), column->filter_caption, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (filter), column->tile, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), filter, FALSE, FALSE, 0);
  for (gint i = 0; i < 2; i++)
    gtk_box_pack_start (GTK_BOX (box), new_map (column, i), TRUE, TRUE, 0);
  return box;
}

ConvLayerColumn *
conv_layer_column_new (const ConvLayerColumnHost *host, gint variant)
{
  ConvLayerColumn *column = g_new0 (ConvLayerColumn, 1);

  column->host = *host;
  column->variant = variant;
  column->output = -1;
  column->box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE / 2);
  gtk_box_pack_start (GTK_BOX (column->box), new_header (column), FALSE, FALSE, 0);
  column->body = new_body (column);
  column->slim = gtk_label_new (NULL);
  gtk_label_set_angle (GTK_LABEL (column->slim), 90);
  gtk_box_pack_start (GTK_BOX (column->box), column->body, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (column->box), column->slim, FALSE, FALSE, 0);
  g_object_ref_sink (column->box);
  gtk_widget_show_all (column->box);
  gtk_widget_set_no_show_all (column->box, TRUE); /* which of them are seen is ours to say */
  /* From now on the variant decides which of these is seen. */
  gtk_widget_set_no_show_all (column->entry, TRUE);
  gtk_widget_set_no_show_all (column->body, TRUE);
  gtk_widget_set_no_show_all (column->slim, TRUE);
  conv_layer_column_update (column);
  conv_layer_column_update_facts (column);
  return column;
}

void
conv_layer_column_free (ConvLayerColumn *column)
{
  gtk_widget_destroy (column->box);
  g_object_unref (column->box);
  g_free (column->tiled);
  g_free (column);
}

GtkWidget *
conv_layer_column_get_widget (ConvLayerColumn *column)
{
  return column->box;
}

gboolean
conv_layer_column_is_used (ConvLayerColumn *column)
{
  return column->output > 0;
}
