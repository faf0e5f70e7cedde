#!/usr/bin/env bash
# Packs a folder that runs adm4j on an x86-64 Linux machine with CUDA 13 and cuDNN 9 but without Java, Maven or a network.
# usage: pack.sh FOLDER
# GOLDEN     golden vectors to take along (default: the copies among the tests)
# BUNDLE     model bundle to take along (default: the embedded one, if it is there)
# NATIVE     folder with ONNX Runtime's libraries (default: the CUDA build that mvn -Pcuda unpacks)
# JAVA_HOME  the JDK whose jlink makes the runtime (default: that of the java on the PATH)
# In it then: jre/, ort/ (native libraries), lib/ (jars), golden/, bundle/, bench/, prove.sh.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
home=$(cd "$here/../.." && pwd)
[ $# -eq 1 ] || { sed -n '2,8s/^# //p' "$0" >&2; exit 2; }
kit=$1
[ ! -e "$kit" ] || { echo "$kit is there already: name a new folder." >&2; exit 2; }
jdk=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
[ -x "$jdk/bin/jlink" ] || { echo "$jdk has no jlink: set JAVA_HOME to a whole JDK." >&2; exit 2; }

"$home/harness/bin/harness" --version
native=${NATIVE:-$home/function/target/cuda-natives}
if [ -z "${NATIVE:-}" ] && [ ! -f "$native/libonnxruntime_providers_cuda.so" ]; then
  (cd "$home" && mvn -q -B -Pcuda -pl function -am package -DskipTests)
fi

mkdir -p "$kit/lib" "$kit/ort"
# AWT and ImageIO, the HTTP client, Unsafe for protobuf, and the generators of java.util.random, which no class names.
"$jdk/bin/jlink" --strip-debug --no-header-files --no-man-pages --output "$kit/jre" \
  --add-modules java.base,java.desktop,java.logging,java.management,java.naming,java.net.http,java.sql,jdk.random,jdk.unsupported
cp "$native"/libonnxruntime*.so "$kit/ort/"
cp "$home"/harness/target/lib/*.jar "$home"/harness/target/adm4j-harness-*.jar "$kit/lib/"
cp -rL "${GOLDEN:-$home/src/test/resources/golden}" "$kit/golden"
cp -r "$home/harness/bench" "$kit/bench"
cp "$here/prove.sh" "$here/bench.json" "$kit/"
bundle=${BUNDLE:-$home/harness/bundles/fashion-mnist-32}
if [ -f "$bundle/model.json" ]; then
  cp -r "$bundle" "$kit/bundle"
elif [ -n "${BUNDLE:-}" ]; then
  echo "$bundle holds no model bundle." >&2
  exit 2
fi
du -sh "$kit"
echo "Take $kit to the machine and run prove.sh in it."
