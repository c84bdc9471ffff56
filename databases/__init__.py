"""The memory: one file per database with its tables and questions. Returns the cores' dataclasses."""
