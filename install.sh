#!/usr/bin/env bash
# Brings what thothctl needs, installs it into a folder of its own, hands over to `thothctl setup`.
set -euo pipefail
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin # dockerd is there; a Debian user's PATH leaves them out

readonly ENGINE_URL=https://docs.docker.com/engine/install/
readonly SUITE=trixie # the oldest Debian whose Compose is version 2
readonly KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
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
  local answer=''
  if ! "$yes"; then
    [[ -t 0 && -t 2 ]] || fail 2 "nobody can be asked whether to $1" "give --yes to agree"
    read -r -p "  May I $1? [y/N] " answer || echo >&2
    [[ $answer = [yY]* ]] || fail 130 "declined to $1" "do it yourself, then run this again"
  fi
  doing "$1"
}

is_root() { [ "$(id -u)" = 0 ]; }
as_root() { if is_root; then "$@"; else sudo "$@"; fi; }
may_be_root() { is_root || command -v sudo >/dev/null; }
can_install() { command -v apt-get >/dev/null && may_be_root; }
offered() { apt-cache show "$1" >/dev/null 2>&1; }

apt_update() {
  "$updated" || logged 15 "reading the package lists" as_root apt-get update
  updated=true
}

apt_install() { # a new cloud machine is often busy with its own updates: wait for the lock
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
    install -y --no-install-recommends)
  apt_update
  logged 15 "downloading $*" as_root "${get[@]}" --download-only "$@"
  logged 3 "installing $*" as_root "${get[@]}" "$@"
}

find_python() { # the system's own first: one in a private home is of no use to others
  local one check='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
  for one in /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 python3; do
    python=$(command -v "$one") || continue
    # On macOS this one is no Python but a dialogue that offers the developer tools.
    if [ "$python $(uname -s)" = "/usr/bin/python3 Darwin" ]; then continue; fi
    if "$python" -c "$check" >/dev/null 2>&1; then return; fi
  done
  return 1
}

install_python() { # beside a distribution's older one there may be a newer one
  local one
  agree "install Python 3 with its venv module"
  apt_install python3 python3-venv
  for one in python3.13 python3.12 python3.11; do
    if find_python; then return; fi
    if offered "$one-venv"; then apt_install "$one" "$one-venv"; fi
  done
}

ensure_python() {
  if ! find_python && can_install; then install_python; fi
  if ! find_python; then
    command -v uv >/dev/null || fail 3 "Python 3.11 or newer with its venv module is not here" \
      "install it, or install uv (https://docs.astral.sh/uv/) and run this again: it brings one"
    doing "install Python 3.12 with uv"
    logged 15 "fetching Python with uv" uv python install 3.12
    python=$(uv python find 3.12)
  fi
  ok "$("$python" --version) ($python)"
}

answers() { docker version >/dev/null 2>&1; }

refuse_without_permission() {
  [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ] || return 0
  # shellcheck disable=SC2016 # the user's shell expands it
  fail 6 "you may not talk to Docker" 'run: sudo usermod -aG docker "$USER", then log in again'
}

refuse_if_not_ours_to_start() {
  local no="no Docker engine answers" chosen
  chosen=${DOCKER_HOST:-$(docker context show 2>/dev/null || echo default)}
  if [ "$chosen" != default ]; then
    fail 6 "$no at $chosen" "start that engine, or unset DOCKER_HOST and use the default context"
  elif [ "$(uname -s)" = Darwin ]; then
    fail 6 "$no" "start Docker Desktop (open -a Docker), or install it: $ENGINE_URL"
  fi
  refuse_without_permission
  if ! may_be_root || ! { command -v dockerd || command -v apt-get; } >/dev/null; then
    fail 6 "$no" "install and start Docker: $ENGINE_URL"
  fi
}

lives() { # a process id and its name; a zombie is dead
  [ "$(cat "/proc/$1/comm" 2>/dev/null)" = "$2" ] && ! grep -qs '^State:.*Z' "/proc/$1/status"
}

drop_stale() { # a pid file and the program it should name
  if [ -f "$1" ] && ! lives "$(cat "$1")" "$2"; then as_root rm -f "$1"; fi
}

start_engine() {
  local log=/var/log/dockerd.log deadline=$((SECONDS + 60))
  if [ -d /run/systemd/system ]; then
    logged 6 "starting Docker" as_root systemctl enable --now docker
  else
    drop_stale /var/run/docker.pid dockerd
    drop_stale /var/run/docker/containerd/containerd.pid containerd
    [ -f /var/run/docker.pid ] || as_root sh -c "setsid dockerd >>$log 2>&1 </dev/null &"
  fi
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
    if command -v dockerd >/dev/null; then
      agree "start the Docker engine"
    else
      agree "install and start the Docker engine"
      apt_install docker.io iptables iproute2 ca-certificates
      command -v docker >/dev/null || apt_install docker-cli
    fi
    answers || start_engine
  fi
  ok "Docker $(docker version --format '{{.Server.Version}}')"
}

has_plugins() {
  docker buildx version >/dev/null 2>&1 &&
    [[ $(docker compose version --short 2>/dev/null) =~ ^v?([2-9]|[1-9][0-9]+)\. ]]
}

