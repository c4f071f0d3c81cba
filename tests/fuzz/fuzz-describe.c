/* fuzz-describe.c: any arguments, parted by zero bytes, through the checks, and
 * what is told of them: a sentence, or the JSON of a map, which is read back to
 * the same values, its name, and the programs in other languages. */

#include "fuzz-glib.h"

#include <json-glib/json-glib.h>
#include <math.h>

#include "carry.h"
#include "describe.h"

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  (void) argc;
  (void) argv;
  fuzz_start ();
  return 0;
}

static float
take_float (const uint8_t **data, size_t *size)
{
  uint8_t bytes[sizeof (float)];
  float number;

  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t) fuzz_byte (data, size);
  memcpy (&number, bytes, sizeof number);
  return isfinite (number) ? number : 0;
}

static void
check_number (JsonObject *object, const gchar *name, gfloat number)
{
  FUZZ_CHECK ((gfloat) json_object_get_double_member (object, name) == number);
}

static void
check_option (JsonObject *object, const gchar *name, const GValue *value)
{
  FUZZ_CHECK (json_object_has_member (object, name));
  if (G_VALUE_HOLDS_STRING (value))
    FUZZ_CHECK (g_strcmp0 (json_object_get_string_member (object, name), g_value_get_string (value)) == 0);
  else if (G_VALUE_HOLDS_INT (value))
    FUZZ_CHECK (json_object_get_int_member (object, name) == g_value_get_int (value));
  else if (G_VALUE_HOLDS_DOUBLE (value))
    FUZZ_CHECK (json_object_get_double_member (object, name) == g_value_get_double (value));
  else
    FUZZ_CHECK (json_object_get_boolean_member (object, name) == g_value_get_boolean (value));
}

static void
check_json (const ConvLayerOptions *options, const ConvLayerMap *map)
{
  gchar *text = conv_layer_map_json (options, map);
  JsonParser *parser = json_parser_new_immutable ();
  JsonObject *object;

  FUZZ_CHECK (g_utf8_validate (text, -1, NULL) && json_parser_load_from_data (parser, text, -1, NULL));
  object = json_node_get_object (json_parser_get_root (parser));
  /* A figure is told of only where there is one. */
  FUZZ_CHECK (json_object_has_member (object, "figure") == options->figure);
  for (gint i = 0; i < (options->figure ? CONV_LAYER_N_ARGUMENTS : CONV_LAYER_FIGURE); i++)
    check_option (object, conv_layer_argument_info ((ConvLayerArgument) i)->name, &options->values[i]);
  FUZZ_CHECK (strcmp (json_object_get_string_member (object, "variant"), map->variant) == 0);
  check_number (object, "min", map->min);
  check_number (object, "max", map->max);
  check_number (object, "black", map->black);
  check_number (object, "white", map->white);
  g_object_unref (parser);
  g_free (text);
}

static void
check_texts (const ConvLayerOptions *options, const ConvLayerMap *map)
{
  gchar *texts[] = { conv_layer_map_name (map), conv_layer_carry_pytorch (options),
                     conv_layer_carry_script_fu (options, CONV_LAYER_SCRIPT_FU_2),
                     conv_layer_carry_script_fu (options, CONV_LAYER_SCRIPT_FU_3) };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      FUZZ_CHECK (g_utf8_validate (texts[i], -1, NULL));
      g_free (texts[i]);
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  ConvLayerValues values;
  ConvLayerOptions *options;
  ConvLayerArgument at_fault = CONV_LAYER_N_ARGUMENTS;
  GError *error = NULL;

  fuzz_take_values (&data, &size, values);
  options = conv_layer_options_check (values, &at_fault, &error);
  if (options)
    {
      ConvLayerMap map = { .output = 1, .stage = CONV_LAYER_PRE_RELU, .width = 1, .height = 1 };

      map.min = take_float (&data, &size);
      map.max = take_float (&data, &size);
      map.black = take_float (&data, &size);
      map.white = take_float (&data, &size);
      map.variant = conv_layer_options_variant (options, options->layer.filters.count - 1);
      check_json (options, &map);
      check_texts (options, &map);
      g_free (map.variant);
      conv_layer_options_free (options);
    }
  else
    {
      fuzz_check_sentence (error);
      FUZZ_CHECK (at_fault < CONV_LAYER_N_ARGUMENTS);
    }
  g_clear_error (&error);
  conv_layer_values_clear (values);
  return 0;
}
