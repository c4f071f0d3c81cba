/* test-options.c: the arguments' defaults, and for each wrong value the
 * sentence that tells the value, the limit and the remedy. */

#include <glib.h>
#include <math.h>
#include <string.h>

#include "failing-memory.h"
#include "german.h"
#include "options.h"

/* ---- helpers ---- */

/* Tells where we are, in ASCII. */
static void
say (const gchar *text)
{
  g_autofree gchar *escaped = g_strescape (text, NULL);

  g_test_message ("%s", escaped);
}

#define SENTENCE_MOST 600 /* bytes: what a person reads in a dialog */

static void
set_text (ConvLayerValues values, ConvLayerArgument argument, const gchar *text)
{
  g_value_set_string (&values[argument], text);
}

static ConvLayerOptions *
options_with (ConvLayerArgument argument, const gchar *text)
{
  ConvLayerValues values;
  g_autoptr (GError) error = NULL;
  ConvLayerOptions *options;

  conv_layer_values_init (values);
  set_text (values, argument, text);
  options = conv_layer_options_new (values, &error);
  g_assert_no_error (error);
  g_assert_nonnull (options);
  conv_layer_values_clear (values);
  return options;
}

/* One sentence, for a person. */
static void
check_sentence (const GError *error)
{
  const gchar *text = error->message;
  gsize length = strlen (text);

  say (text);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (length, >, 20);
  g_assert_cmpuint (length, <, SENTENCE_MOST);
  g_assert_true (g_str_has_suffix (text, "."));
  g_assert_true (g_ascii_isupper (text[0]));
  g_assert_null (strchr (text, '\n'));
  g_assert_null (strstr (text, ". "));    /* one only; `...' is none */
  g_assert_nonnull (strstr (text, "; ")); /* what is wrong; what to do */
}

/* VALUES are refused by a sentence that holds PIECES, parted by `|'. */
static void
refuses (const ConvLayerValues values, ConvLayerError code, const gchar *pieces)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) list = g_strsplit (pieces, "|", -1);

  g_assert_null (conv_layer_options_new (values, &error));
  g_assert_error (error, CONV_LAYER_ERROR, (gint) code);
  check_sentence (error);
  for (gsize i = 0; list[i]; i++)
    if (!strstr (error->message, list[i]))
      g_error ("'%s' lacks '%s'", error->message, list[i]);
  g_assert_null (conv_layer_options_new (values, NULL));
}

static void
refuses_text (ConvLayerArgument argument, const gchar *text, const gchar *pieces)
{
  ConvLayerValues values;

  conv_layer_values_init (values);
  set_text (values, argument, text);
  refuses (values, CONV_LAYER_ERROR_ARGUMENT, pieces);
  conv_layer_values_clear (values);
}

static void
refuses_int (ConvLayerArgument argument, gint number, const gchar *pieces)
{
  ConvLayerValues values;

  conv_layer_values_init (values);
  g_value_set_int (&values[argument], number);
  refuses (values, CONV_LAYER_ERROR_ARGUMENT, pieces);
  conv_layer_values_clear (values);
}

static void
refuses_bias (gdouble number, const gchar *pieces)
{
  ConvLayerValues values;

  conv_layer_values_init (values);
  g_value_set_double (&values[CONV_LAYER_BIAS], number);
  refuses (values, CONV_LAYER_ERROR_ARGUMENT, pieces);
  conv_layer_values_clear (values);
}

/* ---- the arguments ---- */

static const struct
{
  const gchar *name, *text;
  gdouble number;
} interface[] = {
  { "filter", "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1", 0 },
  { "variants", "f, -f, f.T, -f.T", 0 },
  { "maps", "both", 0 },
  { "grayscale", "opencv", 0 },
  { "padding", "valid", 0 },
  { "padding-mode", "zeros", 0 },
  { "stride", NULL, 1 },
  { "dilation", NULL, 1 },
  { "bias", NULL, 0 },
  { "scale", "map", 0 },
  { "group", NULL, 1 },
  { "figure", NULL, 0 },
};

