"""The closed word lists and facts that the generated stories and instructions draw from."""

GIRLS = ("Lily Anna Mia Rose Emma Sara Lucy Ella Molly Grace Nora Ruby Daisy Ivy Clara Jane Mary Kate Zoe Amy Beth "
         "Dora Eva Fay Hope Ida June Kim Lena Maya Nina Olga Pam Rita Sue Tina Vera Wendy Polly Hana Amina Leila Yuki Priya Alice").split()
BOYS = ("Tom Ben Sam Max Jack Tim Leo Finn Noah Henry Peter Oscar Hugo Felix Dan Adam Billy Charlie David Eric Fred "
        "George Harry Ian Joe Karl Luke Mark Ned Owen Paul Ralph Simon Ted Victor Will Omar Ali Ravi Kofi Juan Ken Toby Jim").split()
NAMES = GIRLS + BOYS

ANIMALS = {  # name: (sound verb, home, food, legs, young, size)
    "dog": ("barks", "kennel", "meat", 4, "puppy", "big"), "cat": ("meows", "house", "fish", 4, "kitten", "small"),
    "cow": ("moos", "barn", "grass", 4, "calf", "big"), "horse": ("neighs", "stable", "hay", 4, "foal", "big"),
    "pig": ("oinks", "sty", "corn", 4, "piglet", "big"), "sheep": ("baas", "field", "grass", 4, "lamb", "big"),
    "duck": ("quacks", "pond", "bread", 2, "duckling", "small"), "hen": ("clucks", "yard", "seeds", 2, "chick", "small"),
    "lion": ("roars", "plain", "meat", 4, "cub", "big"), "bear": ("growls", "cave", "honey", 4, "cub", "big"),
    "frog": ("croaks", "pond", "flies", 4, "tadpole", "small"), "owl": ("hoots", "tree", "mice", 2, "owlet", "small"),
    "mouse": ("squeaks", "hole", "cheese", 4, "pup", "small"), "bee": ("buzzes", "hive", "nectar", 6, "larva", "small"),
    "wolf": ("howls", "den", "meat", 4, "cub", "big"), "goat": ("bleats", "hill", "leaves", 4, "kid", "big"),
    "bird": ("sings", "nest", "worms", 2, "chick", "small"), "fox": ("yelps", "den", "eggs", 4, "cub", "small"),
    "rabbit": ("squeaks", "burrow", "carrots", 4, "bunny", "small"), "snake": ("hisses", "hole", "mice", 0, "snakelet", "small"),
    "donkey": ("brays", "stable", "hay", 4, "foal", "big"), "goose": ("honks", "pond", "grass", 2, "gosling", "small"),
    "elephant": ("trumpets", "plain", "leaves", 4, "calf", "big"), "monkey": ("chatters", "jungle", "bananas", 4, "infant", "small"),
    "ant": ("", "nest", "crumbs", 6, "larva", "small"), "spider": ("", "web", "flies", 8, "spiderling", "small"),
}
PETS = "dog cat rabbit mouse bird duck hen goat horse frog".split()
WILD = "fox owl bear wolf frog mouse rabbit squirrel hedgehog bird deer turtle".split()

COLOURS = "red blue green yellow white black brown pink purple orange grey golden silver".split()
COLOUR_OF = {"grass": "green", "the sky": "blue", "snow": "white", "a banana": "yellow", "a lemon": "yellow", "coal": "black",
             "blood": "red", "a strawberry": "red", "a carrot": "orange", "milk": "white", "the sun": "yellow", "chocolate": "brown",
             "a leaf": "green", "the night": "black", "an elephant": "grey", "a pig": "pink", "a tomato": "red", "a frog": "green",
             "a swan": "white", "a crow": "black", "mud": "brown", "a plum": "purple", "the sea": "blue", "a pumpkin": "orange",
             "cotton": "white", "a cherry": "red", "gold": "yellow", "a pea": "green", "ash": "grey", "a cloud": "white"}

