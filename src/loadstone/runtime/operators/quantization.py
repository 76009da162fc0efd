"""Functions of ``tf.quantization`` that round to the steps of a quantized model, in floats."""

from __future__ import annotations

from typing import Any

from keras import ops

from loadstone.runtime.operators.common import add, packed


def _fake_quant(x: Any, low: Any = -6.0, high: Any = 6.0, num_bits: int = 8, narrow_range: bool = False) -> Any:
    """Rounds to steps between two limits that are moved so that zero is one of them (Jacob et al. 2018, section 3)."""
    least, most = (1.0 if narrow_range else 0.0), float(2**num_bits - 1)
    low, high = packed(low, "float32"), packed(high, "float32")
    step = ops.divide(ops.subtract(high, low), most - least)
    zero = ops.clip(ops.floor(add(ops.subtract(least, ops.divide(low, step)), 0.5)), least, most)
    low, high = ops.multiply(ops.subtract(least, zero), step), ops.multiply(ops.subtract(most, zero), step)
    inside = ops.minimum(ops.maximum(x, low), high)
    steps = ops.floor(add(ops.divide(ops.subtract(inside, low), step), 0.5))
    return add(ops.multiply(steps, step), low)


FUNCTIONS = (_fake_quant,)
