"""Tests of Ribao; see CONTRIBUTING.md."""

import os
import sys

# Tests start Ribao some hundred times. Where bytecode may not be kept, as in many images of
# containers, each of these processes would compile all of it again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
