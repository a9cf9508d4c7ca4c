"""Lines that several charts share: published figures, projections with their fans, and claims of others."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from simulator.outputs.charts import style
from simulator.outputs.charts.layout import Sheet
from simulator.outputs.charts.series import Course


def draw_history(axes: Axes, series: Course, colour: str = style.HISTORY) -> None:
    """Draw published figures: a solid line."""
    axes.plot(series.at, series.middle, color=colour, linewidth=2.4, zorder=3, gid="history")


def draw_projection(
    axes: Axes, series: Course, colour: str, *, dashed: bool = True, width: float = 2.4, fan: bool = True,
    widest: bool = False, joins: Course | None = None,
) -> None:  # fmt: skip
    """Draw a projection: a line over its fan, the median of draws where there are some.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    series : Course
    colour : str
    dashed : bool
        As where published figures stand beside it.
    width : float
        Points.
    fan, widest : bool
        Whether to shade bands of draws, and whether only the widest (fans that cross are hard to tell apart).
    joins : Course, optional
        Published figures; if they end a year before the projection starts, a thin line joins the two.
    """
    bands = zip(series.bands()[: 1 if widest else None], (0.16, 0.28), strict=False) if fan else ()
    for (low, high), alpha in bands:
        axes.fill_between(series.at, low, high, color=colour, alpha=alpha, linewidth=0, zorder=1, gid="fan")
    line_style = (0, (4, 1.4)) if dashed else "-"
    axes.plot(
        series.at,
        series.middle,
        color=colour,
        linewidth=width,
        linestyle=line_style,
        zorder=4,
        gid="projection",
    )
    if joins is not None and 0 < series.at[0] - joins.at[-1] < 1.01:
        ends = ([joins.at[-1], series.at[0]], [joins.middle[-1], series.middle[0]])
        axes.plot(*ends, color=colour, linewidth=1.2, linestyle=":", zorder=3, gid="join")


def mark_start(axes: Axes, at: float, text: str) -> None:
    """Mark where a projection starts, with words at the top of the panel, on the side that has room."""
    axes.axvline(at, color=style.PALETTE["mid_grey"], linewidth=0.9, zorder=0, gid="start")
    low, high = axes.get_xlim()
    left = high - at < 0.22 * (high - low)
    axes.annotate(
        text, (at, 1.0), xycoords=("data", "axes fraction"), xytext=(-6 if left else 6, 0),
        textcoords="offset points", ha="right" if left else "left", va="top", color=style.QUIET,
        fontsize=style.FOOTER, gid="start",
    )  # fmt: skip


def mark_claims(sheet: Sheet, axes: Axes, claims: Sequence[tuple[float, float, str]]) -> None:
    """Mark published projections that a scenario replicates: a diamond and its label."""
    colour = style.PALETTE["dark_pink"]
    for at, value, label in claims:
        axes.plot([at], [value], marker="D", markersize=8, color=colour, linestyle="none", zorder=6, gid="claim")
        sheet.callout(axes, at, value, label, colour)
