"""Every class of every release of Keras 2, with every argument that it writes, walked to Keras 3.

Each class has to be found in Keras 3, in `loadstone.legacy` or in the addons, and each argument taken there, renamed,
left out with a note, or refused with a problem. What is in neither is listed here, with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from inspect import Parameter, signature
from types import MappingProxyType
from typing import TYPE_CHECKING

import keras
import pytest
from packaging.version import Version

from loadstone.artifact import Dialect, Pointer
from loadstone.blueprint.graph import Blueprint, LayerSpec, ModelKind, ObjectSpec
from loadstone.blueprint.upgrades import Upgraded, upgrade
from loadstone.knowledge import own
from loadstone.knowledge.keras import BuiltIn, ObjectKind, built_in
from loadstone.knowledge.tables import CONDITIONAL, config_table, table

if TYPE_CHECKING:
    from collections.abc import Iterator

AT = Pointer(document="model_config", path="/config/layers/0")
HERE = Version(keras.__version__)
KINDS = (ObjectKind.LAYER, ObjectKind.INITIALIZER, ObjectKind.REGULARIZER, ObjectKind.CONSTRAINT)

#: Names of the tables that no file has, or that are rebuilt as something else than an object.
BASES = frozenset(
    {
        "AbstractRNNCell", "BaseDenseAttention", "BaseImageAugmentationLayer", "BaseRandomLayer",
        "BatchNormalizationBase", "CombinerPreprocessingLayer", "Conv", "ConvLSTM", "ConvLSTMCell", "ConvRNN",
        "ConvRNN2D", "ConvRecurrent2D", "DepthwiseConv", "GlobalPooling1D", "GlobalPooling2D", "GlobalPooling3D",
        "Network", "Pooling1D", "Pooling2D", "Pooling3D", "PreprocessingLayer", "Recurrent", "SeparableConv",
    }
)  # fmt: skip
FUNCTIONS_ON_TENSORS = frozenset(
    {"ClassMethod", "InstanceMethod", "InstanceProperty", "SlicingOpLambda", "TFOpLambda", "TensorFlowOpLayer"}
)
OF_KERAS_1 = frozenset({"AtrousConvolution1D", "AtrousConvolution2D", "Highway", "MaxoutDense", "Merge"})
WITHIN_OTHERS = frozenset({"ConvLSTM2DCell", "DeviceWrapper", "DropoutWrapper"})  # their rows look at what is in them
#: What is refused, as neither Keras 3 nor loadstone has it.
WITHOUT_EQUIVALENT = frozenset(
    {
        "AddLoss", "AddMetric",  # made by calls of add_loss and add_metric, whose tensors are not outputs
        "SequenceFeatures",  # of feature columns in sparse tensors, which no model of Keras 3 takes
    }
)  # fmt: skip
#: Arguments that are settled when the object is made (`loadstone.runtime.construct`), or of classes without any.
BY_CONSTRUCTION = frozenset(
    {
        ("Discretization", "trainable"), ("Lambda", "function_type"), ("Merge", "mode_type"),
        ("SpatialDropout1D", "trainable"),
        ("SpatialDropout2D", "trainable"), ("SpatialDropout3D", "trainable"),
        *((name, key) for name in ("Identity", "Layer") for key in ("batch_size", "implementation", "weights")),
    }
)  # fmt: skip

#: Operations of Keras 3 that no graph holds: their results depend on no tensor.
EAGER = frozenset(
    {"Bartlett", "Blackman", "Empty", "Eye", "Hamming", "Hanning", "Identity", "Kaiser", "Ones", "Tri", "Zeros"}
)
#: Names that Keras 3 looks up and never writes.
ALIASES_OF_KERAS_3 = frozenset({"orthogonal_initializer"})
#: Of Keras 3: what its base class writes where it is given, and an array within an operation, which no file can hold.
WITHIN_KERAS_3 = frozenset(
    {
        *((name, "activity_regularizer") for name in ("IndexLookup", "IntegerLookup", "StringLookup", "TFSMLayer")),
        ("RMSNorm", "scale"),
    }
)

#: Arguments that a release took, did not write, and Keras 3 takes too: why the default that stands for them is right.
UNWRITTEN = MappingProxyType(
    {
        "backward_layer": "written where it is given",
        "data_format": "of dropped maps, when training; before Keras 2.2 of one dimension, where there was one order",
        "dilation_rate": "of transposed convolutions, which refused any but 1 then",
        "has_input_vocabulary": "what Keras itself says when it loads",
        "input_tensor": "a tensor of the program that made the model",
        "invert": "of Normalization up to 2.12: written since",
        "mask": "Keras 2.3 and before stored no function for it",
        "mean": "among the arrays",
        "noise_shape": "of AlphaDropout, when training",
        "optional": "written where it is given",
        "ragged": "written where it is given",
        "renorm": "written where it is given",
        "renorm_clipping": "as renorm",
        "renorm_momentum": "as renorm",
        "sparse": "the form of the output, whose values are the same",
        "synchronized": "training on several devices",
        "variance": "among the arrays",
        "vocabulary": "in the layer's table, beside the arrays",
        "vocabulary_size": "as vocabulary",
        "zero_output_for_mask": "written where it is given",
    }
)
#: What every layer takes and has no influence on outputs, or is written by the layer's own name.
OF_EVERY_LAYER = frozenset(
    {
        "activity_regularizer", "autocast", "batch_input_shape", "batch_size", "dtype", "dynamic", "implementation",
        "input_dim", "input_dtype", "input_length", "input_shape", "name", "seed", "trainable", "weights",
    }
)  # fmt: skip
WITHOUT_CONFIGURATION = frozenset({"GRUCell", "LSTMCell", "SimpleRNNCell"})  # in Keras 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A class of one release, the keys that it writes, those always and these at times, and what it takes.

    No keys are known of a function.
    """

    release: Version
    kind: ObjectKind
    name: str
    keys: frozenset[str]
    conditional: frozenset[str]
    arguments: frozenset[str]


