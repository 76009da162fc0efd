"""An optimizer of its own for each group of layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras

from loadstone.addons.optimizers.base import current_config
from loadstone.addons.optimizers.interface import Keras2Interface, Variables, weights_of
from loadstone.addons.optimizers.utils import get_variable_name
from loadstone.addons.optimizers.wrapper import OF_THE_INNER, checked, deserialized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from loadstone.addons.utils.types import Config, Tensor


class MultiOptimizer(Keras2Interface, keras.optimizers.Optimizer):
    """Trains layers with optimizers of their own (discriminative fine-tuning: Howard & Ruder 2018, arXiv:1801.06146).

    Args:
        optimizers_and_layers: pairs of an optimizer and what it trains: a layer, a model, or a list of these, with all
            that is nested in them. They must be built at the first step. A variable in several pairs is moved by each
            of their optimizers in turn, one in none stays as it is. An optimizer in several pairs trains the layers of
            all of them.
        optimizer_specs: what configurations hold instead: ``{"optimizer": ..., "weights": [...]}``, with the paths of
            variables, such as ``dense/kernel``.
        name: the optimizer's name.
        **kwargs: arguments of Keras' base class. Clip gradients here: as in TensorFlow Addons, what the optimizers in
            the pairs would do to them before a step (``clipnorm`` and the like) is not done.

    The optimizers' learning rates are set on them; ``learning_rate`` of this one means nothing.

    State: ``iteration``, ``learning_rate`` (not used); then the optimizers' states, in the order of the pairs.

    Raises:
        RuntimeError: when both or none of the first two arguments are given.
        TypeError: when a pair holds no optimizer, or something that is no layer.
        ValueError: when an optimizer accumulates gradients; and at the first step when none of the variables is in a
            pair.
    """

    def __init__(
        self,
        optimizers_and_layers: Sequence[tuple[Any, Any]] | None = None,
        optimizer_specs: Sequence[Config] | None = None,
        name: str = "MultiOptimizer",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=0.0, name=name, **kwargs)
        if (optimizers_and_layers is None) == (optimizer_specs is None):
            raise RuntimeError("give optimizers_and_layers or optimizer_specs, one of the two")
        pairs = list(optimizers_and_layers or ())
        # A function: layers in an attribute would become part of the optimizer, and of its checkpoints.
        self._specs_of_pairs: Callable[[], list[Config]] = lambda: [self.create_optimizer_spec(*pair) for pair in pairs]
        specs = [self.maybe_initialize_optimizer_spec(spec) for spec in optimizer_specs or ()]
        self.optimizer_specs = merged([*specs, *self._specs_of_pairs()])
        self._members: list[list[int]] = []  # for each spec, the places of its variables

    @classmethod
    def create_optimizer_spec(cls, optimizer: Any, layers_or_model: Any) -> Config:
        """Return what configurations hold of a pair.

        Raises:
            TypeError: when the pair holds no optimizer, or something that is no layer.
            ValueError: when the optimizer accumulates gradients.
        """
        trained_by = checked(optimizer)
        layers = layers_or_model if isinstance(layers_or_model, (list, tuple)) else [layers_or_model]
        for layer in layers:
            if not isinstance(layer, keras.layers.Layer):
                raise TypeError(f"an optimizer is paired with a layer, a model or a list of these, not with {layer!r}")
        weights = [variable.path for layer in layers for variable in layer.weights]
        return {"optimizer": trained_by, "weights": weights}

    @classmethod
    def maybe_initialize_optimizer_spec(cls, optimizer_spec: Config) -> Config:
        """Return a configuration's part for one pair with the optimizer itself in place of its configuration.

        Raises:
            TypeError: when there is no optimizer in it.
            ValueError: when the optimizer accumulates gradients.
        """
        return {**optimizer_spec, "optimizer": checked(optimizer_spec["optimizer"])}

    @property
    def optimizers(self) -> list[keras.optimizers.Optimizer]:
        """The optimizers, in the order of the pairs."""
        return [spec["optimizer"] for spec in self.optimizer_specs]

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Find each optimizer's variables and create its state.

        Raises:
            ValueError: when none of the variables is in a pair.
        """
        super().build(variables)
        self.optimizer_specs = merged([*self.optimizer_specs, *self._specs_of_pairs()])  # all layers are built now
        self._members = [places(spec["weights"], variables) for spec in self.optimizer_specs]
        if variables and not any(self._members):
            names = ", ".join(map(get_variable_name, variables))
            raise ValueError(f"none of these variables belongs to a layer that is paired with an optimizer: {names}")
        for optimizer, members in zip(self.optimizers, self._members, strict=True):
            if not optimizer.built:
                optimizer.build([variables[place] for place in members])

    @property
    def variables(self) -> Variables:
        """This optimizer's state, then the others' in the order of the pairs."""
        inner = [variable for optimizer in self.optimizers for variable in optimizer.variables]
        return Variables([*super().variables, *inner], lambda: self.weights)

    @property
    def weights(self) -> list[keras.Variable]:
        """The step; then for each optimizer its step and its slots."""
        return [self.variables[0], *(weight for optimizer in self.optimizers for weight in weights_of(optimizer))]

    def apply(self, grads: Sequence[Tensor], trainable_variables: Sequence[keras.Variable] | None = None) -> None:
        """Take one step, and tell the optimizers how many were taken."""
        super().apply(grads, trainable_variables)
        for optimizer in self.optimizers:
            optimizer.iterations.assign(self.iterations)

    def _apply_weight_decay(self, variables: Sequence[keras.Variable]) -> None:
        # Keras' own optimizers decay weights here, outside of update_step.
        indices = [self._get_variable_index(variable) for variable in variables]
        for optimizer, members in zip(self.optimizers, self._members, strict=True):
            own = [variable for variable, index in zip(variables, indices, strict=True) if index in members]
            optimizer._apply_weight_decay(own)  # noqa: SLF001 - Keras has no public way to ask for it

    def update_step(self, gradient: Tensor, variable: keras.Variable, learning_rate: Tensor) -> None:
        """Let the optimizers that ``variable`` is paired with move it, each with its own learning rate."""
        del learning_rate  # part of Keras' signature
        index = self._get_variable_index(variable)
        for optimizer, members in zip(self.optimizers, self._members, strict=True):
            if index in members:
                optimizer.update_step(gradient, variable, optimizer.learning_rate)

    def get_config(self) -> Config:
        """Return the constructor's arguments; in ``optimizer_specs`` stand the optimizers themselves."""
        config = {key: value for key, value in super().get_config().items() if key not in OF_THE_INNER}
        specs = [{"optimizer": spec["optimizer"], "weights": list(spec["weights"])} for spec in self.optimizer_specs]
        return {**config, "optimizer_specs": specs}

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> MultiOptimizer:
        """Build the optimizer from its configuration, of Keras 3 or as TensorFlow Addons' releases wrote it.

        Raises:
            ValueError: when the configuration holds an entry that no release wrote.
        """
        config = current_config(config)
        specs = [
            {**spec, "optimizer": deserialized(spec["optimizer"], custom_objects)}
            for spec in config.pop("optimizer_specs", ())
        ]
        return cls(optimizer_specs=specs, **config)

    def __repr__(self) -> str:
        return f"Multi Optimizer with {len(self.optimizer_specs)} optimizer layer pairs"


