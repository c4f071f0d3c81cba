# window.py: GIMP in a real window on a display of its own: steered by keys,
# pointer and Script-Fu files it polls for; what stands where in the filter's
# dialog; the clipboard; pictures of the screen.  Knows no filter option.

import json
import os
import re
import shlex
import shutil
import subprocess
import time

from host import GENERATION, HOST, HUNG_UP, Profile, end_session, make_locale, read_scheme, scheme
from tap import Skip, true
from xcf import XCF

NEEDED = ("Xvfb", "xdotool", "openbox", "import", "xclip")
NAMES = {2: ("gimp-2.10", "gimp"), 3: ("gimp-3.2", "gimp-3.0", "gimp-3", "gimp")}
PATIENCE_START = 600  # seconds until a GIMP that does not come up is given up
PATIENCE = 120  # and a window that does not answer
PATIENCE_INSIDE = 60  # and what is waited for in one that does
TITLE = "Convolutional Layer"
# In GIMP's log: our process (GLib writes its name and number), or GIMP speaks of it.
COMPLAINT = re.compile(r"conv-layer\b.*(WARNING|CRITICAL|ERROR|crash|inconsistent)|\(conv-layer:\d+\)", re.I)

SERVE = r"""
(set! t-mark #f) ; messages are windows here
(define (t-serve folder n)
  (let ((path (string-append folder "/step-" (number->string n) ".scm")))
    (if (file-exists? path)
        (begin (load path) (t-serve folder (+ n 1)))
        (begin (usleep 30000) (t-serve folder n)))))
; The one that was opened first: a filter at work may have an image of its own.
(define (t-image) (apply min (vector->list %s)))
""" % {2: "(cadr (gimp-image-list))", 3: "(car (gimp-get-images))"}[GENERATION]


def missing():
    """Why there are no windows here, or None."""
    names = [name for name in NEEDED if not shutil.which(name)]
    return "not here: " + ", ".join(names) if names else None


class Widget:
    """What the dialog tells of one widget, and of those inside of it."""

    def __init__(self, told, parent=None):
        self.told, self.parent = told, parent
        self.children = [Widget(child, self) for child in told.get("children", ())]

    def __getattr__(self, name):
        if name in ("type", "name", "text", "title", "tooltip", "mnemonic"):
            return self.told.get(name, "")
        if name in ("sensitive", "focus", "focusable", "active"):
            return self.told.get(name, False)
        if name in ("x", "y", "width", "height", "chosen"):
            return self.told[name]
        raise AttributeError(name)

    def all(self):
        yield self
        for child in self.children:
            yield from child.all()

    def inside(self, kind):
        """The nearest widget of KIND around this one."""
        widget = self
        while widget and not re.search(kind, widget.type):
            widget = widget.parent
        true(widget, "no %s around %s" % (kind, self))
        return widget

    def has(self, **like):
        """Whether it is, or holds, a widget that is LIKE."""
        return any(all(re.search(pattern, getattr(widget, key)) for key, pattern in like.items()) for widget in self.all())

    @property
    def middle(self):
        return self.x + self.width // 2, self.y + self.height // 2

    def __str__(self):
        return " ".join("%s=%r" % (key, value) for key, value in self.told.items() if key not in ("children", "tooltip"))


class Widgets:
    """All widgets of the plug-in that are on the screen."""

    def __init__(self, windows):
        self.windows = [Widget(window) for window in windows]

    def all(self, **like):
        """Those whose properties match the regular expressions LIKE."""
        found = []
        for window in self.windows:
            for widget in window.all():
                if all(re.search(pattern, getattr(widget, key)) for key, pattern in like.items()):
                    found.append(widget)
        return found

    def find(self, n=0, **like):
        found = self.all(**like)
        if len(found) <= n:
            shown = "\n".join(str(widget) for widget in self.all() if widget.text or widget.name or widget.title)
            raise AssertionError("no widget %r; there are:\n%s" % (like, shown))
        return found[n]

    def has(self, **like):
        return bool(self.all(**like))

    def tooltips(self):
        """Windows with neither title nor menu nor list."""
        return [window for window in self.windows if re.search("^Gtk(Tooltip)?Window$", window.type)
                and not window.title and not window.has(type="Menu|TreeView")]


