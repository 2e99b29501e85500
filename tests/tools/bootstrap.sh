#!/usr/bin/env bash
# Copyright (c) 2026 saymon.platform contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Make the virtual environment named by the argument with the first fit Python: $PYTHON when it is set, else what PATH offers.
set -euo pipefail
venv=$1

fit() { # a Python of a supported version that can make virtual environments (Debian's needs python3-venv for that)
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

candidates() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" || true
    else
        type -ap python3 python3.11 python3.12 python3.13 || true
    fi
}

while IFS= read -r python; do
    if fit "$python"; then
        rm -rf "$venv"
        exec "$python" -m venv "$venv"
    fi
done < <(candidates)

if [ -n "${PYTHON:-}" ]; then
    echo "PYTHON=$PYTHON is not a Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip." >&2
else
    echo "No Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip on PATH. Install one (on Debian: apt-get install python3-venv)" >&2
    echo "or name one: make PYTHON=/path/to/python3.11 ..." >&2
fi
exit 1
