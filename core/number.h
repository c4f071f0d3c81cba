/* number.h: private: decimal numbers as text, the same in every locale.
 * Knows nothing of filters. */

#ifndef CONV2D_NUMBER_H
#define CONV2D_NUMBER_H

#include <stddef.h>

#include "conv2d.h"

/* Bytes of the unsigned decimal number at the start of TEXT: digits with at
 * most one dot, then perhaps an exponent; 0 when there is none. */
size_t conv2d_number_length (const char *text);

/* The double nearest to the LENGTH bytes that conv2d_number_length() found;
 * CONV2D_NOT_FINITE when it is too large, CONV2D_NO_MEMORY. */
Conv2dStatus conv2d_number_value (const char *text, size_t length, double *value);

#define CONV2D_NUMBER_SIZE 40
/* The shortest text that reads back to VALUE, which is finite; integers
 * below 1e15 stand without an exponent. */
void conv2d_number_format (double value, char text[CONV2D_NUMBER_SIZE]);

#endif
