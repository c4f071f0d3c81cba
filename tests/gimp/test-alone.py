#!/usr/bin/env python3
# test-alone.py: the built program by itself: the libraries it asks for are those
# it says it needs, it is hardened, and how long GIMP waits for its registration
# is told.  Reads ELF itself; knows no GIMP but for that.

import os
import re
import struct

from host import EXECUTABLE, GENERATION, Profile, main
from tap import equal, true

# What the README's table brings, and what that is made of.
TOOLKIT = {2: ("gtk-x11-2.0", "gdk-x11-2.0"), 3: ("gtk-3", "gdk-3")}[GENERATION]
GIMP = {2: ("gimp-2.0", "gimpui-2.0", "gimpbase-2.0", "gimpcolor-2.0", "gimpmath-2.0", "gimpwidgets-2.0", "gimpconfig-2.0"),
        3: ("gimp-3.0", "gimpui-3.0", "gimpbase-3.0", "gimpcolor-3.0", "gimpmath-3.0", "gimpwidgets-3.0",
            "gimpconfig-3.0")}[GENERATION]
ALLOWED = set(TOOLKIT + GIMP + ("gegl-0.4", "babl-0.1", "json-glib-1.0", "glib-2.0", "gobject-2.0", "gio-2.0", "cairo",
                                "pango-1.0", "pangocairo-1.0", "gdk_pixbuf-2.0", "atk-1.0", "c", "m"))
SANITIZERS = {"asan", "ubsan"}

PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_STACK, PT_RELRO = 1, 2, 3, 0x6474e551, 0x6474e552
DT_NEEDED, DT_STRTAB, DT_RPATH, DT_TEXTREL, DT_FLAGS, DT_RUNPATH, DT_FLAGS_1 = 1, 5, 15, 22, 30, 29, 0x6ffffffb
BIND_NOW, NOW_1, PIE_1 = 8, 1, 0x08000000
ET_DYN = 3


class Elf:
    """A 64-bit little-endian program's headers and dynamic section."""

    def __init__(self, path):
        with open(path, "rb") as stream:
            self.data = stream.read()
        equal(self.data[:6], b"\x7fELF\x02\x01", "the file's kind")
        self.type = struct.unpack_from("<H", self.data, 16)[0]
        start, = struct.unpack_from("<Q", self.data, 32)
        size, count = struct.unpack_from("<HH", self.data, 54)
        # type, flags, offset, address, (physical), size in the file, in memory
        self.segments = [struct.unpack_from("<IIQQQQQ", self.data, start + i * size) for i in range(count)]
        self.dynamic = list(self._entries())

    def of_type(self, kind):
        return [segment for segment in self.segments if segment[0] == kind]

    def _entries(self):
        (_, _, offset, _, _, size, _), = self.of_type(PT_DYNAMIC)
        for at in range(offset, offset + size, 16):
            tag, value = struct.unpack_from("<qQ", self.data, at)
            if tag == 0:
                return
            yield tag, value

    def values(self, tag):
        return [value for found, value in self.dynamic if found == tag]

    def flags(self, tag):
        return sum(self.values(tag))

    def needed(self):
        address, = self.values(DT_STRTAB)
        offset = next(s[2] + address - s[3] for s in self.of_type(PT_LOAD) if s[3] <= address < s[3] + s[5])
        for value in self.values(DT_NEEDED):
            end = self.data.index(b"\0", offset + value)
            yield self.data[offset + value:end].decode()


def plain(library):
    """libgtk-3.so.0 is gtk-3."""
    return re.sub(r"^lib|\.so.*$", "", library)


def needed():
    found = {plain(name) for name in Elf(EXECUTABLE).needed()}
    print("# needed: " + ", ".join(sorted(found)))
    found -= SANITIZERS
    true(found <= ALLOWED, "not in the list: %s" % ", ".join(sorted(found - ALLOWED)))
    true("gegl-0.4" in found, "no GEGL: the list was not read")


def hardened():
    elf = Elf(EXECUTABLE)
    equal(elf.type, ET_DYN, "position-independent: the type")
    true(elf.of_type(PT_INTERP) and elf.flags(DT_FLAGS_1) & PIE_1, "it is no position-independent executable")
    true(elf.of_type(PT_RELRO), "no read-only relocations")
    true(elf.flags(DT_FLAGS) & BIND_NOW or elf.flags(DT_FLAGS_1) & NOW_1, "relocations are not full at the start")
    (stack,) = elf.of_type(PT_STACK)
    equal(stack[1] & 1, 0, "an executable stack")
    equal([s for s in elf.of_type(PT_LOAD) if s[1] & 1 and s[1] & 2], [], "writable code")
    equal(elf.values(DT_RPATH) + elf.values(DT_RUNPATH) + elf.values(DT_TEXTREL), [], "paths or text relocations")


WRAPPER = """#!/bin/sh
start=$(date +%%s%%N)
"$@"
status=$?
echo $((($(date +%%s%%N) - start) / 1000)) >>%s
exit $status
"""


def registration():
    """Only told: how long the program lives when GIMP asks it for its procedure."""
    profile = Profile()
    try:
        times, wrapper = profile.file("times.txt"), profile.file("wrapper.sh")
        with open(wrapper, "w") as stream:
            stream.write(WRAPPER % times)
        for _ in range(3):
            profile.forget()
            code, log = profile.start("(gimp-quit 0)" if GENERATION == 2 else "1", GIMP_PLUGIN_DEBUG_WRAP="conv-layer,query",
                                      GIMP_PLUGIN_DEBUG_WRAPPER="sh " + wrapper)
            equal(code, 0, log[-500:])
        with open(times) as stream:
            found = [int(line) / 1000 for line in stream]
        print("# registration: %.0f ms at best of %d" % (min(found), len(found)))
        true(found, "the program was never asked")
    finally:
        profile.remove()


def run(report):
    report.run("alone/needed", needed)
    report.run("alone/hardened", hardened)
    report.run("alone/registration", registration)


main(run)
