#!/usr/bin/env python3
# test-undo.py: one undo step, in a real GIMP window on a display of our own:
# Ctrl+Z gives back the exact image, Ctrl+Y the maps; and the filter runs from
# the menu.

import os
import shutil

from host import HOST, Profile, main
from images import components
from tap import equal, true
from window import TITLE, Window, missing
from xcf_writer import Layer, write


def same(found, expected, what, selected=True):
    """Two images: tree, places, pixels, parasites, the selection; SELECTED: and which items are selected."""
    equal(found.names(), expected.names(), what + ": tree")
    for a, b in zip(found.all_layers, expected.all_layers):
        equal((a.name, a.width, a.height, a.x, a.y, a.type, sorted(a.parasites.items())),
              (b.name, b.width, b.height, b.x, b.y, b.type, sorted(b.parasites.items())), what)
        true(not selected or a.active == b.active, "%s: other items are selected" % what)
        true(a.is_group or a.bytes == b.bytes, "%s: other pixels in %s" % (what, a.name))
    true((found.selection and found.selection.bytes) == (expected.selection and expected.selection.bytes),
         what + ": another selection")


def run(report):
    reason = missing()
    if reason:
        report.skip("undo", reason)
        return
    picture = os.path.join(Profile.scratch(), "undo-photo.xcf")
    selection = [255 * (8 <= x < 90 and 5 <= y < 70) for y in range(80) for x in range(100)]
    write(picture, 100, 80, [Layer("photo", 100, 80, 0, components(24000), active=True),
                             Layer("under", 100, 80, 0, components(24000, seed=2))], selection=selection)
    window = None
    images = {}

    def opened():
        window.activate()
        window.step("(t-select (t-image) (t-layer (t-image) \"photo\")) (t-clean (t-image))")
        images["before"] = window.save("before.xcf")
        equal(images["before"].names(), ["photo", "under"])
        window.screenshot("before")

    def filtered():
        records = window.step("""(let* ((image (t-image)) (layer (t-layer image "photo"))) %s
          (gimp-displays-flush) (t-record "dirty" (t-dirty image)))""" % HOST.call())
        equal(records["dirty"], 1, "dirty")
        images["after"] = window.save("after.xcf")
        equal(len(images["after"].layers), 3, "layers")
        window.screenshot("maps")

    def undone(key="ctrl+z", what="after one undo"):
        window.activate()
        window.keys(key)
        window.wait_for_count(2, what)
        same(window.save("undone.xcf"), images["before"], what)
        equal(window.step('(t-record "dirty" (t-dirty (t-image)))')["dirty"], 0, "dirty " + what)
        window.screenshot("undone")

    def redone():
        window.activate()
        window.keys("ctrl+y")
        window.wait_for_count(3, "after redo")
        # GIMP itself selects each layer that a redo brings back.
        same(window.save("redone.xcf"), images["after"], "after redo", selected=False)

    def failed():
        records = window.step("""(let* ((image (t-image)) (layer (t-layer image "photo")))
          (t-run "call" (lambda () %s)) (gimp-displays-flush) (t-record "dirty" (t-dirty image)))"""
                              % HOST.call(dilation=64))
        true(not records["call"][0], "the call did not fail")
        equal(records["dirty"], 0, "dirty")
        same(window.save("failed.xcf"), images["before"], "after a failing call")

    def from_menu():
        window.activate()
        # Filters > Generic > Convolutional Layer...
        window.keys("alt+r", "g")
        window.screenshot("menu")
        window.keys("l")
        window.wait(lambda: window.xdotool("search", "--onlyvisible", "--name", "^%s$" % TITLE), "the dialog")
        window.screenshot("dialog")
        window.keys("Return")
        window.wait_for_count(3, "from the menu")
        found = window.save("menu.xcf")
        equal(found.names(), images["after"].names(), "tree")
        same(found, images["after"], "from the menu, with the last values")

    def repeated():
        window.activate()
        window.keys("ctrl+f")
        window.wait_for_count(4, "repeated")
        window.screenshot("repeated")

    try:
        window = Window(picture)
        report.run("undo/opened", opened)
        if "before" in images:
            report.run("undo/filter", filtered)
            report.run("undo/undo", undone)
            report.run("undo/redo", redone)
            report.run("undo/undo-again", undone)
            report.run("undo/failing-call", failed)
            report.run("undo/menu", from_menu)
            report.run("undo/repeat-last", repeated)
    finally:
        if window:
            window.close()
        shutil.rmtree(os.path.dirname(picture), ignore_errors=True)


main(run)
