/* editor-inspector.c: how the pixel looked at came about: the input's patch, the
 * weights, the products, their sum, the bias, ReLU and the gray that is drawn.
 * Knows the sight and its numbers, computes none; no settings, no libgimp. */

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "editor-tile.h"
#include "editor-view.h"
#include "toolkit.h"

#define DIGITS 5                   /* that people read; all of them are in the tooltip and the text */
#define ALL_DIGITS 9               /* reads back to the same float32 */
#define CELL_CHARS 8               /* of a number in a cell */
#define SHOWN_ROWS 4               /* that have room without scrolling: the lesson's filter */
#define SHOWN_COLUMNS 2.5          /* at least; one that is cut tells that there are more */
#define SUM_CHARS 9                /* of a number of the sum */
#define WIDEST_NUMBER "-0.000e-00" /* of these, with room to spare */
#define CELL_FONT 0.85             /* of the theme's size */

typedef enum
{
  PATCH,
  WEIGHTS,
  PRODUCTS,
  N_TABLES
} Table;

/* The lines of the sum, from above. */
typedef enum
{
  SUM,
  BIAS,
  PRE,
  POST,
  N_LINES
} Line;

/* What ReLU does to a number that is none, positive, zero, negative. */
static const gchar *const sentences[]
    = { N_("Not a number: ReLU lets it pass."),
            N_("Positive: ReLU lets it pass."), N_("Zero: ReLU leaves it zero."), N_("Negative: ReLU makes it 0.") };

typedef struct Inspector Inspector;

typedef struct
{
  Inspector *inspector;
  Table table;
  GtkWidget *canvas;
} Tile;

struct Inspector
{
  ConvLayerSight *sight;
  GtkWidget *pages, *heading, *codes, *copy, *sentence;
  Tile tiles[N_TABLES];
  GtkWidget *numbers[N_LINES], *drawn[N_LINES];
  gint rows, columns;           /* that the tiles have room for */
  PangoFontDescription *font;   /* of the cells: a little smaller than the theme's */
  gint cell_width, line_height; /* by it */
  guint refresh;
};

/* ---- numbers as text ---- */

/* NUMBER with at most DIGITS significant digits, and at most CHARS characters. */
static void
write_number (gchar text[G_ASCII_DTOSTR_BUF_SIZE], gdouble number, gint digits, gsize chars)
{
  gchar format[8];

  if (number == 0.0)
    number = 0.0; /* no -0 */
  do
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (text, G_ASCII_DTOSTR_BUF_SIZE, format, number);
    }
  while (strlen (text) > chars && --digits > 1);
}

static const gfloat *
numbers_of (const ConvLayerInspection *inspection, Table table)
{
  return table == PATCH ? inspection->input : table == WEIGHTS ? inspection->weights : inspection->products;
}

/* ---- a table ---- */

static gint
cell_height (const Inspector *inspector)
{
  const gboolean two = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (inspector->codes));

  return inspector->line_height * (two ? 2 : 1) + 4;
}

/* Where the table stands in its widget: never mirrored, for it is a matrix. */
static void
place_cells (const Tile *tile, gint width, gint height, gint *left, gint *top)
{
  *left = MAX ((width - tile->inspector->cell_width * tile->inspector->columns) / 2, 0);
  *top = MAX ((height - cell_height (tile->inspector) * tile->inspector->rows) / 2, 0);
}

