"""One hand-made case a row: what it is, where it is to be loaded, which codes it gives, and whether it loads.

The rules about objects and weights, LS301 to LS406, and a model without findings. Those about files and environments
stand in `tests.rules.cases_of_files`, those about safety in `tests.rules.cases_of_safety`.
"""

from __future__ import annotations

from loadstone.artifact import Pointer
from tests.rules.artifacts import (
    archive,
    array,
    bytecode,
    functional,
    identifier,
    keras3,
    layer,
    model,
    saved_model,
    stored,
    trained,
    written_by,
)
from tests.rules.cases_of_archives import ARCHIVES
from tests.rules.cases_of_files import ADDON, FILES_AND_ENVIRONMENTS, NO_ADDONS, Row
from tests.rules.cases_of_safety import SAFETY
from tests.rules.cases_of_stacks import STACKS
from tests.rules.environments import KERAS315, TF24, TF215, environment

__all__ = ["ROWS", "Row"]

ADDON_ARCHIVED = layer(
    "GroupNormalization", module="tensorflow_addons.layers", registered_name="Addons>GroupNormalization"
)
ADDON_OPTIMIZER = layer("Addons>LAMB", {"name": "LAMB"}, slot="optimizer", in_training=True)
ADDON_ADAMW = layer("Addons>AdamW", {"name": "AdamW"}, slot="optimizer", in_training=True)
ADDON_METRIC = layer("Addons>F1Score", {"name": "f1"}, slot="metrics", in_training=True)
LOSSES = Pointer(document="training_config", path="/loss")
ONE_OF_LOSSES = Pointer(document="training_config", path="/loss/out")

