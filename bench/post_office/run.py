"""Queue and send so many mails, timed: `python -m bench.post_office.run COUNT PROCESSES`.

Prints as JSON how many were queued and sent, and how many seconds each took. The database is
`DATABASE_URL`'s, empty; `SMTP_PORT` is the mail server's.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import django

BODY = """쿠폰이 도착했어요

{{ name }}님, {{ shop }}에서 쿠폰을 넣어드렸어요.

▪ 쿠폰: {{ coupon }}
▪ 혜택: {{ benefit }}
▪ 사용 기한: {{ expires }}

※ {{ basis }}"""
QUEUED_AT_ONCE = 5000


def main(count: int, processes: int) -> None:
    """Migrate, then queue and send on the clock, in so many processes."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.post_office.settings"
    django.setup()
    from django.core.management import call_command
    from post_office.models import STATUS, Email

    call_command("migrate", verbosity=0)
    mails = _mails(count)
    began = perf_counter()
    _queue(mails)
    queued = perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        call_command(
            "send_queued_mail", processes=processes, lockfile=str(Path(directory) / "lock")
        )
    sent = perf_counter()
    figures = {
        "queued": Email.objects.count(),
        "sent": Email.objects.filter(status=STATUS.sent).count(),
        "queueing": queued - began,
        "sending": sent - queued,
    }
    print(json.dumps(figures | {"seconds": sent - began}))


def _mails(count: int) -> list[dict[str, Any]]:
    """What `send_many` takes: the values that a coupon message has."""
    from post_office.models import EmailTemplate

    template = EmailTemplate.objects.create(
        name="coupon", subject="{{ shop }}: 쿠폰이 도착했어요", content=BODY
    )
    return [
        {
            "recipients": f"m{number}@example.com",
            "template": template,
            "context": {
                "shop": "봄날문구",
                "name": f"김단골{number}",
                "coupon": "봄맞이 ISSUED 쿠폰",
                "benefit": "10% 할인 (최대 5,000원, 30,000원 이상 구매 시)",
                "expires": "4월 30일 23:59",
                "basis": "고객님이 참여하신 출석 이벤트로 지급된 쿠폰 안내입니다.",
            },
        }
        for number in range(count)
    ]


def _queue(mails: list[dict[str, Any]]) -> None:
    from post_office import mail

    for start in range(0, len(mails), QUEUED_AT_ONCE):
        mail.send_many(mails[start : start + QUEUED_AT_ONCE])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
