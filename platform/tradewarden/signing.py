"""The key that signs evidence here: once it has signed, losing it is said, and another one never takes its place."""

from tradewarden.aeo.keys import FILE_NAME, EvidenceKey, load_key
from tradewarden.errors import CannotDo
from tradewarden.wiring import Application

KNOWN_AS = "evidence.key"


def signing_key(app: Application) -> EvidenceKey:
    """The key of this installation, made at first use.

    Raises CannotDo when the key that signed before is missing or another one lies in its place.
    """
    with app.database.reading() as uow:
        known = uow.meta.get(KNOWN_AS)
    if known and not (app.settings.keys_dir / FILE_NAME).exists():
        raise CannotDo(
            f"The evidence key {known} is missing from {app.settings.keys_dir}. Restore it from the backup: a new key "
            "can't vouch for what the old one signed."
        )
    key = load_key(app.settings.keys_dir)
    if known and known != key.fingerprint:
        raise CannotDo(
            f"The evidence key in {app.settings.keys_dir} is {key.fingerprint}, but {known} signed before. "
            "Put the right key back."
        )
    if not known:
        with app.database.writing() as uow:
            uow.meta.set(KNOWN_AS, key.fingerprint)
    return key
