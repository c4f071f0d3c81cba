#!/usr/bin/python3
# Makes the golden data of this folder with the real OpenCV, PyTorch and
# Matplotlib.  Needs Debian 12's python3-opencv (run with 4.6.0+dfsg-12),
# python3-torch (1.13.1+dfsg-4), python3-matplotlib (3.6.3-1+b1), python3-numpy
# (1:1.24.2-1+deb12u1) and cc.  README.md tells the format.  The script stops
# when the oracles disagree with the contract where it promises equality.

import ctypes
import hashlib
import os
import re
import subprocess
import tempfile
import warnings
import zlib

import cv2
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib import cm

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, '..', 'data')
f32 = np.float32

# One thread: PyTorch's plain path for small layers sums in another order for
# each number of threads.
torch.set_num_threads(1)
warnings.filterwarnings('ignore', message="Using padding='same'")

# The documented contract, with the C library's fmaf, which rounds once.
CHAIN = r'''
#include <math.h>
void
chain (const float *in, int width, const float *weights, int rows, int columns, int stride, int dilation,
       float bias, float *out, int out_width, int out_height)
{
  for (int y = 0; y < out_height; y++)
    for (int x = 0; x < out_width; x++)
      {
        float sum = 0;
        for (int i = 0; i < rows; i++)
          for (int j = 0; j < columns; j++)
            sum = fmaf (weights[i * columns + j],
                        in[(long) (y * stride + i * dilation) * width + x * stride + j * dilation], sum);
        out[y * out_width + x] = sum + bias;
      }
}
void
gray (const float *rgb, float *out, int count)
{
  for (int i = 0; i < count; i++)
    out[i] = fmaf (rgb[3 * i], .299f, fmaf (rgb[3 * i + 1], .587f, .114f * rgb[3 * i + 2]));
}
'''


def compile_chain():
    with tempfile.TemporaryDirectory() as folder:
        source, library = os.path.join(folder, 'chain.c'), os.path.join(folder, 'chain.so')
        with open(source, 'w') as file:
            file.write(CHAIN)
        subprocess.run(['cc', '-O2', '-ffp-contract=off', '-shared', '-fPIC', source, '-o', library, '-lm'], check=True)
        return ctypes.CDLL(library)


LIBRARY = compile_chain()


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


class Index:
    """An INI file that GLib's GKeyFile and Python's configparser both read."""

    def __init__(self, name, comment):
        self.name, self.lines = name, ['# ' + comment]

    def section(self, name, **values):
        self.lines.append('\n[%s]' % name)
        for key, value in values.items():
            if isinstance(value, (float, f32)):
                value = repr(float(value))
            text = str(value).replace('\\', '\\\\').replace('\n', '\\n').replace('\t', '\\t').replace('\r', '\\r')
            if text.startswith(' '):
                text = '\\s' + text[1:]
            self.lines.append('%s=%s' % (key.replace('_', '-'), text))

    def write(self):
        with open(os.path.join(HERE, self.name), 'w', encoding='utf-8') as file:
            file.write('\n'.join(self.lines) + '\n')


class Blob:
    """Arrays one behind the other; written zlib-compressed."""

    def __init__(self):
        self.parts, self.size = [], 0

    def add(self, array):
        part = np.ascontiguousarray(array).tobytes()
        offset = self.size
        self.parts.append(part + bytes(-len(part) % 8))
        self.size += len(self.parts[-1])
        return offset

    def write(self, name):
        path = os.path.join(HERE, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'wb') as file:
            file.write(zlib.compress(b''.join(self.parts), 9))


def bits(value):
    return '%08x' % int(f32(value).view(np.uint32))


def same_bits(a, b):
    return a.shape == b.shape and np.array_equal(a.view(np.uint32), b.view(np.uint32))


# ---- filters and layers ----

def read_filter(text):
    def number(word):
        above, _, below = word.partition('/')
        return float(above) / float(below) if below else float(above)
    return np.array([[number(word) for word in row.split()] for row in text.split(';')], dtype=np.float64)


