#!/usr/bin/env bash
# demo.sh: one of the two commands of the README: installs what is missing,
# builds the plug-in, puts it into the user's GIMP profile and runs it on a
# picture.  Knows the procedure's interface, not how it works.
set -euo pipefail
start=$PWD
cd "$(dirname "$0")"
# shellcheck source=tests/hosts/steps.sh
source tests/hosts/steps.sh
# shellcheck source=tests/hosts/packages.sh
source tests/hosts/packages.sh

usage='usage: ./demo.sh [IMAGE]

Installs what is missing (by apt, as root or by sudo), builds conv-layer in the
folder build, puts it into your GIMP profile and runs it on IMAGE, any picture
GIMP opens (default: tests/data/rocket.jpg). In the current folder it writes

  NAME-maps.xcf  the picture with its activation maps as layers, for GIMP
  NAME-maps/     every map as a PNG, and figure.png: picture, filters and maps together

where NAME is that of IMAGE without its ending; what is there by those names is
replaced.

  -h, --help     show this

To take the plug-in out of the profile again: ninja -C build uninstall'

image=''
for argument; do
  case $argument in
    -h | --help) say "$usage"; exit ;;
    -*) printf '%s\n' "$usage" >&2; exit 2 ;;
    *)
      [[ -z $image ]] || { printf '%s\n' "$usage" >&2; exit 2; }
      image=$argument ;;
  esac
done

if [[ -z $image ]]; then
  image=$PWD/tests/data/rocket.jpg
