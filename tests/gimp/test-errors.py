#!/usr/bin/env python3
# test-errors.py: calls that cannot work: each fails with one sentence that
# names the value, the limit and a remedy, adds no layer, leaves the image
# clean, and the next good call works.  Knows messages by their meaning only.

import os
import re
import shutil
import tempfile

from host import HOST, Batch, Profile, Raw, main, make_locale, scheme
from images import components
from reference import Maps, gray
from tap import equal, true
from xcf import CHANNELS
from xcf_writer import Layer, write

NAN, INFINITY = Raw("(- (* 1e308 1e308) (* 1e308 1e308))"), Raw("(* 1e308 1e308)")
REMEDY = re.compile(r"\b(anchor|choose|use|write|give|set|select|leave|make|close|convert|add|start|run|open|pick|move|change|put|try)\b",
                    re.I)


def photo(width=23, height=17, type=0, **more):
    return Layer(more.pop("name", "photo"), width, height, type, components(width * height * CHANNELS[type]), **more)


# What is wrong, the options, and what the message must speak of.
OPTIONS = [
    ("filter/empty", {"filter": ""}, ["number", "31"]),
    ("filter/blank", {"filter": "  \t \n "}, ["number", "31"]),
    ("filter/brackets-only", {"filter": "[[]]"}, []),
    ("filter/word", {"filter": "1 2; 3 abc"}, ["abc", "row 2", "column 2"]),
    ("filter/letters-behind", {"filter": "1 2x; 3 4", "variants": "f"}, ["2x", "row 1", "column 2"]),
    ("filter/percent", {"filter": "10% 20%; 1 2"}, ["10%", "row 1", "column 1"]),
    ("filter/ragged-short", {"filter": "1 2 3; 4 5"}, ["2", "3", "row 2"]),
    ("filter/ragged-long", {"filter": "1 2; 3 4; 5 6 7"}, ["3", "2", "row 3"]),
    ("filter/decimal-comma", {"filter": "-1,5 2; 3 4"}, ["row 2", "3", "2"]),
    ("filter/decimal-comma-one-row-less", {"filter": "0,5 1; 0,5 1,5"}, ["row 2", "4", "3", "dot"]),
    ("filter/nan", {"filter": "1 nan; 1 1"}, ["nan", "column 2"]),
    ("filter/inf", {"filter": "inf"}, ["inf"]),
    ("filter/minus-inf", {"filter": "1 2; -inf 3"}, ["-inf", "row 2"]),
    ("filter/infinity", {"filter": "Infinity 1"}, ["Infinity"]),
    ("filter/1e999", {"filter": "1 2; 3 1e999"}, ["1e999", "row 2"]),
    ("filter/beyond-float", {"filter": "1e39 1", "variants": "f"}, ["f", "3.4e38"]),
    ("filter/400-digits", {"filter": "1" * 400}, ["1111…", "3.4e38"]),
    ("filter/long-whole-number", {"filter": "1000 2; 3"}, ["row 2", "1", "2"]),
    ("filter/divided-by-zero", {"filter": "1/0 1"}, ["1/0"]),
    ("filter/no-denominator", {"filter": "1/ 2 3", "variants": "f"}, ["1/"]),
    ("filter/two-slashes", {"filter": "1//2"}, ["1//2"]),
    ("filter/two-signs", {"filter": "--1 2"}, ["--1"]),
    ("filter/exponent-cut", {"filter": "1e 2", "variants": "f"}, ["1e"]),
    ("filter/dot-only", {"filter": "."}, ["."]),
    ("filter/umlaut", {"filter": "1 2 ä"}, ["ä", "column 3"]),
    ("filter/32-rows", {"filter": ";".join(["1"] * 32)}, ["32", "31", "rows"]),
    ("filter/32-columns", {"filter": " ".join(["1"] * 32)}, ["32", "31", "columns"]),
    ("filter/10000-columns", {"filter": " ".join(["1"] * 10000)}, ["31", "columns"]),
    ("filter/open-bracket", {"filter": "[[1, 2], [3, 4]"}, []),
    ("filter/close-bracket", {"filter": "1 2] 3 4]]"}, []),
    ("filter/two-matrices", {"filter": "[[1, 2], [3, 4]] [[5, 6], [7, 8]]"}, ["matrix"]),
    ("filter/size-too-few", {"filter": "2x2: 1 2 3"}, ["4", "3"]),
    ("filter/size-too-many", {"filter": "2x2: 1,2,3,4,5"}, ["4", "more"]),
    ("filter/expression", {"filter": "1+1 2"}, ["1+1"]),
    ("variants/empty", {"variants": ""}, ["f.T"]),
    ("variants/blank", {"variants": "   "}, ["f.T"]),
    ("variants/comma", {"variants": ","}, ["f.T"]),
    ("variants/comma-last", {"variants": "f,"}, ["2", "f.T"]),
    ("variants/two-commas", {"variants": "f,,f"}, ["2", "f.T"]),
    ("variants/other-letter", {"variants": "f, g"}, ["g", "2", "f.T"]),
    ("variants/capital", {"variants": "F"}, ["F", "1"]),
    ("variants/small-t", {"variants": "f.t"}, ["f.t"]),
    ("variants/other-turn", {"variants": "rot45(f)"}, ["rot45", "rot90"]),
    ("variants/open-bracket", {"variants": "rot90(f"}, ["rot90"]),
    ("variants/plus-last", {"variants": "f +"}, ["1", "f.T"]),
    ("variants/factor-only", {"variants": "2"}, ["1", "f.T"]),
    ("variants/product", {"variants": "f*f"}, ["f.T"]),
    ("variants/two-shapes-no-sign", {"variants": "f f"}, ["f.T"]),
    ("variants/decimal-comma", {"variants": "1,5*f"}, ["1"]),
    ("variants/huge-factor", {"variants": "1e999*f"}, ["1e999"]),
    ("variants/nan-factor", {"variants": "nan*f"}, ["nan"]),
    ("variants/beyond-float", {"variants": "f, 1e38*f + 1e39*f.T"}, ["3.4e38"]),
    ("variants/semicolon", {"variants": "f; f"}, [";"]),
    ("variants/65", {"variants": ", ".join(["f"] * 65)}, ["64"]),
    ("variants/not-square", {"filter": "1 2 3; 4 5 6", "variants": "f, f.T"}, ["2", "square"]),
    ("variants/not-square-sum", {"filter": "1 2 3; 4 5 6", "variants": "f + f.T"}, ["1", "square"]),
    ("variants/not-square-default", {"filter": "1 2 3; 4 5 6"}, ["3", "square"]),
    ("maps/empty", {"maps": ""}, ["maps", "both, pre-relu, post-relu"]),
    ("maps/unknown", {"maps": "all"}, ["all", "both, pre-relu, post-relu"]),
    ("maps/capital", {"maps": "Both"}, ["Both", "pre-relu"]),
    ("maps/blank-behind", {"maps": "both "}, ["both ", "pre-relu"]),
    ("maps/underscore", {"maps": "pre_relu"}, ["pre_relu", "pre-relu"]),
    ("maps/line-break", {"maps": "both\npre-relu"}, ["both pre-relu", "post-relu"]),
    ("maps/long", {"maps": "both" * 500}, ["bothboth", "…", "pre-relu"]),
    ("grayscale/empty", {"grayscale": ""}, ["grayscale", "opencv, luminance, red, green, blue"]),
    ("grayscale/unknown", {"grayscale": "average"}, ["average", "opencv, luminance, red, green, blue"]),
    ("grayscale/capital", {"grayscale": "OpenCV"}, ["OpenCV", "opencv"]),
    ("padding/empty", {"padding": ""}, ["padding", "valid", "same"]),
    ("padding/capital", {"padding": "Same"}, ["Same", "same"]),
    ("padding/negative", {"padding": "-1"}, ["-1", "0"]),
    ("padding/second-negative", {"padding": "1, -2"}, ["1, -2", "0"]),
    ("padding/three", {"padding": "1,2,3"}, ["1,2,3", "two"]),
    ("padding/fraction", {"padding": "1.5"}, ["1.5", "whole"]),
    ("padding/word", {"padding": "one"}, ["one", "valid"]),
    ("padding/semicolon", {"padding": "1;2"}, ["1;2", "comma"]),
    ("padding/beyond", {"padding": "524289"}, ["524289", "524288"]),
    ("padding/far-beyond", {"padding": "99999999999999999999"}, ["99999999999999999999", "524288"]),
    ("padding/map-beyond", {"padding": "524288"}, ["524288", "padding"]),
    ("padding-mode/empty", {"padding-mode": ""}, ["padding-mode", "zeros, reflect, replicate, circular"]),
    ("padding-mode/unknown", {"padding-mode": "mirror"}, ["mirror", "zeros, reflect, replicate, circular"]),
    ("padding-mode/unknown-though-not-needed", {"padding": "valid", "padding-mode": "Zeros"}, ["Zeros", "zeros"]),
    ("padding-mode/reflect-rows", {"padding": "17, 0", "padding-mode": "reflect"}, ["17", "16"]),
    ("padding-mode/reflect-columns", {"padding": "0, 23", "padding-mode": "reflect"}, ["23", "22"]),
    ("padding-mode/circular-rows", {"padding": "18, 1", "padding-mode": "circular"}, ["18", "17"]),
    ("padding-mode/circular-columns", {"padding": "1, 24", "padding-mode": "circular"}, ["24", "23"]),
    ("padding-mode/reflect-same", {"padding": "same", "padding-mode": "reflect", "dilation": 12}, ["16"]),
    ("stride/0", {"stride": 0}, ["stride", "0", "1", "64"]),
    ("stride/negative", {"stride": -1}, ["-1", "64"]),
    ("stride/65", {"stride": 65}, ["65", "64"]),
    ("stride/largest", {"stride": 2147483647}, ["2147483647", "64"]),
    ("stride/smallest", {"stride": -2147483648}, ["-2147483648", "64"]),
    ("stride/2-with-same", {"padding": "same", "stride": 2}, ["same", "2", "1"]),
    ("dilation/0", {"dilation": 0}, ["dilation", "0", "64"]),
    ("dilation/negative", {"dilation": -3}, ["-3", "64"]),
    ("dilation/65", {"dilation": 65}, ["65", "64"]),
    ("dilation/too-far", {"dilation": 8}, ["25", "17"]),
    ("dilation/64", {"dilation": 64}, ["193"]),
    ("bias/nan", {"bias": NAN}, ["bias", "nan"]),
    ("bias/inf", {"bias": INFINITY}, ["bias", "inf"]),
    ("bias/beyond-float", {"bias": 1e39}, ["bias", "3.4e38"]),
    ("bias/minus-beyond-float", {"bias": -1e300}, ["bias", "3.4e38"]),
    ("scale/empty", {"scale": ""}, ["scale", "map, shared, symmetric, raw"]),
    ("scale/unknown", {"scale": "linear"}, ["linear", "map, shared, symmetric, raw"]),
    ("scale/capital", {"scale": "MAP"}, ["MAP", "map"]),
    ("size/filter-too-wide", {"filter": " ".join(["1"] * 24), "variants": "f"}, ["24", "23"]),
    ("size/filter-too-high", {"filter": ";".join(["1"] * 18), "variants": "f"}, ["18", "17"]),
    ("size/filter-too-large-with-padding", {"filter": ";".join(["1"] * 30), "variants": "f", "padding": "6"}, ["30", "29"]),
]