def bank(filter_text, variants):
    """The variants in NumPy's double, rounded to float32 once."""
    names = dict(f=read_filter(filter_text), rot90=np.rot90, rot180=lambda m: np.rot90(m, 2),
                 rot270=lambda m: np.rot90(m, 3), fliplr=np.fliplr, flipud=np.flipud)
    return np.stack([eval(item, names) for item in variants.split(',')]).astype(f32)


def read_padding(padding):
    if padding in ('same', 'valid'):
        return padding
    numbers = [int(word) for word in padding.split(',')]
    return (numbers[0], numbers[-1])


def sides(padding, rows, columns, dilation):
    """top, bottom, left, right"""
    padding = read_padding(padding)
    if padding == 'valid':
        return 0, 0, 0, 0
    if padding == 'same':
        high, wide = dilation * (rows - 1), dilation * (columns - 1)
        return high // 2, high - high // 2, wide // 2, wide - wide // 2
    return padding[0], padding[0], padding[1], padding[1]


def run_torch(plane, weights, o):
    """Pre-ReLU and post-ReLU maps as the lesson's module returns them."""
    count, rows, columns = weights.shape
    padding = read_padding(o['padding'])
    with torch.no_grad():
        layer = torch.nn.Conv2d(1, count, kernel_size=(rows, columns), stride=(o['stride'], o['stride']),
                                padding=padding, dilation=o['dilation'], padding_mode=o['padding_mode'],
                                bias=o['bias'] != 0)
        layer.weight = torch.nn.Parameter(torch.from_numpy(weights).unsqueeze(1).type(torch.FloatTensor))
        if o['bias'] != 0:
            layer.bias = torch.nn.Parameter(torch.full((count,), o['bias'], dtype=torch.float32))
        before = layer(torch.from_numpy(plane).unsqueeze(0).unsqueeze(1))
        return before[0].numpy(), torch.relu(before)[0].numpy()


def run_contract(plane, weights, o):
    count, rows, columns = weights.shape
    top, bottom, left, right = sides(o['padding'], rows, columns, o['dilation'])
    modes = dict(zeros='constant', reflect='reflect', replicate='edge', circular='wrap')
    padded = np.ascontiguousarray(np.pad(plane, ((top, bottom), (left, right)), mode=modes[o['padding_mode']]))
    high = (padded.shape[0] - o['dilation'] * (rows - 1) - 1) // o['stride'] + 1
    wide = (padded.shape[1] - o['dilation'] * (columns - 1) - 1) // o['stride'] + 1
    out = np.empty((count, high, wide), f32)
    for n in range(count):
        one = np.ascontiguousarray(weights[n])
        LIBRARY.chain(pointer(padded), padded.shape[1], pointer(one), rows, columns, o['stride'], o['dilation'],
                      ctypes.c_float(o['bias']), pointer(out[n]), wide, high)
    return out


# ---- Matplotlib ----

FIGURE = plt.figure()
AXES = FIGURE.add_axes([0, 0, 1, 1])
JUMPS = [33, 37, 41, 45, 49, 53, 57, 61, 66, 74, 82, 90, 98, 106, 114, 122, 132, 148, 164, 180, 196, 212, 228, 244]
TABLE = np.array([i - (i in JUMPS) for i in range(256)], np.uint8)


def imshow(values, black=None, white=None):
    """The RGBA bytes of imshow(cmap='gray') for VALUES, and the unrounded ones."""
    AXES.clear()
    image = AXES.imshow(values, cmap='gray', vmin=black, vmax=white)
    rgba = image.to_rgba(image.get_array(), bytes=True)
    return rgba, np.ma.filled(image.norm(image.get_array()), 0)


def formula(values, black, white):
    if black == white:
        return np.zeros(values.shape, np.uint8)
    with np.errstate(invalid='ignore'):
        x = (values - f32(black)) / (f32(white) - f32(black))
        return TABLE[np.clip(np.nan_to_num(np.floor(x * f32(256)), nan=0), 0, 255).astype(int)]


