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
