"""TensorFlow Addons' API on Keras 3, for every backend: ``import loadstone.addons as tfa``.

The modules mirror ``tensorflow_addons`` one to one. Formulas, defaults, names of weights and configuration keys are
those of its releases 0.5.0 to 0.23.0; each object's numbers are compared with the original's.

`REGISTERED` is the whole of it, under the names that saved models use. Importing this package also registers every
entry with Keras, so that a Keras 3 file that names ``Addons>WeightNormalization`` loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons import activations, layers, losses, metrics, optimizers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["REGISTERED", "activations", "layers", "losses", "metrics", "optimizers"]

REGISTERED: Mapping[str, type | Callable[..., Any]] = {
    "Addons>F1Score": metrics.F1Score,
    "Addons>FBetaScore": metrics.FBetaScore,
    "Addons>FilterResponseNormalization": layers.FilterResponseNormalization,
    "Addons>GELU": layers.GELU,
    "Addons>GroupNormalization": layers.GroupNormalization,
    "Addons>InstanceNormalization": layers.InstanceNormalization,
    "Addons>Lookahead": optimizers.Lookahead,
    "Addons>Maxout": layers.Maxout,
    "Addons>NoisyDense": layers.NoisyDense,
    "Addons>RectifiedAdam": optimizers.RectifiedAdam,
    "Addons>SigmoidFocalCrossEntropy": losses.SigmoidFocalCrossEntropy,
    "Addons>SpectralNormalization": layers.SpectralNormalization,
    "Addons>WeightNormalization": layers.WeightNormalization,
    "Addons>gelu": activations.gelu,
    "Addons>hardshrink": activations.hardshrink,
    "Addons>lisht": activations.lisht,
    "Addons>mish": activations.mish,
    "Addons>rrelu": activations.rrelu,
    "Addons>sigmoid_focal_crossentropy": losses.sigmoid_focal_crossentropy,
    "Addons>snake": activations.snake,
    "Addons>softshrink": activations.softshrink,
    "Addons>sparsemax": activations.sparsemax,
    "Addons>tanhshrink": activations.tanhshrink,
}

for _identity, _object in REGISTERED.items():
    _package, _, _name = _identity.partition(">")
    keras.saving.register_keras_serializable(package=_package, name=_name)(_object)
