/* help.c: the help page in the user's language.  Knows no widget and not which
 * GIMP it is in. */

#include "help.h"

/* Free with g_free(). */
static gchar *
page_path (const gchar *folder, const gchar *language)
{
  gchar *name = g_strconcat (language, ".html", NULL);
  gchar *path = g_build_filename (folder, "help", name, NULL);

  g_free (name);
  return path;
}

gchar *
conv_layer_help_page (const gchar *program)
{
  const gchar *const *languages = g_get_language_names ();
  gchar *folder = g_path_get_dirname (program);
  gchar *path = NULL;

  for (gsize i = 0; languages[i] && !path; i++)
    {
      path = page_path (folder, languages[i]);
      if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
        g_clear_pointer (&path, g_free);
    }
  if (!path)
    path = page_path (folder, "en");
  g_free (folder);
  return path;
}
