"""A worker's life and deaths, with a stand-in for Keras that does what a framework or a hostile model might do."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from loadstone.errors import IsolationError
from loadstone.isolation import worker as module
from loadstone.isolation.ports import LoadRequest, Port
from loadstone.isolation.sandbox import Limits
from loadstone.isolation.worker import Worker
from tests.isolation.processes import processes, soon

if TYPE_CHECKING:
    from collections.abc import Iterator

PYTHON = Path(sys.executable)
FAKE_KERAS = Path(__file__).parent / "fake_keras.py"
PYTHON_3_6 = Path.home() / ".pyenv" / "versions" / "3.6.15" / "bin" / "python"
X = np.arange(8, dtype="float32").reshape(2, 4)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Path, Path]]:
    """Places for temporary files of this test's own; nothing may stay in them."""
    memory, disk = tmp_path / "memory", tmp_path / "disk"
    memory.mkdir()
    disk.mkdir()
    monkeypatch.setattr(module, "_SHARED_MEMORY", memory)
    monkeypatch.setattr("tempfile.tempdir", str(disk))
    yield memory, disk
    assert [*memory.iterdir(), *disk.iterdir()] == []


def served(worker: Worker, behaviour: str, tmp_path: Path) -> Worker:
    path = tmp_path / "model.h5"
    path.write_text(behaviour)
    worker.load(LoadRequest(path=path, kind="keras", call="keras", custom_objects_file=FAKE_KERAS))
    return worker


def test_a_model_is_served(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        path = tmp_path / "model.h5"
        path.write_text("double")
        loaded = worker.load(LoadRequest(path=path, kind="keras", call="keras", custom_objects_file=FAKE_KERAS))
        assert loaded.inputs == (Port(name="x", shape=(None, 4), dtype="float32"),)
        assert [str(port) for port in loaded.outputs] == ["y: float32 [None, 4]"]
        assert (loaded.how, loaded.compiled) == ("keras.models.load_model", False)
        assert loaded.versions["keras"] == "0.0"
        assert loaded.versions["python"] == worker.python == "{}.{}.{}".format(*sys.version_info)
        np.testing.assert_array_equal(worker.predict({"x": X})["y"], 2 * X)
        np.testing.assert_array_equal(worker.predict(X.astype("float64"))["y"], 2 * X)
        assert 0 < worker.seconds < 5


def test_outputs_are_the_callers_own(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "double", tmp_path)
        first = worker.predict(X)["y"]
        worker.predict(X + 1)
        np.testing.assert_array_equal(first, 2 * X)


def test_a_second_model_takes_the_first_ones_place(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "fail", tmp_path)
        served(worker, "double", tmp_path)
        np.testing.assert_array_equal(worker.predict(X)["y"], 2 * X)


def test_uncompiled_is_the_second_try_and_is_said(tmp_path: Path) -> None:
    path = tmp_path / "model.h5"
    path.write_text("uncompiled double")
    request = LoadRequest(path=path, kind="keras", call="keras", custom_objects_file=FAKE_KERAS)
    with Worker.start(PYTHON) as worker:
        assert worker.load(request).notes == (
            "it loads with compile=False only; with it: ValueError: Unknown optimizer: 'RectifiedAdam'",
        )
        with pytest.raises(IsolationError, match="Unknown optimizer") as problem:
            worker.load(LoadRequest(**{**as_dict(request), "compiled": True}))
        assert (problem.value.reason, problem.value.error) == ("load", "ValueError")
        assert "in load_model" in problem.value.traceback


def as_dict(request: LoadRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in request.__slots__}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "nothing was given for x"),
        ({"x": X, "z": X}, "there is no input z"),
        ({"x": X[:, :3]}, r"x was given an array of shape \[2, 3\]"),
        ({"x": np.array([["a"] * 4])}, "x was given an array of <U1"),
    ],
)
def test_inputs_that_do_not_fit(given: dict[str, Any], message: str, tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "double", tmp_path)
        with pytest.raises(IsolationError, match=message + r"(.|\n)*x: float32 \[None, 4\]") as problem:
            worker.predict(given)
        assert problem.value.reason == "inputs"
        np.testing.assert_array_equal(worker.predict(X)["y"], 2 * X)


