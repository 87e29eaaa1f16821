"""What a browser, a script and an attacker get from the edge: a real nginx."""

import json
import re
import socket
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime
from http.client import HTTPSConnection

import httpx
import pytest
from edge import running
from edge.place import HOSTS, REPLICAS, Place, write_pair
from edge.running import Nginx
from edge.upstream import Application
from edge.waiting import until

from thothctl.adapters.certificates import create_authority
from thothctl.config.edge import Edge, Rates, Tls

CANARY = "canary-5f1d"
RATES = Rates(logins=6, login_burst=3, requests=20, request_burst=400)


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(stack, Edge(Tls.ACME, HOSTS, port=9443, rates=RATES))


@pytest.fixture(scope="module")
def replicas(place: Place) -> list[Application]:
    return [place.start(address) for address in REPLICAS]


@pytest.fixture
def nginx(place: Place, replicas: list[Application]) -> Nginx:
    return place.nginx


@pytest.fixture
def web(nginx: Nginx) -> Iterator[httpx.Client]:
    with nginx.client() as client:
        yield client


def openssl(nginx: Nginx, *words: str) -> subprocess.CompletedProcess[str]:
    address = f"127.0.0.1:{nginx.edge.inside.https}"
    trust = ["-CAfile", str(nginx.root / "authority.pem"), "-verify_return_error"]
    return subprocess.run(
        ["openssl", "s_client", "-connect", address, *trust, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=running.SECONDS,
        check=False,
    )


@pytest.mark.parametrize("tls", list(Tls))
@pytest.mark.parametrize("trusted", [(), ("10.0.0.0/8", "fd00::/8")])
def test_nginx_takes_every_rendered_configuration(tls: Tls, trusted: tuple[str, ...]) -> None:
    with running.folder() as root:
        write_pair(root, create_authority(datetime.now(UTC)))
        inside = running.inside(root, 53, 8080)
        running.write(root, Edge(tls, HOSTS, trusted_proxies=trusted, inside=inside))

        done = running.check(root)

    assert done.returncode == 0, done.stderr
    assert "warn" not in done.stderr


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_todays_tls_is_spoken(nginx: Nginx, version: str) -> None:
    done = openssl(nginx, version)

    assert done.returncode == 0, done.stderr
    assert re.search(r"Cipher is (TLS_|ECDHE-ECDSA-)", done.stdout)


@pytest.mark.parametrize(
    "old",
    [
        ("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1", "-cipher", "ALL:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0"),
    ],
)
def test_old_tls_is_not(nginx: Nginx, old: tuple[str, ...]) -> None:
    assert openssl(nginx, *old).returncode != 0


def test_http2_is_offered(nginx: Nginx) -> None:
    assert "ALPN protocol: h2" in openssl(nginx, "-alpn", "h2,http/1.1").stdout


def test_plain_http_leads_to_https(nginx: Nginx) -> None:
    with nginx.client("http") as client:
        answer = client.get("/a?b=c", headers={"Host": "thoth.test"})

    assert answer.status_code == 308
    assert answer.headers["Location"] == "https://thoth.test:9443/a?b=c"


def test_http_on_the_port_of_https_leads_there_too(nginx: Nginx) -> None:
    answer = httpx.get(f"http://127.0.0.1:{nginx.edge.inside.https}/a")

    assert answer.headers["Location"] == "https://127.0.0.1:9443/a"


def test_challenges_of_acme_are_answered_over_plain_http(nginx: Nginx) -> None:
    folder = nginx.root / "challenges/.well-known/acme-challenge"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "token").write_text("token.thumbprint")

    with nginx.client("http") as client:
        answer = client.get("/.well-known/acme-challenge/token", headers={"Host": "thoth.test"})
        outside = client.get("/.well-known/acme-challenge/../../../key.pem")

    assert answer.text == "token.thumbprint"
    assert outside.status_code == 308


