# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS and proxies with real sockets: what fails is called by its name, and is never waited for without end."""

from __future__ import annotations

import datetime
import os
import re
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.saymon.platform.plugins.module_utils._api import transport
from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client, Request
from ansible_collections.saymon.platform.plugins.module_utils._api.errors import (
    AnswerLost,
    BadInput,
    SaymonError,
    Unreachable,
)
from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.e2e.attack.hostile import Hostile, answer, drip, hostile, nothing, raw

_FINE = answer(b'[{"id":"1"}]')
_NOW = datetime.datetime(2020, 1, 1)  # noqa: DTZ001 - certificates know no zones


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, in files."""

    cert: Path
    key: Path
    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _make(
    folder: Path, name: str, *, issuer: Pair | None = None, until: int = 3000, password: bytes | None = None
) -> Pair:
    """A certificate for a name or address, signed by the issuer or itself; `until` is in weeks from the beginning of
    2020."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    other = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    builder = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer.certificate.subject if issuer else subject)
    )
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(_NOW).not_valid_after(_NOW + datetime.timedelta(weeks=until))
    builder = builder.add_extension(x509.SubjectAlternativeName([other]), critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    # Python 3.13 insists on what makes a certificate complete.
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    signer = (issuer.private if issuer else key).public_key()
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), critical=False)
    builder = builder.add_extension(_usage(authority=issuer is None), critical=True)
    certificate = builder.sign(issuer.private if issuer else key, hashes.SHA256())
    sealed: Any = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    pair = Pair(folder / f"{name}.pem", folder / f"{name}.key", certificate, key)
    pair.cert.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pair.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed))
    return pair


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return _make(tmp_path_factory.mktemp("ca"), "authority")


