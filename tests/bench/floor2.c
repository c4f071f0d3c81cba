/* floor2.c: GIMP 2.10: a plug-in that makes the eight layers of the default
 * run with ready bytes.  For benchmarks only; never installed. */

#include <libgimp/gimp.h>

#include "floor.h"

static void
query (void)
{
  static const GimpParamDef params[]
      = { { GIMP_PDB_INT32, "run-mode", "" }, { GIMP_PDB_IMAGE, "image", "" }, { GIMP_PDB_DRAWABLE, "drawable", "" } };

  gimp_install_procedure (FLOOR_PROCEDURE, "floor", "floor", "", "", "", NULL, "*", GIMP_PLUGIN, G_N_ELEMENTS (params),
                          0, params, NULL);
  gimp_install_procedure (WHOLE_PROCEDURE, "whole", "whole", "", "", "", NULL, "*", GIMP_PLUGIN, G_N_ELEMENTS (params),
                          0, params, NULL);
}

static void
make_layers (gint32 image, gint32 drawable, gint32 *layers)
{
  GimpImageType type = gimp_image_base_type (image) == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE;
  Floor floor;

  for (gint i = 0; i < FLOOR_LAYERS; i++)
    {
      layers[i] = gimp_layer_new (image, "floor", gimp_drawable_width (drawable) - 3,
                                  gimp_drawable_height (drawable) - 3, type, 100, GIMP_LAYER_MODE_NORMAL);
      gimp_layer_set_offsets (layers[i], 1, 1);
      floor.buffers[i] = gimp_drawable_get_buffer (layers[i]);
    }
  floor_fill (&floor);
}

static gint32
new_group (gint32 image, gint32 parent, gint position)
{
  gint32 group = gimp_layer_group_new (image);

  gimp_image_insert_layer (image, group, parent, position);
  return group;
}

static gint32
group_layers (gint32 image, const gint32 *layers, gboolean seen)
{
  gint32 whole = new_group (image, 0, 0), stage = -1;

  for (gint i = 0; i < FLOOR_LAYERS; i++)
    {
      if (i % 4 == 0)
        {
          stage = new_group (image, whole, i / 4);
          gimp_item_set_visible (stage, seen);
        }
      gimp_item_set_visible (layers[i], seen);
      gimp_image_insert_layer (image, layers[i], stage, i % 4);
    }
  return whole;
}

static void
show_children (gint32 group)
{
  gint count;
  gint *children = gimp_item_get_children (group, &count);

  for (gint i = 0; i < count; i++)
    {
      if (gimp_item_is_group (children[i]))
        show_children (children[i]);
      gimp_item_set_visible (children[i], TRUE);
    }
  g_free (children);
}

static void
make_whole (gint32 image, gint32 drawable)
{
  gint32 draft = gimp_image_new (gimp_image_width (image), gimp_image_height (image), gimp_image_base_type (image));
  gint32 layers[FLOOR_LAYERS], whole;

  gimp_image_undo_disable (draft);
  floor_read (gimp_drawable_get_buffer (drawable));
  make_layers (draft, drawable, layers);
  whole = gimp_layer_new_from_drawable (group_layers (draft, layers, FALSE), image);
  show_children (whole);
  gimp_image_insert_layer (image, whole, 0, 0);
  gimp_image_delete (draft);
}

static void
run (const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **result)
{
  static GimpParam values[1];
  gint32 image = params[1].data.d_image, drawable = params[2].data.d_drawable;
  gint32 layers[FLOOR_LAYERS];

  (void) n_params;
  gegl_init (NULL, NULL);
  if (strcmp (name, WHOLE_PROCEDURE) == 0)
    make_whole (image, drawable);
  else
    {
      make_layers (image, drawable, layers);
      gimp_image_undo_group_start (image);
      group_layers (image, layers, TRUE);
      gimp_image_undo_group_end (image);
    }
  values[0].type = GIMP_PDB_STATUS;
  values[0].data.d_status = GIMP_PDB_SUCCESS;
  *n_values = 1;
  *result = values;
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
