gimp -i -d -f -b '
  (conv-layer-folder "photos" "maps" (quote (filter "-1 0 1; -2 0 2; -1 0 1")) (quote (variants "f, f.T")))' -b '(gimp-quit 0)'
