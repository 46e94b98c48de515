"""Which number of a row is the one that refuses: a wrong one would be somebody else's."""

import pytest

from messaging.models import OptOut, OptOutSource
from messaging.opt_out_imports import import_numbers
from tests import factories as make

pytestmark = pytest.mark.django_db


def read(text):
    shop, lines = make.ShopFactory(), text.splitlines()
    return import_numbers(shop=shop, lines=lines, source=OptOutSource.NUMBER, now=make.NOW)


@pytest.mark.parametrize(
    "text",
    [
        "01000009999",
        "전화번호\n010-0000-9999",
        "080번호,전화번호,일시\n080-111-2222,010-0000-9999,2026-01-01",
        "수신거부번호,휴대폰,일시\n080-111-2222,010-0000-9999,2026-01-01 10:00:00",
        "번호,휴대폰번호\n1,010-0000-9999",
        "번호\n010-0000-9999",
        "수신거부번호\n010-0000-9999",
        "홍길동,010-0000-9999",
        "2026-01-01,080-111-2222,010-0000-9999,010-0000-8888",
        "이름,일시\n홍길동,010-0000-9999",
    ],
)
def test_f3_the_number_is_found_whatever_stands_beside_it(text):
    told = read(text)
    assert (told.rows_read, told.added, told.refused) == (1, 1, [])
    assert OptOut.objects.get().address == "+821000009999"


@pytest.mark.parametrize(
    "text",
    [
        "010-0000-99O9",
        "2026-01-01",
        "080-111-2222",
        "휴대폰,전화\n,010-0000-9999",
    ],
)
def test_f3_a_row_without_one_is_told_and_refuses_for_nobody(text):
    told = read(text)
    assert (told.rows_read, len(told.refused)) == (1, 1)
    assert not OptOut.objects.exists()
