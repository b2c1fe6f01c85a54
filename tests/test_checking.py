"""The check of drafted sentences: numbers by value, names in either script, denials, and verdicts over the corpus."""

import pytest
from conftest import CORPUS
from test_fencing import bug, within

from ragdigest import Library
from ragdigest.answers import naming
from ragdigest.answers.checking import Checker, Claim, Fault
from ragdigest.answers.numbers import digits_in_names, missing, normalised, numbers, ordinals
from ragdigest.answers.polarity import clauses, denied, turned
from ragdigest.llm.context import piece_of

REFS = ["2025-W42-en.md#5", "2025-W37-en.md#3", "2025-W37-en.md#10", "2025-W42-en.md#7", "2025-W37-ko.md#8", "2025-W37-ko.md#5"]
ELASTIC, REFRAG, LIVE, ROT, AGG, PARA = range(1, 7)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library.build(CORPUS, tmp_path_factory.mktemp("checking") / "index")


@pytest.fixture(scope="module")
def checker(library: Library) -> Checker:
    pieces = [piece_of(library.retriever, library.show(ref)[0], str(n)) for n, ref in enumerate(REFS, 1)]
    return Checker(library.retriever, pieces)


def values(text: str) -> list[float]:
    return [n.value for n in numbers(text)]


def lacking(said: str, source: str) -> list[float]:
    return [n.value for n in missing(numbers(said), [*numbers(source), *ordinals(source)])]


@pytest.mark.parametrize(("forms", "value"), [
    ("1만 6천|1만6천|16,000|16000|16K|16k|sixteen thousand|1만 6,000|１６Ｋ", 16e3),
    ("3억 4천만|340M|340 million|340,000,000", 34e7), ("12만 8천|128,000|128K 토큰|128k tokens", 128e3),
    ("1천만|10 million|10M|1,000만", 1e7), ("13억|1.3B|1.3 billion", 13e8), ("1조 5천억|1.5T|1.5 trillion", 15e11), ("2천5백 개|2,500|2.5K", 2500),
    ("60%|60 %|60퍼센트|sixty percent|60점", 60), ("세 배|셋|three times|3x|threefold|three-fold|tripled|세 가지", 3), ("두 배|twice|doubled|2×|둘로", 2),
    ("절반|half|반으로|a half", 0.5), ("3분의 2|two thirds|two-thirds", 2 / 3), ("사분의 삼|three quarters|three-quarters", 0.75), ("six in ten|six out of ten|60 in 100", 0.6),
    ("열두 개|twelve|12", 12), ("스물네 개|twenty-four|24", 24), ("서른 개|thirty", 30),
])
def test_forms_of_one_value(forms: str, value: float) -> None:
    for form in forms.split("|"):
        assert values(form) == pytest.approx([value]), form


@pytest.mark.parametrize(("said", "source", "expected"), [
    ("성공률은 60%를 넘는다", "the rate stays below 60%", [60]), ("성공률은 60%를 웃돈다", "성공률은 60%를 밑돈다", [60]), ("at least 60%", "성공률이 60%에 못 미친다", [60]),
    ("성공률은 60%를 넘지 못한다", "the rate stays below 60%", []), ("not above 60%", "성공률이 60% 미만이다", []), ("a 6.5x speedup over the baseline", "up to 6.5× faster", []), ("more than 60%", "성공률은 60%를 넘는다", []), ("60%", "below 60%", []), ("k가 256 이상이면", "as k grows (up to 256 or more)", []),
])
def test_a_number_bounded_from_the_other_side_is_another(said: str, source: str, expected: list[float]) -> None:
    assert lacking(said, source) == expected


@pytest.mark.parametrize("text", ["GPT-4o", "A800", "Qwen-2.5-7B", "Qwen3-8B", "Math500", "MATH-500", "GSM8K-512", "pass@1", "LLaDA-1.5", "o3-mini", "FP32", "top-5"])
def test_names_hold_no_number(text: str) -> None:
    assert values(text) == values(f"{text}는 빠르다.") == []


