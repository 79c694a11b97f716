"""Copying drills: texts whose second half can only be predicted by looking back at the first.

Attention that looks back ("induction") forms late in a small model on a short budget, and until it
does a story changes its hero from one sentence to the next. Repeated random text asks for nothing
else and makes it form within a few hundred steps, so a share of the early rows is spent on it.
"""

from instructions import to_chatml
from lexicon import COLOURS, DAYS, FOODS, NAMES, NUMBERS, PETS, PLACES, SHOP, TOYS

_ASK = ["Repeat: ", "Copy this: ", "Say this again: ", "Repeat after me: ", "Write this again: "]


def _chat(question, answer):
    return to_chatml([{"role": "user", "content": question}, {"role": "assistant", "content": answer}])


def _words(rng):
    pool = rng.sample(NAMES + TOYS + PETS + PLACES + COLOURS + FOODS + SHOP + DAYS + NUMBERS, rng.randint(3, 24))
    return rng.choice([" ", ", ", " ", "\n"]).join(pool)


def _recall(rng):
    """Several pairs, then a question about some of them."""
    n = rng.randint(2, 6)
    people, things = rng.sample(NAMES, n), rng.sample(TOYS + PETS + FOODS, n)
    form = rng.choice(["{} has the {}.", "{} likes the {}.", "{}: {}", "{} wants the {}.", "{} = {}", "{} lost the {}."])
    lines = rng.choice([" ", "\n"]).join(form.format(p, t) for p, t in zip(people, things))
    i = rng.randrange(n)
    verb = {"{} has the {}.": "has", "{} likes the {}.": "likes", "{} wants the {}.": "wants", "{} lost the {}.": "lost"}.get(form)
    if verb:
        return _chat(f"{lines}\nWho {verb} the {things[i]}?", f"{people[i]} {verb} the {things[i]}.")
    return _chat(f"{lines}\nWhat stands next to {people[i]}?", things[i])


def drill(rng, passage) -> str:
    """One drill; `passage(rng)` returns a short random piece of the corpus."""
    kind = rng.random()
    if kind < 0.35:
        text = passage(rng)
        return "\n".join([text] * rng.choice([2, 2, 3]))
    if kind < 0.55:
        text = passage(rng)
        return _chat(rng.choice(_ASK) + text, text)
    if kind < 0.75:
        text = _words(rng)
        return _chat(rng.choice(_ASK) + text, text)
    return _recall(rng)
