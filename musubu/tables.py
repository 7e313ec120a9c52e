"""Lists that sort, page and leave as CSV: the one way that every list page has them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise

BOM = "\ufeff"  # Japanese spreadsheets read UTF-8 only with it
PAGE = 30
MOST_CSV_ROWS = 100_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so would be run by a spreadsheet


@dataclass(frozen=True)
class Column:
    """`order` is the field that it sorts by (none: it does not sort); `value` is its cell in the CSV file."""

    label: str | Promise
    value: Callable[[Any], Any]
    order: str = ""


@dataclass(frozen=True)
class Head:
    """A column's heading: the `sort` value that its link asks for, and how it is sorted now."""

    label: str | Promise
    sort: str
    now: str  # ascending | descending | ""


class Table:
    """Rows of a list page as asked for by `sort` and `page`; `sort` is a column's field, with - for descending."""

    def __init__(self, request: HttpRequest, rows: QuerySet[Any], columns: list[Column], size: int = PAGE) -> None:
        self.columns = columns
        asked = request.GET.get("sort", "")
        known = {column.order for column in columns if column.order}
        self.sort = asked if asked.removeprefix("-") in known else ""
        self.rows = rows.order_by(self.sort, "pk") if self.sort else rows
        self.page: Page[Any] = Paginator(self.rows, size).get_page(request.GET.get("page"))

    @property
    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.columns]

    def _head(self, column: Column) -> Head:
        up = self.sort == column.order and bool(column.order)
        down = self.sort == f"-{column.order}" and bool(column.order)
        return Head(
            column.label,
            f"-{column.order}" if up else column.order,
            "ascending" if up else "descending" if down else "",
        )

    def csv(self, name: str) -> HttpResponse:
        """The whole list, not only the page, as a file for spreadsheets."""
        cells = ([column.value(row) for column in self.columns] for row in self.rows[:MOST_CSV_ROWS])
        return csv_file(name, [str(column.label) for column in self.columns], cells)


def csv_file(name: str, heading: list[str], rows: Iterable[Iterable[Any]]) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heading)
    writer.writerows([_cell(value) for value in row] for row in rows)
    response = HttpResponse(BOM + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: Any) -> Any:
    text = "" if value is None else str(value)
    return "'" + text if isinstance(value, str) and text.startswith(FORMULA) else text
