#!/usr/bin/env python3
# test-hostile.py: images and profiles that nobody means well with: numbers that
# are none, extreme sizes, locked, hidden and oddly named layers, crafted
# parasites, damaged settings.  Each gives the complete right result, or one
# sentence and the image as it was; the next call works.

import importlib
import os

from host import HOST, Batch, Profile, main
from images import Noise, components
from reference import Maps, gray
from tap import equal, true
from xcf import CHANNELS
from xcf_writer import Layer, Tiled, write

result = importlib.import_module("test-result")
photo, SMALL = result.photo, result.SMALL
errors = importlib.import_module("test-errors")

NAN, INF = float("nan"), float("inf")
WITH_LAST_VALUES = "RUN-WITH-LAST-VALS"


# ---- numbers that are none ----

SPOILT = {"nan": [NAN], "inf": [INF], "minus-inf": [-INF], "all-three": [NAN, INF, -INF]}


def spoilt(type, precision, numbers, share=9):
    """A photo of 23 x 17 in which some components are NUMBERS."""
    pixels = components(23 * 17 * CHANNELS[type], precision)
    noise = Noise(5)
    for i in range(len(pixels)):
        if noise.below(100) < share:
            pixels[i] = numbers[noise.below(len(numbers))]
    return Layer("photo", 23, 17, type, pixels)


def numbers(c):
    for name, values in SPOILT.items():
        for scale in "map", "shared", "symmetric", "raw":
            c.run("numbers/%s-%s" % (name, scale), [spoilt(2, 650, values)], dict(SMALL, scale=scale), base_type=1,
                  precision=650)
        c.run("numbers/%s-rgb" % name, [spoilt(0, 650, values)], precision=650)
        c.run("numbers/%s-half" % name, [spoilt(2, 550, values)], dict(SMALL, scale="raw", maps="pre-relu"), base_type=1,
              precision=550)
        c.run("numbers/only-" + name, [spoilt(2, 650, values, 100)], base_type=1, precision=650)
    # No sum, no span is a number any more.
    c.run("numbers/beyond-float", [photo(type=2, precision=650)], {"filter": "3e38 3e38; 3e38 3e38", "variants": "f, f - 2*f"},
          base_type=1, precision=650)
    huge = [(-3e38, 3e38)[n % 2] for n in range(23 * 17)]
    c.run("numbers/span-beyond-float", [Layer("photo", 23, 17, 2, huge)], {"filter": "1", "variants": "f"}, base_type=1,
          precision=650)
    tiny = [n * 2.0 ** -149 for n in range(23 * 17)]
    c.run("numbers/subnormal", [Layer("photo", 23, 17, 2, tiny)], {"filter": "1 -1/2", "variants": "f, 2*f"}, base_type=1,
          precision=650)
    c.run("numbers/minus-nought", [Layer("photo", 23, 17, 2, [-0.0] * (23 * 17))], {"filter": "1 -1", "variants": "f"},
          base_type=1, precision=650)
    c.run("numbers/bias-beyond-all", [photo()], dict(SMALL, bias=3.4e38))
    c.run("numbers/smallest-bias", [photo()], dict(SMALL, bias=1e-45))


# ---- sizes ----

TILE = components(64 * 64, seed=21)
PERIOD = 64


