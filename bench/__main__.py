"""`python -m bench [NAME …] [--quick] [--json FILE]`: measure, print, and say what is not honest.

Ends with 1 when a bench could not measure honestly: then it has no figure. A target that is
missed is printed as missed, and is no failure, because machines differ.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import claims, delivery, encrypt, lateness, machine, panel
from bench.push_service import NotHonest
from bench.results import Table

BENCHES: dict[str, Callable[..., Table]] = {
    "encrypt": encrypt.measure,
    "delivery": delivery.measure,
    "lateness": lateness.measure,
    "claims": claims.measure,
    "panel": panel.measure,
}


def main(arguments: list[str]) -> int:
    """Run the benches that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--quick", action="store_true", help="a small size, to see that it works")
    parser.add_argument("--json", type=Path, help="write everything to this file too")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(BENCHES):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    facts = machine.facts()
    for name, text in facts.items():
        print(f"{name}: {text}")
    found: dict[str, Any] = {}
    failed = False
    for name in given.names or BENCHES:
        began = time.monotonic()
        try:
            table = BENCHES[name](quick=given.quick)
        except (NotHonest, RuntimeError) as reason:
            print(f"\n{name}: no figure, because {reason}", flush=True)
            found[name] = {"failed": str(reason)}
            failed = True
            continue
        found[name] = table.json()
        print(f"\n{table.text()}\n- Measured in {time.monotonic() - began:.0f} s.", flush=True)
    if given.json:
        given.json.write_text(json.dumps({"machine": facts, "benches": found}, indent=2))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
