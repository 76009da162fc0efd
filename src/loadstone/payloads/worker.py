"""Serves one model to the process that started it, from whatever environment this interpreter has.

    python -I -B worker.py SETTINGS

SETTINGS is JSON: ``network`` (whether it may use it), ``limits``, ``bytecode`` (whether imports are compiled for the
next time), and the files of arrays, ``inputs`` and ``outputs``.
Commands come as JSON lines on standard input, answers go as JSON lines to standard output; what a framework or a user's
own code prints goes to standard error instead. When the command pipe ends, or the parent is gone, it ends at once.

Runs from Python 3.6 on. The other ``worker_*.py`` files beside this one are its parts.
"""

import faulthandler
import importlib
import importlib.util
import io
import json
import os
import platform
import select
import sys
import threading
import time
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from io import FileIO
    from typing import Any

_POLL_MILLISECONDS = 1000
_MESSAGE_LENGTH = 100000


def part(name: str) -> "Any":
    """Another file beside this one, as a module; an isolated interpreter does not look there itself."""
    known = sys.modules.get("loadstone_" + name)
    if known is not None:
        return known
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location("loadstone_" + name, path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - for the type checker; a path has both
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # loadstone's own folder is none of its business
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


def main(arguments: "list[str]") -> None:
    """Confine this process, say hello, and answer until the parent is gone."""
    settings = json.loads(arguments[0])
    owner = os.getppid()
    commands, answers = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    faulthandler.enable()  # a crash inside a framework tells on standard error where it was
    confinement = part("worker_confinement").confine(settings["limits"], bool(settings["network"]))
    sys.dont_write_bytecode = not settings["bytecode"]
    threading.Thread(target=_watch, args=(commands, owner), daemon=True).start()
    _say(answers, {"python": platform.python_version(), "confinement": confinement})
    server = Server(settings["inputs"], settings["outputs"])
    with io.open(commands, "rb") as lines:
        for line in lines:
            _say(answers, server.answer(json.loads(line.decode("ascii"))))
    os._exit(0)  # whoever started it ends what it started


class Server(object):
    """One model, once it is loaded, and the files through which its inputs and outputs travel."""

    def __init__(self, inputs: "list[str]", outputs: "list[str]") -> None:
        self.inputs = [_file(path) for path in inputs]
        self.outputs = [_file(path) for path in outputs]
        self.model = None  # type: Any

    def answer(self, request: "dict[str, Any]") -> "dict[str, Any]":
        """What became of a request; whatever a model's code raises, SystemExit too, is an answer."""
        try:
            return self.load(request) if request["do"] == "load" else self.predict(request)
        except BaseException as problem:  # noqa: BLE001 - see above
            return {"error": _told(problem)}

    def load(self, request: "dict[str, Any]") -> "dict[str, Any]":
        """Import the framework, load the model, and describe it."""
        start = time.perf_counter()
        self.model = None
        models, keras_models, graphs = (part(name) for name in ("worker_models", "worker_keras", "worker_graphs"))
        for name in request["imports"]:
            importlib.import_module(name)
        objects = models.custom_objects(request["custom_objects"], request["custom_objects_file"])
        if request["kind"] == "frozen-graph":
            self.model = models.with_operations(lambda: graphs.frozen_graph(request))
        elif request["kind"] == "saved-model":
            self.model = models.with_operations(lambda: graphs.saved_model(request, objects))
        else:
            self.model = keras_models.load(request, objects)
        found = versions()
        if self.model.how.startswith("tf.keras"):  # TensorFlow carried its own until 2.5
            found["keras"] = str(getattr(sys.modules["tensorflow"].keras, "__version__", found.get("keras")))
        return dict(self.model.describe(), versions=found, seconds=time.perf_counter() - start)

    def predict(self, request: "dict[str, Any]") -> "dict[str, Any]":
        """Run one batch."""
        arrays = part("worker_arrays")
        inputs = arrays.read(self.inputs, request)
        start = time.perf_counter()
        outputs = self.model.call(inputs)
        seconds = time.perf_counter() - start
        return dict(arrays.write(self.outputs, outputs), seconds=seconds, notes=self.model.notes)


def versions() -> "dict[str, str]":
    """The releases of Python and of what was imported, by import name."""
    found = {"python": platform.python_version()}
    for name in ("tensorflow", "keras", "tf_keras", "tensorflow_addons", "jax", "torch", "numpy", "h5py"):
        version = getattr(sys.modules.get(name), "__version__", None)
        if version:
            found[name] = str(version)
    return found


def _watch(commands: int, owner: int) -> None:
    """End this process in the middle of whatever it is, as soon as nobody is there to command it.

    A forked sibling may keep the pipe open, so the parent is looked at too.
    """
    if not hasattr(select, "poll"):  # Windows: the janitor of the owner ends this process
        return
    poller = select.poll()
    poller.register(commands, 0)  # nothing but its end
    while not poller.poll(_POLL_MILLISECONDS) and os.getppid() == owner:
        pass
    os._exit(0)


def _say(descriptor: int, answer: "dict[str, Any]") -> None:
    rest = json.dumps(answer).encode("ascii") + b"\n"
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _file(path: str) -> "FileIO":
    return io.FileIO(path, "r+")


def _told(problem: BaseException) -> "dict[str, str]":
    lines = traceback.format_exception(type(problem), problem, problem.__traceback__)
    return {
        "type": type(problem).__name__,
        "message": str(problem)[:_MESSAGE_LENGTH],
        "traceback": "".join(lines)[-_MESSAGE_LENGTH:],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
