#!/usr/bin/env python3
# test-precision.py: every precision, RGB and gray, with alpha and without: the
# maps are within a step of the reference, in the image's own precision.
# A linear image is read and drawn as R'G'B' (sRGB's transfer function).

from host import HOST, Batch, main
from images import components
from reference import GRAY_MAP, Maps, decode, gray
from tap import equal, true
from xcf import CHANNELS, COMPONENTS, precision_name
from xcf_writer import Layer, write

WIDTH, HEIGHT = 13, 9
OPTIONS = {"filter": "1 2 -1; 0 -3 1", "variants": "f, f - 2*fliplr(f)"}


def in_image(units, precision):
    """UNITS, R'G'B' from 0 to 1, as the image stores them, from 0 to 1 too."""
    if precision // 100 == 1:
        units = [GRAY_MAP[min(int(256 * u), 255)] / 255 for u in units]
    return [decode(u) for u in units] if precision % 100 == 0 else units


# A step of each component.  Beyond 16 bits it is float32, and GEGL's own
# conversions, that bound us.
def step(precision):
    _, size, letter = COMPONENTS[precision // 100]
    if letter in "BH":
        return 1 / (256 ** size - 1)
    if letter == "e":
        return 2 ** -11
    return 2 ** -19


def add(batch, precision, type, scale):
    count = CHANNELS[type]
    base_type = type // 2
    pixels = components(WIDTH * HEIGHT * count, precision, 7)
    options = dict(OPTIONS, scale=scale)
    # Which 16-bit code of R'G'B' a linear one is nearest to, GEGL says: one
    # code more or less is more than a step in the maps.
    codes = """(let ((copy (t-duplicate image)))
      (gimp-image-convert-precision copy PRECISION-U16-%s)
      (t-save copy %%s)
      (gimp-image-delete copy))""" % ("GAMMA" if HOST.generation == 2 else "NON-LINEAR")

    def body(case):
        write(case.file("in.xcf"), WIDTH, HEIGHT, [Layer("photo", WIDTH, HEIGHT, type, pixels)], base_type=base_type,
              precision=precision)
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          %s
          %s
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), codes % case.path("codes.xcf") if precision == 200 else "",
                                           HOST.call(**options), case.path("after.xcf"))

    def check(result):
        after = result.xcf("after.xcf")
        equal(after.precision, precision, "the image's precision")
        equal(list(after.find("photo").values()), list(pixels), "the source's pixels")
        tuples = [tuple(pixels[i:i + count]) for i in range(0, len(pixels), count)]
        plane = gray(tuples, base_type, precision)
        if precision == 200:
            plane = gray(result.xcf("codes.xcf").find("photo").pixels(), base_type, 250)
        maps = Maps(plane, WIDTH, HEIGHT, **options)
        layers = [layer for layer in after.all_layers if not layer.is_group and layer.name != "photo"]
        equal(len(layers), 4, "maps")
        whole = 256 ** after.component_size - 1 if after.letter in "BHI" else 1
        for layer, m in zip(layers, maps.all):
            equal(layer.type, 2 * base_type, "type")
            if scale == "raw":
                expected = [min(max(v, 0), 1) if whole > 1 else v for v in m.values]
            else:
                expected = in_image(maps.units(m), precision)
            found = [value / whole for value in layer.values()]
            expected = [e for e in expected for _ in range(layer.channels)]
            worst = max(abs(a - b) / max(1, abs(b)) for a, b in zip(found, expected)) / step(precision)
            true(worst <= 1, "%s: %.3g steps away" % (layer.name, worst))

    batch.case("precision/%s %s%s" % (precision_name(precision), ("RGB", "RGBA", "gray", "gray with alpha")[type],
                                      "" if scale == "map" else " " + scale), body, check)


def run(report):
    batch = Batch()
    for precision in HOST.precisions:
        for type in range(4):
            add(batch, precision, type, "map")
        add(batch, precision, 1, "raw")
    batch.run(report)


main(run)
