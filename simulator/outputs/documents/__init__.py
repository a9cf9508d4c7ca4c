"""Documents for people: a report, a workbook and a sufficiency statement, each made of what a run gave."""
