#!/usr/bin/env python3
# test-help.py: the help pages: sound and without the network in every language;
# every option that GIMP knows has its section, picture and row, and no other
# has; every value a choice allows is named; every command does, run as written,
# what the page says.  test-dialog opens them.

import json
import os
import shlex
import shutil
import struct
import subprocess

from help_page import Page
from host import DEFAULTS, EXECUTABLE, GENERATION, HOST, TESTS, Batch, Profile, finish, main, read_scheme
from reference import Maps, decode, gray
from tap import Skip, equal, true
from xcf import XCF

FOLDER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(EXECUTABLE))), "help")
LANGUAGES = ("en", "de", "es")
SOBEL = "-1 0 1; -2 0 2; -1 0 1"
NOT_CHOICES = {"filter", "variants", "padding"}  # strings of any kind
OPTIONS = dict(DEFAULTS, figure=False)


# ---- what GIMP knows ----

def registered():
    """The names of the options, in order, from the registration in a profile."""
    profile = Profile()
    try:
        profile.start('(gimp-message "started")')
        with open(profile.path + "/pluginrc", encoding="utf-8", errors="replace") as stream:
            text = "\n".join(line for line in stream.read().splitlines() if not line.startswith("#"))
    finally:
        profile.remove()
    # In GIMP 2.10 this one has all of them.
    name = "plug-in-conv-layer-figure" if GENERATION == 2 else "plug-in-conv-layer"
    own, _ = read_scheme(text[text.index('(proc-def "%s"' % name):])
    arguments = [item for item in own if isinstance(item, list) and item and item[0] == "proc-arg"]
    # number, name in GIMP 2.10; number, two types, name in GIMP 3
    names = [item[2 if GENERATION == 2 else 4].replace("_", "-") for item in arguments]
    equal(names[:2], ["run-mode", "image"], "the first arguments")
    return names[3:-1]


def choices(report):
    """{option: the values that its message names}"""
    found = {}

    def note(name):
        def check(result):
            words = result.message(name).split("choose one of: ")
            equal(len(words), 2, "the message: %r" % words)
            found[name] = words[1].rstrip(".").split(", ")
        return check

    batch = Batch()
    for name, default in DEFAULTS.items():
        if isinstance(default, str) and name not in NOT_CHOICES:
            option = {name.replace("-", "_"): "no such word"}
            if GENERATION == 2:
                load = '(let* ((image (car (gimp-image-new 8 8 RGB))) (layer (car (gimp-layer-new image 8 8 RGB-IMAGE "l" 100 0))))'
            else:
                load = '(let* ((image (car (gimp-image-new 8 8 RGB))) (layer (car (gimp-layer-new image "l" 8 8 RGB-IMAGE 100 0))))'
            batch.case("help/choice/" + name, "%s (gimp-image-insert-layer image layer 0 0) (t-run \"%s\" (lambda () %s))"
                       " (gimp-image-delete image))" % (load, name, HOST.call(**option)), note(name))
    batch.run(report)
    return found


# ---- the pages ----

def check_sound(page, language):
    true(not page.problems, "; ".join(page.problems))
    equal(page.language, language, "lang")
    true(page.source.startswith("<!DOCTYPE html>\n"), "the first line")
    true("prefers-color-scheme: dark" in page.source, "no colours for the dark")
    true("{{" not in page.source, "a line was not replaced")
    true(len(page.images) >= 20, "%d pictures" % len(page.images))
    size = sum(len(image) for image in set(page.images)) * 3 // 4
    true(size < 400000, "the pictures have %d bytes" % size)