@pytest.fixture(scope="module")
def server_pair(authority: Pair, tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return _make(tmp_path_factory.mktemp("server"), "127.0.0.1", issuer=authority)


def _serving(
    pair: Pair, *, clients: Pair | None = None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
) -> ssl.SSLContext:
    """The context of a server, which asks for certificates of clients when their authority is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.cert, pair.key)
    context.maximum_version = version
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.cert)
    return context


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy") or name in (
            "REQUESTS_CA_BUNDLE",
            "CURL_CA_BUNDLE",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ):
            monkeypatch.delenv(name)


def _client(server: Hostile, scheme: str = "https", **options: Any) -> Client:
    return Client(Connection(f"{scheme}://127.0.0.1:{server.port}", **{"timeout": 1.0, "retries": 0, **options}))


def _failure(client: Client, method: str = "GET") -> SaymonError:
    """The failure of a request, which must come soon."""
    started = time.monotonic()
    with pytest.raises(SaymonError) as caught:
        client.send(Request(method, "/users"))
    assert time.monotonic() - started < 5
    assert re.fullmatch(r"[^\n]+[.]", str(caught.value)), str(caught.value)
    return caught.value


def test_a_trusted_server(authority: Pair, server_pair: Pair) -> None:
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with hostile(_FINE, tls=_serving(server_pair, version=version)) as server:
            client = _client(server, ca_path=str(authority.cert))
            assert [client.get("/users") for _time in range(3)] == [[{"id": "1"}]] * 3


def test_an_unknown_authority(server_pair: Pair) -> None:
    with hostile(_FINE, tls=_serving(server_pair)) as server:
        error = _failure(_client(server))
        assert re.search(r"no trusted TLS connection to .* Give the authority as saymon_ca_path", str(error)), error
        assert _client(server, validate_certs=False).get("/users") == [{"id": "1"}]


@pytest.mark.parametrize("name", ["other.example.org", "127.0.0.2"])
def test_a_certificate_for_another_name(authority: Pair, tmp_path: Path, name: str) -> None:
    with hostile(_FINE, tls=_serving(_make(tmp_path, name, issuer=authority))) as server:
        error = _failure(_client(server, ca_path=str(authority.cert)))
    assert (
        f"the certificate of https://127.0.0.1:{server.port} is not valid for 127.0.0.1. Write saymon_url with a name"
        in str(error)
    )
    assert "saymon_ca_path" not in str(error)


def test_an_expired_certificate(authority: Pair, tmp_path: Path) -> None:
    with hostile(_FINE, tls=_serving(_make(tmp_path, "127.0.0.1", issuer=authority, until=10))) as server:
        error = _failure(_client(server, ca_path=str(authority.cert)))
    assert "the certificate has expired" in str(error)
    assert "saymon_ca_path" not in str(error)


# --- client certificates --------------------------------------------------------------------------


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_client_certificates(
    authority: Pair, server_pair: Pair, tmp_path: Path, version: ssl.TLSVersion, method: str
) -> None:
    mine, stranger = _make(tmp_path, "client", issuer=authority), _make(tmp_path, "stranger")
    with hostile(_FINE, tls=_serving(server_pair, clients=authority, version=version)) as server:
        trust = {"ca_path": str(authority.cert)}
        fine = _client(server, **trust, client_cert=str(mine.cert), client_key=str(mine.key))
        assert fine.send(Request(method, "/users")).data == [{"id": "1"}]
        stranger_too = {"client_cert": str(stranger.cert), "client_key": str(stranger.key)}
        for given, certain, likely in (
            (
                {},
                "because it wants a client certificate. Give one as saymon_client_cert",
                "may want a client certificate",
            ),
            (
                stranger_too,
                "refused the client certificate. Check saymon_client_cert",
                "may have refused the client certificate",
            ),
        ):
            error = _failure(_client(server, **trust, **given), method)
            # With TLS 1.3 the refusal comes after the handshake, and gets lost when the server hangs up before it is
            # read.
            if version is ssl.TLSVersion.TLSv1_3 and isinstance(error, AnswerLost):
                assert likely in str(error)
            else:
                assert certain in str(error)
                assert isinstance(error, Unreachable)


@pytest.mark.parametrize("together", [True, False])
def test_an_encrypted_key_asks_nobody(authority: Pair, server_pair: Pair, tmp_path: Path, together: bool) -> None:
    """In a process with a terminal, on which OpenSSL would ask."""
    mine = _make(tmp_path, "client", issuer=authority, password=b"secret-phrase")
    both = tmp_path / "both.pem"
    both.write_bytes(mine.cert.read_bytes() + mine.key.read_bytes())
    given = {"client_cert": str(both)} if together else {"client_cert": str(mine.cert), "client_key": str(mine.key)}
    program = (
        "from ansible_collections.saymon.platform.plugins.module_utils._api.client import Client\n"
        "from ansible_collections.saymon.platform.plugins.module_utils._api.transport import Connection\n"
        f"Client(Connection('https://127.0.0.1:1', **{given!r})).get('/users')\n"
    )
    master, terminal = os.openpty()
    done = subprocess.run(
        [sys.executable, "-c", program],
        stdin=terminal,
        stdout=terminal,
        stderr=subprocess.PIPE,
        timeout=20,
        start_new_session=True,
        check=False,
    )
    os.close(terminal)
    os.close(master)
    name = "saymon_client_cert" if together else "saymon_client_key"
    assert re.search(
        rf"BadInput: {name} is .*, which holds an encrypted key: store the key decrypted", done.stderr.decode()
    )
    assert b"pass phrase" not in done.stderr


def test_a_key_of_another_certificate(authority: Pair, tmp_path: Path) -> None:
    one, other = _make(tmp_path, "one", issuer=authority), _make(tmp_path, "other", issuer=authority)
    connection = Connection(
        "https://127.0.0.1:1", client_cert=str(one.cert), client_key=str(other.key), ca_path=str(authority.cert)
    )
    with pytest.raises(
        BadInput,
        match=r"saymon_client_cert is .*, which cannot be used .* give PEM files with a certificate and the key",
    ):
        Client(connection).get("/users")


# --- the wrong scheme, and peers that say nothing -------------------------------------------------


def test_https_on_the_port_of_http() -> None:
    with hostile(raw(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        assert "does not speak TLS. Write saymon_url with http" in str(_failure(_client(server, validate_certs=False)))


def test_http_on_the_port_of_https(server_pair: Pair) -> None:
    with hostile(raw(b"\x15\x03\x01\x00\x02\x02\x46")) as server:
        assert "speaks TLS. Write saymon_url with https" in str(_failure(_client(server, "http")))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_handshake_without_an_end(method: str) -> None:
    with hostile(nothing, silent=True) as server:
        error = _failure(_client(server, validate_certs=False), method)
    assert isinstance(error, Unreachable)
    assert "accepted a connection and did not complete it within 1 s" in str(error)


@pytest.mark.parametrize("behave", [nothing, drip(b"HTTP/1.1 200 ", b"O"), drip(b"HTTP/1.1 200 OK\r\nX: ", b"O")])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_proxy_that_makes_no_tunnel(behave: Callable[[socket.socket], None], method: str) -> None:
    with hostile(behave) as server:
        connection = Connection(
            "https://saymon.example.org", timeout=1.0, retries=0, proxy=f"http://127.0.0.1:{server.port}"
        )
        error = _failure(Client(connection), method)
    assert isinstance(error, Unreachable)
    assert "or the proxy before it, accepted a connection and did not complete it within 1 s" in str(error)
    assert [line.rpartition(" ")[0] for line in server.asked] == ["CONNECT saymon.example.org:443"]


def test_a_proxy_that_passes_nothing_on() -> None:
    with hostile(nothing) as server:
        proxy = f"http://127.0.0.1:{server.port}"
        client = Client(Connection("http://saymon.example.org", timeout=1.0, retries=0, proxy=proxy))
        assert isinstance(_failure(client, "POST"), AnswerLost)


def test_a_slow_body_over_tls(authority: Pair, server_pair: Pair) -> None:
    slow = drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n[", b" ")
    with hostile(slow, tls=_serving(server_pair)) as server:
        error = _failure(_client(server, ca_path=str(authority.cert)))
    assert "no answer within 1 s; saymon_timeout sets the limit" in str(error)


# --- what the environment trusts ------------------------------------------------------------------


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
def test_authorities_of_the_environment(
    authority: Pair, server_pair: Pair, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    with hostile(_FINE, tls=_serving(server_pair)) as server:
        client = _client(server)
        _failure(client)
        monkeypatch.setenv(variable, str(authority.cert))  # as the environment of a task does
        assert client.get("/users") == [{"id": "1"}]
        monkeypatch.delenv(variable)
        _failure(client)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
@pytest.mark.parametrize("path", ["/nowhere.pem", __file__])
def test_unusable_authorities_of_the_environment(
    authority: Pair, server_pair: Pair, monkeypatch: pytest.MonkeyPatch, variable: str, path: str
) -> None:
    monkeypatch.setenv(variable, path)
    with hostile(_FINE, tls=_serving(server_pair)) as server, hostile(_FINE) as plain:
        error = _failure(_client(server))
        assert isinstance(error, BadInput)
        assert re.match(
            rf"{variable} is {re.escape(path)}, which cannot be used \([^_\[]*\): correct or remove this env",
            str(error),
        ), error
        for client in (
            _client(server, ca_path=str(authority.cert)),
            _client(server, validate_certs=False),
            _client(plain, "http"),
        ):
            assert client.get("/users") == [{"id": "1"}]


def test_an_unusable_environment_stops_no_import(server_pair: Pair) -> None:
    program = "import ansible_collections.saymon.platform.plugins.module_utils._api.transport"
    for path in ("/nowhere.pem", __file__):
        env = {**os.environ, "REQUESTS_CA_BUNDLE": path, "SSL_CERT_FILE": path}
        subprocess.run([sys.executable, "-c", program], env=env, timeout=20, check=True)


def test_a_target_has_no_environment(authority: Pair, server_pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "REQUESTS_CA_BUNDLE": str(authority.cert),
        "http_proxy": "http://127.0.0.1:1",
        "HTTPS_PROXY": "http://127.0.0.1:1",
    }
    for name, value in {**settings, "SAYMON_URL": "http://127.0.0.1:1", "SSLKEYLOGFILE": "/nowhere/keys"}.items():
        monkeypatch.setenv(name, value)
    transport.ignore_environment()
    assert not [name for name in os.environ if name.startswith("SAYMON_") or name in ("SSLKEYLOGFILE", *settings)]
    with hostile(_FINE, tls=_serving(server_pair)) as server, hostile(_FINE) as plain:
        assert "no trusted TLS connection" in str(_failure(_client(server)))
        assert _client(plain, "http").get("/users") == [{"id": "1"}]
