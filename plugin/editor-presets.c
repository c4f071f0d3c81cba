/* editor-presets.c: which preset the base filter is, and the window to choose
 * another, keep one's own and exchange text files.  Knows the settings and the
 * presets; not where they are kept. */

#include "editor-parts.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "editor-tile.h"
#include "toolkit.h"

typedef struct
{
  ConvLayerSettings *settings;
  ConvLayerPresets *presets; /* borrowed */
  GtkWidget *name, *picture;
  gchar *filter; /* the text that NAME and PICTURE stand for */
  guint chosen;  /* how often the chooser was opened: each is a step of the history */
} PresetButton;

typedef struct
{
  PresetButton *owner;
  GtkWidget *dialog, *list, *rename, *remove, *message;
  GtkListStore *store;
  gboolean filling;
  gchar *key; /* of the history */
} Chooser;

enum
{
  COLUMN_TILE,
  COLUMN_WORDS, /* markup */
  COLUMN_PRESET,
  N_COLUMNS
};

enum
{
  RESPONSE_SAVE = 1,
  RESPONSE_RENAME,
  RESPONSE_REMOVE,
  RESPONSE_READ,
  RESPONSE_WRITE
};

#define BUTTON "conv-layer-preset-button"
#define TILE_SIZE 48
#define SMALL_TILE_SIZE 22
#define WORDS_WIDTH 300 /* pixels, where they wrap */

static gboolean
same_filter (const Conv2dFilter *a, const Conv2dFilter *b)
{
  if (a->rows != b->rows || a->columns != b->columns)
    return FALSE;
  for (gint i = 0; i < a->rows * a->columns; i++)
    if (a->weights[i] != b->weights[i]) /* the same number, not nearly */
      return FALSE;
  return TRUE;
}

/* Which preset FILTER is, -1: none. */
static gint
find_preset (const GPtrArray *list, const Conv2dFilter *filter)
{
  for (guint i = 0; i < list->len; i++)
    if (same_filter (&((const ConvLayerPreset *) list->pdata[i])->filter, filter))
      return (gint) i;
  return -1;
}

/* ---- the list ---- */

static void
fill (Chooser *chooser)
{
  const GPtrArray *list = conv_layer_presets_list (chooser->owner->presets);

  chooser->filling = TRUE;
  gtk_list_store_clear (chooser->store);
  for (guint i = 0; i < list->len; i++)
    {
      const ConvLayerPreset *preset = list->pdata[i];
      GdkPixbuf *tile = conv_layer_tile_pixbuf (&preset->filter, TILE_SIZE);
      gchar *words = g_markup_printf_escaped ("<b>%s</b>\n%s", preset->name,
                                              preset->own ? _("One of your own")
                                          : preset->help  ? preset->help
                                                          : "");

      gtk_list_store_insert_with_values (chooser->store, NULL, -1, COLUMN_TILE, tile, COLUMN_WORDS, words,
                                         COLUMN_PRESET, (gint) i, -1);
      g_free (words);
      if (tile)
        g_object_unref (tile);
    }
  chooser->filling = FALSE;
}

/* NULL when none is selected. */
static const ConvLayerPreset *
selected (Chooser *chooser)
{
  GtkTreeSelection *selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (chooser->list));
  GtkTreeIter iter;
  gint n;

  if (!gtk_tree_selection_get_selected (selection, NULL, &iter))
    return NULL;
  gtk_tree_model_get (GTK_TREE_MODEL (chooser->store), &iter, COLUMN_PRESET, &n, -1);
  return conv_layer_presets_list (chooser->owner->presets)->pdata[n];
}

/* Shows the row of the base filter, if it is one of them. */
static void
select_present (Chooser *chooser)
{
  gint n = find_preset (conv_layer_presets_list (chooser->owner->presets),
                        conv_layer_settings_get_filter (chooser->owner->settings));
  GtkTreePath *path;

  if (n < 0)
    return;
  path = gtk_tree_path_new_from_indices (n, -1);
  gtk_tree_view_set_cursor (GTK_TREE_VIEW (chooser->list), path, NULL, FALSE);
  gtk_tree_view_scroll_to_cell (GTK_TREE_VIEW (chooser->list), path, NULL, TRUE, 0.5, 0);
  gtk_tree_path_free (path);
}