static void
test_interface (void)
{
  static const GType numbers[]
      = { G_TYPE_INT, G_TYPE_INT, G_TYPE_DOUBLE, G_TYPE_INVALID, G_TYPE_BOOLEAN, G_TYPE_BOOLEAN };

  g_assert_cmpuint (G_N_ELEMENTS (interface), ==, CONV_LAYER_N_ARGUMENTS);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const ConvLayerArgumentInfo *info = conv_layer_argument_info ((ConvLayerArgument) i);

      g_assert_cmpstr (info->name, ==, interface[i].name);
      g_assert_cmpstr (info->text, ==, interface[i].text);
      g_assert_cmpfloat (info->number, ==, interface[i].number);
      g_assert_true (info->type == (interface[i].text ? G_TYPE_STRING : numbers[i - CONV_LAYER_STRIDE]));
      g_assert_cmpuint (strlen (info->label), >, 3);
      g_assert_nonnull (strchr (info->label, '_'));
      g_assert_cmpuint (strlen (info->help), >, 10);
    }
}

/* No two labels share their access key. */
static void
test_access_keys (void)
{
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    for (gint k = 0; k < i; k++)
      {
        const gchar *a = conv_layer_argument_info ((ConvLayerArgument) i)->label;
        const gchar *b = conv_layer_argument_info ((ConvLayerArgument) k)->label;

        g_assert_cmpint (g_ascii_tolower (strchr (a, '_')[1]), !=, g_ascii_tolower (strchr (b, '_')[1]));
      }
}

static void
test_values (void)
{
  ConvLayerValues values;

  conv_layer_values_init (values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const GValue *value = &values[i];

      if (G_VALUE_HOLDS_STRING (value))
        g_assert_cmpstr (g_value_get_string (value), ==, interface[i].text);
      else if (G_VALUE_HOLDS_INT (value))
        g_assert_cmpint (g_value_get_int (value), ==, 1);
      else if (G_VALUE_HOLDS_DOUBLE (value))
        g_assert_cmpfloat (g_value_get_double (value), ==, 0);
      else
        g_assert_cmpint (g_value_get_boolean (value), ==, interface[i].number != 0);
    }
  conv_layer_values_clear (values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_assert_false (G_IS_VALUE (&values[i]));
}

static void
test_defaults (void)
{
  ConvLayerValues values;
  g_autoptr (ConvLayerOptions) options = NULL;
  g_autoptr (GError) error = NULL;
  static const gfloat row[] = { -1, -1, 1, 1 };

  conv_layer_values_init (values);
  options = conv_layer_options_new (values, &error);
  conv_layer_values_clear (values); /* the options keep their own */
  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (&options->values[CONV_LAYER_FILTER]), ==, interface[0].text);
  g_assert_cmpint (options->filter.rows, ==, 4);
  g_assert_cmpint (options->filter.columns, ==, 4);
  g_assert_cmpint (options->layer.filters.count, ==, 4);
  for (gint i = 0; i < 16; i++)
    {
      g_assert_cmpfloat (options->layer.filters.weights[i], ==, row[i % 4]);
      g_assert_cmpfloat (options->layer.filters.weights[16 + i], ==, -row[i % 4]);
      g_assert_cmpfloat (options->layer.filters.weights[32 + i], ==, row[i / 4]);
      g_assert_cmpfloat (options->layer.filters.weights[48 + i], ==, -row[i / 4]);
    }
  g_assert_false (options->layer.same);
  g_assert_cmpint (options->layer.padding_rows, ==, 0);
  g_assert_cmpint (options->layer.padding_columns, ==, 0);
  g_assert_cmpint (options->layer.padding_mode, ==, CONV2D_ZEROS);
  g_assert_cmpint (options->layer.stride, ==, 1);
  g_assert_cmpint (options->layer.dilation, ==, 1);
  g_assert_cmpfloat (options->layer.bias, ==, 0);
  g_assert_cmpint (options->stages, ==, CONV_LAYER_PRE_RELU | CONV_LAYER_POST_RELU);
  g_assert_cmpint (options->grayscale, ==, CONV_LAYER_GRAY_OPENCV);
  g_assert_cmpint (options->scale, ==, CONV_LAYER_SCALE_MAP);
  g_assert_true (options->group);
}

