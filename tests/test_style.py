"""The shape of the code: one-way imports, small files, and nothing about the machine it was written on."""

import ast
import subprocess
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "ragdigest"
FILES = sorted(p for p in PACKAGE.rglob("*.py"))
#: Rooms from upstream to downstream; a module imports only from rooms at or before its own.
ROOMS = ["errors", "records", "words", "reading", "passages", "encoders", "index", "retrieval", "answers", "llm", "library", "adding", "cli"]
BESIDE = {"fetching": "reading", "checks": "adding", "terms": "adding", "evaluation": "adding", "chat": "adding", "research": "adding", "training": "encoders", "__init__": "library"}


def room_of(module: str) -> int:
    top = module.split(".", maxsplit=1)[0]
    return ROOMS.index(BESIDE.get(top, top))


def imports_of(path: Path) -> set[str]:
    """Modules of the package that a file imports, by their path below it; those for type checkers aside."""
    here = path.relative_to(PACKAGE).with_suffix("").parts
    out = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = here[: len(here) - node.level]
            names = [node.module] if node.module else [alias.name for alias in node.names]
            out |= {".".join([*base, *name.split(".")]) for name in names}
    return {name for name in out if name}


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_one_way(path: Path) -> None:
    here = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    if here == "__init__":
        return
    later = {name for name in imports_of(path) if room_of(name) > room_of(here)}
    assert not later
    if here.startswith("training"):
        assert not any(name.startswith(("index", "retrieval", "answers", "llm", "library", "cli")) for name in imports_of(path))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_files_are_short_and_say_what_they_do(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    assert not text.strip() or ast.get_docstring(ast.parse(text))


def test_all_of_the_package_is_sorted_and_there() -> None:
    import ragdigest

    assert ragdigest.__all__ == sorted(ragdigest.__all__)
    assert all(hasattr(ragdigest, name) for name in ragdigest.__all__)


def test_nothing_in_the_repository_names_the_machine() -> None:
    root = PACKAGE.parent
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False).stdout.split("\0")
    words = ["/" + "work/", "/opt/" + "wheels", "/opt/" + "pypi"]
    for name in tracked:
        path = root / name
        if path.is_file() and path.suffix in {".py", ".md", ".toml", ".txt", ".tsv", ".ipynb", ""} and path.stat().st_size < 2_000_000:
            text = path.read_text(encoding="utf-8", errors="ignore")
            assert not [w for w in words if w in text], name
