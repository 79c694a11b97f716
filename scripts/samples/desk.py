"""Classification: messages to a small shop, sorted to the desk that answers them."""

import random

from shared import sentence

ITEMS = "lamp clock kettle chair coat hat bag drum kite puzzle book basket cup bell train doll brush scarf".split()
OPENERS = ["", "", "Hello. ", "Good morning. ", "Please help me. ", "Hi there. ", "Dear shop, ", "I have a question. "]
CLOSERS = ["", "", " Thank you.", " Please answer soon.", " What can I do?", " I need to know today."]

# Words such as parcel, money and box occur under several labels, so that no single word decides.
MESSAGES = {
    "delivery": ["[my|the] $i has not come yet", "where is the parcel with my $i", "when will you bring the $i", "I am still waiting for my $i", "the parcel with the $i is late",
                 "has my $i left the shop", "the $i should have come on $d", "the postman did not bring the $i", "how long until my $i comes", "nobody came with my $i on $d"],
    "refund": ["I want my money back for the $i", "I do not like the $i and want to return it", "can I send the $i back", "please take back the $i", "I will return the $i, so please give me my money",
               "how do I return a $i", "the $i is not what I wanted, so I am sending it back", "may I bring the $i back on $d", "I changed my mind about the $i", "give me back what I paid for the $i"],
    "billing": ["I paid twice for the $i", "the bill for the $i is wrong", "why does my bill show two of the $i", "you took too much money for the $i", "I cannot read the bill for my $i",
                "the price of the $i on my bill is too high", "please send me a bill for the $i", "my bill says $d, but I bought the $i before that", "how much did I pay for the $i", "I paid for one $i, and the bill shows three"],
    "broken": ["the $i came in two pieces", "my $i does not work", "the $i broke on $d", "the box was wet and the $i is spoiled", "there is a hole in the $i", "the $i fell apart on the first day",
               "a part of the $i is missing", "the parcel came, but the $i in it is broken", "the $i has a crack", "the $i stopped working on $d"],
    "account": ["I forgot my password and cannot order the $i", "I cannot sign in to buy the $i", "my new password does not work, and I want a $i", "please change the name on my account before you send the $i",
                "how do I close my account after I buy the $i", "your page says my name is unknown when I order a $i", "I want to change my password before I buy a $i", "my account does not show the $i I bought on $d",
                "I cannot open my account to see the $i", "the secret word for my account is lost, and I need a $i"],
    "praise": ["I love the $i", "the $i is wonderful", "thank you for the beautiful $i", "my children play with the $i all day and are so happy", "the best $i I ever had",
               "the $i came early and is just right", "everyone admires my new $i", "you were so kind when I bought the $i on $d", "the $i made my mother smile", "I will tell all my friends about the $i"],
}
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
QUESTION_STARTS = ("where", "when", "has", "how", "can", "may", "why")


def build(seed: int = 6):
    rng = random.Random(seed)
    pairs = [(label, t, i) for label, ts in MESSAGES.items() for t in ts for i in ITEMS]
    rng.shuffle(pairs)
    # Held out by (phrase, item): a test row joins a known way of speaking with an item new to it.
    test_pairs, train_pairs = [], []
    for label in MESSAGES:
        mine = [p for p in pairs if p[0] == label]
        test_pairs += mine[:16]
        train_pairs += mine[16:116]
    rng.shuffle(train_pairs)
    rng.shuffle(test_pairs)

    def row(label, template, item):
        mark = "?" if template.startswith(QUESTION_STARTS) else "."
        body = sentence(rng, template, i=item, d=rng.choice(DAYS))
        opener = rng.choice(OPENERS)
        if opener.endswith(", ") and not body.startswith("I "):
            body = body[0].lower() + body[1:]
        closer = rng.choice(CLOSERS[:3] if label == "praise" else CLOSERS)
        return {"prompt": f"{opener}{body}{mark}{closer}", "completion": label}

    return [row(*p) for p in train_pairs], [row(*p) for p in test_pairs]
