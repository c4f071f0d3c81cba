/* gimp2.c: the plug-in in GIMP 2.10: registration, arguments, last values,
 * layers, undo.  Knows no arithmetic, pixel format, stride or variant. */

#include <string.h>

#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>

#include <glib/gi18n-lib.h>

#include "describe.h"
#include "figure.h"
#include "gimp2-dialog.h"
#include "last-values.h"
#include "trace.h"

#define FIRST_OPTION 3 /* after run-mode, image and drawable */

/* ---- the run ---- */

typedef struct Run Run;

struct Run
{
  gint32 image, drawable;
  gint32 home; /* the image that the layers are made in: a draft if they get a group */
  ConvLayerOptions *options;
  GeglRectangle area;      /* of the drawable */
  GPtrArray *maps;         /* ConvLayerMap */
  GArray *layers;          /* gint32 */
  GPtrArray *buffers;      /* of the layers */
  gboolean inserted;       /* they are in an image */
  gint32 whole;            /* the group of them, not yet in the image, or -1 */
  gboolean silent;         /* no progress is told */
  ConvLayerFigure *figure; /* or NULL */
  Run *picture;            /* for the figure: makes one map, the picture; or NULL */
  gint32 figure_image;     /* which nobody sees yet, or -1 */
};

static GeglBuffer *
new_map (const ConvLayerMap *map, gpointer data, GError **error)
{
  Run *run = data;
  gint x, y;
  gchar *name = conv_layer_map_name (map);
  GimpImageType type = gimp_image_base_type (run->image) == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE;
  gint32 layer = gimp_layer_new (run->home, name, map->width, map->height, type, 100,
                                 gimp_image_get_default_new_layer_mode (run->image));
  GeglBuffer *buffer;

  g_free (name);
  if (layer < 0)
    {
      conv_layer_set_layer_error (error, map);
      return NULL;
    }
  gimp_drawable_offsets (run->drawable, &x, &y);
  gimp_layer_set_offsets (layer, x + run->area.x + map->x, y + run->area.y + map->y);
  buffer = gimp_drawable_get_buffer (layer);
  g_array_append_val (run->layers, layer);
  g_ptr_array_add (run->buffers, buffer);
  return buffer;
}

static void
progress (const gchar *text, gdouble fraction, gpointer data)
{
  const Run *run = data;

  if (run->silent)
    return;
  gimp_progress_set_text (text);
  gimp_progress_update (fraction);
}

/* To GIMP at once, tile by tile, while the other threads compute. */
static void
drawn (GeglBuffer *buffer, gpointer data)
{
  (void) data;
  gegl_buffer_flush (buffer);
}

static gboolean
check_image (const Run *run, GError **error)
{
  gchar *name;
  gboolean good = FALSE;

  if (!gimp_item_is_valid (run->drawable) || !gimp_item_is_drawable (run->drawable)
      || gimp_item_get_image (run->drawable) != run->image)
    {
      conv_layer_set_no_drawable_error (error);
      return FALSE;
    }
  name = gimp_image_get_name (run->image);
  if (gimp_image_base_type (run->image) == GIMP_INDEXED)
    conv_layer_set_indexed_error (error, name);
  else if (gimp_image_get_floating_sel (run->image) >= 0)
    conv_layer_set_floating_error (error, name);
  else
    good = TRUE;
  g_free (name);
  return good;
}

static gboolean
find_area (Run *run, GError **error)
{
  GeglRectangle *area = &run->area;
  gchar *name;

  if (gimp_drawable_mask_intersect (run->drawable, &area->x, &area->y, &area->width, &area->height) && area->width > 0
      && area->height > 0)
    return TRUE;
  name = gimp_item_get_name (run->drawable);
  conv_layer_set_selection_error (error, name, gimp_drawable_width (run->drawable),
                                  gimp_drawable_height (run->drawable));
  g_free (name);
  return FALSE;
}

/* Without its buffer. */
static ConvLayerSource
get_source (const Run *run)
{
  return (ConvLayerSource) { .area = run->area,
                             .own_codes
                             = gimp_item_is_channel (run->drawable) || gimp_item_is_layer_mask (run->drawable) };
}

