/* settings.c: what the dialog edits, as snapshots: the present one, and those
 * that undo and redo go to.  Knows no widget, no pixel, no file. */

#include "settings.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "edits.h"
#include "figure.h"

#define MAX_STEPS 200 /* of the history */

typedef struct
{
  ConvLayerValues values;
  GPtrArray *variants; /* ConvLayerVariant */
  Conv2dFilter filter; /* the last that could be read */
} State;

struct _ConvLayerSettings
{
  GObject parent_instance;

  State *state, *initial;
  gint width, height; /* of the input */

  GPtrArray *history; /* State; number AT equals STATE */
  guint at;
  gint depth;        /* begin without end */
  gboolean dirty;    /* changed since the outermost begin */
  gchar *open_key;   /* of the outermost begin */
  gchar *key;        /* of the last step */
  guint differences; /* what the last step changed */

  gboolean checked; /* the rest is of STATE */
  ConvLayerOptions *options;
  Conv2dGeometry geometry;
  ConvLayerArgument at_fault;
  GError *error;
};

G_DEFINE_FINAL_TYPE (ConvLayerSettings, conv_layer_settings, G_TYPE_OBJECT)

static guint changed_signal;

/* ---- variants ---- */

/* In one line, as an entry and the list of unused ones hold it; free with g_free(). */
static gchar *
one_line (const gchar *expression)
{
  return g_strstrip (g_strdelimit (g_utf8_make_valid (expression, -1), "\t\r\n\v\f", ' '));
}

static ConvLayerVariant *
variant_new (const gchar *expression, gboolean used)
{
  ConvLayerVariant *variant = g_new (ConvLayerVariant, 1);

  variant->expression = one_line (expression);
  variant->used = used;
  return variant;
}

static void
variant_free (gpointer data)
{
  ConvLayerVariant *variant = data;

  g_free (variant->expression);
  g_free (variant);
}

static gboolean
variants_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    {
      const ConvLayerVariant *one = a->pdata[i], *other = b->pdata[i];

      if (one->used != other->used || strcmp (one->expression, other->expression) != 0)
        return FALSE;
    }
  return TRUE;
}

/* Those that TEXT asks for; no expression holds a comma. */
static GPtrArray *
variants_from_text (const gchar *text)
{
  GPtrArray *variants = g_ptr_array_new_with_free_func (variant_free);
  gchar **parts = g_strsplit (text, ",", -1);

  for (gint i = 0; parts[i]; i++)
    g_ptr_array_add (variants, variant_new (parts[i], TRUE));
  g_strfreev (parts);
  return variants;
}

static gchar *
variants_to_text (const GPtrArray *variants)
{
  GString *text = g_string_new (NULL);
  const gchar *comma = "";

  for (guint i = 0; i < variants->len; i++)
    {
      const ConvLayerVariant *variant = variants->pdata[i];

      if (!variant->used)
        continue;
      g_string_append_printf (text, "%s%s", comma, variant->expression);
      comma = ", ";
    }
  return g_string_free (text, FALSE);
}

static gboolean
variants_have (const GPtrArray *variants, const gchar *expression)
{
  for (guint i = 0; i < variants->len; i++)
    if (strcmp (((const ConvLayerVariant *) variants->pdata[i])->expression, expression) == 0)
      return TRUE;
  return FALSE;
}

/* ---- snapshots ---- */

/* Texts become valid UTF-8, for they are shown. */
static void
copy_value (const GValue *from, GValue *to)
{
  const gchar *text;

  g_value_copy (from, to);
  if (!G_VALUE_HOLDS_STRING (to))
    return;
  text = g_value_get_string (to);
  g_value_take_string (to, g_utf8_make_valid (text ? text : "", -1));
}

