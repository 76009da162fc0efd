"""TensorFlow Addons' API on Keras 3, for every backend: ``import loadstone.addons as tfa``.

The modules mirror ``tensorflow_addons`` one to one. Formulas, defaults, names of weights and configuration keys are
those of its releases 0.5.0 to 0.23.0; each object's numbers are compared with the original's.

`REGISTERED` is the whole of it, under the names that saved models use. Importing this package also registers every
entry with Keras, so that a Keras 3 file that names ``Addons>WeightNormalization`` loads.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

import keras

from loadstone import legacy
from loadstone.addons import (
    activations,
    callbacks,
    image,
    layers,
    losses,
    metrics,
    optimizers,
    options,
    rnn,
    seq2seq,
    text,
)
from loadstone.addons.register import add_to_tables_of_names, register_all
from loadstone.addons.utils import types
from loadstone.addons.version import __version__
from loadstone.drop_in import install, uninstall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "REGISTERED",
    "__version__",
    "activations",
    "callbacks",
    "image",
    "install",
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "options",
    "register_all",
    "rnn",
    "seq2seq",
    "text",
    "types",
    "uninstall",
]

REGISTERED: Mapping[str, type | Callable[..., Any]] = {
    "Addons>AdaBelief": optimizers.AdaBelief,
    "Addons>AdamW": optimizers.AdamW,
    "Addons>AdaptiveAveragePooling1D": layers.AdaptiveAveragePooling1D,
    "Addons>AdaptiveAveragePooling2D": layers.AdaptiveAveragePooling2D,
    "Addons>AdaptiveAveragePooling3D": layers.AdaptiveAveragePooling3D,
    "Addons>AdaptiveMaxPooling1D": layers.AdaptiveMaxPooling1D,
    "Addons>AdaptiveMaxPooling2D": layers.AdaptiveMaxPooling2D,
    "Addons>AdaptiveMaxPooling3D": layers.AdaptiveMaxPooling3D,
    "Addons>COCOB": optimizers.COCOB,
    "Addons>CRF": layers.CRF,
    "Addons>CRFModelWrapper": text.CRFModelWrapper,
    "Addons>CohenKappa": metrics.CohenKappa,
    "Addons>ConditionalGradient": optimizers.ConditionalGradient,
    "Addons>ContrastiveLoss": losses.ContrastiveLoss,
    "Addons>CorrelationCost": layers.CorrelationCost,
    "Addons>CyclicalLearningRate": optimizers.CyclicalLearningRate,
    "Addons>ESN": layers.ESN,
    "Addons>ESNCell": rnn.ESNCell,
    "Addons>EmbeddingBag": layers.EmbeddingBag,
    "Addons>ExponentialCyclicalLearningRate": optimizers.ExponentialCyclicalLearningRate,
    "Addons>F1Score": metrics.F1Score,
    "Addons>FBetaScore": metrics.FBetaScore,
    "Addons>FilterResponseNormalization": layers.FilterResponseNormalization,
    "Addons>GELU": layers.GELU,
    "Addons>GIoULoss": losses.GIoULoss,
    "Addons>GeLU": layers.GeLU,
    "Addons>GeometricMean": metrics.GeometricMean,
    "Addons>GroupNormalization": layers.GroupNormalization,
    "Addons>HammingLoss": metrics.HammingLoss,
    "Addons>HarmonicMean": metrics.HarmonicMean,
    "Addons>InstanceNormalization": layers.InstanceNormalization,
    "Addons>KendallsTau": metrics.KendallsTau,
    "Addons>KendallsTauB": metrics.KendallsTauB,
    "Addons>KendallsTauC": metrics.KendallsTauC,
    "Addons>LAMB": optimizers.LAMB,
    "Addons>LayerNormLSTMCell": rnn.LayerNormLSTMCell,
    "Addons>LayerNormSimpleRNNCell": rnn.LayerNormSimpleRNNCell,
    "Addons>LazyAdam": optimizers.LazyAdam,
    "Addons>LiftedStructLoss": losses.LiftedStructLoss,
    "Addons>Lookahead": optimizers.Lookahead,
    "Addons>MatthewsCorrelationCoefficient": metrics.MatthewsCorrelationCoefficient,
    "Addons>MaxUnpooling2D": layers.MaxUnpooling2D,
    "Addons>MaxUnpooling2DV2": layers.MaxUnpooling2DV2,
    "Addons>Maxout": layers.Maxout,
    "Addons>MovingAverage": optimizers.MovingAverage,
    "Addons>MultiHeadAttention": layers.MultiHeadAttention,
    "Addons>MultiLabelConfusionMatrix": metrics.MultiLabelConfusionMatrix,
    "Addons>MultiOptimizer": optimizers.MultiOptimizer,
    "Addons>NASCell": rnn.NASCell,
    "Addons>NetVLAD": layers.NetVLAD,
    "Addons>NoisyDense": layers.NoisyDense,
    "Addons>NovoGrad": optimizers.NovoGrad,
    "Addons>NpairsLoss": losses.NpairsLoss,
    "Addons>NpairsMultilabelLoss": losses.NpairsMultilabelLoss,
    "Addons>PearsonsCorrelation": metrics.PearsonsCorrelation,
    "Addons>PeepholeLSTMCell": rnn.PeepholeLSTMCell,
    "Addons>PinballLoss": losses.PinballLoss,
    "Addons>PoincareNormalize": layers.PoincareNormalize,
    "Addons>PolynomialCrossing": layers.PolynomialCrossing,
    "Addons>ProximalAdagrad": optimizers.ProximalAdagrad,
    "Addons>RSquare": metrics.RSquare,
    "Addons>RectifiedAdam": optimizers.RectifiedAdam,
    "Addons>SGDW": optimizers.SGDW,
    "Addons>SWA": optimizers.SWA,
    "Addons>SigmoidFocalCrossEntropy": losses.SigmoidFocalCrossEntropy,
    "Addons>Snake": layers.Snake,
    "Addons>Sparsemax": layers.Sparsemax,
    "Addons>SparsemaxLoss": losses.SparsemaxLoss,
    "Addons>SpatialPyramidPooling2D": layers.SpatialPyramidPooling2D,
    "Addons>SpearmansRank": metrics.SpearmansRank,
    "Addons>SpectralNormalization": layers.SpectralNormalization,
    "Addons>StochasticDepth": layers.StochasticDepth,
    "Addons>TLU": layers.TLU,
    "Addons>TQDMProgressBar": callbacks.TQDMProgressBar,
    "Addons>TimeStopping": callbacks.TimeStopping,
    "Addons>Triangular2CyclicalLearningRate": optimizers.Triangular2CyclicalLearningRate,
    "Addons>TriangularCyclicalLearningRate": optimizers.TriangularCyclicalLearningRate,
    "Addons>TripletHardLoss": losses.TripletHardLoss,
    "Addons>TripletSemiHardLoss": losses.TripletSemiHardLoss,
    "Addons>WeightNormalization": layers.WeightNormalization,
    "Addons>WeightedKappaLoss": losses.WeightedKappaLoss,
    "Addons>Yogi": optimizers.Yogi,
    "Addons>contrastive_loss": losses.contrastive_loss,
    "Addons>gelu": activations.gelu,
    "Addons>giou_loss": losses.giou_loss,
    "Addons>hardshrink": activations.hardshrink,
    "Addons>lifted_struct_loss": losses.lifted_struct_loss,
    "Addons>lisht": activations.lisht,
    "Addons>mish": activations.mish,
    "Addons>npairs_loss": losses.npairs_loss,
    "Addons>npairs_multilabel_loss": losses.npairs_multilabel_loss,
    "Addons>pinball_loss": losses.pinball_loss,
    "Addons>rrelu": activations.rrelu,
    "Addons>sigmoid_focal_crossentropy": losses.sigmoid_focal_crossentropy,
    "Addons>snake": activations.snake,
    "Addons>softshrink": activations.softshrink,
    "Addons>sparsemax": activations.sparsemax,
    "Addons>sparsemax_loss": losses.sparsemax_loss,
    "Addons>sparsemax_loss_from_logits": losses.sparsemax_loss_from_logits,
    "Addons>tanhshrink": activations.tanhshrink,
    "Addons>triplet_hard_loss": losses.triplet_hard_loss,
    "Addons>triplet_semihard_loss": losses.triplet_semihard_loss,
}

for _identity, _object in REGISTERED.items():
    _package, _, _name = _identity.partition(">")
    keras.saving.register_keras_serializable(package=_package, name=_name)(_object)
add_to_tables_of_names(REGISTERED)

# A converted model may hold what is kept of Keras 2 too; one import is enough for all. Some build on the objects above.
for _module in pkgutil.iter_modules(legacy.__path__):
    importlib.import_module(f"{legacy.__name__}.{_module.name}")
