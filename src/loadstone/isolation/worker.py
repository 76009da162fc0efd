"""A model served by a process of another interpreter: started, confined, asked, ended, and nothing of it left behind.

with Worker.start(Path(".venv-model/bin/python")) as worker:
    loaded = worker.load(LoadRequest(path=Path("model.h5"), kind="keras", call="tf.keras"))
    outputs = worker.predict({"input_1": batch})
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
from io import FileIO
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from loadstone.errors import IsolationError
from loadstone.isolation.channel import Channel
from loadstone.isolation.janitor import Janitor
from loadstone.isolation.ports import described, matched
from loadstone.isolation.sandbox import Confinement, Limits, clean_environment
from loadstone.payloads import worker as payload
from loadstone.payloads import worker_arrays

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from numpy.typing import NDArray

    from loadstone.errors import IsolationReason
    from loadstone.isolation.ports import Loaded, LoadRequest

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder of a random name is made in it
_PREFIX = "worker-"
_END_SECONDS = 5.0
_MESSAGE_LENGTH = 2000


class Worker:
    """One process that serves one model at a time. Calls from several threads wait for each other.

    Attributes:
        python: the release of the foreign Python.
        confinement: what the platform granted of it.
        seconds: the model's own time for the last batch, without what it took to pass the arrays.
        notes: what the model's calls gave rise to say, as sentences.
    """

    def __init__(self, channel: Channel, janitor: Janitor, folders: tuple[Path, ...], limits: Limits) -> None:
        """Use `start`."""
        self.python = ""
        self.confinement = Confinement(network_closed=False)
        self.seconds = 0.0
        self.notes: tuple[str, ...] = ()
        self._channel = channel
        self._janitor = janitor
        self._limits = limits
        self._lock = threading.RLock()
        self._loaded: Loaded | None = None
        self._inputs = [FileIO(folder / "inputs", "r+") for folder in folders]
        self._outputs = [FileIO(folder / "outputs", "r+") for folder in folders]
        self._over: str | None = None

    @classmethod
    def start(
        cls,
        python: Path,
        *,
        limits: Limits | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
        network: bool = False,
        bytecode: bool = False,
    ) -> Self:
        """Start a worker; a tenth of a second, as no framework is imported yet.

        Args:
            python: the interpreter, from Python 3.6 on.
            limits: on what it may use; the default is `Limits()`.
            variables: environment variables that belong to its environment.
            network: leave it the network.
            bytecode: let what it imports be compiled into its environment, so that the next import is faster; for
                environments of our own.

        Raises:
            IsolationError: there is no such interpreter, or it does not answer.
        """
        limits = Limits() if limits is None else limits
        janitor = Janitor()
        try:
            folders = _scratch(janitor)
            given = {**variables, **janitor.variables}
            process = _process(python, folders, limits, given, network=network, bytecode=bytecode)
            janitor.adopt(process.pid)
            worker = cls(Channel(process), janitor, folders, limits)
        except OSError as problem:
            janitor.close()
            raise IsolationError(f"{python} cannot be run: {problem}", reason="start") from problem
        except BaseException:
            janitor.close()
            raise
        hello = worker._ask(None, limits.start_seconds, f"starting {python}", "start")
        confinement = hello["confinement"]
        worker.python = str(hello["python"])
        worker.confinement = Confinement(
            network_closed=bool(confinement["network_closed"]),
            limits=tuple(map(str, confinement["limits"])),
            notes=tuple(map(str, confinement["notes"])),
        )
        return worker

    def load(self, request: LoadRequest) -> Loaded:
        """Load a model, in place of the one before.

        Raises:
            IsolationError: ``load`` with the exception that was raised there, ``died`` or ``timeout``, and then the
                worker is closed.
        """
        with self._lock:
            self._loaded = None
            doing = f"loading {request.path}"
            self._loaded = described(self._ask(request.message, self._limits.load_seconds, doing, "load"))
            self.notes = self._loaded.notes
            return self._loaded

    def predict(self, inputs: Mapping[str, NDArray[Any]] | NDArray[Any]) -> dict[str, NDArray[Any]]:
        """Run one batch, for inference.

        Args:
            inputs: arrays by input, of the shapes in `Loaded.inputs`; a model with one input takes a bare array too.

        Returns:
            The outputs by name, of the types that the model gives: strings as arrays of bytes objects, types that NumPy
            lacks as float32, a ragged output padded and with ``NAME:row_lengths``. The arrays are the caller's own.

        Raises:
            IsolationError: ``inputs`` when they do not fit, ``predict`` with the exception that was raised there;
                ``died`` or ``timeout``, and then the worker is closed; ``closed`` before or without `load`.
        """
        with self._lock:
            self._check_open()
            if self._loaded is None:
                raise IsolationError("no model is loaded: call load first", reason="closed")
            arrays = matched(self._loaded.inputs, inputs)
            try:
                message = {"do": "predict", **worker_arrays.write(self._inputs, arrays)}
            except TypeError as problem:
                raise IsolationError(str(problem), reason="inputs") from problem
            except OSError as problem:
                raise IsolationError(f"the inputs cannot be passed on: {problem}", reason="inputs") from problem
            answer = self._ask(message, self._limits.predict_seconds, "the model's call", "predict")
            self.seconds = float(answer["seconds"])
            self.notes = tuple(dict.fromkeys((*self._loaded.notes, *map(str, answer["notes"]))))
            try:
                return dict(worker_arrays.read(self._outputs, answer))
            except (KeyError, TypeError, ValueError) as problem:
                self._end("it gave no usable answer")
                raise self._channel.failed(f"the outputs cannot be read: {problem}", "died") from problem

    def close(self) -> None:
        """End the process and remove its folders; a second time does nothing."""
        with self._lock:
            if self._over is None:
                self._end("it was closed", in_peace=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check_open(self) -> None:
        if self._over is not None:
            raise self._channel.failed(f"the worker is gone: {self._over}", "closed")

    def _ask(
        self, request: dict[str, Any] | None, seconds: float | None, doing: str, reason: IsolationReason
    ) -> dict[str, Any]:
        """The worker's answer; after anything else than an answer the worker is ended."""
        self._check_open()
        try:
            answer = self._channel.ask(request, seconds, doing)
        except IsolationError as problem:
            self._end(str(problem).partition("\n")[0])
            problem.returncode = self._channel.process.poll()
            raise
        except BaseException:  # Ctrl-C: the answer would be taken for that to the next question
            self._end("a call was interrupted")
            raise
        told = answer.get("error")
        if told is None:
            return answer
        detail, error = str(told["message"]), str(told["type"])
        raise IsolationError(
            f"{doing} raised {error}: {detail[:_MESSAGE_LENGTH]}",
            reason=reason,
            error=error,
            detail=detail,
            traceback=str(told["traceback"]),
            stderr=self._channel.stderr,
        )

    def _end(self, why: str, *, in_peace: bool = False) -> None:
        """End the process: at the end of its commands it goes by itself, else it is killed."""
        self._over = why
        process = self._channel.process
        if in_peace and process.stdin is not None:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                process.stdin.close()
                process.wait(_END_SECONDS)
        self._janitor.end(process.pid)
        process.wait()
        self._janitor.dismiss(process.pid)
        for file in (*self._inputs, *self._outputs):
            file.close()
        self._janitor.close()  # also ends what left the worker's session, and may hold its pipes
        self._channel.close()