/* Number N and, under it in the patch, its gray code. */
static void
draw_cell (const Tile *tile, cairo_t *cr, const ConvLayerInspection *inspection, gint n, gdouble gray, gint x, gint y)
{
  const gboolean codes
      = tile->table == PATCH && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (tile->inspector->codes));
  const gboolean padding = tile->table == PATCH && !inspection->inside[n];
  const gint across = tile->inspector->cell_width, down = cell_height (tile->inspector);
  const gint upper = codes ? down / 2 : down;
  gchar number[G_ASCII_DTOSTR_BUF_SIZE], code[G_ASCII_DTOSTR_BUF_SIZE];
  /* Translators: short, it stands in a small cell: a pixel outside of the image, made up by the padding. */
  const gchar *const pad = _("pad");

  write_number (number, numbers_of (inspection, tile->table)[n], DIGITS, CELL_CHARS);
  conv_layer_tile_draw_cell (cr, tile->canvas, gray, padding && !codes ? pad : number, x, y, across, upper);
  if (!codes)
    return;
  write_number (code, inspection->input[n] * 255.0, DIGITS, CELL_CHARS);
  conv_layer_tile_draw_cell (cr, tile->canvas, gray, padding ? pad : code, x, y + upper, across, down - upper);
}

static void
draw_table (GtkWidget *widget, cairo_t *cr, gint width, gint height, gpointer data)
{
  const Tile *tile = data;
  const ConvLayerInspection *inspection = conv_layer_sight_get_inspection (tile->inspector->sight);
  const gint across = tile->inspector->cell_width, down = cell_height (tile->inspector);
  gdouble clip_left, clip_top, clip_right, clip_bottom;
  gfloat min = INFINITY, max = -INFINITY;
  const gfloat *numbers;
  gint left, top, n;

  if (!inspection)
    return;
  numbers = numbers_of (inspection, tile->table);
  for (n = 0; n < inspection->rows * inspection->columns; n++)
    {
      min = MIN (min, numbers[n]);
      max = MAX (max, numbers[n]);
    }
  pango_context_set_font_description (gtk_widget_get_pango_context (widget), tile->inspector->font);
  place_cells (tile, width, height, &left, &top);
  cairo_clip_extents (cr, &clip_left, &clip_top, &clip_right, &clip_bottom);
  for (n = 0; n < inspection->rows * inspection->columns; n++)
    {
      const gint x = left + n % inspection->columns * across, y = top + n / inspection->columns * down;
      /* The patch is as gray as the input; the others as the lesson draws filters. */
      const gdouble gray
          = tile->table == PATCH ? CLAMP (numbers[n], 0.0f, 1.0f) : conv_layer_tile_gray (numbers[n], min, max);

      if (x + across <= clip_left || x >= clip_right || y + down <= clip_top || y >= clip_bottom)
        continue;
      draw_cell (tile, cr, inspection, n, gray, x, y);
    }
  cairo_set_source_rgb (cr, 0.5, 0.5, 0.5); /* to be seen on light and on dark */
  cairo_set_line_width (cr, 1.0);
  cairo_rectangle (cr, left - 0.5, top - 0.5, inspection->columns * across + 1, inspection->rows * down + 1);
  cairo_stroke (cr);
}

