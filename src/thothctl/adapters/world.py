"""The real world: adapters made when first used, so that a command loads only what it needs."""

# ruff: noqa: PLC0415 - imports are put off until a port is used; that is this module's purpose

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from thothctl.adapters import endpoint
from thothctl.adapters.files import translated
from thothctl.adapters.machine import SystemClock, SystemEntropy, SystemHost
from thothctl.errors import NoSystemdError
from thothctl.world import Report

if TYPE_CHECKING:
    from thothctl.adapters.archive_file import ArchiveFiles
    from thothctl.adapters.backup_folder import BackupTargets
    from thothctl.adapters.backup_keys import AgeKeys
    from thothctl.adapters.backup_records import BackupRecords
    from thothctl.adapters.bundles import TemplateBundles
    from thothctl.adapters.certificate_store import CertificateStore
    from thothctl.adapters.crontab import UserCrontab
    from thothctl.adapters.docker_compose import DockerCompose
    from thothctl.adapters.docker_engine import DockerEngine
    from thothctl.adapters.docker_exec import DockerExec
    from thothctl.adapters.elsewhere import Elsewhere
    from thothctl.adapters.exec_input import ExecInput
    from thothctl.adapters.export_folder import ExportFolders
    from thothctl.adapters.figures_file import FiguresFile
    from thothctl.adapters.hooks import HookFolder
    from thothctl.adapters.images import OwnImages
    from thothctl.adapters.importer import StreamImporter
    from thothctl.adapters.installs_folder import InstallsFolder
    from thothctl.adapters.journal_file import JournalFolder
    from thothctl.adapters.locks import LockFolder
    from thothctl.adapters.notices import RealNotices
    from thothctl.adapters.outsiders import Outsiders
    from thothctl.adapters.places import Credentials
    from thothctl.adapters.provider_http import HttpProviders
    from thothctl.adapters.registry import HttpRegistry
    from thothctl.adapters.repositories import OwnRepositories
    from thothctl.adapters.restore_files import RestoreFiles
    from thothctl.adapters.secret_backends import SecretBackends
    from thothctl.adapters.server_http import HttpServer
    from thothctl.adapters.systemd import SystemdUnits
    from thothctl.adapters.toolbox import DockerToolbox
    from thothctl.adapters.workspaces_http import HttpWorkspaces
    from thothctl.adapters.writers import DockerWriters


