#!/usr/bin/env bash
# gimp.sh: the whole filter inside GIMP against a floor: a plug-in that makes the
# same layers from ready bytes.  Interleaved runs, medians, their ratio.
#   gimp.sh BUILD-FOLDER [ROUNDS]
# To hold GIMP and the plug-in to one CPU: taskset -c 0 gimp.sh …
set -euo pipefail
build=$(realpath "$1")
rounds=${2:-9}
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

generation=3
[[ ! -x $build/tests/floor2 ]] || generation=2
for plug_in in conv-layer:plugin/conv-layer "floor:tests/floor$generation"; do
    mkdir -p "$work/profile/plug-ins/${plug_in%%:*}"
    cp "$build/${plug_in#*:}" "$work/profile/plug-ins/${plug_in%%:*}/${plug_in%%:*}"
done

if ((generation == 2)); then
    load='(car (gimp-file-load RUN-NONINTERACTIVE path path))'
    layer='(car (gimp-image-get-active-layer image))'
    filter='(plug-in-conv-layer RUN-NONINTERACTIVE image layer "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1"
              "f, -f, f.T, -f.T" "both" "opencv" "valid" "zeros" 1 1 0 "map" TRUE)'
    floor='(plug-in-conv-layer-floor RUN-NONINTERACTIVE image layer)'
else
    load='(car (gimp-file-load RUN-NONINTERACTIVE path))'
    layer='(vector-ref (car (gimp-image-get-layers image)) 0)'
    filter='(plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer))'
    floor='(plug-in-conv-layer-floor #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer))'
fi

cat >"$work/bench.scm" <<END
(define port (open-output-file "$work/times"))
(define (now) (let ((t (gettimeofday))) (+ (* 1000000.0 (car t)) (cadr t))))
(define (timed label original run)
  (let* ((image (car (gimp-image-duplicate original)))
         (layer $layer)
         (start (now)))
    (run image layer)
    (display (string-append label " " (number->string (/ (- (now) start) 1000.0))) port)
    (newline port)
    (gimp-image-delete image)))
(define (floor-run image layer) $floor)
(define (filter-run image layer) $filter)
(define (bench path side gray)
  (let ((image $load))
    (gimp-image-scale image side side)
    (if gray (gimp-image-convert-grayscale image))
    (let loop ((i 0))
      (if (<= i $rounds)
          (let ((mark (string-append (if (= i 0) "warm" "run") " " (number->string side) " " (if gray "gray" "rgb"))))
            (timed (string-append mark " floor") image floor-run)
            (timed (string-append mark " filter") image filter-run)
            (loop (+ i 1)))))
    (gimp-image-delete image)))
(bench "$here/../data/rocket.jpg" 4096 #f)
(bench "$here/../data/rocket.jpg" 4096 #t)
(bench "$here/../data/rocket.jpg" 1448 #f)
(bench "$here/../data/rocket.jpg" 1448 #t)
(close-output-port port)
END

export HOME=$work
if ((generation == 2)); then
    GIMP2_DIRECTORY=$work/profile gimp -i -d -f -b "(load \"$work/bench.scm\")" -b '(gimp-quit 0)' >"$work/log" 2>&1
else
    GIMP3_DIRECTORY=$work/profile gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval \
        -b "(load \"$work/bench.scm\")" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
fi

gimp-console --version 2>/dev/null | tail -n 1
printf '%-6s %-5s %10s %10s %8s %8s\n' side type 'floor ms' 'filter ms' 'ratio' 'of pairs'
for side in 4096 1448; do
    for type in rgb gray; do
        for what in floor filter; do
            awk -v s=$side -v t=$type -v w=$what '$1 == "run" && $2 == s && $3 == t && $4 == w { print $5 }' \
                "$work/times" >"$work/$what"
        done
        median () { sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
        paste "$work/floor" "$work/filter" | awk '{ print $2 / $1 }' >"$work/ratio"
        printf '%-6s %-5s %10.1f %10.1f %8.2f %8.2f\n' $side $type "$(median "$work/floor")" "$(median "$work/filter")" \
            "$(echo "$(median "$work/filter") $(median "$work/floor")" | awk '{ print $1 / $2 }')" "$(median "$work/ratio")"
    done
done
