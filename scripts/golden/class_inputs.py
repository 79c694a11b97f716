"""Pairs of texts and split words as transformers' tokenizers encode them, added to tokenizer_cases.json of each folder given.

    python class_inputs.py ../../e2e/golden/tokenizers/*

Words are those of `is_split_into_words=True`; tokenizers that write the space before a word into its token get it before every
word, the first included, which is what RoBERTa and GPT-2 do when they are told add_prefix_space=True, and ask for.
"""
import json
import sys

from tokenizers import Tokenizer
from tokenizers.pre_tokenizers import ByteLevel
from transformers import AutoTokenizer

PAIRS = [
    ("A man sleeps.", "He is awake."),
    ("One word", "and a second text that is a good deal longer than the first one is"),
    ("A first text that goes on and on, for longer than the one it is held against does", "Short."),
    ("", "alone"),
    ("Ünïcödé 東京", "tabs\tand  spaces "),
]
ROOM = [8, 11, 14, 24]
WORDS = [
    ["EU", "rejects", "German", "call", "to", "boycott", "British", "lamb", "."],
    ["Peter", "Blackburn"],
    ["Œuvre", "d'art", "3,5", "東京", "un-believable", "!?"],
]

for folder in sys.argv[1:]:
    plain = AutoTokenizer.from_pretrained(folder)
    ids = lambda text: plain(text, add_special_tokens=False)["input_ids"]
    lead = "" if ids("a") + ids("b") == ids("a b") else " "
    if (json.load(open(f"{folder}/tokenizer.json"))["pre_tokenizer"] or {}).get("type") == "ByteLevel":
        prefixed = Tokenizer.from_file(f"{folder}/tokenizer.json")
        prefixed.pre_tokenizer = ByteLevel(add_prefix_space=True)
        assert all(prefixed.encode(w, add_special_tokens=False).ids == ids(lead + w) for words in WORDS for w in words), folder
    path = f"{folder}/tokenizer_cases.json"
    cases = json.load(open(path))
    cases["pairs"] = []
    if len(plain("a", "b")["input_ids"]) > len(plain("a", add_special_tokens=False)["input_ids"]) + len(plain("b", add_special_tokens=False)["input_ids"]):
        for a, b in PAIRS:
            for room in [None, *ROOM]:
                encoded = plain(a, b, truncation=room is not None, max_length=room, return_token_type_ids=True)
                cases["pairs"].append({"texts": [a, b], "max_length": room, "ids": encoded["input_ids"], "types": encoded["token_type_ids"]})
    cases["words"] = []
    for words in WORDS:
        encoded = plain([lead + w for w in words], is_split_into_words=True)
        owners = encoded.word_ids()
        places = [owners.index(i) if i in owners else -1 for i in range(len(words))]
        cases["words"].append({"words": words, "ids": encoded["input_ids"], "places": places})
    json.dump(cases, open(path, "w"), ensure_ascii=False, separators=(",", ":"))
    print(folder, len(cases["pairs"]), len(cases["words"]))
