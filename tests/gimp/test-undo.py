#!/usr/bin/env python3
# test-undo.py: one undo step, in a real GIMP window on a display of our own:
# Ctrl+Z gives back the exact image, Ctrl+Y the maps; and the filter runs from
# the menu.  Steers GIMP by keys and by Script-Fu files it polls for.

import os
import shutil
import signal
import subprocess
import time

from host import GENERATION, HOST, Profile, main, read_scheme, scheme
from images import components
from tap import Skip, equal, true
from xcf import XCF
from xcf_writer import Layer, write

NEEDED = ("Xvfb", "xdotool", "openbox", "import")
NAMES = {2: ("gimp-2.10", "gimp"), 3: ("gimp-3.2", "gimp-3.0", "gimp-3", "gimp")}
PATIENCE = 120  # seconds until a window that does not answer is given up

SERVE = r"""
(set! t-mark #f) ; messages are windows here
(define (t-serve folder n)
  (let ((path (string-append folder "/step-" (number->string n) ".scm")))
    (if (file-exists? path)
        (begin (load path) (t-serve folder (+ n 1)))
        (begin (usleep 50000) (t-serve folder n)))))
(define (t-image) %s)
""" % {2: "(vector-ref (cadr (gimp-image-list)) 0)", 3: "(vector-ref (car (gimp-get-images)) 0)"}[GENERATION]


class Window:
    """GIMP in a window, with one image open."""

    def __init__(self, image):
        version = subprocess.run([self.gimp(), "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[-1]
        # No window but the image's.
        self.profile = Profile('(config-version "%s")\n(show-welcome-dialog no)\n(check-updates no)\n'
                               '(restore-session no)\n(save-session-info no)\n' % version
                               if GENERATION == 3 else '(show-tips no)\n(restore-session no)\n(save-session-info no)\n')
        self.processes, self.steps = [], 0
        self.steps_folder = self.profile.file("steps")
        os.mkdir(self.steps_folder)
        self.display = self._start_display()
        self.environment = self.profile.environment(DISPLAY=self.display, DBUS_SESSION_BUS_ADDRESS=None)
        self.start(["openbox"])
        program = self.profile.file("serve.scm")
        with open(program, "w", encoding="utf-8") as stream:
            stream.write(HOST.prelude + SERVE + "(t-serve %s 1)\n" % scheme(self.steps_folder))
        options = ["--batch-interpreter=plug-in-script-fu-eval"] if GENERATION == 3 else []
        self.start([self.gimp(), "--new-instance", "--no-splash", "-d", "-f"] + options
                   + ["-b", "(load %s)" % scheme(program), image], log="gimp.txt")

    @staticmethod
    def gimp():
        for name in NAMES[GENERATION]:
            if shutil.which(name):
                return shutil.which(name)
        raise Skip("no GIMP %d with a window" % GENERATION)

    def _start_display(self):
        read, wrote = os.pipe()
        self.processes.append(subprocess.Popen(["Xvfb", "-displayfd", str(wrote), "-screen", "0", "1400x950x24",
                                                "-nolisten", "tcp"], pass_fds=[wrote], stdout=subprocess.DEVNULL,
                                               stderr=subprocess.DEVNULL, start_new_session=True))
        os.close(wrote)
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        if not number:
            raise Skip("Xvfb does not start here")
        return ":" + number

    def start(self, command, log=os.devnull):
        stream = open(log if log == os.devnull else self.profile.file(log), "wb")
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=stream,
                                               stderr=subprocess.STDOUT, start_new_session=True))
        stream.close()

    def close(self):
        for process in reversed(self.processes):
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()
        self.profile.remove()

    # ---- by Script-Fu ----

    def step(self, body):
        """Has GIMP run BODY; gives its records."""
        self.steps += 1
        path = os.path.join(self.steps_folder, "step-%d.scm" % self.steps)
        log = self.profile.file("step-%d.txt" % self.steps)
        with open(path + ".part", "w", encoding="utf-8") as stream:
            stream.write('(t-case "%d" %s (lambda () %s))\n' % (self.steps, scheme(log), body))
        os.rename(path + ".part", path)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if os.path.exists(log):
                with open(log, encoding="utf-8") as stream:
                    lines = stream.read().splitlines()
                if lines and lines[-1].startswith('("end"'):
                    records = dict(read_scheme(line)[0] for line in lines)
                    true(records["ok"], "step %d: %s" % (self.steps, records.get("error")))
                    return records
            time.sleep(0.05)
        with open(self.profile.file("gimp.txt"), errors="replace") as stream:
            raise AssertionError("GIMP does not answer: " + stream.read()[-1500:])

    def save(self, name):
        path = self.profile.file(name)
        self.step("(t-save (t-image) %s)" % scheme(path))
        return XCF(path)

    def count(self):
        return self.step('(t-record "count" (t-count (t-image)))')["count"]

    def wait_for_count(self, count, what):
        end = time.monotonic() + PATIENCE
        while self.count() != count:
            true(time.monotonic() < end, "%s: %d layers at the top, expected %d" % (what, self.count(), count))
            time.sleep(0.2)

    # ---- by keys ----

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool"] + list(arguments), env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True).stdout.split()

    def activate(self):
        end = time.monotonic() + PATIENCE
        while True:
            windows = self.xdotool("search", "--onlyvisible", "--name", "undo-photo")
            if windows:
                break
            true(time.monotonic() < end, "the image's window does not come")
            time.sleep(0.2)
        self.xdotool("windowactivate", "--sync", windows[-1])
        time.sleep(0.3)

    def keys(self, *keys):
        for key in keys:
            self.xdotool("key", "--clearmodifiers", key)
            time.sleep(0.4)

    def screenshot(self, name):
        folder = os.environ.get("CONV_LAYER_SCREENSHOTS") or os.environ.get("G_TEST_BUILDDIR") or self.profile.folder
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "gimp%d-%s.png" % (GENERATION, name))
        subprocess.run(["import", "-window", "root", path], env=self.environment, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        if os.path.exists(path):
            print("# picture: " + path)


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
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        report.skip("undo", "not here: " + ", ".join(missing))
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
        end = time.monotonic() + 20
        while window.count() != 3 and time.monotonic() < end:
            time.sleep(0.5)
        if window.count() != 3:
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
