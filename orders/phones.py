"""One normaliser for phone numbers."""

import phonenumbers


def normalise_phone(text: str, country: str) -> str:
    """A number as people write it, in E.164; empty where it cannot be one.

    `country` is the shop's, for numbers without a country code.
    """
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile(phone: str, country: str) -> bool:
    """Whether an E.164 number is a mobile phone's of that country: what a message can reach."""
    number = phonenumbers.parse(phone)
    return (
        phonenumbers.is_valid_number_for_region(number, country)
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )
