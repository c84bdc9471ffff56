"""From the id of a list and its files to entries: the one function the command line and the console call."""

from collections.abc import Sequence

from integrations.errors import DoorError
from integrations.watchlists.imported import ImportedList, SourceFile
from integrations.watchlists.ofac import read_ofac
from integrations.watchlists.plain_csv import read_csv
from integrations.watchlists.registry import ListSource
from integrations.watchlists.un import read_un


def read_list(files: Sequence[SourceFile], source: ListSource) -> ImportedList:
    """Read one list. SA02 takes the OFAC files, SA01 the UN XML, all others one table.

    Raises DoorError when a file is not what the list is published as; single bad records are in `rejected`.
    """
    if source.id == "SA02":
        return read_ofac(files, source)
    if len(files) != 1:
        names = ", ".join(file.name for file in files) or "no file"
        raise DoorError(source.id, "files", names, "exactly one file", "Import one file at a time.")
    [file] = files
    return read_un(file, source) if source.id == "SA01" else read_csv(file, source)
