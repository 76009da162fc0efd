"""The environments of the past that write fixtures: `tasks.fixtures` builds them and lets them write."""

from __future__ import annotations

from dataclasses import dataclass

CORPUS_SET = "corpus"  # every architecture in every format: an archive an era, and `corpus.toml`
ERAS_SET = "eras"  # the few models by which an environment is proved: one archive for all, and `eras.toml`

TENSORFLOW_KERAS = "tensorflow.keras"
LEGACY_KERAS = "tf_keras"
KERAS = "keras"


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """An environment of the past: what it holds, and the day as of which its other packages are chosen.

    Attributes:
        alone: what is installed without the packages that it asks for. ``tf-keras`` asks for ``tensorflow``, whose
            files lie where those of ``tensorflow-cpu`` do; Addons 0.6 asks for ``tensorflow-gpu`` 2.0.0.
        loader: the module whose ``load_model`` its users call.
        sets: the sets of models that it writes.
        variables: environment variables that belong to it.
    """

    name: str
    python: str
    as_of: str
    requirements: tuple[str, ...]
    alone: tuple[str, ...] = ()
    loader: str = TENSORFLOW_KERAS
    sets: tuple[str, ...] = (ERAS_SET,)
    variables: tuple[tuple[str, str], ...] = ()


def _addons(name: str, python: str, as_of: str, tensorflow: str, addons: str, *more: str) -> Era:
    """An era of tf.keras with Addons on the CPU build; ``as_of`` is some days after the later of the two releases."""
    requirements = (f"tensorflow-cpu=={tensorflow}", f"tensorflow-addons=={addons}", *more)
    return Era(name=name, python=python, as_of=as_of, requirements=requirements)


def _keras_3(name: str, python: str, as_of: str, tensorflow: str, keras: str) -> Era:
    """An era of Keras 3, and the newest Keras of its day."""
    requirements = (f"tensorflow-cpu=={tensorflow}", f"keras=={keras}")
    return Era(name=name, python=python, as_of=as_of, requirements=requirements, loader=KERAS)


def _legacy_keras(name: str, python: str, as_of: str, tensorflow: str, tf_keras: str) -> Era:
    """An era of Keras 2 as the distribution of its own that it is since TensorFlow 2.16."""
    return Era(
        name=name,
        python=python,
        as_of=as_of,
        requirements=(f"tensorflow-cpu=={tensorflow}",),
        alone=(f"tf-keras=={tf_keras}",),
        loader=LEGACY_KERAS,
        variables=(("TF_USE_LEGACY_KERAS", "1"),),
    )


def _keras_beside(name: str, as_of: str, tensorflow: str, keras: str) -> Era:
    """An era of Keras 1 or 2 as a distribution beside TensorFlow 1."""
    return Era(
        name=name,
        python="3.7",
        as_of=as_of,
        requirements=(f"tensorflow=={tensorflow}", f"keras=={keras}"),
        loader=KERAS,
        variables=(("KERAS_BACKEND", "tensorflow"),),
    )


# TensorFlow 1.13 to 2.0 has no wheel of the CPU build for each patch release; of 2.1 it is the plain one, as the
# library of Addons 0.8 loads beside that only.
ALL_ERAS = (
    _keras_beside("tf113-keras12", "2019-07-18", "1.13.2", "1.2.2"),
    _keras_beside("tf113-keras22", "2019-07-18", "1.13.2", "2.2.4"),
    _keras_beside("tf115-keras23", "2021-01-08", "1.15.5", "2.3.1"),
    Era(name="tf113", python="3.7", as_of="2019-07-18", requirements=("tensorflow==1.13.2",)),
    Era(name="tf115", python="3.7", as_of="2021-01-08", requirements=("tensorflow==1.15.5",)),
    Era(
        name="tf20",
        python="3.7",
        as_of="2021-01-08",
        requirements=("tensorflow==2.0.4",),
        alone=("tensorflow-addons==0.6.0",),
    ),
    Era(
        name="tf21",
        python="3.7",
        as_of="2021-06-17",
        requirements=("tensorflow==2.1.4", "tensorflow-addons==0.8.3"),
    ),
    _addons("tf22", "3.8", "2021-06-17", "2.2.3", "0.11.2"),
    _addons("tf23", "3.8", "2021-08-12", "2.3.4", "0.11.2"),
    Era(
        name="tf24",
        python="3.8",
        as_of="2021-10-01",
        requirements=("tensorflow-cpu==2.4.1", "tensorflow-addons==0.14.0"),
        sets=(CORPUS_SET, ERAS_SET),
    ),
    _addons("tf25", "3.9", "2022-02-04", "2.5.3", "0.15.0"),
    _addons("tf26", "3.9", "2022-05-25", "2.6.5", "0.15.0"),
    _addons("tf27", "3.9", "2022-09-04", "2.7.4", "0.16.1"),
    Era(
        name="tf28",
        python="3.9",
        as_of="2022-07-01",
        requirements=("tensorflow-cpu==2.8.2", "tensorflow-addons==0.17.1"),
        sets=(CORPUS_SET, ERAS_SET),
    ),
    _addons("tf29", "3.10", "2022-11-18", "2.9.3", "0.18.0"),
    _addons("tf210", "3.10", "2022-12-12", "2.10.1", "0.19.0"),
    # Addons 0.19 has no bound on typeguard and breaks with 3, which was released a week before this TensorFlow.
    _addons("tf211", "3.10", "2023-03-22", "2.11.1", "0.19.0", "typeguard==2.13.3"),
    _addons("tf212", "3.11", "2023-07-14", "2.12.1", "0.21.0"),
    _addons("tf213", "3.11", "2023-09-28", "2.13.1", "0.21.0"),
    _addons("tf214", "3.11", "2023-11-16", "2.14.1", "0.22.0"),
    Era(
        name="tf215",
        python="3.11",
        as_of="2024-04-01",
        requirements=("tensorflow-cpu==2.15.1", "tensorflow-addons==0.23.0"),
        sets=(CORPUS_SET, ERAS_SET),
    ),
    _keras_3("tf216", "3.12", "2024-06-30", "2.16.2", "3.4.1"),
    _keras_3("tf217", "3.12", "2024-10-26", "2.17.1", "3.6.0"),
    _keras_3("tf218", "3.12", "2025-03-14", "2.18.1", "3.9.0"),
    _keras_3("tf219", "3.12", "2025-08-15", "2.19.1", "3.11.2"),
    _keras_3("tf220", "3.13", "2025-08-15", "2.20.0", "3.11.2"),
    Era(
        name="keras315",
        python="3.11",
        as_of="2026-11-22",
        requirements=("tensorflow-cpu==2.21.0", "keras==3.15.1"),
        loader=KERAS,
        sets=(CORPUS_SET, ERAS_SET),
    ),
    _legacy_keras("tf216-tf_keras", "3.12", "2024-06-30", "2.16.2", "2.16.0"),
    _legacy_keras("tf217-tf_keras", "3.12", "2024-10-26", "2.17.1", "2.17.0"),
    _legacy_keras("tf218-tf_keras", "3.12", "2025-03-14", "2.18.1", "2.18.0"),
    _legacy_keras("tf219-tf_keras", "3.12", "2025-08-15", "2.19.1", "2.19.0"),
    _legacy_keras("tf220-tf_keras", "3.12", "2026-03-20", "2.20.0", "2.20.1"),
    _legacy_keras("tf221-tf_keras", "3.12", "2026-03-20", "2.21.0", "2.21.0"),
)
