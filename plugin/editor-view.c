/* editor-view.c: a picture of the preview in a widget: drawn where the shared
 * viewport says, the old one until the new one is there; pointer and keys.
 * Knows the sight; no settings, no libgimp. */

#include <math.h>
#include <string.h>

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n-lib.h>

#include "editor-view.h"
#include "toolkit.h"
#include "trace.h"

#define EDGE 5            /* around the picture, for the frame and the focus ring, which a theme may draw inside */
#define DRAG 4.0          /* a press that moves less is a click */
#define MARK 7.0          /* pixels of the screen a mark has at least */
#define WHEEL_STEP 0.5    /* powers of two */
#define TAPS_ZOOM 6.0     /* from here on a dilated patch shows its single pixels */
#define STRIDE_OF_KEYS 10 /* pixels by Shift and an arrow */

typedef struct
{
  GtkWidget *widget;
  ConvLayerSight *sight;
  gint output;
  ConvLayerStages stage; /* 0: the input */

  cairo_surface_t *surface; /* what is covered of the picture, or NULL */
  ConvLayerPicture picture; /* that it was made of; its pixels are not ours */

  GdkRectangle mark; /* where it was drawn last */
  gint scale;        /* that the sight knows of */

  gboolean pressed, dragged, drag_before, fitting;
  gdouble press_x, press_y; /* of the widget */
  ConvLayerViewport press_viewport;
} View;

static View *
view_of (GtkWidget *widget)
{
  return g_object_get_data (G_OBJECT (widget), "conv-layer-view");
}

/* ---- places ---- */

/* WIDGET x, y to the input's pixels. */
static void
to_input (const View *view, gdouble x, gdouble y, gdouble *input_x, gdouble *input_y)
{
  const ConvLayerViewport *viewport = conv_layer_sight_get_viewport (view->sight);
  const gint scale = conv_layer_widget_scale (view->widget);
  GtkAllocation all;

  gtk_widget_get_allocation (view->widget, &all);
  *input_x = viewport->x + (x - all.width / 2.0) * scale / viewport->zoom;
  *input_y = viewport->y + (y - all.height / 2.0) * scale / viewport->zoom;
}

/* What AREA of the input covers of the picture, WIDTH x HEIGHT pixels of the
 * screen; no smaller than SMALLEST. */
static cairo_rectangle_t
to_screen (const View *view, const GeglRectangle *area, gint width, gint height, gdouble smallest)
{
  const ConvLayerViewport *viewport = conv_layer_sight_get_viewport (view->sight);
  const gdouble x = rint (width / 2.0 + (area->x - viewport->x) * viewport->zoom);
  const gdouble y = rint (height / 2.0 + (area->y - viewport->y) * viewport->zoom);
  const gdouble across = rint (area->width * viewport->zoom), down = rint (area->height * viewport->zoom);
  const gdouble more_x = MAX (ceil ((smallest - across) / 2.0), 0.0);
  const gdouble more_y = MAX (ceil ((smallest - down) / 2.0), 0.0);

  return (cairo_rectangle_t) { x - more_x, y - more_y, across + 2.0 * more_x, down + 2.0 * more_y };
}

/* The part of the input that is marked: the patch, or the map's pixel. */
static gboolean
marked_area (const View *view, GeglRectangle *area)
{
  const ConvLayerInspection *inspection;
  ConvLayerStages stage;
  gint output, x, y;

  if (!conv_layer_sight_get_pixel (view->sight, &output, &stage, &x, &y))
    return FALSE;
  if (view->stage != 0)
    return conv_layer_preview_pixel_area (conv_layer_sight_get_preview (view->sight), x, y, area);
  inspection = conv_layer_sight_get_inspection (view->sight);
  if (!inspection)
    return FALSE;
  *area = *GEGL_RECTANGLE (inspection->left, inspection->top, inspection->dilation * (inspection->columns - 1) + 1,
                           inspection->dilation * (inspection->rows - 1) + 1);
  return TRUE;
}

/* ---- drawing ---- */

static void
forget_picture (View *view)
{
  g_clear_pointer (&view->surface, cairo_surface_destroy);
  view->picture.pixels = NULL;
}

