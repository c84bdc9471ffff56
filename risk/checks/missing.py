"""Which of a check's facts are missing, said by name."""

from risk.findings import Verdict, no_data


def missing(*facts: tuple[str, object]) -> Verdict:
    """`no_data` that names the facts, given as (name, value), whose value is None or empty text."""
    return no_data(*[name for name, value in facts if value is None or value == ""])
