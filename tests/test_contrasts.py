"""A sentence that exchanges the sides of a contrast is told from one that keeps them, in and across languages."""

import pytest

from ragdigest.answers.contrasts import Contrast, contrasts, swapped
from ragdigest.retrieval.glossary import Glossary, shipped

GLOSSARY = Glossary(shipped())
PAIRS = [
    ("They reward the outcome rather than the process.", "The paper rewards the process rather than the outcome.", "The reward goes to the process instead of the outcome."),
    ("외부 검색 대신 내부 기억을 씁니다.", "It uses retrieval instead of internal memory.", "내부 기억이 아니라 검색을 씁니다."),
    ("작은 모델이 큰 모델보다 점수가 높습니다.", "The large model scores higher than the small model.", "큰 모델이 작은 모델보다 점수가 높습니다."),
    ("가지치기는 양자화를 앞섭니다.", "양자화는 가지치기보다 뛰어납니다.", "가지치기는 양자화에 밀립니다."),
    ("Pruning beats quantization on long inputs.", "긴 입력에서는 양자화가 가지치기를 앞섰다.", "Pruning trails quantization on long inputs."),
    ("필터가 아니라 데이터로 위험을 줄입니다.", "이 방법은 데이터가 아니라 필터로 위험을 줄인다.", "데이터 대신 필터로 위험을 줄입니다."),
]


@pytest.mark.parametrize(("turned", "line", "kept"), PAIRS)
def test_exchanged_sides_are_noticed_and_kept_ones_are_not(turned: str, line: str, kept: str) -> None:
    assert swapped(turned, [line], GLOSSARY)
    assert not swapped(kept, [line], GLOSSARY)


def test_a_contrast_of_one_kind_says_nothing_of_another() -> None:
    assert not swapped("Pruning beats quantization.", ["The authors use quantization rather than pruning."], GLOSSARY)
    assert list(contrasts("A plain sentence.")) == []


def test_what_is_no_comparison() -> None:
    assert not list(contrasts("A series of models with no more than 7B parameters."))
    assert not list(contrasts("Recaps gave gains but did not restore the first level."))
    assert not list(contrasts("It also surpasses Quill-4 on two tasks."))
    assert not swapped("This ranker surpasses Quill-4.", ["A ranker that closes the gap with Quill-4 and in some cases surpasses the ranker it learned from."], GLOSSARY)


def test_the_loser_is_second_whichever_way_it_is_said() -> None:
    assert Contrast(True, "PairFold", "SiftKV") in contrasts("SiftKV trails PairFold.")
    assert Contrast(True, "여러 기법을 묶은 PairFold", "기본 방식") in contrasts("여러 기법을 묶은 PairFold가 기본 방식을 능가했다.")
