"""What the package promises as a whole: a free import, a façade, and documentation that works as shown."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import loadstone

ROOT = Path(__file__).resolve().parents[1]
COMMAND = re.compile(r"^\$ (.+)$", re.MULTILINE)


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300)


def test_importing_loadstone_imports_only_the_standard_library() -> None:
    code = "import sys; before = set(sys.modules); import loadstone; print(*set(sys.modules) - before)"
    roots = {name.partition(".")[0] for name in run(sys.executable, "-c", code).stdout.split()}
    assert "loadstone" in roots
    assert roots - {"loadstone"} <= sys.stdlib_module_names


def test_diagnosing_imports_no_framework() -> None:
    code = (
        "import sys, loadstone; loadstone.diagnose('examples/image_classifier.h5'); "
        "print(*{'keras', 'tensorflow', 'torch', 'jax', 'rich'} & set(sys.modules))"
    )
    done = run(sys.executable, "-c", code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", loadstone.__all__)
def test_every_name_of_the_facade_is_there(name: str) -> None:
    assert getattr(loadstone, name) is not None
    assert name in dir(loadstone)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'unheard_of'"):
        _ = loadstone.unheard_of


def test_the_commands_of_the_readme_do_what_it_shows(tmp_path: Path) -> None:
    for name in ("image_classifier.h5", "image_classifier.npz"):
        shutil.copyfile(ROOT / "examples" / name, tmp_path / name)
    readme = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```console\n(.*?)```", readme, re.DOTALL)
    shown = [(command, block) for block in blocks for command in COMMAND.findall(block)]
    assert [shlex.split(command)[0] for command, _ in shown] == ["python", "loadstone", "loadstone", "loadstone"]
    for (command, block), code in zip(shown, (1, 1, 0, 0), strict=True):
        done = run(*shlex.split(command), cwd=tmp_path)
        assert done.returncode == code, done.stderr
        printed = without_digits(done.stdout + done.stderr)
        for line in block.splitlines()[1:]:
            if line.strip() and not line.rstrip().endswith("..."):
                assert without_digits(line.strip()) in printed, f"{command} no longer prints: {line}"


def without_digits(text: str) -> str:
    """A report without the size of a difference within the tolerance, which is another on each kind of processor."""
    return re.sub(r"largest difference \S+,", "largest difference ...,", text)


def test_the_demo_runs() -> None:
    done = run(sys.executable, "examples/demo.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Unknown layer: 'Addons>WeightNormalization'" in done.stdout
    assert "LS301" in done.stdout
    difference = re.search(r"max abs difference .*: (\S+)$", done.stdout, re.MULTILINE)
    assert difference is not None
    assert float(difference[1]) <= 1e-5


def test_the_readme_stays_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 200
