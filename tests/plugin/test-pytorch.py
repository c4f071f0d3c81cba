#!/usr/bin/env python3
# test-pytorch.py: what the dialog's "Copy as PyTorch" gives, run as it stands
# with PyTorch, OpenCV and Matplotlib, makes the maps that the definition of the
# layer (tests/gimp/reference.py) gives.  Skipped where they are not installed.

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "gimp"))

from images import components  # noqa: E402
from reference import Maps, f32, gray  # noqa: E402
from tap import Report, equal, true  # noqa: E402

PRINTER = os.environ.get("CONV_LAYER_CARRY_TEXT", "")
NEEDED = "import cv2, matplotlib.pyplot, numpy, torch"
WIDTH, HEIGHT = 23, 19
CLOSE = 1.5e-6  # of a map's largest magnitude: PyTorch sums in another order

# Runs each cell of the folder as it stands and tells what it left behind; plt.show() ends the figure.
RUN = r"""
import json, os, sys, warnings
import matplotlib.pyplot as plt
warnings.simplefilter("error")
warnings.filterwarnings("ignore", message="Using padding='same' with even kernel")
for name in sorted(os.listdir(".")):
    if not name.endswith(".py"):
        continue
    plt.close("all")
    left = {}
    try:
        with open(name) as cell:
            exec(compile(cell.read(), name, "exec"), left)
        axes = [a for a in plt.gcf().axes if a.has_data()]
        told = dict(shape=list(left["pre"].shape), types=[str(left[k].dtype) for k in ("pre", "post", "gray")],
                    titles=[a.get_title() for a in axes], texts=[[t.get_text() for t in a.texts] for a in axes],
                    limits=[[float(v) for v in a.images[0].get_clim()] for a in axes])
        for what in "pre", "post", "gray":
            left[what].astype("<f4").tofile(name[:-3] + "." + what)
        plt.savefig(name[:-3] + ".png")
    except Exception as error:
        told = dict(error="%s: %s" % (type(error).__name__, error))
    with open(name[:-3] + ".json", "w") as stream:
        json.dump(told, stream)
"""

ODD = "1 2 -3; 4 -5 6; -7 8 -10"
EVEN = "0.1 -0.25 1/3 0.7; 1/7 0.45 -1e-1 -0.55"
CASES = {"notebook": {}}
for _mode in "zeros", "reflect", "replicate", "circular":
    CASES["same-" + _mode] = dict(padding="same", padding_mode=_mode, filter=EVEN, variants="f, -f")
    CASES["padding-" + _mode] = dict(padding="3, 2", padding_mode=_mode, filter=ODD, stride=2)
    CASES["dilation-" + _mode] = dict(padding="2", padding_mode=_mode, filter=ODD, dilation=3, bias=-0.25)
    CASES["same-dilation-" + _mode] = dict(padding="same", padding_mode=_mode, dilation=2, variants="f.T, rot90(f)")
for _kind in "opencv", "luminance", "red", "green", "blue":
    CASES["gray-" + _kind] = dict(grayscale=_kind, filter=ODD, variants="f, f + f.T")
    CASES["deep-" + _kind] = dict(grayscale=_kind, variants="f", filter=ODD, deep=True)
CASES.update({
    "valid-stride": dict(stride=3, bias=1),
    "stride-dilation": dict(stride=2, dilation=2, padding="1", bias=1e-3),
    "shapes": dict(filter=ODD, variants="rot90(f), rot180(f), rot270(f), fliplr(f), flipud(f), f.T"),
    "sums": dict(filter=ODD, variants="0.5*f - f.T, 1/3*f, f/7 + 2*fliplr(f), - -f",
                 bias=-2),
    "narrow": dict(filter="0.3 -1.7 2.25 0.125 -0.9 1.1 -0.35", variants="f, -f, 2*f"),
    "point": dict(filter="-2.5", variants="f", bias=0.125),
    "large": dict(filter="; ".join(" ".join("%d/%d" % (i * j % 7 - 3, i + j + 1) for j in range(15))
                                   for i in range(13)), variants="f", padding="same"),
    "constant": dict(filter="1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9", variants="f"),
    "tiny": dict(filter="1e-20 -2e-20; 3e-20 1e-19", variants="f, f.T"),
    "huge": dict(filter="1e20 -2e20; 3e20 1e19", variants="f, f.T", bias=-1e20),
    "pre-only": dict(maps="pre-relu", scale="shared"),
    "post-only": dict(maps="post-relu", scale="symmetric"),
    "raw": dict(scale="raw"),
    "shared": dict(scale="shared", filter=ODD),
    "symmetric": dict(scale="symmetric", filter=ODD),
})


def python():
    """A Python that has what the cells need, or None."""
    for candidate in dict.fromkeys((sys.executable, "/usr/bin/python3")):
        if os.path.exists(candidate) and subprocess.run([candidate, "-c", NEEDED], env=environment(),
                                                        stderr=subprocess.DEVNULL).returncode == 0:
            return candidate
    return None


def environment():
    left = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return dict(left, MPLBACKEND="Agg", OMP_NUM_THREADS="1")


