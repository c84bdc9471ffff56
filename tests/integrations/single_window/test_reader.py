"""Messages that must be read, and messages that must be refused with element, line, value and next step."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integrations.errors import DoorError, LimitExceeded
from integrations.single_window import read, write
from risk.nouns.declaration import Declaration
from risk.nouns.header import Header

HANDBOOK = """<DecMessage Version="4.8" xmlns="http://www.chinaport.gov.cn/dec">
 <DecHead><IEFlag>E</IEFlag><AgentCode>4403180867</AgentCode><AgentName>…</AgentName>
  <CustomMaster>5304</CustomMaster><IEPort>5304</IEPort><TradeCode>4403160123</TradeCode>
  <TradeCoScc>91440399MAX0000153</TradeCoScc><OwnerName>…</OwnerName><OwnerCodeScc>91440399MAX000023X</OwnerCodeScc>
  <OverseasConsigneeEname>BLU PRECISION LIMITED</OverseasConsigneeEname>
  <TradeMode>0110</TradeMode><CutMode>101</CutMode><TradeCountry>USA</TradeCountry><TradeAreaCode>HKG</TradeAreaCode>
  <DistinatePort>USA309</DistinatePort><TrafMode>2</TrafMode><TrafName>COSCO SHIPPING ARIES</TrafName>
  <BillNo>COSU6123456780</BillNo><TransMode>3</TransMode><WrapType>22</WrapType><PackNo>40</PackNo>
  <GrossWet>1010</GrossWet><NetWt>960</NetWt><ContrNo>HDX2026-251</ContrNo><PromiseItmes>99999</PromiseItmes>
  <EntryType>M</EntryType></DecHead>
 <DecLists><DecList><GNo>1</GNo><CodeTS>6302101000</CodeTS><GName>棉制针织床单</GName>
  <GModel>0|0|床上用品|针织|棉100%|无品牌|A01|||</GModel><GQty>1200</GQty><GUnit>015</GUnit>
  <FirstQty>1200</FirstQty><FirstUnit>015</FirstUnit><SecondQty>960</SecondQty><SecondUnit>035</SecondUnit>
  <DeclPrice>3.2500</DeclPrice><DeclTotal>3900.00</DeclTotal><TradeCurr>USD</TradeCurr>
  <OriginCountry>USA</OriginCountry><DestinationCountry>CHN</DestinationCountry><DistrictCode>44139</DistrictCode>
  <DutyMode>1</DutyMode></DecList></DecLists>
 <DecContainers><Container><ContainerId>CSQU3054383</ContainerId><ContainerMd>21</ContainerMd><GoodsNo>1</GoodsNo>
  <LclFlag>0</LclFlag></Container></DecContainers>
 <DecFreeTxt><VoyNo>023E</VoyNo></DecFreeTxt>
 <DecSign><OperType>G</OperType><ClientSeqNo>202603081234567890</ClientSeqNo></DecSign>
