/* trace.c: moments of the dialog, for tests and measurements.
 * Knows nothing of what it tells. */

#include "trace.h"

#include <stdio.h>

#include <glib/gstdio.h>

static GMutex lock;

void
conv_layer_trace (const gchar *event, const gchar *format, ...)
{
  const gchar *path = g_getenv ("CONV_LAYER_TRACE");
  gint64 now = g_get_monotonic_time ();
  va_list arguments;
  gchar *text;
  FILE *file;

  if (!path)
    return;
  va_start (arguments, format);
  text = format ? g_strdup_vprintf (format, arguments) : g_strdup ("");
  va_end (arguments);
  g_mutex_lock (&lock);
  file = g_fopen (path, "a");
  if (file)
    {
      fprintf (file, "%" G_GINT64_FORMAT " %s %s\n", now, event, text);
      fclose (file);
    }
  g_mutex_unlock (&lock);
  g_free (text);
}
