"""Every draw's whole path as a netCDF file, for those who ask for it: one variable a measure, with named axes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.results import ALL, Measure, Results

if TYPE_CHECKING:
    import xarray as xr


def write_draws(results: Results, path: Path) -> None:
    """Write the central run (draw 0) and every draw, one measure after the other.

    It takes about as much memory as the file is large: each measure is added to what is there.

    Parameters
    ----------
    results : Results
    path : Path
        A file that does not exist yet.

    Raises
    ------
    ModuleNotFoundError
        If xarray is not installed: ``pip install 'care-demand[draws]'``.
    """
    try:
        import xarray as xr
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("--keep-draws needs xarray: pip install 'care-demand[draws]'") from error
    about = {"title": results.title, "scenario": results.name, "price_basis": "money is in cash"}
    xr.Dataset(attrs=about).to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")
    for name in results.measures:
        variable(results, results[name]).to_netcdf(path, mode="a", engine="scipy", format="NETCDF3_64BIT")


def variable(results: Results, measure: Measure) -> xr.Dataset:
    """Return one measure as a data set of one variable, without the axes on which it is not split."""
    import xarray as xr

    time = "instant" if measure.kind == "stock" else "month"
    axes: Mapping[str, tuple[object, ...]] = {
        "draw": tuple(range(results.draws)),
        "area": results.areas,
        time: results.dates(measure.kind),
        f"placement_of_{measure.name}": measure.placements,
        "age_band": measure.age_bands,
    }
    whole = xr.DataArray(
        measure.values, dims=list(axes), coords={k: list(v) for k, v in axes.items()}, name=measure.name
    )
    split = whole.isel({axis: 0 for axis, labels in axes.items() if labels == (ALL,)}, drop=True)
    split.attrs = {"long_name": measure.title, "units": measure.unit}
    return split.to_dataset()
