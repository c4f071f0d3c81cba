/* editor-cells.c: the base filter as a grid of number cells: all are drawn but
 * the current one, where an entry stands.  Knows the settings; no pixels, no
 * maps, not which GIMP it is in. */

#include "editor-cells.h"

#include <math.h>
#include <string.h>

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "edits.h"
#include "editor-tile.h"
#include "presets.h"
#include "toolkit.h"
#include "trace.h"

#define WIDTH 260         /* asked for; more cells scroll */
#define HEIGHT 136        /* the rows of the lesson's filter */
#define PADDING 6         /* around a number, in pixels */
#define MARK 4            /* the frame of the current cell */
#define SIGN_WIDTH 14     /* the sign of what is no number */
#define MAX_TEXT_WIDTH 72 /* longer numbers are shortened */
#define WIDE_CELL 64      /* cells grow with the grid, no further than this */
#define TALL_CELL 44
#define MAX_WEIGHTS (CONV2D_MAX_SIZE * CONV2D_MAX_SIZE)

typedef enum
{
  AT_REST,  /* keys mean the cell */
  TYPING,   /* its number is written anew: arrows go on to the next cell */
  IN_PLACE, /* its number is changed: left and right move in the text */
} Mode;

typedef struct
{
  GtkEventBox parent_instance;

  ConvLayerSettings *settings;
  gulong handler;
  GtkWidget *scrolled, *layout, *entry;
  gint cell_width, cell_height;
  guint lay_out_id; /* the entry and the layout will follow the cells' size */
  gdouble colored;  /* the entry's gray, -1: as the theme has it */

  /* What is drawn, of the filter as it was last seen. */
  gint rows, columns;
  gdouble weights[MAX_WEIGHTS], min, max;
  gchar *texts[MAX_WEIGHTS]; /* as much of each number as a cell holds */
  gint widths[MAX_WEIGHTS];
  gboolean changed; /* what the trace is told of when it is drawn */

  gint row, column; /* the current cell: the entry's */
  Mode mode;
  gboolean wrong;    /* what is typed is no number */
  gboolean updating; /* by us, not by the user */
  gboolean stepping; /* the last change was a step by key or wheel */
  gboolean said;     /* a message is shown */
  gdouble before;    /* the weight when typing began */
  gdouble latest;    /* that typing made of it */
  guint change;      /* each is a step of the history of its own */
  gdouble turned;    /* of the wheel, less than a step */

  guint32 pressed_at; /* milliseconds, for double clicks */
  gint pressed_row, pressed_column;
} ConvLayerCells;

typedef struct
{
  GtkEventBoxClass parent_class;
} ConvLayerCellsClass;

GType conv_layer_cells_get_type (void) G_GNUC_CONST;

/* Not G_DECLARE_FINAL_TYPE: GTK 2's types lack what it builds on. */
G_DEFINE_TYPE (ConvLayerCells, conv_layer_cells, GTK_TYPE_EVENT_BOX)

#define CELLS(WIDGET) (G_TYPE_CHECK_INSTANCE_CAST ((WIDGET), conv_layer_cells_get_type (), ConvLayerCells))

static guint message_signal;

static void
say (ConvLayerCells *cells, const gchar *text)
{
  if (!text && !cells->said)
    return;
  cells->said = text != NULL;
  g_signal_emit (cells, message_signal, 0, text);
}

static gint
current (const ConvLayerCells *cells)
{
  return cells->row * cells->columns + cells->column;
}

/* ---- numbers as cells show them ---- */

static gint
text_width (PangoLayout *layout, const gchar *text)
{
  gint width;

  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, &width, NULL);
  return width;
}

/* TEXT with fewer decimals and dots in their place, its exponent kept. */
static gchar *
shorten (PangoLayout *layout, const gchar *text)
{
  const gchar *dot = strchr (text, '.'), *exponent = strchr (text, 'e');
  gint digits = (gint) (exponent ? exponent - text : (gssize) strlen (text));
  gchar *shorter = NULL;

  if (!dot)
    return NULL;
  if (!exponent)
    exponent = "";
  while (--digits > (gint) (dot - text) + 1)
    {
      g_free (shorter);
      shorter = g_strdup_printf ("%.*s…%s", digits, text, exponent);
      if (text_width (layout, shorter) <= MAX_TEXT_WIDTH)
        return shorter;
    }
  g_free (shorter);
  return NULL;
}

/* WEIGHT in full, or as much as a cell holds; free with g_free(). */
static gchar *
cell_text (PangoLayout *layout, gdouble weight)
{
  gchar *text = conv_layer_weight_text (weight), *shorter;
  gchar power[G_ASCII_DTOSTR_BUF_SIZE];

  if (text_width (layout, text) <= MAX_TEXT_WIDTH)
    return text;
  shorter = shorten (layout, text);
  g_free (text);
  if (shorter)
    return shorter;
  g_ascii_formatd (power, sizeof power, "%.3e", weight); /* too many digits before the dot */
  shorter = shorten (layout, power);
  return shorter ? shorter : g_strdup (power);
}

static void
forget_texts (ConvLayerCells *cells)
{
  for (gint i = 0; i < cells->rows * cells->columns; i++)
    g_clear_pointer (&cells->texts[i], g_free);
  cells->rows = cells->columns = 0;
}

/* Takes over the filter; a number is written and measured only when it is
 * another: 961 of them would be felt at each key. */
