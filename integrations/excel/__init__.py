"""The Excel door: template to download, workbooks to read, corrected workbooks to give back."""

from integrations.excel.corrected import corrected
from integrations.excel.limits import Limits
from integrations.excel.reader import WorkbookReading, read_workbook
from integrations.excel.rows import CellError
from integrations.excel.template import template

__all__ = ["CellError", "Limits", "WorkbookReading", "corrected", "read_workbook", "template"]
