#!/usr/bin/env python3
# test-figure.py: the figure as a new image: its parts as named layers, apart
# from each other, the maps' pixels those of the map layers to the byte; a call
# that fails leaves no image.  Knows no font: not what is written, but where.

from host import DEFAULTS, HOST, Batch, Profile, main
from images import components
from reference import Maps, gray
from tap import equal, true
from xcf import CHANNELS
from xcf_writer import Layer, write

SMALL = {"filter": "1 2 -1; 0 -3 1", "variants": "f, f - 2*fliplr(f)"}


def photo(width=43, height=29, type=0, precision=150, seed=1, **more):
    return Layer(more.pop("name", "photo"), width, height, type, components(width * height * CHANNELS[type], precision, seed),
                 **more)


def calling(call):
    """Runs CALL on the photo, saves the image and what new images there are."""
    def body(case):
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")) (old (t-images)))
          (t-clean image)
          (t-run "call" (lambda () %s))
          (t-record "dirty" (t-dirty image))
          (let ((new (t-new old (t-images))) (n 0))
            (t-record "figures" (length new))
            (t-record "figures-dirty" (map t-dirty new))
            (for-each (lambda (figure)
                        (set! n (+ n 1))
                        (t-save figure (string-append %s (number->string n) ".xcf"))
                        (gimp-image-delete figure))
                      new))
          (t-record "count" (t-count image))
          (t-save image %s)
          (gimp-image-delete image))""" % (case.path("in.xcf"), call, case.path("figure-"), case.path("after.xcf"))
    return body


def expected_names(maps, picture):
    """The figure's layers from the top, but for the ranges of what is no map."""
    count = len(maps.pre or maps.post)
    names = ["The picture in gray", picture]
    for m in (maps.pre or maps.post):
        names += ["Filter %d" % m.number, "Filter %d: %s" % (m.number, m.variant)]
    for maps_of_stage, word in (maps.pre, "before"), (maps.post, "after"):
        for m in maps_of_stage:
            names += ["Output %d (%s ReLU)" % (m.number, word), m.name]
    equal(len(names), 2 + 2 * count + 2 * len(maps.all), "names")
    return names + ["Background"]


def inside(a, b):
    return a.x >= b.x and a.y >= b.y and a.x + a.width <= b.x + b.width and a.y + a.height <= b.y + b.height


def apart(a, b):
    return a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y


def check_figure(figure, after, source, area, options, scaled=False):
    """FIGURE is that of SOURCE's AREA; AFTER: the image with the maps."""
    pixels = source.pixels()
    x, y, width, height = area
    pixels = [pixels[row * source.width + column] for row in range(y, y + height) for column in range(x, x + width)]
    plane = gray(pixels, after.base_type, after.precision, options.get("grayscale", "opencv"))
    maps = Maps(plane, width, height, **options)
    picture = Maps(plane, width, height, filter="1", variants="f", maps="pre-relu")
    name = "The picture in gray [%.5g, %.5g]" % (picture.pre[0].min, picture.pre[0].max)
    equal(figure.names(), expected_names(maps, name), "the figure's layers")
    equal((figure.precision, figure.base_type), (after.precision, after.base_type), "the figure's kind")
    layers = figure.layers
    whole = layers[-1]
    equal((whole.x, whole.y, whole.width, whole.height), (0, 0, figure.width, figure.height), "background")
    for i, layer in enumerate(layers[:-1]):
        true(layer.visible and inside(layer, whole), layer.name + " is not within the figure")
        true(all(apart(layer, other) for other in layers[:i]), layer.name + " lies upon another")
        equal(layer.has_alpha, i % 2 == 0, layer.name + ": alpha")
    for m in maps.all:
        drawn, made = figure.find(m.name), after.find(m.name)
        equal((drawn.width, drawn.height, drawn.type), (made.width, made.height, made.type), m.name)
        true(drawn.bytes == made.bytes, m.name + ": other pixels than the layer's")
        equal(drawn.parasites["conv-layer"], made.parasites["conv-layer"], m.name + ": parasite")
    drawn = figure.find(name)
    if scaled:
        true(drawn.width < width, "the picture is not smaller")
    elif after.precision == 150:
        equal([pixel[0] for pixel in drawn.pixels()], picture.codes(picture.pre[0]), "the picture's pixels")
    for m in maps.pre or maps.post:
        tile = figure.find("Filter %d: %s" % (m.number, m.variant))
        values = [pixel[0] for pixel in tile.pixels()]
        true(min(values) < max(values), tile.name + " is one gray")
    for title in layers[:-1:2]:
        true(any(pixel[-1] for pixel in title.pixels()), title.name + ": nothing is written")