def size(batch, name, width, height, **options):
    """A gray picture of WIDTH x HEIGHT, far larger than the reference could compute."""
    w, h = (min(extent, PERIOD + 40) for extent in (width, height))

    def body(case):
        write(case.file("in.xcf"), width, height, [Layer("photo", width, height, 2, Tiled(TILE))], base_type=1)
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          (t-clean image)
          %s
          (t-record "dirty" (t-dirty image))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(**options), case.path("after.xcf"))

    def check(found):
        equal(found["dirty"], 1, "dirty")
        after = found.xcf("after.xcf")
        plane = gray([(TILE[y % PERIOD * PERIOD + x % PERIOD],) for y in range(h) for x in range(w)], 1, 150)
        maps = Maps(plane, w, h, **options)
        layers = [layer for layer in after.all_layers if not layer.is_group and layer.name != "photo"]
        equal([result.plain(layer.name) for layer in layers], [m.name for m in maps.all], "names")
        for layer, m in zip(layers, maps.all):
            equal((layer.width - maps.width, layer.height - maps.height), (width - w, height - h), m.name + ": size")
            codes = bytes(maps.codes(m))
            rows = [(codes[y * maps.width:y * maps.width + PERIOD] * (layer.width // PERIOD + 1))[:layer.width]
                    if layer.width > PERIOD else codes[y * maps.width:][:layer.width] for y in range(maps.height)]
            expected = b"".join(rows[y % PERIOD if layer.height > PERIOD else y] for y in range(layer.height))
            true(layer.bytes == expected, m.name + ": other pixels")

    batch.case("size/" + name, body, check)


def sizes(batch):
    size(batch, "524288x4", 524288, 4)
    size(batch, "4x524288", 4, 524288)
    size(batch, "524288x1", 524288, 1, filter="1 -2 1", variants="f, -f")
    size(batch, "1x524288", 1, 524288, filter="1; -2; 1", variants="f, -f")
    size(batch, "524288x1-dilation-5", 524288, 1, filter="1 -2 1", variants="f", dilation=5)
    size(batch, "64-variants", 1500, 1000, filter="1 2; 3 -4", variants=", ".join("%d*f" % (n - 30) for n in range(64)),
         maps="pre-relu")
    size(batch, "31x31", 700, 300, filter=";".join(" ".join(str((i * j) % 7 - 3) for j in range(31)) for i in range(31)),
         variants="f, f.T", maps="post-relu")
    for name, width, height, options, pieces in (
            ("524288x3-too-low", 524288, 3, {}, ["4", "3"]),
            ("3x524288-too-narrow", 3, 524288, {}, ["4", "3"]),
            ("524288x4-padding-beyond", 524288, 4, {"padding": "0, 2"}, ["524289", "524288", "padding"]),
            ("524288x1-reflect", 524288, 1, {"filter": "1 1", "variants": "f", "padding": "1", "padding-mode": "reflect"},
             ["1", "0", "padding"])):
        errors.add(batch, "size/" + name, HOST.call(**options), pieces,
                   [Layer("photo", width, height, 2, Tiled(TILE), active=True)], base_type=1, width=width, height=height)


# ---- layers as they should not be ----

LOCK_ALPHA, LINKED, LOCK_POSITION, LOCK_VISIBILITY = (10, 1), (9, 1), (32, 1), (42, 1)
OPACITY_0, MULTIPLY = (6, 0), (7, 30)

NAMES = {
    "percent": "%s%n%d%%", "markup": "<b>&amp;\"'</b>", "lines": "one\ntwo\ttab", "right-to-left": "\u202eabc \u0634",
    "long": "x" * 5000, "json": '{"a": "\\u0000"}', "hash": "photo #1", "own": "Output 1: f, pre-ReLU [0, 1]",
    "group": "Convolutional layer",
}


def layers(c, batch):
    for name, properties in (("linked", [LINKED]), ("alpha-locked", [LOCK_ALPHA]), ("position-locked", [LOCK_POSITION]),
                             ("visibility-locked", [LOCK_VISIBILITY]),
                             ("all-locked", [LOCK_ALPHA, LOCK_POSITION, LOCK_VISIBILITY, LINKED]),
                             ("transparent", [OPACITY_0]), ("multiplies", [MULTIPLY])):
        c.run("layer/" + name, [photo(name="top", seed=2), photo(type=1, properties=properties, active=True)])
    c.run("layer/all-locked-in-locked-group", [Layer("group", 23, 17, 1, lock=True, properties=[LOCK_POSITION, LOCK_VISIBILITY],
                                                     children=[photo(lock=True, properties=[LOCK_POSITION])])])
    c.run("layer/in-hidden-group", [Layer("group", 23, 17, 1, visible=False, children=[photo(visible=False)])])
    c.run("layer/in-linked-group-no-group", [Layer("group", 23, 17, 1, properties=[LINKED],
                                                   children=[photo(properties=[LINKED])])], dict(SMALL, group=False))
    c.run("layer/locked-group-as-source", [Layer("photo", 23, 17, 1, lock=True, properties=[LOCK_POSITION],
                                                 children=[photo(name="inner", type=1, lock=True)])])
    c.run("layer/far-off", [photo(x=-200000, y=200000)])
    for name, text in sorted(NAMES.items()):
        named(batch, name, text)


def named(batch, name, text):
    """The maps' names are ours, whatever the source is called; a message that names it stays one sentence."""
    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(name=text, active=True)],
              selection=[255 * (x >= 30 and y >= 25) for y in range(30) for x in range(40)])
        return """(let* ((image (t-load %s)) (layer (car (t-layers image))))
          (t-clean image)
          (t-run "call" (lambda () %s))
          (t-record "dirty" (t-dirty image))
          (gimp-selection-none image)
          %s
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(), HOST.call(**SMALL), case.path("after.xcf"))

    def check(found):
        message = found.message("call")
        errors.check_sentence(message, ["selection", "0", "1"])
        equal(found["dirty"], 0, "dirty")
        after = found.xcf("after.xcf")
        maps = result.maps_of(photo(), 0, 150, **SMALL)
        equal(after.names()[1:], [text], "the source's name")
        equal(result.plain(after.names()[:1]), maps.tree(), "tree")
        result.check_layers(result.leaves(after.layers[0]), maps, after, SMALL)

    batch.case("name/" + name, body, check)


def drawables(batch):
    """What is no layer that stands in the stack."""
    call = HOST.call()
    floating = {2: "(gimp-selection-all image) (gimp-selection-float layer 3 3)",
                3: "(gimp-floating-sel-attach (car (gimp-layer-copy layer)) layer)"}[HOST.generation]
    errors.add(batch, "drawable/beside-a-floating-selection", call, ["loat"], setup=floating)
    errors.add(batch, "drawable/floating-selection", HOST.call(
        drawables="(car (gimp-image-get-floating-sel image))"), ["loat"], setup=floating)
    elsewhere(batch)
    if HOST.generation == 3:
        twice(batch)


def elsewhere(batch):
    """A layer of another image than the one that is named."""
    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(active=True)])
        return """(let* ((image (t-load %s)) (other (t-load %s)) (layer (t-layer other "photo")))
          (t-clean image) (t-clean other)
          (t-run "call" (lambda () %s))
          (t-record "counts" (list (t-count image) (t-count other) (t-dirty image) (t-dirty other)))
          (gimp-image-delete image) (gimp-image-delete other))""" % (case.path("in.xcf"), case.path("in.xcf"), HOST.call())

    def check(found):
        errors.check_sentence(found.message("call"), ["layer"])
        equal(found["counts"], [1, 1, 0, 0], "layers and changes of both images")

    batch.case("drawable/another-image's", body, check)


def twice(batch):
    """One drawable named two times: its maps come two times, in one step."""
    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(active=True)])
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          (t-clean image)
          (t-record "returned" (map t-name (t-returned %s)))
          (t-record "dirty" (t-dirty image))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(drawables=["layer", "layer"], **SMALL),
                                           case.path("after.xcf"))

    def check(found):
        maps = result.maps_of(photo(), 0, 150, **SMALL)
        after = found.xcf("after.xcf")
        equal(result.plain(after.names()), maps.tree() * 2 + ["photo"], "tree")
        for group in after.layers[:2]:
            result.check_layers(result.leaves(group), maps, after, SMALL)
        equal(result.plain(found["returned"]), [m.name for m in maps.all] * 2, "returned")
        equal(found["dirty"], 1, "dirty")

    batch.case("drawable/twice", body, check)


# ---- crafted parasites ----

# What libgimp 3 takes for an image's own last settings, and what is to come of it:
# options, or what the message speaks of; None: GIMP cannot read it and tells so
# itself, the defaults are taken.
STORED = "GimpProcedureConfigRun-plug-in-conv-layer-last"
SETTINGS = {
    "other-settings": (b'(filter "1 2 -1; 0 -3 1")\n(variants "f, -f")\n(bias 0.5)\n(group no)\n',
                       {"filter": "1 2 -1; 0 -3 1", "variants": "f, -f", "bias": 0.5, "group": False}),
    "ragged-filter": (b'(filter "1 2; 3")\n', ["row 2"]),
    "stride-0": (b"(stride 0)\n", ["stride", "64"]),
    "stride-beyond-int": (b"(stride 99999999999999999999)\n", ["stride", "64"]),
    "dilation-negative": (b"(dilation -2147483648)\n", ["-2147483648", "64"]),
    "bias-word": (b"(bias nan)\n", None),
    "bias-beyond-float": (b"(bias 1e300)\n", ["bias", "3.4e38"]),
    "maps-word": (b'(maps "all")\n', ["all", "pre-relu"]),
    "wrong-type": (b"(filter 3)\n", None),
    "unclosed-string": (b'(filter "1 2', None),
    "unclosed-bracket": (b'(filter "1 2"', None),
    "unknown-option": (b"(colour 3)\n", None),
    "empty": (b"", None),
    "noughts": (b"\0" * 100, None),
    "binary": (bytes(range(256)) * 8, None),
    "no-utf-8": (b'(scale "\xff\xfe")\n', None),
    "brackets": (b"(" * 100000, None),
    "long-filter": (b'(filter "' + b"1 " * 500000 + b'")\n', ["31", "columns"]),
    "arguments-of-the-call": (b'(run-mode 7)\n(image 99)\n(drawables 1 "x")\n', None),
    "object": (b"(procedure 3)\n", None),
    "huge-count": (b"(drawables 4294967295)\n(color-array 2147483647)\n", None),
}
# And what our own maps carry, on things that are none of ours.
JSON = {
    "no-json": b"{", "empty": b"", "noughts": b"\0" * 1000, "no-utf-8": b'{"filter": "\xff"}', "list": b"[1, 2]",
    "deep": b"[" * 100000, "other-filter": b'{"version": 1, "filter": "9", "variants": "f", "stride": 0}',
    "long": b'{"filter": "' + b"1 " * 500000 + b'"}',
}


def settings(batch):
    """They stand in the image: GIMP 2.10 takes no notice, GIMP 3 reads them before its own."""
    for name, (data, expected) in sorted(SETTINGS.items()):
        crafted(batch, "settings/" + name, {"parasites": {STORED: data}}, {},
                {} if expected is None or HOST.generation == 2 else expected)
    for name, data in sorted(JSON.items()):
        crafted(batch, "json/" + name, {"parasites": {"conv-layer": data}}, {"parasites": {"conv-layer": data}}, {})


def crafted(batch, name, image, layer, expected):
    """EXPECTED: the options of the maps that come, or a list of what the message speaks of."""
    if isinstance(expected, list):
        errors.add(batch, name, HOST.call(run_mode=WITH_LAST_VALUES), expected, [photo(active=True, **layer)], **image)
        return

    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(active=True, **layer)], **image)
        return last_values_body(case)

    batch.case(name, body, last_values_check(expected))


def last_values_body(case):
    return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
      (t-clean image)
      (t-run "call" (lambda () %s))
      (t-record "dirty" (t-dirty image))
      (t-save image %s)
      (gimp-image-delete image)
      %s)""" % (case.path("in.xcf"), HOST.call(run_mode=WITH_LAST_VALUES), case.path("after.xcf"), errors.good_call(case))


