# filter_dialog.py: the filter's dialog as somebody uses it in a GIMP window:
# its cells, fields, columns, menus and windows; what the settings hold, and what
# layers OK made, against the definition.  Knows no case of a test.

import json
import re
import time

from host import DEFAULTS, GENERATION
from reference import Maps, Matrix, gray, parse_filter
from tap import equal, true
from window import TITLE, open_dialog

NOTEBOOK = parse_filter(DEFAULTS["filter"])
# The item of Reset's menu.
RESET = {2: "Reset to the Notebook's Values", 3: "Reset to Factory Defaults"}[GENERATION]
RESET_INITIAL = "Reset to Initial Values"
# The letters of the layer's fields.
FIELDS = {"maps": "m", "grayscale": "g", "padding": "p", "padding-mode": "d", "stride": "e", "dilation": "n",
          "bias": "v", "scale": "w", "group": "k"}
CHOICES = {
    "maps": ["both", "pre-relu", "post-relu"],
    "grayscale": ["opencv", "luminance", "red", "green", "blue"],
    "padding": ["valid", "same", ""],
    "padding-mode": ["zeros", "reflect", "replicate", "circular"],
    "scale": ["map", "shared", "symmetric", "raw"],
}
CELL = r"^row (\d+), column (\d+)$"


def rows_of(filter):
    return (filter if isinstance(filter, Matrix) else parse_filter(filter)).rows


def text_of(filter):
    return "; ".join(" ".join("%.17g" % x for x in row) for row in rows_of(filter))


def plain(text):
    """TEXT without the marks that keep numbers left to right."""
    return re.sub("[\u200e\u200f\u202a-\u202e]", "", text)


class Photo:
    """The source layer: WIDTH x HEIGHT, its PIXELS tuples of 8-bit R'G'B'."""

    def __init__(self, width, height, pixels):
        self.width, self.height, self.pixels = width, height, pixels
        self.planes = {}

    def maps(self, **options):
        kind = options.get("grayscale", "opencv")
        if kind not in self.planes:
            self.planes[kind] = gray(self.pixels, 0, 150, kind)
        return Maps(self.planes[kind], self.width, self.height, **options)


def check_layers(xcf, maps):
    """The image is the photo with MAPS above it, to the pixel."""
    equal(xcf.names(), maps.tree() + ["photo"], "the tree of layers")
    layers = [layer for layer in xcf.all_layers if not layer.is_group and layer.name != "photo"]
    for layer, m in zip(layers, maps.all):
        equal((layer.width, layer.height, layer.x, layer.y), (maps.width, maps.height, maps.x, maps.y),
              m.name + ": size and place")
        if maps.options["scale"] == "raw":
            for code, value in zip(layer.bytes[::layer.channels], m.values):
                true(abs(code - min(max(value, 0), 1) * 255) <= 0.5 + 1e-3, "%s: %d, expected %g" % (m.name, code, value))
            continue
        codes = bytes(code for code in maps.codes(m) for _ in range(layer.channels))
        wrong = [i for i in range(len(codes)) if layer.bytes[i] != codes[i]]
        true(not wrong, "%s: %d of %d bytes differ, the first at %d: %d, expected %d" % (
            m.name, len(wrong), len(codes), *(lambda i: (i, layer.bytes[i], codes[i]))((wrong or [0])[0])))


