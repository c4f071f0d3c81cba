/* editor-layer.c: the layer's settings, a row each, in a student's words; what
 * is stored are the interface's.  Knows the settings; no filter, no map, no
 * pixel. */

#include "editor-parts.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "edits.h"
#include "toolkit.h"

typedef struct
{
  const gchar *word;  /* of the interface */
  const gchar *words; /* untranslated */
} Choice;

static const Choice maps_choices[]
    = { { "both", N_("before and after ReLU") },
          { "pre-relu", N_("before ReLU only") }, { "post-relu", N_("after ReLU only") }, { NULL, NULL } };
static const Choice grayscale_choices[] = { { "opencv", N_("as OpenCV") },
                                              { "luminance", N_("luminance, as GIMP") },
                                                { "red", N_("the red channel") },
                                                  { "green", N_("the green channel") },
                                                    { "blue", N_("the blue channel") },
                                                      { NULL, NULL } };
/* The last stands for every number of pixels. */
static const Choice padding_choices[]
    = { { "valid", N_("none (valid)") }, { "same", N_("same size") }, { "", N_("pixels:") }, { NULL, NULL } };
static const Choice mode_choices[]
    = { { "zeros", N_("black (zeros)") },
          { "reflect", N_("mirrored (reflect)") },
            { "replicate", N_("repeated (replicate)") }, { "circular", N_("wrapped (circular)") }, { NULL, NULL } };
static const Choice scale_choices[]
    = { { "map", N_("each from black to white") },
          { "shared", N_("all on one scale") },
            { "symmetric", N_("0 is mid-gray") }, { "raw", N_("the activation (raw)") }, { NULL, NULL } };

typedef struct
{
  ConvLayerArgument argument;
  const gchar *label; /* untranslated, with a mnemonic */
  const gchar *help;  /* untranslated */
  const Choice *choices;
} FieldInfo;

/* A table reads better as one. */
/* clang-format off */
static const FieldInfo infos[] = {
  { CONV_LAYER_MAPS, N_("_Maps"), N_("Which activation maps become layers. ReLU turns every negative activation into 0."),
    maps_choices },
  { CONV_LAYER_GRAYSCALE, N_("_Gray"), N_("How the colours of the picture become one gray number per pixel."),
    grayscale_choices },
  { CONV_LAYER_PADDING, N_("_Padding"),
    N_("Pixels added around the picture before the filter slides over it. Without padding a map is smaller than the "
       "picture. Type one number for every side, or two: 'rows, columns'."), padding_choices },
  { CONV_LAYER_PADDING_MODE, N_("Padding hol_ds"), N_("What the added pixels around the picture hold."), mode_choices },
  { CONV_LAYER_STRIDE, N_("Strid_e"),
    N_("How many pixels the filter moves from one position to the next. With 2, a map has half the width and height."),
    NULL },
  { CONV_LAYER_DILATION, N_("Dilatio_n"),
    N_("How far apart the pixels are that neighbouring weights meet. With 1 they touch."), NULL },
  { CONV_LAYER_BIAS, N_("Bias _value"), N_("A number that is added to every activation, before ReLU."),
    NULL },
  { CONV_LAYER_SCALE, N_("Dra_wn as"),
    N_("How activations become gray pixels. Each from black to white: every map by its own least and greatest "
       "activation. All on one scale: the same gray is the same activation in all maps. 0 is mid-gray: darker is "
       "negative, lighter is positive. Raw: the activation itself is written into the pixel."), scale_choices },
  { CONV_LAYER_GROUP, N_("_Keep the layers in a group"),
    N_("Puts the new layers into a layer group, so that the layer list stays tidy."), NULL },
  { CONV_LAYER_FIGURE, N_("Also make the f_igure"),
    N_("Makes a new image that shows the picture, the filters and the maps with their titles."), NULL },
};
/* clang-format on */
#define N_FIELDS G_N_ELEMENTS (infos)

typedef struct
{
  ConvLayerSettings *settings;
  gboolean updating; /* the widgets follow the settings now, not the other way round */
  GtkWidget *fields[N_FIELDS], *messages[N_FIELDS];
  GtkWidget *padding; /* the numbers of pixels */
} Fields;

#define FIELDS "conv-layer-fields"
#define FIELD "conv-layer-field"

static Fields *
fields_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), FIELDS);
}

static const FieldInfo *
info_of (gpointer widget)
{
  return g_object_get_data (G_OBJECT (widget), FIELD);
}

static void
set_text (Fields *fields, ConvLayerArgument argument, const gchar *text, const gchar *key)
{
  conv_layer_settings_begin (fields->settings, key);
  conv_layer_settings_set_text (fields->settings, argument, text);
  conv_layer_settings_end (fields->settings);
}

/* ---- from the widgets to the settings ---- */

