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

#define WIDTH 260 /* asked for; more cells scroll */
#define HEIGHT 168
#define PADDING 5 /* around a number */
#define MAX_CELL_WIDTH 88
#define WIDE_CELL 64 /* cells grow with the grid, no further than this */
#define TALL_CELL 44
#define DIGITS 6 /* of a number that is shortened */

typedef struct
{
  GtkEventBox parent_instance;

  ConvLayerSettings *settings;
  gulong handler;
  GtkWidget *scrolled, *layout, *entry;
  gint cell_width, cell_height;
  gint row, column; /* of the entry */

  gboolean typed;    /* the entry's text is not yet taken over */
  gboolean wrong;    /* it is no number */
  gboolean updating; /* by us, not by the user */
  gdouble before;    /* the weight when the entry came here */
  guint visit;       /* each one is a step of the history of its own */
  gdouble turned;    /* of the wheel, less than a step */
} ConvLayerCells;

typedef struct
{
  GtkEventBoxClass parent_class;
} ConvLayerCellsClass;

GType conv_layer_cells_get_type (void) G_GNUC_CONST;

G_DEFINE_TYPE (ConvLayerCells, conv_layer_cells, GTK_TYPE_EVENT_BOX)

#define CELLS(WIDGET) (G_TYPE_CHECK_INSTANCE_CAST ((WIDGET), conv_layer_cells_get_type (), ConvLayerCells))

static guint message_signal;

static void
say (ConvLayerCells *cells, const gchar *text)
{
  g_signal_emit (cells, message_signal, 0, text);
}

static const Conv2dFilter *
filter_of (const ConvLayerCells *cells)
{
  return conv_layer_settings_get_filter (cells->settings);
}

static gdouble
weight_at (const ConvLayerCells *cells, gint row, gint column)
{
  const Conv2dFilter *filter = filter_of (cells);

  return filter->weights[row * filter->columns + column];
}

/* ---- what is drawn ---- */

/* As many digits as a cell holds; free with g_free(). */
static gchar *
short_text (gdouble weight)
{
  gchar *text = conv_layer_weight_text (weight);
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  if (strlen (text) <= DIGITS + 1)
    return text;
  g_free (text);
  g_ascii_formatd (number, sizeof number, "%.4g", weight);
  return g_strdup (number);
}

static void
draw (GtkWidget *widget, cairo_t *cr, gint width, gint height, gpointer data)
{
  ConvLayerCells *cells = data;
  const Conv2dFilter *filter = filter_of (cells);
  gdouble min = INFINITY, max = -INFINITY, left, top, right, bottom;

  (void) width;
  (void) height;
  for (gint i = 0; i < filter->rows * filter->columns; i++)
    {
      min = MIN (min, filter->weights[i]);
      max = MAX (max, filter->weights[i]);
    }
  cairo_clip_extents (cr, &left, &top, &right, &bottom);
  for (gint row = 0; row < filter->rows; row++)
    for (gint column = 0; column < filter->columns; column++)
      {
        gdouble x = column * cells->cell_width, y = row * cells->cell_height;
        gdouble weight = weight_at (cells, row, column);
        gchar *text;

        if (x > right || y > bottom || x + cells->cell_width < left || y + cells->cell_height < top)
          continue;
        text = short_text (weight);
        conv_layer_tile_draw_cell (cr, widget, conv_layer_tile_gray (weight, min, max), text, x, y, cells->cell_width,
                                   cells->cell_height);
        cairo_set_source_rgb (cr, 0.5, 0.5, 0.5);
        cairo_set_line_width (cr, 1);
        cairo_rectangle (cr, x + 0.5, y + 0.5, cells->cell_width - 1, cells->cell_height - 1);
        cairo_stroke (cr);
        g_free (text);
      }
}

/* ---- places ---- */

