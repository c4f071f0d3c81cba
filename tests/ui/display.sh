#!/usr/bin/env bash
# display.sh PROGRAM [argument...]: runs PROGRAM on a display of its own with a
# window manager, in English, with GTK's own theme (or GTK_THEME); tells where
# the screen's pixels are.  A skipped test where the display cannot be.
set -euo pipefail

for needed in Xvfb openbox xdotool; do
  if ! command -v "$needed" >/dev/null; then
    echo "1..0 # SKIP $needed is not installed"
    exit 0
  fi
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/conv-layer.XXXXXX")
started=()
finish ()
{
  kill "${started[@]}" 2>/dev/null || true
  wait "${started[@]}" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT

mkfifo "$folder/number"
# No reset: it would throw out whoever comes while the last one goes.
# -r: a slow machine must not make two of a key that was pressed once.
Xvfb -displayfd 3 -noreset -r -screen 0 1400x1000x24 -nolisten tcp -fbdir "$folder" 3>"$folder/number" >/dev/null 2>&1 &
started+=($!)
if ! read -r -t 60 number <"$folder/number"; then
  echo "1..0 # SKIP Xvfb does not start here"
  exit 0
fi

export DISPLAY=:$number
export CONV_LAYER_SCREEN=$folder/Xvfb_screen0
export XDG_CONFIG_HOME=$folder/config XDG_CACHE_HOME=$folder/cache XDG_RUNTIME_DIR=$folder
# Nothing of the user's desktop, and no buses: their absence is not ours to warn of.
export NO_AT_BRIDGE=1 GSETTINGS_BACKEND=memory GIO_USE_VFS=local GDK_BACKEND=x11
export GTK2_RC_FILES=${GTK2_RC_FILES:-/dev/null}
export LC_ALL=${CONV_LAYER_TEST_LOCALE:-C.UTF-8}
unset DBUS_SESSION_BUS_ADDRESS LANGUAGE WAYLAND_DISPLAY GTK_MODULES GTK_IM_MODULE

# Not before the window manager is there: a window that it finds already open has the focus taken away again,
# and the keys that were meant for it are lost.
mkfifo "$folder/managed"
openbox --sm-disable --startup "sh -c 'echo >\"\$XDG_RUNTIME_DIR/managed\"'" >/dev/null 2>&1 &
started+=($!)
if ! read -r -t 60 _ <>"$folder/managed"; then
  echo "Bail out! openbox does not start"
  exit 1
fi

status=0
"$@" || status=$?
exit "$status"
