"""Parts of detectors: boxes, frozen statistics, scales, and heads that are models."""
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Input, InputSpec, Layer


class BatchNormalization(keras.layers.BatchNormalization):
    """Of Keras' name; it can be frozen."""

    def __init__(self, freeze=True, *args, **kwargs):
        self.freeze = freeze
        super(BatchNormalization, self).__init__(*args, **kwargs)
        self.trainable = not self.freeze

    def call(self, inputs, training=None, **kwargs):
        if not training:
            return super(BatchNormalization, self).call(inputs, training=False)
        return super(BatchNormalization, self).call(inputs, training=(not self.freeze))

    def get_config(self):
        config = super(BatchNormalization, self).get_config()
        config.update({"freeze": self.freeze})
        return config


class WeightedAdd(keras.layers.Layer):
    """The fusion of a BiFPN: one weight an input, kept positive."""

    def __init__(self, epsilon=1e-4, **kwargs):
        super(WeightedAdd, self).__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        num_in = len(input_shape)
        self.w = self.add_weight(name=self.name, shape=(num_in,), initializer=keras.initializers.constant(1 / num_in),
                                 trainable=True, dtype=tf.float32)

    def call(self, inputs, **kwargs):
        w = keras.activations.relu(self.w)
        x = tf.reduce_sum([w[i] * inputs[i] for i in range(len(inputs))], axis=0)
        return x / (tf.reduce_sum(w) + self.epsilon)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        config = super(WeightedAdd, self).get_config()
        config.update({"epsilon": self.epsilon})
        return config


class Anchors(keras.layers.Layer):
    """Boxes of the input's size, made with NumPy; the input's values play no part."""

    def __init__(self, size, stride, ratios=None, scales=None, *args, **kwargs):
        self.size = size
        self.stride = stride
        self.ratios = np.array([0.5, 1, 2], K.floatx()) if ratios is None else np.array(ratios)
        self.scales = np.array([1.0, 1.26], K.floatx()) if scales is None else np.array(scales)
        self.num_anchors = len(self.ratios) * len(self.scales)
        base = self.size * np.tile(self.scales, len(self.ratios)).reshape(-1, 1) * np.ones((1, 2))
        self.anchors = K.variable(np.concatenate([-base / 2, base / 2], axis=1))
        super(Anchors, self).__init__(*args, **kwargs)

    def call(self, inputs, **kwargs):
        shape = K.shape(inputs)
        xs = (K.arange(0, shape[2], dtype=K.floatx()) + 0.5) * self.stride
        ys = (K.arange(0, shape[1], dtype=K.floatx()) + 0.5) * self.stride
        xs, ys = tf.meshgrid(xs, ys)
        shifts = tf.stack([tf.reshape(xs, [-1]), tf.reshape(ys, [-1])] * 2, axis=1)
        boxes = tf.reshape(self.anchors, [1, self.num_anchors, 4]) + tf.cast(tf.reshape(shifts, [-1, 1, 4]), K.floatx())
        boxes = K.tile(K.expand_dims(K.reshape(boxes, [-1, 4]), axis=0), (shape[0], 1, 1))
        return boxes

    def compute_output_shape(self, input_shape):
        if None not in input_shape[1:]:
            total = np.prod(input_shape[1:3]) * self.num_anchors
            return (input_shape[0], total, 4)
        return (input_shape[0], None, 4)

    def get_config(self):
        config = super(Anchors, self).get_config()
        config.update({"size": self.size, "stride": self.stride, "ratios": self.ratios.tolist(),
                       "scales": self.scales.tolist()})
        return config


class RegressBoxes(keras.layers.Layer):
    def __init__(self, mean=None, std=None, *args, **kwargs):
        mean = np.array([0, 0, 0, 0]) if mean is None else mean
        std = np.array([0.2, 0.2, 0.2, 0.2]) if std is None else std
        if isinstance(mean, (list, tuple)):
            mean = np.array(mean)
        if isinstance(std, (list, tuple)):
            std = np.array(std)
        self.mean, self.std = mean, std
        super(RegressBoxes, self).__init__(*args, **kwargs)

    def call(self, inputs, **kwargs):
        boxes, deltas = inputs
        width = boxes[:, :, 2] - boxes[:, :, 0]
        height = boxes[:, :, 3] - boxes[:, :, 1]
        sizes = [width, height, width, height]
        return K.stack([boxes[:, :, i] + (deltas[:, :, i] * self.std[i] + self.mean[i]) * sizes[i] for i in range(4)],
                       axis=2)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        config = super(RegressBoxes, self).get_config()
        config.update({"mean": self.mean.tolist(), "std": self.std.tolist()})
        return config


class ClipBoxes(keras.layers.Layer):
    def call(self, inputs, **kwargs):
        image, boxes = inputs
        shape = K.cast(K.shape(image), K.floatx())
        _, height, width, _ = tf.unstack(shape, axis=0)
        x1, y1, x2, y2 = tf.unstack(boxes, axis=-1)
        x1 = tf.clip_by_value(x1, 0, width - 1)
        y1 = tf.clip_by_value(y1, 0, height - 1)
        x2 = tf.clip_by_value(x2, 0, width - 1)
        y2 = tf.clip_by_value(y2, 0, height - 1)
        return K.stack([x1, y1, x2, y2], axis=2)

    def compute_output_shape(self, input_shape):
        return input_shape[1]


class L2Norm(Layer):
    """The scale of SSD, in tf.keras."""

    def __init__(self, gamma_init=20, axis=-1, **kwargs):
        self.axis = axis
        self.gamma_init = gamma_init
        super(L2Norm, self).__init__(**kwargs)

    def build(self, input_shape):
        self.input_spec = [InputSpec(shape=input_shape)]
        gamma = self.gamma_init * np.ones((input_shape[self.axis],), dtype=np.float32)
        self.gamma = K.variable(gamma, name="{}_gamma".format(self.name))
        self._trainable_weights = [self.gamma]
        super(L2Norm, self).build(input_shape)

    def call(self, x, mask=None):
        return self.gamma * K.l2_normalize(x, self.axis)

    def get_config(self):
        return dict(super(L2Norm, self).get_config(), gamma_init=self.gamma_init)


def model_frozen():
    inputs = Input((4, 4, 2))
    x = keras.layers.Conv2D(3, 3, padding="same", use_bias=False)(inputs)
    x = BatchNormalization(freeze=True, momentum=0.9, name="bn")(x)
    y = BatchNormalization(freeze=False, name="bn_free")(x)
    return keras.Model(inputs, WeightedAdd(name="fused")([x, y, x]))


def model_boxes():
    inputs = Input((3, 4, 2))
    boxes = Anchors(8, 4)(inputs)
    deltas = keras.layers.Reshape((-1, 4))(keras.layers.Conv2D(24, 1)(inputs))
    boxes = RegressBoxes(std=[0.1, 0.1, 0.2, 0.2])([boxes, deltas])
    return keras.Model(inputs, ClipBoxes()([inputs, boxes]))


def model_scaled():
    inputs = Input((4, 4, 3))
    return keras.Model(inputs, L2Norm(10)(inputs))
