"""The platforms' published descriptions of their APIs, where they are present."""

import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

SPECS = Path(__file__).parents[2] / "shared" / "specs"


@cache
def problems_by(name: str) -> Any:
    """The function ``problems`` of a checker of requests; None where it is not there."""
    path = SPECS / f"{name}.py"
    if not path.exists():
        return None
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.problems
