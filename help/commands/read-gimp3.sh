gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "lesson.xcf")))
         (inside (lambda (item) (vector-ref (car (gimp-item-get-children item)) 0)))
         (map (inside (inside (vector-ref (car (gimp-image-get-layers image)) 0))))
         (file (open-output-file "map.json")))
    (display (caddr (car (gimp-item-get-parasite map "conv-layer"))) file)
    (close-output-port file))'
