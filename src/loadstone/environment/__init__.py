"""PROBE: what an environment holds: its distributions, its variables, and which ``load_model`` that gives."""

from __future__ import annotations

from loadstone.environment.described import Alternatives, Described, alternatives
from loadstone.environment.probing import DEEP_MODULES, interpreter_of, probe
from loadstone.environment.values import (
    KERAS_3,
    TENSORFLOW_DISTRIBUTIONS,
    Environment,
    ImportOutcome,
    Interpreter,
    Loader,
    Origin,
    Target,
    bundled_keras,
    loaders,
    planned,
)

__all__ = [
    "DEEP_MODULES",
    "KERAS_3",
    "TENSORFLOW_DISTRIBUTIONS",
    "Alternatives",
    "Described",
    "Environment",
    "ImportOutcome",
    "Interpreter",
    "Loader",
    "Origin",
    "Target",
    "alternatives",
    "bundled_keras",
    "interpreter_of",
    "loaders",
    "planned",
    "probe",
]
