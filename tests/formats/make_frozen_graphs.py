"""Writes the frozen graphs of ``frozen/`` and, beside them, what TensorFlow itself says that they hold.

Run in each environment, with the name of its files: ``python make_frozen_graphs.py tf115``. A release of TensorFlow 2
freezes a function too, in its own way, into a second file. It keeps to the syntax of Python 3.6.
"""

import json
import pathlib
import sys
from collections import Counter
from typing import Any

import tensorflow as tf

FOLDER = pathlib.Path(__file__).with_name("frozen")
TABLE = FOLDER / "oracle.json"
v1 = tf.compat.v1
OUTPUTS = ["scores", "label", "is_large", "best", "pair", "parts", "doubled"]
#: No outputs: TensorFlow gives them to no caller.
NO_OUTPUTS = {"Placeholder", "PlaceholderWithDefault", "Const", "NoOp", "Assert"}


def session_graph() -> Any:
    """A graph of TensorFlow 1 with every kind of input and output that a reader has to tell."""
    from tensorflow.python.framework import function

    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        image = v1.placeholder("float32", (None, 4, 4, 1), name="image")
        scale = v1.placeholder("float32", (), name="scale")
        offset = v1.placeholder("float32", name="offset")
        rate = v1.placeholder_with_default(0.5, (), name="rate")
        kernel = v1.get_variable("kernel", (2, 2, 1, 3), "float32")
        with v1.name_scope("dense"):
            weights = v1.get_variable("weights", (48, 5), "float32")
            hidden = tf.nn.relu(tf.nn.conv2d(image, kernel, strides=(1, 1, 1, 1), padding="SAME"))
            logits = tf.matmul(tf.reshape(hidden, (-1, 48)), weights) * scale + offset * rate
        double = function.Defun(tf.float32, func_name="double")(lambda x: x + x)
        with v1.control_dependencies([v1.assert_positive(scale)]):
            tf.nn.softmax(logits, name="scores")
        tf.argmax(logits, -1, output_type="int32", name="label")
        tf.greater(logits, 0.0, name="is_large")
        tf.nn.top_k(logits, 2, name="best")
        tf.split(logits, [2, 3], -1, name="parts")
        tf.identity_n([logits, tf.cast(logits, "int64")], name="pair")
        tf.identity(double(logits), name="doubled")
        session.run(v1.global_variables_initializer())
        return v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), OUTPUTS)


def function_graph() -> Any:
    """The graph of a frozen ``tf.function``."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    weights = tf.Variable(tf.ones((7, 2)))

    def predict(features: Any, flip: Any) -> "dict[str, Any]":
        found = tf.matmul(features, weights)
        return {"value": tf.cond(flip, lambda: -found, lambda: found), "count": tf.shape(found)[0]}

    given = [tf.TensorSpec((None, 7), "float32", "features"), tf.TensorSpec((), "bool", "flip")]
    concrete = tf.function(predict, input_signature=given).get_concrete_function()
    return convert_variables_to_constants_v2(concrete, lower_control_flow=False).graph.as_graph_def()


def describe(definition: Any) -> "dict[str, Any]":
    """What TensorFlow finds in a graph: its operations, and the inputs and outputs with type and shape."""
    graph = tf.Graph()
    with graph.as_default():
        tf.import_graph_def(definition, name="")
    operations = Counter({("", node.op): 0 for node in definition.node})
    operations.update(("", node.op) for node in definition.node)
    for each in definition.library.function:
        operations.update((each.signature.name, node.op) for node in each.node_def)
    nodes = graph.get_operations()
    taken = {before.name for node in nodes for before in node.control_inputs + [each.op for each in node.inputs]}
    inputs = [node.outputs[0] for node in nodes if node.type == "Placeholder"]
    outputs = [
        tensor for node in nodes if node.type not in NO_OUTPUTS and node.name not in taken for tensor in node.outputs
    ]
    return {
        "tensorflow": tf.__version__,
        "producer": definition.versions.producer,
        "operations": sorted([function, op, count] for (function, op), count in operations.items()),
        "inputs": [port(tensor) for tensor in inputs],
        "outputs": [port(tensor) for tensor in outputs],
    }


def port(tensor: Any) -> "list[Any]":
    """A tensor's name, type and shape."""
    shape = None if tensor.shape.ndims is None else tensor.shape.as_list()
    return [tensor.name, tensor.dtype.name, shape]


def main(name: str) -> None:
    """Write the files of one environment, and their rows."""
    made = {name: session_graph()}
    if tf.__version__.startswith("2"):
        made[name + "_function"] = function_graph()
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    for file, definition in made.items():
        (FOLDER / (file + ".pb")).write_bytes(definition.SerializeToString())
        table[file] = describe(definition)
    TABLE.write_text(json.dumps(dict(sorted(table.items())), indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
