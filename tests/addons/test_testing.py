"""The helpers that others' tests import: each check fails where it should."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import pytest

from loadstone.addons import options, register, register_all
from loadstone.addons.testing.layers import layer_test
from loadstone.addons.testing.serialization import check_config, check_metric_serialization
from loadstone.addons.utils import resource_loader

if TYPE_CHECKING:
    from pathlib import Path


class Forgetful(keras.metrics.Metric):  # type: ignore[misc]  # Keras has no types
    """Keeps an argument out of its configuration, or changes it there."""

    def __init__(self, to_add: float, name: str = "forgetful", dtype: str | None = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.to_add = to_add
        self.total = self.add_weight(name="total", initializer="zeros")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        del y_true, sample_weight
        self.total.assign_add(keras.ops.sum(y_pred) + self.to_add)

    def result(self) -> Any:
        return self.total

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **({} if self.to_add == 0 else {"to_add": self.to_add + 1})}


def test_a_metric_that_can_be_rebuilt() -> None:
    check_metric_serialization(keras.metrics.MeanAbsoluteError(), (2, 2), (2, 2))
    check_metric_serialization(keras.metrics.MeanAbsoluteError(), (2, 2, 2), (2, 2, 2), (2, 2, 1))
    check_metric_serialization(keras.metrics.MeanAbsoluteError(), np.ones((2, 2)), np.zeros((2, 2)))


def test_a_metric_that_forgets_an_argument() -> None:
    with pytest.raises(KeyError, match="to_add"):
        check_metric_serialization(Forgetful(0), (2,), (2,))
    with pytest.raises(AssertionError):
        check_metric_serialization(Forgetful(5), (2,), (2,))


def test_a_metric_whose_result_differs_although_its_state_is_the_same() -> None:
    class Offset(Forgetful):
        def result(self) -> Any:
            return self.total * self.to_add

        def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
            del y_true, sample_weight
            self.total.assign_add(keras.ops.sum(y_pred))

    with pytest.raises(ValueError, match="its copy"):
        check_metric_serialization(Offset(2), (2,), (2,))


def test_a_constructor_that_hides_its_arguments() -> None:
    class Hiding:
        def __init__(self, *args: int, **kwargs: int) -> None: ...

    with pytest.raises(KeyError, match=r"\*args"):
        check_config({}, Hiding, strict=True)
    check_config({"args": 1, "kwargs": 2}, Hiding, strict=False)


class Doubled(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    def __init__(self, factor: float = 2.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape: tuple[int, ...]) -> None:
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones")

    def call(self, inputs: Any) -> Any:
        return inputs * self.factor * self.scale

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "factor": self.factor}


def test_a_layer_that_is_in_order() -> None:
    data = np.arange(6, dtype="float32").reshape(2, 3)
    objects = {"Doubled": Doubled}
    output = layer_test(
        Doubled,
        kwargs={"factor": 3.0},
        input_data=data,
        expected_output=data * 3,
        expected_output_dtype="float32",
        expected_output_shape=(None, 3),
        custom_objects=objects,
        supports_masking=False,
    )
    np.testing.assert_allclose(output, data * 3)
    assert layer_test(Doubled, input_shape=(4, None, 2), custom_objects=objects, validate_training=False).shape[0] == 4
    assert layer_test(keras.layers.Flatten, input_shape=(2, 3), input_dtype="int32", validate_training=False).any()


@pytest.mark.parametrize(
    ("changes", "of_class"),
    [
        ({"expected_output": np.ones((2, 3))}, Doubled),
        ({"expected_output_dtype": "float16"}, Doubled),
        ({"expected_output_shape": (None, 4)}, Doubled),
        ({"expected_output_shape": (None, 3, 1)}, Doubled),
        ({"supports_masking": True}, Doubled),
    ],
)
def test_a_layer_that_is_not_what_was_expected(changes: dict[str, Any], of_class: type) -> None:
    with pytest.raises(AssertionError):
        layer_test(of_class, input_data=np.zeros((2, 3), "float32"), custom_objects={"Doubled": Doubled}, **changes)


def test_a_layer_without_input() -> None:
    with pytest.raises(ValueError, match="input_shape or input_data"):
        layer_test(Doubled)


def test_registering_again_does_nothing() -> None:
    before = dict(keras.saving.get_custom_objects())
    register_all()
    register.register_keras_objects()
    register.register_custom_kernels()
    assert keras.saving.get_custom_objects() == before


def test_the_switch_of_kernels_is_kept() -> None:
    assert not options.is_custom_kernel_disabled()
    options.disable_custom_kernel()
    assert options.is_custom_kernel_disabled()
    options.enable_custom_kernel()
    assert not options.is_custom_kernel_disabled()
    with pytest.warns(RuntimeWarning, match="the C\\+\\+ kernel of resampler"):
        options.warn_fallback("resampler")
    assert options.is_custom_kernel_disabled()
    options.enable_custom_kernel()


def test_the_folder_of_the_addons() -> None:
    assert resource_loader.get_path_to_datafile("version.py").endswith("addons/version.py")


CONFTEST = """
import loadstone.addons
loadstone.addons.install()
from tensorflow_addons.utils.test_utils import *
from tensorflow_addons.utils.test_utils import layer_test
"""

# What a project's own tests look like; one of each kind fails.
TESTS = """
import random, types
import keras, numpy as np, pytest, tensorflow as tf
from tensorflow_addons import options
from tensorflow_addons.utils import test_utils

