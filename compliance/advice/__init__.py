"""Findings → advice on them: how a failing is made good, and who has solved the like before; changes no outcome."""
