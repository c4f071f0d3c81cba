#!/usr/bin/env python3
# load.py: what the filter bears, with figures: pictures of 100 million pixels, the
# longest and the highest there are, 64 maps; many runs in one GIMP, which must
# keep no layer and no parasite of them, and whose memory must not grow by more than
# when Script-Fu makes the same layers; eight plug-ins at once.  Takes minutes to
# an hour: meson test --benchmark load.
# CONV_LAYER_LOAD_RUNS sets the runs (1,000 without it), CONV_LAYER_CASES picks.

import os
import re
import threading
import time

import host
from host import EXECUTABLE, HOST, Batch, Profile, main, scheme
from images import components
from reference import Maps, gray
from tap import chosen, equal, true
from xcf_writer import Layer, Tiled, write

RUNS = int(os.environ.get("CONV_LAYER_LOAD_RUNS", "1000"))
SETTLED = min(50, RUNS // 2) # runs after which GIMP has what it keeps
MOST_GROWTH = 0.05
AT_ONCE = 8
SIDE = 64 # of the tile that a picture consists of
host.HANGS_AFTER = 7200 # a thousand runs take longer than a test
VARIANTS_64 = ", ".join("%d*f" % (n - 32 or 64) for n in range(64))


# ---- large pictures ----

def large(report, name, width, height, precision=150, type=0, **options):
    """WIDTH x HEIGHT pixels made of one tile, so that a corner of a map tells what all of it must be."""
    name = "large/" + name
    if not chosen(name):
        return
    tile = components(SIDE * SIDE * (1 if type else 3), precision, 31)
    batch = Batch()
    corner = [min(100, width), min(60, height)]
    peaks = []

    def body(case):
        write(case.file("in.xcf"), width, height, [Layer("photo", width, height, type, Tiled(tile))],
              base_type=type // 2, precision=precision)
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          %s
          (t-record "dirty" (t-dirty image))
          (gimp-image-crop image %d %d %d %d)
          (t-save image %s)
          (gimp-image-delete image))""" % (
              case.path("in.xcf"), timed(case, HOST.call(**options)), *corner, width - corner[0], height - corner[1],
              case.path("after.xcf"))

    def check(found):
        after = found.xcf("after.xcf")
        w, h = min(width, SIDE + 40), min(height, SIDE + 40)
        count = 1 if type else 3
        pixels = [tuple(tile[(y % SIDE * SIDE + x % SIDE) * count:][:count]) for y in range(h) for x in range(w)]
        maps = Maps(gray(pixels, type // 2, precision), w, h, **options)
        layers = [layer for layer in after.all_layers if not layer.is_group and layer.name != "photo"]
        equal([layer.name for layer in layers], [m.name for m in maps.all], "names")
        for layer, m in zip(layers, maps.all):
            same_corner(layer, m, maps, precision, (width - corner[0], height - corner[1]))
        seconds = stopped(found)
        mapped = width * height * len(layers) / 1e6
        print("# %s: %d x %d, %d maps: %.1f s, %.0f million pixels of maps a second, the plug-in's peak %d MiB" % (
            name, width, height, len(layers), seconds, mapped / seconds, max(peaks or [0]) // 1024))

    batch.case(name, body, check)
    with Watch(peaks):
        batch.run(report)


def same_corner(layer, m, maps, precision, start):
    """The part of a map that was left, which began at START of the source."""
    units = maps.codes(m) if precision == 150 else maps.units(m)
    values = list(layer.values())
    for y in range(layer.height):
        for x in range(layer.width):
            source = [at + offset - begin for at, offset, begin in zip((x + layer.x, y + layer.y), start, (maps.x, maps.y))]
            source = [at % SIDE if extent > SIDE else at for at, extent in zip(source, (maps.width, maps.height))]
            found, expected = values[(y * layer.width + x) * layer.channels], units[source[1] * maps.width + source[0]]
            true(found == expected if precision == 150 else abs(found - expected) <= 2 ** -22,
                 "%s: %r at %d, %d, expected %r" % (m.name, found, x, y, expected))


def timed(case, call):
    """CALL between two files, whose times tell how long it took."""
    mark = '(close-output-port (open-output-file %s))'
    return "%s %s %s" % (mark % case.path("start"), call, mark % case.path("stop"))


def stopped(found):
    start, stop = (os.stat(found.case.file(name)).st_mtime for name in ("start", "stop"))
    return stop - start


class Watch:
    """The largest resident set, in KiB, of every process of the plug-in, into a list; and the most there were at once."""

    def __init__(self, peaks):
        self.peaks, self.most, self.ended = peaks, 0, threading.Event()
        self.thread = threading.Thread(target=self._look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        self.thread.join()

    def _look(self):
        program = os.path.realpath(EXECUTABLE)
        while not self.ended.wait(0.05):
            count = 0
            for name in os.listdir("/proc"):
                try:
                    if name.isdigit() and os.path.realpath("/proc/%s/exe" % name) == program:
                        count += 1
                        with open("/proc/%s/status" % name) as stream:
                            self.peaks.append(int(re.search(r"VmHWM:\s*(\d+)", stream.read()).group(1)))
                except (OSError, AttributeError):
                    pass
            self.most = max(self.most, count)


# ---- many runs ----

# What GIMP itself, the parent of the interpreter, holds, in KiB; how many of the
# items FROM to TO there are; of parasites, GIMP's and an image's; of a tree's items.
HELD = """
(define (t-words path count)
  (let* ((port (open-input-file path))
         (words (let loop ((n count)) (if (= n 0) '() (let ((word (read port))) (cons word (loop (- n 1))))))))
    (close-input-port port)
    words))
(define t-host (number->string (list-ref (t-words "/proc/self/stat" 4) 3)))
(define (t-resident) (* 4 (cadr (t-words (string-append "/proc/" t-host "/statm") 2))))
(define (t-yes value) (not (or (eqv? value 0) (eqv? value #f))))
(define (t-valid from to)
  (let loop ((id from) (count 0))
    (if (> id to) count (loop (+ id 1) (if (t-yes (car (%(valid)s id))) (+ count 1) count)))))
(define (t-parasites image) (list %(parasites)s))
(define (t-tree items)
  (apply + (map (lambda (item) (+ 1 (if (t-yes (car (gimp-item-is-group item))) (t-tree (t-children item)) 0))) items)))
""" % {2: dict(valid="gimp-item-is-valid",
               parasites="(car (gimp-get-parasite-list)) (car (gimp-image-get-parasite-list image))"),
       3: dict(valid="gimp-item-id-is-valid",
               parasites="(length (car (gimp-get-parasite-list))) (length (car (gimp-image-get-parasite-list image)))")
       }[HOST.generation]

# One run of each kind; what the wrong one leaves counts as well.
KINDS = ({}, {"group": False}, {"scale": "raw", "maps": "pre-relu"}, {"dilation": 64}, {"padding": "same"})
WRONG = 3

# The control: the layers and groups of these runs, made by the calls the plug-in makes, but by Script-Fu and from
# copies of the photo, so that the plug-in has no part in it.
CONTROL = """
(define (t-times count thunk) (if (> count 0) (begin (thunk) (t-times (- count 1) thunk))))
(define (t-put image layer parent) (gimp-image-insert-layer image layer parent 0) layer)
(define (t-copy image layer parent) (t-put image (car (gimp-layer-new-from-drawable layer image)) parent))
(define (t-group image parent) (t-put image (car (%s)) parent))
(define (t-flat image layer)
  (gimp-image-undo-group-start image)
  (t-times 8 (lambda () (t-copy image layer 0)))
  (gimp-image-undo-group-end image))
(define (t-grouped image layer stages)
  (let* ((draft (car (gimp-image-new 200 150 0))) (whole #f))
    (gimp-image-undo-disable draft)
    (set! whole (t-group draft 0))
    (t-times stages (lambda () (let ((stage (t-group draft whole))) (t-times 4 (lambda () (t-copy draft layer stage))))))
    (t-copy image whole 0)
    (gimp-image-delete draft)))
""" % {2: "gimp-layer-group-new image", 3: 'gimp-group-layer-new image "group"'}[HOST.generation]
CONTROLS = ("(t-grouped image layer 2)", "(t-flat image layer)", "(t-grouped image layer 1)", "(gimp-item-get-name -1)",
            "(t-grouped image layer 2)")


def many(report):
    if not chosen("many-runs"):
        return
    held = {}

    def runs(name, calls):
        """A GIMP that makes CALLS in turn; what it holds, in KiB, is put into HELD by the number of runs."""
        batch = Batch()

        def body(case):
            row = components(200 * 3)
            write(case.file("in.xcf"), 200, 150, [Layer("photo", 200, 150, 0, row * 150, active=True)])
            return """%s %s
              (let* ((first (t-load %s)) (parasites (t-parasites first)))
                (define (once n)
                  (let* ((image (t-duplicate first)) (layer (t-layer image "photo")) (tried #f))
                    (set! tried (case (modulo n %d) %s))
                    (if (not (eq? (car tried) (not (= (modulo n %d) %d))))
                        (t-record "other-end" (list n tried)))
                    (if (not (= (t-valid layer (+ layer 80)) (t-tree (t-layers image))))
                        (t-record "leaked" (list n (t-valid layer (+ layer 80)) (t-tree (t-layers image)))))
                    (if (not (equal? (t-parasites image) parasites))
                        (t-record "parasites" (list n (t-parasites image) parasites)))
                    (gimp-image-delete image)
                    (if (not (= 0 (t-valid layer (+ layer 80))))
                        (t-record "left" (list n (t-valid layer (+ layer 80)))))))
                (let loop ((n 1))
                  (once n)
                  (if (or (= n %d) (= (modulo n 50) 0) (= n %d))
                      (t-record (string-append "resident-" (number->string n)) (t-resident)))
                  (if (< n %d) (loop (+ n 1))))
                (gimp-image-delete first))""" % (
                    HELD, CONTROL, case.path("in.xcf"), len(KINDS),
                    "".join("((%d) (t-try (lambda () %s)))" % pair for pair in enumerate(calls)), len(KINDS), WRONG,
                    SETTLED, RUNS, RUNS)

        def check(found):
            held[name] = {int(key[9:]): value for key, value in found.records.items() if key.startswith("resident-")}
            true(RUNS in held[name], "the script did not come to the end: %s" % found.records.get("error"))
            print("# %s: " % name + ", ".join("%d: %d KiB" % pair for pair in sorted(held[name].items())))
            for key in "left", "other-end", "leaked", "parasites":
                true(key not in found.records, "%s: run and numbers %r" % (key, found.records.get(key)))

        # GIMP tells of the runs that are to fail.
        batch.case(name, body, check).may_crash = True
        batch.run(report)

    def growth():
        """What the runs add to what GIMP keeps of such layers and groups anyway, whoever makes them."""
        settled = held["many-runs"][SETTLED]
        whole, control = ((values[RUNS] - values[SETTLED]) / settled for values in (held["many-runs"], held["many-controls"]))
        print("# many-runs: GIMP holds %d MiB after %d runs, after %d %+.1f %%; %+.1f %% where Script-Fu makes the layers, "
              "so %+.1f %% by the filter" % (settled // 1024, SETTLED, RUNS, 100 * whole, 100 * control,
                                             100 * (whole - control)))
        true(whole - control <= MOST_GROWTH, "GIMP's memory grew by %.1f %%" % (100 * (whole - control)))

    runs("many-controls", CONTROLS)
    runs("many-runs", [HOST.call(**options) for options in KINDS])
    report.run("many-runs/growth", growth)


# ---- eight at once ----

class Collected:
    """A report's place for one thread: the first thing that went wrong is raised again."""

    def __init__(self):
        self.error = None

    def run(self, name, function, *arguments):
        try:
            function(*arguments)
        except Exception as error:
            self.error = self.error or error


def at_once(report):
    if not chosen("at-once"):
        return
    profile = Profile()
    path = profile.file("in.xcf")
    write(path, 3000, 2000, [Layer("photo", 3000, 2000, 0, Tiled(components(SIDE * SIDE * 3)), active=True)])

    def results(batch, runs):
        """Runs in one GIMP; what they made is put into the list that comes back."""
        made = []

        def body(case):
            return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
              %s
              (t-save image %s)
              (gimp-image-delete image))""" % (scheme(path), HOST.call(), case.path("after.xcf"))

        def check(found):
            after = found.xcf("after.xcf")
            made.append([(layer.name, layer.x, layer.y, None if layer.is_group else hash(layer.bytes))
                         for layer in after.all_layers])
            os.unlink(found.case.file("after.xcf"))

        for n in range(runs):
            batch.case("at-once", body, check)
        collected = Collected()
        batch.run(collected)
        if collected.error:
            raise collected.error
        equal(len(made), runs, "runs that came to their end")
        return made

    def case():
        alone, = results(Batch(), 1)
        found, errors = [], []

        def one():
            try:
                found.extend(results(Batch(), 3))
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=one) for _ in range(AT_ONCE)]
        start = time.monotonic()
        with Watch([]) as watch:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]
        equal(len(found), 3 * AT_ONCE, "results")
        true(all(result == alone for result in found), "not all results are alike")
        print("# at-once: %d runs of 6 million pixels in %d GIMPs, up to %d plug-ins at a time: %.1f s, all alike" % (
            len(found), AT_ONCE, watch.most, time.monotonic() - start))

    try:
        report.run("at-once", case)
    finally:
        profile.remove()


def run(report):
    many(report)
    at_once(report)
    large(report, "100-mpx-8-bit", 10000, 10000)
    large(report, "100-mpx-float", 10000, 10000, precision=650)
    large(report, "524288x4", 524288, 4)
    large(report, "4x524288", 4, 524288)
    large(report, "64-variants", 4000, 3000, type=2, filter="1 2; 3 -4", variants=VARIANTS_64, maps="pre-relu")


main(run)