def draw(values):
    """VALUES really drawn by imshow in Agg, one screen pixel to a pixel."""
    height, width = values.shape
    figure = plt.figure(figsize=(width / 64, height / 64), dpi=64)
    axes = figure.add_axes([0, 0, 1, 1])
    axes.imshow(values, cmap='gray', interpolation='nearest', aspect='auto')
    axes.axis('off')
    figure.canvas.draw()
    pixels = np.asarray(figure.canvas.buffer_rgba())[..., 0].copy()
    plt.close(figure)
    assert pixels.shape == values.shape
    return pixels


# ---- photos ----

NOTEBOOK = dict(filter='-1 -1 1 1; -1 -1 1 1; -1 -1 1 1; -1 -1 1 1', variants='f, -f, f.T, -f.T', maps='both',
                grayscale='opencv', padding='valid', padding_mode='zeros', stride=1, dilation=1, bias=0.0, scale='map')
ASYMMETRIC = '1 2 -3; 4 -5 6; -7 8 -10'
FRACTIONS = '0.1 -0.25 1/3 0.7 -0.6; 1/7 0.45 -1e-1 -0.55 0.05'
PHOTO_CASES = [('notebook-' + name, name + '.png', {})
               for name in ('coffee', 'astronaut', 'chelsea', 'hidden', 'fade', 'camera')] + [
    ('asymmetric', 'chelsea.png', dict(filter=ASYMMETRIC, variants='f, rot90(f), fliplr(f), f.T')),
    ('turned', 'astronaut.png', dict(filter=ASYMMETRIC, variants='rot180(f), rot270(f), flipud(f), 0.5*f - f.T',
                                maps='post-relu')),
    ('fractions', 'astronaut.png', dict(filter=FRACTIONS, variants='f, 0.5*f - fliplr(f)')),
    ('blur', 'coffee.png', dict(filter='1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9', variants='f', maps='pre-relu')),
    ('wide', 'hidden.png', dict(filter='0.3 -1.7 2.25 0.125 -0.9 1.1 -0.35', variants='f, -f', maps='pre-relu')),
    ('same', 'hidden.png', dict(filter=ASYMMETRIC, variants='f', padding='same', padding_mode='reflect')),
    ('same-even', 'camera.png', dict(padding='same')),
    ('stride', 'astronaut.png', dict(stride=2, padding='2, 1', padding_mode='replicate')),
    ('dilation', 'coffee.png', dict(filter=ASYMMETRIC, dilation=3, padding='4', padding_mode='circular', bias=.25,
                                  variants='f, -f')),
    ('shared', 'chelsea.png', dict(scale='shared', stride=2)),
    ('symmetric', 'camera.png', dict(filter=ASYMMETRIC, variants='f, f + f.T', scale='symmetric')),
    ('red', 'coffee.png', dict(grayscale='red', variants='f', maps='pre-relu', stride=2)),
    ('green', 'coffee.png', dict(grayscale='green', variants='f', maps='pre-relu', stride=2)),
    ('blue', 'coffee.png', dict(grayscale='blue', variants='f', maps='pre-relu', stride=2)),
    ('raw-float-gray', 'float-gray.tif', dict(scale='raw')),
    ('raw-float-rgb', 'float-rgb.tif', dict(scale='raw')),
    ('unit-float-rgb', 'float-rgb.tif', dict(variants='f')),
]


def read_plane(photo, grayscale):
    """The gray plane as the lesson makes it, and the picture as R, G, B."""
    path = os.path.join(DATA, photo)
    floats = photo.endswith('.tif')
    image = cv2.imread(path, cv2.IMREAD_UNCHANGED if floats else cv2.IMREAD_COLOR)
    if image.ndim == 2:
        plane = image
    elif grayscale == 'opencv':
        plane = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    else:
        plane = np.ascontiguousarray(image[..., dict(red=2, green=1, blue=0)[grayscale]])
    if floats:
        if image.ndim == 3:
            rgb, gray = np.ascontiguousarray(image[..., ::-1]), np.empty(plane.shape, f32)
            LIBRARY.gray(pointer(rgb), pointer(gray), gray.size)
            assert same_bits(gray, plane), 'float gray'
        return plane
    return plane.astype('float32') / 255


