"""Who the tests sign in as."""

TOKEN = "a-token-of-the-tests"  # noqa: S105 - of the tests only
EMAIL = "admin@localhost"
PASSWORD = "a password of the tests"  # noqa: S105 - of the tests only
