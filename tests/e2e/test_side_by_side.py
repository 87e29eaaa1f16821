"""Two production installs on one host: one certified by ACME, one with its data in a folder."""

import shutil
import socket
import ssl
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from e2e.machine import KEEP, LABEL, Machine, docker, free_port
from edge.names import Names, answering
from edge.pebble import Pebble, pebble
from edge.place import write_pair

from thothctl.adapters.certificates import create_authority

HOST, SUBNET = "thoth.test", "10.213.77.0/24"
OFFSET = 1000
UIDS = {"data": 10001, "postgres": 10002, "redis": 10003}


@dataclass
class Neighbours:
    """`public` is certified by the authority; `inner` keeps its data below `data`."""

    public: Machine
    inner: Machine
    authority: Pebble
    names: Names
    data: Path


@pytest.fixture(scope="module")
def both(
    program: Path, images: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Neighbours]:
    home, http = tmp_path_factory.mktemp("home"), free_port()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="thoth-acme-")))
        write_pair(root, create_authority(datetime.now(UTC)))
        names = stack.enter_context(answering())
        names.addresses = ("127.0.0.1",)
        authority = stack.enter_context(pebble(root, names.port, http))
        data = Path(tempfile.mkdtemp(prefix="thoth-data-", dir="/var/tmp"))
        trust = {"THOTHCTL_CA_BUNDLE": str(root / "authority.pem")}
        public, inner = Machine(program, home, extra=trust), Machine(program, home)
        found = Neighbours(public, inner, authority, names, data)
        try:
            _set_up(found, http)
            yield found
        finally:
            for machine in () if KEEP else (public, inner):
                machine.clean()
            shutil.rmtree(data, ignore_errors=True)


def _set_up(both: Neighbours, http: int) -> None:
    production = ("--mode", "production", "--timeout", "240")
    acme = ("--tls", "acme", "--host-name", HOST, "--acme-directory", both.authority.directory)
    both.public.set_up(*production, *acme, "--http-port", str(http))
    (both.data / "of-somebody-else").write_text("stays")
    both.inner.port = both.public.port + OFFSET
    words = ("--port", str(both.public.port), "--port-offset", str(OFFSET))
    own = ("--data-dir", str(both.data), "--set", f"network.subnet={SUBNET}")
    both.inner.ok("setup", "--yes", *words, *production, *own)


