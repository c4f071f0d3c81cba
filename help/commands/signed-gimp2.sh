gimp -i -d -f -b '
  (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "photo.png" "photo.png")))
         (photo (car (gimp-image-get-active-layer image))))
    (gimp-image-convert-precision image PRECISION-FLOAT-GAMMA)
    (let ((map (car (plug-in-conv-layer RUN-NONINTERACTIVE image photo
                                        "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1" "f"
                                        "pre-relu" "opencv" "valid" "zeros" 1 1 0 "raw" FALSE))))
      (gimp-image-remove-layer image photo)
      (gimp-image-resize-to-layers image)
      (gimp-file-save RUN-NONINTERACTIVE image map "signed.tif" "signed.tif")))' -b '(gimp-quit 0)'