/* Embedded, so that a right-to-left text does not mirror a formula. */
static gchar *left_to_right (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

static gchar *
left_to_right (const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* Opened by one text and closed by the other: nothing misleads. */
  return g_strconcat ("\u202a", text, "\u202c", NULL); /* NOLINT(misc-misleading-bidirectional) */
}

/* "Row 2, column 3: 0.501960814, gray 128 of 255", with all digits. */
static gboolean
tell_cell (GtkWidget *widget, gint x, gint y, gboolean by_keyboard, GtkTooltip *tooltip, Tile *tile)
{
  const ConvLayerInspection *inspection = conv_layer_sight_get_inspection (tile->inspector->sight);
  gchar input[G_ASCII_DTOSTR_BUF_SIZE], weight[G_ASCII_DTOSTR_BUF_SIZE], product[G_ASCII_DTOSTR_BUF_SIZE];
  gchar code[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree gchar *numbers = NULL, *text = NULL;
  GtkAllocation all;
  gint left, top, row, column, n;

  if (!inspection || by_keyboard)
    return FALSE;
  gtk_widget_get_allocation (widget, &all);
  place_cells (tile, all.width, all.height, &left, &top);
  if (x < left || y < top)
    return FALSE;
  column = (x - left) / tile->inspector->cell_width;
  row = (y - top) / cell_height (tile->inspector);
  if (column >= inspection->columns || row >= inspection->rows)
    return FALSE;
  n = row * inspection->columns + column;
  write_number (input, inspection->input[n], ALL_DIGITS, G_MAXSIZE);
  write_number (code, inspection->input[n] * 255.0, DIGITS, G_MAXSIZE);
  write_number (weight, inspection->weights[n], ALL_DIGITS, G_MAXSIZE);
  write_number (product, inspection->products[n], ALL_DIGITS, G_MAXSIZE);
  if (tile->table == PRODUCTS)
    numbers = left_to_right ("%s \u00d7 %s = %s", input, weight, product);
  else if (tile->table == WEIGHTS)
    numbers = left_to_right ("%s", weight);
  else
    {
      g_autofree gchar *value = left_to_right ("%s", input), *gray = left_to_right ("%s", code);

      numbers = inspection->inside[n]
          /* Translators: a pixel's value from 0 to 1, and the same from 0 to 255. */
          ? g_strdup_printf (_("%s, gray %s of 255"), value, gray)
          : g_strdup_printf (_("%s, padding around the input"), value);
    }
  text = g_strdup_printf (_("Row %d, column %d: %s"), row + 1, column + 1, numbers);
  gtk_tooltip_set_text (tooltip, text);
  return TRUE;
}

/* ---- what is shown ---- */

static void
set_text (GtkWidget *label, const gchar *text)
{
  if (strcmp (gtk_label_get_text (GTK_LABEL (label)), text) != 0)
    gtk_label_set_text (GTK_LABEL (label), text);
}

/* FALSE when nothing is looked at. */
static gboolean
show_heading (Inspector *inspector)
{
  g_autofree gchar *text = NULL;
  ConvLayerStages stage;
  gint output, x, y;

  if (!conv_layer_sight_get_pixel (inspector->sight, &output, &stage, &x, &y))
    return FALSE;
  /* Translators: which map, and the pixel's place in it. */
  text = g_strdup_printf (stage == CONV_LAYER_POST_RELU ? _("Output %d, post-ReLU, x %d, y %d")
                                                        : _("Output %d, pre-ReLU, x %d, y %d"), output + 1, x, y);
  set_text (inspector->heading, text);
  return TRUE;
}

static void
show_sum (Inspector *inspector, const ConvLayerInspection *inspection)
{
  const gfloat values[N_LINES] = { inspection->sum, inspection->bias, inspection->pre, inspection->post };
  gint line;

  for (line = 0; line < N_LINES; line++)
    {
      gchar number[G_ASCII_DTOSTR_BUF_SIZE];

      write_number (number, values[line], DIGITS, SUM_CHARS);
      set_text (inspector->numbers[line], number);
      write_number (number, values[line], ALL_DIGITS, G_MAXSIZE);
      gtk_widget_set_tooltip_text (inspector->numbers[line], number);
    }
  for (line = PRE; line < N_LINES; line++)
    {
      g_autofree gchar *text = inspection->drawn
          /* Translators: the gray of the map's pixel, 0 to 255. */
          ? g_strdup_printf (_("drawn as %d"), line == PRE ? inspection->pre_pixel : inspection->post_pixel)
          : g_strdup ("");

      set_text (inspector->drawn[line], text);
    }
  set_text (inspector->sentence,
            _(sentences[isnan (inspection->pre)    ? 0
                                             : inspection->pre > 0.0f   ? 1
                                             : inspection->pre == 0.0f  ? 2
                                                                        : 3]));
}

/* The tiles ask for the space that all cells need; they scroll in less. */
static void
size_tables (Inspector *inspector)
{
  Table table;

  for (table = 0; table < N_TABLES; table++)
    gtk_widget_set_size_request (inspector->tiles[table].canvas, inspector->columns * inspector->cell_width,
                                 inspector->rows * cell_height (inspector));
}

static gboolean
refresh (gpointer data)
{
  Inspector *inspector = data;
  const ConvLayerInspection *inspection = conv_layer_sight_get_inspection (inspector->sight);
  gint i;

  inspector->refresh = 0;
  gtk_notebook_set_current_page (GTK_NOTEBOOK (inspector->pages), show_heading (inspector) ? 1 : 0);
  gtk_widget_set_sensitive (inspector->copy, inspection != NULL);
  if (inspection && (inspection->rows != inspector->rows || inspection->columns != inspector->columns))
    {
      inspector->rows = inspection->rows;
      inspector->columns = inspection->columns;
      size_tables (inspector);
    }
  for (i = 0; i < N_TABLES; i++)
    gtk_widget_queue_draw (inspector->tiles[i].canvas);
  if (inspection)
    show_sum (inspector, inspection);
  else
    {
      for (i = 0; i < N_LINES; i++)
        {
          set_text (inspector->numbers[i], "");
          gtk_widget_set_tooltip_text (inspector->numbers[i], NULL);
          set_text (inspector->drawn[i], "");
        }
      set_text (inspector->sentence, "");
    }
  return G_SOURCE_REMOVE;
}

/* A pointer that runs over the picture asks for more than can be read. */
static void
take_look (Inspector *inspector)
{
  if (!inspector->refresh)
    inspector->refresh = g_idle_add (refresh, inspector);
}

static void
toggle_codes (Inspector *inspector)
{
  size_tables (inspector);
  take_look (inspector);
}

static void
copy (Inspector *inspector)
{
  const ConvLayerInspection *inspection = conv_layer_sight_get_inspection (inspector->sight);
  GtkClipboard *clipboard = gtk_widget_get_clipboard (inspector->copy, GDK_SELECTION_CLIPBOARD);
  g_autofree gchar *text = NULL;

  if (!inspection)
    return;
  text = conv_layer_inspection_text (inspection);
  gtk_clipboard_set_text (clipboard, text, -1);
  gtk_clipboard_set_can_store (clipboard, NULL, 0); /* it outlives the dialog */
}

/* ---- the widget ---- */

static void
measure_font (Inspector *inspector, GtkWidget *widget)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, "-0.00000");
  const PangoFontDescription *theme = pango_context_get_font_description (pango_layout_get_context (layout));
  const gint size = (gint) (pango_font_description_get_size (theme) * CELL_FONT);

  inspector->font = pango_font_description_copy (theme);
  if (pango_font_description_get_size_is_absolute (theme))
    pango_font_description_set_absolute_size (inspector->font, size);
  else
    pango_font_description_set_size (inspector->font, size);
  pango_layout_set_font_description (layout, inspector->font);
  pango_layout_get_pixel_size (layout, &inspector->cell_width, &inspector->line_height);
  inspector->cell_width += 8;
  g_object_unref (layout);
}

