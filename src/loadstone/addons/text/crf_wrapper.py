"""A model that is trained by the likelihood of a conditional random field."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from loadstone.addons.layers import crf  # the module: it imports this package
from loadstone.addons.text.crf import crf_log_likelihood

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loadstone.addons.utils.types import Config, Initializer, Shape, Tensor


class CRFModelWrapper(keras.Model):
    """A model with a `loadstone.addons.layers.CRF` behind it, trained by the negative log-likelihood of the labels.

    ``fit`` and ``evaluate`` report ``loss``, which includes the layers' own losses, and ``crf_loss``, which does not.
    Both are means over the epoch, as Keras 3 reports them; in TensorFlow Addons they were those of the last batch. A
    loss given to ``compile`` is not used. Metrics compare the labels with the decoded tags, without sample weights.

    To change what a model returns, override `call` and keep ``(potentials, lengths, kernel)`` and the decoded tags its
    first two outputs; to change what data look like, override `unpack_training_data`.

    Args:
        base_model: gives the CRF's inputs, (batch, time, features).
        units: number of tags.
        chain_initializer: initializer of the transition scores.
        use_boundary: whether there are scores for starting and for ending with a tag.
        boundary_initializer: initializer of those.
        use_kernel: whether the CRF has a dense layer.
        **kwargs: further arguments of the CRF layer, its ``name`` and ``dtype`` among them.
    """

    def __init__(
        self,
        base_model: keras.Model,
        units: int,
        chain_initializer: Initializer = "orthogonal",
        use_boundary: bool = True,
        boundary_initializer: Initializer = "zeros",
        use_kernel: bool = True,
        **kwargs: object,
    ) -> None:
        super().__init__()
        self.crf_layer = crf.CRF(
            units=units,
            chain_initializer=chain_initializer,
            use_boundary=use_boundary,
            boundary_initializer=boundary_initializer,
            use_kernel=use_kernel,
            **kwargs,
        )
        self.base_model = base_model
        self._returns_internals = False
        self._crf_loss = _Untracked(keras.metrics.Mean(name="crf_loss"))

    def build(self, input_shape: Shape) -> None:
        """Build the base model, and the CRF unless the base model has several outputs; then it waits for its call."""
        if not self.base_model.built:
            self.base_model.build(input_shape)
        shape = self.base_model.compute_output_shape(input_shape)
        if isinstance(shape, tuple) and not isinstance(shape[0], (list, tuple)):
            self.crf_layer.build(shape)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the model; in a step of training or evaluation with the CRF's internals."""
        if self._returns_internals:
            kwargs.setdefault("return_crf_internal", True)
        return super().__call__(*args, **kwargs)

    def call(
        self, inputs: Any, training: bool | None = None, mask: Any = None, return_crf_internal: bool = False
    ) -> Any:
        """Return the decoded tags (batch, time), int32.

        Args:
            inputs: the base model's inputs.
            training: whether the base model is in training.
            mask: the base model's mask.
            return_crf_internal: return ``(potentials, lengths, kernel), tags`` instead.
        """
        features = self.base_model(inputs, training=training, mask=mask)
        decoded, potentials, sequence_length, kernel = self.crf_layer(features)
        return ((potentials, sequence_length, kernel), decoded) if return_crf_internal else decoded

    def unpack_training_data(self, data: Any) -> tuple[Any, Any, Any]:
        """Return inputs, labels and sample weights (or None) of what a batch holds."""
        x, y, *sample_weight = data
        return x, y, sample_weight[0] if sample_weight else None

    def compute_crf_loss(
        self, potentials: Tensor, sequence_length: Tensor, kernel: Tensor, y: Tensor, sample_weight: Tensor = None
    ) -> Tensor:
        """Return the mean negative log-likelihood of the labels ``y`` (batch, time).

        With weights of the samples, (batch,), it is still divided by their number, not by the sum of the weights.
        """
        likelihood, _ = crf_log_likelihood(potentials, y, sequence_length, kernel)
        losses = -likelihood
        return ops.mean(losses if sample_weight is None else losses * ops.cast(sample_weight, losses.dtype))

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """Return the CRF's loss and the layers' own; ``y_pred`` as `call` returns it, with the internals or without."""
        if not isinstance(y_pred, tuple) or not isinstance(y_pred[0], tuple):
            y_pred = self(x, training=training, return_crf_internal=True)
        (potentials, sequence_length, kernel), *_ = y_pred
        loss = self.compute_crf_loss(potentials, sequence_length, kernel, y, sample_weight)
        self._crf_loss.metric.update_state(loss, sample_weight=ops.shape(potentials)[0])
        return sum((ops.sum(ops.cast(own, loss.dtype)) for own in self.losses), loss)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Config:
        """Update the metrics with the decoded tags, and return all results."""
        del sample_weight  # not used in TensorFlow Addons either
        has_internals = isinstance(y_pred, tuple) and isinstance(y_pred[0], tuple)
        return super().compute_metrics(x, y, y_pred[1] if has_internals else y_pred)  # type: ignore[no-any-return]

    @property
    def metrics(self) -> list[keras.Metric]:
        """The metrics, of which ``crf_loss`` is the last."""
        return [*super().metrics, self._crf_loss.metric]

    # Keras calls a step with the data last; on JAX the state is in front of them.
    def train_step(self, *state_and_data: Any) -> Any:
        """Take one step of training."""
        with self._internals():
            return super().train_step(*state_and_data[:-1], self.unpack_training_data(state_and_data[-1]))

    def test_step(self, *state_and_data: Any) -> Any:
        """Take one step of evaluation."""
        with self._internals():
            return super().test_step(*state_and_data[:-1], self.unpack_training_data(state_and_data[-1]))

    @contextmanager
    def _internals(self) -> Iterator[None]:
        self._returns_internals = True
        try:
            yield
        finally:
            self._returns_internals = False

    def get_config(self) -> Config:
        """Return the base model's configuration and the CRF's.

        That of a functional base model stands by itself, as in TensorFlow Addons; another's is with its class.
        """
        base = self.base_model
        is_functional = {"input_layers", "output_layers"} <= base.get_config().keys()
        config = base.get_config() if is_functional else keras.saving.serialize_keras_object(base)
        return {"base_model": config, **self.crf_layer.get_config()}

    @classmethod
    def from_config(cls, config: Config, custom_objects: Config | None = None) -> CRFModelWrapper:
        """Build the model from its configuration.

        Raises:
            ValueError: when there is no configuration of a base model in it.
        """
        config = dict(config)
        base = config.pop("base_model", None)
        if not isinstance(base, dict):
            raise ValueError(  # noqa: TRY004 - it is the configuration that is wrong
                f"CRFModelWrapper needs the configuration of its base_model, not {base!r}"
            )
        if "class_name" in base:
            base_model = keras.saving.deserialize_keras_object(base, custom_objects=custom_objects)
        else:
            base_model = keras.Model.from_config({**base, **_single_tensors(base)}, custom_objects=custom_objects)
        return cls(base_model=base_model, **config)


def _single_tensors(config: Config) -> Config:
    """Return the inputs and outputs of a functional model. Keras 2 wrote single ones in a list, which means one now."""
    ends = {key: config[key] for key in ("input_layers", "output_layers") if key in config}
    return {key: end[0] if len(end) == 1 and isinstance(end[0], list) else end for key, end in ends.items()}


class _Untracked:
    """Holds a metric that is not the model's attribute, and so not in its files: TensorFlow Addons' have none."""

    def __init__(self, metric: keras.Metric) -> None:
        self.metric = metric
