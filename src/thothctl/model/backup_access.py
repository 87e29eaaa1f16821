"""What gets backups into other places, and news of them out: secrets of an install."""

ACCESS = {
    "s3-access-key": "backup_s3_access_key",
    "s3-secret-key": "backup_s3_secret_key",
    "sftp-key": "backup_sftp_key",
    "sftp-password": "backup_sftp_password",
    "webhook": "backup_webhook_url",
}
"""The names of the secrets, by the word that a user gives."""


def is_access(secret: str) -> bool:
    """A secret that gets somewhere, and no key of a backup."""
    return secret in ACCESS.values()