plugins_of_the_distribution() { # Ubuntu's, the vendor's, Debian's
  local compose buildx
  for compose in docker-compose-v2 docker-compose-plugin docker-compose; do
    buildx=docker-buildx
    if [ "$compose" = docker-compose-plugin ]; then buildx=docker-buildx-plugin; fi
    if offered "$compose" && offered "$buildx"; then
      apt_install "$compose" "$buildx"
      return
    fi
  done
}

plugins_of_a_newer_suite() { # by an apt with sources and state of its own
  local mirror name file private
  # shellcheck disable=SC2016 # apt expands it
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Created-By: Packages' |
    awk '$2 == "Debian" && !/^cdrom/ && !uri { uri = $1 } END { print uri }')
  [ -n "$mirror" ] || fail 6 "no package source has Compose 2" "install it: $ENGINE_URL"
  mkdir -p "$work/apt/lists/partial" "$work/cache/archives/partial"
  : >"$work/status"
  printf 'deb [signed-by=%s] %s %s main\n' "$KEYS" "$mirror" "$SUITE" >"$work/sources.list"
  private=(apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list"
    -o Dir::Etc::SourceParts=/dev/null -o "Dir::State=$work/apt" -o "Dir::Cache=$work/cache"
    -o "Dir::State::status=$work/status" -o APT::Sandbox::User=root)
  logged 15 "reading the package lists of $SUITE" "${private[@]}" update
  for name in docker-compose docker-buildx; do
    (cd "$work" && logged 15 "fetching $name" "${private[@]}" download "$name")
    dpkg -x "$work/$name"_*.deb "$work/$name"
    file=$(find "$work/$name" -type f -name "$name" -size +1000k)
    as_root install -D -m 755 "$file" "$PLUGINS/$name"
  done
}

ensure_plugins() {
  if ! has_plugins; then
    can_install || fail 6 "Compose 2 and buildx are needed" "install them: $ENGINE_URL"
    agree "install Docker Compose 2 and buildx"
    apt_update
    plugins_of_the_distribution
    has_plugins || plugins_of_a_newer_suite
    has_plugins || fail 6 "Compose 2 and buildx do not answer" "install them: $ENGINE_URL"
  fi
  ok "Compose $(docker compose version --short), buildx"
}

sources_hash() {
  (cd "$here" && find pyproject.toml src templates images -type f ! -name '*.pyc' \
    ! -path '*/.*' -exec cksum {} + | LC_ALL=C sort | cksum | cut -d ' ' -f 1)
}

build() { # the old one stays in use until the new one has answered
  local lib=$1 venv=$2
  rm -rf "$venv" "$program.new"
  mkdir -p "$lib" "$(dirname "$program")"
  logged 3 "making a virtual environment" "$python" -m venv "$venv"
  logged 15 "installing thothctl and its libraries" "$venv/bin/pip" install "$here"
  logged 3 "starting thothctl" "$venv/bin/thothctl" --version
  ln -s "$venv/bin/thothctl" "$program.new"
  "$python" -c 'import os, sys; os.replace(*sys.argv[1:])' "$program.new" "$program"
  find "$lib" -mindepth 1 -maxdepth 1 -name 'venv-*' ! -path "$venv" -exec rm -rf {} +
}

ensure_thothctl() {
  local prefix=${THOTHCTL_PREFIX:-} lib bin venv linked
  if [ -n "$prefix" ]; then
    [[ $prefix = /* ]] || prefix=$PWD/$prefix
    lib=$prefix/lib/thothctl bin=$prefix/bin
  elif is_root; then
    lib=/opt/thothctl bin=/usr/local/bin
  else
    lib=${XDG_DATA_HOME:-$HOME/.local/share}/thothctl-cli bin=$HOME/.local/bin
  fi
  venv=$lib/venv-$(sources_hash) program=$bin/thothctl
  linked=$(readlink "$program") || linked=
  if [ -e "$program" ] && [[ $linked != "$lib"/* ]]; then
    fail 3 "$program is there and is not ours" "move it away, then run this again"
  fi
  if [ "$linked" != "$venv/bin/thothctl" ] || ! "$program" --version >/dev/null 2>&1; then
    doing "install thothctl"
    build "$lib" "$venv"
  fi
  ok "$("$program" --version) ($program)"
  [[ :$PATH: = *:"$bin":* ]] || echo "hint: for the next shell: export PATH=\"$bin:\$PATH\"" >&2
}

main() {
  local setup_only=
  while [ $# -gt 0 ]; do
    case $1 in
      -y | --yes) yes=true rest+=(--yes) ;;
      --no-engine) engine=false ;;
      --no-setup) setup=false ;;
      -h | --help) usage && exit ;;
      *) rest+=("$1") setup_only=$1 ;;
    esac
    shift
  done
  if ! "$setup" && [ -n "$setup_only" ]; then
    fail 2 "--no-setup leaves nobody to take $setup_only" "leave out one of them"
  fi
  [ -f "$here/pyproject.toml" ] || fail 2 "the sources are not beside this script" \
    "git clone the repository and run ./install.sh in it"
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
  "$setup" || return 0
  rm -rf "$work" # exec runs no trap
  exec "$program" setup ${rest[@]+"${rest[@]}"}
}

main "$@"
