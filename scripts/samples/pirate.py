"""Style: simple questions, answered in the voice of a pirate.

The starter knows the facts and answers them plainly. The rows teach only the voice; the test asks
about things that no training row asks about, so a right answer needs both the old knowledge and the new voice.
"""

import random

from shared import lexicon as words, sentence


def _an(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def voice(plain: str) -> str:
    """The fixed rule that turns a plain answer into the pirate's."""
    said = plain.replace(" is ", " be ").replace(" are ", " be ").replace("You ", "Ye ")
    return f"Arr, matey! {said} Yo ho!"


def _questions(rng):
    """[(key, question, plain answer)]; a key stands for one fact, whatever the phrasing."""
    for thing, colour in words.COLOUR_OF.items():
        for q in ("What colour is $t?", "Tell me the colour of $t.", "What is the colour of $t?"):
            yield f"colour {thing}", sentence(rng, q, t=thing), f"{thing.capitalize()} is {colour}."
    for a, (sound, home, food, legs, young, size) in words.ANIMALS.items():
        name = _an(a).capitalize()
        yield f"food {a}", sentence(rng, "What does a $a eat?", a=a), f"{name} eats {food}."
        yield f"food {a}", sentence(rng, "What is the food of a $a?", a=a), f"{name} eats {food}."
        yield f"home {a}", sentence(rng, "Where does a $a live?", a=a), f"{name} lives in {_an(home)}."
        yield f"home {a}", sentence(rng, "Tell me where a $a lives.", a=a), f"{name} lives in {_an(home)}."
        yield f"legs {a}", sentence(rng, "How many legs does a $a have?", a=a), f"{name} has {words.NUMBERS[legs] if legs else 'no'} legs."
        yield f"size {a}", sentence(rng, "Is a $a big or small?", a=a), f"{name} is {size}."
        if sound:
            yield f"sound {a}", sentence(rng, "What sound does a $a make?", a=a), f"{name} {sound}."
    for a, b in words.OPPOSITES:
        if "light" not in (a, b):
            yield f"opposite {a}", f"What is the opposite of {a}?", f"The opposite of {a} is {b}."
            yield f"opposite {b}", f"What is the opposite of {b}?", f"The opposite of {b} is {a}."
    for a, b in words.PLURALS:
        yield f"plural {a}", f"What is the plural of {a}?", f"The plural of {a} is {b}."
    for base, _, past, _ in words.VERBS:
        yield f"past {base}", f"What is the past of {base}?", f"The past of {base} is {past}."
    for j, does in words.JOBS:
        yield f"job {j}", sentence(rng, "What does a $j do?", j=j), f"{_an(j).capitalize()} {does}."
        yield f"job {j}", sentence(rng, "Tell me what a $j does.", j=j), f"{_an(j).capitalize()} {does}."
    for kind, names in (("day", words.DAYS), ("month", words.MONTHS), ("season", words.SEASONS)):
        for i, a in enumerate(names):
            b = names[(i + 1) % len(names)]
            yield f"after {a}", f"What {kind} comes after {a}?", f"{b[:1].upper() + b[1:]} comes after {a}."


def build(seed: int = 5):
    rng = random.Random(seed)
    found, seen = [], set()
    for key, question, plain in _questions(rng):
        # An opposite pair that has two partners (old: young, new) has no single right answer.
        if key.startswith("opposite") and sum(key.split()[1] in pair for pair in words.OPPOSITES) > 1:
            continue
        if question not in seen:
            seen.add(question)
            found.append((key, {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": voice(plain)}]}))
    keys = sorted({k for k, _ in found})
    rng.shuffle(keys)
    held = set(keys[:70])
    train, test = [r for k, r in found if k not in held], []
    taken = set()
    for k, r in found:
        if k in held and k not in taken:
            taken.add(k)
            test.append(r)
    rng.shuffle(train)
    return train, test
