"""Models of 400 MB loaded by loadstone and by Keras 3 itself, and written again beside ``cp``, as ratios.

Each measurement is a process of its own, which has imported everything and loaded a small model before the clock
starts; the two take turns, and files are in the page cache. Memory is what the process has at its peak beyond what it
had before, over the size of the weights. A copy and a conversion both end when their file is on the disk. The `.keras`
files are written here; the `.h5` ones are as tf.keras 2 has them, written by the environment of TensorFlow 2.15 (built
in ``.cache`` when it is not there).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs as a script

from tasks.fixtures import interpreter
from tasks.rescue.eras import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

ERA = "tf215"
ROUNDS = 5
MEGABYTE = 10**6

# Written by `exec` in this environment and in that of the era, which has another Keras under the same names.
MODELS = '''
def small(keras):
    return keras.Sequential([keras.layers.InputLayer((4,)), keras.layers.Dense(2), keras.layers.BatchNormalization()])

def matrices(keras):
    """Six matrices of 67 MB."""
    layers = [keras.layers.Dense(4096, activation="relu", name=f"dense_{n}") for n in range(6)]
    return keras.Sequential([keras.layers.InputLayer((4096,)), *layers])

def embedding(keras):
    """One table of 390 MB, and little else."""
    return keras.Sequential([
        keras.layers.InputLayer((16,)), keras.layers.Embedding(380_000, 256),
        keras.layers.GlobalAveragePooling1D(), keras.layers.Dense(256),
    ])

def convolutions(keras):
    """A residual network of 150 layers with weights."""
    layers = keras.layers
    x = inputs = layers.Input((32, 32, 3))
    for stage, (width, blocks) in enumerate(((128, 5), (256, 8), (512, 14), (1024, 2))):
        for block in range(blocks):
            y = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"conv_{stage}_{block}_a")(x)
            y = layers.ReLU()(layers.BatchNormalization()(y))
            y = layers.Conv2D(width, 3, padding="same", use_bias=False, name=f"conv_{stage}_{block}_b")(y)
            y = layers.BatchNormalization()(y)
            x = layers.Conv2D(width, 1, name=f"widen_{stage}")(x) if block == 0 else x
            x = layers.ReLU()(layers.Add()([x, y]))
        x = layers.MaxPooling2D()(x)
    return keras.Model(inputs, layers.Dense(1000)(layers.GlobalAveragePooling2D()(x)))
'''
HEADINGS = (
    "model", "format", "MB", "Keras s", "loadstone s", "faster", "Keras memory", "loadstone memory", "cp s",
    "load and save s", "of cp's speed",
)  # fmt: skip
KINDS = ("matrices", "embedding", "convolutions")

WRITE = """
import sys
kind, path = sys.argv[1:]
if path.endswith(".h5"):
    from tensorflow import keras
else:
    import keras
model = globals()[kind](keras)
model.save(path)
"""

# Prints seconds, and bytes at the peak beyond those before.
MEASURE = """
import json, sys, time
import keras, numpy, pathlib, loadstone, loadstone.atomic, loadstone.runtime.load, loadstone.runtime.save
who, path, small, target = sys.argv[1:]
load = {"Keras": keras.models.load_model, "loadstone": loadstone.load_model}.get(who)
def run(path):
    if load is not None:
        return load(path)
    with loadstone.atomic.replacing(pathlib.Path(target)) as draft:
        loadstone.runtime.save.save(loadstone.load_model(path), draft)
run(small)
def status(key):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(key))
open("/proc/self/clear_refs", "w").write("5")  # the peak begins anew
before, began = status("VmRSS"), time.perf_counter()
kept = run(path)
print(json.dumps([time.perf_counter() - began, status("VmHWM") - before]))
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="measurements of each, of which the medians count")
    parser.add_argument("--kind", action="append", choices=KINDS, help="these models only")
    parser.add_argument("--folder", type=Path, help="where the files are written (1 GB), by default a temporary one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-", dir=options.folder) as scratch:
        folder = Path(scratch)
        print(f"| {' | '.join(HEADINGS)} |\n|{'---|' * len(HEADINGS)}")
        for kind in options.kind or KINDS:
            for suffix in (".keras", ".h5"):
                print(row(kind, suffix, folder, options.rounds), flush=True)


def row(kind: str, suffix: str, folder: Path, rounds: int) -> str:
    """One model of one format, measured."""
    path, small = write(kind, suffix, folder), write("small", suffix, folder)
    size = path.stat().st_size
    taken: dict[str, list[tuple[float, float]]] = {"Keras": [], "loadstone": [], "cp": [], "rewrite": []}
    for _ in range(rounds):
        for who, measured in taken.items():
            target = folder / f"target{'.keras' if who == 'rewrite' else suffix}"
            measured.append(copied(path, target) if who == "cp" else measure(who, path, small, target))
            target.unlink(missing_ok=True)
    path.unlink()
    seconds = {who: statistics.median(time for time, _ in measured) for who, measured in taken.items()}
    memory = {who: statistics.median(peak for _, peak in measured) / size for who, measured in taken.items()}
    cells = (
        kind, f"`{suffix}`", f"{size / MEGABYTE:.0f}", f"{seconds['Keras']:.2f}", f"{seconds['loadstone']:.2f}",
        f"{seconds['Keras'] / seconds['loadstone']:.1f}", f"{memory['Keras']:.2f}", f"{memory['loadstone']:.2f}",
        f"{seconds['cp']:.2f}", f"{seconds['rewrite']:.2f}", f"{seconds['cp'] / seconds['rewrite']:.2f}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def write(kind: str, suffix: str, folder: Path) -> Path:
    """The file of a model: a `.keras` of this Keras, an `.h5` of tf.keras 2."""
    path = folder / f"{kind}{suffix}"
    if not path.exists():
        python = sys.executable if suffix == ".keras" else str(interpreter(BY_NAME[ERA]))
        command([python, "-c", MODELS + WRITE, kind, str(path)])
    return path


def measure(who: str, path: Path, small: Path, target: Path) -> tuple[float, float]:
    """Seconds, and bytes at the peak beyond those before, of a process of its own."""
    out = command([sys.executable, "-c", MEASURE, who, str(path), str(small), str(target)])
    seconds, peak = json.loads(out.splitlines()[-1])
    return float(seconds), float(peak)


def copied(path: Path, target: Path) -> tuple[float, float]:
    """As `measure`, of ``cp`` and of bringing the copy to the disk; their starts take a millisecond."""
    began = time.perf_counter()
    subprocess.run(["cp", str(path), str(target)], check=True)  # noqa: S607 - the command that is compared with
    subprocess.run(["sync", str(target)], check=True)  # noqa: S607 - as above
    return time.perf_counter() - began, 0.0


def command(words: Sequence[str]) -> str:
    """What a command prints; a failing one ends the benchmark with what it said."""
    variables = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=variables)
    if done.returncode:
        raise SystemExit(f"{words[0]}: {done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
