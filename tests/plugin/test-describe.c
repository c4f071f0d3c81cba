/* test-describe.c: the names, the JSON and the messages that go with maps. */

#include <glib.h>
#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

#include "describe.h"
#include "german.h"

/* ---- helpers ---- */

/* Tells where we are, in ASCII. */
static void
say (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

static ConvLayerMap
map_of (gint output, const gchar *variant, ConvLayerStages stage, gfloat min, gfloat max)
{
  return (ConvLayerMap) { .output = output,
                          .variant = (gchar *) variant,
                          .stage = stage,
                          .width = 5,
                          .height = 3,
                          .min = min,
                          .max = max,
                          .black = min,
                          .white = max };
}

static ConvLayerOptions *
options_of (ConvLayerArgument argument, const gchar *text)
{
  ConvLayerValues values;
  ConvLayerOptions *options;

  conv_layer_values_init (values);
  g_value_set_string (&values[argument], text);
  g_value_set_int (&values[CONV_LAYER_STRIDE], 3);
  g_value_set_double (&values[CONV_LAYER_BIAS], 0.1);
  g_value_set_boolean (&values[CONV_LAYER_GROUP], FALSE);
  options = conv_layer_options_new (values, NULL);
  g_assert_nonnull (options);
  conv_layer_values_clear (values);
  return options;
}

/* ---- names ---- */

static void
check_names (void)
{
  static const struct
  {
    ConvLayerMap map;
    const gchar *name;
  } names[] = {
    { { 1, (gchar *) "f", CONV_LAYER_PRE_RELU, .min = -5.24314f, .max = 4.88235f },
      "Output 1: f, pre-ReLU [-5.2431, 4.8823]" },
    { { 64, (gchar *) "0.5*f - f.T", CONV_LAYER_POST_RELU, .min = 0, .max = 0.1f },
      "Output 64: 0.5*f - f.T, post-ReLU [0, 0.1]" },
    { { 2, (gchar *) "-f", CONV_LAYER_PRE_RELU, .min = -1e30f, .max = 123456 },
      "Output 2: -f, pre-ReLU [-1e+30, 1.2346e+05]" },
    { { 2, (gchar *) "rot90(f)", CONV_LAYER_PRE_RELU, .min = 1.5f, .max = 1.5f },
      "Output 2: rot90(f), pre-ReLU [1.5, 1.5]" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree gchar *name = conv_layer_map_name (&names[i].map);

      g_assert_cmpstr (name, ==, names[i].name);
    }
}

static void
test_names (void)
{
  check_names ();
}

static void
test_names_german (void)
{
  if (!german_start ())
    return;
  check_names ();
  german_stop ();
}

static void
test_procedure (void)
{
  g_assert_cmpstr (CONV_LAYER_PROCEDURE, ==, "plug-in-conv-layer");
  g_assert_cmpstr (CONV_LAYER_PARASITE, ==, "conv-layer");
  g_assert_cmpstr (conv_layer_group_name (), ==, "Convolutional layer");
  g_assert_cmpstr (conv_layer_stage_name (CONV_LAYER_PRE_RELU), ==, "pre-ReLU");
  g_assert_cmpstr (conv_layer_stage_name (CONV_LAYER_POST_RELU), ==, "post-ReLU");
  g_assert_cmpstr (conv_layer_menu_label (), ==, "Convolutional _Layer…");
  g_assert_cmpuint (strlen (conv_layer_blurb ()), >, 20);
  g_assert_cmpuint (strlen (conv_layer_help ()), >, 100);
}

/* ---- JSON ---- */

static JsonObject *
parse (JsonParser *parser, const gchar *json)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (g_utf8_validate (json, -1, NULL));
  json_parser_load_from_data (parser, json, -1, &error);
  g_assert_no_error (error);
  return json_node_get_object (json_parser_get_root (parser));
}

static gdouble
number (JsonObject *object, const gchar *name)
{
  g_assert_true (json_object_has_member (object, name));
  g_assert_true (json_node_get_value_type (json_object_get_member (object, name)) == G_TYPE_DOUBLE);
  return json_object_get_double_member (object, name);
}

static void
check_json (void)
{
  static const gchar *const members[]
      = { "version",   "output",  "variant",      "stage",  "filter",   "variants", "maps",
          "grayscale", "padding", "padding-mode", "stride", "dilation", "bias",     "scale",
          "group",     "min",     "max",          "black",  "white" };
  g_autoptr (ConvLayerOptions) options = options_of (CONV_LAYER_FILTER, "1 2\n\t3 4.5");
  g_autoptr (JsonParser) parser = json_parser_new ();
  ConvLayerMap map = map_of (3, "f.T", CONV_LAYER_POST_RELU, -0.1f, 1e-30f);
  g_autofree gchar *json = NULL;
  g_autoptr (GList) names = NULL;
  JsonObject *object;

  map.black = -1.25f;
  map.white = 1 / 3.0f;
  json = conv_layer_map_json (options, &map);
  object = parse (parser, json);

  /* In a run without a figure no member tells of it: the bytes are those of all scripts. */
  names = json_object_get_members (object);
  g_assert_cmpuint (g_list_length (names), ==, G_N_ELEMENTS (members));
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    g_assert_cmpstr (g_list_nth_data (names, i), ==, members[i]);

  g_assert_cmpint (json_object_get_int_member (object, "version"), ==, 1);
  g_assert_cmpint (json_object_get_int_member (object, "output"), ==, 3);
  g_assert_cmpstr (json_object_get_string_member (object, "variant"), ==, "f.T");
  g_assert_cmpstr (json_object_get_string_member (object, "stage"), ==, "post-relu");
  g_assert_cmpstr (json_object_get_string_member (object, "filter"), ==, "1 2\n\t3 4.5");
  g_assert_cmpstr (json_object_get_string_member (object, "variants"), ==, "f, -f, f.T, -f.T");
  g_assert_cmpstr (json_object_get_string_member (object, "maps"), ==, "both");
  g_assert_cmpstr (json_object_get_string_member (object, "grayscale"), ==, "opencv");
  g_assert_cmpstr (json_object_get_string_member (object, "padding"), ==, "valid");
  g_assert_cmpstr (json_object_get_string_member (object, "padding-mode"), ==, "zeros");
  g_assert_cmpint (json_object_get_int_member (object, "stride"), ==, 3);
  g_assert_cmpint (json_object_get_int_member (object, "dilation"), ==, 1);
  g_assert_cmpfloat (number (object, "bias"), ==, 0.1);
  g_assert_cmpstr (json_object_get_string_member (object, "scale"), ==, "map");
  g_assert_true (json_node_get_value_type (json_object_get_member (object, "group")) == G_TYPE_BOOLEAN);
  g_assert_false (json_object_get_boolean_member (object, "group"));
  g_assert_cmpfloat (number (object, "min"), ==, -0.1f);
  g_assert_cmpfloat (number (object, "max"), ==, 1e-30f);
  g_assert_cmpfloat (number (object, "black"), ==, -1.25f);
  g_assert_cmpfloat (number (object, "white"), ==, 1 / 3.0f);
}

static void
test_json (void)
{
  check_json ();
}

static void
test_json_figure (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (CONV_LAYER_FILTER, "1 2; 3 4");
  g_autoptr (JsonParser) parser = json_parser_new ();
  ConvLayerMap map = map_of (3, "f.T", CONV_LAYER_POST_RELU, -0.1f, 1e-30f);
  g_autofree gchar *json = NULL;
  JsonObject *object;

  options->figure = TRUE;
  g_value_set_boolean (&options->values[CONV_LAYER_FIGURE], TRUE);
  json = conv_layer_map_json (options, &map);
  object = parse (parser, json);
  g_assert_true (json_object_get_boolean_member (object, "figure"));
}

static void
test_json_german (void)
{
  if (!german_start ())
    return;
  check_json ();
  german_stop ();
}

static void
test_json_stage (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (CONV_LAYER_MAPS, "pre-relu");
  g_autoptr (JsonParser) parser = json_parser_new ();
  ConvLayerMap map = map_of (1, "f", CONV_LAYER_PRE_RELU, -3, 7);
  g_autofree gchar *json = conv_layer_map_json (options, &map);
  JsonObject *object = parse (parser, json);

  g_assert_cmpstr (json_object_get_string_member (object, "stage"), ==, "pre-relu");
  g_assert_cmpstr (json_object_get_string_member (object, "maps"), ==, "pre-relu");
  g_assert_cmpfloat (number (object, "min"), ==, -3);
}

/* Every float comes back as the same float. */
static void
test_json_floats (void)
{
  g_autoptr (ConvLayerOptions) options = options_of (CONV_LAYER_MAPS, "both");
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (gint i = 0; i < 500; i++)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      gfloat value = ldexpf ((gfloat) g_rand_double_range (rand, -1, 1), g_rand_int_range (rand, -140, 128));
      ConvLayerMap map = map_of (1, "f", CONV_LAYER_PRE_RELU, value, i % 2 ? 0 : -value);
      g_autofree gchar *json = conv_layer_map_json (options, &map);
      JsonObject *object = parse (parser, json);

      g_assert_cmpfloat (number (object, "min"), ==, map.min);
      g_assert_cmpfloat (number (object, "white"), ==, map.white);
    }
}