TOYS = "ball kite doll drum boat train bell book hat scarf ring key box coin whistle puzzle basket lamp cup ribbon shell button spoon clock brush coat bag chair rope flute".split()
SHOP = "apples pears plums eggs loaves cakes candles cups plates spoons books pens hats shirts coats socks shoes bags lamps boxes ropes bells baskets brushes ribbons buttons".split()
FRUIT = "apple pear plum banana cherry lemon orange grape peach berry melon fig".split()
VEGETABLES = "carrot potato onion cabbage pea bean turnip leek pumpkin beet radish spinach".split()
DRINKS = "water milk tea juice coffee lemonade".split()
FOODS = "bread soup cake cheese pie rice porridge pancakes honey jam butter stew salad cookies eggs fish toast pudding".split()
CLOTHES = "hat coat shirt sock shoe scarf glove dress belt cap boot skirt".split()
FURNITURE = "table chair bed shelf desk stool sofa cupboard bench".split()
TOOLS = "hammer saw spade rake axe broom needle knife shovel brush".split()
VEHICLES = "car bus train boat ship bicycle cart truck wagon sled".split()
TREES = "oak pine birch apple-tree willow elm maple cedar".split()
FLOWERS = "rose daisy tulip lily violet poppy sunflower bluebell".split()
BODY = "hand foot arm leg nose ear eye knee finger toe head neck".split()
WEATHER = "sunny rainy windy snowy foggy cloudy stormy cold warm hot".split()
KINDS = {"animal": list(ANIMALS), "fruit": FRUIT, "vegetable": VEGETABLES, "drink": DRINKS, "clothing": CLOTHES, "furniture": FURNITURE,
         "tool": TOOLS, "vehicle": VEHICLES, "flower": FLOWERS, "colour": COLOURS[:11], "body part": BODY, "toy": "ball kite doll drum puzzle top".split()}
KIND_PLURAL = {"animal": "animals", "fruit": "fruits", "vegetable": "vegetables", "drink": "drinks", "clothing": "pieces of clothing",
               "furniture": "pieces of furniture", "tool": "tools", "vehicle": "vehicles", "flower": "flowers", "colour": "colours",
               "body part": "body parts", "toy": "toys"}

PLACES = ("park garden forest kitchen school beach river hill market farm library barn village field lake shop street bridge "
          "house station town mill meadow castle bakery yard").split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
SEASONS = "spring summer autumn winter".split()
TIMES = "morning noon evening night afternoon".split()
NUMBERS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
           "eighteen nineteen twenty").split()

OPPOSITES = [("big", "small"), ("hot", "cold"), ("up", "down"), ("day", "night"), ("happy", "sad"), ("fast", "slow"), ("wet", "dry"),
             ("open", "closed"), ("old", "young"), ("long", "short"), ("light", "dark"), ("hard", "soft"), ("high", "low"), ("in", "out"),
             ("full", "empty"), ("rich", "poor"), ("strong", "weak"), ("early", "late"), ("clean", "dirty"), ("loud", "quiet"), ("good", "bad"),
             ("near", "far"), ("left", "right"), ("sweet", "sour"), ("thick", "thin"), ("wide", "narrow"), ("brave", "afraid"), ("first", "last"),
             ("begin", "end"), ("push", "pull"), ("buy", "sell"), ("give", "take"), ("win", "lose"), ("laugh", "cry"), ("love", "hate"),
             ("yes", "no"), ("black", "white"), ("heavy", "light"), ("kind", "cruel"), ("sick", "well"), ("awake", "asleep"), ("new", "old"),
             ("friend", "enemy"), ("question", "answer"), ("inside", "outside"), ("above", "below"), ("before", "after"), ("same", "different")]
