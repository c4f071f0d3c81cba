; gimp3.scm: what folder.scm needs, said as GIMP 3 wants it.  Knows nothing of
; folders and of what is done when something fails.

; Opens a picture as one the filter can read.
(define (conv-layer-folder-open path)
  (let ((image (car (gimp-file-load RUN-NONINTERACTIVE path))))
    (if (= (car (gimp-image-get-base-type image)) INDEXED) (gimp-image-convert-rgb image))
    image))

; Runs the filter on the image's selected layers and gives the group of the maps.
(define (conv-layer-folder-run image settings)
  (let* ((value (lambda (name) (cadr (assq name settings))))
         (maps (car (plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE
                                        #:image image
                                        #:drawables (car (gimp-image-get-selected-drawables image))
                                        #:filter (value 'filter)
                                        #:variants (value 'variants)
                                        #:maps (value 'maps)
                                        #:grayscale (value 'grayscale)
                                        #:padding (value 'padding)
                                        #:padding-mode (value 'padding-mode)
                                        #:stride (value 'stride)
                                        #:dilation (value 'dilation)
                                        #:bias (value 'bias)
                                        #:scale (value 'scale)
                                        #:group TRUE)))
         (parent (lambda (item) (car (gimp-item-get-parent item)))))
    (parent (parent (vector-ref maps 0)))))

(define (conv-layer-folder-children item)
  (vector->list (car (gimp-item-get-children item))))

; GIMP 3 writes images only, not single layers.  Into a new image it would
; convert the pixels when the photo has a colour profile; a copy has it, too.
(define (conv-layer-folder-save-map image layer path)
  (let* ((copy (car (gimp-image-duplicate image)))
         (saved (conv-layer-folder-try
                  (lambda ()
                    (for-each (lambda (old) (gimp-image-remove-layer copy old))
                              (vector->list (car (gimp-image-get-layers copy))))
                    (let ((map-copy (car (gimp-layer-new-from-drawable layer copy))))
                      (gimp-image-insert-layer copy map-copy 0 0)
                      (gimp-image-resize-to-layers copy)
                      (gimp-file-save RUN-NONINTERACTIVE copy path))))))
    (gimp-image-delete copy)
    (if (not (car saved)) (*error-hook* (cdr saved)))))

(define (conv-layer-folder-save-image image path)
  (gimp-file-save RUN-NONINTERACTIVE image path))
