"""Engines: Motion -> pixels."""

from runtime.engines.selection import ENGINES, make_engine, prepare_avatar

__all__ = ["ENGINES", "make_engine", "prepare_avatar"]
