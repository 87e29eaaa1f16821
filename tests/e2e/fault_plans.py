"""The other plans that are cut off, by their steps, and where a step is tried that is in none."""

from e2e.fault_cells import (
    DONE,
    ENDINGS,
    EXCHANGE,
    EXCHANGE_BACK,
    INSIDE,
    MOVE,
    NEW,
    OLD,
    ROLLBACK,
    UPGRADE,
    Cell,
    Route,
)

BEGUN = "killed as it begins"
RESTORING = (
    "FreshGeneration", "LoadStore", "RenderRelease", "StopWriters", "StartRelease", "AwaitHealthy",
    "ActivateRelease",
)  # fmt: skip
"""Those of a restore that work on what is there."""
GOING_BACK = ("RenderRelease", "StartRelease", "AwaitHealthy", "ActivateRelease")
"""Those of a rollback to the data of then."""


def _staying(name: str, words: tuple[str, ...], *steps: str) -> Route:
    """A plan that changes no version."""
    return Route(name, words, OLD, OLD, steps)


CONFIG = _staying(
    "config set",
    ("config", "set", "crash_seconds=61", "--yes"),
    "ProvideImages", "GenerateSecrets", "SaveSettings", "RenderRelease", "StartRelease",
    "AwaitHealthy", "ActivateRelease",
)  # fmt: skip
CONFIG_BACK = _staying(
    "rollback of settings",
    ("rollback", "--yes"),
    "PullImages", "SaveSettings", "RenderRelease", "StartRelease", "AwaitHealthy",
    "ActivateRelease",
)  # fmt: skip
BACKUP = _staying("backup create", ("backup", "create"), "SaveStores", "PublishBackup")
ROTATE = _staying(
    "secrets rotate",
    ("secrets", "rotate", "postgres_app_password", "--yes"),
    "ReplaceSecret", "KeepConsumers", "AlignRole", "RestartConsumers", "AwaitHealthy",
)  # fmt: skip
FINALIZE = _staying(
    "upgrade finalize", ("upgrade", "finalize", "--yes"), "DropDatabases", "RemoveVolumes"
)
UNDO = _staying(
    "restore --undo",
    ("restore", "--undo", "--yes"),
    "RenderRelease", "StopWriters", "StartRelease", "AwaitHealthy", "ActivateRelease",
)  # fmt: skip
COPY = _staying(
    "restore --to-new-install",
    ("restore", "latest", "--yes"),
    "PullImages", "ProvideImages", "CreateInstall", "TakeOver", "GenerateSecrets", "SaveSettings",
    "FreshGeneration", "LoadStore", "FreshGeneration", "LoadStore", "RenderRelease",
    "StartRelease", "AwaitHealthy", "ActivateRelease",
)  # fmt: skip
DRILL = _staying(
    "backup drill",
    ("backup", "drill"),
    "CheckParts", "PullImages", "ProvideImages", "RemoveDrill", "CreateInstall", "TakeOver",
    "GenerateSecrets", "SaveSettings", "FreshGeneration", "LoadStore", "FreshGeneration",
    "LoadStore", "RenderDrill", "StartRelease", "Rehearse", "RecordDrill", "RemoveDrill",
)  # fmt: skip
REHEARSAL = _staying(
    "upgrade --rehearse",
    ("upgrade", "--to", NEW, "--rehearse", "--yes"),
    *DRILL.steps,
)
UNINSTALL = _staying("uninstall", ("uninstall", "--yes"), "RemoveContainers", "Deactivate")
PURGE = _staying(
    "uninstall --purge",
    ("uninstall", "--purge", "--yes"),
    "RemoveContainers", "RemoveData", "ForgetInstall",
)  # fmt: skip
SIGN_IN = _staying(
    "rotation of a sign-in",
    ("secrets", "rotate", "admin_password", "--yes"),
    "ReplaceSecret", "ChangeSignIn", "AwaitHealthy",
)  # fmt: skip
EXPORT = _staying("export-data", ("export-data",), "ExportStores", "PublishExport")
IMPORT = _staying(
    "import-data",
    ("import-data", "--yes"),
    "ProvideImages", "FreshGeneration", "TakeVolume", "RenderRelease", "StopWriters",
    "StartRelease", "AwaitHealthy", "ActivateRelease",
)  # fmt: skip
FOLDERS = _staying(
    "setup with a folder for data",
    ("setup", "--no-demo", "--yes"),
    "ProvideImages", "CreateInstall", "GenerateSecrets", "SaveSettings", "RenderRelease",
    "PrepareFolders", "StartRelease", "AwaitHealthy", "ActivateRelease",
)  # fmt: skip
PURGE_FOLDERS = _staying(
    "uninstall --purge of folders",
    PURGE.words,
    "RemoveContainers", "RemoveData", "RemoveFolders", "ForgetInstall",
)  # fmt: skip
OF_DRILLS = ("CheckParts", "RemoveDrill", "TakeOver", "RenderDrill", "Rehearse", "RecordDrill")
"""Its own steps, and one that makes what is to be removed."""
OTHERS = (
    CONFIG, CONFIG_BACK, BACKUP, ROTATE, FINALIZE, UNDO, COPY, DRILL, REHEARSAL, UNINSTALL, PURGE,
    SIGN_IN, EXPORT, IMPORT, FOLDERS, PURGE_FOLDERS,
)  # fmt: skip
ROUTES = (UPGRADE, ROLLBACK, MOVE, EXCHANGE, EXCHANGE_BACK, *OTHERS)