def last_values_check(options):
    def check(found):
        true(found["call"][0], "the call failed: %s" % found["call"][1])
        maps = result.maps_of(photo(), 0, 150, **options)
        after, _, _ = result.check_tree(found, "photo", maps, options)
        equal(result.plain(after.names()), maps.tree() + ["photo"], "tree")
        equal(found["dirty"], 1, "dirty")
        true(found["good"][0], "the next good call fails: %s" % (found["good"][1],))

    return check


# ---- damaged profiles ----

# The last settings as bytes: what GIMP 2.10's file holds, what GIMP 3's does, and what comes of either.
PROFILES = {
    "empty": (b"", b"", {}),
    "noughts": (b"\0" * 4096, b"\0" * 4096, {}),
    "binary": (bytes(range(256)) * 16, bytes(range(256)) * 16, {}),
    "cut": (b'[last-values]\nfilter=1 2; 3 4\nvari', b'(filter "1 2; 3 4")\n(vari', {"filter": "1 2; 3 4"}),
    "no-utf-8": (b"[last-values]\nscale=\xff\xfe\n", b'(scale "\xff\xfe")\n', {}),
    "other-group": (b"[last]\nfilter=1 2; 3 4\n", b"(colour 3)\n", {}),
    "wrong-types": (b"[last-values]\nstride=two\nbias=much\ngroup=perhaps\n", b'(stride "two")\n', {}),
    "stride-0": (b"[last-values]\nstride=0\n", b"(stride 0)\n", ["stride", "64"]),
    "bias-beyond-float": (b"[last-values]\nbias=1e300\n", b"(bias 1e300)\n", ["bias", "3.4e38"]),
    "ragged": (b"[last-values]\nfilter=1 2\\n3\n", b'(filter "1 2\\n3")\n', ["row 2"]),
    "long-filter": (b"[last-values]\nfilter=" + b"1 " * 500000 + b"\n", b'(filter "' + b"1 " * 500000 + b'")\n',
                    ["31", "columns"]),
    "twice": (b"[last-values]\nstride=2\nstride=3\n", b"(stride 2)\n(stride 3)\n", {"stride": 3}),
}


