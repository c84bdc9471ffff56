"""Invented companies on an invented watch list, so that a demonstration has somebody to find."""

LISTED_COMPANIES = (
    ("QUARTZ HERON MARITIME HOLDINGS", "ARE"),
    ("VERMILION SPINDLE INDUSTRIES", "DEU"),
    ("OBSIDIAN PLOVER COMMODITIES", "HKG"),
)
LISTED_DOMESTIC = (("常州市砾墨实业有限公司", "91440399MAX000058G"),)


def watch_list_csv() -> str:
    """The list in the plain form `entry_id,name`, one company a line."""
    rows = [f"SYN-{number},{name}" for number, (name, _) in enumerate(LISTED_COMPANIES, start=1)]
    return "\n".join(["entry_id,name", *rows, ""])
