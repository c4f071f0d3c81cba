#!/usr/bin/env python3
# test-faults.py: the plug-in is killed at random moments and by Cancel, gets too
# little memory, a full disk, a profile it cannot write to, and loses its GIMP:
# afterwards the image is the one before or the complete result, and nothing is
# left running.  CONV_LAYER_KILLS sets how many moments are tried (20 without it).

import hashlib
import os
import random
import shutil
import signal
import subprocess
import time

from host import EXECUTABLE, HOST, Batch, Profile, main, plain_message, scheme
from images import components
from tap import Skip, chosen, equal, true
from window import Dialog, Window, missing, open_dialog
from xcf import CHANNELS
from xcf_writer import Layer, write

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH, HEIGHT = 900, 700


def source(path, width=WIDTH, height=HEIGHT):
    row = components(width * CHANNELS[0])
    write(path, width, height, [Layer("photo", width, height, 0, row * height, active=True)])


def content(xcf):
    """All of an image that counts."""
    return [(layer.name, layer.width, layer.height, layer.x, layer.y, None if layer.is_group else layer.bytes,
             sorted(layer.parasites.items())) for layer in xcf.all_layers]


class Plan:
    """What is to happen to the runs of one batch, in order."""

    def __init__(self, **more):
        self.profile = Profile(more.pop("gimprc", ""))
        self.path = self.profile.file("plan.txt")
        self.lines = []
        self.batch = Batch(self.profile, GIMP_PLUGIN_DEBUG_WRAP="conv-layer",
                           GIMP_PLUGIN_DEBUG_WRAPPER="bash %s %s" % (os.path.join(HERE, "fault-wrapper.sh"), self.path),
                           **more)
        self.input = self.profile.file("in.xcf")
        self.complete = None
        self.contents = {} # of files, by their digest

    def add(self, name, line, check, **options):
        """A run of the filter under LINE; CHECK gets the result, the image's content after it, and whether it is new."""
        self.lines.append(line)

        def body(case):
            return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
              (t-clean image)
              (t-run "call" (lambda () %s))
              (t-record "dirty" (t-dirty image))
              (t-save image %s)
              (gimp-image-delete image))""" % (scheme(self.input), HOST.call(**options), case.path("after.xcf"))

        def checked(result):
            check(result, self.content_once(result))

        self.batch.case(name, body, checked).may_crash = True

    def content_once(self, result):
        """content() of what was saved; most files are the same, byte by byte."""
        path = result.case.file("after.xcf")
        saved = result.xcf("after.xcf") # or it tells why there is none
        with open(path, "rb") as stream:
            digest = hashlib.sha256(stream.read()).digest()
        if digest not in self.contents:
            self.contents[digest] = content(saved)
        os.unlink(path)
        return self.contents[digest]

    def run(self, report):
        with open(self.path, "w") as stream:
            stream.write("".join(line + "\n" for line in self.lines))
        try:
            self.batch.run(report)
        finally:
            self.profile.remove()

    # ---- checks ----

    def is_complete(self, result, found):
        true(result["call"][0], "the call failed: %s" % (result["call"][1],))
        true(len(found) > 1, "no layers")
        self.complete = found

    def is_whole(self, result, found):
        """The one before, clean, after an error; or the complete result."""
        whole = self.is_whole_or_marked(result, found)
        true(whole or not result["dirty"], "the image counts as changed")
        return whole

    def is_whole_or_marked(self, result, found):
        """As is_whole(); but the image before may count as changed."""
        if found == self.complete:
            return True
        equal([layer[0] for layer in found], ["photo"], "layers")
        true(not result["call"][0], "the call tells of no error")
        return False

    def is_part(self, result, found):
        """As is_whole(); or, where maps come one by one, the first of them, each of them whole.  How many came."""
        count = len(found) - 1
        equal(found[-1], self.complete[-1], "the source")
        true(found[:count] == self.complete[:count], "what came is not the first part of the maps")
        if count in (0, len(self.complete) - 1):
            # For GIMP the image is changed when the undo step begins, before the first map comes.
            self.is_whole_or_marked(result, found)
        return count


# ---- SIGKILL ----

def measured(report, name="", **options):
    """How long the plug-in lives, in seconds."""
    plan = Plan()
    source(plan.input)
    times = plan.profile.file("time.txt")
    for n in range(3):
        plan.add("faults/undisturbed%s-%d" % (name, n + 1), "measure %s-%d" % (times, n), plan.is_complete, **options)
    seconds = []
    remove = plan.profile.remove
    plan.profile.remove = lambda: None
    plan.run(report)
    for n in range(3):
        if os.path.exists("%s-%d" % (times, n)):
            with open("%s-%d" % (times, n)) as stream:
                seconds.append(int(stream.read()) / 1e6)
    remove()
    return sorted(seconds)[len(seconds) // 2] if seconds else 1


def kills(report):
    count = int(os.environ.get("CONV_LAYER_KILLS", "20"))
    seed = int(os.environ.get("CONV_LAYER_KILL_SEED", "1"))
    life = measured(report)
    print("# the plug-in lives for %.3f s" % life)
    plan = Plan()
    source(plan.input)
    plan.add("faults/complete", "", plan.is_complete)
    fates = {True: 0, False: 0}

    def check(result, found):
        fates[plan.is_whole(result, found)] += 1

    chance = random.Random(seed)
    for n in range(count):
        # Half of them about when the layers are put into the image.
        moment = chance.uniform(0, 1.05 * life) if n % 2 else chance.uniform(0.75 * life, 1.05 * life)
        plan.add("faults/kill-%d" % (n + 1), "kill %.4f" % moment, check)
    plan.run(report)
    print("# %d kills: %d left the image as it was, %d came after the complete result" % (count, fates[False], fates[True]))


# No call of GIMP's puts several layers into an image: without a group they come
# one by one, and who kills the plug-in then finds some of them, in one undo step.
ONE_BY_ONE = {"group": False, "variants": ", ".join("%d*f" % (n + 1) for n in range(16))}


def kills_without_group(report):
    count = int(os.environ.get("CONV_LAYER_KILLS", "20")) // 2
    chance = random.Random(int(os.environ.get("CONV_LAYER_KILL_SEED", "1")) + 1)
    life = measured(report, "-without-group", **ONE_BY_ONE)
    plan = Plan()
    source(plan.input)
    plan.add("faults/complete-without-group", "", plan.is_complete, **ONE_BY_ONE)
    fates = []
    for n in range(count):
        plan.add("faults/kill-without-group-%d" % (n + 1), "kill %.4f" % chance.uniform(0.6 * life, 1.05 * life),
                 lambda result, found: fates.append(plan.is_part(result, found)), **ONE_BY_ONE)
    plan.run(report)
    print("# %d kills without a group: %d left the image as it was, %d came after the complete result, %d left a part" % (
        count, fates.count(0), fates.count(32), len([fate for fate in fates if 0 < fate < 32])))


# ---- Cancel ----

SLOWLY = dict(ONE_BY_ONE, filter="; ".join(["1 -2 3 -4 5 -6 7 -8 9 -8 7 -6 5 -4 3"] * 9))


def cancel_button(window):
    """The image's window, and where in it the button is while something is under way: at the right end of the bottom."""
    number = window.wait(lambda: window.xdotool("search", "--onlyvisible", "--name", window.title), "the image's window")[-1]
    words = dict(word.split("=") for word in window.xdotool("getwindowgeometry", "--shell", number))
    return number, int(words["WIDTH"]) - 57, int(words["HEIGHT"]) - 19


