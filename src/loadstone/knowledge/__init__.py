"""What is known of the releases: which provides, accepts and requires what. Finite tables, generated from the wheels.

Importing this package loads no data; each table is read at the first question to it. *Unknown* is an answer here
(None, or an empty tuple): nothing is guessed.
"""

from __future__ import annotations

from loadstone.knowledge.keras import (
    BuiltIn,
    ObjectKind,
    built_in,
    built_ins,
    config_keys,
    ever_taken,
    every_keyword,
    finder,
    is_multibackend,
    keras_release,
    known_keras_releases,
)
from loadstone.knowledge.providers import Provider, addons_arguments, addons_config_keys, providers
from loadstone.knowledge.releases import (
    KerasRelease,
    TensorFlowRelease,
    TfaRelease,
    keras_releases,
    tensorflow_releases,
    tf_keras_releases,
    tfa_releases,
)

__all__ = [
    "BuiltIn",
    "KerasRelease",
    "ObjectKind",
    "Provider",
    "TensorFlowRelease",
    "TfaRelease",
    "addons_arguments",
    "addons_config_keys",
    "built_in",
    "built_ins",
    "config_keys",
    "ever_taken",
    "every_keyword",
    "finder",
    "is_multibackend",
    "keras_release",
    "keras_releases",
    "known_keras_releases",
    "providers",
    "tensorflow_releases",
    "tf_keras_releases",
    "tfa_releases",
]