def add(batch, name, options=None, base_type=0, precision=150, area=None, setup=None, scaled=False, **more):
    options = dict(SMALL if options is None else options)
    source = photo(type=2 * base_type, precision=precision, **more)
    area = area or (0, 0, source.width, source.height)
    call = HOST.call(figure=True, **options)

    def body(case):
        write(case.file("in.xcf"), source.width, source.height, [source], base_type=base_type, precision=precision)
        return calling("(begin %s %s)" % (setup or "", call))(case)

    def check(result):
        true(result["call"][0], "the call failed: %r" % result["call"])
        equal(result["figures"], 1, "new images")
        equal(result["figures-dirty"], [0], "unsaved changes")
        after = result.xcf("after.xcf")
        check_figure(result.xcf("figure-1.xcf"), after, after.find("photo"), area, options, scaled)

    batch.case("figure/" + name, body, check)


def several(batch):
    """In GIMP 3 a figure for each drawable."""
    def body(case):
        write(case.file("in.xcf"), 50, 40, [photo(), photo(name="other", seed=5)])
        return calling(HOST.call(drawables=["layer", '(t-layer image "other")'], figure=True, group=False, **SMALL))(case)

    def check(result):
        equal(result["figures"], 2, "new images")
        equal(result["count"], 2 + 2 * 4, "layers")

    batch.case("figure/several", body, check)


def none(batch, name, call, figures=0, fails=(), count=1):
    def body(case):
        write(case.file("in.xcf"), 43, 29, [photo()])
        return calling(call)(case)

    def check(result):
        equal(result["figures"], figures, "new images")
        equal(result["count"], count, "layers")
        if fails:
            message = result.message("call")
            for piece in fails:
                true(piece in message, "'%s' lacks '%s'" % (message, piece))
            equal(result["dirty"], 0, "dirty")
        else:
            true(result["call"][0], "the call failed: %r" % result["call"])

    batch.case("figure/" + name, body, check)


def fill(batch):
    add(batch, "notebook", {})
    add(batch, "gray", base_type=1)
    add(batch, "u16", precision=250)
    add(batch, "float", precision=650)
    add(batch, "linear-float", precision=600)
    add(batch, "raw-float", dict(SMALL, scale="raw"), precision=650)
    add(batch, "shared", dict(SMALL, scale="shared", group=False))
    add(batch, "pre", dict(SMALL, maps="pre-relu"))
    add(batch, "post", dict(SMALL, maps="post-relu", grayscale="red"))
    add(batch, "same", dict(SMALL, padding="same", bias=0.5))
    add(batch, "stride", dict(SMALL, stride=7), scaled=True, width=213, height=171)
    add(batch, "64", {"filter": "1 2; 3 -4", "variants": ", ".join("%d*f" % (n - 70) for n in range(64))}, width=7, height=5)
    add(batch, "selection", area=(5, 4, 20, 17),
        setup="(gimp-image-select-rectangle image CHANNEL-OP-REPLACE 5 4 20 17)")
    if HOST.generation == 3:
        several(batch)
    none(batch, "not-asked-for", HOST.call(figure=False, group=False, **SMALL), count=5)
    none(batch, "as-ever", HOST.call(group=False, **SMALL), count=5)
    none(batch, "too-large", HOST.call(figure=True, filter="1; 1", variants="f", padding="200000, 0"),
         fails=["figure", "524288", ";"])
    none(batch, "wrong-value", HOST.call(figure=True, stride=65), fails=["stride", "65"])
    none(batch, "again", HOST.call(figure=True, group=False, **SMALL), figures=1, count=5)


def last_values(report):
    profile = Profile()
    try:
        HOST.write_last_values(profile, dict(DEFAULTS, figure=True, group=False, **SMALL))
        batch = Batch(profile)
        none(batch, "last-values", HOST.call(run_mode="RUN-WITH-LAST-VALS"), figures=1, count=5)
        batch.run(report)
    finally:
        profile.remove()


def run(report):
    batch = Batch()
    fill(batch)
    batch.run(report)
    last_values(report)


main(run)
