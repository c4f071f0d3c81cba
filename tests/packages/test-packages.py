#!/usr/bin/env python3
# test-packages.py SOURCE: what the packages and their papers say of the program
# holds: versions, the icon's two forms, the Flatpak manifest, the page of the
# environment's variables.  Builds and installs nothing.

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SOURCE = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(SOURCE, "tests", "gimp"))

from tap import Report, Skip, equal, true  # noqa: E402

ID = "org.gimp.GIMP.Plugin.ConvLayer"
SOURCES = ("core", "plugin", "po", "packages", "tests", ".ci")


def read(*path):
    with open(os.path.join(SOURCE, *path), encoding="utf-8") as stream:
        return stream.read()


# ---- versions ----

def version():
    return re.search(r"^  version: '([^']+)'", read("meson.build"), re.M)[1]


def news():
    equal(re.search(r"^## (\S+)", read("NEWS.md"), re.M)[1], version(), "the newest version of NEWS.md")


def metainfo():
    text = read("packages", ID + ".metainfo.xml.in")
    equal(re.search(r'<release version="([^"]+)"', text)[1], version(), "the newest release of the metainfo")
    unreleased = "not yet released" in read("NEWS.md").split("\n## ")[1].splitlines()[0]
    equal('type="development"' in re.search(r"<release version=[^>]*>", text)[0], unreleased,
          "a release that is not yet one is development")


def changelog():
    if not os.path.isdir(os.path.join(SOURCE, "debian")):
        raise Skip("the tarball holds no debian/")
    equal(re.match(r"gimp-conv-layer \((.+)-[^-]+\) ", read("debian", "changelog"))[1], version(), "debian/changelog")


# ---- the icon ----

def icon():
    if not shutil.which("rsvg-convert") or not shutil.which("convert"):
        raise Skip("no rsvg-convert or no convert here (Debian: librsvg2-bin, imagemagick)")
    with tempfile.TemporaryDirectory() as folder:
        drawn = os.path.join(folder, "drawn.png")
        subprocess.run(["rsvg-convert", os.path.join(SOURCE, "plugin", "conv-layer.svg"), "-o", drawn], check=True)
        pixels = [subprocess.run(["convert", path, "-depth", "8", "rgba:-"], check=True, stdout=subprocess.PIPE).stdout
                  for path in (drawn, os.path.join(SOURCE, "plugin", "conv-layer.png"))]
    equal(len(pixels[0]), 48 * 48 * 4, "the icon's size")
    true(pixels[0] == pixels[1], "conv-layer.png is not what conv-layer.svg draws: rsvg-convert makes it")


# ---- the Flatpak ----

def flatpak():
    manifest = json.loads(read("packages", ID + ".json"))
    equal(manifest["id"], ID)
    equal(manifest["runtime"], "org.gimp.GIMP")
    true(manifest["build-extension"], "it is an extension")
    prefix = manifest["build-options"]["prefix"]
    equal(prefix, "/app/extensions/ConvLayer")
    module, = manifest["modules"]
    equal(module["buildsystem"], "meson")
    options = re.findall(r"^option\('([^']+)'", read("meson_options.txt"), re.M)
    given = dict(option[2:].split("=") for option in module["config-opts"])
    true(set(given) <= set(options), "options %r, the build has %r" % (sorted(given), options))
    equal(given["folder"], prefix, "the folder that GIMP looks into")
    source, = module["sources"]
    equal(source["type"], "dir")
    true(os.path.samefile(os.path.join(SOURCE, "packages", source["path"]), SOURCE), "the source is this tree")


# ---- the environment ----

# What a shell has of its own, and what no script means as a switch.
SHELL = {"BASH_SOURCE", "EUID", "PWD", "SECONDS", "PATH", "LANG", "LC_ALL", "PIPESTATUS", "RANDOM"}


def files(pattern):
    found = glob.glob(os.path.join(SOURCE, pattern))
    for folder in SOURCES:
        found += glob.glob(os.path.join(SOURCE, folder, "**", pattern), recursive=True)
    return sorted(found)


def read_by(path):
    """The variables that one source file reads: {name: line}."""
    with open(path, encoding="utf-8") as stream:
        text = stream.read()
    if path.endswith(".py"):
        names = re.findall(r'environ(?:\.get\(|\[)"([A-Z0-9_]+)"', text) + re.findall(r'getenv\("([A-Z0-9_]+)"', text)
    elif path.endswith((".c", ".h")):
        names = re.findall(r'getenv \("([A-Z0-9_]+)"\)', text)
        true(len(names) == len(re.findall(r"\bg?_?getenv \(", text)), path + ": a variable whose name is not a literal")
    else:
        text = re.sub(r"^\s*#.*$", "", text, flags=re.M)
        own = set(re.findall(r"(?<![A-Za-z0-9_$])([A-Z][A-Z0-9_]+)=", text)) - set(
            re.findall(r"\$\{([A-Z][A-Z0-9_]+):?[-=?+]", text))
        names = set(re.findall(r"\$\{?#?([A-Z][A-Z0-9_]{1,})\b", text)) - own - SHELL
    return set(names)


def switches():
    found = {}
    for pattern in "*.c", "*.h", "*.py", "*.sh", "run":
        for path in files(pattern):
            for name in read_by(path):
                found.setdefault(name, os.path.relpath(path, SOURCE))
    return found


def environment_complete():
    found, page = switches(), read("docs", "environment.md")
    true(len(found) >= 20, "the search finds too little: %r" % sorted(found))
    for known in "CONV2D_CPU", "CONV_LAYER_KEEP", "DEBIAN_MIRROR":
        true(known in found, "the search does not find " + known)
    missing = sorted("%s (%s)" % item for item in found.items() if "`%s`" % item[0] not in page)
    true(not missing, "docs/environment.md does not tell of " + ", ".join(missing))


def environment_true():
    sources = "".join(read(path) for pattern in ("*.c", "*.h", "*.py", "*.sh", "run", "meson.build")
                      for path in files(pattern) if not path.endswith("test-packages.py"))
    rows = [line.split("|")[1] for line in read("docs", "environment.md").splitlines() if line.startswith("| `")]
    names = [name for row in rows for name in re.findall(r"`([^`]+)`", row)]
    true(len(names) >= 20, "the page has too few rows: %r" % names)
    equal(sorted(set(names)), sorted(names), "each once")
    gone = [name for name in names if not re.search(r"\b%s\b" % name, sources)]
    true(not gone, "docs/environment.md tells of %s, which nothing reads" % ", ".join(gone))


def main():
    report = Report()
    for name, case in (("version/news", news), ("version/metainfo", metainfo), ("version/debian", changelog),
                       ("icon", icon), ("flatpak", flatpak), ("environment/complete", environment_complete),
                       ("environment/true", environment_true)):
        report.run("packages/" + name, case)
    return report.done()


sys.exit(main())
