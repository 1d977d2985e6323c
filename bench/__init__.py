"""Measurements: each module prints figures beside their bars."""

import os

# One thread each: on a busy machine the threads of a small matrix product wait for one another and burn CPU seconds
# that say nothing about the code. Set before numpy is first loaded.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
