# To be sourced, from the top of the repository, by tests that need Python.

# The folder of what is built.
target="${CARGO_TARGET_DIR:-$PWD/target}"

# environment NAME PACKAGE …: makes `$target/NAME` an environment of Python with these packages, and `$environment` its
# name. Where there is no Python that can, the test says so and passes.
environment() {
    environment="$target/$1"
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
        echo "tests of $1: skipped, there is no python3 with venv here"
        exit 0
    fi
    [ -x "$environment/bin/pip" ] || python3 -m venv "$environment"
    shift
    "$environment/bin/pip" install --quiet --disable-pip-version-check "$@"
}
