#!/usr/bin/env bash
# gimp.sh: the whole filter inside GIMP beside another way to layers.
# Interleaved runs, medians, their ratios.
#   gimp.sh BUILD-FOLDER [ROUNDS] [floor|whole|hand] [SIDE…]
# floor (the default): the same eight layers, filled with ready bytes.
# whole: the same, but it also reads the picture, and the layers come by one call.
# hand: four copies of the layer and GIMP's Convolution Matrix on each.
# SIDE: of the square picture, 4096 and 1448 by default.
# To hold GIMP and the plug-in to one CPU: taskset -c 0 gimp.sh …
set -euo pipefail
build=$(realpath "$1")
rounds=${2:-9}
other=${3:-floor}
sides=("${@:4}")
((${#sides[@]})) || sides=(4096 1448)
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
    whole='(plug-in-conv-layer-whole RUN-NONINTERACTIVE image layer)'
    copy='(car (gimp-layer-copy layer FALSE))'
    by_hand='(plug-in-convmatrix RUN-NONINTERACTIVE image copy 25 (list->vector weights) FALSE 1 0 5 #(1 1 1 1 0) 0)'
else
    load='(car (gimp-file-load RUN-NONINTERACTIVE path))'
    layer='(vector-ref (car (gimp-image-get-layers image)) 0)'
    filter='(plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer))'
    floor='(plug-in-conv-layer-floor #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer))'
    whole='(plug-in-conv-layer-whole #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer))'
    copy='(car (gimp-layer-copy layer))'
    by_hand='(apply gimp-drawable-merge-new-filter copy "gegl:convolution-matrix" "" LAYER-MODE-REPLACE 1.0 (named weights))'
fi

cat >"$work/bench.scm" <<END
(define port (open-output-file "$work/times"))
(define (now) (let ((t (gettimeofday))) (+ (* 1000000.0 (car t)) (cadr t))))
; GIMP composes the new image while nothing else is asked of it; that is no part of either.
(define (settle)
  (let ((end (+ (now) 1500000.0)))
    (let loop () (if (< (now) end) (loop)))))
(define (timed label original run)
  (let* ((image (car (gimp-image-duplicate original)))
         (layer $layer)
         (start (begin (settle) (now))))
    (run image layer)
    (display (string-append label " " (number->string (/ (- (now) start) 1000.0))) port)
    (newline port)
    (gimp-image-delete image)))
; A 4x4 filter in the upper left of Convolution Matrix's 5x5, row by row.
(define edge '(-1 -1 1 1 0  -1 -1 1 1 0  -1 -1 1 1 0  -1 -1 1 1 0  0 0 0 0 0))
(define (turned weights)
  (let ((rows (list->vector weights)))
    (let loop ((i 24) (list '()))
      (if (< i 0) list
          (loop (- i 1) (cons (vector-ref rows (+ (* 5 (remainder i 5)) (quotient i 5))) list))))))
(define (negative weights) (map - weights))
(define names '("a1" "a2" "a3" "a4" "a5" "b1" "b2" "b3" "b4" "b5" "c1" "c2" "c3" "c4" "c5"
                "d1" "d2" "d3" "d4" "d5" "e1" "e2" "e3" "e4" "e5"))
(define (named weights)
  (let loop ((names names) (weights weights))
    (if (null? names) (list "divisor" 1.0)
        (cons (car names) (cons (* 1.0 (car weights)) (loop (cdr names) (cdr weights)))))))
(define (hand-run image layer)
  (for-each (lambda (weights)
              (let ((copy $copy))
                (gimp-image-insert-layer image copy 0 0)
                $by_hand))
            (list edge (negative edge) (turned edge) (negative (turned edge)))))
(define (floor-run image layer) $floor)
(define (whole-run image layer) $whole)
(define (filter-run image layer) $filter)
(define (bench path side gray)
  (let ((image $load))
    (gimp-image-scale image side side)
    (if gray (gimp-image-convert-grayscale image))
    (let loop ((i 0))
      (if (<= i $rounds)
          (let ((mark (string-append (if (= i 0) "warm" "run") " " (number->string side) " " (if gray "gray" "rgb"))))
            (timed (string-append mark " $other") image $other-run)
            (timed (string-append mark " filter") image filter-run)
            (loop (+ i 1)))))
    (gimp-image-delete image)))
(for-each (lambda (side)
            (bench "$here/../data/rocket.jpg" side #f)
            (bench "$here/../data/rocket.jpg" side #t))
          '(${sides[*]}))
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
median ()
{
    sort -n "$1" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

printf '%-6s %-5s %10s %10s %15s %9s\n' side type "$other ms" 'filter ms' "filter/$other" 'of pairs'
for side in "${sides[@]}"; do
    for type in rgb gray; do
        for what in "$other" filter; do
            awk -v s="$side" -v t=$type -v w="$what" '$1 == "run" && $2 == s && $3 == t && $4 == w { print $5 }' \
                "$work/times" >"$work/$what"
        done
        paste "$work/$other" "$work/filter" | awk '{ print $2 / $1 }' >"$work/ratio"
        printf '%-6s %-5s %10.1f %10.1f %15.3f %9.3f\n' "$side" $type "$(median "$work/$other")" "$(median "$work/filter")" \
            "$(echo "$(median "$work/filter") $(median "$work/$other")" | awk '{ print $1 / $2 }')" "$(median "$work/ratio")"
    done
done
