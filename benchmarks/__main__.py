"""``python -m benchmarks [NAME]``: run one bench, or all; one JSON line for each figure on standard output.

A bench is a module of this folder with ``run()``, which yields figures. It is called by its file's name (or by what
stands before ``_bench``, where the bare name is one of the standard library's). Each runs in a process of its own.
"""

import importlib
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.figures import WorkNotDone

FOLDER = Path(__file__).parent


def benches() -> dict[str, str]:
    """Return the module of each bench by its name."""
    files = [path for path in sorted(FOLDER.glob("*.py")) if "\ndef run(" in path.read_text(encoding="utf-8")]
    return {path.stem.removesuffix("_bench"): f"benchmarks.{path.stem}" for path in files}


def main(names: list[str]) -> int:
    """Run the named benches; 0 when each did its work, 1 when one could not, 2 for an unknown name."""
    known = benches()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"No bench is called {', '.join(unknown)}. There are: {', '.join(known)}.", file=sys.stderr)
        return 2
    if len(names) != 1:
        codes = [subprocess.call([sys.executable, "-m", "benchmarks", name]) for name in names or known]
        return max(codes, default=0)
    try:
        for figure in importlib.import_module(known[names[0]]).run():
            print(json.dumps(asdict(figure)), flush=True)
    except WorkNotDone as reason:
        print(f"{names[0]}: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
