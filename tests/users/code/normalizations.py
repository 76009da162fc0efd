"""Normalizations, as every style transfer and detection repository had its own."""
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras import constraints, initializers, regularizers
from tensorflow.keras.layers import Conv2D, Dense, InputSpec, Input, Layer
from tensorflow.keras.models import Model


class InstanceNormalization(Layer):
    def __init__(self, axis=None, epsilon=1e-3, center=True, scale=True, beta_initializer="zeros",
                 gamma_initializer="ones", beta_regularizer=None, gamma_constraint=None, **kwargs):
        super(InstanceNormalization, self).__init__(**kwargs)
        self.supports_masking = True
        self.axis = axis
        self.epsilon = epsilon
        self.center = center
        self.scale = scale
        self.beta_initializer = initializers.get(beta_initializer)
        self.gamma_initializer = initializers.get(gamma_initializer)
        self.beta_regularizer = regularizers.get(beta_regularizer)
        self.gamma_constraint = constraints.get(gamma_constraint)

    def build(self, input_shape):
        ndim = len(input_shape)
        if self.axis == 0:
            raise ValueError("Axis cannot be zero")
        if (self.axis is not None) and (ndim == 2):
            raise ValueError("Cannot specify axis for rank 1 tensor")
        self.input_spec = InputSpec(ndim=ndim)
        shape = (1,) if self.axis is None else (input_shape[self.axis],)
        if self.scale:
            self.gamma = self.add_weight(shape=shape, name="gamma", initializer=self.gamma_initializer,
                                         constraint=self.gamma_constraint)
        else:
            self.gamma = None
        if self.center:
            self.beta = self.add_weight(shape=shape, name="beta", initializer=self.beta_initializer,
                                        regularizer=self.beta_regularizer)
        else:
            self.beta = None
        self.built = True

    def call(self, inputs, training=None):
        input_shape = K.int_shape(inputs)
        reduction_axes = list(range(0, len(input_shape)))
        if self.axis is not None:
            del reduction_axes[self.axis]
        del reduction_axes[0]
        mean = K.mean(inputs, reduction_axes, keepdims=True)
        stddev = K.std(inputs, reduction_axes, keepdims=True) + self.epsilon
        normed = (inputs - mean) / stddev
        broadcast_shape = [1] * len(input_shape)
        if self.axis is not None:
            broadcast_shape[self.axis] = input_shape[self.axis]
        if self.scale:
            normed = normed * K.reshape(self.gamma, broadcast_shape)
        if self.center:
            normed = normed + K.reshape(self.beta, broadcast_shape)
        return normed

    def get_config(self):
        config = {
            "axis": self.axis,
            "epsilon": self.epsilon,
            "center": self.center,
            "scale": self.scale,
            "beta_initializer": initializers.serialize(self.beta_initializer),
            "gamma_initializer": initializers.serialize(self.gamma_initializer),
            "beta_regularizer": regularizers.serialize(self.beta_regularizer),
            "gamma_constraint": constraints.serialize(self.gamma_constraint),
        }
        base_config = super(InstanceNormalization, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class GroupNorm(Layer):
    def __init__(self, groups=2, axis=-1, epsilon=1e-5, **kwargs):
        super(GroupNorm, self).__init__(**kwargs)
        self.groups = groups
        self.axis = axis
        self.epsilon = epsilon

    def build(self, input_shape):
        dim = input_shape[self.axis]
        if dim is None:
            raise ValueError("Axis " + str(self.axis) + " of input tensor should have a defined dimension")
        if dim % self.groups != 0:
            raise ValueError("Number of groups must divide the channels")
        self.input_spec = InputSpec(ndim=len(input_shape), axes={self.axis: dim})
        self.gamma = self.add_weight(shape=(dim,), name="gamma", initializer="ones")
        self.beta = self.add_weight(shape=(dim,), name="beta", initializer="zeros")
        super(GroupNorm, self).build(input_shape)

    def call(self, inputs, **kwargs):
        input_shape = K.int_shape(inputs)
        tensor_input_shape = K.shape(inputs)
        group_shape = [tensor_input_shape[i] for i in range(len(input_shape) - 1)]
        x = K.reshape(inputs, K.stack(group_shape + [self.groups, input_shape[-1] // self.groups]))
        axes = list(range(1, len(input_shape) - 1)) + [len(input_shape)]
        mean = K.mean(x, axis=axes, keepdims=True)
        variance = K.var(x, axis=axes, keepdims=True)
        x = (x - mean) / K.sqrt(variance + self.epsilon)
        x = K.reshape(x, tensor_input_shape)
        return x * self.gamma + self.beta

    def get_config(self):
        config = {"groups": self.groups, "axis": self.axis, "epsilon": self.epsilon}
        base_config = super(GroupNorm, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))

    def compute_output_shape(self, input_shape):
        return input_shape


class LayerNorm(Layer):
    """With the arguments of add_weight by position, as the Transformer ports had it."""

    def __init__(self, eps=1e-6, **kwargs):
        self.eps = eps
        super(LayerNorm, self).__init__(**kwargs)

    def build(self, input_shape):
        self.gamma = self.add_weight("gamma", input_shape[-1:], None, initializers.Ones())
        self.beta = self.add_weight("beta", input_shape[-1:], None, initializers.Zeros(), None, True)
        super(LayerNorm, self).build(input_shape)

    def call(self, x):
        mean = K.mean(x, axis=-1, keepdims=True)
        std = K.std(x, axis=-1, keepdims=True)
        return self.gamma * (x - mean) / (std + self.eps) + self.beta

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return dict(super(LayerNorm, self).get_config(), eps=self.eps)


class L2Normalize(Layer):
    def __init__(self, axis=-1, **kwargs):
        super(L2Normalize, self).__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return K.l2_normalize(inputs, axis=self.axis)

    def get_config(self):
        config = super(L2Normalize, self).get_config()
        config["axis"] = self.axis
        return config


class FilterResponseNormalization(tf.keras.layers.Layer):
    """With a threshold, and variables that tf.keras found among the attributes."""

    def __init__(self, epsilon=1e-6, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        shape = [1, 1, 1, int(input_shape[-1])]
        self.beta = tf.Variable(tf.zeros(shape), name="beta")
        self.gamma = tf.Variable(tf.ones(shape), name="gamma")
        self.tau = tf.Variable(tf.zeros(shape), name="tau")
        super().build(input_shape)

    def call(self, x):
        nu2 = tf.reduce_mean(tf.square(x), axis=[1, 2], keepdims=True)
        x = x * tf.math.rsqrt(nu2 + tf.abs(self.epsilon))
        return tf.maximum(self.gamma * x + self.beta, self.tau)

    def get_config(self):
        config = super().get_config()
        config.update({"epsilon": self.epsilon})
        return config


def model_instance():
    inputs = Input((5, 4, 3))
    x = Conv2D(4, 3, padding="same")(inputs)
    x = InstanceNormalization(axis=3, beta_regularizer="l2", gamma_constraint="non_neg")(x)
    x = Conv2D(2, 3)(x)
    return Model(inputs, InstanceNormalization(scale=False)(x))


def model_group():
    inputs = Input((4, 4, 6))
    return Model(inputs, GroupNorm(3)(inputs))


def model_layer():
    inputs = Input((6, 4))
    x = LayerNorm()(inputs)
    return Model(inputs, L2Normalize(axis=1)(Dense(3)(x)))


def model_filter_response():
    inputs = Input((4, 4, 3))
    return Model(inputs, FilterResponseNormalization(1e-4)(Conv2D(4, 3)(inputs)))
