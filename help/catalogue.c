/* catalogue.c: reads a compiled catalogue (.mo) itself and stands in for
 * gettext, which translates only in a locale that is installed, and in C.UTF-8
 * not any more: a machine that builds packages has no other.  Knows no page. */

#include "catalogue.h"

#include <string.h>

static GHashTable *texts; /* of the original texts, both in BYTES; NULL: none is translated */
static gchar *bytes;

/* The linker puts it in the place of g_dgettext(). */
const gchar *__wrap_g_dgettext (const gchar *domain, const gchar *text);

const gchar *
__wrap_g_dgettext (const gchar *domain, const gchar *text)
{
  const gchar *found = texts && g_strcmp0 (domain, GETTEXT_PACKAGE) == 0 ? g_hash_table_lookup (texts, text) : NULL;

  return found ? found : text;
}

/* The 32-bit number AT; SIZE and SWAPPED are the file's. */
static gsize
read_number (gsize at, gsize size, gboolean swapped)
{
  guint32 number = 0;

  if (at + sizeof number <= size)
    memcpy (&number, bytes + at, sizeof number);
  return swapped ? GUINT32_SWAP_LE_BE (number) : number;
}

/* Number I of the texts that the table AT tells of; NULL: not in the file. */
static gchar *
read_text (gsize at, gsize i, gsize size, gboolean swapped)
{
  gsize length = read_number (at + 8 * i, size, swapped), start = read_number (at + 8 * i + 4, size, swapped);

  return start + length < size && bytes[start + length] == '\0' ? bytes + start : NULL;
}

gboolean
help_catalogue_use (const gchar *path, GError **error)
{
  gsize size, count, from, to;
  gboolean swapped;

  if (!g_file_get_contents (path, &bytes, &size, error))
    return FALSE;
  swapped = read_number (0, size, FALSE) == 0xde120495;
  count = read_number (8, size, swapped);
  from = read_number (12, size, swapped);
  to = read_number (16, size, swapped);
  texts = g_hash_table_new (g_str_hash, g_str_equal);
  for (gsize i = 0; i < count; i++)
    {
      gchar *text = read_text (from, i, size, swapped), *translated = read_text (to, i, size, swapped);

      if (!text || !translated)
        break;
      if (*translated)
        g_hash_table_insert (texts, text, translated);
    }
  if (read_number (0, size, swapped) == 0x950412de && count > 0 && g_hash_table_size (texts) > count / 2)
    return TRUE;
  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s is no catalogue of translations", path);
  return FALSE;
}
