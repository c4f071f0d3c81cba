# xcf.py: a small reader of GIMP's own files, so that tests see layers, names,
# offsets, parasites and pixels without asking GIMP.  Written from the format's
# description; knows nothing of the plug-in and must not use any code of GIMP.

import struct
import sys
import zlib

RGB, GRAY, INDEXED = 0, 1, 2

# Old files number the precisions in another way.
_PRECISION_4 = {0: 150, 1: 250, 2: 300, 3: 500, 4: 600}
_PRECISION_5 = {100: 100, 150: 150, 200: 200, 250: 250, 300: 300, 350: 350,
                400: 500, 450: 550, 500: 600, 550: 650}

# Component of each hundred of a precision: name, bytes, letter of struct.
COMPONENTS = {1: ("u8", 1, "B"), 2: ("u16", 2, "H"), 3: ("u32", 4, "I"),
              5: ("half", 2, "e"), 6: ("float", 4, "f"), 7: ("double", 8, "d")}
TRCS = {0: "linear", 50: "non-linear", 75: "perceptual"}

CHANNELS = {0: 3, 1: 4, 2: 1, 3: 2, 4: 1, 5: 2}
TYPE_NAMES = {0: "RGB", 1: "RGBA", 2: "GRAY", 3: "GRAYA", 4: "INDEXED", 5: "INDEXEDA"}

TILE = 64


