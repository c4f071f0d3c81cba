#!/usr/bin/env python3
# dialog.py PLUG-IN [megapixels...]: how fast the dialog is inside GIMP, by the plug-in's own trace: until it is
# on the screen, until grid and maps are new after an edit, what a key waits for, and new maps while a key repeats.
# Medians, 95th percentiles and maxima.  In GIMP 3: GIMP_GENERATION=3.  Needs what the tests in real windows need.

import math
import os
import shutil
import statistics
import struct
import sys
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "gimp"))
if len(sys.argv) < 2:
    sys.exit("usage: tests/bench/dialog.py BUILD/plugin/conv-layer [megapixels...]")
os.environ["CONV_LAYER_EXECUTABLE"] = os.path.abspath(sys.argv[1])

from host import Profile  # noqa: E402: it reads the environment
from window import Dialog, TITLE, Window, missing  # noqa: E402

EDITS = 40
MAPS = 8  # that the notebook's layer shows
LONG = "\n".join("\t".join(repr((r * 31 + c + 1) / 7777) for c in range(31)) for r in range(31))


def write_png(path, width, height):
    """Stripes and a ramp: no even area."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    line = bytes((x * 7 // 5 + (x * x >> 9) + 40 * (x % 3)) & 255 for x in range(3 * width))
    packer = zlib.compressobj(1)
    rows = [packer.compress(b"\0" + line[3 * (y % 97):] + line[:3 * (y % 97)]) for y in range(height)]
    with open(path, "wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", b"".join(rows) + packer.flush()) + chunk(b"IEND", b""))


def report(what, times, bound=None):
    nearly_all = sorted(times)[math.ceil(0.95 * len(times)) - 1]
    text = "  %-50s median %7.1f ms, 95 %% %7.1f ms, most %7.1f ms" % (what, statistics.median(times), nearly_all, max(times))
    print(text + (", asked %g ms" % bound if bound else ""))
    sys.stdout.flush()


class Session:
    def __init__(self, window):
        self.window, self.dialog = window, Dialog(window)

    def open(self):
        """Milliseconds from the procedure's start to the dialog on the screen."""
        self.window.activate()
        if os.path.exists(self.window.trace_file):
            os.remove(self.window.trace_file)
        self.dialog = Dialog(self.window)
        self.window.keys("alt+r", "g")
        self.window.keys("l", pause=0)
        self.window.wait(lambda: self.dialog.events("dialog-shown"), "the dialog")
        self.dialog.wait_maps()
        self.quiet()
        return (self.dialog.events("dialog-shown")[0][0] - self.dialog.events("run")[0][0]) / 1000

    def close(self):
        self.window.activate(TITLE)
        self.window.keys("Escape")
        self.dialog.wait_closed()

    def quiet(self):
        """Until nothing is traced any more."""
        count = -1
        while count != len(self.dialog.trace()):
            count = len(self.dialog.trace())
            time.sleep(0.3)

    def key(self, *keys):
        self.window.xdotool("key", *keys)

    def to_cells(self):
        """The cell in row 1, column 1 gets the focus: rows, columns, cells."""
        self.window.activate(TITLE)
        self.key("alt+w", "Tab", "Tab")
        self.key("ctrl+Home")
        self.quiet()

    def edit(self, *keys):
        """What is traced by KEYS, once all is done."""
        before = len(self.dialog.trace())
        self.key(*keys)
        time.sleep(0.1)
        self.dialog.wait_maps()
        self.quiet()
        return self.dialog.trace()[before:]


def since_key(events):
    """Milliseconds from the first key to the last of the maps that came next, made and drawn."""
    start = [event[0] for event in events if event[1] == "key"][0]
    made = [event[0] for event in events if event[1] == "preview-maps"]
    drawn = [event[0] for event in events if event[1] == "map-drawn"]
    if not made or len(drawn) < MAPS:
        raise AssertionError("no new maps: %r" % events)
    return (made[0] - start) / 1000, (drawn[MAPS - 1] - start) / 1000


def to_grid(events):
    """Milliseconds from a key to the grid of cells drawn with what it changed."""
    start = [event[0] for event in events if event[1] == "key"][0]
    return ([event[0] for event in events if event[1] == "cells-drawn" and event[0] > start][0] - start) / 1000


def held_up(events):
    """The longest time, in milliseconds, that the main loop was busy with one turn."""
    return max([int(event[2]) / 1000 for event in events if event[1] == "held-up"] + [0])


def measure(session, pixels):
    report("the dialog on the screen", openings(session), 500)
    session.to_cells()
    edits = [session.edit("Page_Up") for _ in range(EDITS)]
    bound = 50 if pixels < 10 else 250
    report("an edit: all shown maps are made", [since_key(events)[0] for events in edits], bound)
    report("an edit: all shown maps are drawn", [since_key(events)[1] for events in edits])
    report("an edit: the grid is drawn", [to_grid(events) for events in edits], 16)
    report("an edit: the main loop was busy at a time", [held_up(events) for events in edits], 16)
    typed = [session.edit(key) for key in ("minus", "1", "period", "2", "5", "Return") * 4]
    report("a typed key: the main loop was busy at a time", [held_up(events) for events in typed], 16)
    events = session.edit(*["Page_Up"] * 2)
    before = len(session.dialog.trace())
    session.window.xdotool("key", "--repeat", 60, "--delay", 33, "Page_Up")
    session.dialog.wait_maps()
    session.quiet()
    events = session.dialog.trace()[before:]
    keys = [event[0] for event in events if event[1] == "key"]
    made = [event[0] for event in events if event[1] == "preview-maps"]
    report("a key that repeats 60 times: from new maps to new maps",
           [(b - a) / 1000 for a, b in zip([keys[0]] + made, made)])
    session.window.set_clipboard(LONG)
    session.edit("ctrl+v")
    edits = [session.edit("Page_Up") for _ in range(EDITS)]
    report("31 x 31 long numbers, an edit: the grid is drawn", [to_grid(events) for events in edits], 16)
    report("31 x 31 long numbers, an edit: all maps are drawn", [since_key(events)[1] for events in edits])
    report("31 x 31 long numbers, an edit: busy at a time", [held_up(events) for events in edits], 16)
    typed = [session.edit(key) for key in ("minus", "1", "period", "2", "5", "Return") * 3]
    report("31 x 31 long numbers, a typed key: busy at a time", [held_up(events) for events in typed], 16)


def openings(session, times=5):
    shown = []
    for i in range(times):
        if i:
            session.close()
        shown.append(session.open())
    return shown


def main():
    reason = missing()
    if reason:
        sys.exit(reason)
    folder = Profile.scratch()
    try:
        for pixels in [float(text) for text in sys.argv[2:]] or [2.0, 16.8]:
            height = int((pixels * 1e6) ** 0.5)
            width = int(pixels * 1e6 / height)
            path = os.path.join(folder, "bench-%g.png" % pixels)
            write_png(path, width, height)
            window = Window(path, screen="1280x1000", CONV_LAYER_WIDGETS=None)
            try:
                print("%s, %d x %d pixels" % (os.path.basename(window.gimp()), width, height))
                measure(Session(window), pixels)
            finally:
                window.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
