#!/usr/bin/env python3
# test-recipes.py: the recipe for a folder of photos, from GIMP's scripts folder
# as it is installed: every map's PNG, the XCF, the messages, and what happens
# to files that are no photos.  Knows the recipe's function, not its parts.

import os
import re
import shutil
import struct
import zlib

from host import DEFAULTS, GENERATION, TESTS, Batch, Profile, main
from images import components
from reference import Maps, gray
from tap import equal, true
from xcf import XCF

RECIPES = os.path.join(os.path.dirname(TESTS), "plugin", "recipes")
WIDTH, HEIGHT = 23, 17


# ---- PNG ----

def write_png(path, width, height, rgb, palette=None):
    """8-bit RGB, or with a PALETTE of colours the indices RGB."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    step = width * (1 if palette else 3)
    rows = b"".join(b"\0" + bytes(rgb[y * step:(y + 1) * step]) for y in range(height))
    with open(path, "wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8,
                                                                      3 if palette else 2, 0, 0, 0)))
        if palette:
            stream.write(chunk(b"PLTE", bytes(c for colour in palette for c in colour)))
        stream.write(chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def read_png(path):
    """(width, height, channels, bytes) of an 8-bit PNG without palette or interlacing."""
    with open(path, "rb") as stream:
        data = stream.read()
    equal(data[:8], b"\x89PNG\r\n\x1a\n", path)
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", data, at + 8)
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + size]
        at += 12 + size
    equal(depth, 8, path)
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    raw, out, before = zlib.decompress(packed), bytearray(), bytes(width * channels)
    for y in range(height):
        start = y * (width * channels + 1)
        before = unfiltered(raw[start], raw[start + 1:start + 1 + width * channels], before, channels)
        out += before
    return width, height, channels, bytes(out)


def unfiltered(kind, line, above, step):
    line = bytearray(line)
    for x in range(len(line)):
        a = line[x - step] if x >= step else 0
        b, c = above[x], above[x - step] if x >= step else 0
        p = a + b - c
        paeth = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
        line[x] = (line[x] + (0, a, b, (a + b) // 2, paeth)[kind]) & 255
    return bytes(line)


# ---- the recipe ----

def profile():
    own = Profile()
    scripts = os.path.join(own.path, "scripts", "conv-layer")
    os.makedirs(scripts)
    for name in "folder.scm", "gimp%d.scm" % GENERATION:
        os.symlink(os.path.join(RECIPES, name), os.path.join(scripts, name))
    return own


def messages(result):
    """What the recipe said, without what GIMP puts before it."""
    return re.sub(r"^\S*script-fu\S*-Warning: ", "", result.log, flags=re.M)


def call(case, options=""):
    return "(t-run \"bad\" (lambda () (conv-layer-folder %s %s %s)))" % (case.path("in"), case.path("out"), options)


def check_photo(folder, pixels, width=WIDTH, height=HEIGHT, **options):
    """The folder of one RGB photo of these pixels: as the reference computes it."""
    expected = Maps(gray([pixels[i:i + 3] for i in range(0, len(pixels), 3)], 0, 150), width, height, **options)
    xcf = XCF(os.path.join(folder, "maps.xcf"))
    equal(xcf.names()[:-1], expected.tree(), "the layers")
    names = ["output-%d-%s.png" % (m.number, m.stage.lower()) for m in expected.all]
    equal(sorted(os.listdir(folder)), sorted(names + ["maps.xcf"]), "the files")
    for name, m in zip(names, expected.all):
        w, h, channels, found = read_png(os.path.join(folder, name))
        equal((w, h), (expected.width, expected.height), name)
        true(list(found[::channels]) == expected.codes(m), name + " differs from what was expected")


def mixed(case):
    """Photos, one of them with a colour profile, files that are none, and what is passed over."""
    folder = case.file("in")
    os.makedirs(os.path.join(folder, "sub folder"))
    shutil.copy(os.path.join(TESTS, "data", "rocket.jpg"), os.path.join(folder, "beach day.jpg"))
    write_png(os.path.join(folder, "good.png"), WIDTH, HEIGHT, components(WIDTH * HEIGHT * 3))
    with open(os.path.join(folder, "good.png"), "rb") as stream:
        data = stream.read()
    with open(os.path.join(folder, "broken.png"), "wb") as stream:
        stream.write(data[:40] + b"\0" * 50)
    with open(os.path.join(folder, "notes.txt"), "w") as stream:
        stream.write("Where the photos were made.\n")
    shutil.copy(os.path.join(folder, "good.png"), os.path.join(folder, ".hidden.png"))
    shutil.copy(os.path.join(folder, "good.png"), os.path.join(folder, "sub folder", "inner.png"))
    return call(case) + '(t-record "images" %s)' % (
        "(car (gimp-image-list))" if GENERATION == 2 else "(vector-length (car (gimp-get-images)))")


def check_mixed(result):
    bad = result.value("bad")
    equal([name for name, *_ in bad], ["broken.png", "notes.txt"], "the bad files")
    equal(result["images"], 0, "images left open")
    out = result.case.file("out")
    equal(sorted(os.listdir(out)), ["beach day", "good"], "the folders")
    check_photo(os.path.join(out, "good"), components(WIDTH * HEIGHT * 3))
    files = sorted(os.listdir(os.path.join(out, "beach day")))
    equal(len(files), 9, "files of the JPEG: %r" % files)
    xcf = XCF(os.path.join(out, "beach day", "maps.xcf"))
    for stage in "pre-ReLU", "post-ReLU":
        for n, variant in enumerate(("f", "-f", "f.T", "-f.T"), 1):
            name = "output-%d-%s.png" % (n, stage.lower())
            width, height, channels, pixels = read_png(os.path.join(out, "beach day", name))
            layer = xcf.find("Output %d: %s, %s" % (n, variant, stage))
            equal((width, height), (637, 424), name)
            true(pixels[::channels] == bytes(layer.bytes[::layer.channels]), name + " differs from the layer")
    text = messages(result)
    for line in "[1/4] beach day.jpg: 8 maps", "[2/4] broken.png: failed: ", "[3/4] good.png: 8 maps", \
            "[4/4] notes.txt: failed: ", "2 of 4 files became maps in %s. These did not:" % out:
        true(line in text, "%r is not in %s" % (line, text))
    end = text[text.index("These did not:"):]
    true(re.search(r"\n  broken\.png: \S.*\n  notes\.txt: \S", end), "the list at the end: " + end)
    true(not re.search(r"\.scm : \d+", end), "places in the script: " + end)


def with_options(case):
    os.makedirs(case.file("in"))
    write_png(case.file("in/a.png"), WIDTH, HEIGHT, components(WIDTH * HEIGHT * 3, seed=7))
    return call(case, """'(filter "1 2; 3 -4; 0 1") '(variants "f, -f") '(maps "post-relu") '(stride 2)
                         '(bias -0.5) '(scale "shared")""")


def check_options(result):
    equal(result.value("bad"), [], "the bad files")
    check_photo(result.case.file("out/a"), components(WIDTH * HEIGHT * 3, seed=7), filter="1 2; 3 -4; 0 1",
                variants="f, -f", maps="post-relu", stride=2, bias=-0.5, scale="shared")


def check_every_option(result):
    """Every argument of the filter but group is an option, with the filter's default."""
    found = {name: value for name, value in result["defaults"]}
    equal(found, {name: value for name, value in DEFAULTS.items() if name != "group"}, "the defaults")
    equal([name for name, _ in result["defaults"]], [name for name in DEFAULTS if name != "group"], "their order")


