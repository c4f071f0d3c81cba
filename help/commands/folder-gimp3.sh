gimp-console -idf --quit --batch-interpreter=plug-in-script-fu-eval -b '
  (conv-layer-folder "photos" "maps" (quote (filter "-1 0 1; -2 0 2; -1 0 1")) (quote (variants "f, f.T")))'
