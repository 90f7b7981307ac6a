#!/bin/sh
# The browser tests need a Chromium. Its headless shell, the same engine without a browser's own windows, takes less of the processor, so
# Debian's is installed where it is missing and we may; a Chromium that is there will do as well. Elsewhere it is said what to install.
set -eu
there() { for name; do command -v "$name" >/dev/null 2>&1 && return; done; return 1; }
install() { timeout 300 apt-get -qq install -y --no-install-recommends "$1" >/dev/null 2>&1; }
there "${CHROMIUM:-chromium-headless-shell}" && exit 0
if [ "$(id -u)" = 0 ] && there apt-get; then
    echo "Installing chromium-headless-shell" >&2
    export DEBIAN_FRONTEND=noninteractive
    timeout 60 apt-get -qq update >/dev/null 2>&1 || true
    install chromium-headless-shell || there chromium chromium-browser google-chrome || install chromium || true
fi
there chromium-headless-shell chromium chromium-browser google-chrome ||
    echo "Browser tests are skipped: install Chromium (on Debian: apt-get install chromium-headless-shell), or set CHROMIUM to its path." >&2
