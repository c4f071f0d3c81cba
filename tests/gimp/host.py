# host.py: runs batches of cases in a real headless GIMP, many in one process,
# and hides the differences between the Script-Fu of 2.10 and of 3.x.  Knows
# the procedure's arguments and how to call it, not what it computes.

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

from tap import Report, Skip
from xcf import XCF

# The arguments of the procedure with their defaults, in order; then comes
# figure, in GIMP 2.10 of a procedure of its own.
DEFAULTS = {
    "filter": "-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1",
    "variants": "f, -f, f.T, -f.T",
    "maps": "both",
    "grayscale": "opencv",
    "padding": "valid",
    "padding-mode": "zeros",
    "stride": 1,
    "dilation": 1,
    "bias": 0,
    "scale": "map",
    "group": True,
}

GENERATION = int(os.environ.get("GIMP_GENERATION", "2"))
EXECUTABLE = os.environ.get("CONV_LAYER_EXECUTABLE", "")
TESTS = os.path.abspath(os.environ.get("G_TEST_SRCDIR", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")))

# No test is decided by it: it only ends a GIMP that hangs.
HANGS_AFTER = 900

PRELUDE = r"""
(define t-handler #f)
(define t-port #f)
(define t-mark #t) ; a message before each case, to part the log
(set! *error-hook*
  (lambda x
    (if t-handler
        (t-handler (if (null? x) "" (car x)))
        (apply error x))))
; (#t . value), or (#f . message)
(define (t-try thunk)
  (call/cc
    (lambda (return)
      (let ((outer t-handler))
        (set! t-handler (lambda (message) (set! t-handler outer) (return (cons #f message))))
        (let ((value (thunk)))
          (set! t-handler outer)
          (cons #t value))))))
(define (t-record key value)
  (write (list key value) t-port)
  (newline t-port))
(define (t-case id path thunk)
  (if t-mark (gimp-message (string-append "t-case " id)))
  (set! t-port (open-output-file path))
  (let ((result (t-try thunk)))
    (t-record "ok" (car result))
    (if (not (car result)) (t-record "error" (cdr result)))
    (t-record "end" 0)
    (close-output-port t-port)))
; Runs the thunk and records whether it worked, its value or its message.
(define (t-run key thunk)
  (let ((result (t-try thunk)))
    (t-record key (list (car result) (cdr result)))
    (and (car result) (cdr result))))
(define (t-clean image) (gimp-image-clean-all image))
(define (t-dirty image) (car (gimp-image-is-dirty image)))
(define (t-layer image name) (car (gimp-image-get-layer-by-name image name)))
(define (t-channel image name) (car (gimp-image-get-channel-by-name image name)))
(define (t-count image) (length (t-layers image)))
; The images in ALL that are not in OLD.
(define (t-new old all)
  (cond ((null? all) '())
        ((member (car all) old) (t-new old (cdr all)))
        (else (cons (car all) (t-new old (cdr all))))))
"""

PRELUDE_2 = r"""
(define (t-load path) (car (gimp-file-load RUN-NONINTERACTIVE path path)))
(define (t-save image path)
  (gimp-xcf-save RUN-NONINTERACTIVE image (car (gimp-image-get-active-drawable image)) path path))
(define (t-layers image) (vector->list (cadr (gimp-image-get-layers image))))
(define (t-selected image) (list (car (gimp-image-get-active-layer image))))
(define (t-select image layer) (gimp-image-set-active-layer image layer))
(define (t-select-channel image channel) (gimp-image-set-active-channel image channel))
(define (t-duplicate image) (car (gimp-image-duplicate image)))
(define (t-name item) (car (gimp-item-get-name item)))
(define (t-returned values) (list (car values)))
(define (t-children item) (vector->list (cadr (gimp-item-get-children item))))
(define (t-images) (vector->list (cadr (gimp-image-list))))
"""

PRELUDE_3 = r"""
(define (t-load path) (car (gimp-file-load RUN-NONINTERACTIVE path)))
(define (t-save image path) (gimp-xcf-save RUN-NONINTERACTIVE image path))
(define (t-layers image) (vector->list (car (gimp-image-get-layers image))))
(define (t-selected image) (vector->list (car (gimp-image-get-selected-layers image))))
(define (t-select image layer) (gimp-image-set-selected-layers image (vector layer)))
(define (t-select-channel image channel) (gimp-image-set-selected-channels image (vector channel)))
(define (t-duplicate image) (car (gimp-image-duplicate image)))
(define (t-name item) (car (gimp-item-get-name item)))
(define (t-returned values) (vector->list (car values)))
(define (t-children item) (vector->list (car (gimp-item-get-children item))))
(define (t-images) (vector->list (car (gimp-get-images))))
"""


# ---- values as Scheme writes them ----

class Raw(str):
    """An expression to be written as it is."""


def scheme(value):
    """VALUE as a Scheme literal."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float)):
        return repr(value)
    if len(value) <= 500 or set(value) & set('\\"'):
        return quoted(value)
    # Script-Fu's reader has a limit for one literal.
    return "(string-append %s)" % " ".join(quoted(value[i:i + 500]) for i in range(0, len(value), 500))


def quoted(text):
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def read_scheme(text):
    """The first value of TEXT as (value, rest)."""
    text = text.lstrip()
    if text[0] == "(" or text.startswith("#("):
        text = text[text.index("(") + 1:].lstrip()
        items = []
        while text[0] != ")":
            if text.startswith(". "):
                text = text[1:]
            value, text = read_scheme(text)
            items.append(value)
            text = text.lstrip()
        return items, text[1:]
    if text[0] == '"':
        out, at = [], 1
        while text[at] != '"':
            if text[at] == "\\":
                at += 1
                plain = {"n": "\n", "t": "\t", "r": "\r"}
                if text[at] == "x":
                    out.append(chr(int(text[at + 1:at + 3], 16)))
                    at += 2
                else:
                    out.append(plain.get(text[at], text[at]))
            else:
                out.append(text[at])
            at += 1
        return "".join(out), text[at + 1:]
    match = re.match(r"[^\s()]+", text)
    word, rest = match.group(), text[match.end():]
    if word in ("#t", "#f"):
        return word == "#t", rest
    try:
        return int(word), rest
    except ValueError:
        try:
            return float(word), rest
        except ValueError:
            return word, rest


# ---- the two dialects ----

class Host2:
    generation = 2
    names = ("gimp-console-2.10", "gimp-2.10", "gimp")
    directory = "GIMP2_DIRECTORY"
    prelude = PRELUDE + PRELUDE_2
    precisions = (100, 150, 200, 250, 300, 350, 500, 550, 600, 650, 700, 750)

    def command(self, gimp, batch, fonts):
        return [gimp, "-i", "-d"] + ([] if fonts else ["-f"]) + ["-b", batch, "-b", "(gimp-quit 0)"]

    def call(self, image="image", drawables="layer", run_mode="RUN-NONINTERACTIVE", **options):
        """A call of the filter; DRAWABLES: one expression, or several in a list."""
        if isinstance(drawables, (list, tuple)):
            (drawables,) = drawables
        values = dict(DEFAULTS)
        for name, value in options.items():
            name = name.replace("_", "-")
            assert name in values or name == "figure", name
            values[name] = value
        if "figure" in values:
            values["figure"] = values.pop("figure")
        return "(plug-in-conv-layer%s %s %s %s %s)" % (
            "-figure" if "figure" in values else "", run_mode, image, drawables,
            " ".join(scheme(value) for value in values.values()))

    @staticmethod
    def last_values_file(profile):
        return os.path.join(profile.path, "conv-layer", "last-values.ini")

    def write_last_values(self, profile, values):
        """Settings as the plug-in itself keeps them in the profile."""
        path = self.last_values_file(profile)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("[last-values]\n")
            for name, value in values.items():
                stream.write("%s=%s\n" % (name, str(value).lower() if isinstance(value, bool) else value))


class Host3:
    generation = 3
    names = ("gimp-console-3.2", "gimp-console-3.0", "gimp-console-3", "gimp-console")
    directory = "GIMP3_DIRECTORY"
    prelude = PRELUDE + PRELUDE_3
    precisions = (100, 150, 175, 200, 250, 275, 300, 350, 375, 500, 550, 575, 600, 650, 675, 700, 750, 775)

    def command(self, gimp, batch, fonts):
        return [gimp, "-id" + ("" if fonts else "f"), "--quit",
                "--batch-interpreter=plug-in-script-fu-eval", "-b", batch]

    def call(self, image="image", drawables="layer", run_mode="RUN-NONINTERACTIVE", **options):
        if isinstance(drawables, (list, tuple)):
            drawables = " ".join(drawables)
        text = "(plug-in-conv-layer #:run-mode %s #:image %s #:drawables (vector %s)" % (run_mode, image, drawables)
        for name, value in options.items():
            name = name.replace("_", "-")
            assert name in DEFAULTS or name == "figure", name
            text += " #:%s %s" % (name, scheme(value))
        return text + ")"

    @staticmethod
    def last_values_file(profile):
        return os.path.join(profile.path, "plug-in-settings", "GimpProcedureConfigRun-plug-in-conv-layer.last")

    @staticmethod
    def language(environment):
        """What GIMP notes in gimprc as the language of its last start."""
        if "LANGUAGE" not in environment:
            return environment["LC_ALL"]
        name = subprocess.run(["locale", "language"], env=environment, stdout=subprocess.PIPE, text=True).stdout.strip()
        return "%s-%s" % (environment["LANGUAGE"], name)

    def write_last_values(self, profile, values):
        """Settings as libgimp keeps them in the profile."""
        path = self.last_values_file(profile)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as stream:
            for name, value in values.items():
                if isinstance(value, bool):
                    text = "yes" if value else "no"
                else:
                    text = quoted(value) if isinstance(value, str) else repr(value)
                stream.write("(%s %s)\n" % (name, text))


HOST = Host2() if GENERATION == 2 else Host3()


def executable():
    named = os.environ.get("GIMP_EXECUTABLE")
    for name in [named] if named else HOST.names:
        found = shutil.which(name)
        if found:
            return found
    raise Skip("no GIMP %d here (looked for %s)" % (GENERATION, ", ".join(HOST.names)))


# ---- a profile and the processes that use it ----

def end_session(process):
    """Kills whatever is left of the session that PROCESS was started in as the first."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def finish(process):
    """The exit code of PROCESS, None if it hung; its session is ended."""
    try:
        code = process.wait(HANGS_AFTER)
    except subprocess.TimeoutExpired:
        code = None
    end_session(process)
    return code


def own_plug_ins():
    """What a GIMP without conv-layer notes of its own plug-ins at its first start; None where nothing keeps it.  Asking
    them all takes GIMP 3 ten seconds; it asks again those that changed, and a plug-in that it does not know yet."""
    kept = os.path.join(os.environ.get("G_TEST_BUILDDIR", ""), "pluginrc-%d" % GENERATION)
    if not os.path.isabs(kept):
        return None
    if not os.path.exists(kept):
        profile = Profile(plugin=False, known=False)
        try:
            profile.start("(gimp-version)")
            # Another test may do the same.
            part = "%s.%d" % (kept, os.getpid())
            shutil.copy(os.path.join(profile.path, "pluginrc"), part)
            os.replace(part, kept)
        finally:
            profile.remove()
    return kept


class Profile:
    """A fresh profile of GIMP's below a folder of its own, with the plug-in in it; KNOWN: GIMP knows its own plug-ins,
    as a user's does who installs this one, instead of starting for the first time."""

    def __init__(self, gimprc="", plugin=True, known=True):
        self.folder = tempfile.mkdtemp(prefix="conv-layer-")
        self.path = os.path.join(self.folder, "profile")
        place = os.path.join(self.path, "plug-ins", "conv-layer")
        os.makedirs(place)
        if plugin:
            os.symlink(os.path.abspath(EXECUTABLE), os.path.join(place, "conv-layer"))
            icon = os.path.join(os.path.dirname(TESTS), "plugin", "conv-layer.png")
            if os.path.exists(icon):
                os.symlink(icon, os.path.join(place, "conv-layer.png"))
            pages = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(EXECUTABLE))), "help")
            if os.path.isdir(pages):
                os.symlink(pages, os.path.join(place, "help"))
        self.known = own_plug_ins() if known else None
        if self.known and GENERATION == 3:
            # It asks them all again after it spoke another language.
            gimprc += '(prev-language "C.UTF-8")\n'
        with open(os.path.join(self.path, "gimprc"), "w") as stream:
            stream.write(gimprc)
        self.forget()
        self.runs = 0

    def forget(self):
        """GIMP asks the plug-in anew at its next start."""
        cache = os.path.join(self.path, "pluginrc")
        if self.known:
            shutil.copy(self.known, cache)
        elif os.path.exists(cache):
            os.remove(cache)

    @staticmethod
    def scratch():
        """A folder for what is no profile's; the caller removes it."""
        return tempfile.mkdtemp(prefix="conv-layer-")

    def file(self, name):
        return os.path.join(self.folder, name)

    def environment(self, **extra):
        environment = dict(os.environ)
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "LANGUAGE", "LANG", "GIMP_PLUGIN_DEBUG"):
            environment.pop(name, None)
        for name in [name for name in environment if name.startswith("LC_")]:
            del environment[name]
        environment["LC_ALL"] = "C.UTF-8"
        environment[HOST.directory] = self.path
        for name in ("CONFIG", "CACHE", "DATA"):
            environment["XDG_%s_HOME" % name] = self.file("xdg-" + name.lower())
        for name, value in extra.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return environment

    def prefix(self):
        """What stands before the command that starts GIMP."""
        return []

    def prepare(self, environment):
        """To be called before each start in ENVIRONMENT."""
        # Where babl finds what it noted, it takes a second to time tables of 256 MB, in each process that starts GEGL.
        shutil.rmtree(self.file("xdg-cache/babl"), ignore_errors=True)
        if not self.known or HOST.generation == 2:
            return
        # In another language than the last time GIMP 3 asks all of its plug-ins anew.
        path = os.path.join(self.path, "gimprc")
        with open(path, encoding="utf-8") as stream:
            text = re.sub(r"^\(prev-language .*\n", "", stream.read(), flags=re.MULTILINE)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write('%s\n(prev-language "%s")\n' % (text, HOST.language(environment)))

    def start(self, batch, fonts=False, **environment):
        """Runs one batch command; gives exit code, output and errors."""
        self.runs += 1
        environment = self.environment(**environment)
        self.prepare(environment)
        log = self.file("log-%d.txt" % self.runs)
        with open(log, "wb") as stream:
            process = subprocess.Popen(self.prefix() + HOST.command(executable(), batch, fonts), stdin=subprocess.DEVNULL,
                                       stdout=stream, stderr=subprocess.STDOUT, cwd=self.folder, env=environment,
                                       start_new_session=True)
            code = finish(process)
        with open(log, encoding="utf-8", errors="replace") as stream:
            return code, stream.read()

    def remove(self):
        if os.environ.get("CONV_LAYER_KEEP"):
            print("# kept: " + self.folder)
        else:
            shutil.rmtree(self.folder, ignore_errors=True)


