"""A declaration to a single-window message: the mirror of the reader, the export swap included.

Elements follow the order of `elements.csv`; the XSD of the version in use may ask for another one inside DecHead.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lxml import etree

from integrations.errors import DoorError
from integrations.single_window.mapping import Group, groups
from integrations.single_window.reader import DEFAULT_VERSION, NAMESPACE
from integrations.single_window.unknown import restore
from risk.nouns.declaration import Declaration


def write(declaration: Declaration, source: str = "declaration") -> bytes:
    """UTF-8 XML that reads back to an equal declaration. Raises DoorError for text or numbers XML cannot carry."""
    unknown = dict(declaration.unknown_elements)
    namespace = unknown.pop("@xmlns", NAMESPACE)
    version = unknown.pop("@Version", DEFAULT_VERSION)
    names: Any = {None: namespace} if namespace else {}  # the stubs do not know the default namespace
    root = etree.Element(_tag("DecMessage", namespace), nsmap=names)
    if version:
        root.set("Version", version)
    for group in groups():
        _append(root, group, declaration, declaration.header.is_export, source)
    for path, text in unknown.items():
        restore(root, path, text, namespace, source)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True))


def _tag(name: str, namespace: str) -> str:
    return f"{{{namespace}}}{name}" if namespace else name


def _append(parent: etree._Element, group: Group, owner: Any, export: bool, source: str) -> None:
    held = getattr(owner, group.attribute)
    items: Iterable[Any] = held if group.repeated else [] if held is None else [held]
    namespace = etree.QName(parent).namespace or ""
    wrapper = parent
    for item in items:
        if wrapper is parent and len(group.path) == 2:
            wrapper = etree.SubElement(parent, _tag(group.path[0], namespace))
        element = etree.SubElement(wrapper, _tag(group.path[-1], namespace))
        for leaf in group.leaves.values():
            value = getattr(item, leaf.name(export))
            if value not in (None, ""):
                child = etree.SubElement(element, _tag(leaf.element, namespace))
                _set_text(child, value, f"{group.attribute}.{leaf.name(export)}", source)
        for below in group.groups:
            _append(element, below, item, export, source)


def _set_text(element: etree._Element, value: Any, where: str, source: str) -> None:
    expected = "text that XML can carry"
    try:
        if isinstance(value, Decimal):
            expected = "a finite number"
            if not value.is_finite():
                raise ValueError(value)
            element.text = format(value, "f")
        else:
            element.text = str(value)
    except ValueError as error:
        raise DoorError(source, where, value, expected, "Correct the value before the message is written.") from error