</DecMessage>"""


def test_handbook_example():
    declaration = read(HANDBOOK.encode())
    header, [line], [container] = declaration.header, declaration.lines, declaration.containers
    assert (header.supervision_mode, header.trade_term, header.transport_mode) == ("0110", "3", "2")
    assert (header.arrival_country, header.trading_country) == ("USA", "HKG")
    assert (line.origin_country, line.final_destination) == ("CHN", "USA")
    assert (str(line.unit_price), line.total, line.quantity) == ("3.2500", Decimal(3900), Decimal(1200))
    assert (container.number, container.lines) == ("CSQU3054383", (1,))
    assert declaration.free_text.voyage_number == "023E"
    assert declaration.unknown_elements == ()


@pytest.mark.parametrize("namespace", ["", "urn:other"])
def test_namespace_is_tolerated_and_kept(namespace):
    text = HANDBOOK.replace(' xmlns="http://www.chinaport.gov.cn/dec"', f' xmlns="{namespace}"' if namespace else "")
    declaration = read(text.encode())
    assert declaration.lines == read(HANDBOOK.encode()).lines
    assert declaration.unknown_elements == (("@xmlns", namespace),)
    assert read(write(declaration)) == declaration


@pytest.mark.parametrize(
    ("attribute", "kept"), [('Version="4.8"', ()), ('Version="3.1"', (("@Version", "3.1"),)), ("", (("@Version", ""),))]
)
def test_version_is_kept(attribute, kept):
    declaration = read(HANDBOOK.replace('Version="4.8"', attribute).encode())
    assert declaration.unknown_elements == kept
    assert read(write(declaration)) == declaration


@pytest.mark.parametrize("encoding", ["GB18030", "UTF-16", "UTF-8"])
def test_encodings_of_customs_software(encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n{HANDBOOK}'
    assert read(text.encode(encoding)).lines[0].goods_name == "棉制针织床单"


def head(inner: str) -> str:
    return f"<DecMessage><DecHead>{inner}</DecHead></DecMessage>"


LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><DecMessage><DecHead>&b;</DecHead></DecMessage>'
HOSTILE = [
    ("", "whole document", "XML document"),
    ("   ", "whole document", "XML document"),
    ("{}", "line 1", "well-formed XML"),
    (HANDBOOK[:700], "line 8", "well-formed XML"),
    ("<DecMessage><DecHead></DecMessage>", "line 1", "well-formed XML"),
    (LAUGHS, "line 1", "no document type"),
    ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><DecMessage/>', "line 1", "no document type"),
    (head("&xxe;"), "line 1", "well-formed XML"),
    (head("<BillNo>&#0;</BillNo>"), "line 1", "well-formed XML"),
    (head("<BillNo>\x01</BillNo>"), "line 1", "well-formed XML"),
    ("<a>" * 400, "line 1", "fewer nested"),
    ('<?xml version="1.0" encoding="UTF-7"?><DecMessage/>', "encoding in line 1", "UTF-8 or GB18030"),
    ("<Envelope/>", "line 1, root element", "DecMessage"),
    ("<DecMessage/>", "DecMessage/DecHead", "the header"),
    (head("<PackNo>forty</PackNo>"), "DecHead/PackNo, line 1", "whole number"),
    (head("<PackNo>4.5</PackNo>"), "DecHead/PackNo, line 1", "whole number"),
    (head("\n<GrossWet>NaN</GrossWet>"), "DecHead/GrossWet, line 2", "decimal number"),
    (head("<GrossWet>1,5</GrossWet>"), "DecHead/GrossWet, line 1", "decimal number"),
    (head("<GrossWet>1e5</GrossWet>"), "DecHead/GrossWet, line 1", "decimal number"),
    (head("<GrossWet>１２</GrossWet>"), "DecHead/GrossWet, line 1", "decimal number"),
    (head(f"<GrossWet>{'9' * 400}</GrossWet>"), "DecHead/GrossWet, line 1", "decimal number"),
    (head("<IEFlag>E</IEFlag><IEFlag>I</IEFlag>"), "DecHead/IEFlag[2], line 1", "each element once"),
    (head("<BillNo><b/></BillNo>"), "DecHead/BillNo, line 1", "text, no elements"),
    (head("stray<IEFlag>E</IEFlag>"), "DecHead, line 1", "no text between"),
    (head(f"<NoteS>{'长' * 10_001}</NoteS>"), "DecHead/NoteS, line 1", "10000 characters"),
    ("<DecMessage><DecHead/><DecHead/></DecMessage>", "DecHead[2], line 1", "one DecHead"),
    ("<DecMessage><DecHead/><DecSign/><DecSign/></DecMessage>", "DecSign[2], line 1", "one DecSign"),
    (
        "<DecMessage><DecHead/><DecLists><DecList/><DecList><GQty>x</GQty></DecList></DecLists></DecMessage>",
        "DecLists/DecList[2]/GQty, line 1",
        "decimal number",
    ),
    (
        f"<DecMessage><DecHead/><DecLists>{'<DecList/>' * 20_001}</DecLists></DecMessage>",
        "DecLists/DecList[20001]",
        "20000",
    ),
]


@pytest.mark.parametrize(("text", "where", "expected"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_message_gives_one_clear_error(text, where, expected):
    with pytest.raises(DoorError) as caught:
        read(text.encode(), "message.xml")
    error = caught.value
    assert error.where.startswith(where)
    assert expected in error.expected
    assert error.next_step
    assert str(error).isprintable()


def test_size_is_limited_before_parsing():
    with pytest.raises(LimitExceeded, match="at most 1000 bytes"):
        read(b"x" * 1001, "message.xml", limit=1000)


def test_entities_in_utf_16_are_refused_too():
    with pytest.raises(DoorError, match="no document type"):
        read(LAUGHS.encode("utf-16"), "message.xml")


def test_ten_thousand_lines_are_read():
    rows = "".join(f"<DecList><GNo>{n}</GNo></DecList>" for n in range(1, 10_001))
    assert len(read(f"<DecMessage><DecHead/><DecLists>{rows}</DecLists></DecMessage>".encode()).lines) == 10_000


@pytest.mark.parametrize(
    ("declaration", "where", "expected"),
    [
        (Declaration(header=Header(remarks="a\0")), "header.remarks", "XML can carry"),
        (Declaration(header=Header(remarks="\ud800")), "header.remarks", "XML can carry"),
        (Declaration(header=Header(gross_weight_kg=Decimal("NaN"))), "header.gross_weight_kg", "finite"),
        (Declaration(header=Header(), unknown_elements=(("a//b", ""),)), "unknown_elements", "a path"),
        (Declaration(header=Header(), unknown_elements=(("A[3]", ""),)), "unknown_elements A[3]", "XML can carry"),
        (Declaration(header=Header(), unknown_elements=(("A", "\0"),)), "unknown_elements A", "XML can carry"),
        (Declaration(header=Header(), unknown_elements=(("a b", ""),)), "unknown_elements a b", "XML can carry"),
    ],
)
def test_writer_refuses_what_xml_cannot_carry(declaration, where, expected):
    with pytest.raises(DoorError) as caught:
        write(declaration)
    assert caught.value.where == where
    assert expected in caught.value.expected


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damaged_bytes_give_a_declaration_or_a_door_error(data):
    raw = bytearray(HANDBOOK.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        declaration = read(bytes(raw))
    except DoorError:
        return  # any other exception fails the test
    assert read(write(declaration)) == declaration