/* ---- what is accepted ---- */

static void
test_words (void)
{
  static const struct
  {
    ConvLayerArgument argument;
    const gchar *word;
    gint value;
  } words[] = {
    { CONV_LAYER_MAPS, "both", CONV_LAYER_PRE_RELU | CONV_LAYER_POST_RELU },
    { CONV_LAYER_MAPS, "pre-relu", CONV_LAYER_PRE_RELU },
    { CONV_LAYER_MAPS, "post-relu", CONV_LAYER_POST_RELU },
    { CONV_LAYER_GRAYSCALE, "opencv", CONV_LAYER_GRAY_OPENCV },
    { CONV_LAYER_GRAYSCALE, "luminance", CONV_LAYER_GRAY_LUMINANCE },
    { CONV_LAYER_GRAYSCALE, "red", CONV_LAYER_GRAY_RED },
    { CONV_LAYER_GRAYSCALE, "green", CONV_LAYER_GRAY_GREEN },
    { CONV_LAYER_GRAYSCALE, "blue", CONV_LAYER_GRAY_BLUE },
    { CONV_LAYER_PADDING_MODE, "zeros", CONV2D_ZEROS },
    { CONV_LAYER_PADDING_MODE, "reflect", CONV2D_REFLECT },
    { CONV_LAYER_PADDING_MODE, "replicate", CONV2D_REPLICATE },
    { CONV_LAYER_PADDING_MODE, "circular", CONV2D_CIRCULAR },
    { CONV_LAYER_SCALE, "map", CONV_LAYER_SCALE_MAP },
    { CONV_LAYER_SCALE, "shared", CONV_LAYER_SCALE_SHARED },
    { CONV_LAYER_SCALE, "symmetric", CONV_LAYER_SCALE_SYMMETRIC },
    { CONV_LAYER_SCALE, "raw", CONV_LAYER_SCALE_RAW },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      g_autoptr (ConvLayerOptions) options = options_with (words[i].argument, words[i].word);
      gint got[CONV_LAYER_N_ARGUMENTS] = { 0 };

      got[CONV_LAYER_MAPS] = (gint) options->stages;
      got[CONV_LAYER_GRAYSCALE] = (gint) options->grayscale;
      got[CONV_LAYER_PADDING_MODE] = (gint) options->layer.padding_mode;
      got[CONV_LAYER_SCALE] = (gint) options->scale;
      g_assert_cmpint (got[words[i].argument], ==, words[i].value);
    }
}