/* A table under its title, scrolled where it is large. */
static GtkWidget *
new_table (Inspector *inspector, Table table, const gchar *title, const gchar *description)
{
  Tile *tile = &inspector->tiles[table];
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *label = gtk_label_new (title);

  tile->inspector = inspector;
  tile->table = table;
  tile->canvas = conv_layer_canvas_new (draw_table, tile);
  gtk_widget_set_can_focus (tile->canvas, FALSE);
  gtk_widget_set_direction (tile->canvas, GTK_TEXT_DIR_LTR); /* the minus stands before its number */
  gtk_widget_set_has_tooltip (tile->canvas, TRUE);
  g_signal_connect (tile->canvas, "query-tooltip", G_CALLBACK (tell_cell), tile);
  conv_layer_widget_describe (tile->canvas, title, description);
  gtk_box_pack_start (GTK_BOX (box), label, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box),
                      conv_layer_scrolled_new (tile->canvas, (gint) (SHOWN_COLUMNS * inspector->cell_width) + 4,
                                               SHOWN_ROWS * (2 * inspector->line_height + 4) + 4),
                      TRUE, TRUE, 0);
  return box;
}

/* The three tables scroll together: what is seen of one is seen of all. */
static void
scroll_together (Inspector *inspector)
{
  GtkAdjustment *across = NULL, *down = NULL;
  Table table;

  for (table = 0; table < N_TABLES; table++)
    {
      GtkWidget *scrolled = gtk_widget_get_ancestor (inspector->tiles[table].canvas, GTK_TYPE_SCROLLED_WINDOW);

      if (!across)
        {
          across = gtk_scrolled_window_get_hadjustment (GTK_SCROLLED_WINDOW (scrolled));
          down = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scrolled));
        }
      else
        {
          gtk_scrolled_window_set_hadjustment (GTK_SCROLLED_WINDOW (scrolled), across);
          gtk_scrolled_window_set_vadjustment (GTK_SCROLLED_WINDOW (scrolled), down);
        }
    }
}

