"""Fuzzing: for every door that bytes come in by, a function that fails only on what must never happen.

``python tests/fuzz TARGET FILE…`` replays; ``make soak`` fuzzes all of them (CONTRIBUTING.md says how long).
"""
