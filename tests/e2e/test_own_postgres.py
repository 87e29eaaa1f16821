"""A PostgreSQL that the user runs: prepared once, checked before anything starts, then used."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from e2e.machine import Machine, bridge_address, docker, free_port
from e2e.own_images import Box, Yard

QUESTION = "How many charter schools are there in Alameda County?"
ROLES = ("migrator", "app", "importer", "reader")
SCRIPT = Path(__file__).parents[2] / "docs/reference/postgres.sql"
SUPERUSER = "super-" + secrets.token_hex(12)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL beside the stack, at an address that containers of any network reach."""

    box: Box
    address: str
    port: int

    def sql(self, statements: str, database: str = "postgres") -> str:
        words = ("psql", "-XqtA", "-v", "ON_ERROR_STOP=1", "-d", database)
        return self.box.exec(*words, feed=statements)

    def setup(self, port: int = 0) -> tuple[str, ...]:
        own = {"postgres.host": self.address, "postgres.port": port or self.port}
        chosen = [word for key, value in own.items() for word in ("--set", f"{key}={value}")]
        return ("--mode", "production", "--timeout", "180", *chosen)


def served(yard: Yard) -> Server:
    address, port = bridge_address(), free_port()
    yard.file("superuser", SUPERUSER)
    secret = yard.mount("superuser", "/run/superuser")
    given = ("-e", "POSTGRES_PASSWORD_FILE=/run/superuser", *secret)
    box = yard.run("postgres", "-p", f"{address}:{port}:5432", *given)
    return Server(box.await_healthy(), address, port)


@pytest.fixture(scope="module")
def server(yard: Yard) -> Server:
    return served(yard)


@pytest.fixture(scope="module")
def empty(yard: Yard) -> Server:
    """Another one, as it comes."""
    return served(yard)


@pytest.fixture(scope="module")
def passwords(server: Server) -> dict[str, str]:
    """What the documentation says, done by hand: the script, then a password for each role."""
    server.sql(SCRIPT.read_text())
    made = {role: secrets.token_urlsafe(24) for role in ROLES}
    for role, password in made.items():
        server.sql(f"ALTER ROLE thoth_{role} PASSWORD '{password}'")
    return made


def files(folder: Path, passwords: dict[str, str]) -> tuple[str, ...]:
    words: list[str] = []
    for role, password in passwords.items():
        (folder / role).write_text(password + "\n")
        words += ["--secret-file", f"postgres_{role}_password={folder / role}"]
    return tuple(words)


@dataclass(frozen=True)
class Fault:
    """Something wrong with the server, and what is said of it."""

    database: str
    plant: str
    mend: str
    told: str
    hint: str
    exit: str = "3"


FAULTS = (
    Fault(
        "thoth",
        "DROP EXTENSION vector CASCADE",
        "CREATE EXTENSION vector",
        "lacks the extension vector",
        "--vector embedded",
        "13",
    ),
    Fault(
        "thoth",
        "ALTER DATABASE thoth OWNER TO postgres; GRANT CONNECT ON DATABASE thoth TO thoth_migrator;"
        "REVOKE CREATE ON SCHEMA public FROM thoth_migrator",
        "ALTER DATABASE thoth OWNER TO thoth_migrator;"
        "GRANT CREATE ON SCHEMA public TO thoth_migrator",
        "may not make tables in its schema public",
        "GRANT USAGE, CREATE ON SCHEMA public",
    ),
    Fault(
        "thoth_data",
        "ALTER DATABASE thoth_data OWNER TO postgres;"
        "GRANT CONNECT ON DATABASE thoth_data TO thoth_importer",
        "ALTER DATABASE thoth_data OWNER TO thoth_importer",
        "may not make schemas there",
        "GRANT CREATE ON DATABASE thoth_data",
    ),
    Fault(
        "thoth",
        "ALTER ROLE thoth_reader SUPERUSER",
        "ALTER ROLE thoth_reader NOSUPERUSER",
        "is a superuser",
        "NOSUPERUSER",
    ),
)


def refused(machine: Machine, *words: str) -> dict[str, str]:
    done = machine.json("setup", "--yes", "--port", str(machine.port), *words)
    error = done.envelope["errors"][0]
    assert machine.run("status").code == 3, "nothing is installed"
    project = f"label=com.docker.compose.project=thoth-{machine.name}"
    for kind in (["ps", "-aq"], ["volume", "ls", "-q"], ["network", "ls", "-q"]):
        assert docker(*kind, "--filter", project) == ""
    return {**error, "exit": str(done.code)}


