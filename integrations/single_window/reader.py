"""A single-window message (`DecMessage`) to a declaration. Nothing is lost: unmapped elements are kept by path.

Namespaces and versions are tolerated, the version is kept. Values are taken as they stand (a bad code is a finding of
the checks), except numbers, which must be numbers. On export the swapped countries are put right here.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from lxml import etree

from integrations.errors import DoorError, LimitExceeded
from integrations.numbers import decimal_of, integer_of
from integrations.safe_xml import parse
from integrations.single_window.mapping import Group, Leaf, groups
from integrations.single_window.unknown import attributes, collect, sort_key, steps
from risk.nouns.declaration import Declaration

NAMESPACE = "http://www.chinaport.gov.cn/dec"
DEFAULT_VERSION = "4.8"
LARGEST_MESSAGE = 20 * 1024 * 1024
LONGEST_TEXT = 10_000
LONGEST_BLOB = 1_500_000
MOST_OF_A_KIND = 20_000
_STEP = "Correct the element and send the message again."


def read(data: bytes, source: str = "xml", limit: int = LARGEST_MESSAGE) -> Declaration:
    """The declaration in a message of at most `limit` bytes. Raises DoorError with element path and line number."""
    root = parse(data, source, limit)
    return _Reading(root, source).declaration()


class _Reading:
    """One message on its way into objects."""

    def __init__(self, root: etree._Element, source: str) -> None:
        name = etree.QName(root)
        if name.localname != "DecMessage":
            step = "Send the declaration as a DecMessage."
            raise DoorError(source, f"line {root.sourceline}, root element", name.localname, "DecMessage", step)
        self.root = root
        self.source = source
        self.namespace = name.namespace or ""
        self.export = False
        self.unknown: list[tuple[str, str]] = []

    def declaration(self) -> Declaration:
        self._about_the_root()
        self.export = self._direction() == "E"
        values = self._objects(self.root, "", {}, groups())
        if "header" not in values:
            raise DoorError(self.source, "DecMessage/DecHead", "", "the header of the declaration", _STEP)
        return Declaration(**values, unknown_elements=tuple(sorted(self.unknown, key=sort_key)))

    def _about_the_root(self) -> None:
        found = dict(attributes(self.root, ""))
        if found.setdefault("@Version", "") == DEFAULT_VERSION:
            del found["@Version"]
        if self.namespace != NAMESPACE:
            found["@xmlns"] = self.namespace
        self.unknown += found.items()

    def _direction(self) -> str:
        for head in self.root:
            if etree.QName(head).localname == "DecHead":
                for element in head:
                    if etree.QName(element).localname == "IEFlag":
                        return (element.text or "").strip()
        return ""

    def _objects(
        self, element: etree._Element, path: str, leaves: dict[str, Leaf], below: tuple[Group, ...]
    ) -> dict[str, Any]:
        """The constructor values out of one element: its leaves, the objects below it, the rest noted as unknown."""
        values: dict[str, Any] = {}
        by_name = {group.path[0]: group for group in below}
        self._no_stray_text(element, path)
        for child, step in steps(element, self.namespace):
            where = f"{path}/{step}".lstrip("/")
            name = etree.QName(child).localname
            if leaf := leaves.get(name):
                self._fill(values, leaf, child, where)
            elif group := by_name.get(name):
                self._gather(values, group, child, where)
            else:
                self.unknown += collect(child, where, self.namespace)
        return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}

    def _gather(self, values: dict[str, Any], group: Group, child: etree._Element, where: str) -> None:
        for element, place in self._members(group, child, where):
            self.unknown += attributes(element, place)
            item = group.kind(**self._objects(element, place, dict(group.leaves), group.groups))
            if not group.repeated:
                if group.attribute in values:
                    raise self._error(element, place, "a second one", f"one {group.path[-1]}")
                values[group.attribute] = item
                continue
            items = values.setdefault(group.attribute, [])
            items.append(item)
            if len(items) > MOST_OF_A_KIND:
                expected = f"at most {MOST_OF_A_KIND} of them"
                raise LimitExceeded(self.source, place, f"{len(items)} elements", expected, "Split the message.")

    def _members(self, group: Group, child: etree._Element, where: str) -> Iterator[tuple[etree._Element, str]]:
        """The elements of a group: the child itself, or those inside it when it is only their wrapper."""
        if len(group.path) == 1:
            yield child, where
            return
        self.unknown += attributes(child, where)
        self._no_stray_text(child, where)
        for inner, step in steps(child, self.namespace):
            if etree.QName(inner).localname == group.path[1]:
                yield inner, f"{where}/{step}"
            else:
                self.unknown += collect(inner, f"{where}/{step}", self.namespace)

    def _fill(self, values: dict[str, Any], leaf: Leaf, element: etree._Element, where: str) -> None:
        name = leaf.name(self.export)
        text = element.text or ""
        if len(element):
            raise self._error(element, where, f"<{etree.QName(element[0]).localname}>", "text, no elements")
        self.unknown += attributes(element, where)
        longest = LONGEST_BLOB if leaf.is_blob else LONGEST_TEXT
        if len(text) > longest:
            place = f"{where}, line {element.sourceline}"
            expected = f"at most {longest} characters, found {len(text)}"
            raise LimitExceeded(self.source, place, text, expected, _STEP)
        if name in values:
            raise self._error(element, where, text, "each element once")
        if text.strip():
            values[name] = self._value(leaf, text, element, where)

    def _value(self, leaf: Leaf, text: str, element: etree._Element, where: str) -> Any:
        try:
            if leaf.kind is Decimal:
                return decimal_of(text)
            return integer_of(text) if leaf.kind is int else text
        except ValueError as error:
            raise self._error(element, where, text, str(error)) from error

    def _no_stray_text(self, element: etree._Element, path: str) -> None:
        for text in (element.text, *(child.tail for child in element)):
            if text and text.strip():
                raise self._error(element, path or "DecMessage", text.strip(), "elements only, no text between them")

    def _error(self, element: etree._Element, where: str, value: str, expected: str) -> DoorError:
        return DoorError(self.source, f"{where}, line {element.sourceline}", value, expected, _STEP)
