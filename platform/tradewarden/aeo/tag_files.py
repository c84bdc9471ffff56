"""The tag files of a pack (BagIt 1.0, RFC 8493): declaration, description, manifests and the page for readers."""

from collections.abc import Mapping
from datetime import datetime

from tradewarden.aeo.period import SHANGHAI, Period

MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
CHECKPOINT = "checkpoint.json"
SIGNATURE = "checkpoint.sig"
BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

README = """TradeWarden 外综服风控平台 · 证据包 / Evidence pack
期间 Period: {first} – {last} (Asia/Shanghai, 含首尾两日 both days included)
生成 Generated: {at}
签名密钥指纹 Fingerprint of the signing key:
  {fingerprint}

怎样核验
  1. 在任意一台装有 Python 3.8 以上的电脑上运行(无需联网,无需安装其他软件):
       python verify.py --key {fingerprint}
     请使用您自己保存的 verify.py,并向平台另行索取密钥指纹,不要只相信包内的副本。
  2. 退出码 0 = 完好;1 = 发现改动(逐条列出文件与记录);2 = 无法核验。

How to verify
  1. On any computer with Python 3.8 or later (no network, nothing to install):
       python verify.py --key {fingerprint}
     Use your own copy of verify.py and ask the platform for the fingerprint by another way; do not
     rely on what lies in the pack alone.
  2. Exit status 0 = intact; 1 = something was changed (each file and record is named); 2 = could not verify.

内容 Contents
  data/index.xlsx            可读目录:决定、计数、文件 / readable index: decisions, counts, files
  data/decisions.jsonl       风控决定、检查结果、得分构成 / decisions, findings, contributions
  data/orders.jsonl          订单各修订版 / orders, every revision
  data/screenings.jsonl      名单筛查(含无匹配) / name screenings, also without a match
  data/dispositions.jsonl    预警及处置 / alerts and their handling
  data/list_versions.jsonl   名单版本 / versions of the watchlists
  data/policies.jsonl        策略版本 / versions of the policy
  data/audit.jsonl           审计日志(按写入流成链) / audit entries, one hash chain per stream
  data/documents.jsonl       单证清单;文件在 data/documents/,以 SHA-256 命名 / documents, named by their SHA-256
  data/records.idx           每条记录的哈希 / hash of every record
  manifest-sha256.txt, tagmanifest-sha256.txt   文件哈希清单 / hashes of the files (BagIt 1.0)
  checkpoint.json, checkpoint.sig               检查点及其 Ed25519 签名 / checkpoint and its Ed25519 signature

每个 .jsonl 文件一行一条记录。检查点内有全部记录的默克尔树根(RFC 6962)、各审计链的首尾、标签清单的哈希。
Every .jsonl file holds one record per line. The checkpoint holds the Merkle root over all records (RFC 6962),
both ends of every audit chain and the hash of the tag manifest.
"""


def readme(period: Period, now: datetime, fingerprint: str) -> bytes:
    """README.txt, Chinese and English."""
    at = now.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return README.format(first=period.first, last=period.last, at=at, fingerprint=fingerprint).encode()


def bag_info(period: Period, now: datetime, fingerprint: str, sizes: Mapping[str, int]) -> bytes:
    """bag-info.txt; `sizes` are the bytes of every payload file."""
    payload = [size for path, size in sizes.items() if path.startswith("data/")]
    lines = {
        "Bagging-Date": now.astimezone(SHANGHAI).date(),
        "Bag-Software-Agent": "TradeWarden",
        "External-Identifier": f"evidence-{period}",
        "External-Description": "外综服风控证据 / Risk-control evidence of a foreign-trade services provider",
        "Payload-Oxum": f"{sum(payload)}.{len(payload)}",
        "TradeWarden-Period": f"{period.first} {period.last} Asia/Shanghai",
        "TradeWarden-Key-Fingerprint": fingerprint,
    }
    return "".join(f"{label}: {value}\n" for label, value in lines.items()).encode()


def manifest(sums: Mapping[str, str]) -> bytes:
    """Lines `sha256  path`, sorted by path."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)).encode()
