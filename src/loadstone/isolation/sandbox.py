"""What a worker may use: the limits on it, the environment variables it gets, and what became of its confinement."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Variables that a worker inherits: where programs are, the language, processors and their libraries. Everything else
#: may be a secret (a token, a proxy's password), and stays here.
_INHERITED = frozenset(
    {
        "PATH",
        "LANG",
        "LANGUAGE",
        "TZ",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
        "KERAS_BACKEND",
        "GOTO_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
        "NVIDIA_VISIBLE_DEVICES",
        "NVIDIA_DRIVER_CAPABILITIES",
        "NVIDIA_TF32_OVERRIDE",
        # Without these, programs do not start on Windows.
        "SYSTEMROOT",
        "SYSTEMDRIVE",
        "WINDIR",
        "COMSPEC",
        "PATHEXT",
        "NUMBER_OF_PROCESSORS",
    }
)
#: TensorFlow's are named one by one, as ``TF_HTTP_PASSWORD`` and ``TF_TOKEN_...`` are Terraform's, and
#: ``NVIDIA_API_KEY`` is no setting of a driver.
_INHERITED_PREFIXES = (
    "LC_",
    "OMP_",
    "KMP_",
    "OPENBLAS_",
    "MKL_",
    "NUMEXPR_",
    "CUDA_",
    "XLA_FLAGS",
    "XLA_PYTHON_CLIENT_",
    "JAX_PLATFORM",
    "TF_AUTOTUNE_",
    "TF_CPP_",
    "TF_CUBLAS_",
    "TF_CUDNN_",
    "TF_DETERMINISTIC_OPS",
    "TF_DISABLE_",
    "TF_ENABLE_",
    "TF_FORCE_",
    "TF_GPU_",
    "TF_NUM_",
    "TF_USE_",
    "TF_XLA_",
    "PROCESSOR_",
)

#: Where a process in a container reads how much memory it may use: control groups version 2, then version 1.
_CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def physical_memory() -> int | None:
    """Bytes of memory that this machine or container has; None where that cannot be known."""
    found: list[int] = []
    with contextlib.suppress(AttributeError, OSError, ValueError):  # Windows has no sysconf
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for path in _CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # "max" is no number, and no limit
            found.append(int(path.read_text()))
    return min(found, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a worker may use. Past a time limit it is killed; past the others its own call fails, or it dies.

    Attributes:
        memory_bytes: of private writable memory (``RLIMIT_DATA``); default what the machine has. None for no limit.
        file_bytes: the largest file that it may write (``RLIMIT_FSIZE``). None for no limit.
        start_seconds: until the interpreter answers.
        load_seconds: to import the framework and load the model. None for no limit.
        predict_seconds: for one batch. None for no limit.
    """

    memory_bytes: int | None = field(default_factory=physical_memory)
    file_bytes: int | None = 64 << 30
    start_seconds: float = 60.0
    load_seconds: float | None = 600.0
    predict_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What the platform granted. A worker that could not be confined runs all the same, and this says so.

    Attributes:
        network_closed: whether the worker has no network: on Linux a network namespace of its own, which has none.
        limits: the limits in force, of ``memory``, ``file size``, ``core file`` and ``privileges``.
        notes: what was not granted, and why, as sentences.
    """

    network_closed: bool
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def clean_environment(inherited: Mapping[str, str], home: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The environment variables of a worker.

    Args:
        inherited: this process's environment; only what is harmless is taken from it.
        home: the worker's private folder, its home and its place for temporary files.
        variables: to be set on top, as the model's environment demands (``TF_USE_LEGACY_KERAS``).
    """
    kept = {name: value for name, value in inherited.items() if _harmless(name.upper())}
    places = ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "KERAS_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    return {
        "LANG": "C.UTF-8",  # without a language Python 3.6 cannot open files with other names than ASCII
        "TF_CPP_MIN_LOG_LEVEL": "1",  # what TensorFlow says on standard error should be about a failure
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # by default it takes all of a GPU's memory
        **kept,
        **dict.fromkeys(places, str(home)),
        **variables,
    }


def _harmless(name: str) -> bool:
    return name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
