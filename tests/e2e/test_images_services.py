"""What Redis, nginx and Chroma do for a stack, on the real engine."""

import http.client
import socket
import ssl
import subprocess
from contextlib import closing

import pytest
from e2e.machine import docker
from e2e.own_images import LOOPBACK, Box, Yard, fetch, published, until

PASSWORD = "canary-redis-7"  # noqa: S105 - planted


def redis(yard: Yard, *options: str) -> Box:
    yard.file("redis/secrets/password", PASSWORD)
    given = ("-e", "REDIS_PASSWORD_FILE=/run/secrets/password")
    mounts = yard.mount("redis/secrets", "/run/secrets")
    return yard.run("redis", *given, *mounts, *published(6379), *options)


def says(box: Box, *lines: str) -> list[str]:
    """The server's answers over the network, one line each."""
    wire = socket.create_connection((LOOPBACK, box.port(6379)), timeout=10)
    with closing(wire), wire.makefile("rb") as answers:
        told = []
        for line in lines:
            wire.sendall(f"{line}\r\n".encode())
            told.append(answers.readline().decode().strip())
        return told


@pytest.fixture(scope="module")
def queue(yard: Yard) -> Box:
    yard.file("redis/conf/memory.conf", "maxmemory 32mb\nmaxmemory-policy allkeys-lru\n")
    return redis(yard, *yard.mount("redis/conf", "/etc/redis/conf.d")).await_healthy()


def test_redis_is_closed_to_everybody_without_the_password(queue: Box) -> None:
    assert says(queue, "PING")[0].startswith("-NOAUTH")
    assert (
        says(queue, "AUTH wrong", "AUTH thoth wrong")
        == [
            "-WRONGPASS invalid username-password pair or user is disabled.",
        ]
        * 2
    )
    assert says(queue, f"AUTH {PASSWORD}")[0].startswith("-WRONGPASS")
    assert says(queue, f"AUTH thoth {PASSWORD}", "PING") == ["+OK", "+PONG"]


@pytest.mark.parametrize(
    "command", ["FLUSHALL", "CONFIG GET dir", "SHUTDOWN", "KEYS *", "ACL LIST", "MONITOR"]
)
def test_the_application_cannot_run_what_could_end_or_empty_redis(queue: Box, command: str) -> None:
    assert says(queue, f"AUTH thoth {PASSWORD}", command)[1].startswith("-NOPERM")


def test_redis_keeps_what_it_was_told_through_a_kill(queue: Box) -> None:
    assert says(queue, f"AUTH thoth {PASSWORD}", "SET kept yes")[1] == "+OK"

    queue.kill().start().await_healthy()

    length_and_value = says(queue, f"AUTH thoth {PASSWORD}", "GET kept", "")[1:]
    assert length_and_value == ["$3", "yes"]


def test_redis_follows_mounted_settings_and_serves_its_operator_inside(queue: Box) -> None:
    assert queue.exec("redis-operator", "CONFIG GET maxmemory-policy").split()[1] == "allkeys-lru"
    assert (
        "background append only file rewriting"
        in queue.exec("redis-operator", "BGREWRITEAOF").lower()
    )


def test_redis_hides_its_password(queue: Box) -> None:
    processes = str(queue.of_every_process("cat {}/cmdline {}/environ"))
    written = queue.attempt("grep", "-rlF", PASSWORD, "/data", "/tmp").stdout  # noqa: S108 - inside

    assert PASSWORD not in str(queue.look()) + queue.logs() + processes
    assert written == ""


def test_redis_refuses_a_snapshot_that_it_would_ignore(yard: Yard) -> None:
    volume = yard.volume()
    yard.within("redis", volume, "echo REDIS0011 > dump.rdb")
    box = redis(yard, "-v", f"{volume}:/data")

    assert box.ended() == 13
    assert "holds a snapshot (dump.rdb) and no append-only file" in box.logs()
    assert yard.within("redis", volume, "ls") == "dump.rdb\n"


