"""Layers of the years when Keras was a package of its own, from 2.1 on: `from keras import ...` alone."""
import numpy as np
from keras import backend as K
from keras import activations, constraints, initializers, regularizers
from keras.layers import (Activation, Bidirectional, Conv2D, Dense, Dropout, Embedding, Flatten, GRU, Input, InputSpec,
                          Lambda, Layer, LSTM, TimeDistributed)
from keras.models import Model, Sequential

try:
    from keras.layers import Wrapper
except ImportError:
    from keras.layers.wrappers import Wrapper


class Scale(Layer):
    """The learned scale beside a batch normalization, as DenseNet ports had it."""

    def __init__(self, weights=None, axis=-1, momentum=0.9, beta_init="zero", gamma_init="one", **kwargs):
        self.momentum = momentum
        self.axis = axis
        self.beta_init = initializers.get(beta_init)
        self.gamma_init = initializers.get(gamma_init)
        self.initial_weights = weights
        super(Scale, self).__init__(**kwargs)

    def build(self, input_shape):
        self.input_spec = [InputSpec(shape=input_shape)]
        shape = (int(input_shape[self.axis]),)
        self.gamma = K.variable(self.gamma_init(shape), name="%s_gamma" % self.name)
        self.beta = K.variable(self.beta_init(shape), name="%s_beta" % self.name)
        self.trainable_weights = [self.gamma, self.beta]
        if self.initial_weights is not None:
            self.set_weights(self.initial_weights)
            del self.initial_weights

    def call(self, x, mask=None):
        input_shape = self.input_spec[0].shape
        broadcast_shape = [1] * len(input_shape)
        broadcast_shape[self.axis] = input_shape[self.axis]
        return K.reshape(self.gamma, broadcast_shape) * x + K.reshape(self.beta, broadcast_shape)

    def get_config(self):
        config = {"momentum": self.momentum, "axis": self.axis}
        base_config = super(Scale, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class LRN(Layer):
    """Normalization over neighbouring channels."""

    def __init__(self, alpha=0.0001, k=1, beta=0.75, n=3, **kwargs):
        self.alpha, self.k, self.beta, self.n = alpha, k, beta, n
        super(LRN, self).__init__(**kwargs)

    def call(self, x, mask=None):
        half = self.n // 2
        squared = K.square(x)
        channels = K.int_shape(x)[-1]
        padded = K.spatial_2d_padding(K.permute_dimensions(squared, (0, 3, 1, 2)), ((half, half), (0, 0)))
        scale = self.k
        for i in range(self.n):
            scale = scale + self.alpha * padded[:, i:i + channels, :, :]
        return x / K.permute_dimensions(K.pow(scale, self.beta), (0, 2, 3, 1))

    def get_config(self):
        config = {"alpha": self.alpha, "k": self.k, "beta": self.beta, "n": self.n}
        base_config = super(LRN, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class PoolHelper(Layer):
    def call(self, x, mask=None):
        return x[:, 1:, 1:, :]

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[1] - 1, input_shape[2] - 1, input_shape[3])


class AttLayer(Layer):
    """Hierarchical attention: assertions, K.variable, names of weights by hand, and a mask."""

    def __init__(self, attention_dim, **kwargs):
        self.init = initializers.get("normal")
        self.supports_masking = True
        self.attention_dim = attention_dim
        super(AttLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        assert len(input_shape) == 3
        self.W = K.variable(self.init((input_shape[-1], self.attention_dim)))
        self.b = K.variable(self.init((self.attention_dim,)))
        self.u = K.variable(self.init((self.attention_dim, 1)))
        self.trainable_weights = [self.W, self.b, self.u]
        super(AttLayer, self).build(input_shape)

    def compute_mask(self, inputs, mask=None):
        return None

    def call(self, x, mask=None):
        uit = K.tanh(K.bias_add(K.dot(x, self.W), self.b))
        ait = K.squeeze(K.dot(uit, self.u), -1)
        ait = K.exp(ait)
        if mask is not None:
            ait *= K.cast(mask, K.floatx())
        ait /= K.cast(K.sum(ait, axis=1, keepdims=True) + K.epsilon(), K.floatx())
        weighted_input = x * K.expand_dims(ait)
        return K.sum(weighted_input, axis=1)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], input_shape[-1])

    def get_config(self):
        return dict(super(AttLayer, self).get_config(), attention_dim=self.attention_dim)


class ManDist(Layer):
    """Keeps its result on itself, and takes a list."""

    def __init__(self, **kwargs):
        self.result = None
        super(ManDist, self).__init__(**kwargs)

    def build(self, input_shape):
        super(ManDist, self).build(input_shape)

    def call(self, x, **kwargs):
        self.result = K.exp(-K.sum(K.abs(x[0] - x[1]), axis=1, keepdims=True))
        return self.result

    def compute_output_shape(self, input_shape):
        return K.int_shape(self.result)


