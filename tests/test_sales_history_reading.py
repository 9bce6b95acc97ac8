"""Reading a sales file: every way a row can be wrong, and every way a file can be written."""

import gzip
import lzma
from datetime import datetime
from decimal import Decimal

import pytest
from sales_history_support import HEADER, sale, write_file

from tools.sales_history import LoadError, Options, parsing
from tools.sales_history.reader import SalesFile

REJECTS = [
    (sale(InvoiceNo=" "), parsing.NO_INVOICE),
    (sale(StockCode=""), parsing.NO_PRODUCT),
    (sale(Quantity="six"), parsing.BAD_QUANTITY),
    (sale(Quantity=""), parsing.BAD_QUANTITY),
    (sale(Quantity="NaN"), parsing.BAD_QUANTITY),
    (sale(Quantity="1e40"), parsing.BAD_QUANTITY),
    (sale(UnitPrice="£4.95"), parsing.BAD_PRICE),
    (sale(UnitPrice="Infinity"), parsing.BAD_PRICE),
    (sale(InvoiceDate="2011-02-30 10:00:00"), parsing.BAD_DATE),
    (sale(InvoiceDate="yesterday"), parsing.BAD_DATE),
    (sale(InvoiceDate=""), parsing.BAD_DATE),
    (sale(InvoiceNo="A1001"), parsing.ADJUSTMENT),
    (sale(InvoiceNo="a1001", UnitPrice="-5"), parsing.ADJUSTMENT),
    (sale(Quantity="0"), parsing.ZERO_QUANTITY),
    (sale(Quantity="0.004"), parsing.ZERO_QUANTITY),
    (sale(UnitPrice="-0.01"), parsing.NEGATIVE_PRICE),
    (sale(Quantity="-1"), parsing.STOCK_ADJUSTMENT),
    (sale(UnitPrice="0", CustomerID=""), parsing.FREE_GUEST),
    (sale()[:-1], parsing.UNREADABLE),
    ([*sale(), "one more"], parsing.UNREADABLE),
    (sale(Description="a\0b"), parsing.UNREADABLE),
    (["no comma"], parsing.UNREADABLE),
]
ACCEPTED = [
    sale(),
    sale(InvoiceNo="C1001", Quantity="-6"),
    sale(InvoiceNo="c1001", Quantity="-6"),
    sale(InvoiceNo="C1001", Quantity="6"),
    sale(InvoiceNo="AB12"),
    sale(UnitPrice="0"),
    sale(UnitPrice="0.001", CustomerID=""),
    sale(Description=""),
    sale(Country=""),
    sale(InvoiceDate="2011-03-01"),
]


def make_parser(zone="UTC", **options):
    return parsing.RowParser(range(len(HEADER)), len(HEADER), Options(**options), zone)


@pytest.mark.parametrize(("fields", "reason"), REJECTS)
def test_a_bad_row_is_rejected_for_its_reason(fields, reason):
    parser = make_parser()
    assert parser(7, fields).reason == reason
    assert parser.reasons == {reason: 1}


def test_every_reason_has_a_row_here():
    reasons = {
        value
        for name, value in vars(parsing).items()
        if name.isupper() and isinstance(value, str) and name != "ROUND_HALF_UP"
    }
    assert {reason for _fields, reason in REJECTS} == reasons


@pytest.mark.parametrize("fields", ACCEPTED)
def test_a_good_row_is_accepted(fields):
    parser = make_parser()
    assert isinstance(parser(7, fields), parsing.Row)
    assert not parser.reasons


def test_what_a_row_says():
    row = make_parser("Europe/London")(3, sale("C1001", Quantity="-2.5", UnitPrice="11.5625"))
    assert row == parsing.Row(
        line=3,
        invoice="C1001",
        code="22720",
        description="SET OF 3 CAKE TINS PANTRY DESIGN",
        quantity=Decimal("-2.50"),
        price=Decimal("11.5625"),
        ordered=datetime(2011, 3, 1, 9, 30),
        customer="17850",
        country="United Kingdom",
        is_return=True,
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [("17850", "17850"), ("17850.0", "17850"), ("17850.5", "17850.5"), (" K-7 ", "K-7")],
)
def test_customer_numbers(written, read):
    assert make_parser()(1, sale(CustomerID=written)).customer == read


def test_rejected_amounts_are_kept_where_they_are_numbers():
    parser = make_parser()
    assert parser(1, sale(Quantity="-3", UnitPrice="1.5")).amount == Decimal("-4.5")
    assert parser(1, sale(Quantity="x")).amount is None


@pytest.mark.parametrize(
    ("zone", "date", "utc"),
    [
        ("UTC", "2011-07-01 12:00:00", datetime(2011, 7, 1, 12)),
        ("Europe/London", "2011-07-01 12:00:00", datetime(2011, 7, 1, 11)),
        ("Europe/London", "2011-01-01T12:00", datetime(2011, 1, 1, 12)),
        ("Asia/Ulaanbaatar", "2011-01-01", datetime(2010, 12, 31, 16)),
        ("Europe/London", "2011-07-01T12:00:00+03:00", datetime(2011, 7, 1, 9)),
        ("Europe/London", "2011-07-01T12:00:00Z", datetime(2011, 7, 1, 12)),
    ],
)
def test_dates_become_utc(zone, date, utc):
    assert make_parser(zone)(1, sale(InvoiceDate=date)).ordered == utc


