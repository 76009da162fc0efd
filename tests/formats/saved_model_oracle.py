"""What TensorFlow itself reads in the corpus' SavedModels: writes ``saved_model_oracle.json``.

    python -m tests.formats.saved_model_oracle

needs TensorFlow. For each folder: how many arrays, (function, operation) pairs and tensors of signatures there are, and
a digest of all of them, so that `test_saved_model.py` can compare without TensorFlow; `describe` says what is digested.
And the names of functions that objects call and the program does not hold, where there are any.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loadstone.artifact import Format
from tests.corpus_table import MODELS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TABLE = Path(__file__).with_suffix(".json")


def describe(
    tensors: Iterable[tuple[str, str, tuple[int, ...]]],
    operations: Iterable[tuple[str, str, int]],
    ports: Iterable[tuple[str, str, str, str, str | None, tuple[int | None, ...] | None]],
) -> dict[str, int | str]:
    """Counts and digests of what three tables hold.

    Arrays (name, dtype, shape), operations (function, operation, count), and what signatures take and give (signature,
    side, name, tensor, dtype, shape).
    """
    rows = {
        "tensors": sorted(f"{name} {dtype} {list(shape)}" for name, dtype, shape in tensors),
        "operations": sorted(f"{function} {operation} {count}" for function, operation, count in operations),
        "ports": sorted(" ".join(map(str, row)) for row in ports),
    }
    counts = {name: len(lines) for name, lines in rows.items()}
    digests = {f"{name}_digest": hashlib.sha256("\n".join(lines).encode()).hexdigest() for name, lines in rows.items()}
    return {**counts, **digests}


def ports(program: Any) -> Iterator[tuple[str, str, str, str, str | None, tuple[int | None, ...] | None]]:
    """What the signatures of a parsed ``SavedModel`` take and give, but for TensorFlow's own."""
    import tensorflow as tf

    for graph in program.meta_graphs:
        for key, signature in graph.signature_def.items():
            for side, infos in (("inputs", signature.inputs), ("outputs", signature.outputs)):
                if key not in {"__saved_model_init_op", "__saved_model_train_op"}:
                    for name, info in infos.items():
                        shape = tf.TensorShape(info.tensor_shape)
                        sizes = None if shape.rank is None else tuple(shape.as_list())
                        yield key, side, name, info.name, tf.as_dtype(info.dtype).name, sizes


def missing_functions(program: Any) -> list[str]:
    """The functions that objects of a parsed ``SavedModel`` name, and neither its library nor its table has."""
    missing: set[str] = set()
    for graph in program.meta_graphs:
        objects = graph.object_graph_def
        provided = {function.signature.name for function in graph.graph_def.library.function}
        provided |= set(objects.concrete_functions)
        for node in objects.nodes:
            missing |= set(node.function.concrete_functions) - provided
            if node.HasField("bare_concrete_function"):
                missing |= {node.bare_concrete_function.concrete_function_name} - provided
    return sorted(missing)


def ask_tensorflow(folder: Path) -> dict[str, Any]:
    """The same from TensorFlow's own readers."""
    import tensorflow as tf
    from tensorflow.core.protobuf import saved_model_pb2

    checkpoint = tf.train.load_checkpoint(str(folder / "variables" / "variables"))
    shapes, dtypes = checkpoint.get_variable_to_shape_map(), checkpoint.get_variable_to_dtype_map()
    program = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    operations: Counter[tuple[str, str]] = Counter()
    for graph in program.meta_graphs:
        operations.update(("", node.op) for node in graph.graph_def.node)
        for function in graph.graph_def.library.function:
            operations.update((function.signature.name, node.op) for node in function.node_def)
    described = describe(
        (
            (name, dtypes[name].name, tuple(shape))
            for name, shape in shapes.items()
            if name != "_CHECKPOINTABLE_OBJECT_GRAPH"
        ),
        ((function, operation, count) for (function, operation), count in operations.items()),
        ports(program),
    )
    missing = missing_functions(program)
    return {**described, "missing_functions": missing} if missing else described


def main() -> None:
    """Writes the table."""
    models = [model for model in MODELS if model.format is Format.SAVED_MODEL]
    TABLE.write_text(json.dumps({model.file: ask_tensorflow(model.path) for model in models}, indent=1) + "\n")


if __name__ == "__main__":
    main()
