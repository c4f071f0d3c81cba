gimp -i -d -f -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "lesson.xcf" "lesson.xcf")))
         (inside (lambda (item) (vector-ref (cadr (gimp-item-get-children item)) 0)))
         (map (inside (inside (vector-ref (cadr (gimp-image-get-layers image)) 0))))
         (file (open-output-file "map.json")))
    (display (caddr (car (gimp-item-get-parasite map "conv-layer"))) file)
    (close-output-port file))' -b '(gimp-quit 0)'
