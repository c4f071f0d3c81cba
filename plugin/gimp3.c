/* gimp3.c: the plug-in in GIMP 3.0 and later: registration, arguments,
 * layers, undo.  Knows no arithmetic, pixel format, stride or variant. */

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include <glib/gi18n-lib.h>

#include "describe.h"
#include "figure.h"
#include "gimp3-dialog.h"
#include "trace.h"

typedef struct
{
  GimpPlugIn parent_instance;
} ConvLayer;

typedef struct
{
  GimpPlugInClass parent_class;
} ConvLayerClass;

GType conv_layer_get_type (void) G_GNUC_CONST;

G_DEFINE_TYPE (ConvLayer, conv_layer, GIMP_TYPE_PLUG_IN)

/* ---- one drawable's run ---- */

typedef struct Run Run;

struct Run
{
  GimpImage *image;
  GimpImage *home; /* that the layers are made in: a draft if they get a group */
  GimpDrawable *drawable;
  const ConvLayerOptions *options;
  gdouble progress_start, progress_share; /* of the whole run's */

  GimpImage *seen;      /* holds what the user sees of the drawable, or NULL */
  GimpDrawable *pixels; /* the one to read: the drawable, or one of SEEN's, or a copy */
  GeglRectangle area;   /* of the drawable */
  GPtrArray *maps;      /* ConvLayerMap */
  GPtrArray *layers;    /* GimpLayer */
  gboolean inserted;    /* they are in an image */
  GimpLayer *whole;     /* the group of them, not yet in the image, or NULL */

  ConvLayerFigure *figure;       /* or NULL */
  Run *picture;                  /* for the figure: makes one map, the picture; or NULL */
  GimpImage *figure_image;       /* which nobody sees yet, or NULL */
  ConvLayerOptions *own_options; /* of the picture's run, or NULL */
};

static void
run_free (gpointer data)
{
  Run *run = data;

  for (guint i = 0; !run->inserted && i < run->layers->len; i++)
    gimp_item_delete (run->layers->pdata[i]);
  if (run->whole)
    gimp_item_delete (GIMP_ITEM (run->whole));
  if (run->home && run->home != run->image)
    gimp_image_delete (run->home);
  g_ptr_array_unref (run->layers);
  if (run->figure_image)
    gimp_image_delete (run->figure_image);
  if (run->picture)
    run_free (run->picture);
  g_clear_pointer (&run->own_options, conv_layer_options_free);
  g_clear_pointer (&run->figure, conv_layer_figure_free);
  g_clear_pointer (&run->maps, g_ptr_array_unref);
  g_free (run);
}

/* An image like IMAGE, which nobody sees; to be deleted or shown.  NULL: none. */
static GimpImage *
image_like (GimpImage *image, gint width, gint height)
{
  GimpImage *like = gimp_image_new_with_precision (width, height, gimp_image_get_base_type (image),
                                                   gimp_image_get_precision (image));
  GimpColorProfile *profile;

  if (!like)
    return NULL;
  profile = gimp_image_get_color_profile (image);
  gimp_image_undo_disable (like);
  if (profile)
    {
      gimp_image_set_color_profile (like, profile);
      g_object_unref (profile);
    }
  return like;
}

/* Free with run_free(). */
static Run *
run_new (GimpImage *image, GimpDrawable *drawable, const ConvLayerOptions *options)
{
  Run *run = g_new0 (Run, 1);

  run->image = image;
  run->home = options->group ? image_like (image, gimp_image_get_width (image), gimp_image_get_height (image)) : image;
  run->drawable = drawable;
  run->options = options;
  run->layers = g_ptr_array_new ();
  return run;
}

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  Run *run = data;
  gint x, y;
  gchar *name = conv_layer_map_name (map);
  GimpImageType type = gimp_image_get_base_type (run->image) == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE;
  GimpLayer *layer = run->home ? gimp_layer_new (run->home, name, map->width, map->height, type, 100,
                                                 gimp_image_get_default_new_layer_mode (run->image))
                               : NULL;
  GeglBuffer *buffer;

  g_free (name);
  if (!layer)
    {
      conv_layer_set_layer_error (error, map);
      return NULL;
    }
  gimp_drawable_get_offsets (run->drawable, &x, &y);
  gimp_layer_set_offsets (layer, x + run->area.x + map->x, y + run->area.y + map->y);
  buffer = gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
  g_ptr_array_add (run->layers, layer);
  g_object_set_data_full (G_OBJECT (layer), "conv-layer-buffer", buffer, g_object_unref);
  return buffer;
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  const Run *run = data;

  gimp_progress_set_text (text);
  gimp_progress_update (run->progress_start + fraction * run->progress_share);
}

