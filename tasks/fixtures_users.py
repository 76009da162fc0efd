"""Models of users' own classes, saved by the releases that the classes were written for.

``python tasks/fixtures_users.py`` runs this file (Python 3.7 syntax) in each of `ERAS`, and packs what they write into
``tests/golden/users.tar.xz``. Of each function ``model_<name>`` in a file of ``tests/users/code`` there is, in the
era's folder, ``<file>-<name>.h5``, ``.keras`` from Keras 2.12 on, ``.weights.h5`` of a model that is not saved as
``.h5``, and ``<file>-<name>.npz``: inputs ``x0`` ..., outputs ``y0`` ..., and of a compiled model targets ``t0`` ...
and what ``evaluate`` gives for them, ``scores``. ``<file>-<name>.txt`` says what the release itself could not do, and
why.

``backend.npz`` holds what calls of ``keras.backend`` gave (`tests/users/backend_calls.py`).
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import types
import zlib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CODE = ROOT / "tests" / "users" / "code"
CALLS = ROOT / "tests" / "users" / "backend_calls.py"
ARCHIVE = ROOT / "tests" / "golden" / "users.tar.xz"
MULTI_BACKEND = "keras"  # how the names of files begin that are written for Keras as a package of its own
ERAS = ("tf113-keras22", "tf115-keras23", "tf115", "tf23", "tf28", "tf211", "tf215")
BATCH, STEP = 4, 64.0


def main() -> None:
    """Write the files: in an old environment when a folder is given, else pack what those write."""
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]).resolve(), sys.argv[2], set(sys.argv[3:]))
        return
    sys.path.insert(0, str(ROOT))
    from tasks.fixtures import interpreter, pack, run
    from tasks.fixtures_eras import ALL_ERAS

    with tempfile.TemporaryDirectory() as scratch:
        for era in ALL_ERAS:
            if era.name in ERAS:
                folder = Path(scratch) / era.name
                command = [str(interpreter(era)), "-W", "ignore", str(Path(__file__)), str(folder), era.loader]
                run(command, variables=dict(era.variables))
        pack(Path(scratch), ARCHIVE)


def module(path: Path) -> Any:
    """A file of Python code as a module; models keep its name, which is that of the file without its folder."""
    os.chdir(str(path.parent))
    found = types.ModuleType(path.stem)
    found.__file__ = path.name
    sys.modules[path.stem] = found
    exec(compile(path.read_text(encoding="utf-8"), path.name, "exec"), vars(found))  # noqa: S102 - it is ours
    return found


def write(folder: Path, loader: str, names: set[str]) -> None:
    """Save every model of the files that are written for this loader."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    folder.mkdir(parents=True, exist_ok=True)
    keras = importlib.import_module("tensorflow").keras if loader == "tensorflow.keras" else __import__(loader)
    for path in sorted(CODE.glob("*.py")):
        if path.stem.startswith(MULTI_BACKEND) == (loader == "keras") and (not names or path.stem in names):
            try:
                own = module(path)
            except (AttributeError, ImportError) as error:  # what its code is made of came later
                (folder / f"{path.stem}.txt").write_text(said_of(error))
                continue
            for name in sorted(vars(own)):
                if name.startswith("model_"):
                    keras.backend.clear_session()
                    print(" ", path.stem, name, file=sys.stderr, flush=True)
                    stem = folder / f"{path.stem}-{name[6:]}"
                    try:
                        write_model(getattr(own, name)(), stem, keras)
                    except Exception as error:  # noqa: BLE001 - what a release cannot do is a fact
                        Path(str(stem) + ".txt").write_text(said_of(error))
    if not names or "backend" in names:
        write_calls(folder, keras)


