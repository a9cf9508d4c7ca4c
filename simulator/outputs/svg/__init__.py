"""Charts as SVG, drawn without any library: the same for the page, the report and the statement.

A chart is made in two steps. :mod:`.plots` takes results and says what is shown (:class:`.plot.Plot`: a finding, a
sentence, lines with their bands, and how numbers are written); :func:`.draw_plot.draw` makes SVG of that, for any
width, and :func:`.draw_plot.cursor` and :func:`.plot_table.table` give the same figures to a keyboard and to a table.

    from simulator.outputs.svg import draw, plots

    for plot in plots(results):
        page += draw(plot, width=760)
"""

from __future__ import annotations

from simulator.outputs.svg.compared_plots import compared_plots
from simulator.outputs.svg.draw_plot import cursor, draw
from simulator.outputs.svg.plot import Plot, PlotPanel, Trace
from simulator.outputs.svg.plot_table import PlotTable, table
from simulator.outputs.svg.plots import plots

__all__ = ["Plot", "PlotPanel", "PlotTable", "Trace", "compared_plots", "cursor", "draw", "plots", "table"]
