"""People, known by their e-mail address."""

import hashlib
import secrets
from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone


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


class ApiToken(models.Model):
    """A key to the API that acts as its user; only its digest is kept.

    A token has 256 random bits, so a plain SHA-256 cannot be turned back.
    """

    PREFIX: ClassVar[str] = "thoth_"

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first."""

        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def mint(cls, user: User, name: str, days: int | None) -> tuple["ApiToken", str]:
        """Make a token that is valid for so many days, or for ever; the text is shown once."""
        text = cls.PREFIX + secrets.token_urlsafe(32)
        expires = timezone.now() + timedelta(days=days) if days else None
        token = cls.objects.create(
            user=user, name=name, digest=cls._digest(text), expires_at=expires
        )
        return token, text

    @classmethod
    def owner(cls, text: str) -> User | None:
        """Return whom a token acts for, None if it is unknown, expired or its user shut out."""
        now = timezone.now()
        found = (
            cls.objects.select_related("user")
            .filter(digest=cls._digest(text), user__is_active=True)
            .exclude(expires_at__lte=now)
            .first()
        )
        if found is None:
            return None
        if found.used_at is None or now - found.used_at > timedelta(minutes=1):
            cls.objects.filter(pk=found.pk).update(used_at=now)
        return found.user

    @staticmethod
    def _digest(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()