static State *
state_new (const ConvLayerValues values)
{
  State *state = g_new0 (State, 1);

  conv_layer_values_init (state->values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    copy_value (&values[i], &state->values[i]);
  state->variants = variants_from_text (g_value_get_string (&state->values[CONV_LAYER_VARIANTS]));
  if (conv2d_filter_parse (g_value_get_string (&state->values[CONV_LAYER_FILTER]), &state->filter, NULL) != CONV2D_OK)
    conv2d_filter_parse (conv_layer_argument_info (CONV_LAYER_FILTER)->text, &state->filter, NULL);
  g_value_take_string (&state->values[CONV_LAYER_VARIANTS], variants_to_text (state->variants));
  return state;
}

static State *
state_copy (const State *state)
{
  State *copy = g_new0 (State, 1);

  conv_layer_values_init (copy->values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_value_copy (&state->values[i], &copy->values[i]);
  copy->filter = state->filter;
  copy->variants = g_ptr_array_new_with_free_func (variant_free);
  for (guint i = 0; i < state->variants->len; i++)
    {
      const ConvLayerVariant *variant = state->variants->pdata[i];

      g_ptr_array_add (copy->variants, variant_new (variant->expression, variant->used));
    }
  return copy;
}

static void
state_free (gpointer data)
{
  State *state = data;

  if (!state)
    return;
  conv_layer_values_clear (state->values);
  g_ptr_array_unref (state->variants);
  g_free (state);
}

static gboolean
value_equal (const GValue *a, const GValue *b)
{
  if (G_VALUE_HOLDS_STRING (a))
    return g_strcmp0 (g_value_get_string (a), g_value_get_string (b)) == 0;
  if (G_VALUE_HOLDS_INT (a))
    return g_value_get_int (a) == g_value_get_int (b);
  if (G_VALUE_HOLDS_DOUBLE (a)) /* a NaN equals itself, or it would be a change without end */
    return memcmp (&a->data[0].v_double, &b->data[0].v_double, sizeof (gdouble)) == 0;
  return g_value_get_boolean (a) == g_value_get_boolean (b);
}

/* A bit for each argument that is another, and one for the list of variants; 0
 * if all is the same. */
static guint
state_differences (const State *a, const State *b)
{
  guint differences = (guint) !variants_equal (a->variants, b->variants) << CONV_LAYER_N_ARGUMENTS;

  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    differences |= (guint) !value_equal (&a->values[i], &b->values[i]) << i;
  return differences;
}

/* ---- history ---- */

static void
forget_check (ConvLayerSettings *settings)
{
  settings->checked = FALSE;
  g_clear_pointer (&settings->options, conv_layer_options_free);
  g_clear_error (&settings->error);
}

static const State *
last_step (const ConvLayerSettings *settings)
{
  return settings->history->pdata[settings->at];
}

static void
add_step (ConvLayerSettings *settings)
{
  GPtrArray *history = settings->history;

  if (settings->at + 1 < history->len)
    g_ptr_array_set_size (history, (gint) settings->at + 1);
  g_ptr_array_add (history, state_copy (settings->state));
  if (history->len > MAX_STEPS)
    g_ptr_array_remove_index (history, 0);
  settings->at = history->len - 1;
}

/* The present state becomes a step, if it is another than the last one. */
static void
commit (ConvLayerSettings *settings, const gchar *key)
{
  guint differences = state_differences (last_step (settings), settings->state);
  gboolean grows = key && g_strcmp0 (key, settings->key) == 0 && differences == settings->differences
                   && settings->at > 0 && settings->at + 1 == settings->history->len;

  settings->dirty = FALSE;
  if (differences == 0)
    return;
  if (grows)
    g_ptr_array_remove_index (settings->history, settings->at--);
  /* What was typed may have been taken back. */
  if (state_differences (last_step (settings), settings->state) == 0)
    key = NULL;
  else
    add_step (settings);
  g_free (settings->key);
  settings->key = g_strdup (key);
  settings->differences = differences;
  g_signal_emit (settings, changed_signal, 0);
}

/* To be called after each change of STATE. */
static void
changed (ConvLayerSettings *settings)
{
  forget_check (settings);
  settings->dirty = TRUE;
  if (settings->depth == 0)
    commit (settings, NULL);
}

void
conv_layer_settings_begin (ConvLayerSettings *settings, const gchar *key)
{
  if (settings->depth++ > 0)
    return;
  g_free (settings->open_key);
  settings->open_key = g_strdup (key);
}

void
conv_layer_settings_end (ConvLayerSettings *settings)
{
  gchar *key;

  g_return_if_fail (settings->depth > 0);
  if (--settings->depth > 0 || !settings->dirty)
    return;
  /* Those who listen may begin another step. */
  key = g_steal_pointer (&settings->open_key);
  commit (settings, key);
  g_free (key);
}

static void
go_to (ConvLayerSettings *settings, guint at)
{
  g_return_if_fail (settings->depth == 0);
  settings->at = at;
  g_clear_pointer (&settings->key, g_free);
  state_free (settings->state);
  settings->state = state_copy (settings->history->pdata[at]);
  forget_check (settings);
  g_signal_emit (settings, changed_signal, 0);
}

gboolean
conv_layer_settings_can_undo (ConvLayerSettings *settings)
{
  return settings->at > 0;
}

gboolean
conv_layer_settings_can_redo (ConvLayerSettings *settings)
{
  return settings->at + 1 < settings->history->len;
}

void
conv_layer_settings_undo (ConvLayerSettings *settings)
{
  if (conv_layer_settings_can_undo (settings))
    go_to (settings, settings->at - 1);
}

void
conv_layer_settings_redo (ConvLayerSettings *settings)
{
  if (conv_layer_settings_can_redo (settings))
    go_to (settings, settings->at + 1);
}

/* Takes STATE as the present one. */
static void
replace_state (ConvLayerSettings *settings, State *state)
{
  gboolean equal = state_differences (settings->state, state) == 0;

  state_free (equal ? state : settings->state);
  if (equal)
    return;
  settings->state = state;
  changed (settings);
}

void
conv_layer_settings_reset (ConvLayerSettings *settings)
{
  ConvLayerValues values;

  conv_layer_values_init (values);
  replace_state (settings, state_new (values));
  conv_layer_values_clear (values);
}

void
conv_layer_settings_reset_initial (ConvLayerSettings *settings)
{
  replace_state (settings, state_copy (settings->initial));
}

/* ---- the arguments ---- */

const GValue *
conv_layer_settings_get (ConvLayerSettings *settings, ConvLayerArgument argument)
{
  return &settings->state->values[argument];
}

void
conv_layer_settings_get_all (ConvLayerSettings *settings, ConvLayerValues values)
{
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_value_copy (&settings->state->values[i], &values[i]);
}

/* The argument "variants" from the list. */
static void
variants_changed (ConvLayerSettings *settings)
{
  State *state = settings->state;

  g_value_take_string (&state->values[CONV_LAYER_VARIANTS], variants_to_text (state->variants));
  changed (settings);
}

/* Those not in use keep their places. */
static void
set_variants_text (ConvLayerSettings *settings, const gchar *text)
{
  State *state = settings->state;
  GPtrArray *variants = variants_from_text (text);

  for (guint i = 0; i < state->variants->len; i++)
    {
      const ConvLayerVariant *variant = state->variants->pdata[i];

      if (!variant->used && !variants_have (variants, variant->expression))
        g_ptr_array_insert (variants, (gint) MIN (i, variants->len), variant_new (variant->expression, FALSE));
    }
  if (variants_equal (variants, state->variants))
    {
      g_ptr_array_unref (variants);
      return;
    }
  g_ptr_array_unref (state->variants);
  state->variants = variants;
  variants_changed (settings);
}

void
conv_layer_settings_set (ConvLayerSettings *settings, ConvLayerArgument argument, const GValue *value)
{
  State *state = settings->state;
  GValue copy = G_VALUE_INIT;

  g_value_init (&copy, conv_layer_argument_info (argument)->type);
  copy_value (value, &copy);
  if (argument == CONV_LAYER_VARIANTS)
    {
      set_variants_text (settings, g_value_get_string (&copy));
    }
  else if (!value_equal (&state->values[argument], &copy))
    {
      g_value_copy (&copy, &state->values[argument]);
      if (argument == CONV_LAYER_FILTER)
        conv2d_filter_parse (g_value_get_string (&copy), &state->filter, NULL);
      changed (settings);
    }
  g_value_unset (&copy);
}

void
conv_layer_settings_set_text (ConvLayerSettings *settings, ConvLayerArgument argument, const gchar *text)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  conv_layer_settings_set (settings, argument, &value);
  g_value_unset (&value);
}

void
conv_layer_settings_set_number (ConvLayerSettings *settings, ConvLayerArgument argument, gdouble number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, conv_layer_argument_info (argument)->type);
  if (G_VALUE_HOLDS_INT (&value))
    g_value_set_int (&value, (gint) CLAMP (number, G_MININT, G_MAXINT));
  else if (G_VALUE_HOLDS_DOUBLE (&value))
    g_value_set_double (&value, number);
  else
    g_value_set_boolean (&value, number != 0);
  conv_layer_settings_set (settings, argument, &value);
  g_value_unset (&value);
}