class RealWorld:
    """Answers `world.World`."""

    def __init__(self, environment: Mapping[str, str], version: str, report: Report) -> None:
        self._environment = environment
        self.version = version
        self.report = report
        self.clock = SystemClock()
        self.entropy = SystemEntropy()

    @cached_property
    def home(self) -> Path:
        """THOTHCTL_HOME, else the user's data folder."""
        if chosen := self._environment.get("THOTHCTL_HOME"):
            with translated(f"find {chosen}"):
                return Path(chosen).expanduser().absolute()
        import platformdirs

        return Path(platformdirs.user_data_dir("thothctl"))

    @cached_property
    def _host_address(self) -> str | None:
        return endpoint.resolve(self._environment)

    @cached_property
    def _child(self) -> Mapping[str, str]:
        return endpoint.child_environment(self._environment, self._host_address)

    @cached_property
    def host(self) -> SystemHost:
        return SystemHost(endpoint.socket_of(self._host_address))

    @cached_property
    def engine(self) -> "DockerEngine":
        from thothctl.adapters.docker_engine import DockerEngine

        return DockerEngine(self._host_address)

    @cached_property
    def compose(self) -> "DockerCompose":
        from thothctl.adapters.docker_compose import DockerCompose

        return DockerCompose(self._child, self.report)

    @cached_property
    def programs(self) -> "DockerExec":
        from thothctl.adapters.docker_exec import DockerExec

        return DockerExec(self._child)

    @cached_property
    def hooks(self) -> "HookFolder":
        from thothctl.adapters.hooks import HookFolder

        return HookFolder(self._environment)

    @cached_property
    def units(self) -> "SystemdUnits":
        if os.name != "posix":
            raise NoSystemdError(
                "systemd does not run this machine",
                hint="let Docker Desktop start when you sign in; it starts the stack again",
            )
        from thothctl.adapters.systemd import SystemdUnits

        return SystemdUnits(self.home, self._environment)

    @cached_property
    def handover(self) -> "ExecInput":
        from thothctl.adapters.exec_input import ExecInput

        return ExecInput(self._child)

    @cached_property
    def secret_stores(self) -> "SecretBackends":
        from thothctl.adapters.secret_backends import SecretBackends

        return SecretBackends(self._environment)

    @cached_property
    def outsiders(self) -> "Outsiders":
        from thothctl.adapters.outsiders import Outsiders

        return Outsiders(self._child)

    @cached_property
    def exports(self) -> "ExportFolders":
        from thothctl.adapters.export_folder import ExportFolders

        return ExportFolders()

    @cached_property
    def restores(self) -> "RestoreFiles":
        from thothctl.adapters.restore_files import RestoreFiles

        return RestoreFiles(self.home, self.installs)

    @cached_property
    def images(self) -> "OwnImages":
        from thothctl.adapters.image_builder import ImageBuilder
        from thothctl.adapters.images import OwnImages
        from thothctl.adapters.pulling import Puller

        builder = ImageBuilder(self.home, self.version, self.engine, self._child, self.report)
        puller = Puller(self.engine, self._environment, self.report)
        return OwnImages(self.engine, builder, self.registry, puller, self.report)

    @cached_property
    def registry(self) -> "HttpRegistry":
        from thothctl.adapters.registry import HttpRegistry

        return HttpRegistry(self._environment)

    @cached_property
    def bundles(self) -> "TemplateBundles":
        from thothctl.adapters.bundles import TemplateBundles

        return TemplateBundles()

    @cached_property
    def installs(self) -> "InstallsFolder":
        from thothctl.adapters.installs_folder import InstallsFolder

        return InstallsFolder(self.home)

    @cached_property
    def figures(self) -> "FiguresFile":
        from thothctl.adapters.figures_file import FiguresFile

        return FiguresFile(self.home)

    @cached_property
    def certificates(self) -> "CertificateStore":
        from thothctl.adapters.certificate_store import CertificateStore

        return CertificateStore(self.home, self.clock, self._environment)

    @cached_property
    def journal(self) -> "JournalFolder":
        from thothctl.adapters.journal_file import JournalFolder

        return JournalFolder(self.home, self.clock)

    @cached_property
    def locks(self) -> "LockFolder":
        from thothctl.adapters.locks import LockFolder

        return LockFolder(self.home, self.clock)

    @cached_property
    def server(self) -> "HttpServer":
        from thothctl.adapters.server_http import HttpServer

        return HttpServer(self.home, self._child, self.report)

    @cached_property
    def workspaces(self) -> "HttpWorkspaces":
        from thothctl.adapters.workspaces_http import HttpWorkspaces

        return HttpWorkspaces(self.home)

    @cached_property
    def providers(self) -> "HttpProviders":
        from thothctl.adapters.provider_http import HttpProviders

        return HttpProviders(self._environment)

    @cached_property
    def importer(self) -> "StreamImporter":
        from thothctl.adapters.importer import StreamImporter

        return StreamImporter(self.home, self._environment, self._child, self.report)

    @cached_property
    def toolbox(self) -> "DockerToolbox":
        from thothctl.adapters.toolbox import DockerToolbox

        return DockerToolbox(self.home, self.images, self._child)

    @cached_property
    def writers(self) -> "DockerWriters":
        from thothctl.adapters.writers import DockerWriters

        return DockerWriters(self._child)

    @cached_property
    def archives(self) -> "ArchiveFiles":
        from thothctl.adapters.archive_file import ArchiveFiles

        return ArchiveFiles(self._elsewhere)

    @cached_property
    def _elsewhere(self) -> "Elsewhere":
        from thothctl.adapters.elsewhere import Elsewhere

        return Elsewhere(
            self.home, lambda: self.toolbox, lambda: self.repositories, self._credentials_of
        )

    def _credentials_of(self, install: str) -> "Credentials":
        """By the name of an install or by its label; of none, what the environment holds."""
        from thothctl.adapters.places import Credentials

        known = {name: name for name in self.installs.names()}
        known |= {found.uuid: name for name in known if (found := self.installs.find(name))}
        name = known.get(install, "")

        def secret(word: str) -> str:
            there = name and self.installs.has_secret(name, word)
            return self.installs.secret(name, word).reveal() if there else ""

        return Credentials(secret, self._environment)

    @cached_property
    def repositories(self) -> "OwnRepositories":
        from thothctl.adapters.repositories import OwnRepositories

        return OwnRepositories(self.home, self._credentials_of)

    @cached_property
    def targets(self) -> "BackupTargets":
        from thothctl.adapters.backup_folder import BackupTargets

        return BackupTargets(self.archives, self.home, lambda: self.toolbox, self._credentials_of)

    @cached_property
    def notices(self) -> "RealNotices":
        from thothctl.adapters.notices import RealNotices

        return RealNotices(self._environment)

    @cached_property
    def crontab(self) -> "UserCrontab":
        from thothctl.adapters.crontab import UserCrontab

        return UserCrontab(self._environment)

    @cached_property
    def backup_keys(self) -> "AgeKeys":
        from thothctl.adapters.backup_keys import AgeKeys

        return AgeKeys(self.home)

    @cached_property
    def backup_records(self) -> "BackupRecords":
        from thothctl.adapters.backup_records import BackupRecords

        return BackupRecords(self.installs, self.clock)
