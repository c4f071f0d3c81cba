#!/usr/bin/python3
# Makes the pictures of tests/data from the photos of Debian's python3-skimage.
# Needs python3-skimage (made with 0.19.3-8), python3-opencv (4.6.0+dfsg-12)
# and python3-numpy (1:1.24.2-1).  Run it before make-goldens.py; a second run
# writes the same bytes.

import os
import shutil
import struct

import cv2
import numpy as np

SOURCE = '/usr/lib/python3/dist-packages/skimage/data'
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'data')


def read(name):
    return cv2.imread(os.path.join(SOURCE, name), cv2.IMREAD_UNCHANGED)


def part(image, x, y, width, height, size):
    """A piece of IMAGE, made smaller to SIZE = (width, height)."""
    return cv2.resize(image[y:y + height, x:x + width], size, interpolation=cv2.INTER_AREA)


def write(name, image):
    cv2.imwrite(os.path.join(DATA, name), image, [cv2.IMWRITE_PNG_COMPRESSION, 9])


def write_tiff(name, image):
    """Float32 TIFF, one uncompressed strip right behind the 8-byte header."""
    height, width = image.shape[:2]
    channels = 1 if image.ndim == 2 else image.shape[2]
    pixels = image.astype('<f4').tobytes()
    after = 8 + len(pixels)
    short, long_ = 3, 4
    bits = 32 if channels == 1 else after
    sample = 3 if channels == 1 else after + 6
    extra = b'' if channels == 1 else struct.pack('<6H', 32, 32, 32, 3, 3, 3)
    tags = [(256, long_, 1, width), (257, long_, 1, height), (258, short, channels, bits), (259, short, 1, 1),
            (262, short, 1, 1 if channels == 1 else 2), (273, long_, 1, 8), (277, short, 1, channels),
            (278, long_, 1, height), (279, long_, 1, len(pixels)), (284, short, 1, 1), (339, short, channels, sample)]
    with open(os.path.join(DATA, name), 'wb') as file:
        file.write(b'II' + struct.pack('<HI', 42, after + len(extra)) + pixels + extra)
        file.write(struct.pack('<H', len(tags)) + b''.join(struct.pack('<HHII', *tag) for tag in tags))
        file.write(struct.pack('<I', 0))


def main():
    noise = np.random.default_rng(20240607)
    shutil.copyfile(os.path.join(SOURCE, 'rocket.jpg'), os.path.join(DATA, 'rocket.jpg'))
    write('coffee.png', part(read('coffee.png'), 20, 10, 543, 363, (181, 121)))
    write('astronaut.png', part(read('astronaut.png'), 0, 0, 471, 447, (157, 149)))
    write('chelsea.png', part(read('chelsea.png'), 20, 10, 398, 262, (199, 131)))
    write('camera.png', part(read('camera.png'), 30, 40, 346, 254, (173, 127)))

    # Alpha is 0 outside an ellipse; under it lie the photo's own colours on
    # the left and random ones on the right.
    hidden = part(read('rocket.jpg'), 140, 0, 489, 423, (163, 141))
    y, x = np.mgrid[0:141, 0:163]
    outside = ((x - 81) / 60) ** 2 + ((y - 70) / 55) ** 2 > 1
    random = noise.integers(0, 256, hidden.shape, dtype=np.uint8)
    hidden[outside & (x > 81)] = random[outside & (x > 81)]
    write('hidden.png', np.dstack([hidden, np.where(outside, 0, 255).astype(np.uint8)]))

    fade = part(read('coffee.png'), 100, 20, 417, 351, (139, 117))
    y, x = np.mgrid[0:117, 0:139]
    write('fade.png', np.dstack([fade, ((x + 2 * y) * 255 // (138 + 232)).astype(np.uint8)]))

    # Floats that no 8-bit code gives, some below 0 and some above 1.
    for name, image, size in (('float-gray.tif', read('camera.png'), (64, 48)),
                              ('float-rgb.tif', read('astronaut.png')[:384], (64, 48))):
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        image = image / np.float32(180) - np.float32(.05) + noise.normal(0, .01, image.shape).astype(np.float32)
        write_tiff(name, image[..., ::-1] if image.ndim == 3 else image)


main()
