# Shared by the scripts in this folder; read with `.`, never run by itself.

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
  bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
else
  bold='' red='' plain=''
fi

step() { printf '%s\n' "${bold}== $*${plain}"; }

fail() {
  printf '%s\n' "${red}$*${plain}" >&2
  exit 1
}

# True when $1 runs and is Python 3.11 or later. A name can exist and not run (a version manager's stub).
is_python_311() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# Prints a Python that will do: $PYTHON where it is set, else the first of the usual names.
find_python() {
  local name
  if [ -n "${PYTHON:-}" ]; then
    command -v "$PYTHON" >/dev/null || fail "PYTHON=$PYTHON: no such command."
    is_python_311 "$PYTHON" || fail "PYTHON=$PYTHON: expected Python 3.11 or later, got $("$PYTHON" --version 2>&1)."
    printf '%s\n' "$PYTHON"
    return
  fi
  for name in python3 python3.13 python3.12 python3.11 python; do
    if is_python_311 "$name"; then
      printf '%s\n' "$name"
      return
    fi
  done
  fail "No Python 3.11 or later found: looked for python3, python3.13, python3.12, python3.11 and python.
Install one, or name it: PYTHON=/path/to/python3 script/setup"
}
