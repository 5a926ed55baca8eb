"""A bureau's workbook as a grid with origins, and a grid as a workbook in a layout; no business words.

Nothing is imported here: the reading process loads this package without the rest of the application.
"""
