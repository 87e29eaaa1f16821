"""What may be reached of the production stack, and what whoever is inside of it may do."""

import http.cookiejar
import json
import re
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from e2e.engine_view import addresses, containers, listening, reached
from e2e.machine import Machine, docker, tree
from e2e.own_images import Box, Yard, until
from e2e.test_production import SERVICES, call, trusting

from thothctl.probes.security import CHECKS

QUESTION = "How many charter schools are there in Alameda County?"
Doors = set[tuple[str, int]]
OPEN = {
    "app": {8080},
    "worker": {9108},
    "postgres": {5432},
    "redis": {6379},
    "nginx": {8080, 8443},
}
"""What each container listens on for others: figures of the worker among it."""


@pytest.fixture(scope="module")
def production(
    program: Path, images: None, chinook: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("secure")) as made:
        made.set_up("--mode", "production", "--timeout", "180")
        made.ok("import-bird", str(chinook), "--name", "chinook")
        made.ok("ask", QUESTION)
        yield made


@pytest.fixture(scope="module")
def found(production: Machine) -> dict[str, Any]:
    return containers(production)


def network_of(machine: Machine, key: str) -> str:
    return f"{containers(machine)['app']['Config']['Labels']['com.docker.compose.project']}_{key}"


@pytest.fixture
def neighbour(yard: Yard, production: Machine) -> Callable[[str], Box]:
    """A container of somebody else, in a network of its own or in one of the stack's."""

    def make(network: str = "") -> Box:
        box = yard.run("toolbox", command=("sleep", "infinity"))
        if network:
            docker("network", "connect", network_of(production, network), box.name)
            docker("network", "disconnect", yard.network, box.name)
        return box

    return make


def test_the_doctor_finds_nothing_to_mend_in_any_container(production: Machine) -> None:
    done = production.json("doctor", "--security")

    verdicts = {check["probe"]: check["verdict"] for check in done.envelope["checks"]}
    assert {name: verdicts[name] for name in (check.name for check in CHECKS)} == {
        check.name: "pass" for check in CHECKS
    }, done.out


@pytest.mark.parametrize("service", [*SERVICES, "setup"])
def test_a_container_has_no_more_rights_than_it_needs(found: dict[str, Any], service: str) -> None:
    config, host = found[service]["Config"], found[service]["HostConfig"]

    assert re.fullmatch(r"100\d\d:100\d\d", config["User"])
    assert (host["ReadonlyRootfs"], host["Privileged"]) == (True, False)
    assert (host["CapDrop"], host["CapAdd"]) == (["ALL"], None)
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert 0 < host["PidsLimit"] <= 512
    assert 0 < host["Memory"] <= 2 * 1024**3
    assert (host["PidMode"], host["UTSMode"], host["UsernsMode"]) == ("", "", "")
    assert host["IpcMode"] == "private"
    assert not host["Devices"]
    assert host["LogConfig"]["Config"] == {"max-size": "10m", "max-file": "3"}
    assert found[service]["Path"] == "tini"
    assert re.search(r":[^:]+-[0-9a-f]{12}$", config["Image"])
    assert host["RestartPolicy"]["Name"] == ("no" if service == "setup" else "unless-stopped")
    writable = [m["Destination"] for m in found[service]["Mounts"] if m["RW"]]
    assert writable in ([], ["/data"])


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_listens_on_what_is_meant_and_nothing_else(
    found: dict[str, Any], service: str
) -> None:
    assert listening(found[service]["Id"]) == OPEN[service]


@pytest.mark.parametrize("service", SERVICES)
def test_no_process_has_a_capability_or_may_gain_one(found: dict[str, Any], service: str) -> None:
    words = ("sh", "-c", "grep -hE '^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Uid):' /proc/[0-9]*/status")
    told = docker("exec", found[service]["Id"], *words)

    assert set(re.findall(r"^Cap\w+:\s+(\w+)$", told, re.MULTILINE)) == {"0" * 16}
    assert set(re.findall(r"^NoNewPrivs:\s+(\d)$", told, re.MULTILINE)) == {"1"}
    assert not [uid for uid in re.findall(r"^Uid:\s+(\d+)", told, re.MULTILINE) if int(uid) < 10000]


