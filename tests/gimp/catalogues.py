#!/usr/bin/env python3
# catalogues.py PROGRAM [argument...]: runs PROGRAM with all translations compiled, in the folder that
# CONV_LAYER_LOCALES names to it; among them DOUBLED, whose every text is the English one twice.  For Python: the
# functions that do so.  Knows no language.

import os
import shutil
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PO = os.path.join(TOP, "po")
DOMAIN = "conv-layer"
DOUBLED = "xx"
# A line, and it again without what printf fills in and without the mnemonic's mark.
TWICE = r"h; s/%[^%a-zA-Z]*[%a-zA-Z]//g; s/_//g; x; G; s/\n/ /"


def languages():
    with open(os.path.join(PO, "LINGUAS"), encoding="utf-8") as stream:
        return [word for line in stream for word in line.partition("#")[0].split()]


def source(language):
    return os.path.join(PO, language + ".po")


def template(folder):
    """The texts in the sources, made anew."""
    path = os.path.join(folder, DOMAIN + ".pot")
    subprocess.run(["xgettext", "--from-code=UTF-8", "-k_", "-kN_", "-kC_:1c,2", "-kNC_:1c,2", "-kngettext:1,2",
                    "-kg_dngettext:2,3", "-o", path, "-f", os.path.join(PO, "POTFILES")], cwd=TOP, check=True)
    return path


def doubled(folder):
    """A catalogue of DOUBLED."""
    path = os.path.join(folder, DOUBLED + ".po")
    english = os.path.join(folder, "en.po")
    # Not msgen, which leaves the rule of plurals open.
    subprocess.run(["msginit", "--no-translator", "-l", "en_US.UTF-8", "-i", template(folder), "-o", english], check=True,
                   stderr=subprocess.DEVNULL)
    subprocess.run(["msgfilter", "--keep-header", "-i", english, "-o", path, "sed", "-e", TWICE], check=True,
                   stderr=subprocess.DEVNULL)
    return path


def compile_catalogue(path, language, folder, *options):
    """The .po file at PATH, in FOLDER as gettext finds it; gives exit status and what msgfmt with OPTIONS said."""
    place = os.path.join(folder, language, "LC_MESSAGES")
    os.makedirs(place, exist_ok=True)
    done = subprocess.run(["msgfmt", *options, "-o", os.path.join(place, DOMAIN + ".mo"), path], capture_output=True,
                          text=True, env=dict(os.environ, LC_ALL="C"))
    return done.returncode, done.stderr.strip()


def compile_all(folder):
    """All languages and DOUBLED, in FOLDER."""
    for language, path in [(name, source(name)) for name in languages()] + [(DOUBLED, doubled(folder))]:
        status, said = compile_catalogue(path, language, folder)
        if status != 0:
            sys.exit("%s: %s" % (path, said))


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: catalogues.py PROGRAM [argument...]")
    if not all(shutil.which(tool) for tool in ("xgettext", "msginit", "msgfilter", "msgfmt")):
        print("1..0 # SKIP gettext is not installed")
        return 0
    with tempfile.TemporaryDirectory(prefix="conv-layer-") as folder:
        compile_all(folder)
        return subprocess.run(sys.argv[1:], env=dict(os.environ, CONV_LAYER_LOCALES=folder)).returncode


if __name__ == "__main__":
    sys.exit(main())
