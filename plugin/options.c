/* options.c: the arguments, their checks, and a sentence for each that is
 * wrong: it names the value, the limit and the remedy.  Knows no widget, no
 * PDB type and not which GIMP it is in. */

#include "options.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

GQuark
conv_layer_error_quark (void)
{
  return g_quark_from_static_string ("conv-layer-error-quark");
}

/* A table reads better as one. */
/* clang-format off */
static const ConvLayerArgumentInfo arguments[CONV_LAYER_N_ARGUMENTS] = {
  [CONV_LAYER_FILTER] = { "filter", G_TYPE_STRING, "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1", 0,
                          N_("Base _filter"),
                          N_("The base filter f: its weights row by row, rows parted by ';', from 1x1 to 31x31") },
  [CONV_LAYER_VARIANTS] = { "variants", G_TYPE_STRING, "f, -f, f.T, -f.T", 0, N_("_Variants"),
                            N_("The filters of the layer, 1 to 64 linear combinations of f, f.T, rot90(f), "
                               "rot180(f), rot270(f), fliplr(f), flipud(f), parted by commas") },
  [CONV_LAYER_MAPS] = { "maps", G_TYPE_STRING, "both", 0, N_("_Maps"),
                        N_("The activation maps to make: both, pre-relu, post-relu") },
  [CONV_LAYER_GRAYSCALE] = { "grayscale", G_TYPE_STRING, "opencv", 0, N_("_Grayscale"),
                             N_("How colours become gray: opencv, luminance, red, green, blue") },
  [CONV_LAYER_PADDING] = { "padding", G_TYPE_STRING, "valid", 0, N_("_Padding"),
                           N_("Pixels added on each side: valid (none), same, a number, or 'rows, columns'") },
  [CONV_LAYER_PADDING_MODE] = { "padding-mode", G_TYPE_STRING, "zeros", 0, N_("P_adding mode"),
                                N_("What the added pixels hold: zeros, reflect, replicate, circular") },
  [CONV_LAYER_STRIDE] = { "stride", G_TYPE_INT, NULL, 1, N_("_Stride"),
                          N_("Step from one position of the filter to the next, 1 to 64 pixels") },
  [CONV_LAYER_DILATION] = { "dilation", G_TYPE_INT, NULL, 1, N_("_Dilation"),
                            N_("Distance between the pixels two neighbouring weights meet, 1 to 64") },
  [CONV_LAYER_BIAS] = { "bias", G_TYPE_DOUBLE, NULL, 0, N_("_Bias"), N_("A number added to every map") },
  [CONV_LAYER_SCALE] = { "scale", G_TYPE_STRING, "map", 0, N_("S_cale"),
                         N_("How activations become pixels: map (each map from black to white), shared (one range "
                            "for all maps), symmetric (0 is mid-gray), raw (the activation itself)") },
  [CONV_LAYER_GROUP] = { "group", G_TYPE_BOOLEAN, NULL, 1, N_("La_yer group"),
                         N_("Put the new layers in a layer group") },
  [CONV_LAYER_FIGURE] = { "figure", G_TYPE_BOOLEAN, NULL, 0, N_("Also make the f_igure"),
                          N_("Make a new image that shows the picture, the filters and the maps with their titles") },
};
/* clang-format on */

const ConvLayerArgumentInfo *
conv_layer_argument_info (ConvLayerArgument argument)
{
  return &arguments[argument];
}

/* ---- values ---- */

void
conv_layer_values_init (ConvLayerValues values)
{
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const ConvLayerArgumentInfo *info = &arguments[i];

      values[i] = (GValue) G_VALUE_INIT;
      g_value_init (&values[i], info->type);
      if (info->type == G_TYPE_STRING)
        g_value_set_static_string (&values[i], info->text);
      else if (info->type == G_TYPE_INT)
        g_value_set_int (&values[i], (gint) info->number);
      else if (info->type == G_TYPE_DOUBLE)
        g_value_set_double (&values[i], info->number);
      else
        g_value_set_boolean (&values[i], info->number != 0);
    }
}

void
conv_layer_values_clear (ConvLayerValues values)
{
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_value_unset (&values[i]);
}

static const gchar *
get_text (const ConvLayerOptions *options, ConvLayerArgument argument)
{
  const gchar *text = g_value_get_string (&options->values[argument]);

  return text ? text : "";
}

/* ---- what the core refused ---- */

