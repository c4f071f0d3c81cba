# xcf_writer.py: writes source images for the tests as XCF files that every
# GIMP from 2.10 on loads: any precision, groups, masks, channels, selection.
# Shares only the format's numbers with the reader; knows nothing of the plug-in.

import struct
import zlib

from xcf import CHANNELS, COMPONENTS, TILE

VERSION = 12


class Tiled:
    """The pixels of a layer of any size: one tile of 64 x 64, given by its NUMBERS, again and again."""

    def __init__(self, numbers):
        self.numbers = numbers


class Layer:
    """PIXELS: numbers, row by row, of the image's precision, or Tiled; or CHILDREN for a group.  NAME: text or bytes;
    PARASITES: bytes by name; PROPERTIES: (number, numbers of 32 bits) as the format has them."""

    def __init__(self, name, width, height, type, pixels=None, x=0, y=0, children=None, mask=None, active=False,
                 visible=True, lock=False, parasites=None, properties=()):
        self.name, self.width, self.height, self.type = name, width, height, type
        self.pixels, self.x, self.y, self.children = pixels, x, y, children
        self.mask, self.active, self.visible, self.lock = mask, active, visible, lock
        self.parasites, self.properties = parasites or {}, properties


def write(path, width, height, layers, base_type=0, precision=150, channels=(), selection=None, colormap=None,
          parasites=None):
    """CHANNELS: (name, pixels); SELECTION: pixels or None; both of the image's size.  PARASITES: the image's."""
    writer = _Writer(width, height, base_type, precision, colormap)
    data = writer.image(layers, channels, selection, parasites or {})
    with open(path, "wb") as stream:
        stream.write(data)


class _Writer:
    def __init__(self, width, height, base_type, precision, colormap):
        self.width, self.height, self.base_type = width, height, base_type
        self.precision, self.colormap = precision, colormap
        self.size, self.letter = COMPONENTS[precision // 100][1:]
        self.out = bytearray()

    def add(self, form, *values):
        self.out += struct.pack(">" + form, *values)

    def string(self, text):
        text = (text if isinstance(text, bytes) else text.encode("utf-8")) + b"\0"
        self.add("I", len(text))
        self.out += text

    def prop(self, kind, form="", *values):
        data = struct.pack(">" + form, *values)
        self.add("II", kind, len(data))
        self.out += data

    def parasites(self, parasites):
        if not parasites:
            return
        self.add("II", 21, 0)
        start = len(self.out)
        for name, data in parasites.items():
            self.string(name)
            self.add("II", 1, len(data))
            self.out += data
        struct.pack_into(">I", self.out, start - 4, len(self.out) - start)

    def hole(self):
        """Room for a pointer, filled in when its target is written."""
        self.add("Q", 0)
        return len(self.out) - 8

    def fill(self, hole):
        struct.pack_into(">Q", self.out, hole, len(self.out))

    def image(self, layers, channels, selection, parasites):
        flat = list(self._flat(layers, ()))
        self.compressed = any(isinstance(layer.pixels, Tiled) for layer, _ in flat)
        self.out += b"gimp xcf v%03d\0" % VERSION
        self.add("IIII", self.width, self.height, self.base_type, self.precision)
        if self.colormap:
            colours = [byte for colour in self.colormap for byte in colour]
            self.prop(1, "I%dB" % len(colours), len(self.colormap), *colours)
        self.prop(17, "B", 2 if self.compressed else 0)
        self.prop(19, "ff", 72, 72)
        self.parasites(parasites)
        self.prop(0)
        layer_holes = [self.hole() for _ in flat]
        self.add("Q", 0)
        named = [(name, pixels, False) for name, pixels in channels]
        if selection is not None:
            named.append(("Selection Mask", selection, True))
        channel_holes = [self.hole() for _ in named]
        self.add("Q", 0)
        for hole, (layer, item_path) in zip(layer_holes, flat):
            self.fill(hole)
            self._layer(layer, item_path)
        for hole, (name, pixels, selected) in zip(channel_holes, named):
            self.fill(hole)
            self._channel(name, self.width, self.height, pixels, selected)
        return bytes(self.out)

    def _flat(self, layers, path):
        for n, layer in enumerate(layers):
            yield layer, path + (n,)
            if layer.children is not None:
                yield from self._flat(layer.children, path + (n,))

    def _layer(self, layer, item_path):
        group = layer.children is not None
        self.add("III", layer.width, layer.height, layer.type)
        self.string(layer.name)
        if layer.active:
            self.prop(2)
        self.prop(6, "I", 255)
        self.prop(8, "I", layer.visible)
        self.prop(15, "ii", layer.x, layer.y)
        self.prop(7, "I", 28)
        if layer.lock:
            self.prop(28, "I", 1)
        for number, *values in layer.properties:
            self.prop(number, "%dI" % len(values), *values)
        self.parasites(layer.parasites)
        if group:
            self.prop(29)
        if len(item_path) > 1:
            self.prop(30, "%dI" % len(item_path), *item_path)
        if layer.mask is not None:
            self.prop(11, "I", 1)
        self.prop(0)
        hole, mask = self.hole(), self.hole()
        self.fill(hole)
        pixels = layer.pixels
        if pixels is None:
            pixels = [0] * (layer.width * layer.height * CHANNELS[layer.type])
        self._hierarchy(layer.width, layer.height, CHANNELS[layer.type], pixels)
        if layer.mask is not None:
            self.fill(mask)
            self._channel(layer.name + " mask", layer.width, layer.height, layer.mask, False)

    def _channel(self, name, width, height, pixels, selected):
        self.add("II", width, height)
        self.string(name)
        if selected:
            self.prop(4)
        self.prop(6, "I", 255)
        self.prop(8, "I", 0)
        self.prop(16, "BBB", 0, 0, 0)
        self.prop(0)
        hole = self.hole()
        self.fill(hole)
        self._hierarchy(width, height, 1, pixels)

    def _hierarchy(self, width, height, count, pixels):
        self.add("III", width, height, count * self.size)
        hole = self.hole()
        self.add("Q", 0)
        self.fill(hole)
        self.add("II", width, height)
        tiles = [(x, y) for y in range(0, height, TILE) for x in range(0, width, TILE)]
        holes = [self.hole() for _ in tiles]
        self.add("Q", 0)
        alike = {}
        for hole, (x, y) in zip(holes, tiles):
            self.fill(hole)
            w, h = min(TILE, width - x), min(TILE, height - y)
            if isinstance(pixels, Tiled):
                if (w, h) not in alike:
                    alike[w, h] = self._tile(pixels.numbers, TILE, count, 0, 0, w, h)
                self.out += alike[w, h]
            else:
                self.out += self._tile(pixels, width, count, x, y, w, h)

    def _tile(self, pixels, width, count, x, y, w, h):
        data = b""
        for row in range(y, y + h):
            values = pixels[(row * width + x) * count:(row * width + x + w) * count]
            data += struct.pack(">%d%s" % (w * count, self.letter), *values)
        return zlib.compress(data) if self.compressed else data
