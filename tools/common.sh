# common.sh - what the scripts of this folder share. To be sourced by bash, in the folder of the checkout.

# Bold on a terminal only, and not where somebody asked for no colour (https://no-color.org).
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
    step() { printf '\033[1m==>\033[0m %s\n' "$*"; }
else
    step() { printf '==> %s\n' "$*"; }
fi
note() { printf '    %s\n' "$*"; }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 1; }

# Runs a command as a process group of its own, with no input. On Ctrl-C, on SIGTERM and when this script dies it ends too:
# everything that it started on Ctrl-C and SIGTERM, the command itself in the last case.
child=
run_child() {
    set -m
    setpriv --pdeathsig TERM -- "$@" < /dev/null &
    child=$!
    set +m
    local status=0
    wait "$child" || status=$?
    child=
    return $status
}

end_child() {
    local signal
    [ -n "$child" ] || return 0
    for signal in INT TERM KILL; do
        kill -s $signal -- "-$child" 2> /dev/null || break
        for _ in $(seq 30); do
            kill -0 -- "-$child" 2> /dev/null && [ -n "$(living_of_group "$child")" ] || break 2
            read -rt 0.1 <> <(:) || true
        done
    done
    child=
}

# Processes of a group that still run; where nothing reaps orphans, ended ones stay as zombies.
living_of_group() {
    cat /proc/[0-9]*/stat 2> /dev/null | awk -v group="$1" '{ sub(/^.*\) /, "") } $3 == group && $1 != "Z"' || true
}

interrupted() {
    trap '' INT TERM
    end_child
    printf '%s: interrupted; the next run goes on from here\n' "$(basename "$0")" >&2
    exit 130
}

# This script ends when the one that started it does.
end_with_parent() {
    trap interrupted INT TERM
    [ "${VEZA_CHILD_OF-}" = $PPID ] || VEZA_CHILD_OF=$PPID exec setpriv --pdeathsig TERM -- "$0" "$@"
    unset VEZA_CHILD_OF
}

# What is built and fetched belongs to the owner of the checkout, also when root runs this (sudo make run).
become_owner() {
    local owner home=
    owner=$(stat -c %u .)
    [ "$(id -u)" = 0 ] && [ "$owner" != 0 ] || return 0
    home=$(getent passwd "$owner" | cut -d: -f6) || true
    HOME=${home:-/nonexistent} exec setpriv --reuid "$owner" --regid "$(stat -c %g .)" --clear-groups -- "$0" "$@"
}

# What an ordinary user cannot write to here, with the command that gives it back.
check_writable() {
    local path
    for path in . build build/* web web/dist web/node_modules tests/node_modules; do
        [ ! -e "$path" ] || [ -w "$path" ] || fail "$(realpath "$path") belongs to $(stat -c %U "$path"), so $(id -un) cannot build here.
Give the folder to $(id -un):

    sudo chown -R $(id -un): $(printf %q "$PWD")
"
    done
}

# Runs a command and keeps what it says in a file; shows the end of it when the command fails. LOG COMMAND...
quietly() {
    local log=$1 status=0
    shift
    mkdir -p "$(dirname "$log")"
    run_child "$@" > "$log" 2>&1 || status=$?
    [ $status != 0 ] || return 0
    tail -n 30 "$log" >&2
    explain "$log" >&2
    return $status
}

# Words for failures that programs tell badly.
explain() {
    if grep -qiE 'no space left on device|ENOSPC|enough free space' "$1"; then
        printf '\nThe disk is full: %s\n' "$(df -h --output=avail,target . | tail -n 1 | awk '{ print $1 " left on " $2 }')"
    fi
}
