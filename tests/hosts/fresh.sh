#!/usr/bin/env bash
# fresh.sh SUITE: proves the README's two commands on a machine with nothing
# on it: makes a minimal root of Debian bookworm or trixie, copies the checkout
# into it as a clone would hold it, and runs ./demo.sh and ./test.sh there.
# Root only; needs git.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/hosts/steps.sh
source "$here/steps.sh"
# shellcheck source=tests/hosts/fresh-root.sh
source "$here/fresh-root.sh"

suite=${1:-}
[[ $suite == bookworm || $suite == trixie ]] || fail "usage: tests/hosts/fresh.sh bookworm|trixie"

make_fresh_root "$suite"
for command in gcc meson gimp sudo git; do
  ! in_root sh -c "command -v $command" || fail "$command is there already: this proves nothing"
done

expect_maps ()
{
  local n stage
  expect "$1-maps.xcf" "$1-maps/figure.png"
  for n in 1 2 3 4; do
    for stage in pre-relu post-relu; do
      expect "$1-maps/output-$n-$stage.png"
    done
  done
}

heading "./demo.sh"
in_root ./demo.sh || fail "./demo.sh did not succeed on a fresh Debian $suite"
expect_maps /src/rocket
[[ -n $(find "$root/root/.config/GIMP" -name brushes) ]] || fail "GIMP could not fill its profile"

heading "./demo.sh again, with a name that is hard to quote, from another folder"
picture='/root/a "b" \c'"'"'d %20#é.jpg'
cp "$root/src/tests/data/rocket.jpg" "$root$picture"
SECONDS=0
# shellcheck disable=SC2016
in_root sh -c 'cd /root && exec /src/demo.sh "$1"' sh "${picture##*/}"
say "It took $SECONDS seconds."
expect_maps "${picture%.jpg}"

heading "./demo.sh on what is no picture"
printf 'no picture\n' >"$root/root/none.jpg"
if in_root ./demo.sh /root/none.jpg; then fail "it should have failed"; fi
[[ ! -e $root/src/none-maps.xcf ]] || fail "it wrote maps of no picture"

heading "./test.sh"
log=$root/test.log
in_root ./test.sh | tee "$log" || fail "./test.sh did not succeed on a fresh Debian $suite"
tail -n 1 "$log" | grep -qxE '[1-9][0-9]* passed, 0 failed, [0-9]+ skipped' || fail "the last line of ./test.sh is not a summary without failures"

heading "ninja -C build uninstall"
in_root ninja -C build uninstall
! find "$root/root/.config/GIMP" -name conv-layer -type f | grep . || fail "the plug-in is still in the profile"
say "Both commands work on a fresh Debian $suite."
