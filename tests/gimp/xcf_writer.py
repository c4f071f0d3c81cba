# xcf_writer.py: writes source images for the tests as XCF files that every
# GIMP from 2.10 on loads: any precision, groups, masks, channels, selection.
# Shares only the format's numbers with the reader; knows nothing of the plug-in.

import struct

from xcf import CHANNELS, COMPONENTS, TILE

VERSION = 12


class Layer:
    """PIXELS: numbers, row by row, of the image's precision; or CHILDREN for a group."""

    def __init__(self, name, width, height, type, pixels=None, x=0, y=0, children=None, mask=None, active=False,
                 visible=True, lock=False):
        self.name, self.width, self.height, self.type = name, width, height, type
        self.pixels, self.x, self.y, self.children = pixels, x, y, children
        self.mask, self.active, self.visible, self.lock = mask, active, visible, lock


def write(path, width, height, layers, base_type=0, precision=150, channels=(), selection=None, colormap=None):
    """CHANNELS: (name, pixels); SELECTION: pixels or None; both of the image's size."""
    writer = _Writer(width, height, base_type, precision, colormap)
    data = writer.image(layers, channels, selection)
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
        text = text.encode("utf-8") + b"\0"
        self.add("I", len(text))
        self.out += text

    def prop(self, kind, form="", *values):
        data = struct.pack(">" + form, *values)
        self.add("II", kind, len(data))
        self.out += data

    def hole(self):
        """Room for a pointer, filled in when its target is written."""
        self.add("Q", 0)
        return len(self.out) - 8

    def fill(self, hole):
        struct.pack_into(">Q", self.out, hole, len(self.out))

    def image(self, layers, channels, selection):
        self.out += b"gimp xcf v%03d\0" % VERSION
        self.add("IIII", self.width, self.height, self.base_type, self.precision)
        if self.colormap:
            flat = [byte for colour in self.colormap for byte in colour]
            self.prop(1, "I%dB" % len(flat), len(self.colormap), *flat)
        self.prop(17, "B", 0)
        self.prop(19, "ff", 72, 72)
        self.prop(0)
        flat = list(self._flat(layers, ()))
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
        for hole, (x, y) in zip(holes, tiles):
            self.fill(hole)
            w, h = min(TILE, width - x), min(TILE, height - y)
            for row in range(y, y + h):
                values = pixels[(row * width + x) * count:(row * width + x + w) * count]
                self.add("%d%s" % (w * count, self.letter), *values)
