#!/usr/bin/env python3
# test-locales.py: the same calls in languages with other decimal signs, letters
# and directions: the same pixels, places and JSON, and the same errors are errors.

import shutil
import tempfile

from host import HOST, Batch, main, make_locale
from images import components
from tap import equal, true
from xcf_writer import Layer, write

LOCALES = ("de_DE", "fr_FR", "tr_TR", "ar_EG", "fa_IR", "ja_JP")
RUNS = [
    ("fractions", {"filter": "0.5 -1.25; 1/3 2e-1", "variants": "f, 0.5*f - f.T/3", "bias": 0.125, "padding": "1, 2"}),
    ("symmetric", {"scale": "symmetric", "grayscale": "luminance", "padding": "same", "padding-mode": "circular"}),
    ("default", {}),
]
WRONG = [("comma", {"filter": "1,5 2; 3 4"}), ("word", {"maps": "PRE-RELU"})]


def content(xcf):
    """What must be the same; a name may be in the language."""
    return [(layer.width, layer.height, layer.x, layer.y, layer.bytes, sorted(layer.parasites.items()))
            for layer in xcf.all_layers if not layer.is_group]


def cases(batch, locale, known):
    def good(name, options):
        def body(case):
            write(case.file("in.xcf"), 40, 30, [Layer("photo", 40, 30, 0, components(3600), active=True)])
            return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
              (t-run "call" (lambda () %s)) (t-save image %s) (gimp-image-delete image))""" % (
                case.path("in.xcf"), HOST.call(**options), case.path("after.xcf"))

        def check(result):
            true(result["call"][0], "the call failed: %s" % (result["call"][1],))
            found = content(result.xcf("after.xcf"))
            true(len(found) > 2, "no maps")
            equal(found, known.setdefault(name, found), "another result than in C")

        batch.case("locale/%s/%s" % (locale, name), body, check)

    def wrong(name, options):
        def body(case):
            return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
              (t-clean image) (t-run "call" (lambda () %s)) (t-record "dirty" (t-dirty image)) (gimp-image-delete image))""" % (
                case.path("in.xcf"), HOST.call(**options))

        def written(case):
            write(case.file("in.xcf"), 40, 30, [Layer("photo", 40, 30, 0, components(3600), active=True)])
            return body(case)

        def check(result):
            true(not result["call"][0], "the call did not fail")
            equal(result["dirty"], 0, "dirty")

        batch.case("locale/%s/wrong-%s" % (locale, name), written, check)

    for name, options in RUNS:
        good(name, options)
    for name, options in WRONG:
        wrong(name, options)


def run(report):
    known = {}
    batch = Batch()
    cases(batch, "C", known)
    batch.run(report)
    for locale in LOCALES:
        folder = tempfile.mkdtemp(prefix="conv-layer-locale-")
        try:
            environment = make_locale(locale, folder)
            if not environment:
                report.skip("locale/" + locale, "this machine cannot make the locale (localedef and its sources)")
                continue
            batch = Batch(**environment)
            cases(batch, locale, known)
            batch.run(report)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


main(run)
