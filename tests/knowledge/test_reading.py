"""How the tables are read from sources: names followed, bases ordered, keywords found. On packages made up here."""

from __future__ import annotations

import textwrap

import pytest

from loadstone.knowledge import ObjectKind
from tasks.knowledge_arguments import Accepted, Arguments
from tasks.knowledge_registry import import_path, snake_case
from tasks.knowledge_source import Definition, Package, exports, registration


def package(**modules: str) -> Package:
    """A package ``p`` with these modules; ``__`` in a name stands for a dot."""
    files = {f"p/{name.replace('__', '/')}.py": textwrap.dedent(text) for name, text in modules.items()}
    return Package({"p/__init__.py": "", **files})


def named(found: Package, module: str, name: str) -> Definition:
    definition = found.lookup(module, name)
    assert isinstance(definition, Definition)
    return definition


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("from p.base import Thing", "p.base"),
        ("from .base import Thing", "p.base"),
        ("from . import base\nThing = base.Thing", "p.base"),
        ("import p.base as b\nThing = b.Thing", "p.base"),
        ("import p.base\nThing = p.base.Thing", "p.base"),
        ("from p.base import *", "p.base"),
        ("from p.base import Thing as Other\nThing = export('x')(Other)", "p.base"),
        ("from p.base import *\nfrom p.other import *", "p.other"),
        ("if now():\n  from p.base import Thing\nelse:\n  from p.other import Thing", "p.base"),
        ("if now():\n  from q import Nothing\nelse:\n  from p.other import Thing", "p.other"),
        ("try:\n  from p.base import Thing\nexcept ImportError:\n  from p.other import Thing", "p.base"),
        ("with quiet():\n  from p.base import Thing", "p.base"),
        ("Thing: type = None\nfrom p.other import Thing", "p.other"),
        ("class Thing: pass", "p.user"),
    ],
)
def test_a_name_is_followed(text: str, module: str) -> None:
    found = package(base="class Thing: pass", other="class Thing: pass", user=text)
    assert named(found, "p.user", "Thing").module == module


@pytest.mark.parametrize(
    "text", ["", "from p.absent import Thing", "Thing = 3", "Thing = Thing", "from p.user import Thing"]
)
def test_a_name_that_leads_nowhere(text: str) -> None:
    assert not isinstance(package(user=text).lookup("p.user", "Thing"), Definition)


def test_a_name_that_leads_out_of_the_package_is_text() -> None:
    found = package(user="import tensorflow as tf\nWrapper = tf.keras.layers.Wrapper\nclass A(Wrapper): pass")
    assert found.lookup("p.user", "Wrapper") == "tensorflow.keras.layers.Wrapper"
    assert found.foreign_bases(named(found, "p.user", "A")) == ("tensorflow.keras.layers.Wrapper",)


def test_bases_are_in_pythons_order() -> None:
    text = "class O: pass\nclass A(O): pass\nclass B(O): pass\nclass C(A, B): pass"
    scope: dict[str, type] = {}
    exec(text, scope)  # noqa: S102 - Python's own order of the same four classes
    found = package(user=text)
    names = [ancestor.name for ancestor in found.lineage(named(found, "p.user", "C"))]
    assert names == [ancestor.__name__ for ancestor in scope["C"].__mro__ if ancestor is not object]


BASE = """
    def validate(given, allowed):
        for name in given:
            if name not in allowed:
                raise TypeError(name)

    class Base:
        def __init__(self, name=None, **kwargs):
            validate(kwargs, {"shape", "dtype"})

    class Strict:
        def __init__(self, name=None, **kwargs):
            kwargs.pop("old", None)
            if kwargs:
                raise ValueError(kwargs)

    class Ranked(Base):
        def __init__(self, rank, size, **kwargs):
            super().__init__(**kwargs)
"""


