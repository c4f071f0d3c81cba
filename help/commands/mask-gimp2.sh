gimp -i -d -f -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png" "photo.png")))
         (photo (car (gimp-image-get-active-layer image)))
         (group (car (plug-in-conv-layer RUN-NONINTERACTIVE image photo
                                         "-1 0 1; -2 0 2; -1 0 1" "f, -f, f.T, -f.T" "post-relu" "opencv"
                                         "same" "replicate" 1 1 0 "shared" TRUE)))
         (stage (vector-ref (cadr (gimp-item-get-children group)) 0))
         (maps (vector->list (cadr (gimp-item-get-children stage)))))
    (for-each (lambda (layer) (gimp-layer-set-mode layer LAYER-MODE-LIGHTEN-ONLY)) maps)
    (let* ((edges (car (gimp-image-merge-layer-group image group)))
           (mask (car (gimp-layer-create-mask edges ADD-MASK-COPY))))
      (gimp-layer-add-mask photo mask)
      (gimp-image-remove-layer image edges))
    (gimp-xcf-save RUN-NONINTERACTIVE image photo "mask.xcf" "mask.xcf"))' -b '(gimp-quit 0)'
