"""What no document of Aligo's at hand confirmed, in one place: correct it here.

Where it is wrong, at worst a message that was delivered stays "sent", or is called failed with
Aligo's own code; nothing is ever sent twice for it.
"""

from messaging.models import Inspection

# The most recipients of one request.
MOST = 500
# Codes of an answer that mean the account: the key or the caller's address is not accepted.
ACCOUNT = frozenset({"-101", "-102"})
# Codes after which it may have been taken: an error of theirs that has no other name.
DOUBTFUL = frozenset({"-99", "-999"})
# `rslt` of a message that arrived; an empty one, or a `msgid` that begins with Q, is still under
# way.
DELIVERED = frozenset({"0", "0000"})
QUEUED = "Q"
# A template's `inspStatus`; the first before its inspection was asked for.
REGISTERED = "REG"
INSPECTIONS = {
    REGISTERED: Inspection.REQUESTED,
    "REQ": Inspection.REVIEWING,
    "APR": Inspection.APPROVED,
    "REJ": Inspection.REJECTED,
}
# Names of a button's kinds and addresses.
KINDS = {
    "AC": "채널 추가",
    "WL": "웹링크",
    "AL": "앱링크",
    "DS": "배송조회",
    "BK": "봇키워드",
    "MD": "메시지전달",
}
WEB, APP = ("linkMo", "linkPc"), {"linkIos": "ios", "linkAnd": "android"}
# Asks for the counts that could still be sent, and sends nothing.
BALANCE = "/akv10/heartinfo/"
# Rows of a page of results.
PAGE = 500