# GIMP starts the plug-in by this: before each run the next thing in a folder takes the settings' place.
WRAPPER = """#!/bin/sh
things=$1 place=$2
shift 2
next=$(ls "$things" | head -n 1)
case " $* " in
  *' -query '*) ;;
  *) [ -z "$next" ] || { rm -rf "$place"; mv -T "$things/$next" "$place"; } ;;
esac
exec "$@"
"""


def profiles(report):
    profile = Profile()
    HOST.write_last_values(profile, {})
    place, things, wrapper = HOST.last_values_file(profile), profile.file("things"), profile.file("wrapper.sh")
    os.mkdir(things)
    with open(wrapper, "w") as stream:
        stream.write(WRAPPER)
    batch = Batch(profile, GIMP_PLUGIN_DEBUG_WRAP="conv-layer",
                  GIMP_PLUGIN_DEBUG_WRAPPER="sh %s %s %s" % (wrapper, things, place))
    runs = 0

    def put(data):
        nonlocal runs
        runs += 1
        path = os.path.join(things, "%03d" % runs)
        if callable(data):
            data(path)
        else:
            with open(path, "wb") as stream:
                stream.write(data)

    def case(name, data, expected):
        put(data)
        put(b"") # for the next good call
        crafted(batch, "profile/" + name, {}, {}, expected)

    try:
        for name, (ini, last, expected) in sorted(PROFILES.items()):
            case(name, ini if HOST.generation == 2 else last, expected)
        case("folder-instead-of-the-file", os.mkdir, {})
        case("endless-link", lambda path: os.symlink(place, path), {})
        batch.run(report)
        report.run("profile/all-were-read", lambda: equal(os.listdir(things), [], "settings that no run took"))
    finally:
        profile.remove()


def run(report):
    batch = Batch()
    c = result.Cases(batch)
    numbers(c)
    sizes(batch)
    layers(c, batch)
    drawables(batch)
    settings(batch)
    batch.run(report)
    profiles(report)


if __name__ == "__main__":
    main(run)
