"""Stands in for Keras inside a worker, so that its ways to fail can be tested without a framework's ten seconds.

A worker runs this file as the user's own. A "model" is a text file: the name of a function here, and its argument.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np

#: Answers that a hostile model could give: one announces four terabytes.
LIES = {
    "arrays": (
        b'{"place": 0, "arrays": [{"name": "y", "dtype": "float32", "shape": [1000000000000], "offset": 0}],'
        b' "seconds": 0, "notes": []}\n'
    ),
    "garbage": b"{[\n",
    "list": b"[]\n",
}


class Tensor:
    def __init__(self, name: str) -> None:
        self.name = name
        self.shape = (None, 4)
        self.dtype = "float32"


class Model:
    optimizer = None

    def __init__(self, behaviour: str) -> None:
        name, _, self.argument = behaviour.partition(" ")
        self.behaviour = BEHAVIOURS[name]
        self.inputs = [Tensor("x")]
        self.outputs = [Tensor("y")]

    def __call__(self, x: Any) -> Any:
        return self.predict_on_batch(x)

    def predict_on_batch(self, x: Any) -> Any:
        return self.behaviour(x, self.argument)


def double(x: Any, _: str) -> Any:
    return 2 * x


def say(x: Any, argument: str) -> Any:
    """Prints to standard output in every way."""
    print(argument)  # noqa: T201 - that is the point
    os.write(1, b'{"outputs": "nonsense"}\n')
    subprocess.run(["/bin/sh", "-c", "echo from a child"], check=True)
    sys.stdout.flush()
    return x


def leave(_: Any, argument: str) -> Any:
    sys.stderr.write("these are the last words\n")
    sys.stderr.flush()
    os._exit(int(argument))


def crash(*_: Any) -> Any:
    os.abort()


def hang(*_: Any) -> Any:
    time.sleep(1000)


def fail(_: Any, argument: str) -> Any:
    raise KeyError(argument)


def end(_: Any, argument: str) -> Any:
    raise SystemExit(argument)


def hoard(_: Any, argument: str) -> Any:
    return np.ones((int(argument), 4), dtype="float32")


def lie(_: Any, argument: str) -> Any:
    """Does what a hostile model can: it finds the pipe and answers for itself."""
    for descriptor in range(3, 20):
        with contextlib.suppress(OSError):
            if str(Path(f"/proc/self/fd/{descriptor}").readlink()).startswith("pipe:"):
                os.write(descriptor, LIES[argument])
    time.sleep(1000)


def spawn(x: Any, _: str) -> Any:
    """Leaves a process behind that even left the session."""
    subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)
    return x


def variables(*_: Any) -> Any:
    return np.array(sorted(f"{name}={value}" for name, value in os.environ.items()))


def connect(x: Any, argument: str) -> Any:
    socket.create_connection(("127.0.0.1", int(argument)), timeout=5).close()
    return x


BEHAVIOURS = {
    each.__name__: each for each in (double, say, leave, crash, hang, fail, end, hoard, lie, spawn, variables, connect)
}


def load_model(path: str, custom_objects: object = None, compile: bool = True) -> Model:  # noqa: A002, ARG001, FBT001, FBT002 - Keras' own signature
    text = Path(path).read_text().strip()
    if text.startswith("uncompiled ") and compile:
        raise ValueError("Unknown optimizer: 'RectifiedAdam'")
    return Model(text.removeprefix("uncompiled "))


class Keras(types.ModuleType):
    __version__ = "0.0"
    models = types.SimpleNamespace(load_model=load_model)
    utils = types.SimpleNamespace(custom_object_scope=contextlib.nullcontext)
    backend = types.SimpleNamespace(backend=lambda: "numpy", clear_session=lambda: None)


sys.modules["keras"] = Keras("keras")
