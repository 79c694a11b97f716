"""Generated instruction data in ChatML: short tasks with answers that follow from the prompt.

Every task is a function of a random generator that returns messages, so the mix is endless and
deterministic from one seed. Answers that can be checked are computed, never guessed. The tasks
of the sample datasets (public/samples) are left out on purpose: the starter must not know them.
"""

import json
import re

from grammar import expand
from lexicon import (ANIMALS, BODY, BOYS, CLOTHES, COLOUR_OF, COLOURS, DAYS, DRINKS, FACTS, FLOWERS, FOODS, FRUIT, FURNITURE, GIRLS, JOBS, KINDS, KIND_PLURAL,
                     MONTHS, NAMES, NUMBERS, OBJECT_VERBS, OPPOSITES, PETS, PLACES, PLURALS, RHYMES, SEASONS, SHOP, SYNONYMS, TIMES, TOOLS,
                     TOYS, USES, VEGETABLES, VERBS, WEATHER)
from stories import PLOTS, story


def _x(rng, template, **slots):
    text = expand(template, slots, rng)
    return text[:1].upper() + text[1:]


def _an(word):
    return ("an " if word[0] in "aeiou" else "a ") + word


def _join(words, last="and"):
    words = list(words)
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + f" {last} " + words[-1]


def _two(question, answer):
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def _he(name):
    return ("she", "her", "her") if name in GIRLS else ("he", "him", "his")


def _scene(rng):
    """A sentence with known parts: who, did what, colour, where, when."""
    s = {"who": rng.choice(NAMES), "thing": rng.choice(TOYS), "colour": rng.choice(COLOURS), "where": rng.choice(PLACES),
         "when": rng.choice(DAYS), "verb": rng.choice(OBJECT_VERBS), "time": rng.choice(TIMES), "count": rng.randint(2, 12)}
    s["past"] = s["verb"][2]
    s["text"] = _x(rng, "[$who $past a $colour $thing [in|near|at] the $where on $when.|On $when, $who $past a $colour $thing [in|near|at] the $where.|"
                        "[Near|At|In] the $where, $who $past a $colour $thing on $when.|A $colour $thing was in the $where. $who $past it on $when.|"
                        "On $when $who went to the $where and $past a $colour $thing.|$who went to the $where on $when and $past a $colour $thing.]", **{k: v for k, v in s.items() if k != "verb"})
    return s


# ---- knowledge -------------------------------------------------------------------------------

def fact(rng):
    q, a = rng.choice(FACTS)
    q = rng.choice(["{}", "{}", "Please answer this: {}", "Tell me, {}", "I have a question. {}", "Can you answer this? {}"]).format(q if rng.random() < 0.8 else q)
    return _two(q.replace("me, W", "me, w").replace("me, H", "me, h"), a)


def colour_of(rng):
    thing, colour = rng.choice(list(COLOUR_OF.items()))
    q = _x(rng, "[What colour is $t?|Which colour is $t?|Tell me the colour of $t.|$t has what colour?|What is the colour of $t?]", t=thing)
    return _two(q, rng.choice([f"{thing.capitalize()} is {colour}.", f"{thing.capitalize()} is {colour}.", colour.capitalize() + "."]) if "Tell" not in q else f"{thing.capitalize()} is {colour}.")


def animal_fact(rng):
    a, (sound, home, food, legs, young, size) = rng.choice(list(ANIMALS.items()))
    pick = [("[What does a $a eat?|What do ${a}s like to eat?|What is the food of a $a?]".replace("${a}s", "$a s"), f"{_an(a).capitalize()} eats {food}."),
            ("[Where does a $a live?|What is the home of a $a?|Tell me where a $a lives.]", f"{_an(a).capitalize()} lives in {_an(home)}."),
            ("[How many legs does a $a have?|Tell me how many legs a $a has.]", f"{_an(a).capitalize()} has {NUMBERS[legs] if legs else 'no'} legs."),
            ("[What is a young $a called?|What do you call a baby $a?|What is the name for a baby $a?]", f"A young {a} is called {_an(young)}."),
            ("[Is a $a big or small?|What size is a $a?]", f"{_an(a).capitalize()} is {size}.")]
    if sound:
        pick.append(("[What sound does a $a make?|What does a $a do when it makes a noise?|What noise does a $a make?]", f"{_an(a).capitalize()} {sound}."))
    q, answer = rng.choice(pick)
    return _two(_x(rng, q.replace("What do $a s like to eat?|", ""), a=a), answer)


def describe_animal(rng):
    a, (sound, home, food, legs, young, size) = rng.choice(list(ANIMALS.items()))
    parts = [f"It eats {food}.", f"It has {NUMBERS[legs] if legs else 'no'} legs.", f"Its young is called {_an(young)}.", f"It lives in {_an(home)}."] + ([f"It {sound}."] if sound else [])
    rng.shuffle(parts)
    n = rng.choice([2, 3])
    q = _x(rng, "[Describe a $a.|Tell me about the $a.|What is a $a?|What can you tell me about a $a?|Write about a $a in a few words.]", a=a)
    return _two(q, f"{_an(a).capitalize()} is a {size} animal. " + " ".join(parts[:n]))


def riddle(rng):
    a, (sound, home, food, legs, young, size) = rng.choice([x for x in ANIMALS.items() if x[1][0]])
    hints = [f"I live in {_an(home)}.", f"I eat {food}.", f"I am {size}.", f"My young is called {_an(young)}.", f"My voice {sound}."]
    rng.shuffle(hints)
    hints = hints[:2] + [f"My young is called {_an(young)} and my voice {sound}."] if rng.random() < 0.5 else hints
    return _two(" ".join(hints) + rng.choice([" What am I?", " Who am I?", " Guess the animal."]), f"You are {_an(a)}.")


def opposite(rng):
    a, b = rng.choice(OPPOSITES)
    if rng.random() < 0.5 and a != "light":
        a, b = b, a
    if a == "light":
        b = "dark"
    q = _x(rng, "[What is the opposite of $a?|Give me the opposite of the word $a.|Which word is the opposite of $a?|Opposite of $a?|Say the opposite: $a]", a=a)
    return _two(q, rng.choice([f"The opposite of {a} is {b}.", f"{b.capitalize()}."]) if "Say" not in q else b.capitalize() + ".")


