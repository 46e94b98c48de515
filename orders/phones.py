"""One normaliser for phone numbers."""

import re
from unicodedata import normalize

import phonenumbers
from phonenumbers import PhoneNumberType, ValidationResult

# Digits as people group them. Letters are no keys to press, and what stands beside a number does
# not belong to it: a number that is guessed is somebody else's.
_WRITTEN = re.compile(r"[+(]*[0-9][0-9 ().·/~‐‑‒–—−-]*")
# Whoever gives no country code begins with a zero.
_BEGINS = re.compile(r"[ (]*[+0]")


def normalise_phone(text: str, country: str) -> str:
    """A number as people write it, in E.164; empty where it cannot be one.

    `country` is the shop's, for numbers without a country code. One whose zero is missing, as
    spreadsheets lose it, must be a number that exists.
    """
    text = normalize("NFKC", text).strip()
    if not _WRITTEN.fullmatch(text):
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return ""
    if not _BEGINS.match(text) and not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(phone: str, country: str) -> bool:
    """Whether an E.164 number is a mobile phone's of that country: what a message can reach."""
    number = phonenumbers.parse(phone)
    return (
        phonenumbers.is_valid_number_for_region(number, country)
        and phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    )


def is_free_to_call(phone: str) -> bool:
    """Whether an E.164 number is one that its owner pays for (080 in Korea): no person's."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) == PhoneNumberType.TOLL_FREE
