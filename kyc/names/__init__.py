"""Names taken apart: spelling, Chinese company names, Latin names, persons, ships, pinyin (handbook 05 §4)."""
