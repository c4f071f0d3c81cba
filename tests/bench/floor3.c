/* floor3.c: GIMP 3: a plug-in that makes the eight layers of the default run
 * with ready bytes.  For benchmarks only; never installed. */

#include <libgimp/gimp.h>

#include "floor.h"

typedef struct
{
  GimpPlugIn parent_instance;
} FloorPlugIn;

typedef struct
{
  GimpPlugInClass parent_class;
} FloorPlugInClass;

GType floor_plug_in_get_type (void) G_GNUC_CONST;

G_DEFINE_TYPE (FloorPlugIn, floor_plug_in, GIMP_TYPE_PLUG_IN)

static void
make_layers (GimpImage *image, GimpDrawable *drawable, GimpLayer **layers)
{
  GimpImageType type = gimp_image_get_base_type (image) == GIMP_GRAY ? GIMP_GRAY_IMAGE : GIMP_RGB_IMAGE;
  Floor floor;

  for (gint i = 0; i < FLOOR_LAYERS; i++)
    {
      layers[i] = gimp_layer_new (image, "floor", gimp_drawable_get_width (drawable) - 3,
                                  gimp_drawable_get_height (drawable) - 3, type, 100, GIMP_LAYER_MODE_NORMAL);
      gimp_layer_set_offsets (layers[i], 1, 1);
      floor.buffers[i] = gimp_drawable_get_buffer (GIMP_DRAWABLE (layers[i]));
    }
  floor_fill (&floor);
}

static GimpLayer *
new_group (GimpImage *image, GimpLayer *parent, gint position)
{
  GimpLayer *group = GIMP_LAYER (gimp_group_layer_new (image, "floor"));

  gimp_image_insert_layer (image, group, parent, position);
  return group;
}

static GimpLayer *
group_layers (GimpImage *image, GimpLayer *const *layers, gboolean seen)
{
  GimpLayer *whole = new_group (image, NULL, 0), *stage = NULL;

  for (gint i = 0; i < FLOOR_LAYERS; i++)
    {
      if (i % 4 == 0)
        {
          stage = new_group (image, whole, i / 4);
          gimp_item_set_visible (GIMP_ITEM (stage), seen);
        }
      gimp_item_set_visible (GIMP_ITEM (layers[i]), seen);
      gimp_image_insert_layer (image, layers[i], stage, i % 4);
    }
  return whole;
}

static void
show_children (GimpItem *group)
{
  GimpItem **children = gimp_item_get_children (group);

  for (gint i = 0; children[i]; i++)
    {
      if (gimp_item_is_group (children[i]))
        show_children (children[i]);
      gimp_item_set_visible (children[i], TRUE);
    }
  g_free (children);
}

static void
make_whole (GimpImage *image, GimpDrawable *drawable)
{
  GimpImage *draft
      = gimp_image_new (gimp_image_get_width (image), gimp_image_get_height (image), gimp_image_get_base_type (image));
  GimpLayer *layers[FLOOR_LAYERS], *whole;

  gimp_image_undo_disable (draft);
  floor_read (gimp_drawable_get_buffer (drawable));
  make_layers (draft, drawable, layers);
  whole = gimp_layer_new_from_drawable (GIMP_DRAWABLE (group_layers (draft, layers, FALSE)), image);
  show_children (GIMP_ITEM (whole));
  gimp_image_insert_layer (image, whole, NULL, 0);
  gimp_image_delete (draft);
}

static GimpValueArray *
run (GimpProcedure *procedure, GimpRunMode run_mode, GimpImage *image, GimpDrawable **drawables,
     GimpProcedureConfig *config, gpointer data)
{
  GimpLayer *layers[FLOOR_LAYERS];

  (void) run_mode;
  (void) config;
  (void) data;
  gegl_init (NULL, NULL);
  if (strcmp (gimp_procedure_get_name (procedure), WHOLE_PROCEDURE) == 0)
    make_whole (image, drawables[0]);
  else
    {
      make_layers (image, drawables[0], layers);
      gimp_image_undo_group_start (image);
      group_layers (image, layers, TRUE);
      gimp_image_undo_group_end (image);
    }
  return gimp_procedure_new_return_values (procedure, GIMP_PDB_SUCCESS, NULL);
}

static GList *
query_procedures (GimpPlugIn *plug_in)
{
  (void) plug_in;
  return g_list_append (g_list_append (NULL, g_strdup (FLOOR_PROCEDURE)), g_strdup (WHOLE_PROCEDURE));
}

static GimpProcedure *
create_procedure (GimpPlugIn *plug_in, const gchar *name)
{
  GimpProcedure *procedure = gimp_image_procedure_new (plug_in, name, GIMP_PDB_PROC_TYPE_PLUGIN, run, NULL, NULL);

  gimp_procedure_set_image_types (procedure, "*");
  gimp_procedure_set_documentation (procedure, "floor", "floor", NULL);
  return procedure;
}

static gboolean
set_i18n (GimpPlugIn *plug_in, const gchar *procedure_name, gchar **gettext_domain, gchar **catalog_dir)
{
  (void) plug_in;
  (void) procedure_name;
  (void) gettext_domain;
  (void) catalog_dir;
  return FALSE;
}

static void
floor_plug_in_class_init (FloorPlugInClass *klass)
{
  GimpPlugInClass *plug_in_class = GIMP_PLUG_IN_CLASS (klass);

  plug_in_class->query_procedures = query_procedures;
  plug_in_class->create_procedure = create_procedure;
  plug_in_class->set_i18n = set_i18n;
}

static void
floor_plug_in_init (FloorPlugIn *plug_in)
{
  (void) plug_in;
}

GIMP_MAIN (floor_plug_in_get_type ())
