"""A dead letter's reason and place in the reader's language, as far as they are sentences of our own doors.

What was kept is English, as it was told when the letter came; what is not one of our sentences stays as it is.
"""

import re

from databases.dead_letters import DeadLetter
from tradewarden.console.door_words import in_chinese
from tradewarden.console.i18n import Translator

_TOLD = re.compile(r"(.+?): found (.*); expected (.*)", re.DOTALL)
_STREAM = re.compile(r"(.+)\[(\d+)\]@(\d+)")
_INBOX = re.compile(r"inbox (\d+)")
_SEEN = {
    "(nothing)": "intake.nothing",
    "an empty message": "dead.empty_message",
    "a tombstone (no value)": "dead.tombstone",
}
"""What doors themselves write where a value would stand; anything else there is the sender's and stays."""


def place(t: Translator, text: str) -> str:
    """Where a letter stood, in words: partition and offset of a topic, or the inbox."""
    if found := _STREAM.fullmatch(text):
        return t("dead.place_stream", topic=found[1], partition=found[2], offset=found[3])
    if found := _INBOX.fullmatch(text):
        return t("dead.place_inbox", n=found[1])
    return where(t, text)


def where(t: Translator, text: str) -> str:
    """A place inside a message; paths of fields are the same in every language."""
    return in_chinese(text) if t.language == "zh" else text


def reason(t: Translator, letter: DeadLetter) -> str:
    """Why it is a dead letter. In Chinese a door's error is taken apart and said again; else it stands as kept."""
    if t.language != "zh":
        return letter.reason
    found = _TOLD.fullmatch(letter.reason.removeprefix(f"{letter.source}: "))
    if found is None:
        return in_chinese(letter.reason)
    expected, step = _halves(found[3])
    if not expected:
        return letter.reason
    seen = t(_SEEN[found[2]]) if found[2] in _SEEN else found[2]
    return t("dead.reason_told", where=where(t, found[1]), seen=seen, expected=expected, step=step)


def _halves(text: str) -> tuple[str, str]:
    """What was expected, and the next step; both empty when no part of the text is one of our phrases."""
    for dot in re.finditer(r"\.(?: |$)", text):
        told = text[: dot.start()]
        if (expected := in_chinese(told)) != told:
            return expected, in_chinese(text[dot.end() :])
    return "", ""
