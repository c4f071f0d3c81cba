#!/usr/bin/python3
# peers.py: the core beside OpenCV, oneDNN and PyTorch: the same convolutional
# layer (all pre-ReLU and all post-ReLU maps) over the same data, one after the
# other in one process, after their results were seen to agree.  Needs NumPy;
# a peer that is not installed is left out with a word.  Debian's packages
# belong to /usr/bin/python3.
"""usage: peers.py BUILD-FOLDER [--rounds N] [--only TEXT] [--side N] [--large-pages]

Prints one line for each case and peer: the median times and their ratio, peer
over core, and the largest difference between the two results, in units of a
filter's weights.
  --rounds N   of every case (15)
  --only TEXT  cases with TEXT in their name
  --side N     of the large picture (4096)
  --large-pages  all planes, the peers' too, in pages of 2 MB, as a process does not get them by itself: with the small
               ones much of the time of whoever is quick goes to page tables
Packages: python3-numpy, python3-opencv, python3-torch, libdnnl-dev (oneDNN)."""

import argparse
import ctypes
import os
import statistics
import subprocess
import sys
import time

import numpy

try:
    import cv2
except ImportError:
    cv2 = None
try:
    import torch
except ImportError:
    torch = None

SMALL = 1024
NOTEBOOK = numpy.array([[-1, -1, 1, 1]] * 4, numpy.float32)

# mallopt's parameters.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4


def pointer(array):
    return array.ctypes.data_as(ctypes.POINTER(ctypes.c_float))


def planes(count, height, width):
    """Planes that were written before: fresh pages cost many times more."""
    return [numpy.ones((height, width), numpy.float32) for _ in range(count)]