static void
use_filter (Chooser *chooser, const Conv2dFilter *filter)
{
  conv_layer_settings_begin (chooser->owner->settings, chooser->key);
  conv_layer_settings_set_filter (chooser->owner->settings, filter);
  conv_layer_settings_end (chooser->owner->settings);
}

/* The maps behind the window show at once what the preset does. */
static void
selection_changed (Chooser *chooser)
{
  const ConvLayerPreset *preset;

  if (chooser->filling)
    return;
  preset = selected (chooser);
  gtk_widget_set_sensitive (chooser->rename, preset && preset->own);
  gtk_widget_set_sensitive (chooser->remove, preset && preset->own);
  if (preset)
    use_filter (chooser, &preset->filter);
}

static void
row_activated (Chooser *chooser)
{
  gtk_dialog_response (GTK_DIALOG (chooser->dialog), GTK_RESPONSE_OK);
}

/* ---- one's own ---- */

/* Asks for a name; NULL on Cancel.  Free with g_free(). */
static gchar *
ask_name (Chooser *chooser, const gchar *title, const gchar *name)
{
  GtkWidget *dialog
      = gtk_dialog_new_with_buttons (title, GTK_WINDOW (chooser->dialog), GTK_DIALOG_MODAL,
                                     _("_Cancel"), GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK, NULL);
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  GtkWidget *label = gtk_label_new_with_mnemonic (_("_Name:"));
  GtkWidget *entry = gtk_entry_new ();
  gchar *answer = NULL;

  gtk_entry_set_text (GTK_ENTRY (entry), name);
  gtk_entry_set_width_chars (GTK_ENTRY (entry), 30);
  gtk_entry_set_max_length (GTK_ENTRY (entry), 100);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_container_set_border_width (GTK_CONTAINER (box), CONV_LAYER_WIDE);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), entry, TRUE, TRUE, 0);
  gtk_container_add (GTK_CONTAINER (gtk_dialog_get_content_area (GTK_DIALOG (dialog))), box);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  gtk_widget_show_all (box);
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK)
    answer = g_strstrip (g_strdup (gtk_entry_get_text (GTK_ENTRY (entry))));
  gtk_widget_destroy (dialog);
  return answer;
}

static void
save_own (Chooser *chooser, GError **error)
{
  gchar *name = ask_name (chooser, _("Save the Base Filter as a Preset"), "");

  if (name
      && conv_layer_presets_save (chooser->owner->presets, name,
                                  conv_layer_settings_get_filter (chooser->owner->settings), error))
    fill (chooser);
  g_free (name);
}

static void
rename_own (Chooser *chooser, GError **error)
{
  const ConvLayerPreset *preset = selected (chooser);
  gchar *old, *name;

  if (!preset || !preset->own)
    return;
  old = g_strdup (preset->name);
  name = ask_name (chooser, _("Rename the Preset"), old);
  if (name && conv_layer_presets_rename (chooser->owner->presets, old, name, error))
    fill (chooser);
  g_free (name);
  g_free (old);
}

static void
remove_own (Chooser *chooser, GError **error)
{
  const ConvLayerPreset *preset = selected (chooser);
  GtkWidget *dialog;

  if (!preset || !preset->own)
    return;
  dialog = gtk_message_dialog_new (GTK_WINDOW (chooser->dialog), GTK_DIALOG_MODAL, GTK_MESSAGE_QUESTION,
                                   GTK_BUTTONS_NONE, _("Delete the preset \"%s\"?"), preset->name);
  gtk_dialog_add_buttons (GTK_DIALOG (dialog), _("_Cancel"), GTK_RESPONSE_CANCEL,
                                                  _("_Delete"), GTK_RESPONSE_OK, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK
      && conv_layer_presets_delete (chooser->owner->presets, preset->name, error))
    fill (chooser);
  gtk_widget_destroy (dialog);
}

/* ---- text files ---- */

