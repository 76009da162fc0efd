"""Layers of papers: units that add and multiply, mixtures, attention over sets, quadratic forms."""
import tensorflow as tf
from tensorflow.keras import activations, initializers, layers
import tensorflow.keras.backend as K
from tensorflow.keras.models import Model


class NALU(layers.Layer):
    """Weights under names that are attributes of the base too."""

    def __init__(self, units, use_gating=True, kernel_W_initializer="glorot_uniform", **kwargs):
        super(NALU, self).__init__()
        self.units = units
        self.use_gating = use_gating
        self.epsilon = 1e-7
        self.kernel_W_initializer = initializers.get(kernel_W_initializer)
        self.input_spec = layers.InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape):
        assert len(input_shape) >= 2
        input_dim = input_shape[-1]
        self.W_hat = self.add_weight(shape=(input_dim, self.units), initializer=self.kernel_W_initializer, name="W_hat")
        self.M_hat = self.add_weight(shape=(input_dim, self.units), initializer="glorot_uniform", name="M_hat")
        self.G = self.add_weight(shape=(input_dim, self.units), initializer="glorot_uniform", name="G") \
            if self.use_gating else None
        self.input_spec = layers.InputSpec(min_ndim=2, axes={-1: input_dim})
        self.built = True

    def call(self, inputs):
        W = K.tanh(self.W_hat) * K.sigmoid(self.M_hat)
        a = K.dot(inputs, W)
        m = K.exp(K.dot(K.log(K.abs(inputs) + self.epsilon), W))
        if self.use_gating:
            g = K.sigmoid(K.dot(inputs, self.G))
            return g * a + (1.0 - g) * m
        return a + m

    def compute_output_shape(self, input_shape):
        assert input_shape and len(input_shape) >= 2
        output_shape = list(input_shape)
        output_shape[-1] = self.units
        return tuple(output_shape)

    def get_config(self):
        config = {"units": self.units, "use_gating": self.use_gating,
                  "kernel_W_initializer": initializers.serialize(self.kernel_W_initializer)}
        base_config = super(NALU, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class MixtureDensity(layers.Layer):
    def __init__(self, output_dimension, num_mixtures, **kwargs):
        self.output_dim = output_dimension
        self.num_mix = num_mixtures
        with tf.name_scope("MDN"):
            self.mdn_mus = layers.Dense(self.num_mix * self.output_dim, name="mdn_mus")
            self.mdn_sigmas = layers.Dense(self.num_mix * self.output_dim, activation=elu_plus_one, name="mdn_sigmas")
            self.mdn_pi = layers.Dense(self.num_mix, name="mdn_pi")
        super(MixtureDensity, self).__init__(**kwargs)

    def build(self, input_shape):
        with tf.name_scope("mus"):
            self.mdn_mus.build(input_shape)
        with tf.name_scope("sigmas"):
            self.mdn_sigmas.build(input_shape)
        with tf.name_scope("pis"):
            self.mdn_pi.build(input_shape)
        super(MixtureDensity, self).build(input_shape)

    @property
    def trainable_weights(self):
        return self.mdn_mus.trainable_weights + self.mdn_sigmas.trainable_weights + self.mdn_pi.trainable_weights

    @property
    def non_trainable_weights(self):
        return (self.mdn_mus.non_trainable_weights + self.mdn_sigmas.non_trainable_weights
                + self.mdn_pi.non_trainable_weights)

    def call(self, x, mask=None):
        with tf.name_scope("MDN"):
            return layers.concatenate([self.mdn_mus(x), self.mdn_sigmas(x), self.mdn_pi(x)], name="mdn_outputs")

    def compute_output_shape(self, input_shape):
        return (input_shape[0], (2 * self.output_dim * self.num_mix) + self.num_mix)

    def get_config(self):
        config = {"output_dimension": self.output_dim, "num_mixtures": self.num_mix}
        base_config = super(MixtureDensity, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


def elu_plus_one(x):
    return K.elu(x) + 1 + K.epsilon()


class Quadratic(layers.Layer):
    def __init__(self, units=3, activation=None, **kwargs):
        super(Quadratic, self).__init__(**kwargs)
        self.units = units
        self.activation = activations.get(activation)

    def build(self, input_shape):
        a_init = tf.random_normal_initializer()
        self.a = tf.Variable(name="a", initial_value=a_init(shape=(input_shape[-1], self.units), dtype="float32"),
                             trainable=True)
        self.b = tf.Variable(name="b", initial_value=a_init(shape=(input_shape[-1], self.units), dtype="float32"),
                             trainable=True)
        self.c = tf.Variable(name="c", initial_value=tf.zeros_initializer()(shape=(self.units,), dtype="float32"),
                             trainable=True)
        super().build(input_shape)

    def call(self, inputs):
        return self.activation(tf.matmul(tf.math.square(inputs), self.a) + tf.matmul(inputs, self.b) + self.c)

    def get_config(self):
        return {**super(Quadratic, self).get_config(), "units": self.units,
                "activation": activations.serialize(self.activation)}


class AttentionPooling(layers.Layer):
    """Multiple-instance learning: weights over the instances of a bag, which are a list."""

    def __init__(self, weight_params_dim, use_gated=False, **kwargs):
        super().__init__(**kwargs)
        self.weight_params_dim, self.use_gated = weight_params_dim, use_gated

    def build(self, input_shape):
        input_dim = input_shape[0][1]
        self.v = self.add_weight(shape=(input_dim, self.weight_params_dim), initializer="glorot_uniform", name="v")
        self.w = self.add_weight(shape=(self.weight_params_dim, 1), initializer="glorot_uniform", name="w")
        self.u = self.add_weight(shape=(input_dim, self.weight_params_dim), initializer="glorot_uniform", name="u") \
            if self.use_gated else None
        self.input_built = True

    def call(self, inputs):
        instances = [self.scores(instance) for instance in inputs]
        return tf.nn.softmax(tf.concat(instances, axis=1), axis=1)

    def scores(self, instance):
        original = instance
        instance = tf.math.tanh(tf.tensordot(instance, self.v, axes=1))
        if self.use_gated:
            instance = instance * tf.math.sigmoid(tf.tensordot(original, self.u, axes=1))
        return tf.tensordot(instance, self.w, axes=1)

    def get_config(self):
        return {**super().get_config(), "weight_params_dim": self.weight_params_dim, "use_gated": self.use_gated}


class GaussianKernel(layers.Layer):
    """A switch, a repeat, a cumulative sum and an argmax, of the backend."""

    def call(self, x):
        peak = K.cast(K.argmax(x, axis=-1), K.floatx())
        ones = K.cumsum(K.ones_like(x), axis=-1) - 1.0
        distances = K.square(ones - K.expand_dims(peak))
        smooth = K.exp(-distances)
        chosen = K.switch(K.greater(x, 0), smooth, K.zeros_like(smooth))
        return K.repeat_elements(chosen, 2, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], 2 * input_shape[1])


def model_units():
    inputs = layers.Input((4,))
    return Model(inputs, NALU(2, use_gating=False)(NALU(3)(inputs)))


def model_mixture():
    inputs = layers.Input((4,))
    return Model(inputs, MixtureDensity(2, 3)(layers.Dense(5)(inputs)))


def model_quadratic():
    inputs = layers.Input((4,))
    return Model(inputs, Quadratic(3, activation="tanh")(inputs))


def model_bags():
    inputs = [layers.Input((4,)) for _ in range(3)]
    embeddings = [layers.Dense(3, activation="relu")(x) for x in inputs]
    return Model(inputs, AttentionPooling(2, use_gated=True)(embeddings))


def model_kernel():
    inputs = layers.Input((6,))
    return Model(inputs, GaussianKernel()(inputs))
