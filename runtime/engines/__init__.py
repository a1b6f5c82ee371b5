"""Engines: Motion -> pixels."""

from runtime.engines.selection import ENGINES, make_engine

__all__ = ["ENGINES", "make_engine"]