def photos():
    index = Index('photos.ini', 'Made by make-goldens.py, read README.md: photos through the whole lesson')
    maps = pixels = drawn = drawn_differ = formula_differ = 0
    for name, photo, changes in PHOTO_CASES:
        o = dict(NOTEBOOK, **changes)
        plane = read_plane(photo, o['grayscale'])
        weights = bank(o['filter'], o['variants'])
        before, after = run_torch(plane, weights, o)
        assert same_bits(before, run_contract(plane, weights, o)), name + ': PyTorch is not the contract'
        stages = [stage for stage in ('pre-relu', 'post-relu') if o['maps'] in ('both', stage)]
        blob, sections = Blob(), []
        for stage in stages:
            values = before if stage == 'pre-relu' else after
            for n, item in enumerate(o['variants'].split(',')):
                least, most = values[n].min(), values[n].max()
                black, white = least, most
                if o['scale'] == 'shared':
                    black, white = values.min(), values.max()
                elif o['scale'] == 'symmetric':
                    white = max(abs(least), abs(most))
                    black = -white
                elif o['scale'] == 'raw':
                    black, white = f32(0), f32(1)
                if o['scale'] == 'raw':
                    out = values[n]
                else:
                    # The notebook lets imshow find the range of a map itself.
                    own = o['scale'] == 'map'
                    rgba, unit = imshow(values[n], None if own else black, None if own else white)
                    if photo.endswith('.tif'):
                        out = unit.astype(f32)
                        assert same_bits(out, (values[n] - black) / (white - black)), name + ': unrounded'
                    else:
                        out = rgba[..., 0]
                        assert (rgba[..., 1] == out).all() and (rgba[..., 3] == 255).all()
                        formula_differ += int((out != formula(values[n], black, white)).sum())
                    if name == 'notebook-coffee':
                        drawn += out.size
                        drawn_differ += int((draw(values[n]) != out).sum())
                maps, pixels = maps + 1, pixels + out.size
                sections.append(dict(output=n + 1, variant=item.strip(), stage=stage, min=least, max=most,
                                     black=black, white=white, min_bits=bits(least), max_bits=bits(most),
                                     black_bits=bits(black), white_bits=bits(white), offset=blob.add(out)))
        blob.write('photos/%s.z' % name)
        rows, columns = weights.shape[1:]
        top, _, left, _ = sides(o['padding'], rows, columns, o['dilation'])
        index.section(name, photo=photo, **o, data='photos/%s.z' % name,
                      pixel='float' if photo.endswith('.tif') else 'byte', in_width=plane.shape[1],
                      in_height=plane.shape[0], width=before.shape[2], height=before.shape[1],
                      x=o['dilation'] * (columns - 1) // 2 - left, y=o['dilation'] * (rows - 1) // 2 - top,
                      count=len(sections))
        for i, section in enumerate(sections):
            index.section('%s/%d' % (name, i + 1), **section)
    index.write()
    print('photos: %d cases, %d maps, %d pixels; PyTorch equals the contract to the bit in all' %
          (len(PHOTO_CASES), maps, pixels))
    print('photos: %d bytes of imshow differ from the formula' % formula_differ)
    print('photos: %d of %d pixels differ between imshow drawn in Agg and its colour mapping' % (drawn_differ, drawn))
    assert formula_differ == 0


# ---- layers ----

LYING = ['f', 'rot180(f)', 'fliplr(f)', 'flipud(f)']
STANDING = ['f.T', 'rot90(f)', 'rot270(f)']


