import stat
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tradewarden.aeo.keys import fingerprint, load_key, same_fingerprint, signature_is_valid
from tradewarden.errors import CannotDo


def test_the_key_is_made_once_and_belongs_to_the_owner(tmp_path):
    folder = tmp_path / "keys"
    key = load_key(folder)
    assert load_key(folder).public_hex == key.public_hex
    assert stat.S_IMODE((folder / "evidence.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["evidence.key"]
    assert load_key(tmp_path / "others").public_hex != key.public_hex


def test_ten_processes_at_once_get_the_same_key(tmp_path):
    found = []
    threads = [threading.Thread(target=lambda: found.append(load_key(tmp_path).public_hex)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len(set(found)) == 1


def test_a_signature_holds_for_its_message_and_key_only(tmp_path):
    key, other = load_key(tmp_path / "one"), load_key(tmp_path / "two")
    signature = key.sign(b"evidence")
    assert signature_is_valid(key.public_hex, signature, b"evidence")
    assert not signature_is_valid(key.public_hex, signature, b"Evidence")
    assert not signature_is_valid(other.public_hex, signature, b"evidence")
    assert not signature_is_valid(key.public_hex, "zz", b"evidence")
    assert not signature_is_valid("00", signature, b"evidence")


def test_fingerprints_are_compared_in_any_notation(tmp_path):
    key = load_key(tmp_path)
    plain = key.fingerprint
    spaced = ":".join(plain[i : i + 2] for i in range(0, 64, 2)).upper()
    assert plain == fingerprint(key.public_hex)
    assert same_fingerprint(plain, spaced)
    assert not same_fingerprint(plain, "0" * 64)
    assert plain in repr(key)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    load_key(tmp_path)
    (tmp_path / "evidence.key").chmod(0o640)
    with pytest.raises(CannotDo, match=r"mode 0640.*chmod 600"):
        load_key(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"not a key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"]
)
def test_a_damaged_key_is_never_replaced(tmp_path, content):
    load_key(tmp_path)
    (tmp_path / "evidence.key").write_bytes(content)
    with pytest.raises(CannotDo, match=r"damaged or protected.*backup"):
        load_key(tmp_path)
    assert (tmp_path / "evidence.key").read_bytes() == content


def test_another_kind_of_key_is_refused(tmp_path):
    pem = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "evidence.key").write_bytes(pem)
    (tmp_path / "evidence.key").chmod(0o600)
    with pytest.raises(CannotDo, match="expected Ed25519"):
        load_key(tmp_path)


def test_a_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(CannotDo, match=r"keys.*can't be read or made"):
        load_key(tmp_path / "keys")