/* Numbers whose shortest text has an exponent and no point. */
static void
test_json_exponents (void)
{
  static const gdouble numbers[] = { 1e-10, -1e-10, 1e30, 1e22, -2e-9, 5e-324, 1e38, 0, 100 };
  g_autoptr (ConvLayerOptions) options = options_of (CONV_LAYER_MAPS, "both");

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (JsonParser) parser = json_parser_new ();
      ConvLayerMap map = map_of (1, "f", CONV_LAYER_PRE_RELU, 0, 0x1p-66f * (gfloat) i);
      g_autofree gchar *json = NULL;
      JsonObject *object;

      g_value_set_double (&options->values[CONV_LAYER_BIAS], numbers[i]);
      map.black = (gfloat) numbers[i];
      json = conv_layer_map_json (options, &map);
      object = parse (parser, json);
      g_assert_cmpfloat (number (object, "bias"), ==, numbers[i]);
      g_assert_cmpfloat (number (object, "black"), ==, (gfloat) numbers[i]);
      g_assert_cmpfloat (number (object, "max"), ==, map.max);
    }
}

/* What stands after the numbers may be any text. */
static void
check_filter_text (const gchar *filter, const gchar *expected)
{
  g_autoptr (ConvLayerOptions) options = options_of (CONV_LAYER_FILTER, filter);
  g_autoptr (JsonParser) parser = json_parser_new ();
  ConvLayerMap map = map_of (1, "f", CONV_LAYER_PRE_RELU, 0, 1);
  g_autofree gchar *json = conv_layer_map_json (options, &map);
  JsonObject *object = parse (parser, json);

  if (expected)
    g_assert_cmpstr (json_object_get_string_member (object, "filter"), ==, expected);
}

