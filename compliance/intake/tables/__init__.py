"""The tables that municipalities keep, read by mapping files: which head means which field, checked and never guessed.

``mapping`` reads a mapping, ``heads`` finds its head in a sheet, ``rows`` tells entries from sums and footnotes,
``reading`` makes dossiers of them, ``doubts`` says what does not agree with itself, ``recognise`` says which mapping
fits and drafts one for a table that none fits.
"""
