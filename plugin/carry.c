/* carry.c: the settings as a program: Script-Fu for GIMP, Python for PyTorch.
 * The words in the programs are English, as their languages and the lesson's
 * notebook are.  Knows no widget and no clipboard. */

#include "carry.h"

#include <string.h>

#include "describe.h"
#include "edits.h"

/* Script-Fu's reader has a limit of 1 KB for one literal, in bytes after "\n" and the like were read. */
#define LITERAL 400

static const gchar *
text_of (const ConvLayerOptions *options, ConvLayerArgument argument)
{
  const gchar *text = g_value_get_string (&options->values[argument]);

  return text ? text : "";
}

/* ---- Script-Fu ---- */

/* How many bytes of TEXT go into one literal: up to a row's end if there is
 * one, and never a part of a letter. */
static gsize
literal_length (const gchar *text)
{
  const gchar *end = text + MIN (strlen (text), LITERAL);
  const gchar *row;

  if (*end == '\0')
    return (gsize) (end - text);
  row = g_strrstr_len (text, end - text, "; ");
  if (row)
    return (gsize) (row + 2 - text);
  while ((*end & 0xc0) == 0x80)
    end--;
  return (gsize) (end - text);
}

static void
append_literal (GString *program, const gchar *text, gsize length)
{
  g_string_append_c (program, '"');
  for (gsize i = 0; i < length; i++)
    switch (text[i])
      {
      case '\n':
        g_string_append (program, "\\n");
        break;
      case '\r':
        g_string_append (program, "\\r");
        break;
      case '\t':
        g_string_append (program, "\\t");
        break;
      case '"':
      case '\\':
        g_string_append_c (program, '\\');
        G_GNUC_FALLTHROUGH;
      default:
        g_string_append_c (program, text[i]);
      }
  g_string_append_c (program, '"');
}

static void
append_scheme_text (GString *program, const gchar *text)
{
  gsize length = literal_length (text);
  const gboolean whole = text[length] == '\0';

  if (!whole)
    g_string_append (program, "(string-append");
  do
    {
      length = literal_length (text);
      if (!whole)
        g_string_append (program, "\n      ");
      append_literal (program, text, length);
      text += length;
    }
  while (*text);
  if (!whole)
    g_string_append_c (program, ')');
}

static void
append_scheme_value (GString *program, const GValue *value)
{
  gchar *number;

  if (G_VALUE_HOLDS_STRING (value))
    append_scheme_text (program, g_value_get_string (value) ? g_value_get_string (value) : "");
  else if (G_VALUE_HOLDS_INT (value))
    g_string_append_printf (program, "%d", g_value_get_int (value));
  else if (G_VALUE_HOLDS_BOOLEAN (value))
    g_string_append (program, g_value_get_boolean (value) ? "TRUE" : "FALSE");
  else
    {
      number = conv_layer_weight_text (g_value_get_double (value));
      g_string_append (program, number);
      g_free (number);
    }
}

/* Where each dialect differs from the other. */
typedef struct
{
  const gchar *console, *load, *layer, *call;
  const gchar *newest; /* the image that was made last */
  gboolean named;
} Dialect;

static const Dialect dialects[] = {
  [CONV_LAYER_SCRIPT_FU_2] = { "Filters > Script-Fu > Console", "(gimp-file-load RUN-NONINTERACTIVE path path)",
                               "(layer (car (gimp-image-get-active-drawable image)))", "RUN-NONINTERACTIVE image layer",
                               "(vector-ref (cadr (gimp-image-list)) 0)", FALSE },
  [CONV_LAYER_SCRIPT_FU_3]
  = { "Filters > Development > Script-Fu > Script-Fu Console", "(gimp-file-load RUN-NONINTERACTIVE path)",
      "(layers (car (gimp-image-get-selected-drawables image)))",
      "#:run-mode RUN-NONINTERACTIVE #:image image #:drawables layers", "(vector-ref (car (gimp-get-images)) 0)",
      TRUE },
};