def test_nobody_there_is_told_with_what_to_look_at(
    machine: Machine, server: Server, passwords: dict[str, str], tmp_path: Path
) -> None:
    error = refused(machine, *server.setup(free_port()), *files(tmp_path, passwords))

    assert error["exit"] == "15"
    assert f"{server.address}:" in error["message"]
    assert "did not answer" in error["message"]
    assert "may be reached" in error["hint"]


@pytest.mark.parametrize("role", ROLES)
def test_a_wrong_password_is_told_for_every_role(
    machine: Machine, server: Server, passwords: dict[str, str], tmp_path: Path, role: str
) -> None:
    wrong = {**passwords, role: secrets.token_urlsafe(24)}

    error = refused(machine, *server.setup(), *files(tmp_path, wrong))

    assert error["exit"] == "7"
    assert error["message"].startswith(f"PostgreSQL does not let the role thoth_{role} in")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.told)
def test_what_is_missing_there_is_told_before_anything_starts(
    machine: Machine, server: Server, passwords: dict[str, str], tmp_path: Path, fault: Fault
) -> None:
    server.sql(fault.plant, fault.database)
    try:
        error = refused(machine, *server.setup(), *files(tmp_path, passwords))
    finally:
        server.sql(fault.mend, fault.database)

    assert fault.told in error["message"]
    assert fault.hint in error["hint"]
    assert error["exit"] == fault.exit


def test_without_vectors_there_the_extension_is_not_asked_for(
    machine: Machine, server: Server, passwords: dict[str, str], tmp_path: Path
) -> None:
    server.sql("DROP EXTENSION vector CASCADE", "thoth")
    try:
        machine.set_up(*server.setup(), "--vector", "embedded", *files(tmp_path, passwords))
        assert machine.ok("ask", QUESTION).data["rows"] == [[8]]
    finally:
        machine.run("uninstall", "--purge", "--confirm", machine.name, "--yes")
        server.sql("CREATE EXTENSION vector", "thoth")
        server.sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;", "thoth")


@pytest.fixture(scope="module")
def stack(
    program: Path, images: None, empty: Server, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Machine]:
    with Machine(program, tmp_path_factory.mktemp("own-postgres")) as made:
        secret = tmp_path_factory.mktemp("once") / "superuser"
        secret.write_text(SUPERUSER)
        made.set_up(*empty.setup(), "--secret-file", f"postgres_superuser_password={secret}")
        yield made


def test_the_superuser_s_password_prepares_everything_once_and_is_not_kept(stack: Machine) -> None:
    services = {row["name"] for row in stack.ok("status").data["services"]}

    assert "postgres" not in services
    assert not (stack.folder / "secrets/postgres_superuser_password").exists()
    found = [
        p for p in stack.home.rglob("*") if p.is_file() and SUPERUSER.encode() in p.read_bytes()
    ]
    assert not found
    assert stack.ok("ask", QUESTION).data["rows"] == [[8]]


def test_a_database_is_imported_there(stack: Machine, empty: Server, chinook: Path) -> None:
    result = stack.ok("import-bird", str(chinook), "--name", "chinook").data

    rows = {table["name"]: table["rows"] for table in result["tables"]}
    schemas = empty.sql("SELECT nspname FROM pg_namespace", "thoth_data").split()
    [schema] = [name for name in schemas if name.startswith("chinook")]
    assert empty.sql(f'SELECT count(*) FROM "{schema}"."Artist"', "thoth_data") == str(
        rows["Artist"]
    )


def test_a_second_setup_changes_nothing(stack: Machine, empty: Server) -> None:
    assert stack.set_up(*empty.setup()).data["changed"] is False


def test_a_role_of_the_user_s_is_not_ours_to_change(stack: Machine) -> None:
    done = stack.json("secrets", "rotate", "postgres_app_password")

    assert done.code == 7
    assert "secrets set postgres_app_password" in done.envelope["errors"][0]["hint"]


def test_the_data_is_not_left_behind_by_a_setting(stack: Machine) -> None:
    done = stack.json("config", "set", "postgres.host=")

    assert done.code == 7
    assert "stay behind" in done.envelope["errors"][0]["message"]