static void
test_padding (void)
{
  static const struct
  {
    const gchar *text;
    gboolean same;
    gint rows, columns;
  } paddings[] = {
    { "valid", FALSE, 0, 0 },   { "same", TRUE, 0, 0 },    { "0", FALSE, 0, 0 },
    { "3", FALSE, 3, 3 },       { " 3 ", FALSE, 3, 3 },    { "2,5", FALSE, 2, 5 },
    { " 2 , 5 ", FALSE, 2, 5 }, { "0, 007", FALSE, 0, 7 }, { "524288", FALSE, 524288, 524288 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (paddings); i++)
    {
      g_autoptr (ConvLayerOptions) options = options_with (CONV_LAYER_PADDING, paddings[i].text);

      g_assert_true (options->layer.same == paddings[i].same);
      g_assert_cmpint (options->layer.padding_rows, ==, paddings[i].rows);
      g_assert_cmpint (options->layer.padding_columns, ==, paddings[i].columns);
    }
}

static void
test_numbers (void)
{
  static const gdouble biases[] = { 0, -0.0, 1.5, -1e30, 3.4028234e38, 1e-50, 0.1 };
  ConvLayerValues values;

  conv_layer_values_init (values);
  for (gint step = 1; step <= 64; step += 21)
    for (gsize i = 0; i < G_N_ELEMENTS (biases); i++)
      {
        g_autoptr (ConvLayerOptions) options = NULL;

        g_value_set_int (&values[CONV_LAYER_STRIDE], step);
        g_value_set_int (&values[CONV_LAYER_DILATION], 65 - step);
        g_value_set_double (&values[CONV_LAYER_BIAS], biases[i]);
        g_value_set_boolean (&values[CONV_LAYER_GROUP], step > 1);
        options = conv_layer_options_new (values, NULL);
        g_assert_cmpint (options->layer.stride, ==, step);
        g_assert_cmpint (options->layer.dilation, ==, 65 - step);
        g_assert_cmpfloat (options->layer.bias, ==, (gfloat) biases[i]);
        g_assert_true (options->group == (step > 1));
      }
  conv_layer_values_clear (values);
}

static void
test_variant_names (void)
{
  g_autoptr (ConvLayerOptions) options = options_with (CONV_LAYER_VARIANTS, " 0.5*f - f.T ,rot90( f ),f");
  static const gchar *const names[] = { "0.5*f - f.T", "rot90( f )", "f" };

  for (gint n = 0; n < 3; n++)
    {
      g_autofree gchar *name = conv_layer_options_variant (options, n);

      g_assert_cmpstr (name, ==, names[n]);
    }
}

static void
test_german (void)
{
  if (!german_start ())
    return;
  {
    g_autoptr (ConvLayerOptions) options = options_with (CONV_LAYER_FILTER, "0.5 1.25e1; 0 0");

    g_assert_cmpfloat (options->filter.weights[0], ==, 0.5);
    g_assert_cmpfloat (options->filter.weights[1], ==, 12.5);
  }
  refuses_bias (-INFINITY, "bias|-inf|3.4e38");
  german_stop ();
}

/* ---- what is refused ---- */

static void
test_wrong_filter (void)
{
  static const gchar *const wrong[][2] = {
    { "", "1x1|31x31" },
    { " ; ", "1x1|31x31" },
    { "1 2; 3", "Row 2|1 numbers|row 1 has 2" },
    { "1 2; 1,5 2", "Row 2|3 numbers|row 1 has 2|comma" },
    { "1 2; 3 four", "row 2|column 2|'four'|0.5" },
    { "1,,2", "row 1|column 2|','" },
    { "1 2; 3 nan", "row 2|column 2|'nan'|finite|3.4e38" },
    { "-inf", "row 1|column 1|'-inf'|finite" },
    { "1e400", "row 1|column 1|'1e400'|finite" },
    { "1/0", "row 1|column 1|'1/0'|finite" },
    { "1e39", "finite|3.4e38" },
    { "[1 2", "row 1|column 3|open|close" },
    { "1 2]", "row 1|column 3|']'|8" },
    { "[[1 2]] [[3 4]]", "row 2|column 1|second matrix|'['" },
    { "2x2: 1 2 3", "4 numbers|3 were found" },
    { "2x2: 1 2 3 4 5", "4 numbers|more than that" },
    { "32x1: 1", "32 or more|31" },
    { "1x32: 1", "32 or more|31" },
  };
  g_autoptr (GString) row = g_string_new ("1");
  g_autoptr (GString) column = g_string_new ("1");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    refuses_text (CONV_LAYER_FILTER, wrong[i][0], wrong[i][1]);
  for (gint i = 1; i < 32; i++)
    {
      g_string_append (row, " 1");
      g_string_append (column, "\n1");
    }
  refuses_text (CONV_LAYER_FILTER, row->str, "Row 1|32|31");
  refuses_text (CONV_LAYER_FILTER, column->str, "32|31");
}

/* What is too few is told as it is. */
static void
test_wrong_count_is_exact (void)
{
  ConvLayerValues values;
  g_autoptr (GError) error = NULL;

  conv_layer_values_init (values);
  set_text (values, CONV_LAYER_FILTER, "2x2: 1 2 3");
  g_assert_null (conv_layer_options_new (values, &error));
  g_assert_null (strstr (error->message, "or more"));
  conv_layer_values_clear (values);
}

static void
test_wrong_variants (void)
{
  static const gchar *const wrong[][2] = {
    { "", "ariant 1|f.T|rot90(f)" },
    { "f, ", "ariant 2|f.T|rot90(f)" },
    { "f, g", "ariant 2|'g'|f.T|rot90(f)" },
    { "f f", "ariant 1|'f'" },
    { "rot45(f)", "ariant 1|'rot45(f)'|rot90(f)" },
    { "f, f +", "ariant 2|lacks" },
    { "f, 1e39*f", "2|1e39|finite|3.4e38" },
    { "f, f/0", "2|'0'|3.4e38" },
  };
  g_autoptr (GString) many = g_string_new ("f");

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    refuses_text (CONV_LAYER_VARIANTS, wrong[i][0], wrong[i][1]);
  for (gint i = 1; i < 65; i++)
    g_string_append (many, ", f");
  refuses_text (CONV_LAYER_VARIANTS, many->str, "64|leave");
}

static void
refuses_mixed (const gchar *variants, const gchar *pieces)
{
  ConvLayerValues values;

  conv_layer_values_init (values);
  set_text (values, CONV_LAYER_FILTER, "1 2 3; 4 5 6");
  set_text (values, CONV_LAYER_VARIANTS, variants);
  refuses (values, CONV_LAYER_ERROR_ARGUMENT, pieces);
  conv_layer_values_clear (values);
}

static void
test_mixed_shapes (void)
{
  refuses_mixed ("f, f.T", "ariant 2|square");
  refuses_mixed ("f, -f, f - rot90(f)", "ariant 3|square");
}

/* Here the first variant turns f, not the second. */
static void
test_mixed_shapes_turned_first (void)
{
  ConvLayerValues values;
  g_autoptr (GError) error = NULL;

  conv_layer_values_init (values);
  set_text (values, CONV_LAYER_FILTER, "1 2 3; 4 5 6");
  set_text (values, CONV_LAYER_VARIANTS, "f.T, f");
  g_assert_null (conv_layer_options_new (values, &error));
  check_sentence (error);
  g_assert_null (strstr (error->message, "ariant 2 turns"));
  conv_layer_values_clear (values);
}

static void
test_wrong_words (void)
{
  static const struct
  {
    ConvLayerArgument argument;
    const gchar *limit;
  } arguments[] = {
    { CONV_LAYER_MAPS, "both|pre-relu|post-relu" },
    { CONV_LAYER_GRAYSCALE, "opencv|luminance|red|green|blue" },
    { CONV_LAYER_PADDING_MODE, "zeros|reflect|replicate|circular" },
    { CONV_LAYER_SCALE, "map|shared|symmetric|raw" },
  };
  static const gchar *const wrong[] = { "", "Both", " red", "zeros ", "raw,map", "0", "sym", "gr\xc3\xbcn" };

  for (gsize i = 0; i < G_N_ELEMENTS (arguments); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (wrong); k++)
      {
        const gchar *name = conv_layer_argument_info (arguments[i].argument)->name;
        g_autofree gchar *pieces = g_strdup_printf ("'%s'|'%s'|%s", name, wrong[k], arguments[i].limit);

        refuses_text (arguments[i].argument, wrong[k], pieces);
      }
}

static void
test_wrong_padding (void)
{
  static const gchar *const wrong[] = { "",      " ",  "Same", "same ", "-1", "+1",   "1.5",    "1 2",
                                        "1,2,3", "1,", ",1",   ",",     "a",  "1, b", "524289", "99999999999999999999",
                                        "0x1",   "1e1" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree gchar *pieces = g_strdup_printf ("'padding'|'%s'|valid, same|524288", wrong[i]);

      refuses_text (CONV_LAYER_PADDING, wrong[i], pieces);
    }
}

static void
test_wrong_steps (void)
{
  static const gint wrong[] = { 0, -1, 65, G_MININT, G_MAXINT };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree gchar *stride = g_strdup_printf ("'stride'| %d;|1 to 64", wrong[i]);
      g_autofree gchar *dilation = g_strdup_printf ("'dilation'| %d;|1 to 64", wrong[i]);

      refuses_int (CONV_LAYER_STRIDE, wrong[i], stride);
      refuses_int (CONV_LAYER_DILATION, wrong[i], dilation);
    }
}

