#!/usr/bin/env python3
# test-result.py: all that a run leaves in the image: tree, names, places,
# pixels, parasites, selection, what it returns and what it leaves alone.
# The expected values come from reference.py; images are small.

import json
import math
import re

from host import DEFAULTS, HOST, Batch, Profile, main
from images import components
from reference import Maps, f32, gray, parse_filter
from tap import equal, true
from xcf import CHANNELS, COMPONENTS
from xcf_writer import Layer, write

STAGES = {"pre-ReLU": "pre-relu", "post-ReLU": "post-relu"}
SMALL = {"filter": "1 2 -1; 0 -3 1", "variants": "f, -f, 0.5*f + rot180(f)"}


def plain(names):
    """Names without the number GIMP puts behind a name that is there already."""
    if isinstance(names, list):
        return [plain(name) for name in names]
    return re.sub(r" #\d+$", "", names)


def photo(width=23, height=17, type=0, seed=1, precision=150, **more):
    count = CHANNELS[type]
    return Layer(more.pop("name", "photo"), width, height, type,
                 components(width * height * count, precision, seed), **more)


def maps_of(layer, base_type, precision, area=None, **options):
    """The reference's maps of a layer of the reader or writer; AREA: x, y, width, height in it."""
    pixels = layer.pixels() if callable(layer.pixels) else [
        tuple(layer.pixels[i:i + CHANNELS[layer.type]]) for i in range(0, len(layer.pixels), CHANNELS[layer.type])]
    x, y, width, height = area or (0, 0, layer.width, layer.height)
    pixels = [pixels[row * layer.width + column] for row in range(y, y + height) for column in range(x, x + width)]
    kind = options.get("grayscale", "opencv")
    maps = Maps(gray(pixels, base_type, precision, kind), width, height, **options)
    maps.x += layer.x + x
    maps.y += layer.y + y
    return maps


