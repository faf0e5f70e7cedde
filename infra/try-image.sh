#!/usr/bin/env bash
# Starts an image of the function as the manifests do, has it sample an image and stops it. Needs docker, or another ENGINE
# with the same commands, and curl.
# usage: try-image.sh IMAGE [OPTIONS OF DOCKER RUN...]
set -euo pipefail
image=$1
shift
engine=${ENGINE:-docker}
limit=${SECONDS_TO_START:-120}

container=$("$engine" run --detach --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
  --publish 127.0.0.1:8080:8080 --publish 127.0.0.1:9000:9000 --env QUARKUS_MANAGEMENT_HOST_ENABLED=true "$@" "$image")
end() {
  "$engine" logs "$container" >&2 || true
  "$engine" rm --force "$container" >/dev/null
}
trap end EXIT
file=$(mktemp)

for ((second = 0; ; second++)); do
  curl --fail --silent --output /dev/null http://127.0.0.1:9000/q/health/started && break
  [ "$second" -lt "$limit" ] || { echo "$image did not start within $limit s." >&2; exit 1; }
  sleep 1
done
for path in ready live; do
  curl --fail --silent --show-error --output /dev/null "http://127.0.0.1:9000/q/health/$path"
done
curl --fail --silent --show-error http://127.0.0.1:9000/q/metrics | grep '^adm4j_queue_depth' >/dev/null
curl --fail --silent --show-error --output "$file" 'http://127.0.0.1:8080/sample.png?label=boot&seed=1'
[ "$(head -c 8 "$file" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || { echo "$image answered no PNG." >&2; exit 1; }
"$engine" stop --time 40 "$container" >/dev/null
code=$("$engine" inspect --format '{{.State.ExitCode}}' "$container")
# A JVM that SIGTERM ends says 143.
case $code in
  0 | 143) ;;
  *) echo "$image ended with $code." >&2; exit 1 ;;
esac
echo "$image: an image of $(wc -c <"$file") bytes, ended with $code"
