/* german.h: the locale de_DE.UTF-8, whose decimal sign is a comma, and others.
 * Knows nothing of what is tested. */

#ifndef GERMAN_H
#define GERMAN_H

#include <glib.h>

/* Enters it; where this machine has none, one is compiled into the build
 * folder.  FALSE when that cannot be: the case is then marked as skipped. */
gboolean german_start (void);

/* The same for another, "fa_IR". */
gboolean locale_start (const gchar *name);

/* Languages with other decimal signs, letters and directions; NULL-terminated. */
extern const gchar *const locale_names[];

/* Back to the locale C. */
void german_stop (void);

#endif