def merged(specs: Iterable[Config]) -> list[Config]:
    """Return the pairs with those of one optimizer as one, so that it counts a step once."""
    by_optimizer: dict[int, Config] = {}
    for spec in specs:
        known = by_optimizer.setdefault(id(spec["optimizer"]), {"optimizer": spec["optimizer"], "weights": []})
        known["weights"] = list(dict.fromkeys([*known["weights"], *spec["weights"]]))
    return list(by_optimizer.values())


def places(names: Iterable[str], variables: Sequence[keras.Variable]) -> list[int]:
    """Return where the variables with these names stand.

    A model that is loaded, or was built in another Keras, has paths with other beginnings (``model/dense/kernel`` or
    ``dense/kernel``), so a name without a path of its own stands for each path that ends with it, or that it ends with.
    """
    paths = [get_variable_name(variable) for variable in variables]
    found: set[int] = set()
    for wanted in {name.partition(":")[0] for name in names}:
        same = [index for index, path in enumerate(paths) if path == wanted]
        found.update(
            same or [index for index, path in enumerate(paths) if is_end(wanted, path) or is_end(path, wanted)]
        )
    return sorted(found)


def is_end(end: str, path: str) -> bool:
    """Return whether a path ends with the parts of another, which are more than the name of a variable."""
    return "/" in end and path.endswith(f"/{end}")
