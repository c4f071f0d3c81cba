/* fuzz-glib.h: what the targets with GLib share: a folder for their files, in
 * memory where that can be, and texts parted by zero bytes. */

#ifndef FUZZ_GLIB_H
#define FUZZ_GLIB_H

#include <glib.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <unistd.h>

#include "fuzz.h"
#include "options.h"

static gchar *fuzz_folder;

static void
fuzz_remove_folder (void)
{
  GDir *dir = g_dir_open (fuzz_folder, 0, NULL);
  const gchar *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      gchar *path = g_build_filename (fuzz_folder, name, NULL);

      g_remove (path);
      g_free (path);
    }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (fuzz_folder);
  g_free (fuzz_folder);
}

static inline void
fuzz_make_folder (void)
{
  fuzz_folder = g_strdup_printf ("%s/conv-layer-fuzz-%d",
                                 g_file_test ("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm" : g_get_tmp_dir (),
                                 (int) getpid ());
  FUZZ_CHECK (g_mkdir_with_parents (fuzz_folder, 0700) == 0);
  atexit (fuzz_remove_folder);
}

static inline void
fuzz_write_file (const gchar *path, const void *bytes, size_t size)
{
  FILE *file = fopen (path, "wb");

  FUZZ_CHECK (file && fwrite (bytes, 1, size, file) == size && fclose (file) == 0);
}

/* GLib itself complains of a key file's value with two wrong escapes, and reads
 * on; no other warning is harmless here. */
static inline GLogWriterOutput
fuzz_log (GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
  for (gsize i = 0; i < count; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0
        && g_str_has_prefix (fields[i].value, "GError set over the top of a previous GError"))
      return G_LOG_WRITER_HANDLED;
  FUZZ_CHECK (g_log_writer_standard_streams (level, fields, count, data) == G_LOG_WRITER_HANDLED);
  FUZZ_CHECK (level > G_LOG_LEVEL_WARNING);
  return G_LOG_WRITER_HANDLED;
}

static inline void
fuzz_start (void)
{
  g_log_set_writer_func (fuzz_log, NULL, NULL);
  setlocale (LC_ALL, "C.UTF-8");
}

/* Takes the text up to the next zero byte or the end; free with g_free(). */
static inline gchar *
fuzz_take_text (const uint8_t **data, size_t *size)
{
  gchar *text = fuzz_text (*data, *size);
  size_t length = strlen (text);

  if (length < *size)
    length++; /* the zero byte */
  if (length > 0)
    *data += length;
  *size -= length;
  return text;
}

/* One sentence that can be shown. */
static inline void
fuzz_check_sentence (const GError *error)
{
  FUZZ_CHECK (error && g_utf8_validate (error->message, -1, NULL));
  FUZZ_CHECK (strlen (error->message) > 20 && g_str_has_suffix (error->message, "."));
}

/* Every argument from the bytes; initialises VALUES. */
static inline void
fuzz_take_values (const uint8_t **data, size_t *size, ConvLayerValues values)
{
  conv_layer_values_init (values);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      gchar *text = fuzz_take_text (data, size);

      if (*text == '\0')
        ; /* its default */
      else if (G_VALUE_HOLDS_STRING (&values[i]))
        g_value_set_string (&values[i], text);
      else if (G_VALUE_HOLDS_INT (&values[i]))
        g_value_set_int (&values[i], (gint) CLAMP (g_ascii_strtoll (text, NULL, 10), G_MININT, G_MAXINT));
      else if (G_VALUE_HOLDS_DOUBLE (&values[i]))
        g_value_set_double (&values[i], g_ascii_strtod (text, NULL));
      else
        g_value_set_boolean (&values[i], *text == 't');
      g_free (text);
    }
}

#endif
