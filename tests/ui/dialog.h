/* dialog.h: the editor in a dialog of its own, as both hosts have it, over a
 * picture made up here.  Knows no GIMP. */

#ifndef DIALOG_H
#define DIALOG_H

#include "editor.h"

typedef struct
{
  ConvLayerSettings *settings;
  GtkWidget *window, *editor;
  gchar *folder; /* of its presets and state */
} Dialog;

/* The input has WIDTH x HEIGHT pixels, the options are the initial ones. */
void dialog_open (Dialog *dialog, gint width, gint height);
/* With PADDING for its, as of a run before; it may be one that cannot be. */
void dialog_open_padded (Dialog *dialog, gint width, gint height, const gchar *padding);
/* As Cancel; nothing of it is left. */
void dialog_close (Dialog *dialog);

/* In how many labels of WINDOW TEXT can be read. */
guint dialog_times_told (GtkWidget *window, const gchar *text);

/* LABEL has the key of what has the text OTHER. */
typedef void (*DialogClashFunc) (GtkWidget *label, const gchar *other);

/* The mnemonics of all that can be seen of WINDOW, each key with the text of its
 * label.  CLASH is called for each label that comes second.  Free with
 * g_hash_table_unref(). */
GHashTable *dialog_mnemonics (GtkWidget *window, DialogClashFunc clash);

#endif
