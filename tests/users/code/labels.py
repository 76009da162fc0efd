"""A conditional random field for tags, and attention between sentences."""
import tensorflow.keras.backend as K
from tensorflow.keras import initializers, regularizers
from tensorflow.keras.layers import Dense, Embedding, GRU, Input, InputSpec, Lambda, Layer, TimeDistributed
from tensorflow.keras.models import Model


class ChainCRF(Layer):
    """Returns the scores; its loss is the negative log-likelihood, a method of the layer."""

    def __init__(self, units, trans_initializer="uniform", trans_regularizer=None, **kwargs):
        super(ChainCRF, self).__init__(**kwargs)
        self.units = units
        self.trans_initializer = initializers.get(trans_initializer)
        self.trans_regularizer = regularizers.get(trans_regularizer)
        self.input_spec = [InputSpec(ndim=3)]

    def build(self, input_shape):
        input_dim = input_shape[-1]
        self.input_spec = [InputSpec(dtype=K.floatx(), shape=(None, input_shape[1], input_dim))]
        self.kernel = self.add_weight(shape=(input_dim, self.units), name="kernel", initializer="glorot_uniform")
        self.trans = self.add_weight(shape=(self.units, self.units), name="trans", initializer=self.trans_initializer,
                                     regularizer=self.trans_regularizer)
        self.built = True

    def call(self, x, mask=None):
        energies = K.dot(x, self.kernel)
        first = energies[:, 0, :]

        def step(energy, states):
            previous = K.expand_dims(states[0], 2)
            total = previous + K.expand_dims(self.trans, 0)
            peak = K.max(total, axis=1, keepdims=True)
            total = K.log(K.sum(K.exp(total - peak), axis=1)) + K.squeeze(peak, 1) + energy
            return total, [total]

        last, values, _ = K.rnn(step, energies[:, 1:, :], [first], unroll=True,
                                input_length=K.int_shape(x)[1] - 1)
        return K.concatenate([K.expand_dims(first, 1), values], axis=1)

    def compute_mask(self, input, mask=None):
        return None

    def compute_output_shape(self, input_shape):
        return input_shape[:2] + (self.units,)

    def get_config(self):
        config = {
            "units": self.units,
            "trans_initializer": initializers.serialize(self.trans_initializer),
            "trans_regularizer": regularizers.serialize(self.trans_regularizer),
        }
        base_config = super(ChainCRF, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class NonMasking(Layer):
    def __init__(self, **kwargs):
        self.supports_masking = True
        super(NonMasking, self).__init__(**kwargs)

    def build(self, input_shape):
        pass

    def compute_mask(self, input, input_mask=None):
        return None

    def call(self, x, mask=None):
        return x

    def compute_output_shape(self, input_shape):
        return input_shape


class MeanPool(Layer):
    """The mean of the steps that the mask lets through."""

    def __init__(self, **kwargs):
        self.supports_masking = True
        super(MeanPool, self).__init__(**kwargs)

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, x, mask=None):
        if mask is not None:
            mask = K.cast(mask, K.floatx())
            mask = K.repeat(mask, K.int_shape(x)[-1])
            mask = K.permute_dimensions(mask, (0, 2, 1))
            x = x * mask
            return K.sum(x, axis=1) / (K.sum(mask, axis=1) + K.epsilon())
        return K.mean(x, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[2])


class MatchingLayer(Layer):
    """Each step of the one against each of the other."""

    def __init__(self, matching_type="dot", normalize=False, **kwargs):
        super().__init__(**kwargs)
        self._matching_type = matching_type
        self._normalize = normalize

    def build(self, input_shape):
        if not isinstance(input_shape, list) or len(input_shape) != 2:
            raise ValueError("A `MatchingLayer` layer should be called on a list of 2 inputs.")
        self._shape1, self._shape2 = input_shape[0], input_shape[1]
        if self._shape1[2] != self._shape2[2]:
            raise ValueError("Incompatible dimensions")

    def call(self, inputs, **kwargs):
        x1, x2 = inputs
        if self._normalize:
            x1, x2 = K.l2_normalize(x1, axis=2), K.l2_normalize(x2, axis=2)
        return K.expand_dims(K.batch_dot(x1, x2, axes=[2, 2]), 3)

    def compute_output_shape(self, input_shape):
        shape1, shape2 = input_shape
        return shape1[0], shape1[1], shape2[1], 1

    def get_config(self):
        return {"matching_type": self._matching_type, "normalize": self._normalize, **super().get_config()}


def model_tags():
    words = Input((5,))
    x = Embedding(11, 4, mask_zero=True)(words)
    x = GRU(4, return_sequences=True)(x)
    x = NonMasking()(x)
    return Model(words, ChainCRF(3, trans_regularizer="l2")(x))


def model_pooled():
    words = Input((5,))
    x = Embedding(11, 4, mask_zero=True)(words)
    x = TimeDistributed(Dense(3))(x)
    return Model(words, Dense(2)(MeanPool()(x)))


def model_matched():
    a, b = Input((3, 4)), Input((5, 4))
    return Model([a, b], MatchingLayer(normalize=True)([a, b]))
