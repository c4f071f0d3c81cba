#!/usr/bin/env bash
# readme.sh SUITE: follows the README on a machine with nothing on it but git
# and sudo: each of its commands but ./test.sh, taken from its text as it is
# written, in a minimal root of Debian bookworm, trixie or forky.  Root only;
# needs git.  fresh.sh runs ./test.sh.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/hosts/steps.sh
source "$here/steps.sh"
# shellcheck source=tests/hosts/fresh-root.sh
source "$here/fresh-root.sh"

suite=${1:-}
case $suite in
  bookworm) generation=2 batch='gimp -i -d -f -b' profile=2.10 ;;
  trixie) generation=3 batch='gimp-console -idf' profile=3.0 ;;
  forky) generation=3 batch='gimp-console -idf' profile=3.2 ;;
  *) fail "usage: tests/hosts/readme.sh bookworm|trixie|forky" ;;
esac

# ---- what stands in the README ----

# block FIRST [NUMBER]: the indented lines of the README's NUMBER-th block that begins with FIRST.
block ()
{
  python3 - "$top/README.md" "$1" "${2:-1}" <<'PYTHON'
import re, sys
path, first, number = sys.argv[1:]
with open(path, encoding="utf-8") as stream:
    blocks = re.findall(r"(?:^    .*\n(?:\n(?=    ))?)+", stream.read(), re.MULTILINE)
found = [text for text in (re.sub(r"^    ", "", text, flags=re.MULTILINE) for text in blocks) if text.startswith(first)]
if len(found) < int(number):
    sys.exit("the README has no command that begins with: " + first)
print(found[int(number) - 1])
PYTHON
}

# phrase COMMAND: a command that stands within a sentence of the README.
phrase ()
{
  tr -s ' \n' '  ' <"$top/README.md" | grep -qF "\`$1\`" || fail "the README does not say: $1"
  printf '%s\n' "$1"
}

# follow FOLDER COMMANDS
follow ()
{
  say "\$ $2"
  printf 'set -e\ncd %s\n%s\n' "$1" "$2" >"$root/root/commands"
  in_root env DEBIAN_FRONTEND=noninteractive APT_LISTCHANGES_FRONTEND=none sh -c 'yes | bash -e /root/commands' ||
    fail "a command of the README failed: $2"
}

# ---- what must be seen ----

folder=/srv/batch # in the root

# The batch commands, in that folder with what they name.
run_batch ()
{
  rm -rf "${root:?}$folder"
  mkdir -p "$root$folder/photos"
  cp "$top/tests/data/coffee.png" "$root$folder/photo.png"
  cp "$top/tests/data/rocket.jpg" "$root$folder/photos/"
  follow "$folder" "$(block "$batch" 1)"
  expect "$folder/maps.xcf"
  follow "$folder" "$(block "$batch" 2)"
  expect "$folder/maps/rocket/maps.xcf"
}

gone ()
{
  local left
  left=$(cd "$root" && find root/.config/GIMP usr/lib usr/local -path '*conv-layer*' -type f)
  [[ -z $left ]] || fail "left behind: $left"
}

# ---- the README ----

make_fresh_root "$suite"
commit_checkout "$root/src"
in_root sh -c 'apt-get -qq update && apt-get -qq -y --no-install-recommends install git sudo >/dev/null'
in_root git config --global --add safe.directory /src
# Packages that ask get no answer.
in_root sh -c 'echo debconf debconf/frontend select Noninteractive | debconf-set-selections'

heading "Try it"
follow /src "$(block ./demo.sh)"
expect /src/rocket-maps.xcf /src/rocket-maps/figure.png

heading "Use it in batch"
run_batch

heading "For yourself"
follow /src "$(phrase 'ninja -C build uninstall')"
gone
rm -r "$root/src/build"
follow /src "$(block 'meson setup build -Dfolder=user')"
run_batch

heading "A zip"
follow /src "$(phrase 'ninja -C build zip')"
follow /src "$(phrase 'ninja -C build uninstall')"
gone
zip=$(cd "$root/src/build" && echo conv-layer-*.zip)
cp "$root/src/build/$zip" "$root$folder/"
in_root apt-get -qq -y install unzip >/dev/null
# The README names the zip and the folder of one GIMP.
unpack=$(block 'unzip conv-layer-')
unpack=${unpack/conv-layer-0.1.0-gimp-3.0-x86_64.zip/$zip}
follow "$folder" "${unpack/GIMP\/3.0/GIMP/$profile}"
run_batch
rm -r "$root/root/.config/GIMP/$profile/plug-ins/conv-layer" "$root/root/.config/GIMP/$profile/scripts/conv-layer"

heading "A release"
follow /src "$(phrase 'meson dist -C build --no-tests')"
[[ -n $(find "$root/src/build/meson-dist" -name 'conv-layer-*.tar.xz') ]] || fail "meson dist made no tarball"

heading "A Debian package"
follow /src "$(block 'sudo apt build-dep ./')"
run_batch
follow /src "$(phrase 'sudo apt purge gimp-conv-layer')"
gone

heading "For everyone"
follow /src "$(block 'meson setup build-system')"
run_batch
follow /src "$(phrase 'sudo ninja -C build-system uninstall')"
gone
say "Every command of the README did on a fresh Debian $suite (GIMP $generation) what it says."
