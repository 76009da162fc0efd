"""Layers of image models: attention over channels, pixels shuffled, borders reflected."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.layers import (Activation, Add, Conv2D, Dense, GlobalAveragePooling2D, Input, Layer, Multiply,
                                     Reshape, UpSampling2D)
from tensorflow.keras.models import Model


class SqueezeExcite(Layer):
    """Its parts are made in __init__, the block has no build."""

    def __init__(self, filters, ratio=4, **kwargs):
        super(SqueezeExcite, self).__init__(**kwargs)
        self.filters = filters
        self.ratio = ratio
        self.pool = GlobalAveragePooling2D()
        self.reshape = Reshape((1, 1, filters))
        self.reduce = Dense(filters // ratio, activation="relu", kernel_initializer="he_normal", use_bias=False)
        self.expand = Dense(filters, activation="sigmoid", use_bias=False)

    def call(self, inputs):
        x = self.pool(inputs)
        x = self.reshape(x)
        x = self.expand(self.reduce(x))
        return inputs * x

    def get_config(self):
        config = super(SqueezeExcite, self).get_config()
        config.update({"filters": self.filters, "ratio": self.ratio})
        return config


class ChannelAttention(tf.keras.layers.Layer):
    def __init__(self, ratio=2, **kwargs):
        super(ChannelAttention, self).__init__(**kwargs)
        self.ratio = ratio

    def build(self, input_shape):
        channel = input_shape[-1]
        self.shared = tf.keras.Sequential([
            Dense(channel // self.ratio, activation="relu"),
            Dense(channel),
        ])
        super(ChannelAttention, self).build(input_shape)

    def call(self, inputs):
        avg = self.shared(tf.reduce_mean(inputs, axis=[1, 2]))
        top = self.shared(tf.reduce_max(inputs, axis=(1, 2)))
        weights = tf.nn.sigmoid(avg + top)
        return inputs * weights[:, tf.newaxis, tf.newaxis, :]

    def get_config(self):
        return dict(super(ChannelAttention, self).get_config(), ratio=self.ratio)


class SpatialAttention(tf.keras.layers.Layer):
    def __init__(self, kernel_size=3, **kwargs):
        super(SpatialAttention, self).__init__(**kwargs)
        self.kernel_size = kernel_size
        self.conv = Conv2D(1, kernel_size, padding="same", activation="sigmoid", use_bias=False)

    def call(self, inputs):
        avg = K.mean(inputs, axis=-1, keepdims=True)
        top = K.max(inputs, axis=-1, keepdims=True)
        return Multiply()([inputs, self.conv(K.concatenate([avg, top], axis=-1))])

    def get_config(self):
        return dict(super(SpatialAttention, self).get_config(), kernel_size=self.kernel_size)


class PixelShuffler(Layer):
    def __init__(self, size=(2, 2), data_format=None, **kwargs):
        super(PixelShuffler, self).__init__(**kwargs)
        self.data_format = data_format or K.image_data_format()
        self.size = tuple(size)

    def call(self, inputs):
        input_shape = K.int_shape(inputs)
        if len(input_shape) != 4:
            raise ValueError("Inputs should have rank 4; received input shape: " + str(input_shape))
        batch_size, h, w, c = input_shape
        if batch_size is None:
            batch_size = -1
        rh, rw = self.size
        oh, ow, oc = h * rh, w * rw, c // (rh * rw)
        out = K.reshape(inputs, (batch_size, h, w, rh, rw, oc))
        out = K.permute_dimensions(out, (0, 1, 3, 2, 4, 5))
        return K.reshape(out, (batch_size, oh, ow, oc))

    def compute_output_shape(self, input_shape):
        height = input_shape[1] * self.size[0] if input_shape[1] is not None else None
        width = input_shape[2] * self.size[1] if input_shape[2] is not None else None
        channels = input_shape[3] // self.size[0] // self.size[1]
        return (input_shape[0], height, width, channels)

    def get_config(self):
        config = {"size": self.size, "data_format": self.data_format}
        base_config = super(PixelShuffler, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class DepthToSpace(Layer):
    def __init__(self, scale, **kwargs):
        super().__init__(**kwargs)
        self.scale = scale

    def call(self, x):
        return tf.nn.depth_to_space(x, self.scale)

    def get_config(self):
        return dict(super().get_config(), scale=self.scale)


class ReflectionPadding2D(Layer):
    def __init__(self, padding=(1, 1), **kwargs):
        self.padding = tuple(padding)
        super(ReflectionPadding2D, self).__init__(**kwargs)

    def compute_output_shape(self, s):
        return (s[0], s[1] + 2 * self.padding[0], s[2] + 2 * self.padding[1], s[3])

    def call(self, x, mask=None):
        w_pad, h_pad = self.padding
        return tf.pad(x, [[0, 0], [h_pad, h_pad], [w_pad, w_pad], [0, 0]], "REFLECT")

    def get_config(self):
        return dict(super(ReflectionPadding2D, self).get_config(), padding=self.padding)


class Coordinates(Layer):
    """Adds the place of each pixel as channels, made with NumPy and TensorFlow."""

    def call(self, inputs):
        shape = tf.shape(inputs)
        batch, height, width = shape[0], K.int_shape(inputs)[1], K.int_shape(inputs)[2]
        xs, ys = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
        grid = K.constant(np.stack([xs, ys], axis=-1)[np.newaxis], dtype=K.floatx())
        return tf.concat([inputs, tf.tile(grid, [batch, 1, 1, 1])], axis=-1)

    def compute_output_shape(self, input_shape):
        shape = tf.TensorShape(input_shape).as_list()
        shape[-1] += 2
        return tf.TensorShape(shape)


class UpsampleLike(Layer):
    """Two inputs; the size is that of the second."""

    def call(self, inputs, **kwargs):
        source, target = inputs
        target_shape = K.shape(target)
        return tf.compat.v1.image.resize_nearest_neighbor(source, (target_shape[1], target_shape[2]))

    def compute_output_shape(self, input_shape):
        return (input_shape[0][0],) + tuple(input_shape[1][1:3]) + (input_shape[0][-1],)


class BilinearUpsampling(Layer):
    def __init__(self, upsampling=(2, 2), **kwargs):
        super(BilinearUpsampling, self).__init__(**kwargs)
        self.upsampling = upsampling

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.upsampling[0] * input_shape[1], self.upsampling[1] * input_shape[2],
                input_shape[3])

    def call(self, inputs):
        size = (int(inputs.shape[1]) * self.upsampling[0], int(inputs.shape[2]) * self.upsampling[1])
        return tf.compat.v1.image.resize_bilinear(inputs, size, align_corners=True)

    def get_config(self):
        config = {"upsampling": self.upsampling}
        return dict(list(super(BilinearUpsampling, self).get_config().items()) + list(config.items()))


def model_squeezed():
    inputs = Input((4, 4, 8))
    x = SqueezeExcite(8)(inputs)
    x = ChannelAttention()(x)
    return Model(inputs, SpatialAttention()(x))


def model_shuffled():
    inputs = Input((3, 4, 3))
    x = Conv2D(16, 3, padding="same")(inputs)
    x = PixelShuffler()(x)
    return Model(inputs, DepthToSpace(2)(x))


def model_padded():
    inputs = Input((4, 5, 2))
    x = Coordinates()(ReflectionPadding2D((1, 2))(inputs))
    return Model(inputs, Conv2D(2, 3)(x))


def model_pyramid():
    inputs = Input((6, 6, 2))
    small = Conv2D(3, 3, strides=2, padding="same")(inputs)
    same = UpsampleLike()([small, inputs])
    return Model(inputs, [same, BilinearUpsampling()(small)])
