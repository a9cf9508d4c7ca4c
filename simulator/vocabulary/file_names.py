"""Names that a file or folder can have: Windows keeps some for itself, and drops or forbids some characters.

On Windows a file called `con.yaml` is the keyboard, `nul` swallows what is written, and `plan:2` is hidden in a file
called `plan`. Other systems take all of these.
"""

from __future__ import annotations

import os
from pathlib import PurePath

WINDOWS = os.name == "nt"

_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}
_DEVICES |= {f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"}
_FORBIDDEN = set('<>:"|?*') | {chr(code) for code in range(32)}


def unfit_on_windows(name: str) -> str:
    """Say what is wrong with the name of a file or folder on Windows; nothing if it is right."""
    device = name.partition(".")[0].partition(":")[0].rstrip(" ")
    if device.upper() in _DEVICES:
        return f"Windows keeps the name {device} for a device"
    if bad := next((character for character in name if character in _FORBIDDEN), ""):
        return f"Windows has no {bad!r} in names"
    if name != name.rstrip(". ") and name not in (".", ".."):
        return "Windows drops a dot or a space at the end of a name"
    return ""


def unfit(path: PurePath) -> str:
    """Say what is wrong with the names in a path on this system; nothing if they are right."""
    if not WINDOWS:
        return ""
    parts = path.parts[1:] if path.anchor else path.parts
    return next(filter(None, map(unfit_on_windows, parts)), "")
