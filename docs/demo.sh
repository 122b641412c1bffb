# From "cannot reach 10.0.0.3" to "connected, proven", and back. Simulated: no cloud account, nothing leaves this machine.
# Usage: sh docs/demo.sh RUNVPC
set -eu
runvpc=$1
here=$(dirname "$0")

say() { printf '\n== %s\n\n' "$1"; }

say "A cloud of our own: a service, and a Redis, a PostgreSQL and an API it cannot reach"
"$runvpc" sandbox reset --sandbox tutorial >/dev/null

say "Set up: the plan, a probe before the change, the change, the probe that proves it"
"$runvpc" setup --sandbox tutorial --answers "$here/demo-answers.toml" --yes --plain

say "And back: undo takes away what this run created, and only that"
"$runvpc" undo last --sandbox tutorial --yes --plain

say "Nothing is left but history:"
"$runvpc" runs
"$runvpc" sandbox stop --sandbox tutorial >/dev/null
