/* trace.h: moments of the dialog with their times, written to the file that
 * CONV_LAYER_TRACE names; nothing without it.  Knows nothing of what it tells. */

#ifndef CONV_LAYER_TRACE_H
#define CONV_LAYER_TRACE_H

#include <glib.h>

G_BEGIN_DECLS

/* One line: microseconds of the monotonic clock, EVENT, and FORMAT's text (NULL:
 * none).  From any thread. */
void conv_layer_trace (const gchar *event, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

G_END_DECLS

#endif
