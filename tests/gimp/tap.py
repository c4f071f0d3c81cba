# tap.py: cases and their report in the Test Anything Protocol, one line a
# case.  Knows nothing of GIMP.

import os
import re
import sys
import traceback


class Skip(Exception):
    pass


def chosen(name):
    """Whether CONV_LAYER_CASES, a pattern, picks NAME; without it all are picked."""
    return re.search(os.environ.get("CONV_LAYER_CASES", ""), name)


class Report:
    def __init__(self):
        self.count = self.failed = 0

    def line(self, ok, name, comment="", diagnostics=""):
        self.count += 1
        self.failed += not ok
        name = name.replace("#", "").replace("\n", " ")
        print("%s %d - %s%s" % ("ok" if ok else "not ok", self.count, name, comment))
        for text in diagnostics.splitlines():
            print("# " + text)
        sys.stdout.flush()

    def run(self, name, function, *arguments):
        """One case: it fails by any exception."""
        try:
            function(*arguments)
        except Skip as reason:
            self.line(True, name, " # SKIP %s" % reason)
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)[1:]
            where = " < ".join("%s:%d" % (f.filename.split("/")[-1], f.lineno) for f in reversed(frames))
            self.line(False, name, "", "%s: %s\nat %s" % (type(error).__name__, error, where))
        else:
            self.line(True, name)

    def skip(self, name, reason):
        self.line(True, name, " # SKIP %s" % reason)

    def done(self):
        print("1..%d" % self.count)
        sys.stdout.flush()
        return 1 if self.failed else 0


def equal(found, expected, what=""):
    if found != expected:
        raise AssertionError("%s: found %r, expected %r" % (what, found, expected))


def true(condition, what):
    if not condition:
        raise AssertionError(what)