/* Free with g_object_unref().  GEGL starts when pixels are wanted first: that
 * takes a tenth of a second, in which the dialog is there already. */
static GeglBuffer *
open_buffer (gpointer data)
{
  const Run *run = data;

  gegl_init (NULL, NULL);
  return gimp_drawable_get_buffer (run->drawable);
}

static void
attach_json (const Run *run, guint i)
{
  gchar *json = conv_layer_map_json (run->options, run->maps->pdata[i]);
  GimpParasite *parasite
      = gimp_parasite_new (CONV_LAYER_PARASITE, GIMP_PARASITE_PERSISTENT, (guint32) strlen (json) + 1, json);

  gimp_item_attach_parasite (g_array_index (run->layers, gint32, i), parasite);
  gimp_parasite_free (parasite);
  g_free (json);
}

/* An image like that of RUN, which nobody sees; to be deleted or shown.  -1: none. */
static gint32
draft_new (const Run *run, gint width, gint height)
{
  gint32 draft = gimp_image_new_with_precision (width, height, gimp_image_base_type (run->image),
                                                gimp_image_get_precision (run->image));
  GimpColorProfile *profile;

  if (draft < 0)
    return draft;
  profile = gimp_image_get_color_profile (run->image);
  gimp_image_undo_disable (draft);
  if (profile)
    {
      gimp_image_set_color_profile (draft, profile);
      g_object_unref (profile);
    }
  return draft;
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
  if (run->options->group)
    run->home = draft_new (run, gimp_image_width (run->image), gimp_image_height (run->image));
  run->layers = g_array_new (FALSE, FALSE, sizeof (gint32));
  run->buffers = g_ptr_array_new_with_free_func (g_object_unref);
  source = get_source (run);
  source.buffer = open_buffer (run);
  run->maps = conv_layer_render (run->options, &source, &host, error);
  g_object_unref (source.buffer);
  /* The pixels reach GIMP when the last reference goes. */
  g_ptr_array_set_size (run->buffers, 0);
  for (guint i = 0; run->maps && i < run->layers->len; i++)
    attach_json (run, i);
  return run->maps != NULL;
}

/* ---- inserting ---- */

/* The source stays selected. */
static void
select_source (const Run *run)
{
  if (gimp_item_is_layer_mask (run->drawable))
    gimp_image_set_active_layer (run->image, gimp_layer_from_mask (run->drawable));
  else if (gimp_item_is_layer (run->drawable))
    gimp_image_set_active_layer (run->image, run->drawable);
  else if (!gimp_item_is_selection (run->drawable))
    gimp_image_set_active_channel (run->image, run->drawable);
}

static gint32
draft_group (gint32 draft, const gchar *name, gint32 parent, gint position)
{
  gint32 group = gimp_layer_group_new (draft);

  gimp_item_set_name (group, name);
  gimp_image_insert_layer (draft, group, parent, position);
  return group;
}