static void
combo_changed (GtkComboBox *combo, Fields *fields)
{
  const FieldInfo *info = info_of (combo);
  gint active = gtk_combo_box_get_active (combo);
  const gchar *word;

  if (fields->updating || active < 0)
    return;
  word = info->choices[active].word;
  if (*word != '\0')
    {
      set_text (fields, info->argument, word, NULL);
      return;
    }
  set_text (fields, info->argument, gtk_entry_get_text (GTK_ENTRY (fields->padding)), NULL);
  gtk_widget_grab_focus (fields->padding); /* it can be written to only now */
}

static void
padding_typed (GtkEntry *entry, Fields *fields)
{
  if (!fields->updating)
    set_text (fields, CONV_LAYER_PADDING, gtk_entry_get_text (entry), "padding");
}

static void
spin_changed (GtkSpinButton *spin, Fields *fields)
{
  const FieldInfo *info = info_of (spin);

  if (fields->updating)
    return;
  conv_layer_settings_begin (fields->settings, conv_layer_argument_info (info->argument)->name);
  conv_layer_settings_set_number (fields->settings, info->argument, gtk_spin_button_get_value (spin));
  conv_layer_settings_end (fields->settings);
}

static void
check_toggled (GtkToggleButton *check, Fields *fields)
{
  if (!fields->updating)
    conv_layer_settings_set_number (fields->settings, info_of (check)->argument, gtk_toggle_button_get_active (check));
}

/* The dot is the decimal sign of all weights, so it is the bias's, too. */
static gint
bias_input (GtkSpinButton *spin, gdouble *value, gpointer data)
{
  (void) data;
  return conv_layer_weight_parse (gtk_entry_get_text (GTK_ENTRY (spin)), value) ? TRUE : GTK_INPUT_ERROR;
}

static gboolean
bias_output (GtkSpinButton *spin, gpointer data)
{
  gchar *text = conv_layer_weight_text (gtk_spin_button_get_value (spin));

  (void) data;
  if (strcmp (text, gtk_entry_get_text (GTK_ENTRY (spin))) != 0)
    gtk_entry_set_text (GTK_ENTRY (spin), text);
  g_free (text);
  return TRUE;
}

/* ---- from the settings to the widgets ---- */

static void
update_combo (Fields *fields, GtkComboBox *combo, const FieldInfo *info)
{
  const gchar *text = g_value_get_string (conv_layer_settings_get (fields->settings, info->argument));
  gboolean other; /* none of the words, but a text of its own */
  gint n = 0;

  while (info->choices[n].word && *info->choices[n].word && g_strcmp0 (info->choices[n].word, text) != 0)
    n++;
  gtk_combo_box_set_active (combo, info->choices[n].word ? n : -1);
  if (info->argument != CONV_LAYER_PADDING)
    return;
  other = info->choices[n].word && *info->choices[n].word == '\0';
  gtk_widget_set_sensitive (fields->padding, other);
  if (other && g_strcmp0 (gtk_entry_get_text (GTK_ENTRY (fields->padding)), text) != 0)
    gtk_entry_set_text (GTK_ENTRY (fields->padding), text ? text : "");
}

static void
update (GtkWidget *widget)
{
  Fields *fields = fields_of (widget);
  const gchar *padding = g_value_get_string (conv_layer_settings_get (fields->settings, CONV_LAYER_PADDING));

  fields->updating = TRUE;
  for (guint i = 0; i < N_FIELDS; i++)
    {
      const GValue *value = conv_layer_settings_get (fields->settings, infos[i].argument);

      if (infos[i].choices)
        update_combo (fields, GTK_COMBO_BOX (fields->fields[i]), &infos[i]);
      else if (G_VALUE_HOLDS_INT (value))
        gtk_spin_button_set_value (GTK_SPIN_BUTTON (fields->fields[i]), g_value_get_int (value));
      else if (G_VALUE_HOLDS_DOUBLE (value))
        gtk_spin_button_set_value (GTK_SPIN_BUTTON (fields->fields[i]), g_value_get_double (value));
      else
        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (fields->fields[i]), g_value_get_boolean (value));
      if (infos[i].argument == CONV_LAYER_PADDING_MODE)
        gtk_widget_set_sensitive (fields->fields[i], g_strcmp0 (padding, "valid") != 0);
    }
  fields->updating = FALSE;
}

/* ---- making them ---- */

static GtkWidget *
new_combo (Fields *fields, const FieldInfo *info)
{
  GtkWidget *combo = gtk_combo_box_text_new ();

  for (const Choice *choice = info->choices; choice->word; choice++)
    gtk_combo_box_text_append_text (GTK_COMBO_BOX_TEXT (combo), _(choice->words));
  g_object_set_data (G_OBJECT (combo), FIELD, (gpointer) info);
  g_signal_connect (combo, "changed", G_CALLBACK (combo_changed), fields);
  return combo;
}

