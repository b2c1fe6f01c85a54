"""All commands. Each opens the library, calls one method and prints."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import typer

from ..errors import RagdigestError
from ..library import Library, build
from . import conversing, evaluating
from .options import DEFAULT, AsJson, Count, EncoderName, Explain, IndexDir, LangOf, Plain, Since, SourceOf, Until, WithModel, emit

app = typer.Typer(
    name="ragdigest", no_args_is_help=True, pretty_exceptions_enable=False, context_settings={"help_option_names": ["-h", "--help"]},
    help="Ask your weekly AI-paper digests, in Korean or English, and get answers proved by quotes.\n\n주간 AI 논문 다이제스트에 한국어나 영어로 물어보고, 근거 문장이 달린 답을 받으세요.",
    epilog="Start: ragdigest index corpus/   then: ragdigest ask 'KV 캐시를 압축하는 방법이 있나?'",
)

def jobs(batch: Path | None, field: str, given: str | None) -> list[dict[str, Any]]:
    """The questions to answer: the one given, or those of a batch file. Raises RagdigestError for a bad line."""
    if (batch is None) == (given is None):
        raise typer.BadParameter(f"give {field.upper()} or --batch FILE, one of them")
    if batch is None:
        return [{"id": None, field: given}]
    rows = []
    try:
        lines = batch.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RagdigestError(f"cannot read {batch}: {getattr(error, 'strerror', None) or 'not UTF-8'}; give JSON lines with id and {field}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({"id": row["id"], field: str(row[field])})
        except (ValueError, KeyError, TypeError) as error:
            raise RagdigestError(f"{batch}:{number} is no JSON object with id and {field}: {line[:60]!r}") from error
    return rows


@app.command("index", epilog="Example: ragdigest index corpus/ ../more-digests")
def index_command(
    paths: Annotated[Optional[list[Path]], typer.Argument(help="Digest files or folders; none: bring up to date what is indexed.")] = None,
    index: IndexDir = DEFAULT,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Start afresh, with these paths alone.")] = False,
    encoder: EncoderName = None,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Go on past sources that cannot be read, naming each.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build the index, or bring it up to date: only new and changed sources are read."""
    from . import display

    with display.progress() as progress:
        change = build(paths or [], index, encoder, rebuild=rebuild, skip_bad=skip_bad, progress=progress, say=display.note)
    display.change(change, index, as_json, emit)


