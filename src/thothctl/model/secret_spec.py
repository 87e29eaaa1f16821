"""What a stack file says of a secret."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretSpec:
    """A secret the stack needs; `length` counts random bytes or, for a password, characters.

    One that belongs to a `provider` is the user's to give: it is never generated. It exists when
    one of its `services` does, each of which gets it as a file and reads it at its start. It may be
    the password of a `postgres_role`, or of the user that the setting `sign_in` names; its old
    value may live on as the secret `old_as`. One that `opens` a service exists where that runs.
    One that is `asked_by` a setting is the user's to give, too, once that setting says something.
    """

    name: str
    length: int = 0
    readable: bool = False
    provider: str = ""
    services: tuple[str, ...] = ()
    opens: str = ""
    postgres_role: str = ""
    sign_in: str = ""
    old_as: str = ""
    asked_by: str = ""

    @property
    def is_generated(self) -> bool:
        return not (self.provider or self.asked_by)

    @property
    def is_of_data(self) -> bool:
        """What it opens is kept in data and comes back with it: the password of a user."""
        return bool(self.sign_in)