gchar *
conv_layer_short_text (const gchar *text, gssize length)
{
  const glong longest = 40; /* letters */
  gchar *valid = g_utf8_make_valid (text, length);
  gchar *start, *cut;

  /* One sentence is one line. */
  for (gchar *at = valid; *at; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  if (g_utf8_strlen (valid, -1) <= longest)
    return valid;
  start = g_utf8_substring (valid, 0, longest);
  cut = g_strconcat (start, "…", NULL);
  g_free (start);
  g_free (valid);
  return cut;
}

/* What the core found, of the TEXT it was reading; free with g_free(). */
static gchar *
found_text (const Conv2dError *core, const gchar *text)
{
  return text ? conv_layer_short_text (text + core->start, (gssize) core->length) : g_strdup ("");
}

static gchar *
filter_sentence (const Conv2dError *core, const gchar *found)
{
  switch (core->status)
    {
    case CONV2D_NO_NUMBER:
      return g_strdup (_("The filter holds no number; write 1x1 to 31x31 weights, such as '-1 0 1; -2 0 2; -1 0 1'."));
    case CONV2D_NOT_A_NUMBER:
      return g_strdup_printf (
          _("In the filter, row %d, column %d is '%s', which is not a number; write numbers with a "
                                "dot, such as 0.5, parted by spaces or single commas."),
             core->row, core->column, found);
    case CONV2D_RAGGED:
      return g_strdup_printf (_("Row %d of the filter has %ld numbers where row 1 has %ld; give every row the same "
                                "number, with a dot, not a comma, as the decimal sign."),
                                 core->row, core->value, core->limit);
    case CONV2D_TOO_MANY_ROWS:
      return g_strdup_printf (_("The filter has %ld or more rows where at most %ld are allowed; leave some out."),
                                 core->value, core->limit);
    case CONV2D_TOO_MANY_COLUMNS:
      return g_strdup_printf (_("Row %d of the filter has %ld or more columns where at most %ld are allowed; leave "
                                "some out."),
                                 core->row, core->value, core->limit);
    case CONV2D_WRONG_COUNT:
      if (core->value > core->limit)
        return g_strdup_printf (_("The filter's size asks for %ld numbers but more than that were found; make the two "
                                  "agree."),
                                   core->limit);
      return g_strdup_printf (_("The filter's size asks for %ld numbers but %ld were found; make the two agree."),
                                 core->limit, core->value);
    case CONV2D_BRACKET:
      if (*found)
        return g_strdup_printf (_("In the filter, row %d, column %d, the bracket '%s' has no place; close every "
                                  "bracket that is opened, at most 8 deep."),
                                   core->row, core->column, found);
      return g_strdup_printf (_("In the filter, row %d, column %d, the text ends but a bracket is still open; close "
                                "it."),
                                 core->row, core->column);
    case CONV2D_SECOND_MATRIX:
      return g_strdup_printf (_("In the filter, row %d, column %d, a second matrix begins with '%s'; give one matrix "
                                "only."),
                                 core->row, core->column, found);
    default:
      return NULL;
    }
}

static gchar *
variants_sentence (const Conv2dError *core, const gchar *found)
{
  switch (core->status)
    {
    case CONV2D_NO_SHAPE:
      if (!*found)
        return g_strdup_printf (_("Variant %d lacks a shape of f at its end or between two signs; write f, f.T, "
                                  "rot90(f), rot180(f), rot270(f), fliplr(f) or flipud(f), with + - * between."),
                                   core->column);
      return g_strdup_printf (_("In variant %d, '%s' is no shape of f; write f, f.T, rot90(f), rot180(f), rot270(f), "
                                "fliplr(f) or flipud(f), with + - * and numbers."),
                                 core->column, found);
    case CONV2D_TOO_MANY_FILTERS:
      return g_strdup_printf (_("There are more than %ld variants, which is the limit; leave some out."), core->limit);
    case CONV2D_MIXED_SHAPES:
      return g_strdup_printf (_("Variant %d has another shape than what stands before it, because f is not square and "
                                "some shapes of it are turned; make f square, or use only shapes of one size."),
                                 core->column);
    default:
      return NULL;
    }
}

static gchar *
layer_sentence (const Conv2dError *core)
{
  switch (core->status)
    {
    case CONV2D_OUTPUT_EMPTY:
      return g_strdup_printf (core->along_columns
                              ? _("The filter reaches over %ld columns, but the padded input has only %ld; choose "
                                    "a smaller filter or dilation, more padding, or a wider area.")
                              : _("The filter reaches over %ld rows, but the padded input has only %ld; choose a "
                                    "smaller filter or dilation, more padding, or a taller area."),
                                   core->value, core->limit);
    case CONV2D_PADDING_TOO_LARGE:
      return g_strdup_printf (core->along_columns
                              ? _("The padding of %ld columns is more than the %ld this padding mode allows for "
                                    "the input's width; use less padding or the mode zeros or replicate.")
                              : _("The padding of %ld rows is more than the %ld this padding mode allows for the "
                                    "input's height; use less padding or the mode zeros or replicate."),
                                   core->value, core->limit);
    case CONV2D_SAME_NEEDS_STRIDE_1:
      return g_strdup_printf (_("The padding 'same' goes with a stride of %ld only, but the stride is %ld; set the "
                                "stride to 1 or give the padding as a number."),
                                 core->limit, core->value);
    default:
      return NULL;
    }
}

static gchar *
not_finite_sentence (const Conv2dError *core, const gchar *option, const gchar *found)
{
  if (core->row > 0)
    return g_strdup_printf (_("In the filter, row %d, column %d is '%s', which is not a finite number; give a weight "
                              "between -3.4e38 and 3.4e38."),
                               core->row, core->column, found);
  return g_strdup_printf (_("In '%s', number %d, '%s', gives a weight that is not finite; make every "
                            "weight lie between -3.4e38 and 3.4e38."),
                             option, core->column, found);
}

void
conv_layer_set_core_error (GError **error, const Conv2dError *core, const gchar *option, const gchar *text)
{
  gchar *found = found_text (core, text);
  gchar *sentence = filter_sentence (core, found);
  ConvLayerError code = CONV_LAYER_ERROR_ARGUMENT;

  if (!sentence)
    sentence = variants_sentence (core, found);
  if (!sentence)
    {
      sentence = layer_sentence (core);
      if (sentence)
        code = CONV_LAYER_ERROR_SIZE;
    }
  if (!sentence && core->status == CONV2D_NOT_FINITE)
    sentence = not_finite_sentence (core, option, found);
  if (!sentence)
    {
      sentence = g_strdup (_("There is not enough memory for the filters; close other images or programs and try "
                             "again."));
      code = CONV_LAYER_ERROR_MEMORY;
    }
  g_set_error_literal (error, CONV_LAYER_ERROR, (gint) code, sentence);
  g_free (sentence);
  g_free (found);
}

/* ---- the checks ---- */

/* The index of the value among WORDS, a NULL-terminated list; -1 with ERROR. */
static gint
read_word (const ConvLayerOptions *options, ConvLayerArgument argument, const gchar *const *words, GError **error)
{
  const gchar *text = get_text (options, argument);
  gchar *shown, *list;

  for (gint i = 0; words[i]; i++)
    if (strcmp (text, words[i]) == 0)
      return i;

  shown = conv_layer_short_text (text, -1);
  list = g_strjoinv (", ", (gchar **) words);
  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
               /* Translators: the option's name, its value, the allowed ones */
               _("The option '%s' is '%s'; choose one of: %s."), arguments[argument].name, shown, list);
  g_free (shown);
  g_free (list);
  return -1;
}

