"""What was published before of the same children: told on the screen, and taken from a register with `--against`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.cli.group import PROGRAM, refusing
from simulator.cli.screen import say
from simulator.vocabulary.printable import one_line

if TYPE_CHECKING:
    from simulator.disclosure.register import Earlier


def earlier_outputs(
    folder: Path,
    against: Path | None,
    areas: Collection[str] = (),
    *,
    by_returns: bool = True,
    children: Mapping[str, float] | None = None,
) -> tuple[Earlier, ...]:
    """Return the outputs of a register that are of the same children, and warn of others that lie beside a folder.

    Parameters
    ----------
    folder : Path
        Where the new output goes.
    against : Path or None
        The register.
    areas : collection of str
        Of the new output; none of an import.
    by_returns : bool
        Whether it is of a council's own returns.
    children : mapping of str to float, optional
        Those in care on past days by these returns, by which they are known under another name.
    """
    from simulator.disclosure.register import RegisterError, beside, register

    known: tuple[Earlier, ...] = ()
    if against is not None:
        with refusing(RegisterError, prefix=f"{PROGRAM}: --against: "):
            known = register(against)
    same = [found for one in known if (found := one.of(areas, by_returns=by_returns, children=children)) is not None]
    if same:
        say(f"Hidden with what was published before of the same children: {_named(same)}.", err=True)
    elif against is not None:
        say(f"Nothing in {one_line(against)} was published of the same children.", err=True)
    names = {one.name for one in known}
    others = [one for one in beside(folder) if one.name not in names]
    others = [one for one in others if one.of(areas, by_returns=by_returns, children=children)]
    if others:
        say(
            f"Warning: figures of the same children were published before, beside this folder: {_named(others)}. What "
            "each output hides, two can tell between them. Give --against the folder that holds the earlier ones, and "
            "what subtraction would tell is hidden; or publish one of them only.",
            err=True,
        )
    return tuple(same)


def _named(many: Collection[Earlier]) -> str:
    return ", ".join(one_line(one.name) for one in many)
