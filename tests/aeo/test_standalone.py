"""The stand-alone verifier as an auditor runs it: one file, the bare interpreter, nothing of ours in reach."""

import ast
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from risk.canonical import canonical
from tradewarden.aeo.pack import VERIFIER
from tradewarden.aeo.standalone import verify as standalone
from tradewarden.aeo.standalone.verify import ORDER, ed25519_valid

# RFC 8032 section 7.1: public key, message, signature
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
        "454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


def run(*arguments, cwd):
    command = [sys.executable, "-I", "-S", *map(str, arguments)]
    return subprocess.run(command, check=False, cwd=cwd, capture_output=True, text=True, encoding="utf-8", timeout=60)


@pytest.mark.parametrize("vector", RFC_8032, ids=["1", "2", "3", "SHA(abc)"])
def test_ed25519_of_the_standard(vector):
    public, message, signature = map(bytes.fromhex, vector)
    assert ed25519_valid(public, signature, message)
    assert not ed25519_valid(public, signature, message + b"x")
    assert not ed25519_valid(public, signature[:63] + bytes([signature[63] ^ 1]), message)
    assert not ed25519_valid(public, signature[:31] + bytes([signature[31] ^ 0x80]) + signature[32:], message)


def test_ed25519_agrees_with_the_library_on_random_keys_and_damaged_signatures():
    chance = random.Random(8032)
    for _ in range(25):
        private = Ed25519PrivateKey.from_private_bytes(chance.randbytes(32))
        public, message = private.public_key().public_bytes_raw(), chance.randbytes(chance.randrange(200))
        signature = private.sign(message)
        assert ed25519_valid(public, signature, message)
        damaged = bytearray(signature)
        damaged[chance.randrange(64)] ^= 1 << chance.randrange(8)
        assert not ed25519_valid(public, bytes(damaged), message)


def test_ed25519_refuses_a_second_form_of_a_signature_and_keys_off_the_curve():
    public, message, signature = map(bytes.fromhex, RFC_8032[1])
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not ed25519_valid(public, signature[:32] + s.to_bytes(32, "little"), message)
    for bad in (b"\xff" * 32, (2).to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little")):
        assert not ed25519_valid(bad, signature, message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=12,
)


@given(JSON)
def test_the_standard_library_writes_the_same_canonical_json(value):
    """The audit hashes are taken over it, so an auditor must be able to make it without our encoder."""
    assert standalone.canonical(value) == canonical(value)


def test_it_is_one_file_of_the_standard_library_for_python_3_8():
    source = VERIFIER.read_text(encoding="utf-8")
    tree = ast.parse(source, feature_version=(3, 8))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module])
    }
    assert imported <= sys.stdlib_module_names
    assert len(source.splitlines()) <= 400


@pytest.mark.parametrize("name", ["pack", "pack.zip"])
def test_it_runs_on_the_bare_interpreter(write_pack, tmp_path, key, name):
    write_pack(name)
    copy = Path(shutil.copy(VERIFIER, tmp_path / "kept_by_the_auditor.py"))
    done = run(copy, tmp_path / name, "--key", key.fingerprint.upper(), "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["verdict"], answer["problems"], answer["signer"]) == ("intact", [], key.fingerprint)


def test_the_copy_in_the_pack_verifies_the_pack_it_lies_in(write_pack, tmp_path):
    write_pack("pack")
    done = run("verify.py", cwd=tmp_path / "pack")
    assert done.returncode == 0, done.stdout
    assert "结论:完好 | verdict: intact" in done.stdout
    assert "--key" in done.stdout
    assert not list((tmp_path / "pack").rglob("__pycache__"))


def test_a_changed_pack_ends_with_status_1_and_names_the_record(write_pack, tmp_path):
    write_pack("pack")
    path = tmp_path / "pack" / "data" / "decisions.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"order_id":"O-2"', b'"order_id":"O-8"'))
    done = run("verify.py", cwd=tmp_path / "pack")
    assert done.returncode == 1
    assert "data/decisions.jsonl:2: 记录被改动 | the record was changed" in done.stdout
    assert "verdict: broken" in done.stdout


def test_another_signer_than_the_expected_one_is_status_1(write_pack, tmp_path):
    write_pack("pack")
    done = run("verify.py", "--key", "00" * 32, "--json", cwd=tmp_path / "pack")
    assert done.returncode == 1
    assert json.loads(done.stdout)["problems"] == [{"kind": "other_signer", "where": "checkpoint.json"}]


def test_no_pack_is_status_2(tmp_path):
    copy = shutil.copy(VERIFIER, tmp_path / "verify.py")
    done = run(copy, tmp_path / "nothing", cwd=tmp_path)
    assert done.returncode == 2
    assert "无法核验 | could not verify" in done.stderr
    assert "nothing" in done.stderr


def test_every_kind_of_problem_has_its_sentences():
    source = "".join(path.read_text(encoding="utf-8") for path in VERIFIER.parent.parent.rglob("*.py"))
    for kind, (zh, en) in standalone.SENTENCES.items():
        assert source.count(f'"{kind}"') >= 3, kind
        assert zh
        assert en
