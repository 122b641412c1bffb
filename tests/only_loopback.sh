# Runs a command in a network namespace of its own in which every packet that is not for loopback goes to a
# virtual interface, and fails if one ever did: the kernel's word for "nothing but loopback was contacted".
# Usage: sh tests/only_loopback.sh COMMAND…  (as root on Linux; elsewhere it just runs the command and says so)
set -u

if [ "${1:-}" = --inside ]; then
  shift
  ip link set lo up
  sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 2>/dev/null || true
  ip link add leak0 type veth peer name leak1 && ip link set leak1 up && ip link set leak0 up || exit 90
  ip addr add 192.0.2.1/24 dev leak0 || exit 90
  ip route add default via 192.0.2.2 dev leak0 && ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev leak0 || exit 90
  "$@"
  status=$?
  leaked=$(awk '$1 == "leak0:" {print $11}' /proc/net/dev)
  echo "packets that left loopback: $leaked"
  [ "$leaked" = 0 ] || exit 91
  exit "$status"
fi

if [ "$(id -u)" = 0 ] && command -v unshare >/dev/null && command -v ip >/dev/null && \
  unshare --net ip link add leak0 type veth peer name leak1 2>/dev/null; then
  exec unshare --net --mount sh "$0" --inside "$@"
fi
echo "only_loopback: needs root, unshare, ip and veth on Linux; running without the kernel's check"
exec "$@"