/* The label keeps this room whatever it says; asked for in pixels, for GTK 2 counts
 * characters by their mean width, and cuts what is wider. */
static void
reserve_room (GtkWidget *label, const gchar *text)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (label, text);
  gint width, asked;

  pango_layout_get_pixel_size (layout, &width, NULL);
  gtk_widget_get_size_request (label, &asked, NULL);
  gtk_widget_set_size_request (label, MAX (width, asked), -1);
  g_object_unref (layout);
}

/* The sum as one writes it on paper, a line each. */
static GtkWidget *
new_sum (Inspector *inspector)
{
  /* In the order of Line. */
  static const gchar *const signs[N_LINES] = { "", "+", "=", "ReLU" };
  static const gchar *const texts[N_LINES] = { N_("sum of products"), N_("bias"), N_("pre-ReLU"), N_("post-ReLU") };
  g_autofree gchar *drawn = g_strdup_printf (_("drawn as %d"), 255);
  GtkWidget *grid = conv_layer_grid_new (0, 6);
  gint line, column;

  for (line = 0; line < N_LINES; line++)
    {
      GtkWidget *labels[]
          = { gtk_label_new (signs[line]), gtk_label_new (""), gtk_label_new (_(texts[line])), gtk_label_new ("") };

      inspector->numbers[line] = labels[1];
      inspector->drawn[line] = labels[3];
      reserve_room (labels[1], WIDEST_NUMBER);
      reserve_room (labels[3], drawn);
      for (column = 0; column < 4; column++)
        {
          g_object_set (labels[column], "xalign", column == 1 ? 1.0 : 0.0, NULL);
          conv_layer_grid_attach (grid, labels[column], column, line, 1, 1, FALSE, FALSE);
        }
      /* Numbers and signs are written from the left everywhere. */
      gtk_widget_set_direction (labels[0], GTK_TEXT_DIR_LTR);
      gtk_widget_set_direction (labels[1], GTK_TEXT_DIR_LTR);
    }
  gtk_widget_set_direction (grid, GTK_TEXT_DIR_LTR);
  inspector->sentence = gtk_label_new ("");
  for (gsize i = 0; i < G_N_ELEMENTS (sentences); i++)
    reserve_room (inspector->sentence, _(sentences[i]));
  g_object_set (inspector->sentence, "xalign", 0.0, NULL);
  conv_layer_grid_attach (grid, inspector->sentence, 1, N_LINES, 3, 1, FALSE, FALSE);
  return grid;
}