def test_formats_and_prefixes_can_be_set():
    parser = make_parser(
        date_format="%m/%d/%Y %H:%M", decimal=",", cancel="RET-", adjustment="", quantity_digits=3
    )
    fields = sale("RET-5", Quantity="-0,125", UnitPrice="2,5", InvoiceDate="12/1/2010 8:26")
    row = parser(1, fields)
    assert row.quantity == Decimal("-0.125")
    assert row.price == Decimal("2.5")
    assert row.ordered == datetime(2010, 12, 1, 8, 26)
    assert row.is_return
    assert not parser(1, sale("A5", InvoiceDate="12/1/2010 8:26")).is_return


def test_an_unknown_time_zone_is_said():
    with pytest.raises(LoadError, match="no time zone Mars/Base"):
        make_parser("Mars/Base")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize(("suffix", "opener"), [("", open), (".xz", lzma.open), (".gz", gzip.open)])
def test_file_forms(tmp_path, delimiter, encoding, suffix, opener):
    rows = [sale(Description=f"CAFÉ, {delimiter} TÜR\n2 £"), sale("1002")]
    plain = write_file(tmp_path / "plain.csv", rows, encoding=encoding, delimiter=delimiter)
    path = tmp_path / f"sales.csv{suffix}"
    with opener(path, "wb") as stream:
        stream.write(plain.read_bytes())
    file = SalesFile(path, Options())
    assert file.header == HEADER
    assert list(file) == [(2, rows[0]), (4, rows[1])]


def test_headers_are_mapped_in_any_order(tmp_path):
    header = ["Land", "SKU", "Note", "Invoice", *HEADER[2:7]]
    fields = ["France", "X1", "ignored", "77", *sale()[2:7]]
    path = write_file(tmp_path / "sales.csv", [fields], header)
    options = Options.from_environ({"MAP": "InvoiceNo=Invoice, StockCode=SKU,Country=Land"})
    file = SalesFile(path, options)
    row = parsing.RowParser(file.positions, len(file.header), options)(*next(iter(file)))
    assert (row.invoice, row.code, row.country, row.customer) == ("77", "X1", "France", "17850")


def test_a_missing_column_is_named(tmp_path):
    path = write_file(tmp_path / "sales.csv", [sale()[:-1]], HEADER[:-1])
    with pytest.raises(
        LoadError, match=r"sales.csv has no column Country \(it has InvoiceNo, .*MAP"
    ):
        SalesFile(path, Options())


def test_an_empty_file_has_no_columns(tmp_path):
    path = tmp_path / "sales.csv"
    path.touch()
    with pytest.raises(LoadError, match="has no column InvoiceNo"):
        SalesFile(path, Options())


def test_a_missing_or_damaged_file_is_said(tmp_path):
    with pytest.raises(LoadError, match="There is no file"):
        SalesFile(tmp_path / "none.csv", Options())
    whole = lzma.compress(b"InvoiceNo," * 1000)
    for name, content in (("a.csv.xz", whole[:-20]), ("b.csv.xz", b"text"), ("c.csv.gz", b"text")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(LoadError, match="damaged or no such archive"):
            SalesFile(tmp_path / name, Options())


def test_a_wrong_encoding_is_said(tmp_path):
    path = write_file(tmp_path / "sales.csv", [sale(Description="£")], encoding="latin-1")
    with pytest.raises(LoadError, match="is not in utf-8: set ENCODING"):
        list(SalesFile(path, Options(encoding="utf-8")))
    with pytest.raises(LoadError, match="no encoding klingon"):
        SalesFile(path, Options(encoding="klingon"))


@pytest.mark.parametrize("following", [1, 30, 80])
@pytest.mark.parametrize("stray", ['"x', 'x,"', '"x"y'])
def test_a_stray_quote_costs_one_row(tmp_path, stray, following):
    good = [sale(str(number)) for number in range(following)]
    path = write_file(tmp_path / "sales.csv", [sale(), *good])
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:2], stray, *lines[2:]]))
    assert list(SalesFile(path, Options())) == [
        (2, sale()),
        (3, [stray]),
        *((4 + number, row) for number, row in enumerate(good)),
    ]


def test_a_quoted_line_break_is_no_mistake(tmp_path):
    rows = [sale(Description='one\ntwo "three"'), sale("1002")]
    path = write_file(tmp_path / "sales.csv", rows)
    assert list(SalesFile(path, Options())) == [(2, rows[0]), (4, rows[1])]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"MAP": "InvoiceNo"}, "MAP must read"),
        ({"MAP": "Invoice=Nr"}, "MAP names a column that does not exist: Invoice"),
        ({"SOURCE": "a.b"}, "SOURCE may only hold"),
        ({"BATCH": "many"}, "BATCH must be a whole number"),
        ({"BATCH": "0"}, "BATCH must be at least 1"),
    ],
)
def test_wrong_options_are_said(environ, message):
    with pytest.raises(LoadError, match=message):
        Options.from_environ(environ)


def test_options_from_the_environment():
    environ = {"CHARGES": "post, Fee", "CANCEL": "-", "BATCH": "50", "SOURCE": "", "TZ": "UTC"}
    options = Options.from_environ(environ)
    assert options == Options(charges=frozenset({"post", "fee"}), cancel="", batch=50)