def test_what_a_model_raises_is_told_and_the_worker_lives(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        for behaviour, error in (("fail colour", "KeyError"), ("end 3", "SystemExit")):
            served(worker, behaviour, tmp_path)
            with pytest.raises(IsolationError, match=error) as problem:
                worker.predict(X)
            assert (problem.value.reason, problem.value.error) == ("predict", error)
        served(worker, "double", tmp_path)
        np.testing.assert_array_equal(worker.predict(X)["y"], 2 * X)


def test_what_is_printed_does_not_break_the_conversation(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "say {} {[ garbage", tmp_path)
        np.testing.assert_array_equal(worker.predict(X)["y"], X)
        np.testing.assert_array_equal(worker.predict(X)["y"], X)


@pytest.mark.parametrize(
    ("behaviour", "returncode", "message"),
    [
        ("leave 7", 7, r"exit status 7\); it said last:\n  these are the last words"),
        ("crash", -signal.SIGABRT, r"SIGABRT\); it said last:\n(.|\n)*in crash"),
    ],
)
def test_a_worker_that_dies(behaviour: str, returncode: int, message: str, tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, behaviour, tmp_path)
        with pytest.raises(IsolationError, match=message) as problem:
            worker.predict(X)
        assert (problem.value.reason, problem.value.returncode) == ("died", returncode)
        with pytest.raises(IsolationError, match="the worker is gone: the model's call ended the worker") as problem:
            worker.predict(X)
        assert problem.value.reason == "closed"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (int(signal.SIGKILL), "SIGKILL, as the system does when memory is out"),
        (int(signal.SIGTERM), r"\(SIGTERM\)"),
        (40, r"\(signal 40\)"),
    ],
)
def test_a_worker_that_is_killed_while_it_idles(number: int, message: str, tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "double", tmp_path)
        os.kill(worker._channel.process.pid, number)
        with pytest.raises(IsolationError, match=message):
            worker.predict(X)


def test_inputs_that_cannot_be_passed_on(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "double", tmp_path)
        with pytest.raises(IsolationError, match=r"array of datetime64.* cannot be passed on") as problem:
            worker.predict({"x": X, "x:row_lengths": np.array(["2020-01-01"], dtype="datetime64[D]")})
        assert problem.value.reason == "inputs"
        np.testing.assert_array_equal(worker.predict(X)["y"], 2 * X)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no file that is always full")
