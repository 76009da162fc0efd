"""What is in a file, as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadstone.artifact import DefectKind, Format
from loadstone.needs import infer
from loadstone.report.inspection import inspection_lines, size_text, was_examined
from loadstone.report.text import render
from tests.rules.artifacts import (
    array,
    broken,
    bytecode,
    identifier,
    layer,
    model,
    operation,
    saved_model,
    signature,
    trained,
)


def test_everything_has_its_line() -> None:
    artifact = model(
        layer("Dense"),
        layer("Dense"),
        layer("Addons>Maxout"),
        layer("Scale"),
        identifier("mse", "loss", in_training=True),
        size=2048,
        tensors=(array("kernel", 3, 4), array("bias", 4)),
        training=trained(1),
        payloads=(bytecode(">=3.8"),),
    )

    assert render(inspection_lines(artifact, infer(artifact)), colour=False) == (
        "model.h5: whole model in HDF5, Keras 2, 2.0 KiB\n"
        "  writer    Keras 2.15.0 (stated)\n"
        "  objects   Dense x2, Addons>Maxout, Scale\n"
        "  compiled  mse\n"
        "  needs     Addons>Maxout, provided by tensorflow-addons 0.7.0 to 0.23.0\n"
        "  needs     Scale, provided by nobody known\n"
        "  arrays    2 arrays, 16 values (float32)\n"
        "  training  saved compiled, 1 array of optimizer state\n"
        "  program   100 bytes of bytecode (Python >=3.8) in lambda\n"
    )


def test_saved_model_shows_its_graph() -> None:
    artifact = saved_model(ops=(operation("MatMul"), operation("MatMul", "call"), operation("Addons>Resample")))
    text = render(inspection_lines(artifact, infer(artifact)), colour=False)

    assert "graph     3 operations: MatMul x2, Addons>Resample x1" in text
    assert "needs     the operations of Addons, a compiled library" in text


def test_signatures_are_shown_as_calls() -> None:
    artifact = saved_model(
        signatures=(
            signature("serving_default", {"x": (None, 3), "mask": None}, {"y": ()}),
            *(signature(name, {}, {"y": (1,)}) for name in "abcd"),
        ),
    )
    text = render(inspection_lines(artifact, infer(artifact)), colour=False)

    assert text.endswith(
        "  signature serving_default: x float32 (None, 3), mask of an unknown type (...) -> y float32 ()\n"
        "  signature a: nothing -> y float32 (1,)\n"
        "  signature b: nothing -> y float32 (1,)\n"
        "            and 2 more\n"
    )
    assert "d: nothing -> y" in render(inspection_lines(artifact, infer(artifact), everything=True), colour=False)


def test_a_frozen_graph_has_one_call_without_a_name() -> None:
    artifact = saved_model(format=Format.FROZEN_GRAPH, signatures=(signature("", {"x": ()}, {"y": ()}),))
    text = render(inspection_lines(artifact, infer(artifact)), colour=False)

    assert text.startswith("model: frozen graph, ")
    assert "  signature x float32 () -> y float32 ()\n" in text


def test_program_of_no_known_python() -> None:
    artifact = model(payloads=(replace(bytecode(""), python=None),), training=trained(0))
    text = render(inspection_lines(artifact, infer(artifact)), colour=False)

    assert "100 bytes of bytecode (unknown Python) in lambda" in text
    assert "saved compiled, no arrays of optimizer state" in text


@pytest.mark.parametrize("kind", [DefectKind.MISSING, DefectKind.HTML_PAGE])
def test_what_was_not_recognised(kind: DefectKind) -> None:
    artifact = broken(kind, size=512)
    text = render(inspection_lines(artifact, infer(artifact)), colour=False)

    assert not was_examined(artifact)
    assert f"defect    the file itself: seen: {kind.value}" in text
    assert ("512 bytes" in text) is (kind is not DefectKind.MISSING)
    assert artifact.format is Format.UNRECOGNISED


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (5 << 20, "5.0 MiB"), (3 << 60, "3145728.0 TiB")],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text