def random_case(rng, number):
    kind = ('integer', 'u8', 'integer', 'u16', 'integer', 'f32', 'integer', 'u8')[number % 8]
    rows, columns = (int(k) for k in rng.integers(1, 32 if number % 4 < 2 else 9, 2))
    if number % 3 == 0:
        columns = rows
    if number in (0, 1):
        rows = columns = (31, 1)[number]
    shapes = LYING + STANDING if rows == columns else (LYING, STANDING)[int(rng.integers(2))]
    factors = ['1', '2', '0.5', '1.5'] if kind == 'integer' else ['0.1', '2.75', '1e-2', '3', '0.333333333']
    items = []
    for _ in range(int(rng.integers(1, 4))):
        text = ''
        for term in range(int(rng.integers(1, 4))):
            sign = rng.choice(['', '-'] if term == 0 else [' + ', ' - '])
            factor = rng.choice(factors) + '*' if rng.random() < .4 else ''
            text += str(sign) + str(factor) + str(rng.choice(shapes))
        items.append(text)
    if number % 5 == 0:
        items = [shapes[0], '-' + shapes[0]] + items[:1]
    if kind == 'integer':
        numbers = [str(int(v)) for v in rng.integers(-9, 10, rows * columns)]
    else:
        digits = int(rng.integers(2, 18))
        numbers = ['%.*g' % (digits, v) for v in rng.normal(0, 1, rows * columns)]
    o = dict(filter='; '.join(' '.join(numbers[i * columns:(i + 1) * columns]) for i in range(rows)),
             variants=', '.join(items), padding='valid',
             padding_mode=str(rng.choice(['zeros', 'reflect', 'replicate', 'circular'])),
             stride=int(rng.choice([1, 1, 1, 2, 3, 4])), dilation=int(rng.choice([1, 1, 1, 2, 3])), bias=0.0)
    if rng.random() < .3:
        o['bias'] = float(rng.integers(-20, 21)) if kind == 'integer' else float(round(rng.normal(0, 1), 4))
    o['width'], o['height'] = (int(k) for k in rng.integers(8, 49, 2))
    choice = rng.random()
    if choice < .2:
        o['padding'], o['stride'] = 'same', 1
    elif choice < .4:
        o['padding'] = str(int(rng.integers(0, 9)))
    elif choice < .7:
        o['padding'] = '%d, %d' % tuple(rng.integers(0, 17, 2))
    return kind, o