@app.command("add", epilog="Example: ragdigest add new-week.md https://example.org/digest.html --week 2025-W37")
def add_command(
    what: Annotated[list[str], typer.Argument(help="Files, folders, or http(s) addresses of pages, PDFs, Markdown or feeds.", metavar="FILE|FOLDER|URL...")],
    index: IndexDir = DEFAULT,
    week: Annotated[Optional[str], typer.Option(help="The week, where the text does not say: 2025-W37 or 2025-09-14.")] = None,
    corpus: Annotated[Optional[Path], typer.Option(help="Folder to copy into (default: the first folder indexed, else corpus/).")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Write over a file of the same name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy new weeks into the corpus folder and index them."""
    from ..adding import add
    from . import display

    with display.progress() as progress:
        change = add(what, index, corpus, week, replace=replace, progress=progress, say=display.note)
    display.change(change, index, as_json, emit)


@app.command("search", epilog="Example: ragdigest search '확산 모델로 글을 만드는 빠른 언어 모델' -k 5 --since 2025-01-01")
def search_command(
    query: Annotated[Optional[str], typer.Argument(help="A question or words, in Korean or English.")] = None,
    index: IndexDir = DEFAULT, count: Count = 10, since: Since = None, until: Until = None, lang: LangOf = None, source: SourceOf = None,
    batch: Annotated[Optional[Path], typer.Option(help="JSON lines with id and query.", metavar="FILE")] = None,
    explain: Explain = False, as_json: AsJson = False, plain: Plain = False,
) -> None:
    """Rank the papers that fit a question, each with its best passage."""
    library = None
    for job in jobs(batch, "query", query):
        library = library or Library.open(index, warm=True)
        hits = library.search(job["query"], count, explain, since=since, until=until, lang=lang, source=source)
        within = library.understood(job["query"], since=since, until=until, lang=lang, source=source)
        if as_json:
            emit({**job, "hits": [h.to_json() for h in hits], **({"filters": within} if within else {})})
        else:
            from . import display

            if within:
                display.note(within)
            undated = "" if hits else library.undated(job["query"], since=since, until=until, lang=lang, source=source)
            display.hits(job["query"], hits, plain, library.versions(hits), undated)


@app.command("ask", epilog="Example: ragdigest ask 'Which papers report GAIA scores?' --lang ko")
def ask_command(
    question: Annotated[Optional[str], typer.Argument(help="A question in Korean or English.")] = None,
    index: IndexDir = DEFAULT, since: Since = None, until: Until = None, lang: LangOf = None, source: SourceOf = None,
    batch: Annotated[Optional[Path], typer.Option(help="JSON lines with id and question.", metavar="FILE")] = None,
    strictness: Annotated[Optional[float], typer.Option(min=0.0, max=1.0, help="How sure an answer must be (0 always answers, 1 never).")] = None,
    llm: WithModel = None, explain: Annotated[bool, typer.Option("--explain", help="How sure the answer is, by what, and why the best papers stand where they do.")] = False, as_json: AsJson = False, plain: Plain = False,
) -> None:
    """Answer a question with cited sentences, or say that the digests do not."""
    library = None
    for job in jobs(batch, "question", question):
        library = library or Library.open(index, warm=True)
        options = {"strictness": strictness, "llm": llm, "explain": explain, "since": since, "until": until, "lang": lang, "source": source}
        if as_json:
            emit({"id": job["id"], **library.ask(job["question"], **options).to_json(), "question": job["question"]})
        else:
            from . import display

            say = display.Streaming(plain)
            display.answer(library.ask(job["question"], say=say, **options), plain, say.shown)


app.command("chat", epilog=conversing.CHAT_EPILOG)(conversing.chat_command)
app.command("research", epilog=conversing.RESEARCH_EPILOG)(conversing.research_command)


@app.command("related", epilog="Example: ragdigest related 2025-W37-ko.md#3")
def related_command(
    ref: Annotated[Optional[str], typer.Argument(help="SOURCE#ORDINAL, SOURCE@WEEK_START#ORDINAL, an entry id, a title, free text or a PDF file.")] = None,
    index: IndexDir = DEFAULT, count: Count = 10, since: Since = None, until: Until = None, lang: LangOf = None, source: SourceOf = None,
    batch: Annotated[Optional[Path], typer.Option(help="JSON lines with id and ref.", metavar="FILE")] = None,
    explain: Explain = False, as_json: AsJson = False, plain: Plain = False,
) -> None:
    """Papers close to one; other versions of the same paper first."""
    library = None
    for job in jobs(batch, "ref", ref):
        library = library or Library.open(index, warm=True)
        hits = library.related(job["ref"], count, explain, since=since, until=until, lang=lang, source=source)
        if as_json:
            emit({**job, "related": [h.to_json() for h in hits]})
        else:
            from . import display

            display.hits(job["ref"], hits, plain, library.versions(hits))


@app.command("entries", epilog="Example: ragdigest entries --since 2025-09-01 --lang ko")
def entries_command(index: IndexDir = DEFAULT, since: Since = None, until: Until = None, lang: LangOf = None, source: SourceOf = None, as_json: AsJson = False, plain: Plain = False) -> None:
    """List every entry of the index."""
    found = Library.open(index).entries(since=since, until=until, lang=lang, source=source)
    if as_json:
        for entry in found:
            emit(entry.to_json())
    else:
        from . import display

        display.entries(found, plain)


@app.command("show", epilog="Example: ragdigest show 2025-W37-ko.md#3")
def show_command(ref: Annotated[str, typer.Argument(help="SOURCE#ORDINAL, an entry id or a whole title.")], index: IndexDir = DEFAULT, as_json: AsJson = False, plain: Plain = False) -> None:
    """Show one entry whole, with the other entries of the same work."""
    entry, text, others = Library.open(index).show(ref)
    if as_json:
        emit({**entry.to_json(), "text": text, "same_work": [o.to_json() for o in others]})
    else:
        from . import display

        display.entry(entry, text, others, plain)


@app.command("text", epilog="Example: ragdigest text 2025-W37-ko.md | head")
def text_command(source: Annotated[str, typer.Argument(help="A source's name, as `ragdigest status` lists it.")], index: IndexDir = DEFAULT) -> None:
    """Print the decoded text that offsets refer to."""
    sys.stdout.buffer.write(Library.open(index).text(source).encode("utf-8", "surrogatepass"))


@app.command("glossary", epilog="Example: ragdigest glossary 강화학습")
def glossary_command(
    term: Annotated[Optional[str], typer.Argument(help="A Korean or English term; none: every term mined from the digests.")] = None,
    index: IndexDir = DEFAULT, as_json: AsJson = False,
) -> None:
    """Show Korean and English names of the same thing: mined from the digests, shipped, and from RAGDIGEST_GLOSSARY."""
    from ..terms import glossary_rows
    from . import display

    rows = glossary_rows(Library.open(index), term)
    if as_json:
        for row in rows:
            emit(row)
    else:
        display.glossary(rows, term)


@app.command("names", epilog="Example: ragdigest names GAIA")
def names_command(
    part: Annotated[Optional[str], typer.Argument(help="Only names that hold these letters.")] = None,
    index: IndexDir = DEFAULT, count: Annotated[int, typer.Option("-k", "--count", min=1, help="How many to show.")] = 50, as_json: AsJson = False,
) -> None:
    """List models, benchmarks, datasets, methods and organisations, with how many entries name each and from which week to which."""
    from ..terms import name_rows
    from . import display

    rows = name_rows(Library.open(index), part, count)
    if as_json:
        for row in rows:
            emit(row)
    else:
        display.names(rows)


app.command("eval", epilog=evaluating.EPILOG)(evaluating.eval_command)

encoders_app = typer.Typer(name="encoders", help="Encoders known by name, and the bundled one as a sentence-transformers folder.", invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
app.add_typer(encoders_app, epilog="Example: ragdigest encoders; ragdigest index --encoder BAAI/bge-m3; ragdigest encoders export my-encoder/")


@encoders_app.callback()
def encoders_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the presets: size, dimensions, licence, and whether the hub's cache holds them."""
    if ctx.invoked_subcommand is None:
        from ..encoders.presets import listed
        from . import display

        rows = listed()
        if as_json:
            for row in rows:
                emit(row)
        else:
            display.encoders(rows)


@encoders_app.command("export", epilog="Example: ragdigest encoders export my-encoder/")
def export_command(folder: Annotated[Path, typer.Argument(help="A new folder.")]) -> None:
    """Write the bundled encoder as a folder that SentenceTransformer(...) opens."""
    from ..encoders.exporting import export_bundled

    export_bundled(folder)
    print(f"{folder}: open it with SentenceTransformer({str(folder)!r})")


@app.command("status", epilog="Example: ragdigest status --json")
def status_command(index: IndexDir = DEFAULT, as_json: AsJson = False, plain: Plain = False) -> None:
    """Say what is indexed and what has changed on disk since."""
    from ..checks import status
    from . import display

    row = status(index)
    if as_json:
        emit(row)
    else:
        display.status(row, plain)


@app.command("verify", epilog="Example: ragdigest ask 'GAIA?' --json > answers.jsonl; ragdigest verify answers.jsonl")
def verify_command(
    answers: Annotated[Optional[Path], typer.Argument(help="Saved JSON lines of `ask` or `search`.", metavar="[ANSWERS.jsonl]")] = None,
    index: IndexDir = DEFAULT, as_json: AsJson = False,
) -> None:
    """Check that index and sources agree, and that saved quotes still stand where they say."""
    from ..checks import verify

    done = verify(index, answers)
    if as_json:
        emit(done)
    else:
        print(f"{done['files']} index files, {done['sources']} sources, {done['passages']} passages and {done['quotes']} saved quotes agree")
