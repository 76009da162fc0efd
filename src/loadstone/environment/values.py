"""What an environment is, as frozen values, and which ``load_model`` it offers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from packaging.version import Version

from loadstone.knowledge import is_multibackend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.specifiers import SpecifierSet

#: The distributions that install the package ``tensorflow``, the plain one first.
TENSORFLOW_DISTRIBUTIONS = (
    "tensorflow",
    "tensorflow-cpu",
    "tensorflow-gpu",
    "tensorflow-macos",
    "tensorflow-intel",
    "tensorflow-cpu-aws",
    "tensorflow-rocm",
    "tf-nightly",
    "tf-nightly-cpu",
    "tf-nightly-gpu",
)

#: ``tf.keras.__version__`` of the TensorFlow releases that carried their own copy of Keras, up to 2.5; of one patch
#: release before all of its minor release. (With the behaviour of TensorFlow 1 switched on, 2.1 says 2.2.4 throughout.)
_BUNDLED_KERAS = {
    "1.13": "2.2.4",
    "1.14": "2.2.4",
    "1.15": "2.2.4",
    "2.0": "2.2.4",
    "2.1.0": "2.2.4",
    "2.1": "2.3.0",
    "2.2": "2.3.0",
    "2.3": "2.4.0",
    "2.4": "2.4.0",
    "2.5": "2.5.0",
}

#: The first release of the third generation: another code base, other file formats, three backends.
KERAS_3 = 3

_STANDALONE_CALL = "keras.models.load_model"
_FIRST_READ = Version("1.13")  # the first TensorFlow whose Keras the knowledge has a row of its own for

_TRUE = ("true", "True", "1")  # the spellings of TF_USE_LEGACY_KERAS that TensorFlow accepts


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """The environment was read from this Python executable."""

    path: str

    def __str__(self) -> str:
        return self.path


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The environment is described, not seen: a lock, a plan, a test."""

    name: str

    def __str__(self) -> str:
        return self.name


Origin: TypeAlias = Interpreter | Target


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOutcome:
    """How one module's import went: its version, or what it raised."""

    imports: bool
    version: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """An interpreter and what is installed for it.

    Attributes:
        python: its release.
        implementation: ``cpython``, ``pypy``.
        platform: ``sys.platform``.
        machine: the processor's architecture, as ``platform.machine()`` names it.
        distributions: installed distributions by canonical name (PEP 503).
        ranges: what is or will be installed in a release that is not known yet, and the releases that it may be.
        whole: whether nothing else is installed; False where a description leaves the rest to the installer.
        variables: those environment variables that Keras and TensorFlow read, where set.
        imports: what really importing gave, by module; None when it was not tried.
        origin: where this knowledge comes from.
    """

    python: Version
    implementation: str = "cpython"
    platform: str = "linux"
    machine: str = "x86_64"
    distributions: Mapping[str, Version] = field(default_factory=lambda: MappingProxyType({}))
    ranges: Mapping[str, SpecifierSet] = field(default_factory=lambda: MappingProxyType({}))
    whole: bool = True
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    imports: Mapping[str, ImportOutcome] | None = None
    origin: Origin

    @property
    def tensorflow(self) -> Version | None:
        """The release of TensorFlow that is installed, under whichever of its distribution names."""
        installed = (self.distributions.get(name) for name in TENSORFLOW_DISTRIBUTIONS)
        return next((version for version in installed if version is not None), None)

    @property
    def summary(self) -> str:
        """One line for people: ``Keras 3.15.1 on TensorFlow 2.21.0, Python 3.11``."""
        return self.summary_with(next(iter(loaders(self)), None))

    def summary_with(self, loader: Loader | None) -> str:
        """The summary, for those who know its first loader."""
        python = f"Python {self.python.major}.{self.python.minor}"
        if loader is None:
            has = f"TensorFlow {self.tensorflow} without a usable Keras" if self.tensorflow else "no Keras"
            return f"{has}, {python}"
        return f"{loader}, {python}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader:
    """One ``load_model`` that an environment offers.

    Attributes:
        call: how a user reaches it, ``keras.models.load_model``.
        keras: the release of Keras behind it.
        generation: 2 or 3.
        backend: what computes: ``tensorflow``, ``jax``, ``torch``, ``numpy``, ``openvino``.
        tensorflow: the installed release of TensorFlow, None without one.
    """

    call: str
    keras: Version
    generation: Literal[2, 3]
    backend: str
    tensorflow: Version | None

    @property
    def row(self) -> tuple[Version, str | None]:
        """Under which version, of which distribution, `loadstone.knowledge` knows the names that it finds.

        Keras as a package of its own, up to 2.3, shares version numbers with the Keras inside TensorFlow, which is
        another program; and TensorFlow does not number the Keras inside it well.
        """
        if self.call == _STANDALONE_CALL and is_multibackend(self.keras):
            return self.keras, "keras"
        if self.tensorflow is not None and bundled_keras(self.tensorflow) == self.keras:
            return (self.keras, None) if self.tensorflow < _FIRST_READ else (self.tensorflow, "tensorflow")
        return self.keras, None

    def __str__(self) -> str:
        if self.backend == "tensorflow" and self.tensorflow:
            return f"Keras {self.keras} on TensorFlow {self.tensorflow}"
        return f"Keras {self.keras} on {self.backend}"


