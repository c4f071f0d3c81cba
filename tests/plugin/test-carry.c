/* test-carry.c: the texts of the programs that carry the options away.
 * Knows no GIMP and no Python: test-carry.py and test-pytorch.py run them. */

#include <glib.h>
#include <string.h>

#include "carry.h"
#include "german.h"

static ConvLayerOptions *
options_new (ConvLayerArgument argument, const gchar *text)
{
  ConvLayerValues values;
  ConvLayerOptions *options;
  GError *error = NULL;

  conv_layer_values_init (values);
  if (argument == CONV_LAYER_FILTER) /* which may have any shape */
    g_value_set_string (&values[CONV_LAYER_VARIANTS], "f");
  g_value_set_string (&values[argument], text);
  g_value_set_double (&values[CONV_LAYER_BIAS], -0.1);
  g_value_set_int (&values[CONV_LAYER_DILATION], 3);
  g_value_set_boolean (&values[CONV_LAYER_GROUP], FALSE);
  options = conv_layer_options_new (values, &error);
  g_assert_no_error (error);
  conv_layer_values_clear (values);
  return options;
}

static gchar *
carry (ConvLayerArgument argument, const gchar *text, gint dialect)
{
  g_autoptr (ConvLayerOptions) options = options_new (argument, text);

  return dialect < 0 ? conv_layer_carry_pytorch (options)
                     : conv_layer_carry_script_fu (options, (ConvLayerDialect) dialect);
}

/* PROGRAM holds TEXT once. */
static void
assert_once (const gchar *program, const gchar *text)
{
  const gchar *found = strstr (program, text);

  if (!found)
    g_test_message ("missing: %s", text);
  g_assert_nonnull (found);
  g_assert_null (strstr (found + 1, text));
}

/* ---- Script-Fu ---- */

static void
check_positional (void)
{
  g_autofree gchar *program = carry (CONV_LAYER_FILTER, "1/9 -2.5e-7", CONV_LAYER_SCRIPT_FU_2);

  assert_once (program, "(plug-in-conv-layer RUN-NONINTERACTIVE image layer\n"
                        "    \"1/9 -2.5e-7\" ; filter\n"
                        "    \"f\" ; variants\n"
                        "    \"both\" ; maps\n"
                        "    \"opencv\" ; grayscale\n"
                        "    \"valid\" ; padding\n"
                        "    \"zeros\" ; padding-mode\n"
                        "    1 ; stride\n"
                        "    3 ; dilation\n"
                        "    -0.1 ; bias\n"
                        "    \"map\" ; scale\n"
                        "    FALSE)");
  assert_once (program, "(path \"picture.png\")");
  assert_once (program, "(gimp-file-load RUN-NONINTERACTIVE path path)");
}

static void
check_named (void)
{
  g_autofree gchar *program = carry (CONV_LAYER_PADDING, "2, 1", CONV_LAYER_SCRIPT_FU_3);

  for (gint i = 0; i < CONV_LAYER_FIGURE; i++)
    {
      g_autofree gchar *name = g_strdup_printf ("#:%s ", conv_layer_argument_info ((ConvLayerArgument) i)->name);

      assert_once (program, name);
    }
  assert_once (program, "#:drawables layers");
  assert_once (program, "#:padding \"2, 1\"\n");
  assert_once (program, "#:bias -0.1\n");
  assert_once (program, "#:group FALSE)");
}

/* GIMP 2.10 has a procedure of its own for it; without a figure a program is that of all versions. */
static void
check_figure (void)
{
  g_autoptr (ConvLayerOptions) options = options_new (CONV_LAYER_FILTER, "1");
  g_autofree gchar *positional = NULL, *named = NULL;

  options->figure = TRUE;
  g_value_set_boolean (&options->values[CONV_LAYER_FIGURE], TRUE);
  positional = conv_layer_carry_script_fu (options, CONV_LAYER_SCRIPT_FU_2);
  assert_once (positional, "(plug-in-conv-layer-figure RUN-NONINTERACTIVE image layer\n");
  assert_once (positional, "    FALSE ; group\n"
                           "    TRUE)");
  named = conv_layer_carry_script_fu (options, CONV_LAYER_SCRIPT_FU_3);
  assert_once (named, "(plug-in-conv-layer #:run-mode");
  assert_once (named, "#:figure TRUE)");
}

static void
check_quotes (void)
{
  g_autoptr (ConvLayerOptions) options = options_new (CONV_LAYER_FILTER, "1");
  g_autofree gchar *program = NULL;

  g_value_set_static_string (&options->values[CONV_LAYER_FILTER], "a\"b\\c\n\td\xc3\xa9");
  program = conv_layer_carry_script_fu (options, CONV_LAYER_SCRIPT_FU_2);
  assert_once (program, "\"a\\\"b\\\\c\\n\\td\xc3\xa9\" ; filter");
}

/* The text's literals put together again; none is longer than Script-Fu reads. */
static gchar *
joined_literals (const gchar *program)
{
  GString *joined = g_string_new (NULL);
  const gchar *at = strstr (program, "(string-append");

  g_assert_nonnull (at);
  for (at = strchr (at, '"'); at; at = strchr (at, '"'))
    {
      const gchar *end = strchr (++at, '"');
      g_autofree gchar *piece = NULL;

      g_assert_nonnull (end);
      g_assert_cmpint (end - at, >, 0);
      g_assert_cmpint (end - at, <=, 500);
      piece = g_strndup (at, (gsize) (end - at));
      g_assert_true (g_utf8_validate (piece, -1, NULL));
      g_string_append (joined, piece);
      at = end + 1;
      if (*at == ')')
        break;
    }
  return g_string_free (joined, FALSE);
}

