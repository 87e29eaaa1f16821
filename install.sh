#!/usr/bin/env bash
# Brings what thothctl needs, installs it into a folder of its own, hands over to `thothctl setup`.
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # dockerd is there, for Debian's users not on PATH

readonly ENGINE_URL=https://docs.docker.com/engine/install/
readonly SUITE=trixie # the oldest Debian whose Compose is version 2
readonly PLUGINS=/usr/local/lib/docker/cli-plugins
here=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]:-}")" && pwd)
work='' python='' program=''
yes=false engine=true setup=true updated=false
rest=()

usage() {
  cat <<'END'
Usage: ./install.sh [--yes] [--no-engine] [--no-setup] [OPTION...]

Installs thothctl, and what it needs: Python 3.11, Docker with Compose and buildx.
Then runs `thothctl setup` with every other OPTION, for example --demo or --port 8090.

  -y, --yes      Agree to installing packages; setup takes its defaults, too.
  --no-engine    Leave Docker as it is.
  --no-setup     Install thothctl and stop.
  -h, --help     Show this and exit.

As root it goes to /opt/thothctl and /usr/local/bin, otherwise below ~/.local;
THOTHCTL_PREFIX names another place.
END
}

ok() { printf '  ok    %s\n' "$*" >&2; }
doing() { printf '  ...   %s\n' "$*" >&2; }

fail() { # exit code, what happened, what to do
  printf 'error: %s\nhint: %s\n' "$2" "$3" >&2
  exit "$1"
}

logged() { # exit code when it fails, what it does, command...
  local code=$1 what=$2
  shift 2
  if "$@" >"$work/log" 2>&1 </dev/null; then return; fi
  tail -n 15 "$work/log" | sed 's/^/        /' >&2
  if grep -qE 'No space left on device|enough free space' "$work/log"; then
    fail 14 "no space left while $what" "free some space, then run this again"
  fi
  fail "$code" "$what failed" "see the lines above; then run this again"
}

agree() { # what would be done, as a verb and its object
  "$yes" && return
  if [ -t 0 ] && [ -t 2 ]; then
    local answer=''
    read -r -p "  May I $1? [y/N] " answer || echo >&2
    case $answer in [yY]*) return ;; esac
    fail 130 "declined to $1" "do it yourself, then run this again"
  fi
  fail 2 "nobody can be asked whether to $1" "give --yes to agree"
}

is_root() { [ "$(id -u)" = 0 ]; }

as_root() { if is_root; then "$@"; else sudo "$@"; fi; }

may_be_root() { is_root || command -v sudo >/dev/null; }

can_install() { command -v apt-get >/dev/null && may_be_root; }

apt_update() {
  "$updated" || logged 15 "reading the package lists" as_root apt-get update
  updated=true
}

apt_install() {
  apt_update
  # A new cloud machine is often busy with its own updates: wait for the lock.
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
    install -y --no-install-recommends)
  logged 15 "downloading $*" as_root "${get[@]}" --download-only "$@"
  logged 3 "installing $*" as_root "${get[@]}" "$@"
}

offered() { apt-cache show "$1" >/dev/null 2>&1; }

# Python

fits() {
  "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() { # the system's own first: one in a private home is of no use to others
  local one
  for one in /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3; do
    python=$(command -v "$one") || continue
    # On macOS this one is no Python but a dialogue that offers the developer tools.
    if [ "$python $(uname -s)" = "/usr/bin/python3 Darwin" ]; then continue; fi
    if fits "$python"; then return; fi
  done
  return 1
}

install_python() { # beside a distribution's older one there may be a newer one
  local one
  apt_install python3 python3-venv
  for one in python3.13 python3.12 python3.11; do
    if find_python; then return; fi
    if offered "$one-venv"; then apt_install "$one" "$one-venv"; fi
  done
}

ensure_python() {
  if ! find_python && can_install; then
    agree "install Python 3 with its venv module"
    doing "Python"
    install_python
  fi
  if ! find_python; then
    if ! command -v uv >/dev/null; then
      fail 3 "Python 3.11 or newer with its venv module is not here" \
        "install it, or install uv (https://docs.astral.sh/uv/) and run this again: it brings one"
    fi
    logged 15 "fetching Python with uv" uv python install 3.12
    python=$(uv python find 3.12)
  fi
  ok "Python $("$python" -c 'import platform; print(platform.python_version())') ($python)"
}

