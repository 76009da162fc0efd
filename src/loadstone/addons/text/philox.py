"""The random numbers of TensorFlow's stateful operations (Philox4x32-10, Salmon et al. 2011), in NumPy."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

import keras
import numpy as np

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Array

WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
MULTIPLIERS = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
KEY_STEPS = 0x9E3779B9, 0xBB67AE85
ROUNDS = 10
LANES = 4
DEFAULT_SEED = 87654321  # TensorFlow's, for an operation's seed without a global one
EXPONENT_OF_1 = np.uint64(1023 << 52)


def get_seeds(seed: int | None) -> tuple[int, int]:
    """Return the two seeds of an operation with ``seed``; without one they are random, unless TensorFlow's are set."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # noqa: PLC0415 - it keeps the global seed

        seeds = tf.compat.v1.get_seed(seed)
        if None not in seeds:
            return int(seeds[0]), int(seeds[1])
    elif seed is not None:
        return DEFAULT_SEED, int(seed)
    return secrets.randbits(63), secrets.randbits(63)


class Philox:
    """A stream of random numbers, four words of 32 bits at a time."""

    def __init__(self, seed: int, seed2: int) -> None:
        self._key = seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF
        self._stream = np.uint64(seed2 & 0xFFFFFFFF), np.uint64((seed2 >> 32) & 0xFFFFFFFF)
        self._block = 0

    def words(self, size: int) -> Array:
        """Return at least ``size`` words of 32 bits, as uint64; the next call goes on with the next four."""
        blocks = -(-size // LANES)
        index = np.arange(self._block, self._block + blocks, dtype="uint64")
        self._block += blocks
        a, b = index & WORD, index >> HALF
        c, d = (np.full_like(index, value) for value in self._stream)
        for step in range(ROUNDS):
            key = [
                np.uint64((key + step * change) & 0xFFFFFFFF) for key, change in zip(self._key, KEY_STEPS, strict=True)
            ]
            first, second = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
            a, b, c, d = (second >> HALF) ^ b ^ key[0], second & WORD, (first >> HALF) ^ d ^ key[1], first & WORD
        words: Array = np.stack([a, b, c, d], axis=1).ravel()
        return words

    def uniform(self, size: int) -> Array:
        """Return float64 numbers from [0, 1)."""
        high, low = self.words(2 * size).reshape(-1, 2).T[:, :size]
        mantissa = ((high & np.uint64(0xFFFFF)) << HALF) | low
        from_1_to_2: Array = (EXPONENT_OF_1 | mantissa).view("float64")
        return from_1_to_2 - 1.0

    def integers(self, bound: int, size: int) -> Array:
        """Return integers below ``bound``, with words that would favour some of them rejected."""
        lowest = 0 if bound & (bound - 1) == 0 else 2**32 % bound
        # As in TensorFlow, the words are reserved in advance, and one more than there are numbers; rejected ones are
        # so rare that drawing more of the stream for them hardly ever happens.
        words = self.words(size + 1)
        while np.count_nonzero(words >= lowest) < size:
            words = np.concatenate([words, self.words(size)])
        return (words[words >= lowest][:size] % np.uint64(bound)).astype("int64")
