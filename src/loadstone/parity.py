"""Whether outputs are the outputs that were recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from loadstone.finding import TOLERANCE, Parity, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def compare(
    expected: Sequence[NDArray[Any]], actual: Sequence[NDArray[Any]], *, tolerance: float = TOLERANCE
) -> Parity:
    """Compare outputs in order.

    Args:
        expected: the recorded outputs.
        actual: the outputs of the model now.
        tolerance: the absolute difference that still counts as equal; for outputs larger than 1, relative to the
            largest of them.
    """
    if len(expected) != len(actual):
        why = f"{len(expected)} outputs were recorded, the model has {len(actual)}"
        return Parity(verdict=Verdict.DIVERGES, tolerance=tolerance, first_divergence="y0", why=why)
    max_abs, max_rel, first = 0.0, 0.0, None
    for number, (old, new) in enumerate(zip(expected, actual, strict=True)):
        if old.shape != new.shape:
            why = f"y{number} was recorded with shape {old.shape}, and is {new.shape} now"
            return Parity(verdict=Verdict.DIVERGES, tolerance=tolerance, first_divergence=f"y{number}", why=why)
        absolute, relative, scale = _differences(old, new)
        max_abs, max_rel = max(max_abs, absolute), max(max_rel, relative)
        if first is None and not absolute <= tolerance * max(1.0, scale):
            first = f"y{number}"
    verdict = Verdict.DIVERGES if first else Verdict.WITHIN if max_abs else Verdict.EXACT
    return Parity(verdict=verdict, max_abs=max_abs, max_rel=max_rel, tolerance=tolerance, first_divergence=first)


def _differences(old: NDArray[Any], new: NDArray[Any]) -> tuple[float, float, float]:
    """Largest absolute and relative difference, and the largest recorded magnitude; NaN equals only NaN."""
    if old.size == 0:
        return 0.0, 0.0, 0.0
    if "U" in {old.dtype.kind, new.dtype.kind}:  # words are the same, or as far apart as can be
        return (0.0 if np.array_equal(old, new) else np.inf), 0.0, 0.0
    old, new = old.astype(np.float64), new.astype(np.float64)
    same = (old == new) | (np.isnan(old) & np.isnan(new))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(old - new))
    difference = np.where(np.isnan(difference), np.inf, difference)
    magnitude = np.where(np.isfinite(old), np.abs(old), 0.0)
    relative = np.divide(difference, magnitude, out=np.zeros_like(difference), where=magnitude > 0)
    return float(difference.max()), float(relative.max()), float(magnitude.max())
