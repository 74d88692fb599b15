#!/bin/sh
# The public client tus-js-client, as npm brings it for browsers.
#   tus_js.sh <where the script shall be>
set -eu

script="$1"
version=4.3.1
sha256=919f46808b2c689be9214df5c0f21879bee4a4599b34e212ada8f14de1db9bc0

[ -e "$script" ] && exit 0
if ! command -v npm >/dev/null 2>&1; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Trying tus-js-client needs npm. As root on Debian:" >&2
    echo "  apt-get install --no-install-recommends npm" >&2
    exit 1
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -qq --yes --no-install-recommends npm >/dev/null
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "tus-js-client@$version" >/dev/null)
echo "$sha256  $work/tus-js-client-$version.tgz" | sha256sum --check --quiet
tar --extract --gzip --file "$work/tus-js-client-$version.tgz" --directory "$work" package/dist/tus.min.js
mv "$work/package/dist/tus.min.js" "$script"