FAULTS = (BEGUN, DONE, INSIDE, "engine killed", "disk full")


def place(cell: tuple[str, ...]) -> tuple[int, ...]:
    """Where a cell stands in the table: as plans, their steps and faults are listed here."""
    plan = next(n for n, one in enumerate(ROUTES) if one.name == cell[0])
    return plan, ROUTES[plan].index(cell[1]), FAULTS.index(cell[2]), ENDINGS.index(cell[3])


def begun(route: Route, *steps: str, endings: tuple[str, ...] = ENDINGS) -> list[Cell]:
    """Killed as each of its steps begins, or as these do."""
    return [Cell(route, step, BEGUN, end) for step in steps or route.steps for end in endings]


KILLED_AT: dict[Route, list[Cell]] = {
    CONFIG: [
        *begun(CONFIG, "ProvideImages", endings=("resume",)),
        *begun(CONFIG, "GenerateSecrets", "SaveSettings", "RenderRelease", "StartRelease"),
        *begun(CONFIG, "ActivateRelease"),
    ],
    CONFIG_BACK: begun(CONFIG_BACK, "SaveSettings", "StartRelease", "ActivateRelease"),
    BACKUP: begun(BACKUP),
    ROTATE: begun(ROTATE),
    FINALIZE: [
        *begun(FINALIZE, "DropDatabases"),
        *begun(FINALIZE, "RemoveVolumes", endings=("resume",)),
    ],
    UNDO: begun(UNDO, "ActivateRelease"),
    COPY: begun(COPY, "CreateInstall", "TakeOver", "StartRelease"),
    DRILL: begun(DRILL, *OF_DRILLS, endings=("resume",)),
    REHEARSAL: begun(REHEARSAL, "Rehearse", endings=("resume",)),
    UNINSTALL: begun(UNINSTALL),
    PURGE: begun(PURGE, endings=("resume",)),
    SIGN_IN: begun(SIGN_IN, "ChangeSignIn", "AwaitHealthy"),
    EXPORT: begun(EXPORT),
    IMPORT: begun(IMPORT, "TakeVolume", "StartRelease"),
    FOLDERS: begun(FOLDERS, "PrepareFolders"),
    PURGE_FOLDERS: begun(PURGE_FOLDERS, "RemoveFolders", endings=("resume",)),
}
"""What is tried of them; the steps that are left out are those of other plans, too."""


def cells_of(*routes: Route) -> list[Cell]:
    """What is tried of these."""
    return [cell for route in routes for cell in KILLED_AT[route]]


KILLED = frozenset(
    step
    for steps in (
        *(route.steps for route in (UPGRADE, ROLLBACK, MOVE, EXCHANGE, EXCHANGE_BACK)),
        *([cell.step for cell in cells] for cells in KILLED_AT.values()),
        RESTORING,
        GOING_BACK,
    )
    for step in steps
)
"""The steps at which thothctl is killed on the stand-in."""
ELSEWHERE = {"CopyProject": "test_moving_postgres.py"}
"""Which test kills it at these, on a stack that has them."""
NOT_YET = "no test kills it there yet"
NOT_KILLED = {
    "AwaitIndexed": "the waiting of AwaitHealthy, for another thing; unit tests only",
    "CheckDatabase": "it only reads; with PrepareDatabase",
    "KeepCertificate": NOT_YET,
    "OrderCertificate": "what an authority gave stays, whatever comes of the plan",
    "PrepareDatabase": "on a server of the user's own, test_own_postgres.py; cut off in no test",
    "ProvideCertificate": NOT_YET,
    "RemoveSecret": NOT_YET,
    "TakeDump": NOT_YET,
    "TryOwnFiles": "it only reads",
    "UploadSnapshots": NOT_YET,
}
"""Why nothing kills it at these."""
