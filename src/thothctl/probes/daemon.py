"""The engine itself: whoever commands it commands the host."""

from thothctl.model.finding import Finding, Verdict
from thothctl.world import World

FILE = "/etc/docker/daemon.json"
OPEN = "without encryption"
"""The engine's own words in its warnings; it has no code for them."""


def api(world: World) -> Finding:
    """No port of the network leads to the engine, unless both sides prove who they are."""
    settings = world.host.daemon_settings()
    bare = [a for a in settings.addresses if a.startswith("tcp://")]
    told = [line for line in world.engine.facts().warnings if OPEN in line]
    if told or (bare and not settings.tls_verified):
        summary = f"the engine's API is open over TCP without TLS: {', '.join(bare) or told[0]}"
        hint = f"remove `-H tcp://…` and `hosts` in {FILE}, or use TLS with `tlsverify`"
        return Finding("engine-api", Verdict.FAIL, summary, hint)
    return Finding("engine-api", Verdict.PASS, "the engine's API is not open over bare TCP")


def group(world: World) -> Finding:
    """A note: membership in group docker is as good as being root."""
    if world.engine.facts().rootless:
        return Finding("docker-group", Verdict.PASS, "the engine runs without root")
    if world.host.is_root():
        return Finding("docker-group", Verdict.PASS, "you are root")
    summary = "your account may use the engine, which is as good as being root of this host"
    return Finding("docker-group", Verdict.PASS, summary)


def live_restore(world: World) -> Finding:
    """Containers stay up while the engine is restarted or upgraded."""
    if world.engine.facts().live_restore:
        return Finding("live-restore", Verdict.PASS, "containers survive a restart of the engine")
    hint = f'put "live-restore": true into {FILE}, then `systemctl reload docker`'
    summary = "a restart of the engine stops every container"
    return Finding("live-restore", Verdict.WARN, summary, hint)


def userland_proxy(world: World) -> Finding:
    """Without the proxy a service sees who calls it, and one program less listens."""
    match world.host.daemon_settings().userland_proxy:
        case False:
            return Finding("userland-proxy", Verdict.PASS, "no proxy program for published ports")
        case None if world.engine.facts().rootless:
            return Finding("userland-proxy", Verdict.PASS, "rootless engines need their proxy")
        case _:
            hint = f'put "userland-proxy": false into {FILE}, then restart the engine'
            summary = "published ports go through a proxy program as well"
            return Finding("userland-proxy", Verdict.WARN, summary, hint)
