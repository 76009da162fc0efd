"""Crosses, factors and attention of recommenders."""
import itertools
import tensorflow as tf
from tensorflow.keras import backend as K
from tensorflow.keras.initializers import RandomNormal, Zeros, glorot_normal, glorot_uniform
from tensorflow.keras.layers import Activation, Dense, Input, Layer
from tensorflow.keras.models import Model
from tensorflow.keras.regularizers import l2


class FM(Layer):
    def __init__(self, **kwargs):
        super(FM, self).__init__(**kwargs)

    def build(self, input_shape):
        if len(input_shape) != 3:
            raise ValueError("Unexpected inputs dimensions % d, expect to be 3 dimensions" % (len(input_shape)))
        super(FM, self).build(input_shape)

    def call(self, inputs, **kwargs):
        if K.ndim(inputs) != 3:
            raise ValueError("Unexpected inputs dimensions %d" % (K.ndim(inputs)))
        square_of_sum = tf.square(tf.reduce_sum(inputs, axis=1, keepdims=True))
        sum_of_square = tf.reduce_sum(inputs * inputs, axis=1, keepdims=True)
        return 0.5 * tf.reduce_sum(square_of_sum - sum_of_square, axis=2, keepdims=False)

    def compute_output_shape(self, input_shape):
        return (None, 1)


class CrossNet(Layer):
    def __init__(self, layer_num=2, l2_reg=0.01, seed=1024, **kwargs):
        self.layer_num = layer_num
        self.l2_reg = l2_reg
        self.seed = seed
        super(CrossNet, self).__init__(**kwargs)

    def build(self, input_shape):
        dim = int(input_shape[-1])
        self.kernels = [self.add_weight(name="kernel" + str(i), shape=(dim, 1),
                                        initializer=glorot_normal(seed=self.seed), regularizer=l2(self.l2_reg),
                                        trainable=True) for i in range(self.layer_num)]
        self.bias = [self.add_weight(name="bias" + str(i), shape=(dim, 1), initializer=Zeros(), trainable=True)
                     for i in range(self.layer_num)]
        super(CrossNet, self).build(input_shape)

    def call(self, inputs, **kwargs):
        x_0 = tf.expand_dims(inputs, axis=2)
        x_l = x_0
        for i in range(self.layer_num):
            xl_w = tf.tensordot(x_l, self.kernels[i], axes=(1, 0))
            dot_ = tf.matmul(x_0, xl_w)
            x_l = dot_ + self.bias[i] + x_l
        return tf.squeeze(x_l, axis=2)

    def get_config(self):
        config = {"layer_num": self.layer_num, "l2_reg": self.l2_reg, "seed": self.seed}
        base_config = super(CrossNet, self).get_config()
        base_config.update(config)
        return base_config

    def compute_output_shape(self, input_shape):
        return input_shape


