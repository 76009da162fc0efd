"""Models saved with Keras 1, with the first releases of Keras 2, and with Theano behind either.

``python tasks/fixtures_keras1.py`` runs this file (Python 3.7 syntax) with each of `ERAS`, and packs what they write
into ``tests/golden/keras1.tar.xz``:
``<writer>/<label>.h5``, and ``<label>.npz`` with inputs ``x0``, ``x1`` ... and outputs ``y0``, ``y1`` ...
"""

from __future__ import annotations

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ARCHIVE = ROOT / "tests" / "golden" / "keras1.tar.xz"
BATCH = 3
POSITIVE = ("running_std", "moving_variance")
TENSORFLOW = {"KERAS_BACKEND": "tensorflow"}
THEANO = {"KERAS_BACKEND": "theano", "THEANO_FLAGS": "device=cpu,floatX=float32"}
_THEANO = ("theano==1.0.5", "numpy<1.20", "h5py<3", "scipy<1.6", "setuptools==57.5.0", "pyyaml", "six")
# Each environment: what it holds, and its variables.
ERAS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "tf113-keras12": (("tensorflow==1.13.2", "keras==1.2.2"), TENSORFLOW),
    "tf113-keras200": (("tensorflow==1.13.2", "keras==2.0.0"), TENSORFLOW),
    "tf113-keras209": (("tensorflow==1.13.2", "keras==2.0.9"), TENSORFLOW),
    "theano-keras12": ((*_THEANO, "keras==1.2.2"), THEANO),
    "theano-keras22": ((*_THEANO, "keras==2.2.4"), THEANO),
}


def main() -> None:
    """Write the models: in an old environment when a folder is given, else pack what those write."""
    sys.path.insert(0, str(ROOT))
    if len(sys.argv) > 1:
        write(Path(sys.argv[1]))
        return
    from tasks.fixtures import interpreter, pack, run
    from tasks.fixtures_eras import KERAS, Era

    with tempfile.TemporaryDirectory() as scratch:
        for name, (requirements, variables) in ERAS.items():
            # Theano chooses among the packages of its last years; the others among those of their own.
            day = "2021-09-30" if "theano" in name else "2019-07-18"
            era = Era(name=name, python="3.7", as_of=day, requirements=requirements, loader=KERAS)
            folder = Path(scratch) / era.name
            folder.mkdir()
            run([str(interpreter(era)), "-W", "ignore", str(Path(__file__)), str(folder)], variables=variables)
        pack(Path(scratch), ARCHIVE)


def write(folder: Path) -> None:
    """Save every model with random weights, and what it gives for random inputs."""
    import keras

    from tasks import fixtures_keras1_models as of_keras_1
    from tasks import fixtures_keras2_models as of_keras_2

    is_theano = os.environ["KERAS_BACKEND"] == "theano"
    if is_theano:
        import_module("theano.ifelse")  # Keras 1 uses it and does not import it
    if keras.__version__.startswith("1."):
        build_all = of_keras_1.theano_models if is_theano else of_keras_1.models
    else:
        build_all = of_keras_2.theano_models if is_theano else of_keras_2.models
    for label, build in build_all(keras).items():
        if not is_theano:
            keras.backend.clear_session()
        print(f"  {label}", file=sys.stderr, flush=True)
        save(build(), folder / label)


def save(model: Any, path: Path) -> None:
    """Give a model random weights, and record what it makes of random inputs."""
    import numpy as np

    random = np.random.RandomState(0)
    for layer in leaves(model):
        arrays = layer.get_weights()
        names = [weight.name for weight in layer.weights]
        layer.set_weights(
            [
                random.uniform(0.5, 1.5, array.shape)
                if any(word in name for word in POSITIVE)
                else random.normal(0, 0.7, array.shape)
                for name, array in zip(names, arrays)  # noqa: B905 - Python 3.7 has no strict
            ]
        )
    inputs = []
    for tensor in model.inputs:
        shape = (BATCH, *(4 if size is None else size for size in tensor._keras_shape[1:]))  # noqa: SLF001 - Keras 1 has no public name for it
        is_index = "int" in keras_dtype(tensor) or "tokens" in tensor.name
        inputs.append(random.randint(0, 7, shape) if is_index else random.normal(size=shape).astype("float32"))
    outputs = model.predict(inputs if len(inputs) > 1 else inputs[0], batch_size=BATCH)
    outputs = outputs if isinstance(outputs, list) else [outputs]
    arrays = {f"x{number}": array for number, array in enumerate(inputs)}
    arrays.update({f"y{number}": array for number, array in enumerate(outputs)})
    if not all(np.isfinite(array).all() for array in outputs):
        raise SystemExit(f"{path.name}: not every output is finite")
    np.savez_compressed(str(path.with_suffix(".npz")), **arrays)
    model.save(str(path.with_suffix(".h5")))


def leaves(model: Any) -> list[Any]:
    """The layers of a model and of those in it, whose own lists of weights have another order than their values."""
    found = []
    for layer in getattr(model, "flattened_layers", model.layers):
        found += leaves(layer) if hasattr(layer, "layers") and not hasattr(layer, "mode") else [layer]
    return found


def keras_dtype(tensor: Any) -> str:
    """The dtype of a tensor of either backend."""
    return str(getattr(tensor.dtype, "name", tensor.dtype))


if __name__ == "__main__":
    main()
