# Sourced by the other scripts, in the checkout's folder: `set_up EXTRAS` makes a virtual environment with khsearch in it.
#
#   PYTHON   the Python to use; without it, the newest that khsearch is tested with, or else any from 3.11 on
#   VENV     folder of the environment, .venv by default
#
# What khsearch needs of the system is installed with apt-get where that is allowed. All of it is quick when done before.
# `build_core` builds the compiled core where cargo is.
# shellcheck shell=bash

VENV="${VENV:-.venv}"

say() { printf '%s\n' "$*" >&2; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
has_headers() {
  "$1" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
}

# A Python that can make virtual environments, or if there is none, one that will when python3-venv is installed.
find_python() {
  local name candidate second=""
  if [[ -n "${PYTHON:-}" ]]; then
    is_new_enough "$PYTHON" && echo "$PYTHON" && return
    say "khsearch needs Python 3.11 or newer, and PYTHON=$PYTHON is not; name another or none"
    return 2
  fi
  for name in python3.{13,12,11} python3; do
    while read -r candidate; do
      is_new_enough "$candidate" || continue
      has_venv "$candidate" && echo "$candidate" && return
      second="${second:-$candidate}"
    done < <(type -ap "$name")
  done
  [[ -n "$second" ]] && echo "$second" && return
  say "khsearch needs Python 3.11 or newer; install one, or name it: PYTHON=/path/to/python3 $0"
  return 2
}

# What PyICU is built from: libicu-dev pkg-config g++ python3-dev, and python3-venv for the environment.
install_system_packages() {
  local python="$1" series="python3" sudo="" missing=()
  # A second Python of the distribution has packages of its own name: python3.13-dev beside python3-dev.
  if [[ "$python" == /usr/bin/python3.* && "$(readlink -f "$python")" != "$(readlink -f /usr/bin/python3)" ]]; then
    series="$(basename "$python")"
  fi
  command -v pkg-config >/dev/null || missing+=(pkg-config)
  pkg-config --exists icu-i18n 2>/dev/null || missing+=(libicu-dev)
  command -v g++ >/dev/null || missing+=(g++)
  has_headers "$python" || missing+=("$series-dev")
  has_venv "$python" || missing+=("$series-venv")
  [[ ${#missing[@]} -eq 0 ]] && return
  # Without pkg-config nobody can tell whether libicu-dev is there; asking for it twice does no harm.
  if [[ $(id -u) -ne 0 ]]; then
    sudo="sudo"
  fi
  if ! command -v apt-get >/dev/null || { [[ -n "$sudo" ]] && ! sudo -n true 2>/dev/null; }; then
    say "Some packages of the system are missing. Install them, then run $0 again:"
    say "  sudo apt-get update"
    say "  sudo apt-get install ${missing[*]}"
    return 2
  fi
  say "Installing ${missing[*]} ..."
  $sudo apt-get update -q >&2
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >&2
}

has_khmer_ocr() { command -v tesseract >/dev/null && tesseract --list-langs 2>/dev/null | grep -qx khm; }

# What reads scans, where that may be installed; its tests are skipped elsewhere.
install_ocr() {
  has_khmer_ocr || install_where_allowed "tests that read scans" tesseract-ocr tesseract-ocr-khm
}

# install_where_allowed TESTS PACKAGE...: what TESTS need, or if that may not be, how to have them.
install_where_allowed() {
  local tests="$1" packages=("${@:2}") sudo=""
  if [[ $(id -u) -ne 0 ]]; then
    sudo="sudo -n"
  fi
  say "Installing ${packages[*]} ..."
  if ! { command -v apt-get && { [[ -z "$sudo" ]] || sudo -n true; }; } >/dev/null 2>&1 ||
    ! { $sudo apt-get update -q &&
      $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${packages[@]}"; } >&2; then
    say "They cannot be installed, so $tests are skipped; to run them: apt-get install ${packages[*]}"
  fi
}

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null
has_khmer_font() { command -v fc-list && [[ -n "$(fc-list :lang=km family)" ]]; } >/dev/null

# What looks at pages, where that may be installed; its tests are skipped elsewhere.
install_browser() {
  local packages=()
  has_chromium || packages+=(chromium)
  has_khmer_font || packages+=(fontconfig fonts-khmeros fonts-noto-core)
  [[ ${#packages[@]} -eq 0 ]] || install_where_allowed "tests that look at pages" "${packages[@]}"
}

# What starts OpenSearch nodes, where that may be installed; tests that need one are skipped elsewhere.
install_java() {
  local packages=()
  command -v javac >/dev/null || packages+=(openjdk-17-jdk-headless)
  command -v mvn >/dev/null || packages+=(maven)
  command -v curl >/dev/null || packages+=(curl)
  [[ ${#packages[@]} -eq 0 ]] || install_where_allowed "tests of OpenSearch" "${packages[@]}"
}

# Everything that decides what the environment holds.
fingerprint() {
  { pwd && "$VENV/bin/python" -c 'import sys; print(sys.version)' && cat pyproject.toml setup.py; } 2>/dev/null | sha256sum
}

is_of_wanted_python() {
  local version='import sys; print(sys.version)'
  [[ -z "${PYTHON:-}" || "$("$PYTHON" -c "$version")" == "$("$VENV/bin/python" -c "$version" 2>/dev/null)" ]]
}

is_installed() {
  [[ -f "$VENV/khsearch-$1.stamp" && "$(<"$VENV/khsearch-$1.stamp")" == "$(fingerprint)" ]] && is_of_wanted_python
}

# set_up EXTRAS: EXTRAS as pip writes them ("bench,dev"), or "none".
set_up() {
  local extras="$1" python
  is_installed "$extras" && return
  python="$(find_python)"
  install_system_packages "$python"
  if ! { [[ -x "$VENV/bin/python" ]] && "$VENV/bin/python" -m pip --version >/dev/null 2>&1 && is_of_wanted_python; }; then
    "$python" -m venv --clear "$VENV"
  fi
  say "Installing khsearch into $VENV (some minutes when done for the first time) ..."
  rm -f "$VENV"/khsearch-*.stamp
  local wanted="."
  [[ "$extras" == none ]] || wanted=".[$extras]"
  # The core is built by `build_core`, whenever it has changed.
  KHSEARCH_NATIVE=0 "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$wanted" >&2
  fingerprint >"$VENV/khsearch-$extras.stamp"
  fingerprint >"$VENV/khsearch-none.stamp"
}

CORE=khsearch/_core.abi3.so

has_cargo() { cargo --version && rustc --version; } >/dev/null 2>&1
has_core() { [[ "${KHSEARCH_NATIVE:-}" != 0 && -f "$CORE" ]]; }

# on_core COMMAND...: a command of cargo on native/
on_core() {
  local command="$1"
  cargo "$command" --manifest-path native/Cargo.toml --target-dir native/target --locked "${@:2}"
}

# The compiled core, in the checkout: cargo knows what of native/ has changed since the last time. Where there is no cargo,
# there is none; KHSEARCH_NATIVE=required makes that an error.
build_core() {
  local built=native/target/release/lib_core.so
  [[ "${KHSEARCH_NATIVE:-}" == 0 ]] && return
  if ! has_cargo; then
    rm -f "$CORE" # nobody could say what it was built from
    say "No cargo, so no compiled core: numpy does its work. To have it: apt-get install cargo, or https://rustup.rs"
    [[ "${KHSEARCH_NATIVE:-}" != required ]]
    return
  fi
  # One core is for every Python, so none is asked.
  if ! PYO3_NO_PYTHON=1 on_core build --release --quiet; then
    say "The compiled core cannot be built, for the reasons above; without it: KHSEARCH_NATIVE=0 $0"
    return 2
  fi
  # A process that runs keeps the one that it has.
  cmp -s "$built" "$CORE" || { cp "$built" "$CORE.new" && mv "$CORE.new" "$CORE"; }
}

# The tests of native/, which are programs: they link the Python of the environment.
test_core() {
  local python libraries
  python="$(cd "$VENV/bin" && pwd)/python"
  libraries="$("$python" -c 'import sysconfig; print(sysconfig.get_config_var("LIBDIR"))')"
  PYO3_PYTHON="$python" LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
    on_core test --quiet --no-default-features
}
