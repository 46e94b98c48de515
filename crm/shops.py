"""A new shop, ready to send to the built-in phone."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from crm.models import CouponMessageSettings
from messaging.models import Channel, Gateway, SendingSettings, Topic
from messaging.templates import create_template
from orders.models import Country, Membership, Role, Shop, User

ZONES = {Country.KOREA: "Asia/Seoul", Country.JAPAN: "Asia/Tokyo"}
CURRENCIES = {Country.KOREA: "KRW", Country.JAPAN: "JPY"}

BUTTONS = {
    Country.KOREA: [{"type": "AC"}, {"type": "WL", "name": "쿠폰함 열기"}],
    Country.JAPAN: [{"type": "AC"}, {"type": "WL", "name": "クーポンを見る"}],
}

# name and body of the template for the issue message, then for the expiry message
DEFAULT_TEMPLATES = {
    Country.KOREA: (
        (
            "기본 템플릿 · 쿠폰 발급",
            "쿠폰이 도착했어요\n\n#{이름}님, #{상점명}에서 쿠폰을 넣어드렸어요.\n\n"
            "▪ 쿠폰: #{쿠폰명}\n▪ 혜택: #{혜택}\n▪ 사용 기한: #{사용기한}\n\n※ #{지급근거}",
        ),
        (
            "기본 템플릿 · 쿠폰 만료",
            "쿠폰이 곧 사라져요\n\n#{이름}님, #{상점명}에서 받으신 쿠폰의 사용 기한이 다가와요.\n\n"
            "▪ 쿠폰: #{쿠폰명}\n▪ 혜택: #{혜택}\n▪ 사용 기한: #{사용기한}\n\n※ #{지급근거}",
        ),
    ),
    Country.JAPAN: (
        (
            "標準テンプレート · クーポン発行",
            "クーポンが届きました\n\n#{이름}様、#{상점명}からクーポンをお届けしました。\n\n"
            "▪ クーポン: #{쿠폰명}\n▪ 特典: #{혜택}\n▪ 有効期限: #{사용기한}\n\n※ #{지급근거}",
        ),
        (
            "標準テンプレート · クーポン期限",
            "クーポンの期限が近づいています\n\n#{이름}様、#{상점명}のクーポンがまもなく期限です。\n\n"
            "▪ クーポン: #{쿠폰명}\n▪ 特典: #{혜택}\n▪ 有効期限: #{사용기한}\n\n※ #{지급근거}",
        ),
    ),
}


@transaction.atomic
def create_shop(*, slug: str, name: str, country: Country, now: datetime) -> Shop:
    """A shop with approved default templates and the built-in phone on every channel.

    Raises ValidationError for a slug that is taken or no slug, or a name that is none.
    """
    if Shop.objects.filter(slug=slug).exists():
        raise ValidationError(_("There is a shop “%(slug)s” already.") % {"slug": slug})
    shop = Shop(
        slug=slug,
        name=name,
        country=country,
        timezone=ZONES[country],
        currency=CURRENCIES[country],
    )
    shop.full_clean()
    shop.save()
    SendingSettings.objects.create(shop=shop)
    for channel in Channel:
        Gateway.objects.create(shop=shop, channel=channel, provider="phone")
    issue, expiry = (
        create_template(
            shop=shop,
            channel=Channel.ALIMTALK,
            topic=Topic.COUPON,
            name=template_name,
            body=body,
            buttons=BUTTONS[country],
            now=now,
        )
        for template_name, body in DEFAULT_TEMPLATES[country]
    )
    CouponMessageSettings.objects.create(shop=shop, issue_template=issue, expiry_template=expiry)
    return shop


def add_owner(*, shop: Shop, email: str) -> User:
    """Make the person with this address an owner of the shop, as a new user where needed."""
    user = User.objects.filter(email__iexact=email).first() or User.objects.create_user(email)
    Membership.objects.update_or_create(shop=shop, user=user, defaults={"role": Role.OWNER})
    return user
