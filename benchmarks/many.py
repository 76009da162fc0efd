"""Diagnosing many small models in one process: how long one takes, and how much of that is reading it.

The files of the corpus, each read anew every time, are diagnosed until there were as many as are asked for. Of a file
the smallest CPU time counts, which the load of the machine disturbs least, and of the files the median. What is
promised is for files of a model; a SavedModel, whose program is many times as large, is printed beside them.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import defaultdict
from itertools import cycle, islice
from typing import TYPE_CHECKING

from loadstone.artifact import Format
from loadstone.environment import probe
from loadstone.formats import read
from loadstone.resolve.diagnosing import diagnose
from tests.corpus_table import MODELS
from tests.era_files import ERA_MODELS

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.environment import Environment

AT_MOST_MILLISECONDS = 5
SMALL = (Format.HDF5_MODEL.value, Format.KERAS_ARCHIVE.value)


def main() -> int:
    """Print the table; exit 1 when the median is beyond what is promised."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=1000, help="how many are diagnosed")
    models: int = parser.parse_args().models
    files = [(model.format.value, model.path) for model in MODELS]
    files += [(model.format.value, model.path) for model in ERA_MODELS]
    here = probe()
    for _, path in files:  # tables are read at the first question to them; that is not what a model costs
        timed(path, here)
    fastest: dict[tuple[str, Path], tuple[float, float]] = {}
    for each in islice(cycle(files), models):
        fastest[each] = min(fastest.get(each, (float("inf"), 0.0)), timed(each[1], here), key=sum)
    spent: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for (kind, _), seconds in fastest.items():
        spent[kind].append(seconds)
        spent["all"].append(seconds)
    print(f"{models} models diagnosed, of {len(files)} files")
    print(f"{'format':16} {'files':>8} {'median ms':>10} {'of that reading':>16} {'slowest ms':>11}")
    for kind, rows in sorted(spent.items()):
        whole = [sum(row) for row in rows]
        reading = sum(row[0] for row in rows) / sum(whole)
        print(f"{kind:16} {len(rows):8} {middle(whole):10.2f} {reading:16.0%} {1000 * max(whole):11.1f}")
    small = middle([sum(row) for kind in SMALL for row in spent[kind]])
    print(f"median of {' and '.join(SMALL)}: {small:.2f} ms (promised: less than {AT_MOST_MILLISECONDS})")
    return int(small >= AT_MOST_MILLISECONDS)


def timed(path: Path, here: Environment) -> tuple[float, float]:
    """Seconds to read a model, and to judge it."""
    begun = time.process_time()
    artifact = read(path)
    was_read = time.process_time()
    diagnose(artifact, here)
    return was_read - begun, time.process_time() - was_read


def middle(seconds: list[float]) -> float:
    """The median in milliseconds."""
    return 1000 * statistics.median(seconds)


if __name__ == "__main__":
    sys.exit(main())
