"""Every number that a sentence shows has a name in both languages on the page."""

import re

from risk.checks.catalogue import CHECKS
from tradewarden.console.seen_words import seen_word
from tradewarden.console.source_words import source_in


def test_every_number_of_a_sentence_has_a_chinese_name():
    shown = {
        name
        for check in CHECKS
        for zh, en in check.card.sentences.values()
        for name in re.findall(r"\{(\w+)\}", zh + en)
    }
    assert len(shown) > 100
    assert not {name for name in shown if not re.search(r"[\u4e00-\u9fff]", seen_word(name)[0])}


def test_an_unknown_name_is_shown_as_it_is():
    assert seen_word("no_such_number") == ("no such number", "no such number")


def test_every_source_is_said_in_chinese():
    foreign = re.compile(r"[a-z]{3,}")
    assert not {source_in(check.card.source)[0] for check in CHECKS if foreign.search(source_in(check.card.source)[0])}


def test_every_parameter_of_a_check_has_a_chinese_name():
    parameters = {name for check in CHECKS for name in check.card.parameters}
    assert len(parameters) > 80
    assert not {name for name in parameters if not re.search(r"[\u4e00-\u9fff]", seen_word(name)[0])}
