#!/usr/bin/env python3
# screenshots.py PLUG-IN FOLDER [look...]: pictures of the dialog in a real GIMP window, to be judged by looking:
# each scene below in each look (all of them without one), or those of the documentation: "docs", the one that
# README shows, "kept", those in docs/looks.  In GIMP 3: GIMP_GENERATION=3.  Needs what the tests in real windows
# need; decides nothing.

import gettext
import os
import subprocess
import sys
import tempfile
import time

if len(sys.argv) < 3:
    sys.exit("usage: screenshots.py BUILD/plugin/conv-layer FOLDER [look...]")
os.environ["CONV_LAYER_EXECUTABLE"] = os.path.abspath(sys.argv[1])
os.environ["CONV_LAYER_SCREENSHOTS"] = FOLDER = os.path.abspath(sys.argv[2])

from catalogues import DOMAIN, DOUBLED, compile_all  # noqa: E402
from host import DEFAULTS, HOST, TESTS  # noqa: E402: it reads the environment
from window import Dialog, Window, missing  # noqa: E402

PHOTO = os.path.join(TESTS, "data", "coffee.png")
LOOKS = {
    "plain": {},
    "light": {"theme": "light"},
    "dark": {"theme": "dark"},
    "german": {"language": "de_DE"},
    "arabic": {"language": "ar_EG"},
    "arabic-small": {"language": "ar_EG", "screen": "1024x768"},
    "doubled": {"language": "de_DE", "LANGUAGE": DOUBLED},
    "small": {"screen": "1024x768"},
    "german-small": {"language": "de_DE", "screen": "1024x768"},
    "fine": {"screen": "2800x1900", "GDK_SCALE": "2"},
}
KEPT = "light", "german", "arabic", "doubled"  # all but the first in GIMP's own theme, which is dark
HIGH = {"screen": "1400x1150"}  # with the inspector unfolded
LARGE = "; ".join(" ".join("%g" % ((row * column) % 19 - 9) for column in range(31)) for row in range(31))
EIGHT = "f, -f, f.T, -f.T, rot180(f), fliplr(f), flipud(f), 0.5*f - f.T"


class Session:
    def __init__(self, locale, look):
        self.window = Window(PHOTO, **dict({"locale": locale, "screen": "1400x950"}, **look))
        self.dialog = None
        language = look.get("LANGUAGE") or look.get("language", "en")
        self.translate = gettext.translation(DOMAIN, locale, [language], fallback=True).gettext

    def words(self, text):
        """What a label of TEXT shows, as a pattern."""
        return "^%s$" % "".join("\\" + c if c in r"\.^$*+?()[]{}|" else c for c in self.translate(text).replace("_", ""))

    def open(self, inspector=False, maps=True, **values):
        """The dialog with VALUES, the others as at first; MAPS: such that can be made."""
        HOST.write_last_values(self.window.profile, dict(DEFAULTS, **values))
        folder = os.path.join(self.window.profile.path, "conv-layer")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "dialog.ini"), "w", encoding="utf-8") as stream:
            stream.write("[dialog]\ninspector=%s\n" % str(inspector).lower())
        for path in self.window.trace_file, self.window.widgets_file:
            if os.path.exists(path):
                os.remove(path)
        self.dialog = Dialog(self.window)
        self.window.begin("(let* ((image (t-image)) (layer (car (t-layers image)))) %s)"
                          % HOST.call(run_mode="RUN-INTERACTIVE"))
        self.dialog.wait_for(title=self.words("Convolutional Layer"), patience=600)
        if maps:
            self.dialog.wait_maps()
        self.dialog.settle(0.5)

    def close(self):
        self.dialog.press("Escape")
        self.window.wait(lambda: not self.window.xdotool("search", "--onlyvisible", "--name",
                                                         self.words("Convolutional Layer")), "the dialog to close")

    def picture(self, name):
        time.sleep(0.6)  # tooltips and menus fade in
        self.window.screenshot(name)

    def click(self, text, **like):
        self.dialog.click(text=self.words(text), type="Label", **like)

    def look_at(self, stage, x, y):
        """The pointer to a place of the first map."""
        view = self.dialog.wait_for(type="DrawingArea", name=self.words("Output %%d, %s" % stage).replace("%d", "1"))
        self.dialog.point(view.x + x * view.width // 100, view.y + y * view.height // 100)
        self.dialog.settle()


def scenes(session, name):
    """Everything there is to look at."""
    session.open()
    session.picture(name + "-base")
    session.click("La_yer settings")
    session.picture(name + "-layer")
    session.click("_Base filter f")
    session.click("_Add Variant")
    session.picture(name + "-add")
    session.click("An _expression…")
    session.dialog.wait_for(title=session.words("Add a Variant"))
    session.dialog.type("2*g")
    session.picture(name + "-expression")
    session.dialog.press("Escape")
    session.dialog.wait_gone(title=session.words("Add a Variant"))
    session.dialog.click(name=session.words("Preset"), type="Button")
    session.dialog.wait_for(title=session.words("Filter Presets"))
    session.picture(name + "-presets")
    session.dialog.press("Escape")
    session.dialog.wait_gone(title=session.words("Filter Presets"))
    session.close()
    session.open(inspector=True)
    session.look_at("pre-ReLU", 60, 55)
    session.picture(name + "-inspector")
    session.close()
    session.open(inspector=True, filter=LARGE, variants=EIGHT, dilation=2)
    session.look_at("pre-ReLU", 60, 55)
    session.picture(name + "-large")
    session.close()
    # What cannot run, on either page.
    session.open(maps=False, filter="1 2 3", padding="-1")
    session.picture(name + "-fault")
    session.click("La_yer settings")
    session.picture(name + "-fault-layer")
    session.close()


def version(session):
    told = subprocess.run([session.window.gimp(), "--version"], stdout=subprocess.PIPE, text=True).stdout
    return ".".join(told.split()[-1].split(".")[:2])


def documentation(session, name):
    """The dialog alone, in few colours."""
    session.open()
    session.click("Pi_xel inspector: how one activation is computed") # the window grows by it
    session.look_at("pre-ReLU", 60, 55)
    time.sleep(2)
    session.dialog.press("Shift_L") # takes the tooltip away
    time.sleep(1)
    top = session.dialog.wait_for(title=session.words("Convolutional Layer"))
    path = os.path.join(FOLDER, "dialog%s.png" % name)
    subprocess.run(["import", "-window", "root", "-crop", "%dx%d+%d+%d" % (top.width, top.height, top.x, top.y),
                    "+repage", "+dither", "-colors", "64", "PNG8:" + path], env=session.window.environment, check=True)
    print(path)


def take(locale, look, picture):
    """What PICTURE makes of a session in LOOK."""
    session = Session(locale, look)
    try:
        picture(session)
        for line in session.window.complaints():
            print("# " + line)
    finally:
        session.window.close()


def take_look(locale, name):
    if name == "docs":
        take(locale, HIGH, lambda session: documentation(session, ""))
    elif name == "kept":
        for kept in KEPT:
            take(locale, {**LOOKS[kept], **HIGH},
                 lambda session: documentation(session, "-%s-%s" % (version(session), kept)))
    else:
        take(locale, LOOKS[name], lambda session: scenes(session, name))


def main():
    reason = missing()
    if reason:
        sys.exit(reason)
    os.makedirs(FOLDER, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="conv-layer-") as locale:
        compile_all(locale)
        for name in sys.argv[3:] or LOOKS:
            take_look(locale, name)


main()
