"""Hand-made cases of the rules about files and environments, LS101 to LS212; `tests.rules.cases` has the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from loadstone.artifact import Defect, DefectKind, Dialect, Format, Member, Pointer
from tests.rules.artifacts import (
    archive,
    broken,
    keras3,
    layer,
    model,
    operation,
    saved_model,
    written_by,
)
from tests.rules.environments import EMPTY, KERAS315, TF24, TF28, TF215, environment, listed

if TYPE_CHECKING:
    from loadstone.artifact import Artifact
    from loadstone.environment import Environment


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """``loads`` and ``bare`` (with ``compile=False``) are the verdict, None for unknown."""

    name: str
    artifact: Artifact
    environment: Environment
    codes: tuple[str, ...] = ()
    loads: bool | None = False
    bare: bool | None = None

    def __str__(self) -> str:
        return self.name


ADDON = layer("Addons>GroupNormalization")
OLD_ADDONS = environment(python="3.8.18", tensorflow_cpu="2.4.1", tensorflow_addons="0.11.2")
NO_ADDONS = environment(python="3.11.7", tensorflow="2.15.1", keras="2.15.0")
BESIDE_KERAS3 = environment(tensorflow="2.21.0", keras="3.15.1", tensorflow_addons="0.23.0")
LEGACY = {"TF_USE_LEGACY_KERAS": "1"}
LEGACY_KERAS = environment(tensorflow="2.19.0", keras="3.10.0", tf_keras="2.19.0", variables=LEGACY)
JAX_ONLY = environment(keras="3.15.1", jax="0.7.0")
H5PY3 = environment(python="3.8.18", tensorflow="2.4.1", h5py="3.1.0")
TYPEGUARD3 = environment(
    python="3.10.13", tensorflow="2.11.1", keras="2.11.0", tensorflow_addons="0.19.0", typeguard="3.0.2"
)
LACKS_FUNCTIONS = Defect(
    kind=DefectKind.INCOMPLETE, message="a function is absent: 'f'", where=Member(path="saved_model.pb")
)


def _defect(kind: DefectKind, code: str) -> Row:
    return Row(name=kind.value, artifact=broken(kind), environment=KERAS315, codes=(code,), bare=False)


#: What a SavedModel of TensorFlow 2.4 states; it has no file for its metadata.
OF_TENSORFLOW_2_4: dict[str, Any] = {
    "writer": (written_by("keras", "2.4.0"), written_by("tensorflow", "2.4.1")),
    "config_at": Pointer(document="saved_model.pb/root", path=""),
}

FILES_AND_ENVIRONMENTS: tuple[Row, ...] = (
    _defect(DefectKind.MISSING, "LS101"),
    _defect(DefectKind.UNREADABLE, "LS102"),
    _defect(DefectKind.EMPTY, "LS103"),
    _defect(DefectKind.LFS_POINTER, "LS104"),
    _defect(DefectKind.HTML_PAGE, "LS105"),
    _defect(DefectKind.TRUNCATED, "LS106"),
    _defect(DefectKind.DAMAGED, "LS107"),
    _defect(DefectKind.NOT_A_MODEL, "LS108"),
    _defect(DefectKind.INCOMPLETE, "LS110"),
    Row(
        name="a SavedModel whose program lacks functions",
        artifact=saved_model(ops=(operation("MatMul"),), defects=(LACKS_FUNCTIONS,)),
        environment=TF215,
        codes=("LS110",),
        bare=False,
    ),
    _defect(DefectKind.OVERSIZED, "LS111"),
    Row(
        name="HDF5 under .keras in Keras 3",
        artifact=model(source="model.keras"),
        environment=KERAS315,
        codes=("LS109",),
        bare=False,
    ),
    Row(
        name="HDF5 without a suffix in Keras 3",
        artifact=model(source="model"),
        environment=KERAS315,
        codes=("LS109",),
        bare=False,
    ),
    Row(
        name="an archive under .h5 in tf.keras 2.15",
        artifact=archive(source="model.h5"),
        environment=TF215,
        codes=("LS109",),
        bare=False,
    ),
    Row(
        name="HDF5 under .keras in tf.keras 2.8",
        artifact=broken(
            DefectKind.MISLABELLED, format=Format.HDF5_MODEL, dialect=Dialect.KERAS_2, source="model.keras"
        ),
        environment=TF28,
        codes=("LS109",),
        loads=True,
        bare=True,
    ),
    Row(
        name="weights only",
        artifact=model(format=Format.HDF5_WEIGHTS, dialect=None),
        environment=KERAS315,
        codes=("LS112",),
        bare=False,
    ),
    Row(name="nothing installed", artifact=model(), environment=EMPTY, codes=("LS201",), bare=False),
    Row(name="JAX without KERAS_BACKEND", artifact=model(), environment=JAX_ONLY, codes=("LS201",), bare=False),
    Row(
        name="Addons beside Keras 3",
        artifact=model(ADDON),
        environment=BESIDE_KERAS3,
        codes=("LS202", "LS301"),
        bare=False,
    ),
    Row(
        name="Addons outside its window",
        artifact=model(ADDON),
        environment=OLD_ADDONS,
        codes=("LS202", "LS203"),
        loads=None,
        bare=None,
    ),
    Row(name="Addons to import", artifact=model(ADDON), environment=TF215, codes=("LS203",), loads=True, bare=True),
    Row(
        name="Addons to install",
        artifact=model(ADDON),
        environment=NO_ADDONS,
        codes=("LS203", "LS301"),
        bare=False,
    ),
    Row(name="an archive in tf.keras 2.8", artifact=archive(), environment=TF28, codes=("LS205",), bare=False),
    Row(
        name="a file of Keras 3 in tf.keras",
        artifact=keras3(),
        environment=TF215,
        codes=("LS206",),
        bare=False,
    ),
    Row(
        name="a file of Keras 3 under TF_USE_LEGACY_KERAS",
        artifact=keras3(),
        environment=LEGACY_KERAS,
        codes=("LS206", "LS215"),
        bare=False,
    ),
    Row(
        name="a SavedModel in Keras 3",
        artifact=saved_model(config={"class_name": "Functional", "config": {}}),
        environment=KERAS315,
        codes=("LS207",),
        bare=False,
    ),
    Row(
        name="a SavedModel with newer operations",
        artifact=saved_model(ops=(operation("DisableCopyOnRead"), operation("MatMul"))),
        environment=TF28,
        codes=("LS208",),
        bare=False,
    ),
    Row(
        name="a SavedModel with an attribute that came later",
        artifact=saved_model(ops=(operation("FusedBatchNormV3", attributes=("T", "exponential_avg_factor")),)),
        environment=environment(python="3.7.16", tensorflow="2.1.4"),
        codes=("LS208",),
        bare=False,
    ),
    Row(
        name="an attribute that came later, where such are passed over",
        artifact=saved_model(ops=(operation("AssignVariableOp", attributes=("dtype", "validate_shape")),)),
        environment=TF24,
        loads=True,
        bare=True,
    ),
    Row(
        name="operations of a library",
        artifact=saved_model(ops=(operation("Addons>Gelu"), operation("MatMul"))),
        environment=TF28,
        codes=("LS204",),
        bare=False,
    ),
    Row(
        name="operations that a library may have registered",
        artifact=saved_model(ops=(operation("Addons>Gelu"),)),
        environment=environment(python="3.7.16", tensorflow="2.1.4", tensorflow_addons="0.8.3"),
        codes=("LS204",),
        loads=None,
        bare=None,
    ),
    Row(
        name="operations that no package is known for, and a function of the program",
        artifact=saved_model(ops=(operation("CaseFoldUTF8", "call"), operation("call"))),
        environment=TF28,
        codes=("LS204",),
        bare=False,
    ),
    Row(
        name="a SavedModel in standalone Keras",
        artifact=saved_model(),
        environment=environment(python="3.7.16", tensorflow="1.15.5", keras="2.3.1"),
        codes=("LS210", "LS215"),
        bare=False,
    ),
    Row(
        name="a SavedModel before tf.keras read them",
        artifact=saved_model(),
        environment=environment(python="3.7.16", tensorflow="1.14.0"),
        codes=("LS210",),
        bare=False,
    ),
    Row(
        name="a SavedModel with newer metadata",
        artifact=saved_model(layer("Dense")),
        environment=TF24,
        codes=("LS211",),
        bare=False,
    ),
    Row(
        name="a SavedModel whose graph of layers is misread",
        artifact=saved_model(layer("Dense"), **OF_TENSORFLOW_2_4, config={"class_name": "Functional"}),
        environment=environment(python="3.7.16", tensorflow="2.1.4"),
        codes=("LS211",),
        bare=False,
    ),
    Row(
        name="a SavedModel of a Sequential model that may be misread",
        artifact=saved_model(layer("Dense"), **OF_TENSORFLOW_2_4, config={"class_name": "Sequential"}),
        environment=environment(python="3.7.16", tensorflow="2.0.4"),
        codes=("LS211",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a SavedModel of TensorFlow 1",
        artifact=saved_model(has_objects=False),
        environment=TF28,
        codes=("LS212",),
        bare=False,
    ),
    Row(
        name="protobuf 4 beside TensorFlow 2.4",
        artifact=model(),
        environment=environment(python="3.8.18", tensorflow="2.4.1", protobuf="4.25.3"),
        codes=("LS214",),
        bare=False,
    ),
    Row(
        name="typeguard 3 beside an Addons that nothing needs",
        artifact=model(),
        environment=TYPEGUARD3,
        loads=True,
        bare=True,
    ),
    Row(
        name="typeguard 3 beside an Addons that is needed",
        artifact=model(ADDON),
        environment=TYPEGUARD3,
        codes=("LS203", "LS214"),
        bare=False,
    ),
    Row(
        name="a list that leaves NumPy open",
        artifact=model(writer=(written_by("keras", "2.8.0"),)),
        environment=listed("tensorflow==2.8.2"),
        codes=("LS213",),
        loads=None,
        bare=None,
    ),
    Row(
        name="a list that bounds NumPy",
        artifact=model(writer=(written_by("keras", "2.8.0"),)),
        environment=listed("tensorflow==2.8.2", "numpy<2", "protobuf<3.20"),
        loads=True,
        bare=True,
    ),
    Row(name="h5py 3 beside TensorFlow 2.4", artifact=model(), environment=H5PY3, codes=("LS209",), bare=False),
)
