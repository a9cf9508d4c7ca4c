"""What holds in every test."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before numpy is loaded: as the commands have it, so that the last digits agree

from schema_faults import faults  # noqa: E402

from simulator.scenario import LoadedScenario, read  # noqa: E402


@pytest.fixture(scope="session", autouse=True)
def schema_takes_what_the_reader_takes() -> Iterator[None]:
    """Hold the JSON Schema to every scenario that any test reads without a fault."""

    def checked(**values: Any) -> LoadedScenario:
        file = values["files"][0]  # a parent need not be legal by itself
        assert faults(file.text) == [], f"the schema refuses {file.path}, which is legal"
        return LoadedScenario(**values)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(read, "LoadedScenario", checked)
        yield
