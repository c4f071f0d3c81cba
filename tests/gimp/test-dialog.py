#!/usr/bin/env python3
# test-dialog.py: the filter's dialog driven by keys and pointer in a real GIMP
# window: each of its controls, judged by the layers that OK makes, by the
# clipboard, or by what the settings and the widgets then hold.

import json
import os
import re
import shutil
import struct
import subprocess
import sys
import time
import zlib

from filter_dialog import (CELL, CHOICES, NOTEBOOK, RESET, RESET_INITIAL, FilterDialog, Photo,
                           check_layers, plain, rows_of, text_of)
from host import DEFAULTS, GENERATION, Profile, main, scheme
from images import components
from reference import Matrix, f32, parse_filter
from tap import Skip, chosen, equal, true
from window import TITLE, Window, missing
from xcf import XCF
from xcf_writer import Layer, write

WIDTH, HEIGHT = 56, 42
ODD = "1 2 -3; 4 -5 6; -7 8 -10"
BOX = "1 1; 1 1"
CASES = []


def case(name, only=None):
    """A case of the session; ONLY: in that generation of GIMP."""
    def add(function):
        if only in (None, GENERATION):
            CASES.append((name, function))
        return function
    return add


def matrix(text):
    return parse_filter(text)


def changed(filter, row, column, weight):
    """FILTER with another weight; row and column from 1."""
    rows = [list(line) for line in rows_of(filter)]
    rows[row - 1][column - 1] = weight
    return Matrix(rows)


# ---- opened, OK, Cancel ----

@case("open/menu")
def opened(f):
    dialog = f.open(menu=True)
    f.expect(unused="", **DEFAULTS)
    dialog.wait_maps()
    f.ok_is(True)
    f.wait_text(r"^56 × 42 → 53 × 39, 8 layers, 49\.6\skB$")
    equal(f.expressions(), ["f", "-f", "f.T", "-f.T"], "columns")
    for n in 1, 2, 3, 4:
        for words in "Filter %d", "Output %d (before ReLU)", "Output %d (after ReLU)":
            true(f.has_text("^%s$" % re.escape(words % n)), words % n)


@case("open/escape-cancels")
def escape(f):
    f.fresh()
    f.cell(1, 1)
    f.dialog.press("7", "Down")
    f.expect(filter=changed(NOTEBOOK, 1, 1, 7))
    f.window.step("(t-clean (t-image))")
    f.cancel()
    equal(f.window.step('(t-record "dirty" (t-dirty (t-image)))')["dirty"], 0, "the image is changed")
    equal(f.window.count(), 1, "layers")
    f.open()
    f.expect(**DEFAULTS)


@case("open/enter-is-ok")
def enter(f):
    f.fresh()
    f.ok(by=lambda: f.dialog.press("Return"))


@case("open/enter-takes-over-a-cell-first")
def enter_in_a_cell(f):
    f.fresh()
    f.cell(2, 2)
    f.dialog.press("9", "Return")
    f.at_cell(3, 2)
    true(f.is_open, "the dialog is closed")
    f.ok(by=lambda: f.dialog.press("Return"), filter=text_of(changed(NOTEBOOK, 2, 2, 9)))


# ---- the cells ----

@case("cells/typing")
def typing(f):
    f.fresh()
    f.cell(1, 1)
    f.dialog.type("2.5")
    f.dialog.press("Right")
    f.dialog.type("-1e-2")
    f.dialog.press("Right")
    f.dialog.type("1/8")
    f.dialog.press("Return")
    f.at_cell(2, 3)
    wanted = matrix("2.5 -0.01 0.125 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1")
    f.expect(filter=wanted)
    f.ok(filter=text_of(wanted))


@case("cells/arrow-keys")
def arrows(f):
    f.fresh()
    f.cell(2, 2)
    for key, place in (("Left", (2, 1)), ("Up", (1, 1)), ("Up", (1, 1)), ("Right", (1, 2)), ("Down", (2, 2)),
                       ("End", (2, 4)), ("Down", (3, 4)), ("Home", (3, 1)), ("ctrl+End", (4, 4)), ("ctrl+Home", (1, 1))):
        f.dialog.press(key)
        f.at_cell(*place)
    f.dialog.press("Down", "Down", "Right", "8", "Up", "6", "Left")
    f.at_cell(2, 1)
    f.expect(filter=changed(changed(NOTEBOOK, 3, 2, 8), 2, 2, 6))


@case("cells/tab-goes-through-and-out")
def tab_through(f):
    f.fresh()
    f.cell(4, 3)
    f.dialog.press("Tab")
    f.at_cell(4, 4)
    f.dialog.press("Tab")
    f.dialog.wait(lambda widgets: not any(w.focus for w in widgets.all(name=CELL)), "the focus outside of the cells")
    f.dialog.press("shift+Tab")
    f.at_cell(4, 4)
    f.dialog.press("shift+Tab")
    f.at_cell(4, 3)


@case("cells/page-keys")
def page_keys(f):
    f.fresh()
    f.cell(1, 3)
    for keys, weight in ((["Prior"], 2), (["shift+Prior", "shift+Prior"], 2.2), (["ctrl+Next"], -7.8), (["Next"], -8.8),
                         (["shift+Next"], -8.9), (["ctrl+Prior"], 1.1)):
        f.dialog.press(*keys)
        f.expect(filter=changed(NOTEBOOK, 1, 3, weight))


@case("cells/wheel")
def wheel(f):
    f.fresh()
    f.cell(2, 1)
    entry = f.cell_entry()
    for up, times, modifier, weight in ((True, 2, None, 1), (True, 1, "shift", 1.1), (False, 1, "ctrl", -8.9),
                                        (False, 1, None, -9.9)):
        f.dialog.wheel(entry, up, times, modifier)
        f.expect(filter=changed(NOTEBOOK, 2, 1, weight))


@case("cells/double-click-changes-in-place")
def in_place(f):
    f.fresh()
    f.paste("12 2; 3 4", filter="12 2; 3 4")
    f.cell(1, 1, clicks=2)
    f.dialog.press("Left", "Left", "5", "Return")
    f.expect(filter="512 2; 3 4")
    f.dialog.press("F2", "End", "0", "Return")
    f.expect(filter="512 2; 30 4")


@case("cells/delete-is-zero")
def delete(f):
    f.fresh()
    f.cell(3, 3)
    f.dialog.press("Delete")
    f.expect(filter=changed(NOTEBOOK, 3, 3, 0))


@case("cells/no-number")
def no_number(f):
    f.fresh()
    f.cell(1, 2)
    f.dialog.type("abc")
    f.wait_text("^'a' is no number; type one such as -1, 0.5 or 1/9, with a dot.$")
    f.dialog.press("Return")
    f.dialog.point(*f.button("OK").middle, "click", 1)
    f.at_cell(1, 2)
    true(f.is_open, "OK ran without a number")
    f.dialog.press("Escape")
    f.wait_no_text("is no number")
    true(f.is_open, "Esc in a cell closed the dialog")
    f.stays(filter=NOTEBOOK)


@case("cells/sums")
def sums(f):
    f.fresh()
    f.wait_text("^Sum 0, L1 norm 16$")
    f.paste("1.5 -2; 0.25 -4", filter="1.5 -2; 0.25 -4")
    f.wait_text(r"^Sum -4\.25, L1 norm 7\.75$")


