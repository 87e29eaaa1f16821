"""The ports of backups and restores, as the world has them."""

from typing import Protocol

from thothctl.world.backups import Archives, BackupRecords, Keys, Targets, Toolbox
from thothctl.world.notices import Crontab, Notices
from thothctl.world.repositories import Repositories
from thothctl.world.restores import Restores
from thothctl.world.writers import Writers


class BackupPorts(Protocol):
    """A part of the world; who moves data takes all of it."""

    @property
    def toolbox(self) -> Toolbox: ...
    @property
    def writers(self) -> Writers: ...
    @property
    def archives(self) -> Archives: ...
    @property
    def targets(self) -> Targets: ...
    @property
    def repositories(self) -> Repositories: ...
    @property
    def notices(self) -> Notices: ...
    @property
    def crontab(self) -> Crontab: ...
    @property
    def backup_keys(self) -> Keys: ...
    @property
    def backup_records(self) -> BackupRecords: ...
    @property
    def restores(self) -> Restores: ...
