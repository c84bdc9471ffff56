"""Identifiers against published examples, synthetic vectors and the promises of their check characters.

USCCs of region 440399 are synthetic: the region does not exist. The others are public worked or sample codes.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from risk.identifiers import (
    USCC_ALPHABET,
    ContainerVerdict,
    UsccVerdict,
    container_check_digit,
    container_verdict,
    customs_enterprise_type,
    entry_number_direction,
    is_customs_code,
    is_entry_number,
    is_imo_number,
    normalise_container,
    normalise_uscc,
    organisation_check9,
    uscc_check18,
    uscc_verdict,
)

USCC = [
    ("91440399MAX0000153", UsccVerdict.VALID),
    ("91440399MAX000023X", UsccVerdict.VALID),
    ("91440399MAX000031Q", UsccVerdict.VALID),
    ("91440399MAX00004XG", UsccVerdict.VALID),
    ("91440399MAX000058G", UsccVerdict.VALID),
    ("91440399MAX000066B", UsccVerdict.VALID),
    ("91440399MAX0000746", UsccVerdict.VALID),
    ("91440399MAX0000821", UsccVerdict.VALID),
    ("91350100M000100Y43", UsccVerdict.VALID),
    ("91350100M000100Y4Z", UsccVerdict.ILLEGAL_CHAR),
    ("91310107132231740K", UsccVerdict.VALID),
    ("91510100569680768F", UsccVerdict.VALID),
    ("91350211M0000XUF46", UsccVerdict.CHECK18_FAILS),
    ("91350100M0001TGQXM", UsccVerdict.CHECK18_FAILS),
    ("91510100569680888F", UsccVerdict.BOTH_FAIL),
    ("9144039MAX0000112", UsccVerdict.BAD_LENGTH),
    ("91440399MAO000011X", UsccVerdict.ILLEGAL_CHAR),
    ("91440399MAS000011X", UsccVerdict.ILLEGAL_CHAR),
    ("91440399max0000153", UsccVerdict.ILLEGAL_CHAR),
    ("", UsccVerdict.BAD_LENGTH),
    ("NO", UsccVerdict.BAD_LENGTH),
    ("٩1440399MAX0000153", UsccVerdict.ILLEGAL_CHAR),
]

CONTAINERS = [
    ("CSQU3054383", ContainerVerdict.VALID),
    ("CBHU3202732", ContainerVerdict.VALID),
    ("TGHU1234567", ContainerVerdict.VALID),
    ("MSCU1234566", ContainerVerdict.VALID),
    ("CSQU3054384", ContainerVerdict.CHECK_FAILS),
    ("CSQU305438", ContainerVerdict.BAD_LENGTH),
    ("", ContainerVerdict.BAD_LENGTH),
    ("CSQ13054383", ContainerVerdict.BAD_FORMAT),
    ("CSQX3054383", ContainerVerdict.BAD_FORMAT),
    ("CSQU305438٣", ContainerVerdict.BAD_FORMAT),
    ("CSQJ3054386", ContainerVerdict.EQUIPMENT),
    ("ABCU1000080", ContainerVerdict.VALID),
]


@pytest.mark.parametrize(("code", "expected"), USCC)
def test_uscc(code, expected):
    assert uscc_verdict(code) is expected


@pytest.mark.parametrize(
    "written",
    ["91440399max0000153", " 91440399MAX0000153 ", "9144 0399 MAX0000153", "９１４４０３９９MAX００００１５３"],
)
def test_uscc_is_normalised_before_it_is_judged(written):
    assert normalise_uscc(written) == "91440399MAX0000153"


def test_normalising_repairs_no_letter():
    assert normalise_uscc("91440399mao00001ix") == "91440399MAO00001IX"


@pytest.mark.parametrize(("number", "expected"), CONTAINERS)
def test_container(number, expected):
    assert container_verdict(number) is expected


@pytest.mark.parametrize("written", ["csqu3054383", "CSQU 305438-3", "ＣＳＱＵ３０５４３８－３", "\tCSQU3054383 "])
def test_container_is_normalised_before_it_is_judged(written):
    assert normalise_container(written) == "CSQU3054383"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("4403160123", True),
        ("4403180867", True),
        ("31079A0011", True),
        ("44031601", False),
        ("44031601234", False),
        ("440A160123", False),
        ("440316012a", False),
        ("４403160123", False),
        ("4403160123\n", False),
        ("", False),
    ],
)
def test_customs_code(code, expected):
    assert is_customs_code(code) is expected


def test_customs_enterprise_type():
    assert customs_enterprise_type("4403180867") == "8"
    assert customs_enterprise_type("44031") == ""


@pytest.mark.parametrize(
    ("number", "direction"),
    [
        ("530420260000123456", "E"),
        ("530420261000123456", "I"),
        ("530420262000123456", ""),
        ("530419990000123456", ""),
        ("53042026000012345", ""),
        ("530420260000123456\n", ""),
        ("５30420260000123456", ""),
        ("", ""),
    ],
)
def test_entry_number(number, direction):
    assert entry_number_direction(number) == direction
    assert is_entry_number(number) is bool(direction)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9074729", True),
        ("IMO 9074729", True),
        ("imo9074729", True),
        ("9074728", False),
        ("907472", False),
        ("", False),
    ],
)
def test_imo_number(text, expected):
    assert is_imo_number(text) is expected


@st.composite
def valid_usccs(draw: st.DrawFn) -> str:
    first8 = draw(st.text(USCC_ALPHABET, min_size=8, max_size=8))
    subject = draw(st.text(USCC_ALPHABET, min_size=8, max_size=8))
    first17 = first8 + subject + organisation_check9(subject)
    return first17 + uscc_check18(first17)


@given(valid_usccs(), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_single_wrong_character_of_a_uscc_is_found(code, place, character):
    changed = code[:place] + character + code[place + 1 :]
    assert (uscc_verdict(changed) is UsccVerdict.VALID) == (changed == code)


@given(valid_usccs(), st.integers(0, 16))
def test_swapped_neighbours_of_a_uscc_are_found(code, place):
    changed = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (uscc_verdict(changed) is UsccVerdict.VALID) == (changed == code)


@given(valid_usccs(), st.integers(0, 7), st.sampled_from(USCC_ALPHABET))
def test_the_inner_check_does_not_cover_the_first_eight(code, place, character):
    changed = code[:place] + character + code[place + 1 :]
    assert uscc_verdict(changed) in {UsccVerdict.VALID, UsccVerdict.CHECK18_FAILS}


@given(st.text(max_size=24))
def test_any_text_is_judged(text):
    assert uscc_verdict(text) in UsccVerdict
    assert uscc_verdict(normalise_uscc(text)) in UsccVerdict
    assert container_verdict(text) in ContainerVerdict
    assert container_verdict(normalise_container(text)) in ContainerVerdict
    assert is_customs_code(text) in {True, False}
    assert is_imo_number(text) in {True, False}
    assert entry_number_direction(text) in {"", "I", "E"}


@st.composite
def valid_containers(draw: st.DrawFn) -> str:
    first10 = draw(st.from_regex(r"[A-Z]{3}U[0-9]{6}", fullmatch=True))
    return first10 + str(container_check_digit(first10))


@given(valid_containers(), st.integers(4, 10), st.sampled_from("0123456789"))
def test_a_wrong_digit_of_a_container_number_is_found(number, place, digit):
    """Promised except between the remainders 0 and 10, which share the check digit 0."""
    changed = number[:place] + digit + number[place + 1 :]
    found = container_verdict(changed) is ContainerVerdict.CHECK_FAILS
    if number[10] != "0" or place == 10:
        assert found == (changed != number)
    elif changed == number:
        assert not found


@given(valid_containers(), st.integers(0, 2), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_wrong_owner_letter_is_found_unless_it_is_eleven_away(number, place, letter):
    """ISO 6346 cannot tell letters apart whose values differ by a multiple of eleven: A, K, U; B, L, V; and so on."""
    values = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", [v for v in range(10, 39) if v % 11], strict=True))
    changed = number[:place] + letter + number[place + 1 :]
    if number[10] != "0":
        alike = (values[letter] - values[number[place]]) % 11 == 0
        assert (container_verdict(changed) is ContainerVerdict.VALID) == alike
    else:
        assert container_verdict(changed) in {ContainerVerdict.VALID, ContainerVerdict.CHECK_FAILS}
