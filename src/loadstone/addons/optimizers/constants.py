"""The class that every optimizer is an instance of."""

from __future__ import annotations

import keras

# In Keras 2.11 to 2.15 this was `tf.keras.optimizers.legacy.Optimizer`; Keras 3 has one kind of optimizer only.
KerasLegacyOptimizer = keras.optimizers.Optimizer
