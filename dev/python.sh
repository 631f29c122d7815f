#!/bin/sh
# Python itself, where there is none: installed by root on Debian, otherwise asked for.
set -eu
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "  Python 3 (with apt-get)"
    export DEBIAN_FRONTEND=noninteractive
    if apt-get -qq -o APT::Update::Error-Mode=any update >/dev/null 2>&1; then
        exec apt-get -qq install --yes --no-install-recommends python3 >/dev/null
    fi
    echo "The list of Debian packages can't be fetched: is there a network connection?" >&2
    exit 1
fi
echo "Python 3.11 or newer is missing. Ask an administrator to run:" >&2
echo "  sudo apt-get update && sudo apt-get install --yes python3" >&2
exit 1
