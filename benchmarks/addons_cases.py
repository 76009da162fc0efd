"""What is timed of the addons: one row an object, at the size of a small real use.

Read by the worker in both environments, so it imports nothing. ``object`` is a name below ``tensorflow_addons``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Layer:
    """A layer on random inputs: ``inputs`` are shapes, ``integers`` bounds those of integers, by position.

    ``wrap`` is the layer that a wrapper gets, ``cell`` says that the object is the cell of an RNN. ``argmax`` gives the
    layer an input and the positions that pooling took it from, as unpooling needs. ``trains`` is false for what has no
    gradient in the original.
    """

    label: str
    object: str
    inputs: tuple[tuple[int, ...], ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    wrap: dict[str, Any] | None = None
    integers: dict[int, int] = field(default_factory=dict)
    cell: bool = False
    argmax: bool = False
    trains: bool = True


@dataclass(frozen=True)
class Optimizer:
    """An optimizer's step on the weights of a network of three dense layers.

    Nested optimizers are configurations; ``parts`` are those of one layer each.
    """

    label: str
    object: str
    arguments: dict[str, Any] = field(default_factory=dict)
    parts: tuple[dict[str, Any], ...] = ()


ROWS = ((64, 256),)
SEQUENCES = ((32, 20, 64),)
IMAGES = ((8, 32, 32, 64),)
DENSE = {"class_name": "Dense", "config": {"units": 256}}
CONV = {"class_name": "Conv2D", "config": {"filters": 64, "kernel_size": 3, "padding": "same"}}
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.01, "momentum": 0.9}}
ADAM = {"class_name": "Adam", "config": {"learning_rate": 0.01}}

LAYERS = (
    Layer("AdaptiveAveragePooling1D", "layers.AdaptiveAveragePooling1D", ((32, 64, 64),), {"output_size": 8}),
    Layer("AdaptiveMaxPooling1D", "layers.AdaptiveMaxPooling1D", ((32, 64, 64),), {"output_size": 8}),
    Layer("AdaptiveAveragePooling2D", "layers.AdaptiveAveragePooling2D", IMAGES, {"output_size": (4, 4)}),
    Layer("AdaptiveMaxPooling2D", "layers.AdaptiveMaxPooling2D", IMAGES, {"output_size": (4, 4)}),
    Layer(
        "AdaptiveAveragePooling3D",
        "layers.AdaptiveAveragePooling3D",
        ((4, 16, 16, 16, 16),),
        {"output_size": (4, 4, 4)},
    ),
    Layer("AdaptiveMaxPooling3D", "layers.AdaptiveMaxPooling3D", ((4, 16, 16, 16, 16),), {"output_size": (4, 4, 4)}),
    Layer("CRF", "layers.CRF", SEQUENCES, {"units": 10}, trains=False),
    Layer(
        "CorrelationCost",
        "layers.CorrelationCost",
        ((2, 16, 16, 32), (2, 16, 16, 32)),
        {
            "kernel_size": 1,
            "max_displacement": 4,
            "stride_1": 1,
            "stride_2": 1,
            "pad": 4,
            "data_format": "channels_last",
        },
    ),
    Layer("ESN", "layers.ESN", SEQUENCES, {"units": 64}),
    Layer(
        "EmbeddingBag", "layers.EmbeddingBag", ((64, 16),), {"input_dim": 1000, "output_dim": 64}, integers={0: 1000}
    ),
    Layer("FilterResponseNormalization", "layers.FilterResponseNormalization", IMAGES),
    Layer("GELU", "layers.GELU", IMAGES),
    Layer("GroupNormalization", "layers.GroupNormalization", IMAGES, {"groups": 8}),
    Layer("InstanceNormalization", "layers.InstanceNormalization", IMAGES),
    Layer("MaxUnpooling2D", "layers.MaxUnpooling2D", IMAGES, argmax=True),
    Layer("MaxUnpooling2DV2", "layers.MaxUnpooling2DV2", IMAGES, {"output_size": (8, 64, 64, 64)}, argmax=True),
    Layer("Maxout", "layers.Maxout", ROWS, {"num_units": 64}),
    Layer(
        "MultiHeadAttention", "layers.MultiHeadAttention", (*SEQUENCES, *SEQUENCES), {"head_size": 16, "num_heads": 4}
    ),
    Layer("NetVLAD", "layers.netvlad.NetVLAD", SEQUENCES, {"num_clusters": 8}),
    Layer("NoisyDense", "layers.NoisyDense", ROWS, {"units": 256}),
    Layer("PoincareNormalize", "layers.PoincareNormalize", ROWS),
    Layer("PolynomialCrossing", "layers.PolynomialCrossing", (*ROWS, *ROWS)),
    Layer("Snake", "layers.Snake", IMAGES),
    Layer("Sparsemax", "layers.Sparsemax", ROWS),
    Layer("SpatialPyramidPooling2D", "layers.SpatialPyramidPooling2D", IMAGES, {"bins": [1, 2, 4]}),
    Layer("SpectralNormalization", "layers.SpectralNormalization", ROWS, wrap=DENSE),
    Layer("StochasticDepth", "layers.StochasticDepth", (*IMAGES, *IMAGES)),
    Layer("TLU", "layers.TLU", IMAGES),
    Layer("WeightNormalization", "layers.WeightNormalization", IMAGES, {"data_init": False}, wrap=CONV),
    Layer("ESNCell", "rnn.ESNCell", SEQUENCES, {"units": 64}, cell=True),
    Layer("LayerNormLSTMCell", "rnn.LayerNormLSTMCell", SEQUENCES, {"units": 64}, cell=True),
    Layer("LayerNormSimpleRNNCell", "rnn.LayerNormSimpleRNNCell", SEQUENCES, {"units": 64}, cell=True),
    Layer("NASCell", "rnn.NASCell", SEQUENCES, {"units": 64}, cell=True),
    Layer("PeepholeLSTMCell", "rnn.PeepholeLSTMCell", SEQUENCES, {"units": 64}, cell=True),
)

OPTIMIZERS = (
    Optimizer("AdaBelief", "optimizers.AdaBelief"),
    Optimizer("AdamW", "optimizers.AdamW", {"weight_decay": 0.01}),
    Optimizer("COCOB", "optimizers.COCOB"),
    Optimizer("ConditionalGradient", "optimizers.ConditionalGradient", {"learning_rate": 0.1, "lambda_": 10.0}),
    Optimizer("LAMB", "optimizers.LAMB"),
    Optimizer("LazyAdam", "optimizers.LazyAdam"),
    Optimizer("Lookahead", "optimizers.Lookahead", {"optimizer": SGD}),
    Optimizer("MovingAverage", "optimizers.MovingAverage", {"optimizer": SGD}),
    Optimizer("MultiOptimizer", "optimizers.MultiOptimizer", parts=(ADAM, SGD, SGD)),
    Optimizer("NovoGrad", "optimizers.NovoGrad"),
    Optimizer("ProximalAdagrad", "optimizers.ProximalAdagrad", {"learning_rate": 0.1}),
    Optimizer("RectifiedAdam", "optimizers.RectifiedAdam"),
    Optimizer("SGDW", "optimizers.SGDW", {"weight_decay": 0.01, "momentum": 0.9}),
    Optimizer("SWA", "optimizers.SWA", {"optimizer": SGD}),
    Optimizer("Yogi", "optimizers.Yogi"),
)
