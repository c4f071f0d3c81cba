/* toolkit.c: the part of toolkit.h that is the same in both GTKs.
 * Knows nothing of filters or maps. */

#include "toolkit.h"

void
conv_layer_widget_describe (GtkWidget *widget, const gchar *name, const gchar *description)
{
  AtkObject *accessible = gtk_widget_get_accessible (widget);

  if (name)
    atk_object_set_name (accessible, name);
  if (description)
    atk_object_set_description (accessible, description);
}
