# shellcheck shell=bash disable=SC2034
# packages.sh: what building, the demonstration, the tests and the test roots
# need from Debian or Ubuntu, each with its reason; finds what is missing and
# installs it by apt.  To be sourced after steps.sh.  Knows no build folder.

# One a line: package | how to see that it is there | reason.
# cmd: a command, pc: a pkg-config module, deb: the package itself.  A command
# or module counts wherever it came from.
packages_build='
gcc             | cmd:gcc              | compiles the plug-in
libc6-dev       | deb:libc6-dev        | the C library to compile against
meson           | cmd:meson            | configures the build
ninja-build     | cmd:ninja            | runs the build
pkgconf         | cmd:pkg-config       | finds the libraries
gettext         | cmd:msgfmt           | translations
libgegl-dev     | pc:gegl-0.4          | pixel buffers
libjson-glib-dev| pc:json-glib-1.0     | what the tests read of the dialog and of the maps'
packages_gimp2='
libgimp2.0-dev  | pc:gimpui-2.0        | the plug-in interface of GIMP 2.10'
packages_gimp3='
libgimp-3.0-dev | pc:gimpui-3.0        | the plug-in interface of GIMP 3'
packages_run='
gimp            | cmd:gimp-console     | runs the filter'
packages_test='
python3         | cmd:python3          | compares what GIMP made with what is expected
locales         | deb:locales          | makes de_DE and tr_TR, for decimal commas and dotless i'
# For the core on emulated processors: once, on an x86-64 machine, is enough.
packages_emulated=''
[[ $(uname -m) != x86_64 ]] || packages_emulated='
qemu-user       | cmd:qemu-aarch64     | runs the core as on a processor without AVX and on an ARM
gcc-aarch64-linux-gnu | cmd:aarch64-linux-gnu-gcc | compiles the core for the ARM
libc6-dev-arm64-cross | deb:libc6-dev-arm64-cross | the C library to link it with'
# For roots of other Debian releases (root only).
packages_roots='
mmdebstrap      | cmd:mmdebstrap       | makes the roots of the other GIMP versions
debian-archive-keyring | deb:debian-archive-keyring | checks what they are made of
util-linux      | cmd:unshare          | keeps their mounts apart from the machine'
# For the packages' own tests.
packages_packages='
git             | cmd:git              | makes the tarball of a release
appstream       | cmd:appstreamcli     | checks what software centres read
librsvg2-bin    | cmd:rsvg-convert     | draws the icon'
# For tests in real windows.
packages_windows='
ca-certificates | deb:ca-certificates  | mirrors that are reached by https
xvfb            | cmd:Xvfb             | a display without a screen
xauth           | cmd:xauth            | access to it
openbox         | cmd:openbox          | a window manager, so that windows get the focus
xdotool         | cmd:xdotool          | keys and clicks
xclip           | cmd:xclip            | the clipboard
x11-utils       | cmd:xprop            | which windows are open
imagemagick     | cmd:import           | pictures of them
procps          | cmd:ps               | which processes are left'

# The same on GIMP 2.10.
packages_windows2='
gtk2-engines-pixbuf | deb:gtk2-engines-pixbuf | draws the themes of GIMP 2.10'
packages_windows3=''

# For test.sh --fuzz and --sanitize.
packages_fuzz='
clang           | cmd:clang            | fuzzing and memory sanitizer
libclang-rt-dev | deb:libclang-rt-dev  | what these two link
llvm            | cmd:llvm-profdata    | which lines the fuzzers reached'
# For the latter alone.
packages_sanitize='
clang-tidy      | cmd:run-clang-tidy   | static analysis
cppcheck        | cmd:cppcheck         | static analysis
valgrind        | cmd:valgrind         | memory of the unit tests'

# To run what "Copy as PyTorch" gives: 240 MB to download. Without them that test is skipped.
packages_pytorch='
python3-torch   | deb:python3-torch    | the layer as the lesson makes it
python3-opencv  | deb:python3-opencv   | reads pictures and turns them to gray
python3-matplotlib | deb:python3-matplotlib | draws the figure'

# names LISTS: the packages of the lists, one a line.
packages_names ()
{
  sed -n 's/ *|.*//p' <<<"$1"
}

packages_has ()
{
  case $1 in
    cmd:*) command -v "${1#cmd:}" >/dev/null ;;
    pc:*) pkg-config --exists "${1#pc:}" 2>/dev/null ;;
    deb:*) [[ $(dpkg-query -W -f '${db:Status-Status}' "${1#deb:}" 2>/dev/null) == installed ]] ;;
  esac
}

# Fails, or asks for the password, now, where it can be seen.
packages_become_root ()
{
  ((EUID != 0)) || return 0
  command -v sudo >/dev/null ||
    fail "installing packages needs root, and there is no sudo here: run this as root once"
  sudo -v || fail "sudo did not let us install packages"
}

packages_as_root ()
{
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

packages_apt ()
{
  packages_as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout=300 "$@"
}

# Reads the mirror's lists, at most once in a run.
packages_update ()
{
  [[ -z ${packages_updated:-} ]] || return 0
  command -v apt-get >/dev/null ||
    fail "this machine has no apt: it must be Debian 12 or later or Ubuntu 24.04 or later, or have everything installed"
  packages_become_root
  say "Reading the package lists (apt-get update)..."
  step "apt could not read the package lists; is the network there?" packages_apt update
  packages_updated=yes
}

# The version apt would install.
packages_candidate ()
{
  LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' || true
}

# Sets gimp_generation to 2 or 3: the GIMP that is here, else the one apt has.
packages_find_gimp ()
{
  local version
  if command -v gimp-console >/dev/null; then
    version=$(gimp-console --version 2>/dev/null | grep -o '[0-9]\+\.[0-9]\+\.[0-9]\+' | head -n 1) || true
  else
    version=$(packages_candidate gimp)
    if [[ -z $version || $version == '(none)' ]]; then
      packages_update
      version=$(packages_candidate gimp)
    fi
  fi
  case $version in
    2.10.*) gimp_generation=2 ;;
    2.99.* | 3.*) gimp_generation=3 ;;
    '' | '(none)') fail "apt offers no GIMP here: it needs Debian 12 or later, or Ubuntu 24.04 or later (universe)" ;;
    *) fail "this GIMP is $version: the filter needs 2.10, 3.0 or later" ;;
  esac
}

# need LIST: installs what is missing of it; without a word when nothing is.
packages_need ()
{
  local package check reason missing=() lines=''
  while IFS='|' read -r package check reason; do
    package=${package// /} check=${check// /}
    [[ -n $package ]] || continue
    packages_has "$check" && continue
    missing+=("$package")
    lines+=$(printf '  %-18s %s' "$package" "${reason# }")$'\n'
  done <<<"$1"
  ((${#missing[@]})) || return 0
  say "These are missing and will be installed by apt:"
  printf '%s' "$lines"
  packages_update
  packages_become_root
  step "apt could not install ${missing[*]}" packages_apt install --no-install-recommends "${missing[@]}"
}
