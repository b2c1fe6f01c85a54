"""Encoders known by name: sizes, licences, prompts. Knows no code that runs them."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A sentence-transformers model: parameters in millions, licence, and the prompts it was trained with.

    Prompts None leave it to the model's own `encode_query` and `encode_document`.
    """

    name: str
    millions: int
    dimensions: int
    licence: str
    query: str | None = None
    passage: str | None = None
    note: str = ""


PRESETS = {
    p.name: p
    for p in (
        Preset("intfloat/multilingual-e5-small", 118, 384, "MIT", "query: ", "passage: ", "small and multilingual"),
        Preset("intfloat/multilingual-e5-base", 278, 768, "MIT", "query: ", "passage: "),
        Preset("BAAI/bge-m3", 568, 1024, "MIT", "", "", "strong across languages"),
        Preset("google/embeddinggemma-300m", 308, 768, "Gemma", "task: search result | query: ", "title: none | text: ", "asks for a hub account"),
        Preset("Qwen/Qwen3-Embedding-0.6B", 596, 1024, "Apache-2.0", "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:", ""),
        Preset("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", 118, 384, "Apache-2.0", "", ""),
        Preset("dragonkue/snowflake-arctic-embed-l-v2.0-ko", 568, 1024, "Apache-2.0", "query: ", "", "tuned for Korean"),
    )
}


def cached(name: str) -> bool:
    """Whether the hub's cache holds a model's configuration."""
    from huggingface_hub import try_to_load_from_cache

    return isinstance(try_to_load_from_cache(name, "config.json"), str)


def listed() -> list[dict[str, Any]]:
    """The bundled encoder, then the presets, each with whether it is on this machine."""
    bundled = {"name": "bundled", "millions": 31, "dimensions": 384, "licence": "Apache-2.0 (see its model card)", "note": "ships with ragdigest", "cached": True}
    return [bundled, *({**asdict(p), "cached": cached(p.name)} for p in PRESETS.values())]