def check_sentence(message, pieces):
    true(len(message) > 20, "no sentence: %r" % message)
    true("\n" not in message, "several lines: %r" % message)
    true(message.endswith("."), "no full stop: %r" % message)
    for piece in pieces:
        pattern = re.escape(piece)
        # A number must not be found within another one.
        if re.fullmatch(r"\d+", piece):
            pattern = r"(?<![\d.])%s(?![\d.]\d)(?!\d)" % pattern
        true(re.search(pattern, message, re.I if piece.startswith(("row", "column", "nan", "inf")) else 0),
             "%r is not in: %s" % (piece, message))
    true(REMEDY.search(message), "no remedy in: %s" % message)


GOOD = '(let ((other (t-load %s))) (t-run "good" (lambda () %s)) (t-record "good-layers" (t-count other)) (gimp-image-delete other))'


def good_call(case):
    """The call after the failing one."""
    path = case.file("good.xcf")
    write(path, 23, 17, [photo()])
    return GOOD % (scheme(path), HOST.call("other", '(t-layer other "photo")'))


def add(batch, name, call, pieces, layers=None, loose=False, setup="", sentence=True, **image):
    """A failing CALL on an image with LAYERS."""
    layers = [photo(active=True)] if layers is None else layers

    def body(case):
        write(case.file("in.xcf"), image.pop("width", 40), image.pop("height", 30), layers, **image)
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          %s
          (t-clean image)
          (t-save image %s)
          (t-run "call" (lambda () %s))
          (t-record "dirty" (t-dirty image))
          (t-save image %s)
          (gimp-image-delete image)
          %s)""" % (case.path("in.xcf"), setup, case.path("before.xcf"), call, case.path("after.xcf"), good_call(case))

    def check(result):
        message = result.message("call")
        if os.environ.get("CONV_LAYER_SHOW_MESSAGES"):
            print("# %s: %s" % (name, message))
        if sentence:
            check_sentence(message, pieces)
        else:
            true(message, "no message")
        equal(result["dirty"], 0, "dirty")
        before, after = result.xcf("before.xcf"), result.xcf("after.xcf")
        equal(after.names(), before.names(), "layers")
        equal([item.active for item in after.all_layers], [item.active for item in before.all_layers], "selected")
        true(result["good"][0], "the next good call fails: %s" % (result["good"][1],))
        equal(result["good-layers"], 2, "layers of the next good call")

    batch.case("error/" + name, body, check)


def images(batch):
    call = HOST.call()
    add(batch, "image/1x1-layer", call, ["4", "1"], [photo(1, 1)])
    add(batch, "image/3-columns", call, ["4", "3"], [photo(3, 40)])
    add(batch, "image/3-rows", call, ["4", "3"], [photo(40, 3)])
    add(batch, "image/empty-group", call, [], [Layer("photo", 1, 1, 1, children=[]), photo(name="under")])
    add(batch, "image/indexed", call, ["ndexed", "RGB"],
        [Layer("photo", 23, 17, 4, [n % 2 for n in range(23 * 17)])], base_type=2, colormap=[(0, 0, 0), (255, 255, 255)])
    outside = [255 * (x >= 30 and y >= 25) for y in range(30) for x in range(40)]
    add(batch, "image/selection-outside", call, ["selection"], selection=outside)
    thin = [255 * (x in (3, 4) and y < 10) for y in range(30) for x in range(40)]
    add(batch, "image/selection-too-small", call, ["4", "2"], selection=thin)
    interactive = HOST.call(run_mode="RUN-INTERACTIVE")
    add(batch, "run-mode/interactive-without-display", interactive, ["display"])
    if HOST.generation == 3:
        add(batch, "drawable/none", HOST.call(drawables=""), ["layer"])
        add(batch, "drawable/two-one-too-small", HOST.call(drawables=["layer", '(t-layer image "small")']), ["4", "2"],
            [photo(), photo(2, 2, name="small")])
        # GIMP itself refuses these; only the consequences are ours.
        add(batch, "drawable/invalid", HOST.call(drawables="99999"), [], sentence=False)
        for name, value in ("filter", 3), ("variants", 1), ("stride", "two"), ("bias", "much"):
            add(batch, "type/" + name, HOST.call(**{name: value}), [], sentence=False)
    else:
        add(batch, "drawable/minus-one", HOST.call(drawables="-1"), [], sentence=False)
        add(batch, "drawable/invalid", HOST.call(drawables="99999"), [], sentence=False)
        add(batch, "image/invalid", HOST.call(image="99999"), [], sentence=False)
        for name, value in ("filter", 3), ("variants", 1), ("stride", "two"), ("bias", "much"):
            add(batch, "type/" + name, HOST.call(**{name: value}), [], sentence=False)


def locales(report):
    """The same calls where the decimal sign is a comma, and where I is not the capital of i."""
    for locale in "de_DE", "tr_TR":
        folder = tempfile.mkdtemp(prefix="conv-layer-locale-")
        try:
            environment = make_locale(locale, folder)
            if environment:
                _in_locale(report, locale, **environment)
            else:
                report.skip("locale/" + locale, "this machine cannot make the locale (localedef and its sources)")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _in_locale(report, locale, **environment):
    batch = Batch(**environment)
    options = {"filter": "0.5 -1.25; 1/3 2", "variants": "f, 0.5*f - f.T", "bias": 0.125, "padding": "1, 2"}

    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(active=True)])
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          %s
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(**options), case.path("after.xcf"))

    def check(result):
        after = result.xcf("after.xcf")
        pixels = photo().pixels
        plane = gray([tuple(pixels[i:i + 3]) for i in range(0, len(pixels), 3)], 0, 150)
        maps = Maps(plane, 23, 17, **options)
        layers = [layer for layer in after.all_layers if not layer.is_group and layer.name != "photo"]
        equal(len(layers), 4)
        for layer, m in zip(layers, maps.all):
            equal([p[0] for p in layer.pixels()], maps.codes(m), layer.name)
            true(layer.name.endswith("[%.5g, %.5g]" % (m.min, m.max)), layer.name)
            told = layer.parasites["conv-layer"][1].decode("utf-8")
            true('0.125' in told and '0,125' not in told, told)

    batch.case("locale/%s/good" % locale, body, check)
    for name, options_, pieces in (("ragged", {"filter": "1 2 3; 4 5"}, ["2", "3"]), ("word", {"maps": "İki"}, ["İki", "pre-relu"]),
                                   ("capital", {"scale": "SHARED"}, ["SHARED", "shared"]),
                                   ("decimal-comma", {"filter": "-1,5 2; 3 4"}, ["3", "2"]),
                                   ("stride", {"stride": 65}, ["65", "64"]), ("small", {"dilation": 8}, ["25", "17"])):
        bad(batch, "locale/%s/%s" % (locale, name), options_, pieces)
    batch.run(report)


def bad(batch, name, options, pieces):
    """As add(), for messages in whatever language: only the pieces count."""
    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(active=True)])
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          (t-clean image)
          (t-run "call" (lambda () %s))
          (t-record "dirty" (t-dirty image))
          (t-record "count" (t-count image))
          (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(**options))

    def check(result):
        message = result.message("call")
        for piece in pieces:
            true(piece in message, "%r is not in: %s" % (piece, message))
        equal((result["dirty"], result["count"]), (0, 1), "dirty, layers")

    batch.case(name, body, check)


def exits(report):
    """In a batch of 3.x an error that nobody catches is a failing exit; 2.10 always says 0."""
    profile = Profile()
    path = profile.file("in.xcf")
    write(path, 40, 30, [photo(active=True)])

    def start(**options):
        call = HOST.call("image", '(car (gimp-image-get-layer-by-name image "photo"))', **options)
        return profile.start('(let ((image (car (gimp-file-load RUN-NONINTERACTIVE %s)))) %s)' % (scheme(path), call))

    def good():
        code, log = start()
        equal(code, 0, "exit of a good call: " + log[-500:])

    def wrong(options, piece):
        code, log = start(**options)
        true(code in (64, 69, 70), "exit %s of a failing call: %s" % (code, log[-500:]))
        true(piece in log, "%r is not in the output: %s" % (piece, log[-500:]))

    try:
        report.run("exit/good", good)
        report.run("exit/wrong-word", wrong, {"maps": "all"}, "post-relu")
        report.run("exit/ragged", wrong, {"filter": "1 2; 3"}, "row 2".capitalize())
        report.run("exit/too-large", wrong, {"dilation": 8}, "25")
        report.run("exit/stride", wrong, {"stride": 0}, "64")
    finally:
        profile.remove()


def run(report):
    batch = Batch()
    for name, options, pieces in OPTIONS:
        # GIMP 3 puts the default for a NaN before any plug-in sees it.
        if name != "bias/nan" or HOST.generation == 2:
            # GIMP itself refuses these, in words of its own.
            add(batch, name, HOST.call(**options), pieces, sentence=name not in ("bias/nan", "bias/inf"))
    images(batch)
    batch.run(report)
    locales(report)
    if HOST.generation == 3:
        exits(report)


if __name__ == "__main__":
    main(run)
