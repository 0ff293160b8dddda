#!/bin/sh
# The programs of fidelity.t in process isolation, but for what it forbids.

exec env PYEXEC_TEST_ISOLATION=process "$(dirname "$0")/fidelity.t" "$@"