static void
take_filter (ConvLayerCells *cells)
{
  const Conv2dFilter *filter = conv_layer_settings_get_filter (cells->settings);
  PangoLayout *layout = gtk_widget_create_pango_layout (cells->layout, NULL);

  if (cells->rows != filter->rows || cells->columns != filter->columns)
    forget_texts (cells);
  cells->rows = filter->rows;
  cells->columns = filter->columns;
  cells->min = cells->max = filter->weights[0];
  for (gint i = 0; i < filter->rows * filter->columns; i++)
    {
      gdouble weight = filter->weights[i];

      cells->min = MIN (cells->min, weight);
      cells->max = MAX (cells->max, weight);
      if (cells->texts[i] && cells->weights[i] == weight)
        continue;
      g_free (cells->texts[i]);
      cells->texts[i] = cell_text (layout, weight);
      cells->widths[i] = text_width (layout, cells->texts[i]);
      cells->weights[i] = weight;
    }
  g_object_unref (layout);
}

/* ---- places ---- */

/* How large a cell is; lay_out() has to follow. */
static void
measure (ConvLayerCells *cells)
{
  PangoLayout *layout = gtk_widget_create_pango_layout (cells->layout, "0");
  GtkAllocation area;
  gint height;

  pango_layout_get_pixel_size (layout, NULL, &height);
  cells->cell_height = height + 2 * PADDING;
  cells->cell_width = cells->cell_height * 5 / 4;
  for (gint i = 0; i < cells->rows * cells->columns; i++)
    cells->cell_width = MAX (cells->cell_width, cells->widths[i] + 2 * PADDING);
  gtk_widget_get_allocation (cells->scrolled, &area);
  cells->cell_width = MAX (cells->cell_width, MIN (WIDE_CELL, (area.width - 4) / cells->columns));
  cells->cell_height = MAX (cells->cell_height, MIN (TALL_CELL, (area.height - 4) / cells->rows));
  g_object_unref (layout);
}

/* The current cell; while a long number is typed it lies over its neighbours. */
static GdkRectangle
current_area (ConvLayerCells *cells)
{
  GdkRectangle area
      = { cells->column * cells->cell_width, cells->row * cells->cell_height, cells->cell_width, cells->cell_height };
  GtkAllocation layout;

  if (cells->mode != AT_REST)
    {
      PangoLayout *text = gtk_entry_get_layout (GTK_ENTRY (cells->entry));
      gint width, whole;

      gtk_widget_get_allocation (cells->layout, &layout);
      whole = MAX (cells->columns * cells->cell_width, layout.width);
      pango_layout_get_pixel_size (text, &width, NULL);
      width += 2 * PADDING + MARK + (cells->wrong ? SIGN_WIDTH : 0);
      area.width = MIN (MAX (area.width, width), whole);
      area.x = MAX (0, MIN (area.x, whole - area.width));
    }
  return area;
}

static void
color_entry (ConvLayerCells *cells)
{
  gdouble gray
      = cells->mode == AT_REST ? conv_layer_tile_gray (cells->weights[current (cells)], cells->min, cells->max) : -1;
  gdouble text = conv_layer_tile_text_gray (gray);

  if (gray == cells->colored)
    return;
  cells->colored = gray;
  conv_layer_bare_entry_set_colors (cells->entry, gray < 0 ? NULL : &(ConvLayerColor) { gray, gray, gray },
                                    gray < 0 ? NULL : &(ConvLayerColor) { text, text, text });
}

static void
place_entry (ConvLayerCells *cells)
{
  GdkRectangle area = current_area (cells);

  gtk_widget_set_size_request (cells->entry, area.width - 2 * MARK - (cells->wrong ? SIGN_WIDTH : 0),
                               area.height - 2 * MARK);
  gtk_layout_move (GTK_LAYOUT (cells->layout), cells->entry, area.x + MARK, area.y + MARK);
  color_entry (cells);
  cells->changed = TRUE;
  gtk_widget_queue_draw (cells->layout);
}

/* The layout is as large as all cells, the entry as its cell. */
static void
lay_out (ConvLayerCells *cells)
{
  gint width = cells->columns * cells->cell_width, height = cells->rows * cells->cell_height;

  gtk_layout_set_size (GTK_LAYOUT (cells->layout), (guint) width, (guint) height);
  /* Else GTK 3 tries at each allocation to do without scroll bars, which
   * takes the last cells back under them. */
  gtk_widget_set_size_request (cells->layout, width, height);
  place_entry (cells);
}

static gboolean
lay_out_later (gpointer data)
{
  ConvLayerCells *cells = data;

  cells->lay_out_id = 0;
  lay_out (cells);
  return G_SOURCE_REMOVE;
}

static void
scroll_to_entry (ConvLayerCells *cells)
{
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (cells->scrolled);
  gint x = cells->column * cells->cell_width, y = cells->row * cells->cell_height;

  gtk_adjustment_clamp_page (gtk_scrolled_window_get_hadjustment (scrolled), x, x + cells->cell_width);
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (scrolled), y, y + cells->cell_height);
}

static gboolean
cell_at (const ConvLayerCells *cells, gdouble x, gdouble y, gint *row, gint *column)
{
  *column = (gint) floor (x / cells->cell_width);
  *row = (gint) floor (y / cells->cell_height);
  return x >= 0 && y >= 0 && *column < cells->columns && *row < cells->rows;
}

/* ---- drawing ---- */

static void
ring (cairo_t *cr, const GdkRectangle *area, gdouble inset, gdouble width)
{
  cairo_set_line_width (cr, width);
  cairo_rectangle (cr, area->x + inset + width / 2, area->y + inset + width / 2, area->width - 2 * inset - width,
                   area->height - 2 * inset - width);
  cairo_stroke (cr);
}

