#!/usr/bin/env bash
# run.sh RESULTS [STEP...]: the sources and the tests under the tools that find
# what a test alone does not see.  Each STEP (all if none is named) adds lines to the
# file RESULTS, a fact and a tab and a name: pass, fail or skip, or the folder of
# a build whose tests ran.  Build folders are kept beside the others.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/hosts/steps.sh
source "$top/tests/hosts/steps.sh"
cd "$top"

results=${1:?usage: tests/sanitize/run.sh RESULTS [STEP...]}
shift
steps=("$@")
[[ ${*:-all} != all ]] || steps=(asan tsan msan analyzer valgrind cppcheck tidy fuzz)
generation=${CONV_LAYER_GENERATION:-2}
fuzz_seconds=${CONV_LAYER_FUZZ_SECONDS:-60}
logs=$top/build-sanitize
mkdir -p "$logs"

# record FACT NAME
record () { printf '%s\t%s\n' "$1" "$2" >>"$results"; say "$1: $2"; }

# build FOLDER COMPILER TARGETS... -- OPTIONS...
build ()
{
  local folder=$1 compiler=$2 targets=()
  shift 2
  while [[ $1 != -- ]]; do targets+=("$1"); shift; done
  shift
  rm -f "$folder"/meson-logs/testlog*
  CC=$compiler tests/hosts/configure.sh . "$folder" -Demulated=false -Dbuildtype=debugoptimized "$@" >"$logs/$folder.log" 2>&1 &&
    ninja -C "$folder" "${targets[@]}" >>"$logs/$folder.log" 2>&1 ||
    { tail -n 30 "$logs/$folder.log"; record fail "$folder: the build failed"; return 1; }
}

# Findings in core and plugin that LOG has lines for, as PATTERN tells.
count_findings ()
{
  local name=$1 log=$2 pattern=$3 found
  found=$(sed 's/\x1b\[[0-9;]*[mK]//g' "$log" | grep -E "$pattern" | sort -u) || true
  if [[ -z $found ]]; then
    record pass "$name: 0 findings"
  else
    printf '%s\n' "$found"
    record fail "$name: $(wc -l <<<"$found") findings"
  fi
}

# Addresses and undefined behaviour: the suites that need no GIMP.
step_asan ()
{
  build build-asan gcc all -- -Dgimp="$generation" -Db_sanitize=address,undefined -Db_lundef=false || return 0
  # Whole stacks, so that what a library makes at its start is known as its own.
  ASAN_OPTIONS=detect_leaks=1:abort_on_error=1:fast_unwind_on_malloc=0 UBSAN_OPTIONS=halt_on_error=1:abort_on_error=1:print_stacktrace=1 \
    LSAN_OPTIONS=suppressions=$here/leaks.supp:print_suppressions=0 \
    meson test -C build-asan --suite core --suite plugin --print-errorlogs -t 10 || true
  record "$top/build-asan" "address and undefined-behaviour sanitizers"
}

# Threads.  GLib and GEGL are built without the sanitizer: what they touch is
# not looked at, and what they promise is told by glib-order.c.
step_tsan ()
{
  build build-tsan gcc tests/test-render tests/test-preview tests/test-metamorphic -- \
    -Dgimp=none -Db_sanitize=thread -Db_lundef=false || return 0
  TSAN_OPTIONS=ignore_noninstrumented_modules=1:halt_on_error=1:history_size=7 CONV_LAYER_SEEDS=20 \
    meson test -C build-tsan --print-errorlogs -t 10 test-render test-preview test-metamorphic \
    --test-args='-s /plugin/render/formats' || true
  record "$top/build-tsan" "thread sanitizer"
}

