"""Writes Grafana's dashboards to chart/dashboards (`make boards`): python3 .ci/boards [FOLDER]."""

import json
import sys
from pathlib import Path

import browser
import logs_traces
import overview
import readers
import runtime

FOLDER = Path(__file__).parents[2] / "chart" / "dashboards"
BOARDS = (overview.BOARD, readers.BOARD, browser.BOARD, runtime.BOARD, logs_traces.BOARD)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for board in BOARDS:
        text = json.dumps(board.json(), indent=1, ensure_ascii=False)
        (folder / f"{board.name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
