"""Phone numbers as Korean providers write them: digits, with 0 before them instead of +82."""

from functools import lru_cache

import phonenumbers

KOREA = "82"


def dialled(number: str) -> tuple[str, str]:
    """A number (E.164) as its country's code and the digits that are dialled there.

    A Korean number such as 1544-0000 has no 0 before it.
    """
    if number.startswith("+8210"):  # nearly all of them; reading each with care takes longer
        return KOREA, "0" + number[3:]
    return _dialled(number)


def digits_of(number: str) -> str:
    """A number (E.164) as a request names it: as dialled in Korea, others with their country."""
    country, digits = dialled(number)
    return digits if country == KOREA else number.removeprefix("+")


@lru_cache(maxsize=1024)
def _dialled(number: str) -> tuple[str, str]:
    try:
        found = phonenumbers.parse(number, "KR")
    except phonenumbers.NumberParseException:
        return KOREA, "".join(filter(str.isdigit, number))
    national = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.NATIONAL)
    return str(found.country_code), "".join(filter(str.isdigit, national))


def e164(digits: str) -> str:
    """A Korean number in digits as E.164; empty for what is none."""
    try:
        found = phonenumbers.parse(digits, "KR")
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
