/* fuzz-stored.c: any bytes as what is kept between two runs: the last run's
 * arguments and the dialog's state, parted by a zero byte.  What was read goes
 * through the settings the dialog edits, is saved and read back. */

#include "fuzz-glib.h"

#include "editor-parts.h"
#include "last-values.h"

static gchar *values_path, *state_path;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  (void) argc;
  (void) argv;
  fuzz_start ();
  fuzz_make_folder ();
  values_path = g_build_filename (fuzz_folder, "last-values.ini", NULL);
  state_path = g_build_filename (fuzz_folder, "dialog.ini", NULL);
  return 0;
}

static gboolean
same_value (const GValue *a, const GValue *b)
{
  if (G_VALUE_HOLDS_STRING (a))
    return g_strcmp0 (g_value_get_string (a), g_value_get_string (b)) == 0;
  if (G_VALUE_HOLDS_INT (a))
    return g_value_get_int (a) == g_value_get_int (b);
  if (G_VALUE_HOLDS_DOUBLE (a))
    return g_value_get_double (a) == g_value_get_double (b)
           || (g_value_get_double (a) != g_value_get_double (a) && g_value_get_double (b) != g_value_get_double (b));
  return g_value_get_boolean (a) == g_value_get_boolean (b);
}

/* What the dialog would give back is read as it was. */
static void
check_round_trip (const ConvLayerValues values)
{
  ConvLayerValues again;
  GError *error = NULL;

  conv_layer_values_init (again);
  FUZZ_CHECK (conv_layer_last_values_save (values_path, values, &error));
  conv_layer_last_values_load (values_path, again);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    FUZZ_CHECK (same_value (&values[i], &again[i]));
  conv_layer_values_clear (again);
}

static void
check_settings (ConvLayerSettings *settings)
{
  GError *error = NULL;
  gchar *unused, *again, *summary;

  if (!conv_layer_settings_check (settings, NULL, &error))
    fuzz_check_sentence (error);
  g_clear_error (&error);
  summary = conv_layer_settings_summary (settings, 3);
  g_free (summary);
  unused = conv_layer_settings_save_unused (settings);
  conv_layer_settings_load_unused (settings, unused);
  again = conv_layer_settings_save_unused (settings);
  FUZZ_CHECK (strcmp (unused, again) == 0 && g_utf8_validate (unused, -1, NULL));
  g_free (unused);
  g_free (again);
  for (gint i = 0; i < conv_layer_settings_n_variants (settings); i++)
    FUZZ_CHECK (!strchr (conv_layer_settings_get_variant (settings, i)->expression, ','));
  FUZZ_CHECK (!conv_layer_settings_can_undo (settings));
}

static void
check_state (ConvLayerState *state)
{
  FUZZ_CHECK (state->width >= 0 && state->width <= 32767 && state->height >= 0 && state->height <= 32767);
  FUZZ_CHECK (state->zoom >= 0 && state->zoom < 1000);
  FUZZ_CHECK (!state->unused || g_utf8_validate (state->unused, -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gchar *values_text = fuzz_take_text (&data, &size);
  gchar *state_text = fuzz_take_text (&data, &size);
  ConvLayerState state, again;
  ConvLayerValues values;
  ConvLayerSettings *settings;

  fuzz_write_file (values_path, values_text, strlen (values_text));
  fuzz_write_file (state_path, state_text, strlen (state_text));
  conv_layer_values_init (values);
  conv_layer_last_values_load (values_path, values);
  conv_layer_state_load (&state, fuzz_folder);
  check_state (&state);

  settings = conv_layer_settings_new (values, 40, 30);
  if (state.unused)
    conv_layer_settings_load_unused (settings, state.unused);
  check_settings (settings);
  conv_layer_settings_get_all (settings, values);
  check_round_trip (values);

  FUZZ_CHECK (conv_layer_state_save (&state, fuzz_folder, NULL));
  conv_layer_state_load (&again, fuzz_folder);
  FUZZ_CHECK (state.width == again.width && state.height == again.height && state.zoom == again.zoom
              && state.inspector == again.inspector);
  FUZZ_CHECK (strcmp (state.unused ? state.unused : "", again.unused) == 0);

  g_object_unref (settings);
  conv_layer_state_clear (&state);
  conv_layer_state_clear (&again);
  conv_layer_values_clear (values);
  g_free (values_text);
  g_free (state_text);
  return 0;
}
