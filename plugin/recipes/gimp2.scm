; gimp2.scm: what folder.scm needs, said as GIMP 2.10 wants it.  Knows nothing
; of folders and of what is done when something fails.

; Opens a picture as one the filter can read.
(define (conv-layer-folder-open path)
  (let ((image (car (gimp-file-load RUN-NONINTERACTIVE path path))))
    (if (= (car (gimp-image-base-type image)) INDEXED) (gimp-image-convert-rgb image))
    image))

; Runs the filter on the image's active layer and gives the group of the maps.
(define (conv-layer-folder-run image settings)
  (car (apply plug-in-conv-layer
              (append (list RUN-NONINTERACTIVE image (car (gimp-image-get-active-drawable image)))
                      (map cadr settings)
                      (list TRUE)))))

(define (conv-layer-folder-children item)
  (vector->list (cadr (gimp-item-get-children item))))

(define (conv-layer-folder-save-map image layer path)
  (file-png-save RUN-NONINTERACTIVE image layer path path 0 6 0 0 0 0 0))

(define (conv-layer-folder-save-image image path)
  (gimp-xcf-save RUN-NONINTERACTIVE image (car (gimp-image-get-active-drawable image)) path path))
