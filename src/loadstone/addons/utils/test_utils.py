"""What TensorFlow Addons' own tests are written with, and others' who imported it: fixtures, hooks, comparisons.

Needs pytest and TensorFlow, whatever Keras' backend is. A ``conftest.py`` imports the fixtures and hooks by name.
"""

from __future__ import annotations

import inspect
import random
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from loadstone.addons import options
from loadstone.addons.testing.layers import layer_test
from loadstone.addons.utils import resource_loader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from types import ModuleType

__all__ = [
    "NUMBER_OF_GPUS",
    "assert_allclose_according_to_type",
    "assert_not_allclose",
    "data_format",
    "device",
    "discover_classes",
    "get_marks",
    "gpus_for_testing",
    "is_gpu_available",
    "layer_test",
    "maybe_run_functions_eagerly",
    "only_run_functions_eagerly",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_make_parametrize_id",
    "run_custom_and_py_ops",
    "run_with_mixed_precision_policy",
    "set_global_variables",
    "set_seeds",
]

NUMBER_OF_GPUS = len(tf.config.list_physical_devices("GPU"))


def is_gpu_available() -> bool:
    """Return whether TensorFlow sees a GPU."""
    return NUMBER_OF_GPUS > 0


def gpus_for_testing() -> list[str]:
    """Return the names of the GPUs to test on.

    Raises:
        SystemError: when there is none; mark the test with ``needs_gpu``.
    """
    if not is_gpu_available():
        raise SystemError("there is no GPU to test on; @pytest.mark.needs_gpu skips a test where there is none")
    return [f"gpu:{index}" for index in range(NUMBER_OF_GPUS)]


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name parameters that are dtypes or flags."""
    del config
    if isinstance(val, tf.DType):
        return str(val.name)
    if isinstance(val, bool):
        return argname if val else f"no_{argname}"
    return None


@pytest.fixture(params=["eager_mode", "tf_function"])
def maybe_run_functions_eagerly(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test twice: with ``tf.function`` as it is, and with what it decorates executed eagerly."""
    tf.config.run_functions_eagerly(run_eagerly=request.param == "eager_mode")
    yield
    tf.config.run_functions_eagerly(run_eagerly=False)


@pytest.fixture
def only_run_functions_eagerly() -> Iterator[None]:
    """Run a test with what ``tf.function`` decorates executed eagerly."""
    tf.config.run_functions_eagerly(run_eagerly=True)
    yield
    tf.config.run_functions_eagerly(run_eagerly=False)


@pytest.fixture(params=["custom_ops", "py_ops"])
def run_custom_and_py_ops(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test with both positions of the switch in `loadstone.addons.options`."""
    switches = {True: options.disable_custom_kernel, False: options.enable_custom_kernel}
    before = options.is_custom_kernel_disabled()
    switches[request.param == "py_ops"]()
    yield
    switches[before]()


@pytest.fixture(params=["float32", "mixed_float16"])
def run_with_mixed_precision_policy(request: pytest.FixtureRequest) -> Iterator[None]:
    """Run a test in float32 and with float16 computations on float32 variables."""
    keras.mixed_precision.set_global_policy(request.param)
    yield
    keras.mixed_precision.set_global_policy("float32")


@pytest.fixture(params=["channels_first", "channels_last"])
def data_format(request: pytest.FixtureRequest) -> str:
    """Run a test with both orders of axes."""
    return str(request.param)


@pytest.fixture(autouse=True)
def set_seeds() -> None:
    """Start each test with the same random numbers."""
    keras.utils.set_random_seed(0)
    random.seed(0)
    tf.random.set_seed(0)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that skips tests of C++ kernels, of which there are none here."""
    parser.addoption("--skip-custom-ops", action="store_true", help="skip the tests that load a C++ kernel")


@pytest.fixture(scope="session", autouse=True)
def set_global_variables(request: pytest.FixtureRequest) -> None:
    """Tell `resource_loader` of the flag."""
    resource_loader.SKIP_CUSTOM_OPS = bool(request.config.getoption("--skip-custom-ops"))


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks."""
    config.addinivalue_line("markers", "with_device(devices): run the test once on each of these devices")
    config.addinivalue_line("markers", "needs_gpu: skip the test where there is no GPU")


@pytest.fixture(autouse=True)
def device(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Run a test on a device, or in the scope of a strategy, that its mark ``with_device`` names; else on the CPU.

    Raises:
        KeyError: for a device that is none of ``cpu``, ``gpu``, ``no_device``.
    """
    wanted = getattr(request, "param", "no_device")
    if wanted == "no_device":
        yield wanted
    elif wanted is tf.distribute.MirroredStrategy:
        strategy = wanted(gpus_for_testing())
        with strategy.scope():
            yield strategy
    elif wanted in {"cpu", "gpu"}:
        with tf.device(f"{wanted}:0"):
            yield wanted
    else:
        raise KeyError(f"device {wanted!r}; there are cpu, gpu and no_device")


def get_marks(device_name: object) -> list[pytest.MarkDecorator]:
    """Return the marks of a test on a device."""
    needs_gpu = device_name == "gpu" or device_name is tf.distribute.MirroredStrategy
    return [pytest.mark.needs_gpu] if needs_gpu else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test its devices."""
    mark = metafunc.definition.get_closest_marker("with_device")
    devices = ["cpu"] if mark is None else mark.args[0]
    metafunc.parametrize("device", [pytest.param(name, marks=get_marks(name)) for name in devices], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a GPU where there is none."""
    for item in items:
        if item.get_closest_marker("needs_gpu") is not None and not is_gpu_available():
            item.add_marker(pytest.mark.skip("there is no GPU"))


def assert_not_allclose(a: Any, b: Any, **kwargs: Any) -> None:
    """Check that two arrays differ by more than the tolerances of ``numpy.testing.assert_allclose``.

    Raises:
        AssertionError: when they do not.
    """
    try:
        np.testing.assert_allclose(a, b, **kwargs)
    except AssertionError:
        return
    raise AssertionError("the arrays are equal within the tolerances")


def assert_allclose_according_to_type(
    a: Any,
    b: Any,
    rtol: float = 1e-6,
    atol: float = 1e-6,
    float_rtol: float = 1e-6,
    float_atol: float = 1e-6,
    half_rtol: float = 1e-3,
    half_atol: float = 1e-3,
    bfloat16_rtol: float = 1e-2,
    bfloat16_atol: float = 1e-2,
) -> None:
    """Compare two arrays within the tolerances of the coarser of their dtypes.

    Raises:
        AssertionError: when they differ by more.
    """
    first, second = np.asarray(a), np.asarray(b)
    names = {str(first.dtype), str(second.dtype)}
    for names_of_kind, relative, absolute in (
        ({"float32", "complex64"}, float_rtol, float_atol),
        ({"float16"}, half_rtol, half_atol),
        ({"bfloat16"}, bfloat16_rtol, bfloat16_atol),
    ):
        if names & names_of_kind:
            rtol, atol = max(rtol, relative), max(atol, absolute)
    np.testing.assert_allclose(first, second, rtol=rtol, atol=atol)


def discover_classes(module: ModuleType, parent: type, class_exceptions: Collection[str]) -> list[type]:
    """Return the classes of a module that derive from ``parent``, but not those named in ``class_exceptions``."""
    members = inspect.getmembers(module, inspect.isclass)
    return [found for name, found in members if issubclass(found, parent) and name not in class_exceptions]
