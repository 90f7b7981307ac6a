#!/bin/sh
# The browser tests need a Chromium. Installs Debian's where it is missing and we may; elsewhere says what to install.
set -eu
for name in "${CHROMIUM:-chromium}" chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing chromium" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium >/dev/null
else
    echo "Browser tests are skipped: install Chromium (on Debian: apt-get install chromium), or set CHROMIUM to its path." >&2
fi
