#!/bin/sh
# zip.sh BUILD PROFILE ZIP: what meson installs into the profile, as a zip to be
# unpacked in any profile.  Called by meson; knows no file of it by name.
set -eu
build=$1 profile=$2 zip=$3

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
# meson uninstalls what its log of the last installation names: not this one.
log=$build/meson-logs/install-log.txt
[ ! -e "$log" ] || cp "$log" "$stage/before"
DESTDIR=$stage/root meson install -C "$build" --no-rebuild --quiet
if [ -e "$stage/before" ]; then mv "$stage/before" "$log"; else rm "$log"; fi
stray=$(find "$stage/root" ! -type d ! -path "$stage/root$profile/*")
[ -z "$stray" ] || { printf 'zip.sh: these would be installed outside of the profile: %s\n' "$stray" >&2; exit 1; }
strip "$stage/root$profile/plug-ins/conv-layer/conv-layer"
cd "$stage/root$profile"
rm -f "$zip"
python3 -m zipfile -c "$zip" plug-ins scripts
printf '%s\n' "$zip"
