"""The image of PostgreSQL: what it makes, whom it lets in, which volumes it refuses."""

import pytest
from e2e.own_images import Box, Yard

SUPERUSER, OWNER, RENEWED = "canary-super", "canary-owner 'q\\u$ote", "canary-renewed"
CANARIES = ("canary-super", "canary-owner", "canary-renewed")
SECRETS = "/run/secrets"
INIT = """
CREATE DATABASE shop OWNER shop_owner;
\\connect shop
CREATE EXTENSION vector;
CREATE TABLE runs (id int GENERATED ALWAYS AS IDENTITY);
INSERT INTO runs DEFAULT VALUES;
"""
SCRIPT = "psql -d shop -c 'CREATE TABLE made_by_script (n int)'\n"


def options(yard: Yard, volume: str, files: str) -> tuple[str, ...]:
    """The mounts and variables a stack gives; `files` is the folder of this one's files."""
    yard.file(f"{files}/secrets/super", f"{SUPERUSER}\n")
    yard.file(f"{files}/secrets/owner", OWNER)
    return (
        "-e", f"POSTGRES_PASSWORD_FILE={SECRETS}/super",
        "-e", f"POSTGRES_ROLE_FILES=shop_owner={SECRETS}/owner",
        *yard.mount(f"{files}/secrets", SECRETS),
        "-v", f"{volume}:/data",
    )  # fmt: skip


@pytest.fixture(scope="module")
def volume(yard: Yard) -> str:
    return yard.volume()


@pytest.fixture(scope="module")
def database(yard: Yard, volume: str) -> Box:
    yard.file("shop/init/10-shop.sql", INIT)
    yard.file("shop/init/20-more.sh", SCRIPT)
    yard.file("shop/conf/loud.conf", "log_statement = all\nlog_connections = on\nwork_mem = 7MB\n")
    box = yard.run(
        "postgres",
        *options(yard, volume, "shop"),
        *yard.mount("shop/init", "/etc/postgresql/init.d"),
        *yard.mount("shop/conf", "/etc/postgresql/conf.d"),
    )
    return box.await_healthy()


@pytest.fixture(scope="module")
def neighbour(yard: Yard) -> Box:
    """Another container of the same network, with a client."""
    return yard.run("toolbox", command=("sleep", "infinity"))


def ask(box: Box, sql: str, database: str = "shop") -> str:
    return box.exec("psql", "-X", "-q", "-At", "-d", database, "-c", sql)


def enters(neighbour: Box, server: Box, role: str, password: str) -> bool:
    address = f"host={server.name} user={role} dbname=postgres connect_timeout=5"
    script = 'export PGPASSWORD="$(cat)"; psql -X -At -c "SELECT 1" "$0"'
    return neighbour.attempt("sh", "-c", script, address, feed=password).stdout.strip() == "1"


def test_a_new_cluster_has_vectors_checksums_and_an_order_no_library_changes(database: Box) -> None:
    assert ask(database, "SELECT '[1,2]'::vector <-> '[1,3]'") == "1"
    assert ask(database, "SHOW data_checksums") == "on"
    order = "SELECT datlocprovider, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
    assert ask(database, f"{order} WHERE datname = 'shop'") == "b|C.UTF-8|UTF8"
    assert ask(database, "SELECT upper('é'), to_tsvector('simple', 'Ärger')") == "É|'ärger':1"


def test_mounted_settings_count_and_the_volume_cannot_change_them(database: Box) -> None:
    assert ask(database, "SHOW work_mem") == "7MB"
    refused = database.attempt("psql", "-c", "ALTER SYSTEM SET work_mem = '9MB'", "shop")
    assert refused.returncode != 0


def test_the_network_opens_to_the_right_password_only(database: Box, neighbour: Box) -> None:
    assert enters(neighbour, database, "postgres", SUPERUSER)
    assert enters(neighbour, database, "shop_owner", OWNER)
    assert not enters(neighbour, database, "shop_owner", "wrong")
    assert not enters(neighbour, database, "shop_owner", SUPERUSER)
    assert not enters(neighbour, database, "thoth_health", "")
    inside = ("psql", "-w", "-U", "shop_owner", "-d", "shop", "-c", "SELECT 1")
    assert database.attempt(*inside).returncode != 0


def test_rows_survive_a_kill_and_init_files_run_once(database: Box) -> None:
    ask(database, "INSERT INTO runs DEFAULT VALUES")
    journal = database.exec("cat", "/data/17/initialised-with")

    database.kill().start().await_healthy()

    assert ask(database, "SELECT count(*) FROM runs") == "2"
    assert ask(database, "SELECT count(*) FROM made_by_script") == "0"
    assert database.exec("cat", "/data/17/initialised-with") == journal
    assert "is not run" not in database.logs()


