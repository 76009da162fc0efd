"""Everything that a model is trained with, written by hand."""
import tensorflow as tf
import tensorflow.keras.backend as K
from tensorflow import keras
from tensorflow.keras.layers import Activation, Conv2D, Dense, Flatten, Input
from tensorflow.keras.models import Model


def dice_coef(y_true, y_pred, smooth=1.0):
    y_true_f = K.flatten(y_true)
    y_pred_f = K.flatten(y_pred)
    intersection = K.sum(y_true_f * y_pred_f)
    return (2.0 * intersection + smooth) / (K.sum(y_true_f) + K.sum(y_pred_f) + smooth)


def dice_loss(y_true, y_pred):
    return 1 - dice_coef(y_true, y_pred)


def recall_m(y_true, y_pred):
    true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
    possible_positives = K.sum(K.round(K.clip(y_true, 0, 1)))
    return true_positives / (possible_positives + K.epsilon())


def weighted_bce(y_true, y_pred):
    bce = K.binary_crossentropy(K.cast(y_true, K.floatx()), y_pred)
    weights = y_true * 2.0 + (1.0 - y_true) * 0.5
    return K.mean(weights * bce, axis=-1)


class FocalLoss(keras.losses.Loss):
    def __init__(self, gamma=2.0, reduction=keras.losses.Reduction.AUTO if hasattr(keras.losses, "Reduction")
                 else "auto", name="focal_loss"):
        super(FocalLoss, self).__init__(reduction, name)
        self.gamma = gamma

    def call(self, y_true, y_pred):
        y_true = tf.cast(y_true, y_pred.dtype)
        p = tf.clip_by_value(y_pred, K.epsilon(), 1.0 - K.epsilon())
        pt = tf.where(tf.equal(y_true, 1), p, 1 - p)
        return tf.reduce_mean(-K.pow(1.0 - pt, self.gamma) * K.log(pt), axis=-1)

    def get_config(self):
        config = super(FocalLoss, self).get_config()
        config["gamma"] = self.gamma
        return config


class F1Score(keras.metrics.Metric):
    def __init__(self, name="f1_score", threshold=0.5, **kwargs):
        super(F1Score, self).__init__(name, **kwargs)
        self.threshold = threshold
        self.tp = self.add_weight("tp", initializer="zeros")
        self.fp = self.add_weight("fp", (), initializer="zeros")
        self.fn = self.add_weight(name="fn", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(y_true, tf.bool)
        y_pred = y_pred > self.threshold
        self.tp.assign_add(tf.reduce_sum(tf.cast(y_true & y_pred, self.dtype)))
        self.fp.assign_add(tf.reduce_sum(tf.cast(~y_true & y_pred, self.dtype)))
        self.fn.assign_add(tf.reduce_sum(tf.cast(y_true & ~y_pred, self.dtype)))

    def result(self):
        return 2 * self.tp / (2 * self.tp + self.fp + self.fn + K.epsilon())

    def reset_states(self):
        for v in self.variables:
            K.set_value(v, 0)

    def get_config(self):
        return {"threshold": self.threshold, **super(F1Score, self).get_config()}


class Orthogonality(keras.regularizers.Regularizer):
    def __init__(self, strength=0.01):
        self.strength = strength

    def __call__(self, x):
        flat = K.reshape(x, (-1, K.int_shape(x)[-1]))
        gram = K.dot(K.transpose(flat), flat)
        return self.strength * K.sum(K.square(gram - tf.eye(K.int_shape(gram)[0])))

    def get_config(self):
        return {"strength": float(self.strength)}


class ClipConstraint(keras.constraints.Constraint):
    def __init__(self, clip_value):
        self.clip_value = clip_value

    def __call__(self, weights):
        return K.clip(weights, -self.clip_value, self.clip_value)

    def get_config(self):
        return {"clip_value": self.clip_value}


class PriorProbability(keras.initializers.Initializer):
    def __init__(self, probability=0.01):
        self.probability = probability

    def get_config(self):
        return {"probability": self.probability}

    def __call__(self, shape, dtype=None, partition_info=None):
        import math

        return tf.ones(shape, dtype=dtype) * -math.log((1 - self.probability) / self.probability)


def mish(x):
    return x * K.tanh(K.softplus(x))


class Swish(Activation):
    def __init__(self, activation, **kwargs):
        super(Swish, self).__init__(activation, **kwargs)
        self.__name__ = "swish_act"


def swish_act(x):
    return x * K.sigmoid(x)


def my_init(shape, dtype=None):
    return K.random_normal(shape, dtype=dtype)


def model_segmentation():
    inputs = Input((4, 4, 2))
    x = Conv2D(3, 3, padding="same", activation=mish, kernel_regularizer=Orthogonality(0.02),
               kernel_constraint=ClipConstraint(0.5))(inputs)
    outputs = Conv2D(1, 1, activation="sigmoid", bias_initializer=PriorProbability(0.1))(x)
    model = Model(inputs, outputs)
    model.compile("adam", loss=dice_loss, metrics=[dice_coef, recall_m, "accuracy"])
    return model


def model_focal():
    inputs = Input((6,))
    x = Dense(4, kernel_initializer=my_init)(inputs)
    x = Swish(swish_act)(x)
    outputs = Dense(1, activation="sigmoid")(x)
    model = Model(inputs, outputs)
    model.compile("rmsprop", loss=FocalLoss(gamma=1.5), metrics=[F1Score(threshold=0.4)])
    return model


def model_weighted():
    model = keras.Sequential([Flatten(input_shape=(3, 2)), Dense(3, activation="sigmoid")])
    model.compile(optimizer="sgd", loss=weighted_bce, metrics=[recall_m])
    return model