def twins(case):
    """Two photos of one name beside each other, one of them indexed, into a folder that is there."""
    os.makedirs(case.file("in"))
    os.makedirs(case.file("out"))
    write_png(case.file("in/twin.png"), WIDTH, HEIGHT, components(WIDTH * HEIGHT * 3, seed=3))
    indices = [code % 4 for code in components(WIDTH * HEIGHT, seed=4)]
    # GIMP knows a PNG by what is in it.
    write_png(case.file("in/twin.PNG2"), WIDTH, HEIGHT, indices, PALETTE)
    return call(case)


PALETTE = [(10, 200, 30), (250, 0, 90), (128, 128, 5), (0, 77, 255)]


def check_twins(result):
    equal(result.value("bad"), [], "the bad files")
    equal(sorted(os.listdir(result.case.file("out"))), ["twin", "twin.png"], "the folders")
    indices = [code % 4 for code in components(WIDTH * HEIGHT, seed=4)]
    check_photo(result.case.file("out/twin"), [c for i in indices for c in PALETTE[i]])
    check_photo(result.case.file("out/twin.png"), components(WIDTH * HEIGHT * 3, seed=3))


def too_small(case):
    """The filter's own error is told for the photo it is about; the others are done."""
    os.makedirs(case.file("in"))
    write_png(case.file("in/large.png"), WIDTH, HEIGHT, components(WIDTH * HEIGHT * 3))
    write_png(case.file("in/small.png"), 3, 3, components(27))
    return call(case)


def check_too_small(result):
    bad = result.value("bad")
    equal([name for name, *_ in bad], ["small.png"], "the bad files")
    true("3" in messages(result).split("small.png: failed: ")[1], "the message: " + messages(result))
    equal(os.listdir(result.case.file("out")), ["large"], "the folders")


def wrong(name, options, words, folder="in"):
    def body(case):
        os.makedirs(case.file("in"))
        write_png(case.file("in/a.png"), WIDTH, HEIGHT, components(WIDTH * HEIGHT * 3))
        return call(case, options).replace(case.path("in"), case.path(folder))

    def check(result):
        for word in words:
            true(word in result.message("bad"), "%r is not in %s" % (word, result.message("bad")))
        true(not os.path.exists(result.case.file("out")), "it made a folder")
    return name, body, check


def many(case):
    """The order of names, and of their numbers in the messages."""
    os.makedirs(case.file("in"))
    for name in "b", "a", "d", "c", "e", "A", "ä":
        open(case.file("in/" + name), "w").close()
    return '(t-record "names" (conv-layer-folder-files %s))' % case.path("in")


def check_many(result):
    equal(result["names"], ["A", "a", "b", "c", "d", "e", "ä"])


def run(report):
    own = profile()
    batch = Batch(own)
    try:
        batch.case("recipes/folder", mixed, check_mixed)
        batch.case("recipes/options", with_options, check_options)
        batch.case("recipes/every-option", '(t-record "defaults" conv-layer-folder-defaults)', check_every_option)
        batch.case("recipes/same-name", twins, check_twins)
        batch.case("recipes/filter-fails", too_small, check_too_small)
        batch.case("recipes/order", many, check_many)
        batch.case(*wrong("recipes/no-folder", "", ["no folder", "nowhere"], "nowhere"))
        batch.case(*wrong("recipes/unknown-option", "'(strides 2)", ["strides", "stride 2"]))
        batch.case(*wrong("recipes/option-without-value", "'(stride)", ["stride"]))
        batch.run(report)
    finally:
        own.remove()


main(run)
