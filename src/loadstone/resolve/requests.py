"""What a worker is told, so that an environment's own loader opens a model: which loader, and what it needs first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from loadstone import knowledge
from loadstone.artifact import Format
from loadstone.environment import loaders
from loadstone.errors import NotAModel
from loadstone.isolation.ports import Call, Kind, LoadRequest
from loadstone.needs import ADDONS, infer
from loadstone.resolve.fitting import demand

if TYPE_CHECKING:
    from loadstone.artifact import Artifact
    from loadstone.environment import Environment
    from loadstone.needs import Needs

_KINDS: dict[Format, Kind] = {
    Format.HDF5_MODEL: "keras",
    Format.KERAS_ARCHIVE: "keras",
    Format.SAVED_MODEL: "saved-model",
    Format.FROZEN_GRAPH: "frozen-graph",
}


def load_request(
    artifact: Artifact,
    environment: Environment,
    *,
    compiled: bool | None = None,
    custom_objects: Path | None = None,
    signature: str | None = None,
    trusted: bool = False,
) -> LoadRequest:
    """How an environment opens a model.

    Args:
        artifact: the model.
        environment: what is installed where the worker runs.
        compiled: with its compile state, without, or (None) without where it fails with it.
        custom_objects: a Python file of the user's with the classes and functions that the model names.
        signature: of a SavedModel; by default the one that is served.
        trusted: the user lets the programs run that are stored in the file.

    Raises:
        NotAModel: the file is not one that a loader opens.
    """
    kind = _KINDS.get(artifact.format)
    if kind is None:
        raise NotAModel(
            f"{artifact.source} is no model that can be loaded whole; see: loadstone inspect {artifact.source}"
        )
    needs = infer(artifact)
    graph = artifact.signatures[0] if kind == "frozen-graph" and artifact.signatures else None
    with_addons = ADDONS in environment.distributions
    return LoadRequest(
        path=Path(artifact.source).absolute(),
        kind=kind,
        call=_call(artifact, environment),
        compiled=compiled,
        imports=("tensorflow_addons",) if with_addons else (),
        custom_objects=_bare_addons(needs) if with_addons else {},
        custom_objects_file=custom_objects,
        signature=signature,
        safe_mode=not trusted,
        inputs=tuple(port.tensor for port in graph.inputs) if graph else (),
        outputs=tuple(port.tensor for port in graph.outputs) if graph else (),
    )


def _call(artifact: Artifact, environment: Environment) -> Call:
    """The package whose ``load_model`` is called: ``tf.keras``, ``tf_keras`` or ``keras``."""
    keras = environment.distributions.get("keras")
    if keras is not None and knowledge.is_multibackend(keras) and not demand(artifact).standalone:
        return "tf.keras"
    loader = next(iter(loaders(environment)), None)
    calls: dict[str, Call] = {"keras": "keras", "tf_keras": "tf_keras"}
    return "tf.keras" if loader is None else calls.get(loader.call.partition(".models.")[0], "tf.keras")


def _bare_addons(needs: Needs) -> dict[str, str]:
    """Addons objects that the file names without their package, and where they are imported from.

    Importing TensorFlow Addons registers ``Addons>Name`` only; before 0.7, and on TensorFlow 2.1 and 2.3 for some
    kinds of objects, files have the bare name.
    """
    found = {}
    for need in needs.objects:
        provider = next((each for each in need.providers if each.distribution == ADDONS), None)
        if provider is None:
            registered = knowledge.providers(f"Addons>{need.identity}") if ">" not in need.identity else ()
            provider = next((each for each in registered if each.distribution == ADDONS), None)
        if provider is not None and ">" not in need.identity:
            module, _, attribute = provider.import_path.rpartition(".")
            found[need.identity] = f"{module}:{attribute}"
    return found