/* Told by more than its colour: dashes and a "!". */
static void
draw_wrong (cairo_t *cr, GtkWidget *widget, const GdkRectangle *area)
{
  static const gdouble dashes[] = { 5, 3 };
  PangoLayout *layout = gtk_widget_create_pango_layout (widget, NULL);
  gint width, height;

  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_rectangle (cr, area->x, area->y, area->width, area->height);
  cairo_fill (cr);
  cairo_set_source_rgb (cr, 0.75, 0, 0);
  cairo_set_dash (cr, dashes, G_N_ELEMENTS (dashes), 0);
  ring (cr, area, 0, 3);
  cairo_set_dash (cr, NULL, 0, 0);
  pango_layout_set_markup (layout, "<b>!</b>", -1);
  pango_layout_get_pixel_size (layout, &width, &height);
  cairo_move_to (cr, area->x + area->width - MARK - (SIGN_WIDTH + width) / 2.0, area->y + (area->height - height) / 2);
  pango_cairo_show_layout (cr, layout);
  g_object_unref (layout);
}

/* A frame that is seen on black, on white and on the gray of some themes' selections. */
static void
draw_mark (ConvLayerCells *cells, cairo_t *cr)
{
  GdkRectangle area = current_area (cells);
  ConvLayerColors colors;

  if (cells->wrong)
    {
      draw_wrong (cr, cells->layout, &area);
      return;
    }
  conv_layer_widget_colors (cells->layout, &colors);
  cairo_set_source_rgb (cr, 0, 0, 0);
  ring (cr, &area, 0, 1);
  cairo_set_source_rgb (cr, 1, 1, 1);
  ring (cr, &area, 3, 1);
  if (gtk_widget_has_focus (cells->entry))
    cairo_set_source_rgb (cr, colors.selected.red, colors.selected.green, colors.selected.blue);
  else
    cairo_set_source_rgb (cr, 0.5, 0.5, 0.5);
  ring (cr, &area, 1, 2);
}

static void
draw (GtkWidget *widget, cairo_t *cr, gint width, gint height, gpointer data)
{
  ConvLayerCells *cells = data;
  gdouble left, top, right, bottom;

  (void) width;
  (void) height;
  cairo_clip_extents (cr, &left, &top, &right, &bottom);
  for (gint row = 0; row < cells->rows; row++)
    for (gint column = 0; column < cells->columns; column++)
      {
        GdkRectangle area
            = { column * cells->cell_width, row * cells->cell_height, cells->cell_width, cells->cell_height };
        gint i = row * cells->columns + column;

        if (area.x > right || area.y > bottom || area.x + area.width < left || area.y + area.height < top)
          continue;
        conv_layer_tile_draw_cell (cr, widget, conv_layer_tile_gray (cells->weights[i], cells->min, cells->max),
                                   i == current (cells) ? NULL : cells->texts[i], area.x, area.y, area.width,
                                   area.height);
        cairo_set_source_rgb (cr, 0.5, 0.5, 0.5);
        ring (cr, &area, 0, 1);
      }
  draw_mark (cells, cr);
  if (cells->changed)
    conv_layer_trace ("cells-drawn", "%d %d", cells->row + 1, cells->column + 1);
  cells->changed = FALSE;
}

/* ---- the current cell ---- */

static void
set_text (ConvLayerCells *cells, const gchar *text)
{
  cells->updating = TRUE;
  gtk_entry_set_text (GTK_ENTRY (cells->entry), text);
  gtk_editable_set_position (GTK_EDITABLE (cells->entry), -1);
  cells->updating = FALSE;
}

static void
mark_wrong (ConvLayerCells *cells, gboolean wrong)
{
  if (wrong && !cells->wrong)
    {
      /* Translators: %s is what was typed into a cell of the filter */
      gchar *text = g_strdup_printf (_("'%s' is no number; type one such as -1, 0.5 or 1/9, with a dot."),
                                        gtk_entry_get_text (GTK_ENTRY (cells->entry)));

      say (cells, text);
      g_free (text);
    }
  else if (!wrong)
    {
      say (cells, NULL);
    }
  cells->wrong = wrong;
}

/* Names for assistive technology: the grid, the cell, and what of a long number is not shown. */
static void
describe (ConvLayerCells *cells)
{
  gchar *whole = g_strdup_printf (_("Base filter, %d rows, %d columns"), cells->rows, cells->columns);
  gchar *cell = g_strdup_printf (_("row %d, column %d"), cells->row + 1, cells->column + 1);
  gchar *number = conv_layer_weight_text (cells->weights[current (cells)]);

  conv_layer_widget_describe (cells->layout, whole, NULL);
  conv_layer_widget_describe (cells->entry, cell, number);
  g_free (number);
  g_free (cell);
  g_free (whole);
}

/* Shows the current cell's weight; what was typed and not taken over is gone. */
static void
rest (ConvLayerCells *cells)
{
  cells->mode = AT_REST;
  mark_wrong (cells, FALSE);
  set_text (cells, cells->texts[current (cells)]);
  measure (cells);
  describe (cells);
  lay_out (cells);
}

/* The settings have changed, by us or by others. */
static void
refresh (ConvLayerCells *cells)
{
  gint rows = cells->rows, columns = cells->columns;

  take_filter (cells);
  cells->row = MIN (cells->row, cells->rows - 1);
  cells->column = MIN (cells->column, cells->columns - 1);
  /* Cells do not change their width under what is being typed. */
  if (cells->mode == AT_REST || rows != cells->rows || columns != cells->columns
      || cells->weights[current (cells)] != cells->latest)
    rest (cells);
  else
    place_entry (cells);
}