def cancels(report):
    """The button beside the progress, at random moments, of maps that come one by one."""
    reason = missing()
    if reason:
        report.skip("faults/cancel", reason)
        return
    count = int(os.environ.get("CONV_LAYER_KILLS", "20")) // 5
    chance = random.Random(int(os.environ.get("CONV_LAYER_KILL_SEED", "1")) + 2)
    folder = Profile.scratch()
    path = os.path.join(folder, "undo-photo.xcf")
    source(path, 400, 300)
    # Most of its life it computes: the progress is what Cancel belongs to.
    window = Window(path, CONV2D_CPU="scalar")
    others = set(processes())
    known, fates = {}, []

    def ended():
        window.wait(lambda: not set(processes()) - others, "the plug-in to end")

    def complete():
        """The first run, by the menu: what it makes."""
        HOST.write_last_values(window.profile, SLOWLY)
        window.step("(t-clean (t-image))")
        known["before"] = content(window.save("before.xcf"))
        open_dialog(window, menu=True).press("Return")
        ended()
        known["complete"] = content(window.save("complete.xcf"))
        equal(len(known["complete"]), 33, "layers")
        undone()

    def undone():
        window.activate()
        window.keys("ctrl+z")
        window.wait_for_count(1, "after one undo")
        true(content(window.save("undone.xcf")) == known["before"], "one undo does not give the image back")

    def again():
        """The filter once more, until its process is there."""
        window.activate()
        window.keys("ctrl+f", pause=0)
        window.wait(lambda: set(processes()) - others, "the plug-in")

    def undisturbed():
        again()
        start = time.monotonic()
        ended()
        known["life"] = time.monotonic() - start
        window.wait_for_count(33, "repeated")
        undone()

    def cancelled(moment):
        """Pressed for a moment; or, without one, from the beginning for as long as the plug-in is there."""
        place = cancel_button(window)
        again()
        time.sleep(moment or 0)
        while True:
            window.xdotool("mousemove", "--window", *place, "click", "--repeat", 5, "--delay", 30, 1)
            if moment is not None or not set(processes()) - others:
                break
        ended()
        found = content(window.save("after.xcf"))
        fates.append(len(found) - 1)
        true(found in (known["before"], known["complete"]), "%d of 32 maps are there" % fates[-1])
        if len(found) > 1:
            undone()
        else:
            equal(window.step('(t-record "dirty" (t-dirty (t-image)))')["dirty"], 0, "dirty")
        true(moment is not None or len(found) == 1, "Cancel does not end a run")

    try:
        report.run("faults/cancel-complete", complete)
        report.run("faults/cancel-undisturbed", undisturbed)
        report.run("faults/cancel-at-once", cancelled, None)
        for n in range(count if "life" in known else 0):
            share = chance.uniform(0.1, 0.9) if n % 2 else chance.uniform(0.6, 1)
            report.run("faults/cancel-%d" % (n + 1), cancelled, share * known["life"])
        print("# Cancel pressed %d times in a life of %.1f s: %d left the image as it was, %d came too late" % (
            len(fates), known.get("life", 0), fates.count(0), fates.count(32)))
    finally:
        window.close()
        shutil.rmtree(folder, ignore_errors=True)