# Uninitialised memory: the core alone, which needs no other library.
step_msan ()
{
  local target folder=$logs/msan flags inputs
  # -ffp-contract=off as everywhere; the sets of other processors have no object here.
  flags=(-std=gnu11 -O1 -g -ffp-contract=off -fsanitize=memory -fsanitize-memory-track-origins -fno-sanitize-recover=all
         -Icore -Itests/core)
  mkdir -p "$folder"
  clang "${flags[@]}" -mavx2 -mfma -c core/conv2d-avx2.c -o "$folder/avx2.o" &&
    clang "${flags[@]}" -mavx2 -mfma -mavx512f -mavx512bw -mavx512dq -mavx512vl -c core/conv2d-avx512.c -o "$folder/avx512.o" &&
    for target in filter variants; do
      clang "${flags[@]}" "tests/fuzz/fuzz-$target.c" tests/fuzz/replay.c core/{conv2d,conv2d-dispatch,conv2d-scalar,filter,number,plane,variants}.c \
        "$folder"/*.o -lm -o "$folder/fuzz-$target" || return
    done &&
    clang "${flags[@]}" tests/core/rows-runner.c tests/core/rows-check.c core/{conv2d,conv2d-dispatch,conv2d-scalar,filter,number,plane,variants}.c \
      "$folder"/*.o -lm -o "$folder/rows-runner" ||
    { record fail 'memory sanitizer: the build failed'; return 0; }
  if "$folder/rows-runner" "$(CONV2D_CPU='' "$folder/rows-runner" none 1 2>/dev/null | sed -n 's/^# chosen: //p')" 4000 >"$logs/msan-rows.log" 2>&1; then
    record pass "memory sanitizer: row functions and layers"
  else
    tail -n 40 "$logs/msan-rows.log"
    record fail "memory sanitizer: row functions and layers"
  fi
  for target in filter variants; do
    inputs=("tests/fuzz/seeds/$target")
    [[ ! -d build-fuzz/corpus/$target ]] || inputs+=("build-fuzz/corpus/$target")
    if find "${inputs[@]}" -type f | sort | awk 'NR <= 5000' |
      xargs "$folder/fuzz-$target" >"$logs/msan-$target.log" 2>&1; then
      record pass "memory sanitizer: $target ($(tail -n 1 "$logs/msan-$target.log"))"
    else
      tail -n 40 "$logs/msan-$target.log"
      record fail "memory sanitizer: $target"
    fi
  done
}

# gcc's own analysis; its build is valgrind's, too.
step_analyzer ()
{
  # All anew: what ninja does not compile again would tell nothing.
  [[ ! -f build-analyzer/build.ninja ]] || ninja -C build-analyzer -t clean >/dev/null
  build build-analyzer gcc all -- -Dgimp="$generation" -Dc_args=-fanalyzer || return 0
  count_findings 'gcc -fanalyzer' "$logs/build-analyzer.log" '^(\.\./)?(core|plugin)/.*Wanalyzer'
}

step_valgrind ()
{
  build build-analyzer gcc all -- -Dgimp="$generation" -Dc_args=-fanalyzer || return 0
  # Fewer random shapes: valgrind takes fifty times as long.
  TEST_ROWS_SHAPES=300 CONV_LAYER_SEEDS=2 \
    meson test -C build-analyzer --suite core --print-errorlogs -t 20 \
    --wrapper 'valgrind --quiet --trace-children=yes --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --undef-value-errors=yes' || true
  # Meson names the results by the wrapper; who adds them up does not know of any.
  for log in build-analyzer/meson-logs/testlog-valgrind.*; do [[ ! -e $log ]] || mv "$log" "${log/-valgrind/}"; done
  record "$top/build-analyzer" "valgrind"
}

step_cppcheck ()
{
  cppcheck --quiet --library=gtk --std=c11 --language=c --enable=warning,performance,portability --inline-suppr --inconclusive \
    --suppress=missingInclude --suppress=missingIncludeSystem -D__x86_64__ -DG_GNUC_CONST= '-DG_GNUC_PRINTF(a,b)=' \
    '-DG_DEFINE_AUTOPTR_CLEANUP_FUNC(type,function)=' '-DG_DEFINE_TYPE(type,name,parent)=' \
    '-DG_DEFINE_FINAL_TYPE(type,name,parent)=' -I core -I plugin \
    -j "$(nproc)" core plugin >"$logs/cppcheck.log" 2>&1 || true
  count_findings cppcheck "$logs/cppcheck.log" '^[^ ]+:[0-9]+:[0-9]+: (error|warning|performance|portability)'
}

# With the flags that the fuzzing build's clang gets.
step_tidy ()
{
  CC=clang tests/hosts/configure.sh . build-fuzz -Dfuzz=true -Dgimp="$generation" -Dbuildtype=debugoptimized -Db_lundef=false \
    -Demulated=false -Dwerror=true >"$logs/tidy-build.log" 2>&1 || { record fail 'clang-tidy: the build failed'; return 0; }
  run-clang-tidy -quiet -p build-fuzz "^$top/(core|plugin)/.*\\.c\$" >"$logs/tidy.log" 2>"$logs/tidy.err" || true
  [[ -s $logs/tidy.log ]] || { record fail 'clang-tidy: did not run'; return 0; }
  count_findings clang-tidy "$logs/tidy.log" '(core|plugin)/[^ ]*:[0-9]+:[0-9]+: .*(warning|error):'
}

step_fuzz ()
{
  local line
  tests/fuzz/run.sh "$fuzz_seconds" | tee "$logs/fuzz.log" || true
  while read -r line; do
    case $line in
      'ok '*) record pass "${line#ok * - }" ;;
      'not ok '*) record fail "${line#not ok * - }" ;;
    esac
  done <"$logs/fuzz.log"
  grep -q '^\(not \)\?ok ' "$logs/fuzz.log" || record fail 'fuzzing: did not run'
}

for step in "${steps[@]}"; do
  heading "Sanitize: $step"
  SECONDS=0
  "step_$step"
  say "$step: $SECONDS s"
done
