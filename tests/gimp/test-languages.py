#!/usr/bin/env python3
# test-languages.py: the catalogues of all languages: whole, and used by GIMP:
# the menu's label, and the names of the layers that a run makes.  Knows no
# language.

import gettext
import os
import re
import shutil
import subprocess

from catalogues import PO, TOP, compile_catalogue, languages, source, template
from host import HOST, Batch, Profile, main, make_locale
from images import components
from tap import equal, true
from xcf_writer import Layer, write

LABEL = "Convolutional _Layer…"
GROUP = "Convolutional layer"


def missing(language, pot):
    """The texts of the sources that the catalogue has no whole translation of."""
    merged = subprocess.run(["msgmerge", "-q", "-N", "-o", "-", source(language), pot],
                            capture_output=True, text=True, check=True).stdout
    left = subprocess.run(["msgattrib", "--untranslated", "--no-wrap", "-"], input=merged, capture_output=True, text=True,
                          check=True).stdout
    return re.findall(r'^msgid (".+")', left, re.MULTILINE)


def uses_gettext(path):
    with open(path, encoding="utf-8") as stream:
        text = re.sub(r"/\*.*?\*/", "", stream.read(), flags=re.DOTALL)
    return re.search(r'\b(?:N?C?_|n?gettext|g_dn?gettext)\s*\(\s*"', text) is not None


def check_files():
    with open(os.path.join(PO, "POTFILES"), encoding="utf-8") as stream:
        listed = sorted(line.strip() for line in stream if line.strip() and not line.startswith("#"))
    found = []
    for folder in ("core", "plugin"):
        for path, _, names in os.walk(os.path.join(TOP, folder)):
            found += [os.path.relpath(os.path.join(path, name), TOP) for name in names
                      if name.endswith((".c", ".h")) and uses_gettext(os.path.join(path, name))]
    equal(listed, sorted(found), "po/POTFILES")


def check_menu(profile, label):
    with open(os.path.join(profile.path, "pluginrc"), "rb") as stream:
        rc = stream.read()
    if HOST.generation == 3:
        true(label.encode() in rc, "pluginrc has not the label %s" % label)
    else:
        # GIMP 2.10 keeps the English label and where its translations lie.
        folder = os.path.join(profile.path, "plug-ins", "conv-layer", "locale")
        place = re.search(rb'locale-def "conv-layer"\s+"([^"]+)"', rc)
        true(place, "pluginrc tells of no translations")
        equal(os.path.realpath(place.group(1).decode().replace("${gimp_dir}", profile.path)), os.path.realpath(folder),
              "where GIMP looks for them")
        true(LABEL.encode() in rc or LABEL.replace("…", "\\342\\200\\246").encode() in rc, "pluginrc has no label")


def in_gimp(report, profile, environment, language):
    folder = os.path.join(profile.path, "plug-ins", "conv-layer", "locale")
    batch = Batch(profile, **dict(environment, LANGUAGE=language))

    def body(case):
        write(case.file("in.xcf"), 8, 8, [Layer("photo", 8, 8, 0, components(192), active=True)])
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          %s (t-save image %s) (gimp-image-delete image))""" % (case.path("in.xcf"), HOST.call(), case.path("after.xcf"))

    def check(result):
        words = gettext.translation("conv-layer", folder, [language]).gettext
        true(words(LABEL) != LABEL, "the label is not translated")
        check_menu(profile, words(LABEL))
        names = [layer.name for layer in result.xcf("after.xcf").all_layers]
        true(words(GROUP) in names, "no layer group named %s: %s" % (words(GROUP), names))

    profile.forget() # its label in another language
    batch.case("languages/%s/in-gimp" % language, body, check)
    batch.run(report)


def run(report):
    profile = Profile()
    scratch = Profile.scratch()
    folder = os.path.join(profile.path, "plug-ins", "conv-layer", "locale")
    try:
        report.run("languages/files", check_files)
        pot = template(scratch)
        # LANGUAGE counts in a locale that has a language; in C.UTF-8 it need not.
        environment = make_locale("de_DE", scratch)
        true(environment, "localedef made no de_DE.UTF-8")
        for language in languages():
            def catalogue(language=language):
                status, counted = compile_catalogue(source(language), language, folder, "-c", "--statistics")
                equal(status, 0, "msgfmt -c: " + counted)
                true("fuzzy" not in counted and "untranslated" not in counted, counted)
                equal(missing(language, pot), [], "texts without a translation")
            report.run("languages/%s/catalogue" % language, catalogue)
            in_gimp(report, profile, environment, language)
    finally:
        profile.remove()
        shutil.rmtree(scratch, ignore_errors=True)


main(run)