static void
begin_change (ConvLayerCells *cells)
{
  cells->change++;
  cells->stepping = FALSE;
  cells->before = cells->latest = cells->weights[current (cells)];
}

static void
set_weight (ConvLayerCells *cells, gdouble weight)
{
  Conv2dFilter filter = *conv_layer_settings_get_filter (cells->settings);
  gchar *key = g_strdup_printf ("cell %u", cells->change);

  cells->latest = weight + 0.0; /* -0 is 0 */
  filter.weights[current (cells)] = cells->latest;
  conv_layer_settings_begin (cells->settings, key);
  conv_layer_settings_set_filter (cells->settings, &filter);
  conv_layer_settings_end (cells->settings);
  g_free (key);
}

static void
start_typing (ConvLayerCells *cells, Mode mode)
{
  if (cells->mode == AT_REST)
    {
      gchar *text = conv_layer_weight_text (cells->weights[current (cells)]);

      begin_change (cells);
      set_text (cells, mode == IN_PLACE ? text : "");
      g_free (text);
    }
  cells->mode = mode;
  place_entry (cells);
}

/* What one more digit could make a number: no reason to complain yet. */
static gboolean
may_become_number (const gchar *text)
{
  gchar *longer = g_strconcat (text, "1", NULL);
  gdouble weight;
  gboolean good = conv_layer_weight_parse (longer, &weight);

  g_free (longer);
  return good;
}

static void
entry_changed (GtkEntry *entry, ConvLayerCells *cells)
{
  const gchar *text = gtk_entry_get_text (entry);
  gdouble weight;

  if (cells->updating)
    return;
  if (cells->mode == AT_REST) /* by an input method */
    {
      begin_change (cells);
      cells->mode = TYPING;
    }
  if (conv_layer_weight_parse (text, &weight))
    {
      mark_wrong (cells, FALSE);
      set_weight (cells, weight);
    }
  else
    {
      mark_wrong (cells, !may_become_number (text));
    }
  place_entry (cells);
}

/* Ends the typing; FALSE, and said why, when there is no number. */
static gboolean
take_over (ConvLayerCells *cells)
{
  gdouble weight;

  if (cells->mode == AT_REST)
    return TRUE;
  if (conv_layer_weight_parse (gtk_entry_get_text (GTK_ENTRY (cells->entry)), &weight))
    {
      rest (cells); /* it is in the filter already */
      return TRUE;
    }
  mark_wrong (cells, TRUE);
  place_entry (cells);
  gtk_widget_error_bell (cells->entry);
  return FALSE;
}

/* Back to the weight before the typing. */
static void
revert (ConvLayerCells *cells)
{
  gdouble before = cells->before;
  gboolean taken = cells->latest != before;

  cells->mode = AT_REST;
  if (taken && conv_layer_settings_can_undo (cells->settings))
    conv_layer_settings_undo (cells->settings);
  if (cells->weights[current (cells)] != before)
    set_weight (cells, before);
  rest (cells);
}

static void
go_to (ConvLayerCells *cells, gint row, gint column)
{
  cells->row = CLAMP (row, 0, cells->rows - 1);
  cells->column = CLAMP (column, 0, cells->columns - 1);
  cells->turned = 0;
  begin_change (cells);
  rest (cells);
  scroll_to_entry (cells);
}

/* A + B without the noise of binary fractions: 0.1 + 0.2 is 0.3.  As many
 * decimals as a double holds of the larger one. */
static gdouble
add (gdouble a, gdouble b)
{
  gint places = 14 - (gint) floor (log10 (MAX (fabs (a), fabs (b))));
  gchar format[12], sum[G_ASCII_DTOSTR_BUF_SIZE + 512]; /* 309 digits and 20 decimals at most */

  g_snprintf (format, sizeof format, "%%.%df", CLAMP (places, 0, 20));
  return g_ascii_strtod (g_ascii_formatd (sum, sizeof sum, format, a + b), NULL) + 0.0;
}

static void
step (ConvLayerCells *cells, gdouble steps, guint state)
{
  gdouble size = state & GDK_CONTROL_MASK ? 10 : state & GDK_SHIFT_MASK ? 0.1 : 1, weight, checked;
  gchar *text;

  if (!take_over (cells))
    return;
  weight = add (cells->weights[current (cells)], steps * size);
  text = conv_layer_weight_text (weight);
  if (conv_layer_weight_parse (text, &checked))
    {
      if (!cells->stepping)
        begin_change (cells);
      set_weight (cells, checked);
      cells->stepping = TRUE;
    }
  else
    {
      gtk_widget_error_bell (cells->entry); /* beyond float32 */
    }
  g_free (text);
}

static void
go_through_history (ConvLayerCells *cells, void (*go) (ConvLayerSettings *settings))
{
  if (cells->mode == AT_REST)
    go (cells->settings);
  else
    revert (cells);
  begin_change (cells);
}

/* ---- whole matrices ---- */

static void
take_filter_of (ConvLayerCells *cells, const Conv2dFilter *filter)
{
  cells->mode = AT_REST;
  conv_layer_settings_set_filter (cells->settings, filter);
  begin_change (cells);
  rest (cells);
}

