"""The names that `loadstone.addons` has: its own table, which cannot be read without importing Keras."""

from __future__ import annotations

_NAMES = """
AdaBelief AdamW AdaptiveAveragePooling1D AdaptiveAveragePooling2D AdaptiveAveragePooling3D AdaptiveMaxPooling1D
AdaptiveMaxPooling2D AdaptiveMaxPooling3D COCOB CRF CRFModelWrapper CohenKappa ConditionalGradient ContrastiveLoss
CorrelationCost CyclicalLearningRate ESN ESNCell EmbeddingBag ExponentialCyclicalLearningRate F1Score FBetaScore
FilterResponseNormalization GELU GIoULoss GeLU GeometricMean GroupNormalization HammingLoss HarmonicMean
InstanceNormalization KendallsTau KendallsTauB KendallsTauC LAMB LayerNormLSTMCell LayerNormSimpleRNNCell LazyAdam
LiftedStructLoss Lookahead MatthewsCorrelationCoefficient MaxUnpooling2D MaxUnpooling2DV2 Maxout MovingAverage
MultiHeadAttention MultiLabelConfusionMatrix MultiOptimizer NASCell NetVLAD NoisyDense NovoGrad NpairsLoss
NpairsMultilabelLoss PearsonsCorrelation PeepholeLSTMCell PinballLoss PoincareNormalize PolynomialCrossing
ProximalAdagrad RSquare RectifiedAdam SGDW SWA SigmoidFocalCrossEntropy Snake Sparsemax SparsemaxLoss
SpatialPyramidPooling2D SpearmansRank SpectralNormalization StochasticDepth TLU TQDMProgressBar TimeStopping
Triangular2CyclicalLearningRate TriangularCyclicalLearningRate TripletHardLoss TripletSemiHardLoss WeightNormalization
WeightedKappaLoss Yogi contrastive_loss gelu giou_loss hardshrink lifted_struct_loss lisht mish npairs_loss
npairs_multilabel_loss pinball_loss rrelu sigmoid_focal_crossentropy snake softshrink sparsemax sparsemax_loss
sparsemax_loss_from_logits tanhshrink triplet_hard_loss triplet_semihard_loss
"""

#: As registries know them: ``Addons>WeightNormalization``. A test compares them with `loadstone.addons.REGISTERED`.
REBUILT_ADDONS = frozenset(f"Addons>{name}" for name in _NAMES.split())
