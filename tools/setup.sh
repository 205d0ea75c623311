#!/bin/sh
# Usage: tools/setup.sh check                can durable-rules be built here? prints the Python that will be used
#        tools/setup.sh run|test|soak|bench  make .venv, install requirements/<kind>.txt (hashes checked), then this package
# Nothing is installed again until the lock files, setup.cfg or the Python change.
# PYTHON=/path/to/python overrides the choice of interpreter.
set -eu
cd "$(dirname "$0")/.."
kind=${1:?usage: tools/setup.sh check|run|test|soak|bench}
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT

help_and_stop() {
    cat >&2 <<EOF

缺少 / missing: $1
durable-rules 只有源码包，安装时需要 C 编译器和 Python 头文件，以及 Python 3.11–3.13（带 venv）。
durable-rules ships as source only: it needs a C compiler, the Python headers, and Python 3.11-3.13 with venv.

  Debian / Ubuntu      sudo apt-get install gcc libc6-dev python3-dev python3-venv
  Fedora / openEuler   sudo dnf install gcc glibc-devel python3-devel
                       系统 Python 过旧时 / if the system Python is too old: python3.11-devel
  macOS                xcode-select --install && brew install python@3.13
  Windows              请在 WSL 中运行 / run inside WSL: wsl --install -d Ubuntu

然后重新运行；也可指定解释器 / then run again, or name an interpreter: PYTHON=/path/to/python3.13 make demo
EOF
    exit 2
}

suitable() { # 3.11-3.13, with venv
    "$1" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null
}

compiles() { # a C compiler and the headers of this very Python
    include=$("$1" -c 'import sysconfig; print(sysconfig.get_path("include"))')
    echo '#include <Python.h>' >"$probe/probe.c"
    for cc in ${CC:-} cc gcc clang; do
        $cc -I"$include" -c "$probe/probe.c" -o "$probe/probe.o" 2>/dev/null && return 0
    done
    return 1
}

python=
found=
for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
    suitable "$candidate" || continue
    found="$found $candidate"
    if compiles "$candidate"; then
        python=$candidate
        break
    fi
done
[ -n "$found" ] || help_and_stop "Python 3.11–3.13 + venv"
[ -n "$python" ] || help_and_stop "C 编译器或 Python.h / C compiler or Python.h (tried:$found)"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')

if [ "$kind" = check ]; then
    echo "$python ($version)"
    exit 0
fi

lock=requirements/$kind.txt
stamp=.venv/installed-$kind
state="$version $(cat "$lock" requirements/build.txt setup.cfg pyproject.toml tools/setup.sh | cksum)"
[ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && .venv/bin/python -c '' 2>/dev/null && exit 0

if [ "$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" != "$version" ]; then
    rm -rf .venv
    "$python" -m venv .venv
fi

# CPython 3.13 dropped a name that durable-rules 2.0.28 still uses; its replacement takes the same arguments.
case $version in
    3.11 | 3.12) ;;
    *) export CPPFLAGS="${CPPFLAGS:-} -DPyEval_CallObject=PyObject_CallObject" ;;
esac

echo "安装 / installing $lock (Python $version) …" >&2
pip() { .venv/bin/python -m pip --disable-pip-version-check "$@"; }
install() { pip install --quiet --require-hashes --no-build-isolation "$@" -r "$lock"; }
engine_loads() { .venv/bin/python -c 'import durable_rules_engine'; }

pip install --quiet --require-hashes -r requirements/build.txt
install
# pip may have kept a wheel that an earlier build made without the flag above.
engine_loads 2>/dev/null || { install --no-cache-dir --force-reinstall && engine_loads; }
pip install --quiet --no-build-isolation --no-deps --editable .
echo "$state" >"$stamp"
