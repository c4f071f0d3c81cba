#!/usr/bin/env bash
# memory.sh: the most memory the plug-in's process held (its largest resident
# set), with GIMP's tile cache set to 64 MB.
#   memory.sh BUILD-FOLDER
set -euo pipefail
build=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/profile/plug-ins/conv-layer"
cp "$build/plugin/conv-layer" "$work/profile/plug-ins/conv-layer/"
echo '(tile-cache-size 64M)' >"$work/profile/gimprc"

# Wraps the plug-in: what it ran with, and its VmHWM when it ends.
cat >"$work/wrapper.c" <<'END'
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int
main (int argc, char **argv)
{
  struct rusage usage;
  int status;
  pid_t child = fork ();

  (void) argc;
  if (child == 0)
    {
      execv (argv[2], argv + 2);
      _exit (127);
    }
  waitpid (child, &status, 0);
  getrusage (RUSAGE_CHILDREN, &usage);
  FILE *out = fopen (argv[1], "a");
  fprintf (out, "%ld\n", usage.ru_maxrss);
  fclose (out);
  return WIFEXITED (status) ? WEXITSTATUS (status) : 1;
}
END
cc -O1 -o "$work/wrapper" "$work/wrapper.c"

variants=f
for i in $(seq 2 64); do variants+=", $i*f"; done
if gimp-console --version | grep -q 2.10; then
    run () { echo "(plug-in-conv-layer RUN-NONINTERACTIVE image layer \"-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1\"
             \"$1\" \"$2\" \"opencv\" \"valid\" \"zeros\" 1 1 0 \"map\" TRUE)"; }
    new='(car (gimp-layer-new image side side RGB-IMAGE "l" 100 LAYER-MODE-NORMAL))'
    start () { env -u XDG_CACHE_HOME GIMP2_DIRECTORY=$work/profile gimp -i -d -f -b "$1" -b '(gimp-quit 0)'; }
else
    run () { echo "(plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
             #:variants \"$1\" #:maps \"$2\")"; }
    new='(car (gimp-layer-new image "l" side side RGB-IMAGE 100 LAYER-MODE-NORMAL))'
    start () { env -u XDG_CACHE_HOME GIMP3_DIRECTORY=$work/profile gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b "$1"; }
fi
measure () # LABEL SIDE VARIANTS MAPS LIMIT
{
    # A fresh home: babl takes up to 360 MB for a moment when it starts and finds
    # its cache of conversions, in every program that uses it.
    rm -rf "$work/home" && mkdir "$work/home"
    : >"$work/peak"
    GIMP_PLUGIN_DEBUG_WRAP=conv-layer GIMP_PLUGIN_DEBUG_WRAPPER="$work/wrapper $work/peak" HOME=$work/home \
        start "(let* ((side $2) (image (car (gimp-image-new side side RGB))) (layer $new))
                 (gimp-image-undo-disable image)
                 (gimp-image-insert-layer image layer 0 0)
                 (gimp-context-set-gradient-fg-bg-rgb)
                 (gimp-drawable-edit-gradient-fill layer GRADIENT-LINEAR 0 FALSE 1 0 FALSE 0 0 side (/ side 3))
                 $(run "$3" "$4"))" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    awk -v l="$1" -v limit="$5" '{ printf "%-28s %6.1f MiB (limit %d)\n", l, $1 / 1024, limit }' "$work/peak"
}
measure '100 Mpx, 8 maps' 10000 'f, -f, f.T, -f.T' both 320
measure '1 Mpx, 64 maps' 1000 "$variants" pre-relu 160
