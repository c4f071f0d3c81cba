#!/usr/bin/env bash
# fault-wrapper.sh PLAN COMMAND...: starts the plug-in as the first line of the
# file PLAN says and takes that line away: `kill SECONDS' ends it by SIGKILL
# after that time, `as KIB' caps its address space, `measure FILE' writes how
# long it lives; without a line it just starts.  For GIMP_PLUGIN_DEBUG_WRAPPER.
set -euo pipefail
plan=$1
shift
word='' value=''
# A query of the plug-in is none of the runs.
if [[ " $* " != *' -query '* && -s $plan ]]; then
  read -r word value <"$plan" || true
  sed -i 1d "$plan"
fi

# Nothing of GIMP's pipes stays open here.
close_all ()
{
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    ((fd <= 2)) || eval "exec $fd>&-"
  done
  exec </dev/null
}

case $word in
  kill)
    (
      close_all
      sleep "$value"
      # Only if it is still the process that was started.
      [[ $(readlink "/proc/$$/exe") != */conv-layer* ]] || kill -KILL $$
    ) >/dev/null 2>&1 &
    ;;
  measure)
    (
      close_all
      start=${EPOCHREALTIME/./}
      while [[ -e /proc/$$/exe ]]; do sleep 0.002; done
      echo $((${EPOCHREALTIME/./} - start)) >"$value"
    ) >/dev/null 2>&1 &
    ;;
  as) ulimit -v "$value" ;;
esac
exec "$@"
