"""Asks this interpreter's own ``load_model`` about many files: JSON jobs in, one JSON line per file out.

Runs alone in the environments of the past (``python -I``): Python 3.8 syntax, nothing of this project imported, so that
no class of it can be found by a loader either. Usage: ``oracle_payload.py JOBS RESULTS [--addons]``.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_LENGTH = 300


def main() -> None:
    """Answers every job of the first file, each on a line appended to the second."""
    jobs, results, *options = sys.argv[1:]
    warnings.simplefilter("ignore")
    keras = framework(with_addons="--addons" in options)
    with Path(results).open("a") as out:
        for job in json.loads(Path(jobs).read_text()):
            answer = {
                "file": job["file"],
                "sha256": job["sha256"],
                "compiled": attempt(keras, job, compiled=True),
                "bare": attempt(keras, job, compiled=False),
            }
            out.write(json.dumps(answer) + "\n")
            out.flush()
            print(job["file"], answer["compiled"]["loads"], answer["bare"]["loads"], file=sys.stderr, flush=True)


def framework(*, with_addons: bool) -> Any:
    """What ``keras`` means to a user of this environment: ``tensorflow.keras``, whichever Keras that is."""
    import tensorflow as tf

    if with_addons:
        import tensorflow_addons  # noqa: F401 - importing it registers its objects, as in a user's program
    return tf.keras


def attempt(keras: Any, job: dict[str, Any], *, compiled: bool) -> dict[str, Any]:
    """Loads one file, given no custom objects, and compares what it computes with what was recorded."""
    keras.backend.clear_session()
    sys.modules["tensorflow"].random.set_seed(0)  # weights that a loader leaves out are random, but alike each time
    try:
        model = keras.models.load_model(job["path"], compile=compiled)
    except Exception as failure:  # noqa: BLE001 - whatever is raised is the answer
        message = without_this_machine(str(failure), job)[:MESSAGE_LENGTH]
        return {"loads": False, "error": type(failure).__name__, "message": message, "max_abs_difference": None}
    return {"loads": True, "error": None, "message": None, "max_abs_difference": difference(model, job["io"])}


def without_this_machine(message: str, job: dict[str, Any]) -> str:
    """The message with the corpus' path shortened, and without this machine's folders and memory addresses."""
    message = message.replace(job["path"], job["file"])
    for folder in sorted({*sys.path, sys.prefix, sys.base_prefix} - {"", "/"}, key=len, reverse=True):
        message = message.replace(folder + "/", "")
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", message)


def difference(model: Any, io: str) -> float | None:
    """The largest absolute difference of any output, to two digits; None when they cannot be compared."""
    with np.load(io, allow_pickle=False) as arrays:
        inputs = [arrays[f"x{index}"] for index in range(len(arrays.files)) if f"x{index}" in arrays]
        expected = [arrays[f"y{index}"] for index in range(len(arrays.files)) if f"y{index}" in arrays]
    try:
        outputs = [np.asarray(each) for each in flat(model(inputs[0] if len(inputs) == 1 else inputs, training=False))]
    except Exception:  # noqa: BLE001 - an object that cannot be called has no outputs to compare
        return None
    if [each.shape for each in outputs] != [each.shape for each in expected]:
        return None
    largest = max(float(np.max(np.abs(a - b))) for a, b in zip(outputs, expected))  # noqa: B905 - Python 3.8; the lengths are equal
    return float(f"{largest:.1e}") if np.isfinite(largest) else None


def flat(outputs: Any) -> Iterator[Any]:
    """A model's outputs one after the other."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    yield from outputs if isinstance(outputs, (list, tuple)) else [outputs]


if __name__ == "__main__":
    main()
