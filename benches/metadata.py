"""
What `graphcancel drift` costs over published metadata of 30 MB: as OpenAPI in YAML, and as an OData model.

The files are made like those the unit tests read: what generators write, around the few lines that matter.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from benches.bench import Bench, Round, Row, Scale
from benches.running import command, of_tests
from benches.within import STATUS

SIZE, SMALL = 30_000_000, 300_000
CONTRACT = "event-cancel.v1.0"
HELD = (0, 15)
"""What `drift` ends with where it could read the file."""


@contextlib.contextmanager
def arrange(scale: Scale) -> Iterator[Round]:
    """Write the files."""
    size = SMALL if scale.quick else SIZE
    files = {
        "openapi": of_tests("large_description")(scale.folder / "v1.0.yaml", size),
        "csdl": of_tests("large_model")(scale.folder / "v1.0.csdl", size),
    }

    def measure() -> Mapping[str, float]:
        if not STATUS.exists():
            return {}
        found: dict[str, float] = {}
        for form, path in files.items():
            run = command("drift", f"--{form}", str(path), "--contract", CONTRACT, statuses=HELD)
            found |= {f"{form}-seconds": run.cpu, f"{form}-peak": run.peak}
        return found

    yield measure


def _rows() -> Iterator[Row]:
    for form, name in (("openapi", "OpenAPI in YAML"), ("csdl", "an OData model")):
        yield Row(f"{form}-seconds", f"drift over 30 MB of {name}, CPU time", "s", most=10.0, needs="Linux's /proc")
        yield Row(f"{form}-peak", "the most memory it has", "MB", most=200.0, needs="Linux's /proc")


METADATA = Bench("metadata", tuple(_rows()), rounds=3, minutes=0.5, arrange=arrange)