# ---- size ----

@case("size/rows-and-columns")
def size(f):
    f.fresh()
    f.dialog.press("alt+w", "ctrl+a", "2", "Tab")
    f.expect(filter="-1 -1 1 1; -1 -1 1 1")
    f.dialog.press("alt+m", "Up", "Up")
    f.expect(filter="-1 -1 1 1 0 0; -1 -1 1 1 0 0")
    f.dialog.press("alt+w", "Down")
    f.expect(filter="-1 -1 1 1 0 0")
    f.wait_text("a variant has another shape|shape|square")
    f.dialog.press("alt+m", "ctrl+a", "1", "Tab")
    f.expect(filter="-1")
    f.ok(filter="-1")


@case("size/too-many")
def too_many(f):
    f.fresh()
    f.dialog.press("alt+w", "ctrl+a", "9", "9", "Tab")
    f.window.wait(lambda: len(rows_of(f.settings()["filter"])) == 31, "31 rows")
    f.dialog.press("alt+m", "ctrl+a", "0", "Tab")
    f.window.wait(lambda: len(rows_of(f.settings()["filter"])[0]) == 1, "one column")


@case("size/31x31")
def largest(f):
    f.fresh()
    f.dialog.press("alt+w", "ctrl+a", "3", "1", "Tab", "alt+m", "ctrl+a", "3", "1", "Tab")
    wanted = Matrix([[(NOTEBOOK.rows[r][c] if r < 4 and c < 4 else 0) for c in range(31)] for r in range(31)])
    f.expect(filter=wanted)
    f.cell(1, 1)
    f.dialog.press("ctrl+End")
    f.at_cell(31, 31)
    f.dialog.settle()  # GTK 3 moves the entry after it has its new name
    entry = f.cell_entry()
    cells = entry.inside("ScrolledWindow")
    true(entry.x >= cells.x and entry.y >= cells.y and entry.x + entry.width <= cells.x + cells.width
         and entry.y + entry.height <= cells.y + cells.height, "the last cell is out of sight: %s in %s" % (entry, cells))
    f.dialog.press("5", "Up")
    f.at_cell(30, 31)
    wanted = changed(wanted, 31, 31, 5)
    f.expect(filter=wanted)
    f.ok(filter=text_of(wanted))


# ---- paste and copy ----

TEXTS = {
    "numpy": ("array([[ 1. ,  2. , -3. ],\n       [ 4. , -5. ,  6. ],\n       [-7. ,  8. , -10. ]])", ODD),
    "pytorch": ("tensor([[  1.,   2.,  -3.],\n        [  4.,  -5.,   6.],\n        [ -7.,   8., -10.]], device='cpu')", ODD),
    "c": ("{{1, 2, -3},\n {4, -5, 6},\n {-7, 8, -10}}", ODD),
    "tabs": ("1\t2\t-3\r\n4\t-5\t6\r\n-7\t8\t-10\r\n", ODD),
    "imagemagick": ("3x3: 1,2,-3  4,-5,6  -7,8,-10", ODD),
    "fractions": ("1/9 1/9 1/9\n1/9 2/9 1/9\n1/9 1/9 1/9", "1/9 1/9 1/9; 1/9 2/9 1/9; 1/9 1/9 1/9"),
}


def add_paste(name, text, wanted):
    @case("paste/" + name)
    def paste(f):
        f.fresh()
        f.paste(text, filter=wanted)
        if name == "numpy":
            f.ok(filter=wanted)


for _name, (_text, _wanted) in TEXTS.items():
    add_paste(_name, _text, _wanted)


@case("paste/one-number")
def paste_number(f):
    f.fresh()
    f.window.set_clipboard(" -0.75\n")
    f.cell(4, 1)
    f.dialog.press("ctrl+v")
    f.expect(filter=changed(NOTEBOOK, 4, 1, -0.75))


@case("paste/not-a-matrix")
def paste_wrong(f):
    f.fresh()
    f.paste("1 2 3\n4 5")
    f.wait_text("[Rr]ow 2")
    f.stays(filter=NOTEBOOK)
    f.paste("no numbers here")
    f.wait_text("no")
    f.stays(filter=NOTEBOOK)
    f.paste("1 2; 3 4", filter="1 2; 3 4")
    f.wait_no_text("[Rr]ow 2")


@case("copy/filter")
def copy_filter(f):
    f.fresh()
    f.paste("0.1 -2; 1/4 3e10", filter="0.1 -2; 0.25 3e10")
    f.cell(2, 1)
    equal(f.copied().splitlines(), ["0.1\t-2", "0.25\t30000000000"], "the clipboard")