static void
take_text (ConvLayerCells *cells, const gchar *text)
{
  Conv2dFilter filter;
  Conv2dError core;
  GError *error = NULL;

  if (conv2d_filter_parse (text, &filter, &core) == CONV2D_OK)
    {
      take_filter_of (cells, &filter);
      return;
    }
  conv_layer_set_core_error (&error, &core, conv_layer_argument_info (CONV_LAYER_FILTER)->name, text);
  say (cells, error->message);
  g_error_free (error);
}

static void
take_file (ConvLayerCells *cells, const gchar *uri)
{
  GFile *file = g_file_new_for_uri (uri);
  Conv2dFilter filter;
  GError *error = NULL;

  if (conv_layer_filter_read (file, &filter, &error))
    {
      take_filter_of (cells, &filter);
    }
  else
    {
      say (cells, error->message);
      g_error_free (error);
    }
  g_object_unref (file);
}

/* A single number goes into the cell. */
static void
insert_number (ConvLayerCells *cells, const gchar *number)
{
  gint position;

  start_typing (cells, cells->mode == AT_REST ? TYPING : cells->mode);
  gtk_editable_delete_selection (GTK_EDITABLE (cells->entry));
  position = gtk_editable_get_position (GTK_EDITABLE (cells->entry));
  gtk_editable_insert_text (GTK_EDITABLE (cells->entry), number, -1, &position);
  gtk_editable_set_position (GTK_EDITABLE (cells->entry), position);
}

static void
pasted (GtkClipboard *clipboard, const gchar *text, gpointer data)
{
  ConvLayerCells *cells = data;
  gchar *number = text ? g_strstrip (g_strdup (text)) : NULL;
  gdouble weight;

  (void) clipboard;
  if (!cells->settings) /* the dialog was closed meanwhile */
    ;
  else if (!text)
    say (cells, _("The clipboard holds no text; copy a matrix of numbers first."));
  else if (conv_layer_weight_parse (number, &weight))
    {
      gboolean resting = cells->mode == AT_REST;

      insert_number (cells, number);
      if (resting)
        take_over (cells);
    }
  else
    take_text (cells, text);
  g_free (number);
  g_object_unref (cells);
}

static void
paste_from (ConvLayerCells *cells, GdkAtom selection)
{
  gtk_clipboard_request_text (gtk_widget_get_clipboard (cells->entry, selection), pasted, g_object_ref (cells));
}

static void
paste (ConvLayerCells *cells)
{
  paste_from (cells, GDK_SELECTION_CLIPBOARD);
}

/* Rows as lines, numbers parted by tabs: a spreadsheet's cells. */
static void
copy (ConvLayerCells *cells)
{
  GtkClipboard *clipboard = gtk_widget_get_clipboard (cells->entry, GDK_SELECTION_CLIPBOARD);
  GString *text = g_string_new (NULL);

  for (gint i = 0; i < cells->rows * cells->columns; i++)
    {
      gchar *number = conv_layer_weight_text (cells->weights[i]);

      g_string_append (text, number);
      g_string_append_c (text, (i + 1) % cells->columns == 0 ? '\n' : '\t');
      g_free (number);
    }
  gtk_clipboard_set_text (clipboard, text->str, -1);
  gtk_clipboard_set_can_store (clipboard, NULL, 0);
  g_string_free (text, TRUE);
}

static void
dropped (GtkWidget *widget, GdkDragContext *context, gint x, gint y, GtkSelectionData *selection, guint info,
         guint time, ConvLayerCells *cells)
{
  gchar **uris = gtk_selection_data_get_uris (selection);
  guchar *text = gtk_selection_data_get_text (selection);

  (void) widget, (void) context, (void) x, (void) y, (void) info, (void) time;
  if (uris && uris[0])
    take_file (cells, uris[0]);
  else if (text)
    take_text (cells, (const gchar *) text);
  g_strfreev (uris);
  g_free (text);
}

/* ---- keys ---- */

static gboolean
control_key (ConvLayerCells *cells, guint key, gboolean shift)
{
  gboolean selected = gtk_editable_get_selection_bounds (GTK_EDITABLE (cells->entry), NULL, NULL);

  switch (gdk_keyval_to_lower (key))
    {
    case GDK_KEY_z:
      go_through_history (cells, shift ? conv_layer_settings_redo : conv_layer_settings_undo);
      return TRUE;
    case GDK_KEY_y:
      go_through_history (cells, conv_layer_settings_redo);
      return TRUE;
    case GDK_KEY_c:
    case GDK_KEY_Insert:
      if (cells->mode != AT_REST && selected)
        return FALSE; /* part of the number */
      copy (cells);
      return TRUE;
    case GDK_KEY_v:
      paste (cells);
      return TRUE;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      if (take_over (cells))
        go_to (cells, 0, 0);
      return TRUE;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      if (take_over (cells))
        go_to (cells, cells->rows - 1, cells->columns - 1);
      return TRUE;
    default:
      return FALSE;
    }
}

/* FALSE at the ends: the focus then leaves the grid. */
static gboolean
tab (ConvLayerCells *cells, gint direction)
{
  gint place = current (cells) + direction;

  if (!take_over (cells))
    return TRUE;
  if (place < 0 || place >= cells->rows * cells->columns)
    return FALSE;
  go_to (cells, place / cells->columns, place % cells->columns);
  return TRUE;
}

static gboolean
move_key (ConvLayerCells *cells, guint key)
{
  gint row = cells->row, column = cells->column;
  gboolean along = FALSE;

  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      row--;
      break;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      row++;
      break;
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      column--;
      along = TRUE;
      break;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      column++;
      along = TRUE;
      break;
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      column = 0;
      along = TRUE;
      break;
    case GDK_KEY_End:
    case GDK_KEY_KP_End:
      column = cells->columns - 1;
      along = TRUE;
      break;
    default:
      return FALSE;
    }
  if (along && cells->mode == IN_PLACE)
    return FALSE; /* within the text */
  if (take_over (cells))
    go_to (cells, row, column);
  return TRUE;
}