def possible(o, rows, columns):
    top, bottom, left, right = sides(o['padding'], rows, columns, o['dilation'])
    high = o['height'] + top + bottom - o['dilation'] * (rows - 1)
    wide = o['width'] + left + right - o['dilation'] * (columns - 1)
    slack = dict(reflect=1, circular=0).get(o['padding_mode'], -10 ** 6)
    fits = max(top, bottom) <= o['height'] - slack and max(left, right) <= o['width'] - slack
    return fits and high >= 1 and wide >= 1 and 1 <= (high // o['stride'] + 1) * (wide // o['stride'] + 1) <= 1000


def layers(wanted=320):
    index = Index('layers.ini', 'Made by make-goldens.py, read README.md: random layers through nn.Conv2d')
    blob, rng, number, worst = Blob(), np.random.default_rng(1969), 0, 0
    equal, cases = {True: 0, False: 0}, {True: 0, False: 0}
    while number < wanted:
        kind, o = random_case(rng, number)
        weights = bank(o['filter'], o['variants'])
        rows, columns = weights.shape[1:]
        if not possible(o, rows, columns):
            continue
        size = (o['height'], o['width'])
        if kind == 'u8':
            codes = rng.integers(0, 256, size).astype(np.uint8)
            plane = codes.astype(f32) / f32(255)
        elif kind == 'u16':
            codes = rng.integers(0, 65536, size).astype(np.uint16)
            plane = codes.astype(f32) / f32(65535)
        elif kind == 'f32':
            codes = plane = rng.normal(0, 1, size).astype(f32)
        else:
            codes = plane = rng.integers(-50, 51, size).astype(f32)
        before, _ = run_torch(plane, weights, o)
        contract = run_contract(plane, weights, o)
        exact = kind == 'integer'
        cases[exact] += 1
        extra = {}
        if same_bits(before, contract):
            equal[exact] += 1
        else:
            assert before.shape == contract.shape and not exact, (number, o)
            error = np.abs(before - contract).max() / np.abs(before).max()
            worst = max(worst, error)
            assert error <= 1e-5, (number, error, o)
            extra = dict(torch=blob.add(before))
        number += 1
        index.section('layer-%03d' % number, **o, depth='f32' if exact else kind, input=blob.add(codes),
                      exact=str(exact).lower(), count=len(contract), out_width=contract.shape[2],
                      out_height=contract.shape[1], contract=blob.add(contract), **extra)
    index.write()
    blob.write('layers.z')
    print('layers: %d of %d integer cases and %d of %d others equal to the bit; the rest at most %.2g of the '
          "map's greatest magnitude apart" % (equal[True], cases[True], equal[False], cases[False], worst))


# ---- gray ----

def scattered(count):
    """The 16-bit triples both sides can make: a hash of 0, 1, 2, ..."""
    h = np.arange(count, dtype=np.uint32) * np.uint32(2654435761)
    h ^= h >> np.uint32(15)
    h *= np.uint32(0x85ebca6b)
    h ^= h >> np.uint32(13)
    blue = (h * np.uint32(0xc2b2ae35)) >> np.uint32(16)
    return np.stack([h & np.uint32(0xffff), h >> np.uint32(16), blue], axis=-1).astype(np.uint16)


def gray():
    index = Index('gray.ini', "Made by make-goldens.py, read README.md: OpenCV's gray of many colours")
    digest, differ = hashlib.sha256(), 0
    green, blue = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8), indexing='ij')
    for red in range(256):
        out = cv2.cvtColor(np.dstack([blue, green, np.full_like(blue, red)]), cv2.COLOR_BGR2GRAY)
        want = (9798 * red + 19235 * green.astype(np.int32) + 3735 * blue.astype(np.int32) + 16384) >> 15
        differ += int((out != want).sum())
        digest.update(out.tobytes())
    print('gray: %d of %d 8-bit colours differ from the formula' % (differ, 256 ** 3))
    assert differ == 0
    index.section('u8', count=256 ** 3, sha256=digest.hexdigest())

    rgb = scattered(1 << 20).reshape(1024, 1024, 3)
    out = cv2.cvtColor(np.ascontiguousarray(rgb[..., ::-1]), cv2.COLOR_BGR2GRAY)
    want = (rgb.astype(np.int64) @ np.array([9798, 19235, 3735]) + 16384) >> 15
    differ = int((out != want).sum())
    print('gray: %d of %d 16-bit colours differ from the formula' % (differ, out.size))
    assert differ == 0
    index.section('u16', count=out.size, sha256=hashlib.sha256(out.astype('<u2').tobytes()).hexdigest())

    rgb = np.random.default_rng(7).normal(.4, .5, (32, 64, 3)).astype(f32)
    out = cv2.cvtColor(np.ascontiguousarray(rgb[..., ::-1]), cv2.COLOR_BGR2GRAY)
    want = np.empty(out.shape, f32)
    LIBRARY.gray(pointer(rgb), pointer(want), want.size)
    differ = int((out.view(np.uint32) != want.view(np.uint32)).sum())
    print('gray: %d of %d float colours differ from the formula' % (differ, out.size))
    assert differ == 0
    blob = Blob()
    index.section('f32', count=out.size, input=blob.add(rgb), output=blob.add(out))
    blob.write('gray.z')
    index.write()


# ---- display ----

