#!/usr/bin/env python3
# test-registration.py: how GIMP knows the procedure: its menu, the image types
# it is offered for, and every argument with type and default, as the
# interface promises them.  Runs no filter.

import re

from host import DEFAULTS, HOST, Profile, main, read_scheme
from tap import equal, true

TYPES_2 = {str: 4, bool: 0, int: 0, float: 3}


def find(tree, head):
    """The first list in TREE that begins with HEAD."""
    if isinstance(tree, list):
        if tree and tree[0] == head:
            return tree
        for item in tree:
            found = find(item, head)
            if found:
                return found
    return None


def run(report):
    profile = Profile(known=False)
    try:
        code, log = profile.start("(gimp-message \"started\")")
        # Icons stand in it as raw bytes.
        with open(profile.path + "/pluginrc", encoding="utf-8", errors="replace") as stream:
            text = "\n".join(line for line in stream.read().splitlines() if not line.startswith("#"))
    finally:
        profile.remove()
    start = text.find('(proc-def "plug-in-conv-layer"')
    report.run("registration/known", true, start >= 0, "pluginrc has no plug-in-conv-layer: " + log[-800:])
    if start < 0:
        return
    own, _ = read_scheme(text[start:])

    def menu():
        flat = repr(own)
        true("<Image>/Filters/Generic" in flat, "the menu path: " + flat)
        true(re.search("Convolutional _?Layer…", flat.replace("\\u2026", "…")), "the menu label: " + flat)

    def types():
        true(any(item in ("RGB*, GRAY*", "RGB* GRAY*", "RGB*,GRAY*") for item in own if isinstance(item, str)),
             "the image types: %r" % own)

    def help():
        texts = [item for item in own if isinstance(item, str) and len(item) > 40]
        true(len(texts) >= 2, "blurb and help: %r" % own)

    def icon():
        flat = text[start:start + 20000]
        true(re.search(r"\(icon (icon-name|pixbuf|image-file)", flat), "no icon: " + flat[:600])

    def arguments():
        found = [item for item in own if isinstance(item, list) and item and item[0] == "proc-arg"]
        if HOST.generation == 2:
            names = [item[2] for item in found]
            equal(names[:3], ["run-mode", "image", "drawable"])
            equal([name.replace("_", "-") for name in names[3:14]], list(DEFAULTS), "names and order")
            returned = found[14:]
            equal(len(returned), 1, "return values")
        else:
            names = [find(item, "proc-arg")[2] if isinstance(item[2], str) else item[1] for item in found]
            flat = repr(found)
            at = -1
            for name in ["run-mode", "image", "drawables"] + list(DEFAULTS) + ["layers"]:
                next_at = flat.find("'%s'" % name, at + 1)
                true(next_at > at, "argument %s is not there, or not in its order: %s" % (name, flat))
                at = next_at

    def figure():
        head = "plug-in-conv-layer-figure" if HOST.generation == 2 else "plug-in-conv-layer"
        at = text.find('(proc-def "%s"' % head)
        true(at >= 0, "there is no " + head)
        found, _ = read_scheme(text[at:])
        arguments = [item for item in found if isinstance(item, list) and item and item[0] == "proc-arg"]
        if HOST.generation == 2:
            equal([item[2] for item in arguments][:-1],
                  ["run-mode", "image", "drawable"] + list(DEFAULTS) + ["figure"], "names and order")
            true("<Image>" not in repr(found), "it stands in a menu")
        else:
            flat = repr(arguments)
            true(-1 < flat.find("'group'") < flat.find("'figure'") < flat.find("'layers'"), "the order: " + flat)

    report.run("registration/menu", menu)
    report.run("registration/image-types", types)
    report.run("registration/help", help)
    report.run("registration/icon", icon)
    report.run("registration/arguments", arguments)
    report.run("registration/figure", figure)


main(run)