class Result:
    """What one case left: records, GIMP's messages, saved images."""

    def __init__(self, case, records, log):
        self.case, self.records, self.log = case, records, log

    def __getitem__(self, key):
        if key not in self.records:
            raise AssertionError("the script did not come to %r: %s" % (key, self.records.get("error", self.log[-600:])))
        return self.records[key]

    def value(self, key):
        """The value of a t-run that worked."""
        ok, value = self[key]
        if not ok:
            raise AssertionError("%s failed: %s" % (key, value))
        return value

    def message(self, key):
        """The message of a t-run that failed, without what GIMP puts before it."""
        ok, value = self[key]
        if ok:
            raise AssertionError("%s did not fail but gave %r" % (key, value))
        return plain_message(value)

    def xcf(self, name):
        path = self.case.file(name)
        if not os.path.exists(path):
            raise AssertionError("%s was not saved: %s" % (name, self.records.get("error", self.log[-600:])))
        return XCF(path)


def plain_message(text):
    text = re.sub(r"\(\S+ : \d+\)", "", text)
    text = re.sub(r"^\s*(Error: )?", "", text)
    text = re.sub(r"^Procedure execution of plug-in-conv-layer failed:?\s*", "", text)
    return text.strip()


def make_locale(language, folder):
    """The locale of LANGUAGE, such as de_DE, made in FOLDER: the environment that speaks it; None where it cannot
    be made."""
    name = language + ".UTF-8"
    if shutil.which("localedef"):
        # It warns, and its exit status tells, of much that does not matter here.
        subprocess.run(["localedef", "-i", language, "-f", "UTF-8", os.path.join(folder, name)],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if not os.path.isdir(os.path.join(folder, name)):
        return None
    return {"LC_ALL": name, "LANG": name, "LANGUAGE": language[:2], "LOCPATH": folder}


class Case:
    def __init__(self, batch, name, number):
        self.batch, self.name, self.number = batch, name, number
        self.body, self.check = "", None
        self.may_crash = False # GIMP may tell of it

    def file(self, name):
        return self.batch.profile.file("case-%d-%s" % (self.number, name))

    def path(self, name):
        """A file of this case as a Scheme string."""
        return scheme(self.file(name))


class Batch:
    """Cases run in one GIMP after the other; a crash costs the case it hit, not the rest."""

    def __init__(self, profile=None, fonts=False, gimprc="", **environment):
        self.own = profile is None
        self.profile = profile or Profile(gimprc)
        self.fonts, self.environment = fonts, environment
        self.cases = []

    def case(self, name, body, check):
        """BODY: a string of Scheme, or a function of the case giving one; CHECK: a function of its Result."""
        case = Case(self, name, len(self.cases) + 1 + 1000 * self.profile.runs)
        case.body = body(case) if callable(body) else body
        case.check = check
        self.cases.append(case)
        return case

    def run(self, report):
        waiting = list(self.cases)
        try:
            while waiting:
                waiting = self._some(waiting, report)
        finally:
            if self.own:
                self.profile.remove()

    def _some(self, cases, report):
        program = self.profile.file("program-%d.scm" % self.profile.runs)
        with open(program, "w", encoding="utf-8") as stream:
            stream.write(HOST.prelude)
            for case in cases:
                stream.write('\n(t-case "%d" %s (lambda ()\n%s\n))\n' % (case.number, case.path("log.txt"), case.body))
        code, log = self.profile.start("(load %s)" % scheme(program), self.fonts, **self.environment)
        parts = re.split(r"t-case (\d+)\n", log)
        logs = dict(zip(parts[1::2], parts[2::2]))
        for n, case in enumerate(cases):
            records = self._records(case)
            own_log = logs.get(str(case.number), "")
            if records is None or "end" not in records:
                report.run(case.name, _died, code, own_log or log)
                return cases[n + 1:]
            report.run(case.name, _checked, case, Result(case, records, own_log))
        if HOST.generation == 3:
            report.run("GIMP's exit", _exit, code)
        return []

    def _records(self, case):
        path = case.file("log.txt")
        if not os.path.exists(path):
            return None
        records = {}
        with open(path, encoding="utf-8", errors="replace") as stream:
            for line in stream:
                try:
                    (key, value), _ = read_scheme(line)
                except (IndexError, ValueError):
                    break
                records[key] = value
        return records


def _died(code, log):
    raise AssertionError("GIMP did not come through this case (exit %s):\n%s" % (code, log[-3000:]))


def _exit(code):
    if code != 0:
        raise AssertionError("exit %s" % code)


# libgimp says so when GIMP has read the result and hung up before the process ends.
HUNG_UP = re.compile(r".*gimp_flush\(\): error: .*")
COMPLAINT = re.compile(r"conv-layer:.*(CRITICAL|WARNING|ERROR)|\*\* \(conv-layer|plug-in crashed|"
                       r"undo in inconsistent state|leaked|Gimp\S*-CRITICAL", re.I)


def _checked(case, result):
    if "error" in result.records:
        raise AssertionError("the script failed: %s" % result.records["error"])
    case.check(result)
    if case.may_crash:
        return
    log = HUNG_UP.sub("", result.log)
    complaint = COMPLAINT.search(log)
    if complaint:
        line = log[log.rfind("\n", 0, complaint.start()) + 1:].splitlines()[0]
        raise AssertionError("the plug-in complained: " + line)


def main(function):
    """Runs a test file: FUNCTION gets the report."""
    report = Report()
    try:
        executable()
        if not os.access(EXECUTABLE, os.X_OK):
            raise Skip("CONV_LAYER_EXECUTABLE does not name the built plug-in")
    except Skip as reason:
        print("1..0 # SKIP %s" % reason)
        sys.exit(0)
    function(report)
    sys.exit(report.done())
