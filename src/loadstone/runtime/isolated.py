"""A model served from an environment of its own, so that it runs where its TensorFlow does not."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from loadstone.environment import interpreter_of, probe
from loadstone.errors import LoadstoneError
from loadstone.formats import read
from loadstone.isolation.worker import Worker
from loadstone.resolve.locking import Request, environment_of
from loadstone.resolve.proving import refuse
from loadstone.resolve.requests import load_request
from loadstone.resolve.syncing import Sync, ready, synced
from loadstone.rules import diagnose
from loadstone.runtime.batches import BATCH, in_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

    from numpy.typing import NDArray

    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.isolation.ports import Loaded, Port


@dataclass(frozen=True, slots=True, kw_only=True)
class Isolation:
    """How a model is served from an environment of its own.

    Attributes:
        sync: how it is built, where it has to be, and how the model is loaded in it.
        env: a Python, or the folder of a virtual environment; None to build one, or use the one built before.
        signature: of a SavedModel; by default the one that is served.
        network: let the model's process reach the network.
    """

    sync: Sync = field(default_factory=Sync)
    env: Path | None = None
    signature: str | None = None
    network: bool = False


class Isolated:
    """A model in a process of another environment. Use it as a context manager, or call `close`.

    Attributes:
        loaded: what the worker tells of the model: its inputs and outputs, how it was loaded, by which releases.
    """

    def __init__(self, worker: Worker, loaded: Loaded) -> None:
        self._worker = worker
        self.loaded = loaded

    @property
    def inputs(self) -> tuple[Port, ...]:
        """Name, shape (None for what is open) and dtype of each input."""
        return self.loaded.inputs

    @property
    def outputs(self) -> tuple[Port, ...]:
        """The same of each output."""
        return self.loaded.outputs

    def predict(
        self,
        inputs: NDArray[Any] | Sequence[NDArray[Any]] | Mapping[str, NDArray[Any]],
        *,
        batch_size: int | None = BATCH,
        progress: Callable[[int, int], object] = lambda _done, _of: None,
    ) -> dict[str, NDArray[Any]]:
        """The model's outputs by name, with the dtypes that it gives.

        Args:
            inputs: one array by input name; or arrays in the order of `inputs`; or the array of a single input. The
                first axis is the batch.
            batch_size: rows that are given to the model at once; None for all of them.
            progress: told how many rows are done, of how many.

        Raises:
            IsolationError: the arrays do not fit the model, the model fails, or its process has ended.
        """
        return in_batches(self._worker.predict, self._named(inputs), batch_size=batch_size, progress=progress)

    def _named(
        self, inputs: NDArray[Any] | Sequence[NDArray[Any]] | Mapping[str, NDArray[Any]]
    ) -> dict[str, NDArray[Any]]:
        if isinstance(inputs, dict):
            return {name: np.asarray(array) for name, array in inputs.items()}
        arrays = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        if len(arrays) != len(self.inputs):
            names = ", ".join(port.name for port in self.inputs)
            raise LoadstoneError(f"{len(arrays)} arrays were given, the model takes {len(self.inputs)}: {names}")
        return {port.name: np.asarray(array) for port, array in zip(self.inputs, arrays, strict=True)}

    def close(self) -> None:
        """End the process; a second time does nothing."""
        self._worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def isolate(
    model: str | os.PathLike[str],
    *,
    env: str | os.PathLike[str] | None = None,
    python: str | None = None,
    trust: bool = False,
    custom_objects: str | os.PathLike[str] | None = None,
    signature: str | None = None,
    offline: bool = False,
) -> Isolated:
    """Serve a model from an environment in which it loads.

    The environment is built the first time, in loadstone's cache folder, and used again.

    Args:
        model: an ``.h5`` or ``.keras`` file, a SavedModel folder, or a frozen graph.
        env: a Python, or the folder of an environment, to use instead of one that is built for the model.
        python: the minor release of Python (``3.8``); by default the newest that is known to work.
        trust: let the programs run that the file holds.
        custom_objects: a Python file of your own with the classes and functions that the model names; it is run there.
        signature: of a SavedModel; by default the one that is served.
        offline: ask no package index; what uv has in its cache has to do.

    Raises:
        NotTrusted: the file holds programs, or reaches out, and ``trust`` is not given.
        ResolutionError: no environment could be built in which the model loads.
        IsolationError: the model does not load in ``env``.
    """
    sync = Sync(
        request=Request(python=python, offline=offline),
        trusted=trust,
        custom_objects=None if custom_objects is None else Path(custom_objects),
    )
    how = Isolation(sync=sync, env=None if env is None else Path(env), signature=signature)
    return isolated(read(model), how)


def isolated(artifact: Artifact, how: Isolation) -> Isolated:
    """As `isolate`, for a model that was read already."""
    environment, python = _environment(artifact, how)
    refuse(diagnose(artifact, environment), trusted=how.sync.trusted)
    request = load_request(
        artifact,
        environment,
        compiled=False,
        custom_objects=how.sync.custom_objects,
        signature=how.signature,
        trusted=how.sync.trusted,
    )
    how.sync.progress(f"loading {artifact.source} in {environment.summary}")
    worker = Worker.start(
        python,
        limits=how.sync.limits,
        variables=environment.variables,
        network=how.network,
        bytecode=how.env is None,  # an environment that the user named is left as it is
    )
    try:
        return Isolated(worker, worker.load(request))
    except BaseException:
        worker.close()
        raise


def cache() -> Path:
    """Where environments are kept that nobody named a folder for: ``LOADSTONE_CACHE``, else the user's cache folder."""
    stated = os.environ.get("LOADSTONE_CACHE")
    if stated:
        return Path(stated)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", "~\\AppData\\Local")).expanduser() / "loadstone"
    if sys.platform == "darwin":
        return Path("~/Library/Caches/loadstone").expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "loadstone"


def _environment(artifact: Artifact, how: Isolation) -> tuple[Environment, Path]:
    """The environment that was named, or the one that is built for the model, and its interpreter."""
    if how.env is not None:
        found = probe(how.env)
        return found, Path(str(found.origin))
    environments = cache() / "environments"

    def place(key: str) -> Path:
        return environments / key[:16]

    there = ready(artifact, place, how.sync.request)
    if there is not None:
        folder, lock = there
    else:
        proof = synced(artifact, place, how.sync)
        folder, lock = proof.folder, proof.attempt.lock
    return environment_of(lock), interpreter_of(folder)