static void
measure (ConvLayerCells *cells)
{
  const Conv2dFilter *filter = filter_of (cells);
  PangoLayout *text = gtk_widget_create_pango_layout (cells->layout, "-0");
  GtkAllocation area;
  gint width, height;

  pango_layout_get_pixel_size (text, &width, &height);
  cells->cell_height = height + 2 * PADDING;
  cells->cell_width = 0;
  for (gint i = 0; i < filter->rows * filter->columns; i++)
    {
      gchar *number = short_text (filter->weights[i]);

      pango_layout_set_text (text, number, -1);
      pango_layout_get_pixel_size (text, &width, NULL);
      cells->cell_width = MAX (cells->cell_width, width + 2 * PADDING);
      g_free (number);
    }
  cells->cell_width = CLAMP (cells->cell_width, cells->cell_height * 3 / 2, MAX_CELL_WIDTH);
  gtk_widget_get_allocation (cells->scrolled, &area);
  cells->cell_width = MAX (cells->cell_width, MIN (WIDE_CELL, (area.width - 4) / filter->columns));
  cells->cell_height = MAX (cells->cell_height, MIN (TALL_CELL, (area.height - 4) / filter->rows));
  g_object_unref (text);
}

static void
place_entry (ConvLayerCells *cells)
{
  gtk_widget_set_size_request (cells->entry, cells->cell_width, cells->cell_height);
  gtk_layout_move (GTK_LAYOUT (cells->layout), cells->entry, cells->column * cells->cell_width,
                   cells->row * cells->cell_height);
}

static void
scroll_to_entry (ConvLayerCells *cells)
{
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (cells->scrolled);

  gtk_adjustment_clamp_page (gtk_scrolled_window_get_hadjustment (scrolled), cells->column * cells->cell_width,
                             (cells->column + 1) * cells->cell_width);
  gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (scrolled), cells->row * cells->cell_height,
                             (cells->row + 1) * cells->cell_height);
}

static void
mark_wrong (ConvLayerCells *cells, gboolean wrong)
{
  if (cells->wrong == wrong)
    return;
  cells->wrong = wrong;
  gtk_entry_set_icon_from_icon_name (GTK_ENTRY (cells->entry), GTK_ENTRY_ICON_SECONDARY,
                                     wrong ? "dialog-warning" : NULL);
  say (cells, wrong ? _("This is not a number: write one such as -1, 0.5 or 1/9, with a dot.") : NULL);
}

/* The entry shows the current cell's weight; what was typed is forgotten. */
static void
show_weight (ConvLayerCells *cells)
{
  gchar *text = conv_layer_weight_text (weight_at (cells, cells->row, cells->column));

  cells->updating = TRUE;
  gtk_entry_set_text (GTK_ENTRY (cells->entry), text);
  cells->updating = FALSE;
  cells->typed = FALSE;
  mark_wrong (cells, FALSE);
  if (gtk_widget_has_focus (cells->entry))
    gtk_editable_select_region (GTK_EDITABLE (cells->entry), 0, -1);
  g_free (text);
}

static void
describe (ConvLayerCells *cells)
{
  const Conv2dFilter *filter = filter_of (cells);
  gchar *whole = g_strdup_printf (_("Base filter, %d rows, %d columns"), filter->rows, filter->columns);
  gchar *cell = g_strdup_printf (_("row %d, column %d"), cells->row + 1, cells->column + 1);

  conv_layer_widget_describe (cells->layout, whole, NULL);
  conv_layer_widget_describe (cells->entry, cell, whole);
  g_free (cell);
  g_free (whole);
}

static void
begin_visit (ConvLayerCells *cells)
{
  cells->visit++;
  cells->before = weight_at (cells, cells->row, cells->column);
}

/* What was typed is a weight already, or it is no number and forgotten. */
static void
go_to (ConvLayerCells *cells, gint row, gint column)
{
  const Conv2dFilter *filter = filter_of (cells);

  cells->row = CLAMP (row, 0, filter->rows - 1);
  cells->column = CLAMP (column, 0, filter->columns - 1);
  begin_visit (cells);
  show_weight (cells);
  place_entry (cells);
  scroll_to_entry (cells);
  describe (cells);
  gtk_widget_queue_draw (cells->layout);
}