def close(found, expected, precision, what):
    """Pixels equal in 8 bits, within a step elsewhere."""
    if precision == 150:
        if list(found) != list(expected):
            wrong = [i for i, (a, b) in enumerate(zip(found, expected)) if a != b]
            raise AssertionError("%s: %d of %d pixels differ, first number %d: %r, expected %r" % (
                what, len(wrong), len(expected), wrong[0], found[wrong[0]], expected[wrong[0]]))
        return
    letter, size = COMPONENTS[precision // 100][2], COMPONENTS[precision // 100][1]
    whole = 256 ** size - 1 if letter in "BHI" else 1
    deep = 2 ** -22 if precision % 100 else 2 ** -17
    step = {"B": 1 / 255, "H": 1 / 65535, "I": deep, "e": 2 ** -10, "f": deep, "d": deep}[letter]
    for i, (a, b) in enumerate(zip(found, expected)):
        if not math.isfinite(b):
            true(a == b or (a != a and b != b), "%s: pixel %d is %r, expected %r" % (what, i, a, b))
            continue
        true(abs(a / whole - b) <= step * 1.01 * max(1, abs(b)),
             "%s: pixel %d is %r, expected %r" % (what, i, a / whole, b))


def linear_step(xcf):
    """What GEGL's own road from linear light to R'G'B' may be away by."""
    return 1 / 65535 if xcf.component == "u16" else 2 ** -20


def check_layers(layers, maps, xcf, options):
    """LAYERS are MAPS: type, place, pixels, parasite."""
    equal(len(layers), len(maps.all), "maps")
    wanted = {0: 0, 1: 2}[xcf.base_type]
    for layer, m in zip(layers, maps.all):
        what = m.name
        equal(plain(layer.name), m.name, "name")
        equal(layer.type, wanted, what + ": type (without alpha)")
        equal((layer.width, layer.height), (maps.width, maps.height), what + ": size")
        equal((layer.x, layer.y), (maps.x, maps.y), what + ": place")
        true(layer.visible, what + ": visible")
        pixels = layer.pixels()
        true(all(len(set(pixel)) == 1 for pixel in pixels), what + ": gray")
        found = [pixel[0] for pixel in pixels]
        if maps.options["scale"] == "raw" and xcf.component in ("u8", "u16"):
            # The nearest code; halfway both are.
            whole = 256 ** xcf.component_size - 1
            for code, value in zip(found, m.values):
                value = min(max(value, 0), 1) * whole
                slack = 8 * linear_step(xcf) if xcf.trc == "linear" else 1e-6
                true(abs(code - value) <= 0.5 + whole * slack, "%s: %d, expected %g" % (what, code, value))
        elif xcf.precision == 150:
            close(found, maps.codes(m), 150, what)
        else:
            close(found, maps.units(m), xcf.precision, what)
        check_parasite(layer, m, maps, xcf, options, found)


def check_parasite(layer, m, maps, xcf, options, pixels):
    flags, data = layer.parasites["conv-layer"]
    equal(flags & 1, 1, "the parasite persists")
    told = json.loads(data.rstrip(b"\0").decode("utf-8"))
    what = m.name + ": parasite's "
    true("version" in told, what + "version")
    equal(told["output"], m.number, what + "output")
    equal(told["variant"], m.variant, what + "variant")
    equal(told["stage"], STAGES[m.stage], what + "stage")
    effect = dict(DEFAULTS)
    effect.update((name.replace("_", "-"), value) for name, value in options.items())
    for name, value in effect.items():
        if name == "filter":
            equal(parse_filter(told[name]).rows, parse_filter(value).rows, what + name)
        else:
            equal(told[name], value, what + name)
    for name, value in ("min", m.min), ("max", m.max), ("black", m.black), ("white", m.white):
        if xcf.trc == "linear":
            true(abs(told[name] - value) <= linear_step(xcf) * 8, "%s%s: %r, expected %r" % (what, name, told[name], value))
        else:
            equal(f32(told[name]), f32(value), what + name)
    unknown = set(told) - set(effect) - {"version", "output", "variant", "stage", "min", "max", "black", "white"}
    equal(unknown, set(), what + "unknown fields")
    # activation = black + pixel * (white - black): 256 steps of the colour map on
    # 255 of the pixel, and some of its codes one too low, make it two steps.
    if xcf.precision == 150 and told["white"] != told["black"] and maps.options["scale"] != "raw":
        span = told["white"] - told["black"]
        for code, value in zip(pixels, m.values):
            true(abs(told["black"] + code / 255 * span - value) <= 1.9 * span / 255, what + "formula")


def leaves(item):
    return [leaf for child in item.children for leaf in leaves(child)] if item.is_group else [item]


def check_tree(result, name, maps, options, siblings=None):
    """The maps stand directly above the layer NAME, and nothing else is new; gives the map layers."""
    after = result.xcf("after.xcf")
    source = after.find(name)
    siblings = source.parent.children if source.parent else after.layers
    at = siblings.index(source)
    tree = maps.tree()
    equal(plain(after.names(siblings[max(0, at - len(tree)):at])), tree, "tree")
    layers = [leaf for item in siblings[at - len(tree):at] for leaf in leaves(item)]
    check_layers(layers, maps, after, options)
    return after, source, layers


def same_item(a, b, what):
    equal((a.name, a.width, a.height, a.x, a.y, a.type, a.visible), (b.name, b.width, b.height, b.x, b.y, b.type, b.visible), what)
    true(a.bytes == b.bytes, what + ": other pixels")
    equal(a.mask is None, b.mask is None, what + ": mask")
    if a.mask:
        true(a.mask.bytes == b.mask.bytes, what + ": other mask")


def check_untouched(result, selected=True):
    """All that was in the image is in it still: items in order, pixels, selection;
    SELECTED: and the same items are selected."""
    before, after = result.xcf("before.xcf"), result.xcf("after.xcf")
    old = {item.name: item for item in before.all_layers}
    kept = [item for item in after.all_layers if item.name in old]
    equal([item.name for item in kept], [item.name for item in before.all_layers], "old layers")
    for item in kept:
        if not item.is_group:
            same_item(item, old[item.name], "old layer " + item.name)
        if selected:
            equal(item.active, old[item.name].active, item.name + ": selected")
    equal([(c.name, c.bytes, c.active) for c in after.channels], [(c.name, c.bytes, c.active) for c in before.channels],
          "channels")
    true((after.selection is None) == (before.selection is None), "the selection's presence")
    if after.selection:
        true(after.selection.bytes == before.selection.bytes, "the selection changed")
    new = [item for item in after.all_layers if item.name not in old]
    true(not any(item.active for item in new), "a new layer is selected")
    equal((after.width, after.height, after.precision, after.base_type),
          (before.width, before.height, before.precision, before.base_type), "the image")


class Cases:
    def __init__(self, batch):
        self.batch = batch

    def run(self, name, layers, options=None, source="photo", drawable=None, area=None, base_type=0, precision=150,
            width=40, height=30, maps=None, setup="", more=None, select=True, **image):
        """One run on the layer SOURCE, checked in all respects."""
        options = dict(SMALL if options is None else options)

        def body(case):
            write(case.file("in.xcf"), width, height, layers, base_type=base_type, precision=precision, **image)
            return """(let* ((image (t-load %s)) (layer (t-layer image "%s")) %s)
              %s
              (t-save image %s)
              (t-clean image)
              (let ((returned (t-returned %s)))
                (t-record "returned" (map t-name returned)))
              (t-record "dirty" (t-dirty image))
              (t-record "selected" (map t-name (t-selected image)))
              (t-save image %s)
              (gimp-image-delete image))""" % (
                  case.path("in.xcf"), source, setup, "(t-select image layer)" if select else "",
                  case.path("before.xcf"),
                  HOST.call(drawables=drawable or "layer", **options), case.path("after.xcf"))

        def check(result):
            before = result.xcf("before.xcf")
            expected = maps(before) if maps else maps_of(before.find(source), base_type, precision, area, **options)
            after, found, map_layers = check_tree(result, source, expected, options)
            check_untouched(result, select)
            names = [layer.name for layer in map_layers]
            if HOST.generation == 3:
                equal(result["returned"], names, "returned")
            elif expected.options["group"]:
                equal(plain(result["returned"]), ["Convolutional layer"], "returned")
            else:
                equal(result["returned"], names[:1], "returned")
            equal(result["dirty"], 1, "dirty")
            if more:
                more(result, after, expected, map_layers)

        self.batch.case(name, body, check)


def defaults(c):
    c.run("defaults/rgb", [photo(active=True)], {})
    c.run("defaults/rgba", [photo(type=1)], {})
    c.run("defaults/gray", [photo(type=2)], {}, base_type=1)
    c.run("defaults/gray-alpha", [photo(type=3)], {}, base_type=1)
    c.run("defaults/tiles", [photo(131, 67)], {"filter": "1 0 -1", "variants": "f"}, width=131, height=67)
    c.run("defaults/negative-offset", [photo(x=-9, y=-5)])
    c.run("defaults/offset-outside", [photo(x=100, y=-60)])
    c.run("defaults/float-beyond", [photo(precision=650)], precision=650)
    c.run("defaults/u16", [photo(precision=250)], precision=250)


def options(c):
    for maps in "both", "pre-relu", "post-relu":
        for group in True, False:
            c.run("options/maps-%s%s" % (maps, "" if group else "-no-group"), [photo()],
                  dict(SMALL, maps=maps, group=group))
    for kind in "red", "green", "blue":
        c.run("options/grayscale-" + kind, [photo(type=1)], dict(SMALL, grayscale=kind))
    for kind in "red", "green", "blue", "luminance":
        c.run("options/gray-image-" + kind, [photo(type=2, precision=650)], dict(SMALL, grayscale=kind), base_type=1,
              precision=650)
    for scale in "map", "shared", "symmetric", "raw":
        c.run("options/scale-" + scale, [photo()], dict(SMALL, scale=scale))
        c.run("options/scale-%s-float" % scale, [photo(precision=650)], dict(SMALL, scale=scale), precision=650)
    for padding in "same", "0", "1", "2, 0", "0,3", "5":
        c.run("options/padding-" + padding.replace(", ", ","), [photo(x=2, y=3)], dict(SMALL, padding=padding))
    for mode in "zeros", "reflect", "replicate", "circular":
        c.run("options/padding-mode-" + mode, [photo()], dict(SMALL, padding="3, 2", **{"padding-mode": mode}))
        c.run("options/same-" + mode, [photo()], {"padding": "same", "padding-mode": mode, "variants": "f, f.T"})
    for stride in 2, 3, 16, 64:
        c.run("options/stride-%d" % stride, [photo(x=-3)], dict(SMALL, stride=stride, padding="1"))
    for dilation in 2, 5, 8:
        c.run("options/dilation-%d" % dilation, [photo(y=4)], dict(SMALL, dilation=dilation))
    c.run("options/dilation-64", [photo(150, 10)], {"filter": "1 -2 3", "variants": "f", "dilation": 64}, width=150)
    for bias in 0.25, -1.5, 1e-3, 1000:
        c.run("options/bias-%g" % bias, [photo()], dict(SMALL, bias=bias))
    c.run("options/stride-and-dilation", [photo()], dict(SMALL, stride=2, dilation=3, padding="4,5"))
    c.run("options/1x1", [photo()], {"filter": "2", "variants": "f"})
    c.run("options/1x1-pixel", [photo(1, 1)], {"filter": "2", "variants": "f, -f"})
    c.run("options/exact-fit", [photo(4, 4)], {})
    c.run("options/31x31", [photo(33, 32)], {"filter": ";".join(" ".join(str((i * j) % 7 - 3) for j in range(31)) for i in range(31)),
                                             "variants": "f, f.T"})
    c.run("options/1x31", [photo(33, 3)], {"filter": " ".join(str(j % 5 - 2) for j in range(31)), "variants": "f, -f"})
    c.run("options/fractions", [photo()], {"filter": "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", "variants": "f, 2*f - f.T"})
    c.run("options/all-shapes", [photo()], {"filter": "1 2 3; 4 5 6; 7 8 -9", "variants":
          "f, f.T, rot90(f), rot180(f), rot270(f), fliplr(f), flipud(f), -f, 0.5*f - f.T, f + f.T"})
    c.run("options/64-variants", [photo(6, 5)], {"filter": "1 2; 3 -4",
                                                 "variants": ", ".join("%d*f" % (n - 30) for n in range(64))})


def stays(c):
    """What a constant map looks like, and names of odd ranges."""
    c.run("range/constant", [photo()], {"filter": "0", "variants": "f", "bias": 3})
    c.run("range/all-negative", [photo()], {"filter": "0 0; 0 1", "variants": "f", "bias": -10})
    c.run("range/tiny", [photo()], {"filter": "1e-9 2e-9", "variants": "f"})
    c.run("range/long-numbers", [photo()], {"filter": "1000 -20000; 123456 0.00012345678", "variants": "f"})
    c.run("range/huge", [photo()], {"filter": "1e20 -3e20", "variants": "f"})
    c.run("range/symmetric-constant", [photo()], {"filter": "0", "variants": "f", "scale": "symmetric"})
    c.run("range/shared-post-only", [photo()], dict(SMALL, scale="shared", maps="post-relu"))

    def clipped(result, after, maps, layers):
        true(re.search(r"\b%d\b" % maps.clipped(), result.log),
             "no message tells of %d clipped pixels: %s" % (maps.clipped(), result.log))

    def silent(result, after, maps, layers):
        true("clipped" not in result.log, "a message tells of clipped pixels: " + result.log)

    c.run("raw/clipped", [photo()], dict(SMALL, scale="raw"), more=clipped)
    c.run("raw/clipped-u16", [photo(precision=250)], dict(SMALL, scale="raw"), precision=250, more=clipped)
    c.run("raw/nothing-clipped", [photo()], {"filter": "1/2", "variants": "f", "scale": "raw"}, more=silent)
    c.run("raw/float", [photo(precision=650)], dict(SMALL, scale="raw"), precision=650, more=silent)
    # Whatever the transfer function: the number stored is the activation.
    c.run("raw/linear-float", [photo(precision=600)], dict(SMALL, scale="raw"), precision=600, more=silent)
    c.run("raw/linear-half", [photo(precision=500)], dict(SMALL, scale="raw"), precision=500, more=silent)
    c.run("raw/linear-u16", [photo(precision=200)], {"filter": "1/2", "variants": "f", "scale": "raw"}, precision=200,
          more=silent)


def sources(c):
    """What can be a source, and where the maps then stand."""
    three = [photo(name="top", seed=2), photo(active=True), photo(name="bottom", seed=3)]
    c.run("source/middle", three)
    c.run("source/middle-no-group", three, dict(SMALL, group=False))
    c.run("source/not-the-selected-one", [photo(name="top", seed=2, active=True), photo()], select=False)
    nested = [photo(name="top", seed=2), Layer("group", 23, 17, 1, children=[
        photo(name="over", seed=4), photo(active=True, x=3, y=2), photo(name="under", seed=5)])]
    c.run("source/nested", nested)
    c.run("source/nested-no-group", nested, dict(SMALL, group=False))
    c.run("source/nested-deep", [Layer("a", 23, 17, 1, children=[Layer("b", 23, 17, 1, children=[photo()])])])
    c.run("source/group", [Layer("photo", 23, 17, 1, x=4, y=6, active=True, children=[photo(name="inner", type=1, x=4, y=6)])])
    c.run("source/group-of-two", [photo(name="top"), Layer("photo", 33, 19, 1, x=1, y=2, children=[
        photo(name="a", x=1, y=2), photo(name="b", x=11, y=4)])])
    c.run("source/hidden", [photo(visible=False)])
    c.run("source/locked", [photo(lock=True)])
    c.run("source/locked-selected", [photo(lock=True, active=True)])
    c.run("source/alpha-ignored", [Layer("photo", 5, 4, 1, [n for i in range(20) for n in (i * 12, 255 - i, i * 3, i % 3 * 127)])],
          {"filter": "1 -1", "variants": "f"})
    c.run("source/hidden-colour", [Layer("photo", 9, 7, 1, [n for i in range(63) for n in (i * 4, 255 - i, i * 3, 0)])],
          {"filter": "1 -1", "variants": "f"})
    c.run("source/with-mask", [photo(mask=components(23 * 17, seed=9))])

    mask = components(23 * 17, seed=11)

    def mask_maps(before):
        item = before.find("photo")
        m = item.mask
        m.x, m.y = item.x, item.y
        return maps_of(m, 1, 150, **SMALL)

    # A mask's or a channel's maps stand on top of the stack, as no layer is their source.
    for kind in "mask", "channel":
        _elsewhere(c, kind, mask, mask_maps)


def _elsewhere(c, kind, mask, mask_maps):
    options = dict(SMALL)
    plane = components(40 * 30, seed=12)

    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(name="top", seed=5), photo(x=2, y=3, mask=mask), photo(name="bottom")],
              channels=[("channel", plane)])
        select = {"mask": '(t-select image (t-layer image "photo"))', "channel": "(t-select-channel image layer)"}
        source = {"mask": '(car (gimp-layer-get-mask (t-layer image "photo")))', "channel": '(t-channel image "channel")'}
        return """(let* ((image (t-load %s)) (layer %s))
          %s
          (t-save image %s)
          (t-record "returned" (map t-name (t-returned %s)))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), source[kind], select[kind], case.path("before.xcf"),
                                           HOST.call(**options), case.path("after.xcf"))

    def check(result):
        before, after = result.xcf("before.xcf"), result.xcf("after.xcf")
        if kind == "mask":
            maps = mask_maps(before)
        else:
            maps = maps_of(before.channels[0], 1, 150, **options)
        tree = maps.tree()
        equal(plain(after.names()), tree + ["top", "photo", "bottom"], "tree")
        check_layers(leaves(after.layers[0]), maps, after, options)
        check_untouched(result)

    c.batch.case("source/" + kind, body, check)


def selections(c):
    def rectangle(x, y, width, height):
        return [255 * (x <= i < x + width and y <= j < y + height) for j in range(30) for i in range(40)]

    c.run("selection/inside", [photo(x=5, y=4)], area=(3, 4, 12, 9), selection=rectangle(8, 8, 12, 9))
    c.run("selection/partly-outside", [photo(x=5, y=4)], area=(0, 0, 9, 7), selection=rectangle(0, 0, 14, 11))
    c.run("selection/larger", [photo(x=5, y=4)], selection=rectangle(1, 1, 38, 28))
    ring = [255 * ((i - 15) ** 2 + (j - 12) ** 2 <= 30) for j in range(30) for i in range(40)]
    c.run("selection/bounds-of-a-disc", [photo(x=5, y=4)], area=(5, 3, 11, 11), selection=ring)
    soft = [0] * (40 * 30)
    for i, j in ((10, 9), (17, 16)):
        soft[j * 40 + i] = 1
    c.run("selection/faint", [photo(x=5, y=4)], area=(5, 5, 8, 8), selection=soft)
    c.run("selection/padding-sees-zeros", [photo(x=5, y=4)], dict(SMALL, padding="2"), area=(3, 4, 12, 9),
          selection=rectangle(8, 8, 12, 9))


def several(c):
    """Several drawables in one call, which only 3.x knows."""
    options = dict(SMALL)

    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(name="one", seed=1), photo(name="two", seed=2, x=6),
                                            photo(19, 9, name="three", seed=3, y=7)])
        return """(let* ((image (t-load %s)) (one (t-layer image "one")) (three (t-layer image "three")))
          (gimp-image-set-selected-layers image (vector one three))
          (t-save image %s)
          (t-record "returned" (map t-name (t-returned %s)))
          (t-record "selected" (map t-name (t-selected image)))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), case.path("before.xcf"),
                                           HOST.call(drawables=["three", "one"], **options), case.path("after.xcf"))

    def check(result):
        before = result.xcf("before.xcf")
        first, second = (maps_of(before.find(name), 0, 150, **options) for name in ("one", "three"))
        after, _, of_one = check_tree(result, "one", first, options)
        after, _, of_three = check_tree(result, "three", second, options)
        equal(plain(after.names()), first.tree() + ["one", "two"] + second.tree() + ["three"], "tree")
        equal(result["returned"], [layer.name for layer in of_three + of_one], "returned")
        equal(sorted(result["selected"]), ["one", "three"], "selected")
        check_untouched(result)

    c.batch.case("several/two-of-three", body, check)

    def bad_body(case):
        write(case.file("in.xcf"), 40, 30, [photo(name="one", seed=1), photo(2, 2, name="small", seed=3)])
        return """(let* ((image (t-load %s)))
          (t-clean image)
          (t-run "call" (lambda () %s))
          (t-record "dirty" (t-dirty image))
          (t-save image %s)
          (gimp-image-delete image))""" % (
              case.path("in.xcf"), HOST.call(drawables=['(t-layer image "one")', '(t-layer image "small")']),
              case.path("after.xcf"))

    def bad_check(result):
        true(result.message("call"), "no message")
        equal(result["dirty"], 0, "dirty")
        equal(result.xcf("after.xcf").names(), ["one", "small"], "tree")

    c.batch.case("several/one-too-small", bad_body, bad_check)


