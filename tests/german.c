/* german.c: the locale de_DE.UTF-8, whose decimal sign is a comma, and others.
 * Knows nothing of what is tested. */

#include "german.h"

#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

const gchar *const locale_names[] = { "de_DE", "fr_FR", "tr_TR", "ar_EG", "fa_IR", "ja_JP", NULL };

/* Compiles NAME into the tests' build folder, once for all programs: each makes
 * one of its own, and the first to finish gives it its place. */
static gboolean
compile (const gchar *name)
{
  g_autofree gchar *folder = g_test_build_filename (G_TEST_BUILT, "locale", NULL);
  g_autofree gchar *full = g_strconcat (name, ".UTF-8", NULL);
  g_autofree gchar *path = g_build_filename (folder, full, NULL);
  g_autofree gchar *draft = g_strdup_printf ("%s/draft-%08x%08x", folder, g_random_int (), g_random_int ());
  const gchar *arguments[] = { "localedef", "-i", name, "-f", "UTF-8", draft, NULL };
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
  good = setlocale (LC_ALL, full) != NULL;
  g_unsetenv ("LOCPATH");
  return good;
}

gboolean
locale_start (const gchar *name)
{
  g_autofree gchar *full = g_strconcat (name, ".UTF-8", NULL);
  g_autofree gchar *reason = g_strdup_printf ("no locale %s here, and localedef makes none", full);

  if (setlocale (LC_ALL, full) || compile (name))
    return TRUE;
  german_stop ();
  g_test_skip (reason);
  return FALSE;
}

gboolean
german_start (void)
{
  if (!locale_start ("de_DE"))
    return FALSE;
  g_assert_cmpstr (localeconv ()->decimal_point, ==, ",");
  return TRUE;
}

void
german_stop (void)
{
  setlocale (LC_ALL, "C");
}