def _scratch(janitor: Janitor) -> tuple[Path, ...]:
    """Private folders for the arrays: in shared memory where there is some, then on the disk; the last is the home."""
    parents = [Path(tempfile.gettempdir())]
    if _SHARED_MEMORY.is_dir() and os.access(_SHARED_MEMORY, os.W_OK | os.X_OK):
        parents.insert(0, _SHARED_MEMORY)
    folders = tuple(janitor.folder(parent=parent, prefix=_PREFIX) for parent in parents)
    for folder in folders:
        for name in ("inputs", "outputs"):
            (folder / name).touch(mode=0o600)
    return folders


def _process(
    python: Path,
    folders: tuple[Path, ...],
    limits: Limits,
    variables: Mapping[str, str],
    *,
    network: bool,
    bytecode: bool,
) -> subprocess.Popen[bytes]:
    home = folders[-1]
    settings = {
        "network": network,
        "bytecode": bytecode,
        "limits": {"memory_bytes": limits.memory_bytes, "file_bytes": limits.file_bytes},
        "inputs": [str(folder / "inputs") for folder in folders],
        "outputs": [str(folder / "outputs") for folder in folders],
    }
    return subprocess.Popen(  # noqa: S603 - the interpreter is the one that the user named
        (str(python.absolute()), "-I", "-B", payload.__file__, json.dumps(settings)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=home,
        env=clean_environment(os.environ, home, variables),
        start_new_session=True,
    )