def test_seed():
    assert random.randint(0, 10000) == 6311
    assert np.random.randint(0, 10000) == 2732
    assert tf.random.uniform([], 0, 10000, dtype=tf.int64).numpy() == 9457

@pytest.mark.usefixtures("maybe_run_functions_eagerly")
def test_twice():
    assert tf.config.functions_run_eagerly() in (True, False)

@pytest.mark.usefixtures("only_run_functions_eagerly")
def test_once():
    assert tf.config.functions_run_eagerly()

@pytest.mark.usefixtures("run_custom_and_py_ops")
def test_switch():
    assert options.is_custom_kernel_disabled() in (True, False)

@pytest.mark.usefixtures("run_with_mixed_precision_policy")
def test_policy():
    assert keras.mixed_precision.dtype_policy().name in ("float32", "mixed_float16")

@pytest.mark.parametrize("dtype", [tf.float16, tf.float32])
@pytest.mark.parametrize("flag", [True, False])
def test_names(dtype, flag, data_format):
    assert data_format.startswith("channels")

@pytest.mark.with_device(["cpu", "gpu", "no_device", tf.distribute.MirroredStrategy])
def test_devices(device):
    assert device in ("cpu", "no_device")

@pytest.mark.with_device(["tpu"])
def test_no_such_device(device):
    pass

def test_comparisons():
    test_utils.assert_not_allclose([1.0], [2.0])
    with pytest.raises(AssertionError):
        test_utils.assert_not_allclose([1.0], [1.0])
    half = np.float16([1.0])
    test_utils.assert_allclose_according_to_type(half, np.float32([1.0005]))
    with pytest.raises(AssertionError):
        test_utils.assert_allclose_according_to_type(np.float32([1.0]), np.float32([1.0005]))
    test_utils.assert_allclose_according_to_type(tf.constant([1.0], tf.bfloat16), np.float32([1.005]))

def test_classes():
    module = types.SimpleNamespace(Dense=keras.layers.Dense, Adam=keras.optimizers.Adam, Flatten=keras.layers.Flatten)
    assert test_utils.discover_classes(module, keras.layers.Layer, ["Dense"]) == [keras.layers.Flatten]

def test_gpus():
    with pytest.raises(SystemError):
        test_utils.gpus_for_testing()
"""


def test_others_tests_run_with_the_fixtures_and_hooks(tmp_path: Path) -> None:
    pytest.importorskip("tensorflow", reason="the fixtures are TensorFlow's")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_of_others.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-v", "-W", "ignore", "-p", "no:cacheprovider", "--skip-custom-ops", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 error" in done.stdout, done.stdout
    assert "21 passed, 2 skipped" in done.stdout, done.stdout
    assert "KeyError: \"device 'tpu'" in done.stdout
    assert "test_names[channels_first-cpu-no_flag-float16]" in done.stdout
