"""``loadstone.rescue`` around real loaders, and around what is none of its business."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import keras
import pytest
import tensorflow as tf

import loadstone
from loadstone.failures.frames import traces_of
from tests.corpus_files import unpacked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

REFUSED = unpacked("tf215") / "addons_training.h5"
LOADED = unpacked("keras315") / "depthwise_separable.keras"
CUSTOM = unpacked("tf215") / "custom_layer.h5"


class Hostile:
    """A path that runs code when it is looked at."""

    def __init__(self) -> None:
        self.touched: list[str] = []

    def __str__(self) -> str:
        self.touched.append("str")
        return str(REFUSED)

    def __fspath__(self) -> str:
        self.touched.append("fspath")
        return str(REFUSED)

    def __bool__(self) -> bool:
        self.touched.append("bool")
        return True


def rescued(load: Callable[[], object], env: Path | None = None) -> BaseException:
    with pytest.raises(Exception) as raised, loadstone.rescue(env):  # noqa: PT011 - which one is what tests ask
        load()
    return raised.value


def saved_model_without_its_program(folder: Path) -> Path:
    (folder / "variables").mkdir(parents=True)
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


@pytest.mark.parametrize("path", [REFUSED, REFUSED.with_suffix(".keras")], ids=lambda path: path.suffix)
@pytest.mark.parametrize("as_given", [str, Path], ids=["text", "path"])
def test_a_failure_to_load_is_raised_with_its_diagnosis(path: Path, as_given: type) -> None:
    failure = rescued(lambda: keras.models.load_model(as_given(path)))

    diagnosis = loadstone.diagnose(path)
    assert isinstance(failure, loadstone.LoadFailed)
    assert failure.findings == diagnosis.findings
    assert isinstance(failure.__cause__, (ValueError, TypeError))
    first, second, *_ = str(failure).splitlines()
    assert first.startswith(f"{path} does not load in Keras 3")
    assert second.startswith("  raised    LS3")
    assert all(finding.message in str(failure) for finding in diagnosis.findings)


@pytest.mark.parametrize(
    ("load", "code"),
    [
        (lambda gone: keras.models.load_model(gone / "gone.keras"), "LS101"),
        (lambda gone: keras.models.load_model(filepath=gone / "gone.h5"), "LS101"),
        (lambda _: keras.models.load_model(str(unpacked("tf215") / "addons_training.savedmodel")), "LS207"),
        (lambda gone: tf.saved_model.load(str(gone / "gone")), "LS101"),
        (lambda gone: keras.layers.TFSMLayer(str(saved_model_without_its_program(gone / "empty"))), "LS103"),
    ],
)
def test_every_loader_s_path_is_found(load: Callable[[Path], object], code: str, tmp_path: Path) -> None:
    failure = rescued(lambda: load(tmp_path))

    assert isinstance(failure, loadstone.LoadFailed)
    assert code in {finding.code for finding in failure.findings}


def test_a_failure_that_was_wrapped_is_found() -> None:
    def load() -> None:
        try:
            keras.models.load_model(REFUSED)
        except ValueError:
            raise RuntimeError("the service does not start") from None

    failure = rescued(load)

    assert isinstance(failure, loadstone.LoadFailed)
    assert isinstance(failure.__cause__, RuntimeError)
    assert str(failure).startswith(f"{REFUSED} does not load in ")


def test_a_failure_in_a_group_is_found() -> None:
    def load() -> None:
        try:
            keras.models.load_model(REFUSED)
        except ValueError as problem:
            raise ExceptionGroup("tasks", [KeyError("another"), problem]) from None

    failure = rescued(load)

    assert isinstance(failure, loadstone.LoadFailed)
    assert isinstance(failure.__cause__, ExceptionGroup)


def test_an_exception_that_takes_no_notes_passes_too(tmp_path: Path) -> None:
    error = ValueError("no notes")
    vars(error)["__notes__"] = "a text, where Python wants a list"

    def load() -> None:
        try:
            keras.models.load_model(REFUSED)
        except ValueError as problem:
            raise error from problem

    assert rescued(load, tmp_path / "no-such-environment") is error


def test_a_file_that_the_exception_names_is_enough(tmp_path: Path) -> None:
    cut = tmp_path / "cut off.h5"
    cut.write_bytes(REFUSED.read_bytes()[:5000])

    def load() -> None:
        raise OSError(f"Unable to open file '{cut}' (truncated file: eof = 5000, sblock->base_addr = 0)")

    failure = rescued(load)
    assert isinstance(failure, loadstone.LoadFailed)
    assert [finding.code for finding in failure.findings] == ["LS106"]


@pytest.mark.parametrize(
    ("load", "code"),
    [
        (lambda: keras.models.model_from_json('{"class_name": "Addons>Maxout", "config": {}}'), "LS301"),
        (lambda: keras.Sequential([keras.layers.Dense(3)]).load_weights(REFUSED), "LS402"),
    ],
)
def test_without_a_model_the_traceback_is_explained(load: Callable[[], object], code: str) -> None:
    failure = rescued(load)

    assert isinstance(failure, loadstone.LoadFailed)
    assert failure.findings == ()
    assert code in str(failure)
    assert failure.__cause__ is not None


def test_an_address_is_no_path_of_this_machine() -> None:
    failure = rescued(lambda: keras.models.load_model("hf://somebody/model.keras"))

    assert isinstance(failure, ImportError)
    assert getattr(failure, "__notes__", []) == []


def test_objects_that_were_given_are_no_reason() -> None:
    failure = rescued(lambda: keras.models.load_model(CUSTOM, custom_objects={"Scale": 3}))

    assert isinstance(failure, TypeError)
    (note,) = failure.__notes__
    assert note.startswith(f"loadstone found no reason in the file: {CUSTOM} cannot be judged in Keras 3")
    assert isinstance(rescued(lambda: keras.models.load_model(CUSTOM)), loadstone.LoadFailed)


def test_the_environment_may_be_another(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    lock.write_text("tensorflow==2.15.1\nkeras==2.15.0\n")

    failure = rescued(lambda: keras.models.load_model(CUSTOM), lock)
    assert str(failure).splitlines()[0].startswith(f"{CUSTOM} does not load in {lock} (")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("the moon is full"),
        FileNotFoundError(2, "No such file or directory", "data.csv"),
        ValueError(f"{LOADED} is a nice model"),
        ValueError("Unknown layer: 'Addons>Maxout'"),
        loadstone.NotAModel("of our own"),
    ],
)
def test_what_is_no_failure_to_load_passes_as_it_is(error: Exception) -> None:
    def load() -> None:
        raise error

    assert rescued(load) is error
    assert getattr(error, "__notes__", []) == []
    assert error.__cause__ is None


def test_a_model_that_loads_and_fails_later_is_no_failure_to_load() -> None:
    failure = rescued(lambda: keras.models.load_model(LOADED).predict([1, 2]))

    assert isinstance(failure, ValueError)
    assert getattr(failure, "__notes__", []) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_a_program_passes(error: type[BaseException]) -> None:
    with pytest.raises(error), loadstone.rescue():
        raise error


def test_a_diagnosis_that_fails_leaves_the_original_with_a_note(tmp_path: Path) -> None:
    failure = rescued(lambda: keras.models.load_model(REFUSED), tmp_path / "no-such-environment")

    assert isinstance(failure, ValueError)
    assert not isinstance(failure, loadstone.LoadFailed)
    (note,) = failure.__notes__
    assert note.startswith("loadstone could not look into this: ProbeError: ")


def test_nothing_of_the_program_s_runs_when_paths_are_looked_for() -> None:
    """A loader of the same name in a module that calls itself Keras, with arguments that it never looks at."""
    path = Hostile()
    module: dict[str, Any] = {"__name__": "keras.src.saving.saving_api"}
    exec("def load_model(filepath, custom_objects):\n    raise ValueError('Unknown layer: Scale')", module)  # noqa: S102 - our own text
    with pytest.raises(ValueError, match="Unknown layer") as raised:
        module["load_model"](path, path)

    traces = traces_of(raised.value)
    assert (traces.is_loader, traces.path, traces.given) == (True, None, frozenset())
    assert path.touched == []


def test_it_guards_each_call_of_a_function() -> None:
    @loadstone.rescue()
    def load(path: Path, *, twice: bool = False) -> tuple[str, bool]:
        return type(keras.models.load_model(path)).__name__, twice

    assert load.__name__ == "load"
    assert load(LOADED, twice=True) == ("Functional", True)
    for _ in range(2):
        with pytest.raises(loadstone.LoadFailed, match="does not load in"):
            load(REFUSED)


def test_what_runs_later_cannot_be_guarded_from_outside() -> None:
    async def coroutine() -> None: ...

    def generator() -> Iterator[int]:
        yield 1

    async def both() -> AsyncIterator[int]:
        yield 1

    for function in (coroutine, generator, both):
        with pytest.raises(TypeError, match="use rescue in a with statement inside it"):
            loadstone.rescue()(function)


def test_success_imports_nothing_more() -> None:
    code = (
        "import sys, loadstone\n"
        "with loadstone.rescue(): pass\n"
        "print(*(name for name in sys.modules if name.startswith('loadstone.')))\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'click', 'packaging', 'yaml', 'numpy', 'rich'})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["loadstone.failures", "loadstone.failures.rescuing"]
