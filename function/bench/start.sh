#!/usr/bin/env bash
# Time from the start of the function to its first image: wall seconds, and processor seconds of its process.
# usage: start.sh [ROUNDS]        the kinds of start in turns, ROUNDS times (default 5); prints the median of each
# JAVA_HOME    the default JDK, 17 or newer
# JAVA_AOT     a JDK 25 or newer for the AOT cache (default: JAVA_HOME, and without the AOT rows if that is older)
# APP          folder of the built function (default: function/target/quarkus-app)
# QUERY        request that is answered (default: one guided image of 25 steps)
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
app=$(cd "${APP:-$here/../target/quarkus-app}" && pwd)
rounds=${1:-5}
query=${QUERY:-'label=1&seed=1&steps=25'}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
aot_java=${JAVA_AOT:+$JAVA_AOT/bin/java}
aot_java=${aot_java:-$java}
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill -9 "$pid" 2>/dev/null; rm -rf "$work"' EXIT
cd "$app"

release() { "$1" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java.specification.version = //p'; }
default_release=$(release "$java")
aot_release=$(release "$aot_java")

# start JAVA OPTIONS...: starts the function on a free port and waits for the answer; sets wall and cpu (seconds).
start() {
  local port=$((20000 + RANDOM % 20000)) begin=$EPOCHREALTIME ticks
  "$@" -Dquarkus.http.port="$port" -Dquarkus.management.port=0 -jar quarkus-run.jar >"$work/log" 2>&1 &
  pid=$!
  until (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
    kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 0.02
  done
  curl --fail --silent --show-error --output "$work/image.png" "http://127.0.0.1:$port/sample.png?$query"
  wall=$(awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.2f", b - a }')
  ticks=$(awk '{ print $14 + $15 }' "/proc/$pid/stat")
  cpu=$(awk -v t="$ticks" -v hz="$(getconf CLK_TCK)" 'BEGIN { printf "%.2f", t / hz }')
}

stop() {
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  pid=
}

# kind NAME JAVA OPTIONS...: one start, kept for the table.
kind() {
  local name=$1
  shift
  start "$@"
  stop
  echo "$name|$wall|$cpu" >>"$work/times"
}

# The caches are written by a run that answers a request and ends as any other.
start "$java" -XX:ArchiveClassesAtExit="$work/app.jsa"
stop
if [ "$aot_release" -ge 25 ]; then
  start "$aot_java" -XX:AOTCacheOutput="$work/app.aot"
  stop
fi

for _ in $(seq "$rounds"); do
  kind "JDK $default_release" "$java"
  kind "JDK $default_release, AppCDS" "$java" -XX:SharedArchiveFile="$work/app.jsa" -Xshare:auto
  if [ "$aot_release" -ge 25 ]; then
    [ "$aot_java" = "$java" ] || kind "JDK $aot_release" "$aot_java"
    kind "JDK $aot_release, AOT cache" "$aot_java" -XX:AOTCache="$work/app.aot"
  fi
done

echo "| Start | Wall | Processor |"
echo "| --- | --- | --- |"
cut -d'|' -f1 "$work/times" | awk '!seen[$0]++' | while IFS= read -r name; do
  median() { awk -F'|' -v n="$name" -v c="$1" '$1 == n { print $c }' "$work/times" | sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
  echo "| $name | $(median 2) s | $(median 3) s |"
done
