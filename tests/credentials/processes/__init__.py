"""Real processes that ask for links, on a real database, before an STS that fails on demand.

``worker`` is what runs in each of them, ``nursery`` forks them, ``fleet`` watches them, ``gate`` is the way to STS, and
``scenarios`` are the faults. The tests hold each to its promise; ``benchmarks/reliability.py`` writes it down.
"""
