"""Every family of ``keras.applications``, with its depth and a fraction of its width."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tasks.rescue.case import Case, NotInThisRelease, plain

if TYPE_CHECKING:
    from tasks.fixtures_models import Release

# The smallest of each family, the side of its images, and by what its widths are divided.
FAMILIES = (
    ("VGG16", 32, 16),
    ("ResNet50", 32, 16),
    ("ResNet50V2", 32, 16),
    ("InceptionV3", 75, 16),
    ("InceptionResNetV2", 75, 16),
    ("Xception", 71, 8),
    ("MobileNet", 32, 8),
    ("MobileNetV2", 32, 8),
    ("MobileNetV3Small", 32, 8),
    ("DenseNet121", 32, 8),
    ("NASNetMobile", 32, 11),
    ("EfficientNetB0", 32, 8),
    ("EfficientNetV2B0", 32, 8),
    ("RegNetX002", 32, 8),
    ("ResNetRS50", 32, 16),
    ("ConvNeXtTiny", 32, 16),
)
CLASSES = 5
SIZES = frozenset({"filters", "projection_dim", "units"})
SHAPES = frozenset({"target_shape", "build_input_shape", "batch_input_shape", "batch_shape", "input_shape"})


def network(release: Release, family: str, side: int, divisor: int) -> Any:
    """A network of a family, its layers thinned."""
    factory = getattr(release.keras.applications, family, None)
    if factory is None:
        raise NotInThisRelease(f"keras.applications has no {family}")
    whole = factory(weights=None, include_top=False, input_shape=(side, side, 3), pooling="avg")
    config = json.loads(json.dumps(whole.get_config(), default=plain))
    try:
        thin = type(whole).from_config(_thinned(config, divisor), custom_objects=_own_layers(whole))
    except Exception as error:  # widths that do not divide
        raise NotInThisRelease(f"cannot be thinned: {type(error).__name__}: {error}"[:200]) from error
    score = release.keras.layers.Dense(CLASSES, activation="softmax", name="predictions")(thin.outputs[0])
    return release.keras.models.Model(thin.inputs[0], score, name=family.lower())


def _own_layers(model: Any) -> dict[str, Any]:
    """Classes of layers that stand with the network and are registered nowhere."""
    return {type(layer).__name__: type(layer) for layer in model.layers if "applications" in type(layer).__module__}


def _thinned(value: Any, divisor: int) -> Any:
    """A configuration with every width divided; the number of groups only where each channel is one."""
    if isinstance(value, list):
        return [_thinned(item, divisor) for item in value]
    if not isinstance(value, dict):
        return value
    depthwise = "groups" in value and value["groups"] == value.get("filters")
    sizes = {*SIZES, "groups"} if depthwise else SIZES
    return {
        key: max(1, item // divisor)
        if key in sizes and isinstance(item, int)
        else _thinned_shape(item, divisor)
        if key in SHAPES and isinstance(item, (list, tuple))
        else _thinned(item, divisor)
        for key, item in value.items()
        if key != "build_config"  # shapes of the whole network, which the layers learn anew
    }


def _thinned_shape(shape: Any, divisor: int) -> list[Any]:
    """A shape whose last size is a width; of several inputs none is."""
    *rest, last = shape
    return [*rest, last // divisor if isinstance(last, int) and last >= divisor else last]


def _builder(family: str, side: int, divisor: int) -> Any:
    def build(release: Release) -> Any:
        return network(release, family, side, divisor)

    build.__name__ = family.lower()
    return build


CASES = tuple(Case(_builder(*row)) for row in FAMILIES)
