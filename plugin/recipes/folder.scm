; folder.scm: a recipe for batch use: a folder of photos to folders of maps.
;
;   (conv-layer-folder "photos" "maps")
;   (conv-layer-folder "photos" "maps" '(filter "-1 0 1; -2 0 2; -1 0 1") '(variants "f, f.T"))
;
; Must not know which GIMP it runs in: gimp2.scm or gimp3.scm beside it tells.

; The options of the filter in its own order, with their defaults.  The group is
; always made: it tells the pre-ReLU from the post-ReLU maps.
(define conv-layer-folder-defaults
  '((filter "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1")
    (variants "f, -f, f.T, -f.T")
    (maps "both")
    (grayscale "opencv")
    (padding "valid")
    (padding-mode "zeros")
    (stride 1)
    (dilation 1)
    (bias 0)
    (scale "map")))

; ---- errors ----

; (#t . value), or (#f . message) when the thunk fails.
(define (conv-layer-folder-try thunk)
  (call/cc
    (lambda (return)
      (let ((outer *error-hook*))
        (set! *error-hook*
          (lambda message
            (set! *error-hook* outer)
            (return (cons #f (conv-layer-folder-plain (if (pair? message) (car message) ""))))))
        (let ((value (thunk)))
          (set! *error-hook* outer)
          (cons #t value))))))

; The index behind " : 12)" when that stands at AT in TEXT, else #f.
(define (conv-layer-folder-place-end text at)
  (let ((size (string-length text)))
    (and (< (+ at 4) size)
         (string=? (substring text at (+ at 3)) " : ")
         (let loop ((at (+ at 3)))
           (cond ((= at size) #f)
                 ((char-numeric? (string-ref text at)) (loop (+ at 1)))
                 ((char=? (string-ref text at) #\)) (+ at 1))
                 (else #f))))))

; Script-Fu writes before or behind a message where in a script it came up, as
; in "(script.scm : 12) ": of no use to who reads of a photo.
(define (conv-layer-folder-plain message)
  (let loop ((at 0) (open 0))
    (cond ((= at (string-length message)) message)
          ((conv-layer-folder-place-end message at)
           (let ((end (conv-layer-folder-place-end message at)))
             (if (= open 0)
                 (substring message (min (+ end 1) (string-length message)) (string-length message))
                 (substring message 0 (- open 1)))))
          (else (loop (+ at 1) (if (char=? (string-ref message at) #\() at open))))))

; ---- files ----

(define (conv-layer-folder-path folder name)
  (string-append folder "/" name))

(define (conv-layer-folder-make folder)
  (if (not (= (file-type folder) FILE-TYPE-DIR))
      (if (not (dir-make folder))
          (*error-hook* (string-append "The folder " folder " could not be made: make the one above it first, "
                                       "or choose one that you may write to.")))))

; Every other item of a list: half of it, in the order it has.
(define (conv-layer-folder-half items)
  (if (pair? items)
      (cons (car items) (if (pair? (cdr items)) (conv-layer-folder-half (cddr items)) '()))
      '()))

(define (conv-layer-folder-merge a b)
  (let loop ((a a) (b b) (merged '()))
    (cond ((null? a) (append (reverse merged) b))
          ((null? b) (append (reverse merged) a))
          ((string<? (car a) (car b)) (loop (cdr a) b (cons (car a) merged)))
          (else (loop a (cdr b) (cons (car b) merged))))))

(define (conv-layer-folder-sort names)
  (if (or (null? names) (null? (cdr names)))
      names
      (conv-layer-folder-merge (conv-layer-folder-sort (conv-layer-folder-half names))
                               (conv-layer-folder-sort (conv-layer-folder-half (cdr names))))))

; The names of a folder's files, but not of hidden ones and of folders in it, sorted.
(define (conv-layer-folder-files folder)
  (if (not (= (file-type folder) FILE-TYPE-DIR))
      (*error-hook* (string-append "There is no folder " folder ": give one that holds photos.")))
  (let ((stream (dir-open-stream folder)))
    (let loop ((name (dir-read-entry stream)) (names '()))
      (if (string? name)
          (loop (dir-read-entry stream)
                (if (or (char=? (string-ref name 0) #\.)
                        (= (file-type (conv-layer-folder-path folder name)) FILE-TYPE-DIR))
                    names
                    (cons name names)))
          (begin
            (dir-close-stream stream)
            (conv-layer-folder-sort names))))))

; A file's name without its ending.
(define (conv-layer-folder-stem name)
  (let loop ((at (- (string-length name) 1)))
    (cond ((< at 1) name)
          ((char=? (string-ref name at) #\.) (substring name 0 at))
          (else (loop (- at 1))))))

; ---- options ----

(define (conv-layer-folder-check-option option)
  (let ((name (if (pair? option) (car option) option)))
    (if (not (and (pair? option) (pair? (cdr option)) (assq name conv-layer-folder-defaults)))
        (*error-hook* (string-append (if (symbol? name) (symbol->string name) "An option")
                                     " is no option of this recipe: give a list of a name and its value, such as "
                                     "'(stride 2); the names are those of the filter's arguments, but for group.")))))

; The defaults with those of the options that are given.
(define (conv-layer-folder-settings options)
  (for-each conv-layer-folder-check-option options)
  (map (lambda (default) (or (assq (car default) options) default)) conv-layer-folder-defaults))

; ---- one photo ----

(define (conv-layer-folder-save-stage image folder stage maps)
  (let loop ((maps maps) (n 1))
    (if (pair? maps)
        (begin
          (conv-layer-folder-save-map
            image (car maps)
            (conv-layer-folder-path folder (string-append "output-" (number->string n) "-" stage ".png")))
          (loop (cdr maps) (+ n 1))))))

; Saves all maps and the image; gives the number of maps.
(define (conv-layer-folder-save image group stages folder)
  (conv-layer-folder-make folder)
  (let loop ((groups (conv-layer-folder-children group)) (stages stages) (count 0))
    (if (pair? groups)
        (let ((maps (conv-layer-folder-children (car groups))))
          (conv-layer-folder-save-stage image folder (car stages) maps)
          (loop (cdr groups) (cdr stages) (+ count (length maps))))
        (begin
          (conv-layer-folder-save-image image (conv-layer-folder-path folder "maps.xcf"))
          count))))

; (#t . number of maps), or (#f . message); the image is closed in any case.
(define (conv-layer-folder-photo path folder settings)
  (let* ((maps (cadr (assq 'maps settings)))
         (stages (if (string=? maps "both") '("pre-relu" "post-relu") (list maps)))
         (loaded (conv-layer-folder-try (lambda () (conv-layer-folder-open path)))))
    (if (car loaded)
        (let* ((image (cdr loaded))
               (saved (conv-layer-folder-try
                        (lambda ()
                          (conv-layer-folder-save image (conv-layer-folder-run image settings) stages folder)))))
          (gimp-image-delete image)
          saved)
        loaded)))

; ---- the folder ----

(define (conv-layer-folder-report total bad target)
  (gimp-message
    (apply string-append
           (number->string (- total (length bad))) " of " (number->string total) " files became maps in " target "."
           (if (null? bad)
               '("")
               (cons " These did not:"
                     (map (lambda (one) (string-append "\n  " (car one) ": " (cdr one))) bad))))))

; Makes of every photo in the folder SOURCE a folder in TARGET, called as the
; photo: a PNG of each map, and maps.xcf, the photo with its maps as layers.
; OPTIONS: lists of a name and a value, as '(stride 2).  A message tells of
; every file; one that is no photo or that fails is told of, and again at the
; end, and the rest is done.  Gives those files with what was wrong.
(define (conv-layer-folder source target . options)
  (let* ((settings (conv-layer-folder-settings options))
         (files (conv-layer-folder-files source))
         (total (length files)))
    (conv-layer-folder-make target)
    (let loop ((left files) (n 1) (used '()) (bad '()))
      (if (pair? left)
          (let* ((file (car left))
                 (stem (conv-layer-folder-stem file))
                 (name (if (member stem used) file stem)) ; a.png beside a.jpg
                 (result (conv-layer-folder-photo (conv-layer-folder-path source file)
                                                  (conv-layer-folder-path target name) settings)))
            (gimp-message
              (string-append "[" (number->string n) "/" (number->string total) "] " file ": "
                             (if (car result)
                                 (string-append (number->string (cdr result)) " maps")
                                 (string-append "failed: " (cdr result)))))
            (loop (cdr left) (+ n 1)
                  (if (car result) (cons name used) used)
                  (if (car result) bad (cons (cons file (cdr result)) bad))))
          (begin
            (conv-layer-folder-report total (reverse bad) target)
            (reverse bad))))))
