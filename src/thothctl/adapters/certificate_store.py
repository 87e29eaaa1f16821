"""The TLS files of every install, below its folder."""

from collections.abc import Mapping
from pathlib import Path

from thothctl.adapters.acme_folder import AcmeFolder
from thothctl.adapters.certificate_files import (
    check_files,
    private_key,
    read_certificate,
    read_text,
)
from thothctl.adapters.certificates import (
    CertificateFolder,
    ensure_self_signed,
    ensure_stand_in,
    new_key,
    serve,
    signed_by_us,
)
from thothctl.model.acme import AcmeOrder
from thothctl.model.certificate import (
    Certificate,
    CertificateUnreadableError,
    KeyUnreadableError,
    Refused,
)
from thothctl.model.secret import Secret
from thothctl.world import Clock


class CertificateStore:
    """Answers `world.Certificates`."""

    def __init__(self, home: Path, clock: Clock, environment: Mapping[str, str]) -> None:
        self._home, self._clock, self._environment = home, clock, environment

    def make(self, name: str, hosts: tuple[str, ...]) -> bool:
        return ensure_self_signed(self._folder(name), hosts, self._clock.now())

    def take(self, name: str, certificate: Path, key: Path, hosts: tuple[str, ...]) -> None:
        check_files(certificate, key, hosts, self._clock.now())
        text = read_text(key, KeyUnreadableError)
        private_key(text.encode(), str(key))
        chain = read_text(certificate, CertificateUnreadableError)
        serve(self._folder(name), chain, Secret(text))

    def stand_in(self, name: str, hosts: tuple[str, ...]) -> bool:
        return ensure_stand_in(self._folder(name), hosts, self._clock.now())

    def order(self, name: str, order: AcmeOrder) -> bool:
        folder, acme = self._folder(name), self._acme(name)
        if acme.held(order, self._clock.now()) is None:
            self._fetch(folder, acme, order)
        chain = read_text(acme.certificate, CertificateUnreadableError)
        if folder.certificate.is_file() and folder.certificate.read_text() == chain:
            return False
        serve(folder, chain, Secret(read_text(acme.key, KeyUnreadableError)))
        return True

    def _fetch(self, folder: CertificateFolder, acme: AcmeFolder, order: AcmeOrder) -> None:
        from thothctl.adapters.acme_client import (  # noqa: PLC0415 - a heavy library, seldom used
            AcmeAccount,
            ordered,
        )

        trust = self._environment.get("THOTHCTL_CA_BUNDLE") or self._environment.get(
            "SSL_CERT_FILE", ""
        )
        account, key = AcmeAccount(acme.account(order.directory), trust), new_key()
        acme.keep(order, ordered(account, order, key, folder.challenges), key)

    def refuse(self, name: str, refused: Refused) -> None:
        self._acme(name).refuse(refused)

    def refused(self, name: str) -> Refused | None:
        return self._acme(name).refused()

    def served(self, name: str) -> Certificate | None:
        path = self._folder(name).certificate
        return read_certificate(path) if path.is_file() else None

    def authority(self, name: str) -> Path | None:
        folder = self._folder(name)
        return folder.authority if signed_by_us(folder) else None

    def _acme(self, name: str) -> AcmeFolder:
        return AcmeFolder(self._folder(name).root / "acme")

    def _folder(self, name: str) -> CertificateFolder:
        return CertificateFolder(self._home / "installs" / name / "tls")
