"""Serves a model in a loop until it is killed: ``python killed_worker.py MEMORY MODEL FAKE_KERAS``.

MEMORY stands in for the machine's shared memory. Temporary files go where TMPDIR says.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from loadstone.isolation import worker as module
from loadstone.isolation.ports import LoadRequest
from loadstone.isolation.worker import Worker

if __name__ == "__main__":
    memory, model, fake_keras = map(Path, sys.argv[1:])
    module._SHARED_MEMORY = memory
    sys.stdout.write("begins\n")
    sys.stdout.flush()
    while True:
        with Worker.start(Path(sys.executable)) as worker:
            worker.load(LoadRequest(path=model, kind="keras", call="keras", custom_objects_file=fake_keras))
            for _ in range(20):
                worker.predict(np.ones((1000, 4), dtype="float32"))
