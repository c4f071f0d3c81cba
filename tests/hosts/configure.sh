#!/usr/bin/env bash
# configure.sh SOURCE BUILD [meson option...]: a build folder with these
# options, new or used before; one that another meson left half-made or that is
# too old is made anew.  Knows none of the options.
set -euo pipefail

source=$1 build=$2
shift 2
if [[ -f $build/build.ninja ]] && meson configure "$build" "$@"; then
  exit
fi
if [[ -f $build/meson-private/coredata.dat ]]; then
  meson setup --wipe "$@" "$build" "$source" && exit
  # --wipe keeps what the folder was given before, options too that are no more.
  rm -rf --one-file-system "$build"
fi
exec meson setup "$build" "$source" "$@"
