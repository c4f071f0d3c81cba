# shellcheck shell=bash
# fresh-root.sh: a minimal root of a Debian with the checkout in it, gone when
# the script ends.  To be sourced by a script in this folder, which has sourced
# steps.sh and has here and top set.  Root only; needs git.

# shellcheck source=tests/hosts/checkout.sh
source "$here/checkout.sh"

# make_fresh_root SUITE: root is its folder; the checkout is its /src.
make_fresh_root ()
{
  local hosts=${XDG_CACHE_HOME:-$HOME/.cache}/conv-layer/hosts
  ((EUID == 0)) || fail "a root can be made by root only"
  mkdir -p "$hosts"
  root=$(mktemp -d "$hosts/fresh-$1.XXXXXX")
  trap 'rm -rf --one-file-system "$root"' EXIT
  trap 'exit 130' INT TERM HUP
  heading "A minimal root of Debian $1"
  "$here/root.sh" bare "$1" "$root"
  copy_checkout "$top" "$root/src"
}

in_root () { "$here/root.sh" run-bare "$root" "$@"; }

# expect FILE...: in the root.
expect ()
{
  local file
  for file; do
    [[ -s $root$file ]] || fail "$file was not written"
  done
}