@pytest.mark.parametrize("text", ["이세돌", "한 사람", "one model", "다섯째", "셋째", "fifth", "네덜란드", "두말할", "삼성", "구글", "세계 최초", "수만 개", "둘 다", "the two models", "", "?!", "[", "가\u0301"])
def test_what_is_no_number(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize("text", ["네, 맞습니다", "네 말이 맞다", "네이버의 모델", "네이티브 멀티모달", "세이프티 검사", "초점을 두는 방법", "토큰 수를 세는 방법", "제한을 두도록 했다", "표의 행과 열을 바꾼다", "세종대왕"])
def test_korean_words_that_look_like_numerals(text: str) -> None:
    assert values(text) == []


@pytest.mark.parametrize(("text", "value"), [
    ("백만 개", 1e6), ("천 개", 1e3), ("오십 배", 50), ("백한 개", 101), ("이십 개", 20), ("도구는 넷입니다", 4), ("a million queries", 1e6), ("a hundred and one", 101), ("tenfold", 10), (".5", 0.5),
    ("10⁶", 1e6), ("5 Billion", 5e9), ("two hundred and fifty", 250), ("four hundred thousand", 4e5), ("approx.50%", 50),
    ("½", 0.5), ("문서 8조각", 8), ("3조합을 시험했다", 3), ("5만점에", 5),
])
def test_numbers_read_wrongly(text: str, value: float) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(("text", "expected"), [("2025년 9월 8일", [2025, 9, 8]), ("2025-09-08", [2025, 9, 8]), ("September 8, 2025", [9, 8, 2025]), ("16–32", [16, 32]), ("1.5B와 7B", [15e8, 7e9]), ("1, 2, 3", [1, 2, 3]), ("2억 7천만(270M) 파라미터", [27e7, 27e7]), ("이 구조를 기반으로 한다", [])])
def test_several_numbers_in_order(text: str, expected: list[float]) -> None:
    assert values(text) == expected


def test_digits_in_names_are_a_source_of_numbers() -> None:
    assert [n.value for n in digits_in_names("Llama-3.1-8B on GSM8K-512")] == [3.1, 8e9, 8e3, 512]


@pytest.mark.parametrize(("said", "source"), [
    ("절반", "50%"), ("60%", "six in ten"), ("two thirds", "about 66.7%"), ("약 45배", "45.1×"), ("about 16 thousand", "16,384"), ("45배 가까이", "45.1배"), ("1만 6천", "sixteen thousand"),
    ("두 배", "2x"), ("9월 8일", "2025-09-08"), ("", "3"),
    ("fewer than six of ten", "six in ten"), ("열 번 가운데 여섯 번", "60%"), ("7월", "July 2025"),
    ("A third agent judges.", "세 번째 에이전트가 판정한다."), ("2차 최적화기다.", "a second-order optimiser"), ("1단계에서 데이터를 거른다.", "The first stage filters the data."), ("Contradictory triples remain.", "모순된 트리플"),
    ("16배에서 32배 빠르다.", "16 to 32× faster"), ("A100 2장에서 돈다.", "runs on 2×A100s"), ("It beats 7 baselines in 10 tasks.", "과제 10개에서 기준선 7개를 이긴다."), ("It runs in half-precision.", "FP16으로 돌린다."),
])
def test_faithful_numbers_are_there(said: str, source: str) -> None:
    assert lacking(said, source) == []


@pytest.mark.parametrize(("said", "source"), [
    ("46배", "45.1배"), ("약 40배", "45.1배"), ("1만 6천", "1,600"), ("절반", "60%"), ("8배", "GPT-8"), ("about 45.3 times", "45.1"), ("2 stages", "The second stage"), ("3차", "a second-order optimiser"), ("10배 많은 데이터", "10 benchmarks and 100× more data"), ("두 배", "12 tasks"), ("3", "30"),
    ("three agents", "300 agents"), ("more than 47", "45.1"), ("89% 넘게", "91%"), ("over 93", "94"),
])
def test_unfaithful_numbers_are_missing(said: str, source: str) -> None:
    assert len(lacking(said, source)) == 1


def test_offsets_are_into_the_normalised_text() -> None:
    text = normalised("ﬁne ﬁgures: 77")
    assert [text[n.start : n.end] for n in numbers(text)] == ["77"]


@pytest.mark.parametrize(("text", "name", "borne"), [
    ("Llama 3.1 8B", "Llama-3.1-8B", True), ("Llama-3.1-8B-Instruct", "Llama", True), ("LLaMA", "Llama", True), ("Math500", "MATH-500", True), ("Qwen-2.5-7B", "Qwen2.5-7B", True), ("GPT-4o-mini", "GPT-4o", True),
    ("DeepSeek-R1", "R1", True), ("GPT-4o", "GPT-4", False), ("A800", "A80", False), ("scGPT", "GPT", False), ("RLHF", "RL", False), ("o3", "o3-mini", False), ("GeminiX", "Gemini", False), ("", "GPT", False), ("a", "", False),
    ("GPT-4.1", "GPT-4", False), ("Qwen2.5", "Qwen2", False),
    ("REINFORCE", "REINFORCE++", False), bug("AIME24/25", "AIME25", True, why="a shared stem is not spread over its numbers"),
])
def test_bearing_a_latin_name(text: str, name: str, borne: bool) -> None:
    assert naming.bears(text, name) is borne


@pytest.mark.parametrize(("text", "name", "borne"), [
    ("라마", "LLaMA", True), ("구글", "Google", True), ("chain of thought", "CoT", True), ("강화 학습", "RL", True), ("reinforcement learning", "RL", True), ("파라씽커", "ParaThinker", True), ("미스트랄", "Mistral", True), ("BudgetGPT", "버짓GPT", True), ("BudgetGPT", "코끼리GPT", False), ("Cluade 3.5", "Claude", True),
    ("미스트랄", "Mixtral", False), ("구글", "Meta", False), ("라마", "Lima", False), bug("사고의 사슬", "CoT", True, why="particles inside a term are not left out"), bug("클라우드", "Claude", False, why="cloud sounds like Claude"),
])
def test_bearing_a_name_otherwise(library: Library, text: str, name: str, borne: bool) -> None:
    assert naming.bears_otherwise(text, name, library.glossary) is borne


@pytest.mark.parametrize(("sentence", "names"), [
    ("However, Qwen wins.", ["Qwen"]), ("Training runs on A800.", ["A800"]), ("Google releases it.", []), ("Mistral was used.", ["Mistral"]), ("It uses RL-tuned models.", ["RL"]), ("PPO, GRPO and REINFORCE++ are", ["PPO", "GRPO", "REINFORCE++"]),
    ("gpt-4o and x-axis", ["gpt-4o"]), ("Yet I think AI is", []), ("모델은 GPT-4o를 이긴다", ["GPT-4o"]), ("챗GPT를 이긴다", ["챗GPT"]), ("Microsoft의 규약이다.", ["Microsoft"]), ("", []), ("In July and on Monday", []),
])
def test_names_of_a_sentence(sentence: str, names: list[str]) -> None:
    assert naming.latin_names(sentence, {"mistral"}) == names


CRITIQUE = "Critique by a stronger model helps, self-reflection does not, and extra tuning on clean data never restores the baseline."
READER, READER_KO = "The page reader cannot follow links.", "페이지 읽기는 링크를 누를 수 없다."
LEADING, LEADING_KO = "Fewer than six in ten: that is the success rate even leading LLMs stay below.", "앞서 있다는 LLM들도 성공률이 60%를 넘지 못했다."


@pytest.mark.parametrize(("line", "said"), [
    (READER, "The page reader can follow links."), (CRITIQUE, "Extra tuning on clean data restores the baseline."), (CRITIQUE, "Critique by a stronger model does not help."), ("It outperforms vanilla GRPO.", "It does not outperform vanilla GRPO."),
    ("It outperforms vanilla GRPO.", "기본 GRPO를 앞서지 못한다."), ("γ를 낮추면 디코딩이 빨라진다.", "γ를 낮추면 디코딩이 느려진다."), ("층을 늘리면 재현율이 올라간다.", "층을 늘리면 재현율이 떨어집니다."), ("The probe exploits the feedback.", "The probe ignores the feedback."), (LEADING_KO, "Even leading LLMs exceed 60%."), (LEADING_KO, "앞선 LLM들은 성공률이 60%를 넘었다."),
    ("No search happens at inference.", "추론 때 탐색을 한다."), ("저자들은 코드를 공개하지 않았다.", "The authors released the code."), ("도움이 된다.", "도움이 안 된다."), ("도움이 안 된다.", "도움이 된다."), ("훈련 시간이 길지 않다.", "훈련 시간이 길다."),
    ("fewer tokens than conventional aggregation", "more tokens than conventional aggregation"),
    bug(READER, "페이지 읽기는 링크를 누를 수 있다.", why="a denial dropped across languages"), bug(READER_KO, "The page reader can follow links.", why="a denial dropped across languages"),
    ("The authors release code.", "저자들은 코드를 공개하지 않았다."), (CRITIQUE, "Self-reflection helps."), (CRITIQUE, "자기 성찰은 도움이 된다."),
    ("토큰을 덜 쓴다.", "토큰을 더 쓴다."), ("The rate stays below 60%.", "The rate stays above 60%."), bug("Code is freely available.", "Code is unavailable.", why="un- is no denial"),
    bug("This training-free method refreshes them.", "이 방법은 학습이 필요하다.", why="-free is no denial"),
    ("대조 손실(contrastive loss) 없이 학습한다.", "It is trained with contrastive loss."), ("선호 쌍이 불필요해져 비용이 준다.", "Preference pairs are needed."), ("표를 섞는 방식이 언제나 더 나은 것은 아니다.", "표를 섞는 방식이 언제나 더 낫다."),
    ("The filter doesn't work uniformly across languages.", "The filter works uniformly across languages."), ("긴 사슬은 그대로 끼워 쓰는(plug-and-play) 방식이 아닙니다.", "Long chains are plug-and-play."),
    ("It works with any retriever—no fine-tuning is required.", "파인튜닝이 필요합니다."), ("수학을 잘하는 모델 대부분이 다른 분야로의 이전에는 실패했다.", "수학을 잘하는 모델 대부분이 다른 분야로 이전했다."),
    ("Enough context ≠ a right answer.", "Enough context is a right answer."), ("Models that learned A will not generalize to the reverse.", "A를 배운 모델은 반대 방향으로 일반화한다."), ("두 점수는 재는 법이 달라 곧바로 견주기 어렵다.", "두 점수는 재는 법이 달라도 바로 견줄 수 있다."),
    ("데이터를 늘려도 기준선과의 격차를 좁히지 못한다.", "데이터를 늘리면 기준선과의 격차를 좁힌다."),
])
def test_what_is_turned(library: Library, line: str, said: str) -> None:
    assert turned(said, [line], library.glossary)


@pytest.mark.parametrize(("line", "said"), [
    (READER, "The page reader is unable to follow links."), (READER, READER_KO), (READER_KO, READER), (CRITIQUE, "더 강한 모델의 비평은 도움이 되지만 자기 성찰은 도움이 되지 않는다."), (CRITIQUE, "Critique by a stronger model helps."),
    (LEADING_KO, LEADING), (LEADING, "앞선 LLM도 성공률이 60%에 못 미친다."), ("This training-free method refreshes them.", "이 방법은 학습이 필요 없다."), ("A lower γ means fewer updates and faster decoding.", "γ를 낮추면 갱신이 줄고 디코딩이 빨라진다."),
    ("A model with weak procedural skills may see no benefit.", "절차적 기본기가 약한 모델은 이득이 없을 수 있다."), ("No search happens at inference.", "추론 때는 탐색을 하지 않는다."), ("효과가 없지 않다.", "효과가 있다."), ("Code is freely available.", "코드는 공개되어 있다."),
    ("", ""), ("", "a"), ("a", ""), ("...", "!!!"), ("도움이 된다.", "도움이 되지 않는 것이 아니다."), bug("훈련 시간이 길지 않다.", "훈련 시간이 짧다.", why="a denied word and its opposite agree"),
    ("Most tables can be stored in half precision without losing recall.", "Most tables can be stored in half precision."), ("It beats three baselines in label-based, label-free and human tests.", "It beats three baselines."),
    ("The router is trained not to answer but to choose a model.", "라우터는 답하는 것이 아니라 모델을 고르도록 훈련됩니다."), ("It improves recall without labels or larger encoders.", "레이블이나 더 큰 인코더 없이 재현율을 높인다."),
    ("호출이 한없이 늘지 않도록 막는다.", "호출이 한없이 느는 것을 막는다."), ("Rewritten text is still caught when another non-marked model rewrote it.", "표시가 없는 다른 모델이 고쳐 써도 잡아낸다."),
    ("Models that learned A will not recall B, i.e. the Mirror Gap.", "즉, 이를 Mirror Gap이라 부른다."),
    ("Search is not the only path to better plans.", "탐색이 더 나은 계획의 유일한 길이 아님을 보인다."), ("It eliminates the need for labels.", "레이블이 필요 없는 방법이다."), ("It requires neither labels nor search.", "레이블도 탐색도 필요 없다."),
    ("심판 모델이 항목마다 세 단계(지킴/절반/지키지 못함)로 채점한다.", "A judge model grades every item in three steps."), ("Labels should stand near the image; the model will struggle to find them if this is not the case.", "The model will otherwise struggle to find them."),
])
def test_what_is_not_turned(library: Library, line: str, said: str) -> None:
    assert not turned(said, [line], library.glossary)


def judged(checker: Checker, said: str, key: int | str, lang: str) -> Claim:
    return checker.check(f"{said} [{key}].", lang)


@pytest.mark.parametrize(("said", "key", "lang"), [
    ("Elastic-Cache raises throughput up to 45.1 times on GSM8K-512", ELASTIC, "en"), ("Elastic-Cache는 GSM8K-512에서 처리량을 약 45배 높인다", ELASTIC, "ko"), ("Elastic-Cache는 학습이 필요 없다", ELASTIC, "ko"),
    ("REFRAG는 라마보다 첫 토큰을 30.85배 빨리 낸다", REFRAG, "ko"), ("LiveMCP-101 holds a hundred and one queries", LIVE, "en"), ("앞선 LLM도 LiveMCP-101에서 성공률이 60%에 못 미친다", LIVE, "ko"),
    ("Self-reflection does not repair the damage", ROT, "en"), ("AggLM은 다수결보다 정확도가 높다", AGG, "ko"), ("ParaThinker는 여덟 경로에서 1.5B 모델의 pass@1을 12.3% 높인다", PARA, "ko"), ("2025년 10월에 나온 Elastic-Cache는 학습이 필요 없다", ELASTIC, "ko"),
    bug("Elastic-Cache comes from the week of October 13, 2025", ELASTIC, "en", why="October counts as a name"), ("네, Elastic-Cache는 학습이 필요 없다", ELASTIC, "ko"),
    ("Elastic-Cache는 많이 주목받는 토큰에 초점을 두는 방법이다", ELASTIC, "ko"), ("Leading LLMs succeed in fewer than six of ten requests on LiveMCP-101", LIVE, "en"),
])
def test_faithful_sentences_stand_with_their_proof(checker: Checker, said: str, key: int, lang: str) -> None:
    claim = judged(checker, said, key, lang)
    assert (claim.fault, claim.detail) == (None, "") and claim.text == f"{said}."
    assert [p.key for p, _ in claim.proof] == [str(key)] and all(1 <= len(lines) <= 3 for _, lines in claim.proof)


@pytest.mark.parametrize(("said", "key", "lang", "fault"), [
    ("Elastic-Cache raises throughput", 99, "en", Fault.NO_SUCH), ("Elastic-Cache raises throughput", ELASTIC, "ko", Fault.LANGUAGE), ("Elastic-Cache는 처리량을 90배 높인다", ELASTIC, "ko", Fault.NUMBER),
    ("Elastic-Cache raises throughput up to 45.1 times on MMLU", ELASTIC, "en", Fault.NAME), ("Elastic-Cache was written at Stanford", ELASTIC, "en", Fault.NAME), ("Elastic-Cache raises throughput up to 45.1 times", REFRAG, "en", Fault.NUMBER),
    ("AggLM은 벤치마크별 수치를 전한다", AGG, "ko", Fault.TURNED), ("Elastic-Cache is the best paper of the year", ELASTIC, "en", Fault.UNPROVED), ("", ELASTIC, "en", Fault.UNPROVED), ("😀", ELASTIC, "en", Fault.UNPROVED),
    ("LiveMCP-101 holds a million queries", LIVE, "en", Fault.NUMBER), ("Elastic-Cache는 처리량을 백 배 높인다", ELASTIC, "ko", Fault.NUMBER),
    ("Elastic-Cache raises throughput by 45.1%", ELASTIC, "en", Fault.NUMBER), bug("AggLM은 다수결보다 정확도가 낮다", AGG, "ko", Fault.TURNED, why="opposites in a clause the passage's list shares"),
    ("AggLM은 토큰을 더 쓴다", AGG, "ko", Fault.TURNED), ("Leading LLMs stay above 60% on LiveMCP-101", LIVE, "en", Fault.TURNED), ("Self-reflection repairs the damage of junk data", ROT, "en", Fault.TURNED),
    ("ARC-Challenge with CoT rises from 57.2 to 74.9", ROT, "en", Fault.TURNED), ("REFRAG is slower than LLaMA", REFRAG, "en", Fault.TURNED),
    ("Elastic-Cache는 학습이 필요하다", ELASTIC, "ko", Fault.TURNED), ("a", ELASTIC, "en", Fault.UNPROVED),
])
def test_faulty_sentences_fall(checker: Checker, said: str, key: int, lang: str, fault: Fault) -> None:
    assert judged(checker, said, key, lang).fault is fault


def test_a_sentence_without_a_mark_is_uncited(checker: Checker) -> None:
    assert [checker.check(s, "en").fault for s in ("", " ", "Elastic-Cache raises throughput.", "[x]")] == [Fault.UNCITED] * 4


def test_no_piece_is_no_crash(library: Library) -> None:
    assert Checker(library.retriever, []).check("a [1]", "en").fault is Fault.NO_SUCH


def test_a_lone_surrogate_is_no_crash(checker: Checker) -> None:
    checker.check("\ud800 throughput [1].", "en")


LONG = ["not ", "없다 ", "1, ", "1만 ", "세 배 ", "the two ", "A1 ", "A-", ". ", "가고 "]
SLOW = ["a", "1", "111,", "가", "a."]


@pytest.mark.parametrize("piece", [*LONG, *SLOW])
def test_long_texts_take_no_time(piece: str) -> None:
    """Three seconds each way for 50 000 characters, at most; a model that repeats itself must not hold up the reader."""
    text = piece * (50_000 // len(piece))
    with within(3):
        numbers(text), naming.latin_names(text), naming.bears(text, "GPT-4o")
    with within(3):
        [(c.denies, c.leans, denied(c)) for c in clauses(text)]
