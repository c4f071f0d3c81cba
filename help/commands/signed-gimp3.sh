gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png")))
         (photo (vector-ref (car (gimp-image-get-layers image)) 0)))
    (gimp-image-convert-precision image PRECISION-FLOAT-NON-LINEAR)
    (plug-in-conv-layer #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector photo)
                        #:variants "f" #:maps "pre-relu" #:scale "raw" #:group FALSE)
    (gimp-image-remove-layer image photo)
    (gimp-image-resize-to-layers image)
    (gimp-file-save RUN-NONINTERACTIVE image "signed.tif"))'
