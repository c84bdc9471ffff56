"""The house rules as tests: which room may import which, and what no file may do (design of the house in README.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "risk": set(),
    "kyc": {"risk"},
    "loading_monitor": {"risk"},
    "databases": {"risk", "kyc", "loading_monitor"},
    "integrations": {"risk", "kyc", "loading_monitor"},
    "tradewarden": {"risk", "kyc", "loading_monitor", "databases", "integrations"},
}
WEB = {"fastapi", "starlette", "uvicorn", "httpx", "requests", "kafka"}
FORBIDDEN = {
    "risk": WEB | {"sqlalchemy", "cv2", "os", "random", "secrets", "time", "socket", "subprocess", "pathlib", "io"},
    "kyc": WEB | {"sqlalchemy", "cv2", "os", "random", "secrets", "time", "socket", "subprocess"},
    "loading_monitor": WEB | {"sqlalchemy"},
    "databases": WEB,
    "integrations": {"sqlalchemy", "alembic", "fastapi", "starlette"},
    "tradewarden": set(),
}
SOURCES = [
    (room, path)
    for room in ROOMS
    for path in sorted((ROOT / ("platform/tradewarden" if room == "tradewarden" else room)).rglob("*.py"))
]


def imported(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node


@pytest.fixture(params=SOURCES, ids=lambda source: str(source[1].relative_to(ROOT)))
def source(request):
    room, path = request.param
    return room, path, ast.parse(path.read_text(encoding="utf-8"))


def test_rooms_import_only_below(source):
    room, _, tree = source
    ours = {name.split(".")[0] for name, _ in imported(tree)} & set(ROOMS)
    assert ours - {room} <= ROOMS[room]


def test_rooms_keep_their_promises(source):
    room, _, tree = source
    assert not {name.split(".")[0] for name, _ in imported(tree)} & FORBIDDEN[room]


def test_no_import_inside_functions(source):
    _, _, tree = source
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert not [f.name for f in functions if any(imported(f))]


def test_files_stay_short(source):
    _, path, _ = source
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_commit_only_in_the_unit_of_work(source):
    room, path, tree = source
    commits = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in {"commit", "begin_nested"}]
    allowed = room == "databases" and path.name in {"unit_of_work.py", "engine.py", "env.py"}
    assert allowed or not commits or (room == "integrations" and path.parent.name == "kafka")


def test_environment_is_read_in_settings_only(source):
    _, path, tree = source
    reads = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in {"environ", "getenv"}]
    assert not reads or path.name == "settings.py"


def test_nothing_is_swallowed(source):
    _, _, tree = source
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    assert not [h.lineno for h in handlers if h.type is None or all(isinstance(s, ast.Pass) for s in h.body)]


def test_no_vague_module_names(source):
    _, path, _ = source
    assert path.stem not in {"utils", "helpers", "manager", "service"}


def test_platform_is_no_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_tests_are_no_packages():
    assert not list((ROOT / "tests").rglob("__init__.py"))
