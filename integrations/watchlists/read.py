"""From the id of a list and its files to entries: the one function the command line and the console call."""

from collections.abc import Iterator, Sequence

from integrations.errors import DoorError
from integrations.excel.sheets import read_sheets
from integrations.watchlists.imported import ImportedList, SourceFile
from integrations.watchlists.ofac import read_ofac
from integrations.watchlists.plain_csv import read_csv, read_rows
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
    if source.id == "SA01":
        return read_un(file, source)
    return read_rows(_excel_rows(file), file, source) if file.data.startswith(b"PK") else read_csv(file, source)


def _excel_rows(file: SourceFile) -> Iterator[tuple[str, list[str]]]:
    """The rows of the one filled sheet of a workbook. Raises DoorError when several are filled."""
    filled = [sheet for sheet in read_sheets(file.data, file.name) if sheet.rows]
    if len(filled) > 1:
        names = ", ".join(sheet.name for sheet in filled)
        raise DoorError(file.name, "sheets", names, "one filled sheet", "Save each list as a workbook of its own.")
    for sheet in filled:
        for row in sheet.rows:
            cells = [row.cells.get(number) for number in range(1, max(row.cells) + 1)]
            yield f"{sheet.name} row {row.number}", [cell.text if cell else "" for cell in cells]
