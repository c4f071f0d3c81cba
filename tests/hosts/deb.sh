#!/usr/bin/env bash
# deb.sh [SUITE...]: the packages on Debian 12, 13 and forky: the source package
# from the tarball of a release, built in a minimal root, looked at by lintian,
# installed in another root, used in batch, purged; then the zip in its place, and
# the layout of the Flatpak.  The suites run at the same time.  Prints TAP, a case
# a line, and the end of what a failed one said.  Root only; needs git and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/hosts/steps.sh
source "$here/steps.sh"
# shellcheck source=tests/hosts/checkout.sh
source "$here/checkout.sh"

((EUID == 0)) || fail "a root can be made by root only"
(($#)) || set -- bookworm trixie forky
hosts=${XDG_CACHE_HOME:-$HOME/.cache}/conv-layer/hosts
mkdir -p "$hosts"
work=$(mktemp -d "$hosts/deb.XXXXXX")
groups=() # of processes, one a suite

stop ()
{
  local group
  trap - EXIT
  for group in "${groups[@]}"; do
    kill -TERM -- "-$group" 2>/dev/null || true
  done
  wait
  rm -rf --one-file-system "$work"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# ---- the report ----

broken=''
# case_of NAME COMMAND...: one case; after a failure the suite's other cases
# have nothing to stand on, and fail, too.
case_of ()
{
  local name="$suite: $1" status=0 said=$work/$suite.said log=$hosts/deb-$suite.log
  shift
  if [[ $broken ]]; then
    printf 'not ok - %s\n# not tried, as an earlier step failed\n' "$name"
    return
  fi
  SECONDS=0
  printf '== %s\n' "$name" >>"$log"
  # Not as a condition: set -e would not hold in it.
  set +e
  (set -e; "$@") >"$said" 2>&1 </dev/null
  status=$?
  set -e
  cat "$said" >>"$log"
  if ((status == 0)); then
    printf 'ok - %s\n# %d s\n' "$name" "$SECONDS"
  else
    printf 'not ok - %s\n' "$name"
    tail -n 60 "$said" | sed 's/^/# /'
    printf '# everything that was said: %s\n' "$log"
    broken=yes
  fi
}

# ---- the tarball of a release ----

# As a release has it: from a commit of what is in the checkout now.
make_tarball ()
{
  local clone=$work/clone
  copy_checkout "$top" "$clone"
  commit_checkout "$clone"
  meson setup "$work/dist" "$clone" -Dgimp=none -Demulated=false
  # It is built and tested below, on each Debian.
  meson dist -C "$work/dist" --no-tests --formats xztar
  tarball=$(echo "$work"/dist/meson-dist/conv-layer-*.tar.xz)
  [[ -f $tarball ]]
}

# ---- one suite ----

in_root () { "$here/root.sh" run-bare "$root" "$@"; }
apt () { in_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 --no-install-recommends "$@"; }

make_roots ()
{
  root=$work/$suite-build
  "$here/root.sh" bare "$suite" "$root"
  mkdir -p "$root/src"
  # These roots are thrown away: dpkg need not wait for the disk.
  echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe"
  apt update
  cp -a "$root" "$work/$suite-use"
}

source_package ()
{
  local version
  version=$(sed -n '1s/.*(\(.*\)-[^-]*).*/\1/p' "$work/clone/debian/changelog")
  [[ ${tarball##*/} == "conv-layer-$version.tar.xz" ]] ||
    fail "debian/changelog is of version $version, the tarball is ${tarball##*/}"
  cp "$tarball" "$root/src/gimp-conv-layer_$version.orig.tar.xz"
  mkdir "$root/src/tree"
  tar --extract --file="$tarball" --directory="$root/src/tree" --strip-components=1 --no-same-owner
  # The tarball is everybody's, the packaging is beside it.
  [[ ! -e $root/src/tree/debian ]] || fail "the tarball holds debian/"
  cp -r "$work/clone/debian" "$root/src/tree/"
  apt install dpkg-dev
  in_root sh -c 'dpkg-source --build tree'
  rm -r "$root/src/tree"
}

# From the source package, as a stranger would; with the tests that need no GIMP.
build ()
{
  in_root sh -c 'dpkg-source --extract gimp-conv-layer_*.dsc tree'
  apt build-dep /src/tree
  in_root sh -c '! command -v gimp && ! command -v git'
  in_root sh -c 'cd tree && dpkg-buildpackage --build=binary --no-sign' | tee "$work/$suite.build"
}

tests_ran ()
{
  grep -qE '^Ok: +[1-9][0-9]*' "$work/$suite.build" || fail "the build shows no tests that passed"
  grep -qE '^Fail: +0' "$work/$suite.build" || fail "tests of the build failed"
  grep -E '^(Ok|Fail|Skipped|Timeout)' "$work/$suite.build"
}

no_warning ()
{
  ! grep -E '(core|plugin)/.*: warning: ' "$work/$suite.build" || fail "the compiler warned"
  ! grep -E 'dpkg-(buildpackage|gencontrol|shlibdeps): warning|^dh_[a-z_]*: warning' "$work/$suite.build" ||
    fail "the packaging tools warned"
}

# Without an address of the project (meson's option website) the metainfo has no
# homepage, of which newer releases warn by this tag, bookworm does not know it;
# the tests of the build hold the metainfo to all else.
lintian_clean ()
{
  local suppressed=''
  [[ $suite == bookworm ]] || grep -q 'Dwebsite' "$work/clone/debian/rules" ||
    suppressed='--suppress-tags appstream-metadata-validation-failed'
  apt install lintian
  in_root sh -c "lintian $suppressed --allow-root --info --display-info --fail-on error,warning gimp-conv-layer_*.changes gimp-conv-layer_*.dsc"
}

hardened ()
{
  # shellcheck disable=SC2016
  in_root sh -c 'dpkg-deb --extract gimp-conv-layer_0*.deb out &&
    file=$(find out -path "*/plug-ins/conv-layer/conv-layer") &&
    readelf -hld "$file" >elf && readelf -s --wide --dyn-syms "$file" >symbols &&
    grep -q "Type: *DYN (Position-Independent Executable" elf && grep -q "BIND_NOW\|Flags:.*NOW" elf &&
    grep -q GNU_RELRO elf && ! grep "GNU_STACK.*E " elf && grep -q "__stack_chk_fail" symbols'
}

# GIMP comes with it.
install_package ()
{
  root=$work/$suite-use
  in_root sh -c '! command -v gimp'
  mv "$work/$suite-build/src"/gimp-conv-layer_*.deb "$root/src/"
  apt install "/src/$(cd "$root/src" && echo gimp-conv-layer_*.deb)"
  in_root dpkg --listfiles gimp-conv-layer | tee "$work/$suite.files"
}

files_in_place ()
{
  local pattern
  for pattern in '/usr/lib/.*gimp/[23]\.0/plug-ins/conv-layer/conv-layer' \
    '/usr/lib/.*gimp/[23]\.0/plug-ins/conv-layer/conv-layer\.png' \
    '/usr/lib/.*gimp/[23]\.0/plug-ins/conv-layer/help/en\.html' \
    '/usr/lib/.*gimp/[23]\.0/plug-ins/conv-layer/help/de\.html' \
    '/usr/lib/.*gimp/[23]\.0/plug-ins/conv-layer/help/es\.html' \
    '/usr/share/gimp/[23]\.0/scripts/conv-layer/folder\.scm' \
    '/usr/share/metainfo/org\.gimp\.GIMP\.Plugin\.ConvLayer\.metainfo\.xml' \
    '/usr/share/icons/hicolor/scalable/apps/org\.gimp\.GIMP\.Plugin\.ConvLayer\.svg' \
    '/usr/share/doc/gimp-conv-layer/copyright'; do
    grep -qx "$pattern" "$work/$suite.files" || fail "no file $pattern"
  done
  [[ $suite == bookworm ]] || grep -qx '/usr/lib/.*/plug-ins/conv-layer/locale' "$work/$suite.files" ||
    fail "GIMP 3 finds no translations"
  # The machine that built it has no German locale.
  grep -q '<td>Eine Zahl, die zu jeder Karte addiert wird</td>' "$root$(grep -x '/usr/.*/help/de\.html' "$work/$suite.files")" ||
    fail "the German help has an English reference"
  ! grep -v '^/\.$\|^/usr' "$work/$suite.files" || fail "files outside of /usr"
}

# gimp_batch COMMAND [LOCALE]: in the root, in /src.
gimp_batch ()
{
  local locale=LC_ALL=${2:-C.UTF-8}
  if [[ $suite == bookworm ]]; then
    in_root env "$locale" gimp -i -d -f -b "$1" -b '(gimp-quit 0)'
  else
    in_root env "$locale" gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b "$1"
  fi
}

# The notebook's layer on a photo: the golden pixels.
batch ()
{
  local load='(car (gimp-file-load RUN-NONINTERACTIVE "camera.png"))'
  local run='(plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image
    #:drawables (vector (vector-ref (car (gimp-image-get-layers image)) 0)))'
  local save='(gimp-xcf-save RUN-NONINTERACTIVE image "maps.xcf")'
  if [[ $suite == bookworm ]]; then
    load='(car (gimp-file-load RUN-NONINTERACTIVE "camera.png" "camera.png"))'
    run='(plug-in-conv-layer RUN-NONINTERACTIVE image (car (gimp-image-get-active-layer image))
      "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1" "f, -f, f.T, -f.T" "both" "opencv" "valid" "zeros" 1 1 0 "map" TRUE)'
    save='(gimp-xcf-save RUN-NONINTERACTIVE image (car (gimp-image-get-active-layer image)) "maps.xcf" "maps.xcf")'
  fi
  cp "$top/tests/data/camera.png" "$root/src/"
  gimp_batch "(let* ((image $load)) $run $save)"
  python3 "$here/deb-maps.py" "$root/src/maps.xcf"
}

recipe ()
{
  mkdir "$root/src/photos"
  cp "$top/tests/data/rocket.jpg" "$root/src/photos/"
  gimp_batch '(conv-layer-folder "photos" "maps")'
  find "$root/src/maps"
  [[ $(find "$root/src/maps/rocket" -name '*.png' -size +1k | wc -l) == 8 ]]
  [[ -s $root/src/maps/rocket/maps.xcf ]]
}

# GIMP 3 keeps the label as the plug-in gave it, in German; 2.10 keeps the
# English one with the domain and its folder, and translates it when it draws the menu.
german ()
{
  local label=$'Convolutional _Layer…' german rc
  apt install locales gettext-base
  in_root localedef -i de_DE -f UTF-8 de_DE.UTF-8
  german=$(in_root env LC_ALL=de_DE.UTF-8 TEXTDOMAINDIR=/usr/share/locale gettext conv-layer "$label")
  echo "The German label is: $german"
  [[ -n $german && $german != "$label" ]] || fail "the package has no German menu label"
  rm -rf "$root/root/.config/GIMP"
  gimp_batch '(gimp-version)' de_DE.UTF-8
  rc=$(tr -d '\0' <"$(echo "$root"/root/.config/GIMP/*/pluginrc)")
  if [[ $suite == bookworm ]]; then
    # shellcheck disable=SC2016
    grep -aF '(locale-def "conv-layer" "${gimp_installation_dir}/share/locale")' <<<"$rc"
  else
    grep -aF "$german" <<<"$rc"
  fi
}

# Nothing of the files, of folders that were its own, of dpkg's notes.  What is
# in a user's profile is the user's.
purge ()
{
  local path left=''
  apt purge gimp-conv-layer
  while IFS= read -r path; do
    [[ $path != /. ]] || continue
    [[ -e $root$path || -L $root$path ]] || continue
    [[ -d $root$path && ! -L $root$path ]] && in_root dpkg --search "$path" >/dev/null && continue
    left+=" $path"
  done <"$work/$suite.files"
  [[ -z $left ]] || fail "left behind:$left"
  left=$(cd "$root" && find . -xdev \( -path ./src -o -path ./root -o -path ./proc -o -path ./dev \) -prune -o \
    \( -iname '*conv-layer*' -o -iname '*convlayer*' \) -print)
  [[ -z $left ]] || fail "left behind: $left"
  ! in_root dpkg --status gimp-conv-layer
}

# The zip, as the README has it: built in the one root, unpacked in the other.
# What was installed can still be uninstalled.
zip ()
{
  local profile=3.0 left
  [[ $suite != bookworm ]] || profile=2.10
  [[ $suite != forky ]] || profile=3.2
  root=$work/$suite-build
  in_root sh -c 'cd tree && meson setup build -Dfolder=user -Demulated=false && ninja -C build &&
    meson install -C build && ninja -C build zip && ninja -C build uninstall'
  left=$(cd "$root/root" && find . ! -type d -path '*/conv-layer/*')
  [[ -z $left ]] || fail "still installed: $left"
  mv "$root/src/tree/build"/conv-layer-*.zip "$work/$suite-use/src/"
  root=$work/$suite-use
  apt install unzip
  rm -rf "$root/root/.config/GIMP" "$root/src/maps" "$root/src/photos" "$root/src/maps.xcf"
  in_root sh -c "mkdir -p ~/.config/GIMP/$profile && unzip /src/conv-layer-*.zip -d ~/.config/GIMP/$profile"
  batch
  recipe
}

# As flatpak-builder calls meson; its runtime is not to be had here.
flatpak ()
{
  local prefix=/app/extensions/ConvLayer options out
  root=$work/$suite-build
  options=$(python3 -c 'import json, sys; print(*json.load(sys.stdin)["modules"][0]["config-opts"])' \
    <"$top/packages/org.gimp.GIMP.Plugin.ConvLayer.json")
  # The icon is read by librsvg's loader.
  apt install appstream-compose librsvg2-common
  # shellcheck disable=SC2016
  in_root sh -c 'cd tree && meson setup flatpak --prefix="$1" --libdir=lib $2 && ninja -C flatpak &&
    DESTDIR=/src/flatpak meson install -C flatpak --no-rebuild' sh "$prefix" "$options"
  out=$root/src/flatpak$prefix
  [[ -z $(cd "$root/src/flatpak" && find . -type f -not -path ".$prefix/*") ]]
  [[ -x $out/plug-ins/conv-layer/conv-layer && -s $out/plug-ins/conv-layer/conv-layer.png ]]
  [[ -s $out/scripts/conv-layer/folder.scm ]]
  [[ -s $out/share/icons/hicolor/scalable/apps/org.gimp.GIMP.Plugin.ConvLayer.svg ]]
  in_root appstreamcli compose --print-report=full --origin=flatpak --prefix=/ --result-root=/src/composed \
    --components=org.gimp.GIMP.Plugin.ConvLayer "/src/flatpak$prefix"
  gunzip -c "$root"/src/composed/share/swcatalog/xml/*.xml.gz | tee "$work/composed.xml"
  grep -q '<extends>org.gimp.GIMP</extends>' "$work/composed.xml"
  grep -q '<icon type="cached" ' "$work/composed.xml"
}

check ()
{
  suite=$1 broken=''
  case_of "two minimal roots are made" make_roots
  root=$work/$suite-build
  case_of "the source package is made of the release's tarball" source_package
  case_of "it builds" build
  case_of "its tests passed in the build" tests_ran
  case_of "neither the compiler nor the packaging tools warned" no_warning
  case_of "the program is hardened" hardened
  case_of "lintian has no error and no warning" lintian_clean
  case_of "the package is installed, and brings GIMP" install_package
  root=$work/$suite-use
  case_of "its files are in place" files_in_place
  case_of "a batch makes the maps that are expected, to the bit" batch
  case_of "the recipe for a folder runs" recipe
  [[ ! -f $top/po/de.po ]] || case_of "GIMP has the German menu label" german
  case_of "it is purged without a trace" purge
  case_of "the zip, unpacked in a profile, does the same" zip
  [[ $suite != trixie ]] || case_of "the Flatpak's files are where GIMP looks, and it can be composed" flatpak
  rm -rf --one-file-system "$work/$suite-build" "$work/$suite-use"
}

rm -f "$hosts"/deb-*.log
suite=release
case_of "meson dist makes a tarball" make_tarball | tee "$work/release.tap"
if grep -q '^ok' "$work/release.tap"; then
  tarball=$(echo "$work"/dist/meson-dist/conv-layer-*.tar.xz)
  set -m
  for suite; do
    check "$suite" >"$work/$suite.tap" </dev/null &
    groups+=($!)
  done
  set +m
  for suite; do
    wait "${groups[0]}" || printf 'not ok - %s: all steps were taken\n' "$suite" >>"$work/$suite.tap"
    unset 'groups[0]'
    groups=("${groups[@]}")
    cat "$work/$suite.tap"
  done
fi
cat "$work"/*.tap >"$work/all"
printf '1..%d\n' "$(grep -cE '^(not )?ok ' "$work/all")"
! grep -q '^not ok' "$work/all"
