"""What code of TensorFlow Addons' time says to Keras itself, and Keras 3 no longer understands.

TensorFlow Addons had its users write cells on ``AbstractRNNCell``, wrap optimizers of ``tf.keras.optimizers.legacy``,
and ask cells for initial states. `accept` lets Keras 3 take that. Only what is an error there changes; whoever imports
``tensorflow_addons`` in a program that `loadstone.drop_in` serves has it, and nobody else.
"""

from __future__ import annotations

from loadstone.addons.old_keras import cells, names


def accept() -> None:
    """Let Keras 3 take what it no longer does. Calling this again does nothing."""
    cells.accept()
    names.accept()


def refuse() -> None:
    """Take back what `accept` did."""
    cells.refuse()
    names.refuse()
