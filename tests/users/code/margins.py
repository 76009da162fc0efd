"""Margins of face recognition, and clusters."""
import math
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow.keras import initializers, regularizers
from tensorflow.keras.layers import Dense, Input, InputSpec, Layer
from tensorflow.keras.models import Model


class ArcFace(Layer):
    def __init__(self, n_classes=10, s=30.0, m=0.50, regularizer=None, **kwargs):
        super(ArcFace, self).__init__(**kwargs)
        self.n_classes = n_classes
        self.s = s
        self.m = m
        self.regularizer = regularizers.get(regularizer)

    def build(self, input_shape):
        super(ArcFace, self).build(input_shape[0])
        self.W = self.add_weight(name="W", shape=(input_shape[0][-1], self.n_classes), initializer="glorot_uniform",
                                 trainable=True, regularizer=self.regularizer)

    def call(self, inputs):
        x, y = inputs
        x = tf.nn.l2_normalize(x, axis=1)
        W = tf.nn.l2_normalize(self.W, axis=0)
        logits = x @ W
        theta = tf.acos(K.clip(logits, -1.0 + K.epsilon(), 1.0 - K.epsilon()))
        target_logits = tf.cos(theta + self.m)
        logits = logits * (1 - y) + target_logits * y
        logits *= self.s
        return tf.nn.softmax(logits)

    def compute_output_shape(self, input_shape):
        return (None, self.n_classes)

    def get_config(self):
        config = super(ArcFace, self).get_config()
        config.update({"n_classes": self.n_classes, "s": self.s, "m": self.m,
                       "regularizer": regularizers.serialize(self.regularizer)})
        return config


class ArcMargin(tf.keras.layers.Layer):
    """The variant of the competitions, with the class as a number, and constants made in build."""

    def __init__(self, n_classes, s=16, m=0.3, easy_margin=False, ls_eps=0.0, **kwargs):
        super(ArcMargin, self).__init__(**kwargs)
        self.n_classes, self.s, self.m, self.ls_eps, self.easy_margin = n_classes, s, m, ls_eps, easy_margin
        self.cos_m = tf.math.cos(m)
        self.sin_m = tf.math.sin(m)
        self.th = tf.math.cos(math.pi - m)
        self.mm = tf.math.sin(math.pi - m) * m

    def get_config(self):
        config = super().get_config().copy()
        config.update({"n_classes": self.n_classes, "s": self.s, "m": self.m, "ls_eps": self.ls_eps,
                       "easy_margin": self.easy_margin})
        return config

    def build(self, input_shape):
        super(ArcMargin, self).build(input_shape[0])
        self.W = self.add_weight(name="W", shape=(int(input_shape[0][-1]), self.n_classes),
                                 initializer="glorot_uniform", dtype="float32", trainable=True, regularizer=None)

    def call(self, inputs):
        X, y = inputs
        y = tf.cast(tf.reshape(y, [-1]), dtype=tf.int32)
        cosine = tf.matmul(tf.math.l2_normalize(X, axis=1), tf.math.l2_normalize(self.W, axis=0))
        sine = tf.math.sqrt(1.0 - tf.math.pow(cosine, 2))
        phi = cosine * self.cos_m - sine * self.sin_m
        if self.easy_margin:
            phi = tf.where(cosine > 0, phi, cosine)
        else:
            phi = tf.where(cosine > self.th, phi, cosine - self.mm)
        one_hot = tf.cast(tf.one_hot(y, depth=self.n_classes), dtype=cosine.dtype)
        if self.ls_eps > 0:
            one_hot = (1 - self.ls_eps) * one_hot + self.ls_eps / self.n_classes
        return ((one_hot * phi) + ((1.0 - one_hot) * cosine)) * self.s


class ClusteringLayer(Layer):
    """Student's t-distribution to the centers; weights are given by a keyword and popped."""

    def __init__(self, n_clusters, weights=None, alpha=1.0, **kwargs):
        if "input_shape" not in kwargs and "input_dim" in kwargs:
            kwargs["input_shape"] = (kwargs.pop("input_dim"),)
        super(ClusteringLayer, self).__init__(**kwargs)
        self.n_clusters = n_clusters
        self.alpha = alpha
        self.initial_weights = weights
        self.input_spec = InputSpec(ndim=2)

    def build(self, input_shape):
        assert len(input_shape) == 2
        input_dim = input_shape[1]
        self.input_spec = InputSpec(dtype=K.floatx(), shape=(None, input_dim))
        self.clusters = self.add_weight(shape=(self.n_clusters, input_dim), initializer="glorot_uniform",
                                        name="clusters")
        if self.initial_weights is not None:
            self.set_weights(self.initial_weights)
            del self.initial_weights
        self.built = True

    def call(self, inputs, **kwargs):
        q = 1.0 / (1.0 + (K.sum(K.square(K.expand_dims(inputs, axis=1) - self.clusters), axis=2) / self.alpha))
        q **= (self.alpha + 1.0) / 2.0
        return K.transpose(K.transpose(q) / K.sum(q, axis=1))

    def compute_output_shape(self, input_shape):
        assert input_shape and len(input_shape) == 2
        return input_shape[0], self.n_clusters

    def get_config(self):
        config = {"n_clusters": self.n_clusters}
        base_config = super(ClusteringLayer, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class RBFLayer(Layer):
    def __init__(self, units, gamma, **kwargs):
        super(RBFLayer, self).__init__(**kwargs)
        self.units = units
        self.gamma = K.cast_to_floatx(gamma)

    def build(self, input_shape):
        self.mu = self.add_weight(name="mu", shape=(int(input_shape[1]), self.units), initializer="uniform",
                                  trainable=True)
        super(RBFLayer, self).build(input_shape)

    def call(self, inputs):
        diff = K.expand_dims(inputs) - self.mu
        l2 = K.sum(K.pow(diff, 2), axis=1)
        return K.exp(-1 * self.gamma * l2)

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.units)

    def get_config(self):
        return dict(super().get_config(), units=self.units, gamma=float(self.gamma))


def model_arcface():
    x, y = Input((4,)), Input((3,))
    return Model([x, y], ArcFace(3, regularizer="l2")([Dense(5)(x), y]))


def model_margin():
    x, y = Input((4,)), Input((1,))
    return Model([x, y], ArcMargin(3)([Dense(5)(x), y]))


def model_clusters():
    inputs = Input((6,))
    return Model(inputs, [ClusteringLayer(3, name="clustering")(Dense(4)(inputs)), RBFLayer(3, 0.5)(inputs)])
