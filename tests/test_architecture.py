"""Which way things point: the diagram of README's architecture section, as a table that the imports are held against."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
STANDARD = {
    "__future__",
    "argparse",
    "array",
    "ast",
    "binascii",
    "bisect",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "fractions",
    "functools",
    "gc",
    "gzip",
    "hashlib",
    "heapq",
    "importlib",
    "itertools",
    "json",
    "math",
    "operator",
    "pathlib",
    "random",
    "re",
    "resource",
    "shlex",
    "string",
    "sys",
    "textwrap",
    "time",
    "tracemalloc",
    "types",
    "typing",
    "unicodedata",
    "zlib",
}
THIRD_PARTY = {"msgspec", "yaml"}
ONLY_IN = {
    "random": {"simulation.engine"},
    "time": {"simulation.bench"},
    "datetime": {"simulation.api.wire"},
    "yaml": {"simulation.api.documents"},
}
"""Chance has one source; only the benchmark looks at a clock, datetime only writes given times; YAML comes in by one door."""

FOUNDATION = {"engine", "objects", "stages", "pods", "nodes"}
MAY_IMPORT = {
    "engine": set(),
    "objects": set(),
    "layers": set(),
    "stages": {"engine", "objects"},
    "pods": {"engine", "objects"},
    "nodes": {"objects"},
    "nodemarks": {"objects"},
    "events": FOUNDATION | {"layers"},
    "ledger": FOUNDATION,
    "states": FOUNDATION,
    "store": FOUNDATION | {"events"},
    "api": FOUNDATION | {"store", "controllers.deployment.util"},
    "controllers": FOUNDATION | {"store", "ledger", "api"},
    "scheduler": FOUNDATION | {"store", "ledger"},
    "podstatus": FOUNDATION,
    "kubelet": FOUNDATION | {"podstatus", "store"},
    "machine": FOUNDATION | {"store"},
    "drain": FOUNDATION | {"store", "api"},
    "fleet": FOUNDATION | {"store", "ledger", "api", "controllers", "kubelet", "machine", "drain"},
    "chance": set(),
    "latency": {"chance"},
    "traffic": FOUNDATION | {"store", "chance", "latency", "proxy", "kubelet", "controllers.endpointslice"},
    "cluster": FOUNDATION
    | {"store", "ledger", "states", "events", "api", "controllers", "scheduler", "kubelet", "machine", "fleet", "traffic"},
    "act": FOUNDATION | {"store", "api"},
    "requests": FOUNDATION | {"store", "api", "act"},
    "inside": FOUNDATION | {"store", "api", "act", "kubelet"},
    "commands": FOUNDATION | {"store", "api", "act", "requests", "inside", "drain", "controllers.deployment.util", "pods"},
    "kubectl": FOUNDATION | {"store", "events", "cluster", "api", "controllers.deployment.util", "commands", "drain", "inside", "proxy"},
    "proxy": FOUNDATION,
    "hearing": {"traffic"},
    "verdict": {"latency", "traffic"},
}
"""simulation/: what each part may know. Everything else (scenario, recording, conformance, bench) sits on top and may know all of it."""

TOP = {
    "scenario",
    "lesson",
    "conditions",
    "recording",
    "tape",
    "copies",
    "conformance",
    "bench",
    "forecast",
    "questions",
    "switching",
    "links",
    "foresight",
    "upcoming",
    "fate",
    "walk",
}


def modules():
    for path in sorted((ROOT / "simulation").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        yield pytest.param(name, path, id=name)


def imports(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names) if node.module in PACKAGES else (node.module,)


PACKAGES = {"simulation", "simulation.api", "simulation.controllers", "simulation.controllers.deployment", "simulation.kubectl"}


@pytest.mark.parametrize(("name", "path"), list(modules()))
def test_the_simulation_knows_no_django_no_loop_and_no_clock(name, path):
    for module in imports(path):
        root = module.partition(".")[0]
        assert root in STANDARD | THIRD_PARTY | {"simulation"}, f"{name} imports {module}"
        if root in ONLY_IN:
            assert name in ONLY_IN[root], f"{name} imports {module}"


@pytest.mark.parametrize(("name", "path"), list(modules()))
def test_imports_point_one_way(name, path):
    part = name.removeprefix("simulation").removeprefix(".")
    room = part.partition(".")[0]
    if not part or room in TOP:
        return
    allowed = MAY_IMPORT[room] | {room}
    for module in imports(path):
        if module.startswith("simulation."):
            target = module.removeprefix("simulation.")
            assert any(target == a or target.startswith(a + ".") for a in allowed), f"{name} imports {module}"


def test_controllers_are_peers():
    """They meet in the store: none imports another; the Deployment controller's files are one controller."""
    for path in sorted((ROOT / "simulation" / "controllers").glob("*.py")):
        others = {p.stem for p in path.parent.glob("*.py")} - {path.stem, "__init__"}
        for module in imports(path):
            assert module.removeprefix("simulation.controllers.") not in others, f"{path.name} imports {module}"