def write_model(model: Any, stem: Path, keras: Any) -> None:
    """Save one model, and what it gives."""
    import numpy as np

    random = np.random.RandomState(zlib.crc32(stem.name.encode()) % 2**32)
    inputs = sample_inputs(model, random)
    model.predict(inputs if len(inputs) > 1 else inputs[0])
    names = [weight.name for weight in model.weights]
    model.set_weights([value(random, names[i], array) for i, array in enumerate(model.get_weights())])
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0])
    recorded = {f"x{i}": array for i, array in enumerate(inputs)}
    recorded.update({f"y{i}": array for i, array in enumerate(as_list(outputs))})
    if getattr(model, "loss", None) is not None:
        targets = [random.randint(0, 2, array.shape).astype("float32") for array in as_list(outputs)]
        given = (inputs if len(inputs) > 1 else inputs[0], targets if len(targets) > 1 else targets[0])
        scores = model.evaluate(*given, batch_size=BATCH, verbose=0)
        recorded.update({f"t{i}": array for i, array in enumerate(targets)}, scores=np.asarray(scores, "float64"))
    np.savez(str(stem) + ".npz", **recorded)
    said = []
    suffixes = [".h5", ".keras"] if has_archives(keras) else [".h5"]
    for suffix in suffixes:
        try:
            model.save(str(stem) + suffix)
        except (NotImplementedError, RuntimeError, TypeError, ValueError) as error:
            said.append(f"{suffix}: {said_of(error)}")
            if suffix == ".h5":
                Path(str(stem) + suffix).unlink() if Path(str(stem) + suffix).exists() else None
                model.save_weights(str(stem) + ".weights.h5")
    if said:
        Path(str(stem) + ".txt").write_text("\n".join(said))


def said_of(error: BaseException) -> str:
    """An error's class and the first line of what it says."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"


def as_list(value: Any) -> Any:
    """The items of a list; a list of anything else."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def sample_inputs(model: Any, random: Any) -> Any:
    """Inputs that tell: words for embeddings, a masked last step for masks, else numbers."""
    classes = {type(layer).__name__ for layer in flattened(model)}
    shapes = [(6,)] if not getattr(model, "inputs", None) else [tuple(x.shape)[1:] for x in model.inputs]
    shapes = [tuple(int(getattr(size, "value", size)) for size in shape) for shape in shapes]
    arrays = []
    for shape in shapes:
        if classes & {"Embedding", "TokenAndPositionEmbedding"}:
            array = random.randint(0, 11, (BATCH, *shape)).astype("float32")
            array[:, -1] = 0
        else:
            array = random.uniform(-1, 1, (BATCH, *shape)).astype("float32")
            if "Masking" in classes:
                array[:2, -1] = 0.5
        arrays.append(array)
    return arrays


def flattened(model: Any) -> Any:
    """The layers of a model, and those of the models in it."""
    return [inner for layer in model.layers for inner in (flattened(layer) if hasattr(layer, "layers") else [layer])]


def value(random: Any, name: str, array: Any) -> Any:
    """Another value for a weight, of few digits."""
    import numpy as np

    if array.dtype.kind == "f":
        low = 0.25 if "variance" in name else -1
        return (np.round(random.uniform(low, 1, array.shape) * STEP) / STEP).astype(array.dtype)
    return random.randint(0, 9, array.shape).astype(array.dtype)


def has_archives(keras: Any) -> bool:
    """Whether ``.keras`` is an archive: since Keras 2.12."""
    version = getattr(keras, "__version__", None) or importlib.import_module("keras").__version__
    return tuple(int(part) for part in version.split("-")[0].split(".")[:2]) >= (2, 12)


def write_calls(folder: Path, keras: Any) -> None:
    """Record what the calls of ``keras.backend`` give."""
    import numpy as np

    calls = module(CALLS)
    recorded: Any = {}
    for name, call in calls.CALLS.items():
        try:
            result = call(keras.backend)
            recorded[name] = np.asarray(keras.backend.eval(result) if hasattr(result, "dtype") else result)
        except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
            print("  no", name, str(error)[:100], file=sys.stderr)
    np.savez_compressed(str(folder / "backend.npz"), **recorded)


if __name__ == "__main__":
    main()
