gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png")))
         (photo (vector-ref (car (gimp-image-get-layers image)) 0))
         (maps (car (plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector photo)
                                        #:filter "-1 0 1; -2 0 2; -1 0 1" #:maps "post-relu"
                                        #:padding "same" #:padding-mode "replicate" #:scale "shared")))
         (stage (car (gimp-item-get-parent (vector-ref maps 0))))
         (group (car (gimp-item-get-parent stage))))
    (for-each (lambda (layer) (gimp-layer-set-mode layer LAYER-MODE-LIGHTEN-ONLY)) (vector->list maps))
    (let* ((edges (car (gimp-group-layer-merge group)))
           (mask (car (gimp-layer-create-mask edges ADD-MASK-COPY))))
      (gimp-layer-add-mask photo mask)
      (gimp-image-remove-layer image edges))
    (gimp-xcf-save RUN-NONINTERACTIVE image "mask.xcf"))'