static void
refresh (ConvLayerCells *cells)
{
  const Conv2dFilter *filter = filter_of (cells);
  gdouble shown;

  cells->row = MIN (cells->row, filter->rows - 1);
  cells->column = MIN (cells->column, filter->columns - 1);
  measure (cells);
  gtk_layout_set_size (GTK_LAYOUT (cells->layout), (guint) (filter->columns * cells->cell_width),
                       (guint) (filter->rows * cells->cell_height));
  place_entry (cells);
  /* What is being typed stays as it is while it says the same. */
  if (!conv_layer_weight_parse (gtk_entry_get_text (GTK_ENTRY (cells->entry)), &shown)
          ? !cells->typed
          : shown != weight_at (cells, cells->row, cells->column))
    show_weight (cells);
  describe (cells);
  gtk_widget_queue_draw (cells->layout);
}

/* ---- changing ---- */

static void
set_weight (ConvLayerCells *cells, gdouble weight)
{
  Conv2dFilter filter = *filter_of (cells);
  gchar *key = g_strdup_printf ("cell %u", cells->visit);

  filter.weights[cells->row * filter.columns + cells->column] = weight;
  conv_layer_settings_begin (cells->settings, key);
  conv_layer_settings_set_filter (cells->settings, &filter);
  conv_layer_settings_end (cells->settings);
  g_free (key);
}

static void
entry_changed (GtkEntry *entry, ConvLayerCells *cells)
{
  gdouble weight;

  if (cells->updating)
    return;
  cells->typed = TRUE;
  if (conv_layer_weight_parse (gtk_entry_get_text (entry), &weight))
    {
      mark_wrong (cells, FALSE);
      set_weight (cells, weight);
    }
  else
    {
      mark_wrong (cells, TRUE);
    }
}

/* Ten decimals, so that 0.1 + 0.2 is 0.3. */
static void
step (ConvLayerCells *cells, gdouble steps, GdkModifierType state)
{
  gdouble size = state & GDK_CONTROL_MASK ? 10 : state & GDK_SHIFT_MASK ? 0.1 : 1;
  gdouble weight = weight_at (cells, cells->row, cells->column) + steps * size;

  if (fabs (weight) < 1e5)
    weight = round (weight * 1e10) / 1e10 + 0.0;
  if (!isfinite ((gfloat) weight))
    return;
  set_weight (cells, weight);
  show_weight (cells);
}

/* ---- whole matrices ---- */

static void
take_text (ConvLayerCells *cells, const gchar *text)
{
  Conv2dFilter filter;
  Conv2dError core;

  if (conv2d_filter_parse (text, &filter, &core) != CONV2D_OK)
    {
      GError *error = NULL;

      conv_layer_set_core_error (&error, &core, conv_layer_argument_info (CONV_LAYER_FILTER)->name, text);
      say (cells, error->message);
      g_error_free (error);
      return;
    }
  cells->typed = FALSE;
  /* One number goes into the cell. */
  if (filter.rows == 1 && filter.columns == 1)
    set_weight (cells, filter.weights[0]);
  else
    conv_layer_settings_set_filter (cells->settings, &filter);
  begin_visit (cells);
  show_weight (cells);
  say (cells, NULL);
}

static void
pasted (GtkClipboard *clipboard, const gchar *text, gpointer data)
{
  ConvLayerCells *cells = data;

  (void) clipboard;
  if (!cells->settings) /* the dialog was closed meanwhile */
    ;
  else if (!text)
    say (cells, _("The clipboard holds no text; copy a matrix of numbers first."));
  else if (cells->typed && !strpbrk (text, " \t;\n,[{"))
    g_signal_emit_by_name (cells->entry, "insert-at-cursor", text);
  else
    take_text (cells, text);
  g_object_unref (cells);
}

static void
paste (ConvLayerCells *cells)
{
  gtk_clipboard_request_text (gtk_widget_get_clipboard (cells->entry, GDK_SELECTION_CLIPBOARD), pasted,
                              g_object_ref (cells));
}

