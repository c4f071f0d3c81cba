#!/usr/bin/env bash
# run.sh SECONDS [TARGET...]: builds the fuzzing targets with clang and runs
# each (or those named) for SECONDS from its seeds, two at a time; then counts
# executions and the lines of the parsers that were reached.  Prints TAP.  What
# was found stays in the build folder's corpus, a failing input in findings.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

seconds=${1:-}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "usage: tests/fuzz/run.sh SECONDS [TARGET...]" >&2; exit 2; }
shift
all=(filter variants presets stored describe render rows)
targets=("${@:-${all[@]}}")
build=${CONV_LAYER_FUZZ_BUILD:-$top/build-fuzz}
# What reads texts, files and arguments.
parsers=(core/filter.c core/variants.c core/number.c plugin/presets.c plugin/last-values.c plugin/editor-state.c
         plugin/options.c)
least=95 # of 100 of their lines, when all targets run

CC=clang "$top/tests/hosts/configure.sh" "$top" "$build" -Dfuzz=true -Dbuildtype=debugoptimized -Db_lundef=false \
  -Demulated=false -Dwerror=true >"$build.log" 2>&1 || { cat "$build.log" >&2; exit 1; }
ninja -C "$build" "${targets[@]/#/tests/fuzz/fuzz-}" >"$build.log" 2>&1 || { tail -n 40 "$build.log" >&2; exit 1; }
rm -f "$build.log"
mkdir -p "$build/findings"

# One target; its last words tell how it went.
fuzz ()
{
  local target=$1 corpus=$build/corpus/$1
  mkdir -p "$corpus"
  # A leak is told of, and which input it was.
  LLVM_PROFILE_FILE=$build/$target.profraw UBSAN_OPTIONS=print_stacktrace=1 \
    "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 -max_len=4096 \
    -print_final_stats=1 -dict="$here/words.dict" -artifact_prefix="$build/findings/$target-" \
    "$corpus" "$here/seeds/$target" >"$build/$target.log" 2>&1
}

echo "1..$((${#targets[@]} + 1))"
rm -f "$build"/*.profraw
for target in "${targets[@]}"; do
  while (($(jobs -rp | wc -l) >= $(nproc))); do sleep 0.2; done
  rm -f "$build/$target.good"
  # Told by a file: the number of a process that has ended can be another's before it is asked after.
  { fuzz "$target" && touch "$build/$target.good"; } &
done
wait
number=0 failed=0 total=0
for target in "${targets[@]}"; do
  number=$((number + 1)) verdict=ok
  [[ -e $build/$target.good ]] || verdict='not ok'
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log")
  total=$((total + ${runs:-0}))
  echo "$verdict $number - fuzz/$target"
  echo "# $target: ${runs:-0} executions"
  if [[ $verdict != ok ]]; then
    failed=1
    grep -v '^#[0-9]*[[:space:]]' "$build/$target.log" | tail -n 60 | cut -c 1-300 | sed 's/^/# /'
  fi
done
echo "# executions: $total"

objects=()
for target in "${targets[@]}"; do objects+=(-object "$build/tests/fuzz/fuzz-$target"); done
llvm-profdata merge -o "$build/all.profdata" "$build"/*.profraw
verdict=ok
(cd "$build" && llvm-cov export -summary-only -instr-profile all.profdata "${objects[@]}") |
  python3 "$here/coverage.py" "$([[ ${#targets[@]} == "${#all[@]}" ]] && echo "$least" || echo 0)" "${parsers[@]}" || verdict='not ok' failed=1
echo "$verdict $((number + 1)) - fuzz/coverage"
exit "$failed"
