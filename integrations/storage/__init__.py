"""Files by content: a local folder, and a twin in memory."""

from integrations.storage.local import LocalStorage
from integrations.storage.memory import MemoryStorage
from integrations.storage.port import NotStored, Storage

__all__ = ["LocalStorage", "MemoryStorage", "NotStored", "Storage"]
