#!/usr/bin/env python3
# test-xcf.py: the tests' own reader and writer of XCF against GIMP: what was
# written, loaded and saved again reads back the same, in every precision.

from host import HOST, Batch, main
from images import components
from tap import equal, true
from xcf import CHANNELS, XCF, precision_name
from xcf_writer import Layer, write

WIDTH, HEIGHT = 70, 67  # more than one tile each way


def add(batch, precision, type):
    count = CHANNELS[type]
    photo = Layer("photo ä", WIDTH, HEIGHT, type, components(WIDTH * HEIGHT * count, precision), 3, -2)
    inner = Layer("inner", 5, 4, type, components(20 * count, precision, 2), 1, 2, active=True,
                  mask=components(20, precision, 3))
    group = Layer("group", WIDTH, HEIGHT, type | 1, children=[inner])
    selection = [0] * 100 + components(80 * 75 - 100, precision, 4)

    def body(case):
        write(case.file("in.xcf"), 80, 75, [photo, group], base_type=type // 2, precision=precision,
              channels=[("channel", components(80 * 75, precision, 5))], selection=selection)
        return """(let ((image (t-load %s)))
          (t-record "selected" (map t-name (t-selected image)))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), case.path("out.xcf"))

    def check(result):
        found, first = result.xcf("out.xcf"), XCF(result.case.file("in.xcf"))
        equal(result["selected"], ["inner"])
        equal(found.precision, precision)
        equal(found.names(), ["photo ä", ["group", ["inner"]]])
        equal(first.names(), found.names())
        for name, pixels in ("photo ä", photo.pixels), ("inner", inner.pixels):
            equal(list(found.find(name).values()), list(pixels), name)
            equal(first.find(name).bytes, found.find(name).bytes, name)
        equal((found.find("photo ä").x, found.find("photo ä").y), (3, -2))
        equal(list(found.find("inner").mask.values()), list(inner.mask))
        equal(list(found.selection.values()), list(selection))
        equal([channel.name for channel in found.channels], ["channel"])
        true(found.find("inner").active and not found.find("photo ä").active, "the active layer")

    batch.case("xcf/%s %s" % (precision_name(precision), ("RGB", "RGBA", "gray", "gray with alpha")[type]), body, check)


def run(report):
    batch = Batch()
    for precision in HOST.precisions:
        for type in range(4):
            add(batch, precision, type)
    batch.run(report)


main(run)
