# shellcheck shell=bash
# steps.sh: how the scripts speak and stop: progress on standard output, a
# failed step as one sentence on standard error.  To be sourced.  Knows nothing
# of packages, builds or GIMP.

if [[ -t 1 ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

say () { printf '%s\n' "$*"; }
heading () { printf '%s== %s%s\n' "$bold" "$*" "$plain"; }

fail ()
{
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# step SENTENCE COMMAND...: runs the command silently; when it fails, its last
# words are shown and SENTENCE is the last line.
step ()
{
  local sentence=$1 log
  shift
  log=$(mktemp "${TMPDIR:-/tmp}/conv-layer.XXXXXX.log")
  if "$@" >"$log" 2>&1 </dev/null; then
    rm -f "$log"
    return
  fi
  tail -n 25 "$log" >&2
  fail "$sentence (everything it said: $log)"
}

# A bare machine may run us without a home.
if [[ -z ${HOME:-} ]]; then
  HOME=$(getent passwd "$(id -u)" | cut -d: -f6)
  export HOME
fi
