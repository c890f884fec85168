# Shared by the scripts beside this file; to be sourced by sh, after `home` is set to the checkout.

say() { printf '%s\n' "lab: $*" >&2; }

die() {
  say "$*"
  exit 1
}

# Whether a folder holds a JDK (javac, not only java) of release 25 or later. A JDK says its version in the file
# "release"; asking a JVM would cost its start.
is_jdk_25() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  release=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ -n "$release" ] && [ "$release" -ge 25 ]
}

# Sets and exports JAVA_HOME; fails when there is no JDK 25 in any of the usual places.
find_jdk() {
  if [ -n "${JAVA_HOME:-}" ] && is_jdk_25 "$JAVA_HOME"; then
    export JAVA_HOME
    return 0
  fi
  on_path=$(command -v javac 2>/dev/null || true)
  if [ -n "$on_path" ]; then
    on_path=$(readlink -f "$on_path")
    on_path=${on_path%/bin/javac}
  fi
  for candidate in "$on_path" /usr/lib/jvm/* /usr/local/lib/jvm/* /usr/java/* /opt/*jdk* /opt/java* \
    "${HOME:-/root}"/.sdkman/candidates/java/* "${HOME:-/root}"/.jdks/*; do
    if [ -n "$candidate" ] && is_jdk_25 "$candidate"; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}

# Maven on the JDK that was found; its own libraries still use what newer JDKs warn of.
maven() {
  MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow" mvn -B -Dstyle.color=never "$@"
}

need_root() {
  [ "$(id -u)" -eq 0 ] || die "this needs root: it makes network namespaces and netfilter rules in them"
}

# run_java MAIN ARGUMENT...: becomes the lab's JVM.
run_java() {
  find_jdk || die "no JDK 25 found; run lab/setup"
  [ -d "$home/lab/target/lib" ] || die "not built yet; run lab/setup"
  main=$1
  shift
  # shellcheck disable=SC2086 # the options are meant to be split
  exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xshare:auto -Xmx1g ${LAB_JAVA_OPTIONS:-} \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dholdfast.home="$home" \
    -cp "$home/lab/target/lab-0.1.0.jar:$home/lab/target/lib/*" "$main" "$@"
}
