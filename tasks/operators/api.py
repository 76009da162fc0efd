"""Lists the functions of TensorFlow that a functional model can hold: ``python tasks/operators/api.py OUT.json``.

Runs inside the environments of the past: Python 3.7 syntax. tf.keras 2.4 to 2.15 turns a call on a symbolic tensor into
a ``TFOpLambda`` layer where the function was exported with support of dispatching, and stores the name that the export
table gives for it. Leaves ``{"release": ..., "functions": {name: [parameter, ...]}}``; ``*`` is before a parameter that
takes all further ones. ``python tasks/operators/api.py --merge`` runs it with every release of `RELEASES` and writes
the table that the tests walk.
"""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tests" / "blueprint" / "tensor_functions.json"
RELEASES = ("tf24", "tf28", "tf211", "tf215")
DISPATCHING = ("_tf_dispatchers", "_tf_fallback_dispatchers", "_tf_type_based_dispatcher")


def walk(module: Any, seen: set[int], found: dict[str, Any]) -> None:
    """Adds every dispatching function below a public module to ``found``, by the name it is stored under."""
    from tensorflow.python.util import tf_decorator, tf_export

    if id(module) in seen:
        return
    seen.add(id(module))
    for name in dir(module):
        try:
            item = getattr(module, name)
        except Exception:  # noqa: BLE001, S112 - a lazily loaded part that this installation lacks
            continue
        if inspect.ismodule(item):
            path = getattr(item, "__name__", "") or ""
            if "tensorflow" in path or "keras" in path:
                walk(item, seen, found)
        elif callable(item) and not inspect.isclass(item):
            target = tf_decorator.unwrap(item)[1]
            if not any(hasattr(each, key) for each in (item, target) for key in DISPATCHING):
                continue
            stored = tf_export.get_canonical_name_for_symbol(
                item, add_prefix_to_v1_names=True
            ) or tf_export.get_canonical_name_for_symbol(item, api_name="keras", add_prefix_to_v1_names=True)
            if stored:
                found[stored] = parameters(item)


def parameters(function: Any) -> Any:
    """Its parameters' names as tf.keras reads them, without ``name``."""
    from tensorflow.python.util import tf_inspect

    spec = tf_inspect.getfullargspec(function)
    names = [*spec.args, *(["*" + spec.varargs] if spec.varargs else []), *spec.kwonlyargs]
    return [name for name in names if name != "name"]


def main() -> None:
    """Writes the list of this interpreter's TensorFlow."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    found = {}  # type: dict[str, Any]
    seen = set()  # type: set[int]
    walk(tf, seen, found)
    walk(tf.compat.v1, seen, found)
    with open(sys.argv[1], "w") as out:  # noqa: PTH123 - Python 3.7
        json.dump({"release": tf.__version__, "functions": dict(sorted(found.items()))}, out, indent=0)


def merge() -> None:
    """Writes the table of all releases: ``{name: {parameters joined by a space: [release, ...]}}``."""
    table = {}  # type: dict[str, Any]
    for era in RELEASES:
        python = ROOT / ".cache" / "envs" / era / "bin" / "python"
        out = ROOT / ".cache" / "operators_{}.json".format(era)  # noqa: UP032 - as above
        subprocess.run([str(python), "-W", "ignore", __file__, str(out)], check=True)
        listed = json.loads(out.read_text())
        for name, names in listed["functions"].items():
            if not name.startswith("raw_ops."):
                table.setdefault(name, {}).setdefault(" ".join(names), []).append(era)
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(table.items()))
    TABLE.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    merge() if sys.argv[1:] == ["--merge"] else main()
