"""Rows in the online-retail format, and reading them."""

import csv
import io

from orders.imports.online_retail import HEADING, import_orders
from orders.imports.rows import Refusal
from tests.factories import NOW

GOOD = "536365,85123A,WHITE HOLDER,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"


def changed_row(**fields):
    names = HEADING.split(",")
    row = dict(zip(names, GOOD.split(","), strict=True)) | fields
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(row[name] for name in names)
    return out.getvalue()


def imported(shop, path, **options):
    refused: list[Refusal] = []
    told = import_orders(shop=shop, path=path, now=NOW, refuse=refused.append, **options)
    return told, [(refusal.line, refusal.reason) for refusal in refused]