/* To GIMP at once, tile by tile, while the other threads compute. */
static void
drawn (GeglBuffer *buffer, gpointer data)
{
  (void) data;
  gegl_buffer_flush (buffer);
}

/* ---- what the user sees of a drawable ---- */

/* libgimp reads pixels without the drawable's non-destructive filters, so
 * these are merged into a copy; a layer's in an image of its own, where no
 * undo step is left behind. */
static GimpDrawable *
copy_seen_layer (Run *run)
{
  GimpLayer *copy;

  run->seen = image_like (run->image, gimp_image_get_width (run->image), gimp_image_get_height (run->image));
  copy = run->seen ? gimp_layer_new_from_drawable (run->drawable, run->seen) : NULL;
  if (!copy)
    return NULL;
  gimp_image_insert_layer (run->seen, copy, NULL, 0);
  gimp_item_set_visible (GIMP_ITEM (copy), TRUE);
  if (gimp_item_is_group (GIMP_ITEM (copy)))
    {
      gimp_layer_set_opacity (copy, 100);
      copy = GIMP_LAYER (gimp_group_layer_merge (GIMP_GROUP_LAYER (copy)));
    }
  else
    {
      gimp_drawable_merge_filters (GIMP_DRAWABLE (copy));
    }
  return (GimpDrawable *) copy;
}

static GimpDrawable *
copy_seen_channel (Run *run)
{
  GimpChannel *copy = gimp_channel_copy (GIMP_CHANNEL (run->drawable));

  if (!copy)
    return NULL;
  gimp_image_undo_freeze (run->image);
  gimp_drawable_merge_filters (GIMP_DRAWABLE (copy));
  gimp_image_undo_thaw (run->image);
  return GIMP_DRAWABLE (copy);
}

/* FALSE with ERROR set: there was no memory for a copy. */
static gboolean
find_pixels (Run *run, GError **error)
{
  GimpDrawableFilter **filters = gimp_drawable_get_filters (run->drawable);

  run->pixels = run->drawable;
  if (filters && filters[0])
    run->pixels = GIMP_IS_LAYER (run->drawable) ? copy_seen_layer (run) : copy_seen_channel (run);
  g_free (filters);
  if (!run->pixels)
    conv_layer_set_memory_error (error);
  return run->pixels != NULL;
}

static void
forget_pixels (Run *run)
{
  if (run->seen)
    gimp_image_delete (run->seen);
  else if (run->pixels && run->pixels != run->drawable)
    gimp_item_delete (GIMP_ITEM (run->pixels));
  run->seen = NULL;
  run->pixels = run->drawable;
}

/* ---- computing ---- */

static gboolean
find_area (Run *run, GError **error)
{
  GeglRectangle *area = &run->area;
  gchar *name;

  if (gimp_drawable_mask_intersect (run->drawable, &area->x, &area->y, &area->width, &area->height) && area->width > 0
      && area->height > 0)
    return TRUE;
  name = gimp_item_get_name (GIMP_ITEM (run->drawable));
  conv_layer_set_selection_error (error, name, gimp_drawable_get_width (run->drawable),
                                  gimp_drawable_get_height (run->drawable));
  g_free (name);
  return FALSE;
}

/* Of what the user sees, without its buffer; to be ended by forget_pixels() in any case. */
static gboolean
get_source (Run *run, ConvLayerSource *source, GError **error)
{
  gint x, y, seen_x, seen_y;

  *source = (ConvLayerSource) { .own_codes = GIMP_IS_CHANNEL (run->drawable), .area = run->area };
  if (!find_pixels (run, error))
    return FALSE;
  gimp_drawable_get_offsets (run->drawable, &x, &y);
  gimp_drawable_get_offsets (run->pixels, &seen_x, &seen_y);
  source->area.x += x - seen_x;
  source->area.y += y - seen_y;
  return TRUE;
}

/* Free with g_object_unref().  GEGL starts when pixels are wanted first: that
 * takes a tenth of a second, in which the dialog is there already. */
