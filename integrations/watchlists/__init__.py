"""The doors for watch lists: OFAC, United Nations, and plain tables for Chinese and own lists."""

from integrations.watchlists.imported import ImportedList, Rejected, SourceFile
from integrations.watchlists.read import read_list
from integrations.watchlists.registry import INDEX, ListSource, registry

__all__ = ["INDEX", "ImportedList", "ListSource", "Rejected", "SourceFile", "read_list", "registry"]
