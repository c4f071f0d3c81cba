#!/usr/bin/env python3
# test-maps.py: photos through the whole lesson inside GIMP; every pixel of
# every map must be what OpenCV, PyTorch and Matplotlib made (tests/golden).

import configparser
import json
import os
import struct
import zlib

from host import HOST, TESTS, Batch, main
from tap import equal, true
from xcf_writer import Layer, write

GOLDEN = os.path.join(TESTS, "golden")
DATA = os.path.join(TESTS, "data")
OPTIONS = ("filter", "variants", "maps", "grayscale", "padding", "padding-mode", "stride", "dilation", "bias", "scale")
NUMBERS = {"stride": int, "dilation": int, "bias": float}


def read_index(name):
    index = configparser.RawConfigParser(comment_prefixes=("#",), inline_comment_prefixes=None)
    index.optionxform = str
    index.read(os.path.join(GOLDEN, name), encoding="utf-8")
    return index


def options_of(section):
    return {name: NUMBERS.get(name, str)(section[name]) for name in OPTIONS}


def float_image(photo, path, section):
    """The TIFF's floats as the R'G'B' floats of an XCF: no loader in between."""
    width, height = int(section["in-width"]), int(section["in-height"])
    channels = 3 if "rgb" in photo else 1
    with open(os.path.join(DATA, photo), "rb") as stream:
        data = stream.read()
    pixels = struct.unpack_from("<%df" % (width * height * channels), data, 8)
    base_type = 0 if channels == 3 else 1
    write(path, width, height, [Layer("photo", width, height, 2 * base_type, pixels, active=True)],
          base_type=base_type, precision=650)


def prepare(case, section):
    photo = section["photo"]
    path = os.path.join(DATA, photo)
    if photo.endswith(".tif"):
        path = case.file("photo.xcf")
        float_image(photo, path, section)
    return """(let* ((image (t-load "%s")) (layer (car (t-layers image))))
      (t-save image %s)
      (t-record "before" (t-name layer))
      %s
      (t-save image %s)
      (gimp-image-delete image))""" % (path, case.path("before.xcf"), HOST.call(**options_of(section)),
                                       case.path("after.xcf"))


def check(result, index, name):
    section = index[name]
    count = int(section["count"])
    width, height = int(section["width"]), int(section["height"])
    before, after = result.xcf("before.xcf"), result.xcf("after.xcf")
    with open(os.path.join(GOLDEN, section["data"]), "rb") as stream:
        golden = zlib.decompress(stream.read())
    source = after.find(result["before"])
    equal(source.bytes, before.all_layers[0].bytes, "the source's pixels")
    maps = [layer for layer in after.all_layers if not layer.is_group and layer is not source]
    equal(len(maps), count, "maps")
    for n, layer in enumerate(maps):
        expected = index["%s/%d" % (name, n + 1)]
        what = "%s (%s)" % (layer.name, name)
        equal((layer.width, layer.height), (width, height), what + ": size")
        equal((layer.x, layer.y), (int(section["x"]), int(section["y"])), what + ": place")
        size = 4 if section["pixel"] == "float" else 1
        start = int(expected["offset"])
        plane = golden[start:start + size * width * height]
        pixels = b"".join(plane[i:i + size] * layer.channels for i in range(0, len(plane), size))
        if layer.bytes != pixels:
            step = size * layer.channels
            wrong = [i for i in range(width * height) if layer.bytes[i * step:][:step] != pixels[i * step:][:step]]
            at = wrong[0]
            raise AssertionError("%s: %d of %d pixels differ, first at %d,%d: %s, golden %s" % (
                what, len(wrong), width * height, at % width, at // width, layer.bytes[at * step:][:step].hex(),
                pixels[at * step:][:step].hex()))
        told = json.loads(layer.parasites["conv-layer"][1].rstrip(b"\0"))
        for key in "min", "max", "black", "white":
            bits = struct.unpack(">f", bytes.fromhex(expected[key + "-bits"]))[0]
            equal(struct.unpack("f", struct.pack("f", told[key]))[0], bits, what + ": " + key)
        equal(told["stage"], expected["stage"], what + ": stage")
        equal(told["variant"], expected["variant"], what + ": variant")
        equal(told["output"], int(expected["output"]), what + ": output")
    return True


def run(report):
    index = read_index("photos.ini")
    batch = Batch()
    for name in index.sections():
        if "/" not in name:
            batch.case("golden/" + name, lambda case, name=name: prepare(case, index[name]),
                       lambda result, name=name: check(result, index, name))
    true(len(batch.cases) >= 10, "the golden index holds too few photos")
    batch.run(report)


main(run)