static GFile *
ask_file (Chooser *chooser, gboolean write)
{
  GtkWidget *dialog = gtk_file_chooser_dialog_new (
      write ? _("Save the Base Filter as a Text File")
            : _("Open a Filter from a Text File"), GTK_WINDOW (chooser->dialog),
                 write ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN,
                 _("_Cancel"), GTK_RESPONSE_CANCEL, write ? _("_Save") : _("_Open"), GTK_RESPONSE_OK, NULL);
  GFile *file = NULL;

  gtk_file_chooser_set_local_only (GTK_FILE_CHOOSER (dialog), FALSE);
  gtk_file_chooser_set_do_overwrite_confirmation (GTK_FILE_CHOOSER (dialog), TRUE);
  if (write)
    gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), _("filter.txt"));
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_OK);
  if (gtk_dialog_run (GTK_DIALOG (dialog)) == GTK_RESPONSE_OK)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
  gtk_widget_destroy (dialog);
  return file;
}

static void
read_file (Chooser *chooser, GError **error)
{
  GFile *file = ask_file (chooser, FALSE);
  Conv2dFilter filter;

  if (file && conv_layer_filter_read (file, &filter, error))
    {
      gtk_tree_selection_unselect_all (gtk_tree_view_get_selection (GTK_TREE_VIEW (chooser->list)));
      use_filter (chooser, &filter);
      /* Enter in the list would choose the preset that the cursor is on. */
      gtk_widget_grab_focus (gtk_dialog_get_widget_for_response (GTK_DIALOG (chooser->dialog), GTK_RESPONSE_OK));
    }
  if (file)
    g_object_unref (file);
}

static void
write_file (Chooser *chooser, GError **error)
{
  GFile *file = ask_file (chooser, TRUE);

  if (file)
    {
      conv_layer_filter_write (file, conv_layer_settings_get_filter (chooser->owner->settings), error);
      g_object_unref (file);
    }
}

/* ---- the window ---- */

/* What is typed finds a preset by any part of its name; FALSE: found. */
static gboolean
is_other (GtkTreeModel *model, gint column, const gchar *typed, GtkTreeIter *iter, gpointer data)
{
  Chooser *chooser = data;
  gchar *name, *part;
  gboolean other;
  gint n;

  (void) column;
  gtk_tree_model_get (model, iter, COLUMN_PRESET, &n, -1);
  name = g_utf8_casefold (((ConvLayerPreset *) conv_layer_presets_list (chooser->owner->presets)->pdata[n])->name, -1);
  part = g_utf8_casefold (typed, -1);
  other = strstr (name, part) == NULL;
  g_free (part);
  g_free (name);
  return other;
}

static GtkWidget *
new_list (Chooser *chooser)
{
  GtkCellRenderer *tile = gtk_cell_renderer_pixbuf_new ();
  GtkCellRenderer *words = gtk_cell_renderer_text_new ();
  GtkTreeViewColumn *column = gtk_tree_view_column_new ();
  GtkTreeSelection *selection;
  GtkWidget *scrolled;

  chooser->store = gtk_list_store_new (N_COLUMNS, GDK_TYPE_PIXBUF, G_TYPE_STRING, G_TYPE_INT);
  chooser->list = gtk_tree_view_new_with_model (GTK_TREE_MODEL (chooser->store));
  g_object_unref (chooser->store);
  g_object_set (tile, "xpad", CONV_LAYER_SPACE, "ypad", CONV_LAYER_SPACE / 2, NULL);
  g_object_set (words, "wrap-width", WORDS_WIDTH, "wrap-mode", PANGO_WRAP_WORD_CHAR, NULL);
  gtk_tree_view_column_pack_start (column, tile, FALSE);
  gtk_tree_view_column_pack_start (column, words, TRUE);
  gtk_tree_view_column_add_attribute (column, tile, "pixbuf", COLUMN_TILE);
  gtk_tree_view_column_add_attribute (column, words, "markup", COLUMN_WORDS);
  gtk_tree_view_append_column (GTK_TREE_VIEW (chooser->list), column);
  gtk_tree_view_set_headers_visible (GTK_TREE_VIEW (chooser->list), FALSE);
  gtk_tree_view_set_search_column (GTK_TREE_VIEW (chooser->list), COLUMN_WORDS);
  gtk_tree_view_set_search_equal_func (GTK_TREE_VIEW (chooser->list), is_other, chooser, NULL);
  conv_layer_widget_describe (chooser->list, _("Presets"), NULL);
  selection = gtk_tree_view_get_selection (GTK_TREE_VIEW (chooser->list));
  gtk_tree_selection_set_mode (selection, GTK_SELECTION_SINGLE);
  g_signal_connect_swapped (selection, "changed", G_CALLBACK (selection_changed), chooser);
  g_signal_connect_swapped (chooser->list, "row-activated", G_CALLBACK (row_activated), chooser);
  scrolled = conv_layer_scrolled_new (chooser->list, WORDS_WIDTH + TILE_SIZE + 50, 380);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  return scrolled;
}

