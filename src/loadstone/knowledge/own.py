"""What loadstone itself registers with Keras beside the addons: names that converted models hold.

An object is a row here; its module registers it when it is imported.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What TensorFlow Addons 0.6.0 computed in another way than 0.7.0 and later, which compute what 0.23.0 does.
FIRST_ADDONS = frozenset(
    {
        "GroupNormalization",
        "InstanceNormalization",
        "SigmoidFocalCrossEntropy",
        "hardshrink",
        "sigmoid_focal_crossentropy",
    }
)

#: Layers that Keras 1 had and Keras 2 has not, and those that computed in another way.
KERAS_1 = frozenset(
    {
        "BatchStatisticsNormalization",
        "CosineMerge",
        "Deconvolution2D",
        "Embedding",
        "Highway",
        "MaxoutDense",
        "ParametricSoftplus",
        "SReLU",
        "SampleNormalization",
    }
)

#: The layer of TensorFlow's feature columns, and those of the columns that it can be made of.
FEATURE_COLUMNS = frozenset(
    {
        "BucketizedColumn",
        "CrossedColumn",
        "DenseFeatures",
        "EmbeddingColumn",
        "HashedCategoricalColumn",
        "IdentityCategoricalColumn",
        "IndicatorColumn",
        "NumericColumn",
        "VocabularyListCategoricalColumn",
        "WeightedCategoricalColumn",
    }
)

#: Layers that hand on the masks of Keras 2.
MASKS = frozenset({"Add", "Average", "Concatenate", "Copied", "Maximum", "Minimum", "Multiply", "Subtract", "Unmasked"})

MODULES: Mapping[str, str] = MappingProxyType(
    {
        **{f"Addons0.6>{name}": "loadstone.legacy.addons" for name in sorted(FIRST_ADDONS)},
        **{f"Keras1>{name}": "loadstone.legacy.keras1" for name in sorted(KERAS_1)},
        **{f"loadstone>{name}": "loadstone.legacy.dense_features" for name in sorted(FEATURE_COLUMNS)},
        **{f"loadstone>{name}": "loadstone.legacy.masks" for name in sorted(MASKS)},
        "Keras2>hard_sigmoid": "loadstone.legacy",
        "loadstone>AddLoss": "loadstone.legacy.losses",
        **{f"loadstone>AveragePooling{rank}D": "loadstone.legacy.pooling" for rank in (1, 2, 3)},
        "loadstone>BatchNormalization": "loadstone.legacy.normalization",
        "loadstone>Bidirectional": "loadstone.legacy.recurrent",
        "loadstone>CategoryCrossing": "loadstone.legacy.categories",
        "loadstone>CustomScaleLayer": "loadstone.legacy.applications",
        "loadstone>ImageFunction": "loadstone.addons",
        "loadstone>LayerScale": "loadstone.legacy.applications",
        "loadstone>LocallyConnected1D": "loadstone.legacy.locally_connected",
        "loadstone>LocallyConnected2D": "loadstone.legacy.locally_connected",
        "loadstone>MultiHeadAttention": "loadstone.legacy.attention",
        "loadstone>RadialConstraint": "loadstone.legacy.constraints",
        "loadstone>RandomCrop": "loadstone.legacy.image",
        "loadstone>RandomHeight": "loadstone.legacy.image",
        "loadstone>RandomWidth": "loadstone.legacy.image",
        "loadstone>ResidualCell": "loadstone.legacy.recurrent",
        "loadstone>SeparableConv1D": "loadstone.legacy.convolutional",
        "loadstone>StochasticDepth": "loadstone.legacy.applications",
        "loadstone>TensorFlowFunction": "loadstone.addons.old_keras",
        "loadstone>TimeMajor": "loadstone.legacy.recurrent",
        "loadstone>UpSampling2D": "loadstone.legacy.resizing",
    }
)