elif [[ $image != /* ]]; then
  image=$start/$image
fi
[[ -f $image && -r $image ]] || fail "there is no picture $image that can be read"
[[ -w $start ]] || fail "the maps are written into the current folder, and $start cannot be written to; run this from another folder"

# ---- build and install ----

packages_find_gimp
gimp_list=packages_gimp$gimp_generation
packages_need "$packages_build${!gimp_list}$packages_run"
version=$(gimp-console --version | grep -o '[0-9]\+\.[0-9]\+\.[0-9]\+' | head -n 1)

say "Building the plug-in for GIMP $version..."
step "the build could not be configured" \
  tests/hosts/configure.sh . build -Dgimp="$gimp_generation" -Dfolder=user
step "the plug-in could not be built" ninja -C build

# GIMP fills a profile only if there is none: it must be first.
make_profile ()
{
  if ((gimp_generation == 2)); then
    gimp-console -i -d -f -b '(gimp-quit 0)'
  else
    gimp-console -i -d -f --quit --batch-interpreter=plug-in-script-fu-eval -b '(gimp-version)'
  fi
  [[ -d $profile ]]
}

profile=$(plugin/profile-folder.sh "$gimp_generation" "$version")
if [[ ! -d $profile ]]; then
  say "Starting GIMP for the first time, so that it makes your profile..."
  step "GIMP did not make a profile in $profile" make_profile
fi
say "Putting it into your GIMP profile..."
[[ -z ${SUDO_USER:-} ]] || say "(This runs by sudo: it is the profile of $(id -un), not of $SUDO_USER.)"
step "the plug-in could not be put into your GIMP profile" meson install -C build --no-rebuild

# ---- run ----

name=${image##*/}
[[ $name != ?*.* ]] || name=${name%.*}
work=$(mktemp -d "$start/.conv-layer.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# A string of Script-Fu.
quote ()
{
  local text=${1//\\/\\\\}
  printf '"%s"' "${text//\"/\\\"}"
}

# What GIMP 2.10 and GIMP 3 say differently.
dialect_2='
(define (open-image path) (car (gimp-file-load RUN-NONINTERACTIVE path path)))
(define (base-type image) (car (gimp-image-base-type image)))
(define (open-layer image) (car (gimp-image-get-active-drawable image)))
(define (children item) (vector->list (cadr (gimp-item-get-children item))))
(define (run-filter image layer)
  (car (plug-in-conv-layer-figure RUN-NONINTERACTIVE image layer
         "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1" "f, -f, f.T, -f.T"
         "both" "opencv" "valid" "zeros" 1 1 0 "map" TRUE TRUE)))
(define (images) (vector->list (cadr (gimp-image-list))))
(define (save-map image layer path)
  (file-png-save RUN-NONINTERACTIVE image layer path path 0 6 0 0 0 0 0))
(define (save-flat image path) (save-map image (open-layer image) path))
(define (save-image image path)
  (gimp-xcf-save 0 image (open-layer image) path path))'
dialect_3='
(define (open-image path) (car (gimp-file-load RUN-NONINTERACTIVE path)))
(define (base-type image) (car (gimp-image-get-base-type image)))
(define (open-layer image) (vector-ref (car (gimp-image-get-selected-drawables image)) 0))
(define (children item) (vector->list (car (gimp-item-get-children item))))
(define (parent item) (car (gimp-item-get-parent item)))
(define (run-filter image layer)
  (let ((maps (car (plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                                       #:figure TRUE))))
    (parent (parent (vector-ref maps 0)))))
(define (images) (vector->list (car (gimp-get-images))))
; GIMP 3 writes images only, not single layers.  Into a new image it would
; convert the pixels when the picture has a colour profile; a copy has it, too.
(define (save-map image layer path)
  (let ((copy (car (gimp-image-duplicate image))))
    (for-each (lambda (old) (gimp-image-remove-layer copy old)) (vector->list (car (gimp-image-get-layers copy))))
    (gimp-image-insert-layer copy (car (gimp-layer-new-from-drawable layer copy)) 0 0)
    (gimp-image-resize-to-layers copy)
    (gimp-file-save RUN-NONINTERACTIVE copy path)
    (gimp-image-delete copy)))
(define (save-flat image path) (gimp-file-save RUN-NONINTERACTIVE image path))
(define (save-image image path) (gimp-file-save RUN-NONINTERACTIVE image path))'

# The list of maps is written last: it is the sign that all went well.
script="
(define folder $(quote "$work"))
(define (save-stage image stage items n out)
  (if (pair? items)
      (let ((file (string-append \"output-\" (number->string n) \"-\" stage \".png\")))
        (save-map image (car items) (string-append folder \"/maps/\" file))
        (display (string-append file \"  \" (car (gimp-item-get-name (car items))) \"\\n\") out)
        (save-stage image stage (cdr items) (+ n 1) out))))
; The figure is the one other image.
(define (save-figure image all)
  (if (= image (car all))
      (save-figure image (cdr all))
      (begin
        (gimp-image-flatten (car all))
        (save-flat (car all) (string-append folder \"/maps/figure.png\")))))
(let* ((image (open-image $(quote "$image")))
       (out (open-output-file (string-append folder \"/list.part\"))))
  (if (= (base-type image) INDEXED) (gimp-image-convert-rgb image))
  (let ((stages (children (run-filter image (open-layer image)))))
    (save-stage image \"pre-relu\" (children (car stages)) 1 out)
    (save-stage image \"post-relu\" (children (cadr stages)) 1 out))
  (save-figure image (images))
  (save-image image (string-append folder \"/maps.xcf\"))
  (display \"complete\\n\" out)
  (close-output-port out))"

run_gimp ()
{
  local dialect=$dialect_3
  ((gimp_generation == 3)) || dialect=$dialect_2
  mkdir "$work/maps"
  # From a file, as GIMP 3 repeats a failing command at length.
  printf '%s\n' "$dialect$script" >"$work/demo.scm"
  if ((gimp_generation == 2)); then
    # Its exit status tells nothing.
    gimp-console -i -d -f -b "(load $(quote "$work/demo.scm"))" -b '(gimp-quit 0)'
  else
    gimp-console -i -d -f --quit --batch-interpreter=plug-in-script-fu-eval -b "(load $(quote "$work/demo.scm"))"
  fi
  [[ $(tail -n 1 "$work/list.part" 2>/dev/null) == complete ]]
}

say "Running it on ${image##*/}..."
step "GIMP did not run the filter to its end" run_gimp

rm -rf "$start/$name-maps" "$start/$name-maps.xcf"
mv "$work/maps" "$start/$name-maps"
mv "$work/maps.xcf" "$start/$name-maps.xcf"
sed '$d' "$work/list.part" >"$work/list"

say
say "The picture with its maps as layers:  $start/$name-maps.xcf"
say "Every map as a PNG:                   $start/$name-maps/"
sed 's/^/  /' "$work/list"
say "All of it as the lesson shows it:     $start/$name-maps/figure.png"
say
say "In GIMP (restart it if it is open) the filter is in the menu"
say "  Filters > Generic > Convolutional Layer..."
