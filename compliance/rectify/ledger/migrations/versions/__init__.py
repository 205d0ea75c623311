"""The steps, one a file; a step that has been released never changes."""