def test_there_is_no_room_for_the_inputs(tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker, FileIO("/dev/full", "r+") as full:
        served(worker, "double", tmp_path)
        usual, worker._inputs = worker._inputs, [full]
        with pytest.raises(IsolationError, match=r"the inputs cannot be passed on: .*No space left"):
            worker.predict(X)
        worker._inputs = usual
        np.testing.assert_array_equal(worker.predict(X)["y"], 2 * X)


def test_a_call_that_hangs(tmp_path: Path) -> None:
    with Worker.start(PYTHON, limits=Limits(predict_seconds=0.5)) as worker:
        served(worker, "hang", tmp_path)
        start = time.monotonic()
        with pytest.raises(IsolationError, match=r"took longer than 0\.5 seconds, so it was ended") as problem:
            worker.predict(X)
        assert problem.value.reason == "timeout"
        assert problem.value.returncode == -signal.SIGKILL
        assert time.monotonic() - start < 10


def test_a_load_that_hangs(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("import time\ntime.sleep(1000)")
    with Worker.start(PYTHON, limits=Limits(load_seconds=0.5)) as worker:
        with pytest.raises(IsolationError, match=r"loading .*model\.h5 took longer") as problem:
            worker.load(LoadRequest(path=tmp_path / "model.h5", kind="keras", custom_objects_file=code))
        assert problem.value.reason == "timeout"


def test_code_that_ends_the_worker_while_it_loads(tmp_path: Path) -> None:
    code = tmp_path / "code.py"
    code.write_text("import os\nprint('to standard output', flush=True)\nos._exit(4)")
    request = LoadRequest(path=tmp_path / "model.h5", kind="keras", custom_objects_file=code)
    with Worker.start(PYTHON) as worker, pytest.raises(IsolationError, match="exit status 4") as problem:
        worker.load(request)
    assert "to standard output" in problem.value.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux enforces a limit on memory")
def test_more_memory_than_allowed(tmp_path: Path) -> None:
    with Worker.start(PYTHON, limits=Limits(memory_bytes=1 << 30)) as worker:
        assert "memory" in worker.confinement.limits
        served(worker, f"hoard {1 << 27}", tmp_path)  # 2 GiB
        with pytest.raises(IsolationError, match="MemoryError"):
            worker.predict(X)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no resource limits")
def test_larger_files_than_allowed(tmp_path: Path) -> None:
    with Worker.start(PYTHON, limits=Limits(file_bytes=1 << 20)) as worker:
        served(worker, f"hoard {1 << 17}", tmp_path)  # 2 MiB
        with pytest.raises(IsolationError, match="File too large") as problem:
            worker.predict(X)
        assert problem.value.reason == "predict"


@pytest.mark.skipif(sys.platform != "linux", reason="the stand-in finds its pipes in /proc")
@pytest.mark.parametrize(
    ("lie", "message"),
    [
        ("arrays", "the outputs cannot be read: 4000000000000 bytes are announced"),
        ("garbage", "the model's call gave an answer that is none"),
        ("list", "the model's call gave an answer that is none"),
    ],
)
def test_answers_that_are_none(lie: str, message: str, tmp_path: Path) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, f"lie {lie}", tmp_path)
        with pytest.raises(IsolationError, match=message) as problem:
            worker.predict(X)
        assert problem.value.reason == "died"
        assert worker._channel.process.poll() is not None


def test_secrets_are_not_inherited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "HF_TOKEN", "TF_TOKEN_example_com", "NVIDIA_API_KEY", "PYTHONPATH"):
        monkeypatch.setenv(name, "a secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    with Worker.start(PYTHON, variables={"TF_USE_LEGACY_KERAS": "1"}) as worker:
        served(worker, "variables", tmp_path)
        variables = dict(line.decode().split("=", 1) for line in worker.predict(X)["y"])
    assert "a secret" not in variables.values()
    assert variables["OMP_NUM_THREADS"] == variables["TF_USE_LEGACY_KERAS"] == "1"
    assert Path(variables["HOME"]) == Path(variables["TMPDIR"]) != Path.home()
    assert "worker-loadstone-" in variables["HOME"]


@pytest.mark.parametrize("network", [False, True])
def test_the_network_is_closed_unless_it_is_granted(network: bool, tmp_path: Path) -> None:  # noqa: FBT001 - parametrised
    with socket.create_server(("127.0.0.1", 0)) as listener, Worker.start(PYTHON, network=network) as worker:
        if not network and not worker.confinement.network_closed:
            pytest.skip(" ".join(worker.confinement.notes))
        served(worker, f"connect {listener.getsockname()[1]}", tmp_path)
        if network:
            assert not worker.confinement.network_closed
            worker.predict(X)
        else:
            with pytest.raises(IsolationError) as problem:
                worker.predict(X)
            assert problem.value.error == "OSError"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lists all processes")
@pytest.mark.parametrize("clean", [True, False])
def test_processes_of_the_model_end_with_the_worker(clean: bool, tmp_path: Path) -> None:  # noqa: FBT001 - parametrised
    with Worker.start(PYTHON) as worker:
        served(worker, "spawn", tmp_path)
        worker.predict(X)
        assert soon(lambda: processes("sleep\x001000", str(tmp_path)))
        if not clean:
            os.kill(worker._channel.process.pid, signal.SIGKILL)
    assert not processes("sleep\x001000", str(tmp_path))


def test_calls_of_several_threads_wait_for_each_other(tmp_path: Path) -> None:
    results: dict[int, Any] = {}
    with Worker.start(PYTHON) as worker:
        served(worker, "double", tmp_path)

        def call(number: int) -> None:
            results[number] = worker.predict(X + number)["y"]

        threads = [threading.Thread(target=call, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for number, result in results.items():
        np.testing.assert_array_equal(result, 2 * (X + number))
    assert len(results) == 8


def test_use_after_close_and_before_load() -> None:
    worker = Worker.start(PYTHON)
    with pytest.raises(IsolationError, match="no model is loaded"):
        worker.predict(X)
    worker.close()
    worker.close()
    with pytest.raises(IsolationError, match="the worker is gone: it was closed") as problem:
        worker.predict(X)
    assert problem.value.reason == "closed"


def test_an_interrupted_call_ends_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Worker.start(PYTHON) as worker:
        served(worker, "double", tmp_path)

        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(worker._channel, "ask", interrupted)
        with pytest.raises(KeyboardInterrupt):
            worker.predict(X)
        assert worker._channel.process.poll() is not None


@pytest.mark.parametrize("name", ["nowhere", "no-program", "silent"])
def test_what_is_no_interpreter(name: str, tmp_path: Path) -> None:
    programs = {"no-program": "nothing to run", "silent": "#!/bin/sh\necho an error >&2\nexit 9\n"}
    if name in programs:
        (tmp_path / name).write_text(programs[name])
        (tmp_path / name).chmod(0o755)
    with pytest.raises(IsolationError) as problem:
        Worker.start(tmp_path / name)
    assert problem.value.reason == ("died" if name == "silent" else "start")
    assert "an error" in problem.value.stderr or name != "silent"


@pytest.mark.skipif(not PYTHON_3_6.exists(), reason="there is no Python 3.6 on this machine")
def test_python_3_6_starts_and_refuses_cleanly(tmp_path: Path) -> None:
    with Worker.start(PYTHON_3_6) as worker:
        assert worker.python.startswith("3.6.")
        with pytest.raises(IsolationError) as problem:
            worker.load(LoadRequest(path=tmp_path / "model.h5", kind="keras"))
        assert (problem.value.reason, problem.value.error) == ("load", "ModuleNotFoundError")
        assert problem.value.detail == "No module named 'tensorflow'"
