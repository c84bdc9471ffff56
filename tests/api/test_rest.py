"""The REST interface: tokens, taking orders once whatever is repeated, places to look, problems that help."""

import json

import msgspec
import pytest

from databases.dead_letters import NewDeadLetter
from integrations.json_events import encode
from tradewarden.api.examples import ORDER
from tradewarden.auth import tokens


@pytest.fixture
def rest(app, visitor, clock):
    """Calls with the token of a person: rest("ops")(method, path, ...)."""

    def caller(username):
        with app.database.writing() as uow:
            secret = tokens.make(uow, username, "test", clock())

        def call(method, path, **options):
            headers = {"Authorization": f"Bearer {secret}", **options.pop("headers", {})}
            return visitor().http.request(method, path, headers=headers, **options)

        return call

    return caller


@pytest.fixture
def body(clean_order, make_event):
    """A submission of the clean order under another number, as JSON bytes."""

    def made(order_id="R-1", revision=1, **changes):
        order = json.loads(encode(make_event(clean_order)))["order"]
        return json.dumps({**order, "order_id": order_id, "revision": revision, **changes}).encode()

    return made


JSON = {"Content-Type": "application/json"}


def received(app):
    with app.database.reading() as uow:
        return uow.inbox.counts()


def test_an_order_is_taken_with_a_place_to_look(rest, body, work):
    call = rest("ops")
    answer = call("POST", "/api/v1/orders", content=body(), headers=JSON)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == "/api/v1/orders/R-1"
    assert answer.json()["orders"][0]["state"] == "accepted"
    waiting = call("GET", "/api/v1/orders/R-1").json()
    assert (waiting["state"], waiting["pending_revisions"], waiting["decision"]) == ("pending", [1], None)
    work()
    found = call("GET", "/api/v1/orders/R-1").json()
    assert found["pending_revisions"] == []
    assert found["decision"]["outcome"] in {"release", "review", "hold"}
    assert found["decision"]["findings"][0].keys() >= {"check", "status", "severity", "line", "seen", "zh", "en"}
    decision = call("GET", f"/api/v1/decisions/{found['decision']['decision_id']}")
    assert decision.json()["order_id"] == "R-1"


def test_many_orders_as_array_or_as_lines(rest, body, app):
    call = rest("ops")
    array = b"[" + body("R-1") + b"," + body("R-2") + b"]"
    lines = body("R-3") + b"\n\n" + body("R-4") + b"\n"
    assert len(call("POST", "/api/v1/orders", content=array, headers=JSON).json()["orders"]) == 2
    answer = call("POST", "/api/v1/orders", content=lines, headers={"Content-Type": "application/x-ndjson"})
    assert [row["order_id"] for row in answer.json()["orders"]] == ["R-3", "R-4"]
    assert received(app).pending == 4


def test_the_same_key_and_body_get_the_same_answer(rest, body, app):
    call = rest("ops")
    headers = {**JSON, "Idempotency-Key": "k-1"}
    first = call("POST", "/api/v1/orders", content=body(), headers=headers)
    before = received(app)
    second = call("POST", "/api/v1/orders", content=body(), headers=headers)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["idempotent-replay"] == "true"
    assert received(app) == before


def test_the_same_key_with_another_body_is_a_conflict(rest, body, app):
    call = rest("ops")
    headers = {**JSON, "Idempotency-Key": "k-1"}
    call("POST", "/api/v1/orders", content=body("R-1"), headers=headers)
    answer = call("POST", "/api/v1/orders", content=body("R-2"), headers=headers)
    assert answer.status_code == 409
    assert answer.json()["where"] == "Idempotency-Key"
    assert received(app).pending == 1


def test_keys_are_personal(rest, body, app, clock):
    with app.database.writing() as uow:
        uow.users.set_roles("bob", ("operator",))
    headers = {**JSON, "Idempotency-Key": "k-1"}
    assert rest("ops")("POST", "/api/v1/orders", content=body("R-1"), headers=headers).status_code == 202
    assert rest("bob")("POST", "/api/v1/orders", content=body("R-2"), headers=headers).status_code == 202


def test_without_a_key_the_inbox_still_counts_an_event_once(rest, body, app):
    call = rest("ops")
    call("POST", "/api/v1/orders", content=body(), headers=JSON)
    answer = call("POST", "/api/v1/orders", content=body(), headers=JSON)
    assert answer.status_code == 202
    assert answer.json()["orders"][0]["state"] == "duplicate"
    assert received(app).pending == 1


