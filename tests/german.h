/* german.h: the locale de_DE.UTF-8, whose decimal sign is a comma.
 * Knows nothing of what is tested. */

#ifndef GERMAN_H
#define GERMAN_H

#include <glib.h>

/* Enters it; where this machine has none, one is compiled into the build
 * folder.  FALSE when that cannot be: the case is then marked as skipped. */
gboolean german_start (void);

/* Back to the locale C. */
void german_stop (void);

#endif