static void
test_json_texts (void)
{
  static const gchar *const filters[] = { "tensor([[1]], a=\"\\a\"\x01\x7f)", "tensor([[1]], a=\xc3\xa4\t\n)" };

  for (gsize i = 0; i < G_N_ELEMENTS (filters); i++)
    check_filter_text (filters[i], filters[i]);
}

/* It is JSON all the same. */
static void
test_json_invalid_utf8 (void)
{
  check_filter_text ("tensor([[1]], a=\xff\xfe)", NULL);
}

/* ---- messages ---- */

static void
test_clip_message (void)
{
  ConvLayerMap map[3] = { map_of (1, "f", CONV_LAYER_PRE_RELU, 0, 1), map_of (2, "f", CONV_LAYER_PRE_RELU, 0, 1),
                          map_of (1, "f", CONV_LAYER_POST_RELU, 0, 1) };
  g_autoptr (GPtrArray) maps = g_ptr_array_new ();
  g_autofree gchar *message = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (map); i++)
    g_ptr_array_add (maps, &map[i]);
  g_assert_null (conv_layer_clip_message (maps));
  map[0].clipped = 7;
  map[2].clipped = 4;
  message = conv_layer_clip_message (maps);
  g_assert_true (g_str_has_prefix (message, "11 of 45 pixels "));
  g_assert_true (g_str_has_suffix (message, "."));
  g_assert_nonnull (strstr (message, "Precision"));
}

