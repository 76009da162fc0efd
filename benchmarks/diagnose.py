"""``loadstone diagnose`` beside ``keras.models.load_model``: whole-process CPU seconds, side by side in one run.

A file of 1 MB and one of 400 MB are written to the ignored cache. Each command runs in turn, several times; what counts
is the ratio of the smallest CPU times (user + system of the process and its children), which the load of the machine
disturbs least.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / ".cache" / "benchmarks"
LOAD = "import sys, keras; keras.models.load_model(sys.argv[1])"
WRITE = """
import sys, keras
target, width, layers = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
model = keras.Sequential([keras.Input((width,))] + [keras.layers.Dense(width) for _ in range(layers)])
model.save(target)
"""
SIZES = {"1 MB": (250, 4), "400 MB": (3780, 7)}
AT_LEAST_TIMES_LESS = 15
AT_MOST_DIFFERENT = 0.20


def main() -> int:
    """Print the table; exit 1 when a promised ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each command; the smallest counts")
    runs: int = parser.parse_args().runs
    files = {label: model_of_size(label, *shape) for label, shape in SIZES.items()}
    diagnose = {
        label: [sys.executable, "-m", "loadstone", "diagnose", "-q", str(path)] for label, path in files.items()
    }
    load = [sys.executable, "-c", LOAD, str(files["400 MB"])]
    ours: dict[str, list[float]] = {label: [] for label in files}
    theirs = []
    for _ in range(runs):
        for label, command in diagnose.items():
            ours[label].append(cpu_seconds(command))
        theirs.append(cpu_seconds(load))
    small, large, loaded = min(ours["1 MB"]), min(ours["400 MB"]), min(theirs)
    ratio, spread = loaded / large, abs(large - small) / small
    print(f"{'command':44} {'CPU seconds (least of ' + str(runs) + ')':>28}")
    for label, seconds in (("loadstone diagnose, 1 MB", small), ("loadstone diagnose, 400 MB", large)):
        print(f"{label:44} {seconds:28.2f}")
    print(f"{'keras.models.load_model, 400 MB':44} {loaded:28.2f}")
    print(f"times less than load_model: {ratio:.1f} (promised: at least {AT_LEAST_TIMES_LESS})")
    print(f"difference between 1 MB and 400 MB: {spread:.1%} (promised: less than {AT_MOST_DIFFERENT:.0%})")
    return int(ratio < AT_LEAST_TIMES_LESS or spread >= AT_MOST_DIFFERENT)


def model_of_size(label: str, width: int, layers: int) -> Path:
    """The benchmark's model, written once."""
    path = CACHE / f"{label.replace(' ', '').lower()}.h5"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft.h5")
        subprocess.run([sys.executable, "-W", "ignore", "-c", WRITE, str(draft), str(width), str(layers)], check=True)
        draft.rename(path)
    return path


def cpu_seconds(command: list[str]) -> float:
    """User and system seconds of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # As installed: what the shell says of bytecode holds for our modules only, the frameworks' is there already.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode not in {0, 1}:
        sys.exit(f"{command} failed: {done.stderr.decode()}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
