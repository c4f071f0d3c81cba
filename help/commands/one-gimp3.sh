gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png")))
         (layer (vector-ref (car (gimp-image-get-layers image)) 0)))
    (plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer)
                        #:filter "-1 0 1; -2 0 2; -1 0 1" #:variants "f, f.T" #:padding "same")
    (gimp-xcf-save RUN-NONINTERACTIVE image "maps.xcf"))'