void
conv_layer_settings_set_all (ConvLayerSettings *settings, const ConvLayerValues values)
{
  conv_layer_settings_begin (settings, NULL);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    conv_layer_settings_set (settings, (ConvLayerArgument) i, &values[i]);
  conv_layer_settings_end (settings);
}

/* ---- the base filter ---- */

const Conv2dFilter *
conv_layer_settings_get_filter (ConvLayerSettings *settings)
{
  return &settings->state->filter;
}

void
conv_layer_settings_set_filter (ConvLayerSettings *settings, const Conv2dFilter *filter)
{
  gchar *text = conv_layer_filter_text (filter);

  conv_layer_settings_set_text (settings, CONV_LAYER_FILTER, text);
  g_free (text);
}

/* ---- the list of variants ---- */

gint
conv_layer_settings_n_variants (ConvLayerSettings *settings)
{
  return (gint) settings->state->variants->len;
}

static ConvLayerVariant *
get_variant (ConvLayerSettings *settings, gint n)
{
  return g_ptr_array_index (settings->state->variants, n);
}

const ConvLayerVariant *
conv_layer_settings_get_variant (ConvLayerSettings *settings, gint n)
{
  return get_variant (settings, n);
}

gint
conv_layer_settings_variant_output (ConvLayerSettings *settings, gint n)
{
  gint output = 0;

  for (gint i = 0; i <= n; i++)
    output += get_variant (settings, i)->used;
  return get_variant (settings, n)->used ? output : 0;
}