SYNONYMS = [("big", "large"), ("small", "little"), ("happy", "glad"), ("sad", "unhappy"), ("fast", "quick"), ("angry", "cross"), ("begin", "start"),
            ("end", "finish"), ("pretty", "beautiful"), ("smart", "clever"), ("brave", "bold"), ("afraid", "scared"), ("sick", "ill"), ("quiet", "silent"),
            ("shut", "close"), ("rich", "wealthy"), ("gift", "present"), ("road", "street"), ("boat", "ship"), ("stone", "rock"), ("tired", "sleepy"),
            ("jump", "leap"), ("look", "see"), ("speak", "talk"), ("shout", "yell"), ("kind", "nice"), ("funny", "amusing"), ("strange", "odd")]
RHYMES = [("cat", "hat"), ("dog", "log"), ("sun", "fun"), ("tree", "bee"), ("night", "light"), ("day", "play"), ("star", "far"), ("moon", "spoon"),
          ("boat", "coat"), ("house", "mouse"), ("king", "ring"), ("cake", "lake"), ("rain", "train"), ("bear", "chair"), ("sky", "fly"), ("snow", "go"),
          ("fox", "box"), ("ball", "tall"), ("book", "cook"), ("hill", "mill"), ("bed", "red"), ("fish", "dish"), ("nose", "rose"), ("door", "floor"),
          ("hand", "sand"), ("ship", "lip"), ("clock", "sock"), ("queen", "green"), ("goat", "float"), ("bell", "well")]
PLURALS = [("cat", "cats"), ("child", "children"), ("mouse", "mice"), ("foot", "feet"), ("man", "men"), ("woman", "women"), ("box", "boxes"),
           ("leaf", "leaves"), ("baby", "babies"), ("fox", "foxes"), ("tooth", "teeth"), ("goose", "geese"), ("dog", "dogs"), ("berry", "berries"),
           ("knife", "knives"), ("wolf", "wolves"), ("sheep", "sheep"), ("fish", "fish"), ("dish", "dishes"), ("city", "cities"), ("tree", "trees"),
           ("book", "books"), ("loaf", "loaves"), ("bus", "buses"), ("story", "stories"), ("lady", "ladies"), ("house", "houses"), ("star", "stars")]
VERBS = [  # base, third person, past, -ing
    ("walk", "walks", "walked", "walking"), ("run", "runs", "ran", "running"), ("eat", "eats", "ate", "eating"), ("sing", "sings", "sang", "singing"),
    ("go", "goes", "went", "going"), ("see", "sees", "saw", "seeing"), ("buy", "buys", "bought", "buying"), ("make", "makes", "made", "making"),
    ("take", "takes", "took", "taking"), ("give", "gives", "gave", "giving"), ("find", "finds", "found", "finding"), ("swim", "swims", "swam", "swimming"),
    ("write", "writes", "wrote", "writing"), ("sleep", "sleeps", "slept", "sleeping"), ("play", "plays", "played", "playing"), ("jump", "jumps", "jumped", "jumping"),
    ("drink", "drinks", "drank", "drinking"), ("fly", "flies", "flew", "flying"), ("come", "comes", "came", "coming"), ("sit", "sits", "sat", "sitting"),
    ("stand", "stands", "stood", "standing"), ("bring", "brings", "brought", "bringing"), ("think", "thinks", "thought", "thinking"),
    ("tell", "tells", "told", "telling"), ("keep", "keeps", "kept", "keeping"), ("break", "breaks", "broke", "breaking"), ("draw", "draws", "drew", "drawing"),
    ("know", "knows", "knew", "knowing"), ("catch", "catches", "caught", "catching"), ("build", "builds", "built", "building"), ("hold", "holds", "held", "holding"),
    ("help", "helps", "helped", "helping"), ("wash", "washes", "washed", "washing"), ("cook", "cooks", "cooked", "cooking"), ("paint", "paints", "painted", "painting"),
    ("open", "opens", "opened", "opening"), ("carry", "carries", "carried", "carrying"), ("climb", "climbs", "climbed", "climbing"),
    ("sell", "sells", "sold", "selling"), ("teach", "teaches", "taught", "teaching"), ("read", "reads", "read", "reading"), ("hide", "hides", "hid", "hiding")]