def test_only_nginx_publishes_and_only_on_loopback(
    production: Machine, found: dict[str, Any]
) -> None:
    published = {
        name: ports
        for name, one in found.items()
        if (ports := {k: v for k, v in one["NetworkSettings"]["Ports"].items() if v})
    }

    assert published == {
        "nginx": {"8443/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(production.port)}]}
    }
    networks = {name: set(addresses(one)) for name, one in found.items() if name in SERVICES}
    assert networks["postgres"] == networks["redis"] == {"back"}
    assert networks["nginx"] == {"front", "back"}
    assert networks["app"] == networks["worker"] == {"back", "egress"}


def doors(found: dict[str, Any]) -> Doors:
    """Everything there is to knock at: each container in each of its networks."""
    ports = {port for several in OPEN.values() for port in several}
    return {
        (ip, port) for name in SERVICES for ip in addresses(found[name]).values() for port in ports
    }


def lasting(box: Box, every: Doors) -> Doors:
    """The doors that are open each time: for moments the engine opens more, as networks change."""
    return set.intersection(*(reached(box, every) for _ in range(3)))


def test_a_container_of_the_same_host_reaches_nothing(
    production: Machine, found: dict[str, Any], neighbour: Callable[[str], Box]
) -> None:
    box = neighbour("")
    gateways = {
        (one["Gateway"], production.port)
        for one in box.look()["NetworkSettings"]["Networks"].values()
    }

    assert lasting(box, doors(found) | gateways) == set()


def test_a_container_at_the_edge_reaches_nginx_and_nothing_behind_it(
    found: dict[str, Any], neighbour: Callable[[str], Box]
) -> None:
    box, edge = neighbour("front"), addresses(found["nginx"])["front"]

    assert lasting(box, doors(found)) == {(edge, 8080), (edge, 8443)}


def test_only_the_server_and_the_worker_have_a_way_out(production: Machine) -> None:
    """The engine forwards nothing from or to an internal network."""
    inner = {
        key: json.loads(docker("network", "inspect", network_of(production, key)))[0]["Internal"]
        for key in ("front", "back", "egress")
    }

    assert inner == {"front": False, "back": True, "egress": False}


def test_from_among_the_data_services_nobody_else_is_reached(
    yard: Yard, neighbour: Callable[[str], Box]
) -> None:
    other = yard.run("toolbox", command=("python3", "-m", "http.server", "8080"))
    [network] = other.look()["NetworkSettings"]["Networks"].values()
    door = (network["IPAddress"], 8080)
    outside = neighbour("")
    until(lambda: reached(outside, [door]) == {door})

    assert lasting(neighbour("back"), {door}) == set()


def signing_in(machine: Machine) -> Callable[[str], int]:
    """A browser that tries passwords; tells the status of each try."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trusting(machine)),
        urllib.request.HTTPCookieProcessor(jar),
    )
    url = f"https://localhost:{machine.port}/login/"
    opener.open(url, timeout=30).close()
    token = next(cookie.value for cookie in jar if "csrf" in cookie.name)

    def attempt(password: str) -> int:
        fields = {"username": "admin@localhost", "password": password, "csrfmiddlewaretoken": token}
        body = urllib.parse.urlencode(fields).encode()
        request = urllib.request.Request(url, body, {"Referer": url})
        try:
            with opener.open(request, timeout=30) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as refused:
            refused.close()
            return refused.code

    return attempt


def test_who_guesses_passwords_is_slowed_down_and_nobody_else(production: Machine) -> None:
    attempt = signing_in(production)

    statuses = [attempt(f"guess-{n}") for n in range(40)]

    assert statuses[0] == 200, "the form again"
    first = statuses.index(429)
    assert first <= 25
    assert set(statuses[first:]) == {429}
    assert attempt(production.secret("admin_password")) == 429, "not even the right one"
    assert call(production, "/api/v1/workspaces")["workspaces"]


@pytest.fixture
def reader(production: Machine, found: dict[str, Any]) -> Callable[..., tuple[int, str]]:
    """SQL as the role of generated SQL, over the network; its password in no argument."""
    password = production.secret("postgres_reader_password").strip()
    script = 'IFS= read -r PGPASSWORD; export PGPASSWORD; exec psql -XqtA -v ON_ERROR_STOP=1 "$@"'
    database = found["postgres"]["Id"]

    def ask(sql: str, name: str = "thoth_data") -> tuple[int, str]:
        place = f"host={addresses(found['postgres'])['back']} user=thoth_reader dbname={name}"
        argv = ["docker", "exec", "-i", database, "sh", "-c", script, "sh", place]
        done = subprocess.run(
            argv, input=f"{password}\n{sql}\n", capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return ask


def schemas(found: dict[str, Any]) -> list[str]:
    sql = "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$'"
    psql = ("psql", "-XqtA", "-d", "thoth_data", "-c", sql)
    return docker("exec", found["postgres"]["Id"], *psql).split()


def test_the_reader_reads_imported_rows(
    reader: Callable[..., tuple[int, str]], found: dict[str, Any]
) -> None:
    [music] = [name for name in schemas(found) if name.startswith("chinook")]

    assert reader(f'SELECT count(*) > 0 FROM "{music}"."Artist"') == (0, "t\n")
    assert reader("SHOW statement_timeout") == (0, "1min\n")
    assert reader("SHOW transaction_read_only") == (0, "on\n")


@pytest.mark.parametrize(
    "sql",
    [
        """INSERT INTO "{music}"."Artist" VALUES (9999, 'x')""",
        """SET transaction_read_only = off; INSERT INTO "{music}"."Artist" VALUES (9999, 'x')""",
        """SET transaction_read_only = off; UPDATE "{music}"."Artist" SET "Name" = 'x'""",
        """SET transaction_read_only = off; DELETE FROM "{music}"."Artist" """,
        """SET transaction_read_only = off; DROP TABLE "{music}"."Artist" """,
        """SET transaction_read_only = off; CREATE TABLE "{music}".mine (a int)""",
        "SET transaction_read_only = off; CREATE TABLE public.mine (a int)",
        "SET transaction_read_only = off; CREATE TEMP TABLE mine (a int)",
        "SET transaction_read_only = off; CREATE SCHEMA mine",
        "SET transaction_read_only = off; CREATE ROLE mine",
        "SET transaction_read_only = off; CREATE EXTENSION dblink",
        "SET transaction_read_only = off; CREATE EXTENSION file_fdw",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT pg_read_binary_file('/run/secrets/postgres_app_password')",
        "SELECT pg_ls_dir('/data')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT lo_export(1, '/tmp/x')",
        "COPY (SELECT 1) TO '/tmp/x'",
        "COPY (SELECT 1) TO PROGRAM 'cat'",
        "CREATE TEMP TABLE t (a text); COPY t FROM '/etc/passwd'",
        "SELECT * FROM dblink('dbname=thoth', 'SELECT 1') AS t(a int)",
        "SELECT * FROM pg_authid",
        "SELECT rolpassword FROM pg_shadow",
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "SELECT pg_reload_conf()",
        "SELECT set_config('statement_timeout', '0', false)",
        "SET ROLE thoth_importer",
        "SET SESSION AUTHORIZATION thoth_app",
        "ALTER ROLE thoth_reader SUPERUSER",
        "ALTER SYSTEM SET log_statement = 'all'",
        "SELECT query_to_xml('SELECT 1', true, true, '')",
        "SELECT * FROM hidden.secret",
    ],
)
def test_the_reader_can_do_nothing_else(
    reader: Callable[..., tuple[int, str]], found: dict[str, Any], sql: str
) -> None:
    plant = "CREATE SCHEMA IF NOT EXISTS hidden; CREATE TABLE IF NOT EXISTS hidden.secret (a int)"
    psql = ("psql", "-Xq", "-d", "thoth_data", "-c", plant)
    subprocess.run(
        ["docker", "exec", found["postgres"]["Id"], *psql], check=True, capture_output=True
    )
    [music] = [name for name in schemas(found) if name.startswith("chinook")]

    status, told = reader(sql.format(music=music))

    assert status != 0, told
    assert "root:" not in told


@pytest.mark.parametrize("database", ["thoth", "postgres", "template1"])
def test_the_reader_enters_no_other_database(
    reader: Callable[..., tuple[int, str]], database: str
) -> None:
    status, told = reader("SELECT 1", database)

    assert status != 0
    assert "permission denied for database" in told


def test_generated_sql_that_takes_too_long_is_ended(production: Machine) -> None:
    tables = ", ".join(f'"Album" AS t{n}' for n in range(5))
    total = " + ".join(f't{n}."AlbumId"' for n in range(5))
    sql = f"SELECT count(*) FROM {tables} WHERE {total} < 0"

    with pytest.raises(urllib.error.HTTPError) as refused:
        call(production, "/api/v1/sql", {"workspace": "chinook", "sql": sql})

    with closing(refused.value):
        assert refused.value.code == 422
        assert "longer than" in json.load(refused.value)["detail"]


def canaries(machine: Machine) -> dict[str, str]:
    files = [file for file in (machine.folder / "secrets").iterdir() if file.is_file()]
    return {file.name: file.read_text().strip() for file in files}


def test_planted_canaries_are_in_no_log_argument_environment_or_inspection(
    production: Machine, found: dict[str, Any]
) -> None:
    production.run("status", "-vv")
    production.run("logs", "--tail", "0", "-vv")
    told = {"inspect": json.dumps(found)}
    for name, one in found.items():
        log = subprocess.run(
            ["docker", "logs", one["Id"]], capture_output=True, text=True, check=True
        )
        told[f"log of {name}"] = log.stdout + log.stderr
        if one["State"]["Running"]:
            told[f"processes of {name}"] = docker("top", one["Id"], "-eo", "pid,args")
            script = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true"
            told[f"environment of {name}"] = docker("exec", one["Id"], "sh", "-c", script)
    files = {k: v for k, v in tree(production.home).items() if "/secrets/" not in k}

    for secret, canary in canaries(production).items():
        assert len(canary) >= 20
        assert [place for place, text in told.items() if canary in text] == [], secret
        assert [file for file, content in files.items() if canary.encode() in content] == [], secret


@pytest.mark.parametrize("service", SERVICES)
def test_no_volume_and_no_written_file_holds_a_secret(
    production: Machine, found: dict[str, Any], service: str
) -> None:
    Path(production.home / "work").mkdir(exist_ok=True)
    words = "".join(f"{canary}\n" for canary in canaries(production).values())
    argv = ["docker", "exec", "-i", found[service]["Id"], "sh", "-c"]
    script = "grep -rlaF -f - /data /tmp /dev/shm 2>/dev/null; [ $? -le 2 ]"

    done = subprocess.run([*argv, script], input=words, capture_output=True, text=True, check=False)

    assert done.stdout == ""
