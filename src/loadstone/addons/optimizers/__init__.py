"""Optimizers."""

from __future__ import annotations

from loadstone.addons.optimizers.adabelief import AdaBelief
from loadstone.addons.optimizers.average_wrapper import AveragedOptimizerWrapper
from loadstone.addons.optimizers.cocob import COCOB
from loadstone.addons.optimizers.conditional_gradient import ConditionalGradient
from loadstone.addons.optimizers.constants import KerasLegacyOptimizer
from loadstone.addons.optimizers.cyclical_learning_rate import (
    CyclicalLearningRate,
    ExponentialCyclicalLearningRate,
    Triangular2CyclicalLearningRate,
    TriangularCyclicalLearningRate,
)
from loadstone.addons.optimizers.discriminative_layer_training import MultiOptimizer
from loadstone.addons.optimizers.lamb import LAMB
from loadstone.addons.optimizers.lazy_adam import LazyAdam
from loadstone.addons.optimizers.lookahead import Lookahead
from loadstone.addons.optimizers.moving_average import MovingAverage
from loadstone.addons.optimizers.novograd import NovoGrad
from loadstone.addons.optimizers.proximal_adagrad import ProximalAdagrad
from loadstone.addons.optimizers.rectified_adam import RectifiedAdam
from loadstone.addons.optimizers.stochastic_weight_averaging import SWA
from loadstone.addons.optimizers.weight_decay_optimizers import (
    SGDW,
    AdamW,
    DecoupledWeightDecayExtension,
    extend_with_decoupled_weight_decay,
)
from loadstone.addons.optimizers.yogi import Yogi

__all__ = [
    "COCOB",
    "LAMB",
    "SGDW",
    "SWA",
    "AdaBelief",
    "AdamW",
    "AveragedOptimizerWrapper",
    "ConditionalGradient",
    "CyclicalLearningRate",
    "DecoupledWeightDecayExtension",
    "ExponentialCyclicalLearningRate",
    "KerasLegacyOptimizer",
    "LazyAdam",
    "Lookahead",
    "MovingAverage",
    "MultiOptimizer",
    "NovoGrad",
    "ProximalAdagrad",
    "RectifiedAdam",
    "Triangular2CyclicalLearningRate",
    "TriangularCyclicalLearningRate",
    "Yogi",
    "extend_with_decoupled_weight_decay",
]