OBJECT_VERBS = [("clean", "cleans", "cleaned", "cleaning"), ("paint", "paints", "painted", "painting"), ("carry", "carries", "carried", "carrying"),
                ("find", "finds", "found", "finding"), ("buy", "buys", "bought", "buying"), ("hide", "hides", "hid", "hiding"),
                ("open", "opens", "opened", "opening"), ("break", "breaks", "broke", "breaking"), ("lose", "loses", "lost", "losing"),
                ("bring", "brings", "brought", "bringing"), ("sell", "sells", "sold", "selling"), ("hold", "holds", "held", "holding"),
                ("wash", "washes", "washed", "washing"), ("draw", "draws", "drew", "drawing"), ("make", "makes", "made", "making"),
                ("take", "takes", "took", "taking"), ("keep", "keeps", "kept", "keeping"), ("see", "sees", "saw", "seeing"), ("want", "wants", "wanted", "wanting"),
                ("need", "needs", "needed", "needing"), ("like", "likes", "liked", "liking"), ("fix", "fixes", "fixed", "fixing")]
JOBS = [("baker", "bakes bread"), ("teacher", "teaches children"), ("doctor", "helps sick people"), ("farmer", "grows food"), ("sailor", "sails ships"),
        ("cook", "cooks meals"), ("tailor", "makes clothes"), ("gardener", "grows flowers and plants"), ("painter", "paints pictures"), ("singer", "sings songs"),
        ("fireman", "puts out fires"), ("postman", "brings letters and parcels"), ("builder", "builds houses"), ("librarian", "looks after books"),
        ("shopkeeper", "sells things in a shop"), ("fisherman", "catches fish"), ("shoemaker", "makes and mends shoes"), ("king", "rules a country"),
        ("nurse", "looks after sick people"), ("miller", "grinds corn into flour"), ("driver", "drives a car or a bus"), ("writer", "writes books"),
        ("dentist", "looks after teeth"), ("shepherd", "looks after sheep"), ("carpenter", "makes things from wood"), ("clockmaker", "makes and mends clocks")]
USES = [("knife", "cut things"), ("pen", "write"), ("spoon", "eat soup"), ("broom", "sweep the floor"), ("umbrella", "keep dry in the rain"), ("lamp", "give light"),
        ("key", "open a lock"), ("clock", "tell the time"), ("bed", "sleep"), ("chair", "sit"), ("cup", "drink"), ("needle", "sew"), ("hammer", "hit nails"),
        ("map", "find the way"), ("boat", "cross the water"), ("coat", "keep warm"), ("soap", "wash your hands"), ("towel", "get dry"), ("book", "read"),
        ("ladder", "climb up high"), ("basket", "carry things"), ("stove", "cook food"), ("rope", "tie things"), ("brush", "paint or clean"), ("bell", "call people"),
        ("phone", "talk to someone far away"), ("candle", "give light in the dark"), ("oven", "bake bread"), ("spade", "dig a hole"), ("scarf", "keep your neck warm")]
