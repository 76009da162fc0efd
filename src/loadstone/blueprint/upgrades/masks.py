"""Where Keras 3 hands on another mask than Keras 2 did, or none: both compute outputs without a word.

A mask begins at a Masking layer or an Embedding of ``mask_zero``, and goes along with a tensor through the layers that
hand it on. It is followed here through the graph, so that only models are changed in which it makes a difference.

Source: masks of each layer's output, as Keras 2.1 to 2.15 and Keras 3.15 gave them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from loadstone.blueprint.graph import Blueprint, Call, LayerSpec, ModelKind, ObjectSpec, Operation, TensorRef
from loadstone.blueprint.traverse import inputs_of, map_call, objects, references
from loadstone.blueprint.upgrades.upgrade import note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.version import Version

    from loadstone.blueprint.graph import Note

#: Layers of several inputs, which masked what any of their masks masks; in Keras 3 what all of them do.
MERGED = frozenset({"Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"})
#: Those of them that in Keras 3 have other values where they mask.
_VALUED = frozenset({"Maximum", "Minimum", "Multiply"})
#: Layers that in Keras 3 take the masks off the tensors that they are given, which other layers get too.
_TAKING = frozenset({"MultiHeadAttention", "loadstone>MultiHeadAttention"})
#: Layers that handed on no mask, and do in Keras 3.
_ENDED = frozenset({"Identity", "Normalization", "Rescaling"})
#: The same of early releases: the first that handed masks on, and whether of tf.keras alone.
_ENDED_BEFORE: Mapping[str, tuple[tuple[int, int], bool]] = MappingProxyType(
    {"ReLU": ((2, 5), True), "MultiHeadAttention": ((2, 10), False), "loadstone>MultiHeadAttention": ((2, 10), False)}
)
_RECURRENT = frozenset({"RNN", "LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"})
#: Layers whose outputs have no mask, by the beginning of their names.
_WITHOUT = (
    "AdaptiveAverage", "AdaptiveMax", "AveragePooling", "Conv", "Cropping", "DepthwiseConv", "Dot", "EinsumDense",
    "Flatten", "GlobalAverage", "GlobalMax", "Lambda", "LocallyConnected", "MaxPooling", "Permute", "RepeatVector",
    "Reshape", "SeparableConv", "Unmasked", "UpSampling", "ZeroPadding",
)  # fmt: skip

#: What a mask depends on: the calls at which it began.
Origins = frozenset[str]
_NONE: Origins = frozenset()


def with_masks(model: Blueprint, release: Version | None, *, tf_keras: bool) -> tuple[Blueprint, tuple[Note, ...]]:
    """A model whose layers get the masks that they got in Keras 2.

    Args:
        model: the model, upgraded in every other way.
        release: the Keras that wrote it; None counts as the newest of Keras 2.
        tf_keras: whether it was TensorFlow's own Keras.
    """
    if not any(map(_begins, objects(model))):
        return model, ()
    ended = {
        name
        for name, (first, of_tensorflow) in _ENDED_BEFORE.items()
        if release is not None and release.release[:2] < first and (tf_keras or not of_tensorflow)
    }
    walk = _Walk(ended=_ENDED | ended, said=[])
    changed, _ = walk.model(model, {})
    return changed, tuple(walk.said)


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk through a model and those within it."""

    ended: frozenset[str]
    said: list[Note]

    def model(self, model: Blueprint, given: Mapping[int, Origins]) -> tuple[Blueprint, list[Origins]]:
        """A model changed, and the masks of its outputs, for the masks that its inputs have by their number."""
        if model.kind is ModelKind.SEQUENTIAL:
            return self._sequential(model, given.get(0, _NONE))
        if model.kind is ModelKind.SUBCLASSED:
            return model, []
        graph = _Graph(model=model, walk=self)
        for number, reference in enumerate(references(model.inputs)):
            graph.masks[reference.layer, reference.call, 0] = given.get(number, _NONE)
        return graph.changed()

    def _sequential(self, model: Blueprint, mask: Origins) -> tuple[Blueprint, list[Origins]]:
        layers: list[LayerSpec] = []
        for layer in model.layers:
            content = layer.content
            if isinstance(content, Blueprint):
                content, masks = self.model(content, {0: mask})
                mask = masks[0] if masks else _NONE
                layers.append(replace(layer, content=content))
                continue
            if self.ends(layer, mask):
                layers.append(_between(f"{layer.name}_unmasked", "Unmasked", layer, ()))
            mask = self.after(layer, layer.name, [mask])
            layers.append(layer)
        return replace(model, layers=tuple(layers)), [mask]

    def ends(self, layer: LayerSpec, mask: Origins) -> bool:
        """Whether a layer gets a mask that it did not hand on, or did not look at; says so."""
        content = layer.content
        if not mask or not isinstance(content, ObjectSpec) or content.name not in self.ended:
            return False
        message = f"{layer.stored_name}: {content.name} took no notice of masks, and handed none on"
        self.said.append(note("mask-ended", message, content.at))
        return True

    def after(self, layer: LayerSpec, call: str, masks: list[Origins]) -> Origins:
        """The mask of a layer's first output."""
        content = layer.content
        if not isinstance(content, ObjectSpec) or content.name in self.ended:
            return _NONE
        name = content.name.rpartition(">")[2]
        if _begins(content):
            return frozenset({call})
        if name == "Embedding" or (name.startswith(_WITHOUT) and name not in _RECURRENT):
            return _NONE
        if name in _RECURRENT or name == "Bidirectional":
            return masks[0] if masks and _returns_sequences(content) else _NONE
        if name in MERGED:
            return frozenset().union(*masks)
        return masks[0] if masks else _NONE