static GeglBuffer *
open_buffer (gpointer data)
{
  const Run *run = data;

  gegl_init (NULL, NULL);
  return gimp_drawable_get_buffer (run->pixels);
}

static void
attach_json (Run *run, guint i)
{
  gchar *json = conv_layer_map_json (run->options, run->maps->pdata[i]);
  GimpParasite *parasite
      = gimp_parasite_new (CONV_LAYER_PARASITE, GIMP_PARASITE_PERSISTENT, (guint32) strlen (json) + 1, json);

  gimp_item_attach_parasite (run->layers->pdata[i], parasite);
  gimp_parasite_free (parasite);
  g_free (json);
}

static gboolean
compute (Run *run, GError **error)
{
  ConvLayerHost host = { new_map, progress, drawn, run };
  ConvLayerSource source;

  if (!find_area (run, error))
    return FALSE;
  if (run->options->figure)
    {
      run->figure = conv_layer_figure_new (run->options, run->area.width, run->area.height, error);
      if (!run->figure)
        return FALSE;
    }
  if (get_source (run, &source, error))
    {
      source.buffer = open_buffer (run);
      run->maps = conv_layer_render (run->options, &source, &host, error);
      g_object_unref (source.buffer);
    }
  /* The pixels reach GIMP when the last reference goes. */
  for (guint i = 0; i < run->layers->len; i++)
    g_object_set_data (run->layers->pdata[i], "conv-layer-buffer", NULL);
  forget_pixels (run);
  for (guint i = 0; run->maps && i < run->layers->len; i++)
    attach_json (run, i);
  return run->maps != NULL;
}

/* ---- inserting ---- */

static GimpLayer *
draft_group (GimpImage *draft, const gchar *name, GimpLayer *parent, gint position)
{
  GimpLayer *group = GIMP_LAYER (gimp_group_layer_new (draft, name));

  gimp_image_insert_layer (draft, group, parent, position);
  return group;
}

/* The maps of the group WHOLE: they are seen, and RUN's own from now on. */
static void
take_maps (Run *run, GimpLayer *whole)
{
  GimpItem **stages = gimp_item_get_children (GIMP_ITEM (whole));

  g_ptr_array_set_size (run->layers, 0);
  for (gint i = 0; stages[i]; i++)
    {
      GimpItem **maps = gimp_item_get_children (stages[i]);

      for (gint n = 0; maps[n]; n++)
        {
          gimp_item_set_visible (maps[n], TRUE);
          g_ptr_array_add (run->layers, maps[n]);
        }
      gimp_item_set_visible (stages[i], TRUE);
      g_free (maps);
    }
  g_free (stages);
}

/* The whole group, a copy of that in the draft.  GIMP composes all that is seen
 * of a group when it copies it, a group of hidden layers, too: nothing is seen. */
static gboolean
make_group (Run *run, GError **error)
{
  GimpLayer *whole = draft_group (run->home, conv_layer_group_name (), NULL, 0), *stage = NULL;
  gint inside = 0, stages = 0;

  run->inserted = TRUE;
  for (guint i = 0; i < run->layers->len; i++)
    {
      const ConvLayerMap *map = run->maps->pdata[i];

      if (map->output == 1)
        {
          stage = draft_group (run->home, conv_layer_stage_name (map->stage), whole, stages++);
          gimp_item_set_visible (GIMP_ITEM (stage), FALSE);
          inside = 0;
        }
      gimp_item_set_visible (run->layers->pdata[i], FALSE);
      gimp_image_insert_layer (run->home, run->layers->pdata[i], stage, inside++);
    }
  run->whole = gimp_layer_new_from_drawable (GIMP_DRAWABLE (whole), run->image);
  if (!run->whole)
    {
      conv_layer_set_memory_error (error);
      return FALSE;
    }
  gimp_item_set_name (GIMP_ITEM (run->whole), conv_layer_group_name ());
  take_maps (run, run->whole);
  return TRUE;
}

/* A group comes at once: whenever the plug-in is killed, the image has all of it
 * or nothing. */
static void
insert_layers (Run *run)
{
  gboolean above = GIMP_IS_LAYER (run->drawable);
  GimpItem *item = GIMP_ITEM (run->drawable);
  GimpLayer *parent = above ? (GimpLayer *) gimp_item_get_parent (item) : NULL;
  gint position = above ? MAX (0, gimp_image_get_item_position (run->image, item)) : 0;

  run->inserted = TRUE;
  if (run->options->group)
    gimp_image_insert_layer (run->image, g_steal_pointer (&run->whole), parent, position);
  for (guint i = 0; !run->options->group && i < run->layers->len; i++)
    gimp_image_insert_layer (run->image, run->layers->pdata[i], parent, position + (gint) i);
}