def display():
    index = Index('display.ini', "Made by make-goldens.py, read README.md: Matplotlib's pixels and PyTorch's ReLU")
    blob, rng, differ, total = Blob(), np.random.default_rng(5), 0, 0
    ranges = [(0, 1), (-1, 1), (-5.2431, 4.8824), (1e-3, 1.0001e-3), (-1e30, 1e30), (1e-38, 3e-38), (1e-42, 4e-42),
              (16777216, 16777250), (-3, 0), (.1, .2)]
    ranges += [tuple(np.sort(rng.normal(0, 10 ** rng.uniform(-3, 3), 2))) for _ in range(14)]
    for number, (black, white) in enumerate(ranges):
        black, white = f32(black), f32(white)
        steps = (black + (white - black) * (np.arange(257, dtype=f32) / f32(256))).astype(f32)
        values = np.concatenate([steps, np.nextafter(steps, f32(np.inf)), np.nextafter(steps, f32(-np.inf)),
                                 (black + (white - black) * rng.random(253, dtype=f32)).astype(f32)])
        # Values within the range as `map' makes them; a few outside, as a
        # range given by hand makes them, where Matplotlib clips.
        values[:2] = black, white
        out = imshow(values[None], black, white)
        assert (out[0][..., 3] == 255).all()
        pixels, unit = out[0][0, :, 0], np.clip(out[1][0], 0, 1).astype(f32)
        differ += int((pixels != formula(values, black, white)).sum())
        total += values.size
        index.section('range-%02d' % (number + 1), count=values.size, black_bits=bits(black), white_bits=bits(white),
                      values=blob.add(values), bytes=blob.add(pixels), units=blob.add(unit))
    print('display: %d of %d values differ from the formula' % (differ, total))
    assert differ == 0

    # Bad values: Matplotlib masks them: no part in the range, no colour.
    for name, values in (('bad', [np.nan, -2, 3, np.inf, -np.inf, 0.5, np.nan, 1]), ('constant', [.75] * 8),
                         ('constant-negative', [-4] * 8), ('constant-nan', [2, np.nan, 2, np.nan, 2, 2, 2, 2])):
        values = np.array(values, f32)
        rgba = imshow(values[None])[0][0]
        good = values[np.isfinite(values)]
        relu = torch.relu(torch.from_numpy(values)).numpy()
        index.section(name, count=values.size, min_bits=bits(good.min()), max_bits=bits(good.max()),
                      values=blob.add(values), bytes=blob.add(rgba[:, 0]), opaque=blob.add(rgba[:, 3]),
                      relu=blob.add(relu))
        print('display: %s: %s shows %s, opaque %s' % (name, values.tolist(), rgba[:, 0].tolist(), rgba[:, 3].tolist()))

    special = np.array([-0.0, 0.0, np.nan, -np.inf, np.inf, -1, 1, -1e-45, 1e-45], f32)
    for repeat in (1, 8):
        relu = torch.relu(torch.from_numpy(np.tile(special, repeat))).numpy()[:special.size]
        print('display: relu of %s is %s' % (special.tolist(), relu.tolist()))
    index.section('relu', count=special.size, values=blob.add(special), relu=blob.add(relu))
    index.write()
    blob.write('display.z')


# ---- filter text ----

NUMBER = re.compile(r'[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?')