gchar *
conv_layer_carry_script_fu (const ConvLayerOptions *options, ConvLayerDialect dialect)
{
  const Dialect *words = &dialects[dialect];
  const gboolean figure = options->figure;
  const gint count = figure ? CONV_LAYER_N_ARGUMENTS : CONV_LAYER_FIGURE;
  GString *program = g_string_new (NULL);

  g_string_append_printf (program,
                          "; A convolutional layer: its activation maps as new layers of a picture.\n"
                          "; Write the picture's file name between the quotes, then run all of this in\n"
                          "; %s.\n"
                          "(let* ((path \"picture.png\")\n"
                          "       (image (car %s))\n"
                          "       %s)\n"
                          "  (%s %s",
                          words->console, words->load, words->layer,
                          figure && !words->named ? CONV_LAYER_FIGURE_PROCEDURE : CONV_LAYER_PROCEDURE, words->call);
  for (gint i = 0; i < count; i++)
    {
      const gchar *name = conv_layer_argument_info ((ConvLayerArgument) i)->name;

      g_string_append (program, "\n    ");
      if (words->named)
        g_string_append_printf (program, "#:%s ", name);
      append_scheme_value (program, &options->values[i]);
      if (!words->named && i + 1 < count)
        g_string_append_printf (program, " ; %s", name);
    }
  g_string_append (program, ")\n");
  if (figure)
    g_string_append_printf (program, "  (gimp-display-new %s) ; the figure\n", words->newest);
  g_string_append (program, "  (gimp-display-new image))\n");
  return g_string_free (program, FALSE);
}

/* ---- PyTorch ---- */

/* The base filter as an array of doubles. */
static void
append_filter (GString *cell, const Conv2dFilter *filter)
{
  gchar *text = conv_layer_filter_text (filter);
  gchar **rows = g_strsplit (text, "; ", -1);

  g_string_append (cell, "# The base filter. Change its numbers and run this again!\n"
                         "f = np.array([\n");
  for (gint i = 0; rows[i]; i++)
    {
      gchar **numbers = g_strsplit (rows[i], " ", -1);
      gchar *row = g_strjoinv (", ", numbers);

      g_string_append_printf (cell, "    [%s],\n", row);
      g_free (row);
      g_strfreev (numbers);
    }
  g_string_append (cell, "], dtype=\"float64\")\n\n");
  g_strfreev (rows);
  g_free (text);
}

/* A variant is Python but for blanks, which may be line ends, and zeros before a number. */
static void
append_expression (GString *cell, const gchar *variant)
{
  gboolean in_word = FALSE, in_blanks = FALSE;

  for (; *variant; variant++)
    if (g_ascii_isspace (*variant))
      {
        in_word = FALSE;
        in_blanks = TRUE;
      }
    else if (*variant != '0' || in_word || !g_ascii_isdigit (variant[1]))
      {
        g_string_append_printf (cell, "%s%c", in_blanks ? " " : "", *variant);
        in_word = g_ascii_isalnum (*variant) || *variant == '.';
        in_blanks = FALSE;
      }
}

/* The shapes that NumPy knows by another name or only in its own module. */
static const struct
{
  const gchar *name, *definition;
} shapes[] = {
  { "rot90", "np.rot90(m)  # a quarter turn, counter-clockwise" },
  { "rot180", "np.rot90(m, 2)" },
  { "rot270", "np.rot90(m, 3)" },
  { "fliplr", "m[:, ::-1]  # left and right change places" },
  { "flipud", "m[::-1, :]  # top and bottom change places" },
};

static void
append_variants (GString *cell, const ConvLayerOptions *options)
{
  const gint count = options->layer.filters.count;
  gboolean any = FALSE;

  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    if (strstr (text_of (options, CONV_LAYER_VARIANTS), shapes[i].name))
      {
        g_string_append_printf (cell, "\ndef %s(m):\n    return %s\n\n", shapes[i].name, shapes[i].definition);
        any = TRUE;
      }
  g_string_append_printf (cell,
                          "%s# The filters of the layer, each a linear combination of f's shapes.\n"
                          "filters = np.stack([\n",
                          any ? "\n" : "");
  for (gint i = 0; i < count; i++)
    {
      gchar *variant = conv_layer_options_variant (options, i);

      g_string_append (cell, "    ");
      append_expression (cell, variant);
      g_string_append_printf (cell, ",  # Filter %d\n", i + 1);
      g_free (variant);
    }
  g_string_append (cell, "]).astype(\"float32\")\n\n");
}

