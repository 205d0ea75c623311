"""Reports → lists to work through, what became of their findings, and the ledger that follows them to closure."""
