"""How the keys that ``get_config`` writes are read from sources: on packages made up here, and against Python."""

from __future__ import annotations

import textwrap
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.knowledge_arguments import Arguments
from tasks.knowledge_config import Caller, Configurations
from tasks.knowledge_mappings import Keys
from tasks.knowledge_source import Definition, Package

BASE = """
    import copy

    def default(function):
        return function

    def caching(cell):
        if cell.caches:
            return {"caching": True}
        return {}

    def network(model, config=None):
        config = config or {}
        config["layers"] = [each.get_config() for each in model.layers]
        return config

    class Operation:
        def __new__(cls, *args, **kwargs): ...

        @default
        def get_config(self):
            config = {"name": self.name}
            if not is_default(self.get_config):
                return config
            if self._auto_config is not None:
                extra = set(config)
                config.update(self._auto_config.config)
                if self.strict:
                    for key in extra:
                        config.pop(key, None)
                return config
            raise NotImplementedError

    class Layer(Operation):
        def __init__(self, name=None, dtype=None): ...

        @default
        def get_config(self):
            base = super().get_config()
            config = {"trainable": self.trainable, "dtype": self.dtype}
            if hasattr(self, "shape"):
                config["shape"] = self.shape
            return {**base, **config}

    class Wrapper:
        def __init__(self, function, name=None, **kwargs):
            self.function = function
            self._kwargs = kwargs

        def get_config(self):
            config = {}
            if type(self) is Wrapper:
                config["fn"] = self.function
            for key, value in self._kwargs.items():
                config[key] = evaluated(value) if is_tensor(value) else value
            return dict(list({"name": self.name}.items()) + list(config.items()))

    class Old:
        def get_config(self): return {"name": self.name}
"""


def keys(always: str, sometimes: str = "") -> Keys:
    return Keys(frozenset(always.split()), frozenset(sometimes.split()))


def read(text: str, name: str = "A") -> Keys | None:
    """What a class writes that ``text`` defines beside the classes above."""
    package = Package({"p/__init__.py": "", "p/user.py": textwrap.dedent(BASE) + textwrap.dedent(text)})
    definition = package.lookup("p.user", name)
    assert isinstance(definition, Definition)
    return Configurations(package, Arguments(package)).of(definition)


