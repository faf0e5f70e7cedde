#!/usr/bin/env bash
# Renews the digests of the base images: looks each tag up in its registry and writes its digest into the file that names it.
# usage: pin-images.sh            needs docker with buildx, or skopeo
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

digest() {
  if command -v skopeo >/dev/null; then
    skopeo inspect --format '{{.Digest}}' "docker://$1"
  else
    docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$1"
  fi
}

for file in infra/Dockerfile.* function/pom.xml; do
  for pinned in $(grep -ohE '[a-z0-9.-]+(/[a-z0-9._-]+)+:[A-Za-z0-9._-]+@sha256:[0-9a-f]{64}' "$file" | sort -u); do
    tag=${pinned%@*}
    now=$(digest "$tag")
    [[ $now =~ ^sha256:[0-9a-f]{64}$ ]] || { echo "$tag: no digest, but: $now" >&2; exit 1; }
    if [ "$pinned" != "$tag@$now" ]; then
      sed -i "s|$pinned|$tag@$now|g" "$file"
      echo "$file: $tag is now $now"
    fi
  done
done
