/* failing-memory.h: memory that runs out when a test wants it to.  The linker
 * puts it before the real allocators (--wrap) of what a test program holds
 * itself; knows nothing of what is tested. */

#ifndef FAILING_MEMORY_H
#define FAILING_MEMORY_H

#include <stddef.h>

/* From now on allocation N, counted from 1, fails, and each of more than MOST
 * bytes; 0 sets no such limit. */
void memory_start (int n, size_t most);

/* Nothing fails any more; returns how many allocations there were. */
int memory_stop (void);

/* How many blocks that were given between the two are not freed yet. */
int memory_left (void);

#endif
