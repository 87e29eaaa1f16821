"""The other plans that are cut off, by their steps, and where a step is tried that is in none."""

from e2e.fault_cells import EXCHANGE, EXCHANGE_BACK, MOVE, ROLLBACK, UPGRADE

RESTORING = (
    "FreshGeneration", "LoadStore", "RenderRelease", "StopWriters", "StartRelease", "AwaitHealthy",
    "ActivateRelease",
)  # fmt: skip
"""Those of a restore that work on what is there."""
GOING_BACK = ("RenderRelease", "StartRelease", "AwaitHealthy", "ActivateRelease")
"""Those of a rollback to the data of then."""
KILLED = frozenset(
    step
    for steps in (
        *(route.steps for route in (UPGRADE, ROLLBACK, MOVE, EXCHANGE, EXCHANGE_BACK)),
        RESTORING,
        GOING_BACK,
    )
    for step in steps
)
"""The steps at which thothctl is killed on the stand-in."""
ELSEWHERE = {
    "CreateInstall": "test_setup.py",
    "GenerateSecrets": "test_setup.py",
    "ProvideImages": "test_setup.py",
    "SaveSettings": "test_setup.py",
    "CopyProject": "test_moving_postgres.py",
}
"""Which test kills it at these, on a stack that has them."""
NOT_YET = "no test kills it there yet"
NOT_KILLED = dict.fromkeys(
    (
        "AlignRole", "AwaitIndexed", "ChangeSignIn", "CheckDatabase", "CheckParts", "Deactivate",
        "DropDatabases", "ExportStores", "ForgetInstall", "KeepCertificate", "KeepConsumers",
        "OrderCertificate", "PrepareDatabase", "PrepareFolders", "ProvideCertificate",
        "PublishExport", "RecordDrill", "Rehearse", "RemoveContainers", "RemoveData",
        "RemoveDrill", "RemoveFolders", "RemoveSecret", "RemoveVolumes", "RenderDrill",
        "ReplaceSecret", "RestartConsumers", "TakeDump", "TakeOver", "TakeVolume", "TryOwnFiles",
        "UploadSnapshots",
    ),
    NOT_YET,
)  # fmt: skip
"""Why nothing kills it at these."""
