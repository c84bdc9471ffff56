"""What counts as a weak password here, and that hashes are argon2id."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewarden.auth import passwords


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("", "password.too_short"),
        ("a" * 11, "password.too_short"),
        ("b" * 129, "password.too_long"),
        ("aaaaaaaaaaaaaaaa", "password.repeats"),
        ("121212121212", "password.repeats"),
        ("Haiguan2026!", "password.common_words"),
        ("H4iguan-2026-!", "password.common_words"),
        ("ShenzhenYantian88", "password.common_words"),
        ("baoguan@Ningbo2025", "password.common_words"),
        ("Passw0rd123456", "password.common_words"),
        ("TradeWarden2026", "password.common_words"),
        ("1qaz2wsx3edc4rfv", "password.common_words"),
        ("qwertyuiop123", "password.common_words"),
        ("wangxiaohe1990xx", "password.common_words"),
        ("ｈａｉｇｕａｎ２０２６ａ", "password.common_words"),
    ],
)
def test_weak_passwords_are_refused_with_their_reason(password, key):
    weak = passwords.weakness(password, own_words=("wangxiaohe",))
    assert weak is not None
    assert weak.key == key
    assert not password or password not in weak.seen


@pytest.mark.parametrize(
    "password",
    ["kumquat-velvet-orbit-41", "correct horse battery staple", "雨后的石阶长满了绿色青苔呢", "zQ9!vmT4#xLp7Rw"],
)
def test_good_passwords_pass(password):
    assert passwords.weakness(password, own_words=("bob",)) is None


@given(st.text(max_size=200), st.lists(st.text(max_size=12), max_size=3))
def test_any_text_is_judged_without_failing(password, own_words):
    weak = passwords.weakness(password, own_words=own_words)
    assert weak is None or weak.key.startswith("password.")


def test_hashes_are_argon2id_and_salted():
    first, second = passwords.hashed("pebble-lantern"), passwords.hashed("pebble-lantern")
    assert first.startswith("$argon2id$")
    assert first != second
    assert passwords.verified(first, "pebble-lantern")
    assert not passwords.verified(first, "pebble-lanterm")


@pytest.mark.parametrize("stored", ["", "not a hash", "$argon2id$broken"])
def test_without_a_usable_hash_nothing_fits(stored):
    assert not passwords.verified(stored, "anything")


def test_a_hash_of_weaker_parameters_is_outdated():
    assert not passwords.outdated(passwords.hashed("x"))
    assert passwords.outdated("$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$4GfwbqQyQxM")


def test_one_time_passwords_are_long_random_and_pass_the_rules():
    made = {passwords.one_time() for _ in range(50)}
    assert len(made) == 50
    for secret in made:
        assert len(secret) == 23
        assert set(secret) <= set(passwords.ONE_TIME_ALPHABET + "-")


def test_the_weak_words_are_lower_case_and_long_enough_to_mean_something():
    assert len(passwords.WEAK_WORDS) > 200
    assert all(word == word.casefold() and len(word) >= 4 for word in passwords.WEAK_WORDS)