/* Rows as lines, numbers parted by tabs: a spreadsheet's cells. */
static void
copy (ConvLayerCells *cells)
{
  const Conv2dFilter *filter = filter_of (cells);
  GString *text = g_string_new (NULL);

  for (gint i = 0; i < filter->rows * filter->columns; i++)
    {
      gchar *number = conv_layer_weight_text (filter->weights[i]);

      g_string_append (text, number);
      g_string_append_c (text, (i + 1) % filter->columns == 0 ? '\n' : '\t');
      g_free (number);
    }
  gtk_clipboard_set_text (gtk_widget_get_clipboard (cells->entry, GDK_SELECTION_CLIPBOARD), text->str, -1);
  g_string_free (text, TRUE);
}

static void
take_file (ConvLayerCells *cells, const gchar *uri)
{
  GFile *file = g_file_new_for_uri (uri);
  Conv2dFilter filter;
  GError *error = NULL;

  if (conv_layer_filter_read (file, &filter, &error))
    {
      cells->typed = FALSE;
      conv_layer_settings_set_filter (cells->settings, &filter);
      say (cells, NULL);
    }
  else
    {
      say (cells, error->message);
      g_error_free (error);
    }
  g_object_unref (file);
}

static void
dropped (GtkWidget *widget, GdkDragContext *context, gint x, gint y, GtkSelectionData *selection, guint info,
         guint time, ConvLayerCells *cells)
{
  gchar **uris = gtk_selection_data_get_uris (selection);
  guchar *text = gtk_selection_data_get_text (selection);

  (void) context, (void) x, (void) y, (void) info, (void) time;
  g_signal_stop_emission_by_name (widget, "drag-data-received");
  if (uris && uris[0])
    take_file (cells, uris[0]);
  else if (text)
    take_text (cells, (const gchar *) text);
  g_strfreev (uris);
  g_free (text);
}

static void
accept_drops (GtkWidget *widget, ConvLayerCells *cells)
{
  gtk_drag_dest_set (widget, GTK_DEST_DEFAULT_ALL, NULL, 0, GDK_ACTION_COPY);
  gtk_drag_dest_add_text_targets (widget);
  gtk_drag_dest_add_uri_targets (widget);
  g_signal_connect (widget, "drag-data-received", G_CALLBACK (dropped), cells);
}

/* ---- keys ---- */

/* Nothing of the entry's text is singled out, so that keys mean the cell. */
static gboolean
means_cell (const ConvLayerCells *cells)
{
  gint start, end;

  if (cells->typed)
    return FALSE;
  return !gtk_editable_get_selection_bounds (GTK_EDITABLE (cells->entry), &start, &end)
             ? gtk_entry_get_text_length (GTK_ENTRY (cells->entry)) == 0
             : end - start == gtk_entry_get_text_length (GTK_ENTRY (cells->entry));
}

static gboolean
control_key (ConvLayerCells *cells, guint key, gboolean shift)
{
  const Conv2dFilter *filter = filter_of (cells);

  switch (gdk_keyval_to_lower (key))
    {
    case GDK_KEY_z:
      cells->typed = FALSE;
      if (shift)
        conv_layer_settings_redo (cells->settings);
      else
        conv_layer_settings_undo (cells->settings);
      go_to (cells, cells->row, cells->column);
      return TRUE;
    case GDK_KEY_y:
      cells->typed = FALSE;
      conv_layer_settings_redo (cells->settings);
      go_to (cells, cells->row, cells->column);
      return TRUE;
    case GDK_KEY_c:
      if (!means_cell (cells))
        return FALSE;
      copy (cells);
      return TRUE;
    case GDK_KEY_v:
      paste (cells);
      return TRUE;
    case GDK_KEY_Home:
      go_to (cells, 0, 0);
      return TRUE;
    case GDK_KEY_End:
      go_to (cells, filter->rows - 1, filter->columns - 1);
      return TRUE;
    default:
      return FALSE;
    }
}

/* FALSE at the ends: the focus then leaves the grid. */
static gboolean
tab (ConvLayerCells *cells, gint direction)
{
  const Conv2dFilter *filter = filter_of (cells);
  gint place = cells->row * filter->columns + cells->column + direction;

  if (place < 0 || place >= filter->rows * filter->columns)
    return FALSE;
  go_to (cells, place / filter->columns, place % filter->columns);
  return TRUE;
}

