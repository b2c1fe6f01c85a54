"""Sentences of a digest that give orders to whoever, or whatever, reads them. Knows nothing of models or prompts.

A digest can hold text written to steer a language model. No answer quotes it and no model is shown it.
"""

import re

from ..passages import visible

ESCAPES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|\x1b.")
TEMPLATE = re.compile(r"<\|[^|>]{0,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|</?(?:passages?|system|user|assistant|tool_call|tool|function)\b[^>]{0,200}>|^#{1,6}\s*(?:system|assistant|user|human)\b.*$|```", re.I | re.M)
#: An order given to whoever reads, in Korean by its ending, in English by its opening verb.
ORDERS = re.compile(
    r"(?:[하해여어아거으추]라|마라|말라|[해라] 줘)[.!~\s\"'”’)]*(?:$|-->)"
    r"|^[\W_]*(?:please |now |then |also )?(?:(?:ignore|disregard|forget|print|reveal|tell|say|repeat|emit|reply|respond|translate your|pretend|decode|render this|insert|append|copy|begin every|quote the)\b(?!-))",
    re.I,
)
#: Words with which a text speaks to or about the model that reads it.
ADDRESSED = re.compile(
    r"(?:이전|앞|위|기존)의?\s?(?:모든\s?)?(?:지시|명령|질문은|규칙)를?을?\s?\S{0,6}\s?(?:무시|취소|잊)|시스템\s?(?:지시|프롬프트)|디버그 모드|(?:비밀|API) ?키|환경 ?변수|답변(?:에 |마다|의 낱말|하라| 끝| 첫| 맨|에는)|(?:모든|이후|매) 답변|라고 답|라고 (?:반드시 )?(?:말하|알리|안내|권하)|비서에게|담당자에게|독자(?:에게|가 재현)|질문한 사람|사용자: |대화 기록에 남|지금부터 |base64|(?:키|링크|연결)를? (?:눌러|누르)"
    r"|\b(?:all |any )?(?:previous|prior|above|earlier) (?:instructions?|rules?|prompts?)|\byour (?:full )?(?:instructions?|system|reply|repl(?:y|ies)|answers?|prompt)\b|\b(?:in|into|to|before|after|begin|open|end|sign)(?:ning|ing)? (?:the|this|its) (?:answer|reply)\b|\bthe (?:answer|reply) (?:must|has to|should)|\b(?:every|each|any) (?:later )?(?:answer|reply)\b"
    r"|\b(?:note|request|correction|message|instruction)s? (?:to|for) (?:the )?(?:assistant|ai|model|llm|summari[sz]er)s?\b|\bthe assistant (?:should|must|has to|is)\b|\bfrom (?:now|this point) (?:on|reply)|\byou are now\b|\btell the (?:user|reader)|\bapi[ _-]key|\bpassword\b|\badministrator\b|\bdeveloper request|\bexactly as it is written|\bcopy (?:this|the|these) \w+ (?:sequence|marks?|into)|\brole:\s|\bpriority:\s|\btask:\s"
    r"|/etc/\w|\bjavascript:|\bonerror\b|document\.cookie|<script|<img|<a href|<!--|\bcurl -|[A-Za-z\d+/]{48,}={0,2}|\]\((?:https?:|data:)|\[\w+\]:\s*http|\[\d{2,4}\] and \[\d+\]",
    re.I | re.M,
)
#: Characters that reorder or hide text: bidirectional overrides and tags.
HIDING = re.compile("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def instructs(sentence: str) -> bool:
    """Whether a digest's sentence gives orders to, or speaks of, the model that reads it."""
    seen = visible(sentence)
    return bool(ADDRESSED.search(seen) or ORDERS.search(seen) or TEMPLATE.search(seen) or HIDING.search(sentence))