def served(machine: Machine, trust: str, name: str = HOST) -> bytes:
    """The certificate that a new connection is shown, trusted for this name."""
    context = ssl.create_default_context(cadata=trust)
    with (
        socket.create_connection(("127.0.0.1", machine.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        found = connection.getpeercert(binary_form=True)
    assert found is not None
    return found


@dataclass
class Visitor:
    """Asks again and again, each time by a new connection."""

    machine: Machine
    trust: str
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    seen: set[bytes] = field(default_factory=set)

    def visit(self, over: threading.Event) -> None:
        while not over.is_set():
            self.asked += 1
            try:
                self.seen.add(served(self.machine, self.trust))
            except OSError as error:
                self.failed.append(str(error))

    @contextmanager
    def visiting(self) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self.visit, args=(over,))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()


def test_both_are_healthy_and_each_knows_its_own_data(both: Neighbours, chinook: Path) -> None:
    both.inner.ok("import-bird", str(chinook), "--name", "chinook")

    for machine in (both.public, both.inner):
        assert machine.ok("health", "--wait", "--timeout", "90").data["healthy"] is True
    known = [
        {one["name"] for one in machine.ok("workspace", "list").data["workspaces"]}
        for machine in (both.public, both.inner)
    ]
    assert known == [{"california_schools"}, {"california_schools", "chinook"}]


def test_the_authoritys_certificate_is_served_and_plain_http_leads_to_it(
    both: Neighbours,
) -> None:
    assert served(both.public, both.authority.root())
    assert both.public.ok("certificates", "show").data["authority"] is None

    settings = both.public.ok("config", "get", "http_port").data
    port = settings["settings"]["http_port"] if "settings" in settings else settings["value"]
    request = urllib.request.Request(f"http://127.0.0.1:{port}/x", headers={"Host": HOST})
    opener = urllib.request.build_opener(NoRedirect)
    with pytest.raises(urllib.error.HTTPError) as answer:
        opener.open(request, timeout=10)
    assert answer.value.code == 308
    assert answer.value.headers["Location"] == f"https://{HOST}:{both.public.port}/x"


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Lets the test see where it is sent."""

    def redirect_request(self, *_: object) -> None:
        return None


def test_a_certificate_is_renewed_without_a_failed_request(both: Neighbours) -> None:
    (both.public.folder / "tls/acme/certificate.pem").unlink()
    visitor, deadline = Visitor(both.public, both.authority.root()), time.monotonic() + 30

    with visitor.visiting():
        assert both.public.ok("certificates", "renew").data["renewed"] is True
        while len(visitor.seen) < 2 and time.monotonic() < deadline:
            served(both.public, visitor.trust)

    assert len(visitor.seen) == 2
    assert visitor.failed == []
    assert visitor.asked > 10
    assert both.public.ok("certificates", "renew").data["renewed"] is False


def forget_account(folder: Path) -> None:
    """Pebble asks one account in a hundred for no new proof, even where it is told: never."""
    [account] = folder.glob("account-*.key")
    account.unlink()


def test_a_no_of_the_authority_keeps_the_old_certificate_and_is_told(both: Neighbours) -> None:
    kept = both.public.folder / "tls/acme/certificate.pem"
    text, before = kept.read_text(), served(both.public, both.authority.root())
    kept.unlink()
    forget_account(kept.parent)
    both.names.addresses = ("127.0.0.99",)

    refused = both.public.json("certificates", "renew")

    both.names.addresses = ("127.0.0.1",)
    assert refused.code == 15
    assert "port 80" in refused.envelope["errors"][0]["hint"]
    assert served(both.public, both.authority.root()) == before
    checks = both.public.json("doctor", "--quick").envelope["checks"]
    [told] = [check for check in checks if check["probe"] == "certificate"]
    assert told["verdict"] == "warn"
    assert "could not reach this machine" in told["summary"]
    kept.write_text(text)


def test_a_third_one_is_told_of_taken_ports_and_subnets_before_anything_starts(
    both: Neighbours, program: Path
) -> None:
    third = Machine(program, both.public.home, port=both.inner.port)

    port = third.json("setup", "--yes", "--port", str(third.port), "--dry-run")
    overlapping = ("--port", str(free_port()), "--set", "network.subnet=10.213.64.0/18")
    subnet = third.json("setup", "--yes", *overlapping, "--dry-run")

    assert port.code == subnet.code == 3
    assert f"the container thoth-{both.inner.name}-nginx-1" in port.envelope["errors"][0]["message"]
    assert "the next free one: --port" in port.envelope["errors"][0]["hint"]
    assert f"thoth-{both.inner.name}_" in subnet.envelope["errors"][0]["message"]
    assert not third.folder.exists()


def test_data_lies_in_the_folder_and_belongs_to_the_services_users(both: Neighbours) -> None:
    found = both.data / f"thoth-{both.inner.name}"

    assert {store: (found / f"{store}_g1").stat().st_uid for store in UIDS} == UIDS
    assert (found / "postgres_g1/17/PG_VERSION").is_file()
    checks = both.inner.json("doctor", "--quick").envelope["checks"]
    assert [c["verdict"] for c in checks if c["probe"] == "data-dir"] == ["pass"]
    moved = both.inner.json("config", "set", "data_dir=/srv/elsewhere", "--yes")
    assert moved.code == 7
    assert "does not move" in moved.envelope["errors"][0]["message"]


def test_own_files_are_tried_first_and_then_read_by_their_programs(both: Neighbours) -> None:
    own = both.inner.folder / "config"
    for folder in ("nginx/server", "postgres"):
        (own / folder).mkdir(parents=True)
    (own / "nginx/server/page.conf").write_text("add_headerr X-Own yes;")
    (own / "postgres/memory.conf").write_text("maintenance_work_mem = 96MB\n")
    again = ("setup", "--yes", "--timeout", "240")

    refused = both.inner.json(*again)
    (own / "nginx/server/page.conf").write_text("add_header X-Own yes;")
    both.inner.ok(*again)

    assert refused.code == 9
    assert 'unknown directive "add_headerr"' in refused.envelope["errors"][0]["message"]
    trust = ssl.create_default_context(cafile=str(both.inner.folder / "tls/authority.pem"))
    page = f"https://localhost:{both.inner.port}/login/"
    with urllib.request.urlopen(page, context=trust, timeout=10) as reply:
        assert reply.headers["X-Own"] == "yes"
    asked = ("--service", "postgres", "--", "psql", "-tAc", "SHOW maintenance_work_mem", "postgres")
    assert both.inner.run("exec", *asked).out.strip() == "96MB"


def test_uninstall_of_one_leaves_the_other_and_strange_files_alone(both: Neighbours) -> None:
    chosen = ["--filter", f"label={LABEL}={both.public.label}"]
    before, label = docker("ps", "-q", *chosen), both.inner.label

    gone = both.inner.ok("uninstall", "--purge", "--confirm", both.inner.name, "--yes").data

    assert gone["folders"] == [f"{both.data}/thoth-{both.inner.name}"]
    assert [path.name for path in both.data.iterdir()] == ["of-somebody-else"]
    assert not any(both.inner.left(label).values())
    assert docker("ps", "-q", *chosen) == before
    assert both.public.ok("health", "--wait").data["healthy"] is True
