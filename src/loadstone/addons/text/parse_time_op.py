"""Times from text, in the formats of Abseil's ``ParseTime``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from loadstone.addons.text.time_format import parse_nanoseconds
from loadstone.addons.utils.errors import invalid_argument
from loadstone.addons.utils.values import call_on_host

if TYPE_CHECKING:
    from loadstone.addons.utils.types import Array, Tensor, TensorLike

NANOSECONDS = {"SECOND": 10**9, "MILLISECOND": 10**6, "MICROSECOND": 10**3, "NANOSECOND": 1}
LOWEST, HIGHEST = -(2**63), 2**63 - 1


def parse_time(time_string: TensorLike, time_format: str, output_unit: str) -> Tensor:
    """Return the Unix time of each text: what has passed since the start of 1970 in UTC, rounded down.

    What a text does not say is taken from ``1970-01-01 00:00:00 +0000``. The format is that of ``strptime`` in the C
    locale, and besides:

    ==================  ================================================================================
    ``%Y``              a year of any number of digits, maybe negative; what follows must be no digit
    ``%E4Y``            a year of four characters, its sign included
    ``%z``, ``%Ez``     an offset from UTC: ``Z``, ``+0530``, in ``%Ez`` and ``%:z`` also ``+05:30``
    ``%E*S``, ``%E3S``  seconds, maybe with a fraction of any length
    ``%E*f``            the digits of a fraction
    ``%ET``             ``T`` or ``t``
    ``%Z``              anything up to a space, which is not looked at
    ``%s``              a Unix time in seconds, before which nothing else counts
    ==================  ================================================================================

    White space in a text or format stands for any amount of it. A leap second is the first of the next minute.

    It is computed by Python: with values at hand, or by a callback from a TensorFlow graph (a ``tf.data`` pipeline
    too), but not in what JAX compiles.

    Args:
        time_string: a text, bytes, a list or array of them, or a tensor of TensorFlow's.
        time_format: the format.
        output_unit: ``SECOND``, ``MILLISECOND``, ``MICROSECOND`` or ``NANOSECOND``.

    Returns:
        int64 in the shape of ``time_string``; in JAX, which has no int64, as a NumPy array. What does not fit is the
        nearest number that does.

    Raises:
        ValueError: for an unknown unit, and for a text that is not in the format; on TensorFlow it is an
            ``InvalidArgumentError`` too.
    """
    if output_unit not in NANOSECONDS:
        raise invalid_argument(f"output_unit must be one of {', '.join(NANOSECONDS)}, not {output_unit!r}")
    parse = _Parse(time_format, NANOSECONDS[output_unit])
    (times,) = call_on_host(parse, [time_string], ["int64"], [getattr(time_string, "shape", None)])
    return times


@dataclass(frozen=True)
class _Parse:
    """The function of an array of texts."""

    time_format: str
    nanoseconds: int

    def __call__(self, texts: Array) -> list[Array]:
        times = [self._parse(text) for text in np.ravel(texts)]
        return [np.array(times, "int64").reshape(np.shape(texts))]

    def _parse(self, text: str | bytes) -> int:
        text = text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else str(text)
        try:
            time = parse_nanoseconds(text, self.time_format)
        except ValueError as error:
            raise invalid_argument(f"Parse time failed: {error}") from None
        if time is None:
            return HIGHEST if "future" in text else LOWEST
        return min(max(time // self.nanoseconds, LOWEST), HIGHEST)
