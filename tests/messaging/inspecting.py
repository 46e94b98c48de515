"""A provider that inspects wording."""

from messaging.gateways import Account, Inspected, Inspector, Submission
from messaging.models import Inspection
from tests.messaging.scripted import Scripted


class Office(Scripted, Inspector):
    """A provider that inspects, and decides as a test tells it."""

    label = "Office"
    inspects_templates = True

    def __init__(self) -> None:
        super().__init__()
        self.submitted: list[Submission] = []
        self.asked_for: list[str] = []
        self.accounts: list[Account] = []
        self.says: Inspection | Exception = Inspection.REQUESTED
        self.comments = ""

    def submit(self, account: Account, wording: Submission) -> Inspected:
        self.accounts.append(dict(account))
        self.submitted.append(wording)
        return self._said(wording.code)

    def look_up(self, account: Account, code: str) -> Inspected:
        self.accounts.append(dict(account))
        self.asked_for.append(code)
        return self._said(code)

    def _said(self, code: str) -> Inspected:
        if isinstance(self.says, Exception):
            raise self.says
        return Inspected(code, self.says, self.comments)
