"""Clients on the command line: a bad line is named and stops no other."""

import json

GOOD = {"client_id": "C-1", "name": "合成一号有限公司", "tier": "B", "admission": "approved"}
BAD = [
    ({"client_id": "", "name": ""}, "client_id"),
    ({"client_id": "C-2", "name": " "}, "name"),
    ({"client_id": "C-3", "name": "x", "tier": "E"}, "tier: found 'E'; expected one of A, B, C, D"),
    ({"client_id": "C-4", "name": "x", "admission": "maybe"}, "admission: found 'maybe'"),
    ({"client_id": "C-5", "name": "x", "agreement_valid_to": "9999-12-31"}, "from 2000-01-01 to 2100-01-01"),
]


def test_each_bad_line_is_named_and_the_good_ones_are_taken(tradewarden, tmp_path):
    path = tmp_path / "clients.jsonl"
    lines = [*(json.dumps(bad) for bad, _ in BAD), json.dumps(GOOD)]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = tradewarden("clients", "import", path)
    assert done.status == 1
    assert "Traceback" not in done.err
    for number, (_, said) in enumerate(BAD, start=1):
        assert f"clients.jsonl: line {number}: " in done.err
        assert said in done.err
    assert "6 read, 1 taken (1 new or changed, 0 as before), 5 rejected" in done.err
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    again = tradewarden("clients", "import", path, "--json")
    assert again.records == [{"read": 1, "stored": 1, "changed": 0, "rejected": 0}]
