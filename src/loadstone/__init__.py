"""Why does my saved Keras / TensorFlow model not load, and how do I get it loaded?

    >>> import loadstone
    >>> loadstone.diagnose("model.h5")  # every reason, nothing executed, no framework imported  # doctest: +SKIP
    >>> loadstone.load_model("model.h5")  # an ordinary keras.Model, without TensorFlow Addons  # doctest: +SKIP

Importing this package costs nothing: what a verb needs is imported when it is called.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import os

    from loadstone.artifact import Artifact
    from loadstone.environment import Environment, probe
    from loadstone.errors import (
        IsolationError,
        LoadFailed,
        LoadstoneError,
        NotAModel,
        NothingLoads,
        NotTrusted,
        ParityError,
        ProbeError,
        ResolutionError,
    )
    from loadstone.failures.explained import Explained, explain
    from loadstone.failures.rescuing import rescue
    from loadstone.finding import Diagnosis, Finding, Parity
    from loadstone.resolve.lock import Lock
    from loadstone.resolve.locking import lock
    from loadstone.resolve.prescription import Proof
    from loadstone.resolve.syncing import sync
    from loadstone.runtime.convert import Conversion, convert
    from loadstone.runtime.isolated import Isolated, isolate
    from loadstone.runtime.load import load_model
    from loadstone.runtime.weights_only import load_weights

__version__ = "0.1.0"

_HOMES = {
    "Artifact": "artifact",
    "Conversion": "runtime.convert",
    "Diagnosis": "finding",
    "Environment": "environment",
    "Explained": "failures.explained",
    "Finding": "finding",
    "Isolated": "runtime.isolated",
    "IsolationError": "errors",
    "LoadFailed": "errors",
    "LoadstoneError": "errors",
    "Lock": "resolve.lock",
    "NotAModel": "errors",
    "NotTrusted": "errors",
    "NothingLoads": "errors",
    "Parity": "finding",
    "ParityError": "errors",
    "ProbeError": "errors",
    "Proof": "resolve.prescription",
    "ResolutionError": "errors",
    "convert": "runtime.convert",
    "explain": "failures.explained",
    "isolate": "runtime.isolated",
    "load_ipython_extension": "failures.notebooks",
    "load_model": "runtime.load",
    "load_weights": "runtime.weights_only",
    "lock": "resolve.locking",
    "probe": "environment",
    "rescue": "failures.rescuing",
    "sync": "resolve.syncing",
    "unload_ipython_extension": "failures.notebooks",
}

__all__ = [
    "Artifact",
    "Conversion",
    "Diagnosis",
    "Environment",
    "Explained",
    "Finding",
    "Isolated",
    "IsolationError",
    "LoadFailed",
    "LoadstoneError",
    "Lock",
    "NotAModel",
    "NotTrusted",
    "NothingLoads",
    "Parity",
    "ParityError",
    "ProbeError",
    "Proof",
    "ResolutionError",
    "convert",
    "diagnose",
    "explain",
    "inspect",
    "isolate",
    "load_model",
    "load_weights",
    "lock",
    "probe",
    "rescue",
    "sync",
]


def __getattr__(name: str) -> Any:
    """Import a name's home when the name is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """What the package offers, imported or not."""
    return sorted({*globals(), *__all__})


def inspect(model: str | os.PathLike[str]) -> Artifact:
    """Read what is in a model file: format, writer, objects, weights, stored programs, training state.

    Only headers are read, nothing is executed, no link is followed. Content that is wrong is described in
    ``Artifact.defects``, not raised.

    Args:
        model: an ``.h5`` or ``.keras`` file, or a SavedModel folder.
    """
    return import_module(f"{__name__}.formats").read(model)  # type: ignore[no-any-return]  # import_module knows no types


def diagnose(
    model: str | os.PathLike[str], env: str | os.PathLike[str] | None = None, *, target: str | None = None
) -> Diagnosis:
    """Name every reason why a model does not load in an environment, what to do about each, and where it loads.

    Args:
        model: an ``.h5`` or ``.keras`` file, or a SavedModel folder.
        env: a Python executable, the folder of a virtual or conda environment or of an MLflow model, or a file that
            lists packages (requirements.txt, what ``pip freeze`` prints, pylock.toml, uv.lock, poetry.lock,
            Pipfile.lock, environment.yml); by default this Python.
        target: releases instead: ``keras3``, ``tf-keras``, or requirements such as ``tensorflow==2.8.*``.

    Raises:
        ProbeError: the environment could not be asked what it holds, or its description is not understood.
    """
    path = None if env is None else import_module("pathlib").Path(env)
    environment = import_module(f"{__name__}.environment.sources").environments_of(path, releases=target)
    return import_module(f"{__name__}.resolve.diagnosing").diagnose(inspect(model), environment)  # type: ignore[no-any-return]  # as above