/* ---- the figure ---- */

static GeglBuffer *
new_figure_layer (const gchar *name, const GeglRectangle *place, gboolean clear, gpointer data, GError **error)
{
  const Run *run = data;
  gboolean gray = gimp_image_get_base_type (run->figure_image) == GIMP_GRAY;
  GimpImageType type = gray ? (clear ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE) : (clear ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  GimpLayer *layer
      = gimp_layer_new (run->figure_image, name, place->width, place->height, type, 100, GIMP_LAYER_MODE_NORMAL);

  if (!layer)
    {
      conv_layer_figure_set_memory_error (error, run->figure);
      return NULL;
    }
  gimp_image_insert_layer (run->figure_image, layer, NULL, 0);
  gimp_layer_set_offsets (layer, place->x, place->y);
  gimp_drawable_fill (GIMP_DRAWABLE (layer), clear ? GIMP_FILL_TRANSPARENT : GIMP_FILL_WHITE);
  return gimp_drawable_get_buffer (GIMP_DRAWABLE (layer));
}

/* LAYER in another image, under its own name; NULL: no memory. */
static GimpLayer *
copy_layer (GimpLayer *layer, GimpImage *image)
{
  GimpLayer *copy = gimp_layer_new_from_drawable (GIMP_DRAWABLE (layer), image);
  gchar *name = gimp_item_get_name (GIMP_ITEM (layer));

  if (copy)
    gimp_item_set_name (GIMP_ITEM (copy), name);
  g_free (name);
  return copy;
}

/* The interpolation that the user or a script has chosen must not count. */
static gboolean
scale_layer (GimpLayer *layer, gint width, gint height)
{
  gboolean done;

  if (gimp_drawable_get_width (GIMP_DRAWABLE (layer)) == width
      && gimp_drawable_get_height (GIMP_DRAWABLE (layer)) == height)
    return TRUE;
  gimp_context_push ();
  gimp_context_set_interpolation (GIMP_INTERPOLATION_CUBIC);
  done = gimp_layer_scale (layer, width, height, FALSE);
  gimp_context_pop ();
  return done;
}

static gboolean
copy_to_figure (gint map, const gchar *name, const GeglRectangle *place, gpointer data, GError **error)
{
  const Run *run = data;
  const Run *from = map < 0 ? run->picture : run;
  GimpLayer *copy = copy_layer (from->layers->pdata[MAX (map, 0)], run->figure_image);

  if (copy)
    gimp_image_insert_layer (run->figure_image, copy, NULL, 0);
  if (!copy || !scale_layer (copy, place->width, place->height))
    {
      conv_layer_figure_set_memory_error (error, run->figure);
      return FALSE;
    }
  if (name)
    gimp_item_set_name (GIMP_ITEM (copy), name);
  gimp_layer_set_offsets (copy, place->x, place->y);
  return TRUE;
}

static gboolean
compute_picture (Run *run, GError **error)
{
  ConvLayerOptions *options = conv_layer_figure_picture_options (run->options, error);

  if (!options)
    return FALSE;
  run->picture = run_new (run->image, run->drawable, options);
  run->picture->own_options = options;
  run->picture->progress_start = run->progress_start + run->progress_share;
  return compute (run->picture, error);
}

/* An image that nobody sees yet; it is RUN's. */
static gboolean
make_figure (Run *run, GError **error)
{
  ConvLayerFigureHost host = { new_figure_layer, copy_to_figure, run };

  run->figure_image = image_like (run->image, run->figure->width, run->figure->height);
  if (run->figure_image)
    return conv_layer_figure_draw (run->figure, run->options, run->maps, run->picture->maps->pdata[0], &host, error);
  conv_layer_figure_set_memory_error (error, run->figure);
  return FALSE;
}

/* From now on it is the user's; SHOW: opened in a window. */
static void
give_figure (Run *run, gboolean show)
{
  gimp_image_undo_enable (run->figure_image);
  gimp_image_clean_all (run->figure_image);
  if (show)
    gimp_display_new (run->figure_image);
  run->figure_image = NULL;
}

/* ---- the procedure ---- */

/* There is one, and all are of IMAGE. */
static gboolean
has_drawables (GimpImage *image, GimpDrawable **drawables)
{
  for (gsize i = 0; drawables && drawables[i]; i++)
    if (gimp_item_get_image (GIMP_ITEM (drawables[i])) != image)
      return FALSE;
  return drawables && drawables[0];
}

static gboolean
check_image (GimpImage *image, GimpDrawable **drawables, GError **error)
{
  gchar *name = gimp_image_get_name (image);
  gboolean good = FALSE;

  if (!has_drawables (image, drawables))
    conv_layer_set_no_drawable_error (error);
  else if (gimp_image_get_base_type (image) == GIMP_INDEXED)
    conv_layer_set_indexed_error (error, name);
  else if (gimp_image_get_floating_sel (image))
    conv_layer_set_floating_error (error, name);
  else
    good = TRUE;
  g_free (name);
  return good;
}

/* All that is made before the image changes. */
static GPtrArray *
prepare_all (GimpImage *image, GimpDrawable **drawables, const ConvLayerOptions *options, GError **error)
{
  gsize count = gimp_core_object_array_get_length ((GObject **) drawables);
  GPtrArray *runs = g_ptr_array_new_with_free_func (run_free);
  gboolean done = TRUE;

  gimp_progress_init (_("Convolutional layer"));
  for (gsize i = 0; done && i < count; i++)
    {
      Run *run = run_new (image, drawables[i], options);

      run->progress_start = (gdouble) i / (gdouble) count;
      run->progress_share = 1.0 / (gdouble) count;
      g_ptr_array_add (runs, run);
      done = compute (run, error) && (!run->figure || compute_picture (run, error));
    }
  /* Cancel, which kills, goes with the progress: layers without a group, and
   * the groups of several drawables, come one by one, and a figure is an image
   * that nobody sees while it is made. */
  if (done)
    gimp_progress_end ();
  for (guint i = 0; done && options->figure && i < runs->len; i++)
    done = make_figure (runs->pdata[i], error);
  for (guint i = 0; done && options->group && i < runs->len; i++)
    done = make_group (runs->pdata[i], error);
  if (!done)
    g_clear_pointer (&runs, g_ptr_array_unref);
  return runs;
}

/* The sources stay selected. */
static void
select_sources (GimpImage *image, GimpDrawable **drawables)
{
  GPtrArray *layers = g_ptr_array_new ();
  GPtrArray *channels = g_ptr_array_new ();

  for (gsize i = 0; drawables[i]; i++)
    if (GIMP_IS_LAYER_MASK (drawables[i]))
      g_ptr_array_add (layers, gimp_layer_from_mask (GIMP_LAYER_MASK (drawables[i])));
    else if (GIMP_IS_LAYER (drawables[i]))
      g_ptr_array_add (layers, drawables[i]);
    else if (!GIMP_IS_SELECTION (drawables[i]))
      g_ptr_array_add (channels, drawables[i]);
  g_ptr_array_add (layers, NULL);
  g_ptr_array_add (channels, NULL);
  if (layers->len > 1)
    gimp_image_set_selected_layers (image, (const GimpLayer **) layers->pdata);
  else if (channels->len > 1)
    gimp_image_set_selected_channels (image, (const GimpChannel **) channels->pdata);
  g_ptr_array_unref (layers);
  g_ptr_array_unref (channels);
}

/* What follows when the layers are in the image. */
static void
finish (Run *run, gboolean show)
{
  gchar *clipped = conv_layer_clip_message (run->maps);

  if (run->figure)
    give_figure (run, show);
  if (clipped)
    g_message ("%s", clipped);
  g_free (clipped);
}

/* SHOW: figures are opened in windows. */
static GObject **
insert_all (GimpImage *image, GimpDrawable **drawables, GPtrArray *runs, gboolean show)
{
  GPtrArray *all = g_ptr_array_new ();
  /* One group of maps is one step by itself, and nothing comes between. */
  gboolean several = runs->len > 1 || !((Run *) runs->pdata[0])->options->group;

  if (several)
    gimp_image_undo_group_start (image);
  for (guint i = 0; i < runs->len; i++)
    {
      const Run *run = runs->pdata[i];

      insert_layers (runs->pdata[i]);
      for (guint n = 0; n < run->layers->len; n++)
        g_ptr_array_add (all, run->layers->pdata[n]);
    }
  select_sources (image, drawables);
  if (several)
    gimp_image_undo_group_end (image);
  for (guint i = 0; i < runs->len; i++)
    finish (runs->pdata[i], show);
  g_ptr_array_add (all, NULL);
  return (GObject **) g_ptr_array_free (all, FALSE);
}

static ConvLayerOptions *
read_options (GimpProcedureConfig *config, GError **error)
{
  ConvLayerValues values;
  ConvLayerOptions *options;

  conv_layer_values_init (values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    g_object_get_property (G_OBJECT (config), conv_layer_argument_info ((ConvLayerArgument) i)->name, &values[i]);
  options = conv_layer_options_new (values, error);
  conv_layer_values_clear (values);
  return options;
}

/* ---- the dialog ---- */

/* Bytes a pixel that a new layer of IMAGE takes. */
static gint
bytes_per_pixel (GimpImage *image)
{
  const gint channels = gimp_image_get_base_type (image) == GIMP_GRAY ? 1 : 3;

  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U8_NON_LINEAR:
    case GIMP_PRECISION_U8_PERCEPTUAL:
      return channels;
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U16_NON_LINEAR:
    case GIMP_PRECISION_U16_PERCEPTUAL:
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_HALF_NON_LINEAR:
    case GIMP_PRECISION_HALF_PERCEPTUAL:
      return 2 * channels;
    case GIMP_PRECISION_DOUBLE_LINEAR:
    case GIMP_PRECISION_DOUBLE_NON_LINEAR:
    case GIMP_PRECISION_DOUBLE_PERCEPTUAL:
      return 8 * channels;
    default:
      return 4 * channels;
    }
}

/* About the first drawable.  FALSE without ERROR: Cancel. */
static gboolean
ask (GimpProcedure *procedure, GimpProcedureConfig *config, GimpImage *image, GimpDrawable *drawable, GError **error)
{
  Run run = { .image = image, .drawable = drawable };
  gchar *folder;
  ConvLayerEditorHost host;
  gboolean run_it;

  if (!find_area (&run, error))
    return FALSE;
  folder = g_build_filename (gimp_directory (), "conv-layer", NULL);
  host = (ConvLayerEditorHost) { .open_buffer = open_buffer,
                                 .data = &run,
                                 .bytes_per_pixel = bytes_per_pixel (image),
                                 .dialect = CONV_LAYER_SCRIPT_FU_3,
                                 .folder = folder };
  run_it = get_source (&run, &host.source, error) && conv_layer_dialog_run (procedure, config, &host);
  forget_pixels (&run);
  g_free (folder);
  return run_it;
}

static gboolean
start (GimpRunMode run_mode, GError **error)
{
  if (!conv_layer_prepare (error))
    return FALSE;
  /* No thread of ours runs meanwhile: GTK's classes and what a thread registers of GObject can wait for each other. */
  if (run_mode != GIMP_RUN_INTERACTIVE || gtk_init_check (NULL, NULL))
    return TRUE;
  conv_layer_set_display_error (error);
  return FALSE;
}

static GimpValueArray *
conv_layer_run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image, GimpDrawable **drawables,
                GimpProcedureConfig *config, gpointer run_data)
{
  GError *error = NULL;
  ConvLayerOptions *options = NULL;
  GPtrArray *runs = NULL;
  GimpValueArray *values;

  (void) run_data;
  conv_layer_trace ("run", "%s", "");
  if (start (run_mode, &error) && check_image (image, drawables, &error)
      && (run_mode != GIMP_RUN_INTERACTIVE || ask (procedure, config, image, drawables[0], &error)))
    options = read_options (config, &error);
  if (options)
    runs = prepare_all (image, drawables, options, &error);
  if (runs)
    {
      const gboolean show = run_mode != GIMP_RUN_NONINTERACTIVE;

      values = gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
      GIMP_VALUES_TAKE_CORE_OBJECT_ARRAY (values, 1, insert_all (image, drawables, runs, show));
      /* GIMP composes the image anew at that; a script asks for it when it is done. */
      if (show)
        gimp_displays_flush ();
      g_ptr_array_unref (runs);
    }
  else
    {
      values = gimp_procedure_new_return_values (procedure, error ? GIMP_PDB_EXECUTION_ERROR : GIMP_PDB_CANCEL, error);
    }
  g_clear_pointer (&options, conv_layer_options_free);
  return values;
}

