"""Options that several commands take, and how all of them print a JSON line. Knows no command."""

import json
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from ..library import DEFAULT_INDEX

IndexDir = Annotated[Path, typer.Option("--index", envvar="RAGDIGEST_INDEX", help="Folder of the index.", show_default=True)]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, nothing else.")]
Plain = Annotated[bool, typer.Option("--plain", help="No colours, boxes or folding: for pipes.")]
Since = Annotated[Optional[str], typer.Option(help="Only weeks that begin on this day or later: 2025-09-08.", metavar="DATE")]
Until = Annotated[Optional[str], typer.Option(help="Only weeks that begin on this day or earlier.", metavar="DATE")]
LangOf = Annotated[Optional[str], typer.Option("--lang", help="Only entries with text in ko or en.", metavar="ko|en")]
SourceOf = Annotated[Optional[str], typer.Option("--source", help="Only sources whose name fits, such as '2025-W3*'.", metavar="GLOB")]
Count = Annotated[int, typer.Option("-k", "--count", min=1, max=1000, help="How many to show.")]
Explain = Annotated[bool, typer.Option("--explain", help="Why each hit is where it is.")]
EncoderName = Annotated[Optional[str], typer.Option("--encoder", help="bundled, or a sentence-transformers model by name or folder.")]
WithModel = Annotated[Optional[bool], typer.Option("--llm/--no-llm", help="Let the configured language model write (default: where one is configured).", show_default=False)]
DEFAULT = Path(DEFAULT_INDEX)


def emit(row: dict[str, Any]) -> None:
    """One JSON line; characters that no encoding holds are escaped."""
    line = json.dumps(row, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:
        line = json.dumps(row)
    print(line, flush=True)