/* Keys that change the number of a cell at rest. */
static gboolean
change_key (ConvLayerCells *cells, const GdkEventKey *event)
{
  gunichar letter = gdk_keyval_to_unicode (event->keyval);

  if (cells->mode != AT_REST)
    return FALSE;
  switch (event->keyval)
    {
    case GDK_KEY_Delete:
    case GDK_KEY_KP_Delete:
      begin_change (cells);
      set_weight (cells, 0);
      return TRUE;
    case GDK_KEY_BackSpace:
      start_typing (cells, TYPING);
      return TRUE;
    case GDK_KEY_space: /* no number begins with it */
    case GDK_KEY_KP_Space:
      return TRUE;
    default:
      if (letter && g_unichar_isgraph (letter))
        start_typing (cells, TYPING); /* the entry itself then takes the letter */
      return FALSE;
    }
}

/* Keys that mean the same whether a number is being typed or not. */
static gboolean
key_pressed (GtkWidget *entry, GdkEventKey *event, ConvLayerCells *cells)
{
  guint modifiers = event->state & gtk_accelerator_get_default_mod_mask ();
  gboolean shift = (modifiers & GDK_SHIFT_MASK) != 0, control = (modifiers & GDK_CONTROL_MASK) != 0;

  (void) entry;
  switch (event->keyval)
    {
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      step (cells, 1, modifiers);
      return TRUE;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      step (cells, -1, modifiers);
      return TRUE;
    case GDK_KEY_KP_Decimal:
    case GDK_KEY_KP_Separator: /* a comma in some countries */
      insert_number (cells, ".");
      return TRUE;
    case GDK_KEY_Tab:
    case GDK_KEY_KP_Tab:
    case GDK_KEY_ISO_Left_Tab:
      return !control && tab (cells, shift ? -1 : 1);
    case GDK_KEY_Escape:
      if (cells->mode == AT_REST)
        return FALSE; /* the dialog's */
      revert (cells);
      return TRUE;
    case GDK_KEY_F2:
      start_typing (cells, IN_PLACE);
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      if (cells->mode == AT_REST)
        return FALSE; /* nothing to take over: it is OK's */
      if (take_over (cells))
        go_to (cells, cells->row + 1, cells->column);
      return TRUE;
    case GDK_KEY_Insert:
      if (shift)
        paste (cells);
      if (shift)
        return TRUE;
      break;
    default:
      break;
    }
  if (control)
    return control_key (cells, event->keyval, shift);
  if (modifiers & ~(guint) GDK_SHIFT_MASK)
    return FALSE;
  if ((!shift || cells->mode == AT_REST) && move_key (cells, event->keyval))
    return TRUE;
  return change_key (cells, event);
}

/* ---- pointer ---- */

static GtkWidget *
add_item (GtkWidget *menu, const gchar *label, GCallback activated, ConvLayerCells *cells)
{
  GtkWidget *item = gtk_menu_item_new_with_mnemonic (label);

  g_signal_connect_swapped (item, "activate", activated, cells);
  gtk_menu_shell_append (GTK_MENU_SHELL (menu), item);
  return item;
}

static void
undo (ConvLayerCells *cells)
{
  go_through_history (cells, conv_layer_settings_undo);
}

static void
redo (ConvLayerCells *cells)
{
  go_through_history (cells, conv_layer_settings_redo);
}

static void
pop_up_menu (ConvLayerCells *cells, const GdkEvent *event)
{
  GtkWidget *menu = gtk_menu_new (), *item;

  add_item (menu, _("_Copy Filter"), G_CALLBACK (copy), cells);
  add_item (menu, _("_Paste Filter"), G_CALLBACK (paste), cells);
  item = add_item (menu, _("_Undo"), G_CALLBACK (undo), cells);
  gtk_widget_set_sensitive (item, conv_layer_settings_can_undo (cells->settings));
  item = add_item (menu, _("_Redo"), G_CALLBACK (redo), cells);
  gtk_widget_set_sensitive (item, conv_layer_settings_can_redo (cells->settings));
  gtk_widget_show_all (menu);
  gtk_menu_attach_to_widget (GTK_MENU (menu), cells->entry, NULL);
  conv_layer_menu_popup (menu, event ? NULL : cells->entry, event);
}

static gboolean
menu_key_pressed (GtkWidget *entry, ConvLayerCells *cells)
{
  (void) entry;
  if (cells->mode != AT_REST)
    return FALSE; /* the entry's own */
  pop_up_menu (cells, NULL);
  return TRUE;
}

/* TRUE for the second press on the current cell.  GDK's double clicks miss it
 * when the entry came between the two. */
static gboolean
is_double (ConvLayerCells *cells, const GdkEventButton *event)
{
  gint patience;
  gboolean is = FALSE;

  g_object_get (gtk_widget_get_settings (cells->entry), "gtk-double-click-time", &patience, NULL);
  if (cells->pressed_at && event->time - cells->pressed_at < (guint32) patience)
    is = cells->pressed_row == cells->row && cells->pressed_column == cells->column;
  cells->pressed_at = is ? 0 : event->time;
  cells->pressed_row = cells->row;
  cells->pressed_column = cells->column;
  return is;
}