static const gchar *
gray_lines (ConvLayerGrayscale grayscale)
{
  switch (grayscale)
    {
    case CONV_LAYER_GRAY_RED:
      return "gray = picture[:, :, 2]  # the red of blue, green, red\n"
             "gray = gray.astype(\"float32\") / largest\n\n";
    case CONV_LAYER_GRAY_GREEN:
      return "gray = picture[:, :, 1]  # the green of blue, green, red\n"
             "gray = gray.astype(\"float32\") / largest\n\n";
    case CONV_LAYER_GRAY_BLUE:
      return "gray = picture[:, :, 0]  # the blue of blue, green, red\n"
             "gray = gray.astype(\"float32\") / largest\n\n";
    case CONV_LAYER_GRAY_LUMINANCE:
      return "# Luminance: sRGB codes become amounts of light, these are weighed and added, and\n"
             "# the sum becomes a code again.\n"
             "codes = picture / largest\n"
             "light = np.where(codes > 0.04045, ((codes + 0.055) / 1.055) ** 2.4, codes / 12.92)\n"
             "luminance = light @ [0.06060791, 0.71690369, 0.22248840]  # blue, green, red\n"
             "gray = np.where(luminance > 0.0031308, 1.055 * luminance ** (1 / 2.4) - 0.055, 12.92 * luminance)\n"
             "gray = np.floor(gray * largest + 0.5).astype(\"float32\") / largest\n\n";
    case CONV_LAYER_GRAY_OPENCV:
    default:
      return "gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)\n"
             "gray = gray.astype(\"float32\") / largest\n\n";
    }
}

static void
append_layer (GString *cell, const ConvLayerOptions *options)
{
  static const gchar *const modes[] = { "zeros", "reflect", "replicate", "circular" };
  const Conv2dLayer *layer = &options->layer;
  gchar *padding, *bias = conv_layer_weight_text (g_value_get_double (&options->values[CONV_LAYER_BIAS]));

  if (layer->same)
    padding = g_strdup ("\"same\"");
  else
    padding = g_strdup_printf ("(%d, %d)", layer->padding_rows, layer->padding_columns);
  g_string_append_printf (cell,
                          "# The layer: one gray plane goes in, a map for each filter comes out. Its weights are\n"
                          "# the filters above: nothing is trained.\n"
                          "layer = nn.Conv2d(1, len(filters), kernel_size=filters.shape[1:], stride=(%d, %d),\n"
                          "                  padding=%s, padding_mode=\"%s\", dilation=(%d, %d),\n"
                          "                  bias=%s)\n"
                          "layer.weight = nn.Parameter(torch.from_numpy(filters).unsqueeze(1))\n",
                          layer->stride, layer->stride, padding, modes[layer->padding_mode], layer->dilation,
                          layer->dilation, layer->bias != 0 ? "True" : "False");
  if (layer->bias != 0)
    g_string_append_printf (cell, "layer.bias = nn.Parameter(torch.full((len(filters),), %s, dtype=torch.float32))\n",
                            bias);
  g_string_append (cell, "\n"
                         "# One forward pass: the activation maps before and after ReLU, each [map, row, column].\n"
                         "with torch.no_grad():\n"
                         "    output = layer(torch.from_numpy(gray).unsqueeze(0).unsqueeze(1))\n"
                         "    pre = output[0].numpy()\n"
                         "    post = torch.relu(output)[0].numpy()\n\n");
  g_free (bias);
  g_free (padding);
}

