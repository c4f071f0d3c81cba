/* last-values.c: the arguments of the last run in a key file.
 * Knows not where the file lies, no widget and not which GIMP it is in. */

#include "last-values.h"

#include <string.h>

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#define GROUP "last-values"

/* TEXT must be a whole value of its kind. */
static void
read_value (const gchar *text, GValue *value)
{
  gchar *end = NULL;

  if (G_VALUE_HOLDS_STRING (value))
    {
      g_value_set_string (value, text);
    }
  else if (G_VALUE_HOLDS_INT (value))
    {
      gint64 number = g_ascii_strtoll (text, &end, 10);

      if (end > text && *end == '\0')
        g_value_set_int (value, (gint) CLAMP (number, G_MININT, G_MAXINT));
    }
  else if (G_VALUE_HOLDS_DOUBLE (value))
    {
      gdouble number = g_ascii_strtod (text, &end);

      if (end > text && *end == '\0')
        g_value_set_double (value, number);
    }
  else if (strcmp (text, "true") == 0 || strcmp (text, "false") == 0)
    {
      g_value_set_boolean (value, *text == 't');
    }
}

void
conv_layer_last_values_load (const gchar *path, ConvLayerValues values)
{
  GKeyFile *file = g_key_file_new ();

  g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL);
  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const gchar *name = conv_layer_argument_info ((ConvLayerArgument) i)->name;
      gchar *text = g_key_file_get_string (file, GROUP, name, NULL);

      if (text)
        read_value (text, &values[i]);
      g_free (text);
    }
  g_key_file_free (file);
}

gboolean
conv_layer_last_values_save (const gchar *path, const ConvLayerValues values, GError **error)
{
  GKeyFile *file = g_key_file_new ();
  gchar *folder = g_path_get_dirname (path);
  GError *reason = NULL;
  gboolean good;

  for (gint i = 0; i < CONV_LAYER_N_ARGUMENTS; i++)
    {
      const gchar *name = conv_layer_argument_info ((ConvLayerArgument) i)->name;
      gchar number[G_ASCII_DTOSTR_BUF_SIZE];

      if (G_VALUE_HOLDS_STRING (&values[i]))
        g_key_file_set_string (file, GROUP, name, g_value_get_string (&values[i]));
      else if (G_VALUE_HOLDS_INT (&values[i]))
        g_key_file_set_integer (file, GROUP, name, g_value_get_int (&values[i]));
      else if (G_VALUE_HOLDS_DOUBLE (&values[i]))
        g_key_file_set_string (file, GROUP, name,
                               g_ascii_dtostr (number, sizeof number, g_value_get_double (&values[i])));
      else
        g_key_file_set_boolean (file, GROUP, name, g_value_get_boolean (&values[i]));
    }
  g_mkdir_with_parents (folder, 0700);
  good = g_key_file_save_to_file (file, path, &reason);
  if (!good)
    g_set_error (error, CONV_LAYER_ERROR, CONV_LAYER_ERROR_FILE,
                 _("The settings could not be kept for the next run (%s); make '%s' writable."), reason->message,
                 folder);
  g_clear_error (&reason);
  g_free (folder);
  g_key_file_free (file);
  return good;
}