/* More pixels than 32 bits count. */
static void
test_clip_message_large (void)
{
  ConvLayerMap map = map_of (1, "f", CONV_LAYER_PRE_RELU, 0, 1);
  g_autoptr (GPtrArray) maps = g_ptr_array_new ();
  g_autofree gchar *message = NULL;

  map.width = map.height = CONV_LAYER_MAX_EXTENT;
  map.clipped = G_GUINT64_CONSTANT (100000000000);
  g_ptr_array_add (maps, &map);
  message = conv_layer_clip_message (maps);
  g_assert_true (g_str_has_prefix (message, "100000000000 of 274877906944 pixels "));
}

static void
check_error (GError *error, ConvLayerError code, const gchar *pieces)
{
  g_auto (GStrv) list = g_strsplit (pieces, "|", -1);

  say (error->message);
  g_assert_error (error, CONV_LAYER_ERROR, (gint) code);
  g_assert_true (g_str_has_suffix (error->message, "."));
  g_assert_nonnull (strstr (error->message, "; "));
  for (gsize i = 0; list[i]; i++)
    if (!strstr (error->message, list[i]))
      g_error ("'%s' lacks '%s'", error->message, list[i]);
  g_error_free (error);
}

static void
test_errors (void)
{
  ConvLayerMap map = map_of (9, "f", CONV_LAYER_PRE_RELU, 0, 1);
  GError *error = NULL;

  conv_layer_set_indexed_error (&error, "photo.gif");
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "'photo.gif'|indexed|Image > Mode > RGB");
  conv_layer_set_floating_error (&error, "photo.gif");
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "'photo.gif'|floating|Anchor");
  conv_layer_set_no_drawable_error (&error);
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "0 drawables|at least 1|select");
  conv_layer_set_selection_error (&error, "Background", 640, 480);
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "'Background'|640 x 480|Select > None");
  conv_layer_set_display_error (&error);
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_DISPLAY, "interactive|RUN-NONINTERACTIVE");
  conv_layer_set_layer_error (&error, &map);
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_MEMORY, "5 x 3|Output 9|smaller");
}

/* Whatever an image or a layer is called, the message is one short line. */
static void
test_errors_names (void)
{
  gchar *name = g_strnfill (5000, 'x');
  GError *error = NULL;

  conv_layer_set_selection_error (&error, name, 640, 480);
  g_assert_cmpuint (strlen (error->message), <, 300);
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "'xxxx|…'|640 x 480|Select > None");
  conv_layer_set_indexed_error (&error, name);
  g_assert_cmpuint (strlen (error->message), <, 300);
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "'xxxx|…'|RGB");
  conv_layer_set_floating_error (&error, "one\ntwo\tthree");
  check_error (g_steal_pointer (&error), CONV_LAYER_ERROR_IMAGE, "'one two three'|Anchor");
  g_free (name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/describe/names", test_names);
  g_test_add_func ("/plugin/describe/names-german", test_names_german);
  g_test_add_func ("/plugin/describe/procedure", test_procedure);
  g_test_add_func ("/plugin/describe/json", test_json);
  g_test_add_func ("/plugin/describe/json-figure", test_json_figure);
  g_test_add_func ("/plugin/describe/json-german", test_json_german);
  g_test_add_func ("/plugin/describe/json-stage", test_json_stage);
  g_test_add_func ("/plugin/describe/json-floats", test_json_floats);
  g_test_add_func ("/plugin/describe/json-exponents", test_json_exponents);
  g_test_add_func ("/plugin/describe/json-texts", test_json_texts);
  g_test_add_func ("/plugin/describe/json-invalid-utf8", test_json_invalid_utf8);
  g_test_add_func ("/plugin/describe/clip-message", test_clip_message);
  g_test_add_func ("/plugin/describe/clip-message-large", test_clip_message_large);
  g_test_add_func ("/plugin/describe/errors", test_errors);
  g_test_add_func ("/plugin/describe/errors-names", test_errors_names);
  return g_test_run ();
}