static void
test_wrong_bias (void)
{
  refuses_bias (NAN, "'bias'|nan|finite|3.4e38");
  refuses_bias (INFINITY, "'bias'|inf|3.4e38");
  refuses_bias (-INFINITY, "'bias'|-inf|3.4e38");
  refuses_bias (0x1p200, "'bias'|1.606938044258990|e+60|3.4e38");
  refuses_bias (-0x1p128, "'bias'|-3.4028236692093846|e+38");
}

static void
test_no_text (void)
{
  refuses_text (CONV_LAYER_FILTER, NULL, "1x1|31x31");
  refuses_text (CONV_LAYER_VARIANTS, NULL, "ariant 1");
  refuses_text (CONV_LAYER_MAPS, NULL, "'maps'|''|both");
  refuses_text (CONV_LAYER_GRAYSCALE, NULL, "'grayscale'|''|opencv");
  refuses_text (CONV_LAYER_PADDING, NULL, "'padding'|''|valid");
  refuses_text (CONV_LAYER_PADDING_MODE, NULL, "'padding-mode'|''|zeros");
  refuses_text (CONV_LAYER_SCALE, NULL, "'scale'|''|map");
}

/* The message is UTF-8 whatever the value is. */
static void
test_invalid_utf8 (gconstpointer data)
{
  ConvLayerArgument argument = (ConvLayerArgument) GPOINTER_TO_INT (data);

  refuses_text (argument, "\xff\xfe", "\xef\xbf\xbd");
  refuses_text (argument, "b\xc3", "b\xef\xbf\xbd");
}

