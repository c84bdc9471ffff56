"""Masking, form tokens, origins: the pure rules of who sees and sends what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewarden.auth import csrf, masking
from tradewarden.auth.permissions import allowed


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masking.identity_number, "440399199001011234", "440*************34"),
        (masking.identity_number, "E12345678", "E12****78"),
        (masking.identity_number, "12345", "*****"),
        (masking.phone, "13912345678", "139*****678"),
        (masking.phone, "", ""),
        (masking.bank_account, "6222021234567890123", "***************0123"),
    ],
)
def test_masks(mask, value, shown):
    assert mask(value) == shown


@given(st.text(max_size=40))
def test_a_mask_keeps_the_length_and_hides_at_least_four_characters(value):
    for mask in (masking.identity_number, masking.phone, masking.bank_account):
        shown = mask(value)
        assert len(shown) == len(value)
        assert shown.count("*") >= min(4, len(value))


@pytest.mark.parametrize(
    ("role", "action"), [("", "orders.read"), ("root", "orders.read"), ("administrator", "orders.read")]
)
def test_unknown_roles_and_other_roles_may_not(role, action):
    assert not allowed(role, action)


def test_tokens_belong_to_one_secret():
    secret = csrf.new_secret()
    assert csrf.token_fits(secret, csrf.token(secret))
    assert not csrf.token_fits(csrf.new_secret(), csrf.token(secret))
    assert not csrf.token_fits("", csrf.token(""))
    assert secret not in csrf.token(secret)


@given(st.text(max_size=80))
def test_no_other_text_is_a_token(given_token):
    assert not csrf.token_fits("secret", given_token)


@given(
    st.text(max_size=60), st.text(max_size=60), st.sampled_from(["", "same-origin", "cross-site", "none", "same-site"])
)
def test_foreign_origins_never_pass(origin, referer, fetch_site):
    ours = "https://warden.example"
    passed = csrf.same_origin(
        origin=origin, referer=referer, fetch_site=fetch_site, host="warden.example", schemes=("https",)
    )
    claimed = origin or referer
    assert not passed or (not claimed and fetch_site == "same-origin") or claimed.casefold().startswith(ours)