SERVERS = """
server {
    listen 8080;
    location / { proxy_pass http://upstream:8000; }
}
server {
    listen 8443 ssl;
    ssl_certificate /etc/nginx/tls/certificate;
    ssl_certificate_key /run/secrets/key;
    location / { return 200 "secret garden"; }
}
"""


@pytest.fixture(scope="module")
def edge(yard: Yard) -> Box:
    served = ("python3", "-m", "http.server", "8000", "--directory", "/etc")
    yard.run("toolbox", "--network-alias", "upstream", command=served)
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", str(yard.folder / "key"), "-out", str(yard.folder / "crt"))
    new = ("openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "2")
    subprocess.run([*new, *subject, *files], check=True, capture_output=True)
    yard.file("edge/certificate", (yard.folder / "crt").read_text())
    yard.file("edge/secrets/key", (yard.folder / "key").read_text())
    yard.file("edge/conf/servers.conf", SERVERS)
    box = yard.run(
        "nginx",
        *published(8080),
        *published(8443),
        *yard.mount("edge/conf", "/etc/nginx/conf.d"),
        *yard.mount("edge/certificate", "/etc/nginx/tls/certificate"),
        *yard.mount("edge/secrets", "/run/secrets"),
    )
    return box.await_healthy()


def get(box: Box, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(LOOPBACK, box.port(8080), timeout=10)
    connection.request("GET", path)
    return connection.getresponse()


def test_nginx_passes_requests_on_and_logs_no_query(edge: Box) -> None:
    reply = get(edge, "/hostname?token=canary-query")

    assert (reply.status, reply.getheader("Server")) == (200, "nginx")
    until(lambda: '"GET /hostname HTTP/1.1" 200' in edge.logs())
    assert "canary-query" not in edge.logs()


def shaken(box: Box, version: ssl.TLSVersion) -> str:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = version
    raw = socket.create_connection((LOOPBACK, box.port(8443)), timeout=10)
    with closing(raw), context.wrap_socket(raw, server_hostname="localhost") as wire:
        return str(wire.version())


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_nginx_speaks_tls_1_2_and_1_3_only(edge: Box) -> None:
    assert shaken(edge, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    assert shaken(edge, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    with pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"):
        shaken(edge, ssl.TLSVersion.TLSv1_1)


def test_nginx_takes_new_settings_without_a_restart_and_reports_wrong_ones(
    yard: Yard, edge: Box
) -> None:
    begun = edge.look()["State"]["StartedAt"]
    yard.file("edge/conf/servers.conf", SERVERS + "server { listen 8080; server_name n; }\n")
    yard.file("edge/conf/more.conf", "add_header X-New yes always;\n")
    docker("kill", "--signal", "HUP", edge.name)
    until(lambda: get(edge, "/hostname").getheader("X-New") == "yes")

    yard.file("edge/conf/more.conf", "nonsense;\n")
    try:
        assert edge.attempt("healthcheck").returncode == 1
        assert get(edge, "/hostname").status == 200
    finally:
        yard.file("edge/conf/more.conf", "")
    assert edge.look()["State"]["StartedAt"] == begun


COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"


def test_chroma_finds_a_vector_again_after_a_kill(yard: Yard) -> None:
    box = yard.run("chroma", *published(8000)).await_healthy()
    made = fetch(box.port(8000), COLLECTIONS, {"name": "questions"})["id"]
    points = {"ids": ["a", "b"], "embeddings": [[1, 0], [0, 1]], "documents": ["one", "two"]}
    fetch(box.port(8000), f"{COLLECTIONS}/{made}/add", points)

    box.kill().start().await_healthy()

    wanted = {"query_embeddings": [[0.1, 0.9]], "n_results": 1, "include": ["documents"]}
    found = fetch(box.port(8000), f"{COLLECTIONS}/{made}/query", wanted)
    assert (found["ids"], found["documents"]) == ([["b"]], [["two"]])
