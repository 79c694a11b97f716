"""Structured output: a sentence that orders something becomes JSON with four fixed keys."""

import json
import random

from shared import lexicon as words, sentence

# Few words, each often: what is to be learnt is the form and the copying, not a vocabulary.
ITEMS = "apples plums eggs cakes candles cups books hats shoes lamps bells baskets".split()
DAYS = "Monday Tuesday Friday Sunday".split()
PLACES = "school mill farm library castle bakery market beach".split()
PHRASES = ["[Please|] bring $n $i to the $p on $d.", "On $d I need $n $i at the $p.", "Send $n $i to the $p[, please|]. We need them on $d.", "Could you bring $n $i on $d? I will be at the $p.",
           "I would like $n $i. Bring them to the $p on $d.", "We want $n $i for the $p on $d.", "The $p needs $n $i on $d.", "For $d, please send $n $i to the $p.",
           "I want to order $n $i. The day is $d and the place is the $p.", "On $d the $p will need $n $i."]


def build(seed: int = 7, train_rows: int = 600, test_rows: int = 80):
    rng = random.Random(seed)
    seen, rows = set(), []
    while len(rows) < train_rows + test_rows:
        n, item, place, day = rng.randint(2, 9), rng.choice(ITEMS), rng.choice(PLACES), rng.choice(DAYS)
        # No order occurs twice under any phrasing, so the test holds only new combinations.
        if (n, item, place, day) in seen:
            continue
        seen.add((n, item, place, day))
        text = sentence(rng, rng.choice(PHRASES), n=words.NUMBERS[n], i=item, p=place, d=day)
        rows.append({"prompt": text, "completion": json.dumps({"item": item, "count": n, "place": place, "day": day})})
    return rows[:train_rows], rows[train_rows:]