static GtkWidget *
new_spin (Fields *fields, const FieldInfo *info)
{
  gboolean bias = info->argument == CONV_LAYER_BIAS;
  GtkWidget *spin
      = bias ? gtk_spin_button_new_with_range (-1e6, 1e6, 0.1) : gtk_spin_button_new_with_range (1, CONV2D_MAX_STEP, 1);

  if (bias)
    {
      /* As many decimals as it takes, and exponents. */
      gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (spin), FALSE);
      g_signal_connect (spin, "input", G_CALLBACK (bias_input), NULL);
      g_signal_connect (spin, "output", G_CALLBACK (bias_output), NULL);
    }
  gtk_entry_set_width_chars (GTK_ENTRY (spin), 6);
  gtk_entry_set_activates_default (GTK_ENTRY (spin), TRUE);
  g_object_set_data (G_OBJECT (spin), FIELD, (gpointer) info);
  g_signal_connect (spin, "value-changed", G_CALLBACK (spin_changed), fields);
  return spin;
}

static GtkWidget *
new_padding_entry (Fields *fields)
{
  fields->padding = gtk_entry_new ();
  gtk_entry_set_text (GTK_ENTRY (fields->padding), "1");
  gtk_entry_set_width_chars (GTK_ENTRY (fields->padding), 4);
  gtk_widget_set_direction (fields->padding, GTK_TEXT_DIR_LTR); /* the minus stands before its number */
  gtk_entry_set_activates_default (GTK_ENTRY (fields->padding), TRUE);
  gtk_widget_set_tooltip_text (fields->padding, _(infos[2].help));
  conv_layer_widget_describe (fields->padding, _("Padding in pixels"), _(infos[2].help));
  g_signal_connect (fields->padding, "changed", G_CALLBACK (padding_typed), fields);
  return fields->padding;
}

static void
add_row (Fields *fields, GtkWidget *grid, guint i)
{
  const FieldInfo *info = &infos[i];
  GType type = conv_layer_argument_info (info->argument)->type;
  GtkWidget *field;
  gint row = 2 * (gint) i;

  if (type == G_TYPE_BOOLEAN)
    {
      field = gtk_check_button_new_with_mnemonic (_(info->label));
      g_object_set_data (G_OBJECT (field), FIELD, (gpointer) info);
      g_signal_connect (field, "toggled", G_CALLBACK (check_toggled), fields);
      conv_layer_grid_attach (grid, field, 0, row, 3, 1, TRUE, FALSE);
    }
  else
    {
      GtkWidget *label = conv_layer_label_new (_(info->label), TRUE);

      field = info->choices ? new_combo (fields, info) : new_spin (fields, info);
      gtk_label_set_mnemonic_widget (GTK_LABEL (label), field);
      gtk_widget_set_tooltip_text (label, _(info->help));
      conv_layer_grid_attach (grid, label, 0, row, 1, 1, FALSE, FALSE);
      conv_layer_grid_attach (grid, field, 1, row, info->argument == CONV_LAYER_PADDING ? 1 : 2, 1, TRUE, FALSE);
      if (info->argument == CONV_LAYER_PADDING)
        conv_layer_grid_attach (grid, new_padding_entry (fields), 2, row, 1, 1, FALSE, FALSE);
    }
  gtk_widget_set_tooltip_text (field, _(info->help));
  conv_layer_widget_describe (field, NULL, _(info->help));
  fields->fields[i] = field;
  fields->messages[i] = conv_layer_message_new (CONV_LAYER_MESSAGE_WARNING);
  conv_layer_message_wrap (fields->messages[i], CONV_LAYER_MESSAGE_WIDTH);
  conv_layer_grid_attach (grid, fields->messages[i], 0, row + 1, 3, 1, TRUE, FALSE);
}

static void
fields_free (gpointer data)
{
  Fields *fields = data;

  g_object_unref (fields->settings);
  g_free (fields);
}

GtkWidget *
conv_layer_fields_new (ConvLayerSettings *settings)
{
  Fields *fields = g_new0 (Fields, 1);
  GtkWidget *grid = conv_layer_grid_new (CONV_LAYER_SPACE / 2, CONV_LAYER_SPACE);

  fields->settings = g_object_ref (settings);
  g_object_set_data_full (G_OBJECT (grid), FIELDS, fields, fields_free);
  gtk_container_set_border_width (GTK_CONTAINER (grid), CONV_LAYER_SPACE);
  for (guint i = 0; i < N_FIELDS; i++)
    add_row (fields, grid, i);
  g_signal_connect_object (settings, "changed", G_CALLBACK (update), grid, G_CONNECT_SWAPPED);
  update (grid);
  return grid;
}

gboolean
conv_layer_fields_has (ConvLayerArgument argument)
{
  return argument != CONV_LAYER_FILTER && argument != CONV_LAYER_VARIANTS;
}

void
conv_layer_fields_set_fault (GtkWidget *widget, ConvLayerArgument argument, const gchar *text)
{
  Fields *fields = fields_of (widget);

  for (guint i = 0; i < N_FIELDS; i++)
    conv_layer_message_set (fields->messages[i], infos[i].argument == argument ? text : NULL);
}
