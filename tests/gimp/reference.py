# reference.py: the convolutional layer in plain Python, straight from its
# definition: what the maps must hold, where they lie, what they are called.
# For small images; shares no code with the plug-in and knows no GIMP.

import math
import struct

from host import DEFAULTS
from xcf import COMPONENTS

# Codes of Matplotlib's gray colour map that are one less than their index.
_LESS = {33, 37, 41, 45, 49, 53, 57, 61, 66, 74, 82, 90, 98, 106, 114, 122, 132, 148, 164, 180, 196, 212, 228, 244}
GRAY_MAP = [i - (i in _LESS) for i in range(256)]

_FLOAT = struct.Struct("f")


def f32(x):
    """X rounded to float32."""
    try:
        return _FLOAT.unpack(_FLOAT.pack(x))[0]
    except OverflowError:
        return math.copysign(math.inf, x)


def fmaf(a, b, c):
    """a * b + c of float32 numbers, rounded to float32 once."""
    product = a * b  # exact in a double
    total = product + c
    if not math.isfinite(total):
        return total
    # Round to odd, so that the second rounding cannot go astray.
    back = total - product
    rest = (product - (total - back)) + (c - back)
    if rest != 0:
        (bits,) = struct.unpack("q", struct.pack("d", total))
        if bits & 1 == 0:
            away = (rest > 0) == (total > 0)
            (total,) = struct.unpack("d", struct.pack("q", bits + (1 if away else -1)))
    return f32(total)


class Matrix:
    """A filter, with the operations the variants know."""

    def __init__(self, rows):
        self.rows = [list(row) for row in rows]

    @property
    def T(self):
        return Matrix(zip(*self.rows))

    def __neg__(self):
        return Matrix([[-x for x in row] for row in self.rows])

    def __add__(self, other):
        return Matrix([[a + b for a, b in zip(p, q)] for p, q in zip(self.rows, other.rows)])

    def __sub__(self, other):
        return self + -other

    def __rmul__(self, factor):
        return Matrix([[factor * x for x in row] for row in self.rows])

    def __truediv__(self, divisor):
        return Matrix([[x / divisor for x in row] for row in self.rows])


def parse_filter(text):
    """Rows parted by `;', numbers by blanks; fractions."""
    def number(word):
        top, _, bottom = word.partition("/")
        return float(top) / float(bottom or 1)
    return Matrix([[number(word) for word in row.split()] for row in text.split(";")])


def _variants(text, f):
    shapes = {
        "f": f,
        "rot90": lambda m: Matrix(list(zip(*m.rows))[::-1]),
        "rot180": lambda m: Matrix([row[::-1] for row in m.rows[::-1]]),
        "rot270": lambda m: Matrix([row[::-1] for row in zip(*m.rows)]),
        "fliplr": lambda m: Matrix([row[::-1] for row in m.rows]),
        "flipud": lambda m: Matrix(m.rows[::-1]),
    }
    names = [name.strip() for name in text.split(",")]
    return names, [eval(name, {"__builtins__": {}}, shapes) for name in names]


def encode(linear):
    """Linear light to sRGB's code, both from 0 to 1 (and beyond)."""
    if linear > 0.003130804954:
        return 1.055 * linear ** (1 / 2.4) - 0.055
    return 12.92 * linear


def decode(code):
    if code > 0.04045:
        return ((code + 0.055) / 1.055) ** 2.4
    return code / 12.92


