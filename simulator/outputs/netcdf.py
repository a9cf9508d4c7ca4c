"""Every draw's whole path as a netCDF file, for those who ask for it: one variable a measure, with named axes."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.results.quantities import Quantity
from simulator.results.results_protocol import Results
from simulator.vocabulary.axes import AGE_BANDS
from simulator.vocabulary.extras import install
from simulator.vocabulary.labels import ALL

if TYPE_CHECKING:
    import xarray as xr

Array = NDArray[np.float64]

DRAWS_AT = 4
"""Where a file of this format says how many records it has, which are the draws."""


def write_draws(results: Results, path: Path) -> None:
    """Write the central run (draw 0) and every draw, one after the other, so that no more than a block is in memory.

    Draws are the records of the file. xarray writes the first, and so the head; what follows are the variables of each
    record, one behind the other.

    Parameters
    ----------
    results : Results
    path : Path
        A file that does not exist yet.

    Raises
    ------
    ModuleNotFoundError
        If xarray is not installed: ``pip install 'care-demand[draws]'``.
    ValueError
        If no run is held, or draws were not kept in full.
    """
    try:
        import xarray as xr
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"--keep-draws needs xarray: {install('draws')}") from error
    from scipy.io import netcdf_file

    about = {"title": results.title, "scenario": results.name, "price_basis": "money is in cash"}
    runs = results.in_full()
    if (central := next(runs, None)) is None:
        raise ValueError("no run is held in full")
    first = xr.merge([_variable(results, results[name], values) for name, values in central.items()])
    first.assign_attrs(about).to_netcdf(path, engine="scipy", format="NETCDF3_64BIT", unlimited_dims=["draw"])
    with netcdf_file(path, mmap=False) as head:
        names = [name for name, variable in head.variables.items() if variable.isrec]
    draws = 1
    with path.open("r+b") as file:
        file.seek(0, 2)
        for run in runs:
            file.write(b"".join(_record(name, draws, run) for name in names))
            draws += 1
        file.seek(DRAWS_AT)
        file.write(struct.pack(">i", draws))


def _record(name: str, draw: int, run: Mapping[str, Array]) -> bytes:
    """Return a variable of a draw: its number, or a measure."""
    return struct.pack(">i", draw) if name == "draw" else run[name].astype(">f8").tobytes()


def _ages(measure: Quantity) -> str:
    """Return the name of the axis of ages: of those in care, or of those whom a measure alone tells apart."""
    return "age_band" if set(measure.age_bands) <= {ALL, *AGE_BANDS} else f"age_band_of_{measure.name}"


def _variable(results: Results, measure: Quantity, values: Array) -> xr.Dataset:
    """Return a data set of one measure, (area, time, placement, age band), without axes on which it is not split."""
    import xarray as xr

    time = "instant" if measure.kind == "stock" else "month"
    axes: Mapping[str, tuple[object, ...]] = {
        "draw": (0,),
        "area": results.areas,
        time: results.dates(measure.kind),
        f"placement_of_{measure.name}": measure.placements,
        _ages(measure): measure.age_bands,
    }
    coords = {name: list(labels) for name, labels in axes.items()}
    whole = xr.DataArray(values[None], dims=list(axes), coords=coords, name=measure.name)
    split = whole.isel({axis: 0 for axis, labels in axes.items() if labels == (ALL,)}, drop=True)
    split.attrs = {"long_name": measure.title, "units": measure.unit}
    return split.to_dataset()
