"""`thothctl backup drill`: proves a backup by restoring it where nobody sees."""

from collections.abc import Sequence

from rich.console import Console

from thothctl.cli.backup_options import From, IdentityFile, PassphraseFile
from thothctl.cli.envelope import Outcome
from thothctl.cli.options import command
from thothctl.cli.restore import Found, Reference, find_backup, key_of
from thothctl.cli.session import Session
from thothctl.cli.setup_view import show_plan
from thothctl.errors import ThothctlError
from thothctl.operations import figures
from thothctl.operations import restore as restoring
from thothctl.operations import restore_gates as gates
from thothctl.operations.backup import provide_toolbox
from thothctl.operations.backup_log import ASKED, DRILL_FAILED, DRILLED
from thothctl.operations.backup_shelf import LATEST
from thothctl.operations.drill import Hop, plan_drill
from thothctl.operations.drill_ground import ground_of, held
from thothctl.operations.plan import Plan
from thothctl.operations.restore_new import (
    fitted,
    images_of,
    new_install,
    settings_of,
    version_to_run,
)
from thothctl.operations.waiting import START_SECONDS

SECONDS = 300


@command
def drill(
    session: Session,
    backup: Reference = LATEST,
    place: From = "",
    identity_file: IdentityFile = None,
    passphrase_file: PassphraseFile = None,
) -> Outcome:
    """Restore a backup into a throw-away copy without network, ask it, and remove the copy."""
    found = find_backup(session, backup or LATEST, place)
    world, manifest = session.world, found.archive.manifest
    gates.refuse_newer(manifest, world.version, version_to_run(world, "", manifest))
    with (
        key_of(session, found, identity_file, passphrase_file) as key,
        held(world, session.install, "backup drill") as ground,
    ):
        world.restores.keep_key(ground, key)
        with session.watched():
            provide_toolbox(session.world)
            images = images_of(world, manifest)
            saved = Hop(manifest.product_version if images else "", images)
            plan = drill_plan(session, found, saved)
        if session.options.dry_run:
            return Outcome(
                {"plan": str(plan).splitlines()}, lambda console: show_plan(console, plan, ())
            )
        try:
            session.carry_out(plan)
        except ThothctlError:
            event = {"event": DRILL_FAILED, "id": found.archive.head.id}
            world.backup_records.note(session.install, event)
            raise
        finally:
            figures.refresh(world, session.install)
    return _outcome(session, found)


def drill_plan(
    session: Session,
    found: Found,
    first: Hop,
    later: Sequence[Hop] = (),
    *,
    seconds: int = START_SECONDS,
) -> Plan:
    """The backup, restored for a while as a version or several; each start may take `seconds`."""
    world, archive = session.world, found.archive
    stack = world.bundles.stack(archive.manifest.stack)
    saved = settings_of(world, archive, ground_of(session.install))
    settings = {**fitted(world, stack, saved), "data_dir": ""}
    made = new_install(world, archive, settings, beside=True)
    stores = gates.chosen_stores(archive.manifest, stack, made.settings, ())
    chosen = gates.Chosen(made.settings, first.images)
    gates.refuse_newer_server(world, archive.manifest, stack, chosen, stores)
    gates.refuse_full(world, archive.manifest, stores)
    wish = restoring.Wish(
        f"drill-{world.entropy.suffix()}",
        str(found.path),
        archive.manifest,
        seconds=session.options.timeout or SECONDS,
        keeper=ground_of(session.install),
        images=first.images,
        version=first.version,
        start_seconds=seconds,
        place=found.target,
    )
    return plan_drill(wish, made, stores, session.install, later)


def _outcome(session: Session, found: Found) -> Outcome:
    backup = found.archive.head.id
    events = session.world.backup_records.events(session.install)
    own = [one for one in reversed(events) if one.get("id") == backup]
    last = next((one for one in own if one.get("event") == DRILLED), {})
    asked = next((one for one in own if one.get("event") == ASKED), {})
    data = {
        "id": backup,
        "rpo_seconds": last.get("rpo_seconds"),
        "rto_seconds": last.get("rto_seconds"),
        "questions": asked.get("questions"),
        "at": last.get("at"),
    }

    def show(console: Console) -> None:
        console.print(f"[green]✓[/] {backup} restores, belongs together and answers")
        console.print(
            f"  Newest data that would be lost (RPO): {_spoken(data['rpo_seconds'])}; "
            f"back after (RTO): {_spoken(data['rto_seconds'])}"
        )

    return Outcome(data, show)


def _spoken(seconds: object) -> str:
    whole = round(float(str(seconds or 0)))
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {left} s"