static void
answer (GtkWidget *button, gpointer response)
{
  gtk_dialog_response (GTK_DIALOG (gtk_widget_get_toplevel (button)), GPOINTER_TO_INT (response));
}

static GtkWidget *
add_button (GtkWidget *box, const gchar *words, const gchar *help, gint response)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (words);

  gtk_widget_set_tooltip_text (button, help);
  conv_layer_widget_describe (button, NULL, help);
  gtk_box_pack_start (GTK_BOX (box), button, FALSE, FALSE, 0);
  g_signal_connect (button, "clicked", G_CALLBACK (answer), GINT_TO_POINTER (response));
  return button;
}

static void
build (Chooser *chooser, GtkWidget *parent)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_WIDE);
  GtkWidget *buttons = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, CONV_LAYER_SPACE);
  GtkWidget *content;

  chooser->dialog = gtk_dialog_new_with_buttons (
      _("Filter Presets"), GTK_WINDOW (gtk_widget_get_toplevel (parent)), GTK_DIALOG_MODAL,
         _("_Cancel"), GTK_RESPONSE_CANCEL, _("_OK"), GTK_RESPONSE_OK, NULL);
  chooser->message = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  gtk_container_set_border_width (GTK_CONTAINER (box), CONV_LAYER_WIDE);
  gtk_box_pack_start (GTK_BOX (box), new_list (chooser), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), buttons, FALSE, FALSE, 0);
  add_button (buttons, _("_Save as Preset…"), _("Keep the base filter under a name of your own"), RESPONSE_SAVE);
  chooser->rename
      = add_button (buttons, _("_Rename…"), _("Give the selected preset of your own another name"), RESPONSE_RENAME);
  chooser->remove = add_button (buttons, _("_Delete…"), _("Delete the selected preset of your own"), RESPONSE_REMOVE);
  add_button (
      buttons,
      _("Open Te_xt File…"),
         _("Read a base filter from a text file: rows of numbers, as ImageJ, NumPy or a spreadsheet write them"),
            RESPONSE_READ);
  add_button (buttons, _("Save as _Text File…"), _("Write the base filter to a text file: one row a line"),
                                                     RESPONSE_WRITE);
  gtk_widget_set_sensitive (chooser->rename, FALSE);
  gtk_widget_set_sensitive (chooser->remove, FALSE);
  content = gtk_dialog_get_content_area (GTK_DIALOG (chooser->dialog));
  gtk_box_pack_start (GTK_BOX (content), box, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (content), chooser->message, FALSE, FALSE, CONV_LAYER_SPACE);
  gtk_dialog_set_default_response (GTK_DIALOG (chooser->dialog), GTK_RESPONSE_OK);
  fill (chooser);
  select_present (chooser);
  gtk_widget_show_all (box);
  gtk_widget_grab_focus (chooser->list);
}

