"""Packs the rescue set of all eras: ``python tasks/fixtures_rescue.py [--era ERA] ...``.

``tests/golden/rescue.tar.xz`` holds ``<model>/<era>.h5``, ``<era>.keras`` and ``<era>.npz`` (inputs ``x0`` ..., outputs
``y0`` ...), ordered by model, as files of one model are much alike over the eras, and ``manifest.json``: the stack of
each era, a row for each file, and what a release could not build or save. What is missing is written first.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # runs as a script

from tasks.fixtures import ROOT, pack, progress
from tasks.rescue.eras import BY_NAME, ERAS, MODELS, written

if TYPE_CHECKING:
    from collections.abc import Mapping

ARCHIVE = ROOT / "tests" / "golden" / "rescue.tar.xz"


def main() -> None:
    """Pack the eras named on the command line, else all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--era", action="append", choices=ERAS, help="this era only (may be repeated)")
    eras = parser.parse_args().era or ERAS
    whole: dict[str, Any] = {"stack": {}, "model": [], "left_out": []}
    with tempfile.TemporaryDirectory(prefix="rescue-") as scratch:
        for name in eras:
            manifest = written(BY_NAME[name])
            whole["stack"][name] = manifest["stack"]
            whole["model"] += [laid_out(row, name, Path(scratch)) for row in manifest["models"]]
            whole["left_out"] += [{"era": name, **row} for row in manifest["left_out"]]
        (Path(scratch) / "manifest.json").write_text(json.dumps(whole))
        size = pack(Path(scratch), ARCHIVE)
    progress(f"{len(whole['model'])} files of {len(eras)} eras, {size / 1e6:.2f} MB packed")


def laid_out(row: Mapping[str, Any], era: str, folder: Path) -> dict[str, Any]:
    """The row of a file that was put where the archive has it."""
    places = {key: f"{row['architecture']}/{era}{Path(row[key]).suffix}" for key in ("file", "io")}
    for key, place in places.items():
        (folder / place).parent.mkdir(exist_ok=True)
        shutil.copyfile(MODELS / era / row[key], folder / place)
    return {**row, **places, "era": era}


if __name__ == "__main__":
    main()
