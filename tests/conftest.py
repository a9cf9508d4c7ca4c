"""What holds in every test."""

from collections.abc import Iterator
from typing import Any

import pytest
from schema_faults import faults

from simulator.scenario import LoadedScenario, read


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