class Dice(Layer):
    """An activation with a batch normalization inside."""

    def __init__(self, axis=-1, epsilon=1e-9, **kwargs):
        self.axis = axis
        self.epsilon = epsilon
        super(Dice, self).__init__(**kwargs)

    def build(self, input_shape):
        self.bn = tf.keras.layers.BatchNormalization(axis=self.axis, epsilon=self.epsilon, center=False, scale=False)
        self.alphas = self.add_weight(shape=(input_shape[-1],), initializer=Zeros(), dtype=tf.float32,
                                      name="dice_alpha")
        super(Dice, self).build(input_shape)
        self.uses_learning_phase = True

    def call(self, inputs, training=None, **kwargs):
        inputs_normed = self.bn(inputs, training=training)
        x_p = tf.sigmoid(inputs_normed)
        return self.alphas * (1.0 - x_p) * inputs + x_p * inputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"axis": self.axis, "epsilon": self.epsilon}
        base_config = super(Dice, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class AFM(Layer):
    """Takes a list of embeddings, pairs them, and weighs the pairs."""

    def __init__(self, attention_factor=4, l2_reg_w=0, **kwargs):
        self.attention_factor = attention_factor
        self.l2_reg_w = l2_reg_w
        super(AFM, self).__init__(**kwargs)

    def build(self, input_shape):
        if not isinstance(input_shape, list) or len(input_shape) < 2:
            raise ValueError("A `AttentionalFM` layer should be called on a list of at least 2 inputs")
        shape_set = set()
        reduced_input_shape = [shape.as_list() for shape in input_shape] \
            if hasattr(input_shape[0], "as_list") else [list(shape) for shape in input_shape]
        for i in range(len(input_shape)):
            shape_set.add(tuple(reduced_input_shape[i]))
        if len(shape_set) > 1:
            raise ValueError("A `AttentionalFM` layer requires inputs with same shapes")
        embedding_size = int(input_shape[0][-1])
        self.attention_W = self.add_weight(shape=(embedding_size, self.attention_factor),
                                           initializer=glorot_normal(seed=1), regularizer=l2(self.l2_reg_w),
                                           name="attention_W")
        self.attention_b = self.add_weight(shape=(self.attention_factor,), initializer=Zeros(), name="attention_b")
        self.projection_h = self.add_weight(shape=(self.attention_factor, 1), initializer=glorot_normal(seed=1),
                                            name="projection_h")
        self.projection_p = self.add_weight(shape=(embedding_size, 1), initializer=glorot_normal(seed=1),
                                            name="projection_p")
        self.dropout = tf.keras.layers.Dropout(0.1, seed=1)
        self.tensordot = tf.keras.layers.Lambda(lambda x: tf.tensordot(x[0], x[1], axes=(-1, 0)))
        super(AFM, self).build(input_shape)

    def call(self, inputs, training=None, **kwargs):
        row, col = [], []
        for r, c in itertools.combinations(inputs, 2):
            row.append(r)
            col.append(c)
        inner_product = tf.concat(row, axis=1) * tf.concat(col, axis=1)
        attention_temp = tf.nn.relu(tf.nn.bias_add(tf.tensordot(inner_product, self.attention_W, axes=(-1, 0)),
                                                   self.attention_b))
        score = tf.nn.softmax(tf.tensordot(attention_temp, self.projection_h, axes=(-1, 0)), axis=1)
        attention_output = tf.reduce_sum(score * inner_product, axis=1)
        attention_output = self.dropout(attention_output, training=training)
        return self.tensordot([attention_output, self.projection_p])

    def compute_output_shape(self, input_shape):
        return (None, 1)

    def get_config(self):
        config = {"attention_factor": self.attention_factor, "l2_reg_w": self.l2_reg_w}
        base_config = super(AFM, self).get_config()
        base_config.update(config)
        return base_config


class SENET(Layer):
    def __init__(self, reduction_ratio=2, **kwargs):
        self.reduction_ratio = reduction_ratio
        super(SENET, self).__init__(**kwargs)

    def build(self, input_shape):
        self.filed_size = len(input_shape)
        self.embedding_size = input_shape[0][-1]
        reduction_size = max(1, self.filed_size // self.reduction_ratio)
        self.W_1 = self.add_weight(shape=(self.filed_size, reduction_size), initializer=glorot_normal(seed=1),
                                   name="W_1")
        self.W_2 = self.add_weight(shape=(reduction_size, self.filed_size), initializer=glorot_normal(seed=1),
                                   name="W_2")
        super(SENET, self).build(input_shape)

    def call(self, inputs, training=None, **kwargs):
        inputs = tf.concat(inputs, axis=1)
        Z = tf.reduce_mean(inputs, axis=-1)
        A_1 = tf.nn.relu(tf.tensordot(Z, self.W_1, axes=(-1, 0)))
        A_2 = tf.nn.relu(tf.tensordot(A_1, self.W_2, axes=(-1, 0)))
        V = tf.multiply(inputs, tf.expand_dims(A_2, axis=2))
        return tf.split(V, self.filed_size, axis=1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def compute_mask(self, inputs, mask=None):
        return [None] * self.filed_size

    def get_config(self):
        return dict(super(SENET, self).get_config(), reduction_ratio=self.reduction_ratio)


class PredictionLayer(Layer):
    def __init__(self, task="binary", use_bias=True, **kwargs):
        if task not in ["binary", "multiclass", "regression"]:
            raise ValueError("task must be binary,multiclass or regression")
        self.task = task
        self.use_bias = use_bias
        super(PredictionLayer, self).__init__(**kwargs)

    def build(self, input_shape):
        if self.use_bias:
            self.global_bias = self.add_weight(shape=(1,), initializer=Zeros(), name="global_bias")
        super(PredictionLayer, self).build(input_shape)

    def call(self, inputs, **kwargs):
        x = inputs
        if self.use_bias:
            x = tf.nn.bias_add(x, self.global_bias, data_format="NHWC")
        if self.task == "binary":
            x = tf.sigmoid(x)
        return tf.reshape(x, (-1, 1))

    def compute_output_shape(self, input_shape):
        return (None, 1)

    def get_config(self):
        return dict(super(PredictionLayer, self).get_config(), task=self.task, use_bias=self.use_bias)


def model_factors():
    inputs = Input((3, 4))
    return Model(inputs, PredictionLayer()(FM()(inputs)))


def model_crossed():
    inputs = Input((6,))
    x = Dice()(Dense(4)(CrossNet(2)(inputs)))
    return Model(inputs, PredictionLayer("regression")(Dense(1)(x)))


def model_weighed():
    inputs = [Input((1, 4)) for _ in range(3)]
    return Model(inputs, AFM(3)(SENET()(inputs)))