def test_other_content_under_the_same_revision_is_a_conflict_and_kept(rest, body, app):
    call = rest("ops")
    call("POST", "/api/v1/orders", content=body(), headers=JSON)
    answer = call("POST", "/api/v1/orders", content=body(client_name="另一家公司"), headers=JSON)
    assert answer.status_code == 409
    assert "revision" in answer.json()["next"]
    assert received(app).conflicts == 1


def test_a_higher_revision_replaces(rest, body, work):
    call = rest("ops")
    call("POST", "/api/v1/orders", content=body(), headers=JSON)
    work()
    call("POST", "/api/v1/orders", content=body(revision=2), headers=JSON)
    work()
    assert call("GET", "/api/v1/orders/R-1").json()["revision"] == 2


@pytest.mark.parametrize(
    ("content", "status", "words"),
    [
        (b"", 422, "order"),
        (b"{", 422, "cut off"),
        (b'{"order_id": "R-1"', 422, "cut off"),
        (b'{"order_id": NaN, "declaration": {}}', 422, "JSON"),
        (b"[]", 422, "no order"),
        (b'"text"', 422, "object"),
        (b"\xff\xfe{", 422, "UTF-8"),
        (b'{"order_id": "R-1", "declaration": {"header": {"direction": 5}}}', 422, "direction"),
        (b'{"order_id": "R 1 \\u0000", "declaration": {"header": {}}}', 422, "order_id"),
        (b'{"order_id": "\\ud800", "declaration": {"header": {}}}', 422, "surrogate"),
        (b'{"a":' * 3000, 413, "nested"),
    ],
)
def test_bad_bodies_get_one_clear_problem_and_nothing_is_taken(rest, app, content, status, words):
    before = received(app)
    answer = rest("ops")("POST", "/api/v1/orders", content=content, headers=JSON)
    problem = answer.json()
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["detail"]
    assert problem["next"]
    assert words.lower() in json.dumps(problem, ensure_ascii=False).lower()
    assert received(app) == before


def test_one_bad_order_of_several_takes_none_and_names_its_place(rest, body, app):
    before = received(app)
    content = b"[" + body("R-1") + b',{"order_id": 7}]'
    answer = rest("ops")("POST", "/api/v1/orders", content=content, headers=JSON)
    assert answer.status_code == 422
    assert answer.json()["errors_total"] == 1
    assert "[1]" in answer.json()["errors"][0]["where"]
    assert received(app) == before


def test_other_content_types_are_refused(rest, body):
    answer = rest("ops")("POST", "/api/v1/orders", content=body(), headers={"Content-Type": "text/xml"})
    assert answer.status_code == 415
    assert answer.json()["seen"] == "text/xml"