def padded_planes(count, height, width):
    """The same, every row at a multiple of 64 bytes, so that it can be streamed
    whole; planes a multiple of a page apart would share cache sets."""
    pitch = (width + 15) // 16 * 16
    made = []
    for i in range(count):
        memory = numpy.ones(pitch * height + 80 * 16 * count + 16, numpy.float32)
        start = -(memory.ctypes.data // 4) % 16 + 80 * 16 * i
        made.append(memory[start:start + pitch * height].reshape(height, pitch)[:, :width])
    return made


class Core:
    name = "core"

    def __init__(self, library, case):
        self.library, self.threads = library, case.threads
        self.weights = case.weights.copy()
        self.input = case.input
        count, rows, columns = self.weights.shape
        self.planes = padded_planes(2 * count, *case.size)
        self.pointers = (ctypes.POINTER(ctypes.c_float) * (2 * count))(*map(pointer, self.planes))
        self.stride = self.planes[0].strides[0]
        self.core = library.peers_core_new(pointer(self.input), self.input.shape[1], self.input.shape[0],
                                           pointer(self.weights), count, rows, columns)

    def run(self):
        if self.library.peers_core_run(self.core, self.pointers, self.stride, self.threads):
            raise MemoryError("the core found no memory")

    def maps(self):
        return self.planes

    def close(self):
        self.library.peers_core_free(self.core)


class Limit:
    """No peer: what streaming as many floats to the core's planes takes."""

    name = "(streaming limit)"

    def __init__(self, core):
        self.core = core

    def run(self):
        self.core.library.peers_limit_run(self.core.core, self.core.pointers, self.core.stride, self.core.threads)

    def close(self):
        pass


class OpenCV:
    """filter2D for each filter, then max; the outputs are reused."""

    name = "OpenCV"

    def __init__(self, case):
        self.case = case
        self.count = len(case.weights)
        self.planes = planes(2 * self.count, *case.input.shape)
        cv2.setNumThreads(case.threads)

    def run(self):
        for i, weights in enumerate(self.case.weights):
            cv2.filter2D(self.case.input, cv2.CV_32F, weights, self.planes[i], (0, 0), 0, cv2.BORDER_CONSTANT)
            cv2.max(self.planes[i], 0.0, self.planes[self.count + i])

    def maps(self):
        # With the anchor at the first weight the valid part comes first.
        height, width = self.case.size
        return [plane[:height, :width] for plane in self.planes]

    def close(self):
        pass


class OneDNN:
    """Planned once, buffers reused; the faster of its two ways to planes."""

    def __init__(self, library, case):
        self.library = library
        self.weights = case.weights.copy()
        count, rows, columns = self.weights.shape
        self.pre = numpy.ones((count, *case.size), numpy.float32)
        self.post = numpy.ones((count, *case.size), numpy.float32)
        set_threads(case.threads)
        plans = [library.peers_onednn_new(pointer(case.input), case.input.shape[1], case.input.shape[0],
                                          pointer(self.weights), count, rows, columns, pointer(self.pre),
                                          pointer(self.post), blocked) for blocked in (0, 1)]
        plans = [plan for plan in plans if plan]
        if not plans:
            raise RuntimeError("oneDNN refused the convolution")
        # Its reference takes minutes where there is something better.
        able = [plan for plan in plans if not self.implementation(plan).startswith("ref")] or plans
        self.plan = able[0]
        if len(able) > 1:
            self.plan = min(able, key=lambda plan: min(timed(lambda: self.execute(plan)) for _ in range(3)))
        for plan in plans:
            if plan != self.plan:
                library.peers_onednn_free(plan)
        self.name = "oneDNN " + self.implementation(self.plan)

    def implementation(self, plan):
        return self.library.peers_onednn_implementation(plan).decode()

    def execute(self, plan):
        if self.library.peers_onednn_run(plan):
            raise RuntimeError("oneDNN failed")

    def run(self):
        self.execute(self.plan)

    def maps(self):
        return [*self.pre, *self.post]

    def close(self):
        self.library.peers_onednn_free(self.plan)


class OneDNNInPyTorch:
    """Where libdnnl-dev is not at hand: PyTorch's own call of oneDNN."""

    name = "oneDNN in PyTorch"

    def __init__(self, case):
        self.threads = case.threads
        self.input = torch.from_numpy(case.input)[None, None]
        self.weights = torch.from_numpy(case.weights)[:, None]
        self.results = ()

    def run(self):
        torch.set_num_threads(self.threads)
        with torch.no_grad():
            self.results = ()
            pre = torch.mkldnn_convolution(self.input, self.weights, None, (0, 0), (1, 1), (1, 1), 1)
            self.results = pre, torch.relu(pre)

    def maps(self):
        return [plane for result in self.results for plane in result[0].numpy()]

    def close(self):
        self.results = ()


class PyTorch:
    """nn.Conv2d and relu, as the notebook calls them."""

    name = "PyTorch, notebook"

    def __init__(self, case):
        self.threads = case.threads
        self.input = torch.from_numpy(case.input)[None, None]
        count, rows, columns = case.weights.shape
        self.layer = torch.nn.Conv2d(1, count, kernel_size=(rows, columns), bias=False)
        self.layer.weight = torch.nn.Parameter(torch.from_numpy(case.weights)[:, None].clone())
        self.results = ()

    def run(self):
        torch.set_num_threads(self.threads)
        self.results = ()
        pre = self.layer(self.input)
        self.results = pre, torch.nn.functional.relu(pre)

    def maps(self):
        return [plane for result in self.results for plane in result.detach()[0].numpy()]

    def close(self):
        self.results = ()


class WarmPyTorch(PyTorch):
    """The same, but what is freed is kept and given out again."""

    name = "PyTorch, warm heap"


class Case:
    def __init__(self, name, side, weights, threads=1):
        self.name, self.side, self.weights, self.threads = name, side, weights, threads
        self.size = (side - weights.shape[1] + 1, side - weights.shape[2] + 1)
        self.input = None

    def fill(self):
        codes = numpy.random.default_rng(1).integers(0, 256, (self.side, self.side))
        self.input = codes.astype(numpy.float32) / 255


def random_filters(count, size):
    return numpy.random.default_rng(size).uniform(-1, 1, (count, size, size)).astype(numpy.float32)


def all_cases(side):
    derived = numpy.stack([NOTEBOOK, -NOTEBOOK, NOTEBOOK.T, -NOTEBOOK.T])
    large = f"{side * side / 1e6:.1f} Mpx"
    small = f"{SMALL * SMALL / 1e6:.1f} Mpx"
    for threads in (1, 2):
        yield Case(f"notebook's 4 filters 4x4, {large}", side, derived, threads)
    for size in (3, 4, 5, 7, 9, 11, 13, 15, 31):
        yield Case(f"4 filters {size}x{size}, {small}", SMALL, random_filters(4, size))
    yield Case(f"64 filters 4x4, {small}", SMALL, random_filters(64, 4))


def timed(function):
    start = time.perf_counter()
    function()
    return (time.perf_counter() - start) * 1000


def set_threads(threads):
    """OpenMP's, for oneDNN."""
    if torch:
        torch.set_num_threads(threads)
    try:
        ctypes.CDLL("libgomp.so.1").omp_set_num_threads(threads)
    except OSError:
        pass


def difference(ours, theirs, case):
    """The largest one, in units of what a filter's weights can sum up to."""
    scale = numpy.abs(case.weights).sum(axis=(1, 2)).max()
    return max(float(numpy.abs(a - b).max()) for a, b in zip(ours, theirs)) / float(scale)


def compare(case, core, peers, rounds):
    """Prints the case's lines: peers and core take turns, and of two runs in a row the second counts: what another left
    in the caches to be written back would fall on the first."""
    core.run()
    agreed = []
    for peer in peers:
        peer.run()
        apart = difference(core.maps(), peer.maps(), case)
        # Float32 sums in another order, or a Fourier transform, and no more.
        if not apart < 2e-5:
            sys.exit(f"peers.py: {case.name}: {peer.name} differs from the core by {apart:g} of the filter's weights")
        agreed.append((peer, apart))
    limit = Limit(core)
    times = {member: [] for member in [limit, core, *peers]}
    for _ in range(rounds):
        for member, list_of in times.items():
            member.run()
            list_of.append(timed(member.run))
    ours = statistics.median(times[core])
    for peer, apart in [(limit, None), *agreed]:
        theirs = statistics.median(times[peer])
        line = f"{case.name:36} {case.threads:7} {peer.name:20} {theirs:9.2f} {ours:9.2f} {theirs / ours:7.2f}"
        print(line if apart is None else f"{line} {apart:9.1e}", flush=True)
    for member in times:
        member.close()


def load(build, name):
    """A helper of the build folder, built first; None when it cannot be."""
    path = os.path.join(build, "tests", f"lib{name}.so")
    built = subprocess.run(["ninja", "-C", build, f"tests/lib{name}.so"], capture_output=True, check=False)
    if built.returncode:
        return None
    library = ctypes.CDLL(path)
    floats = ctypes.POINTER(ctypes.c_float)
    if name == "peers-core":
        library.peers_core_set.restype = ctypes.c_char_p
        library.peers_core_new.restype = ctypes.c_void_p
        library.peers_core_new.argtypes = [floats, ctypes.c_int, ctypes.c_int, floats] + [ctypes.c_int] * 3
        for run in (library.peers_core_run, library.peers_limit_run):
            run.argtypes = [ctypes.c_void_p, ctypes.POINTER(floats), ctypes.c_ssize_t, ctypes.c_int]
        library.peers_core_free.argtypes = [ctypes.c_void_p]
    else:
        library.peers_onednn_new.restype = ctypes.c_void_p
        library.peers_onednn_new.argtypes = ([floats, ctypes.c_int, ctypes.c_int, floats] + [ctypes.c_int] * 3
                                             + [floats, floats, ctypes.c_int])
        library.peers_onednn_implementation.restype = ctypes.c_char_p
        library.peers_onednn_implementation.argtypes = [ctypes.c_void_p]
        library.peers_onednn_run.argtypes = [ctypes.c_void_p]
        library.peers_onednn_free.argtypes = [ctypes.c_void_p]
    return library


def keep_the_heap():
    """From here on nothing freed goes back to the system (glibc)."""
    libc = ctypes.CDLL(None)
    libc.mallopt(M_MMAP_MAX, 0)
    libc.mallopt(M_TRIM_THRESHOLD, -1)


def use_large_pages():
    """glibc reads it when a process starts."""
    if "GLIBC_TUNABLES" not in os.environ:
        os.environ["GLIBC_TUNABLES"] = "glibc.malloc.hugetlb=1"
        os.execv(sys.executable, [sys.executable, *sys.argv])


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="")
    parser.add_argument("--side", type=int, default=4096)
    parser.add_argument("--large-pages", action="store_true")
    options = parser.parse_args()
    if options.large_pages:
        use_large_pages()
    library = load(options.build, "peers-core")
    if not library:
        sys.exit(f"peers.py: {options.build} cannot build tests/libpeers-core.so")
    onednn = load(options.build, "peers-onednn")

    print(f"core: {library.peers_core_set().decode()}; medians of {options.rounds} rounds; "
          f"OpenCV {cv2.__version__ if cv2 else 'is not here (python3-opencv)'}, "
          f"PyTorch {torch.__version__ if torch else 'is not here (python3-torch)'}, "
          f"oneDNN {'2' if onednn else 'is not here (libdnnl-dev, version 2)'}")
    print(f"{'case':36} {'threads':>7} {'peer':20} {'peer ms':>9} {'core ms':>9} {'ratio':>7} {'apart':>9}")
    cases = [case for case in all_cases(options.side) if options.only in case.name]
    # First what needs a heap as a process has it; there is no way back.
    for warm in (False, True):
        if warm:
            keep_the_heap()
        for case in cases:
            peers = []
            case.fill()
            if not warm and torch and case.name.startswith("notebook"):
                peers = [PyTorch(case)]
            elif warm:
                peers += [OpenCV(case)] if cv2 else []
                peers += [OneDNN(onednn, case)] if onednn else [OneDNNInPyTorch(case)] if torch else []
                peers += [WarmPyTorch(case)] if torch else []
            if peers:
                compare(case, Core(library, case), peers, options.rounds)
            case.input = None


if __name__ == "__main__":
    main()
