"""Which variables a worker inherits, how much memory there is, and what the platform grants."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.isolation import sandbox
from loadstone.isolation.sandbox import Limits, clean_environment, physical_memory
from loadstone.payloads import worker_confinement

HARMLESS = (
    "PATH",
    "LC_ALL",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "MKL_NUM_THREADS",
    "LD_LIBRARY_PATH",
    "CUDA_VISIBLE_DEVICES",
    "NVIDIA_VISIBLE_DEVICES",
    "XLA_FLAGS",
    "TF_CPP_MIN_LOG_LEVEL",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_USE_LEGACY_KERAS",
    "KERAS_BACKEND",
    "SystemRoot",
)
WITHHELD = (
    "AWS_SECRET_ACCESS_KEY",
    "GITHUB_TOKEN",
    "HF_TOKEN",
    "HTTPS_PROXY",
    "NVIDIA_API_KEY",
    "PIP_INDEX_URL",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "SSH_AUTH_SOCK",
    "TF_CONFIG",
    "TF_HTTP_PASSWORD",
    "TF_TOKEN_example_com",
    "TF_VAR_password",
    "LD_PRELOAD",
    "DBUS_SESSION_BUS_ADDRESS",
)


@pytest.mark.parametrize("name", HARMLESS)
def test_harmless_variables_are_inherited(name: str) -> None:
    assert clean_environment({name: "value"}, Path("home"), {})[name] == "value"


@pytest.mark.parametrize("name", WITHHELD)
def test_other_variables_are_withheld(name: str) -> None:
    assert name not in clean_environment({name: "value"}, Path("home"), {})


@given(st.dictionaries(st.text(), st.text()))
def test_a_home_of_its_own_whatever_is_inherited(inherited: dict[str, str]) -> None:
    variables = clean_environment({**inherited, "HOME": "/root", "TMPDIR": "/tmp"}, Path("/private"), {})  # noqa: S108 - not used
    assert {variables[name] for name in ("HOME", "TMPDIR", "TMP", "KERAS_HOME", "XDG_CACHE_HOME")} == {"/private"}


def test_the_environments_own_variables_come_last() -> None:
    variables = clean_environment({"KERAS_BACKEND": "jax"}, Path("home"), {"KERAS_BACKEND": "tensorflow", "HOME": "x"})
    assert (variables["KERAS_BACKEND"], variables["HOME"]) == ("tensorflow", "x")


@pytest.mark.parametrize(
    ("text", "expected"), [("1048576\n", 1 << 20), ("max\n", None), ("9223372036854771712\n", None), (None, None)]
)
def test_a_container_has_less_memory_than_its_machine(
    text: str | None, expected: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "memory.max"
    if text is not None:
        path.write_text(text)
    monkeypatch.setattr(sandbox, "_CGROUP_LIMITS", ())
    of_the_machine = physical_memory()
    monkeypatch.setattr(sandbox, "_CGROUP_LIMITS", (path,))
    assert physical_memory() == (expected or of_the_machine)
    assert Limits().memory_bytes == physical_memory()


def confined(limits: dict[str, int | None], *, network: bool) -> dict[str, object]:
    """What a process says that confines itself, and then the limits in force."""
    script = (
        "import importlib.util, json, resource, sys\n"
        "spec = importlib.util.spec_from_file_location('confinement', sys.argv[1])\n"
        "module = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(module)\n"
        "answer = module.confine(json.loads(sys.argv[2]), json.loads(sys.argv[3]))\n"
        "for name in ('DATA', 'FSIZE', 'CORE'):\n"
        "    answer[name] = resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0]\n"
        "print(json.dumps(answer))\n"
    )
    arguments = [worker_confinement.__file__, json.dumps(limits), json.dumps(network)]
    done = subprocess.run([sys.executable, "-c", script, *arguments], check=True, capture_output=True, text=True)
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.skipif(sys.platform != "linux", reason="what is granted elsewhere differs")
def test_limits_are_in_force() -> None:
    answer = confined({"memory_bytes": 1 << 30, "file_bytes": 1 << 20}, network=True)
    assert answer["limits"] == ["privileges", "memory", "file size", "core file"]
    assert (answer["DATA"], answer["FSIZE"], answer["CORE"]) == (1 << 30, 1 << 20, 0)
    assert (answer["network_closed"], answer["notes"]) == (False, [])


@pytest.mark.skipif(sys.platform != "linux", reason="what is granted elsewhere differs")
def test_no_limits() -> None:
    answer = confined({"memory_bytes": None, "file_bytes": None}, network=True)
    assert answer["limits"] == ["privileges", "core file"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has namespaces")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user")
def test_the_network_is_closed_without_being_root(tmp_path: Path) -> None:
    script = (
        "import os, resource, sys\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import worker_confinement\n"
        "os.setgroups([])\n"
        "os.setgid(65534)\n"
        "os.setuid(65534)\n"
        "answer = worker_confinement.confine({}, False)\n"
        "print(answer['network_closed'], os.getuid(), os.getgid(), len(answer['notes']))\n"
    )
    folder = tmp_path / "payloads"
    folder.mkdir()
    (folder / "worker_confinement.py").write_text(Path(worker_confinement.__file__).read_text())
    done = subprocess.run([sys.executable, "-c", script, str(folder)], check=True, capture_output=True, text=True)
    # Either it is closed and the process is who it was, or the system refused and that is said.
    assert done.stdout.split() in (["True", "65534", "65534", "0"], ["False", "65534", "65534", "1"])


def test_other_platforms_say_what_they_do_not_grant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setitem(sys.modules, "resource", None)
    answer = worker_confinement.confine({"memory_bytes": 1}, network=False)
    assert (answer["network_closed"], answer["limits"]) == (False, [])
    assert isinstance(answer["notes"], list)
    assert [note.partition(":")[0] for note in answer["notes"]] == [
        "the network is open",
        "memory and files are not limited",
    ]
