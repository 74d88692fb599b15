#!/bin/sh
# The Nu HTML checker: a Java program that npm brings. As root, what it needs is installed from Debian.
#   nu.sh <where the jar shall be>
set -eu

jar="$1"
version=26.9.27
sha256=5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7
missing=""
command -v java >/dev/null 2>&1 || missing="$missing default-jre-headless"
[ -e "$jar" ] || command -v npm >/dev/null 2>&1 || missing="$missing npm"

if [ -n "$missing" ]; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Checking HTML needs programs that are not installed. As root on Debian:" >&2
    echo "  apt-get install --no-install-recommends$missing" >&2
    exit 1
  fi
  echo "Installing$missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  # shellcheck disable=SC2086  # One word a package.
  apt-get install -qq --yes --no-install-recommends $missing >/dev/null
fi

[ -e "$jar" ] && exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "vnu-jar@$version" >/dev/null)
echo "$sha256  $work/vnu-jar-$version.tgz" | sha256sum --check --quiet
tar --extract --gzip --file "$work/vnu-jar-$version.tgz" --directory "$work" package/build/dist/vnu.jar
mv "$work/package/build/dist/vnu.jar" "$jar"
