"""Writes the tables that only real interpreters can tell: their opcodes, and how they marshal a set of functions.

Run with the interpreters as arguments, oldest first: ``python make_code_objects.py python3.6 ... python3.13``.
It runs itself in each of them, so it keeps to the syntax of Python 3.6. The opcodes go to ``formats/opcodes.csv`` of
the package, the marshalled functions to ``code_objects.json`` beside this file.
"""

import base64
import json
import marshal
import opcode
import pathlib
import subprocess
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

tf: Any = None  # the functions are marshalled, never called
K: Any = None


def functions() -> "dict[str, Callable[..., Any]]":
    """Return functions whose code differs between releases, and one that every release writes alike."""
    scale = 3

    def block(x: Any, *rest: Any, **options: Any) -> Any:
        """Use loops, handlers, comprehensions, a context manager, a closure and every kind of constant."""
        total: Any = 0.5
        for index in range(3):
            try:
                total += x[index] ** 2 if x is not None else -1j
            except (ValueError, IndexError) as error:
                total = {"a": error, b"b": (1, 2.5, None, True, Ellipsis, 10**20, -(10**9), "h\u00e9llo")}
        with tf.name_scope("sc\u00f6pe"):
            inner = [tf.concat([y, y], -1) for y in x if y in {1, 2}]
        return [*inner, rest, options], (lambda z: z + total * scale)

    return {
        "identity": lambda x: x,
        "arithmetic": lambda x: x * 2 + 1,
        "method": lambda x: K.mean(x),  # noqa: PLW0108 - the call is what is looked at
        "keyword": lambda x: tf.reduce_mean(tf.abs(x), axis=-1),
        "branch": lambda x, axis=1: x[:, axis] if axis else x,
        "closure": lambda x: x / scale,
        "identity_test": lambda x: x is None,
        "block": block,
    }


def describe() -> "dict[str, Any]":
    """Return this interpreter's opcodes with their inline cache entries, and the functions marshalled."""
    caches = getattr(opcode, "_inline_cache_entries", {})
    caches = caches if isinstance(caches, dict) else {opcode.opname[i]: count for i, count in enumerate(caches)}
    opcodes = {
        name: [number, caches.get(name, 0)]
        for name, number in opcode.opmap.items()
        if number < 256 and not name.startswith("INSTRUMENTED_")
    }
    code = {name: base64.b64encode(marshal.dumps(function.__code__)).decode() for name, function in functions().items()}
    return {"release": "{}.{}".format(*sys.version_info[:2]), "opcodes": opcodes, "code": code}


def write(interpreters: "list[str]") -> None:
    """Ask every interpreter, and write both tables."""
    this = pathlib.Path(__file__).resolve()
    package = this.parents[2] / "src" / "loadstone" / "formats"
    # Through standard input, so that the code objects hold no path of the machine.
    answers = [json.loads(subprocess.check_output([path, "-"], input=this.read_bytes())) for path in interpreters]
    rows = ["name," + ",".join(answer["release"] for answer in answers)]
    for name in sorted({name for answer in answers for name in answer["opcodes"]}):
        cells = (answer["opcodes"].get(name) for answer in answers)
        rows.append(name + "," + ",".join("" if cell is None else "{}+{}".format(*cell) for cell in cells))
    (package / "opcodes.csv").write_text("\n".join(rows) + "\n")
    functions_by_release = {answer["release"]: answer["code"] for answer in answers}
    (this.parent / "code_objects.json").write_text(json.dumps(functions_by_release, indent=1) + "\n")


if __name__ == "__main__":
    if sys.argv[1:]:
        write(sys.argv[1:])
    else:
        print(json.dumps(describe()))  # noqa: T201
