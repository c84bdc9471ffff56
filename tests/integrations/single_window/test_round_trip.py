"""What is written is read back, for declarations over all 243 elements and for messages with more than we know."""

from dataclasses import fields
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from integrations.single_window import read, write
from integrations.single_window.mapping import Group, groups
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header
from risk.nouns.line import Line

# Text that is only white space means "not filled in" and is read as such; everything else survives to the character.
TEXT = st.just("") | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")
    | st.sampled_from("\t\r\n"),
    min_size=1,
    max_size=12,
).filter(lambda text: text.strip())
NUMBER = st.none() | st.decimals(-(10**14), 10**14, places=5) | st.decimals(0, 10**6, places=0)
INTEGER = st.none() | st.integers(-(10**14), 10**14)
SCALARS = {str: TEXT, Decimal: NUMBER, int: INTEGER}


def objects(group: Group) -> st.SearchStrategy:
    scalars = {leaf.field: SCALARS[leaf.kind] for leaf in group.leaves.values()}
    below = {inner.attribute: st.lists(objects(inner), max_size=2).map(tuple) for inner in group.groups}
    optional = {**scalars, **below}
    return st.fixed_dictionaries({}, optional=optional).map(lambda values: group.kind(**values))


def parts() -> dict[str, st.SearchStrategy]:
    found = {}
    for group in groups():
        one = objects(group)
        found[group.attribute] = st.lists(one, max_size=2).map(tuple) if group.repeated else st.none() | one
    found["header"] = objects(groups()[0])
    return found


UNKNOWN = st.sets(
    st.sampled_from(
        ["@Version", "@xmlns", "DecHead/NewElement", "DecHead/@id", "SddTax/Item/Amount", "SddTax/Item[2]/Amount"]
    )
)


@settings(max_examples=120, deadline=None)
@given(st.fixed_dictionaries(parts()), st.sampled_from(["E", "I", ""]))
def test_written_declaration_reads_back_equal(values, direction):
    header = values["header"]
    header = type(header)(
        **{field.name: getattr(header, field.name) for field in fields(header)} | {"direction": direction}
    )
    declaration = Declaration(**{**values, "header": header})
    assert read(write(declaration)) == declaration


@settings(max_examples=60, deadline=None)
@given(UNKNOWN, TEXT)
def test_unknown_elements_return_to_their_place(paths, text):
    order = ["@Version", "@xmlns", "DecHead/@id", "DecHead/NewElement", "SddTax/Item/Amount", "SddTax/Item[2]/Amount"]
    if "SddTax/Item[2]/Amount" in paths:
        paths = paths | {"SddTax/Item/Amount"}
    values = {"@Version": "5.0", "@xmlns": "urn:other"}
    entries = tuple((path, values.get(path, text)) for path in order if path in paths)
    declaration = Declaration(header=Header(direction="E"), unknown_elements=entries)
    assert read(write(declaration)) == declaration


def test_export_swaps_the_countries_in_the_message_only():
    line = Line(origin_country="CHN", final_destination="USA")
    for direction, origin, destination in (("E", "USA", "CHN"), ("I", "CHN", "USA"), ("", "CHN", "USA")):
        message = write(Declaration(header=Header(direction=direction), lines=(line,)))
        root = etree.fromstring(message)
        assert root.findtext(".//{*}OriginCountry") == origin
        assert root.findtext(".//{*}DestinationCountry") == destination
        assert read(message).lines == (line,)


def canonical(element: etree._Element) -> tuple:
    """An element without regard to the order of differently named children; empty elements do not count."""
    children = [canonical(child) for child in element]
    filled = sorted((child for child in children if child[1] or child[2] or child[3]), key=lambda child: child[0])
    text = (element.text or "") if not children else ""
    return (
        etree.QName(element).localname,
        text if text.strip() else "",
        tuple(sorted(element.attrib.items())),
        tuple(filled),
    )


MESSAGE = """<?xml version="1.0" encoding="UTF-8"?>
<d:DecMessage Version="5.0" xmlns:d="http://www.chinaport.gov.cn/dec" xmlns:x="urn:x" x:batch="7">
 <d:DecHead id="h"><d:TransMode>3</d:TransMode><d:IEFlag>E</d:IEFlag><d:FutureElement>9</d:FutureElement>
  <d:BillNo/><!-- a comment --><d:GrossWet>1010</d:GrossWet><d:PackNo>40</d:PackNo></d:DecHead>
 <d:DecLists CopLimit="2"><d:DecList><d:GNo>1</d:GNo>
   <d:OriginCountry>USA</d:OriginCountry><d:GQty>1200</d:GQty></d:DecList>
  <d:DecList><d:GNo>2</d:GNo><d:Novel a="1">x<![CDATA[<&>]]></d:Novel>
   <d:DecGoodsLimits><d:DecGoodsLimit><d:GoodsNo>2</d:GoodsNo></d:DecGoodsLimit></d:DecGoodsLimits></d:DecList></d:DecLists>
 <d:SddTax><d:TaxList><d:Amount>1.10</d:Amount></d:TaxList><d:TaxList><d:Amount>2.20</d:Amount></d:TaxList></d:SddTax>
 <d:EdocRealation><d:EdocID>a.pdf</d:EdocID></d:EdocRealation><d:EdocRealation><d:EdocID>b.pdf</d:EdocID></d:EdocRealation>
</d:DecMessage>"""


def test_message_with_more_than_we_know_is_written_back_in_full():
    declaration = read(MESSAGE.encode())
    assert ("SddTax/TaxList[2]/Amount", "2.20") in declaration.unknown_elements
    assert ("DecLists/DecList[2]/Novel", "x<&>") in declaration.unknown_elements
    again = write(declaration)
    assert canonical(etree.fromstring(again)) == canonical(
        etree.fromstring(MESSAGE.encode(), etree.XMLParser(remove_comments=True))
    )
    assert read(again) == declaration