# The engine

answers() { docker version >/dev/null 2>&1; }

refuse_without_permission() {
  if [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
    # shellcheck disable=SC2016 # the user's shell expands it
    fail 6 "you may not talk to Docker" 'run: sudo usermod -aG docker "$USER", then log in again'
  fi
}

refuse_if_not_ours_to_start() {
  local no="no Docker engine answers" context
  context=$(docker context show 2>/dev/null) || context=default
  if [ -n "${DOCKER_HOST:-}" ]; then
    fail 6 "$no at DOCKER_HOST=$DOCKER_HOST" "start that engine, or unset DOCKER_HOST"
  elif [ "$context" != default ]; then
    fail 6 "$no in the Docker context $context" "start that engine, or run: docker context use default"
  elif [ "$(uname -s)" = Darwin ]; then
    fail 6 "$no" "start Docker Desktop (open -a Docker), or install it: $ENGINE_URL"
  fi
  refuse_without_permission
  if ! may_be_root || ! { command -v dockerd || command -v apt-get; } >/dev/null; then
    fail 6 "$no" "install and start Docker: $ENGINE_URL"
  fi
}

lives() { # a process id and its name; a zombie is dead
  [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null
}

drop_stale() { # a pid file and the program it should name
  [ -f "$1" ] || return 0
  lives "$(cat "$1")" "$2" || as_root rm -f "$1"
}

start_engine() {
  local log=/var/log/dockerd.log
  if [ -d /run/systemd/system ]; then
    logged 6 "starting Docker" as_root systemctl enable --now docker
  else
    drop_stale /var/run/docker.pid dockerd
    drop_stale /var/run/docker/containerd/containerd.pid containerd
    [ -f /var/run/docker.pid ] ||
      as_root sh -c "setsid dockerd >>$log 2>&1 </dev/null &"
  fi
  local deadline=$((SECONDS + 60))
  until answers; do
    refuse_without_permission
    if [ $SECONDS -ge $deadline ]; then
      as_root tail -n 5 "$log" 2>/dev/null | sed 's/^/        /' >&2 || true
      fail 6 "Docker was started and does not answer" "look at $log or journalctl -u docker"
    fi
    sleep 0.3
  done
}

ensure_engine() {
  if ! answers; then
    refuse_if_not_ours_to_start
    if ! command -v dockerd >/dev/null; then
      agree "install and start the Docker engine"
      doing "Docker"
      apt_install docker.io iptables iproute2 ca-certificates
      if ! command -v docker >/dev/null; then apt_install docker-cli; fi
    else
      agree "start the Docker engine"
    fi
    answers || start_engine
  fi
  ok "Docker $(docker version --format '{{.Server.Version}}')"
}

# Compose and buildx

has_plugins() {
  docker buildx version >/dev/null 2>&1 &&
    case $(docker compose version --short 2>/dev/null) in [2-9]* | v[2-9]* | [1-9][0-9]*) ;; *) false ;; esac
}

plugins_of_the_distribution() {
  local compose buildx
  for compose in docker-compose-v2 docker-compose-plugin docker-compose; do
    for buildx in docker-buildx docker-buildx-plugin; do
      if offered "$compose" && offered "$buildx"; then
        apt_install "$compose" "$buildx"
        return
      fi
    done
  done
}

private_apt() { # apt with sources and state of its own; the machine's stay as they are
  apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State=$work/apt" -o "Dir::Cache=$work/cache" -o "Dir::State::status=$work/status" \
    -o APT::Sandbox::User=root "$@"
}

plugins_of_a_newer_suite() {
  local mirror name
  # shellcheck disable=SC2016 # apt expands it
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" && !/^cdrom/ && !uri { uri = $1 } END { print uri }')
  if [ -z "$mirror" ]; then
    fail 6 "Compose 2 is in no package source of this machine" "install it: ${ENGINE_URL}"
  fi
  mkdir -p "$work/apt/lists/partial" "$work/cache/archives/partial"
  : >"$work/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $SUITE main" >"$work/sources.list"
  logged 15 "reading the package lists of $SUITE" private_apt update
  cd "$work"
  logged 15 "fetching Compose and buildx" private_apt download docker-compose docker-buildx
  for name in docker-compose docker-buildx; do
    dpkg -x "$work/$name"_*.deb "$work/$name"
    as_root install -D -m 755 "$(find "$work/$name" -type f -name "$name" -size +1000k)" "$PLUGINS/$name"
  done
  cd "$here"
}

