"""The TLS files of every install, below its folder."""

from pathlib import Path

from thothctl.adapters.certificate_files import (
    check_files,
    private_key,
    read_certificate,
    read_text,
)
from thothctl.adapters.certificates import CertificateFolder, ensure_self_signed, serve
from thothctl.model.certificate import (
    Certificate,
    CertificateUnreadableError,
    KeyUnreadableError,
)
from thothctl.model.secret import Secret
from thothctl.world import Clock


class CertificateStore:
    """Answers `world.Certificates`."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home, self._clock = home, clock

    def make(self, name: str, hosts: tuple[str, ...]) -> bool:
        return ensure_self_signed(self._folder(name), hosts, self._clock.now())

    def take(self, name: str, certificate: Path, key: Path, hosts: tuple[str, ...]) -> None:
        check_files(certificate, key, hosts, self._clock.now())
        text = read_text(key, KeyUnreadableError)
        private_key(text.encode(), str(key))
        chain = read_text(certificate, CertificateUnreadableError)
        serve(self._folder(name), chain, Secret(text))

    def served(self, name: str) -> Certificate | None:
        path = self._folder(name).certificate
        return read_certificate(path) if path.is_file() else None

    def authority(self, name: str) -> Path | None:
        path = self._folder(name).authority
        return path if path.is_file() else None

    def _folder(self, name: str) -> CertificateFolder:
        return CertificateFolder(self._home / "installs" / name / "tls")