def precision_name(precision):
    return COMPONENTS[precision // 100][0] + " " + TRCS[precision % 100]


class Item:
    """A layer, a group, a channel, a mask or the selection."""

    def __init__(self):
        self.name = ""
        self.width = self.height = 0
        self.type = None
        self.x = self.y = 0
        self.path = None
        self.is_group = False
        self.active = False
        self.visible = True
        self.is_selection = False
        self.parasites = {}
        self.children = []
        self.parent = None
        self.mask = None
        self.effects = 0
        self.props = {}
        self._read = None
        self._bytes = None

    @property
    def channels(self):
        return CHANNELS[self.type]

    @property
    def has_alpha(self):
        return self.type in (1, 3, 5)

    @property
    def type_name(self):
        return TYPE_NAMES[self.type]

    @property
    def bytes(self):
        """All pixels, row by row, components in this machine's byte order."""
        if self._bytes is None:
            self._bytes = self._read()
        return self._bytes

    def values(self):
        """All components as numbers, row by row."""
        letter = self.letter
        size = struct.calcsize(letter)
        return struct.unpack("=%d%s" % (len(self.bytes) // size, letter), self.bytes)

    def pixels(self):
        """All pixels as tuples of numbers, row by row."""
        v, n = self.values(), self.channels
        return [v[i:i + n] for i in range(0, len(v), n)]

    def __repr__(self):
        return "<%s %dx%d%+d%+d %s>" % (self.name, self.width, self.height, self.x, self.y, self.type_name)


class XCF:
    def __init__(self, path):
        with open(path, "rb") as stream:
            self.data = stream.read()
        data = self.data
        if data[:9] != b"gimp xcf ":
            raise ValueError("%s is not an XCF file" % path)
        word = data[9:13].decode("ascii")
        self.version = 0 if word == "file" else int(word[1:])
        self.at = 14
        self.width, self.height, self.base_type = self._u32(), self._u32(), self._u32()
        self.precision = 150
        if self.version >= 4:
            self.precision = self._u32()
            if self.version == 4:
                self.precision = _PRECISION_4[self.precision]
            elif self.version <= 6:
                self.precision = _PRECISION_5[self.precision]
        self.component, self.component_size, self.letter = COMPONENTS[self.precision // 100]
        self.trc = TRCS[self.precision % 100]
        self.compression = 0
        self.parasites = {}
        self.colormap = None
        self._image_properties()
        layers = self._pointers()
        channels = self._pointers()
        items = [self._layer(pointer) for pointer in layers]
        self.channels = [self._channel(pointer) for pointer in channels]
        self.selection = None
        for channel in list(self.channels):
            if channel.is_selection:
                self.selection = channel
                self.channels.remove(channel)
        self._tree(items)

    # ---- what the file is made of ----

    def _unpack(self, form):
        value = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value

    def _u32(self):
        return self._unpack("I")[0]

    def _pointer(self):
        return self._unpack("Q" if self.version >= 11 else "I")[0]

    def _pointers(self):
        found = []
        while True:
            pointer = self._pointer()
            if pointer == 0:
                return found
            found.append(pointer)

    def _string(self):
        length = self._u32()
        text = self.data[self.at:self.at + length]
        self.at += length
        return text[:-1].decode("utf-8")

    def _properties(self):
        while True:
            kind, length = self._u32(), self._u32()
            if kind == 0:
                return
            start = self.at
            yield kind, length
            self.at = start + length

    def _parasites(self, length):
        found, end = {}, self.at + length
        while self.at < end:
            name = self._string()
            flags, size = self._u32(), self._u32()
            found[name] = (flags, self.data[self.at:self.at + size])
            self.at += size
        return found

    def _image_properties(self):
        for kind, length in self._properties():
            if kind == 17:
                self.compression = self._unpack("B")[0]
            elif kind == 21:
                self.parasites.update(self._parasites(length))
            elif kind == 1:
                count = self._u32()
                self.colormap = [tuple(self._unpack("BBB")) for _ in range(count)]

    def _item_properties(self, item):
        for kind, length in self._properties():
            if kind in (2, 3):
                item.active = True
            elif kind == 4:
                item.is_selection = True
            elif kind == 8:
                item.visible = self._u32() != 0
            elif kind == 15:
                item.x, item.y = self._unpack("ii")
            elif kind == 21:
                item.parasites.update(self._parasites(length))
            elif kind == 29:
                item.is_group = True
            elif kind == 30:
                item.path = self._unpack("%dI" % (length // 4))
            item.props[kind] = self.data[self.at:self.at + length]

    def _layer(self, pointer):
        self.at = pointer
        item = Item()
        item.width, item.height, item.type = self._u32(), self._u32(), self._u32()
        item.name = self._string()
        self._item_properties(item)
        hierarchy, mask = self._pointer(), self._pointer()
        if self.version >= 20:
            item.effects = len(self._pointers())
        item.letter = self.letter
        item._read = lambda: self._hierarchy(hierarchy)
        if mask:
            item.mask = self._channel(mask)
        return item

    def _channel(self, pointer):
        self.at = pointer
        item = Item()
        item.width, item.height = self._u32(), self._u32()
        item.type = 2
        item.name = self._string()
        self._item_properties(item)
        hierarchy = self._pointer()
        item.letter = self.letter
        item._read = lambda: self._hierarchy(hierarchy)
        return item

    def _tree(self, items):
        """Items stand in the file top first, children after their group."""
        by_path = {}
        self.layers = []
        for item in items:
            if item.path is None or len(item.path) == 1:
                item.path = (len(self.layers),)
                self.layers.append(item)
            else:
                item.parent = by_path[item.path[:-1]]
                item.parent.children.append(item)
            by_path[item.path] = item
        self.all_layers = items

    # ---- pixels ----

    def _hierarchy(self, pointer):
        self.at = pointer
        width, height, size = self._u32(), self._u32(), self._u32()
        self.at = self._pointer()
        if (self._u32(), self._u32()) != (width, height):
            raise ValueError("the first level has another size than its hierarchy")
        tiles = self._pointers()
        columns = -(-width // TILE)
        if len(tiles) != columns * (-(-height // TILE)):
            raise ValueError("%d tiles for %dx%d pixels" % (len(tiles), width, height))
        out = bytearray(width * height * size)
        for n, start in enumerate(tiles):
            x, y = n % columns * TILE, n // columns * TILE
            w, h = min(TILE, width - x), min(TILE, height - y)
            tile = self._tile(start, w * h, size)
            for row in range(h):
                target = ((y + row) * width + x) * size
                out[target:target + w * size] = tile[row * w * size:(row + 1) * w * size]
        # Deep pixels are big-endian from version 12 on, as the machine had them before.
        if self.version >= 12 and sys.byteorder == "little" and self.component_size > 1:
            out = _swapped(out, self.component_size)
        return bytes(out)

    def _tile(self, start, count, size):
        data = self.data
        if self.compression == 0:
            return data[start:start + count * size]
        if self.compression == 2:
            return zlib.decompressobj().decompress(data[start:start + 2 * count * size + 64], count * size)
        if self.compression != 1:
            raise ValueError("compression %d" % self.compression)
        out, at = bytearray(count * size), start
        for byte in range(size):
            plane = bytearray()
            while len(plane) < count:
                code = data[at]
                at += 1
                if code < 128:
                    length = code + 1
                    if code == 127:
                        length = data[at] * 256 + data[at + 1]
                        at += 2
                    plane += data[at:at + 1] * length
                    at += 1
                else:
                    length = 256 - code
                    if code == 128:
                        length = data[at] * 256 + data[at + 1]
                        at += 2
                    plane += data[at:at + length]
                    at += length
            if len(plane) != count:
                raise ValueError("a tile of %d bytes, not %d" % (len(plane), count))
            out[byte::size] = plane
        return out

    # ---- looking things up ----

    def find(self, name):
        """The only layer whose name is, or starts with, NAME."""
        found = [item for item in self.all_layers if item.name == name]
        found = found or [item for item in self.all_layers if item.name.startswith(name)]
        if len(found) != 1:
            raise AssertionError("%d layers are called %r: %r" % (len(found), name, [i.name for i in self.all_layers]))
        return found[0]

    def names(self, items=None):
        """The tree as nested lists: a layer's name, or [group, children]."""
        items = self.layers if items is None else items
        return [[item.name, self.names(item.children)] if item.is_group else item.name for item in items]


def _swapped(data, size):
    out = bytearray(len(data))
    for byte in range(size):
        out[byte::size] = data[size - 1 - byte::size]
    return out


if __name__ == "__main__":
    for path in sys.argv[1:]:
        xcf = XCF(path)
        print(path, "version", xcf.version, "%dx%d" % (xcf.width, xcf.height), precision_name(xcf.precision))
        for layer in xcf.all_layers:
            print("  " * len(layer.path), layer, "active" if layer.active else "", sorted(layer.parasites),
                  "" if layer.is_group else layer.pixels()[:2])
