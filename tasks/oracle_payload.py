"""Asks this interpreter's own ``load_model`` about many files: JSON jobs in, one JSON line per file out.

Runs alone in the environments of the past (``python -I``): Python 3.7 syntax, nothing of this project imported, so that
no class of it can be found by a loader either. Usage: ``oracle_payload.py JOBS RESULTS CALL [IMPORT ...]``, where CALL
is the module whose ``models.load_model`` is asked, and IMPORT what a program imports before. Before a file is opened a
line says so: whatever ends the process then was that file.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import tempfile
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

MESSAGE_LENGTH = 600
FRAMES = 8


def main() -> None:
    """Answers every job of the first file, each on a line appended to the second."""
    jobs, results, call, *imports = sys.argv[1:]
    warnings.simplefilter("ignore")
    keras = module(call)
    for name in imports:
        importlib.import_module(name)  # which registers its objects, as in a user's program
    with Path(results).open("a") as out:
        for job in json.loads(Path(jobs).read_text()):
            about = {"file": job["file"], "sha256": job["sha256"]}
            say(out, {**about, "begun": True})
            say(out, {**about, **{mode: attempt(keras, job, mode) for mode in ("compiled", "bare")}})


def say(out: Any, line: dict[str, Any]) -> None:
    """Puts one line in the results, at once."""
    out.write(json.dumps(line) + "\n")
    out.flush()


def module(call: str) -> Any:
    """A module by its name, or an attribute of one: ``tensorflow.keras`` is no module of its own in every release."""
    name, _, attribute = call.partition(".")
    found = importlib.import_module(name)
    return getattr(found, attribute) if attribute else found


def attempt(keras: Any, job: dict[str, Any], mode: str) -> dict[str, Any]:
    """Loads one file, given no custom objects, and compares what it computes with what was recorded."""
    keras.backend.clear_session()
    seed()
    try:
        model = keras.models.load_model(job["path"], **({"compile": False} if mode == "bare" else {}))
    except BaseException as failure:
        if isinstance(failure, KeyboardInterrupt):
            raise
        return {"loads": False, **raised(failure, job)}
    return {"loads": True, "max_abs_difference": difference(model, job["io"])}


def seed() -> None:
    """Weights that a loader leaves out are random, but alike each time."""
    random = sys.modules["tensorflow"].random
    if hasattr(random, "set_seed"):
        random.set_seed(0)
    else:
        random.set_random_seed(0)


def raised(failure: BaseException, job: dict[str, Any]) -> dict[str, Any]:
    """What an exception is: its class, its message, what it was raised from, and through which functions."""
    cause = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    told = None if cause is None else type(cause).__name__ + ": " + shortened(without_this_machine(str(cause), job))
    frames = traceback.extract_tb(failure.__traceback__)[1:][-FRAMES:]
    return {
        "error": type(failure).__name__,
        "message": shortened(without_this_machine(str(failure), job)),
        "cause": told,
        "frames": [without_this_machine(frame.filename, job) + ":" + frame.name for frame in frames],
    }


def shortened(message: str) -> str:
    """A message of bounded length: its beginning and its end, which say most."""
    if len(message) <= MESSAGE_LENGTH:
        return message
    return message[: MESSAGE_LENGTH // 2] + " [...] " + message[-MESSAGE_LENGTH // 2 :]


def without_this_machine(message: str, job: dict[str, Any]) -> str:
    """The message with the corpus' path shortened, and without this machine's folders and memory addresses."""
    message = message.replace(job["path"], job["file"])
    for folder in sorted({*sys.path, sys.prefix, sys.base_prefix} - {"", "/"}, key=len, reverse=True):
        message = message.replace(folder + "/", "")
    message = message.replace(tempfile.gettempdir() + "/", "TEMPORARY/")
    return re.sub(r"0x[0-9a-f]{6,}", "0x...", message)


def difference(model: Any, io: str) -> float | None:
    """The largest absolute difference of any output, to two digits; None when they cannot be compared."""
    with np.load(io, allow_pickle=False) as arrays:
        inputs = [arrays[f"x{index}"] for index in range(len(arrays.files)) if f"x{index}" in arrays]
        expected = [arrays[f"y{index}"] for index in range(len(arrays.files)) if f"y{index}" in arrays]
    try:
        outputs = [np.asarray(each) for each in flat(computed(model, inputs[0] if len(inputs) == 1 else inputs))]
    except Exception:  # noqa: BLE001 - an object that cannot be called has no outputs to compare
        return None
    if [each.shape for each in outputs] != [each.shape for each in expected]:
        return None
    if any(each.dtype.kind not in "fiub" for each in outputs):
        return None
    largest = max(float(np.max(np.abs(a - b))) for a, b in zip(outputs, expected))  # noqa: B905 - Python 3.7; the lengths are equal
    return float(f"{largest:.1e}") if np.isfinite(largest) else None


def computed(model: Any, inputs: Any) -> Any:
    """A model's outputs; where there are sessions, calling it gives none."""
    if sys.modules["tensorflow"].__version__ < "2":
        return model.predict(inputs)
    return model(inputs, training=False)


def flat(outputs: Any) -> Iterator[Any]:
    """A model's outputs one after the other."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    yield from outputs if isinstance(outputs, (list, tuple)) else [outputs]


if __name__ == "__main__":
    main()
