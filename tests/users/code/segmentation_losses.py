"""Losses and metrics of segmentation: functions, functions that make functions, and classes."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Conv2D, Dense, Flatten, Input
from tensorflow.keras.models import Model, Sequential


def tversky(y_true, y_pred, smooth=1, alpha=0.7):
    y_true_pos = K.flatten(y_true)
    y_pred_pos = K.flatten(y_pred)
    true_pos = K.sum(y_true_pos * y_pred_pos)
    false_neg = K.sum(y_true_pos * (1 - y_pred_pos))
    false_pos = K.sum((1 - y_true_pos) * y_pred_pos)
    return (true_pos + smooth) / (true_pos + alpha * false_neg + (1 - alpha) * false_pos + smooth)


def focal_tversky_loss(y_true, y_pred, gamma=0.75):
    tv = tversky(y_true, y_pred)
    return K.pow((1 - tv), gamma)


def jaccard_distance(y_true, y_pred, smooth=100):
    intersection = K.sum(K.abs(y_true * y_pred), axis=-1)
    sum_ = K.sum(K.abs(y_true) + K.abs(y_pred), axis=-1)
    jac = (intersection + smooth) / (sum_ - intersection + smooth)
    return (1 - jac) * smooth


def categorical_focal_loss(gamma=2.0, alpha=0.25):
    def categorical_focal_loss_fixed(y_true, y_pred):
        y_pred /= K.sum(y_pred, axis=-1, keepdims=True)
        y_pred = K.clip(y_pred, K.epsilon(), 1.0 - K.epsilon())
        cross_entropy = -y_true * K.log(y_pred)
        return K.sum(alpha * K.pow(1 - y_pred, gamma) * cross_entropy, axis=1)

    return categorical_focal_loss_fixed


categorical_focal_loss_fixed = categorical_focal_loss(gamma=1.5)


def f1(y_true, y_pred):
    def recall(y_true, y_pred):
        true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
        possible_positives = K.sum(K.round(K.clip(y_true, 0, 1)))
        return true_positives / (possible_positives + K.epsilon())

    def precision(y_true, y_pred):
        true_positives = K.sum(K.round(K.clip(y_true * y_pred, 0, 1)))
        predicted_positives = K.sum(K.round(K.clip(y_pred, 0, 1)))
        return true_positives / (predicted_positives + K.epsilon())

    p, r = precision(y_true, y_pred), recall(y_true, y_pred)
    return 2 * ((p * r) / (p + r + K.epsilon()))


def root_mean_squared_error(y_true, y_pred):
    return K.sqrt(K.mean(K.square(y_pred - y_true)))


def r2(y_true, y_pred):
    SS_res = K.sum(K.square(y_true - y_pred))
    SS_tot = K.sum(K.square(y_true - K.mean(y_true)))
    return 1 - SS_res / (SS_tot + K.epsilon())


class WeightedDice(keras.losses.Loss):
    def __init__(self, class_weights, smooth=1.0, **kwargs):
        super().__init__(**kwargs)
        self.class_weights, self.smooth = class_weights, smooth

    def call(self, y_true, y_pred):
        weights = tf.constant(self.class_weights, dtype=y_pred.dtype)
        overlap = tf.reduce_sum(y_true * y_pred, axis=[1, 2])
        total = tf.reduce_sum(y_true + y_pred, axis=[1, 2])
        dice = (2.0 * overlap + self.smooth) / (total + self.smooth)
        return 1.0 - tf.reduce_mean(dice * weights, axis=-1)

    def get_config(self):
        return dict(super().get_config(), class_weights=self.class_weights, smooth=self.smooth)


class PixelRecall(tf.keras.metrics.Metric):
    """One weight a class, made by name and shape."""

    def __init__(self, num_classes, name="pixel_recall", dtype=None, **kwargs):
        super(PixelRecall, self).__init__(name=name, dtype=dtype, **kwargs)
        self.num_classes = num_classes
        self.hits = self.add_weight("hits", shape=(num_classes,), initializer="zeros")
        self.total = self.add_weight("total", shape=(num_classes,), initializer="zeros", dtype=tf.float32)

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = tf.cast(tf.reshape(y_true, (-1, self.num_classes)), tf.float32)
        y_pred = tf.cast(tf.reshape(y_pred, (-1, self.num_classes)) > 0.5, tf.float32)
        self.hits.assign_add(tf.reduce_sum(y_true * y_pred, axis=0))
        self.total.assign_add(tf.reduce_sum(y_true, axis=0))

    def result(self):
        return tf.reduce_mean(tf.math.divide_no_nan(self.hits, self.total))

    def reset_states(self):
        self.hits.assign(tf.zeros((self.num_classes,)))
        self.total.assign(tf.zeros_like(self.total))

    def get_config(self):
        return dict(super(PixelRecall, self).get_config(), num_classes=self.num_classes)


class ThresholdedAccuracy(keras.metrics.BinaryAccuracy):
    """A subclass of a metric of Keras'."""

    def __init__(self, name="thresholded", threshold=0.3, **kwargs):
        super(ThresholdedAccuracy, self).__init__(name=name, threshold=threshold, **kwargs)

    def update_state(self, y_true, y_pred, sample_weight=None):
        return super(ThresholdedAccuracy, self).update_state(1 - y_true, 1 - y_pred, sample_weight)


def model_tversky():
    inputs = Input((4, 4, 2))
    model = Model(inputs, Conv2D(1, 1, activation="sigmoid")(inputs))
    model.compile("adam", loss=focal_tversky_loss, metrics=[tversky, f1, jaccard_distance])
    return model


def model_dice():
    inputs = Input((4, 4, 2))
    model = Model(inputs, Conv2D(3, 1, activation="sigmoid")(inputs))
    model.compile("sgd", loss=WeightedDice([0.2, 0.3, 0.5]), metrics=[PixelRecall(3), ThresholdedAccuracy()])
    return model


def model_focal():
    model = Sequential([Dense(4, activation="relu", input_shape=(6,)), Dense(3, activation="softmax")])
    model.compile("adam", loss=[categorical_focal_loss(gamma=1.5)], metrics=["accuracy"])
    return model


def model_regression():
    model = Sequential([Dense(4, activation="relu", input_shape=(6,)), Dense(1)])
    model.compile("rmsprop", loss=root_mean_squared_error, metrics=["mae", r2])
    return model
