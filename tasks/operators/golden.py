"""Records models of TensorFlow's functions with their releases: ``python tasks/operators/golden.py [ERA ...]``.

Writes ``tests/golden/operators.tar.xz``, of the environments that ``tasks/eras.py`` has built.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STORE = ROOT / ".cache" / "operators"
ARCHIVE = ROOT / "tests" / "golden" / "operators.tar.xz"
#: A release of every way that names are stored in: nodes of graphs, then functions. (TensorFlow 2.1 has the nodes of
#: those around it, and cannot save many in one model: it gives two of them one name.)
ERAS = ("tf115", "tf23", "tf24", "tf215")


def main() -> None:
    """Runs the writer in the environments named on the command line, else in all, and packs what all have written."""
    for era in sys.argv[1:] or ERAS:
        print(era, flush=True)
        python = ROOT / ".cache" / "envs" / era / "bin" / "python"
        subprocess.run(
            [str(python), "-W", "ignore", "-m", "tasks.operators.writer", str(STORE / era)],
            check=True,
            cwd=ROOT,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
        )
    pack()


def pack() -> None:
    """Packs the folders of all eras, without times and owners."""
    with tarfile.open(ARCHIVE, "w:xz", preset=9) as archive:
        for path in sorted(STORE.rglob("*")):
            if path.is_file():
                info = archive.gettarinfo(str(path), str(path.relative_to(STORE)))
                info.mtime, info.uid, info.gid, info.uname, info.gname = 0, 0, 0, "", ""
                with path.open("rb") as file:
                    archive.addfile(info, file)


if __name__ == "__main__":
    main()