def written(source: str, major: int = 2, kinds: tuple[ObjectKind, ...] = KINDS) -> Iterator[Written]:
    known, keys = table(source), config_table(source)
    for row, release in enumerate(known.releases):
        for kind in kinds if release.major == major else ():
            for name in known.objects.get(kind.value, {}):
                taken_then = known.at(kind.value, name, row)
                if taken_then is None:
                    continue
                span = keys.at(kind.value, name, row)
                found = () if span is None or span.keys is None else span.keys
                yield Written(
                    release=release,
                    kind=kind,
                    name=name,
                    keys=frozenset(key.removesuffix(CONDITIONAL) for key in found if not key.endswith(CONDITIONAL)),
                    conditional=frozenset(key.removesuffix(CONDITIONAL) for key in found if key.endswith(CONDITIONAL)),
                    arguments=taken_then.arguments,
                )


def upgraded(spec: ObjectSpec, release: Version) -> tuple[ObjectSpec, Upgraded]:
    layer = LayerSpec(name="layer", stored_name="layer", content=ObjectSpec(name="Outer", config={"x": spec}, at=AT))
    model = Blueprint(name="model", kind=ModelKind.FUNCTIONAL, layers=(layer,), at=AT)
    after = upgrade(model, Dialect.KERAS_2 if release.major == 2 else Dialect.KERAS_3, release=release)
    content = after.blueprint.layers[0].content
    assert isinstance(content, ObjectSpec)
    found = content.config["x"]
    assert isinstance(found, ObjectSpec)
    return found, after


@cache
def of_our_own(name: str) -> frozenset[str] | None:
    """The arguments of a class of loadstone's, None when it has none of this name."""
    if name not in own.MODULES:
        return None
    import_module(own.MODULES[name])
    found: set[str] = set()
    for each in keras.saving.get_registered_object(name).__mro__[:-1]:
        parameters = signature(each.__init__).parameters.values()
        found.update(parameter.name for parameter in parameters)
        if all(parameter.kind is not Parameter.VAR_KEYWORD for parameter in parameters):
            break
    return frozenset(found)


def taken(spec: ObjectSpec, kind: ObjectKind) -> frozenset[str] | None:
    """The arguments that the upgraded class takes, None when nobody has it; all of them where it is open."""
    match built_in(spec.name, HERE, kind):
        case BuiltIn(open_ended=True):
            return frozenset(spec.config)
        case BuiltIn(arguments=arguments):
            return arguments
    return frozenset(spec.config) if spec.name.startswith("Addons>") else of_our_own(spec.name)


@pytest.mark.parametrize("source", ["multibackend", "bundled", "keras"])
def test_every_class_of_keras_2_is_found_or_known_to_be_gone(source: str) -> None:
    listed = BASES | FUNCTIONS_ON_TENSORS | OF_KERAS_1 | WITHIN_OTHERS | WITHOUT_EQUIVALENT
    missing = set()
    for each in written(source):
        after, said = upgraded(ObjectSpec(name=each.name, at=AT), each.release)
        if not said.problems and taken(after, each.kind) is None:
            missing.add(each.name)
    assert missing <= listed


@pytest.mark.parametrize("source", ["multibackend", "bundled", "keras"])
def test_every_argument_of_keras_2_is_taken_renamed_left_out_or_refused(source: str) -> None:
    lost = set()
    for each in written(source):
        for key in each.keys | each.conditional:
            spec = ObjectSpec(name=each.name, config=MappingProxyType({key: "a value"}), at=AT)
            after, said = upgraded(spec, each.release)
            arguments = taken(after, each.kind)
            if said.problems or arguments is None:
                continue
            if not set(after.config) <= arguments:
                lost.add((each.name, key))
            elif key not in after.config:
                assert said.notes, (each.name, key)
    assert lost <= BY_CONSTRUCTION


def test_every_argument_of_keras_3_is_taken_or_left_out() -> None:
    lost = set()
    for each in written("keras", 3, (*KINDS, ObjectKind.OPERATION)):
        for key in each.keys | each.conditional:
            place = "keras.src.ops.nn" if each.kind is ObjectKind.OPERATION else None
            spec = ObjectSpec(name=each.name, config=MappingProxyType({key: None}), module=place, at=AT)
            after, _ = upgraded(spec, each.release)
            here = taken(after, each.kind)
            if here is None or not set(after.config) <= here:
                lost.add((each.name, key))
    assert {(name, key) for name, key in lost if name not in EAGER | ALIASES_OF_KERAS_3} == WITHIN_KERAS_3


@pytest.mark.parametrize("source", ["multibackend", "bundled", "keras"])
def test_what_a_release_took_and_did_not_write_is_right_by_default(source: str) -> None:
    unwritten: set[str] = set()
    for each in written(source):
        here = built_in(each.name, HERE, each.kind)
        if here is not None and each.keys and each.name not in WITHOUT_CONFIGURATION:
            unwritten |= (each.arguments & here.arguments) - each.keys - OF_EVERY_LAYER
    assert unwritten <= set(UNWRITTEN)


def test_what_is_listed_as_gone_is_gone() -> None:
    for name in WITHOUT_EQUIVALENT:
        after, _ = upgraded(ObjectSpec(name=name, at=AT), Version("2.6"))
        assert taken(after, ObjectKind.LAYER) is None