def body(base: str, *lines: str) -> str:
    """A class whose ``get_config`` has these lines."""
    return f"class A({base}):\n  def get_config(self):\n" + "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (body("Layer", "return {'a': 1, 'b': 2}"), keys("a b")),
        (body("Layer", "c = super().get_config()", "c.update({'a': 1})", "return c"),
         keys("name trainable dtype a", "shape")),
        (body("Layer", "c = super().get_config()", "c.update(a=1)", "c['b'] = 2", "del c['dtype']", "return c"),
         keys("name trainable a b", "shape")),
        (body("Layer", "b = super(A, self).get_config()", "return dict(list(b.items()) + list({'a': 1}.items()))"),
         keys("name trainable dtype a", "shape")),
        (body("Layer", "return {**super().get_config(), 'a': 1}"), keys("name trainable dtype a", "shape")),
        (body("Layer", "return super().get_config() | {'a': 1}"), keys("name trainable dtype a", "shape")),
        (body("Layer", "c = Layer.get_config(self)", "c.pop('name')", "return c"), keys("trainable dtype", "shape")),
        (("class B(Layer):\n  def get_config(self): return {'b': 1}\n"
          + body("B", "return {**super(B, self).get_config(), 'a': 1}")), keys("name trainable dtype a", "shape")),
        (body("Layer", "c = {'a': 1}", "if self.x: c['b'] = 2", "return c"), keys("a", "b")),
        (body("Layer", "c = {'a': 1}", "if self.x: c['b'] = 2", "else: c['b'] = 3", "return c"), keys("a b")),
        (body("Layer", "if self.x: return {'a': 1}", "return {'a': 1, 'b': 2}"), keys("a", "b")),
        (body("Layer", "if self.x: raise ValueError", "return {'a': 1}"), keys("a")),
        (body("Layer", "return {'a': 1} if self.x else {'b': 1}"), keys("", "a b")),
        (body("Layer", "c = {'a': 1}", "c.update(caching(self.cell))", "return c"), keys("a", "caching")),
        (body("Layer", "return copy.deepcopy(network(self))"), keys("layers")),
        (body("Layer", "c = {'a': 1}", "return network(self, config=c)"), keys("a layers")),
        (body("Layer", "c = {}", "for k in ('a', 'b'): c[k] = getattr(self, k)", "return c"), keys("a b")),
        (body("Layer", "return {k: getattr(self, k) for k in ['a', 'b']}"), keys("a b")),
        (body("Layer", "c = {'a': 1, 'b': 2}", "return {k: v for k, v in c.items() if v}"), keys("", "a b")),
        (body("Layer", "c = {'a': 1}", "for each in self.x: c['b'] = each", "return c"), keys("a", "b")),
        (body("Layer", "c = {'a': 1}", "try: c['b'] = 1", "except ValueError: pass", "return c"), keys("a", "b")),
        (body("Layer", "with scope():", "  c = {'a': 1}", "return c"), keys("a")),
        (body("Layer", "c: dict = {'a': 1}", "c |= {'b': 1}", "c.setdefault('d', 1)", "return c"), keys("a b d")),
        (body("Layer", "c = {'a': 1, 'b': 2}", "c.pop(self.key)", "return c"), keys("", "a b")),
        (body("Layer", "return self._own()") + "  def _own(self): return {'a': 1}\n", keys("a")),
        ("class A(Layer): pass", keys("trainable dtype", "name shape")),
        ("class A(Operation):\n  def __init__(self, axis, *, name=None): ...", keys("", "name axis")),
        ("class A(Operation):\n  def __init__(self, axis): ...\n  def get_config(self): return super().get_config()",
         keys("name")),
        ("class A(Wrapper):\n  def __init__(self, name='a', axis=1):\n    super().__init__(f, name=name, axis=axis)",
         keys("name axis")),
        (("class B(Wrapper):\n  def __init__(self, size, **kwargs):\n    super().__init__(f, size=size, **kwargs)\n"
          "class A(B):\n  def __init__(self, name=None):\n    super().__init__(3, name=name, axis=1)"),
         keys("name size axis")),
        ("class A(Old): pass", keys("name")),
        # What cannot be followed is unknown.
        ("class A(Wrapper): pass", None),
        ("class A: pass", None),
        (body("Layer", "return self.cell.get_config()"), None),
        (body("Layer", "c = {'a': 1}", "c.update(self.settings)", "return c"), None),
        (body("Layer", "return {self.key: 1}"), None),
        (body("Layer", "c = {}", "for k in self.names: c[k] = 1", "return c"), None),
        (body("Layer", "return unknown(self)"), None),
        (body("Layer", "return [1]"), None),
        (body("Layer", "raise NotImplementedError"), None),
        (body("Layer", "return self.get_config()"), None),
        ("def A(x): pass", None),
    ],
)  # fmt: skip
def test_keys(text: str, expected: Keys | None) -> None:
    assert read(text) == expected


def test_keys_of_a_foreign_base() -> None:
    text = (
        "import keras\nclass A(keras.layers.Layer):\n"
        "  def __init__(self, units, **kwargs): super().__init__(units, name='a', **kwargs)\n"
        "  def get_config(self): return {**super().get_config(), 'units': 1}\n"
        "class B(A):\n  def __init__(self): super().__init__(1, axis=1)\n"
    )
    asked: list[tuple[str, Caller, int]] = []

    def foreign(path: str, caller: Caller, start: int) -> Keys:
        asked.append((path, caller, start))
        return keys("name", "shape")

    package = Package({"p/__init__.py": "", "p/user.py": text})
    definition = package.lookup("p.user", "B")
    assert isinstance(definition, Definition)
    assert Configurations(package, Arguments(package), foreign).of(definition) == keys("name units", "shape")
    caller = Caller(definition=definition, default=False, parameters=frozenset(), passed=keys("name axis"))
    assert asked == [("keras.layers.Layer", caller, 0)]


