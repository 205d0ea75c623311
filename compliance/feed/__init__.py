"""Streams of dossiers → findings, records, roll-ups; each dossier goes the same road as by itself."""
