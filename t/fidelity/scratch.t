#!/bin/sh
# The programs of fidelity.t with a scratch directory.

exec env PYEXEC_TEST_SCRATCH=8m "$(dirname "$0")/fidelity.t" "$@"
