"""A training step of Keras 1 or 2 on TensorFlow 1 whose parts come one after the other.

There a step is one graph in which nothing says whether a variable is read before or after it is updated: the number of
steps, and with variables of the old kind the weights that a gradient passes through. A model that such a release saves
and loads again goes another way than the one that stayed in memory, by a percent in ten steps. Here the gradients come
first, then the release's own updates with them, then the count. Python 3.7 syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tasks.fixtures_models import Release


def is_unordered(model: Any, release: Release) -> bool:
    """Whether a model's steps are of this kind: its optimizer is the one of Keras 1 and 2, which has no name."""
    return release.tensorflow.__version__.startswith("1.") and "name" not in model.optimizer.get_config()


def stepper(model: Any, release: Release) -> Any:
    """A function of inputs and targets that takes one step of a compiled model, from the state that it is in."""
    backend, tensorflow, optimizer = release.keras.backend, release.tensorflow, model.optimizer
    variables = model._collected_trainable_weights  # noqa: SLF001 - what Keras hands to its optimizer
    state = optimizer.get_weights()
    gradients = [tensorflow.convert_to_tensor(each) for each in optimizer.get_gradients(model.total_loss, variables)]
    placeholders = [backend.placeholder(shape=backend.int_shape(each)) for each in variables]
    optimizer.get_gradients = lambda *_: placeholders
    try:
        updates = optimizer.get_updates(loss=model.total_loss, params=variables)
    except TypeError:  # Keras 1
        updates = optimizer.get_updates(variables, {}, model.total_loss)
    optimizer.set_weights(state)
    counts = [each for each in updates if counts_steps(each, optimizer)]
    moves = [each for each in updates if not counts_steps(each, optimizer)]
    fed = list(getattr(model, "_feed_inputs", model.inputs))
    fed += list(getattr(model, "_feed_targets", getattr(model, "targets", [])))
    fed += list(getattr(model, "_feed_sample_weights", getattr(model, "sample_weights", [])))
    nothing = [tensorflow.constant(0.0)]
    differentiate = backend.function([*fed, backend.learning_phase()], gradients, updates=model.updates)
    move = backend.function(placeholders, nothing, updates=moves)
    count = backend.function([], nothing, updates=counts) if counts else None

    def step(inputs: Any, targets: Any) -> None:
        inputs = inputs if isinstance(inputs, list) else [inputs]
        targets = targets if isinstance(targets, list) else [targets]
        weights = [targets[0][:, 0] * 0 + 1 for _ in targets]
        move(differentiate([*inputs, *targets, *weights, 1]))
        if count is not None:
            count([])

    return step


def counts_steps(update: Any, optimizer: Any) -> bool:
    """Whether an update is that of the number of steps."""
    counter = getattr(optimizer, "iterations", None)
    if isinstance(update, tuple) or counter is None:
        return isinstance(update, tuple) and update[0] is counter
    operation = getattr(update, "op", update)
    return bool(operation.inputs[0].op.name == counter.op.name)
