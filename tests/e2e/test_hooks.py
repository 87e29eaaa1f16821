"""Programs of the user's around a real upgrade."""

from e2e.machine import Machine
from e2e.stand_in import Shelf, set_up, version_served


def test_a_hook_stops_an_upgrade_before_it_begins_and_another_hears_how_it_ended(
    bare: Machine, shelf: Shelf
) -> None:
    set_up(bare, shelf.registry.host, "1.0.0")
    folder = bare.folder / "hooks"
    folder.mkdir(mode=0o700)
    before, after = folder / "pre_upgrade", folder / "post_upgrade"
    before.write_text("#!/bin/sh\necho the nightly report runs\nexit 1\n")
    after.write_text('#!/bin/sh\nenv > said\necho "$THOTHCTL_OUTCOME"; exit 4\n')
    for hook in (before, after):
        hook.chmod(0o700)
    container = bare.container()

    stopped = bare.json("upgrade", "--to", "1.0.1", "--yes", "--soak", "1")
    assert stopped.code == 3, stopped.out
    assert "pre_upgrade ended with status 1" in stopped.envelope["errors"][0]["message"]
    assert (version_served(bare), bare.container()) == ("1.0.0", container)
    assert not (folder / "said").exists()
    assert "the nightly report runs" in bare.run("journal", "show").out

    before.write_text("#!/bin/sh\ntrue\n")
    done = bare.ok("upgrade", "--to", "1.0.1", "--yes", "--soak", "1")
    assert version_served(bare) == "1.0.1"
    assert "Warning: post_upgrade ended with status 4" in done.err
    told = (folder / "said").read_text()
    assert "THOTHCTL_OUTCOME=done\n" in told
    assert f"THOTHCTL_INSTALL={bare.name}\n" in told
    assert bare.secret("api_token").strip() not in told
