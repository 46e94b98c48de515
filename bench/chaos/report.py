"""What `make chaos` prints."""

from collections.abc import Iterable, Mapping

from bench.chaos.told import Line

# Of what is wrong, so many are named; the file has all.
EXAMPLES = 5


def accounts_table(lines: Iterable[Line]) -> str:
    """The accounts, with what is wrong below each line."""
    shown = []
    for line in lines:
        mark = f"WRONG: {len(line.wrong)}" if line.wrong else ""
        shown.append(f"  {line.what:<48}{line.count:>9,}  {mark}".rstrip())
        shown += [f"      {wrong}" for wrong in line.wrong[:EXAMPLES]]
        if len(line.wrong) > EXAMPLES:
            shown.append(f"      … and {len(line.wrong) - EXAMPLES} more")
    return "\n".join(shown)


def done_table(done: Mapping[str, int]) -> str:
    """What was done, how often."""
    return "\n".join(f"  {what:<48}{times:>9,}" for what, times in done.items())
