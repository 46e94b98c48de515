"""Personal data as lists show it (F9): 홍*동, 010-****-5678, ab***@x.com, ham******."""

import phonenumbers


def mask_name(name: str) -> str:
    """Keep the first and the last letter of a name; of two letters the first."""
    if len(name) < 2:
        return "*" * len(name)
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def mask_phone(phone: str) -> str:
    """Keep the prefix and the last four digits of a phone number."""
    shown = show_phone(phone)
    parts = shown.split("-")
    if len(parts) == 3:
        return f"{parts[0]}-{'*' * len(parts[1])}-{parts[2]}"
    return "*" * max(len(shown) - 4, 0) + shown[-4:]


def mask_email(email: str) -> str:
    """Keep two letters of the local part, and the host."""
    local, at, host = email.partition("@")
    return f"{local[:2]}***{at}{host}" if at else mask_id(email)


def mask_id(mall_id: str) -> str:
    """Keep three letters of a member id."""
    return mall_id[:3] + "*" * max(len(mall_id) - 3, 3) if mall_id else ""


def show_phone(phone: str) -> str:
    """An E.164 number as people of its country write it; anything else as it is."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
