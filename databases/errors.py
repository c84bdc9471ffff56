"""What can go wrong with storage, one small tree. Every message says what, where, the value seen and what to do."""


class StorageError(Exception):
    """Any failure of the memory; the pipeline treats each of them as "cannot record", never as a release."""


class DatabaseUnavailable(StorageError):
    """The database does not answer: wrong address, server down, too many connections, locked for too long."""


class StorageBusy(DatabaseUnavailable):
    """Another transaction holds what this one needs, or both wait for each other; the same work can be tried again."""


class ReadOnlyStorage(StorageError):
    """The data folder or the database file can be read but not written, or the disk is full."""


class MigrationMissing(StorageError):
    """The schema is older than the code, newer than it, or not there at all."""


class UnstorableText(StorageError):
    """A text holds NUL or half a surrogate pair; PostgreSQL can't keep it, so neither engine accepts it."""


class NotFound(StorageError):
    """There is no row with this id."""


class StaleState(StorageError):
    """The row is no longer in the state the action needs: somebody else was quicker, or the step was left out."""


class FourEyesViolated(StorageError):
    """Maker and checker are the same person, or the checker's account is younger than the proposal."""


class ReleaseForbidden(StorageError):
    """The machine refused the order; nobody can release it, only a new revision can be judged again."""


class SeedBroken(StorageError):
    """A data file shipped with the product can't be read; names file, line and column."""
