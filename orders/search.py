"""Finding customers by what a merchant knows of them."""

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.db.models.functions import Right
from django.utils.translation import gettext as _

from orders.models import Customer, Shop
from orders.phones import normalise_phone

# More people than this are no answer: who asks must say more.
MOST_PEOPLE = 1000

SHORTEST = 7  # digits that a whole number has at least; fewer are a part of one

_NUMBER = re.compile(r"[\d\s().+\-]+")


@dataclass(frozen=True, slots=True)
class Who:
    """What was typed: the beginning of a name, a whole number (E.164), or its last four digits."""

    name: str = ""
    phone: str = ""
    last_four: str = ""

    @property
    def by_phone(self) -> bool:
        """Whether a phone number is meant."""
        return bool(self.last_four)


def read_who(text: str, shop: Shop) -> Who:
    """Understand a search for a person. Raises ValidationError for a number that can't be one."""
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return Who(name=text)
    digits = re.sub(r"\D", "", text)
    if len(digits) == 4:
        return Who(last_four=digits)
    phone = normalise_phone(text, shop.country) if len(digits) >= SHORTEST else ""
    if not phone:
        raise ValidationError(_("Type the whole phone number or its last four digits."))
    return Who(phone=phone, last_four=phone[-4:])


def find_customers(shop: Shop, who: Who) -> QuerySet[Customer]:
    """The shop's customers who are meant, in no order."""
    customers: QuerySet[Customer] = Customer.objects.for_shop(shop)
    if not who.by_phone:
        return customers.filter(name__startswith=who.name)
    customers = customers.alias(phone_end=Right("phone", 4)).filter(phone_end=who.last_four)
    return customers.filter(phone=who.phone) if who.phone else customers


def find_customer_ids(shop: Shop, who: Who) -> list[int]:
    """Their ids. Raises ValidationError where more than MOST_PEOPLE are meant. One query."""
    ids = list(find_customers(shop, who).values_list("pk", flat=True)[: MOST_PEOPLE + 1])
    if len(ids) > MOST_PEOPLE:
        raise ValidationError(
            _("More than %(most)s people match. Please type more of the name or the phone number.")
            % {"most": f"{MOST_PEOPLE:,}"}
        )
    return ids


def find_member_ids(shop: Shop, text: str) -> list[int]:
    """Ids of who is meant by a member id, a name or a phone number. Two queries.

    Raises ValidationError where too many are meant, or a number is neither of the two.
    """
    members = list(
        Customer.objects.for_shop(shop).filter(mall_id=text.strip()).values_list("pk", flat=True)
    )
    try:
        others = find_customer_ids(shop, read_who(text, shop))
    except ValidationError:
        if members:
            return members
        raise
    return [*members, *(pk for pk in others if pk not in members)]
