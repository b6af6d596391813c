"""Detection beside its peers, as one table.

    python -m benchmarks.detection                  everything that is not there yet, then the section
    python -m benchmarks.detection --workspace DIR  on a workspace whose seven runs are stored
    python -m benchmarks.detection --fresh          every piece again
    python -m benchmarks.detection --dry            print the section, write nothing

Pieces (BERTopic, planted and shuffled pasts, one more month) are stored in benchmarks/out/detection_work, so
that the table can be made again in a minute or two.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.detection.past import WORK
from benchmarks.detection.report import section
from benchmarks.page import data_folder, put_section


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.detection", description=__doc__.splitlines()[0])
    parser.add_argument("--workspace", type=Path, help="else one is made under benchmarks/out")
    parser.add_argument("--data", type=Path, help="folder with data/postings and data/taxonomies")
    parser.add_argument("--fresh", action="store_true", help="make every piece again")
    parser.add_argument("--dry", action="store_true", help="print the section and write nothing")
    arguments = parser.parse_args()
    data = data_folder(arguments.data)
    if data is None:
        print("the real postings were not found: name their folder with --data or OBSERVATORY_SHARED", file=sys.stderr)
        return 1
    text = section(data, arguments.workspace or WORK / "workspace", fresh=arguments.fresh)
    print(text)
    if not arguments.dry:
        put_section("detection", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
