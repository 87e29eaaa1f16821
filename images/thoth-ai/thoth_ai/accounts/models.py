"""People, known by their e-mail address."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models


class UserManager(BaseUserManager["User"]):
    """Makes users; addresses are kept in lower case so that one person is one row."""

    def create_user(self, email: str, password: str | None = None) -> "User":
        return self._create(email, password, administrator=False)

    def create_superuser(self, email: str, password: str | None = None) -> "User":
        return self._create(email, password, administrator=True)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())

    def _create(self, email: str, password: str | None, *, administrator: bool) -> "User":
        user = User(email=email.strip().lower(), is_staff=administrator, is_superuser=administrator)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Someone who may sign in."""

    email = models.EmailField("e-mail address", unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField("may sign in", default=True)
    is_staff = models.BooleanField("may open the administration", default=False)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    def __str__(self) -> str:
        return self.email

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep the address in lower case, whoever typed it."""
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)  # type: ignore[arg-type]  # passed through untouched
