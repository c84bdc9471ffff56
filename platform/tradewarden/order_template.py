"""The workbook to fill in, with the code lists in force on a day."""

from integrations.excel import template
from risk.reference import Reference


def order_template(reference: Reference) -> bytes:
    """The empty workbook; each code column offers the latest row of every code."""
    lists = {
        name: [(row.code, row.name_zh, row.name_en) for rows in table.values() for row in rows[-1:]]
        for name, table in reference.tables.items()
    }
    return template(lists)
