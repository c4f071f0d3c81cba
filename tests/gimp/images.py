# images.py: small source pictures for the tests, the same in every run.
# Knows nothing of GIMP or of the plug-in.

from xcf import COMPONENTS


class Noise:
    """A linear congruential generator: the same numbers everywhere, for ever."""

    def __init__(self, seed):
        self.state = seed * 2654435761 % 2 ** 64

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return (self.state >> 33) % limit


def components(count, precision=150, seed=1, most=1.0):
    """COUNT components of PRECISION; floats from 0 to MOST."""
    noise = Noise(seed)
    _, size, letter = COMPONENTS[precision // 100]
    if letter == "e":
        return [noise.below(1025) / 1024 * most for _ in range(count)]
    if letter in "fd":
        return [noise.below(2 ** 24 + 1) / 2 ** 24 * most for _ in range(count)]
    if size == 4:
        return [noise.below(65536) * 65536 + noise.below(65536) for _ in range(count)]
    return [noise.below(256 ** size) for _ in range(count)]
