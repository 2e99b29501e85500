# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What TLS connections trust and prove, and what their failures mean."""

from __future__ import annotations

import mmap
import os
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from .errors import BadInput
from .sockets import LimitedTLSSocket

# Variables that other tools honour too, so that a site names its own authority once. The first two replace what the
# system trusts, the others are OpenSSL's own names for that.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
TRUST_VARIABLES = (*_BUNDLES, "SSL_CERT_FILE", "SSL_CERT_DIR")
_UNSET = "correct or remove this environment variable, or give the authority as saymon_ca_path."

_NO_TLS = re.compile("WRONG_VERSION_NUMBER|RECORD_LAYER_FAILURE|PACKET_LENGTH_TOO_LONG")
_CLIENT_REFUSED = re.compile(
    "ALERT_((UNSUPPORTED_|BAD_)?CERTIFICATE(_[A-Z]+)?|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR|HANDSHAKE_FAILURE)"
)
_OTHER_NAME = re.compile("mismatch, certificate is not valid for '([^']*)'")
_OUT_OF_TIME = re.compile("certificate has expired|certificate is not yet valid")

# One byte that the parent shares with its forks: whether any of them has needed a context of the environment.
_needed = mmap.mmap(-1, 1)

# The contexts of connections without options, by what the environment said when they were made.
_defaults: dict[tuple[str | None, ...], ssl.SSLContext] = {}


def environment_context() -> ssl.SSLContext:
    """The context that trusts what the environment names, else what the system trusts. Callers must not change it."""
    _needed[0] = 1
    trusted = tuple(os.environ.get(name) for name in TRUST_VARIABLES)
    if trusted not in _defaults:
        _defaults[trusted] = _trusting_environment()
    return _defaults[trusted]


def _trusting_environment() -> ssl.SSLContext:
    for name in _BUNDLES:
        if os.environ.get(name):
            return _trusting(name, os.environ[name], _UNSET)
    context = ssl.create_default_context()
    file = os.environ.get("SSL_CERT_FILE")
    if file:
        with _usable(
            "SSL_CERT_FILE", file, _UNSET
        ):  # one that cannot be used OpenSSL passes over in silence, and trusts nobody
            context.load_verify_locations(file)
    return context


def _trusting(name: str, path: str, remedy: str) -> ssl.SSLContext:
    """A context that trusts the authorities in a PEM file or in a folder of them; `name` is the setting that names
    it."""
    with _usable(name, path, remedy):
        context = (
            ssl.create_default_context(capath=path) if os.path.isdir(path) else ssl.create_default_context(cafile=path)
        )
    return context  # noqa: RET504 - for mypy a return inside the block could be passed by


def make_context(
    validate: bool, ca_path: str | None, client_cert: str | None, client_key: str | None
) -> ssl.SSLContext:
    """The context of a connection with these options; all paths are of PEM files, `ca_path` may be a folder of them."""
    for name, path in (
        ("saymon_ca_path", ca_path),
        ("saymon_client_cert", client_cert),
        ("saymon_client_key", client_key),
    ):
        if path and not os.path.exists(path):
            raise BadInput(f"{name} is {path}, which does not exist: give the path of a PEM file.")
    if not validate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    elif ca_path:
        context = _trusting("saymon_ca_path", ca_path, "give a PEM file with the certificates of authorities.")
    elif client_cert:
        context = _trusting_environment()
    else:
        context = environment_context()
    if client_cert:
        _prove(context, client_cert, client_key)
    context.sslsocket_class = LimitedTLSSocket
    return context


def _prove(context: ssl.SSLContext, cert: str, key: str | None) -> None:
    """Load the client certificate with its key, which may be in the same file."""
    name, path = ("saymon_client_key", key) if key else ("saymon_client_cert", cert)

    def refuse() -> str:
        """Takes the place of OpenSSL's question for the passphrase, which it asks on the terminal."""
        raise BadInput(
            f"{name} is {path}, which holds an encrypted key: store the key "
            "decrypted, in a file that only its owner can read "
            f"(openssl pkey -in {path} -out FILE)."
        )

    with _usable("saymon_client_cert", cert, "give PEM files with a certificate and the key that belongs to it."):
        context.load_cert_chain(cert, key, refuse)


@contextmanager
def _usable(name: str, path: str, remedy: str) -> Iterator[None]:
    """Say which file it was that the block could not use."""
    try:
        yield
    except (OSError, ValueError) as error:  # errors of TLS are OSErrors too
        raise BadInput(f"{name} is {path}, which cannot be used ({plain_reason(error)}): {remedy}") from error


def plain_reason(error: Exception) -> str:
    """The words of an error of the ssl library or the system, without the place in the library's source."""
    text = getattr(error, "strerror", None) or str(error)
    return re.sub(r"^\[[^\]]*\] *| *\(_ssl\.c:\d+\)$", "", text) or type(error).__name__


def explain(text: str, where: str, *, proved: bool) -> str | None:
    """What the text of a failed TLS connection means for a user, and what to do; None when it tells nothing that a user
    could change.

    `proved` tells whether a client certificate is in use.
    """
    if _NO_TLS.search(text):
        return f"{where} does not speak TLS. Write saymon_url with http, or name the https port."
    if _CLIENT_REFUSED.search(text):
        if proved:
            return f"{where} refused the client certificate. Check saymon_client_cert, its authority and its dates."
        return (
            f"{where} ended the TLS handshake, most likely because it wants a "
            "client certificate. Give one as saymon_client_cert."
        )
    name = _OTHER_NAME.search(text)
    if name:
        return (
            f"the certificate of {where} is not valid for {name[1]}. Write "
            "saymon_url with a name that stands in the certificate, "
            "or get a certificate for this one."
        )
    if _OUT_OF_TIME.search(text):
        reason = _OUT_OF_TIME.findall(text)[0]
        return f"the {reason} that {where} shows. Renew it there, or correct the clock of this machine."
    return None


def _before_fork() -> None:
    """Once a worker has needed the context, the parent makes it, so that all later workers find it ready (25 ms each
    otherwise). A run that knows http alone never pays. What is wrong with the environment is reported by the connection
    that needs it."""
    if _needed[0]:
        with suppress(BadInput):
            environment_context()


os.register_at_fork(before=_before_fork)