@pytest.mark.parametrize("host", ["evil.example", "thoth.test.evil.example", "10.1.2.3"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_unknown_host_is_sent_away(nginx: Nginx, host: str, scheme: str) -> None:
    with nginx.client(scheme) as client:
        answer = client.get("/", headers={"Host": host})

    assert answer.status_code == 421
    assert "location" not in answer.headers


@pytest.mark.parametrize("host", ["localhost", "THOTH.test", "thoth.test:9443", "[::1]:9443"])
def test_every_name_of_ours_is_answered(web: httpx.Client, host: str) -> None:
    assert web.get("/", headers={"Host": host}).json()["headers"]["host"] == host.lower()


def test_a_request_that_names_two_hosts_is_for_the_one_that_was_checked(nginx: Nginx) -> None:
    context = ssl.create_default_context(cafile=str(nginx.root / "authority.pem"))
    plain = HTTPSConnection("127.0.0.1", nginx.edge.inside.https, context=context)
    plain.putrequest("GET", "https://thoth.test:9443/a", skip_host=True)
    plain.putheader("Host", "evil.example")
    plain.endheaders()

    assert json.load(plain.getresponse())["headers"]["host"] == "thoth.test"
    plain.close()


def test_headers_protect_the_browser(web: httpx.Client) -> None:
    headers = web.get("/", headers={"Host": "thoth.test"}).headers

    assert headers["Strict-Transport-Security"] == "max-age=31536000"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Server"] == "nginx"
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_the_name_localhost_is_not_bound_to_https(web: httpx.Client) -> None:
    headers = web.get("/", headers={"Host": "localhost"}).headers

    assert "Strict-Transport-Security" not in headers


def test_the_applications_own_headers_and_errors_are_kept(web: httpx.Client) -> None:
    answer = web.get("/own-headers")

    assert answer.status_code == 503
    assert answer.headers.get_list("Content-Security-Policy") == ["default-src 'self'"]
    assert answer.headers.get_list("Retry-After") == ["7"]
    assert answer.json()["path"] == "/own-headers"


def test_what_a_client_says_of_itself_does_not_count(web: httpx.Client) -> None:
    lies = {
        "X-Forwarded-For": "6.6.6.6",
        "X-Real-IP": "6.6.6.6",
        "X-Forwarded-Proto": "gopher",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Port": "666",
        "X-Forwarded-Prefix": "/evil",
        "X-Request-ID": "evil",
        "Forwarded": "for=6.6.6.6",
        "X_Forwarded_For": "6.6.6.6",
    }

    seen = web.get("/", headers=lies).json()["headers"]

    assert seen["x-forwarded-for"] == seen["x-real-ip"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "https"
    assert "evil" not in json.dumps(seen)
    assert "6.6.6.6" not in json.dumps(seen)
    assert seen["x-forwarded-port"] == "9443"


def test_events_arrive_one_by_one(replicas: list[Application], web: httpx.Client) -> None:
    heard = []
    accepted = {"Accept": "text/event-stream"}
    with web.stream("POST", "/api/v1/ask", json={}, headers=accepted) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                heard.append(line[6])
                for replica in replicas:
                    replica.heard.release()

    assert heard == ["0", "1", "2"]
    assert "Content-Encoding" not in answer.headers


def test_websockets_pass(nginx: Nginx) -> None:
    context = ssl.create_default_context(cafile=str(nginx.root / "authority.pem"))
    address = ("127.0.0.1", nginx.edge.inside.https)
    request = (
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    )
    with (
        socket.create_connection(address, running.SECONDS) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
        secure.makefile("rwb") as stream,
    ):
        stream.write(request.encode() + b"hello\n")
        stream.flush()
        lines = list(iter(stream.readline, b"\r\n"))
        assert lines[0].startswith(b"HTTP/1.1 101")
        assert stream.readline() == b"hello\n"


def test_text_is_compressed(web: httpx.Client) -> None:
    large = web.get("/large", headers={"Accept-Encoding": "gzip"})

    assert large.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in large.headers["Vary"]


@pytest.mark.parametrize(
    "path",
    [
        "/metrics",
        "/metrics/",
        "/%6detrics",
        "//metrics",
        "/%2fmetrics",
        "/x/../metrics",
        "/health",
        "/health/",
        "/health/db/",
        "/health/live/../ai/",
    ],
)
def test_the_inside_stays_inside(nginx: Nginx, path: str) -> None:
    context = ssl.create_default_context(cafile=str(nginx.root / "authority.pem"))
    plain = HTTPSConnection("127.0.0.1", nginx.edge.inside.https, context=context)
    plain.putrequest("GET", path)  # as it is written, unlike by a client that tidies it up
    plain.endheaders()

    assert plain.getresponse().status == 404
    plain.close()


def test_liveness_is_public(web: httpx.Client) -> None:
    assert web.get("/health/live/").status_code == 200


def test_figures_of_nginx_are_for_its_own_container(nginx: Nginx) -> None:
    status = f"http://127.0.0.1:{nginx.status}"

    assert "Active connections" in httpx.get(f"{status}/status").text
    with nginx.client() as client:
        assert client.get("/status").json()["path"] == "/status"


def test_bodies_have_limits(web: httpx.Client) -> None:
    two = b" " * 2_000_000

    assert web.post("/", content=two[:900_000]).json()["bytes"] == 900_000
    page = web.post("/", content=two)
    problem = web.post("/api/v1/sql", content=two)
    assert page.status_code == problem.status_code == 413
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json()["code"] == "too_large"
    for path in ("/api/v1/imports", "/api/v1/workspaces/zoo/import"):
        assert web.post(path, content=two).json()["bytes"] == 2_000_000


@pytest.mark.parametrize(
    ("path", "source"), [("/login/", "127.0.0.21"), ("/admin/login/", "127.0.0.22")]
)
def test_guessing_passwords_is_slowed_down(nginx: Nginx, path: str, source: str) -> None:
    with nginx.client(source=source) as guesser, nginx.client(source="127.0.0.29") as other:
        codes = [guesser.post(path).status_code for _ in range(6)]
        refused = guesser.post(path)

        assert codes == [200, 200, 200, 200, 429, 429]
        assert refused.headers["Retry-After"]
        assert guesser.get(path).status_code == 200
        assert other.get(path).status_code == 200


def test_a_busy_script_is_told_when_to_come_back(nginx: Nginx) -> None:
    with nginx.client(source="127.0.0.23") as client, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.get("/api/v1/workspaces"), range(480)))

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert {answer.status_code for answer in answers} == {200, 429}
    assert refused[0].headers["Retry-After"]
    assert refused[0].headers["Content-Type"] == "application/problem+json"
    assert refused[0].json()["status"] == 429


def test_replicas_share_the_load(web: httpx.Client) -> None:
    assert {web.get("/").json()["from"] for _ in range(8)} == set(REPLICAS)


def test_the_log_tells_no_secrets(nginx: Nginx) -> None:
    headers = {
        "Authorization": f"Bearer {CANARY}",
        "Cookie": f"thoth_session={CANARY}",
        "Referer": f"https://thoth.test/?q={CANARY}",
        "User-Agent": CANARY,
    }
    with nginx.client() as client:
        client.get(f"/logged%0a%22?question={CANARY}", headers=headers)
        client.post("/api/v1/ask", content=CANARY, headers=headers)
    with nginx.client("http") as client:
        client.get(f"/redirected?question={CANARY}", headers=headers)

    assert CANARY not in nginx.log + nginx.errors
    lines = [json.loads(line) for line in nginx.log.splitlines()]
    logged = next(line for line in lines if line["path"].startswith("/logged"))
    assert (logged["method"], logged["status"]) == ("GET", 200)


def test_a_reload_loses_no_request_and_brings_the_new_certificate(place: Place) -> None:
    before = served(place.nginx)
    client = place.nginx.client(source="127.0.0.24")
    client.headers["Connection"] = "close"  # an idle one is closed by a reload, as HTTP allows
    with client, ThreadPoolExecutor(4) as pool:
        codes = [pool.submit(lambda: client.get("/").status_code) for _ in range(200)]
        write_pair(place.root, place.authority)
        place.nginx.reload()
        assert {code.result() for code in codes} == {200}

    until(lambda: served(place.nginx) != before, running.SECONDS)


def served(nginx: Nginx) -> str:
    address = ("127.0.0.1", nginx.edge.inside.https)
    return ssl.get_server_certificate(address)