def write_png(path, codes, size):
    """RGB codes of SIZE bytes."""
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    row = WIDTH * 3
    rows = b"".join(b"\0" + struct.pack(">%d%s" % (row, "BH"[size - 1]), *codes[y * row:(y + 1) * row])
                    for y in range(HEIGHT))
    with open(path, "wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", WIDTH, HEIGHT, 8 * size, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def write_cell(folder, name, options):
    options = dict(options)
    deep = options.pop("deep", False)
    arguments = ["%s=%s" % (key.replace("_", "-"), value) for key, value in options.items()]
    cell = subprocess.run([PRINTER, "pytorch"] + arguments, stdout=subprocess.PIPE, check=True, text=True).stdout
    named = cell.replace('"picture.png"', '"picture%d.png"' % (16 if deep else 8))
    true(named != cell, "the cell names no picture")
    with open(os.path.join(folder, name + ".py"), "w") as stream:
        stream.write(named)


def floats(folder, name):
    with open(os.path.join(folder, name), "rb") as stream:
        data = stream.read()
    return struct.unpack("<%df" % (len(data) // 4), data)


def expected(options, codes, size):
    pixels = list(zip(codes[::3], codes[1::3], codes[2::3]))
    plane = gray(pixels, 0, 150 if size == 1 else 250, options.get("grayscale", "opencv"))
    return plane, Maps(plane, WIDTH, HEIGHT, **{k: v for k, v in options.items() if k not in ("maps", "deep")})


def close(found, wanted, what):
    equal(len(found), len(wanted), what + ": pixels")
    largest = max(abs(v) for v in wanted)
    worst = max(abs(a - b) for a, b in zip(found, wanted))
    true(worst <= CLOSE * largest, "%s: %g apart where the largest is %g" % (what, worst, largest))


def limits(options, values, row):
    """What black and white stand for, of VALUES, one map of the ROW."""
    scale = options.get("scale", "map")
    if scale == "raw":
        return 0, 1
    if scale == "shared":
        return min(min(m) for m in row), max(max(m) for m in row)
    if scale == "symmetric":
        return -max(abs(v) for v in values), max(abs(v) for v in values)
    return min(values), max(values)


def check(folder, name, options, codes):
    with open(os.path.join(folder, name + ".json")) as stream:
        told = json.load(stream)
    true("error" not in told, told.get("error"))
    size = 2 if options.get("deep") else 1
    plane, maps = expected(options, codes[size], size)
    if options.get("grayscale") == "luminance":
        # To the code; a code may round the other way.
        true(max(abs(a - b) for a, b in zip(floats(folder, name + ".gray"), plane)) < 1.01 / (256 ** size - 1), "gray")
        equal(sum(a != b for a, b in zip(floats(folder, name + ".gray"), plane)), 0, "codes of gray that differ")
    else:
        equal(floats(folder, name + ".gray"), tuple(plane), "gray")
    count, area = len(maps.pre), maps.width * maps.height
    equal(told["shape"], [count, maps.height, maps.width], "shape")
    equal(told["types"], ["float32"] * 3, "types")
    stages = []
    for stage, wanted in ("pre", maps.pre), ("post", maps.post):
        found = floats(folder, "%s.%s" % (name, stage))
        for n in range(count):
            close(found[n * area:(n + 1) * area], wanted[n].values, "%s %d" % (stage, n + 1))
        if options.get("maps", "both") in ("both", stage + "-relu"):
            stages.append((stage, [found[n * area:(n + 1) * area] for n in range(count)]))
    check_figure(told, options, stages, count)


def check_figure(told, options, stages, count):
    titles = ["The picture in gray"] + ["Filter %d" % (n + 1) for n in range(count)]
    for stage, _ in stages:
        titles += ["Output %d (%s ReLU)" % (n + 1, {"pre": "before", "post": "after"}[stage]) for n in range(count)]
    equal(told["titles"], titles, "what is shown")
    at = 1 + count
    for stage, row in stages:
        for values in row:
            black, white = limits(options, values, row)
            equal(told["limits"][at], [f32(black), f32(white)], titles[at] + ": scale")
            at += 1
    if not options:
        equal(told["texts"][1], ["-1", "-1", "1", "1"] * 4, "numbers on Filter 1")


def alone(interpreter, folder):
    """A cell as a program of its own says nothing."""
    done = subprocess.run([interpreter, "-W", "error", "notebook.py"], cwd=folder, env=environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    equal((done.returncode, done.stdout), (0, ""), "the cell as a program")


def missing_picture(interpreter, folder):
    os.rename(os.path.join(folder, "picture8.png"), os.path.join(folder, "away.png"))
    done = subprocess.run([interpreter, "notebook.py"], cwd=folder, env=environment(),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    true(done.returncode != 0, "it did not fail")
    true("OpenCV cannot read the picture picture8.png" in done.stdout, done.stdout)


def run(report):
    interpreter = python()
    if not interpreter:
        print("1..0 # SKIP PyTorch, OpenCV or Matplotlib for Python is not installed")
        return 0
    codes = {1: components(3 * WIDTH * HEIGHT), 2: components(3 * WIDTH * HEIGHT, precision=250)}
    folder = tempfile.mkdtemp(prefix="conv-layer-")
    try:
        write_png(os.path.join(folder, "picture8.png"), codes[1], 1)
        write_png(os.path.join(folder, "picture16.png"), codes[2], 2)
        for name, options in CASES.items():
            write_cell(folder, name, options)
        done = subprocess.run([interpreter, "-c", RUN], cwd=folder, env=environment(), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
        report.run("pytorch/run", equal, (done.returncode, done.stdout), (0, ""), "the run")
        for name, options in CASES.items():
            report.run("pytorch/" + name, check, folder, name, options, codes)
        report.run("pytorch/alone", alone, interpreter, folder)
        report.run("pytorch/missing-picture", missing_picture, interpreter, folder)
    finally:
        if os.environ.get("CONV_LAYER_KEEP"):
            print("# kept: " + folder)
        else:
            shutil.rmtree(folder)
    return report.done()


sys.exit(run(Report()))
