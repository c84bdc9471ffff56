"""The single-window door: `DecMessage` XML read, written, and made into orders."""

from integrations.single_window.order import declaration_to_order
from integrations.single_window.reader import read
from integrations.single_window.writer import write

__all__ = ["declaration_to_order", "read", "write"]
