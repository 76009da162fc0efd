"""``make demo``: a real model that Keras 3 refuses, explained, converted and run; each step shows its command."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
MODEL, RECORDED = "image_classifier.h5", "image_classifier.npz"

FAILS = 'import keras; keras.models.load_model("{model}")'
RUNS = """
import keras, numpy as np
import loadstone.addons  # the Addons API on Keras 3

model = keras.models.load_model("{target}")
recorded = np.load("{recorded}")
outputs = model.predict(recorded["x0"], verbose=0)
print(outputs[:3].round(4))
print(f"max abs difference from the outputs recorded in 2.15.1: {{np.abs(outputs - recorded['y0']).max():.2g}}")
"""


def step(title: str, command: list[str], *, shown: str, expect: int, last_lines: int | None = None) -> None:
    """Show a command and what it prints; stop the demo when it does not end as it should."""
    print(f"\n\033[1m{title}\033[0m\n$ {shown}" if sys.stdout.isatty() else f"\n{title}\n$ {shown}", flush=True)
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}
    done = subprocess.run(command, cwd=EXAMPLES, env=environment, capture_output=True, text=True, check=False)
    lines = (done.stdout + done.stderr).rstrip().splitlines()
    print("\n".join(lines if last_lines is None else lines[-last_lines:]), flush=True)
    if done.returncode != expect:
        sys.exit(f"expected exit code {expect}, got {done.returncode}")


def main() -> None:
    """Run the demo in a folder that is thrown away."""
    python, loadstone = sys.executable, [sys.executable, "-m", "loadstone"]
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "image_classifier.keras")
        fails = FAILS.format(model=MODEL)
        step(
            "1. What Keras 3 says of a model that TensorFlow 2.15.1 with TensorFlow Addons 0.23.0 saved",
            [python, "-c", fails],
            shown=f"python -c {shlex.quote(fails)}",
            expect=1,
            last_lines=1,
        )
        step(
            "2. Every reason at once, without importing TensorFlow",
            [*loadstone, "diagnose", MODEL],
            shown=f"loadstone diagnose {MODEL}",
            expect=1,
        )
        step(
            "3. Rewritten for Keras 3, and proved: loaded again by a process of its own, outputs compared",
            [*loadstone, "convert", MODEL, str(target), "--io", RECORDED],
            shown=f"loadstone convert {MODEL} {target.name} --io {RECORDED}",
            expect=0,
        )
        runs = RUNS.format(target=target, recorded=RECORDED)
        step(
            "4. An ordinary Keras model",
            [python, "-c", runs],
            shown="python - <<EOF" + RUNS.format(target=target.name, recorded=RECORDED) + "EOF",
            expect=0,
        )


if __name__ == "__main__":
    main()
