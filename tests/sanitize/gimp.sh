#!/usr/bin/env bash
# gimp.sh [TEST...]: the plug-in itself under the sanitizers of addresses, leaks
# and undefined behaviour inside GIMP, over the integration suite (or the tests
# named).  Only the plug-in's processes are looked at.  Ends with how many of
# them there were and how many had something to tell; what they told stays in the
# build folder.  In another GIMP:
#   tests/hosts/root.sh run trixie sh -c \
#     'CONV_LAYER_GENERATION=3 CONV_LAYER_ASAN_BUILD=$BUILD-asan tests/sanitize/gimp.sh'
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
cd "$top"
generation=${CONV_LAYER_GENERATION:-2}
build=${CONV_LAYER_ASAN_BUILD:-$top/build-asan}

log=$(mktemp)
{
  "$top/tests/hosts/configure.sh" "$top" "$build" -Dgimp="$generation" -Demulated=false -Dbuildtype=debugoptimized \
    -Db_sanitize=address,undefined -Db_lundef=false &&
    ninja -C "$build"
} >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
rm -f "$log"
tests=("$@")
# test-faults caps the address space, of which the sanitizer takes terabytes.
((${#tests[@]})) ||
  mapfile -t tests < <(meson test -C "$build" --list --suite gimp 2>/dev/null | sed -n 's|.* / ||p' | grep -vx test-faults)
reports=$build/gimp-reports
rm -rf "$reports"
mkdir -p "$reports"
# GTK 3's file chooser loses, in its own main loop and by functions without a
# name, a file each time and the errors of what it no longer waits for.  GIMP 2.10
# looks at the same function of ours, which gets one file and gives it back.
# So with the help page: before it is shown, GTK 3 loses the name that it made
# for the dialog's window.
{
  cat "$here/leaks.supp"
  ((generation == 2)) || printf 'leak:%s\n' ask_file gtk_show_uri_on_window
} >"$reports/leaks.supp"
status=0
# Every process that was looked at to its end has a file of its own
# (log_threads), named after its program: some tests start others of ours, too.
# Whole stacks, so that what a library makes is known as its own.
ASAN_OPTIONS=log_path=$reports/asan:log_exe_name=1:detect_leaks=1:fast_unwind_on_malloc=0:abort_on_error=0:\
allocator_may_return_null=1 \
  LSAN_OPTIONS=suppressions=$reports/leaks.supp:print_suppressions=0:log_threads=1 \
  UBSAN_OPTIONS=log_path=$reports/ubsan:halt_on_error=0:print_stacktrace=1 \
  meson test -C "$build" --print-errorlogs -t 10 --suite gimp "${tests[@]}" || status=1
processes=$(find "$reports" -name 'asan.conv-layer.*' | wc -l)
mapfile -t telling < <(grep -lsrE 'ERROR: |runtime error: |SUMMARY: ' "$reports")
((${#telling[@]} == 0)) || sed -s '/^==[0-9]*==\(Processing\|Stack\|TLS\) /d' "${telling[@]}" | awk 'NR <= 400'
echo "processes of the plug-in: $processes, with reports: ${#telling[@]}"
exit $((status || ${#telling[@]} > 0 || processes == 0))