void
conv_layer_settings_add_variant (ConvLayerSettings *settings, const gchar *expression)
{
  g_return_if_fail (!strchr (expression, ','));
  g_ptr_array_add (settings->state->variants, variant_new (expression, TRUE));
  variants_changed (settings);
}

void
conv_layer_settings_set_variant (ConvLayerSettings *settings, gint n, const gchar *expression)
{
  ConvLayerVariant *variant = get_variant (settings, n);
  gchar *line = one_line (expression);

  if (strcmp (variant->expression, line) == 0)
    {
      g_free (line);
      return;
    }
  g_free (variant->expression);
  variant->expression = line;
  variants_changed (settings);
}

void
conv_layer_settings_use_variant (ConvLayerSettings *settings, gint n, gboolean used)
{
  ConvLayerVariant *variant = get_variant (settings, n);

  if (variant->used == !!used)
    return;
  variant->used = !!used;
  variants_changed (settings);
}

void
conv_layer_settings_remove_variant (ConvLayerSettings *settings, gint n)
{
  g_ptr_array_remove_index (settings->state->variants, (guint) n);
  variants_changed (settings);
}

void
conv_layer_settings_move_variant (ConvLayerSettings *settings, gint from, gint to)
{
  GPtrArray *variants = settings->state->variants;

  if (from == to || to < 0 || to >= (gint) variants->len)
    return;
  g_ptr_array_insert (variants, to, g_ptr_array_steal_index (variants, (guint) from));
  variants_changed (settings);
}