def gray(pixels, base_type, precision, kind="opencv"):
    """The plane the filters see, float32, of PIXELS: tuples of an image's codes."""
    component, size, letter = COMPONENTS[precision // 100]
    linear = precision % 100 == 0
    integer = letter in "BHI"
    whole = 256 ** size - 1
    exact = integer and size <= 2
    plane = []
    for pixel in pixels:
        colours = pixel[:1] if base_type == 1 else pixel[:3]
        if exact and linear:
            colours = [int(encode(c / whole) * whole + 0.5) for c in colours]
        elif not exact:
            colours = [c / whole if integer else c for c in colours]
            if linear:
                colours = [encode(c) for c in colours]
        if base_type == 1:
            code = colours[0]
        elif kind == "opencv":
            red, green, blue = colours
            if exact:
                code = (9798 * red + 19235 * green + 3735 * blue + 16384) >> 15
            else:
                code = fmaf(f32(red), f32(.299), fmaf(f32(green), f32(.587), f32(f32(.114) * f32(blue))))
        elif kind == "luminance":
            red, green, blue = (decode(c / whole if exact else c) for c in colours)
            code = encode(0.22248840 * red + 0.71690369 * green + 0.06060791 * blue)
            code = int(code * whole + 0.5) / whole if exact else code
            plane.append(f32(code))
            continue
        else:
            code = colours[("red", "green", "blue").index(kind)]
        plane.append(f32(code / f32(whole)) if exact else f32(code))
    return plane


class Map:
    """One activation map: VALUES row by row, and what is to be told of it."""

    def __init__(self, number, variant, stage, values):
        self.number, self.variant, self.stage, self.values = number, variant, stage, values
        finite = [v for v in values if math.isfinite(v)] or [0.0]
        self.min, self.max = min(finite), max(finite)
        self.black = self.white = None

    @property
    def name(self):
        return "Output %d: %s, %s [%.5g, %.5g]" % (self.number, self.variant, self.stage, self.min, self.max)


class Maps:
    """All maps of PLANE (WIDTH x HEIGHT, float32) for OPTIONS under their arguments' names."""

    def __init__(self, plane, width, height, **options):
        o = dict(DEFAULTS)
        o.update((name.replace("_", "-"), value) for name, value in options.items())
        self.options = o
        names, filters = _variants(o["variants"], parse_filter(o["filter"]))
        rows, columns = len(filters[0].rows), len(filters[0].rows[0])
        stride, dilation, bias = o["stride"], o["dilation"], f32(o["bias"])
        reach_y, reach_x = dilation * (rows - 1), dilation * (columns - 1)
        padding = o["padding"]
        if padding == "valid":
            top = left = bottom = right = 0
        elif padding == "same":
            top, left = reach_y // 2, reach_x // 2
            bottom, right = reach_y - top, reach_x - left
        else:
            numbers = [int(word) for word in padding.split(",")]
            top = bottom = numbers[0]
            left = right = numbers[-1]
        self.width = (width + left + right - reach_x - 1) // stride + 1
        self.height = (height + top + bottom - reach_y - 1) // stride + 1
        self.x, self.y = reach_x // 2 - left, reach_y // 2 - top

        def place(at, size):
            mode = o["padding-mode"]
            if 0 <= at < size:
                return at
            if mode == "zeros":
                return None
            if mode == "replicate":
                return min(max(at, 0), size - 1)
            if mode == "circular":
                return at % size
            return -at if at < 0 else 2 * (size - 1) - at

        padded = []
        for y in range(-top, height + bottom):
            row = place(y, height)
            line = []
            for x in range(-left, width + right):
                column = place(x, width)
                line.append(0.0 if row is None or column is None else plane[row * width + column])
            padded.append(line)
        pre, post = [], []
        for n, weights in enumerate(filters):
            taps = [(i * dilation, j * dilation, f32(weights.rows[i][j])) for i in range(rows) for j in range(columns)]
            values = []
            for y in range(self.height):
                for x in range(self.width):
                    total = 0.0
                    for i, j, weight in taps:
                        total = fmaf(weight, padded[y * stride + i][x * stride + j], total)
                    values.append(f32(total + bias))
            pre.append(Map(n + 1, names[n], "pre-ReLU", values))
            post.append(Map(n + 1, names[n], "post-ReLU", [v if v != v else max(0.0, v) for v in values]))
        for maps in pre, post:
            for m in maps:
                m.black, m.white = m.min, m.max
                if o["scale"] == "shared":
                    m.black, m.white = min(k.min for k in maps), max(k.max for k in maps)
                elif o["scale"] == "symmetric":
                    m.white = max(abs(m.min), abs(m.max))
                    m.black = -m.white
                elif o["scale"] == "raw":
                    m.black, m.white = 0.0, 1.0
        self.pre = pre if o["maps"] != "post-relu" else []
        self.post = post if o["maps"] != "pre-relu" else []

    @property
    def all(self):
        return self.pre + self.post

    def tree(self):
        """What stands above the source, as XCF.names gives it."""
        pre, post = [m.name for m in self.pre], [m.name for m in self.post]
        if not self.options["group"]:
            return pre + post
        groups = [["pre-ReLU", pre]] if pre else []
        groups += [["post-ReLU", post]] if post else []
        return [["Convolutional layer", groups]]

    def units(self, m):
        """The values from 0 to 1 that stand for M's, unrounded float32."""
        if self.options["scale"] == "raw":
            return m.values
        black, white = f32(m.black), f32(m.white)
        if black == white:
            return [0.0] * len(m.values)
        span = f32(white - black)
        units = [f32(f32(v - black) / span) for v in m.values]
        # What is not finite is no part of the range; NaN is black.
        return [0.0 if u != u else min(max(u, 0.0), 1.0) for u in units]

    def codes(self, m):
        """M's pixels in an 8-bit image; not for raw ones."""
        return [GRAY_MAP[min(int(256 * u), 255)] for u in self.units(m)]

    def clipped(self):
        """How many pixels a raw map in an integer precision loses."""
        return sum(not 0 <= v <= 1 for m in self.all for v in m.values)
