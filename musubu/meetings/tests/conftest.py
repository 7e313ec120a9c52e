"""What tests of meetings share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from musubu.meetings.tests.company import Company, open_company


@pytest.fixture
def company(db: None) -> Iterator[Company]:
    with open_company() as found:
        yield found