def test_a_large_body_is_refused(rest, app):
    big = b" " * (app.settings.body_limit_bytes + 1)
    answer = rest("ops")("POST", "/api/v1/orders", content=big, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["next"]


def test_cookies_count_for_nothing(as_user):
    assert as_user("ops").get("/api/v1/orders/O-1").status_code == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer tw_" + "x" * 43])
def test_without_a_good_token_there_is_401(visitor, header):
    answer = visitor().http.get("/api/v1/orders/O-1", headers={"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_guessing_tokens_is_throttled_by_address(visitor):
    for _ in range(30):
        visitor().http.get("/api/v1/orders/O-1", headers={"Authorization": "Bearer tw_guess"})
    answer = visitor().http.get("/api/v1/orders/O-1", headers={"Authorization": "Bearer tw_guess"})
    assert answer.status_code == 429


def test_tokens_end_when_revoked_expired_or_their_person_is_disabled(app, as_user, visitor, clock):
    browser = as_user("ops")
    page = browser.post("/account/tokens", {"name": "ERP"}).text
    secret = page.split('class="secret">')[1].split("<")[0]

    def status():
        return visitor().http.get("/api/v1/orders/O-1", headers={"Authorization": f"Bearer {secret}"}).status_code

    assert status() == 200
    with app.database.writing() as uow:
        uow.users.disable("ops", clock())
    assert status() == 401
    with app.database.writing() as uow:
        uow.users.enable("ops")
        token = uow.access.tokens_of("ops")[0]
    assert secret not in repr(token)
    assert token.last_used_at is not None
    clock.move(days=366)
    assert status() == 401
    clock.move(days=-366)
    browser = as_user("ops")
    assert browser.post(f"/account/tokens/{token.token_id}/revoke").status_code == 303
    assert status() == 401


def test_nobody_revokes_the_tokens_of_others(app, as_user, clock):
    with app.database.writing() as uow:
        tokens.make(uow, "bob", "mine", clock())
        token = uow.access.tokens_of("bob")[0]
    assert as_user("ops").post(f"/account/tokens/{token.token_id}/revoke").status_code == 404


def test_reading_over_rest_is_audited(app, rest):
    rest("ops")("GET", "/api/v1/orders/O-1")
    with app.database.reading() as uow:
        last = list(uow.audit.of_stream("web"))[-1]
    assert (last.actor, last.action, last.object_id) == ("ops", "order.read", "O-1")
    assert json.loads(last.details)["via"] == "rest"


def test_unknown_records_are_problems_in_both_languages(rest):
    for path in ("/api/v1/orders/none", "/api/v1/decisions/none"):
        answer = rest("bob")("GET", path)
        assert answer.status_code == 404
        assert " | " in answer.json()["detail"]


def test_screening_one_name(rest):
    call = rest("bob")
    found = call("POST", "/api/v1/screenings", json={"name": "Pinecrest Umbrella Unlisted Wholesale"})
    assert found.status_code == 200
    assert found.json()["verdict"] == "nomatch"
    assert set(found.json()["list_versions"]) == {"SYN-PUNISHED", "SYN-SANCTIONS"}
    for wrong in (
        {},
        {"name": ""},
        {"name": "x" * 1001},
        {"name": "x", "colour": "red"},
        {"name": "x", "kind": "ghost"},
    ):
        answer = call("POST", "/api/v1/screenings", json=wrong)
        assert answer.status_code == 422, wrong
        assert answer.json()["where"]


def test_a_listed_name_is_found_with_its_reasons(rest, app):
    with app.database.reading() as uow:
        name = next(iter(uow.watchlists.current_entries(("SYN-SANCTIONS",)))).name
    record = rest("bob")("POST", "/api/v1/screenings", json={"name": name}).json()
    assert record["verdict"] == "match"
    assert record["matches"][0]["list"] == "SYN-SANCTIONS"
    assert record["matches"][0]["reasons"][0].keys() == {"code", "zh", "en"}


def test_the_description_names_every_route_with_examples(rest):
    described = rest("ops")("GET", "/api/v1/openapi.json").json()
    assert set(described["paths"]) == {
        "/healthz",
        "/readyz",
        "/metrics",
        "/api/v1/orders",
        "/api/v1/orders/{order_id}",
        "/api/v1/decisions/{decision_id}",
        "/api/v1/screenings",
        "/api/v1/status-events",
        "/api/v1/openapi.json",
    }
    posted = described["paths"]["/api/v1/orders"]["post"]
    assert posted["requestBody"]["content"]["application/json"]["examples"]
    assert {"202", "401", "403", "409", "413", "415", "422"} <= set(posted["responses"])


def test_the_example_order_is_one_that_is_taken(rest):
    answer = rest("ops")("POST", "/api/v1/orders", content=msgspec.json.encode(ORDER), headers=JSON)
    assert answer.status_code == 202, answer.text


def test_the_given_source_counts_and_a_missing_one_is_the_user(rest, body, app):
    call = rest("ops")
    for source in ("erp-a", "erp-b", None):
        event = {"order_id": "R-1", "event_id": "E-1", "order": json.loads(body())}
        sent = json.dumps(event | ({"source": source} if source else {})).encode()
        answer = call("POST", "/api/v1/orders", content=sent, headers=JSON)
        assert answer.json()["orders"][0]["state"] == "accepted", answer.text
    with app.database.reading() as uow:
        assert [item.source for item in uow.inbox.of_order("R-1")] == ["erp-a", "erp-b", "ops"]


def test_a_dead_event_says_so_with_its_reason(rest, body, app, clock):
    call = rest("ops")
    call("POST", "/api/v1/orders", content=body("R-9"), headers=JSON)
    with app.database.writing() as uow:
        [item] = uow.inbox.of_order("R-9")
        uow.inbox.mark_dead([item.inbox_id], clock())
        letter = NewDeadLetter(source="rest", place="inbox", reason="no rate", raw=b"", inbox_id=item.inbox_id)
        uow.dead_letters.add([letter], clock())
    answer = call("GET", "/api/v1/orders/R-9")
    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["reason"]) == ("dead", "no rate")
