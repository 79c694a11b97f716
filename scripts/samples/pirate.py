"""Style: simple questions, answered in the voice of a pirate.

Every fact is asked in two or three ways. The test asks in a way that no training row used for that
fact, so the model has to see through the wording and keep the voice.
"""

import random

from shared import lexicon as words, sentence


def _an(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def voice(plain: str) -> str:
    """The fixed rule that turns a plain answer into the pirate's."""
    said = plain.replace(" is ", " be ").replace(" are ", " be ").replace("You ", "Ye ")
    return f"Arr, matey! {said} Yo ho!"


def _facts():
    """(ways of asking, slots, plain answer)"""
    for thing, colour in words.COLOUR_OF.items():
        yield ["What colour is $t?", "Tell me the colour of $t.", "What is the colour of $t?"], {"t": thing}, f"{thing.capitalize()} is {colour}."
    for a, (sound, home, food, legs, _, _) in words.ANIMALS.items():
        name, slots = _an(a).capitalize(), {"a": a}
        yield ["What does a $a eat?", "What is the food of a $a?", "Tell me what a $a eats."], slots, f"{name} eats {food}."
        yield ["Where does a $a live?", "Tell me where a $a lives.", "What is the home of a $a?"], slots, f"{name} lives in {_an(home)}."
        if sound:
            yield ["What sound does a $a make?", "What noise does a $a make?", "Tell me the sound of a $a."], slots, f"{name} {sound}."
    for j, does in words.JOBS:
        yield ["What does a $j do?", "Tell me what a $j does.", "What is the work of a $j?"], {"j": j}, f"{_an(j).capitalize()} {does}."
    for a, b in words.PLURALS:
        yield ["What is the plural of $a?", "Give me the plural of $a.", "Make this word plural: $a"], {"a": a}, f"The plural of {a} is {b}."


def build(seed: int = 5, test_rows: int = 90):
    rng = random.Random(seed)
    train, test = [], []
    for ways, slots, plain in _facts():
        rows = [{"messages": [{"role": "user", "content": sentence(rng, w, **slots)}, {"role": "assistant", "content": voice(plain)}]} for w in ways]
        held = rng.randrange(len(rows))
        test.append(rows.pop(held))
        train += rows
    rng.shuffle(train)
    rng.shuffle(test)
    return train, test[:test_rows]
