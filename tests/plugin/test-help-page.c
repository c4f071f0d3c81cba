/* test-help-page.c: which help page is chosen.  Knows no page's contents. */

#include "help.h"

#include <glib/gstdio.h>

static gchar *folder;

static void
assert_page (const gchar *languages, const gchar *name)
{
  gchar *program = g_build_filename (folder, "conv-layer", NULL);
  gchar *wanted = g_build_filename (folder, "help", name, NULL);
  gchar *page;

  g_setenv ("LANGUAGE", languages, TRUE);
  page = conv_layer_help_page (program);
  g_assert_cmpstr (page, ==, wanted);
  g_free (page);
  g_free (wanted);
  g_free (program);
}

static void
language (void)
{
  assert_page ("de", "de.html");
  assert_page ("de_AT.UTF-8", "de.html");
  assert_page ("es_MX", "es.html");
  assert_page ("en_GB", "en.html");
}

static void
order (void)
{
  assert_page ("fr:es:de", "es.html");
  assert_page ("de:es", "de.html");
  assert_page ("en:de", "en.html");
}

static void
english_for_others (void)
{
  assert_page ("fr", "en.html");
  assert_page ("ja:ko", "en.html");
  assert_page ("C", "en.html");
}

/* Also where there is none at all: what is told has to name a file. */
static void
missing (void)
{
  gchar *other = g_build_filename (folder, "elsewhere", "conv-layer", NULL);
  gchar *wanted = g_build_filename (folder, "elsewhere", "help", "en.html", NULL);
  gchar *page = conv_layer_help_page (other);

  g_assert_cmpstr (page, ==, wanted);
  g_free (page);
  g_free (wanted);
  g_free (other);
}

static void
for_each_page (void (*function) (const gchar *path))
{
  static const gchar *const names[] = { "en.html", "de.html", "es.html" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      gchar *path = g_build_filename (folder, "help", names[i], NULL);

      function (path);
      g_free (path);
    }
}

static void
make (const gchar *path)
{
  g_assert_true (g_file_set_contents (path, "", -1, NULL));
}

static void
forget (const gchar *path)
{
  g_assert_cmpint (g_unlink (path), ==, 0);
}

int
main (int argc, char **argv)
{
  gchar *pages;
  int result;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("conv-layer-XXXXXX", NULL);
  g_assert_nonnull (folder);
  pages = g_build_filename (folder, "help", NULL);
  g_assert_cmpint (g_mkdir (pages, 0700), ==, 0);
  for_each_page (make);
  g_test_add_func ("/plugin/help/language", language);
  g_test_add_func ("/plugin/help/order", order);
  g_test_add_func ("/plugin/help/english-for-others", english_for_others);
  g_test_add_func ("/plugin/help/missing", missing);
  result = g_test_run ();
  for_each_page (forget);
  g_assert_cmpint (g_rmdir (pages), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  g_free (pages);
  g_free (folder);
  return result;
}
