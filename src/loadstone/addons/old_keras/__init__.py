"""What code of TensorFlow Addons' time says to Keras itself, and Keras 3 no longer understands.

TensorFlow Addons had its users write cells on ``AbstractRNNCell``, wrap optimizers of ``tf.keras.optimizers.legacy``,
ask cells for initial states, call TensorFlow on symbolic tensors and save models as folders. `accept` lets Keras 3 take
that. Only what is an error there changes; whoever imports ``tensorflow_addons`` in a program that `loadstone.drop_in`
serves has it, and nobody else.
"""

from __future__ import annotations

from itertools import chain

from loadstone.addons.old_keras import calls, cells, names, saving, tensorflow_calls
from loadstone.addons.old_keras.replacing import Replacement, put_all

_before: list[Replacement] = []


def accept() -> None:
    """Let Keras 3 take what it no longer does. Calling this again does nothing."""
    tensorflow_calls.accept()
    if not _before:
        _before.extend(put_all(chain.from_iterable(module.replacements() for module in (cells, names, calls, saving))))


def refuse() -> None:
    """Take back what `accept` did."""
    tensorflow_calls.refuse()
    put_all(_before)
    _before.clear()