def filters(c):
    """Non-destructive filters count: what the user sees of the drawable (3.x)."""
    append = '(gimp-drawable-append-new-filter %s "gegl:invert-gamma" "" LAYER-MODE-REPLACE 1.0)'
    merge = '(gimp-drawable-merge-new-filter %s "gegl:invert-gamma" "" LAYER-MODE-REPLACE 1.0)'

    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(x=3, y=4)])
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo"))
                (copy (t-duplicate image)) (flat (t-layer copy "photo")))
          %s
          (t-save copy %s)
          %s
          (t-record "returned" (map t-name (t-returned %s)))
          (t-record "filters" (vector-length (car (gimp-drawable-get-filters layer))))
          (t-save image %s)
          (gimp-image-delete image)
          (gimp-image-delete copy))""" % (case.path("in.xcf"), merge % "flat", case.path("flat.xcf"), append % "layer",
                                          HOST.call(**SMALL), case.path("after.xcf"))

    def check(result):
        flat = result.xcf("flat.xcf").find("photo")
        after = result.xcf("after.xcf")
        true(flat.bytes != after.find("photo").bytes, "the filter changes something")
        check_tree(result, "photo", maps_of(flat, 0, 150, **SMALL), SMALL)
        equal(result["filters"], 1, "the source's filters")
        equal(list(after.find("photo").values()), list(photo().pixels), "the source's own pixels")

    c.batch.case("source/non-destructive-filter", body, check)


def undo(c):
    """Two runs after each other: nothing of the first changes the second."""
    def body(case):
        write(case.file("in.xcf"), 40, 30, [photo(active=True)])
        call = HOST.call(**SMALL)
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          (t-select image layer)
          %s
          (t-save image %s)
          %s
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), call, case.path("before.xcf"), call,
                                           case.path("after.xcf"))

    def check(result):
        before = result.xcf("before.xcf")
        after, _, layers = check_tree(result, "photo", maps_of(before.find("photo"), 0, 150, **SMALL), SMALL)
        check_untouched(result)
        equal(len(after.all_layers), 2 * (len(layers) + 3) + 1, "layers")

    c.batch.case("again/twice", body, check)


def text_layer(report):
    """A text layer is a source like any other; fonts make a GIMP of its own needful."""
    batch = Batch(fonts=True)
    new = {2: '(car (gimp-text-layer-new image "ReLU" "Sans" 24 PIXELS))',
           3: '(car (gimp-text-layer-new image "ReLU" (car (gimp-context-get-font)) 24 UNIT-PIXEL))'}[HOST.generation]

    def body(case):
        write(case.file("in.xcf"), 80, 40, [photo(80, 40, name="under")])
        return """(let* ((image (t-load %s)) (layer %s))
          (gimp-image-insert-layer image layer 0 0)
          (gimp-item-set-name layer "photo")
          (gimp-layer-set-offsets layer 7 5)
          (t-save image %s)
          (t-record "returned" (map t-name (t-returned %s)))
          (t-record "text" (car (%s layer)))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), new, case.path("before.xcf"), HOST.call(**SMALL),
                                   "gimp-item-is-text-layer" if HOST.generation == 2 else "gimp-item-id-is-text-layer",
                                   case.path("after.xcf"))

    def check(result):
        before = result.xcf("before.xcf")
        check_tree(result, "photo", maps_of(before.find("photo"), 0, 150, **SMALL), SMALL)
        check_untouched(result)
        equal(result["text"], 1, "still a text layer")

    batch.case("source/text-layer", body, check)
    batch.run(report)