class FilterDialog:
    """The dialog over PHOTO in WINDOW, opened when it is needed."""

    def __init__(self, window, photo):
        self.window, self.photo = window, photo
        self.dialog = None
        self.was_open = False  # in this GIMP: it can be shown again by a key

    # ---- open and closed ----

    @property
    def is_open(self):
        return bool(self.dialog and self.dialog.is_open)

    def open(self, menu=False):
        self.dialog = open_dialog(self.window, menu or not self.was_open)
        self.was_open = True
        return self.dialog

    def fresh(self, page="b"):
        """The dialog with the notebook's values, on a page: b, the base filter, or y, the layer."""
        if not self.is_open:
            self.open()
        settings = self.settings()
        if any(settings[name] != value for name, value in dict(DEFAULTS, figure=False, unused="").items()):
            self.reset()
        self.page(page)
        return self

    def page(self, letter):
        words = {"b": "^Sum \u200e", "y": "^Stride$"}[letter]
        if not self.dialog.widgets().has(text=words):
            self.dialog.press("alt+" + letter)
            self.dialog.wait_for(text=words)

    def cancel(self):
        """Esc, until it is closed."""
        self.dialog.press("Escape")
        self.dialog.wait_closed()
        self.dialog = None

    def abandon(self):
        """Closes what a failed case left open."""
        for _ in range(8):
            if not self.is_open:
                break
            self.window.xdotool("key", "--clearmodifiers", "Escape")
            time.sleep(0.4)
        if self.is_open:
            for found in self.window.xdotool("search", "--onlyvisible", "--name", "^%s$" % TITLE):
                self.window.xdotool("windowclose", found)
            time.sleep(1)
        self.dialog = None
        self.window.step(self.only_photo())

    def main(self):
        """The dialog's own window among the widgets."""
        return self.dialog.wait_for(title="^%s$" % TITLE)

    def reset(self, item=RESET):
        """By Reset's menu."""
        self.dialog.click(self.button("Reset"))
        self.dialog.choose("^%s$" % item)
        if item == RESET:
            self.expect(unused="", figure=False, **DEFAULTS)

    # ---- what the settings hold ----

    def settings(self):
        events = self.dialog.events("settings")
        return json.loads(events[-1][2]) if events else {}

    def expect(self, **values):
        """Waits until the settings hold VALUES."""
        values = {name.replace("_", "-"): value for name, value in values.items()}

        def met():
            settings = self.settings()
            for name, value in values.items():
                found = settings.get(name)
                if name == "filter":
                    if found is None or rows_of(found) != rows_of(value):
                        return False
                elif found != value:
                    return False
            return True
        self.window.wait(met, lambda: "the settings to hold %r; they hold %r" % (
            {name: text_of(v) if name == "filter" else v for name, v in values.items()},
            {name: self.settings().get(name) for name in values}))

    def stays(self, **values):
        """The settings hold VALUES, now and when all that was done has been dealt with."""
        self.expect(**values)
        self.dialog.settle()
        self.expect(**values)

    # ---- what is on the screen ----

    def focus(self):
        found = [widget for widget in self.dialog.widgets().all() if widget.focus]
        return found[0] if found else None

    def wait_focus(self, **like):
        self.dialog.wait(lambda widgets: any(w.focus for w in widgets.all(**like)), "the focus on %r" % like)

    @staticmethod
    def _button(widgets, words):
        for label in widgets.all(type="Label", text="^%s$" % re.escape(words)):
            widget = label
            while widget and not re.search("Button", widget.type):
                widget = widget.parent
            if widget:
                return widget
        return None

    def button(self, words):
        """The button with these words, where it stays."""
        self.dialog.settle()
        return self.dialog.wait(lambda widgets: self._button(widgets, words), "a button %r" % words)

    def wait_button(self, words, sensitive):
        def met(widgets):
            button = self._button(widgets, words)
            return button and button.sensitive == sensitive
        self.dialog.wait(met, "%s %s" % (words, "sensitive" if sensitive else "insensitive"))

    def has_text(self, pattern):
        return any(re.search(pattern, plain(widget.text)) for widget in self.dialog.widgets().all())

    def wait_text(self, pattern):
        self.dialog.wait(lambda widgets: any(re.search(pattern, plain(w.text)) for w in widgets.all()),
                         "a text like %r" % pattern)

    def wait_no_text(self, pattern):
        self.dialog.wait(lambda widgets: not any(re.search(pattern, plain(w.text)) for w in widgets.all()),
                         "no text like %r" % pattern)

    def ok_is(self, sensitive):
        self.wait_button("OK", sensitive)

    # ---- the cells ----

    def cell_entry(self):
        return self.dialog.wait_for(name=CELL, type="Entry")

    def cell_place(self, row, column):
        """x, y of the cell's middle on the screen; row and column from 1."""
        self.dialog.settle()  # GTK 3 moves the entry after it has its new name
        entry = self.cell_entry()
        own_row, own_column = map(int, re.match(CELL, entry.name).groups())
        x, y = entry.middle
        return x + (column - own_column) * (entry.width + 8), y + (row - own_row) * (entry.height + 8)

    def cell(self, row, column, clicks=1):
        """Clicks on a cell."""
        self.page("b")
        command = ["click", "--repeat", clicks, "--delay", 60, 1]
        self.dialog.point(*self.cell_place(row, column), *command)
        self.wait_focus(name="^row %d, column %d$" % (row, column))

    def at_cell(self, row, column):
        self.wait_focus(name="^row %d, column %d$" % (row, column))

    def copied(self, wanted=None):
        """What Ctrl+C in the cells puts into the clipboard."""
        self.window.set_clipboard("nothing was copied")
        self.dialog.press("ctrl+c")
        self.window.wait(lambda: self.window.clipboard() != "nothing was copied", "a copy of the filter")
        return self.window.clipboard()

    def paste(self, text, **expected):
        """TEXT from the clipboard over the whole filter."""
        self.window.set_clipboard(text)
        self.cell(1, 1)
        self.dialog.press("ctrl+v")
        if expected:
            self.expect(**expected)

    # ---- the layer's fields ----

    def field(self, name):
        """Puts the focus there by its letter."""
        self.page("y")
        self.dialog.press("alt+" + FIELDS[name])

    def choose_field(self, name, word):
        """A combo box, by keys."""
        self.field(name)
        self.dialog.press("Home", *["Down"] * CHOICES[name].index(word))
        if word:
            self.expect(**{name: word})

    def type_field(self, name, text):
        """A number, by keys; taken over by Tab."""
        self.field(name)
        self.dialog.press("ctrl+a")
        self.dialog.type(text)
        self.dialog.press("Tab")
        self.expect(**{name: float(text)})

    def type_padding(self, text):
        self.choose_field("padding", "")
        self.wait_focus(name="^Padding in pixels$")
        self.dialog.press("ctrl+a")
        self.dialog.type(text)
        self.expect(padding=text)

    # ---- the variants ----

    def entries(self):
        """The expressions' entries, from left to right."""
        found = self.dialog.widgets().all(type="Entry", name="^Expression of the variant$")
        return sorted(found, key=lambda widget: widget.x)

    def expressions(self):
        return [widget.text for widget in self.entries()]

    def entry(self, n):
        self.dialog.wait(lambda widgets: len(self.entries()) >= n, "%d columns" % n)
        self.dialog.settle()
        return self.entries()[n - 1]

    def column_menu(self, n, item):
        """The menu of column N, from 1."""
        self.dialog.settle()
        buttons = self.dialog.wait(lambda widgets: self._menu_buttons(n), "%d columns" % n)
        self.dialog.click(buttons[n - 1])
        self.dialog.choose("^%s$" % item)

    def _menu_buttons(self, n):
        found = self.dialog.widgets().all(type="Button", name="^Move or remove this variant$")
        return sorted(found, key=lambda widget: widget.x) if len(found) >= n else None

    def check(self, expression):
        """Clicks a variant's check box."""
        like = dict(type="CheckButton", name="^Use %s$" % re.escape(expression))
        before = self.dialog.wait_for(**like).active
        self.dialog.click(**like)
        self.dialog.wait(lambda widgets: any(box.active != before for box in widgets.all(**like)),
                         "another state of the box %r" % expression)

    # ---- the maps ----

    def view(self, output, stage="pre-ReLU"):
        name = "^Output %d, %s$" % (output, stage) if output else "^Input in gray$"
        self.dialog.settle()
        return self.dialog.wait_for(name=name, type="DrawingArea")

    def zoom(self):
        """In percent, as it is shown."""
        for widget in self.dialog.widgets().all(type="Label", text="^[0-9]+ %$"):
            return int(widget.text.split()[0])
        return None

    def wait_zoom(self, percent):
        self.window.wait(lambda: self.zoom() == percent, lambda: "a zoom of %r, not %r" % (percent, self.zoom()))

    def inspect(self, unfold=True):
        """Unfolds the inspector, or folds it."""
        expander = self.dialog.wait_for(type="Expander")
        if expander.active != unfold:
            self.dialog.press("alt+x")
            self.dialog.wait(lambda widgets: widgets.find(type="Expander").active == unfold, "the inspector")

    def looked_at(self):
        """output, stage, x, y of the inspector's heading; None when nothing is looked at."""
        for widget in self.dialog.widgets().all(type="Label", text=r"^Output \d+, \S+, x \d+, y \d+$"):
            output, stage, x, y = re.match(r"Output (\d+), (\S+), x (\d+), y (\d+)", widget.text).groups()
            return int(output), stage, int(x), int(y)
        return None

    def wait_looked_at(self, *wanted):
        self.window.wait(lambda: self.looked_at() == wanted,
                         lambda: "the inspector at %r, not at %r" % (wanted, self.looked_at()))

    def point_at(self, view, x, y, *command):
        """At X, Y of the input (its pixels; the middle of the view is the input's), zoom fitted."""
        scale = self.zoom() / 100
        middle_x, middle_y = view.x + view.width / 2, view.y + view.height / 2
        self.dialog.point(round(middle_x + (x - self.photo.width / 2) * scale),
                          round(middle_y + (y - self.photo.height / 2) * scale), *command)

    # ---- OK ----

    def ok(self, by=None, **options):
        """Presses OK, or does BY; the layers are the maps of OPTIONS; they are removed again."""
        maps = self.photo.maps(**options)
        if by:
            by()
        else:
            self.ok_is(True)
            self.dialog.point(*self.button("OK").middle, "click", 1)
        self.dialog.wait_closed()
        self.dialog = None
        self.window.wait_for_count(1 + len(maps.tree()), "the layers of OK")
        # GIMP puts a group into the image before what is in it.
        def complete():
            xcf = self.window.save("result.xcf")
            return xcf if xcf.names() == maps.tree() + ["photo"] else None
        xcf = self.window.wait(complete, lambda: "the tree %r; there is %r" % (
            maps.tree(), self.window.save("result.xcf").names()))
        if maps.options["scale"] == "raw":
            self.window.close_message()  # so many pixels were clipped
        self.window.step(self.only_photo())
        check_layers(xcf, maps)
        return maps

    @staticmethod
    def only_photo():
        return """(begin (for-each (lambda (layer) (if (not (string=? (t-name layer) "photo"))
            (gimp-image-remove-layer (t-image) layer))) (t-layers (t-image))) (gimp-displays-flush))"""
