"""Tables as pandas data frames, for those who work in Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from simulator.vocabulary.extras import install

if TYPE_CHECKING:
    import pandas as pd


def data_frame(rows: Iterable[Sequence[Any]], columns: Sequence[str]) -> pd.DataFrame:
    """Return rows as a data frame whose `date` is one.

    Raises
    ------
    ModuleNotFoundError
        If pandas is not installed: ``pip install 'care-demand[tables]'``.
    """
    try:
        import pandas as pd
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"to_frame needs pandas: {install('tables')}") from error
    table = pd.DataFrame(list(rows), columns=list(columns))
    return table.assign(date=pd.to_datetime(table["date"]))
