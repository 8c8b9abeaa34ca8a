"""Before any test is imported: where that is which the tests of deploy/ and those of the chart have in common."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "support"))