/* ---- registration ---- */

static gchar *
plug_in_file (const gchar *name)
{
  gchar *folder = g_path_get_dirname (gimp_get_progname ());
  gchar *path = g_build_filename (folder, name, NULL);

  g_free (folder);
  return path;
}

/* Numbers are declared without limits: GIMP would put the default for some
 * wrong ones without a word, and conv_layer_options_new() says what is wrong. */
static void
add_argument (GimpProcedure *procedure, const ConvLayerArgumentInfo *info)
{
  const gchar *label = _(info->label);
  const gchar *help = _(info->help);

  if (info->type == G_TYPE_STRING)
    gimp_procedure_add_string_argument (procedure, info->name, label, help, info->text, G_PARAM_READWRITE);
  else if (info->type == G_TYPE_INT)
    gimp_procedure_add_int_argument (procedure, info->name, label, help, G_MININT, G_MAXINT, (gint) info->number,
                                     G_PARAM_READWRITE);
  else if (info->type == G_TYPE_DOUBLE)
    gimp_procedure_add_double_argument (procedure, info->name, label, help, -G_MAXDOUBLE, G_MAXDOUBLE, info->number,
                                        G_PARAM_READWRITE);
  else
    gimp_procedure_add_boolean_argument (procedure, info->name, label, help, info->number != 0, G_PARAM_READWRITE);
}

