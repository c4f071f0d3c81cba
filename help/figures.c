/* figures.c: filters and products as tables of numbers, the places of a filter
 * on its input as a drawing.  Knows no language and no page. */

#include "figures.h"

#define CELL 14 /* of a drawing, in its own units */

/* ---- tables of numbers ---- */

static void
add_number (GString *page, gdouble number)
{
  gchar text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.4g", number);
  g_string_append (page, *text == '-' ? "\342\210\222" : ""); /* a true minus */
  g_string_append (page, *text == '-' ? text + 1 : text);
}

/* VALUE stands at ROW, COLUMN of a table whose numbers go from LEAST (black) to GREATEST (white). */
static void
add_cell (GString *page, gdouble value, gdouble least, gdouble greatest)
{
  gint gray = least < greatest ? (gint) (255 * (value - least) / (greatest - least)) : 0;

  g_string_append_printf (page, "<td style=\"background:#%02x%02x%02x;color:%s\">", gray, gray, gray,
                          gray < 128 ? "#fff" : "#000");
  add_number (page, value);
  g_string_append (page, "</td>");
}

/* The numbers are CELLS [rows][columns]; CAPTION may be NULL. */
static void
add_table (GString *page, const gdouble *cells, gint rows, gint columns, const gchar *caption)
{
  gdouble least = cells[0], greatest = cells[0];

  for (gint i = 1; i < rows * columns; i++)
    {
      least = MIN (least, cells[i]);
      greatest = MAX (greatest, cells[i]);
    }
  g_string_append (page, "<table class=\"filter\">");
  if (caption)
    g_string_append_printf (page, "<caption>%s</caption>", caption);
  for (gint y = 0; y < rows; y++)
    {
      g_string_append (page, "<tr>");
      for (gint x = 0; x < columns; x++)
        add_cell (page, cells[y * columns + x], least, greatest);
      g_string_append (page, "</tr>");
    }
  g_string_append (page, "</table>\n");
}

gboolean
help_add_filters (GString *page, const ConvLayerValues values, GError **error)
{
  ConvLayerOptions *options = conv_layer_options_new (values, error);
  const Conv2dBank *bank;

  if (!options)
    return FALSE;
  bank = &options->layer.filters;
  g_string_append (page, "<div class=\"filters\">\n");
  for (gint n = 0; n < bank->count; n++)
    {
      const gint size = bank->rows * bank->columns;
      gchar *variant = conv_layer_options_variant (options, n);
      gchar *caption = g_markup_escape_text (variant, -1);
      gdouble cells[CONV2D_MAX_SIZE * CONV2D_MAX_SIZE];

      for (gint i = 0; i < size; i++)
        cells[i] = (gdouble) bank->weights[n * size + i];
      add_table (page, cells, bank->rows, bank->columns, caption);
      g_free (variant);
      g_free (caption);
    }
  g_string_append (page, "</div>\n");
  conv_layer_options_free (options);
  return TRUE;
}

static gboolean
read_matrix (const gchar *text, Conv2dFilter *matrix, GError **error)
{
  Conv2dError core;

  if (conv2d_filter_parse (text, matrix, &core) == CONV2D_OK)
    return TRUE;
  conv_layer_set_core_error (error, &core, text, text);
  return FALSE;
}

gboolean
help_add_product (GString *page, const gchar *input, const gchar *filter, GError **error)
{
  Conv2dFilter pixels, weights, products;
  gdouble sum = 0;

  if (!read_matrix (input, &pixels, error) || !read_matrix (filter, &weights, error))
    return FALSE;
  products = pixels;
  for (gint i = 0; i < pixels.rows * pixels.columns; i++)
    {
      products.weights[i] = pixels.weights[i] * weights.weights[i] + 0.0; /* no -0 */
      sum += products.weights[i];
    }
  g_string_append (page, "<div class=\"filters\">\n");
  add_table (page, pixels.weights, pixels.rows, pixels.columns, NULL);
  g_string_append (page, "<span>×</span>");
  add_table (page, weights.weights, weights.rows, weights.columns, NULL);
  g_string_append (page, "<span>=</span>");
  add_table (page, products.weights, products.rows, products.columns, NULL);
  g_string_append (page, "<span>→ ");
  add_number (page, sum);
  g_string_append (page, "</span>\n</div>\n");
  return TRUE;
}

/* ---- the places of a filter ---- */

/* INSET: how far inside of its cell. */
static void
add_square (GString *page, const gchar *kind, gint inset, gint column, gint row)
{
  g_string_append_printf (page, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", kind,
                          column * CELL + inset, row * CELL + inset, CELL - 2 * inset, CELL - 2 * inset);
}

/* The filter's first place, filled, and the second, outlined: its weights on the
 * input, and its pixel in the map, which begins at column RIGHT. */
static void
add_places (GString *page, const Conv2dLayer *layer, gint right, gboolean second)
{
  for (gint y = 0; y < layer->filters.rows; y++)
    for (gint x = 0; x < layer->filters.columns; x++)
      add_square (page, "first", 2, x * layer->dilation, y * layer->dilation);
  add_square (page, "first", 2, right, 0);
  if (!second)
    return;
  for (gint y = 0; y < layer->filters.rows; y++)
    for (gint x = 0; x < layer->filters.columns; x++)
      add_square (page, "second", 4, layer->stride + x * layer->dilation, y * layer->dilation);
  add_square (page, "second", 4, right + 1, 0);
}

gboolean
help_add_grid (GString *page, gint width, gint height, const ConvLayerValues values, const gchar *alt, GError **error)
{
  ConvLayerOptions *options = conv_layer_options_new (values, error);
  Conv2dGeometry map;
  gint columns, rows, right;
  gchar *escaped;

  if (!options)
    return FALSE;
  if (!conv_layer_options_measure (options, width, height, &map, NULL, error))
    {
      conv_layer_options_free (options);
      return FALSE;
    }
  columns = map.left + width + map.right;
  rows = map.top + height + map.bottom;
  right = columns + 2; /* where the map begins */
  escaped = g_markup_escape_text (alt, -1);
  g_string_append_printf (
      page, "<svg class=\"grid\" role=\"img\" aria-label=\"%s\" width=\"%d\" viewBox=\"0 0 %d %d\">\n", escaped,
      2 * (right + map.width) * CELL, (right + map.width) * CELL, MAX (rows, map.height) * CELL);
  for (gint y = 0; y < rows; y++)
    for (gint x = 0; x < columns; x++)
      add_square (page,
                  x < map.left || x >= map.left + width || y < map.top || y >= map.top + height ? "added" : "pixel", 1,
                  x, y);
  g_string_append_printf (page, "<path d=\"M%d %dh%dm-5 -4l5 4l-5 4\"/>", columns * CELL + 4, rows * CELL / 2,
                          2 * CELL - 8);
  for (gint y = 0; y < map.height; y++)
    for (gint x = 0; x < map.width; x++)
      add_square (page, "pixel", 1, right + x, y);
  add_places (page, &options->layer, right, map.width > 1);
  g_string_append (page, "\n</svg>\n");
  g_free (escaped);
  conv_layer_options_free (options);
  return TRUE;
}
