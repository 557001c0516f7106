"""Dates as pages write them."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from og.reader.dates import LONGEST, iso

WRITTEN = {
    "2019-05-03": "2019-05-03",
    "2019-05-03T10:00:00+0200": "2019-05-03T10:00:00+02:00",
    "2019-05-03 10:00:00 -0400": "2019-05-03T10:00:00-04:00",
    "2019-05-03T10:00:00.123Z": "2019-05-03T10:00:00Z",
    "2019-05-03T10:00+00:00": "2019-05-03T10:00:00Z",
    "2022-5-3T23:57:00": "2022-05-03T23:57:00",
    "2019/05/03": "2019-05-03",
    "20190503": "2019-05-03",
    "20190503T101112Z": "2019-05-03T10:11:12Z",
    "1556877600": "2019-05-03T10:00:00Z",
    "1556877600000": "2019-05-03T10:00:00Z",
    "Mon Aug 03 12:45:00 EDT 2015": "2015-08-03T12:45:00-04:00",
    "Fri, 03 May 2019 10:00:00 +0100": "2019-05-03T10:00:00+01:00",
    "20 Nov 2019 08:02 GMT": "2019-11-20T08:02:00Z",
    "November 20, 2019 12:32": "2019-11-20T12:32:00",
    "Sept 3rd, 2014": "2014-09-03",
    "6 سبتمبر 2021، 4:20 م": "2021-09-06T16:20:00",
    "6 سبتمبر 2021، 12:20:00 ص": "2021-09-06T00:20:00",
    "Updated 5:32 PM ET, Mon December 30, 2019": "2019-12-30T17:32:00",
    "3/5/2019, 10:30 (GMT+7)": "2019-05-03T10:30:00+07:00",
    "2019-05-03 10:30 UTC+5:30": "2019-05-03T10:30:00+05:30",
    "3. Mai 2019, 14:05 Uhr": "2019-05-03T14:05:00",
    "le 3 février 2020": "2020-02-03",
    "15 de octubre de 2021": "2021-10-15",
    "12 września 2018": "2018-09-12",
    "03.05.2019 - 14:05": "2019-05-03T14:05:00",
    "05/13/2019 3:04 pm": "2019-05-13T15:04:00",
    "2019年5月3日 10:20": "2019-05-03T10:20:00",
    "2019년 5월 3일": "2019-05-03",
    "12:00 am 2019-05-03": "2019-05-03",
    "2019-05-03 12:30 am": "2019-05-03T00:30:00",
    "Tue Mar 05 2019 10:00:00 GMT+0900 (JST)": "2019-03-05T10:00:00+09:00",
    "2019-05-03T24:00:00": "2019-05-03",
    "03-May-2019 14:05": "2019-05-03T14:05:00",
    "3. toukokuuta 2019": "2019-05-03",
    "2019. május 3.": "2019-05-03",
    "3 Μαΐου 2019": "2019-05-03",
    "3 травня 2019, 14:05": "2019-05-03T14:05:00",
    "3. desember 2019": "2019-12-03",
    "17 Agustus 2019": "2019-08-17",
    "3 مايو 2019": "2019-05-03",
    "3 במאי 2019": "2019-05-03",
}
NO_DATES = [
    "",
    "   ",
    "hello",
    "2019",
    "May 2019",
    "2019-13-45",
    "0001-01-01T00:00:00Z",
    "1970-01-01T00:00:00Z",
    "9" * 50,
    "x" * 500 + "2019-05-03",
    "99/99/2019",
    "version 1.2.3",
]
FORM = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)?")


@pytest.mark.parametrize("text", WRITTEN)
def test_a_written_date_is_read(text: str) -> None:
    assert iso(text) == WRITTEN[text]


@pytest.mark.parametrize("text", NO_DATES)
def test_what_is_no_date_is_nothing(text: str) -> None:
    assert iso(text) == ""


def test_the_language_settles_which_figure_is_the_month() -> None:
    assert iso("04/06/2016", month_first=True) == "2016-04-06"
    assert iso("04/06/2016") == "2016-06-04"
    assert iso("04.06.2016", month_first=True) == "2016-06-04"


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2099, 12, 31)))  # noqa: DTZ001 -- as pages do
def test_what_python_writes_is_read_back(moment: datetime) -> None:
    assert iso(moment.isoformat()) == moment.isoformat(timespec="seconds")
    assert iso(moment.strftime("%a, %d %b %Y %H:%M:%S GMT")) == moment.isoformat(timespec="seconds") + "Z"


@given(st.text(max_size=LONGEST + 20) | st.text("0123456789-/.:T +ZapmMay", max_size=LONGEST))
def test_whatever_it_reads_is_iso_8601(text: str) -> None:
    found = iso(text)
    assert not found or (FORM.fullmatch(found) and datetime.fromisoformat(found))
