#!/bin/sh
# Makes .venv with the first Python that runs and is at least 3.11, then installs what the given file pins, if that has changed.
# PYTHON=python3.13 chooses another one; it is used when .venv is made.
set -eu
cd "$(dirname "$0")/.."
pins=$1

usable() { # a name on the path may be a stand-in that does not run, and Debian's python3 may lack ensurepip: ask it
    "$1" -c 'import ensurepip, sqlite3, ssl, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if ! usable .venv/bin/python; then
    for python in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        usable "$python" && break
        python=
    done
    if [ -z "$python" ]; then
        echo "rollviz needs Python 3.11 or newer with venv (on Debian: apt-get install python3-venv)." >&2
        exit 1
    fi
    echo "Making .venv with $("$python" --version)" >&2
    rm -rf .venv
    "$python" -m venv .venv
fi

stamp=.venv/installed-$pins
if ! cat requirements.txt "$pins" | cmp -s - "$stamp"; then
    echo "Installing $pins" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r "$pins"
    cat requirements.txt "$pins" >"$stamp"
fi