def test_keywords_kept_by_a_foreign_base() -> None:
    base = Package({"k/__init__.py": "", "k/user.py": textwrap.dedent(BASE)})
    wrapper = base.lookup("k.user", "Wrapper")
    assert isinstance(wrapper, Definition)
    answers = Configurations(base, Arguments(base))
    text = "import k\nclass A(k.user.Wrapper):\n  def __init__(self): super().__init__(f, name='a', axis=1)\n"
    package = Package({"p/__init__.py": "", "p/user.py": text})
    definition = package.lookup("p.user", "A")
    assert isinstance(definition, Definition)
    reader = Configurations(
        package, Arguments(package), lambda _, caller, start: answers.inherited(wrapper, caller, start)
    )
    assert reader.of(definition) == keys("name axis")


NAMES = st.sampled_from("abcd")
SIMPLE = st.one_of(
    NAMES.map("config['{}'] = 1".format),
    NAMES.map("config.update({{'{}': 1}})".format),
    NAMES.map("config.update({}=1)".format),
    NAMES.map("config.pop('{}', None)".format),
    NAMES.map("config = {{**config, '{}': 1}}".format),
    NAMES.map("config = dict(list(config.items()) + list({{'{}': 1}}.items()))".format),
    NAMES.map("config.setdefault('{}', 1)".format),
    st.just("config = {key: value for key, value in config.items() if self.coin()}"),
    st.just("config = self.helper(config)"),
    st.just("return config"),
)


def nested(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    def block(head: str) -> st.SearchStrategy[list[str]]:
        return inner.map(lambda lines: [head, *(f"  {line}" for line in lines)])

    branches = st.tuples(block("if self.coin():"), block("else:")).map(lambda pair: [*pair[0], *pair[1]])
    loops = st.one_of(block("for key in ('a', 'b'):"), block("for key in self.some():"), block("with self.scope():"))
    return st.lists(st.one_of(branches, loops, SIMPLE.map(lambda line: [line])), min_size=1, max_size=4).map(
        lambda blocks: [line for lines in blocks for line in lines]
    )


BODIES = st.recursive(SIMPLE.map(lambda line: [line]), nested, max_leaves=8)

RUNNABLE = """
class Base:
    def get_config(self):
        config = {"a": 1}
        if self.coin():
            config["d"] = 1
        return config

    def helper(self, given):
        if self.coin():
            given["b"] = 1
        return given
"""


@given(BODIES, st.lists(st.booleans(), min_size=32, max_size=32))
def test_what_python_does_lies_within_what_is_read(lines: list[str], coins: list[bool]) -> None:
    """Whatever a body does when it runs: every key was foreseen, and no certain one is missing."""
    whole = ["config = super().get_config()", *lines, "return config"]
    text = RUNNABLE + "class A(Base):\n  def get_config(self):\n" + "".join(f"    {line}\n" for line in whole)
    package = Package({"p/__init__.py": "", "p/user.py": text})
    definition = package.lookup("p.user", "A")
    assert isinstance(definition, Definition)
    found = Configurations(package, Arguments(package)).of(definition)
    scope: dict[str, Any] = {}
    exec(text, scope)  # noqa: S102 - Python's own answer for the same source
    tossed = iter(coins * 8)
    one = scope["A"]()
    one.coin = lambda: next(tossed)
    one.some = lambda: [1] if next(tossed) else []
    one.scope = Scope
    written = set(one.get_config())
    assert found is not None
    assert found.always <= written <= found.every
    assert not found.always & found.sometimes


class Scope(SimpleNamespace):
    """A context manager that does nothing."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass
