/* rows-check.h: one instruction set's row functions against the scalar ones,
 * bit for bit, on random rows.  Standard C and mmap only, so that it can be
 * built for a processor that has no GLib here. */

#ifndef ROWS_CHECK_H
#define ROWS_CHECK_H

#include "conv2d-row.h"

typedef struct
{
  const char *name;
  /* One random shape; false with TEXT filled when a bit differs or a byte
   * outside the row was touched.  (Reading outside of it is a crash.) */
  bool (*run) (const Conv2dRows *rows, uint64_t *seed, char *text, size_t size);
  int share; /* of 100 shapes */
} RowsCheck;

/* The next random bits are these bytes, borrowed; when they are used up, SEED's again. */
void rows_check_tape (const uint8_t *bytes, size_t size);

extern const RowsCheck rows_checks[];
extern const int n_rows_checks;

#endif