class Window:
    """GIMP in a window, with one image open.  THEME: light or dark; LANGUAGE: a locale such as de_DE;
    LOCALE: a folder of compiled translations; SCREEN: its size."""

    def __init__(self, image, theme=None, language=None, locale=None, screen="1400x950", **environment):
        self.title = os.path.splitext(os.path.basename(image))[0]
        self.profile = Profile(self._gimprc(theme))
        if locale:
            os.symlink(locale, os.path.join(self.profile.path, "plug-ins", "conv-layer", "locale"))
        self.processes, self.steps, self.read_log = [], 0, 0
        self.steps_folder = self.profile.file("steps")
        self.trace_file, self.widgets_file = self.profile.file("trace.txt"), self.profile.file("widgets.json")
        os.mkdir(self.steps_folder)
        self._install_browser()
        self._choose_files_by_path()
        self.display = self._start_display(screen)
        own = dict(DISPLAY=self.display, DBUS_SESSION_BUS_ADDRESS=None, NO_AT_BRIDGE="1", GSETTINGS_BACKEND="keyfile",
                   CONV_LAYER_TRACE=self.trace_file, CONV_LAYER_WIDGETS=self.widgets_file)
        self.environment = self.profile.environment(**{**own, **self._language(language), **environment})
        self._manage_windows()
        self.image = image
        self._start_gimp()

    def _choose_files_by_path(self):
        """GTK's file choosers open with the folder at work, not the files used last; GTK 2's with an entry for a path."""
        for name, text in (("gtk-2.0/gtkfilechooser.ini",
                            "[Filechooser Settings]\nLocationMode=filename-entry\nStartupMode=cwd\n"),
                           ("glib-2.0/settings/keyfile", "[org/gtk/settings/file-chooser]\nstartup-mode='cwd'\n")):
            path = os.path.join(self.profile.file("xdg-config"), name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)

    def _start_gimp(self):
        program = self.profile.file("serve.scm")
        with open(program, "w", encoding="utf-8") as stream:
            stream.write(HOST.prelude + SERVE + "(t-serve %s %d)\n" % (scheme(self.steps_folder), self.steps + 1))
        options = ["--batch-interpreter=plug-in-script-fu-eval"] if GENERATION == 3 else []
        self.profile.prepare(self.environment)
        self.start([self.gimp(), "--new-instance", "--no-splash", "-d", "-f"] + options
                   + ["-b", "(load %s)" % scheme(program), self.image], log="gimp.txt")

    def restart(self):
        """Leaves GIMP without saving the image and starts it with the same profile."""
        gimp = self.processes.pop()
        self.steps += 1
        self._write_step("(gimp-quit 1)")
        self.wait(lambda: gimp.poll() is not None, lambda: "GIMP does not end: " + self.log()[-1500:])
        self._start_gimp()

    @staticmethod
    def gimp():
        for name in NAMES[GENERATION]:
            if shutil.which(name):
                return shutil.which(name)
        raise Skip("no GIMP %d with a window" % GENERATION)

    def _gimprc(self, theme):
        # No window but the image's.
        lines = ["(restore-session no)", "(save-session-info no)"]
        if GENERATION == 3:
            version = subprocess.run([self.gimp(), "--version"], stdout=subprocess.PIPE, text=True).stdout.split()[-1]
            lines += ['(config-version "%s")' % version, "(show-welcome-dialog no)", "(check-updates no)"]
            lines += ["(theme-color-scheme %s)" % theme] if theme else []
        else:
            lines += ["(show-tips no)"] + (['(theme "%s")' % theme.capitalize()] if theme else [])
        return "\n".join(lines) + "\n"

    def _install_browser(self):
        """The user's program for web pages: it notes what it is to open."""
        program = self.profile.file("browser")
        with open(program, "w", encoding="utf-8") as stream:
            stream.write('#!/bin/sh\nprintf "%%s\\n" "$*" >>"%s"\n' % self.profile.file("browsed.txt"))
        os.chmod(program, 0o755)
        for path, text in (
                ("xdg-data/applications/conv-layer-browser.desktop",
                 "[Desktop Entry]\nType=Application\nName=Browser\nExec=%s %%u\nMimeType=text/html;\n" % program),
                ("xdg-config/mimeapps.list", "[Default Applications]\ntext/html=conv-layer-browser.desktop\n")):
            path = self.profile.file(path)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)

    def browsed(self):
        """The addresses that the browser was to open."""
        try:
            with open(self.profile.file("browsed.txt"), encoding="utf-8") as stream:
                return [line[:-1] for line in stream if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def _language(self, language):
        """The environment that makes GIMP speak LANGUAGE; the locale is compiled where it is missing."""
        if not language:
            return {}
        folder = self.profile.file("locales")
        os.makedirs(folder, exist_ok=True)
        environment = make_locale(language, folder)
        if not environment:
            raise Skip("the locale %s.UTF-8 cannot be made here" % language)
        return dict(environment, LANGUAGE=language)

    def _start_display(self, screen):
        read, wrote = os.pipe()
        # Each frame of GTK 3 is a picture of the window, made and thrown away: its memory stays with malloc, as a virtual
        # machine may take longer to find pages than the frame to be drawn.
        environment = dict(os.environ, GLIBC_TUNABLES=":".join(
            os.environ.get("GLIBC_TUNABLES", "").split(":")
            + ["glibc.malloc.mmap_max=0", "glibc.malloc.trim_threshold=%d" % (1 << 30)]).strip(":"))
        # No reset: it would throw out whoever comes while the last one goes.  No repeating of
        # keys: one that is held until a slow program is ready would come a hundred times.
        self.processes.append(subprocess.Popen(["Xvfb", "-displayfd", str(wrote), "-screen", "0", screen + "x24",
                                                "-noreset", "-r", "-nolisten", "tcp"], pass_fds=[wrote],
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                               start_new_session=True, env=environment))
        os.close(wrote)
        with os.fdopen(read) as stream:
            number = stream.readline().strip()
        if not number:
            raise Skip("Xvfb does not start here")
        return ":" + number

    def _manage_windows(self):
        """A window manager, waited for: without one no window gets the keyboard."""
        managed = self.profile.file("managed")
        self.start(["openbox", "--sm-disable", "--startup", "touch " + shlex.quote(managed)], log="openbox.txt")
        self.wait(lambda: os.path.exists(managed), "the window manager", PATIENCE_START)

    def start(self, command, log=os.devnull):
        stream = open(log if log == os.devnull else self.profile.file(log), "ab")
        self.processes.append(subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, stdout=stream,
                                               stderr=subprocess.STDOUT, start_new_session=True))
        stream.close()

    def close(self):
        for process in reversed(self.processes):
            end_session(process)
        self.profile.remove()

    def log(self):
        """What GIMP and its plug-ins wrote since the last call."""
        with open(self.profile.file("gimp.txt"), "rb") as stream:
            stream.seek(self.read_log)
            text = stream.read()
        self.read_log += len(text)
        return text.decode(errors="replace")

    def complaints(self):
        """What our plug-in, or GIMP about it, complained of since the last call of log()."""
        return [line for line in self.log().splitlines() if COMPLAINT.search(line) and not HUNG_UP.search(line)]

    def wait(self, condition, what, patience=PATIENCE):
        """What CONDITION gives, once it is true; WHAT may be a function that tells what there is instead."""
        end = time.monotonic() + patience
        while True:
            begin = time.monotonic()
            result = condition()
            if result:
                return result
            if time.monotonic() > end:
                self.screenshot("late")
                raise AssertionError("waited in vain: %s" % (what() if callable(what) else what))
            # Who looks all the time keeps the others from what is waited for.
            time.sleep(max(0.02, time.monotonic() - begin))

    # ---- by Script-Fu ----

    def _write_step(self, text):
        path = os.path.join(self.steps_folder, "step-%d.scm" % self.steps)
        with open(path + ".part", "w", encoding="utf-8") as stream:
            stream.write(text + "\n")
        os.rename(path + ".part", path)

    def begin(self, body):
        """Has GIMP run BODY, which may take as long as a dialog is open; gives where its records will be."""
        self.steps += 1
        log = self.profile.file("step-%d.txt" % self.steps)
        self._write_step('(t-case "%d" %s (lambda () %s))' % (self.steps, scheme(log), body))
        return log

    def step(self, body):
        """Has GIMP run BODY; gives its records."""
        log = self.begin(body)

        def answer():
            if not os.path.exists(log):
                return None
            with open(log, encoding="utf-8") as stream:
                lines = stream.read().splitlines()
            if not lines or lines[-1] != '("end" 0)': # it may be half written
                return None
            return dict(read_scheme(line)[0] for line in lines)

        records = self.wait(answer, lambda: "GIMP does not answer: " + self.log()[-1500:])
        true(records["ok"], "step %d: %s" % (self.steps, records.get("error")))
        return records

    def save(self, name):
        path = self.profile.file(name)
        self.step("(t-save (t-image) %s)" % scheme(path))
        return XCF(path)

    def count(self):
        return self.step('(t-record "count" (t-count (t-image)))')["count"]

    def wait_for_count(self, count, what):
        self.wait(lambda: self.count() == count, "%s: %d layers at the top" % (what, count))

    # ---- by keys and pointer ----

    def xdotool(self, *arguments):
        """What it says.  It gives up a search when one of all windows goes meanwhile, such as a tooltip: then anew."""
        while True:
            done = subprocess.run(["xdotool"] + [str(argument) for argument in arguments], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            if arguments[0] != "search" or "X Error" not in done.stderr:
                return done.stdout.split()

    def activate(self, title=None):
        """The keyboard goes to the window of TITLE, the image's without one."""
        windows = self.wait(lambda: self.xdotool("search", "--onlyvisible", "--name", title or self.title),
                            "the window %r" % (title or self.title), PATIENCE_START)
        self.xdotool("windowactivate", "--sync", windows[-1])
        time.sleep(0.3)

    def keys(self, *keys, pause=0.4):
        for key in keys:
            self.xdotool("key", "--clearmodifiers", key)
            time.sleep(pause)

    def close_message(self):
        """GIMP's window with what a plug-in told; it may cover the next dialog."""
        title = "^GIMP Message$"
        self.activate(title)
        self.keys("Escape", pause=0)
        self.wait(lambda: not self.xdotool("search", "--onlyvisible", "--name", title), "GIMP's message to go")

    def screenshot(self, name):
        """Of the whole screen; a second one of that name gets a number."""
        folder = os.environ.get("CONV_LAYER_SCREENSHOTS") or os.environ.get("G_TEST_BUILDDIR") or self.profile.folder
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, "gimp%d-%s.png" % (GENERATION, name))
        subprocess.run(["import", "-window", "root", path], env=self.environment, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        if os.path.exists(path):
            print("# picture: " + path)

    # ---- the clipboard ----

    def clipboard(self):
        return subprocess.run(["xclip", "-selection", "clipboard", "-o"], env=self.environment, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode()

    def set_clipboard(self, text):
        # It stays in the background and serves the text.
        subprocess.run(["xclip", "-selection", "clipboard", "-i"], env=self.environment, input=text.encode(),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, timeout=PATIENCE)


class Dialog:
    """The filter's dialog in a Window, from its opening on; made by open_dialog()."""

    def __init__(self, window):
        self.window = window
        self._text, self._widgets = None, None  # as they were last seen
        self._trace, self._read = [], 0

    # ---- what there is ----

    def widgets(self):
        try:
            with open(self.window.widgets_file, encoding="utf-8") as stream:
                text = stream.read()
        except OSError:
            return Widgets([])
        if text != self._text:
            try:
                self._widgets, self._text = Widgets(json.loads(text)), text
            except ValueError:
                return Widgets([])
        return self._widgets

    def trace(self):
        """(microseconds, event, text) of each line."""
        try:
            with open(self.window.trace_file, "rb") as stream:
                stream.seek(self._read)
                new = stream.read()
        except FileNotFoundError:
            return self._trace
        new = new[:new.rfind(b"\n") + 1]  # the last line may be half written
        self._read += len(new)
        for line in new.decode().split("\n")[:-1]:
            moment, event, text = line.split(" ", 2)
            self._trace.append((int(moment), event, text))
        return self._trace

    def events(self, name):
        return [line for line in self.trace() if line[1] == name]

    def wait(self, condition, what, patience=PATIENCE_INSIDE):
        """Until CONDITION of the widgets is true; gives what it gives."""
        def words():
            shown = ["%s %r" % (w.type, w.text) for w in self.widgets().all() if w.text]
            return "%s; there is: %s" % (what, ", ".join(shown))
        return self.window.wait(lambda: condition(self.widgets()), words, patience)

    def wait_for(self, patience=PATIENCE_INSIDE, n=0, **like):
        self.wait(lambda widgets: len(widgets.all(**like)) > n, "a widget %r" % like, patience)
        return self.widgets().find(n, **like)

    def wait_gone(self, **like):
        self.wait(lambda widgets: not widgets.has(**like), "no widget %r any more" % like)

    def wait_maps(self):
        """Until every map that was asked for is there."""
        def done():
            asked, made = self.events("preview-request"), self.events("preview-maps")
            return asked and made and int(made[-1][2]) >= int(asked[-1][2])
        self.window.wait(done, "the maps of the last settings")

    def settle(self, looks=3):
        """Until the dialog, with nothing else to do, has seen its widgets as they were some times; or it is closed."""
        seen, times, polls = None, set(), 0

        def settled():
            nonlocal seen, polls
            try:
                with open(self.window.widgets_file, encoding="utf-8") as stream:
                    text, moment = stream.read(), os.fstat(stream.fileno()).st_mtime_ns
            except OSError:
                text = moment = None
            if text != seen:
                seen = text
                times.clear()
            polls = polls + 1 if moment in times else 0
            times.add(moment)
            return len(times) > looks or (polls > 15 and not self.is_open)
        self.window.wait(settled, "the widgets to stay as they are")

    # ---- what a user does ----

    def press(self, *keys):
        """Keys in one go, once a window of ours has the keyboard; what comes of them is to be waited for."""
        self.wait(lambda widgets: any(window.active for window in widgets.windows), "the keyboard")
        # Function keys by their codes: some xdotool adds Alt to their names.
        keys = [re.sub(r"\bF(10|[1-9])$", lambda found: str(66 + int(found.group(1))), key) for key in keys]
        self.window.xdotool("key", "--clearmodifiers", "--delay", 15, *keys)

    def type(self, text):
        if text.isascii():
            self.window.xdotool("type", "--clearmodifiers", "--delay", "25", "--", text)
        else:
            # xdotool lends a key to a letter that no key has, and takes it back before GTK 3 asks what it was.
            self.window.set_clipboard(text)
            self.press("ctrl+v")
        self.settle()

    def point(self, x, y, *command):
        # No --sync: xdotool would wait for long where the pointer stands there already.
        self.window.xdotool("mousemove", x, y)
        if command:
            # A tooltip of where the pointer stood goes when it moves; until then it would take the click.
            self.wait(lambda widgets: not any(
                tip.x <= x < tip.x + tip.width and tip.y <= y < tip.y + tip.height
                for tip in widgets.tooltips()), "no tooltip at %d, %d" % (x, y))
            self.window.xdotool(*command)

    def click(self, widget=None, button=1, times=1, at=None, **like):
        """On the middle of WIDGET, or AT x, y within it, or on the one that is LIKE."""
        if not widget:
            self.settle()
            widget = self.wait_for(**like)
        x, y = widget.middle if at is None else (widget.x + at[0], widget.y + at[1])
        command = ["click", "--repeat", times, "--delay", 60, button] if times > 1 else ["click", button]
        self.point(x, y, *command)
        self.settle()

    def wheel(self, widget, up, times=1, modifier=None, at=None):
        x, y = widget.middle if at is None else (widget.x + at[0], widget.y + at[1])
        self.point(x, y)
        time.sleep(0.1)
        if modifier:
            self.window.xdotool("keydown", modifier)
        self.window.xdotool("click", "--repeat", times, "--delay", 60, 4 if up else 5)
        if modifier:
            self.window.xdotool("keyup", modifier)
        self.settle()

    def drag(self, widget, start, end):
        """From START to END, x, y within WIDGET."""
        self.point(widget.x + start[0], widget.y + start[1], "mousedown", 1)
        steps = 8
        for i in range(1, steps + 1):
            self.point(widget.x + start[0] + (end[0] - start[0]) * i // steps,
                       widget.y + start[1] + (end[1] - start[1]) * i // steps)
            time.sleep(0.03)
        self.window.xdotool("mouseup", 1)
        self.settle()

    def choose(self, item):
        """The item of an open menu whose text matches."""
        self.wait_for(text=item, type="Label")
        self.click(text=item, type="Label")  # where it stays

    @property
    def is_open(self):
        return bool(self.window.xdotool("search", "--onlyvisible", "--name", "^%s$" % TITLE))

    def wait_closed(self):
        self.window.wait(lambda: not self.is_open, "the dialog to close")


def open_dialog(window, menu=False):
    """Filters > Generic > Convolutional Layer... by the MENU, or the last filter again."""
    for path in window.trace_file, window.widgets_file:
        if os.path.exists(path):
            os.remove(path)
    window.activate()
    if menu:
        window.keys("alt+r", "g")
        window.keys("l", pause=0)
    else:
        window.keys("ctrl+shift+f", pause=0)
    dialog = Dialog(window)
    window.wait(lambda: dialog.is_open and dialog.events("dialog-shown"), "the dialog")
    # A click may be lost before the window manager has given it, or a message over it, the keyboard.
    dialog.wait(lambda widgets: widgets.has(title=TITLE) and any(found.active for found in widgets.windows),
                "the dialog with the keyboard")
    dialog.settle()
    return dialog