static void
show_maps (gint32 whole)
{
  gint stages_count, maps_count;
  gint *stages = gimp_item_get_children (whole, &stages_count);

  for (gint i = 0; i < stages_count; i++)
    {
      gint *maps = gimp_item_get_children (stages[i], &maps_count);

      for (gint n = 0; n < maps_count; n++)
        gimp_item_set_visible (maps[n], TRUE);
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
  gint32 whole = draft_group (run->home, conv_layer_group_name (), 0, 0), stage = -1;
  gint inside = 0, stages = 0;

  run->inserted = TRUE;
  for (guint i = 0; i < run->layers->len; i++)
    {
      const ConvLayerMap *map = run->maps->pdata[i];
      gint32 layer = g_array_index (run->layers, gint32, i);

      if (map->output == 1)
        {
          stage = draft_group (run->home, conv_layer_stage_name (map->stage), whole, stages++);
          gimp_item_set_visible (stage, FALSE);
          inside = 0;
        }
      gimp_item_set_visible (layer, FALSE);
      gimp_image_insert_layer (run->home, layer, stage, inside++);
    }
  run->whole = gimp_layer_new_from_drawable (whole, run->image);
  if (run->whole < 0)
    {
      conv_layer_set_memory_error (error);
      return FALSE;
    }
  gimp_item_set_name (run->whole, conv_layer_group_name ());
  show_maps (run->whole);
  return TRUE;
}

/* Returns the group or the first map.  A group comes at once: whenever the
 * plug-in is killed, the image has all of it or nothing. */
static gint32
insert_layers (Run *run)
{
  gboolean above = gimp_item_is_layer (run->drawable);
  gint32 parent = above ? gimp_item_get_parent (run->drawable) : -1;
  gint position = above ? MAX (0, gimp_image_get_item_position (run->image, run->drawable)) : 0;
  gint32 result;

  parent = MAX (parent, 0); /* 0: the top of the tree */
  if (run->options->group)
    {
      result = run->whole;
      run->whole = -1;
      gimp_image_insert_layer (run->image, result, parent, position);
    }
  else
    {
      gimp_image_undo_group_start (run->image);
      run->inserted = TRUE;
      for (guint i = 0; i < run->layers->len; i++)
        gimp_image_insert_layer (run->image, g_array_index (run->layers, gint32, i), parent, position + (gint) i);
      result = g_array_index (run->layers, gint32, 0);
      gimp_image_undo_group_end (run->image);
    }
  select_source (run);
  return result;
}

/* ---- the figure ---- */

static GeglBuffer *
new_figure_layer (const gchar *name, const GeglRectangle *place, gboolean clear, gpointer data, GError **error)
{
  const Run *run = data;
  gboolean gray = gimp_image_base_type (run->figure_image) == GIMP_GRAY;
  GimpImageType type = gray ? (clear ? GIMP_GRAYA_IMAGE : GIMP_GRAY_IMAGE) : (clear ? GIMP_RGBA_IMAGE : GIMP_RGB_IMAGE);
  gint32 layer
      = gimp_layer_new (run->figure_image, name, place->width, place->height, type, 100, GIMP_LAYER_MODE_NORMAL);

  if (layer < 0)
    {
      conv_layer_figure_set_memory_error (error, run->figure);
      return NULL;
    }
  gimp_image_insert_layer (run->figure_image, layer, 0, 0);
  gimp_layer_set_offsets (layer, place->x, place->y);
  gimp_drawable_fill (layer, clear ? GIMP_FILL_TRANSPARENT : GIMP_FILL_WHITE);
  return gimp_drawable_get_buffer (layer);
}

/* LAYER in another image, under its own name; -1: no memory. */
static gint32
copy_layer (gint32 layer, gint32 image)
{
  gint32 copy = gimp_layer_new_from_drawable (layer, image);
  gchar *name = gimp_item_get_name (layer);

  if (copy >= 0)
    gimp_item_set_name (copy, name);
  g_free (name);
  return copy;
}

/* The interpolation that the user or a script has chosen must not count. */
static gboolean
scale_layer (gint32 layer, gint width, gint height)
{
  gboolean done;

  if (gimp_drawable_width (layer) == width && gimp_drawable_height (layer) == height)
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
  gint32 copy = copy_layer (g_array_index (from->layers, gint32, MAX (map, 0)), run->figure_image);

  if (copy >= 0)
    gimp_image_insert_layer (run->figure_image, copy, 0, 0);
  if (copy < 0 || !scale_layer (copy, place->width, place->height))
    {
      conv_layer_figure_set_memory_error (error, run->figure);
      return FALSE;
    }
  if (name)
    gimp_item_set_name (copy, name);
  gimp_layer_set_offsets (copy, place->x, place->y);
  return TRUE;
}

static gboolean
compute_picture (Run *run, GError **error)
{
  ConvLayerOptions *options = conv_layer_figure_picture_options (run->options, error);

  if (!options)
    return FALSE;
  run->picture = g_new (Run, 1);
  *run->picture = (Run) { .image = run->image,
                          .home = run->image,
                          .drawable = run->drawable,
                          .options = options,
                          .silent = TRUE,
                          .whole = -1,
                          .figure_image = -1 };
  return compute (run->picture, error);
}

/* An image that nobody sees yet; it is RUN's. */
static gboolean
make_figure (Run *run, GError **error)
{
  ConvLayerFigureHost host = { new_figure_layer, copy_to_figure, run };

  run->figure_image = draft_new (run, run->figure->width, run->figure->height);
  if (run->figure_image >= 0)
    return conv_layer_figure_draw (run->figure, run->options, run->maps, run->picture->maps->pdata[0], &host, error);
  conv_layer_figure_set_memory_error (error, run->figure);
  return FALSE;
}

/* From now on it is the user's. */
static void
give_figure (Run *run, gboolean show)
{
  gimp_image_undo_enable (run->figure_image);
  gimp_image_clean_all (run->figure_image);
  if (show)
    gimp_display_new (run->figure_image);
  run->figure_image = -1;
}

/* ---- the whole ---- */

/* What RUN still has in GIMP goes, too. */
static void
release (Run *run)
{
  if (run->buffers)
    g_ptr_array_unref (run->buffers);
  for (guint i = 0; run->layers && !run->inserted && i < run->layers->len; i++)
    gimp_item_delete (g_array_index (run->layers, gint32, i));
  if (run->layers)
    g_array_unref (run->layers);
  if (run->whole >= 0)
    gimp_item_delete (run->whole);
  if (run->home >= 0 && run->home != run->image)
    gimp_image_delete (run->home);
  if (run->figure_image >= 0)
    gimp_image_delete (run->figure_image);
  if (run->picture)
    release (run->picture);
  g_clear_pointer (&run->picture, g_free);
  g_clear_pointer (&run->figure, conv_layer_figure_free);
  g_clear_pointer (&run->maps, g_ptr_array_unref);
  g_clear_pointer (&run->options, conv_layer_options_free);
}

/* All that is made before the image changes. */
static gboolean
prepare (Run *run, GError **error)
{
  gimp_progress_init (_("Convolutional layer"));
  if (!compute (run, error) || (run->figure && !compute_picture (run, error)))
    return FALSE;
  /* Cancel, which kills, goes with the progress: layers without a group come
   * one by one, and the figure is an image that nobody sees while it is made. */
  gimp_progress_end ();
  return (!run->figure || make_figure (run, error)) && (!run->options->group || make_group (run, error));
}

/* The layer that the procedure returns; -1 with ERROR set, and nothing left in
 * GIMP.  SHOW: a figure is opened in a window. */
static gint32
run_filter (Run *run, gboolean show, GError **error)
{
  gchar *clipped;
  gint32 result;

  if (!prepare (run, error))
    return -1;
  result = insert_layers (run);
  if (run->figure)
    give_figure (run, show);
  clipped = conv_layer_clip_message (run->maps);
  if (clipped)
    g_message ("%s", clipped);
  g_free (clipped);
  return result;
}

/* ---- last values ----
 * GIMP 2.10 forgets a plug-in's data when it ends; a file in its profile does not. */

/* Free with g_free(). */
static gchar *
last_values_path (void)
{
  return g_build_filename (gimp_directory (), "conv-layer", "last-values.ini", NULL);
}

static void
load_last_values (ConvLayerValues values)
{
  gchar *path = last_values_path ();

  conv_layer_last_values_load (path, values);
  g_free (path);
}

static void
save_last_values (const ConvLayerValues values)
{
  gchar *path = last_values_path ();
  GError *error = NULL;

  if (!conv_layer_last_values_save (path, values, &error))
    g_message ("%s", error->message);
  g_clear_error (&error);
  g_free (path);
}

/* ---- the procedure ---- */

/* How many options the procedure NAME has. */
static gint
options_of (const gchar *name)
{
  return strcmp (name, CONV_LAYER_FIGURE_PROCEDURE) == 0 ? CONV_LAYER_N_ARGUMENTS : CONV_LAYER_FIGURE;
}

/* The first COUNT of the values. */
static void
read_params (const GimpParam *params, gint count, ConvLayerValues values)
{
  for (gint i = 0; i < count; i++)
    {
      const GimpParam *param = &params[FIRST_OPTION + i];

      if (G_VALUE_HOLDS_STRING (&values[i]))
        g_value_set_string (&values[i], param->data.d_string);
      else if (G_VALUE_HOLDS_INT (&values[i]))
        g_value_set_int (&values[i], param->data.d_int32);
      else if (G_VALUE_HOLDS_DOUBLE (&values[i]))
        g_value_set_double (&values[i], param->data.d_float);
      else
        g_value_set_boolean (&values[i], param->data.d_int32 != 0);
    }
}

/* Bytes a pixel that a new layer of IMAGE takes. */
static gint
bytes_per_pixel (gint32 image)
{
  const gint channels = gimp_image_base_type (image) == GIMP_GRAY ? 1 : 3;

  switch (gimp_image_get_precision (image))
    {
    case GIMP_PRECISION_U8_LINEAR:
    case GIMP_PRECISION_U8_GAMMA:
      return channels;
    case GIMP_PRECISION_U16_LINEAR:
    case GIMP_PRECISION_U16_GAMMA:
    case GIMP_PRECISION_HALF_LINEAR:
    case GIMP_PRECISION_HALF_GAMMA:
      return 2 * channels;
    case GIMP_PRECISION_DOUBLE_LINEAR:
    case GIMP_PRECISION_DOUBLE_GAMMA:
      return 8 * channels;
    default:
      return 4 * channels;
    }
}

/* FALSE without ERROR: Cancel. */
static gboolean
ask (Run *run, ConvLayerValues values, GError **error)
{
  gchar *folder;
  ConvLayerEditorHost host;
  gboolean run_it;

  if (!find_area (run, error))
    return FALSE;
  folder = g_build_filename (gimp_directory (), "conv-layer", NULL);
  host = (ConvLayerEditorHost) { .source = get_source (run),
                                 .open_buffer = open_buffer,
                                 .data = run,
                                 .bytes_per_pixel = bytes_per_pixel (run->image),
                                 .dialect = CONV_LAYER_SCRIPT_FU_2,
                                 .folder = folder };
  run_it = conv_layer_dialog_run (&host, values);
  g_free (folder);
  return run_it;
}

/* -1 without ERROR: the user does not want it. */
static gint32
run_procedure (const gchar *name, gint n_params, const GimpParam *params, GError **error)
{
  GimpRunMode run_mode = (GimpRunMode) params[0].data.d_int32;
  Run run = { .image = params[1].data.d_image,
              .home = params[1].data.d_image,
              .drawable = params[2].data.d_drawable,
              .whole = -1,
              .figure_image = -1 };
  gint count = options_of (name);
  ConvLayerValues values;
  gint32 result = -1;

  conv_layer_values_init (values);
  if (run_mode == GIMP_RUN_NONINTERACTIVE && n_params == FIRST_OPTION + count)
    read_params (params, count, values);
  else
    load_last_values (values);

  if (run_mode == GIMP_RUN_INTERACTIVE && !gtk_init_check (NULL, NULL))
    conv_layer_set_display_error (error);
  else if (check_image (&run, error) && (run_mode != GIMP_RUN_INTERACTIVE || ask (&run, values, error)))
    run.options = conv_layer_options_new (values, error);
  if (run.options)
    result = run_filter (&run, run_mode != GIMP_RUN_NONINTERACTIVE, error);
  /* GIMP composes the image anew at that; a script asks for it when it is done. */
  if (result >= 0 && run_mode != GIMP_RUN_NONINTERACTIVE)
    gimp_displays_flush ();
  if (result >= 0 && run_mode == GIMP_RUN_INTERACTIVE)
    save_last_values (values);
  release (&run);
  conv_layer_values_clear (values);
  return result;
}

static gchar *
plug_in_file (const gchar *name)
{
  gchar *folder = g_path_get_dirname (gimp_get_progname ());
  gchar *path = g_build_filename (folder, name, NULL);

  g_free (folder);
  return path;
}

/* A user's install has its translations beside the plug-in, a system's where all are. */
static gchar *
locale_folder (void)
{
  gchar *own = plug_in_file ("locale");

  if (g_file_test (own, G_FILE_TEST_IS_DIR))
    return own;
  g_free (own);
  return g_strdup (LOCALEDIR);
}

static void
run (const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **result)
{
  static GimpParam values[2]; /* GIMP reads them after the return */
  static gchar *message = NULL;
  gchar *folder = locale_folder ();
  GError *error = NULL;
  gint32 layer = -1;

  conv_layer_trace ("run", "%s", "");
  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  g_free (folder);

  if (conv_layer_prepare (&error))
    layer = run_procedure (name, n_params, params, &error);
  values[0].type = GIMP_PDB_STATUS;
  *n_values = 2;
  *result = values;
  if (layer >= 0)
    {
      values[0].data.d_status = GIMP_PDB_SUCCESS;
      values[1].type = GIMP_PDB_LAYER;
      values[1].data.d_layer = layer;
      return;
    }
  if (!error)
    {
      values[0].data.d_status = GIMP_PDB_CANCEL;
      *n_values = 1;
      return;
    }
  g_free (message);
  message = g_strdup (error->message);
  g_error_free (error);
  values[0].data.d_status = GIMP_PDB_EXECUTION_ERROR;
  values[1].type = GIMP_PDB_STRING;
  values[1].data.d_string = message;
}

/* ---- registration ---- */

static GimpParamDef
param_for (const ConvLayerArgumentInfo *info)
{
  GimpParamDef param = { GIMP_PDB_STRING, (gchar *) info->name, (gchar *) _(info->help) };

  if (info->type == G_TYPE_DOUBLE)
    param.type = GIMP_PDB_FLOAT;
  else if (info->type != G_TYPE_STRING)
    param.type = GIMP_PDB_INT32;
  return param;
}

static void
query (void)
{
  GimpParamDef params[FIRST_OPTION + CONV_LAYER_N_ARGUMENTS]
      = { { GIMP_PDB_INT32, "run-mode", "The run mode { RUN-INTERACTIVE (0), RUN-NONINTERACTIVE (1) }" },
          { GIMP_PDB_IMAGE, "image", "Input image" },
          { GIMP_PDB_DRAWABLE, "drawable", "Input drawable" } };
  const GimpParamDef values[] = { { GIMP_PDB_LAYER, "layer", "The layer group, or the first activation map" } };
  gchar *folder = locale_folder ();
  gchar *icon = plug_in_file ("conv-layer.png");

  gimp_plugin_domain_register (GETTEXT_PACKAGE, folder);
  bindtextdomain (GETTEXT_PACKAGE, folder);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    params[FIRST_OPTION + i] = param_for (conv_layer_argument_info ((ConvLayerArgument) i));
  gimp_install_procedure (CONV_LAYER_PROCEDURE, conv_layer_blurb (), conv_layer_help (), "The conv-layer developers",
                          "The conv-layer developers", "2026", conv_layer_menu_label (), "RGB*, GRAY*", GIMP_PLUGIN,
                          FIRST_OPTION + options_of (CONV_LAYER_PROCEDURE), G_N_ELEMENTS (values), params, values);
  /* Script-Fu refuses a call that does not give all arguments: one more would
   * break every script there is.  In no menu. */
  gimp_install_procedure (CONV_LAYER_FIGURE_PROCEDURE, conv_layer_blurb (), conv_layer_help (),
                          "The conv-layer developers", "The conv-layer developers", "2026", NULL, "RGB*, GRAY*",
                          GIMP_PLUGIN, FIRST_OPTION + options_of (CONV_LAYER_FIGURE_PROCEDURE), G_N_ELEMENTS (values),
                          params, values);
  gimp_plugin_menu_register (CONV_LAYER_PROCEDURE, "<Image>/Filters/Generic");
  if (g_file_test (icon, G_FILE_TEST_IS_REGULAR))
    gimp_plugin_icon_register (CONV_LAYER_PROCEDURE, GIMP_ICON_TYPE_IMAGE_FILE, (const guint8 *) icon);
  g_free (icon);
  g_free (folder);
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
