#!/usr/bin/env python3
# deb-maps.py XCF: fails unless the picture has the maps that PyTorch, OpenCV
# and Matplotlib made of camera.png with the notebook's layer (tests/golden).
# Knows nothing of how they were made.

import configparser
import os
import sys
import zlib

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(TESTS, "gimp"))

from xcf import XCF  # noqa: E402

CASE = "notebook-camera"


def main(path):
    index = configparser.ConfigParser(interpolation=None)
    index.read(os.path.join(TESTS, "golden", "photos.ini"), encoding="utf-8")
    section = index[CASE]
    count, width, height = (int(section[key]) for key in ("count", "width", "height"))
    with open(os.path.join(TESTS, "golden", section["data"]), "rb") as stream:
        golden = zlib.decompress(stream.read())
    maps = [layer for layer in XCF(path).all_layers if "conv-layer" in layer.parasites]
    if len(maps) != count:
        sys.exit("%d maps, %d are expected" % (len(maps), count))
    for number, layer in enumerate(maps, 1):
        start = int(index["%s/%d" % (CASE, number)]["offset"])
        if (layer.width, layer.height) != (width, height):
            sys.exit("%s is %dx%d, not %dx%d" % (layer.name, layer.width, layer.height, width, height))
        if layer.bytes[::layer.channels] != golden[start:start + width * height]:
            sys.exit("%s has other pixels" % layer.name)
    print("%d maps of %dx%d, as expected" % (count, width, height))


main(sys.argv[1])