static gboolean
escape (ConvLayerCells *cells)
{
  if (!cells->typed)
    return FALSE;
  set_weight (cells, cells->before);
  show_weight (cells);
  return TRUE;
}

static gboolean
move_key (ConvLayerCells *cells, guint key)
{
  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      go_to (cells, cells->row - 1, cells->column);
      return TRUE;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      go_to (cells, cells->row + 1, cells->column);
      return TRUE;
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      if (!means_cell (cells))
        return FALSE;
      go_to (cells, cells->row, cells->column - 1);
      return TRUE;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      if (!means_cell (cells))
        return FALSE;
      go_to (cells, cells->row, cells->column + 1);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
key_pressed (GtkWidget *entry, GdkEventKey *event, ConvLayerCells *cells)
{
  gboolean shift = (event->state & GDK_SHIFT_MASK) != 0;
  gboolean control = (event->state & GDK_CONTROL_MASK) != 0;

  switch (event->keyval)
    {
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
      step (cells, 1, (GdkModifierType) event->state);
      return TRUE;
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
      step (cells, -1, (GdkModifierType) event->state);
      return TRUE;
    case GDK_KEY_KP_Decimal:
    case GDK_KEY_KP_Separator: /* a comma in some countries */
      g_signal_emit_by_name (entry, "insert-at-cursor", ".");
      return TRUE;
    case GDK_KEY_Tab:
      return !control && tab (cells, 1);
    case GDK_KEY_ISO_Left_Tab:
      return !control && tab (cells, -1);
    case GDK_KEY_Escape:
      return escape (cells);
    case GDK_KEY_F2:
      gtk_editable_set_position (GTK_EDITABLE (entry), -1);
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
      if (!cells->typed) /* nothing to take over: it is OK's */
        return FALSE;
      if (!cells->wrong)
        go_to (cells, cells->row + 1, cells->column);
      return TRUE;
    default:
      break;
    }
  if (control)
    return control_key (cells, event->keyval, shift);
  return !shift && move_key (cells, event->keyval);
}

/* ---- pointer ---- */

static gboolean
cell_at (const ConvLayerCells *cells, gdouble x, gdouble y, gint *row, gint *column)
{
  const Conv2dFilter *filter = filter_of (cells);

  *column = (gint) floor (x / cells->cell_width);
  *row = (gint) floor (y / cells->cell_height);
  return x >= 0 && y >= 0 && *column < filter->columns && *row < filter->rows;
}

static gboolean
pressed (GtkWidget *layout, GdkEventButton *event, ConvLayerCells *cells)
{
  gint row, column;

  (void) layout;
  if (event->button != 1 || event->window != gtk_layout_get_bin_window (GTK_LAYOUT (cells->layout))
      || !cell_at (cells, event->x, event->y, &row, &column))
    return FALSE;
  go_to (cells, row, column);
  gtk_widget_grab_focus (cells->entry);
  return TRUE;
}

static gboolean
wheel_turned (GtkWidget *entry, GdkEventScroll *event, ConvLayerCells *cells)
{
  gdouble x = 0, y = 0, steps;

  (void) entry;
  conv_layer_scroll_steps (event, &x, &y);
  cells->turned -= y;
  steps = trunc (cells->turned);
  cells->turned -= steps;
  if (steps != 0)
    step (cells, steps, (GdkModifierType) event->state);
  return TRUE;
}

static gboolean
query_tooltip (GtkWidget *layout, gint x, gint y, gboolean keyboard, GtkTooltip *tooltip, ConvLayerCells *cells)
{
  GtkScrolledWindow *scrolled = GTK_SCROLLED_WINDOW (cells->scrolled);
  gint row, column;
  gchar *number, *text;

  (void) layout;
  x += (gint) gtk_adjustment_get_value (gtk_scrolled_window_get_hadjustment (scrolled));
  y += (gint) gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (scrolled));
  if (keyboard || !cell_at (cells, x, y, &row, &column))
    return FALSE;
  number = conv_layer_weight_text (weight_at (cells, row, column));
  /* Translators: a weight's place and its number */
  text = g_strdup_printf (_("row %d, column %d: %s"), row + 1, column + 1, number);
  gtk_tooltip_set_text (tooltip, text);
  g_free (text);
  g_free (number);
  return TRUE;
}