/* A message stays one to read whatever the value is; where it is cut, no
 * letter is cut in two. */
static void
test_long_text (gconstpointer data)
{
  ConvLayerArgument argument = (ConvLayerArgument) GPOINTER_TO_INT (data);
  g_autoptr (GString) text = g_string_new (NULL);
  ConvLayerValues values;
  g_autoptr (GError) error = NULL;

  for (gint i = 0; i < 10000; i++)
    g_string_append (text, i == 0 ? "x" : "\xc3\xa4");
  refuses_text (argument, text->str, "x\xc3\xa4\xc3\xa4|…");

  conv_layer_values_init (values);
  set_text (values, argument, text->str);
  g_assert_null (conv_layer_options_new (values, &error));
  g_assert_null (strstr (error->message, "\xef\xbf\xbd"));
  conv_layer_values_clear (values);
}

/* ---- what the core refuses later ---- */

static void
core_says (Conv2dError core, ConvLayerError code, const gchar *pieces)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) list = g_strsplit (pieces, "|", -1);

  conv_layer_set_core_error (&error, &core, NULL, NULL);
  g_assert_error (error, CONV_LAYER_ERROR, (gint) code);
  check_sentence (error);
  for (gsize i = 0; list[i]; i++)
    if (!strstr (error->message, list[i]))
      g_error ("'%s' lacks '%s'", error->message, list[i]);
}

static void
test_sizes (void)
{
  core_says ((Conv2dError) { .status = CONV2D_OUTPUT_EMPTY, .value = 25, .limit = 24 }, CONV_LAYER_ERROR_SIZE,
             "25 rows|24|padding|taller");
  core_says ((Conv2dError) { .status = CONV2D_OUTPUT_EMPTY, .value = 25, .limit = 24, .along_columns = true },
             CONV_LAYER_ERROR_SIZE, "25 columns|24|padding|wider");
  core_says ((Conv2dError) { .status = CONV2D_PADDING_TOO_LARGE, .value = 5, .limit = 4 }, CONV_LAYER_ERROR_SIZE,
             "5 rows|4|height|replicate");
  core_says ((Conv2dError) { .status = CONV2D_PADDING_TOO_LARGE, .value = 5, .limit = 4, .along_columns = true },
             CONV_LAYER_ERROR_SIZE, "5 columns|4|width|replicate");
  core_says ((Conv2dError) { .status = CONV2D_SAME_NEEDS_STRIDE_1, .value = 2, .limit = 1 }, CONV_LAYER_ERROR_SIZE,
             "same|of 1|is 2");
  core_says ((Conv2dError) { .status = CONV2D_NO_MEMORY }, CONV_LAYER_ERROR_MEMORY, "memory|close");
}

static void
test_no_memory (void)
{
  ConvLayerValues values;
  ConvLayerOptions *options = NULL;

  conv_layer_values_init (values);
  for (gint n = 1; !options; n++)
    {
      g_autoptr (GError) error = NULL;

      memory_start (n, 0);
      options = conv_layer_options_new (values, &error);
      memory_stop ();
      if (options)
        g_assert_cmpint (n, >, 17); /* 16 numbers and the bank */
      else
        {
          g_assert_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_MEMORY);
          g_assert_cmpint (memory_left (), ==, 0);
        }
    }
  conv_layer_options_free (options);
  g_assert_cmpint (memory_left (), ==, 0);
  conv_layer_values_clear (values);
}

int
main (int argc, char **argv)
{
  static const ConvLayerArgument texts[]
      = { CONV_LAYER_FILTER,  CONV_LAYER_VARIANTS,     CONV_LAYER_MAPS, CONV_LAYER_GRAYSCALE,
          CONV_LAYER_PADDING, CONV_LAYER_PADDING_MODE, CONV_LAYER_SCALE };

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/options/interface", test_interface);
  g_test_add_func ("/plugin/options/access-keys", test_access_keys);
  g_test_add_func ("/plugin/options/values", test_values);
  g_test_add_func ("/plugin/options/defaults", test_defaults);
  g_test_add_func ("/plugin/options/words", test_words);
  g_test_add_func ("/plugin/options/padding", test_padding);
  g_test_add_func ("/plugin/options/numbers", test_numbers);
  g_test_add_func ("/plugin/options/variant-names", test_variant_names);
  g_test_add_func ("/plugin/options/german", test_german);
  g_test_add_func ("/plugin/options/wrong-filter", test_wrong_filter);
  g_test_add_func ("/plugin/options/wrong-count-is-exact", test_wrong_count_is_exact);
  g_test_add_func ("/plugin/options/wrong-variants", test_wrong_variants);
  g_test_add_func ("/plugin/options/mixed-shapes", test_mixed_shapes);
  g_test_add_func ("/plugin/options/mixed-shapes-turned-first", test_mixed_shapes_turned_first);
  g_test_add_func ("/plugin/options/wrong-words", test_wrong_words);
  g_test_add_func ("/plugin/options/wrong-padding", test_wrong_padding);
  g_test_add_func ("/plugin/options/wrong-steps", test_wrong_steps);
  g_test_add_func ("/plugin/options/wrong-bias", test_wrong_bias);
  g_test_add_func ("/plugin/options/no-text", test_no_text);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      const gchar *name = conv_layer_argument_info (texts[i])->name;
      g_autofree gchar *invalid = g_strconcat ("/plugin/options/invalid-utf8/", name, NULL);
      g_autofree gchar *large = g_strconcat ("/plugin/options/long-text/", name, NULL);

      g_test_add_data_func (invalid, GINT_TO_POINTER (texts[i]), test_invalid_utf8);
      g_test_add_data_func (large, GINT_TO_POINTER (texts[i]), test_long_text);
    }
  g_test_add_func ("/plugin/options/sizes", test_sizes);
  g_test_add_func ("/plugin/options/no-memory", test_no_memory);
  return g_test_run ();
}