def text():
    index = Index('text.ini', 'Made by make-goldens.py, read README.md: filters as NumPy and PyTorch print them')
    blob, rng = Blob(), np.random.default_rng(3)
    notebook = np.array([[-1, -1, 1, 1]] * 4)
    fractions = rng.normal(0, 1, (3, 3))
    small = fractions * np.array([[1e-9], [1], [1e5]])
    wide = rng.normal(0, 1, (4, 31))
    largest = rng.normal(0, 1, (31, 31))

    def tensor(array, **kind):
        return torch.tensor(array, **kind)

    cases = [
        ('numpy-str', str(notebook), (4, 4)),
        ('numpy-repr', repr(notebook), (4, 4)),
        ('numpy-list', str(notebook.tolist()), (4, 4)),
        ('numpy-float-str', str(notebook.astype(float)), (4, 4)),
        ('numpy-float32-repr', repr(notebook.astype(f32)), (4, 4)),
        ('numpy-minus-zero', repr(-0.0 * notebook), (4, 4)),
        ('numpy-fractions-str', str(fractions), (3, 3)),
        ('numpy-fractions-repr', repr(fractions), (3, 3)),
        ('numpy-fractions-list', str(fractions.tolist()), (3, 3)),
        ('numpy-small-repr', repr(small), (3, 3)),
        ('numpy-small-float32-repr', repr(small.astype(f32)), (3, 3)),
        ('numpy-int8-repr', repr(notebook.astype(np.int8)), (4, 4)),
        ('numpy-wide-str', str(wide), (4, 31)),
        ('numpy-wide-repr', repr(wide), (4, 31)),
        ('numpy-wide-float32-repr', repr(wide.astype(f32)), (4, 31)),
        ('numpy-largest-str', str(largest), (31, 31)),
        ('numpy-largest-repr', repr(largest), (31, 31)),
        ('numpy-one-row-str', str(np.array([1, 2, 3])), (1, 3)),
        ('numpy-one-row-repr', repr(np.array([1.5, 2, 3])), (1, 3)),
        ('numpy-one-row-of-two-repr', repr(np.array([[1.5, 2, 3]])), (1, 3)),
        ('numpy-column-str', str(np.array([[1], [-2], [3]])), (3, 1)),
        ('numpy-column-repr', repr(np.array([[1], [-2], [3]])), (3, 1)),
        ('numpy-one-str', str(np.array([[7]])), (1, 1)),
        ('numpy-matrix-repr', repr(np.matrix('1 2; 3 4')), (2, 2)),
        ('numpy-commas', np.array2string(fractions, separator=', '), (3, 3)),
        ('numpy-plain', '\n'.join(' '.join('%.18e' % v for v in row) for row in fractions), (3, 3)),
        ('numpy-csv', '\n'.join(','.join('%.18e' % v for v in row) for row in fractions) + '\n', (3, 3)),
        ('numpy-4d-str', str(notebook[None, None]), (4, 4)),
        ('numpy-4d-repr', repr(fractions[None, None]), (3, 3)),
        ('torch', str(tensor(notebook)), (4, 4)),
        ('torch-float', str(tensor(notebook, dtype=torch.float32)), (4, 4)),
        ('torch-fractions', str(tensor(fractions, dtype=torch.float32)), (3, 3)),
        ('torch-small', str(tensor(small, dtype=torch.float32)), (3, 3)),
        ('torch-gradient', str(tensor(fractions, dtype=torch.float32, requires_grad=True)), (3, 3)),
        ('torch-double', str(tensor(fractions)), (3, 3)),
        ('torch-double-gradient', str(tensor(fractions, requires_grad=True)), (3, 3)),
        ('torch-int8', str(tensor(notebook, dtype=torch.int8)), (4, 4)),
        ('torch-one-row', str(tensor([1., 2., 3.])), (1, 3)),
        ('torch-wide', str(tensor(wide, dtype=torch.float32)), (4, 31)),
        ('torch-largest', str(tensor(largest)), (31, 31)),
        ('torch-4d', str(tensor(fractions[None, None], dtype=torch.float32)), (3, 3)),
        ('torch-4d-notebook', str(tensor(notebook[None, None], dtype=torch.float32, requires_grad=True)), (4, 4)),
        ('torch-4d-double', str(tensor(fractions[None, None])), (3, 3)),
    ]
    for name, printed, shape in cases:
        body = re.sub(r'[a-z_]+=[a-z0-9_.]+|[a-z]+(?=\()', '', printed)
        numbers = np.array([float(word) for word in NUMBER.findall(body)])
        assert numbers.size == shape[0] * shape[1], (name, printed, numbers)
        index.section(name, rows=shape[0], columns=shape[1], weights=blob.add(numbers), text=printed)
    two = torch.tensor(np.stack([notebook, notebook.T])[:, None], dtype=torch.float32)
    index.section('torch-two-filters', error='second-matrix', text=str(two))
    index.section('numpy-two-filters', error='second-matrix', text=repr(two.numpy()))
    index.write()
    blob.write('text.z')
    print('text: %d strings' % (len(cases) + 2))


def main():
    print('OpenCV %s, PyTorch %s, Matplotlib %s, NumPy %s' %
          (cv2.__version__, torch.__version__, matplotlib.__version__, np.__version__))
    assert (TABLE == cm.gray(np.arange(256), bytes=True)[:, 0]).all()
    gray()
    display()
    text()
    layers()
    photos()


main()