gchar *
conv_layer_settings_save_unused (ConvLayerSettings *settings)
{
  GString *text = g_string_new (NULL);

  for (gint i = 0; i < conv_layer_settings_n_variants (settings); i++)
    if (!get_variant (settings, i)->used)
      g_string_append_printf (text, "%d %s\n", i, get_variant (settings, i)->expression);
  return g_string_free (text, FALSE);
}

void
conv_layer_settings_load_unused (ConvLayerSettings *settings, const gchar *text)
{
  GPtrArray *variants = settings->state->variants;
  gchar **lines = g_strsplit (text, "\n", -1);
  gboolean added = FALSE;

  for (gint i = 0; lines[i]; i++)
    {
      gchar *expression = lines[i];
      guint64 place = g_ascii_strtoull (lines[i], &expression, 10);

      if (expression == lines[i] || *expression != ' ' || strchr (expression, ',')
          || variants_have (variants, expression + 1) || variants->len >= 2 * CONV2D_MAX_FILTERS)
        continue;
      g_ptr_array_insert (variants, (gint) MIN (place, variants->len), variant_new (expression + 1, FALSE));
      added = TRUE;
    }
  g_strfreev (lines);
  if (!added)
    return;
  /* What was kept from last time is no step of this time's history. */
  g_clear_pointer (&settings->key, g_free);
  state_free (settings->initial);
  settings->initial = state_copy (settings->state);
  g_ptr_array_set_size (settings->history, 0);
  add_step (settings);
  g_signal_emit (settings, changed_signal, 0);
}

/* ---- whether they can run ---- */

static gboolean
parse_variants (const gchar *text, const Conv2dFilter *filter, GError **error)
{
  Conv2dBank bank;
  Conv2dError core;

  if (conv2d_bank_parse (text, filter, &bank, &core) != CONV2D_OK)
    {
      conv_layer_set_core_error (error, &core, conv_layer_argument_info (CONV_LAYER_VARIANTS)->name, text);
      return FALSE;
    }
  conv2d_bank_clear (&bank);
  return TRUE;
}

/* What would be two filters or none in the list of all is no variant. */
static gboolean
is_one (const gchar *expression, GError **error)
{
  if (strchr (expression, ','))
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                 _("'%s' holds a comma, but a variant is 1 expression; add them one by one."), expression);
  else if (strspn (expression, " \t\r\n\v\f") == strlen (expression))
    g_set_error_literal (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                         _("A variant is empty, but it needs 1 expression such as 'f' or '0.5*f - f.T'; write one or "
                           "remove the variant."));
  else
    return TRUE;
  return FALSE;
}

gboolean
conv_layer_settings_check_variant (ConvLayerSettings *settings, const gchar *expression, GError **error)
{
  const Conv2dFilter *filter = &settings->state->filter;
  gchar *used, *all;
  gboolean good;

  if (!is_one (expression, error) || !parse_variants (expression, filter, error))
    return FALSE;
  used = variants_to_text (settings->state->variants);
  /* What is wrong with the others is no fault of this one. */
  good = *used == '\0' || !parse_variants (used, filter, NULL);
  all = g_strdup_printf ("%s, %s", used, expression);
  good = good || parse_variants (all, filter, error);
  g_free (all);
  g_free (used);
  return good;
}

/* Whether the maps can be as large as they would be, and the figure. */
static gboolean
check_sizes (ConvLayerSettings *settings)
{
  ConvLayerFigure *figure;

  if (!conv_layer_options_measure (settings->options, settings->width, settings->height, &settings->geometry,
                                   &settings->at_fault, &settings->error))
    return FALSE;
  if (!settings->options->figure)
    return TRUE;
  settings->at_fault = CONV_LAYER_FIGURE;
  figure = conv_layer_figure_new (settings->options, settings->width, settings->height, &settings->error);
  g_clear_pointer (&figure, conv_layer_figure_free);
  return settings->error == NULL;
}

