"""Activations, initializers, constraints and regularizers of one's own, as functions and as classes."""
import math
import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.constraints import Constraint
from tensorflow.keras.initializers import Initializer
from tensorflow.keras.layers import Activation, Conv2D, Dense, Input, LSTM, Layer
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.regularizers import Regularizer
from tensorflow.keras.utils import get_custom_objects


def swish(x, beta=1):
    return x * K.sigmoid(beta * x)


def gelu(x):
    return 0.5 * x * (1 + K.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * K.pow(x, 3))))


def hard_mish(x):
    return (x / 2.0) * tf.minimum(2.0, tf.maximum(0.0, x + 2.0))


def sinusoid(x):
    return K.sin(30.0 * x)


get_custom_objects().update({"gelu_": Activation(gelu)})
gelu_ = Activation(gelu)


class Mish(Activation):
    def __init__(self, activation, **kwargs):
        super(Mish, self).__init__(activation, **kwargs)
        self.__name__ = "Mish"


def mish(inputs):
    return inputs * K.tanh(K.softplus(inputs))


class SineInitializer(Initializer):
    def __init__(self, scale=1.0):
        self.scale = scale

    def __call__(self, shape, dtype=None, **kwargs):
        count = int(np.prod(shape))
        return self.scale * tf.reshape(tf.sin(tf.range(count, dtype=dtype or tf.float32)), shape)

    def get_config(self):
        return {"scale": self.scale}


class UnitSum(Constraint):
    """Weights of a mean: none below zero, one together."""

    def __call__(self, w):
        w = w * K.cast(K.greater_equal(w, 0.0), K.floatx())
        return w / (K.epsilon() + K.sum(w, axis=0, keepdims=True))


class Smoothness(Regularizer):
    def __init__(self, l=0.01):
        self.l = K.cast_to_floatx(l)

    def __call__(self, x):
        return self.l * K.sum(K.square(x[1:] - x[:-1]))

    def get_config(self):
        return {"l": float(self.l)}


def l1_reg(weight_matrix):
    return 0.01 * K.sum(K.abs(weight_matrix))


def entropy(activations):
    return -0.001 * K.mean(K.softmax(activations) * K.log(K.softmax(activations) + K.epsilon()))


class PELU(Layer):
    """Parametric, with weights over all axes but the first."""

    def __init__(self, alpha_initializer="ones", beta_initializer="ones", **kwargs):
        super(PELU, self).__init__(**kwargs)
        self.supports_masking = True
        self.alpha_initializer = tf.keras.initializers.get(alpha_initializer)
        self.beta_initializer = tf.keras.initializers.get(beta_initializer)

    def build(self, input_shape):
        param_shape = tuple(list(input_shape[1:]))
        self.alpha = self.add_weight(shape=param_shape, name="alpha", initializer=self.alpha_initializer)
        self.beta = self.add_weight(shape=param_shape, name="beta", initializer=self.beta_initializer)
        self.built = True

    def call(self, x, mask=None):
        pos = K.relu(x) * self.alpha / (self.beta + K.epsilon())
        neg = self.alpha * (K.exp((-K.relu(-x)) / (self.beta + K.epsilon())) - 1)
        return neg + pos

    def get_config(self):
        return dict(super(PELU, self).get_config(),
                    alpha_initializer=tf.keras.initializers.serialize(self.alpha_initializer),
                    beta_initializer=tf.keras.initializers.serialize(self.beta_initializer))


def model_activations():
    inputs = Input((6,))
    x = Dense(5, activation=swish)(inputs)
    x = Activation(hard_mish)(x)
    x = Dense(4, activation=gelu)(x)
    x = Mish(mish)(x)
    return Model(inputs, Dense(3, activation=sinusoid)(x))


def model_constrained():
    model = Sequential([
        Dense(5, input_shape=(6,), kernel_initializer=SineInitializer(0.5), kernel_constraint=UnitSum(),
              kernel_regularizer=Smoothness(0.02)),
        Dense(4, kernel_regularizer=l1_reg, activity_regularizer=entropy),
        Dense(2),
    ])
    model.compile("adam", "mse")
    return model


def model_recurrent():
    inputs = Input((4, 3))
    x = LSTM(4, activation=swish, recurrent_activation="sigmoid", recurrent_initializer=SineInitializer(),
             return_sequences=True)(inputs)
    return Model(inputs, PELU()(x))
