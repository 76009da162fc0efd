"""Models in the middle of their training, of every era, and where it took them: ``tests/golden/training.tar.xz``.

``python tasks/fixtures_training.py`` lets each era write them (`tasks.training.writer`) and packs those of `PACKED`;
with names of eras, it writes these anew and keeps the others.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # this file runs as a script

import numpy as np  # noqa: E402 - the same

from tasks.fixtures import interpreter, pack, progress, run  # noqa: E402 - needs the line above
from tasks.fixtures_eras import ALL_ERAS  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tasks.fixtures_eras import Era

ARCHIVE = ROOT / "tests" / "golden" / "training.tar.xz"
WRITTEN = ROOT / ".cache" / "training"

_FEW = ("adam.*", "adagrad.*", "nadam.h5", "rmsprop_all.*", "sgd_momentum.h5", "schedule_piecewise.*", "scaled_adam.*")
_KERAS_3 = (
    "adam.*", "lamb.*", "nadam.*", "rmsprop_all.*", "scaled_*.*", "sgd_nesterov.*", "adafactor.*", "two_dict.*",
    "metric_auc.*",
)  # fmt: skip
#: Patterns of the files that are kept of each era: one of each way to store each optimizer.
PACKED = {
    "tf113-keras12": ("adam*.h5", "nadam.h5", "rmsprop.h5", "sgd_[dn]*.h5"),
    "tf113-keras22": ("adam*.h5", "nadam.h5", "rmsprop*.h5", "sgd_*.h5", "ada[gd]*.h5", "loss_cosine*.h5"),
    "tf115-keras23": ("adam*.h5", "nadam.h5", "rmsprop.h5", "sgd_[mn]*.h5", "loss_[ckl]*.h5"),
    "tf113": ("adam_*.h5", "nadam.h5", "sgd_momentum.h5", "loss_c*.h5"),
    "tf115": (*_FEW, "two_*.h5", "loss_[chl]*.h5"),
    "tf21": (*_FEW, "addons_ranger.h5", "addons_lamb.h5"),
    "tf24": ("*.h5",),
    "tf211": (*_FEW, "legacy_*.h5", "sgd.h5"),
    "tf215": (
        "ada*.keras", "[fnr]*.keras", "sgd*.keras", "lion.keras", "schedule_*.keras", "scaled_*.keras", "two_*.keras",
        "loss_[chkl]*.keras", "legacy_*.h5", "legacy_adam.keras", "adam.h5", "nadam.h5", "metric_[fi]*.h5",
        "class_f*.h5",
        "addons_radam.h5", "addons_average.h5", "addons_adabelief.h5", "addons_cocob.h5", "addons_cyclical.keras",
    ),
    "tf218": _KERAS_3,
    "keras315": (*_KERAS_3, "muon.*"),
}  # fmt: skip


def main(names: Sequence[str]) -> None:
    """Let eras write what they have not written yet, or are asked to write anew, and pack all of it."""
    eras = [era for era in ALL_ERAS if era.name in PACKED]
    for era in eras:
        if era.name in names or not (WRITTEN / era.name / "after.npz").exists():
            write(era)
    with tempfile.TemporaryDirectory() as scratch:
        for era in eras:
            take(WRITTEN / era.name, Path(scratch) / era.name, PACKED[era.name])
        size = pack(Path(scratch), ARCHIVE)
    progress(f"{ARCHIVE.name}: {size / 1e3:.0f} kB")


def write(era: Era) -> None:
    """Let an era write all its models."""
    progress(f"{era.name}: training")
    shutil.rmtree(WRITTEN / era.name, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix="training-") as home:  # Keras writes its settings there
        command = [str(interpreter(era)), "-W", "ignore", "-m", "tasks.training.writer"]
        variables = {**dict(era.variables), "HOME": home, "KERAS_BACKEND": "tensorflow"}
        run([*command, str(WRITTEN / era.name), era.loader], variables=variables)


def take(written: Path, folder: Path, patterns: Sequence[str]) -> None:
    """Copy the files of some patterns, with the numbers that belong to them."""
    folder.mkdir()
    files = [
        path
        for path in sorted(written.iterdir())
        if path.suffix in {".h5", ".keras"} and any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    with np.load(written / "after.npz") as numbers:
        files = [path for path in files if f"{path.stem}/names" in numbers]  # a model may have no finite numbers
        kept = {path.stem for path in files}
        chosen = {name: numbers[name] for name in sorted(numbers) if name.partition("/")[0] in kept}
    for path in files:
        shutil.copy(path, folder / path.name)
    np.savez(folder / "after.npz", **chosen)


if __name__ == "__main__":
    main(sys.argv[1:])
