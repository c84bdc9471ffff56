"""Which records of a poll continue where we stopped: what was applied is skipped, a gap is read again before it counts.

A gap may be honest (marks of transactions and compaction take offsets without holding a record) or a record that a
client library lost. So a gap is believed only when a second reading shows the same one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from integrations.kafka.port import Partition, Record

Gap = tuple[Partition, int, int]
"""Partition, the offset that was expected, the offset that came."""


@dataclass(slots=True)
class Continuation:
    """The records that may be applied now, where the next ones start, and where to read again."""

    records: list[Record] = field(default_factory=list)
    following: dict[Partition, int] = field(default_factory=dict)
    again: dict[Partition, int] = field(default_factory=dict)


def continued(records: Sequence[Record], offsets: Mapping[Partition, int], suspected: set[Gap]) -> Continuation:
    """Cut a poll to what continues `offsets`. Gaps seen for the first time are added to `suspected`, believed ones go.

    Records of a partition are in order of offset, as a consumer returns them; records already applied are left out.
    """
    found = Continuation(following=dict(offsets))
    behind: dict[Partition, int] = {}
    for record in records:
        partition = (record.topic, record.partition)
        expected = behind.get(partition, found.following[partition])
        if record.offset < expected:
            continue
        gap = (partition, expected, record.offset)
        if record.offset > expected and gap not in suspected:
            suspected.add(gap)
            found.again.setdefault(partition, expected)
        if partition in found.again:
            # not applied now: looked at only to know its gaps when it is read again
            behind[partition] = record.offset + 1
            continue
        suspected.discard(gap)
        found.records.append(record)
        found.following[partition] = record.offset + 1
    return found
