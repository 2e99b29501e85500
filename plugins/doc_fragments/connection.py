# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of the options that every module shares."""

from __future__ import annotations

import re


def _for_plugins(text: str) -> str:
    """The same options for plugins of other types, whose documentation names the variables of the environment. They run
    on the controller only."""
    options = re.sub(r"  saymon_run_on:.*?(?=^requirements)", "", text, flags=re.DOTALL | re.MULTILINE)
    named = re.sub(
        r"^  (saymon_\w+):$",
        lambda found: f"{found[0]}\n    env: [{{name: {found[1].upper()}}}]",
        options,
        flags=re.MULTILINE,
    )
    return re.sub(r"requests \(.*\)", "requests (on the controller)", named)


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  saymon_url:
    description:
      - Address of the SAYMON web server, such as V(https://saymon.example.org) or V(http://10.0.0.5:8080).
        The API root C(/node/api) is added automatically.
      - This option and all others whose name begins with C(saymon_) are looked up in this order, and the first value
        found is used, (1) the option itself, for modules including C(module_defaults), (2) the variable of the same
        name, (3) the fact C(saymon_session), for address and session, and (4) the environment variable of the same name
        in capitals, such as E(SAYMON_URL), for modules including C(environment) of the play, block or task.
      - Variables whose value comes from facts of a host are ignored with a warning.
    type: str
  saymon_login:
    description:
      - Login of the account to sign in with. Newer servers accept its e-mail address too.
    type: str
  saymon_password:
    description:
      - Password of O(saymon_login).
    type: str
  saymon_auth_token:
    description:
      - API token of an account, used instead of login and password.
      - With O(saymon_auth_method=session), the token opens a session. With O(saymon_auth_method=token), it is sent with
        every request.
    type: str
  saymon_keycloak_token:
    description:
      - Access token of a Keycloak server that the SAYMON server trusts, used instead of login and password.
    type: str
  saymon_sid:
    description:
      - Id of a session that is already open. It is used until the server refuses it. Then a new session is opened if
        there are credentials too.
      - Not needed after M(saymon.platform.saymon_session), whose fact holds the session.
    type: str
  saymon_csrf:
    description:
      - The C(csrf) value that belongs to O(saymon_sid), on servers that check it.
    type: str
  saymon_auth_method:
    description:
      - V(session) opens one session for the whole run, shared by all hosts and tasks, and ends it when the run ends.
      - V(basic) sends login and password with every request. V(token) sends the API token with every request, as part
        of the address, where proxies and web servers log it. Neither opens a session.
    type: str
    choices: [session, basic, token]
    default: session
  saymon_validate_certs:
    description:
      - Whether the certificate of an V(https) server must be valid. Set it to V(false) only for test servers with a
        self-signed certificate.
    type: bool
    default: true
  saymon_ca_path:
    description:
      - PEM file, or folder of hashed PEM files, with the certificate authorities to trust. The default is the file that
        E(REQUESTS_CA_BUNDLE), E(CURL_CA_BUNDLE) or E(SSL_CERT_FILE) names, otherwise the trust store of the system.
      - A file or variable that cannot be used is an error at the first V(https) request.
    type: path
  saymon_client_cert:
    description:
      - PEM file with the client certificate, for servers that ask for one.
    type: path
  saymon_client_key:
    description:
      - PEM file with the key of O(saymon_client_cert), if it is not in the same file. The key must not be encrypted,
        because nobody is asked for its passphrase.
    type: path
  saymon_proxy:
    description:
      - Address of the HTTP proxy to use. The default comes from the usual proxy variables of the environment.
    type: str
  saymon_timeout:
    description:
      - Seconds that one request may take as a whole, from connecting to the last byte of the answer. A connection must
        be accepted within 10 seconds, or within this time if it is shorter.
      - Downloading a large file needs a larger value, at most 86400. Each repetition (see O(saymon_retries)) has this
        time again.
    type: float
    default: 30
  saymon_retries:
    description:
      - How often a request is repeated, with growing pauses, when the server cannot be reached, answers 429, 502, 503
        or 504, or an answer is lost. A request that writes is repeated only if the server cannot have acted on it.
    type: int
    default: 3
  saymon_max_answer:
    description:
      - How long an answer may be after decompression, in bytes or with a unit such as V(512M) or V(2G). If the server
        sends more, the task fails. This protects the memory and the disk of the machine that sends the request.
    type: str
    default: 512M
  saymon_run_on:
    description:
      - V(controller) sends the requests from the controller. The host of the task does not even have to exist.
      - V(target) sends them from the host of the task, which then needs Python and the C(requests) library. Use it if
        only that host, such as a bastion, can reach the server. Tasks with C(async) always run there.
    type: str
    choices: [controller, target]
    default: controller
requirements:
  - requests (on the controller, or on the target with O(saymon_run_on=target))
"""

    PLUGIN: str = _for_plugins(DOCUMENTATION)