def synonym(rng):
    a, b = rng.choice(SYNONYMS)
    return _two(_x(rng, "[Give me another word for $a.|What is another word for $a?|Which word means the same as $a?|Say $a in another way.]", a=a), f"Another word for {a} is {b}.")


def rhyme(rng):
    a, b = rng.choice(RHYMES)
    if rng.random() < 0.5:
        a, b = b, a
    return _two(_x(rng, "[What rhymes with $a?|Give me a word that rhymes with $a.|Find a rhyme for $a.|Which word sounds like $a?]", a=a), f"{b.capitalize()} rhymes with {a}.")


def plural(rng):
    a, b = rng.choice(PLURALS)
    if rng.random() < 0.3:
        return _two(_x(rng, "[What is the singular of $b?|$b is the plural of which word?|Give the singular of $b.]", b=b), f"The singular of {b} is {a}.")
    return _two(_x(rng, "[What is the plural of $a?|Give me the plural of $a.|One $a, two...?|Make this word plural: $a]", a=a), f"The plural of {a} is {b}.")


def verb_form(rng):
    base, third, past, ing = rng.choice(VERBS)
    q, a = rng.choice([("[What is the past of $v?|Give me the past tense of $v.|Put $v in the past.]", f"The past of {base} is {past}."),
                       ("[Today I $v. Yesterday I...?|Finish: Today I $v, yesterday I]", f"Yesterday I {past}."),
                       ("[Today they $v. What did they do yesterday?]", f"Yesterday they {past}."), ("[I $v. What am I doing now?]", f"You are {ing}.")])
    return _two(_x(rng, q, v=base), a)


def next_in_order(rng):
    kind, seq = rng.choice([("day", DAYS), ("month", MONTHS), ("season", SEASONS), ("day", DAYS), ("number", NUMBERS[1:20])])
    i, after = rng.randrange(len(seq)), rng.random() < 0.6
    if kind == "number":
        i = min(max(i, 1), len(seq) - 2)
    b = seq[(i + (1 if after else -1)) % len(seq)]
    q = _x(rng, "[Which|What] $k comes [right |]" + ("after" if after else "before") + " $a?", k=kind, a=seq[i])
    return _two(q, f"{b[:1].upper() + b[1:]} comes {'after' if after else 'before'} {seq[i]}.")


def job(rng):
    j, does = rng.choice(JOBS)
    if rng.random() < 0.5:
        return _two(_x(rng, "[What does a $j do?|What is a $j?|Tell me what a $j does.|What is the work of a $j?]", j=j), f"{_an(j).capitalize()} {does}.")
    return _two(_x(rng, "[Who $d?|Which person $d?|What do you call a person who $d?]", d=does), f"{_an(j).capitalize()} {does}.")


def use(rng):
    thing, what = rng.choice(USES)
    if rng.random() < 0.5:
        return _two(_x(rng, "[What is a $t for?|What do we use a $t for?|Why do people need a $t?|What can you do with a $t?]", t=thing).replace("a soap", "soap"), f"You use {'' if thing == 'soap' else _an(thing)} to {what}.".replace("  ", " "))
    return _two(_x(rng, "[What do I need to $w?|I want to $w. What do I need?|Which thing helps me to $w?]", w=what.replace("your", "my")), f"You need {'' if thing == 'soap' else _an(thing)}.".replace("need .", "need soap.").replace("  ", " "))


# ---- choosing between labels given in the prompt ---------------------------------------------

_GOOD = ["I love this $t.", "What a [lovely|wonderful|beautiful] $t!", "The $f was [very good|delicious|warm and sweet].", "I had a great day at the $p.", "We laughed all day.", "The $p is a nice place.",
         "$n was very kind to me.", "This is the best $t of all.", "Thank you, I am so happy.", "The sun is shining and I feel well.", "I like my new $t.", "$n helped me, and I am glad."]
_BAD = ["I hate this $t.", "What [an ugly|a terrible|an awful] $t!", "The $f was [cold|bad|burnt and bitter].", "I had a bad day at the $p.", "I cried all day.", "The $p is a sad place.",
        "$n was very rude to me.", "This is the worst $t of all.", "My $t is broken, and I am sad.", "It is dark and I feel ill.", "I do not like my new $t.", "$n hurt me, and I am angry."]
_FEELINGS = {"happy": ["$n laughs and dances.", "$n got a new $t and smiles.", "$n won the race.", "$n sings in the sun."], "sad": ["$n cries alone.", "$n lost the $t and weeps.", "$n misses a friend.", "$n sits alone and sighs."],
             "angry": ["$n shouts and stamps.", "$n slams the door.", "$n throws the $t on the floor and yells.", "$n is red in the face and shouts at $m."],
             "afraid": ["$n hides under the bed.", "$n shakes and looks around in the dark.", "$n runs from the big dog.", "$n hears a noise and trembles."],
             "tired": ["$n yawns and wants to sleep.", "$n can hardly keep awake.", "$n lies down after a long day.", "$n falls asleep over the $t."]}


def _fill(rng, t):
    a, b = rng.sample(NAMES, 2)
    return _x(rng, t, n=a, m=b, t=rng.choice(TOYS), f=rng.choice(FOODS), p=rng.choice(PLACES))


def sentiment(rng):
    good = rng.random() < 0.5
    text = _fill(rng, rng.choice(_GOOD if good else _BAD))
    yes, no = rng.choice([("good", "bad"), ("positive", "negative"), ("happy", "sad"), ("nice", "not nice"), ("like", "dislike"), ("yes", "no"), ("plus", "minus")])
    order = f"{yes} or {no}" if rng.random() < 0.5 else f"{no} or {yes}"
    q = rng.choice([f"Is this {order}? {text}", f"Choose one word, {order}.\n{text}", f"{text}\nIs that {order}?", f"Label this sentence as {order}: {text}"])
    if (yes, no) == ("yes", "no"):
        q = rng.choice([f"Is this a good thing? Answer yes or no. {text}", f"{text}\nIs that nice? Answer yes or no."])
    return _two(q, (yes if good else no).capitalize() + rng.choice([".", "", "."]) if rng.random() < 0.5 else (yes if good else no))