static void
press_cell (ConvLayerCells *cells, const GdkEventButton *event)
{
  gtk_widget_grab_focus (cells->entry);
  if (event->button == 3)
    pop_up_menu (cells, (const GdkEvent *) event);
  else if (event->button == 2)
    paste_from (cells, GDK_SELECTION_PRIMARY);
  else if (is_double (cells, event))
    start_typing (cells, IN_PLACE);
}

static gboolean
layout_pressed (GtkWidget *layout, GdkEventButton *event, ConvLayerCells *cells)
{
  gint row, column;

  if (event->type != GDK_BUTTON_PRESS || event->button > 3
      || event->window != gtk_layout_get_bin_window (GTK_LAYOUT (layout))
      || !cell_at (cells, event->x, event->y, &row, &column))
    return FALSE;
  if (!take_over (cells))
    {
      gtk_widget_grab_focus (cells->entry);
      return TRUE;
    }
  if (row != cells->row || column != cells->column)
    go_to (cells, row, column);
  press_cell (cells, event);
  return TRUE;
}

static gboolean
entry_pressed (GtkWidget *entry, GdkEventButton *event, ConvLayerCells *cells)
{
  (void) entry;
  if (cells->mode != AT_REST || event->button > 3)
    return FALSE;
  if (event->type == GDK_BUTTON_PRESS)
    press_cell (cells, event);
  return TRUE;
}

/* Over the focused cell the wheel turns its number, elsewhere it scrolls. */
static gboolean
wheel_turned (GtkWidget *widget, GdkEventScroll *event, ConvLayerCells *cells)
{
  gdouble x = 0, y = 0, steps;
  gint row, column;

  if (!gtk_widget_has_focus (cells->entry))
    return FALSE;
  if (widget == cells->layout
      && (!cell_at (cells, event->x, event->y, &row, &column) || row != cells->row || column != cells->column))
    return FALSE;
  conv_layer_scroll_steps (event, &x, &y);
  cells->turned -= y != 0 ? y : x; /* some systems turn the wheel sideways with Shift */
  steps = trunc (cells->turned);
  cells->turned -= steps;
  if (steps != 0)
    step (cells, steps, event->state);
  return TRUE;
}

/* Of a cell: its place, its whole number, and with HELP what can be done with it; free with g_free(). */
static gchar *
tooltip_text (gint row, gint column, const gchar *number, gboolean help)
{
  const gchar *words
      = _("Type a number, or change it with the wheel or Page Up and Page Down: by 1, with Shift by 0.1, "
          "with Ctrl by 10.  Ctrl+C and Ctrl+V copy and paste the whole filter.");
  gchar *ltr = g_strconcat (CONV_LAYER_LTR, number, NULL);
  /* Translators: a weight's place and its number */
  gchar *place = g_strdup_printf (_("row %d, column %d: %s"), row + 1, column + 1, ltr);
  gchar *text = g_strjoin ("\n", place, help ? words : NULL, NULL);

  g_free (place);
  g_free (ltr);
  return text;
}

/* While the filter is edited none lies over its rows that was not asked for by
 * keys, but for a number that its cell shows only a part of. */
static gboolean
query_tooltip (GtkWidget *widget, gint x, gint y, gboolean keyboard, GtkTooltip *tooltip, ConvLayerCells *cells)
{
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (cells->scrolled);
  gboolean edited = gtk_widget_has_focus (cells->entry) && !keyboard, shown;
  gint row = cells->row, column = cells->column, i;
  gchar *number, *text;

  x += (gint) gtk_adjustment_get_value (gtk_scrolled_window_get_hadjustment (scrolled));
  y += (gint) gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (scrolled));
  if (cells->mode != AT_REST || (widget == cells->layout && !keyboard && !cell_at (cells, x, y, &row, &column)))
    return FALSE;
  i = row * cells->columns + column;
  number = conv_layer_weight_text (cells->weights[i]);
  text = tooltip_text (row, column, number, !edited && i == current (cells));
  shown = !edited || strcmp (number, cells->texts[i]) != 0;
  if (shown)
    gtk_tooltip_set_text (tooltip, text);
  g_free (text);
  g_free (number);
  return shown;
}

/* ---- focus and size ---- */

/* GTK would select the text: its colours hide the cell's own, and the next key
 * would replace what is to be mended. */
static void
focus_taken (GtkWidget *entry)
{
  gtk_editable_set_position (GTK_EDITABLE (entry), -1);
}

static gboolean
focus_moved (GtkWidget *entry, GdkEventFocus *event, ConvLayerCells *cells)
{
  gdouble weight;

  /* A number is taken over when the focus goes; what is none stays to be seen. */
  if (!event->in && cells->mode != AT_REST && conv_layer_weight_parse (gtk_entry_get_text (GTK_ENTRY (entry)), &weight))
    rest (cells);
  if (event->in)
    scroll_to_entry (cells);
  cells->stepping = FALSE;
  gtk_widget_queue_draw (cells->layout);
  return FALSE;
}

/* GTK 3 forgets what is asked for while it allocates: the entry would keep the
 * size it had. */
static void
allocated (GtkWidget *scrolled, GdkRectangle *area, ConvLayerCells *cells)
{
  gint width = cells->cell_width, height = cells->cell_height;

  (void) scrolled;
  (void) area;
  measure (cells);
  if ((width != cells->cell_width || height != cells->cell_height) && !cells->lay_out_id)
    cells->lay_out_id = gdk_threads_add_idle_full (GTK_PRIORITY_RESIZE, lay_out_later, cells, NULL);
}