def check_tidy(path):
    tidy = shutil.which("tidy")
    if not tidy:
        raise Skip("no tidy here")
    said = subprocess.run([tidy, "-errors", "-quiet", "-utf8", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True).stdout
    equal(said, "", "tidy")


def check_options(page, names):
    sections = [name[len("option-"):] for name in page.sections if name.startswith("option-")]
    equal(sections, names, "the sections of the options")
    for name in names:
        section = page.sections["option-" + name]
        true(section["pictures"] > 0, name + " has no picture")
        true(name in section["codes"], name + " is not named in its section")
        true(len(section["text"]) > 100, name + " has too few words")


def check_choices(page, words):
    true(len(words) >= 4, "too few options with a choice: %r" % words)
    for name, values in words.items():
        for value in values:
            true(value in page.sections["option-" + name]["codes"], "%s: %s is not named" % (name, value))


def check_reference(page, names, english):
    equal([row[0] for row in page.rows[1:]], names, "the rows")
    for row in page.rows[1:]:
        default = OPTIONS[row[0]]
        shown = {True: "TRUE", False: "FALSE"}[default] if isinstance(default, bool) else (
            '"%s"' % default if isinstance(default, str) else str(default))
        equal(row[2], shown, row[0] + ": its default")
        true(len(row[3]) > 10, row[0] + " has no meaning")
    if page is not english:
        same = [row[0] for row, other in zip(page.rows, english.rows) if row[3] == other[3]]
        equal(same, [], "rows that are not translated")


def check_same(page, english):
    equal(page.commands, english.commands, "the commands")
    equal(page.ids, english.ids, "the parts")
    equal(len(page.images), len(english.images), "the pictures")
    equal(page.headings, english.headings, "the headings")


# ---- the commands ----

def photo(floats=False, **options):
    """The maps of the photo that the commands read, as it is or converted to FLOATS, whose gray is not rounded."""
    xcf = XCF(os.path.join(PLACE, "lesson.xcf"))
    layer = xcf.layers[-1]
    pixels = list(zip(*[iter(bytes(layer.bytes))] * layer.channels))
    pixels = [tuple(code / 255 for code in pixel[:3]) if floats else pixel[:3] for pixel in pixels]
    return Maps(gray(pixels, 0, 650 if floats else 150), layer.width, layer.height, **options)


def check_maps(name, **options):
    xcf, maps = XCF(os.path.join(PLACE, name)), photo(**options)
    equal(xcf.names(), maps.tree() + [xcf.layers[-1].name], "the layers")
    for m in maps.all:
        layer = [layer for layer in xcf.all_layers if layer.name == m.name][0]
        true(list(layer.bytes[::layer.channels]) == maps.codes(m), m.name + ": its pixels")


def check_mask():
    xcf = XCF(os.path.join(PLACE, "mask.xcf"))
    equal(len(xcf.names()), 1, "the layers")
    layer, maps = xcf.layers[0], photo(filter=SOBEL, maps="post-relu", padding="same", padding_mode="replicate",
                                               scale="shared")
    true(layer.mask, "no mask")
    strongest = [max(codes) for codes in zip(*(maps.codes(m) for m in maps.all))]
    # GIMP's masks hold linear light, and it blends in floats.
    worst = max(abs(a - 255 * decode(b / 255)) for a, b in zip(layer.mask.bytes, strongest))
    true(worst <= 2, "the mask is %d off" % worst)


def check_signed():
    with open(os.path.join(PLACE, "signed.tif"), "rb") as stream:
        data = stream.read()
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    at, = struct.unpack_from(order + "I", data, 4)
    count, = struct.unpack_from(order + "H", data, at)
    tags = {}
    for i in range(count):
        tag, kind, number = struct.unpack_from(order + "HHI", data, at + 2 + 12 * i)
        form = {3: "H", 4: "I"}.get(kind)
        if form:
            size = number * struct.calcsize(form)
            place = at + 2 + 12 * i + 8 if size <= 4 else struct.unpack_from(order + "I", data, at + 2 + 12 * i + 8)[0]
            tags[tag] = struct.unpack_from("%s%d%s" % (order, number, form), data, place)
    width, height, bits, compression, starts, lengths = (tags[tag] for tag in (256, 257, 258, 259, 273, 279))
    channels = len(bits)
    equal((set(bits), set(tags[339])), ({32}, {3}), "bits, and floats")
    equal(compression, (1,), "compression")
    pixels = b"".join(data[start:start + length] for start, length in zip(starts, lengths))
    values = struct.unpack("%s%df" % (order, width[0] * height[0] * channels), pixels)[::channels]
    m, = photo(True, variants="f", maps="pre-relu").all
    true(min(values) < -1, "nothing negative")
    worst = max(abs(a - b) for a, b in zip(values, m.values))
    true(worst <= 1e-5, "the activations are %g off" % worst)


def check_folder():
    folder = os.path.join(PLACE, "maps")
    equal(sorted(os.listdir(folder)), ["coffee", "rocket"], "the folders")
    for name in os.listdir(folder):
        equal(sorted(os.listdir(os.path.join(folder, name))),
              ["maps.xcf"] + ["output-%d-%s.png" % (n, stage) for n in (1, 2) for stage in ("post-relu", "pre-relu")], name)


def check_read():
    with open(os.path.join(PLACE, "map.json"), encoding="utf-8") as stream:
        found = json.load(stream)
    first = photo().all[0]
    equal((found["output"], found["stage"], found["variant"]), (1, "pre-relu", "f"), "the map")
    true(abs(found["black"] - min(first.values)) < 1e-5 and abs(found["white"] - max(first.values)) < 1e-5, "%r" % found)


def check_formula(said):
    values = photo().all[0].values
    black, white = min(values), max(values)
    equal(said, "black is %g, white is %g\na pixel of 161 was about %.3f\n" % (
        black, white, black + 161 / 255 * (white - black)), "the output")


# id of the command without the kind: its check.
CHECKS = {
    "one": lambda said: check_maps("maps.xcf", filter=SOBEL, variants="f, f.T", padding="same"),
    "mask": lambda said: check_mask(),
    "lesson": lambda said: check_maps("lesson.xcf"),
    "signed": lambda said: check_signed(),
    "folder": lambda said: check_folder(),
    "read": lambda said: check_read(),
    "formula": check_formula,
}
# The photo is looked at in the lesson's image.
FIRST = "lesson"
PLACE = None


def run_command(profile, name, text):
    program = shlex.split(text)[0]
    if not shutil.which(program):
        raise Skip("no %s here" % program)
    environment = profile.environment()
    profile.prepare(environment)
    with open(profile.file("said-" + name), "wb") as stream, open(profile.file("wrong-" + name), "wb") as errors:
        process = subprocess.Popen(["sh", "-c", text], cwd=PLACE, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=stream, stderr=errors, start_new_session=True)
        code = finish(process)
    with open(profile.file("said-" + name), encoding="utf-8", errors="replace") as stream:
        said = stream.read()
    with open(profile.file("wrong-" + name), encoding="utf-8", errors="replace") as stream:
        wrong = stream.read()
    equal(code, 0, "exit: " + said[-800:] + wrong[-800:])
    # GIMP 2.10 leaves with 0 all the same.
    true("execution error" not in said + wrong, said[-1500:] + wrong[-1500:])
    CHECKS[name.rsplit("-", 1)[0]](said)


def run_commands(report, page):
    global PLACE
    own = {name: text for name, text in page.commands.items() if not name.endswith("-gimp%d" % (5 - GENERATION))}
    report.run("help/command/each-once", equal, sorted(name.rsplit("-", 1)[0] for name in own), sorted(CHECKS),
               "the commands for this GIMP, and those the test knows")
    profile = Profile()
    try:
        scripts = os.path.join(profile.path, "scripts", "conv-layer")
        os.makedirs(scripts)
        recipes = os.path.join(os.path.dirname(TESTS), "plugin", "recipes")
        for name in "folder.scm", "gimp%d.scm" % GENERATION:
            os.symlink(os.path.join(recipes, name), os.path.join(scripts, name))
        PLACE = profile.file("place")
        os.makedirs(os.path.join(PLACE, "photos"))
        shutil.copy(os.path.join(TESTS, "data", "coffee.png"), os.path.join(PLACE, "photo.png"))
        for name in "coffee.png", "rocket.jpg":
            shutil.copy(os.path.join(TESTS, "data", name), os.path.join(PLACE, "photos"))
        for name in sorted(own, key=lambda name: not name.startswith(FIRST)):
            report.run("help/command/" + name, run_command, profile, name, own[name])
    finally:
        profile.remove()


def run(report):
    paths = {language: os.path.join(FOLDER, language + ".html") for language in LANGUAGES}
    pages = {language: Page(path) for language, path in paths.items()}
    names, words, english = registered(), choices(report), pages["en"]
    report.run("help/registered", equal, names, list(OPTIONS), "the options that GIMP knows")
    for language, page in pages.items():
        for name, case in (("sound", (check_sound, page, language)), ("tidy", (check_tidy, paths[language])),
                           ("options", (check_options, page, names)), ("choices", (check_choices, page, words)),
                           ("reference", (check_reference, page, names, english)), ("same", (check_same, page, english))):
            report.run("help/%s/%s" % (language, name), *case)
    run_commands(report, english)


main(run)
