"""Layers on graphs: features and an adjacency."""
from tensorflow.keras import activations, constraints, initializers, regularizers
from tensorflow.keras import backend as K
from tensorflow.keras.layers import Dropout, Input, Layer, LeakyReLU
from tensorflow.keras.models import Model


class GraphConvolution(Layer):
    def __init__(self, units, support=1, activation=None, use_bias=True, kernel_initializer="glorot_uniform",
                 bias_initializer="zeros", kernel_regularizer=None, activity_regularizer=None, kernel_constraint=None,
                 **kwargs):
        if "input_shape" not in kwargs and "input_dim" in kwargs:
            kwargs["input_shape"] = (kwargs.pop("input_dim"),)
        super(GraphConvolution, self).__init__(**kwargs)
        self.units = units
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.supports_masking = True
        self.support = support
        assert support >= 1

    def compute_output_shape(self, input_shapes):
        features_shape = input_shapes[0]
        return features_shape[:2] + (self.units,)

    def build(self, input_shapes):
        features_shape = input_shapes[0]
        assert len(features_shape) == 3
        input_dim = features_shape[2]
        self.kernel = self.add_weight(shape=(input_dim * self.support, self.units), initializer=self.kernel_initializer,
                                      name="kernel", regularizer=self.kernel_regularizer,
                                      constraint=self.kernel_constraint)
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer=self.bias_initializer, name="bias")
        else:
            self.bias = None
        self.built = True

    def call(self, inputs, mask=None):
        features = inputs[0]
        basis = inputs[1:]
        supports = list()
        for i in range(self.support):
            supports.append(K.batch_dot(basis[i], features))
        supports = K.concatenate(supports, axis=-1)
        output = K.dot(supports, self.kernel)
        if self.bias is not None:
            output += self.bias
        return self.activation(output)

    def get_config(self):
        config = {
            "units": self.units,
            "support": self.support,
            "activation": activations.serialize(self.activation),
            "use_bias": self.use_bias,
            "kernel_initializer": initializers.serialize(self.kernel_initializer),
            "kernel_regularizer": regularizers.serialize(self.kernel_regularizer),
            "activity_regularizer": regularizers.serialize(self.activity_regularizer),
            "kernel_constraint": constraints.serialize(self.kernel_constraint),
        }
        base_config = super(GraphConvolution, self).get_config()
        return dict(list(base_config.items()) + list(config.items()))


class GraphAttention(Layer):
    """Kernels of each head in lists."""

    def __init__(self, F_, attn_heads=1, attn_heads_reduction="concat", dropout_rate=0.5, activation="relu", **kwargs):
        if attn_heads_reduction not in {"concat", "average"}:
            raise ValueError("Possible reduction methods: concat, average")
        self.F_ = F_
        self.attn_heads = attn_heads
        self.attn_heads_reduction = attn_heads_reduction
        self.dropout_rate = dropout_rate
        self.activation = activations.get(activation)
        self.kernels = []
        self.biases = []
        self.attn_kernels = []
        if attn_heads_reduction == "concat":
            self.output_dim = self.F_ * self.attn_heads
        else:
            self.output_dim = self.F_
        super(GraphAttention, self).__init__(**kwargs)

    def build(self, input_shape):
        assert len(input_shape) >= 2
        F = input_shape[0][-1]
        for head in range(self.attn_heads):
            self.kernels.append(self.add_weight(shape=(F, self.F_), initializer="glorot_uniform",
                                                name="kernel_{}".format(head)))
            self.biases.append(self.add_weight(shape=(self.F_,), initializer="zeros", name="bias_{}".format(head)))
            self.attn_kernels.append([
                self.add_weight(shape=(self.F_, 1), initializer="glorot_uniform",
                                name="attn_kernel_self_{}".format(head)),
                self.add_weight(shape=(self.F_, 1), initializer="glorot_uniform",
                                name="attn_kernel_neigh_{}".format(head)),
            ])
        self.built = True

    def call(self, inputs):
        X, A = inputs
        outputs = []
        for head in range(self.attn_heads):
            features = K.dot(X, self.kernels[head])
            attn_for_self = K.dot(features, self.attn_kernels[head][0])
            attn_for_neighs = K.dot(features, self.attn_kernels[head][1])
            dense = attn_for_self + K.permute_dimensions(attn_for_neighs, (0, 2, 1))
            dense = LeakyReLU(0.2)(dense)
            dense += -10e9 * (1.0 - A)
            dense = K.softmax(dense)
            dropout_attn = Dropout(self.dropout_rate)(dense)
            node_features = K.bias_add(K.batch_dot(dropout_attn, features), self.biases[head])
            outputs.append(node_features)
        if self.attn_heads_reduction == "concat":
            output = K.concatenate(outputs)
        else:
            output = K.mean(K.stack(outputs), axis=0)
        return self.activation(output)

    def compute_output_shape(self, input_shape):
        return input_shape[0][0], input_shape[0][1], self.output_dim

    def get_config(self):
        config = super(GraphAttention, self).get_config()
        config.update({"F_": self.F_, "attn_heads": self.attn_heads, "dropout_rate": self.dropout_rate,
                       "attn_heads_reduction": self.attn_heads_reduction,
                       "activation": activations.serialize(self.activation)})
        return config


def model_convolution():
    x, a, b = Input((4, 3)), Input((4, 4)), Input((4, 4))
    y = GraphConvolution(5, support=2, activation="relu", kernel_regularizer="l2")([x, a, b])
    return Model([x, a, b], GraphConvolution(2, activation="softmax", kernel_constraint="max_norm")([y, a]))


def model_attention():
    x, a = Input((4, 3)), Input((4, 4))
    y = GraphAttention(3, attn_heads=2, activation="elu")([x, a])
    return Model([x, a], GraphAttention(2, attn_heads=2, attn_heads_reduction="average", activation=None)([y, a]))
