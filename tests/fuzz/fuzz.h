/* fuzz.h: what the fuzzing targets share.  Each target is one function that
 * libFuzzer, or replay.c, calls with bytes; a promise that is broken aborts. */

#ifndef FUZZ_H
#define FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
int LLVMFuzzerInitialize (int *argc, char ***argv);

#define FUZZ_CHECK(condition) \
  do \
    { \
      if (!(condition)) \
        { \
          fprintf (stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
          abort (); \
        } \
    } \
  while (0)

/* The bytes as a text in a block of its own, so that reading beyond it is
 * seen; free with free(). */
static inline char *
fuzz_text (const uint8_t *data, size_t size)
{
  char *text = malloc (size + 1);

  FUZZ_CHECK (text);
  if (size > 0)
    memcpy (text, data, size);
  text[size] = '\0';
  return text;
}

/* Takes one byte, 0 when there is none left. */
static inline int
fuzz_byte (const uint8_t **data, size_t *size)
{
  if (*size == 0)
    return 0;
  --*size;
  return *(*data)++;
}

#endif
