#!/usr/bin/env bash
# gimp.sh [TEST...]: the plug-in itself under the sanitizers of addresses and
# undefined behaviour inside this machine's GIMP, over the integration suite (or
# the tests named).  Only the plug-in's process is looked at.  Ends with how many
# reports there are; they stay in the build folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"
generation=${CONV_LAYER_GENERATION:-2}
build=${CONV_LAYER_ASAN_BUILD:-$top/build-asan}
# test-faults caps the address space, of which the sanitizer takes terabytes.
tests=("$@")
((${#tests[@]})) || tests=(test-registration test-maps test-precision test-result test-errors test-hostile test-same-bytes
                           test-undo test-carry test-recipes test-alone test-locales)

"$top/tests/hosts/configure.sh" "$top" "$build" -Dgimp="$generation" -Demulated=false -Dbuildtype=debugoptimized \
  -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
ninja -C "$build" plugin/conv-layer tests/carry-text >/dev/null
reports=$build/gimp-reports
rm -rf "$reports"
mkdir -p "$reports"
status=0
# What GTK, GEGL and babl keep to the end of a process is no leak of ours.
ASAN_OPTIONS=log_path=$reports/asan:detect_leaks=0:abort_on_error=0:allocator_may_return_null=1 \
  UBSAN_OPTIONS=log_path=$reports/ubsan:halt_on_error=0:print_stacktrace=1 \
  meson test -C "$build" --print-errorlogs -t 10 "${tests[@]}" || status=1
count=$(find "$reports" -type f | wc -l)
find "$reports" -type f -exec head -n 40 {} +
echo "sanitizer reports from the plug-in: $count"
exit $((status || count > 0))
