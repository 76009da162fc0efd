"""``%load_ext loadstone`` in real shells: what is shown below a cell in which a model does not load."""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from tests.corpus_files import unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REFUSED = unpacked("tf215") / "addons_training.h5"
CUSTOM = unpacked("tf215") / "custom_layer.h5"
LOAD = "import keras; keras.models.load_model({!r}{})"


class Gone(CapturingDisplayPublisher):
    """A front end that is not there any more."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__(parent=shell, shell=shell)  # type: ignore[no-untyped-call] # IPython gave it no annotations

    def publish(self, *_: object, **__: object) -> None:
        raise BrokenPipeError("the browser was closed")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell as a notebook's kernel has one: what it is given to show is kept as data."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    config = Config()
    config.HistoryManager.enabled = False
    made = InteractiveShell(config=config)
    made.display_pub = CapturingDisplayPublisher(parent=made, shell=made)
    yield made
    atexit.unregister(made.atexit_operations)
    made.atexit_operations()
    made.restore_sys_module_state()


def shown(shell: InteractiveShell, cell: str) -> list[dict[str, Any]]:
    front_end = shell.display_pub
    assert isinstance(front_end, CapturingDisplayPublisher)
    front_end.outputs.clear()
    shell.run_cell(cell)
    return [output["data"] for output in front_end.outputs]


def test_a_failing_cell_is_followed_by_its_diagnosis(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(shell, "%load_ext loadstone") == []
    (data,) = shown(shell, LOAD.format(str(REFUSED), ""))

    assert data["text/html"].startswith('<div class="loadstone">')
    assert "Addons&gt;WeightNormalization cannot be resolved here" in data["text/html"]
    assert data["text/plain"].startswith(f"{REFUSED} does not load in Keras 3")
    assert "ValueError" in capsys.readouterr().out  # of what, depends on which objects were registered before


@pytest.mark.parametrize(
    "cell",
    ["1 + 1", "1 / 0", "raise SystemExit", "import loadstone; loadstone.load_model('gone.h5')", "1 +"],
)
def test_any_other_cell_is_followed_by_nothing(shell: InteractiveShell, cell: str) -> None:
    shown(shell, "%load_ext loadstone")

    assert shown(shell, cell) == []


def test_what_the_file_does_not_show_is_told_with_what_the_traceback_shows(shell: InteractiveShell) -> None:
    shown(shell, "%load_ext loadstone")
    (data,) = shown(shell, LOAD.format(str(CUSTOM), ", custom_objects={'Scale': 3}"))

    assert data["text/plain"].startswith(f"{CUSTOM} cannot be judged in Keras 3")


def test_it_is_loaded_once_and_unloaded(shell: InteractiveShell) -> None:
    cell = LOAD.format(str(CUSTOM), "")
    shown(shell, "%load_ext loadstone")
    shown(shell, "%reload_ext loadstone")
    assert len(shown(shell, cell)) == 1
    shown(shell, "%unload_ext loadstone")
    assert shown(shell, cell) == []


def test_a_diagnosis_that_fails_is_said_and_does_no_harm(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shown(shell, "%load_ext loadstone")
    shell.display_pub = Gone(shell)
    shell.run_cell(LOAD.format(str(CUSTOM), ""))

    printed = capsys.readouterr()
    assert printed.err == "loadstone could not look into this: BrokenPipeError: the browser was closed\n"
    assert "Unknown layer: 'Scale'" in printed.out


def test_a_terminal_shows_text(tmp_path: Path) -> None:
    script = "\n".join(("%load_ext loadstone", LOAD.format(str(REFUSED), ""), "print('still', 'here')", ""))
    done = subprocess.run(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=nocolor"],
        input=script,
        env={**os.environ, "IPYTHONDIR": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    _, raised, after = done.stdout.partition("ValueError: Unknown layer: 'Addons>WeightNormalization'")
    assert raised, done.stdout + done.stderr
    assert f"{REFUSED} does not load in Keras 3" in after
    assert "LS301  Addons>WeightNormalization cannot be resolved here" in after
    assert "still here" in after
    assert "<div" not in done.stdout
