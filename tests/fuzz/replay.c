/* replay.c: a fuzzing target without libFuzzer: runs it once on each of the
 * files that are named, for tools that libFuzzer does not go with. */

#include "fuzz.h"

static void
run_file (const char *path)
{
  FILE *file = fopen (path, "rb");
  static uint8_t data[1 << 16];
  uint8_t *exact;
  size_t size;

  FUZZ_CHECK (file);
  size = fread (data, 1, sizeof data, file);
  fclose (file);
  exact = malloc (size > 0 ? size : 1);
  FUZZ_CHECK (exact);
  memcpy (exact, data, size);
  LLVMFuzzerTestOneInput (exact, size);
  free (exact);
}

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    run_file (argv[i]);
  printf ("%d files\n", argc - 1);
  return argc < 2;
}
