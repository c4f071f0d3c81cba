#!/usr/bin/env bash
# test.sh: one of the two commands of the README: installs what the tests need,
# builds, runs every suite on this machine's GIMP and, when asked, on the other
# GIMP versions; closes with one line that counts.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tests/hosts/steps.sh
source tests/hosts/steps.sh
# shellcheck source=tests/hosts/packages.sh
source tests/hosts/packages.sh

usage='usage: ./test.sh [--all-hosts] [--packages] [--fuzz] [--sanitize]

Builds conv-layer in the folder build and runs all tests on this machine'"'"'s GIMP.
What is missing is installed by apt (as root, or by sudo).

  --all-hosts  also run them on the other GIMP versions (2.10, 3.0 and 3.2), in
               roots of Debian 12, Debian 13 and Debian forky. They are made once,
               in ~/.cache/conv-layer/hosts (some 1.5 GB each), and kept. Needs root.
  --packages   also build, check, install, use and remove the Debian package and
               the zip in minimal roots of Debian 12, 13 and forky. Needs root.
  --fuzz       also run each fuzzer for a minute: some six minutes in all
  --sanitize   also run the suites that need no GIMP under the sanitizers of
               addresses, undefined behaviour, threads and memory and under
               valgrind, the analysers of gcc, clang and cppcheck, and the
               fuzzers: some fifteen minutes in all
  -h, --help   show this

The last line counts what passed, failed and was skipped. The exit status is
not 0 when something failed or nothing ran.'

all_hosts='' packages='' sanitize='' # the last: steps of run.sh
for argument; do
  case $argument in
    --all-hosts) all_hosts=yes ;;
    --packages) packages=yes ;;
    --fuzz) sanitize=${sanitize:-fuzz} ;;
    --sanitize) sanitize=all ;;
    -h | --help) say "$usage"; exit ;;
    *) printf '%s\n' "$usage" >&2; exit 2 ;;
  esac
done

suites=(core plugin gimp)
results=() # for summary.py
jobs=()    # process groups in the background

# First asks: meson then stops the tests, which are no part of its group.
# Killed roots leave nothing behind.
stop ()
{
  local job signal
  trap - EXIT
  for job in "${jobs[@]}"; do
    for signal in TERM TERM KILL; do
      kill -"$signal" -- "-$job" 2>/dev/null || break
      sleep 1
    done
  done
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Waits where a signal can interrupt, as a foreground command would not let it.
run ()
{
  local status=0
  set -m
  "$@" </dev/null &
  set +m
  jobs+=($!)
  wait $! || status=$?
  unset 'jobs[-1]'
  return "$status"
}

heading "This machine"
packages_find_gimp
gimp_list=packages_gimp$gimp_generation
windows_list=packages_windows$gimp_generation
needed=$packages_build${!gimp_list}$packages_run$packages_test$packages_windows${!windows_list}$packages_emulated
[[ -z $all_hosts$packages ]] || ((EUID != 0)) || needed+=$packages_roots
[[ -z $packages ]] || ((EUID != 0)) || needed+=$packages_packages
# Debian 12's GIMP is 2.10: there is no need to run PyTorch on every release.
[[ -z $all_hosts || $gimp_generation != 2 ]] || needed+=$packages_pytorch
[[ -z $sanitize ]] || needed+=$packages_fuzz
[[ $sanitize != all ]] || needed+=$packages_sanitize
packages_need "$needed"
version=$(gimp-console --version | grep -o '[0-9]\+\.[0-9]\+\.[0-9]\+' | head -n 1)
say "GIMP $version"

others=()
if [[ $all_hosts ]]; then
  [[ $version == 2.10.* ]] || others+=('bookworm|GIMP 2.10 (Debian 12)')
  [[ $version == 3.0.* ]] || others+=('trixie|GIMP 3.0 (Debian 13)')
  [[ $version == 3.2.* ]] || others+=('forky|GIMP 3.2 (Debian forky)')
fi

# Roots that are missing are made meanwhile; the network is what they wait for.
if ((EUID == 0)); then
  for other in "${others[@]}"; do
    set -m
    tests/hosts/root.sh make "${other%%|*}" </dev/null >/dev/null 2>&1 &
    set +m
    jobs+=($!)
  done
fi

run tests/hosts/build.sh . build -Dgimp="$gimp_generation" || true
results+=("GIMP $version=build")

for other in "${others[@]}"; do
  suite=${other%%|*} name=${other#*|}
  heading "$name"
  if ((EUID != 0)); then
    for skipped in "${suites[@]}"; do
      results+=(--skip "$name: suite $skipped: its root needs root privileges (run as root)")
    done
    say "Skipped: its root needs root privileges."
  elif ! run tests/hosts/root.sh make "$suite"; then
    results+=(--fail "$name: its root could not be made")
  else
    folder=$(tests/hosts/root.sh build "$suite")
    # Results of an earlier run must never be taken for this one's.
    rm -f "$folder"/meson-logs/testlog*
    # shellcheck disable=SC2016
    run tests/hosts/root.sh run "$suite" sh -c \
      'exec tests/hosts/build.sh /src "$BUILD" -Dgimp="$1" -Demulated=false' sh "$([[ $suite == bookworm ]] && echo 2 || echo 3)" || true
    results+=("$name=$folder")
  fi
done

if [[ $packages ]]; then
  heading "Packages"
  if ((EUID != 0)); then
    results+=(--skip "Packages: their roots need root privileges (run as root)")
    say "Skipped: their roots need root privileges."
  else
    rm -f build/packages.tap
    run sh -c 'tests/hosts/deb.sh | tee build/packages.tap' || true
    results+=(--tap Packages=build/packages.tap)
  fi
fi

if [[ $sanitize ]]; then
  facts=$(mktemp "${TMPDIR:-/tmp}/conv-layer.XXXXXX")
  CONV_LAYER_GENERATION=$gimp_generation run tests/sanitize/run.sh "$facts" "$sanitize" || results+=(--fail "Sanitize: it did not come to its end")
  while IFS=$'\t' read -r fact name; do
    case $fact in
      pass | fail | skip) results+=("--$fact" "Sanitize: $name") ;;
      *) results+=("Sanitize, $name=$fact") ;;
    esac
  done <"$facts"
  rm -f "$facts"
fi

heading "Summary"
python3 tests/hosts/summary.py "${results[@]}"
