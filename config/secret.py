"""The key of a server that was given none."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def kept_secret(path: Path) -> str:
    """The secret in this file; made at the first call, readable for this user alone.

    It is enough for one machine. Servers that share a database need the same SECRET_KEY.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, encoding="ascii") as draft:
            draft.write(secrets.token_urlsafe(64))
            draft.flush()
            with suppress(FileExistsError):  # another process was quicker: its key counts
                os.link(draft.name, path)  # whole, or not at all
    return path.read_text(encoding="ascii")