def _begins(spec: ObjectSpec) -> bool:
    name = spec.name.rpartition(">")[2]
    return name == "Masking" or (name == "Embedding" and bool(spec.config.get("mask_zero")))


def _returns_sequences(spec: ObjectSpec) -> bool:
    inner = spec.config.get("layer")
    return _returns_sequences(inner) if isinstance(inner, ObjectSpec) else bool(spec.config.get("return_sequences"))


@dataclass(frozen=True, slots=True)
class _Graph:
    """A functional model on the walk.

    Attributes:
        masks: of its tensors so far, by layer, call and output.
        layers: what becomes of its layers, by name.
        added: the layers that are put before a layer, by its name.
        uses: how often its calls and outputs have a tensor.
    """

    model: Blueprint
    walk: _Walk
    masks: dict[tuple[str, int, int], Origins] = field(default_factory=dict)
    layers: dict[str, LayerSpec] = field(default_factory=dict)
    added: dict[str, list[LayerSpec]] = field(default_factory=dict)
    uses: Counter[TensorRef] = field(default_factory=Counter)

    def changed(self) -> tuple[Blueprint, list[Origins]]:
        """The model changed, and the masks of its outputs."""
        self.layers.update((layer.name, layer) for layer in self.model.layers)
        self.uses.update(each for layer in self.model.layers for call in layer.calls for each in inputs_of(call))
        self.uses.update(references(self.model.outputs))
        waiting = [(layer, number) for layer in self.model.layers for number in range(len(layer.calls))]
        done = {(layer.name, 0) for layer in self.model.layers if not layer.calls}
        while waiting:
            before = len(done)
            left = []
            for layer, number in waiting:
                if _needed(layer, number) <= done:
                    self._call(layer, number)
                    done.add((layer.name, number))
                else:
                    left.append((layer, number))
            if len(done) == before:
                return self.model, []  # loading says that there is no order
            waiting = left
        names = [layer.name for layer in self.model.layers]
        layers = tuple(each for name in names for each in (*self.added.get(name, ()), self.layers[name]))
        outputs = [self._mask(reference) for reference in references(self.model.outputs)]
        return replace(self.model, layers=layers), outputs

    def _mask(self, reference: TensorRef) -> Origins:
        return self.masks.get((reference.layer, reference.call, reference.output), _NONE)

    def _call(self, layer: LayerSpec, number: int) -> None:
        call = layer.calls[number]
        given = inputs_of(call)
        masks = [self._mask(reference) for reference in given]
        inner = self.layers[layer.name].content  # as calls before have left it
        if isinstance(inner, Blueprint):
            content, found = self.walk.model(inner, dict(enumerate(masks)))
            self.layers[layer.name] = replace(self.layers[layer.name], content=content)
            self.masks.update({(layer.name, number, output): mask for output, mask in enumerate(found)})
            return
        self.masks[layer.name, number, 0] = self.walk.after(layer, f"{layer.name}/{number}", masks)
        if not isinstance(layer.content, ObjectSpec):
            return
        if self.walk.ends(layer, frozenset().union(*masks)):
            self._put_between(layer, number, "Unmasked")
        elif layer.content.name in _TAKING and any(masks) and self._is_shared(given):
            self._put_between(layer, number, "Copied")
            message = f"{layer.stored_name}: gets copies of its inputs, from which Keras 3 would take the masks for all"
            self.walk.said.append(note("mask-kept", message, layer.content.at))
        elif layer.content.name in MERGED and _differ(masks, layer.content.name):
            self._merge_as_before(layer)
        elif layer.content.name in {*_RECURRENT, "Bidirectional"} and len(given) > 1 and masks[0]:
            self._hand_over(layer, number)

    def _is_shared(self, given: tuple[TensorRef, ...]) -> bool:
        """Whether other calls, or the model's outputs, have a tensor of a call too."""
        return any(self.uses[each] > given.count(each) for each in given)

    def _put_between(self, layer: LayerSpec, number: int, name: str) -> None:
        """Put a layer that drops a mask, or keeps it, before each of a call's masked inputs."""

        def through(reference: TensorRef) -> TensorRef:
            if not self._mask(reference):
                return reference
            before = self.added.setdefault(layer.name, [])
            between = f"{layer.name}_{name.lower()}_{len(before)}"
            before.append(_between(between, name, layer, (Call(args=(reference,)),)))
            return TensorRef(layer=between, call=0, output=0)

        self._replace_call(layer.name, number, map_call(layer.calls[number], through))

    def _merge_as_before(self, layer: LayerSpec) -> None:
        content = self.layers[layer.name].content
        if isinstance(content, ObjectSpec) and content.name in MERGED:
            message = f"{layer.stored_name}: {content.name} masks what any of its inputs' masks masks"
            self.walk.said.append(note("merged-masks", message, content.at))
            own = replace(content, name=f"loadstone>{content.name}", module=None)
            self.layers[layer.name] = replace(self.layers[layer.name], content=own)

    def _hand_over(self, layer: LayerSpec, number: int) -> None:
        """Name the mask in a call: Keras 3 finds none by itself where there is more than one tensor."""
        call = layer.calls[number]
        if call.kwargs.get("mask") is not None:
            return
        first = next(references(call.args))
        name = f"{layer.name}_mask_{number}"
        content = Operation(op="_mask_of", at=layer.content.at)
        handed = LayerSpec(name=name, stored_name=name, content=content, calls=(Call(args=(first,)),))
        self.added.setdefault(layer.name, []).append(handed)
        mask = TensorRef(layer=name, call=0, output=0)
        self._replace_call(layer.name, number, replace(call, kwargs=MappingProxyType({**call.kwargs, "mask": mask})))
        message = f"{layer.stored_name}: the mask of its first input is given to it beside the initial state"
        self.walk.said.append(note("mask-beside-state", message, layer.content.at))

    def _replace_call(self, name: str, number: int, call: Call) -> None:
        layer = self.layers[name]
        calls = tuple(call if index == number else each for index, each in enumerate(layer.calls))
        self.layers[name] = replace(layer, calls=calls)


def _needed(layer: LayerSpec, number: int) -> set[tuple[str, int]]:
    earlier = {(layer.name, number - 1)} if number else set()
    return earlier | {(each.layer, each.call) for each in inputs_of(layer.calls[number])}


def _differ(masks: list[Origins], name: str) -> bool:
    """Whether Keras 3 merges masks into another one, some inputs having none or not all the same, or merges values."""
    return any(masks) and (name in _VALUED or len(set(masks)) > 1)


def _between(name: str, kind: str, layer: LayerSpec, calls: tuple[Call, ...]) -> LayerSpec:
    content = ObjectSpec(name=f"loadstone>{kind}", config=MappingProxyType({"name": name}), at=layer.content.at)
    return LayerSpec(name=name, stored_name=name, content=content, calls=calls)
