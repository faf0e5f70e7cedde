#!/usr/bin/env bash
# Writes the AOT cache (JDK 25 or newer) of the function in the present folder: starts it, has it answer a request and stops
# it. Runs in the image build, so it needs bash and the JVM only.
# usage: aot-cache.sh JAVA CACHE [OPTIONS...]
set -euo pipefail
java=$1
cache=$2
shift 2
port=8080

"$java" -XX:AOTCacheOutput="$cache" "$@" -Dadm4j.device=cpu -Dquarkus.http.host=127.0.0.1 -Dquarkus.http.port=$port \
  -jar "$PWD/quarkus-run.jar" &
pid=$!
trap 'kill -9 $pid 2>/dev/null || true' EXIT
until { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null; do
  kill -0 $pid 2>/dev/null || { echo "The function ended before it answered." >&2; exit 1; }
  sleep 0.1
done
printf 'GET /sample.png?label=0&seed=0&steps=2 HTTP/1.0\r\n\r\n' >&3
status=$(head -n 1 <&3 | tr -d '\r')
case $status in
  *' 200 '*) ;;
  *) echo "The function answered: $status" >&2; exit 1 ;;
esac
exec 3>&-
kill $pid
wait $pid || true
trap - EXIT
[ -s "$cache" ] || { echo "The JVM wrote no cache." >&2; exit 1; }
chmod 0444 "$cache"
