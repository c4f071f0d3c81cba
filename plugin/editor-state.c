/* editor-state.c: what the dialog remembers of itself, in one key file.
 * Knows no widget and none of the procedure's arguments. */

#include "editor-parts.h"

#include <errno.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define GROUP "dialog"
#define LARGEST 32767 /* pixels of a window */

static gchar *
state_path (const gchar *folder)
{
  return g_build_filename (folder, "dialog.ini", NULL);
}

static gint
read_size (GKeyFile *file, const gchar *key)
{
  return CLAMP (g_key_file_get_integer (file, GROUP, key, NULL), 0, LARGEST);
}

void
conv_layer_state_load (ConvLayerState *state, const gchar *folder)
{
  GKeyFile *file = g_key_file_new ();
  gchar *path = state_path (folder);
  gchar *zoom;

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  *state = (ConvLayerState) { .width = read_size (file, "width"),
                              .height = read_size (file, "height"),
                              .inspector = g_key_file_get_boolean (file, GROUP, "inspector", NULL),
                              .unused = g_key_file_get_string (file, GROUP, "unused-variants", NULL) };
  zoom = g_key_file_get_string (file, GROUP, "zoom", NULL);
  if (zoom)
    state->zoom = g_ascii_strtod (zoom, NULL);
  if (!(state->zoom > 0 && state->zoom < 1e3)) /* also not a number */
    state->zoom = 0;
  g_free (zoom);
  g_free (path);
  g_key_file_free (file);
}

gboolean
conv_layer_state_save (const ConvLayerState *state, const gchar *folder, GError **error)
{
  GKeyFile *file = g_key_file_new ();
  gchar *path = state_path (folder);
  gchar zoom[G_ASCII_DTOSTR_BUF_SIZE];
  gboolean saved = FALSE;

  g_key_file_set_integer (file, GROUP, "width", state->width);
  g_key_file_set_integer (file, GROUP, "height", state->height);
  g_key_file_set_string (file, GROUP, "zoom", g_ascii_dtostr (zoom, sizeof zoom, state->zoom));
  g_key_file_set_boolean (file, GROUP, "inspector", state->inspector);
  g_key_file_set_string (file, GROUP, "unused-variants", state->unused ? state->unused : "");
  if (g_mkdir_with_parents (folder, 0700) != 0)
    g_set_error (error, G_FILE_ERROR, (gint) g_file_error_from_errno (errno), "%s", g_strerror (errno));
  else
    saved = g_key_file_save_to_file (file, path, error); /* a new file that takes the old one's place */
  if (!saved && error && *error)
    g_prefix_error (error, _("The dialog's size and zoom could not be kept; make '%s' writable: "), folder);
  g_free (path);
  g_key_file_free (file);
  return saved;
}

void
conv_layer_state_clear (ConvLayerState *state)
{
  g_clear_pointer (&state->unused, g_free);
}
