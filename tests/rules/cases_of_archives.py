"""Hand-made cases of archives of one Keras 2 in another; `tests.rules.cases` has the others."""

from __future__ import annotations

from tests.rules.artifacts import archive, array, layer, written_by
from tests.rules.cases_of_files import Row
from tests.rules.environments import TF215, environment

WEIGHTS = (array("layers/dense/vars/0", 2, 3),)
LEGACY_KERAS = environment(
    tensorflow="2.16.2", keras="3.4.1", tf_keras="2.16.0", variables={"TF_USE_LEGACY_KERAS": "1"}
)

ARCHIVES: tuple[Row, ...] = (
    Row(
        name="an archive that names modules by another Keras' places",
        artifact=archive(layer("Functional", module="keras.src.engine.functional")),
        environment=environment(tensorflow="2.12.1", keras="2.12.0"),
        codes=("LS313",),
        bare=False,
    ),
    Row(
        name="an archive of tf-keras in the Keras before",
        artifact=archive(
            layer("Functional", module="tf_keras.src.engine.functional"), writer=(written_by("tf-keras", "2.16.0"),)
        ),
        environment=TF215,
        codes=("LS313",),
        bare=False,
    ),
    Row(
        name="an archive with the weights in another place",
        artifact=archive(layer("Dense"), tensors=WEIGHTS),
        environment=environment(tensorflow="2.14.1", keras="2.14.0"),
        codes=("LS405",),
        bare=False,
    ),
    Row(
        name="an archive of 2.15 in tf-keras",
        artifact=archive(layer("Functional", module="keras.src.engine.functional"), tensors=WEIGHTS),
        environment=LEGACY_KERAS,
        loads=True,
        bare=True,
    ),
    Row(
        name="an archive with an optimizer of the old kind",
        artifact=archive(
            layer("Addons>LAMB", {"name": "LAMB"}, slot="optimizer", in_training=True),
            writer=(written_by("keras", "2.14.0"),),
        ),
        environment=environment(tensorflow="2.14.1", keras="2.14.0", tensorflow_addons="0.23.0"),
        codes=("LS203", "LS406"),
        bare=True,
    ),
)
