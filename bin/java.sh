# Sourced by the commands beside it, which have set "name" (for messages and the AOT cache), "main" and "flags".
# Finds a JDK, puts the class path together, and becomes the JVM: the process id is the daemon's.
#
# What decides whether an AOT cache is used (class path, collector, heap layout flags) is built here and only here;
# the build trains through these same scripts, with HOLDFAST_AOT_OUTPUT set.

# The checkout that this script is in, whatever link it was called by.
home=$(dirname "$(dirname "$(readlink -f "$0")")")

fail() {
  echo "$name: $1" >&2
  exit 2
}

# A JDK says its version in the file "release" beside bin; asking the JVM itself would cost its start.
good_jdk() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS='="' read -r key _ value _; do
    [ "$key" = JAVA_VERSION ] || continue
    major=${value%%[!0-9]*}
    [ -n "$major" ] && [ "$major" -ge 25 ] && return 0
    return 1
  done < "$1/release"
  return 1
}

find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && good_jdk "$JAVA_HOME"; then
    jdk=$JAVA_HOME
    return 0
  fi
  onpath=$(command -v java 2> /dev/null) && onpath=$(readlink -f "$onpath") && onpath=${onpath%/bin/java}
  for jdk in "$onpath" /usr/lib/jvm/*25* /usr/lib/jvm/* /opt/*; do
    good_jdk "$jdk" && return 0
  done
  return 1
}

find_jdk || fail "no JDK 25 or later under JAVA_HOME, on the PATH, in /usr/lib/jvm or /opt; install one (Debian: openjdk-25-jdk-headless)"

lib=$home/bgp-speaker/target/lib
classpath=
for jar in "$lib"/*.jar; do
  [ -f "$jar" ] || fail "no jars in $lib; build first: lab/setup, or mvn package"
  classpath=$classpath${classpath:+:}$jar
done

cache=$lib/$name.aot
if [ -n "${HOLDFAST_AOT_OUTPUT:-}" ]; then
  aot=-XX:AOTCacheOutput=$HOLDFAST_AOT_OUTPUT
elif [ -f "$cache" ]; then
  aot=-XX:AOTCache=$cache
else
  aot=-Xshare:auto
fi

# Flags of every JVM of ours. Netty need not look for a hardware address to number its channels.
# No core dump: while one of a large process is written, its ports stay taken.
# Out of memory is death at once (status 3): a JVM that lives on with threads missing is harder to recover from.
# shellcheck disable=SC2086
exec "$jdk/bin/java" \
  -XX:+UseSerialGC -XX:+UseCompactObjectHeaders "$aot" -Xlog:disable -Xlog:all=error:stderr \
  -XX:-CreateCoredumpOnCrash -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED \
  --sun-misc-unsafe-memory-access=allow \
  -Dholdfast.home="$home" -Dfile.encoding=UTF-8 -Dio.netty.machineId=02:00:00:00:00:00:00:01 \
  $flags ${HOLDFAST_JAVA_OPTIONS:-} -cp "$classpath" "$main" "$@"
