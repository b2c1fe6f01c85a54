"""Sentences of a digest that give orders to whoever, or whatever, reads them. Knows nothing of models or prompts.

A digest can hold text written to steer a language model. No answer quotes it and no model is shown it.
"""

import re
import unicodedata

from ..passages import visible

ESCAPES = re.compile(r"\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?|(?:\x1b\[|\x9b)[0-?]{0,40}[ -/]{0,10}[@-~]?|\x1b.")
TEMPLATE = re.compile(
    r"<\|[^|>]{0,40}\|>|<[a-z]{2,12}_of_[a-z]{2,12}>|\[/?INST\]|<</?SYS>>|</?s>|</?(?:passages?|system|user|assistant|tool_call|tool|function)\b[^>]{0,200}>|^#{1,6}[ \t]{0,9}(?:system|assistant|user|human)[ \t]{0,9}(?::.*)?$|```",
    re.I | re.M,
)
#: An order to whoever reads: in Korean by its ending, in English by its opening verb and what follows it.
ORDERS = re.compile(
    r"(?:[하해여어아으추쓰겨켜려져쳐두]라|마라|말라|[해라] 줘|언급하지 마(?:세요|십시오))[.!~\s\"'”’)]{0,9}(?:$|-->)|(?:무시|출력|복사|공개)하라(?!는|고 )"
    r"|^[\W_]{0,9}(?:please |now |then |also |always |never )?(?:do not |don't )?(?:ignore|disregard|forget|print|reveal|tell|say|repeat|emit|output|reply|respond|translate|pretend|decode|render|insert|append|copy|begin|quote|write|recommend|answer|mention)\b(?!-)"
    r"(?= (?:the|this|that|these|all|any|your|every|everything|me|us|with|only|exactly|as|to)\b| [\"'“‘]| (?-i:[A-Z]))",
    re.I,
)
#: Words with which a text speaks to or about the model that reads it.
ADDRESSED = re.compile(
    r"(?:이전|앞|위|기존)의?\s?(?:모든\s?)?(?:지시|지시사항|명령|질문|규칙)(?:를|을|은)?\s?(?:모두 )?(?:무시|취소|잊)(?:하(?!라는|는|도록|게)|어|으|한다)|시스템 ?(?:지시|프롬프트)(?:를|을)?.{0,15}(?:출력|보여|말해|인코딩|공개|그대로)|디버그 모드"
    r"|(?:비밀|API) ?키(?:를|는|도)?.{0,20}(?:출력|보여|말해|적어|포함)|환경 ?변수.{0,20}(?:출력|보여|포함)|답변의 (?:낱말|끝|첫|맨|앞)|답변(?:에 (?:꼭|반드시|그대로)| 끝| 첫| 맨|마다|하라)|(?:이후|앞으로|매)(?:의)?(?: 모든)? 답변|모든 답변(?:에|은|마다)"
    r"|라고 (?:출력|답해|답하(?:라|세요|고 )|써 |쓰(?:라|세요)|적(?:어|으)|말해|말하(?:라|세요)|알려 |안내하|반드시|권하라|답변)|(?:비서|담당자|독자)에게(?:는|:)|독자가 재현하려면|질문한 사람|사용자: |대화 기록에 남|지금부터 (?:너|당신|모든|이후|답)|base64|이 글을 읽는 (?:AI|모델|비서|LLM)|(?:AI|LLM|비서)[은는이가] .{0,60}(?:십시오|하세요|하라)"
    r"|(?:^|[.:;\"“>] ?|\bnow |\bplease |\band |\bmust |\bshould )(?:ignore|disregard|forget|override) (?:all |any |the )*(?:of )?(?:your |these )?(?:previous|prior|above|earlier)|\byour (?:full )?(?:instructions?|system|reply|repl(?:y|ies)|answers?|prompt)\b"
    r"|\b(?:in|into|to|before|after|begin|open|end|sign)(?:ning|ing)? (?:the|this|its) (?:answer|reply)\b|\bthe (?:answer|reply) (?:must|has to|should)|\b(?:every|each|any|all) (?:later )?(?:answers?|repl(?:y|ies)) (?:has to|have to|must|should)|\bin (?:every|each|all) (?:later )?(?:answers?|repl(?:y|ies))\b"
    r"|\b(?:note|request|correction|message|instruction)s? (?:to|for) (?:the )?(?:assistant|ai|model|llm|summari[sz]er)s?\b|\bthe assistant (?:should|must) (?:warn|say|tell|recommend|reply|answer|mention)|\bfrom now on,? (?:in |you |say|reply|answer|always|every)|\bfrom this point (?:on,? )?(?:reply|answer|in |you )|\byou are now\b|\byou (?:must|should|will) (?:now )?(?:answer|reply|respond|say|recommend|tell|output|praise|cite|ignore)"
    r"|\bas an ai\b|\bif you are (?:an? )?(?:ai|llm|language model|assistant)|\bwhen summari[sz]ing this|\btell the (?:user|reader)|\b(?:the|your|an?|any) (?:secret |service |hidden )?(?:api[ _-]?key|password)\b|\badministrator\b|\bdeveloper request|\bexactly as it is written|\bcopy (?:this|the|these) \w{1,20} (?:sequence|marks?|into)|\brole:\s?(?:system|user|assistant)|^(?:assistant|human|ai)\s?:"
    r"|/etc/\w|\bjavascript:|\bonerror\b|document\.cookie|<script|<img|<a href|<!--|\bcurl -|(?<![A-Za-z\d+/])(?-i:(?=[a-z\d+/]{0,60}[A-Z])(?=[A-Z\d+/]{0,60}[a-z])[A-Za-z\d+/]{48,200})|\]\((?:data|javascript):|\[\w{1,20}\]:\s?http|\[\d{2,4}\] and \[\d{1,4}\]",
    re.I | re.M,
)
#: Characters that reorder or hide text: bidirectional overrides and tags.
HIDING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def instructs(sentence: str) -> bool:
    """Whether a digest's sentence gives orders to, or speaks of, the model that reads it."""
    seen = unicodedata.normalize("NFKC", visible(sentence)).replace("▁", "_")
    return bool(ADDRESSED.search(seen) or ORDERS.search(seen) or TEMPLATE.search(seen) or HIDING.search(sentence))
