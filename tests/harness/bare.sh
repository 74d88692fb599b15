#!/bin/sh
# Does a clean clone work on a machine that has only what the README asks for? A green run on a used machine proves
# nothing about a new one.
#   bare.sh [run|test|check|<any make target>]...     in a fresh Debian; without a word: run check
#   bare.sh --again <…>                               in the one that the last call left behind
#   bare.sh --shell <command>...                      a command in that one
# As root on Debian. Packages come from where this machine takes them: its apt sources, pip configuration and certificates.
set -eu

dir="${BARE_DIR:-/var/tmp/nusa-bare}"
repository="$(cd "$(dirname "$0")/../.." && pwd)"
root="$dir/root"
port="${BARE_PORT:-8765}"

say() { printf '\n== %s\n' "$*"; }

need_programs() {
  [ "$(id -u)" -eq 0 ] || { echo "check-bare needs root: it makes a file system of its own." >&2; exit 1; }
  command -v mmdebstrap >/dev/null 2>&1 && return
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends mmdebstrap >/dev/null
}

# What the machine itself says about where packages come from; nothing of it is in this repository.
copy_configuration() {
  mkdir -p "$root/usr/local/share/ca-certificates" "$root/root/.config"
  cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
  chroot "$root" update-ca-certificates >/dev/null 2>&1
  for file in /etc/pip.conf "$HOME/.config/pip" "$HOME/.pip"; do
    [ ! -e "$file" ] || { mkdir -p "$root$(dirname "$file")"; cp -r "$file" "$root$(dirname "$file")/"; }
  done
  cp /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -r /etc/apt/sources.list* /etc/apt/apt.conf.d "$root/etc/apt/" 2>/dev/null || true
  [ ! -d /etc/apt/auth.conf.d ] || cp -r /etc/apt/auth.conf.d "$root/etc/apt/"
}

# Directories of packages that pip is told of, which the new machine must see at the same place.
pip_directories() {
  { cat /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.pip/pip.conf" 2>/dev/null || true; env | grep '^PIP_' || true; } |
    grep -v -i cert | tr ' =' '\n\n' | sed -n 's#^file://##; s#^\(/[^:]*\)$#\1#p' | sort -u |
    while read -r path; do
      case "$path" in */simple) path="${path%/simple}" ;; esac
      [ ! -d "$path" ] || echo "$path"
    done
}

make_root() {
  # shellcheck disable=SC1091
  suite="$(. /etc/os-release && echo "$VERSION_CODENAME")"
  if [ ! -e "$dir/base.tar" ]; then
    say "Debian $suite with git, make, python3, python3-venv and certificates"
    mkdir -p "$dir"
    sources="$(ls /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)"
    # shellcheck disable=SC2086  # One word a file.
    mmdebstrap --quiet --variant=minbase --include=ca-certificates,git,make,python3,python3-venv \
      "$suite" "$dir/base.part.tar" $sources
    mv "$dir/base.part.tar" "$dir/base.tar"
  fi
  rm -rf --one-file-system "$root"
  mkdir -p "$root"
  tar -C "$root" -xpf "$dir/base.tar"
  copy_configuration
}

# A namespace of its own: every mount and every process is gone when the command ends, however it ends.
inside() {
  pip_directories > "$dir/pip-directories"
  env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 PORT="$port" \
    $(env | grep -E '^(PIP_[A-Z_]+|[a-zA-Z_]*_proxy|[A-Z_]*_PROXY)=[^[:space:]]*$' || true) \
    unshare --mount --pid --fork --kill-child sh -euc '
      root="$1"; list="$2"; shift 2
      mount --rbind /dev "$root/dev"
      mount -t proc proc "$root/proc"
      mount -t sysfs -o ro sysfs "$root/sys"
      while read -r path; do
        mkdir -p "$root$path"; mount --bind -o ro "$path" "$root$path"
      done < "$list"
      exec chroot "$root" sh -euc "cd /srv/nusa && exec \"\$@\"" sh "$@"
    ' sh "$root" "$dir/pip-directories" "$@"
}

clone() {
  [ -z "$(git -C "$repository" status --porcelain)" ] || echo "Not cloned: what is not committed in $repository." >&2
  rm -rf "$root/srv/nusa"
  git clone --quiet --no-hardlinks "$repository" "$root/srv/nusa"
}

# `make run` until it serves its pages, then ^C, which must end it in good order.
run() {
  inside python3 -c '
import os, signal, subprocess, sys, time, urllib.request
url = "http://localhost:" + os.environ["PORT"]
process = subprocess.Popen(["make", "run"], start_new_session=True)
until = time.monotonic() + 900
while True:
    if process.poll() is not None or time.monotonic() > until:
        sys.exit("make run: not serving")
    try:
        urllib.request.urlopen(url + "/-/ready", timeout=5)
        break
    except OSError:
        time.sleep(1)
for path in ("/", "/masuk/", "/toko/", "/luring/"):
    with urllib.request.urlopen(url + path, timeout=20) as answer:
        assert answer.status == 200 and b"<html" in answer.read(), path
os.killpg(process.pid, signal.SIGINT)
code = process.wait(60)
assert code in (0, 130, -2), code
print("make run: serves, answers and ends")
'
}

need_programs
case "${1:-}" in
  --shell) shift; inside "$@"; exit ;;
  --again) shift ;;
  *) make_root; clone ;;
esac
[ $# -gt 0 ] || set -- run check
for target in "$@"; do
  say "make $target"
  case "$target" in
    run) run ;;
    *) inside make "$target" ;;
  esac
done
say "good on a bare machine: $*"
