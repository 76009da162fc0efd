"""Which operations each TensorFlow registers, and which attributes they take.

The table is ``data/ops.json``, written by ``tasks/knowledge_ops.py``, which asks each TensorFlow::

    {"generated": "2026-11-25",
     "releases": ["1.13", "1.14", ...],                                the rows, minor releases, oldest first
     "ops": {"FusedBatchNormV3": [[0, 7, "T U ..."], [8, 24, "T U exponential_avg_factor ..."]]}}

A span is ``[first row, last row, attributes]``, the attributes separated by blanks.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from packaging.version import Version

from loadstone.knowledge.tables import read

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Answers that are remembered; there are some 1,500 operations, and a file may name any number.
_REMEMBERED = 16384


@lru_cache(maxsize=_REMEMBERED)
def operation_attributes(name: str, tensorflow: Version) -> frozenset[str] | None:
    """The attributes that an operation takes in a release of TensorFlow; None where it is not registered there.

    A release later than the newest that was read has what that one has.

    Raises:
        KeyError: the release is older than the oldest that was read.
    """
    row = _row(tensorflow)
    spans = _table()["ops"].get(name, ())
    return next((frozenset(text.split()) for first, last, text in spans if first <= row <= last), None)


@lru_cache(maxsize=_REMEMBERED)
def first_taking(name: str, attributes: frozenset[str]) -> Version | None:
    """The first minor release of TensorFlow that has an operation with all these attributes; None where none has."""
    spans = _table()["ops"].get(name, ())
    found = (first for first, _, text in spans if attributes <= frozenset(text.split()))
    row = next(found, None)
    return None if row is None else Version(_table()["releases"][row])


def knows_operations_of(tensorflow: Version) -> bool:
    """Whether a release of TensorFlow is not older than the oldest that was read."""
    return tensorflow.release[:2] >= _minors()[0]


def _row(tensorflow: Version) -> int:
    row = bisect_right(_minors(), tensorflow.release[:2]) - 1
    if row < 0:
        raise KeyError(str(tensorflow))
    return row


@cache
def _minors() -> tuple[tuple[int, ...], ...]:
    return tuple(Version(release).release[:2] for release in _table()["releases"])


@cache
def _table() -> Mapping[str, Any]:
    return read("ops")