def feeling(rng):
    f = rng.choice(list(_FEELINGS))
    text = _fill(rng, rng.choice(_FEELINGS[f]))
    others = rng.sample([k for k in _FEELINGS if k != f], rng.choice([1, 2, 3])) + [f]
    rng.shuffle(others)
    name = text.split()[0]
    q = rng.choice([f"{text} How does {name} feel: {_join(others, 'or')}?", f"Choose one: {', '.join(others)}.\n{text}", f"How does {name} feel? {text}"])
    return _two(q, rng.choice([f"{name} is {f}.", f"{name} feels {f}."]) if "How" in q else f)


def kind_of(rng):
    k = rng.choice(list(KINDS))
    w = rng.choice(KINDS[k])
    other = rng.sample([x for x in KINDS if x != k and w not in KINDS[x]], rng.choice([1, 2]))
    opts = other + [k]
    rng.shuffle(opts)
    q = rng.choice([f"Is {w} {_join([_an(o) for o in opts], 'or')}?", f"Which group does the word {w} belong to: {_join(opts, 'or')}?", f"Sort this word: {w}. Groups: {', '.join(opts)}.", f"What kind of thing is {_an(w)}?"])
    return _two(q, k if "Sort" in q else f"{w.capitalize()} is {_an(k)}.")


def odd_one(rng):
    k, j = rng.sample(list(KINDS), 2)
    words = rng.sample([w for w in KINDS[k] if w not in KINDS[j]], 3)
    odd = rng.choice([w for w in KINDS[j] if w not in KINDS[k]])
    all_ = words + [odd]
    rng.shuffle(all_)
    q = rng.choice(["Which word does not belong? ", "Find the odd one out: ", "Which one is different? "]) + ", ".join(all_)
    return _two(q, f"{odd.capitalize()} is {_an(j)}, and the others are {KIND_PLURAL[k]}." if rng.random() < 0.5 else f"{odd.capitalize()}.")


def sentence_type(rng):
    s = _scene(rng)
    base, third, past, _ = s["verb"]
    t = rng.choice(["question", "statement", "command"])
    text = {"question": f"Did {s['who']} {base} the {s['thing']}?", "statement": f"{s['who']} {past} the {s['thing']}.", "command": f"{base.capitalize()} the {s['thing']}!"}[t]
    return _two(rng.choice(["Is this a question, a statement or a command? ", "Question, statement or command? "]) + text, _an(t).capitalize() + ".")


def true_false(rng):
    a, (sound, home, food, legs, young, size) = rng.choice([x for x in ANIMALS.items() if x[1][0]])
    truth = rng.random() < 0.5
    v = None
    field = rng.choice(["legs", "size", "kind", "colour"])
    if field == "legs":
        n = legs if truth else rng.choice([x for x in (0, 2, 4, 6, 8) if x != legs])
        text = f"{_an(a).capitalize()} has {NUMBERS[n] if n else 'no'} legs."
    elif field == "size":
        text = f"{_an(a).capitalize()} is {size if truth else {'big': 'small', 'small': 'big'}[size]}."
    elif field == "kind":
        k = rng.choice(list(KINDS))
        w = rng.choice(KINDS[k])
        kk = k if truth else rng.choice([x for x in KINDS if w not in KINDS[x]])
        text = f"{_an(w).capitalize()} is {_an(kk)}."
        text = text.replace(_an(w).capitalize(), w.capitalize()) if k == "colour" else text
    else:
        thing, c = rng.choice(list(COLOUR_OF.items()))
        text = f"{thing.capitalize()} is {c if truth else rng.choice([x for x in COLOURS[:10] if x != c])}."
    y, n = rng.choice([("True.", "False."), ("Yes, that is true.", "No, that is not true.")])
    q = (f"True or false? {text}" if y == "True." else f"Is this true? {text}")
    return _two(q, y if truth else n)


# ---- reading a sentence ----------------------------------------------------------------------

def extract_one(rng):
    s = _scene(rng)
    key, q, a = rng.choice([("who", f"Who {s['past']} it?", s["who"]), ("where", "Where was it?", "In the " + s["where"]), ("when", "On which day?", s["when"]),
                            ("thing", f"What did {s['who']} {s['verb'][0]}?", f"{_an(s['colour'])} {s['thing']}".capitalize()), ("colour", f"What colour was the {s['thing']}?", s["colour"].capitalize())])
    full = {"who": f"{s['who']} {s['past']} the {s['thing']}.", "where": f"It was in the {s['where']}.", "when": f"It was on {s['when']}.", "thing": f"{s['who']} {s['past']} {_an(s['colour'])} {s['thing']}.", "colour": f"The {s['thing']} was {s['colour']}."}[key]
    if rng.random() < 0.4:
        ask = {"who": "person", "where": "place", "when": "day", "thing": "thing", "colour": "colour"}[key]
        word = {"who": s["who"], "where": s["where"], "when": s["when"], "thing": s["thing"], "colour": s["colour"]}[key]
        return _two(rng.choice([f"Find the {ask} in this sentence: {s['text']}", f"{s['text']}\nName the {ask}.", f"Which {ask} is named here? {s['text']}"]), word)
    return _two(rng.choice([f"{s['text']} {q}", f"{s['text']}\n{q}", f"Read this: {s['text']}\n{q}"]), full if rng.random() < 0.6 else a + ".")


def extract_fields(rng):
    s = _scene(rng)
    keys = rng.sample(["who", "where", "when", "thing", "colour"], rng.choice([2, 2, 3]))
    label = dict(zip(["who", "where", "when", "thing", "colour"], rng.choice([["who", "where", "when", "thing", "colour"], ["person", "place", "day", "object", "colour"], ["Name", "Place", "Day", "Thing", "Colour"]])))
    sep = rng.choice([": ", " = ", ": "])
    q = rng.choice([f"{s['text']}\nWrite the {_join([label[k] for k in keys])}.", f"Find the {_join([label[k] for k in keys])}: {s['text']}", f"List the {_join([label[k] for k in keys])} in this text. {s['text']}"])
    return _two(q, "\n".join(f"{label[k]}{sep}{s[k]}" for k in keys))