@case("copy/menu-of-the-cells")
def cells_menu(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.window.set_clipboard("nothing")
    f.dialog.point(*f.cell_place(2, 2), "click", 3)
    f.dialog.choose("^Copy Filter$")
    f.window.wait(lambda: f.window.clipboard() == "1\t2\t-3\n4\t-5\t6\n-7\t8\t-10\n", "the copied filter")
    f.reset()
    f.cell(1, 1)
    f.dialog.press("shift+F10")
    f.dialog.wait_for(text="^Paste Filter$", type="Label")
    f.dialog.press("p")
    f.expect(filter=ODD)


# ---- the buttons under the cells ----

def mean(m):
    flat = [x for row in m.rows for x in row]
    return sum(flat) / len(flat)


SMALL = "1 2 3; 4 -5 7; 0 8 -4"
EDITS = {
    "negate": ("g", "Negate", lambda m: -m),
    "transpose": ("n", "Transpose", lambda m: m.T),
    "rotate": ("e", "Rotate", lambda m: Matrix(list(zip(*m.rows))[::-1])),
    "flip-lr": ("i", "Flip ↔", lambda m: Matrix([row[::-1] for row in m.rows])),
    "flip-ud": ("f", "Flip ↕", lambda m: Matrix(m.rows[::-1])),
    "normalise": ("1", "Sum to 1", lambda m: Matrix([[x / 16 for x in row] for row in m.rows])),
    "subtract-mean": ("0", "Sum to 0", lambda m: Matrix([[x - mean(m) for x in row] for row in m.rows])),
    "zero": ("z", "Zero", lambda m: Matrix([[0] * 3] * 3)),
}


def add_edit(name, letter, words, function):
    @case("edit/" + name)
    def edit(f):
        f.fresh()
        f.paste(SMALL, filter=SMALL)
        wanted = function(matrix(SMALL))
        f.dialog.press("alt+" + letter)
        f.expect(filter=wanted)
        f.dialog.press("ctrl+z")
        f.expect(filter=SMALL)
        f.dialog.point(*f.button(words).middle, "click", 1)
        f.expect(filter=wanted)
        if name == "rotate":
            f.ok(filter=text_of(wanted))


for _name, _edit in EDITS.items():
    add_edit(_name, *_edit)


@case("edit/normalise-a-sum-of-0")
def normalise_zero(f):
    f.fresh()
    f.dialog.press("alt+1")
    f.wait_text("^The weights sum to 0, and no factor makes that 1; change a weight first.$")
    f.stays(filter=NOTEBOOK)


# ---- undo and redo ----

@case("history/keys")
def history_keys(f):
    f.fresh()
    f.cell(1, 1)
    f.dialog.type("12.5")
    f.dialog.press("Right")
    f.dialog.press("3", "Right")
    one = changed(NOTEBOOK, 1, 1, 12.5)
    two = changed(one, 1, 2, 3)
    f.expect(filter=two)
    f.choose_field("maps", "pre-relu")
    for key, values in (("ctrl+z", dict(maps="both", filter=two)), ("ctrl+z", dict(filter=one)),
                        ("ctrl+z", dict(filter=NOTEBOOK)), ("ctrl+shift+z", dict(filter=one)),
                        ("ctrl+y", dict(filter=two, maps="both")), ("ctrl+shift+z", dict(maps="pre-relu"))):
        f.dialog.press(key)
        f.expect(**values)


@case("history/buttons")
def history_buttons(f):
    f.fresh()
    f.paste(SMALL, filter=SMALL)
    f.dialog.press("alt+z")
    f.expect(filter="0 0 0; 0 0 0; 0 0 0")
    f.dialog.click(name="^Undo$", type="Button")
    f.expect(filter=SMALL)
    f.dialog.click(name="^Undo$", type="Button")
    f.expect(filter=NOTEBOOK)
    f.dialog.click(name="^Redo$", type="Button")
    f.dialog.click(name="^Redo$", type="Button")
    f.expect(filter="0 0 0; 0 0 0; 0 0 0")
    f.dialog.wait(lambda widgets: not widgets.find(name="^Redo$", type="Button").sensitive, "Redo insensitive")


# ---- presets ----

SOBEL = "-1 0 1; -2 0 2; -1 0 1"


def chooser(f):
    f.page("b")
    f.dialog.press("alt+p")
    f.dialog.wait_for(title="^Filter Presets$")
    f.wait_focus(type="TreeView")


def named(f, name):
    """The preset button shows NAME."""
    f.dialog.wait(lambda widgets: any(w.text == name for w in widgets.find(name="^Preset$", type="Button").all()),
                  "the preset %r" % name)


def answer_name(f, title, name):
    f.dialog.wait_for(title="^%s$" % title)
    f.wait_focus(type="^GtkEntry$")
    f.dialog.press("ctrl+a")
    f.dialog.type(name)
    f.dialog.press("Return")
    f.dialog.wait_gone(title="^%s$" % title)


def close_chooser(f, key="Return"):
    f.dialog.press(key)
    f.dialog.wait_gone(title="^Filter Presets$")


def save_preset(f, name):
    chooser(f)
    f.dialog.press("alt+s")
    answer_name(f, "Save the Base Filter as a Preset", name)


def preset_file(f):
    path = os.path.join(f.window.profile.path, "conv-layer", "presets.ini")
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as stream:
        return stream.read()


@case("presets/choose")
def preset_chosen(f):
    f.fresh()
    named(f, "Notebook")
    chooser(f)
    f.dialog.press("Down")
    f.expect(filter=SOBEL)  # the maps behind follow at once
    close_chooser(f)
    named(f, "Sobel, upright edges")
    f.ok(filter=SOBEL)


@case("presets/search-by-name")
def preset_searched(f):
    f.fresh()
    chooser(f)
    f.dialog.type("Lapl")
    f.expect(filter="0 1 0; 1 -4 1; 0 1 0")
    f.dialog.press("Return")
    f.dialog.settle()
    if f.dialog.widgets().has(title="^Filter Presets$"):
        close_chooser(f)  # the first Return ended the search
    named(f, "Laplacian, 4 neighbours")


@case("presets/cancel")
def preset_cancelled(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    named(f, "your own weights")
    chooser(f)
    f.dialog.press("Down", "Down", "Down")
    f.window.wait(lambda: rows_of(f.settings()["filter"]) != rows_of(ODD), "another filter")
    close_chooser(f, "Escape")
    f.expect(filter=ODD)


@case("presets/save-own")
def preset_saved(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    save_preset(f, "my öwn = [1]")
    close_chooser(f)
    named(f, "my öwn = [1]")
    true("my öwn = [1]" in preset_file(f), "the file of presets: %r" % preset_file(f))
    f.reset()
    chooser(f)
    f.dialog.press("End")
    f.expect(filter=ODD)
    close_chooser(f)


@case("presets/name-taken")
def preset_taken(f):
    f.fresh()
    f.paste(SMALL, filter=SMALL)
    before = preset_file(f)
    save_preset(f, "Identity")
    f.wait_text("'Identity'|\"Identity\"")
    equal(preset_file(f), before, "the file of presets")
    close_chooser(f, "Escape")


@case("presets/rename")
def preset_renamed(f):
    f.fresh()
    f.paste("1 2; 3 5", filter="1 2; 3 5")
    save_preset(f, "first name")
    f.dialog.press("alt+r")
    answer_name(f, "Rename the Preset", "second name")
    close_chooser(f)
    named(f, "second name")
    true("second name" in preset_file(f) and "first name" not in preset_file(f), preset_file(f))


@case("presets/delete")
def preset_deleted(f):
    f.fresh()
    f.paste("1 2; 3 6", filter="1 2; 3 6")
    save_preset(f, "short life")
    true("short life" in preset_file(f), preset_file(f))
    f.dialog.press("alt+d")
    f.wait_text('^Delete the preset "short life"\\?$')
    f.dialog.press("Return")  # Cancel is the default
    f.wait_no_text("^Delete the preset")
    true("short life" in preset_file(f), "it was deleted by Cancel")
    f.dialog.press("alt+d")
    f.wait_text('^Delete the preset "short life"\\?$')
    f.dialog.press("alt+d")
    f.wait_no_text("^Delete the preset")
    f.window.wait(lambda: "short life" not in preset_file(f), lambda: preset_file(f))
    close_chooser(f)
    named(f, "your own weights")


def file_window(f, letter, title, path):
    chooser(f)
    f.dialog.press("alt+" + letter)
    f.dialog.wait_for(title="^%s$" % title)
    f.dialog.settle()
    if GENERATION == 3 and letter == "x":
        # A path begins; GTK warns when the key is let go before its entry is there.
        f.window.xdotool("keydown", "slash")
        f.wait_focus(type="^GtkFileChooserEntry$")
        f.window.xdotool("keyup", "slash")
    f.wait_focus(type="^GtkFileChooserEntry$")
    f.dialog.settle()
    f.window.set_clipboard(path)
    f.dialog.press("ctrl+a", "ctrl+v")
    f.dialog.wait(lambda widgets: any(w.focus and w.text == path for w in widgets.all()), "the path in the entry")
    f.dialog.settle()
    f.dialog.press("alt+o" if letter == "x" else "Return")
    f.dialog.wait_gone(title="^%s$" % title)


@case("presets/text-file")
def text_file(f):
    path = f.window.profile.file("own-filter.txt")
    f.fresh()
    f.paste("0.5 -2; 1/4 7", filter="0.5 -2; 0.25 7")
    file_window(f, "t", "Save the Base Filter as a Text File", path)
    f.window.wait(lambda: os.path.exists(path), "the text file")
    close_chooser(f)
    with open(path, encoding="utf-8") as stream:
        equal([line.split() for line in stream], [["0.5", "-2"], ["0.25", "7"]], "the text file")
    f.reset()
    file_window(f, "x", "Open a Filter from a Text File", path)
    f.expect(filter="0.5 -2; 0.25 7")
    close_chooser(f)
    f.stays(filter="0.5 -2; 0.25 7")


@case("presets/text-file-that-is-none")
def wrong_file(f):
    path = f.window.profile.file("no-filter.txt")
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("1 2\n3 x\n")
    f.fresh()
    file_window(f, "x", "Open a Filter from a Text File", path)
    f.wait_text("no-filter.txt|[Rr]ow 2")
    close_chooser(f)
    f.stays(filter=NOTEBOOK)


@case("presets/damaged-file")
def damaged(f):
    if f.is_open:
        f.cancel()
    folder = os.path.join(f.window.profile.path, "conv-layer")
    path = os.path.join(folder, "presets.ini")
    kept = preset_file(f)
    os.makedirs(folder, exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write("[preset 1]\nname=good one\nfilter=1 2; 3 4\n\n[preset 2]\nthis is no key file\n")
    try:
        f.open()
        f.wait_text("presets.ini")
        f.dialog.press("Return")
        f.wait_no_text("presets.ini")
        true([name for name in os.listdir(folder) if name.startswith("presets.ini") and name != "presets.ini"],
             "the damaged file is not kept aside: %r" % os.listdir(folder))
        f.fresh()
        chooser(f)
        f.dialog.press("End")
        f.expect(filter="1 2; 3 4")  # what could be read of it
        close_chooser(f)
    finally:
        if kept:
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(kept)
    f.cancel()


# ---- variants ----

@case("variants/check-box-off")
def variant_off(f):
    f.fresh()
    f.check("-f")
    f.expect(variants="f, f.T, -f.T", unused="1 -f\n")
    f.wait_text("^56 × 42 → 53 × 39, 6 layers, ")
    f.check("f")
    f.expect(variants="f.T, -f.T")
    f.check("-f")
    f.expect(variants="-f, f.T, -f.T")
    f.ok(variants="-f, f.T, -f.T")


@case("variants/none")
def no_variant(f):
    f.fresh()
    for expression in "f", "-f", "f.T", "-f.T":
        f.check(expression)
    f.expect(variants="")
    f.wait_text("^0 variants are in use, but a layer has at least 1 filter; tick a variant or add one.$")
    f.ok_is(False)
    f.check("f.T")
    f.ok_is(True)
    f.ok(variants="f.T")


@case("variants/add-from-the-list")
def add_from_list(f):
    f.fresh()
    f.dialog.press("alt+a")
    f.dialog.choose("rot90")
    f.expect(variants="f, -f, f.T, -f.T, rot90(f)")
    f.dialog.click(f.button("Add Variant"))
    f.dialog.choose("flipud")
    f.expect(variants="f, -f, f.T, -f.T, rot90(f), flipud(f)")
    f.dialog.wait(lambda widgets: len(f.entries()) == 6, "six columns")
    f.paste(SMALL, filter=SMALL)
    f.ok(filter=SMALL, variants="f, -f, f.T, -f.T, rot90(f), flipud(f)")


@case("variants/add-an-expression")
def add_expression(f):
    f.fresh()
    f.dialog.press("alt+a")
    f.dialog.choose("^An expression…$")
    f.dialog.wait_for(title="^Add a Variant$")
    f.wait_focus(type="^GtkEntry$")
    f.dialog.type("0.5*f - ")
    f.wait_text(r"0\.5\*f - ")
    f.wait_button("Add", False)
    f.dialog.press("Return")
    f.dialog.type("f.T")
    f.wait_button("Add", True)
    f.dialog.press("Return")
    f.dialog.wait_gone(title="^Add a Variant$")
    f.expect(variants="f, -f, f.T, -f.T, 0.5*f - f.T")
    f.ok(variants="f, -f, f.T, -f.T, 0.5*f - f.T")


@case("variants/error-while-typing")
def variant_error(f):
    f.fresh()
    f.dialog.click(f.entry(2))
    f.dialog.press("ctrl+a")
    f.dialog.type("-2*g")
    f.ok_is(False)
    f.wait_text("g")
    f.dialog.press("BackSpace")
    f.dialog.type("f")
    f.ok_is(True)
    f.expect(variants="f, -2*f, f.T, -f.T")
    f.ok(variants="f, -2*f, f.T, -f.T")


def add_refused(name, text, words):
    @case("variants/refused-" + name)
    def refused(f):
        f.fresh()
        f.dialog.click(f.entry(1))
        f.dialog.press("ctrl+a", "BackSpace")
        if text:
            f.dialog.type(text)
        f.wait_text(words)
        f.ok_is(False)
        f.dialog.press("Return")
        f.dialog.settle()
        true(f.is_open, "%r ran" % text)
        f.dialog.press("ctrl+a")
        f.dialog.type("flipud(f)")
        f.expect(variants="flipud(f), -f, f.T, -f.T")
        f.wait_no_text(words)
        f.ok_is(True)


for _name, _text in (("comma", ","), ("empty", ""), ("two", "f, -f")):
    add_refused(_name, _text, "expression")


@case("variants/not-square")
def not_square(f):
    f.fresh()
    f.paste("1 2 3; 4 5 6", filter="1 2 3; 4 5 6")
    f.wait_text("2x3|2 x 3|2 × 3|square|shape")
    f.ok_is(False)
    f.check("f.T")
    f.check("-f.T")
    f.ok_is(True)
    f.ok(filter="1 2 3; 4 5 6", variants="f, -f")


@case("variants/remove")
def remove_variant(f):
    f.fresh()
    f.column_menu(2, "Remove")
    f.expect(variants="f, f.T, -f.T", unused="")
    f.dialog.wait(lambda widgets: f.expressions() == ["f", "f.T", "-f.T"], "three columns")
    f.ok(variants="f, f.T, -f.T")


@case("variants/reorder")
def reorder(f):
    f.fresh()
    f.column_menu(1, "Move Right")
    f.expect(variants="-f, f, f.T, -f.T")
    f.column_menu(4, "Move Left")
    f.expect(variants="-f, f, -f.T, f.T")
    f.dialog.press("ctrl+z")
    f.expect(variants="-f, f, f.T, -f.T")
    f.dialog.press("ctrl+shift+z")
    f.ok(variants="-f, f, -f.T, f.T")


# ---- the maps ----

@case("maps/ranges-and-shares")
def facts(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.dialog.wait_maps()
    maps = f.photo.maps(filter=ODD)
    for m in maps.all:
        active = sum(v != 0 for v in m.values)
        words = "%.5g to %.5g\n%.1f %% active" % (m.min, m.max, 100 * active / len(m.values))
        f.wait_text("^%s$" % re.escape(words))


@case("maps/dead")
def dead_map(f):
    f.fresh()
    f.paste(BOX, filter=BOX)
    f.dialog.wait_maps()
    f.wait_text("^dead: no pixel is positive$")
    words = [plain(w.text) for w in f.dialog.widgets().all(text="active$|^dead")]
    equal(len([text for text in words if text.startswith("dead")]), 2, "dead maps of f, -f, f.T and -f.T: %r" % words)


@case("maps/zoom-buttons")
def zoom_buttons(f):
    f.fresh()
    f.dialog.click(f.button("Fit"))
    fitted = f.zoom()  # no smaller, but for 1:1
    f.dialog.click(f.button("1:1"))
    f.wait_zoom(100)
    f.dialog.click(f.button("Fit"))
    f.wait_zoom(fitted)
    f.dialog.click(f.button("+"))
    f.window.wait(lambda: abs(f.zoom() - 2 * fitted) <= 1, "twice the zoom")
    f.dialog.click(f.button("−"))
    f.wait_zoom(fitted)


@case("maps/zoom-by-wheel-click-and-keys")
def zoom_otherwise(f):
    f.fresh()
    f.dialog.click(f.button("Fit"))
    fitted = f.zoom()
    step = next(zoom for zoom in (100, 200, 400, 800, 1600) if zoom > fitted)
    f.dialog.wheel(f.view(1), True, 2)
    f.window.wait(lambda: abs(f.zoom() - 2 * fitted) <= 1, "twice the zoom")
    f.dialog.click(f.view(3, "post-ReLU"), times=2)
    f.wait_zoom(fitted)
    f.dialog.click(f.view(1))
    f.wait_zoom(step)
    time.sleep(0.5)  # no double click
    f.dialog.click(f.view(1))
    f.wait_zoom(2 * step)
    f.window.xdotool("keydown", "shift")
    f.dialog.click(f.view(2))
    f.window.xdotool("keyup", "shift")
    f.wait_zoom(step)
    f.dialog.press("equal")
    f.wait_zoom(2 * step)
    f.dialog.press("minus")
    f.wait_zoom(step)
    f.dialog.press("1")
    f.wait_zoom(100)
    f.dialog.press("Home")
    f.wait_zoom(fitted)


@case("maps/drag-moves-all-together")
def drag(f):
    f.fresh()
    f.inspect()
    f.dialog.click(f.button("Fit"))
    while f.zoom() < 800:
        before = f.zoom()
        f.dialog.click(f.button("+"))
        f.window.wait(lambda: f.zoom() > before, "a larger zoom")
    scale = f.zoom() / 100
    f.point_at(f.view(1), WIDTH / 2, HEIGHT / 2)
    f.window.wait(f.looked_at, "a pixel looked at")
    _, _, x, y = f.looked_at()
    view = f.view(3, "post-ReLU")
    middle = view.width // 2, view.height // 2
    shift = int(5 * scale), int(3 * scale)
    f.dialog.drag(view, middle, (middle[0] - shift[0], middle[1] - shift[1]))
    for output, stage in ((1, "pre-ReLU"), (4, "post-ReLU"), (0, "")):
        f.dialog.point(*f.view(output, stage).middle)
        f.window.wait(lambda: abs(f.looked_at()[2] - x - 5) <= 1 and abs(f.looked_at()[3] - y - 3) <= 1,
                      lambda: "map %d at %r after a drag by 5, 3 from %r" % (output, f.looked_at(), (x, y)))
    f.dialog.click(f.button("Fit"))
    f.inspect(False)


# ---- the inspector ----

def numbers_of(f, maps, output, x, y):
    pre, post = maps.pre[output - 1], maps.post[output - 1]
    at = y * maps.width + x
    return pre.values[at], post.values[at], maps.codes(pre)[at], maps.codes(post)[at]


@case("inspector/pointer")
def inspector_pointer(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.dialog.wait_maps()
    f.inspect()
    f.dialog.click(f.button("Fit"))
    maps = f.photo.maps(filter=ODD)
    f.point_at(f.view(3), 20.5, 11.5)
    f.wait_looked_at(3, "pre-ReLU", 19, 10)
    pre, post, pre_code, post_code = numbers_of(f, maps, 3, 19, 10)
    f.wait_text("^%s$" % re.escape("%.5g" % pre))
    f.wait_text("^drawn as %d$" % pre_code)
    f.wait_text("^drawn as %d$" % post_code)
    f.wait_text("^Positive: " if pre > 0 else "^Negative: ")
    f.point_at(f.view(0), 30.5, 20.5)
    f.wait_looked_at(3, "pre-ReLU", 29, 19)
    f.inspect(False)


@case("inspector/arrow-keys")
def inspector_keys(f):
    f.fresh()
    f.inspect()
    f.dialog.click(f.button("Fit"))
    # From the column's entry by Tab: its menu, then its first map.
    f.dialog.click(f.entry(2))
    f.dialog.press("Tab", "Tab")
    f.wait_focus(name="^Output 2, pre-ReLU$")
    f.dialog.point(5, 5)  # the pointer is out of the way
    f.dialog.press("Left")
    f.window.wait(lambda: (f.looked_at() or ())[:2] == (2, "pre-ReLU"), lambda: "map 2, not %r" % (f.looked_at(),))
    f.dialog.settle()
    _, _, x, y = f.looked_at()
    f.dialog.press("Right", "Right", "Up", "shift+Down")
    f.wait_looked_at(2, "pre-ReLU", x + 2, y + 9)
    f.dialog.press("Tab")
    f.wait_focus(name="^Output 2, post-ReLU$")
    f.dialog.press("shift+Left")
    f.wait_looked_at(2, "post-ReLU", x - 8, y + 9)
    f.inspect(False)


@case("inspector/copy-equation")
def inspector_copy(f):
    options = dict(filter=ODD, bias=0.375)
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.type_field("bias", "0.375")
    f.dialog.wait_maps()
    f.inspect()
    f.dialog.click(f.button("Fit"))
    f.point_at(f.view(4), 9.5, 30.5)
    f.wait_looked_at(4, "pre-ReLU", 8, 29)
    f.window.set_clipboard("nothing")
    f.dialog.press("alt+q")
    f.window.wait(lambda: f.window.clipboard().startswith("Output 4"), "a copied equation")
    lines = f.window.clipboard().splitlines()
    equal(lines[0], "Output 4, pixel 8, 29", "which pixel")
    found = dict(line.split("\t") for line in lines if re.match("(Sum|Bias|Pre|Post)", line))
    maps = f.photo.maps(**options)
    pre, post, pre_code, post_code = numbers_of(f, maps, 4, 8, 29)
    equal({name: f32(float(number)) for name, number in found.items()},
          {"Sum": f32(numbers_of(f, f.photo.maps(filter=ODD), 4, 8, 29)[0]), "Bias": f32(0.375), "Pre-ReLU": pre,
           "Post-ReLU": post, "Pre-ReLU pixel": pre_code, "Post-ReLU pixel": post_code}, "the numbers")
    table = lines[lines.index("Weights") + 1:][:3]
    equal([[float(x) for x in line.split("\t")] for line in table], (-matrix(ODD).T).rows, "weights")
    plane = f.photo.planes["opencv"]
    table = lines[lines.index("Input") + 1:][:3]
    equal([[f32(float(x)) for x in line.split("\t")] for line in table],
          [plane[(29 + i) * WIDTH + 8:][:3] for i in range(3)], "the patch")
    f.inspect(False)


# ---- the layer's settings, to the layers ----

def add_field(name, actions, **options):
    @case("layer/" + name)
    def field(f):
        f.fresh("y")
        for action in actions:
            action(f)
        f.expect(**options)
        f.ok(**options)


def choose(name, word):
    return lambda f: f.choose_field(name, word)


def number(name, text):
    return lambda f: f.type_field(name, text)


def padding(text):
    return lambda f: f.type_padding(text)


add_field("maps-before-relu", [choose("maps", "pre-relu")], maps="pre-relu")
add_field("maps-after-relu", [choose("maps", "post-relu")], maps="post-relu")
for _kind in CHOICES["grayscale"][1:]:
    if _kind != "luminance":  # rounded by GIMP's own road: test-result looks at it closely
        add_field("gray-" + _kind, [choose("grayscale", _kind), choose("maps", "pre-relu")], grayscale=_kind, maps="pre-relu")
add_field("padding-same", [choose("padding", "same")], padding="same")
add_field("padding-replicate", [padding("3"), choose("padding-mode", "replicate")], padding="3", padding_mode="replicate")
add_field("padding-reflect", [padding("2, 1"), choose("padding-mode", "reflect")], padding="2, 1", padding_mode="reflect")
add_field("padding-circular", [choose("padding", "same"), choose("padding-mode", "circular")],
          padding="same", padding_mode="circular")
add_field("stride", [number("stride", "3")], stride=3)
add_field("dilation", [number("dilation", "4")], dilation=4)
add_field("bias", [number("bias", "-0.625")], bias=-0.625)
for _kind in CHOICES["scale"][1:]:
    add_field("scale-" + _kind, [choose("scale", _kind)], scale=_kind)


@case("layer/gray-luminance")
def luminance(f):
    f.fresh("y")
    f.choose_field("grayscale", "luminance")
    f.ok(grayscale="luminance")


@case("layer/no-group")
def no_group(f):
    f.fresh("y")
    f.dialog.press("alt+k")
    f.expect(group=False)
    f.ok(group=False)


@case("layer/figure")
def figure(f):
    f.fresh("y")
    f.dialog.press("alt+i")
    f.expect(figure=True)
    f.dialog.press("alt+i")
    f.expect(figure=False)


@case("layer/combo-by-pointer")
def combo_by_pointer(f):
    f.fresh("y")
    f.dialog.settle()
    combos = sorted(f.dialog.widgets().all(type="ComboBox"), key=lambda widget: widget.y)
    f.dialog.click(combos[0])
    f.dialog.wait_for(type="Menu$")
    f.window.xdotool("key", "--delay", 40, "End", "Return")  # to the list, which has the keyboard now
    f.expect(maps="post-relu")


@case("layer/spin-keys")
def spin_keys(f):
    f.fresh("y")
    f.field("stride")
    f.dialog.press("Up", "Up")
    f.expect(stride=3)
    f.field("dilation")
    f.dialog.press("Up")
    f.expect(dilation=2)
    f.field("bias")
    f.dialog.press("Down")
    f.expect(bias=-0.1)


@case("layer/typed-number-and-enter")
def typed_and_enter(f):
    f.fresh("y")
    f.field("stride")
    f.dialog.press("ctrl+a")
    f.dialog.type("2")
    f.ok(by=lambda: f.dialog.press("Return"), stride=2)


@case("layer/summary-follows")
def summary(f):
    f.fresh("y")
    f.type_field("stride", "2")
    f.wait_text("^56 × 42 → 27 × 20, 8 layers, ")
    f.choose_field("maps", "post-relu")
    f.wait_text("^56 × 42 → 27 × 20, 4 layers, ")
    f.page("b")
    f.paste(BOX, filter=BOX)
    f.wait_text("^56 × 42 → 28 × 21, 4 layers, ")


# ---- what cannot run ----

def fault_beside(f, words, letter):
    """A message with WORDS stands under the field that the letter leads to."""
    f.wait_text(words)
    labels = [w for w in f.dialog.widgets().all(type="Label") if re.search(words, plain(w.text))]
    field = f.focus()
    true(any(0 <= label.y - field.y <= 60 and label.x < field.x + field.width for label in labels),
         "no message %r beside %s, but at %s" % (words, field, [str(label) for label in labels]))


@case("fault/too-large")
def too_large(f):
    f.fresh("y")
    f.type_field("dilation", "20")
    f.ok_is(False)
    f.field("dilation")
    f.wait_focus(type="SpinButton", text="^20$")
    fault_beside(f, "42", "n")
    f.wait_no_text("layers, ")
    f.dialog.press("Return")
    f.dialog.settle()
    true(f.is_open, "it ran")
    f.type_field("dilation", "2")
    f.ok_is(True)
    f.ok(dilation=2)


@case("fault/padding")
def wrong_padding(f):
    f.fresh("y")
    f.type_padding("1, x")
    f.ok_is(False)
    fault_beside(f, "'1, x'", "p")
    f.dialog.press("BackSpace")
    f.dialog.type("2")
    f.ok_is(True)
    f.ok(padding="1, 2")


@case("fault/same-with-a-stride")
def same_with_stride(f):
    f.fresh("y")
    f.choose_field("padding", "same")
    f.type_field("stride", "2")
    f.ok_is(False)
    f.wait_text("same")
    f.choose_field("padding", "valid")
    f.ok_is(True)


@case("fault/reflect-too-far")
def reflect_too_far(f):
    f.fresh("y")
    f.type_padding("42")
    f.choose_field("padding-mode", "reflect")
    f.ok_is(False)
    f.wait_text("42")


# ---- carried away ----

def press_and_copy(f, letter, start):
    f.window.set_clipboard("nothing")
    f.dialog.press("alt+" + letter)
    f.window.wait(lambda: f.window.clipboard().startswith(start), "a copy that starts with %r" % start)
    f.wait_text("^Copied$")
    return f.window.clipboard()


CARRIED = dict(filter=ODD, variants="f, -f.T", padding="2, 1", padding_mode="replicate", stride=2, bias=0.25)


def set_carried(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.check("-f")
    f.check("f.T")
    f.type_padding("2, 1")
    f.choose_field("padding-mode", "replicate")
    f.type_field("stride", "2")
    f.type_field("bias", "0.25")
    f.expect(**CARRIED)


@case("carry/script-fu")
def script_fu(f):
    set_carried(f)
    program = press_and_copy(f, "u", "; A convolutional layer")
    f.ok(**CARRIED)
    picture = f.window.save("carry.xcf")
    equal(picture.names(), ["photo"], "the picture")
    path, result = f.window.profile.file("carry.xcf"), f.window.profile.file("carried.xcf")
    named_program = program.replace('"picture.png"', scheme(path))
    true(named_program != program, "the program names no picture")
    f.window.step("""(let* ((shown '()) (gimp-display-new (lambda (image) (set! shown (cons image shown)))))
      %s
      (t-save (car shown) %s)
      (gimp-image-delete (car shown)))""" % (named_program, scheme(result)))
    check_layers(XCF(result), f.photo.maps(**CARRIED))


def write_png(path, photo):
    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
    rows = b"".join(b"\0" + bytes(c for pixel in photo.pixels[y * photo.width:][:photo.width] for c in pixel)
                    for y in range(photo.height))
    with open(path, "wb") as stream:
        stream.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">2I5B", photo.width, photo.height, 8, 2, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


RUN_CELL = """
import json, sys
import matplotlib
matplotlib.use("Agg")
left = {}
exec(compile(open("cell.py").read(), "cell.py", "exec"), left)
json.dump({k: [[float(x) for x in m.ravel()] for m in left[k]] for k in ("pre", "post")}, open("maps.json", "w"))
"""


@case("carry/pytorch")
def pytorch(f):
    set_carried(f)
    cell = press_and_copy(f, "t", "")
    f.window.wait(lambda: "torch" in f.window.clipboard(), "a program for PyTorch")
    cell = f.window.clipboard()
    compile(cell, "cell.py", "exec")
    f.cancel()
    python = [p for p in dict.fromkeys((sys.executable, "/usr/bin/python3")) if os.path.exists(p) and subprocess.run(
        [p, "-c", "import cv2, matplotlib, torch"], stderr=subprocess.DEVNULL).returncode == 0]
    if not python:
        raise Skip("PyTorch, OpenCV or Matplotlib for Python is not installed")
    folder = f.window.profile.file("cell")
    os.mkdir(folder)
    write_png(os.path.join(folder, "picture.png"), f.photo)
    with open(os.path.join(folder, "cell.py"), "w", encoding="utf-8") as stream:
        stream.write(cell)
    done = subprocess.run([python[0], "-c", RUN_CELL], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    equal(done.returncode, 0, done.stdout[-1500:])
    with open(os.path.join(folder, "maps.json")) as stream:
        found = json.load(stream)
    maps = f.photo.maps(**CARRIED)
    for stage, wanted in ("pre", maps.pre), ("post", maps.post):
        equal(len(found[stage]), len(wanted), stage + " maps")
        for values, m in zip(found[stage], wanted):
            worst = max(abs(a - b) for a, b in zip(values, m.values))
            true(worst <= 1.5e-6 * max(abs(v) for v in m.values), "%s: %g apart" % (m.name, worst))


# ---- Reset, help, reach ----

@case("reset/initial-values")
def reset_initial(f):
    f.fresh()
    f.paste(SMALL, filter=SMALL)
    f.ok(filter=SMALL)
    f.open()
    f.expect(filter=SMALL)  # the last values
    f.paste(BOX, filter=BOX)
    f.reset(RESET_INITIAL)
    f.expect(filter=SMALL)
    f.reset()
    f.expect(**DEFAULTS)
    f.dialog.press("ctrl+z")
    f.expect(filter=SMALL)


@case("reset/menu-by-keys")
def reset_by_keys(f):
    f.fresh()
    f.paste(BOX, filter=BOX)
    f.dialog.press("alt+r")
    item = f.dialog.wait_for(text="^Reset to ", type="Label")
    true(item.y + item.height <= 950, "the menu is out of sight: %s" % item)
    # The second item; GTK 3's list may or may not start with the first one chosen.
    for times in range(2 if GENERATION == 2 else 4):
        if any(w.focus and any(inner.text == RESET for inner in w.all()) for w in f.dialog.widgets().all(type="Button|Item")):
            break
        f.window.xdotool("key", "Down")
        f.dialog.settle()
    f.window.xdotool("key", "Return")
    f.expect(**DEFAULTS)


def opens_help(f, act):
    """ACT opens the page, and nothing else, in the user's browser."""
    f.fresh()
    before = len(f.window.browsed())
    act()
    f.window.wait(lambda: len(f.window.browsed()) > before, "a page in the browser", 60)
    time.sleep(0.5)
    page = os.path.join(f.window.profile.path, "plug-ins", "conv-layer", "help", "en.html")
    true(os.path.getsize(page) > 100000, "the page")
    # GLib gives a browser the path or the address.
    equal([re.sub("^file://", "", address) for address in f.window.browsed()[before:]], [page], "what was opened")
    true(f.is_open, "the dialog is closed")
    f.expect(**DEFAULTS)


@case("help/f1")
def help_key(f):
    opens_help(f, lambda: f.dialog.press("F1"))


@case("help/f1-in-a-field")
def help_key_in_field(f):
    f.fresh()
    f.field("bias")
    opens_help(f, lambda: f.dialog.press("F1"))


@case("help/button")
def help_button(f):
    opens_help(f, lambda: f.dialog.click(f.button("Help")))


@case("help/not-there")
def help_missing(f):
    """A sentence with the file's name where the page cannot be opened."""
    f.fresh()
    before = f.window.browsed()
    pages = os.path.join(f.window.profile.path, "plug-ins", "conv-layer", "help")
    os.rename(pages, pages + ".away")
    try:
        f.dialog.press("F1")
        f.wait_text(r"^The help page could not be shown \(.+\); open '%s' in a web browser\.$"
                    % re.escape(os.path.join(pages, "en.html")))
        f.window.screenshot("help-not-there")
        f.dialog.press("Escape")
        f.wait_no_text("^The help page")
    finally:
        os.rename(pages + ".away", pages)
    equal(f.window.browsed(), before, "what was opened")
    true(f.is_open, "the dialog is closed")


def mnemonics(f):
    """letter: words of what has it, of the window that has the focus."""
    found = {}
    for widget in f.dialog.widgets().all(type="Label"):
        if widget.mnemonic:
            found.setdefault(widget.mnemonic, set()).add(plain(widget.text))
    return found


def unique(found, what):
    clashes = {letter: sorted(words) for letter, words in found.items() if len(words) > 1}
    true(not clashes, "%s: the same letter for several: %r" % (what, clashes))


@case("keys/no-letter-twice")
def letters(f):
    f.fresh()
    f.inspect()
    f.dialog.click(f.button("Fit"))
    f.point_at(f.view(1), 20, 20)
    f.window.wait(f.looked_at, "a pixel looked at")
    base = mnemonics(f)
    unique(base, "base filter")
    true(len(base) > 15, "letters: %r" % base)
    f.page("y")
    f.dialog.settle()
    layer = mnemonics(f)
    unique(layer, "layer settings")
    true(len(layer) > 15, "letters: %r" % layer)
    f.inspect(False)


@case("keys/letters-of-the-chooser")
def chooser_letters(f):
    f.fresh()
    chooser(f)
    window = f.dialog.wait_for(title="^Filter Presets$")
    found = {}
    for widget in window.all():
        if widget.mnemonic:
            found.setdefault(widget.mnemonic, set()).add(widget.text)
    unique(found, "Filter Presets")
    true(len(found) == 7, "letters: %r" % found)
    close_chooser(f, "Escape")


def place_of(widget):
    """Where it is among the dialog's widgets; where on the screen changes as a page scrolls to what has the focus."""
    if not widget.parent:
        return (widget.type,)
    return place_of(widget.parent) + (widget.parent.children.index(widget), widget.type)


@case("keys/tab-reaches-everything")
def tab_reaches(f):
    f.fresh()
    f.dialog.press("alt+w", "ctrl+a", "1", "Tab", "alt+m", "ctrl+a", "1", "Tab")
    f.expect(filter="-1")  # one cell
    f.inspect()
    f.dialog.click(f.button("Fit"))
    f.point_at(f.view(1), 20, 20)
    f.window.wait(f.looked_at, "a pixel looked at")
    for page in "b", "y":
        f.page(page)
        f.dialog.settle()
        wanted = {place_of(w): w for w in f.main().all() if w.focusable and w.sensitive
                  and not re.search("ScrolledWindow|Viewport|TreeView|ComboBox", w.type)}
        reached, names = set(), []
        for _ in range(len(wanted) + 30):
            focus = f.focus()
            if focus:
                if place_of(focus) in reached and len(reached) > 5 and names[0] == str(place_of(focus)):
                    break
                reached.add(place_of(focus))
                names.append(str(place_of(focus)))
            f.dialog.press("Tab")
            f.dialog.settle()
        lost = [str(w) for place, w in wanted.items() if place not in reached]
        true(not lost, "page %s: Tab does not reach\n%s" % (page, "\n".join(lost)))
    f.inspect(False)


@case("keys/names-and-tooltips")
def names_and_tooltips(f):
    f.fresh()
    f.inspect()
    for page in "b", "y":
        f.page(page)
        f.dialog.settle()
        nameless = [str(w) for w in f.main().all() if w.focusable and not w.name and not w.tooltip and not any(
            inner.text for inner in w.all()) and not re.search("ScrolledWindow|Viewport|Notebook|Combo|Toggle", w.type)]
        equal(nameless, [], "page %s: neither name nor tooltip" % page)
    f.inspect(False)


# ---- GIMP 3's own saved settings ----

@case("settings/save-and-load", only=3)
def saved_settings(f):
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.check("-f")
    f.type_field("bias", "0.125")
    saved = dict(filter=ODD, variants="f, f.T, -f.T", bias=0.125)
    f.dialog.click(f.button("Save Settings"))
    f.reset()
    f.dialog.click(f.button("Load Saved Settings"))
    f.expect(**saved)
    f.ok(**saved)


# ---- another run of GIMP ----

def last_values(f):
    """What OK ran with is there again after a restart, and how the dialog was left."""
    options = dict(filter=ODD, variants="f, f.T, -f.T", padding="2, 1", padding_mode="reflect", bias=0.5, scale="symmetric",
                   maps="post-relu", group=False)
    f.fresh()
    f.paste(ODD, filter=ODD)
    f.check("-f")
    f.type_padding("2, 1")
    for name, word in ("padding-mode", "reflect"), ("scale", "symmetric"), ("maps", "post-relu"):
        f.choose_field(name, word)
    f.type_field("bias", "0.5")
    f.dialog.press("alt+k")
    f.expect(unused="1 -f\n", **options)
    f.inspect()
    f.dialog.click(f.button("Fit"))
    fitted = f.zoom()
    f.dialog.click(f.button("+"))
    f.window.wait(lambda: f.zoom() > fitted, "a larger zoom")
    zoom = f.zoom()
    own = f.window.xdotool("search", "--onlyvisible", "--name", "^%s$" % TITLE)[-1]
    f.window.xdotool("windowsize", "--sync", own, 1212, 823)
    f.dialog.wait(lambda widgets: (f.main().width, f.main().height) == (1212, 823), "the new size")
    f.dialog.settle()
    f.ok(**options)
    f.window.restart()
    f.open(menu=True)
    f.expect(unused="1 -f\n", **options)
    f.wait_zoom(zoom)
    true(f.dialog.wait_for(type="Expander").active, "the inspector is folded")
    main_window = f.main()
    equal((main_window.width, main_window.height), (1212, 823), "the window's size")
    f.ok(**options)


def in_sight(f, what):
    """Every control is on the screen, or in an area that scrolls and is on the screen."""
    outside = []
    for widget in f.main().all():
        if not (widget.focusable or widget.text):
            continue
        seen = widget
        while seen.parent and not re.search("Viewport|ScrolledWindow|Layout", seen.parent.type):
            seen = seen.parent
        seen = seen.parent or widget
        if seen.x < 0 or seen.y < 0 or seen.x + seen.width > 1024 or seen.y + seen.height > 768:
            outside.append(str(widget))
    equal(outside, [], what + ": outside of the screen")


def small_screen(f):
    """On 1024 x 768 everything is in sight, with the largest filter, too."""
    f.open(menu=True)
    for unfold in False, True:
        f.inspect(unfold)
        for page in "b", "y":
            f.page(page)
            f.dialog.settle()
            f.window.screenshot("small-%s%s" % (page, "-inspector" * unfold))
            in_sight(f, "page %s, inspector %s" % (page, unfold))
    f.inspect(False)
    f.page("b")
    f.dialog.press("alt+w", "ctrl+a", "3", "1", "Tab", "alt+m", "ctrl+a", "3", "1", "Tab")
    wanted = Matrix([[(NOTEBOOK.rows[r][c] if r < 4 and c < 4 else 0) for c in range(31)] for r in range(31)])
    f.expect(filter=wanted)
    f.cell(1, 1)
    f.dialog.press("ctrl+End", "3", "Up")
    f.at_cell(30, 31)
    wanted = changed(wanted, 31, 31, 3)
    f.expect(filter=wanted)
    f.inspect()
    f.dialog.wait_maps()
    f.dialog.settle()
    in_sight(f, "31x31")
    f.window.screenshot("small-31")
    f.ok(filter=text_of(wanted))


def figure_window(f):
    """OK opens the figure in a window, too."""
    f.fresh("y")
    f.dialog.press("alt+i")
    f.expect(figure=True)
    f.ok()
    equal(f.window.step('(t-record "images" (length (t-images)))')["images"], 2, "images")
    f.window.wait(lambda: f.window.xdotool("search", "--onlyvisible", "--name", "Untitled"), "the figure's window")
    f.window.screenshot("figure")


# ---- running them ----

class Run:
    def __init__(self, report, f):
        self.report, self.f, self.told = report, f, []

    def case(self, name, function):
        def body():
            start = time.monotonic()
            try:
                function(self.f)
            except Skip:
                raise
            except BaseException:
                self.f.window.screenshot("failed-" + name.replace("/", "-"))
                self.f.abandon()
                raise
            finally:
                if os.environ.get("CONV_LAYER_TIMES"):
                    print("# %5.1f s %s" % (time.monotonic() - start, name))
                self.told += ["%s: %s" % (name, line) for line in self.f.window.complaints()]
        self.report.run("dialog/" + name, body)

    def end(self, name):
        """No warning of ours in GIMP's log."""
        self.told += self.f.window.complaints()
        self.report.run("dialog/%s/no-warnings" % name, equal, self.told, [], "GIMP's log")


def run(report):
    reason = missing()
    if reason:
        report.skip("dialog", reason)
        return
    codes = components(3 * WIDTH * HEIGHT)
    photo = Photo(WIDTH, HEIGHT, list(zip(codes[::3], codes[1::3], codes[2::3])))
    picture = os.path.join(Profile.scratch(), "photo.xcf")
    write(picture, WIDTH, HEIGHT, [Layer("photo", WIDTH, HEIGHT, 0, codes, active=True)])
    sessions = [("large", "1400x950", CASES + [("last-values/restart", last_values)]),
                ("small", "1024x768", [("screen/1024x768", small_screen), ("figure/window", figure_window)])]
    try:
        for name, screen, cases in sessions:
            cases = [pair for pair in cases if chosen(pair[0])]
            if not cases:
                continue
            window = Window(picture, screen=screen)
            try:
                session = Run(report, FilterDialog(window, photo))
                for pair in cases:
                    session.case(*pair)
                session.end(name)
            finally:
                window.close()
    finally:
        shutil.rmtree(os.path.dirname(picture), ignore_errors=True)


main(run)
