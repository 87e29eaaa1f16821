"""Frozen data of the domain; no I/O."""