FACTS = [("How many days are in a week?", "There are seven days in a week."), ("How many months are in a year?", "There are twelve months in a year."),
         ("How many hours are in a day?", "There are twenty-four hours in a day."), ("How many legs does a chair have?", "A chair usually has four legs."),
         ("What do bees make?", "Bees make honey."), ("What do cows give us?", "Cows give us milk."), ("What do hens lay?", "Hens lay eggs."),
         ("Where does the sun rise?", "The sun rises in the east."), ("Where does the sun set?", "The sun sets in the west."),
         ("What falls from clouds?", "Rain falls from clouds."), ("What is ice made of?", "Ice is made of frozen water."), ("What do we see with?", "We see with our eyes."),
         ("What do we hear with?", "We hear with our ears."), ("What do we smell with?", "We smell with our nose."), ("What do we taste with?", "We taste with our tongue."),
         ("What shines at night?", "The moon and the stars shine at night."), ("What shines by day?", "The sun shines by day."), ("What is the coldest season?", "Winter is the coldest season."),
         ("What is the hottest season?", "Summer is the hottest season."), ("When do leaves fall?", "Leaves fall in autumn."), ("When do flowers bloom?", "Many flowers bloom in spring."),
         ("What do plants need to grow?", "Plants need water, light and soil to grow."), ("What is bread made from?", "Bread is made from flour and water."),
         ("What is cheese made from?", "Cheese is made from milk."), ("What is paper made from?", "Paper is made from wood."), ("What is glass made from?", "Glass is made from sand."),
         ("Where do fish live?", "Fish live in water."), ("Where do birds build nests?", "Birds build nests in trees."), ("What do caterpillars become?", "Caterpillars become butterflies."),
         ("What do tadpoles become?", "Tadpoles become frogs."), ("What keeps us warm in winter?", "A thick coat and a fire keep us warm in winter."),
         ("What do you call frozen rain?", "Frozen rain is called hail or snow."), ("What is a group of stars called?", "A group of stars is called a constellation."),
         ("What is the opposite of hot?", "The opposite of hot is cold."), ("How many fingers are on one hand?", "There are five fingers on one hand."),
         ("How many eyes do you have?", "People have two eyes."), ("How many wheels does a bicycle have?", "A bicycle has two wheels."), ("How many wheels does a car have?", "A car has four wheels."),
         ("What do we use to tell the time?", "We use a clock to tell the time."), ("Why do we sleep?", "We sleep so that our body and mind can rest."),
         ("Why do we eat?", "We eat because food gives us strength."), ("Why does it get dark at night?", "It gets dark because the sun is on the other side of the earth."),
         ("Why do birds fly south?", "Birds fly south to find warm weather and food."), ("What is the largest animal?", "The blue whale is the largest animal."),
         ("What is the tallest animal?", "The giraffe is the tallest animal."), ("Which animal is called the king of beasts?", "The lion is called the king of beasts."),
         ("What is the first month of the year?", "January is the first month of the year."), ("What is the last month of the year?", "December is the last month of the year."),
         ("What do we call water that falls from a cliff?", "We call it a waterfall."), ("What do you call a person who writes books?", "A person who writes books is called a writer."),
         ("What is a baby cat called?", "A baby cat is called a kitten."), ("What colour do you get from blue and yellow?", "Blue and yellow make green."),
         ("What colour do you get from red and yellow?", "Red and yellow make orange."), ("What colour do you get from red and blue?", "Red and blue make purple."),
         ("What colour do you get from red and white?", "Red and white make pink."), ("What is the earth?", "The earth is the round world we live on."),
         ("What is the moon?", "The moon is a big ball of rock that goes around the earth."), ("What is the sun?", "The sun is a star that gives us light and warmth."),
         ("What is a river?", "A river is a long stream of water that flows to the sea."), ("What is a forest?", "A forest is a large place full of trees."),
         ("What is an island?", "An island is land with water all around it."), ("What is a desert?", "A desert is a dry place with very little rain."),
         ("What is a mountain?", "A mountain is a very high hill."), ("What is snow?", "Snow is frozen water that falls from the clouds."), ("What is wind?", "Wind is moving air."),
         ("What is a friend?", "A friend is someone who likes you and helps you."), ("What is a promise?", "A promise is something you say you will surely do."),
         ("What is a library?", "A library is a place where you can borrow books."), ("What is a school?", "A school is a place where children learn."),
         ("What is a market?", "A market is a place where people buy and sell things."), ("What is a bridge?", "A bridge lets people cross over water or a road.")]
