"""Fictional people for data that has none: names, phones, e-mails, consents.

The same seed and member id always give the same person, whoever else there is. Phones are of
ranges that no one is assigned, e-mails of domains that are reserved for examples.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from math import gcd

from orders.ingest import BATCH
from orders.models import ConsentKind, Country
from orders.records import ConsentRecord, CustomerRecord

# All consents but the night one, and the addresses, are held since then: before any fact.
SINCE = datetime(2000, 1, 1, tzinfo=UTC)
SOURCE = "invented"
CONSENTS = (ConsentKind.TEXT, ConsentKind.EMAIL, ConsentKind.PUSH, ConsentKind.COUPON_MAIL)

_DOMAINS = ("example.com", "example.net", "example.org")


@dataclass(frozen=True, slots=True)
class _Names:
    """A country's names with their Latin spelling, and how they and its phones are written."""

    families: dict[str, str]
    weights: tuple[float, ...]
    given: dict[str, str]
    between: str
    phone_prefix: str
    phones: int  # how many numbers there are, from the prefix and zeros on


def _spelt(text: str) -> dict[str, str]:
    """Names and their Latin spelling, by turns."""
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


def _shares(text: str) -> tuple[float, ...]:
    """How frequent each family name is."""
    return tuple(float(word) for word in text.split())


_KOREAN = _Names(
    families=_spelt(
        "김 kim 이 lee 박 park 최 choi 정 jung 강 kang 조 cho 윤 yoon 장 jang 임 lim "
        "한 han 오 oh 서 seo 신 shin 권 kwon 황 hwang 안 ahn 송 song 전 jeon 홍 hong "
        "유 yoo 고 ko 문 moon 양 yang 손 son 배 bae 백 baek 허 heo 남 nam 노 noh"
    ),
    weights=_shares(
        "21.5 14.7 8.4 4.7 4.3 2.4 2.1 2.1 2.0 1.7 1.5 1.5 1.5 1.4 "
        "1.4 1.4 1.4 1.4 1.1 1.1 1.0 0.9 0.9 0.9 0.9 0.8 0.8 0.7 0.6 0.5"
    ),
    given=_spelt(
        "서연 seoyeon 민준 minjun 지우 jiwoo 서준 seojun 하은 haeun 도윤 doyun 예린 yerin "
        "시우 siwoo 지민 jimin 주원 juwon 수아 sua 지호 jiho 채원 chaewon 준서 junseo "
        "다은 daeun 현우 hyunwoo 은서 eunseo 건우 gunwoo 가은 gaeun 우진 woojin 소율 soyul "
        "선우 sunwoo 나윤 nayun 유준 yujun 예준 yejun 연우 yeonwoo 수빈 subin 정우 jungwoo "
        "아린 arin 승현 seunghyun 유진 yujin 민재 minjae 혜원 hyewon 성민 sungmin 보람 boram "
        "태윤 taeyun 윤서 yunseo 동현 donghyun 미영 miyoung 영수 youngsu 경희 kyunghee "
        "상훈 sanghoon 은정 eunjung 재현 jaehyun 현주 hyunju 진우 jinwoo 하늘 haneul "
        "슬기 seulgi 한결 hangyul 다솜 dasom"
    ),
    between="",
    phone_prefix="+8210",
    phones=20_000_000,  # 010-0xxx-xxxx and 010-1xxx-xxxx
)

_JAPANESE = _Names(
    families=_spelt(
        "佐藤 sato 鈴木 suzuki 高橋 takahashi 田中 tanaka 伊藤 ito 渡辺 watanabe "
        "山本 yamamoto 中村 nakamura 小林 kobayashi 加藤 kato 吉田 yoshida 山田 yamada "
        "佐々木 sasaki 山口 yamaguchi 松本 matsumoto 井上 inoue 木村 kimura 林 hayashi"
    ),
    weights=_shares("1.5 1.4 1.1 1.1 0.9 0.9 0.8 0.8 0.8 0.7 0.7 0.7 0.6 0.5 0.5 0.5 0.5 0.4"),
    given=_spelt(
        "陽菜 hina 蓮 ren 葵 aoi 湊 minato 結衣 yui 大翔 haruto さくら sakura 悠真 yuma "
        "凛 rin 健太 kenta 美咲 misaki 翔太 shota 七海 nanami 拓也 takuya 彩 aya 直樹 naoki "
        "由美 yumi 和也 kazuya 恵 megumi 誠 makoto"
    ),
    between=" ",
    phone_prefix="+8190",
    phones=10_000_000,  # 090-0xxx-xxxx
)


def invent(
    mall_ids: Iterable[str], *, seed: str, country: str
) -> Iterator[CustomerRecord | ConsentRecord]:
    """A person for each of these member ids, in the shop's country, and what they agreed to."""
    ids = iter(mall_ids)
    while some := list(islice(ids, BATCH)):  # by turns a batch of people and of their consents
        for mall_id in some:
            yield invent_person(mall_id, seed=seed, country=country)
        for mall_id in some:
            yield from _consents(mall_id)


def invent_person(mall_id: str, *, seed: str, country: str) -> CustomerRecord:
    """The fictional person behind a member id."""
    names = _JAPANESE if country == Country.JAPAN else _KOREAN
    # Not for secrets: the same person must come out each time.
    dice = random.Random(_hash(seed, "person", mall_id))  # noqa: S311
    (family,) = dice.choices(list(names.families), names.weights)
    given = dice.choice(list(names.given))
    place = _phone_place(mall_id, seed, names.phones)
    local_part = f"{names.given[given]}.{names.families[family]}{place}"
    return CustomerRecord(
        mall_id,
        name=f"{family}{names.between}{given}",
        phone=f"{names.phone_prefix}{place:08d}",
        email=f"{local_part}@{dice.choice(_DOMAINS)}",
        email_verified_at=SINCE,
        app_token=f"phone:{mall_id}",
    )


def _consents(mall_id: str) -> Iterator[ConsentRecord]:
    for kind in CONSENTS:
        yield ConsentRecord(mall_id, kind.value, given=True, since=SINCE, source=SOURCE)


def _phone_place(mall_id: str, seed: str, phones: int) -> int:
    """Which of the country's free numbers: two member ids that are numbers never share one."""
    if mall_id.isascii() and mall_id.isdigit() and len(mall_id) <= 7 and mall_id[0] != "0":
        step, start = _hash(seed, "step") % phones, _hash(seed, "start")
        while gcd(step, phones) != 1:
            step += 1
        return (start + step * int(mall_id)) % phones
    return _hash(seed, "phone", mall_id) % phones


def _hash(*words: str) -> int:
    return int.from_bytes(sha256("\0".join(words).encode()).digest()[:8])