ensure_plugins() {
  if ! has_plugins; then
    can_install || fail 6 "Compose 2 and buildx are needed" "install them: $ENGINE_URL"
    agree "install Docker Compose 2 and buildx"
    doing "Compose and buildx"
    apt_update
    plugins_of_the_distribution
    has_plugins || plugins_of_a_newer_suite
    has_plugins || fail 6 "Compose 2 and buildx do not answer" "install them: $ENGINE_URL"
  fi
  ok "Compose $(docker compose version --short), buildx"
}

# thothctl

sources_hash() {
  (cd "$here" && find pyproject.toml src templates images -type f ! -name '*.pyc' \
    ! -path '*/.*' -exec cksum {} + | LC_ALL=C sort | cksum | cut -d ' ' -f 1)
}

is_current() { # a virtual environment
  [ "$(readlink "$program")" = "$1/bin/thothctl" ] && "$program" --version >/dev/null 2>&1
}

build() { # the old one stays in use until the new one has answered
  local lib=$1 venv=$2
  rm -rf "$venv"
  mkdir -p "$lib" "$(dirname "$program")"
  logged 3 "making a virtual environment" "$python" -m venv "$venv"
  logged 15 "installing thothctl and its libraries" "$venv/bin/pip" install "$here"
  logged 3 "starting thothctl" "$venv/bin/thothctl" --version
  rm -f "$program.new"
  ln -s "$venv/bin/thothctl" "$program.new"
  "$python" -c 'import os, sys; os.replace(*sys.argv[1:])' "$program.new" "$program" # mv -T is GNU's
  find "$lib" -mindepth 1 -maxdepth 1 -name 'venv-*' ! -path "$venv" -exec rm -rf {} +
}

ensure_thothctl() {
  local lib bin venv
  if [ -n "${THOTHCTL_PREFIX:-}" ]; then
    lib=$THOTHCTL_PREFIX/lib/thothctl bin=$THOTHCTL_PREFIX/bin
  elif is_root; then
    lib=/opt/thothctl bin=/usr/local/bin
  else
    lib=${XDG_DATA_HOME:-$HOME/.local/share}/thothctl-cli bin=$HOME/.local/bin
  fi
  venv=$lib/venv-$(sources_hash) program=$bin/thothctl
  case $(readlink "$program" || { [ ! -e "$program" ] || echo file; }) in
    '' | "$lib"/*) ;;
    *) fail 3 "$program is there and is not ours" "move it away, then run this again" ;;
  esac
  if is_current "$venv"; then
    ok "$("$program" --version) is installed ($program)"
  else
    doing "thothctl"
    build "$lib" "$venv"
    ok "$("$program" --version) ($program)"
  fi
  case :$PATH: in *:"$bin":*) ;; *) echo "hint: for the next shell: export PATH=\"$bin:\$PATH\"" >&2 ;; esac
}

run_setup() {
  rm -rf "$work" # exec runs no trap
  exec "$program" setup ${rest[@]+"${rest[@]}"}
}

main() {
  while [ $# -gt 0 ]; do
    case $1 in
      -y | --yes) yes=true rest+=(--yes) ;;
      --no-engine) engine=false ;;
      --no-setup) setup=false ;;
      -h | --help) usage && exit ;;
      *) rest+=("$1") ;;
    esac
    shift
  done
  if ! "$setup" && [[ "${rest[*]-}" = *[!\ ]* && "${rest[*]}" != --yes ]]; then
    fail 2 "--no-setup leaves nobody to take: ${rest[*]}" "leave out one of them"
  fi
  if [ ! -f "$here/pyproject.toml" ]; then
    fail 2 "the sources are not beside this script" "git clone the repository and run ./install.sh in it"
  fi
  if is_root; then umask 022; fi # for everybody to run
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM
  if [ -n "${SSL_CERT_FILE:-}" ]; then export PIP_CERT=${PIP_CERT:-$SSL_CERT_FILE}; fi
  ensure_python
  if "$engine"; then
    ensure_engine
    ensure_plugins
  fi
  ensure_thothctl
  if "$setup"; then run_setup; fi
}

main "$@"