static void
set_icon (GimpProcedure *procedure)
{
  gchar *path = plug_in_file ("conv-layer.png");
  GFile *icon = g_file_new_for_path (path);

  if (g_file_query_exists (icon, NULL))
    gimp_procedure_set_icon_file (procedure, icon);
  g_object_unref (icon);
  g_free (path);
}

static GList *
conv_layer_query_procedures (GimpPlugIn *plug_in)
{
  (void) plug_in;
  return g_list_append (NULL, g_strdup (CONV_LAYER_PROCEDURE));
}

static GimpProcedure *
conv_layer_create_procedure (GimpPlugIn *plug_in, const gchar *name)
{
  GimpProcedure *procedure;

  if (g_strcmp0 (name, CONV_LAYER_PROCEDURE) != 0)
    return NULL;
  procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, conv_layer_run, NULL, NULL);
  gimp_procedure_set_image_types (procedure, "RGB*, GRAY*");
  gimp_procedure_set_sensitivity_mask (procedure,
                                       GIMP_PROCEDURE_SENSITIVE_DRAWABLE | GIMP_PROCEDURE_SENSITIVE_DRAWABLES);
  gimp_procedure_set_menu_label (procedure, _(conv_layer_menu_label ()));
  gimp_procedure_add_menu_path (procedure, "<Image>/Filters/Generic");
  gimp_procedure_set_documentation (procedure, _(conv_layer_blurb ()), _(conv_layer_help ()), name);
  gimp_procedure_set_attribution (procedure, "The conv-layer developers", "The conv-layer developers", "2026");
  set_icon (procedure);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    add_argument (procedure, conv_layer_argument_info ((ConvLayerArgument) i));
  gimp_procedure_add_core_object_array_return_value (
      procedure, "layers",
      _("Layers"), _("The new activation maps: for each drawable the pre-ReLU maps "
                                                       "in order, then the post-ReLU maps in order"),
                       GIMP_TYPE_LAYER, G_PARAM_READWRITE);
  return procedure;
}

/* GIMP takes translations from the plug-in's own folder only. */
static gboolean
conv_layer_set_i18n (GimpPlugIn *plug_in, const gchar *procedure_name, gchar **gettext_domain, gchar **catalog_dir)
{
  gchar *folder = plug_in_file ("locale");
  gboolean there = g_file_test (folder, G_FILE_TEST_IS_DIR);

  (void) plug_in;
  (void) procedure_name;
  g_free (folder);
  if (there)
    {
      *gettext_domain = g_strdup (GETTEXT_PACKAGE);
      *catalog_dir = g_strdup ("locale");
    }
  return there;
}

static void
conv_layer_class_init (ConvLayerClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = conv_layer_query_procedures;
  plug_in_class->create_procedure = conv_layer_create_procedure;
  plug_in_class->set_i18n = conv_layer_set_i18n;
}

static void
conv_layer_init (ConvLayer *plug_in)
{
  (void) plug_in;
}

GIMP_MAIN (conv_layer_get_type ())