/* What imshow() is given so that it draws a row of maps as the filter does. */
static const gchar *
range_lines (ConvLayerScale scale)
{
  switch (scale)
    {
    case CONV_LAYER_SCALE_SHARED:
      return "        # One scale for the whole row.\n"
             "        black, white = maps.min(), maps.max()\n";
    case CONV_LAYER_SCALE_SYMMETRIC:
      return "        # 0 is in the middle of the grays.\n"
             "        white = np.abs(maps[n]).max()\n"
             "        black = -white\n";
    case CONV_LAYER_SCALE_RAW:
      return "        # 0 is black, 1 is white.\n"
             "        black, white = 0, 1\n";
    case CONV_LAYER_SCALE_MAP:
    default:
      return "        # Each map from its own least to its own greatest value.\n"
             "        black, white = maps[n].min(), maps[n].max()\n";
    }
}

static void
append_figure (GString *cell, const ConvLayerOptions *options)
{
  const gboolean pre = (options->stages & CONV_LAYER_PRE_RELU) != 0;
  const gboolean post = (options->stages & CONV_LAYER_POST_RELU) != 0;

  g_string_append_printf (
      cell,
      "# The figure: the picture, the filters, the maps.\n"
      "figure, axes = plt.subplots(%d, len(filters), squeeze=False, figsize=(2.4 * len(filters) + 1, %d))\n"
      "for one in axes.flat:\n"
      "    one.set_xticks([])\n"
      "    one.set_yticks([])\n"
      "for one in axes[0, 1:]:\n"
      "    one.axis(\"off\")\n"
      "axes[0, 0].imshow(gray, cmap=\"gray\")\n"
      "axes[0, 0].set_title(\"The picture in gray\")\n"
      "for n, weights in enumerate(filters):\n"
      "    axes[1, n].imshow(weights, cmap=\"gray\")\n"
      "    axes[1, n].set_title(\"Filter %%d\" %% (n + 1))\n"
      "    if max(weights.shape) > 11:\n"
      "        continue  # there is no room for numbers\n"
      "    middle = (weights.min() + weights.max()) / 2\n"
      "    for (row, column), weight in np.ndenumerate(weights):\n"
      "        dark = weight < middle or weights.min() == weights.max()\n"
      "        axes[1, n].text(column, row, \"%%.3g\" %% weight, color=\"white\" if dark else \"black\",\n"
      "                        ha=\"center\", va=\"center\", fontsize=min(10, 45 / max(weights.shape)))\n"
      "\n\n"
      "def show(row, maps, stage):\n"
      "    for n in range(len(maps)):\n"
      "%s"
      "        row[n].imshow(maps[n], cmap=\"gray\", vmin=black, vmax=white)\n"
      "        row[n].set_title(\"Output %%d (%%s)\" %% (n + 1, stage))\n"
      "\n\n",
      2 + pre + post, 2 * (2 + pre + post) + 1, range_lines (options->scale));
  if (pre)
    g_string_append (cell, "show(axes[2], pre, \"before ReLU\")\n");
  if (post)
    g_string_append_printf (cell, "show(axes[%d], post, \"after ReLU\")\n", 2 + pre);
  g_string_append (cell, "plt.tight_layout()\n"
                         "plt.show()\n");
}

gchar *
conv_layer_carry_pytorch (const ConvLayerOptions *options)
{
  GString *cell
      = g_string_new ("# A convolutional layer and its activation maps, with OpenCV, PyTorch and Matplotlib.\n"
                      "path = \"picture.png\"  # write the file name of your picture here\n\n"
                      "import cv2\n"
                      "import matplotlib.pyplot as plt\n"
                      "import numpy as np\n"
                      "import torch\n"
                      "from torch import nn\n\n"
                      "# The picture in gray, from 0 (black) to 1 (white).\n"
                      "picture = cv2.imread(path, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)\n"
                      "if picture is None:\n"
                      "    raise FileNotFoundError(\"OpenCV cannot read the picture \" + path)\n"
                      "largest = np.iinfo(picture.dtype).max  # 255, or 65535 with 16 bits\n");

  g_string_append (cell, gray_lines (options->grayscale));
  append_filter (cell, &options->filter);
  append_variants (cell, options);
  append_layer (cell, options);
  append_figure (cell, options);
  return g_string_free (cell, FALSE);
}