def people_json(rng):
    """JSON about people and their pets: the form of structured output, with nothing of the samples' tasks."""
    n, age, pet = rng.choice(NAMES), rng.randint(2, 12), rng.choice(PETS)
    place, colour = rng.choice(PLACES), rng.choice(COLOURS)
    v = rng.randrange(4)
    if v == 0:
        text, obj = _x(rng, "[$n is $a years old and has a $p.|$n has a $p and is $a years old.]", n=n, a=NUMBERS[age], p=pet), {"name": n, "age": age, "pet": pet}
    elif v == 1:
        text, obj = _x(rng, "[$n lives near the $w and likes the colour $c.|The colour $n likes is $c, and $he lives near the $w.]", n=n, w=place, c=colour, he=_he(n)[0]), {"name": n, "home": place, "colour": colour}
    elif v == 2:
        text, obj = _x(rng, "[$n has a $c $p.|There is a $c $p that belongs to $n.]", n=n, c=colour, p=pet), {"owner": n, "animal": pet, "colour": colour}
    else:
        f = rng.choice(FOODS)
        text, obj = _x(rng, "[$n eats $f in the $t.|In the $t, $n eats $f.]", n=n, f=f, t=rng.choice(["morning", "evening", "afternoon"])), {"name": n, "food": f}
    keys = ", ".join(obj)
    q = rng.choice([f"Write this as JSON with the keys {keys}: {text}", f"Turn the sentence into JSON ({keys}).\n{text}", f"{text}\nGive me JSON with {_join(list(obj))}."])
    return _two(q, json.dumps(obj))


def json_read(rng):
    n, age, pet = rng.choice(NAMES), rng.randint(2, 12), rng.choice(PETS)
    obj = {"name": n, "age": age, "pet": pet}
    k = rng.choice(list(obj))
    return _two(f"{json.dumps(obj)}\n" + {"name": "What is the name?", "age": f"How old is {n}?", "pet": f"Which pet does {n} have?"}[k],
                {"name": f"The name is {n}.", "age": f"{n} is {NUMBERS[age]} years old.", "pet": f"{n} has {_an(pet)}."}[k])


def comprehension(rng):
    st = story(rng)
    s = st["slots"]
    qa = [("Who is the story about?", f"The story is about {s['hero']}."), ("What does the story teach us?", st["moral"]), ("Tell the story in one sentence.", st["summary"]), ("What is this story about?", st["summary"])]
    if st["plot"] in ("lost", "work", "quarrel"):
        qa.append((f"What colour was the {s['toy']}?", f"The {s['toy']} was {s['colour']}."))
    if st["plot"] not in ("fable", "seed", "box", "noise", "share", "hurt", "broke"):
        qa.append((f"Who is {s['friend']}?", f"{s['friend']} is a friend of {s['hero']}.")) if st["plot"] not in ("woods", "letter", "market") else None
    if st["plot"] == "lost":
        qa.append((f"Where was the {s['toy']}?", f"The {s['toy']} was {s['hiding']}."))
    if st["plot"] == "fear":
        qa.append((f"What was {s['hero']} afraid of?", f"{s['hero']} was afraid of {s['fear']}."))
    if st["plot"] == "fable":
        qa[0] = ("Who is the story about?", f"The story is about {_an(s['bigwild'])} and {_an(s['animal'])}.")
    q, a = rng.choice(qa)
    if rng.random() < 0.3:
        q2, a2 = rng.choice([x for x in qa if x[0] != q])
        return _two(f"{st['text']}\n\n{q}", a) + _two(q2, a2)
    return _two(rng.choice([f"{st['text']}\n\n{q}", f"Read the story and answer.\n{st['text']}\n{q}", f"{q}\n\n{st['text']}"]), a)


# ---- rewriting -------------------------------------------------------------------------------

def rewrite_tense(rng):
    s = _scene(rng)
    base, third, past, ing = s["verb"]
    who, rest = s["who"], f"{rng.choice(['the', 'a ' + s['colour']])} {s['thing']} {rng.choice(['in the ' + s['where'], 'on ' + s['when'], 'in the ' + s['time'].replace('noon', 'evening') if s['time'] != 'night' else 'at night', ''])}".strip()
    rest = rest.replace("a orange", "an orange")
    forms = {"past": f"{who} {past} {rest}.", "present": f"{who} {third} {rest}.", "future": f"{who} will {base} {rest}.", "negative": f"{who} did not {base} {rest}.", "question": f"Did {who} {base} {rest}?"}
    src, dst = rng.sample(list(forms), 2)
    name = {"past": "the past tense", "present": "the present tense", "future": "the future tense", "negative": "the negative", "question": "a question"}[dst]
    q = rng.choice([f"Change this to {name}: {forms[src]}", f"Rewrite in {name}: {forms[src]}", f"{forms[src]}\nPut this in {name}." if dst != "question" else f"{forms[src]}\nMake this a question."])
    return _two(q.replace("in a question", "as a question"), forms[dst])


def rewrite_word(rng):
    s = _scene(rng)
    key = rng.choice(["who", "thing", "colour", "where", "when"])
    pool = {"who": NAMES, "thing": TOYS, "colour": COLOURS, "where": PLACES, "when": DAYS}[key]
    new = rng.choice([w for w in pool if w != s[key] and w[0] not in "aeio" and s[key][0] not in "aeio"] or [s[key]])
    text = re.sub(rf"\b{s[key]}\b", new, s["text"])
    return _two(rng.choice([f"Change {s[key]} to {new}: {s['text']}", f"Use {new} instead of {s[key]}. {s['text']}", f"{s['text']}\nReplace the word {s[key]} with {new}."]), text)


def polite(rng):
    v, t, who = rng.choice(OBJECT_VERBS), rng.choice(TOYS + FOODS), rng.choice(["me", "us", rng.choice(NAMES)])
    cmd = rng.choice([f"Give {who} the {t}", f"Bring {who} the {t}", f"Show {who} the {t}", f"Open the door", f"Pass {who} the {t}", f"Sit down", f"Help {who} with the {t}", f"Wait for {who}", f"{v[0].capitalize()} the {t}"])
    q = rng.choice([f"Make this polite: {cmd}.", f"Say this in a polite way: {cmd}!", f"Rewrite politely: {cmd}.", f"How can I say this nicely? {cmd}."])
    return _two(q, f"Could you please {cmd[0].lower() + cmd[1:]}?")


