gimp -i -d -f -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png" "photo.png")))
         (layer (car (gimp-image-get-active-layer image))))
    (plug-in-conv-layer RUN-NONINTERACTIVE image layer
                        "-1 0 1; -2 0 2; -1 0 1" "f, f.T" "both" "opencv" "same" "zeros" 1 1 0 "map" TRUE)
    (gimp-xcf-save RUN-NONINTERACTIVE image layer "maps.xcf" "maps.xcf"))' -b '(gimp-quit 0)'
