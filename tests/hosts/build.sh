#!/usr/bin/env bash
# build.sh SOURCE BUILD [meson option...]: configures, builds and runs all
# suites, here as in a root; the results are left in BUILD/meson-logs.
# Installs nothing and counts nothing.
set -euo pipefail

source=$1 build=$2
# Pages of 2 MB for what malloc takes: on a virtual machine most of GIMP's time is page faults, of 4 KB each otherwise.
export GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}
# Results of an earlier run must never be taken for this one's.
rm -f "$build"/meson-logs/testlog*
"$source/tests/hosts/configure.sh" "$@"
ninja -C "$build"
meson test -C "$build" --print-errorlogs