def repeats(report):
    """The parasite alone repeats the run; last values do, in this GIMP and in the next."""
    profile = Profile()
    options = {"filter": "1 2 -1; 0 -3 1/3", "variants": "f, -2*f + rot180(f)", "maps": "both", "grayscale": "green",
               "padding": "2, 1", "padding-mode": "reflect", "stride": 2, "dilation": 1, "bias": -0.1,
               "scale": "symmetric", "group": False}
    told = {}

    def once(call):
        def body(case):
            write(case.file("in.xcf"), 40, 30, [photo()])
            return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
              (t-save image %s)
              %s
              (t-save image %s)
              (gimp-image-delete image))""" % (case.path("in.xcf"), case.path("before.xcf"), call, case.path("after.xcf"))
        return body

    def check(result):
        before = result.xcf("before.xcf")
        _, _, layers = check_tree(result, "photo", maps_of(before.find("photo"), 0, 150, **options), options)
        for layer in layers:
            found = json.loads(layer.parasites["conv-layer"][1].rstrip(b"\0").decode("utf-8"))
            told[layer.name] = {name: found[name] for name in DEFAULTS}

    def same(result):
        before = result.xcf("before.xcf")
        check_tree(result, "photo", maps_of(before.find("photo"), 0, 150, **options), options)

    def hostile(case):
        write(case.file("in.xcf"), 40, 30, [photo()])
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          (t-run "call" (lambda () %s))
          (t-record "count" (t-count image))
          (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(run_mode="RUN-WITH-LAST-VALS"))

    def hostile_check(result):
        true(result.message("call").endswith("."), "no sentence")
        equal(result["count"], 1, "layers")

    def defaults_again(result):
        before = result.xcf("before.xcf")
        check_tree(result, "photo", maps_of(before.find("photo"), 0, 150), {})

    last = HOST.call(run_mode="RUN-WITH-LAST-VALS")
    try:
        batch = Batch(profile)
        batch.case("last-values/none-yet", once(last), defaults_again)
        batch.case("parasite/first", once(HOST.call(**options)), check)
        # A script's own values are not the user's.
        batch.case("last-values/not-those-of-a-script", once(last), defaults_again)
        batch.run(report)
        HOST.write_last_values(profile, options)
        batch = Batch(profile)
        batch.case("last-values/after-a-restart", once(last), same)
        batch.case("last-values/once-more", once(last), same)
        for name, found in sorted(told.items()):
            batch.case("parasite/repeats " + name.split(" [")[0], once(HOST.call(**found)), same)
        batch.run(report)
        equal(len(told), 4, "parasites")
        HOST.write_last_values(profile, {"filter": "1 2; 3", "stride": 99})
        batch = Batch(profile)
        batch.case("last-values/hostile", hostile, hostile_check)
        batch.run(report)
    finally:
        profile.remove()


def run(report):
    batch = Batch()
    c = Cases(batch)
    defaults(c)
    options(c)
    stays(c)
    sources(c)
    selections(c)
    undo(c)
    if HOST.generation == 3:
        several(c)
        filters(c)
    batch.run(report)
    text_layer(report)
    repeats(report)


if __name__ == "__main__":
    main(run)
