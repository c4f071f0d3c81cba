#!/usr/bin/env python3
# test-carry.py: what the dialog's "Copy as Script-Fu" gives, run as it stands
# in GIMP, makes the same layers as the procedure itself with the same options.

import os
import subprocess

from host import GENERATION, HOST, Batch, main, scheme
from images import components
from tap import equal, true
from xcf_writer import Layer, write

PRINTER = os.environ.get("CONV_LAYER_CARRY_TEXT", "")
LONG = "; ".join(" ".join("%.17g" % ((-1) ** (i * j) * (i - j) / 7) for j in range(1, 32)) for i in range(1, 32))
CASES = {
    "notebook": {},
    "negative": dict(filter="-1 -2.5 3; -0.25 0.125 -7", variants="f, -f, rot180(f)", bias=-0.75),
    "exponents": dict(filter="1e-3 -2E+1; 3.5e0 1e-10", bias=-1e-05, variants="1e2*f"),
    "fractions": dict(filter="1/9 1/9 -2/9", variants="f, 1/2*f - fliplr(f)", padding="3, 2", padding_mode="reflect"),
    "brackets": dict(filter="tensor([[1., -2.],\n        [3., 4.]], device='cpu')", variants="f,\n\t-f.T"),
    "blanks": dict(filter="[[1,\t-2]]\r\n", variants="f"),
    "not-square": dict(filter="1 2 -3 4 -5; -1 0 2 0 1", variants="f, rot180(f), fliplr(f), flipud(f), f - flipud(f)"),
    "turned": dict(filter="1 2 -3 4 -5; -1 0 2 0 1", variants="f.T, rot90(f), rot270(f)", padding="same"),
    "many": dict(variants=", ".join("%d*f - %d.5*f.T" % (i, 64 - i) for i in range(64)), maps="post-relu"),
    "long": dict(filter=LONG, variants="f", maps="pre-relu", padding="same", padding_mode="replicate"),
    "strides": dict(stride=3, dilation=2, padding="4", padding_mode="circular", group=False),
    "raw": dict(scale="raw", grayscale="green", bias=0.5),
    "shared": dict(scale="shared", grayscale="luminance", group=False),
    "symmetric": dict(scale="symmetric", grayscale="blue", bias=12),
    "figure": dict(figure=True),
}


def program(options):
    arguments = [PRINTER, "script-fu-%d" % GENERATION]
    for name, value in options.items():
        value = str(value).lower() if isinstance(value, bool) else str(value)
        arguments.append("%s=%s" % (name.replace("_", "-"), value))
    return subprocess.run(arguments, stdout=subprocess.PIPE, check=True).stdout.decode()


def prepare(case, options):
    picture = case.file("picture \"of\" é.xcf")
    write(picture, 50, 40, [Layer("photo", 50, 40, 0, components(6000), active=True)])
    text = program(options)
    named = text.replace('"picture.png"', scheme(picture))
    true(named != text, "the program names no picture")
    # A display is what a headless GIMP has not; it tells us the image instead.
    return """(let* ((shown '())
        (gimp-display-new (lambda (image) (set! shown (cons image shown)))))
      %s
      (t-record "shown" (length shown))
      (t-record "figures" (map (lambda (figure) (t-name (car (t-layers figure)))) (cdr shown)))
      (t-save (car shown) %s)
      (for-each gimp-image-delete shown))
    (let* ((image (t-load %s)) (layer (car (t-layers image))))
      %s
      (t-save image %s)
      (for-each gimp-image-delete (t-images)))""" % (named, case.path("carried.xcf"), scheme(picture), HOST.call(**options),
                                       case.path("called.xcf"))


def check(result, figure):
    equal(result["shown"], 2 if figure else 1, "images shown")
    equal(result["figures"], ["The picture in gray"] if figure else [], "the first layer of the figure")
    carried, called = result.xcf("carried.xcf"), result.xcf("called.xcf")
    equal(carried.names(), called.names(), "tree")
    true(len(carried.all_layers) > 1, "there are no maps")
    for a, b in zip(carried.all_layers, called.all_layers):
        equal((a.name, a.width, a.height, a.x, a.y, sorted(a.parasites.items())),
              (b.name, b.width, b.height, b.x, b.y, sorted(b.parasites.items())))
        true(a.is_group or a.bytes == b.bytes, "other pixels in " + a.name)


def run(report):
    batch = Batch()
    for name, options in CASES.items():
        batch.case("carry/" + name, lambda case, options=options: prepare(case, options),
                   lambda result, options=options: check(result, "figure" in options))
    batch.run(report)


main(run)