@pytest.mark.parametrize(
    ("text", "names", "open_ended"),
    [
        ("class A(Base): pass", "name shape dtype", False),
        ("class A(Base):\n  def __init__(self, units): pass", "units", False),
        ("class A(Base):\n  def __init__(self, units, *, bias=True, **kwargs): super().__init__(**kwargs)",
         "units bias name shape dtype", False),
        ("class A(Base):\n  def __init__(self, units, **kwargs): Base.__init__(self, **kwargs)",
         "units name shape dtype", False),
        ("class A(Base):\n  def __init__(self, units, **kwargs): super(A, self).__init__(name='a', **kwargs)",
         "units shape dtype", False),
        ("class A(Ranked):\n  def __init__(self, size, **kwargs): super().__init__(1, size, **kwargs)",
         "size name shape dtype", False),
        ("class A(Ranked):\n  def __init__(self, *args, **kwargs): super().__init__(*args, **kwargs)",
         "rank size name shape dtype", False),
        ("class A(Base):\n  def __init__(self, **kwargs): kwargs.pop('x')\n", "x name shape dtype", True),
        ("class A(Strict): pass", "name old", False),
        (("class A(Strict):\n  def __init__(self, **kwargs):\n    if 'old' in kwargs: raise ValueError\n"
         "    super().__init__(**kwargs)"), "name", False),
        (("class A(Strict):\n  def __init__(self, **kwargs):\n    for key in ('a', 'b'): kwargs.pop(key)\n"
         "    super().__init__(**kwargs)"), "a b name old", False),
        ("class A:\n  def __init__(self, **kwargs):\n    rest = set(kwargs) - {'a'}\n    if rest: raise TypeError",
         "a", False),
        (("class A:\n  def __init__(self, **kwargs):\n    rest = [k for k in kwargs if k not in KNOWN]\n"
         "    if rest: raise TypeError\nKNOWN = ('a', 'b')"), "a b", False),
        (("class A:\n  def __init__(self, **kwargs): self._take(kwargs)\n"
         "  def _take(self, given):\n    given.pop('a')\n    if given: raise TypeError"), "a", False),
        (("class A(Base):\n  @classmethod\n  def from_config(cls, config):\n    config.pop('kind')\n"
         "    return cls(**config)"), "name shape dtype kind", False),
        ("class A(Base):\n  @classmethod\n  def from_config(cls, config):\n    return cls(name=config['title'])",
         "name shape dtype title", True),
        (("class A(Base):\n  @classmethod\n  def from_config(cls, config):\n    config.get('kind')\n"
         "    return super().from_config(config)"), "name shape dtype kind", False),
        (("class A(Base):\n  @classmethod\n  def from_config(cls, config):\n    revive(config, 'kind')\n"
         "    return cls(**config)\ndef revive(config, key): return config.pop(key)"), "name shape dtype kind", False),
        ("def A(x, alpha=1.0): pass", "x alpha", False),
        ("def A(x, **kwargs): pass", "x", True),
    ],
)  # fmt: skip
def test_keywords(text: str, names: str, open_ended: bool) -> None:  # noqa: FBT001 - a column of the table
    found = package(user=textwrap.dedent(BASE) + text)
    accepted = Arguments(found).of(named(found, "p.user", "A"))
    assert accepted == Accepted(frozenset(names.split()), open_ended)


def test_keywords_of_a_foreign_base() -> None:
    found = package(user="import tensorflow as tf\nclass A(tf.keras.layers.Layer):\n"
                         "  def __init__(self, units, **kwargs): super().__init__(**kwargs)")  # fmt: skip
    known = {"tensorflow.keras.layers.Layer": Accepted(frozenset({"name", "dtype"}))}
    assert Arguments(found, known.get).of(named(found, "p.user", "A")).names == {"units", "name", "dtype"}
    assert Arguments(found).of(named(found, "p.user", "A")).names == {"units"}


DECORATED = """
    @keras_export("keras.layers.A", "keras.layers.Alias", v1=["keras.old.A"])
    @register_keras_serializable(package="Acme")
    class A: pass

    @register_keras_serializable()
    class B: pass

    @utils.register_keras_serializable("Acme", name="See")
    class C: pass

    @put_bare
    def d(x): pass

    @other
    class E: pass
"""


@pytest.mark.parametrize(
    ("name", "expected"), [("A", "Acme>A"), ("B", "Custom>B"), ("C", "Acme>See"), ("d", "d"), ("E", None)]
)
def test_registered_names(name: str, expected: str | None) -> None:
    found = package(user=DECORATED)
    decorators = {"register_keras_serializable": "Custom", "put_bare": None}
    assert registration(named(found, "p.user", name), decorators) == expected


def test_public_names() -> None:
    found = package(user=DECORATED)
    public, private = named(found, "p.user", "A"), named(found, "p.user", "B")
    assert exports(public) == ("keras.layers.A", "keras.layers.Alias")
    assert found.exporting("keras.layers.Alias") == public
    assert found.exporting("keras.layers.B") is None
    assert import_path(public, ObjectKind.LAYER, "keras") == "keras.layers.A"
    assert import_path(public, ObjectKind.LAYER, "tensorflow") == "tensorflow.keras.layers.A"
    assert import_path(public, ObjectKind.LAYER, "tf-keras") == "tf_keras.layers.A"
    assert import_path(private, ObjectKind.LAYER, "keras") == "p.user.B"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("GlorotUniform", "glorot_uniform"), ("L1L2", "l1l2"), ("STFT", "stft"), ("MaxNorm", "max_norm"), ("AUC", "auc"),
     ("IoU", "io_u"), ("OneHotIoU", "one_hot_io_u"), ("TopKCategorical", "top_k_categorical")],
)  # fmt: skip
def test_function_spelling(name: str, expected: str) -> None:
    assert snake_case(name) == expected