static void
check_long (void)
{
  g_autoptr (GString) filter = g_string_new (NULL);
  g_autofree gchar *program = NULL, *joined = NULL;

  for (gint i = 0; i < 31 * 31; i++)
    g_string_append_printf (filter, "%s-0.1234567890123%03d", i == 0 ? "" : i % 31 ? " " : "; ", i);
  program = carry (CONV_LAYER_FILTER, filter->str, CONV_LAYER_SCRIPT_FU_2);
  joined = joined_literals (program);
  g_assert_cmpstr (joined, ==, filter->str);
}

static void
check_long_letters (void)
{
  g_autoptr (ConvLayerOptions) options = options_new (CONV_LAYER_FILTER, "1");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree gchar *program = NULL, *joined = NULL;

  for (gint i = 0; i < 700; i++)
    g_string_append (text, "\xe2\x82\xac");
  g_value_set_string (&options->values[CONV_LAYER_FILTER], text->str);
  program = conv_layer_carry_script_fu (options, CONV_LAYER_SCRIPT_FU_3);
  joined = joined_literals (program);
  g_assert_cmpstr (joined, ==, text->str);
}

/* ---- PyTorch ---- */

static void
check_cell (void)
{
  g_autofree gchar *cell = carry (CONV_LAYER_FILTER, "[[1, 2.5e-7], [1/4, -3], [1e30, 0]]\n", -1);

  assert_once (cell, "f = np.array([\n    [1, 2.5e-7],\n    [0.25, -3],\n    [1e30, 0],\n], dtype=\"float64\")");
  assert_once (cell, "path = \"picture.png\"");
  assert_once (cell, "padding=(0, 0), padding_mode=\"zeros\", dilation=(3, 3),");
  assert_once (cell, "bias=True)");
  assert_once (cell, "torch.full((len(filters),), -0.1, ");
  g_assert_true (g_str_is_ascii (cell));
}

static void
check_expressions (void)
{
  g_autofree gchar *cell
      = carry (CONV_LAYER_VARIANTS, " f,\n 007*rot90(f)\n -\t f.T, 0.5*f - 10*f, f * 1.00 / 02, 0*f", -1);

  assert_once (cell, "filters = np.stack([\n"
                     "    f,  # Filter 1\n"
                     "    7*rot90(f) - f.T,  # Filter 2\n"
                     "    0.5*f - 10*f,  # Filter 3\n"
                     "    f * 1.00 / 2,  # Filter 4\n"
                     "    0*f,  # Filter 5\n"
                     "]).astype(\"float32\")");
  assert_once (cell, "def rot90(m):");
  g_assert_null (strstr (cell, "def rot180"));
  g_assert_null (strstr (cell, "def fliplr"));
}

static void
check_no_bias (void)
{
  g_autoptr (ConvLayerOptions) options = NULL;
  g_autofree gchar *cell = NULL;
  ConvLayerValues values;

  conv_layer_values_init (values);
  options = conv_layer_options_new (values, NULL);
  conv_layer_values_clear (values);
  cell = conv_layer_carry_pytorch (options);
  assert_once (cell, "bias=False)");
  g_assert_null (strstr (cell, "layer.bias"));
}

static void
check_stages (void)
{
  g_autofree gchar *both = carry (CONV_LAYER_MAPS, "both", -1);
  g_autofree gchar *pre = carry (CONV_LAYER_MAPS, "pre-relu", -1);
  g_autofree gchar *post = carry (CONV_LAYER_MAPS, "post-relu", -1);

  assert_once (both, "show(axes[2], pre, ");
  assert_once (both, "show(axes[3], post, ");
  assert_once (pre, "show(axes[2], pre, ");
  g_assert_null (strstr (pre, "show(axes[3]"));
  assert_once (post, "show(axes[2], post, ");
  g_assert_null (strstr (post, ", pre, "));
}

/* Numbers have a dot wherever the reader lives. */
static void
check_german (void)
{
  g_autofree gchar *script = NULL, *cell = NULL;

  if (!german_start ())
    return;
  script = carry (CONV_LAYER_FILTER, "0.5", CONV_LAYER_SCRIPT_FU_3);
  cell = carry (CONV_LAYER_FILTER, "0.5", -1);
  german_stop ();
  assert_once (script, "#:bias -0.1\n");
  assert_once (cell, "    [0.5],\n");
  assert_once (cell, "figsize=(2.4 * ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plugin/carry/script-fu-2", check_positional);
  g_test_add_func ("/plugin/carry/script-fu-3", check_named);
  g_test_add_func ("/plugin/carry/figure", check_figure);
  g_test_add_func ("/plugin/carry/quotes", check_quotes);
  g_test_add_func ("/plugin/carry/long-filter", check_long);
  g_test_add_func ("/plugin/carry/long-letters", check_long_letters);
  g_test_add_func ("/plugin/carry/pytorch", check_cell);
  g_test_add_func ("/plugin/carry/expressions", check_expressions);
  g_test_add_func ("/plugin/carry/no-bias", check_no_bias);
  g_test_add_func ("/plugin/carry/stages", check_stages);
  g_test_add_func ("/plugin/carry/german", check_german);
  return g_test_run ();
}