# ---- memory ----

def address_space(report):
    """12 million pixels, so that it takes more than a start."""
    plan = Plan()
    source(plan.input, 4000, 3000)
    fates = []

    def check(megabytes):
        def checked(result, found):
            whole = plan.is_whole(result, found)
            message = "complete" if whole else plain_message(result["call"][1])
            fates.append("%d MB: %s" % (megabytes, message))
            true(whole or (message.endswith(".") and "memory" in message), "no sentence: " + message)
        return checked

    # Whatever it takes to start there must be, from now on.
    plan.add("faults/address-space-free", "", plan.is_complete)
    plan.add("faults/address-space-free-again", "", plan.is_whole)
    for megabytes in range(160, 401, 20):
        plan.add("faults/address-space-%d" % megabytes, "as %d" % (megabytes * 1024), check(megabytes))
    for megabytes in 600, 800:
        plan.add("faults/address-space-%d" % megabytes, "as %d" % (megabytes * 1024), check(megabytes))
    plan.run(report)
    for fate in fates:
        print("# " + fate.replace("\n", " "))


# ---- disks ----

def in_own_mounts(command):
    """A command that runs where mounts are its own; a skip where that cannot be."""
    if os.geteuid() != 0 or not shutil.which("unshare"):
        raise Skip("only root can mount a disk for the test")
    unshare = ["unshare", "--mount"]
    if subprocess.run(unshare + ["true"], stderr=subprocess.DEVNULL).returncode != 0:
        # In a changed root that is no mount itself; nothing must go from here to others.
        with open("/proc/self/mountinfo", encoding="utf-8") as stream:
            if " shared:" in stream.read():
                raise Skip("mounts made here would be seen elsewhere")
        unshare += ["--propagation", "unchanged"]
    return unshare + ["--", "sh", "-c", command + '; exec "$@"', "sh"]