ROWS: tuple[Row, ...] = (
    *FILES_AND_ENVIRONMENTS,
    *ARCHIVES,
    *STACKS,
    Row(name="an addon in Keras 3", artifact=model(ADDON), environment=KERAS315, codes=("LS301",), bare=False),
    Row(
        name="an addon optimizer in Keras 3",
        artifact=model(ADDON_OPTIMIZER),
        environment=KERAS315,
        codes=("LS301",),
        bare=True,
    ),
    Row(
        name="an addon optimizer that Keras 3 mistakes for its own",
        artifact=model(ADDON_ADAMW),
        environment=KERAS315,
        codes=("LS301",),
        loads=True,
        bare=True,
    ),
    Row(
        name="an addon metric that Keras 3 does not look up",
        artifact=model(ADDON_METRIC),
        environment=KERAS315,
        codes=("LS301",),
        loads=True,
        bare=True,
    ),
    Row(
        name="an addon metric in a SavedModel",
        artifact=saved_model(ADDON_METRIC),
        environment=NO_ADDONS,
        codes=("LS203", "LS301"),
        bare=True,
    ),
    Row(
        name="an addon layer in a SavedModel",
        artifact=saved_model(ADDON),
        environment=NO_ADDONS,
        codes=("LS203", "LS301"),
        loads=True,
        bare=True,
    ),
    Row(
        name="an addon cell in a SavedModel",
        artifact=saved_model(layer("Addons>LayerNormLSTMCell", slot="cell")),
        environment=NO_ADDONS,
        codes=("LS203", "LS301"),
        bare=False,
    ),
    Row(
        name="an addon by registered name in an archive",
        artifact=archive(ADDON_ARCHIVED),
        environment=TF215,
        codes=("LS203",),
        loads=True,
        bare=True,
    ),
    Row(
        name="an addon wrapped in an archive, by class name alone",
        artifact=archive(
            layer(
                "WeightNormalization",
                slot="layer",
                module="tensorflow_addons.layers",
                registered_name="Addons>WeightNormalization",
            )
        ),
        environment=TF215,
        codes=("LS203", "LS301"),
        bare=False,
    ),
    Row(name="a custom layer", artifact=model(layer("Scale")), environment=TF215, codes=("LS302",), bare=False),
    Row(
        name="a custom loss",
        artifact=model(identifier("cosine_mse", "loss", in_training=True, at=LOSSES)),
        environment=TF215,
        codes=("LS302",),
        bare=True,
    ),
    Row(
        name="a custom loss of one output, not looked at by Keras 3",
        artifact=model(identifier("cosine_mse", "loss", in_training=True, at=ONE_OF_LOSSES)),
        environment=KERAS315,
        codes=("LS302",),
        loads=True,
        bare=True,
    ),
    Row(
        name="an activation that came later",
        artifact=model(identifier("mish", "activation")),
        environment=TF24,
        codes=("LS303",),
        bare=False,
    ),
    Row(
        name="an optimizer of later releases",
        artifact=model(layer("Custom>Adam", slot="optimizer", in_training=True)),
        environment=TF24,
        codes=("LS303",),
        bare=True,
    ),
    Row(
        name="an archive of tf.keras in Keras 3",
        artifact=archive(layer("Functional", module="keras.src.engine.functional", slot="")),
        environment=KERAS315,
        codes=("LS304",),
        bare=False,
    ),
    Row(
        name="operations of tf.keras in Keras 3",
        artifact=model(layer("TFOpLambda", {"function": "math.add"})),
        environment=KERAS315,
        codes=("LS305",),
        bare=False,
    ),
    Row(
        name="operations of Keras 3 in HDF5",
        artifact=keras3(layer("GetItem")),
        environment=KERAS315,
        codes=("LS305",),
        bare=False,
    ),
    Row(
        name="groups of DepthwiseConv2D in Keras 3",
        artifact=model(layer("DepthwiseConv2D", {"kernel_size": [3, 3], "groups": 1})),
        environment=KERAS315,
        codes=("LS306",),
        bare=False,
    ),
    Row(
        name="keepdims of a later release in TensorFlow 2.4",
        artifact=model(layer("GlobalAveragePooling2D", {"keepdims": False})),
        environment=TF24,
        codes=("LS306",),
        bare=False,
    ),
    Row(
        name="lr in Keras 3",
        artifact=model(layer("SGD", {"lr": 0.1}, slot="optimizer", in_training=True)),
        environment=KERAS315,
        codes=("LS306",),
        bare=True,
    ),
    Row(
        name="hard_sigmoid in Keras 3",
        artifact=model(identifier("hard_sigmoid", "activation")),
        environment=KERAS315,
        codes=("LS307",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a crop at inference of Keras 3.7",
        artifact=keras3(layer("RandomCrop", {"height": 3, "width": 3}), writer=(written_by("keras", "3.7.0"),)),
        environment=KERAS315,
        codes=("LS307",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a crop of Keras 3.8",
        artifact=keras3(layer("RandomCrop", {"height": 3, "width": 3}), writer=(written_by("keras", "3.8.0"),)),
        environment=KERAS315,
        codes=(),
        loads=True,
        bare=True,
    ),
    Row(
        name="a symmetric shear, as Keras 3 writes it",
        artifact=keras3(layer("RandomShear", {"x_factor": [-0.2, 0.2], "y_factor": [0.1, 0.2]})),
        environment=KERAS315,
        codes=("LS306",),
        bare=False,
    ),
    Row(
        name="a slash in a name",
        artifact=model(layer("Dense", {"name": "conv1/conv", "units": 3})),
        environment=KERAS315,
        codes=("LS308",),
        bare=False,
    ),
    Row(
        name="a bare layer in a wrapper",
        artifact=model(layer("LSTM", {"units": 3}, slot="layer")),
        environment=KERAS315,
        codes=("LS309",),
        bare=False,
    ),
    Row(
        name="a tensor by keyword",
        artifact=model(functional([stored("a"), stored("b"), stored("c", [["a", 0, 0, {"value": ["b", 0, 0]}]])])),
        environment=KERAS315,
        codes=("LS310",),
        bare=False,
    ),
    Row(
        name="a loss by its short name",
        artifact=model(identifier("mse", "loss", in_training=True, at=LOSSES)),
        environment=KERAS315,
        codes=("LS311",),
        bare=True,
    ),
    Row(
        name="an inner model counted from one",
        artifact=model(
            functional([stored("a"), stored("encoder", [["a", 0, 0, {}]]), stored("b", [["encoder", 1, 0, {}]])])
        ),
        environment=KERAS315,
        codes=("LS312",),
        bare=False,
    ),
    Row(
        name="optimizer state of Keras 2",
        artifact=model(training=trained(4)),
        environment=KERAS315,
        codes=("LS401",),
        loads=True,
        bare=True,
    ),
    Row(
        name="optimizer state of Keras 2, of an unknown writer",
        artifact=model(training=trained(4), writer=()),
        environment=KERAS315,
        codes=("LS401",),
        loads=True,
        bare=True,
    ),
    Row(
        name="no optimizer state",
        artifact=model(training=trained(0)),
        environment=KERAS315,
        loads=True,
        bare=True,
    ),
    Row(
        name="weights of another model",
        artifact=model(
            config={"class_name": "Sequential", "config": {"layers": [stored("dense")]}},
            tensors=(array("model_weights/dense/dense/kernel:0", 3), array("model_weights/other/other/kernel:0", 3)),
        ),
        environment=TF215,
        codes=("LS402",),
        bare=False,
    ),
    Row(
        name="MultiHeadAttention of TensorFlow 2.4 in 2.15",
        artifact=model(layer("MultiHeadAttention", {"num_heads": 2, "key_dim": 4})),
        environment=TF215,
        codes=("LS403",),
        bare=False,
    ),
    Row(
        name="MultiHeadAttention of TensorFlow 2.4 in 2.4",
        artifact=model(layer("MultiHeadAttention", {"num_heads": 2, "key_dim": 4})),
        environment=TF24,
        codes=("LS403",),
        loads=True,
        bare=True,
    ),
    Row(
        name="NoisyDense of an older release",
        artifact=model(
            layer("Addons>NoisyDense", {"name": "noisy"}), tensors=(array("model_weights/noisy/noisy/mu_kernel:0", 2),)
        ),
        environment=TF215,
        codes=("LS203", "LS404"),
        bare=False,
    ),
    Row(
        name="bytecode that wants K where it has another name",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.11", "K"),)),
        environment=TF215,
        codes=("LS501",),
        bare=False,
    ),
    Row(
        name="bytecode that wants tf in Keras 3, to learn the shape of its output",
        artifact=model(layer("Lambda"), payloads=(bytecode(">=3.11", "tf"),)),
        environment=environment(tensorflow="2.16.2", keras="3.4.1"),
        codes=("LS501",),
        bare=False,
    ),
    Row(
        name="bytecode that wants tf in Keras 3, and the shape of its output",
        artifact=model(layer("Lambda", {"output_shape": [2]}), payloads=(bytecode(">=3.11", "tf"),)),
        environment=environment(tensorflow="2.16.2", keras="3.4.1"),
        codes=("LS501",),
        loads=True,
        bare=True,
    ),
    Row(
        name="a loader that does not look at compile",
        artifact=model(layer("Addons>LAMB", {"name": "LAMB"}, slot="optimizer", in_training=True)),
        environment=environment(tensorflow="2.16.1", keras="3.0.5"),
        codes=("LS301",),
        bare=False,
    ),
    *SAFETY,
    Row(
        name="a plain model", artifact=model(layer("Dense", {"units": 3})), environment=KERAS315, loads=True, bare=True
    ),
    Row(
        name="a plain model in a Keras that was never read",
        artifact=model(),
        environment=environment(python="3.6.15", keras="1.2.2", theano="0.9.0", variables={"KERAS_BACKEND": "theano"}),
        loads=None,
        bare=None,
    ),
)
