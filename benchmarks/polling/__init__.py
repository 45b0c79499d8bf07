"""The parts of ``benchmarks/polling.py``."""