def test_a_changed_password_counts_from_the_next_start_even_after_a_kill(
    yard: Yard, database: Box, neighbour: Box
) -> None:
    file = yard.file("shop/secrets/owner", RENEWED)
    try:
        database.kill().start().await_healthy()
        assert enters(neighbour, database, "shop_owner", RENEWED)
        assert not enters(neighbour, database, "shop_owner", OWNER)
    finally:
        yard.file(f"shop/secrets/{file.name}", OWNER)
        database.kill().start().await_healthy()
    assert enters(neighbour, database, "shop_owner", OWNER)


def test_no_password_is_seen_outside_its_file_though_every_statement_is_logged(
    database: Box,
) -> None:
    processes = str(database.of_every_process("cat {}/cmdline {}/environ"))
    written = database.attempt("grep", "-rlF", *(f"-e{c}" for c in CANARIES), "/data").stdout

    assert "INSERT INTO runs" in database.logs()
    for place in (str(database.look()), database.logs(), processes, written):
        assert not [canary for canary in CANARIES if canary in place]
    assert written == ""


def test_a_second_server_on_the_same_volume_is_refused(
    yard: Yard, database: Box, volume: str
) -> None:
    second = yard.run("postgres", *options(yard, volume, "shop"))

    assert second.ended() == 5
    assert "another container is using this volume" in second.logs()
    assert ask(database, "SELECT 1") == "1"


def test_a_killed_initialisation_starts_again_from_nothing(yard: Yard) -> None:
    volume = yard.volume()
    slow = "CREATE TABLE half (n int);\n\\! echo slow now >&2\nSELECT pg_sleep(600);\n"
    yard.file("slow/init/10.sql", slow)
    box = yard.run(
        "postgres",
        *options(yard, volume, "slow"),
        *yard.mount("slow/init", "/etc/postgresql/init.d"),
    )
    box.await_log("slow now")

    box.kill()
    yard.file("slow/init/10.sql", "CREATE TABLE whole (n int);\n")
    box.start().await_healthy()

    assert ask(box, "SELECT to_regclass('half'), to_regclass('whole')", "postgres") == "|whole"


def test_a_failing_init_file_ends_the_start_and_leaves_no_cluster(yard: Yard) -> None:
    volume = yard.volume()
    yard.file("wrong/init/10.sql", "SELECT nonsense;\n")
    mounts = yard.mount("wrong/init", "/etc/postgresql/init.d")
    box = yard.run("postgres", *options(yard, volume, "wrong"), *mounts)

    assert box.ended() == 7
    assert "hint: correct it" in box.logs()
    assert yard.within("postgres", volume, "test -e 17 || echo none") == "none\n"


@pytest.mark.parametrize(
    ("made", "says"),
    [
        ("mkdir 17; echo 16 > 17/PG_VERSION", "PostgreSQL 16 in /data/17"),
        ("mkdir pgdata; echo 17 > pgdata/PG_VERSION", "PostgreSQL 17 in /data/pgdata"),
        ("mkdir -p 18/docker; echo 18 > 18/docker/PG_VERSION", "PostgreSQL 18 in /data/18/docker"),
        ("mkdir appendonlydir", "no cluster but /data/appendonlydir"),
    ],
)
def test_a_volume_that_does_not_belong_here_is_refused_untouched(
    yard: Yard, made: str, says: str
) -> None:
    volume = yard.volume()
    before = yard.within("postgres", volume, f"{made}; find . | sort")
    box = yard.run("postgres", *options(yard, volume, "foreign"))

    assert box.ended() == 13
    assert says in box.logs()
    assert yard.within("postgres", volume, "find . | sort") == before


def test_a_volume_of_another_user_is_refused_with_the_way_out(yard: Yard) -> None:
    volume = yard.volume()
    yard.within("redis", volume, "touch mine")
    box = yard.run("postgres", *options(yard, volume, "foreign"))

    assert box.ended() == 7
    assert "/data belongs to user 10003, this image runs as user 10002" in box.logs()
    assert "hint: give the volume to this user, as root: chown" in box.logs()


@pytest.mark.parametrize("content", ["\n", "two\nlines", "from Windows\r\n"])
def test_a_password_file_without_exactly_one_line_is_refused(yard: Yard, content: str) -> None:
    given = options(yard, yard.volume(), "empty")
    yard.file("empty/secrets/owner", "").chmod(0o644)
    (yard.folder / "empty/secrets/owner").write_bytes(content.encode())
    box = yard.run("postgres", *given)

    assert box.ended() == 7
    assert "the password file of shop_owner must hold one line" in box.logs()
