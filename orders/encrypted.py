"""Values that the database holds encrypted: a stolen dump gives nobody a shop's accounts."""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class WrongKeyError(Exception):
    """A value was encrypted with a key that this server has not been given."""


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])


class Sealed(Mapping[str, str]):
    """An encrypted object, decrypted when it is first looked into; raises WrongKeyError then.

    So a row can be read, shown and saved by a server that has not been given the key to it.
    """

    def __init__(self, token: bytes, name: str) -> None:
        self.token, self.name = token, name

    @cached_property
    def _values(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(_fernet().decrypt(self.token))
        except InvalidToken as error:
            raise WrongKeyError(
                f"{self.name} is encrypted with a key that is not among ENCRYPTION_KEYS"
            ) from error
        return found

    def __getitem__(self, key: str) -> str:
        return self._values[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """A JSON object of strings, encrypted with the first of `settings.ENCRYPTION_KEYS`.

    Any of the keys reads it, so that they can be changed one after the other. What is read is
    `Sealed` until it is used: without the right key that raises WrongKeyError.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"default": dict, **options})

    def get_prep_value(self, value: Mapping[str, str]) -> bytes:
        """Encrypt; what nobody here can read stays as it is."""
        try:
            return _fernet().encrypt(json.dumps(dict(value), sort_keys=True).encode())
        except WrongKeyError:
            assert isinstance(value, Sealed)  # noqa: S101 - nothing else raises it
            return value.token

    def from_db_value(self, value: Any, *_context: Any) -> Sealed:
        """Still encrypted."""
        return Sealed(bytes(value), f"{self.model.__name__}.{self.name}")

    def to_python(self, value: Any) -> Any:
        """As it is: it is no form's field. Of a dump it is the ciphertext."""
        return self.from_db_value(value.encode()) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        """A dump of the data holds the ciphertext."""
        return self.get_prep_value(self.value_from_object(obj)).decode()