def join_sentences(rng):
    a, b = rng.sample(NAMES, 2)
    v, w = rng.sample(VERBS, 2)
    word = rng.choice(["and", "but", "while"])
    return _two(f"Join with {word}: {a} {v[2]}. {b} {w[2]}.", f"{a} {v[2]}{',' if word == 'but' else ''} {word} {b} {w[2]}.")


def repeat(rng):
    words = rng.sample(TOYS + FRUIT + PETS + PLACES + COLOURS + NAMES, rng.randint(1, 5))
    kind = rng.randrange(5)
    if kind == 0:
        n = rng.randint(2, 4)
        return _two(f"Say {words[0]} {NUMBERS[n]} times.", " ".join([words[0]] * n))
    text = rng.choice([" ".join(words), ", ".join(words)])
    if kind == 1:
        return _two(rng.choice(["Repeat: ", "Repeat after me: ", "Say this again: ", "Copy this: "]) + text, text)
    if kind == 2 and len(words) > 1:
        which, i = rng.choice([("first", 0), ("last", -1), ("second", 1)])
        return _two(rng.choice([f"What is the {which} word? {text}", f"{text}\nGive me the {which} word."]), words[i])
    if kind == 3 and len(words) > 1:
        return _two(f"Say these words in reverse: {', '.join(words)}", ", ".join(words[::-1]))
    sentence = _scene(rng)["text"]
    return _two(rng.choice(["Repeat this sentence: ", "Copy: ", "Say: ", "Write this again: "]) + sentence, sentence)


def sort_words(rng):
    if rng.random() < 0.5:
        xs = rng.sample(range(1, 21), 3)
        up = rng.random() < 0.6
        return _two(f"Sort these numbers from {'small to big' if up else 'big to small'}: {', '.join(map(str, xs))}", ", ".join(map(str, sorted(xs, reverse=not up))))
    words = rng.sample(rng.choice([FRUIT, PETS, NAMES, TOYS, COLOURS]), 3)
    return _two(f"Put these words in the order of the alphabet: {', '.join(words)}", ", ".join(sorted(words, key=str.lower)))


def with_word(rng):
    w = rng.choice(TOYS + PETS + PLACES + FOODS + TOOLS + FLOWERS)
    return _two(_x(rng, "[Write a sentence with the word $w.|Use the word $w in a sentence.|Make a sentence with $w.|Give me a sentence that has the word $w.]", w=w),
                _x(rng, "[The $w is $c.|$n likes the $w.|I can see the $w from here.|There is a $w near the $p.|$n dreamed of a $w.|We talked about the $w all day.|The $w made $n smile.|Where is the $w?|$n asked about the $w on $d.]"
                   if w not in FOODS else "[$n eats $w in the morning.|We had $w for supper.|The $w was warm and good.|$n likes $w very much.|There is some $w on the table.]",
                   w=w, c=rng.choice(COLOURS), n=rng.choice(NAMES), p=rng.choice([p for p in PLACES if p != w]), d=rng.choice(DAYS)))


# ---- numbers ---------------------------------------------------------------------------------

def arithmetic(rng):
    a, b = rng.randint(0, 10), rng.randint(0, 10)
    op = rng.choice(["+", "-", "+", "-", "x"])
    if op == "-" and a < b:
        a, b = b, a
    if op == "x":
        a, b = rng.randint(1, 5), rng.randint(1, 5)
    r = {"+": a + b, "-": a - b, "x": a * b}[op]
    word = {"+": "plus", "-": "minus", "x": "times"}[op]
    if rng.random() < 0.4 and r <= 20:
        return _two(f"What is {NUMBERS[a]} {word} {NUMBERS[b]}?", f"{NUMBERS[a].capitalize()} {word} {NUMBERS[b]} is {NUMBERS[r]}.")
    return _two(rng.choice([f"What is {a} {op} {b}?", f"{a} {op} {b} =", f"Work out {a} {op} {b}."]), rng.choice([f"{a} {op} {b} = {r}", str(r)]))


def word_problem(rng):
    n, m = rng.sample(NAMES, 2)
    thing = rng.choice(SHOP)
    a, b = rng.randint(2, 10), rng.randint(1, 6)
    he = _he(n)[0]
    if rng.random() < 0.5:
        return _two(f"{n} has {NUMBERS[a]} {thing}. {m} gives {_he(n)[1]} {NUMBERS[b]} more. How many {thing} does {n} have?", f"{n} has {NUMBERS[a + b]} {thing}.")
    b = min(b, a)
    return _two(f"{n} has {NUMBERS[a]} {thing}. {he.capitalize()} gives {NUMBERS[b]} to {m}. How many {thing} does {n} have now?", f"{n} has {NUMBERS[a - b] if a > b else 'no'} {thing} now.")


def compare(rng):
    a, b = rng.sample(range(1, 21), 2)
    big = rng.random() < 0.5
    r = max(a, b) if big else min(a, b)
    if rng.random() < 0.5:
        return _two(f"Which number is {'bigger' if big else 'smaller'}, {a} or {b}?", f"{r} is {'bigger' if big else 'smaller'}.")
    return _two(f"Which is {'more' if big else 'less'}, {NUMBERS[a]} or {NUMBERS[b]}?", f"{NUMBERS[r].capitalize()} is {'more' if big else 'less'}.")


def count(rng):
    n = rng.randint(2, 6)
    w = rng.choice(TOYS + PETS)
    if rng.random() < 0.4:
        a = rng.randint(1, 8)
        b = a + rng.randint(2, 6)
        return _two(f"Count from {a} to {b}.", ", ".join(map(str, range(a, b + 1))))
    if rng.random() < 0.5:
        return _two(f"Write {n} as a word.", NUMBERS[n]) if rng.random() < 0.5 else _two(f"Write {NUMBERS[rng_n := rng.randint(0, 20)]} as a number.", str(rng_n))
    words = rng.sample(TOYS + PETS + FRUIT, n)
    return _two(f"How many words are there? {' '.join(words)}", f"There are {NUMBERS[n]} words.")


