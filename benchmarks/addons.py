"""Our addons beside the real TensorFlow Addons: each layer, cell and optimizer, forward and training step, compiled.

Two processes run on this machine at the same time, TensorFlow 2.15 with TensorFlow Addons 0.23 in one and this
environment in the other, and take turns, object by object, so that what disturbs the machine disturbs both. Each call
is compiled as a graph and by XLA on both sides; of each side the faster way counts, and of its calls the fastest.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.addons_cases import LAYERS, OPTIMIZERS  # noqa: E402 - found by the line above
from tasks.golden import ENVIRONMENT, build  # noqa: E402 - as above

if TYPE_CHECKING:
    from collections.abc import Iterable

OURS, THEIRS = "loadstone.addons", "tensorflow_addons"
MEDIAN, WORST = 1.0, 1.5  # the largest ratios that are promised
HEAD = """# How long the addons take

Written by `python benchmarks/addons.py --output docs/addons-times.md`: the real TensorFlow Addons 0.23.0 on TensorFlow
2.15.1 and `loadstone.addons` on Keras 3, side by side on one machine, in one run. Each call is compiled as a graph and
by XLA; of each side the faster way counts, and of its calls the fastest. *training* is a forward and backward pass,
*step* an optimizer's step. Ratios are ours to theirs: below 1 ours are faster.
"""
WORKER = Path(__file__).with_name("addons_worker.py")


class Side:
    """A process that times objects in its environment."""

    def __init__(self, python: Path | str, root: str) -> None:
        quiet = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": ""}
        self._process = subprocess.Popen(
            [str(python), "-W", "ignore", str(WORKER), root],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=quiet,
        )

    def ask(self, label: str, seconds: float) -> dict[str, Any]:
        """Return the least seconds of each call of an object."""
        assert self._process.stdin is not None  # noqa: S101 - both are pipes
        assert self._process.stdout is not None  # noqa: S101 - same
        self._process.stdin.write(f"{label} {seconds}\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def fastest(answers: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Return the least seconds of each kind of call, over all answers and both ways to compile it."""
    best: dict[str, float] = {}
    for answer in answers:
        for name, seconds in answer.items():
            kind = name.partition("/")[0]
            best[kind] = min(best.get(kind, float("inf")), seconds)
    return best


def main() -> int:
    """Print the table; exit 1 when a promise is missed or an object cannot be timed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.3, help="how long each call is timed in each turn")
    parser.add_argument("--turns", type=int, default=3, help="how often both sides take turns at an object")
    parser.add_argument("--only", default="", help="objects whose name holds this")
    parser.add_argument("--output", type=Path, help="file to write the page to that docs/ has")
    options = parser.parse_args()
    ours, theirs = Side(sys.executable, OURS), Side(build(ENVIRONMENT), THEIRS)
    ratios: list[float] = []
    lines = ["| object | call | TensorFlow Addons, µs | loadstone, µs | ratio |", "|---|---|---|---|---|"]
    failed = 0
    print("\n".join(lines))
    for case in (*LAYERS, *OPTIMIZERS):
        if options.only not in case.label:
            continue
        turns = [
            (ours.ask(case.label, options.seconds), theirs.ask(case.label, options.seconds))
            for _ in range(options.turns)
        ]
        errors = {answer["error"] for turn in turns for answer in turn if "error" in answer}
        rows = [f"| {case.label} | {'; '.join(sorted(errors))} | | | |"] if errors else []
        failed += len(rows)
        if not errors:
            mine, other = map(fastest, zip(*turns, strict=True))
            for call, seconds in other.items():
                ratios.append(mine[call] / seconds)
                cells = f"{seconds * 1e6:.0f} | {mine[call] * 1e6:.0f} | {ratios[-1]:.2f}"
                rows.append(f"| {case.label} | {call} | {cells} |")
        print("\n".join(rows), flush=True)
        lines += rows
    middle, worst = statistics.median(ratios), max(ratios)
    verdict = f"Median ratio {middle:.2f} (at most {MEDIAN}), largest {worst:.2f} (at most {WORST}), {failed} failed."
    print(f"\n{verdict}")
    if options.output:
        options.output.write_text("\n".join([HEAD, *lines, "", verdict, ""]), encoding="utf-8")
    return int(middle > MEDIAN or worst > WORST or failed > 0)


if __name__ == "__main__":
    raise SystemExit(main())
