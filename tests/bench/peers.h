/* peers.h: what peers.py calls through ctypes: the core and, where it is
 * there, oneDNN, both on the same data.  Planes are float32. */

#ifndef PEERS_H
#define PEERS_H

#include <stddef.h>

typedef struct PeersCore PeersCore;

/* The instruction set the core works with. */
const char *peers_core_set (void);

/* COUNT filters [rows][columns] over INPUT [height][width], both borrowed.
 * NULL: no memory, or the filters are larger than the input. */
PeersCore *peers_core_new (const float *input, int width, int height, float *weights, int count, int rows, int columns);
void peers_core_free (PeersCore *core);

/* Writes the pre-ReLU maps, then the post-ReLU maps, one a plane, rows STRIDE
 * bytes apart.  0, or 1 when there was no memory or no thread. */
int peers_core_run (const PeersCore *core, float *const *planes, ptrdiff_t stride, int threads);

/* Fills the same planes with floats of the input: the streaming limit. */
int peers_limit_run (const PeersCore *core, float *const *planes, ptrdiff_t stride, int threads);

typedef struct PeersOnednn PeersOnednn;

/* The same with oneDNN: MAPS has room for the pre-ReLU maps
 * [count][out height][out width], ACTIVATED for the post-ReLU ones.
 * BLOCKED: the convolution chooses its own memory layout and its result is
 * reordered to planes; else it writes planes.  NULL: oneDNN refused. */
PeersOnednn *peers_onednn_new (const float *input, int width, int height, const float *weights, int count, int rows,
                               int columns, float *maps, float *activated, int blocked);
void peers_onednn_free (PeersOnednn *onednn);
const char *peers_onednn_implementation (const PeersOnednn *onednn);
int peers_onednn_run (PeersOnednn *onednn); /* 0, or oneDNN's status */

#endif
