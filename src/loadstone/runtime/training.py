"""The compile state: optimizer, loss and metrics of a rebuilt model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from loadstone.runtime.construct import CannotConstruct

if TYPE_CHECKING:
    from loadstone.blueprint.graph import Problem, Training
    from loadstone.runtime.construct import Constructor


def compile_model(model: Any, training: Training, constructor: Constructor) -> tuple[Problem, ...]:
    """Compile a model as its file says; returns what nobody here has, in which case it stays uncompiled."""
    parts: dict[str, Any] = {}
    problems = []
    for key, value in (
        ("optimizer", training.optimizer),
        ("loss", training.loss),
        ("metrics", training.metrics),
        ("weighted_metrics", training.weighted_metrics),
        ("loss_weights", training.loss_weights),
    ):
        if value is None:
            continue
        try:
            parts[key] = constructor.value(value, key)
        except CannotConstruct as failure:
            problems.append(failure.problem)
    if problems:
        return tuple(problems)
    options = {key: value for key, value in training.options.items() if value is not None}
    model.compile(**parts, **options)
    return ()


def build_optimizer(model: Any) -> None:
    """Make the optimizer's variables, once those of the model have their values, which some optimizers start from.

    Else a file saved before the first training step holds an optimizer without variables, and warns on loading.
    """
    optimizer = getattr(model, "optimizer", None)  # which comes with compile()
    if model.built and optimizer is not None:
        optimizer.build(model.trainable_variables)