class Mounted(Profile):
    """A profile whose GIMP starts after COMMAND in mounts of its own."""

    def __init__(self, command, gimprc=""):
        Profile.__init__(self, gimprc)
        self.command = command

    def prefix(self):
        return in_own_mounts(self.command % {"profile": self.path, "folder": self.folder})


def one_run(report, name, profile, check, width=WIDTH, height=HEIGHT):
    batch = Batch(profile)
    path = profile.file("in.xcf")
    source(path, width, height)

    def body(case):
        return """(let* ((image (t-load %s)) (layer (t-layer image "photo")))
          (t-clean image)
          (t-run "call" (lambda () %s))
          (t-record "dirty" (t-dirty image))
          (t-record "count" (t-count image))
          (t-save image %s)
          (gimp-image-delete image))""" % (scheme(path), HOST.call(), case.path("after.xcf"))

    batch.case(name, body, check).may_crash = True
    try:
        batch.run(report)
    except Skip as reason:
        report.skip(name, str(reason))
    finally:
        profile.remove()


def disks(report):
    complete = []

    def is_first(result):
        true(result["call"][0], "the call failed")
        complete.extend(content(result.xcf("after.xcf")))

    def is_same(result):
        true(result["call"][0], "the call failed: %s" % (result["call"][1],))
        equal(content(result.xcf("after.xcf")), complete, "another result")

    one_run(report, "faults/usual-disk", Profile(), is_first)
    one_run(report, "faults/read-only-profile",
            Mounted("mount --bind %(profile)s %(profile)s && mount -o remount,bind,ro %(profile)s"), is_same)
    one_run(report, "faults/full-profile",
            Mounted("mount -t tmpfs -o size=4k none %(profile)s/conv-layer 2>/dev/null || true; "
                    "mkdir -p %(profile)s/conv-layer && mount -t tmpfs -o size=4k none %(profile)s/conv-layer && "
                    "head -c 4096 /dev/zero >%(profile)s/conv-layer/full"), is_same)
    # The plug-in's own GEGL swaps nothing, however little it may keep in memory.
    one_run(report, "faults/full-swap",
            Mounted("mkdir -p %(folder)s/swap && mount -t tmpfs -o size=4k none %(folder)s/swap",
                    '(swap-path "${gimp_dir}/../swap")\n'), is_same)


# ---- GIMP goes away ----

def processes():
    """Those of our plug-in: their ids."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                if os.path.realpath("/proc/%s/exe" % name) == os.path.realpath(EXECUTABLE):
                    found.append(int(name))
            except OSError:
                pass
    return found


def closed(report):
    """GIMP ends while the dialog computes: the plug-in does, too."""
    reason = missing()
    if reason:
        report.skip("faults/gimp-closed", reason)
        return
    folder = Profile.scratch()
    path = os.path.join(folder, "undo-photo.xcf")
    source(path, 3000, 2000)

    def case(how):
        others = set(processes())
        window = Window(path)
        try:
            window.activate()
            window.step("(t-clean (t-image))")
            window.keys("alt+r", "g")
            window.keys("l", pause=0)
            dialog = Dialog(window)
            window.wait(lambda: dialog.events("preview-request"), "the dialog computes", 60)
            true(set(processes()) - others, "there is no process of the plug-in")
            window.processes[-1].send_signal(how)
            window.wait(lambda: not set(processes()) - others, "the plug-in to end", 60)
        finally:
            window.close()

    for how in signal.SIGTERM, signal.SIGKILL:
        report.run("faults/gimp-closed-%s" % how.name.lower(), case, how)
    shutil.rmtree(folder, ignore_errors=True)


def run(report):
    for name, part in (("kill", kills), ("without-group", kills_without_group), ("cancel", cancels),
                       ("address-space", address_space), ("disks", disks), ("gimp-closed", closed)):
        if chosen(name):
            part(report)


main(run)