# ---- lists, advice, writing ------------------------------------------------------------------

def list_things(rng):
    k = rng.choice(list(KINDS))
    n = rng.choice([2, 3, 3, 3, 4, 5])
    words = rng.sample(KINDS[k], min(n, len(KINDS[k])))
    n = len(words)
    q = _x(rng, "[List|Name|Give me|Tell me|Write] $n $k.", n=rng.choice([NUMBERS[n], str(n)]), k=KIND_PLURAL[k])
    style = rng.randrange(3)
    return _two(q, [_join(words).capitalize() + ".", "\n".join(f"{i + 1}. {w}" for i, w in enumerate(words)), "\n".join(f"- {w}" for w in words)][style])


_HOW = {"make tea": ["Boil some water.", "Put the tea in a cup.", "Pour the hot water over it.", "Wait a few minutes and drink it."], "wash your hands": ["Wet your hands with water.", "Rub them with soap.", "Wash the soap off.", "Dry them with a towel."],
        "plant a seed": ["Make a small hole in the ground.", "Put the seed in it.", "Cover it with earth.", "Give it water every day."], "make a sandwich": ["Take two slices of bread.", "Put butter on them.", "Lay some cheese between them.", "Cut it in two and eat it."],
        "make a friend": ["Smile and say hello.", "Ask for the other person's name.", "Listen to what they say.", "Ask them to play with you."], "clean a room": ["Put the toys in the box.", "Make the bed.", "Wipe the table.", "Sweep the floor."],
        "go to sleep": ["Brush your teeth.", "Put out the light.", "Lie down and close your eyes.", "Think of something nice."], "write a letter": ["Take a pen and paper.", "Write the name of your friend.", "Tell your news.", "Sign your name at the end."],
        "boil an egg": ["Fill a pot with water.", "Make the water boil.", "Put the egg in for a few minutes.", "Cool the egg and peel it."], "build a snowman": ["Roll a big ball of snow.", "Put a smaller ball on top.", "Add a ball for the head.", "Give it a carrot for a nose."],
        "cross the street": ["Stop at the edge.", "Look left and right.", "Wait until no car is coming.", "Walk across."], "feed a dog": ["Take a clean bowl.", "Put some food in it.", "Put the bowl on the floor.", "Give the dog fresh water too."],
        "borrow a book": ["Go to the library.", "Choose a book.", "Show it to the librarian.", "Bring it back on time."], "bake a cake": ["Mix flour, eggs, sugar and butter.", "Pour it into a pan.", "Bake it in the oven.", "Let it cool and eat it."]}


def how_to(rng):
    what, steps = rng.choice(list(_HOW.items()))
    q = _x(rng, "[How do I $w?|How can I $w?|Tell me how to $w.|Explain how to $w.|What are the steps to $w?]", w=what.replace("your", "my"))
    style = rng.randrange(3)
    if style == 0:
        return _two(q, "\n".join(f"{i + 1}. {s}" for i, s in enumerate(steps)))
    if style == 1:
        return _two(q, " ".join(steps))
    low = [s[0].lower() + s[1:] for s in steps]
    return _two(q, f"First, {low[0]} Then {low[1]} After that, {low[2]} At last, {low[3]}")


_ADVICE = [("[I am sad|I feel sad|I feel so sad today]", ["I am sorry that you are sad. Talk to a friend, and you will feel better.", "That is hard. Take a walk in the sun and think of something nice."]),
           ("[I am tired|I feel so tired]", ["You should rest. Lie down and close your eyes for a while.", "Go to bed early tonight, and you will feel better in the morning."]),
           ("[I am hungry|I want something to eat]", ["You could eat some $f.", "There is nothing better than warm $f. Have some!"]),
           ("[I am thirsty|I want something to drink]", ["You should drink some $d.", "Have a cup of $d."]), ("[I am cold|It is so cold here]", ["Put on a warm $c and sit near the fire.", "Drink something hot, and you will soon be warm."]),
           ("[I am bored|I have nothing to do]", ["You could go to the $p with a friend.", "Why not read a book or draw a picture?", "You could play with your $t."]),
           ("[I lost my $t|I cannot find my $t]", ["Where did you see it last? Look there first.", "I am sorry that you lost your $t. Ask your friends to help you look."]),
           ("[I am afraid of the dark|The dark scares me]", ["Leave a small light on. There is nothing to fear.", "Many people feel that way. A lamp near your bed can help."]),
           ("[My friend is angry with me|I had a quarrel with $n]", ["Say that you are sorry, and listen to your friend.", "Talk to your friend. A kind word can mend much."]),
           ("[I broke my $t|My $t is broken]", ["Maybe you can mend it with some glue.", "That is a pity. Perhaps someone can help you fix it."]), ("[I have a new $t|I got a new $t]", ["How nice! What colour is it?", "That is good news. Take good care of your $t."]),
           ("[It is my birthday|Today is my birthday]", ["Happy birthday! I hope that you have a wonderful day.", "Happy birthday to you! Will there be cake?"]), ("[I won the race|I won a prize]", ["Well done! You must be very proud.", "How wonderful! You worked hard for it."]),
           ("[I want to learn to swim|I cannot swim]", ["Start in shallow water, and ask someone to teach you.", "Practice a little every day, and soon you will swim."]), ("[I am ill|I do not feel well]", ["You should stay in bed and drink warm tea.", "I am sorry to hear that. You should see a doctor."])]
