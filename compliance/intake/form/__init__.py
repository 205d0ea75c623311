"""The dossier as a form of tables, the sheets of a workbook or CSV files, with Chinese heads; both ways, without loss.

``layout`` says which tables and columns there are, ``cells`` how a value stands in a cell, ``writing`` makes the
tables, ``reading`` takes them back with the place of every value.
"""
