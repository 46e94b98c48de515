"""`manage.py replay`: runs a whole period, tick by tick, as the clock would have."""

import csv
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from crm.rehearsals.decisions import Decision
from crm.rehearsals.replaying import ReplayRefusedError, jobs_turned_on, rehearse, replay, summary
from orders.management.command import JsonCommand, moment, refuse, shop_named, utc

COLUMNS = ("at", "kind", "customer", "channel", "state", "reason", "not_before", "about")


class Command(JsonCommand):
    """Prints what was decided, by kind; `--out` lists each decision."""

    help = "Runs every tick of a period. With --rehearse nothing is left behind."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Arguments of this command."""
        super().add_arguments(parser)
        parser.add_argument("--shop", required=True, metavar="SLUG")
        parser.add_argument("--from", required=True, metavar="ISO", dest="start")
        parser.add_argument("--to", required=True, metavar="ISO", dest="end")
        parser.add_argument("--rehearse", action="store_true")
        parser.add_argument("--out", type=Path, metavar="FILE.csv")

    def answer(self, options: dict[str, Any]) -> dict[str, Any]:
        """Replay or rehearse."""
        shop = shop_named(options["shop"])
        start, end = moment(options["start"], shop), moment(options["end"], shop)
        if end <= start:
            refuse("--to must be later than --from")
        if options["rehearse"]:
            jobs = jobs_turned_on(shop)
            decisions = rehearse(
                shop=shop, start=start, end=end, jobs=jobs, progress=self._progress
            )
        else:
            decisions = replay(shop=shop, start=start, end=end, progress=self._progress)
        try:
            kinds = summary(_written(decisions, options["out"]))
        except ReplayRefusedError as error:
            refuse(str(error))
        return {"from": utc(start), "to": utc(end), "kinds": kinds}

    def _progress(self, at: datetime) -> None:
        if at.hour == at.minute == 0:
            self.stderr.write(f"{at:%Y-%m-%d}")


def _written(decisions: Iterator[Decision], path: Path | None) -> Iterable[Decision]:
    """The decisions, each written to the file as it passes."""
    if path is None:
        yield from decisions
        return
    try:
        stream = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        refuse(f"{path} cannot be written: {error.strerror}")
    with stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for decision in decisions:
            writer.writerow(_row(decision))
            yield decision


def _row(decision: Decision) -> list[str]:
    return [
        utc(decision.at) or "",
        decision.kind,
        decision.customer,
        decision.channel,
        decision.state,
        decision.reason,
        utc(decision.not_before) or "",
        "+".join(decision.about),
    ]
