"""The eras that write the rescue set, and what they wrote: ``.cache/rescue/<era>``."""

from __future__ import annotations

import json
import shutil
import tempfile
from typing import TYPE_CHECKING, Any

from tasks.fixtures import ROOT, TOLERANCE, interpreter, progress, run
from tasks.fixtures_eras import ALL_ERAS
from tests.corpus_files import golden

if TYPE_CHECKING:
    from pathlib import Path

    from tasks.fixtures_eras import Era

MODELS = ROOT / ".cache" / "rescue"
BY_NAME = {era.name: era for era in ALL_ERAS}
ERAS = (
    "tf113-keras22", "tf115", "tf21", "tf23", "tf24", "tf26", "tf28", "tf211", "tf213", "tf215", "tf216", "tf218",
    "keras315",
)  # fmt: skip
KERAS_1 = "tf113-keras12"  # its models are its own: the API shares hardly a name with those of today


def written(era: Era) -> dict[str, Any]:
    """What an era's environment wrote, now or before: its stack, a row for each file, and what was left out."""
    folder = MODELS / era.name
    manifest = folder / "manifest.json"
    if not manifest.exists() and era.name == KERAS_1:
        take_models_of_keras_1(era, folder)
    elif not manifest.exists():
        progress(f"{era.name}: writing models")
        with tempfile.TemporaryDirectory(prefix="rescue-") as home:  # Keras writes its settings there
            command = [str(interpreter(era)), "-W", "ignore", "-m", "tasks.rescue.writer", str(folder), era.loader]
            run(command, variables={**dict(era.variables), "HOME": home, "KERAS_BACKEND": "tensorflow"})
    found: dict[str, Any] = json.loads(manifest.read_text())
    return found


def take_models_of_keras_1(era: Era, folder: Path) -> None:
    """Takes the models of Keras 1 from the archive that `tasks.fixtures_keras1` writes."""
    shutil.copytree(golden("keras1") / era.name, folder)
    rows = [
        {
            "file": path.name,
            "format": "hdf5-model",
            "architecture": path.stem,
            "io": f"{path.stem}.npz",
            "tolerance": TOLERANCE,
        }
        for path in sorted(folder.glob("*.h5"))
    ]
    stack = dict(
        requirement.split("==") for requirement in era.requirements if requirement.startswith(("tensor", "keras"))
    )
    (folder / "manifest.json").write_text(json.dumps({"stack": stack, "models": rows, "left_out": []}))
