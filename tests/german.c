/* german.c: the locale de_DE.UTF-8, whose decimal sign is a comma.
 * Knows nothing of what is tested. */

#include "german.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#define NAME "de_DE.UTF-8"

static gboolean
has_comma (void)
{
  return setlocale (LC_ALL, NAME) && strcmp (localeconv ()->decimal_point, ",") == 0;
}

/* Compiles it into the tests' build folder, once for all programs: each makes
 * one of its own, and the first to finish gives it its place. */
static gboolean
compile (void)
{
  g_autofree gchar *folder = g_test_build_filename (G_TEST_BUILT, "locale", NULL);
  g_autofree gchar *path = g_build_filename (folder, NAME, NULL);
  g_autofree gchar *draft = g_strdup_printf ("%s/draft-%08x%08x", folder, g_random_int (), g_random_int ());
  const gchar *arguments[] = { "localedef", "-i", "de_DE", "-f", "UTF-8", draft, NULL };
  gboolean good;

  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    {
      g_mkdir_with_parents (folder, 0777);
      g_spawn_sync (NULL, (gchar **) arguments, NULL,
                    G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL,
                    NULL, NULL, NULL);
      g_rename (draft, path);
    }
  g_setenv ("LOCPATH", folder, TRUE);
  good = has_comma ();
  g_unsetenv ("LOCPATH");
  return good;
}

gboolean
german_start (void)
{
  if (has_comma () || compile ())
    return TRUE;
  german_stop ();
  g_test_skip ("no locale " NAME " here, and localedef makes none");
  return FALSE;
}

void
german_stop (void)
{
  setlocale (LC_ALL, "C");
}