/* Only now the theme's font is known. */
static void
realized (GtkWidget *layout, ConvLayerCells *cells)
{
  (void) layout;
  forget_texts (cells);
  take_filter (cells);
  if (cells->mode == AT_REST)
    rest (cells);
}

/* ---- the widget ---- */

static void
make_entry (ConvLayerCells *cells)
{
  cells->entry = conv_layer_bare_entry_new ();
  gtk_widget_set_direction (cells->entry, GTK_TEXT_DIR_LTR);
  gtk_entry_set_alignment (GTK_ENTRY (cells->entry), 0.5);
  gtk_entry_set_activates_default (GTK_ENTRY (cells->entry), TRUE);
  gtk_widget_set_has_tooltip (cells->entry, TRUE);
  gtk_drag_dest_unset (cells->entry); /* what is dropped on it is the layout's, as all around it */
  gtk_layout_put (GTK_LAYOUT (cells->layout), cells->entry, 0, 0);
  gtk_widget_add_events (cells->entry, GDK_SCROLL_MASK);
  g_signal_connect (cells->entry, "changed", G_CALLBACK (entry_changed), cells);
  g_signal_connect (cells->entry, "key-press-event", G_CALLBACK (key_pressed), cells);
  g_signal_connect (cells->entry, "button-press-event", G_CALLBACK (entry_pressed), cells);
  g_signal_connect (cells->entry, "popup-menu", G_CALLBACK (menu_key_pressed), cells);
  g_signal_connect (cells->entry, "scroll-event", G_CALLBACK (wheel_turned), cells);
  g_signal_connect (cells->entry, "query-tooltip", G_CALLBACK (query_tooltip), cells);
  g_signal_connect_after (cells->entry, "grab-focus", G_CALLBACK (focus_taken), NULL);
  g_signal_connect (cells->entry, "focus-in-event", G_CALLBACK (focus_moved), cells);
  g_signal_connect (cells->entry, "focus-out-event", G_CALLBACK (focus_moved), cells);
}

static void
make_layout (ConvLayerCells *cells)
{
  cells->layout = conv_layer_drawn_layout_new (draw, cells);
  /* The entry stands for the grid; a matrix reads from left to right everywhere. */
  gtk_widget_set_can_focus (cells->layout, FALSE);
  gtk_widget_set_direction (cells->layout, GTK_TEXT_DIR_LTR);
  cells->scrolled = conv_layer_scrolled_new (cells->layout, WIDTH, HEIGHT);
  gtk_widget_set_direction (cells->scrolled, GTK_TEXT_DIR_LTR);
  gtk_scrolled_window_set_shadow_type (GTK_SCROLLED_WINDOW (cells->scrolled), GTK_SHADOW_IN);
  gtk_container_add (GTK_CONTAINER (cells), cells->scrolled);
  gtk_widget_set_has_tooltip (cells->layout, TRUE);
  gtk_drag_dest_set (cells->layout, GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_uri_targets (cells->layout);
  gtk_drag_dest_add_text_targets (cells->layout);
  g_signal_connect (cells->layout, "drag-data-received", G_CALLBACK (dropped), cells);
  g_signal_connect (cells->layout, "button-press-event", G_CALLBACK (layout_pressed), cells);
  g_signal_connect (cells->layout, "scroll-event", G_CALLBACK (wheel_turned), cells);
  g_signal_connect (cells->layout, "query-tooltip", G_CALLBACK (query_tooltip), cells);
  g_signal_connect_after (cells->layout, "realize", G_CALLBACK (realized), cells);
  g_signal_connect (cells->scrolled, "size-allocate", G_CALLBACK (allocated), cells);
}

static void
conv_layer_cells_dispose (GObject *object)
{
  ConvLayerCells *cells = CELLS (object);

  if (cells->settings)
    g_signal_handler_disconnect (cells->settings, cells->handler);
  g_clear_object (&cells->settings);
  if (cells->lay_out_id)
    g_source_remove (cells->lay_out_id);
  cells->lay_out_id = 0;
  G_OBJECT_CLASS (conv_layer_cells_parent_class)->dispose (object);
}

static void
conv_layer_cells_finalize (GObject *object)
{
  forget_texts (CELLS (object));
  G_OBJECT_CLASS (conv_layer_cells_parent_class)->finalize (object);
}

static void
conv_layer_cells_class_init (ConvLayerCellsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = conv_layer_cells_dispose;
  G_OBJECT_CLASS (klass)->finalize = conv_layer_cells_finalize;
  message_signal = g_signal_new ("message", conv_layer_cells_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
conv_layer_cells_init (ConvLayerCells *cells)
{
  cells->colored = -1;
}

GtkWidget *
conv_layer_cells_new (ConvLayerSettings *settings)
{
  ConvLayerCells *cells = g_object_new (conv_layer_cells_get_type (), NULL);

  cells->settings = g_object_ref (settings);
  make_layout (cells);
  make_entry (cells);
  take_filter (cells);
  begin_change (cells);
  rest (cells);
  cells->handler = g_signal_connect_swapped (settings, "changed", G_CALLBACK (refresh), cells);
  gtk_widget_show_all (cells->scrolled);
  return GTK_WIDGET (cells);
}

void
conv_layer_cells_grab_focus (GtkWidget *widget)
{
  gtk_widget_grab_focus (CELLS (widget)->entry);
}

gboolean
conv_layer_cells_commit (GtkWidget *widget)
{
  ConvLayerCells *cells = CELLS (widget);

  if (take_over (cells))
    return TRUE;
  gtk_widget_grab_focus (cells->entry);
  return FALSE;
}