static void
allocated (GtkWidget *scrolled, GdkRectangle *area, ConvLayerCells *cells)
{
  gint width = cells->cell_width, height = cells->cell_height;

  (void) scrolled;
  (void) area;
  measure (cells);
  if (width != cells->cell_width || height != cells->cell_height)
    refresh (cells);
}

/* The current number is taken over when the focus goes; one that is wrong stays to be seen. */
static gboolean
focus_left (GtkWidget *entry, GdkEventFocus *event, ConvLayerCells *cells)
{
  (void) entry;
  (void) event;
  if (!cells->wrong)
    {
      cells->typed = FALSE;
      begin_visit (cells);
    }
  return FALSE;
}

/* ---- the widget ---- */

static void
make_entry (ConvLayerCells *cells)
{
  cells->entry = gtk_entry_new ();
  gtk_widget_set_direction (cells->entry, GTK_TEXT_DIR_LTR);
  gtk_entry_set_alignment (GTK_ENTRY (cells->entry), 0.5);
  gtk_entry_set_width_chars (GTK_ENTRY (cells->entry), 1);
  gtk_entry_set_activates_default (GTK_ENTRY (cells->entry), TRUE);
  gtk_widget_set_tooltip_text (
      cells->entry, _("A weight: type a number. Arrows and Tab go to the next one, Page Up and Page Down or "
                                 "the wheel change it by 1 (with Shift by 0.1, with Ctrl by 10), Ctrl+C and Ctrl+V "
                                 "copy and paste the whole filter"));
  gtk_layout_put (GTK_LAYOUT (cells->layout), cells->entry, 0, 0);
  gtk_widget_add_events (cells->entry, GDK_SCROLL_MASK);
  g_signal_connect (cells->entry, "changed", G_CALLBACK (entry_changed), cells);
  g_signal_connect (cells->entry, "key-press-event", G_CALLBACK (key_pressed), cells);
  g_signal_connect (cells->entry, "scroll-event", G_CALLBACK (wheel_turned), cells);
  g_signal_connect (cells->entry, "focus-out-event", G_CALLBACK (focus_left), cells);
  accept_drops (cells->entry, cells);
}

static void
conv_layer_cells_dispose (GObject *object)
{
  ConvLayerCells *cells = CELLS (object);

  if (cells->settings)
    g_signal_handler_disconnect (cells->settings, cells->handler);
  g_clear_object (&cells->settings);
  G_OBJECT_CLASS (conv_layer_cells_parent_class)->dispose (object);
}

static void
conv_layer_cells_class_init (ConvLayerCellsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = conv_layer_cells_dispose;
  message_signal = g_signal_new ("message", conv_layer_cells_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
conv_layer_cells_init (ConvLayerCells *cells)
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
  accept_drops (cells->layout, cells);
  g_signal_connect (cells->layout, "button-press-event", G_CALLBACK (pressed), cells);
  g_signal_connect (cells->layout, "query-tooltip", G_CALLBACK (query_tooltip), cells);
}

GtkWidget *
conv_layer_cells_new (ConvLayerSettings *settings)
{
  ConvLayerCells *cells = g_object_new (conv_layer_cells_get_type (), NULL);

  cells->settings = g_object_ref (settings);
  make_entry (cells);
  refresh (cells);
  show_weight (cells);
  begin_visit (cells);
  cells->handler = g_signal_connect_swapped (settings, "changed", G_CALLBACK (refresh), cells);
  g_signal_connect (cells->scrolled, "size-allocate", G_CALLBACK (allocated), cells);
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

  if (cells->wrong)
    gtk_widget_grab_focus (cells->entry);
  else
    cells->typed = FALSE;
  return !cells->wrong;
}