/* The covered bytes as a picture cairo can draw, kept until the next one. */
static void
take_picture (View *view)
{
  ConvLayerPreview *preview = conv_layer_sight_get_preview (view->sight);
  const ConvLayerPicture *picture = view->stage == 0 ? conv_layer_preview_get_input (preview)
                                                     : conv_layer_preview_get_map (preview, view->output, view->stage);
  guchar *pixels;
  gint stride, x, y;

  if (view->surface && picture && picture->pixels == view->picture.pixels)
    return;
  forget_picture (view);
  if (!picture || picture->covered.width <= 0 || picture->covered.height <= 0)
    return;
  view->surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, picture->covered.width, picture->covered.height);
  if (cairo_surface_status (view->surface) != CAIRO_STATUS_SUCCESS)
    {
      forget_picture (view); /* no memory: nothing is shown */
      return;
    }
  view->picture = *picture;
  pixels = cairo_image_surface_get_data (view->surface);
  stride = cairo_image_surface_get_stride (view->surface);
  for (y = 0; y < picture->covered.height; y++)
    {
      const guchar *from = picture->pixels + (gsize) (picture->covered.y + y) * picture->stride + picture->covered.x;
      guint32 *to = (guint32 *) (void *) (pixels + (gsize) y * (gsize) stride);

      for (x = 0; x < picture->covered.width; x++)
        to[x] = from[x] * 0x010101u;
    }
  cairo_surface_mark_dirty (view->surface);
  if (view->stage != 0)
    conv_layer_trace ("map-drawn", "%d %d", view->output + 1, (gint) view->stage);
}

/* Where the viewport has the picture's covered part now, in pixels of the screen. */
static cairo_rectangle_t
picture_place (const View *view, gint width, gint height)
{
  const ConvLayerViewport *now = conv_layer_sight_get_viewport (view->sight), *then = &view->picture.viewport;
  const GeglRectangle *covered = &view->picture.covered;
  const gdouble enlarged = now->zoom / then->zoom;
  const gdouble left = (then->x - now->x) * now->zoom + (covered->x - view->picture.width / 2.0) * enlarged;
  const gdouble top = (then->y - now->y) * now->zoom + (covered->y - view->picture.height / 2.0) * enlarged;

  /* Half a pixel off, should a view be a pixel wider than the picture, would blur it. */
  return (cairo_rectangle_t) { rint (width / 2.0 + left), rint (height / 2.0 + top), covered->width * enlarged,
                               covered->height * enlarged };
}

