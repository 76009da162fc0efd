"""Which models of the corpus prove an era: those that its TensorFlow minor release and its Keras saved.

Of Keras 3 the models of the newest release up to the era's own: what an older one saved, a newer one loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from packaging.version import Version

from loadstone.artifact import Format
from tests.era_files import ERA_MODELS, EraModel

if TYPE_CHECKING:
    from loadstone.knowledge import TfaRelease
    from tasks.eras_rows import Row

ARCHITECTURES = ("plain", "recurrent", "addons")
_REGISTERS = Version("0.7")  # the first Addons that registers its objects; before, users passed them by hand


def models_of(row: Row, addons: TfaRelease | None) -> list[dict[str, Any]]:
    """The models to load, as `tasks.eras_probe` takes them; empty where there is none that the era must load."""
    found = [model for model in ERA_MODELS if _whole(model) and proves(model, row)]
    newest = max((Version(model.stack["keras"]) for model in found if _is_3(model.stack.get("keras"))), default=None)
    return [
        {
            "name": f"{model.architecture} of {model.era}",
            "path": str(model.path),
            "io": str(model.io_path),
            "bare": addons is not None and addons.version < _REGISTERS,
        }
        for model in found
        if (newest is None or Version(model.stack["keras"]) == newest)
        and (addons or "tensorflow_addons" not in model.imports)
    ]


def keras_of(row: Row) -> str:
    """The module whose ``models.load_model`` is the era's own."""
    if row.tf_keras:
        return "tf_keras"
    return "keras" if "-keras" in row.name else "tensorflow.keras"


def proves(model: EraModel, row: Row) -> bool:
    """Whether a model was saved in an era. A model of Keras 3 also proves the later releases of Keras 3."""
    if _is_3(row.keras):
        return _is_3(model.stack.get("keras")) and Version(model.stack["keras"]) <= Version(row.keras or "")
    same_keras = (
        row.keras is None or keras_of(row) != "keras" or _minor(model.stack.get("keras", "")) == _minor(row.keras)
    )
    same_tensorflow = _minor(model.stack["tensorflow"]) == _minor(str(row.tensorflow.version))
    return model.loader == keras_of(row) and same_keras and same_tensorflow


def _whole(model: EraModel) -> bool:
    """Whether it is an HDF5 file that what saved it could load again."""
    reloads = model.reloads or model.reloads_uncompiled
    return model.format is Format.HDF5_MODEL and model.architecture in ARCHITECTURES and reloads


def _is_3(keras: str | None) -> bool:
    return (keras or "").startswith("3.")


def _minor(version: str) -> tuple[str, ...]:
    return tuple(version.split(".")[:2])
