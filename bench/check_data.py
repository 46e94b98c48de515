"""`make check-data`: the whole real order file against counts that know nothing of the importer.

The figures are reckoned here a second time, in plain Python from the written rules alone, and
compared with what `import_orders` prints and with what then stands in the database. The import
runs twice: the second time it must change nothing. On `DATABASE_URL` (its database is made anew
under another name and dropped afterwards), or on an SQLite file of its own.
"""

import csv
import gzip
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT.parent / "shared" / "data" / "online-retail-2010-12_2011-05.csv.gz"
RATE = Decimal(1700)
SLUG = "check-data"
LIMIT_SECONDS = 60
Figures = dict[str, Any]


def reckon(path: Path, rate: Decimal) -> Figures:
    """The figures of a file by the written rules: everything in memory, no database."""
    orders: dict[str, list[Any]] = {}
    taken_back: list[tuple[datetime, int, str, str | None, str, int]] = []
    customers: set[str] = set()
    products: set[str] = set()
    read = refused = 0
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream)
        next(rows)
        for row in rows:
            if not row:
                continue
            read += 1
            line = _line(row)
            if line is None:
                refused += 1
                continue
            number, code, quantity, at, price, customer = line
            products.add(code)
            if customer:
                customers.add(customer)
            if number[0] == "C":
                taken_back.append((at, read, number, customer, code, -quantity))
            else:
                order = orders.setdefault(number, [at, None, Counter(), 0])
                order[1] = order[1] or customer
                order[2][code] += quantity
                order[3] += quantity * int((price * rate).quantize(Decimal(1), ROUND_HALF_UP))
    total = sum(order[3] for order in orders.values())
    matched, emptied = _match(orders, taken_back)
    return {
        "rows_read": read,
        "rows_kept": read - refused,
        "rows_refused": refused,
        "orders": len(orders),
        "cancellations": len({number for _, _, number, *_ in taken_back}),
        "cancellation_lines_matched": matched,
        "cancellation_lines_unmatched": len(taken_back) - matched,
        "orders_cancelled": emptied,
        "customers": len(customers),
        "products": len(products),
        "sum of all orders": total,
    }


def _line(row: list[str]) -> tuple[str, str, int, datetime, Decimal, str | None] | None:
    """A row's values, or None where the rules refuse it."""
    if len(row) != 8 or not re.fullmatch("C?[0-9]{6}", row[0]) or not row[1].strip():
        return None
    try:
        quantity, price = int(row[3]), Decimal(row[5])
        at = datetime.fromisoformat(row[4])
    except (ValueError, InvalidOperation):
        return None
    cancels = row[0][0] == "C"
    if quantity == 0 or (quantity < 0) != cancels or not price.is_finite() or price < 0:
        return None
    customer = re.sub(r"^([0-9]+)\.0$", r"\1", row[6].strip())
    return row[0], row[1].strip(), quantity, at, price, customer or None


def _match(orders: dict[str, list[Any]], taken_back: list[Any]) -> tuple[int, int]:
    """How many lines found their order, and how many orders have nothing left."""
    of_customer: dict[str, list[str]] = defaultdict(list)
    for number, (_, customer, _, _) in orders.items():
        if customer:
            of_customer[customer].append(number)
    matched = 0
    for at, _, _, customer, code, quantity in sorted(taken_back, key=lambda line: line[:2]):
        fitting = [
            number
            for number in of_customer.get(customer, ())
            if orders[number][0] <= at and orders[number][2][code] >= quantity
        ]
        if fitting:
            latest = max(fitting, key=lambda number: (orders[number][0], int(number)))
            orders[latest][2][code] -= quantity
            matched += 1
    return matched, sum(not any(order[2].values()) for order in orders.values())


def run_import(environ: dict[str, str]) -> Figures:
    """One run of the real command, as people run it."""
    command = [sys.executable, "manage.py", "import_orders", "--shop", SLUG, "--json",
               "--format", "online-retail", "--rate", str(RATE), "--invent-people", "7",
               "--rejects", os.devnull, str(FILE)]  # fmt: skip
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    return dict(json.loads(done.stdout))


def stored() -> Figures:
    """The same figures as the database has them."""
    from django.db.models import Sum

    from orders.models import Cancellation, Customer, Order, OrderItem, OrderStatus, Product

    lines, orders = Cancellation.objects.all(), Order.objects.all()
    return {
        "rows_kept": OrderItem.objects.count() + lines.count(),
        "orders": orders.count(),
        "cancellations": lines.values("number").distinct().count(),
        "cancellation_lines_matched": lines.exclude(order=None).count(),
        "cancellation_lines_unmatched": lines.filter(order=None).count(),
        "orders_cancelled": OrderStatus.objects.filter(status="cancelled").count(),
        "customers": Customer.objects.count(),
        "products": Product.objects.count(),
        "sum of all orders": orders.aggregate(total=Sum("total"))["total"],
    }


def compare(reckoned: Figures, columns: list[tuple[str, Figures]]) -> bool:
    """Print a table; whether every column says what was reckoned."""
    alike = True
    print(f"{'':30}{'by the rules':>16}" + "".join(f"{name:>16}" for name, _ in columns))
    for name, figure in reckoned.items():
        cells = [figures.get(name) for _, figures in columns]
        same = all(cell in (None, figure) for cell in cells)
        shown = "".join(f"{'' if cell is None else f'{cell:,}':>16}" for cell in cells)
        print(f"{name:30}{figure:>16,}{shown}{'' if same else '   DIFFERENT'}")
        alike = alike and same
    return alike


def check(environ: dict[str, str]) -> bool:
    """Import twice and compare."""
    from django.utils import timezone

    from orders.models import Shop

    Shop.objects.create(
        slug=SLUG,
        name="Check",
        country="KR",
        timezone="Asia/Seoul",
        currency="KRW",
        created_at=timezone.now(),
    )
    first = run_import(environ)
    # Largest of the children so far, which is the import's: the second has nothing to write.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    second = run_import(environ)
    columns = [("first import", first), ("second import", second), ("database", stored())]
    alike = compare(reckon(FILE, RATE), columns)
    print(f"\nfirst import  {first['changed']:,} changed, {first['seconds']} s, {peak:.0f} MiB")
    print(f"second import {second['changed']:,} changed, {second['seconds']} s")
    in_time = first["seconds"] < LIMIT_SECONDS
    return alike and second["changed"] == 0 and in_time


def main() -> int:
    """Exit status 0 where everything agrees."""
    if not FILE.exists():
        print(f"{FILE} is not there", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("HTTPS", "false")
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory() as directory:
        given = os.environ.get("DATABASE_URL", "")
        if not given.startswith("postgres"):
            os.environ["DATABASE_URL"] = given = f"sqlite:///{directory}/check.sqlite3"
        return 0 if _on_a_fresh_database(given) else 1


def _on_a_fresh_database(url: str) -> bool:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    print(connection.vendor)
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        call_command("migrate", verbosity=0)
        return check(dict(os.environ))
    connection.settings_dict["TEST"]["NAME"] = f"{name}_check_data"
    fresh = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        return check(os.environ | {"DATABASE_URL": _renamed(url, name, fresh)})
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _renamed(url: str, name: str, fresh: str) -> str:
    before, found, after = url.rpartition(f"/{name}")
    return f"{before}/{fresh}{after}" if found else url


if __name__ == "__main__":
    sys.exit(main())
