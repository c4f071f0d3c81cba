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
}

static gint32
new_group (gint32 image, gint32 parent, gint position)
{
  gint32 group = gimp_layer_group_new (image);

  gimp_image_insert_layer (image, group, parent, position);
  return group;
}

static void
run (const gchar *name, gint n_params, const GimpParam *params, gint *n_values, GimpParam **result)
{
  static GimpParam values[1];
  gint32 image = params[1].data.d_image, drawable = params[2].data.d_drawable;
  gint32 layers[FLOOR_LAYERS];
  gint32 whole, stages[2];
  GimpImageType type = gimp_image_base_type (image) == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE;
  Floor floor;

  (void) name;
  (void) n_params;
  gegl_init (NULL, NULL);
  for (gint i = 0; i < FLOOR_LAYERS; i++)
    {
      layers[i] = gimp_layer_new (image, "floor", gimp_drawable_width (drawable) - 3,
                                  gimp_drawable_height (drawable) - 3, type, 100, GIMP_LAYER_MODE_NORMAL);
      gimp_layer_set_offsets (layers[i], 1, 1);
      floor.buffers[i] = gimp_drawable_get_buffer (layers[i]);
    }
  floor_fill (&floor);
  gimp_image_undo_group_start (image);
  whole = new_group (image, 0, 0);
  for (gint i = 0; i < 2; i++)
    stages[i] = new_group (image, whole, i);
  for (gint i = 0; i < FLOOR_LAYERS; i++)
    gimp_image_insert_layer (image, layers[i], stages[i / 4], i % 4);
  gimp_image_undo_group_end (image);
  values[0].type = GIMP_PDB_STATUS;
  values[0].data.d_status = GIMP_PDB_SUCCESS;
  *n_values = 1;
  *result = values;
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
