"""Speed and memory, measured as ratios within one run: ``python -m benchmarks [--quick] [--json FILE]``.

Needs the ``bench`` requirements (``make bench`` installs them). Nothing here is imported by the package.
"""