def planned(
    name: str,
    *,
    python: str,
    pins: Mapping[str, Version],
    variables: Mapping[str, str] | None = None,
    platform: str = "linux",
    machine: str = "x86_64",
) -> Environment:
    """An environment that need not exist yet, from the releases that it is to hold.

    Args:
        name: what it is called in reports.
        python: its release, at least the minor one.
        pins: releases by canonical distribution name.
        variables: environment variables that belong to it.
        platform: as ``sys.platform`` names it.
        machine: as ``platform.machine()`` names it.
    """
    return Environment(
        python=Version(python),
        platform=platform,
        machine=machine,
        distributions=MappingProxyType(dict(pins)),
        variables=MappingProxyType(dict(variables or {})),
        origin=Target(name=name),
    )


def loaders(environment: Environment) -> tuple[Loader, ...]:
    """Every ``load_model`` that the environment offers, the one that most code calls first.

    Keras as a package of its own comes before the Keras inside TensorFlow: who installed it calls it.
    TensorFlow up to 2.5 carries its own Keras; 2.6 to 2.14 uses the distribution ``keras`` of its own minor release
    and cannot use Keras 3; from 2.15 on ``tf.keras`` is whatever ``keras`` is installed, or ``tf_keras`` where
    ``TF_USE_LEGACY_KERAS`` says so. (Source: ``tensorflow/python/util/lazy_loader.py`` of 2.15.1 and 2.21.0.)
    """
    found: list[Loader] = []
    tensorflow = environment.tensorflow
    behind = None if tensorflow is None else _behind_tf_keras(environment, tensorflow)
    keras = environment.distributions.get("keras")
    tf_keras = environment.distributions.get("tf-keras")
    standalone = keras is not None and is_multibackend(keras)
    if behind is not None and (standalone or keras != behind or behind.major < KERAS_3):
        found.append(_loader("tf.keras.models.load_model", behind, "tensorflow", tensorflow))
    if keras is not None and (standalone or keras != behind or keras.major >= KERAS_3):
        backend = _backend(environment, keras)
        if backend is not None:
            found.insert(0 if standalone else len(found), _loader(_STANDALONE_CALL, keras, backend, tensorflow))
    if tf_keras is not None and tensorflow is not None and tf_keras != behind:
        found.append(_loader("tf_keras.models.load_model", tf_keras, "tensorflow", tensorflow))
    return tuple(found)


@cache
def bundled_keras(tensorflow: Version) -> Version | None:
    """The Keras that a TensorFlow release carries inside itself; None for those that use a distribution (2.6 on)."""
    minor = _BUNDLED_KERAS.get(f"{tensorflow.major}.{tensorflow.minor}")
    bundled = _BUNDLED_KERAS.get(str(tensorflow), minor)
    return None if bundled is None else Version(bundled)


def _behind_tf_keras(environment: Environment, tensorflow: Version) -> Version | None:
    """The Keras that ``tf.keras`` is, None where that import fails."""
    bundled = bundled_keras(tensorflow)
    if bundled is not None:
        return bundled
    keras = environment.distributions.get("keras")
    if tensorflow.release[:2] < (2, 15):
        return keras if keras is not None and keras.major < KERAS_3 else None
    if environment.variables.get("TF_USE_LEGACY_KERAS") in _TRUE:
        return environment.distributions.get("tf-keras")
    return keras


def _backend(environment: Environment, keras: Version) -> str | None:
    """What the distribution ``keras`` computes with, None where nothing it could use is installed."""
    wanted = environment.variables.get("KERAS_BACKEND", "tensorflow")
    if wanted == "tensorflow":
        return "tensorflow" if environment.tensorflow else None
    if keras.major < KERAS_3:
        return wanted if wanted in environment.distributions else None
    providers = {"torch": "torch", "jax": "jax", "openvino": "openvino", "numpy": "numpy"}
    return wanted if providers.get(wanted) in environment.distributions else None


def _loader(call: str, keras: Version, backend: str, tensorflow: Version | None) -> Loader:
    generation: Literal[2, 3] = 3 if keras.major >= KERAS_3 else 2
    return Loader(call=call, keras=keras, generation=generation, backend=backend, tensorflow=tensorflow)