static void
draw_picture (View *view, cairo_t *cr, const cairo_rectangle_t *place)
{
  const gdouble enlarged = conv_layer_sight_get_viewport (view->sight)->zoom / view->picture.viewport.zoom;

  cairo_save (cr);
  cairo_translate (cr, place->x, place->y);
  cairo_scale (cr, enlarged, enlarged);
  cairo_set_source_surface (cr, view->surface, 0.0, 0.0);
  cairo_pattern_set_filter (cairo_get_source (cr), enlarged >= 1.0 ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  cairo_rectangle (cr, 0.0, 0.0, view->picture.covered.width, view->picture.covered.height);
  cairo_fill (cr);
  cairo_restore (cr);
}

/* A thin line around PLACE; a plain one with the focus, besides its ring, which
 * some themes draw so faintly that it is lost beside a picture. */
static void
draw_frame (cairo_t *cr, const cairo_rectangle_t *place, gint scale, const ConvLayerColors *colors, gboolean focus)
{
  const ConvLayerColor *color = focus ? &colors->selected : &colors->text;

  cairo_set_line_width (cr, scale);
  cairo_set_source_rgba (cr, color->red, color->green, color->blue, focus ? 1.0 : 0.5);
  cairo_rectangle (cr, place->x - scale / 2.0, place->y - scale / 2.0, rint (place->width) + scale,
                   rint (place->height) + scale);
  cairo_stroke (cr);
}

/* Black outside, white inside, both around AREA: to be seen on every gray. */
static void
outline (cairo_t *cr, const cairo_rectangle_t *area, gint scale)
{
  cairo_set_line_width (cr, scale);
  cairo_set_source_rgb (cr, 0.0, 0.0, 0.0);
  cairo_rectangle (cr, area->x - 1.5 * scale, area->y - 1.5 * scale, area->width + 3.0 * scale,
                   area->height + 3.0 * scale);
  cairo_stroke (cr);
  cairo_set_source_rgb (cr, 1.0, 1.0, 1.0);
  cairo_rectangle (cr, area->x - 0.5 * scale, area->y - 0.5 * scale, area->width + scale, area->height + scale);
  cairo_stroke (cr);
}

/* Which pixels a dilated patch takes, where there is room to tell. */
static void
draw_taps (View *view, cairo_t *cr, gint width, gint height, gint scale)
{
  const ConvLayerInspection *inspection = conv_layer_sight_get_inspection (view->sight);
  gint row, column;

  if (!inspection || inspection->dilation == 1 || conv_layer_sight_get_viewport (view->sight)->zoom < TAPS_ZOOM * scale)
    return;
  for (row = 0; row < inspection->rows; row++)
    for (column = 0; column < inspection->columns; column++)
      {
        const GeglRectangle tap
            = { inspection->left + column * inspection->dilation, inspection->top + row * inspection->dilation, 1, 1 };
        const cairo_rectangle_t place = to_screen (view, &tap, width, height, 0.0);

        outline (cr, &place, scale);
      }
}

/* WIDTH x HEIGHT pixels of the screen. */
static void
draw_inside (View *view, cairo_t *cr, gint width, gint height, gint scale, const ConvLayerColors *colors)
{
  cairo_rectangle_t place = { 0.0, 0.0, width, height };
  GeglRectangle area;

  take_picture (view);
  if (view->surface)
    {
      place = picture_place (view, width, height);
      draw_picture (view, cr, &place);
    }
  draw_frame (cr, &place, scale, colors, gtk_widget_has_focus (view->widget));
  if (view->surface && marked_area (view, &area))
    {
      place = to_screen (view, &area, width, height, MARK * scale);
      if (view->stage == 0)
        draw_taps (view, cr, width, height, scale);
      outline (cr, &place, scale);
    }
}

static void
draw (GtkWidget *widget, cairo_t *cr, gint width, gint height, gpointer data)
{
  View *view = data;
  const gint scale = conv_layer_widget_scale (widget);
  const gint inner_width = width - 2 * EDGE, inner_height = height - 2 * EDGE;
  ConvLayerColors colors;

  /* The window may have come to a finer monitor. */
  if (scale != view->scale)
    {
      view->scale = scale;
      conv_layer_sight_set_size (view->sight, view, inner_width * scale, inner_height * scale);
    }
  conv_layer_widget_colors (widget, &colors);
  cairo_set_source_rgb (cr, colors.background.red, colors.background.green, colors.background.blue);
  cairo_paint (cr);
  if (inner_width > 0 && inner_height > 0)
    {
      cairo_save (cr);
      cairo_rectangle (cr, EDGE - 1, EDGE - 1, inner_width + 2, inner_height + 2);
      cairo_clip (cr);
      cairo_translate (cr, EDGE, EDGE);
      cairo_scale (cr, 1.0 / scale, 1.0 / scale);
      draw_inside (view, cr, inner_width * scale, inner_height * scale, scale, &colors);
      cairo_restore (cr);
    }
  if (gtk_widget_has_focus (widget))
    conv_layer_widget_focus_ring (widget, cr, 0.0, 0.0, width, height);
}

/* ---- what the others tell ---- */

static void
take_news (View *view)
{
  forget_picture (view);
  gtk_widget_queue_draw (view->widget);
}

static void
take_move (View *view)
{
  gtk_widget_queue_draw (view->widget);
}

static void
redraw_mark (View *view)
{
  if (view->mark.width > 0)
    gtk_widget_queue_draw_area (view->widget, view->mark.x, view->mark.y, view->mark.width, view->mark.height);
}

/* Only the old and the new mark are drawn again. */
static void
take_look (View *view)
{
  const gint scale = conv_layer_widget_scale (view->widget), around = 3;
  GtkAllocation all;
  GeglRectangle area;

  redraw_mark (view);
  view->mark.width = 0;
  if (conv_layer_sight_get_viewport (view->sight)->zoom > 0.0 && marked_area (view, &area))
    {
      cairo_rectangle_t place;

      gtk_widget_get_allocation (view->widget, &all);
      place = to_screen (view, &area, (all.width - 2 * EDGE) * scale, (all.height - 2 * EDGE) * scale, MARK * scale);
      /* A patch can be far larger than the view. */
      view->mark.x = (gint) CLAMP (floor (place.x / scale) + EDGE - around, -1.0, all.width);
      view->mark.y = (gint) CLAMP (floor (place.y / scale) + EDGE - around, -1.0, all.height);
      view->mark.width
          = (gint) CLAMP (ceil ((place.x + place.width) / scale) + EDGE + around, 0.0, all.width) - view->mark.x;
      view->mark.height
          = (gint) CLAMP (ceil ((place.y + place.height) / scale) + EDGE + around, 0.0, all.height) - view->mark.y;
      redraw_mark (view);
    }
}

static void
take_size (GtkWidget *widget, const GtkAllocation *allocation, View *view)
{
  view->scale = conv_layer_widget_scale (widget);
  conv_layer_sight_set_size (view->sight, view, (allocation->width - 2 * EDGE) * view->scale,
                             (allocation->height - 2 * EDGE) * view->scale);
}

/* What is not seen must not decide how large the others' pictures are. */
static void
forget_size (GtkWidget *widget, View *view)
{
  (void) widget;
  conv_layer_sight_set_size (view->sight, view, 0, 0);
}

static void
take_mapped_size (GtkWidget *widget, View *view)
{
  GtkAllocation allocation;

  gtk_widget_get_allocation (widget, &allocation);
  take_size (widget, &allocation, view);
}

/* ---- pointer ---- */

/* In which map a pixel is looked at from here: over the input, in the last one. */
static void
looking_in (const View *view, gint *output, ConvLayerStages *stage)
{
  gint x, y;

  if (view->stage != 0)
    {
      *output = view->output;
      *stage = view->stage;
    }
  else if (!conv_layer_sight_get_pixel (view->sight, output, stage, &x, &y))
    {
      *output = 0;
      *stage = CONV_LAYER_PRE_RELU;
    }
}

static void
look_under (View *view, gdouble x, gdouble y)
{
  ConvLayerStages stage;
  gdouble input_x, input_y;
  gint output;

  if (conv_layer_sight_get_viewport (view->sight)->zoom <= 0.0)
    return;
  to_input (view, x, y, &input_x, &input_y);
  looking_in (view, &output, &stage);
  conv_layer_sight_look_at_place (view->sight, output, stage, input_x, input_y);
}

static gboolean
press (GtkWidget *widget, const GdkEventButton *event, View *view)
{
  if (event->button == 3 || conv_layer_sight_get_viewport (view->sight)->zoom <= 0.0)
    return FALSE;
  /* Two quick drags from one place are a double press to GDK. */
  if (event->type == GDK_2BUTTON_PRESS && event->button == 1 && !view->drag_before)
    {
      view->fitting = TRUE; /* its release is no click */
      conv_layer_sight_fit (view->sight);
    }
  if (event->type != GDK_BUTTON_PRESS)
    return TRUE;
  gtk_widget_grab_focus (widget);
  view->pressed = TRUE;
  view->drag_before = view->dragged;
  view->dragged = view->fitting = FALSE;
  view->press_x = event->x;
  view->press_y = event->y;
  view->press_viewport = *conv_layer_sight_get_viewport (view->sight);
  return TRUE;
}

/* The pressed pointer is at X, Y now. */
static void
drag_to (View *view, gdouble x, gdouble y)
{
  const ConvLayerViewport *from = &view->press_viewport;
  const gint scale = conv_layer_widget_scale (view->widget);

  x -= view->press_x;
  y -= view->press_y;
  if (!view->dragged && fabs (x) <= DRAG && fabs (y) <= DRAG)
    return;
  view->dragged = TRUE;
  /* From where it began, so that no rounding adds up. */
  conv_layer_sight_center (view->sight, from->x - x * scale / from->zoom, from->y - y * scale / from->zoom);
}

static gboolean
motion (GtkWidget *widget, const GdkEventMotion *event, View *view)
{
  (void) widget;
  if (!(event->state & (GDK_BUTTON1_MASK | GDK_BUTTON2_MASK)))
    view->pressed = FALSE; /* released where we could not see it */
  if (view->pressed)
    drag_to (view, event->x, event->y);
  else
    look_under (view, event->x, event->y);
  return TRUE;
}

/* A pointer that comes from another window and stops has not moved within this
 * one.  What GTK makes up when a grab ends has no place. */
static gboolean
enter (GtkWidget *widget, const GdkEventCrossing *event, View *view)
{
  (void) widget;
  if (!view->pressed && (event->mode == GDK_CROSSING_NORMAL || event->mode == GDK_CROSSING_UNGRAB))
    look_under (view, event->x, event->y);
  return FALSE;
}

static gboolean
release (GtkWidget *widget, const GdkEventButton *event, View *view)
{
  gdouble x, y;

  (void) widget;
  if (event->button == 3)
    return FALSE;
  if (view->pressed)
    drag_to (view, event->x, event->y); /* a busy machine leaves motions out */
  if (view->pressed && !view->dragged && !view->fitting)
    {
      to_input (view, event->x, event->y, &x, &y);
      conv_layer_sight_step_at (view->sight, event->button == 1 && !(event->state & GDK_SHIFT_MASK), x, y);
    }
  view->pressed = FALSE;
  look_under (view, event->x, event->y);
  return TRUE;
}

static gboolean
scroll (GtkWidget *widget, const GdkEventScroll *event, View *view)
{
  gdouble right, down, x, y;

  (void) widget;
  if (conv_layer_sight_get_viewport (view->sight)->zoom <= 0.0)
    return FALSE;
  conv_layer_scroll_steps (event, &right, &down);
  to_input (view, event->x, event->y, &x, &y);
  if (down != 0.0)
    conv_layer_sight_zoom_at (view->sight, exp2 (-down * WHEEL_STEP), x, y);
  look_under (view, event->x, event->y);
  return TRUE;
}

/* ---- keys ---- */

static void
walk (View *view, gint right, gint down, gboolean far)
{
  const gint steps = far ? STRIDE_OF_KEYS : 1;
  ConvLayerStages stage;
  gint output;

  looking_in (view, &output, &stage);
  conv_layer_sight_walk (view->sight, output, stage, right * steps, down * steps);
}

/* Around the pixel looked at, if it is to be seen, or the middle. */
static void
zoom_by_key (View *view, gboolean in)
{
  const ConvLayerViewport *viewport = conv_layer_sight_get_viewport (view->sight);
  ConvLayerPreview *preview = conv_layer_sight_get_preview (view->sight);
  gdouble x = viewport->x, y = viewport->y;
  ConvLayerStages stage;
  GeglRectangle area;
  gint output, map_x, map_y;

  if (conv_layer_sight_get_pixel (view->sight, &output, &stage, &map_x, &map_y)
      && conv_layer_preview_pixel_area (preview, map_x, map_y, &area))
    {
      x = area.x + area.width / 2.0;
      y = area.y + area.height / 2.0;
    }
  conv_layer_sight_step_at (view->sight, in, x, y);
}

static gboolean
key (GtkWidget *widget, const GdkEventKey *event, View *view)
{
  const gboolean far = (event->state & GDK_SHIFT_MASK) != 0;

  (void) widget;
  if (event->state & (GDK_CONTROL_MASK | GDK_MOD1_MASK))
    return FALSE; /* somebody else's */
  switch (event->keyval)
    {
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
      walk (view, -1, 0, far);
      return TRUE;
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
      walk (view, 1, 0, far);
      return TRUE;
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
      walk (view, 0, -1, far);
      return TRUE;
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
      walk (view, 0, 1, far);
      return TRUE;
    case GDK_KEY_plus:
    case GDK_KEY_equal: /* the plus without Shift */
    case GDK_KEY_KP_Add:
      zoom_by_key (view, TRUE);
      return TRUE;
    case GDK_KEY_minus:
    case GDK_KEY_KP_Subtract:
      zoom_by_key (view, FALSE);
      return TRUE;
    case GDK_KEY_1:
    case GDK_KEY_KP_1:
      conv_layer_sight_actual (view->sight);
      return TRUE;
    case GDK_KEY_0:
    case GDK_KEY_KP_0:
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
      conv_layer_sight_fit (view->sight);
      return TRUE;
    default:
      return FALSE;
    }
}

static gboolean
focus (GtkWidget *widget, const GdkEventFocus *event, View *view)
{
  (void) event;
  (void) view;
  gtk_widget_queue_draw (widget);
  return FALSE;
}

/* ---- the widget ---- */

static void
name_it (View *view)
{
  g_autofree gchar *name = view->stage == 0 ? g_strdup (_("Input in gray"))
                                            : view->stage == CONV_LAYER_PRE_RELU
      /* Translators: the name of a map's picture for screen readers. */
      ? g_strdup_printf (_("Output %d, pre-ReLU"), view->output + 1)
      : g_strdup_printf (_("Output %d, post-ReLU"), view->output + 1);

  conv_layer_widget_describe (view->widget, name,
                              _("The arrow keys move the pixel that is looked at; with Shift by ten."));
}

static void
view_free (gpointer data)
{
  View *view = data;

  forget_picture (view);
  g_object_unref (view->sight);
  g_free (view);
}

static void
listen_widget (View *view)
{
  static const struct
  {
    const gchar *signal;
    GCallback handler;
  } handlers[] = {
    { "map", G_CALLBACK (take_mapped_size) },         { "unmap", G_CALLBACK (forget_size) },
    { "size-allocate", G_CALLBACK (take_size) },      { "button-press-event", G_CALLBACK (press) },
    { "enter-notify-event", G_CALLBACK (enter) },     { "motion-notify-event", G_CALLBACK (motion) },
    { "button-release-event", G_CALLBACK (release) }, { "scroll-event", G_CALLBACK (scroll) },
    { "key-press-event", G_CALLBACK (key) },          { "focus-in-event", G_CALLBACK (focus) },
    { "focus-out-event", G_CALLBACK (focus) },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect (view->widget, handlers[i].signal, handlers[i].handler, view);
}

/* HANDLER (view) until the widget is destroyed. */
static void
listen (View *view, gpointer source, const gchar *signal, void (*handler) (View *view))
{
  GClosure *closure = g_cclosure_new_swap (G_CALLBACK (handler), view, NULL);

  g_object_watch_closure (G_OBJECT (view->widget), closure);
  g_signal_connect_closure (source, signal, closure, FALSE);
}

GtkWidget *
conv_layer_view_new (ConvLayerSight *sight, gint output, ConvLayerStages stage)
{
  View *view = g_new0 (View, 1);
  ConvLayerPreview *preview = conv_layer_sight_get_preview (sight);

  view->sight = g_object_ref (sight);
  view->output = output;
  view->stage = stage;
  view->widget = conv_layer_canvas_new (draw, view);
  g_object_set_data_full (G_OBJECT (view->widget), "conv-layer-view", view, view_free);
  listen_widget (view);
  listen (view, sight, "moved", take_move);
  listen (view, sight, "looked", take_look);
  listen (view, preview, stage == 0 ? "input" : "maps", take_news);
  gtk_widget_set_tooltip_text (
      view->widget, _("Click or turn the wheel to zoom in, Shift+click to zoom out, double-click to see the "
                                 "whole input; drag to move.\n"
                                 "Keys: arrows move the pixel looked at (Shift: by ten), + and - zoom, 1 is 1:1, "
                                 "0 or Home shows the whole."));
  name_it (view);
  return view->widget;
}

void
conv_layer_view_set_output (GtkWidget *widget, gint output)
{
  View *view = view_of (widget);

  if (view->output == output)
    return;
  view->output = output;
  name_it (view);
  take_news (view);
}
