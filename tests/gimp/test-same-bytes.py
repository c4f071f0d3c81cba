#!/usr/bin/env python3
# test-same-bytes.py: the same runs give the same bytes with one thread and
# with two, and in every GIMP: the sums over all maps are held against
# same-bytes.sha256.  `--write' makes that file anew.

import hashlib
import os
import sys

from host import HOST, Batch, main
from images import components
from tap import equal, true
from xcf import CHANNELS
from xcf_writer import Layer, write

SUMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "same-bytes.sha256")
WIDTH, HEIGHT = 301, 530  # several tiles and bands each way, none whole

RUNS = [
    ("notebook", 0, 150, {}),
    ("gray", 2, 150, {"filter": "1 2 -1; 0 -3 1", "variants": "f, -f"}),
    ("alpha", 1, 150, {"variants": "f", "grayscale": "green", "scale": "shared"}),
    ("fractions", 0, 150, {"filter": "1/9 2/9 1/9; 1/9 -1/9 1/9; 1/7 1/9 1/3", "variants": "f, 0.3*f - 1.7*f.T"}),
    ("padding", 0, 150, {"padding": "3, 2", "padding-mode": "reflect", "scale": "symmetric"}),
    ("circular", 2, 150, {"padding": "same", "padding-mode": "circular"}),
    ("stride", 0, 150, {"stride": 2, "bias": 0.1}),
    ("dilation", 2, 150, {"dilation": 3, "variants": "f, f.T, rot90(f)"}),
    ("large", 2, 150, {"filter": "; ".join(" ".join("%d/7" % (i * j % 11 - 5) for j in range(11)) for i in range(11)),
                       "variants": "f"}),
    ("u16", 0, 250, {}),
    ("float", 0, 650, {}),
    ("float-raw", 2, 650, {"scale": "raw"}),
]

SETTINGS = [("one-thread", '(num-processors 1)\n'), ("two-threads", '(num-processors 2)\n')]


def source(path, type, precision):
    """A picture with flat places and edges, not noise alone."""
    noise = components(WIDTH * HEIGHT * CHANNELS[type], precision, 3)
    count = CHANNELS[type]
    for y in range(0, HEIGHT, 7):
        for x in range(0, WIDTH - 40, 50):
            at = (y * WIDTH + x) * count
            noise[at:at + 30 * count] = noise[at:at + count] * 30
    write(path, WIDTH, HEIGHT, [Layer("photo", WIDTH, HEIGHT, type, noise)], base_type=type // 2, precision=precision)


def digest(xcf):
    whole = hashlib.sha256()
    for layer in xcf.all_layers:
        if not layer.is_group and layer.name != "photo":
            whole.update(("%s %dx%d %+d%+d\n" % (layer.name, layer.width, layer.height, layer.x, layer.y)).encode("utf-8"))
            whole.update(layer.bytes)
    return whole.hexdigest()


def read_sums():
    if not os.path.exists(SUMS):
        return {}
    with open(SUMS, encoding="utf-8") as stream:
        return {name: sum for sum, name in (line.split() for line in stream)}


def run(report):
    sums, expected = {}, read_sums()

    def add(batch, setting, name, type, precision, options):
        def body(case):
            source(case.file("in.xcf"), type, precision)
            return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
              %s
              (t-save image %s)
              (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(**options), case.path("after.xcf"))

        def check(result):
            found = digest(result.xcf("after.xcf"))
            os.unlink(result.case.file("after.xcf"))
            os.unlink(result.case.file("in.xcf"))
            equal(found, sums.setdefault(name, found), "another sum than with one thread")
            if "--write" not in sys.argv:
                true(name in expected, "no sum is known for %s" % name)
                equal(found, expected[name], "another sum than in other GIMPs")

        batch.case("same-bytes/%s/%s" % (name, setting), body, check)

    for setting, gimprc in SETTINGS:
        batch = Batch(gimprc=gimprc)
        for one in RUNS:
            add(batch, setting, *one)
        batch.run(report)
    if "--write" in sys.argv:
        with open(SUMS, "w", encoding="utf-8") as stream:
            for name, _, _, _ in RUNS:
                stream.write("%s  %s\n" % (sums[name], name))


main(run)