static gboolean
read_step (const ConvLayerOptions *options, ConvLayerArgument argument, gint *step, GError **error)
{
  gint value = g_value_get_int (&options->values[argument]);

  if (value < 1 || value > CONV2D_MAX_STEP)
    {
      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                   _("The option '%s' is %d; choose a whole number from 1 to %d."), arguments[argument].name, value,
                      CONV2D_MAX_STEP);
      return FALSE;
    }
  *step = value;
  return TRUE;
}

static gboolean
read_bias (ConvLayerOptions *options, GError **error)
{
  gdouble value = g_value_get_double (&options->values[CONV_LAYER_BIAS]);
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  options->layer.bias = (gfloat) value;
  if (isfinite (options->layer.bias))
    return TRUE;
  g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
               _("The option '%s' is %s; choose a finite number between -3.4e38 and 3.4e38."),
                  arguments[CONV_LAYER_BIAS].name, g_ascii_dtostr (text, sizeof text, value));
  return FALSE;
}

/* One or two whole numbers parted by a comma. */
static gboolean
read_padding_numbers (const gchar *text, gint *rows, gint *columns)
{
  gchar **parts = g_strsplit (text, ",", 3);
  guint count = g_strv_length (parts);
  gboolean good = count == 1 || count == 2;
  gint numbers[2] = { 0, 0 };

  for (guint i = 0; good && i < count; i++)
    {
      guint64 number = 0;

      good = g_ascii_string_to_unsigned (g_strstrip (parts[i]), 10, 0, CONV_LAYER_MAX_EXTENT, &number, NULL);
      numbers[i] = (gint) number;
    }
  if (good)
    {
      *rows = numbers[0];
      *columns = numbers[count - 1];
    }
  g_strfreev (parts);
  return good;
}