static void
check (ConvLayerSettings *settings)
{
  gint used = 0;

  settings->checked = TRUE;
  settings->at_fault = CONV_LAYER_VARIANTS;
  for (guint i = 0; i < settings->state->variants->len; i++)
    {
      const ConvLayerVariant *variant = get_variant (settings, (gint) i);

      if (variant->used && !is_one (variant->expression, &settings->error))
        return;
      used += variant->used;
    }
  if (used == 0)
    {
      g_set_error_literal (&settings->error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                           _("0 variants are in use, but a layer has at least 1 filter; tick a variant or add one."));
      return;
    }
  settings->options = conv_layer_options_check (settings->state->values, &settings->at_fault, &settings->error);
  if (settings->options && !check_sizes (settings))
    g_clear_pointer (&settings->options, conv_layer_options_free);
}

const ConvLayerOptions *
conv_layer_settings_check (ConvLayerSettings *settings, ConvLayerArgument *at_fault, GError **error)
{
  if (!settings->checked)
    check (settings);
  if (settings->options)
    return settings->options;
  if (at_fault)
    *at_fault = settings->at_fault;
  if (error)
    *error = g_error_copy (settings->error);
  return NULL;
}

gboolean
conv_layer_settings_get_map_size (ConvLayerSettings *settings, gint *width, gint *height)
{
  if (!conv_layer_settings_check (settings, NULL, NULL))
    return FALSE;
  *width = settings->geometry.width;
  *height = settings->geometry.height;
  return TRUE;
}

gchar *
conv_layer_settings_summary (ConvLayerSettings *settings, gint bytes_per_pixel)
{
  const ConvLayerOptions *options = conv_layer_settings_check (settings, NULL, NULL);
  gint layers, width, height;
  gchar *size, *text;

  if (!options)
    return NULL;
  layers = options->layer.filters.count * (options->stages == (CONV_LAYER_PRE_RELU | CONV_LAYER_POST_RELU) ? 2 : 1);
  width = settings->geometry.width;
  height = settings->geometry.height;
  size = g_format_size ((guint64) width * (guint64) height * (guint64) bytes_per_pixel * (guint64) layers);
  /* Translators: width and height of the input, of each map, number of layers, their bytes, as "1.6 MB" */
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d × %d → %d × %d, %d layer, %s",
                                       "%d × %d → %d × %d, %d layers, %s", (gulong) layers),
                          settings->width, settings->height, width, height, layers, size);
  g_free (size);
  return text;
}

/* ---- the object ---- */

static void
conv_layer_settings_finalize (GObject *object)
{
  ConvLayerSettings *settings = CONV_LAYER_SETTINGS (object);

  forget_check (settings);
  g_ptr_array_unref (settings->history);
  state_free (settings->state);
  state_free (settings->initial);
  g_free (settings->open_key);
  g_free (settings->key);
  G_OBJECT_CLASS (conv_layer_settings_parent_class)->finalize (object);
}

static void
conv_layer_settings_class_init (ConvLayerSettingsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = conv_layer_settings_finalize;
  changed_signal
      = g_signal_new ("changed", CONV_LAYER_TYPE_SETTINGS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
conv_layer_settings_init (ConvLayerSettings *settings)
{
  settings->history = g_ptr_array_new_with_free_func (state_free);
}

ConvLayerSettings *
conv_layer_settings_new (const ConvLayerValues initial, gint width, gint height)
{
  ConvLayerSettings *settings = g_object_new (CONV_LAYER_TYPE_SETTINGS, NULL);

  settings->state = state_new (initial);
  settings->initial = state_copy (settings->state);
  settings->width = width;
  settings->height = height;
  add_step (settings);
  return settings;
}