/* The line above: which pixel, what to show, Copy. */
static GtkWidget *
new_head (Inspector *inspector)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  PangoAttrList *bold = pango_attr_list_new ();

  pango_attr_list_insert (bold, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  inspector->heading = gtk_label_new ("");
  gtk_label_set_attributes (GTK_LABEL (inspector->heading), bold);
  pango_attr_list_unref (bold);
  g_object_set (inspector->heading, "xalign", 0.0, NULL);
  inspector->codes = gtk_check_button_new_with_mnemonic (_("Gray 0 to 2_55, too"));
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (inspector->codes), TRUE);
  gtk_widget_set_tooltip_text (inspector->codes,
                               _("Show the input not only as the values from 0 to 1 that are multiplied, but also as "
                                 "gray from 0 to 255."));
  g_signal_connect_swapped (inspector->codes, "toggled", G_CALLBACK (toggle_codes), inspector);
  inspector->copy = gtk_button_new_with_mnemonic (_("Copy E_quation"));
  gtk_widget_set_tooltip_text (inspector->copy, _("Copy the patch, the weights, the products and their sum as text, "
                                                  "with all digits."));
  g_signal_connect_swapped (inspector->copy, "clicked", G_CALLBACK (copy), inspector);
  gtk_box_pack_start (GTK_BOX (box), inspector->heading, TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), inspector->codes, FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), inspector->copy, FALSE, FALSE, 0);
  return box;
}

/* Patch x weights = products, and their sum. */
static GtkWidget *
new_computation (Inspector *inspector)
{
  GtkWidget *box = conv_layer_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_box_pack_start (GTK_BOX (box), new_table (inspector, PATCH, _("Input patch"), NULL), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), gtk_label_new ("\u00d7"), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_table (inspector, WEIGHTS, _("Weights"), NULL), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), gtk_label_new ("="), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_table (inspector, PRODUCTS, _("Products"), NULL), TRUE, TRUE, 0);
  gtk_box_pack_start (GTK_BOX (box), new_sum (inspector), FALSE, FALSE, 6);
  scroll_together (inspector);
  return box;
}

/* Destroyed, but not gone while somebody holds a reference. */
static void
stop (Inspector *inspector)
{
  if (inspector->refresh)
    g_source_remove (inspector->refresh);
  inspector->refresh = 0;
}

static void
inspector_free (gpointer data)
{
  Inspector *inspector = data;

  g_object_unref (inspector->sight);
  pango_font_description_free (inspector->font);
  g_free (inspector);
}

GtkWidget *
conv_layer_inspector_new (ConvLayerSight *sight)
{
  Inspector *inspector = g_new0 (Inspector, 1);
  GtkWidget *page = conv_layer_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GClosure *closure = g_cclosure_new_swap (G_CALLBACK (take_look), inspector, NULL);

  inspector->sight = g_object_ref (sight);
  inspector->rows = inspector->columns = SHOWN_ROWS;
  /* Pages have one size, whatever is shown: the dialog keeps its own. */
  inspector->pages = gtk_notebook_new ();
  g_object_set_data_full (G_OBJECT (inspector->pages), "conv-layer-inspector", inspector, inspector_free);
  gtk_notebook_set_show_tabs (GTK_NOTEBOOK (inspector->pages), FALSE);
  gtk_notebook_set_show_border (GTK_NOTEBOOK (inspector->pages), FALSE);
  g_signal_connect_swapped (inspector->pages, "destroy", G_CALLBACK (stop), inspector);
  gtk_widget_set_can_focus (inspector->pages, FALSE);
  measure_font (inspector, inspector->pages);
  gtk_box_pack_start (GTK_BOX (page), new_head (inspector), FALSE, FALSE, 0);
  gtk_box_pack_start (GTK_BOX (page), new_computation (inspector), TRUE, TRUE, 0);
  size_tables (inspector);
  gtk_notebook_append_page (GTK_NOTEBOOK (inspector->pages),
                            conv_layer_label_new (_("Point at a pixel of a picture, or move through a map with the "
                                                    "arrow keys, to see how that pixel is computed."),
                                                     FALSE),
                                                  NULL);
  gtk_notebook_append_page (GTK_NOTEBOOK (inspector->pages), page, NULL);
  gtk_widget_show_all (inspector->pages); /* a page that is not shown cannot be turned to */
  g_object_watch_closure (G_OBJECT (inspector->pages), closure);
  g_signal_connect_closure (sight, "looked", closure, FALSE);
  refresh (inspector);
  return inspector->pages;
}