/* TRUE when the window is to be closed. */
static gboolean
handle (Chooser *chooser, gint response)
{
  GError *error = NULL;

  switch (response)
    {
    case RESPONSE_SAVE:
      save_own (chooser, &error);
      break;
    case RESPONSE_RENAME:
      rename_own (chooser, &error);
      break;
    case RESPONSE_REMOVE:
      remove_own (chooser, &error);
      break;
    case RESPONSE_READ:
      read_file (chooser, &error);
      break;
    case RESPONSE_WRITE:
      write_file (chooser, &error);
      break;
    default:
      return TRUE;
    }
  conv_layer_message_set (chooser->message, error ? error->message : NULL);
  g_clear_error (&error);
  if (response == RESPONSE_SAVE || response == RESPONSE_RENAME)
    select_present (chooser);
  return FALSE;
}

static void update (GtkWidget *box);

static void
choose (GtkWidget *box)
{
  PresetButton *owner = g_object_get_data (G_OBJECT (box), BUTTON);
  Chooser chooser = { .owner = owner, .key = g_strdup_printf ("preset-%u", owner->chosen++) };
  const Conv2dFilter before = *conv_layer_settings_get_filter (owner->settings);
  gint response;

  build (&chooser, box);
  do
    response = gtk_dialog_run (GTK_DIALOG (chooser.dialog));
  while (!handle (&chooser, response));
  if (response != GTK_RESPONSE_OK)
    use_filter (&chooser, &before);
  gtk_widget_destroy (chooser.dialog);
  g_free (chooser.key);
  /* Its name may be another. */
  g_clear_pointer (&owner->filter, g_free);
  update (box);
}

/* ---- the button ---- */

static void
update (GtkWidget *box)
{
  PresetButton *owner = g_object_get_data (G_OBJECT (box), BUTTON);
  const Conv2dFilter *filter = conv_layer_settings_get_filter (owner->settings);
  const gchar *text = g_value_get_string (conv_layer_settings_get (owner->settings, CONV_LAYER_FILTER));
  const GPtrArray *list = conv_layer_presets_list (owner->presets);
  GdkPixbuf *tile;
  gint n;

  if (g_strcmp0 (text, owner->filter) == 0)
    return;
  g_free (owner->filter);
  owner->filter = g_strdup (text);
  n = find_preset (list, filter);
  gtk_label_set_text (GTK_LABEL (owner->name),
                      n >= 0 ? ((const ConvLayerPreset *) list->pdata[n])->name : _("your own weights"));
  tile = conv_layer_tile_pixbuf (filter, SMALL_TILE_SIZE);
  gtk_image_set_from_pixbuf (GTK_IMAGE (owner->picture), tile);
  if (tile)
    g_object_unref (tile);
}

static void
preset_button_free (gpointer data)
{
  PresetButton *owner = data;

  g_object_unref (owner->settings);
  g_free (owner->filter);
  g_free (owner);
}

GtkWidget *
conv_layer_preset_button_new (ConvLayerSettings *settings, ConvLayerPresets *presets)
{
  PresetButton *owner = g_new0 (PresetButton, 1);
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  GtkWidget *label = gtk_label_new_with_mnemonic (_("_Preset"));
  GtkWidget *button = gtk_button_new ();
  GtkWidget *inside = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, CONV_LAYER_SPACE);
  const gchar *help = _("Choose a known filter, one of your own, or one from a text file; save the base filter");

  owner->settings = g_object_ref (settings);
  owner->presets = presets;
  g_object_set_data_full (G_OBJECT (box), BUTTON, owner, preset_button_free);
  owner->picture = gtk_image_new ();
  owner->name = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (owner->name), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (owner->name), 12);
  g_object_set (owner->name, "xalign", 0.0, NULL); /* of both GTKs' labels */
  gtk_box_pack_start (GTK_BOX (inside), owner->picture, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (inside), owner->name, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (inside), gtk_label_new ("…"), FALSE, FALSE, 0);
  gtk_container_add (GTK_CONTAINER (button), inside);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), button);
  gtk_widget_set_tooltip_text (button, help);
  conv_layer_widget_describe (button, _("Preset"), help);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), button, TRUE, TRUE, 0);
  g_signal_connect_swapped (button, "clicked", G_CALLBACK (choose), box);
  g_signal_connect_object (settings, "changed", G_CALLBACK (update), box, G_CONNECT_SWAPPED);
  update (box);
  return box;
}
