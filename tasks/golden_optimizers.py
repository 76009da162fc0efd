"""What is asked of the real TensorFlow Addons' optimizers beyond one row for each, and of its schedules.

``OPTIONS`` are more options and edge cases, 20 steps like those in ``golden_training.py``; ``SCHEDULES`` are learning
rates, at each step of a few cycles.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from golden_cases import Optimizer  # type: ignore[import-not-found,unused-ignore]  # beside this file
from golden_training import RADAM, SCHEDULE, SGD  # type: ignore[import-not-found,unused-ignore]  # same


@dataclass(frozen=True)
class Schedule:
    """A schedule, at steps 0 to 59 and the one ``far`` away."""

    label: str
    object: str
    arguments: dict[str, Any] = field(default_factory=dict)


KERNEL, BIAS = "dense/kernel:0", "dense/bias:0"
STRENGTHS = {"l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2}
RATE = {"learning_rate": 0.05}
DECAYING = {**RATE, "weight_decay": 0.01}
OPTIONS = (
    Optimizer("radam_amsgrad_sparse", "RectifiedAdam", {**DECAYING, "amsgrad": True, "total_steps": 10}, sparse=True),
    Optimizer("radam_zero", "RectifiedAdam", DECAYING, gradients="zero"),
    Optimizer("radam_nan", "RectifiedAdam", RATE, gradients="nan"),
    Optimizer("radam_float64", "RectifiedAdam", {**DECAYING, "total_steps": 16, "min_lr": 1e-3}, dtype="float64"),
    Optimizer("adabelief_decay", "AdaBelief", {**RATE, "decay": 0.1, "rectify": False}),
    Optimizer("adabelief_schedule", "AdaBelief", {"learning_rate": SCHEDULE, "weight_decay": SCHEDULE}),
    Optimizer("adabelief_amsgrad_sparse", "AdaBelief", {**DECAYING, "amsgrad": True, "rectify": False}, sparse=True),
    Optimizer("adabelief_zero", "AdaBelief", DECAYING, gradients="zero"),
    Optimizer("adamw_nan", "AdamW", DECAYING, gradients="nan"),
    Optimizer("adamw_float64", "AdamW", {**DECAYING, "amsgrad": True}, dtype="float64"),
    Optimizer("sgdw_sparse", "SGDW", {**DECAYING, "momentum": 0.9}, sparse=True),
    Optimizer("sgdw_nesterov_sparse", "SGDW", {**DECAYING, "momentum": 0.9, "nesterov": True}, sparse=True),
    Optimizer("sgdw_zero", "SGDW", {"weight_decay": SCHEDULE, "momentum": 0.5}, gradients="zero"),
    Optimizer("lamb_schedule", "LAMB", {"learning_rate": SCHEDULE, "weight_decay": 0.1}),
    Optimizer("lamb_decay", "LAMB", {**DECAYING, "decay": 0.1, "exclude_from_layer_adaptation": ["bias"]}),
    Optimizer("lamb_zero", "LAMB", RATE, gradients="zero"),
    Optimizer("lamb_nan", "LAMB", DECAYING, gradients="nan"),
    Optimizer("lamb_float64", "LAMB", DECAYING, dtype="float64"),
    Optimizer("lazy_adam_amsgrad_sparse", "LazyAdam", {**RATE, "amsgrad": True}, sparse=True),
    Optimizer("lazy_adam_schedule", "LazyAdam", {"learning_rate": SCHEDULE, "beta_1": 0.5, "epsilon": 1e-3}),
    Optimizer("lazy_adam_nan", "LazyAdam", RATE, gradients="nan"),
    Optimizer("novograd_amsgrad", "NovoGrad", {**DECAYING, "amsgrad": True, "decay": 0.1}),
    Optimizer("novograd_averaging_sparse", "NovoGrad", {**RATE, "grad_averaging": True}, sparse=True),
    Optimizer("novograd_zero", "NovoGrad", DECAYING, gradients="zero"),
    Optimizer("novograd_nan", "NovoGrad", RATE, gradients="nan"),
    Optimizer("yogi_schedule", "Yogi", {"learning_rate": SCHEDULE, "activation": "tanh"}),
    Optimizer("yogi_regularized_sparse", "Yogi", {**RATE, **STRENGTHS}, sparse=True),
    Optimizer("yogi_no_momentum_sparse", "Yogi", {**RATE, "beta1": 0.0}, sparse=True),
    Optimizer("yogi_zero", "Yogi", {**RATE, **STRENGTHS}, gradients="zero"),
    Optimizer("yogi_nan", "Yogi", RATE, gradients="nan"),
    Optimizer("cocob_zero", "COCOB", gradients="zero"),
    Optimizer("cocob_nan", "COCOB", gradients="nan"),
    Optimizer("conditional_sparse", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5}, sparse=True),
    Optimizer(
        "conditional_nuclear_sparse",
        "ConditionalGradient",
        {"learning_rate": 0.9, "lambda_": 0.5, "ord": "nuclear"},
        sparse=True,
    ),
    Optimizer("conditional_zero", "ConditionalGradient", {"learning_rate": 0.9}, gradients="zero"),
    Optimizer("conditional_nan", "ConditionalGradient", {"learning_rate": 0.9}, gradients="nan"),
    Optimizer("proximal_sparse", "ProximalAdagrad", {**RATE, **STRENGTHS}, sparse=True),
    Optimizer("proximal_decay", "ProximalAdagrad", {**RATE, "l1_regularization_strength": 0.3, "decay": 0.1}),
    Optimizer("proximal_zero", "ProximalAdagrad", {**RATE, **STRENGTHS}, gradients="zero"),
    Optimizer("proximal_nan", "ProximalAdagrad", {**RATE, **STRENGTHS}, gradients="nan"),
    Optimizer("lookahead_each", "Lookahead", {"optimizer": SGD, "sync_period": 1}),
    Optimizer("lookahead_whole", "Lookahead", {"optimizer": RADAM, "sync_period": 3, "slow_step_size": 1.0}),
    Optimizer("lookahead_sparse", "Lookahead", {"optimizer": RADAM, "sync_period": 5}, sparse=True),
    Optimizer("lookahead_nan", "Lookahead", {"optimizer": SGD, "sync_period": 7}, gradients="nan"),
    Optimizer("average_start", "MovingAverage", {"optimizer": SGD, "average_decay": 0.5, "start_step": 3}),
    Optimizer("average_dynamic_from_start", "MovingAverage", {"optimizer": RADAM, "dynamic_decay": True}),
    Optimizer(
        "average_all",
        "MovingAverage",
        {"optimizer": SGD, "num_updates": 2, "start_step": 4, "dynamic_decay": True, "average_decay": 0.95},
    ),
    Optimizer("average_shadow", "MovingAverage", {"optimizer": SGD, "average_decay": 0.8}, shadow=True),
    Optimizer("average_sparse", "MovingAverage", {"optimizer": RADAM, "average_decay": 0.8}, sparse=True),
    Optimizer("swa_each", "SWA", {"optimizer": SGD, "average_period": 1}),
    Optimizer("swa_late", "SWA", {"optimizer": RADAM, "start_averaging": 19, "average_period": 2}),
    Optimizer("swa_rare", "SWA", {"optimizer": SGD, "average_period": 30}),
    Optimizer(
        "multi",
        "MultiOptimizer",
        {"optimizer_specs": [{"optimizer": SGD, "weights": [KERNEL]}, {"optimizer": RADAM, "weights": [BIAS]}]},
    ),
    Optimizer(
        "multi_twice",
        "MultiOptimizer",
        {"optimizer_specs": [{"optimizer": SGD, "weights": [KERNEL, BIAS]}, {"optimizer": RADAM, "weights": [BIAS]}]},
    ),
)

BOUNDS = {"initial_learning_rate": 0.01, "maximal_learning_rate": 0.3, "step_size": 8}
SCHEDULES = (
    Schedule("triangular", "TriangularCyclicalLearningRate", BOUNDS),
    Schedule("triangular_iterations", "TriangularCyclicalLearningRate", {**BOUNDS, "scale_mode": "iterations"}),
    Schedule("triangular2", "Triangular2CyclicalLearningRate", BOUNDS),
    Schedule("triangular2_iterations", "Triangular2CyclicalLearningRate", {**BOUNDS, "scale_mode": "iterations"}),
    Schedule("exponential", "ExponentialCyclicalLearningRate", {**BOUNDS, "gamma": 0.95}),
    Schedule("exponential_cycle", "ExponentialCyclicalLearningRate", {**BOUNDS, "gamma": 0.5, "scale_mode": "cycle"}),
    Schedule("exponential_plain", "ExponentialCyclicalLearningRate", {**BOUNDS, "step_size": 7.5}),
    Schedule("custom", "CyclicalLearningRate", {**BOUNDS, "scale_fn": "third"}),
    Schedule("custom_iterations", "CyclicalLearningRate", {**BOUNDS, "scale_fn": "third", "scale_mode": "iterations"}),
)
STEPS, FAR = 60, 100_003


def third(count: Any) -> Any:
    """Return the scale of the custom schedules, which the tests have as well."""
    return 1 / (1 + count / 3)


def answer_schedule(case: Schedule) -> dict[str, Any]:
    """Ask a schedule for its value at each step."""
    cls = getattr(importlib.import_module("tensorflow_addons.optimizers"), case.object)
    schedule = cls(**{**case.arguments, **({"scale_fn": third} if "scale_fn" in case.arguments else {})})
    steps = np.array([*range(STEPS), FAR], "float32")
    config = {**schedule.get_config(), **({"scale_fn": "third"} if "scale_fn" in case.arguments else {})}
    return {
        "steps": steps,
        "values": np.array([schedule(step).numpy() for step in steps], "float32"),
        "case": {"object": f"Addons>{case.object}", "config": json.loads(json.dumps(config))},
    }
