#!/usr/bin/env bash
# root.sh: folders that hold another Debian release with its GIMP, kept between
# runs, and commands within them.  Root only; needs apt's own configuration for
# the mirror.  Knows no test suite.
set -euo pipefail

# shellcheck disable=SC2016
usage='usage: tests/hosts/root.sh make SUITE             make the root unless it is there
       tests/hosts/root.sh run SUITE COMMAND...   run a command in it: the checkout is
                                                  /src, read-only; "$BUILD" is kept
       tests/hosts/root.sh bare SUITE FOLDER      make a minimal root in FOLDER
       tests/hosts/root.sh run-bare FOLDER COMMAND...  run a command in its /src
       tests/hosts/root.sh build SUITE            print where "$BUILD" lies outside
       tests/hosts/root.sh remove SUITE
SUITE: bookworm (GIMP 2.10), trixie (GIMP 3.0) or forky (GIMP 3.2).'

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source=tests/hosts/steps.sh
source "$here/steps.sh"
# shellcheck source=tests/hosts/packages.sh
source "$here/packages.sh"

hosts=${XDG_CACHE_HOME:-$HOME/.cache}/conv-layer/hosts
stamp=etc/conv-layer-root

# What a root of this suite holds, one package a line.
contents ()
{
  local gimp=$packages_gimp3$packages_windows3
  [[ $1 != bookworm ]] || gimp=$packages_gimp2$packages_windows2
  packages_names "$packages_build$gimp$packages_run$packages_test$packages_windows"
}

# The packages and the recipe: another of them is another root.
fingerprint ()
{
  { contents "$1"; printf 'recipe 1\n'; } | sha256sum | cut -d ' ' -f 1
}

# The mirror this machine's apt takes Debian from.
find_mirror ()
{
  local mirror=${DEBIAN_MIRROR:-}
  # shellcheck disable=SC2016
  local format='$(LABEL) $(COMPONENT) $(CREATED_BY) $(SITE)'
  local pattern='s/^Debian main Packages //p'
  if [[ -z $mirror ]]; then
    mirror=$(apt-get indextargets --format "$format" | sed -n "$pattern" | head -n 1)
  fi
  if [[ -z $mirror ]]; then
    packages_update >&2
    mirror=$(apt-get indextargets --format "$format" | sed -n "$pattern" | head -n 1)
  fi
  [[ -n $mirror ]] ||
    fail "apt's configuration names no Debian mirror; set DEBIAN_MIRROR to the address of one"
  printf '%s\n' "$mirror"
}

# bootstrap SUITE FOLDER PACKAGES
bootstrap ()
{
  local suite=$1 folder=$2 packages=$3 mirror option options=()
  command -v mmdebstrap >/dev/null || packages_need "$packages_roots"
  mirror=$(find_mirror)
  # A proxy of this machine's apt is needed inside, too.
  while read -r option; do
    options+=("--aptopt=$option")
  done < <(apt-config dump | grep -i '^Acquire::https\?::\(Proxy\|Verify\|CaInfo\)')
  # A release in the making can carry an index past its date.
  [[ $suite != forky ]] || options+=('--aptopt=Acquire::Check-Valid-Until "false"')
  # A mount namespace of its own: nothing stays mounted, however it ends.
  step "mmdebstrap could not make a root of Debian $suite" \
    unshare --mount --pid --fork --kill-child --mount-proc -- \
    mmdebstrap --mode=root --variant=minbase --format=directory --include="$packages" \
    --aptopt='Acquire::Retries "5"' "${options[@]}" "$suite" "$folder" "$mirror"
}

# Removes a folder, but never what somebody mounted in it.
remove_folder ()
{
  [[ -e $1 ]] || return 0
  if grep -qF " $1/" /proc/self/mountinfo; then
    fail "something is mounted under $1: unmount it, then run this again"
  fi
  rm -rf --one-file-system "$1"
}

lock ()
{
  mkdir -p "$hosts"
  exec 9>"$hosts/$1.lock"
  flock --nonblock 9 || {
    say "Waiting for another run in the root $1..."
    flock 9
  }
}

make ()
{
  local suite=$1 root=$hosts/$1
  [[ $(cat "$root/$stamp" 2>/dev/null) != "$(fingerprint "$suite")" ]] || return 0
  say "Making a root of Debian $suite (some minutes, once)..."
  remove_folder "$root.new"
  bootstrap "$suite" "$root.new" "$(contents "$suite" | paste -s -d ,)"
  fingerprint "$suite" >"$root.new/$stamp"
  remove_folder "$root"
  mv -T "$root.new" "$root"
}

# enter FUNCTION FOLDER COMMAND...: everything it mounts and starts is gone
# afterwards, also when this is killed.
enter ()
{
  exec unshare --mount --pid --fork --kill-child -- "$here/root.sh" "$@"
}

# The first process of the new namespace.
mount_system ()
{
  # It would not get the signals otherwise.
  trap 'exit 130' INT TERM HUP
  mount -t proc proc "$1/proc"
  mount --bind /dev "$1/dev"
  mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
}

call ()
{
  local root=$1
  shift
  chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LANG=C.UTF-8 CI="${CI:-}" TERM="${TERM:-dumb}" /bin/sh -c 'cd /src && exec env "$@"' sh "$@"
}

inside_kept ()
{
  local root=$1 tmp status=0 build
  shift
  mount_system "$root"
  build=$(build_folder)
  rm -rf --one-file-system "$root"/var/tmp/conv-layer-*
  tmp=$(mktemp -d "$root/var/tmp/conv-layer-XXXXXX")
  mkdir -p "$tmp/tmp" "$tmp/home" "$root/src" "$root/home/tester" "$root$build"
  chmod 1777 "$tmp/tmp"
  mount --bind "$tmp/tmp" "$root/tmp"
  mount --bind "$tmp/home" "$root/home/tester"
  mount --bind "$top" "$root/src"
  mount -o remount,bind,ro "$root/src"
  call "$root" HOME=/home/tester BUILD="$build" "$@" || status=$?
  umount "$root/tmp" "$root/home/tester"
  rm -rf --one-file-system "$tmp"
  exit "$status"
}

inside_bare ()
{
  local root=$1
  shift
  mount_system "$root"
  # The network, for apt.
  cp -L --remove-destination /etc/resolv.conf "$root/etc/resolv.conf"
  call "$root" HOME=/root "$@"
}

# Two checkouts must not share a build folder: times of files would deceive ninja.
build_folder ()
{
  printf '/build/%s\n' "$(sha256sum <<<"$top" | cut -c 1-12)"
}

(($# >= 2)) || { printf '%s\n' "$usage" >&2; exit 2; }
command=$1 suite=$2
shift 2
((EUID == 0)) || fail "roots of other Debian releases can be made and entered by root only"
case $command in
  make | run | bare | build | remove)
    case $suite in bookworm | trixie | forky) ;; *) fail "no suite $suite: bookworm, trixie or forky" ;; esac ;;
esac
case $command in
  make) lock "$suite"; make "$suite" ;;
  run) lock "$suite"; make "$suite"; enter inside_kept "$hosts/$suite" "$@" ;;
  bare) bootstrap "$suite" "$1" ca-certificates ;;
  run-bare) enter inside_bare "$suite" "$@" ;;
  inside_kept | inside_bare) "$command" "$suite" "$@" ;;
  build) printf '%s\n' "$hosts/$suite$(build_folder)" ;;
  remove) lock "$suite"; remove_folder "$hosts/$suite" ;;
  *) printf '%s\n' "$usage" >&2; exit 2 ;;
esac
