"""Credentials that end: providers, their sources, the store that processes share, faults, grants."""
