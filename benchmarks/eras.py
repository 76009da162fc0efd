"""Environments: a lock without an index, building beside venv and pip, and what an isolated call costs.

Everything is measured side by side in one run, on one example model; packages are in both tools' caches before the
clock starts. What counts are ratios and the least of several runs, which the load of the machine disturbs least.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from loadstone.formats import read
from loadstone.isolation.janitor import Janitor
from loadstone.isolation.ports import LoadRequest
from loadstone.isolation.worker import Worker
from loadstone.resolve.building import build, settle
from loadstone.resolve.interpreters import interpreter
from loadstone.resolve.locking import Request, locks
from loadstone.resolve.uv import Program

ROOT = Path(__file__).resolve().parents[1]
MODEL = ROOT / "examples" / "image_classifier.h5"
CACHE = ROOT / ".cache" / "benchmarks"
WRITE = """
import sys, keras
keras.Sequential([keras.Input((512,)), keras.layers.Activation("linear")]).save(sys.argv[1])
"""
ROWS = 512  # of 512 float32: one MiB
CALLS = 200

LOCK_CPU_SECONDS = 1.0
TIMES_FASTER = 3.0
OVERHEAD_SECONDS = 0.003


def main() -> int:
    """Print the table; exit 1 when a promise is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="of each command; the least counts")
    runs: int = parser.parse_args().runs
    locked = min(lock_offline() for _ in range(runs))
    ours, theirs, proved = build_times(runs)
    overhead, model = isolated_call()
    ratio = theirs / ours
    print(f"{'loadstone lock --offline, CPU seconds of the process':64} {locked:8.2f}   promised: < {LOCK_CPU_SECONDS}")
    print(f"{'loadstone lock + build, seconds':64} {ours:8.2f}")
    print(f"{'python -m venv + pip install -r, the same pins, seconds':64} {theirs:8.2f}")
    print(f"{'times faster':64} {ratio:8.1f}   promised: >= {TIMES_FASTER}")
    print(f"{'loadstone sync: lock, build, load the model and run it, seconds':64} {proved:8.2f}")
    print(f"{'the model itself on a 1 MB batch, milliseconds':64} {model * 1e3:8.2f}")
    print(
        f"{'isolated call beyond that, milliseconds':64} {overhead * 1e3:8.2f}   promised: < {OVERHEAD_SECONDS * 1e3}"
    )
    return int(locked >= LOCK_CPU_SECONDS or ratio < TIMES_FASTER or overhead >= OVERHEAD_SECONDS)


def lock_offline() -> float:
    """CPU seconds of one whole process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "loadstone", "lock", str(MODEL), "--offline", "--format", "requirements", "-q"]
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def build_times(runs: int) -> tuple[float, float, float]:
    """Seconds to lock and build, to make the same with venv and pip, and of the whole ``sync``; the least of each."""
    with tempfile.TemporaryDirectory(dir=CACHE.parent) as scratch:
        folder = Path(scratch)
        requirements = folder / "requirements.txt"
        command = [sys.executable, "-m", "loadstone", "lock", str(MODEL), "--format", "requirements", "-q"]
        subprocess.run([*command, "-o", str(requirements)], check=True)
        lock_and_build(folder / "warm")
        with_pip(folder / "warm-pip", requirements)
        ours, theirs, proved = [], [], []
        for run in range(runs):
            ours.append(lock_and_build(folder / f"ours{run}"))
            theirs.append(with_pip(folder / f"theirs{run}", requirements))
            proved.append(synced(folder / f"synced{run}"))
        return min(ours), min(theirs), min(proved)


def lock_and_build(folder: Path) -> float:
    """Seconds from the model to its environment, which is removed again."""
    begun = time.perf_counter()
    with Janitor() as janitor:
        uv = Program(janitor.variables)
        lock = next(locks(read(MODEL), Request(), uv))
        settle(build(lock, folder, uv=uv, janitor=janitor), lock, janitor)
    took = time.perf_counter() - begun
    shutil.rmtree(folder)
    return took


def with_pip(folder: Path, requirements: Path) -> float:
    """Seconds of ``python -m venv`` and ``pip install -r``, which checks the same hashes."""
    python = next(locks(read(MODEL), Request(offline=True), Program())).python
    begun = time.perf_counter()
    subprocess.run(
        [str(interpreter(python, Program())), "-m", "venv", str(folder)], check=True, stdout=subprocess.DEVNULL
    )
    pip = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
    ]
    subprocess.run([*pip, "-r", str(requirements)], check=True, stdout=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    shutil.rmtree(folder)
    return took


def synced(folder: Path) -> float:
    """Seconds of the whole command, in a process of its own."""
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-m", "loadstone", "sync", str(MODEL), str(folder), "-q"], check=True)
    took = time.perf_counter() - begun
    shutil.rmtree(folder)
    return took


def isolated_call() -> tuple[float, float]:
    """Seconds of a call beyond the model's own time, and that time; medians."""
    path = CACHE / "identity.keras"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        subprocess.run([sys.executable, "-W", "ignore", "-c", WRITE, str(path)], check=True, env=environment)
    batch = np.random.default_rng(0).standard_normal((ROWS, 512)).astype(np.float32)
    beyond, inside = [], []
    with Worker.start(Path(sys.executable)) as worker:
        loaded = worker.load(LoadRequest(path=path, kind="keras", call="keras", compiled=False))
        for _ in range(CALLS):
            begun = time.perf_counter()
            worker.predict({loaded.inputs[0].name: batch})
            whole = time.perf_counter() - begun
            beyond.append(whole - worker.seconds)
            inside.append(worker.seconds)
    return float(np.median(beyond)), float(np.median(inside))


if __name__ == "__main__":
    sys.exit(main())