_GREET = [("[Hello|Hi|Hello there|Good morning|Good day|Good evening]", ["Hello! How can I help you?", "Hello! It is nice to meet you.", "Good day! What can I do for you?", "Hello! What would you like to talk about?"]),
          ("[How are you?|How are you today?|How do you do?]", ["I am well, thank you. How are you?", "I am fine, thank you.", "Very well, thank you!"]),
          ("[What is your name?|Who are you?]", ["I am a small model that likes to help.", "I am a little helper made of numbers and words.", "You can call me the starter."]),
          ("[Thank you|Thanks|Thank you very much|Thanks for your help]", ["You are welcome!", "I am glad that I could help.", "You are welcome. Is there anything else?"]),
          ("[Goodbye|Bye|See you later|Good night]", ["Goodbye! Have a nice day.", "See you soon!", "Goodbye, and take care."]),
          ("[Can you help me?|I need help|Will you help me?]", ["Of course. What do you need?", "Yes, I will try. Tell me more.", "Gladly. What can I do?"]),
          ("[What can you do?|What are you good at?]", ["I can tell short stories, answer simple questions and change sentences.", "I can tell you a story or answer a simple question."]),
          ("[My name is $n|I am $n|You can call me $n]", ["Nice to meet you, $n!", "Hello, $n! How are you?", "What a nice name, $n."])]
_OPINION = [("[Do you like $f?|What do you think of $f?]", ["I like $f very much.", "Yes, $f is very good.", "$f is one of the best things to eat."]), ("[Do you like ${p}?|Is a $p a nice pet?]", ["Yes, a $p can be a good friend.", "I like every $p that I meet."]),
            ("[What is your favourite colour?|Which colour do you like best?]", ["I like $c best.", "My favourite colour is $c."]), ("[What is your favourite animal?|Which animal do you like best?]", ["I like the $p best.", "My favourite animal is the $p."]),
            ("[What is your favourite food?|What do you like to eat?]", ["I like $f best.", "My favourite food is $f."]), ("[Where do you want to go?|Where would you like to be?]", ["I would like to go to the $w.", "I want to see the $w."]),
            ("[What is the weather like?|How is the weather?]", ["It is $x today.", "Today it is $x."])]


def _chat_slots(rng):
    return {"n": rng.choice(NAMES), "t": rng.choice(TOYS), "f": rng.choice(FOODS), "d": rng.choice(DRINKS), "c": rng.choice(CLOTHES), "p": rng.choice(PLACES)}


def chat_turn(rng):
    table = rng.choice([_ADVICE, _GREET, _GREET, _OPINION])
    q, answers = rng.choice(table)
    s = _chat_slots(rng)
    if table is _OPINION:
        s.update(p=rng.choice(PETS), c=rng.choice(COLOURS), w=rng.choice(PLACES), x=rng.choice(WEATHER))
    q, a = _x(rng, q.replace("Do you like ${p}?|", ""), **s), _x(rng, rng.choice(answers), **s)
    if q[-1] not in "?.!":
        q += rng.choice([".", ".", "!", ""])
    return _two(q, a)


def dialogue(rng):
    return [m for _ in range(rng.choice([2, 2, 3])) for m in chat_turn(rng)]


def remember(rng):
    """Something said in an early turn is asked for later: the model must look back."""
    s = _scene(rng)
    name = rng.choice(NAMES)
    told, q, a = rng.choice([(f"My name is {name}.", "What is my name?", f"Your name is {name}."), (f"I have a {s['colour']} {s['thing']}.".replace("a orange", "an orange"), f"What colour is my {s['thing']}?", f"Your {s['thing']} is {s['colour']}."),
                             (f"I live near the {s['where']}.", "Where do I live?", f"You live near the {s['where']}."), (f"I am going to the {s['where']} on {s['when']}.", "When am I going?", f"You are going on {s['when']}.")])
    middle = chat_turn(rng) if rng.random() < 0.6 else []
    return _two(told, rng.choice(["I will remember that.", "Thank you for telling me.", "That is good to know."])) + middle + _two(q, a)


def write_story(rng):
    plot = rng.choice(list(PLOTS))
    hero, toy, place = rng.choice(NAMES), rng.choice(TOYS), rng.choice(PLACES)
    st = story(rng, plot, hero=hero, toy=toy, place=place)
    s = st["slots"]
    kid = s["kid"]
    if plot == "fable":
        q = _x(rng, "[Tell me a fable about a $b and a $a.|Write a story about a $b and a $a.]", b=s["bigwild"], a=s["animal"])
    else:
        q = _x(rng, "[Tell me a story.|Write a short story.|Tell me a story about $h.|Write a story about a $k named $h.|Tell me a story about a $k.|Write a short story about $h and $f.|I want to hear a story about $h.|Can you tell me a story about a $k called $h?|Please write a story for children about $h.|Tell a $k's story.]",
               h=hero, k=kid, f=s["friend"] if plot in ("lost", "fear", "rain", "newfriend", "race", "quarrel", "learn", "snow", "promise") else s["adult"] if False else hero)
        q = q.replace(f"{hero} and {hero}", hero)
    return _two(q, st["text"])


def continue_story(rng):
    st = story(rng)
    sentences = re.split(r"(?<=[.!?\"]) (?=[A-Z\"])", st["text"])
    if len(sentences) < 6:
        return _two("Tell me a story.", st["text"])
    cut = rng.randint(2, 4)
    return _two(rng.choice(["Continue this story: ", "Finish the story.\n", "What happens next? ", "Go on with this story: "]) + " ".join(sentences[:cut]), " ".join(sentences[cut:]))


def title(rng):
    st = story(rng)
    s = st["slots"]
    what = {"lost": "Lost {c} {t}", "work": "{c} {t}", "box": "Old Box", "race": "Race", "seed": "Little Seed", "snow": "Snowman", "noise": "Noise in the Night", "rain": "Rainy Day", "quarrel": "{c} {t}", "birthday": "Birthday", "letter": "Letter", "market": "Market"}.get(st["plot"])
    if not what:
        return _two(f"{st['text']}\n\nWhat does the story teach us?", st["moral"])
    what = what.format(c=s["colour"].capitalize(), t=s["toy"].capitalize())
    return _two(rng.choice([f"Give this story a title.\n{st['text']}", f"{st['text']}\n\nFind a title for the story."]), f"{s['hero']} and the {what}")


