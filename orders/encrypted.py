"""Values that the database holds encrypted: a stolen dump gives nobody a shop's accounts."""

import json
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class WrongKeyError(Exception):
    """A value was encrypted with a key that this server has not been given."""


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """A JSON object of strings, encrypted with the first of `settings.ENCRYPTION_KEYS`.

    Any of the keys reads it, so that they can be changed one after the other; without the right
    one reading raises WrongKeyError and never hands out the ciphertext.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": dict, **options})

    def get_prep_value(self, value: Any) -> bytes:
        """Encrypt."""
        return _fernet().encrypt(json.dumps(value, sort_keys=True).encode())

    def from_db_value(self, value: Any, *_context: Any) -> dict[str, str]:
        """Decrypt."""
        try:
            found: dict[str, str] = json.loads(_fernet().decrypt(bytes(value)))
        except InvalidToken as error:
            raise WrongKeyError(
                f"{self.model.__name__}.{self.name} is encrypted with a key that is not among "
                "ENCRYPTION_KEYS"
            ) from error
        return found

    def to_python(self, value: Any) -> Any:
        """As it is: it is no form's field."""
        return value

    def value_to_string(self, obj: models.Model) -> str:
        """A dump of the data holds the ciphertext."""
        return self.get_prep_value(self.value_from_object(obj)).decode()