static gboolean
read_padding (ConvLayerOptions *options, GError **error)
{
  const gchar *text = get_text (options, CONV_LAYER_PADDING);

  options->layer.same = strcmp (text, "same") == 0;
  if (strcmp (text, "valid") != 0 && !options->layer.same
      && !read_padding_numbers (text, &options->layer.padding_rows, &options->layer.padding_columns))
    {
      gchar *shown = conv_layer_short_text (text, -1);

      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_ARGUMENT,
                   _("The option '%s' is '%s'; choose valid, same, a whole number from 0 to %d, or two such numbers "
                     "parted by a comma."),
                      arguments[CONV_LAYER_PADDING].name, shown, CONV_LAYER_MAX_EXTENT);
      g_free (shown);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_padding_mode (ConvLayerOptions *options, GError **error)
{
  static const gchar *const modes[] = { "zeros", "reflect", "replicate", "circular", NULL };
  gint mode = read_word (options, CONV_LAYER_PADDING_MODE, modes, error);
  options->layer.padding_mode = (Conv2dPaddingMode) mode;
  return mode >= 0;
}

static gboolean
read_filter (ConvLayerOptions *options, GError **error)
{
  const gchar *text = get_text (options, CONV_LAYER_FILTER);
  Conv2dError core;

  if (conv2d_filter_parse (text, &options->filter, &core) == CONV2D_OK)
    return TRUE;
  conv_layer_set_core_error (error, &core, arguments[CONV_LAYER_FILTER].name, text);
  return FALSE;
}

static gboolean
read_variants (ConvLayerOptions *options, GError **error)
{
  const gchar *text = get_text (options, CONV_LAYER_VARIANTS);
  Conv2dError core;

  if (conv2d_bank_parse (text, &options->filter, &options->layer.filters, &core) == CONV2D_OK)
    return TRUE;
  conv_layer_set_core_error (error, &core, arguments[CONV_LAYER_VARIANTS].name, text);
  return FALSE;
}

static gboolean
read_maps (ConvLayerOptions *options, GError **error)
{
  static const gchar *const words[] = { "both", "pre-relu", "post-relu", NULL };
  static const ConvLayerStages stages[]
      = { CONV_LAYER_PRE_RELU | CONV_LAYER_POST_RELU, CONV_LAYER_PRE_RELU, CONV_LAYER_POST_RELU };
  gint word = read_word (options, CONV_LAYER_MAPS, words, error);

  options->stages = word < 0 ? 0 : stages[word];
  return word >= 0;
}

static gboolean
read_grayscale (ConvLayerOptions *options, GError **error)
{
  static const gchar *const words[] = { "opencv", "luminance", "red", "green", "blue", NULL };
  static const ConvLayerGrayscale grays[] = { CONV_LAYER_GRAY_OPENCV, CONV_LAYER_GRAY_LUMINANCE, CONV_LAYER_GRAY_RED,
                                              CONV_LAYER_GRAY_GREEN, CONV_LAYER_GRAY_BLUE };
  gint word = read_word (options, CONV_LAYER_GRAYSCALE, words, error);

  options->grayscale = grays[MAX (word, 0)];
  return word >= 0;
}

static gboolean
read_scale (ConvLayerOptions *options, GError **error)
{
  static const gchar *const words[] = { "map", "shared", "symmetric", "raw", NULL };
  gint word = read_word (options, CONV_LAYER_SCALE, words, error);

  options->scale = (ConvLayerScale) word;
  return word >= 0;
}

static gboolean
read_stride (ConvLayerOptions *options, GError **error)
{
  return read_step (options, CONV_LAYER_STRIDE, &options->layer.stride, error);
}

static gboolean
read_dilation (ConvLayerOptions *options, GError **error)
{
  return read_step (options, CONV_LAYER_DILATION, &options->layer.dilation, error);
}

/* The variants could not be made: a filter beyond float32 is no fault of theirs. */
static ConvLayerArgument
variants_at_fault (const ConvLayerOptions *options)
{
  Conv2dBank bank = { .weights = NULL };
  Conv2dStatus status = conv2d_bank_parse ("f", &options->filter, &bank, NULL);

  conv2d_bank_clear (&bank);
  return status == CONV2D_NOT_FINITE ? CONV_LAYER_FILTER : CONV_LAYER_VARIANTS;
}

/* In the order in which what is wrong is told. */
static const struct
{
  ConvLayerArgument argument;
  gboolean (*read) (ConvLayerOptions *options, GError **error);
} readers[] = {
  { CONV_LAYER_FILTER, read_filter },
  { CONV_LAYER_VARIANTS, read_variants },
  { CONV_LAYER_MAPS, read_maps },
  { CONV_LAYER_GRAYSCALE, read_grayscale },
  { CONV_LAYER_SCALE, read_scale },
  { CONV_LAYER_PADDING, read_padding },
  { CONV_LAYER_PADDING_MODE, read_padding_mode },
  { CONV_LAYER_STRIDE, read_stride },
  { CONV_LAYER_DILATION, read_dilation },
  { CONV_LAYER_BIAS, read_bias },
};

/* Texts become valid UTF-8: they go into messages, names and JSON. */
static void
copy_value (const GValue *from, GValue *to)
{
  g_value_copy (from, to);
  if (G_VALUE_HOLDS_STRING (to) && g_value_get_string (to))
    g_value_take_string (to, g_utf8_make_valid (g_value_get_string (to), -1));
}

ConvLayerOptions *
conv_layer_options_check (const ConvLayerValues values, ConvLayerArgument *at_fault, GError **error)
{
  ConvLayerOptions *options = g_new0 (ConvLayerOptions, 1);

  conv_layer_values_init (options->values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    copy_value (&values[i], &options->values[i]);
  options->group = g_value_get_boolean (&values[CONV_LAYER_GROUP]);
  options->figure = g_value_get_boolean (&values[CONV_LAYER_FIGURE]);

  for (gsize i = 0; options && i < G_N_ELEMENTS (readers); i++)
    if (!readers[i].read (options, error))
      {
        if (at_fault)
          *at_fault = readers[i].argument == CONV_LAYER_VARIANTS ? variants_at_fault (options) : readers[i].argument;
        g_clear_pointer (&options, conv_layer_options_free);
      }
  return options;
}

ConvLayerOptions *
conv_layer_options_new (const ConvLayerValues values, GError **error)
{
  return conv_layer_options_check (values, NULL, error);
}

/* Whose change would help first. */
static ConvLayerArgument
size_at_fault (const ConvLayerOptions *options, Conv2dStatus status, gint width, gint height)
{
  Conv2dLayer layer = options->layer;
  Conv2dGeometry geometry;

  if (status == CONV2D_SAME_NEEDS_STRIDE_1)
    return CONV_LAYER_STRIDE;
  if (status == CONV2D_PADDING_TOO_LARGE)
    return CONV_LAYER_PADDING;
  layer.dilation = 1;
  if (options->layer.dilation > 1 && conv2d_layer_measure (&layer, width, height, &geometry, NULL) == CONV2D_OK)
    return CONV_LAYER_DILATION;
  return CONV_LAYER_FILTER;
}

gboolean
conv_layer_options_measure (const ConvLayerOptions *options, gint width, gint height, Conv2dGeometry *geometry,
                            ConvLayerArgument *at_fault, GError **error)
{
  Conv2dError core;
  ConvLayerArgument fault = CONV_LAYER_PADDING;

  if (conv2d_layer_measure (&options->layer, width, height, geometry, &core) != CONV2D_OK)
    {
      fault = size_at_fault (options, core.status, width, height);
      conv_layer_set_core_error (error, &core, NULL, NULL);
    }
  else if (geometry->width > CONV_LAYER_MAX_EXTENT || geometry->height > CONV_LAYER_MAX_EXTENT)
    {
      g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_SIZE,
                   _("The activation maps would be %d x %d pixels, more than the %d x %d a layer can have; use less "
                     "padding."),
                      geometry->width, geometry->height, CONV_LAYER_MAX_EXTENT, CONV_LAYER_MAX_EXTENT);
    }
  else
    {
      return TRUE;
    }
  if (at_fault)
    *at_fault = fault;
  return FALSE;
}

void
conv_layer_options_free (ConvLayerOptions *options)
{
  conv2d_bank_clear (&options->layer.filters);
  conv_layer_values_clear (options->values);
  g_free (options);
}

gchar *
conv_layer_options_variant (const ConvLayerOptions *options, gint n)
{
  const gchar *text = get_text (options, CONV_LAYER_VARIANTS);

  return g_strndup (text + options->layer.filters.names[n].start, options->layer.filters.names[n].length);
}
