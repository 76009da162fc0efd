"""Everything that TensorFlow Addons' releases offered is here, under its name, and takes its arguments.

The table is read from the wheels by ``tasks/addons_api.py``.
"""

from __future__ import annotations

import ast
import inspect
import json
import operator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone.addons as tfa
from tasks import docs_addons

if TYPE_CHECKING:
    from collections.abc import Callable

TABLE: dict[str, dict[str, str]] = json.loads(Path(__file__).with_name("public_api.json").read_text(encoding="utf-8"))
LAST = "0.23.0"
KINDS: dict[str, Callable[[Any], bool]] = {
    "class": inspect.isclass,
    "function": callable,
    "constant": lambda thing: thing is not None,
}

# Names that only releases before the last one have, and what became of them.
GONE = {
    "options.FALLBACK_WARNING_TEMPLATE": "the text of a warning about C++ kernels",
    "options.TF_ADDONS_PY_OPS": "is_custom_kernel_disabled() says it",
}


def arguments_of(signature: str) -> list[tuple[str, Any]]:
    """The names of the arguments that a signature can be called with by position, and the source of their defaults."""
    function = ast.parse(f"def f({signature}): ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    positional = [*function.args.posonlyargs, *function.args.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(function.args.defaults))
    defaults = [*missing, *function.args.defaults]
    return [(each.arg, default) for each, default in zip(positional, defaults, strict=True)]


def value_of(default: ast.expr) -> Any:
    """The value of a default, of a constant such as ``Reduction.NONE`` its name in lower case."""
    try:
        return comparable(ast.literal_eval(default))
    except ValueError:
        return ast.unparse(default).rpartition(".")[2].lower()


def comparable(value: Any) -> Any:
    """A default as it is compared: lists are tuples here, so that nobody changes them."""
    return tuple(value) if isinstance(value, list) else value


@pytest.mark.parametrize("symbol", sorted(set(TABLE) - set(GONE)))
def test_it_is_there(symbol: str) -> None:
    found = operator.attrgetter(symbol)(tfa)
    assert KINDS[TABLE[symbol]["kind"]](found)


@pytest.mark.parametrize("symbol", sorted(name for name, row in TABLE.items() if row["signature"]))
def test_it_takes_the_same_arguments(symbol: str) -> None:
    found = operator.attrgetter(symbol)(tfa)
    ours = list(inspect.signature(found).parameters.values())
    for position, (name, default) in enumerate(arguments_of(TABLE[symbol]["signature"])):
        assert position < len(ours), f"{name} is not taken"
        parameter = ours[position]
        assert parameter.name == name
        assert parameter.kind in {parameter.POSITIONAL_OR_KEYWORD, parameter.POSITIONAL_ONLY}
        if default is None:
            assert parameter.default is parameter.empty, name
        else:
            assert comparable(parameter.default) == value_of(default), name


def test_what_is_gone_was_gone_before_the_last_release() -> None:
    assert [name for name in GONE if TABLE[name]["last"] == LAST] == []


@pytest.mark.parametrize("symbol", sorted(name for name, row in TABLE.items() if row["last"] == LAST))
def test_it_is_compared_with_the_original_or_tested(symbol: str) -> None:
    told = docs_addons.evidence().get(symbol, {})
    if "test" in told:
        module, _, name = told["test"].partition("::")
        assert f"def {name}(" in Path(__file__).with_name(module).read_text(encoding="utf-8")
    else:
        assert docs_addons.golden(symbol)


def test_the_page_is_up_to_date() -> None:
    assert docs_addons.PAGE.read_text(encoding="utf-8") == docs_addons.page(), "run: python tasks/docs.py"
    assert set(docs_addons.evidence()) <= set(TABLE)
