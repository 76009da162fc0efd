"""Which models of the corpus prove an era: those that its TensorFlow minor release and its Keras saved."""

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
    """The models to load, as `tasks.eras_probe` takes them; empty where that era saved none."""
    return [
        {
            "name": model.architecture,
            "path": str(model.path),
            "io": str(model.io_path),
            "bare": addons is not None and addons.version < _REGISTERS,
        }
        for model in ERA_MODELS
        if proves(model, row) and (addons or "tensorflow_addons" not in model.imports)
    ]


def keras_of(row: Row) -> str:
    """The module whose ``models.load_model`` is the era's own."""
    if row.tf_keras:
        return "tf_keras"
    return "keras" if "-keras" in row.name else "tensorflow.keras"


def proves(model: EraModel, row: Row) -> bool:
    """Whether a model was saved in an era, and could be loaded there by what had saved it."""
    return (
        model.format is Format.HDF5_MODEL
        and model.architecture in ARCHITECTURES
        and (model.reloads or model.reloads_uncompiled)
        and Version(model.stack["tensorflow"]).release[:2] == row.tensorflow.version.release[:2]
        and _generation(model.loader, model.stack.get("keras", "")) == _generation(keras_of(row), row.keras or "")
    )


def _generation(loader: str, keras: str) -> str:
    """Which Keras it is, within one TensorFlow: Keras 3 is the same whether it is asked for by itself or not."""
    if loader == "tf_keras":
        return loader
    if keras.startswith("3."):
        return "keras 3"
    return loader if loader == "tensorflow.keras" else " ".join(["keras", *keras.split(".")[:2]])
