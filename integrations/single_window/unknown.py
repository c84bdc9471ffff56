"""What a message holds beyond the mapped elements: kept as (path, text) and written back to the same place.

A path is `DecHead/NewElement`, `SddTax/Item[2]/Amount` (second of its name), `@Version` or `DecLists/DecList[3]/@id`
(attributes). Names outside the message's own namespace carry theirs in braces.
"""

import re
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from integrations.errors import DoorError

_STEP = re.compile(r"(@?(?:\{[^{}]*\})?[^/\[\]{}@]+)(?:\[(\d+)\])?(?:/|$)")


def collect(element: etree._Element, path: str, namespace: str) -> Iterator[tuple[str, str]]:
    """Everything below an element that no mapping knows, the element itself included."""
    yield from attributes(element, path)
    if len(element) == 0:
        yield path, element.text or ""
        return
    if element.text and element.text.strip():
        yield f"{path}/#text", element.text
    for child, step in steps(element, namespace):
        yield from collect(child, f"{path}/{step}", namespace)


def attributes(element: etree._Element, path: str) -> Iterator[tuple[str, str]]:
    """The attributes of an element as unknown elements."""
    prefix = f"{path}/" if path else ""
    for name, value in element.attrib.items():
        yield f"{prefix}@{name!s}", str(value)


def steps(element: etree._Element, namespace: str) -> Iterator[tuple[etree._Element, str]]:
    """Each child with its step: the name, and its number among those of the same name when it is not the first."""
    seen: Counter[str] = Counter()
    for child in element:
        name = str(child.tag).removeprefix(f"{{{namespace}}}") if namespace else str(child.tag)
        seen[name] += 1
        yield child, name if seen[name] == 1 else f"{name}[{seen[name]}]"


def sort_key(entry: tuple[str, str]) -> list[tuple[str, int]]:
    """Orders unknown elements by path, numbers as numbers, so that one message gives one sequence."""
    return [(name, int(number or 1)) for name, number in _STEP.findall(entry[0])]


def restore(root: etree._Element, path: str, text: str, namespace: str, source: str) -> None:
    """Put one unknown element or attribute back. Raises DoorError for a path that is none."""
    found = list(_STEP.finditer(path))
    if "".join(match.group() for match in found) != path or not found:
        raise DoorError(source, "unknown_elements", path, "a path such as DecHead/NewElement", "Correct the path.")
    element = root
    try:
        for match in found[:-1]:
            element = _child(element, match[1], int(match[2] or 1), namespace)
        last, number = found[-1][1], int(found[-1][2] or 1)
        if last.startswith("@"):
            element.set(last[1:], text)
        elif last == "#text":
            element.text = text
        else:
            _child(element, last, number, namespace).text = text
    except ValueError as error:
        step = "Remove characters that XML cannot carry, or correct the path."
        raise DoorError(source, f"unknown_elements {path}", text, f"what XML can carry ({error})", step) from error


def _child(element: etree._Element, name: str, number: int, namespace: str) -> etree._Element:
    tag = f"{{{namespace}}}{name}" if namespace and not name.startswith("{") else name
    existing = [child for child in element if child.tag == tag]
    if number > len(existing) + 1:
        raise ValueError(f"there is no {name}[{number - 1}] before it")
    return existing[number - 1] if number <= len(existing) else etree.SubElement(element, tag)
