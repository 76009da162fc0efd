"""What is asked of the optimizers of the real TensorFlow Addons; see ``golden_cases.py``."""

from __future__ import annotations

from golden_cases import Optimizer  # type: ignore[import-not-found,unused-ignore]  # beside this file

SCHEDULE = {
    "class_name": "ExponentialDecay",
    "config": {"initial_learning_rate": 0.1, "decay_steps": 5, "decay_rate": 0.5},
}
RADAM = {"class_name": "Addons>RectifiedAdam", "config": {"learning_rate": 0.05}}
SGD = {"class_name": "SGD", "config": {"learning_rate": 0.05, "momentum": 0.9}}
OPTIMIZERS = (
    Optimizer("radam", "RectifiedAdam", {"learning_rate": 0.05}),
    Optimizer(
        "radam_all",
        "RectifiedAdam",
        {
            "learning_rate": 0.05,
            "weight_decay": 0.01,
            "amsgrad": True,
            "total_steps": 16,
            "warmup_proportion": 0.25,
            "min_lr": 0.01,
            "beta_2": 0.9,
        },
    ),
    Optimizer(
        "radam_decay", "RectifiedAdam", {"learning_rate": 0.05, "decay": 0.1, "clipnorm": 1.0, "sma_threshold": 4.5}
    ),
    Optimizer("radam_schedule", "RectifiedAdam", {"learning_rate": SCHEDULE, "weight_decay": SCHEDULE}),
    Optimizer("radam_sparse", "RectifiedAdam", {"learning_rate": 0.05, "weight_decay": 0.01}, sparse=True),
    Optimizer("lookahead", "Lookahead", {"optimizer": RADAM}),
    Optimizer("lookahead_sgd", "Lookahead", {"optimizer": SGD, "sync_period": 4, "slow_step_size": 0.7}),
    Optimizer("adamw", "AdamW", {"weight_decay": 0.01, "learning_rate": 0.05}),
    Optimizer(
        "adamw_excluded",
        "AdamW",
        {"weight_decay": SCHEDULE, "learning_rate": SCHEDULE, "exclude_from_weight_decay": ["bias"], "amsgrad": True},
    ),
    Optimizer("adamw_sparse", "AdamW", {"weight_decay": 0.01, "learning_rate": 0.05}, sparse=True),
    Optimizer("sgdw", "SGDW", {"weight_decay": 0.01, "learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    Optimizer("sgdw_plain", "SGDW", {"weight_decay": 0.01, "learning_rate": 0.05, "decay": 0.1}),
    Optimizer("lamb", "LAMB", {"learning_rate": 0.05, "weight_decay": 0.01}),
    Optimizer(
        "lamb_excluded",
        "LAMB",
        {
            "learning_rate": 0.05,
            "weight_decay": 0.1,
            "exclude_from_weight_decay": ["bias"],
            "exclude_from_layer_adaptation": ["kernel"],
        },
    ),
    Optimizer("lamb_sparse", "LAMB", {"learning_rate": 0.05}, sparse=True),
    Optimizer("average", "MovingAverage", {"optimizer": SGD, "average_decay": 0.9}),
    Optimizer(
        "average_dynamic",
        "MovingAverage",
        {"optimizer": SGD, "average_decay": 0.9, "start_step": 5, "dynamic_decay": True},
    ),
    Optimizer("average_updates", "MovingAverage", {"optimizer": RADAM, "num_updates": 3}),
    Optimizer("swa", "SWA", {"optimizer": SGD, "start_averaging": 3, "average_period": 4}),
    Optimizer("lazy_adam", "LazyAdam", {"learning_rate": 0.05}),
    Optimizer("lazy_adam_amsgrad", "LazyAdam", {"learning_rate": 0.05, "amsgrad": True, "decay": 0.1}),
    Optimizer("lazy_adam_sparse", "LazyAdam", {"learning_rate": 0.05}, sparse=True),
    Optimizer("yogi", "Yogi", {"learning_rate": 0.05}),
    Optimizer(
        "yogi_l1",
        "Yogi",
        {
            "learning_rate": 0.05,
            "beta1": 0.0,
            "activation": "tanh",
            "l1_regularization_strength": 0.1,
            "l2_regularization_strength": 0.1,
        },
    ),
    Optimizer(
        "yogi_l2", "Yogi", {"learning_rate": 0.05, "l2_regularization_strength": 0.1, "initial_accumulator_value": 0.1}
    ),
    Optimizer("yogi_sparse", "Yogi", {"learning_rate": 0.05}, sparse=True),
    Optimizer("novograd", "NovoGrad", {"learning_rate": 0.05}),
    Optimizer("novograd_all", "NovoGrad", {"learning_rate": 0.05, "weight_decay": 0.01, "grad_averaging": True}),
    Optimizer("novograd_sparse", "NovoGrad", {"learning_rate": 0.05, "weight_decay": 0.01}, sparse=True),
    Optimizer("adabelief", "AdaBelief", {"learning_rate": 0.05}),
    Optimizer(
        "adabelief_all",
        "AdaBelief",
        {"learning_rate": 0.05, "weight_decay": 0.01, "amsgrad": True, "total_steps": 16, "rectify": False},
    ),
    Optimizer("adabelief_sparse", "AdaBelief", {"learning_rate": 0.05}, sparse=True),
    Optimizer("cocob", "COCOB", {"alpha": 50.0}),
    Optimizer("conditional", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5}),
    Optimizer("conditional_nuclear", "ConditionalGradient", {"learning_rate": 0.9, "lambda_": 0.5, "ord": "nuclear"}),
    Optimizer(
        "proximal",
        "ProximalAdagrad",
        {"learning_rate": 0.05, "l1_regularization_strength": 0.1, "l2_regularization_strength": 0.2},
    ),
    Optimizer("proximal_plain", "ProximalAdagrad", {"learning_rate": 0.05, "initial_accumulator_value": 0.2}),
)
