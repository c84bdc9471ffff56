"""Error pages: people keep their navigation, and are told in their own words what was wrong."""

import pytest

from databases.errors import DatabaseUnavailable
from tradewarden.api.failures import megabytes


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/orders/NONE", 404), ("/accounts", 403), ("/orders?outcome=maybe", 422)]
)
def test_whoever_is_signed_in_keeps_the_navigation(as_user, visitor, path, status):
    page = as_user("bob").get(path)
    assert page.status_code == status
    assert 'class="side"' in page.text
    assert 'href="/alerts"' in page.text
    assert 'action="/logout"' in page.text
    assert 'class="side"' not in visitor().get("/nowhere").text


def test_filters_and_roles_have_their_names(as_user):
    browser = as_user("bob")
    page = browser.get("/orders?outcome=maybe").text
    assert "筛选条件 判定 没有“maybe”这个选项" in page
    assert "没有保存任何改动" not in page
    assert "您的角色（风控专员）没有这项权限" in browser.get("/accounts").text
    browser.post("/language", {"language": "en"})
    assert "Filter Outcome has no choice" in browser.get("/orders?outcome=maybe").text
    assert "Your role (Risk officer)" in browser.get("/accounts").text


def test_a_refused_change_says_that_nothing_was_saved(as_user, alert_of):
    answer = as_user("bob").post(f"/alerts/{alert_of('O-HELD')}/reassign", {"reason": ""})
    assert answer.status_code == 422
    assert "没有保存任何改动" in answer.text


def test_too_much_is_told_with_the_limit(app, as_user):
    limit = app.settings.body_limit_bytes
    answer = as_user("ops").post("/intake", {"text": "x" * (limit + 1)})
    assert answer.status_code == 413
    assert f"上限为 {megabytes(limit)}" in answer.text
    assert 'class="side"' in answer.text


def test_without_the_memory_the_page_still_comes(app, as_user, monkeypatch):
    browser = as_user("bob")

    def gone(*_: object, **__: object) -> None:
        raise DatabaseUnavailable("the disk is gone")

    monkeypatch.setattr(type(app.database), "reading", gone)
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert browser.get("/orders").status_code == 503


@pytest.mark.parametrize(("size", "said"), [(8_000_000, "8 MB"), (8_123_456, "8.12 MB"), (1024, "0 MB")])
def test_sizes(size, said):
    assert megabytes(size) == said
