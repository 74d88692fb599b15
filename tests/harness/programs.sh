#!/bin/sh
# The programs that the tests start, and the fonts they look at: as root they are installed from Debian, otherwise it is said what to install.
set -eu

PATH="$PATH:/usr/sbin"
missing=""
want() {  # want <program> <Debian package>
  command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want initdb postgresql
want redis-server redis-server
want chromium chromium
want node nodejs
want nginx nginx

# The letters that screens are judged with (fonts.conf); Debian's Chromium brings none of them.
want_font() {  # want_font <file> <Debian package>
  [ -n "$(find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | head -n 1)" ] || missing="$missing $2"
}

want_font Roboto-Regular.ttf fonts-roboto-unhinted
want_font DejaVuSans.ttf fonts-dejavu-core
want_font NotoColorEmoji.ttf fonts-noto-color-emoji

[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need programs that are not installed. As root on Debian:" >&2
  echo "  apt-get install --no-install-recommends$missing" >&2
  exit 1
fi

echo "Installing$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086  # One word a package.
apt-get install -qq --yes --no-install-recommends $missing >/dev/null
