gimp -i -d -f -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png" "photo.png")))
         (layer (car (gimp-image-get-active-layer image))))
    (plug-in-conv-layer RUN-NONINTERACTIVE image layer
                        "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1" "f, -f, f.T, -f.T"
                        "both" "opencv" "valid" "zeros" 1 1 0 "map" TRUE)
    (gimp-xcf-save RUN-NONINTERACTIVE image layer "lesson.xcf" "lesson.xcf"))' -b '(gimp-quit 0)'
