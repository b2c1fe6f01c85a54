"""Which language model answers: the environment, then `ragdigest.toml`. Knows nothing of requests or prompts.

    [llm]
    base_url = "http://localhost:11434/v1"
    model = "qwen3:8b"
"""

import os
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import RagdigestError

FILE = "ragdigest.toml"
PREFIX = "RAGDIGEST_LLM_"
OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Settings:
    """An OpenAI-compatible server and a model on it; `timeout` in seconds, the rest in tokens."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    timeout: float = 60.0
    context_tokens: int = 3000
    answer_tokens: int = 700

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc.rpartition("@")[2]


def settings(file: Path = Path(FILE)) -> Settings | None:
    """The configured model; None where neither a server nor a model is named.

    Raises RagdigestError for a file, an address or a number that cannot be read, or a server without a model.
    """
    written = _of_file(file)
    set_here = {f.name: os.environ[PREFIX + f.name.upper()] for f in fields(Settings) if os.environ.get(PREFIX + f.name.upper())}
    given = {**written, **set_here}
    if "api_key" in set_here and written.get("base_url") and "base_url" not in set_here:
        raise RagdigestError(f"{file} names the server and {PREFIX}API_KEY the key, which a file may not send anywhere; set {PREFIX}BASE_URL too, or write api_key beside base_url")
    if not given.get("base_url") and not given.get("model"):
        return None
    if not given.get("model"):
        raise RagdigestError(f"no language model is named for {given['base_url']}; set {PREFIX}MODEL, or model under [llm] in {FILE}")
    given.setdefault("base_url", OPENAI)
    if urlsplit(str(given["base_url"])).scheme not in ("http", "https"):
        raise RagdigestError(f"{PREFIX}BASE_URL is {given['base_url']!r}; give an address such as http://localhost:11434/v1")
    for name, kind in (("timeout", float), ("context_tokens", int), ("answer_tokens", int)):
        try:
            if name in given:
                given[name] = kind(given[name])
                if not 0 < given[name] < 10**7:
                    raise ValueError
        except (ValueError, TypeError) as error:
            raise RagdigestError(f"{PREFIX}{name.upper()} is {given[name]!r}; give a positive number") from error
    return Settings(**{**given, **{n: str(given[n]) for n in ("base_url", "model", "api_key") if n in given}})


def _of_file(file: Path) -> dict[str, object]:
    """The [llm] table of a file, empty where there is no file."""
    if not file.is_file():
        return {}
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig")).get("llm", {})
    except (OSError, ValueError) as error:
        raise RagdigestError(f"{file} cannot be read ({str(error).splitlines()[0]}); write TOML with a table [llm]") from error
    known = [f.name for f in fields(Settings)]
    unknown = sorted(set(table) - set(known)) if isinstance(table, dict) else ["llm"]
    if unknown:
        raise RagdigestError(f"{file} has {unknown[0]!r} under [llm]; known are {', '.join(known)}")
    return table
