"""data/index.xlsx: the pack for people. Every cell is text or a count; nothing can be taken for a formula."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from xlsxwriter import Workbook

from tradewarden.aeo.checkpoint import FileSeal
from tradewarden.aeo.evidence import KINDS
from tradewarden.aeo.period import SHANGHAI, Period

ROWS_PER_SHEET = 1_000_000
CELL_LIMIT = 32_000
OUTCOMES = {"release": "放行", "review": "复核", "hold": "暂扣", "refuse": "拒单"}
SUPERVISION = {"on_site": "现场监装", "sampled": "抽样监装", "remote": "远程监装", "media": "影像监装"}
DECISION_COLUMNS = (
    ("订单号 Order", 22),
    ("修订 Revision", 10),
    ("判定时间 Decided (Asia/Shanghai)", 22),
    ("结论 Outcome", 18),
    ("分数 Score", 10),
    ("监装方式 Supervision", 22),
    ("命中的检查 Checks that hit", 48),
    ("策略 Policy", 22),
    ("决定编号 Decision", 38),
)
FILE_COLUMNS = (
    ("内容 Content", 44),
    ("AEO 条款 AEO items", 36),
    ("文件 File", 30),
    ("记录数 Records", 12),
    ("SHA-256", 68),
)
DOCUMENT_COLUMNS = (("文件 File", 82), ("状态 State", 16), ("说明 Facts", 60))
STATES = {"present": "在包内 present", "missing": "存储缺失 missing", "damaged": "存储损坏 damaged"}


class Index:
    """Writes the workbook row by row; needs no more memory for a million decisions than for ten."""

    def __init__(self, path: Path, scratch: Path, now: datetime) -> None:
        safe = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        scratch.mkdir()
        self._book = Workbook(str(path), {"constant_memory": True, "tmpdir": str(scratch), **safe})
        self._book.set_properties({"title": "TradeWarden evidence", "created": now.replace(tzinfo=None)})
        self._bold = self._book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1})
        self._about = self._book.add_worksheet("说明 About")
        self._files = Table(self._book, self._bold, "文件 Files", FILE_COLUMNS)
        self._decisions = Table(self._book, self._bold, "决定 Decisions", DECISION_COLUMNS)
        self._documents = Table(self._book, self._bold, "单证 Documents", DOCUMENT_COLUMNS)

    def __enter__(self) -> "Index":
        return self

    def __exit__(self, *_error: object) -> None:
        for sheet in self._book.worksheets():
            sheet.row_data_fh.close()  # XlsxWriter leaves its row files open when a workbook is given up

    def decision(self, record: Mapping[str, Any]) -> None:
        """A row for a record of decisions.jsonl."""
        decision = record["decision"]
        kind = str(decision["supervision"]["kind"])
        hits = sorted({str(finding["check"]) for finding in decision["findings"] if finding["status"] == "hit"})
        self._decisions.row(
            record["order_id"],
            record["revision"],
            _local(str(record["as_of"])),
            f"{OUTCOMES.get(record['outcome'], '')} {record['outcome']}",
            record["score"],
            f"{SUPERVISION.get(kind, '')} {kind}",
            ", ".join(hits),
            record["policy"],
            record["decision_id"],
        )

    def document(self, sha256: str, state: str, facts: Mapping[str, str | int]) -> None:
        """A row for a document."""
        text = "; ".join(f"{name}: {value}" for name, value in sorted(facts.items()))
        self._documents.row(f"data/documents/{sha256}", STATES[state], text)

    def close(self, period: Period, now: datetime, fingerprint: str, seals: Mapping[str, FileSeal]) -> None:
        """Write the counts and finish the file."""
        for kind in KINDS:
            seal = seals[kind.path]
            self._files.row(f"{kind.title_zh} {kind.title_en}", kind.items, kind.path, seal.records, seal.sha256)
        about = (
            ("TradeWarden 外综服风控平台", "证据包 Evidence pack"),
            ("期间 Period", f"{period.first} – {period.last} (Asia/Shanghai)"),
            ("生成时间 Generated", now.astimezone(SHANGHAI).isoformat(timespec="seconds")),
            ("签名密钥指纹 Key fingerprint", fingerprint),
            ("记录总数 Records", str(sum(seal.records for seal in seals.values()))),
            ("核验方法 How to verify", "见 README.txt / see README.txt"),
        )
        self._about.set_column(0, 0, 34)
        self._about.set_column(1, 1, 72)
        for number, (label, text) in enumerate(about):
            self._about.write_string(number, 0, label, self._bold)
            self._about.write_string(number, 1, text)
        self._book.close()


class Table:
    """A sheet with a frozen header; goes on in another sheet where Excel's rows end."""

    def __init__(self, book: Workbook, bold: Any, name: str, columns: Sequence[tuple[str, int]]) -> None:
        self._book, self._bold, self._name, self._columns = book, bold, name, columns
        self._sheets = 0
        self._begin()

    def _begin(self) -> None:
        self._sheets += 1
        self._row = 0
        self._sheet = self._book.add_worksheet(self._name if self._sheets == 1 else f"{self._name} {self._sheets}")
        self._sheet.freeze_panes(1, 0)
        for number, (title, width) in enumerate(self._columns):
            self._sheet.set_column(number, number, width)
            self._sheet.write_string(0, number, title, self._bold)

    def row(self, *values: str | int) -> None:
        """Append a row; whole numbers stay numbers, everything else is text."""
        if self._row == ROWS_PER_SHEET:
            self._begin()
        self._row += 1
        for number, value in enumerate(values):
            if isinstance(value, int):
                self._sheet.write_number(self._row, number, value)
            else:
                self._sheet.write_string(self._row, number, _shortened(str(value)))


def decoded(record: bytes) -> dict[str, Any]:
    """A record as plain values. Raises ValueError when it is not a JSON object."""
    value = msgspec.json.decode(record)
    if not isinstance(value, dict):
        raise ValueError(f"a record must be a JSON object, not {record[:80]!r}")
    return value


def _local(instant: str) -> str:
    """A UTC time of the evidence in China's time; a text that is no time stays as it is."""
    try:
        return datetime.fromisoformat(instant).astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return instant


def _shortened(text: str) -> str:
    """Excel's cell limit is 32,767 characters; the whole text is in the .jsonl file."""
    return text if len(text) <= CELL_LIMIT else f"{text[:CELL_LIMIT]} … (全文见 .jsonl / full text in the .jsonl)"