def fill_blank(rng):
    s = _scene(rng)
    a, (sound, home, food, legs, young, size) = rng.choice([x for x in ANIMALS.items() if x[1][0]])
    thing, c = rng.choice(list(COLOUR_OF.items()))
    j, does = rng.choice(JOBS)
    q, ans = rng.choice([(f"{thing.capitalize()} is ___.", c), (f"A ___ {does}.", j), (f"{_an(a).capitalize()} eats ___.", food), (f"The opposite of {rng.choice(OPPOSITES)[0]} is ___.", None)])
    if ans is None:
        x, y = rng.choice(OPPOSITES)
        q, ans = f"The opposite of {x} is ___.", "dark" if x == "light" else y
    return _two("Fill in the word: " + q, ans if rng.random() < 0.5 else q.replace("___", ans).replace("A a", "An a"))


# ---- following a system prompt ---------------------------------------------------------------

_SIMPLE = [fact, colour_of, animal_fact, opposite, plural, job, arithmetic, chat_turn, list_things, rhyme, use, extract_one, next_in_order]


def with_system(rng):
    """A rule in the system prompt that changes how every answer looks."""
    rule = rng.randrange(7)
    n = rng.choice(NAMES)
    turns = rng.choice([chat_turn, *_SIMPLE])(rng)
    if rng.random() < 0.3:
        turns += rng.choice(_SIMPLE)(rng)
    systems = {0: ["You are a kind helper.", "You are a helpful assistant.", "Answer the user's questions.", "You are a friendly teacher.", "Give short answers."], 1: [f"The user's name is {n}. Use it in every answer.", f"Call the user {n}."],
               2: ["Begin every answer with the word Well."], 3: ["End every answer with: Is there anything else?"], 4: ["Write in small letters only."], 5: ["Answer in capital letters.", "Use capital letters."], 6: ["End every answer with the words my friend."]}
    out = [{"role": "system", "content": rng.choice(systems[rule])}]
    for m in turns:
        c = m["content"]
        if m["role"] == "assistant":
            end = c if c[-1] in ".!?" else c + "."
            c = {0: c, 1: f"{n}, " + (c if c.split()[0] in ("I", *NAMES, *DAYS, *MONTHS) else c[0].lower() + c[1:]), 2: "Well, " + (c if c.split()[0] in ("I", *NAMES, *DAYS, *MONTHS) else c[0].lower() + c[1:]), 3: end + " Is there anything else?", 4: c.lower(), 5: c.upper() if len(c) < 60 else c,
                 6: end[:-1] + ", my friend" + end[-1]}[rule]
        out.append({"role": m["role"], "content": c})
    return out


def shop_talk(rng):
    """Talk in a shop: everyday words for goods, letters and money, so that users' own data finds them known."""
    s = {"t": rng.choice(SHOP), "n": NUMBERS[rng.randint(2, 10)], "c": rng.choice(COLOURS), "d": rng.choice(DAYS), "w": rng.choice(NAMES), "o": rng.choice(TOYS)}
    q, a = rng.choice([("[Do you have any $t?|Are there any $t in the shop?]", "[Yes, we have $n $t left.|Yes, the $t are on the shelf.|No, the $t are sold out. We get more on $d.]"),
                       ("[How much is the $c $o?|What does the $c $o cost?]", "[It costs $n coins.|The $c $o costs $n coins.]"), ("[When does the shop open?|When do you open on $d?]", "[We open in the morning.|The shop opens in the morning and closes at night.]"),
                       ("[What is a parcel?|What is an order?|What is a bill?|What is a refund?|What is a password?|What is an account?|What is a reminder?]", None),
                       ("[Who brings the parcel?|When will my parcel come?|Where is my parcel?]", "[The postman brings it on $d.|Your parcel will come on $d.|The parcel is on the way.]"),
                       ("[I would like to pay.|Can I pay here?]", "[Yes, you can pay here.|That makes $n coins, please.]"), ("[Can you send the $t to $w?|Will you bring the $t to my house?]", "[Yes, we will send them on $d.|Of course. They will come on $d.]")])
    if a is None:
        w, a = rng.choice([("a parcel", "A parcel is a box that is sent by post."), ("an order", "An order is a list of things that you want to buy."), ("a bill", "A bill tells you how much you must pay."), ("a refund", "A refund is money that a shop gives back to you."),
                           ("a password", "A password is a secret word that lets you in."), ("an account", "An account is a place where a shop keeps your name and your orders."), ("a reminder", "A reminder is a note that helps you to remember something."), ("a delivery", "A delivery is a thing that is brought to your door.")])
        q = f"What is {w}?"
    return _two(_x(rng, q, **s), _x(rng, a, **s))


# Weights: reading and rewriting teach copying, the skill a tiny model finds hardest; stories teach flow.
TASKS = [(fact, 6), (colour_of, 3), (animal_fact, 4), (describe_animal, 3), (riddle, 2), (opposite, 3), (synonym, 2), (rhyme, 2), (plural, 2), (verb_form, 3), (next_in_order, 3), (job, 3), (use, 3),
         (sentiment, 5), (feeling, 4), (kind_of, 4), (odd_one, 3), (sentence_type, 2), (true_false, 4), (extract_one, 9), (extract_fields, 8), (people_json, 5), (json_read, 2), (comprehension, 4),
         (rewrite_tense, 7), (rewrite_word, 6), (polite, 3), (join_sentences, 3), (repeat, 8), (sort_words, 3), (with_word, 4), (arithmetic, 5), (word_problem, 3), (compare, 2), (count, 2),
         (list_things, 4), (how_to, 3), (chat_turn, 6), (dialogue, 4), (remember, 5), (write_story, 6), (continue_story, 3), (title, 1), (fill_blank, 3), (with_system, 7), (shop_talk, 4)]


def to_chatml(messages) -> str:
    """The text of the chat template, written out; export.py checks that both agree."""
    return "".join(f"<|im_start|>{m['role']}\n{m['content']}<|im_end|>\n" for m in messages)


def instruction(rng):
    return rng.choices([t for t, _ in TASKS], [w for _, w in TASKS])[0](rng)


if __name__ == "__main__":
    import random
    r = random.Random(2)
    for task, _ in TASKS:
        for _ in range(300):
            m = task(r)
            assert all(isinstance(x["content"], str) and x["content"] and "$" not in x["content"] for x in m), (task.__name__, m)
        print(f"-- {task.__name__}\n" + to_chatml(task(r)) + to_chatml(task(r)))
