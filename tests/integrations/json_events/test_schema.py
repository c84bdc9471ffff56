"""The published schema says what the door does."""

from integrations.json_events import schema
from risk.nouns.order import SCHEMA_VERSION


def test_schema_forbids_what_the_door_forbids():
    definitions = schema()["$defs"]
    assert all(item["additionalProperties"] is False for item in definitions.values() if "properties" in item)
    assert definitions["OrderEvent"]["required"] == ["order_id"]
    assert definitions["OrderEvent"]["properties"]["schema"]["const"] == SCHEMA_VERSION
    assert definitions["OrderEvent"]["properties"]["occurred_at"]["format"] == "date-time"
    assert definitions["Line"]["properties"]["hs_code"]["maxLength"] == 10_000
    assert definitions["Declaration"]["properties"]["lines"]["maxItems"] == 20_000


def test_all_references_resolve():
    document = schema()

    def references(value):
        if isinstance(value, dict):
            yield from ([value["$ref"]] if "$ref" in value else [])
            for inner in value.values():
                yield from references(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from references(inner)

    found = set(references(document))
    assert "#/$defs/Line" in found
    assert {reference.removeprefix("#/$defs/") for reference in found} <= set(document["$defs"])
