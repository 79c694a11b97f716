"""A tiny text grammar: [a|b|c] picks one alternative (nested is fine), $name reads a slot.

$Name with a capital reads the slot `name` and capitalises it, so one slot serves both places.
"""

import re

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\$([A-Za-z_]+)")
_ARTICLE = re.compile(r"\b([Aa]) (?!one\b|once\b|uni|use)(?=[aeiouAEIOU])")


def expand(template: str, slots: dict, rng) -> str:
    while True:
        # Innermost choices first, one pass at a time, so that unused branches cost nothing much.
        text = _CHOICE.sub(lambda m: rng.choice(m.group(1).split("|")), template)
        text = _SLOT.sub(lambda m: _slot(m.group(1), slots), text)
        if text == template:
            break
        template = text
    text = _ARTICLE.sub(r"\1n ", text)
    return re.sub(r" +([.,!?])", r"\1", re.sub(r"  +", " ", text)).strip()


def _slot(name: str, slots: dict) -> str:
    if name in slots:
        return str(slots[name])
    value = str(slots[name[0].lower() + name[1:]])
    return value[:1].upper() + value[1:]