class Minibatch(Layer):
    """Distances within a batch, of a GAN's discriminator."""

    def __init__(self, nb_kernels, kernel_dim, W_regularizer=None, activity_regularizer=None, **kwargs):
        self.nb_kernels = nb_kernels
        self.kernel_dim = kernel_dim
        self.W_regularizer = regularizers.get(W_regularizer)
        super(Minibatch, self).__init__(**kwargs)

    def build(self, input_shape):
        assert len(input_shape) == 2
        self.W = self.add_weight(shape=(self.nb_kernels, input_shape[1], self.kernel_dim), initializer="uniform",
                                 name="kernel", regularizer=self.W_regularizer, trainable=True)
        super(Minibatch, self).build(input_shape)

    def call(self, x, mask=None):
        activation = K.reshape(K.dot(x, self.W), (-1, self.nb_kernels, self.kernel_dim))
        diffs = K.expand_dims(activation, 3) - K.expand_dims(K.permute_dimensions(activation, [1, 2, 0]), 0)
        abs_diffs = K.sum(K.abs(diffs), axis=2)
        minibatch_features = K.sum(K.exp(-abs_diffs), axis=2)
        return K.concatenate([x, minibatch_features], 1)

    def compute_output_shape(self, input_shape):
        assert input_shape and len(input_shape) == 2
        return input_shape[0], input_shape[1] + self.nb_kernels

    def get_config(self):
        config = {"nb_kernels": self.nb_kernels, "kernel_dim": self.kernel_dim,
                  "W_regularizer": regularizers.serialize(self.W_regularizer)}
        base_config = super(Minibatch, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class NoisyPhase(Layer):
    """Asks for the phase of learning; K.in_train_phase takes functions."""

    def __init__(self, factor, **kwargs):
        super(NoisyPhase, self).__init__(**kwargs)
        self.factor = factor
        self.uses_learning_phase = True

    def call(self, inputs, training=None):
        def noised():
            return inputs * K.random_uniform(K.shape(inputs), 1 - self.factor, 1 + self.factor)

        return K.in_train_phase(noised, inputs, training=training)

    def get_config(self):
        return dict(super(NoisyPhase, self).get_config(), factor=self.factor)


class CenterLoss(Layer):
    """Moves the centers in its call, by add_update."""

    def __init__(self, alpha=0.5, classes=3, **kwargs):
        super(CenterLoss, self).__init__(**kwargs)
        self.alpha, self.classes = alpha, classes

    def build(self, input_shape):
        self.centers = self.add_weight(name="centers", shape=(self.classes, input_shape[0][-1]),
                                       initializer="uniform", trainable=False)
        super(CenterLoss, self).build(input_shape)

    def call(self, x, mask=None):
        features, labels = x
        delta_centers = K.dot(K.transpose(labels), (K.dot(labels, self.centers) - features))
        center_counts = K.sum(K.transpose(labels), axis=1, keepdims=True) + 1
        delta_centers /= center_counts
        new_centers = self.centers - self.alpha * delta_centers
        result = features - K.dot(labels, self.centers)
        self.add_update((self.centers, new_centers), x)
        return K.sum(result ** 2, axis=1, keepdims=True)

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0], 1)

    def get_config(self):
        return dict(super(CenterLoss, self).get_config(), alpha=self.alpha, classes=self.classes)


class WeightedResidual(Wrapper):
    def __init__(self, layer, gain=0.5, **kwargs):
        super(WeightedResidual, self).__init__(layer, **kwargs)
        self.gain = gain

    def build(self, input_shape):
        self.layer.build(input_shape)
        super(WeightedResidual, self).build()

    def call(self, x):
        return x + self.gain * self.layer.call(x)

    def get_config(self):
        return dict(super(WeightedResidual, self).get_config(), gain=self.gain)


class Softmax4D(Layer):
    def __init__(self, axis=-1, **kwargs):
        self.axis = axis
        super(Softmax4D, self).__init__(**kwargs)

    def build(self, input_shape):
        pass

    def call(self, x, mask=None):
        e = K.exp(x - K.max(x, axis=self.axis, keepdims=True))
        s = K.sum(e, axis=self.axis, keepdims=True)
        return e / s

    def get_output_shape_for(self, input_shape):
        return input_shape

    def get_config(self):
        return dict(super(Softmax4D, self).get_config(), axis=self.axis)


def relu6(x):
    return K.relu(x, max_value=6)


def mean_pred(y_true, y_pred):
    return K.mean(y_pred)


def weighted_categorical_crossentropy(y_true, y_pred):
    weights = K.variable([0.5, 2.0, 1.0])
    y_pred /= K.sum(y_pred, axis=-1, keepdims=True)
    y_pred = K.clip(y_pred, K.epsilon(), 1 - K.epsilon())
    return -K.sum(y_true * K.log(y_pred) * weights, -1)


def model_scaled():
    inputs = Input((4, 4, 3))
    x = Conv2D(4, (3, 3), padding="same", activation=relu6)(inputs)
    x = LRN()(Scale(axis=3, name="scale")(x))
    return Model(inputs, Softmax4D(axis=-1)(PoolHelper()(x)))


def model_hierarchical():
    words = Input((5,), dtype="int32")
    x = Embedding(11, 4, mask_zero=True)(words)
    x = Bidirectional(GRU(3, return_sequences=True))(x)
    return Model(words, Dense(2, activation="softmax")(AttLayer(4)(x)))


def model_siamese():
    words = [Input((4,)), Input((4,))]
    shared = Sequential([Embedding(11, 3, input_shape=(4,)), LSTM(4)])
    distance = ManDist()([shared(words[0]), shared(words[1])])
    return Model(words, distance)


def model_minibatch():
    inputs = Input((6,))
    x = NoisyPhase(0.2)(Dense(4)(inputs))
    return Model(inputs, Dense(1, activation="sigmoid")(Minibatch(3, 2, W_regularizer="l2")(x)))


def model_centers():
    x, y = Input((4,)), Input((3,))
    features = Dense(5)(x)
    return Model([x, y], [Dense(3, activation="softmax")(features), CenterLoss(0.5)([features, y])])


def model_weighted():
    model = Sequential()
    model.add(Dense(5, input_dim=6, activation="relu"))
    model.add(WeightedResidual(Dense(5, activation="tanh")))
    model.add(Dense(3, activation="softmax"))
    model.compile("rmsprop", loss=weighted_categorical_crossentropy, metrics=["accuracy", mean_pred])
    return model
