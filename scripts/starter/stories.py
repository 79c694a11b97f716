"""Short generated stories in simple modern English, with the facts each one contains.

Each plot is a list of moments; each moment is a template with many alternatives, so one plot
gives millions of different texts while cause and effect stay sound. That is what lets a model
of three million parameters learn to tell a story that hangs together.
"""

from grammar import expand
from lexicon import BOYS, COLOURS, DAYS, GIRLS, NAMES, PETS, PLACES, TOYS, TREES, WILD, FOODS, FLOWERS

_TRAITS = ["kind", "brave", "clever", "shy", "curious", "cheerful", "careful", "lazy", "proud", "quiet", "busy", "gentle", "stubborn", "patient"]
_ADULTS = [("mother", "she", "her"), ("father", "he", "him"), ("grandmother", "she", "her"), ("grandfather", "he", "him"), ("aunt", "she", "her"), ("uncle", "he", "him")]

_OPEN = "[One day|One $daytime|One $weather $daytime|On $day|One $season day|One fine day|One $day $daytime], "
_INTRO = ["[Once there was|There once was|There was once|Once upon a time there was] [a|a little|a young] $kid named $hero. $Hero was [very |rather |]$trait. ",
          "[Once there was|There once was] a $trait $kid called $hero who lived [near the|by the|in a house near the|not far from the] $place. ",
          "$Hero was a $trait $kid. $He lived with $his $adult [in a small house|near the $place|in a little town|on a farm|at the end of a long road]. ",
          "[Once upon a time,|Long ago,|In a far-off village,|In a small town,] there lived a $kid named $hero. [Everyone said that $he was $trait.|$He was known to be $trait.|$He was $trait and liked to $hobby.] ",
          "$Hero liked to $hobby. [Every day|Every $daytime|After school|When the weather was fine] $he went to the $place. ",
          "This is a story about a $kid named $hero. $Hero was $trait, and $he liked to $hobby. ", ""]
_HOBBIES = ["sing", "draw", "run", "read books", "look at the stars", "play outside", "swim", "climb trees", "help $his $adult", "feed the birds", "tell jokes",
            "bake", "fly kites", "ride $his bicycle", "pick flowers", "walk in the woods", "build things", "count the clouds"]
_FEEL_GOOD = "[$Hero was very happy.|$Hero smiled.|$Hero felt glad.|$Hero laughed with joy.|$Hero jumped for joy.|$Hero felt warm inside.|$Hero could not stop smiling.]"
_FEEL_BAD = "[$Hero was sad.|$Hero felt very sad.|$Hero began to cry.|A tear ran down $hero's cheek.|$Hero did not know what to do.|$Hero sat down and sighed.]"
_END = ["[From that day on|After that|Ever after], [they were the best of friends|$hero and $friend were good friends|$hero was never so $worry again].", "And they all lived happily.",
        "That night $hero slept well.", "It was a day that $hero never forgot.", "\"What a good day it was,\" said $hero.", "Then they all went home for supper.",
        "$Hero went home and told $his $adult all about it.", "The end.", "And that is the end of the story.", ""]

# name -> (moral, one-sentence summary, moments)
PLOTS = {
    "lost": ("[It is good to ask for help.|Friends help each other.|Do not give up too soon.]",
             "$Hero lost $his $colour $toy, and $friend helped $him find it $hiding.", [
        _OPEN + "$hero [could not find|lost] $his $colour $toy.", "[It was the thing $he loved most.|$He had got it from $his $adult.|$He played with it every day.|]",
        "$He looked [under the bed|in the box|behind the door|on the shelf|in every room], but [it was not there|there was no $toy|$he could not see it].",
        _FEEL_BAD, "[Then|Soon|Just then|A little later] $his friend $friend came [by|along|to see $him]. \"[What is wrong|Why are you sad|What is the matter]?\" asked $friend.",
        "\"I [cannot find|have lost] my $toy,\" said $hero. \"[I have looked everywhere.|It is $colour.|I want it back.|Will you help me?]\"",
        "\"[Do not worry|Do not cry|Never mind],\" said $friend. \"[I will help you|We will look together|Let us look for it together].\"",
        "[They looked and looked.|They looked high and low.|So the two friends set out.|They walked all around the $place.]",
        "At last $friend [saw something $colour|cried, \"Look there!\"|pointed and laughed]. The $toy was $hiding!", _FEEL_GOOD, "\"Thank you, $friend,\" said $hero. \"[You are a true friend.|I could not have done it without you.|You are very kind.]\""]),
    "work": ("[Hard work brings its reward.|If you want something, work for it.|Patience pays.]",
             "$Hero wanted a $colour $toy and worked until $he could buy it.", [
        _OPEN + "$hero saw a $colour $toy in the window of the shop. [$He wanted it very much.|It was the finest $toy $he had ever seen.|\"Oh, how I want that $toy,\" $he said.]",
        "But $he had no money. [\"You must work for it,\" said $his $adult.|\"How can I get it?\" $he asked $his $adult.|$He thought about it all night.]",
        "So $hero [went to the baker and carried bread|helped the farmer pick apples|swept the street in front of the shop|washed windows for the neighbours|carried water for an old woman|fed the hens every morning].",
        "[It was hard work|The work was hard|$He was tired each night], but $he did not stop. [Each day $he put a coin in a jar.|Every week $he counted $his coins.|Little by little the jar grew full.]",
        "[After many days|At last|When summer came|In the end] $he had enough. $He ran to the shop and [put the coins on the counter|paid for the $toy].",
        "\"[You have earned it|Here it is|Well done],\" said the shopkeeper[, and gave $him the $toy|].", _FEEL_GOOD, "[The $toy was worth all the work.|$He took good care of it.|And because $he had worked for it, $he loved it all the more.]"]),
    "fear": ("[Being brave means trying even when you are afraid.|Things are often less scary than they seem.]",
             "$Hero was afraid of $fear, but with $friend's help $he became brave.", [
        "$Hero was afraid of $fear. [When others laughed and played, $he stayed away.|$He did not tell anyone.|It made $him feel small.]",
        _OPEN + "$his friend $friend said, \"[Come with me|Let us go to the $place|I want to show you something].\"",
        "\"I [can't|am too afraid|dare not],\" said $hero. [$His knees shook.|$His voice was small.|$He hid behind $his $adult.]",
        "\"[I was afraid once too|Hold my hand|Take one small step],\" said $friend. \"[Then you will see that it is not so bad.|I will stay with you.|I will be right here.]\"",
        "$Hero [took a deep breath|closed $his eyes|held $friend's hand]. [Step by step|Slowly|Little by little] $he went on.",
        "[Nothing bad happened.|After a while $his heart beat slower.|To $his surprise, it was not so bad.] \"[I did it|Look at me|I am not afraid any more]!\" $he cried.",
        "$Friend [clapped|cheered|laughed and hugged $him]. " + _FEEL_GOOD]),
    "share": ("[Sharing makes things better.|A thing shared is twice as good.|It is good to give.]",
              "$Hero shared $his $food with a hungry $animal, and the $animal became $his friend.", [
        _OPEN + "$hero sat [in the $place|under a $tree tree|on a stone|by the road] with some $food. [It smelled good.|$He was just about to eat.|$His $adult had made it.]",
        "A little $animal came [near|out of the bushes|up to $him]. It looked [thin and hungry|at the $food with big eyes|very hungry].",
        "[At first|For a moment] $hero [wanted to eat it all|did not want to share|held the $food tight]. \"[This is mine|I have only a little|I am hungry too],\" $he thought.",
        "But the $animal [looked so sad|was so small|waited so quietly] that $hero [broke off a piece|gave it half|held out some of the $food]. \"[Here, this is for you|Eat, little one|You may have some],\" $he said.",
        "The $animal ate [every bit|it all up|happily]. Then it [came close|lay down by $him|looked up and seemed to smile].",
        "The next day, when $hero [was lost in the forest|dropped $his $toy in the long grass|could not find the way home], the $animal came and [showed $him the way|helped $him|ran ahead to lead $him].",
        "\"[You helped me because I shared with you|Thank you, little $animal|Now we are friends],\" said $hero."]),
    "hurt": ("[Be kind to those who are weak.|A kind act is never lost.]",
             "$Hero found a hurt $animal and took care of it until it was well.", [
        _OPEN + "$hero heard a [small|soft|sad] cry [in the $place|behind a $tree tree|near the gate|from under a bush]. $He found a $animal with a hurt [leg|foot|ear].",
        "\"[Poor thing|Oh dear|Do not be afraid],\" said $hero. [$He picked it up gently.|$He wrapped it in $his scarf.|$He carried it home in $his arms.]",
        "$His $adult [washed the $hurt place|found a soft cloth|brought warm water]. \"[It must rest|It will need care|You must feed it each day],\" said $his $adult.",
        "[Every morning|Every day|Each night] $hero [gave it food and water|sat beside it|talked to it softly]. [Day by day|Little by little] the $animal grew strong.",
        "[One day|At last|After a week|In the spring] it could [walk|run|jump] again. \"[It is time to let it go|It wants to go home|You must be free],\" said $hero, though $he was a little sad.",
        "The $animal ran [to the trees|into the forest|over the field]. [Then it turned and looked back, as if to say thank you.|But it often came back to see $him.|$Hero waved until $he could see it no more.]"]),
    "rain": ("[You can have fun anywhere.|A bad day can turn into a good one.]", "It rained, so $hero and $friend played inside and had fun.", [
        _OPEN + "$hero and $friend wanted to go to the $place. [They had packed some $food.|They had waited all week.|They had made a plan.]",
        "But [it began to rain|the rain came down|dark clouds filled the sky and it rained]. \"[Now our day is spoiled|What shall we do now|We can't go out],\" said $hero.",
        "They sat by the window and watched the drops. Then $friend had an idea. \"[Let us make a house under the table|We can pretend that this room is the $place|Let us build a boat from the chairs],\" $friend_he said.",
        "They took [blankets and pillows|chairs and a rope|boxes and a sheet] and worked [hard|together]. Soon they had [a fine little house|a ship|a castle].",
        "They ate the $food and [told stories|sang songs|played all day|laughed and laughed]. [They forgot the rain.|When the sun came out, they did not even see it.]",
        "\"[This was even better than the $place|I hope it rains again tomorrow|What a fine day],\" said $hero."]),
    "broke": ("[It is best to tell the truth.|Honest people are trusted.]", "$Hero broke $his $adult's $thing and told the truth about it.", [
        _OPEN + "$hero was playing with a $toy in the house. [$He was not careful.|$His $adult had told $him not to.|$He ran too fast.] The $toy hit the $thing, and it [fell and broke|broke in two|broke].",
        "$Hero was [afraid|very sorry|pale]. \"[What shall I do|Will my $adult be angry|Shall I hide it]?\" $he thought. [$He hid the pieces under the bed.|$He put the pieces behind the door.|$He wanted to run away.]",
        "But $he [could not eat $his supper|could not sleep|felt bad inside]. [At last|In the end|So] $he went to $his $adult and said, \"[I broke the $thing. I am sorry|It was I who broke the $thing|I must tell you something. I broke your $thing].\"",
        "$His $adult [was quiet for a moment|looked at $him|took $his hand]. \"[I am sad about the $thing|A $thing can be mended], but I am [glad|proud] that you told me the truth,\" $adult_he said.",
        "[Together they mended it with glue.|The next day they bought a new one.|$Hero gave $his own coins to buy a new one.] " + "[$Hero felt much better.|$Hero felt light again.|From then on $hero was more careful.]"]),
    "newfriend": ("[A new friend may be waiting next door.|It is good to say hello.]", "$Hero met a new $friendkid named $friend, and they became friends.", [
        _OPEN + "a new family came to live [next door to $hero|near the $place|in the house across the street]. There was a $friendkid named $friend.",
        "$Friend [sat alone|did not know anyone|stood by the gate and looked at the ground|was too shy to speak]. $Hero saw $friend_him from the window.",
        "\"[$Friend_he looks lonely|I will go and say hello|Maybe $friend_he would like to play],\" $hero said. $He took $his $colour $toy and went out.",
        "\"Hello,\" said $hero. \"My name is $hero. [Do you want to play with me|Would you like to see my $toy|What is your name]?\"",
        "$Friend [looked up and smiled|nodded|smiled for the first time that day]. \"[Yes, please|I would like that|My name is $friend. I would like to play],\" $friend_he said.",
        "They played [until it was dark|all afternoon|in the $place] with the $toy. [The next day they played again.|Soon they were the best of friends.|When it was time to go home, they said, \"See you tomorrow.\"]"]),
    "make": ("[Try again when you fail.|We learn from our mistakes.]", "$Hero tried to make a $made, failed at first, and then did it.", [
        _OPEN + "$hero wanted to make a $made. \"[I can do it by myself|It will be the best $made of all|How hard can it be],\" $he said.",
        "$He [found all the things $he needed|worked all morning|began at once]. But the first $made [fell apart|was a mess|came out wrong|did not work at all].",
        "\"[I will never do it|It is too hard|I give up],\" said $hero. $His $adult smiled. \"[Nobody does it right the first time|Try once more|Every mistake teaches us something],\" $adult_he said. \"[Go slowly this time.|Let me show you one small trick.|Begin again, one step at a time.]\"",
        "So $hero tried again. $He [was careful|took $his time|thought about each step]. [The second one was better.|Now it went better.]",
        "[At last|In the end|By evening] the $made was [ready|done|finished], and it was [fine|beautiful|just right]. $He showed it to $friend. \"[What a fine $made|Did you make that yourself|Will you teach me]!\" said $friend.",
        _FEEL_GOOD]),
    "box": ("[Small things can hold great treasures.|It is good to be curious, and also to be careful.]", "$Hero found an old box with a $treasure in it.", [
        _OPEN + "$hero was [digging in the garden|playing in the $place|looking around in the old barn|walking by the river] when $he [found|saw|hit upon] an old box.",
        "It was [shut tight|covered with mud|made of dark wood|very heavy]. \"[What can be in it?|I wonder whose it can be?|Maybe it is full of gold!]\" $he said. $He called $friend.",
        "They [pulled and pulled|looked for a key|pushed with a stick]. [At last|With a loud creak|Slowly] the box opened.",
        "Inside there was a $treasure. [\"How beautiful!\" said $friend.|They looked at it for a long time.|Neither of them spoke.]",
        "They took it to $hero's $adult. \"[That was mine when I was young|I lost it many years ago|I hid it there when I was a child],\" said $his $adult[, with shining eyes|].",
        "\"[You may keep it|You found it, so it is yours now|Let us put it on the shelf where all can see it],\" $adult_he said. " + _FEEL_GOOD]),
    "woods": ("[Stay calm when you are lost.|Listen to those who know the way.]", "$Hero got lost in the forest, and $creature showed $him the way home.", [
        _OPEN + "$hero went into the forest to [pick berries|look for mushrooms|find wood|follow a butterfly]. $He went [deeper and deeper|too far|from tree to tree].",
        "[Soon|When $he looked up|After a while] $he did not know the way. [All the trees looked the same.|It was getting dark.|The wind blew in the trees.] " + _FEEL_BAD,
        "Then $he heard a voice. It was $creature. \"[Why are you crying|Are you lost|What are you doing here so late], little one?\" said the $creature_short.",
        "\"I [want to go home|cannot find my way home|am lost],\" said $hero. \"[Can you help me|Do you know the way]?\"",
        "\"[Follow me|Come with me|I know every path],\" said the $creature_short. [It went ahead from tree to tree.|It walked slowly so that $hero could follow.|They went over a stream and past a big stone.]",
        "[Soon|At last|Before long] $hero saw the light of $his own house. $His $adult [ran out to meet $him|was standing at the door|hugged $him tight]. \"[Where have you been|I was so afraid for you|Thank goodness you are here],\" said $his $adult.",
        "$Hero turned to thank the $creature_short, but it was gone."]),
    "race": ("[Slow and steady wins the race.|Do not laugh at those who are slow.|Helping a friend is better than winning.]", "$Hero and $friend ran a race, and $hero stopped to help $friend.", [
        _OPEN + "there was a race [at the $place|in the village|around the lake]. $Hero and $friend both wanted to win [the prize, a $colour $toy|the $colour cup|].",
        "\"I am faster than you,\" said $friend. \"We shall see,\" said $hero. [A bell rang and they were off.|\"Ready, steady, go!\" cried the teacher.]",
        "[At first|In the beginning] $friend was ahead. $Hero ran [as fast as $he could|steadily|and did not look back]. Then $friend [fell over a stone|slipped in the mud|hurt $friend_his foot] and cried out.",
        "$Hero could [have run on and won|have won the race then]. But $he stopped. \"[Are you hurt?|Can you stand?|Take my hand.]\" $he said.",
        "[$He helped $friend up|With $hero's help $friend stood up], and they went to the end together, [arm in arm|side by side]. They came in last, but everyone [clapped|cheered].",
        "\"[You are the true winner|You are a good friend|I am sorry that I was so proud],\" said $friend."]),
    "seed": ("[Good things take time.|Be patient.]", "$Hero planted a seed and waited until a $flower grew.", [
        _OPEN + "$hero's $adult gave $him a little seed. \"[Put it in the ground|Plant it and give it water|If you take care of it, you will see something wonderful],\" said $his $adult.",
        "$Hero [made a hole in the ground|filled a pot with earth|chose a sunny place in the garden] and put the seed in it. $He gave it water [every day|each morning].",
        "But [nothing happened|there was nothing to see]. \"[It is dead|It does not work|Why does it not grow]?\" $he [said|asked] after three days. \"[Wait|You must wait|It is asleep under the ground],\" said $his $adult.",
        "[A week went by.|The rain fell and the sun shone.|Days went by.] Then one morning there was a [tiny green leaf|little green point|small green plant].",
        "It grew [taller and taller|every day|a little more each day], until [one day|at last] it had a beautiful $colour $flower. \"[It was worth the wait|Look what I have grown|I made that grow]!\" said $hero."]),
    "birthday": ("[The best gift is to be loved.|Thinking of others brings joy.]", "$Hero thought everyone forgot $his birthday, but there was a surprise.", [
        "It was $hero's birthday. $He woke up early [and ran down the stairs|and was full of joy|with a smile].", "But nobody said a word about it. $His $adult [was busy|only said good morning|went out of the house]. Even $friend [did not say anything|only said hello and ran off].",
        "\"They have all forgotten,\" thought $hero. " + _FEEL_BAD, "[In the $daytime|After a while] $his $adult said, \"[Please get some wood from the barn|Can you bring me a basket from the barn|Come with me to the barn].\"",
        "$Hero opened the door. It was dark inside. [Then|Suddenly] there was light, and everyone shouted, \"Happy birthday, $hero!\"",
        "There was $friend, and there was a big cake [with candles|], and a $colour $toy [tied with a ribbon|in a box|]. \"[Did you think we forgot you|We planned it for weeks|Make a wish],\" said $friend.", _FEEL_GOOD]),
    "quarrel": ("[It is better to make up than to be right.|Share your things with your friends.]", "$Hero and $friend quarrelled over a $colour $toy and made up.", [
        _OPEN + "$hero and $friend were playing with a $colour $toy. \"It is my turn,\" said $hero. \"No, it is mine,\" said $friend.",
        "They [both pulled|pulled and pulled|shouted at each other]. [Then the $toy broke in two.|Then the $toy fell into the water.|Then the $toy fell in the mud.] \"[Look what you did|It is your fault|I will never play with you again]!\" cried $hero.",
        "They both went home [angry|without a word]. But [at home it was quiet|playing alone was no fun|$hero missed $his friend].",
        "\"[I was not kind|A friend is worth more than a $toy|I should say that I am sorry],\" thought $hero. $He went to $friend's house. On the way $he met $friend, who [was coming to see $him|had been thinking the same thing].",
        "\"I am sorry,\" they both said at the same time. [Then they laughed.|They shook hands.|They hugged.] [Together they mended the $toy.|Together they cleaned the $toy.|They found the $toy and took turns.]"]),
    "noise": ("[Look before you are afraid.|Most scary things have a simple cause.]", "$Hero was afraid of a noise at night, but it was only $noisecause.", [
        "One night $hero lay in bed. [The house was quiet.|The moon shone through the window.|Everyone was asleep.] Then $he heard a noise. [Tap, tap, tap.|Scratch, scratch.|Bump, bump.|Creak, creak.]",
        "\"[What is that|Who is there|Is it a ghost]?\" $he whispered. [$He pulled the blanket over $his head.|$His heart beat fast.|$He held $his $toy tight.]",
        "The noise came again. $Hero [called $his $adult|took a lamp|got out of bed and went to the door]. [Step by step|Slowly] $he went [to the window|down the stairs|across the room].",
        "And what did $he see? It was only $noisecause! $Hero [laughed out loud|had to laugh|felt silly].", "\"[You gave me a scare|So it was only you|There is nothing to fear],\" $he said. Then $he went back to bed and slept until morning."]),
    "promise": ("[Keep your promises.|A promise is a promise.]", "$Hero promised to help $friend and kept $his promise.", [
        "$Hero promised to help $friend [paint the fence|clean the barn|feed the hens|carry wood] on $day.", "But on $day [the sun was shining, and|] some other children came by and said, \"[Come with us to the $place|We are going swimming. Come along|Let us go and play].\"",
        "$Hero wanted to go [very much|with them]. [\"Nobody will know,\" said one of them.|\"You can help $friend another day,\" they said.] $He thought for a while.",
        "\"No,\" said $hero. \"I [made a promise|gave my word|told $friend that I would help].\" So $he went to $friend[, and they worked all day|].",
        "When the work was done, $friend's $adult brought [a big cake|hot soup|cold lemonade and cookies]. \"[You kept your word|I can trust you|You are a good friend],\" said $friend. \"[Tomorrow we will all go to the $place|I will never forget it].\"", _FEEL_GOOD]),
    "learn": ("[Practice makes it easier.|Every day you can learn a little.]", "$Hero learned to $skill with the help of $friend.", [
        "$Hero could not $skill. [All the other children could do it.|$He tried and tried, but it did not work.|$He wished that $he could.]", "\"[I will never learn it|Why can't I do it|I am no good at this],\" $he said to $friend.",
        "\"[You can learn it|It takes time|I could not do it at first either],\" said $friend. \"[Let us try a little every day|I will teach you|Come with me to the $place].\"",
        "[The first day|At first] $he [made many mistakes|was clumsy|could not do it at all]. [The next day it was a little better.|But $he did not stop.] [Day after day they tried.|Every $daytime they tried again.]",
        "[Then, one day,|At last|And then, all at once,] $hero could $skill! \"[I can do it|Look, look|I did it]!\" $he cried. $Friend [laughed and clapped|was as happy as $he was|cheered].",
        "[Now $hero teaches other children.|\"Thank you for not giving up on me,\" said $hero.|After that $he wanted to do it all day long.]"]),
    "fable": ("[Pride comes before a fall.|Do not trust those who flatter you.|The small can help the great.|Greed brings loss.]", "A $bigwild laughed at a small $animal, but later the $animal saved it.", [
        "[Once|Long ago|One day] a $bigwild met a little $animal in the forest. \"[You are so small|What can a tiny thing like you do|Get out of my way],\" said the $bigwild[ with a laugh|].",
        "\"[Even small ones can help|One day I may help you|Please let me go],\" said the $animal. The $bigwild [laughed so hard that the trees shook|only laughed|let it go].",
        "[Some days later|The next week|Not long after] the $bigwild [was caught in a net|fell into a deep hole|got stuck between two rocks]. It [pulled|pushed|fought] with all its might, but it could not get free.",
        "It [cried for help|called out], but [no one came|all the others ran away]. Then the little $animal heard the cry. It [came as fast as it could|ran to the place at once].",
        "[It bit through the ropes one by one|It dug and dug in the earth|It brought a long branch], until the $bigwild was free.", "\"[I laughed at you, and you saved me|I was wrong|You are small, but you are a great friend],\" said the $bigwild. [From then on they were friends.|And it never laughed at small ones again.]"]),
    "market": ("[Think before you spend.|It is good to be fair.]", "$Hero went to the market to buy $food and came home with it.", [
        _OPEN + "$hero's $adult gave $him [a coin|two coins|three coins] and said, \"Go to the market and buy some $food.\" $Hero took a basket and set out.",
        "On the way $he met $friend, who had a $colour $toy. \"Give me your coins and you can have it,\" said $friend. [$Hero looked at the $toy for a long time.|It was a very fine $toy.]",
        "\"No,\" said $hero. \"My $adult needs the $food.\" [And $he went on.|And $he walked on quickly.]", "At the market there were so many things to see: [hats and shoes|apples and pears|hens and geese|pots and pans], and people who called and sang. At last $he found the $food.",
        "\"[What does it cost|How much is it]?\" asked $hero. \"[For you, just one coin|One coin, please],\" said the [old man|woman|seller]. $Hero paid and put the $food in the basket.",
        "When $he came home, $his $adult said, \"[Well done|You are a good helper|I knew I could trust you].\" [They ate the $food together.|That evening they had a fine supper.]"]),
    "snow": ("[Work is more fun with friends.|Winter has its own joys.]", "$Hero and $friend built a snowman.", [
        "It had snowed all night. In the morning [the whole world was white|the garden was white|everything was white and still]. $Hero [put on $his $colour coat|pulled on $his boots|ran to the window] and called $friend.",
        "\"Let us build a snowman!\" said $hero. They rolled a big ball, then a middle one, and then a small one for the head.",
        "\"He needs a nose,\" said $friend. [$Hero ran to the kitchen and came back with a carrot.|$His $adult gave them a carrot.] They used [stones|buttons|pieces of coal] for the eyes and gave him [an old hat|a $colour scarf|a broom].",
        "\"[He looks like my uncle|He is the best snowman in town|He is smiling at us],\" said $friend, and they laughed. Then they [threw snowballs|slid down the hill|went inside and drank hot milk].",
        "[In the night $hero looked out of the window, and it seemed that the snowman waved.|When the sun came out some days later, the snowman became small and thin. \"See you next winter,\" said $hero.]"]),
    "letter": ("[A few kind words can make someone happy.|Write to those you love.]", "$Hero wrote a letter to $his $adult, and got an answer.", [
        "$Hero's $adult lived far away. [$Hero missed $adult_him very much.|They saw each other only in the summer.] " + _OPEN + "$hero said, \"I will write a letter.\"",
        "$He took [paper and a pen|a clean sheet of paper] and wrote about [$his friend $friend|the $place|$his new $toy] and about [the weather|the $animal in the garden|school]. At the end $he drew [a heart|a $colour $flower|the sun].",
        "$He put the letter in [the box at the corner|a $colour envelope and took it to the post]. Then $he waited. [One day went by, and then another.|Every morning $he ran to the door.]",
        "[On $day|At last|After a week] the postman came with [a letter|a parcel] for $hero. $He [tore it open|opened it with shaking hands].",
        "\"My dear $hero,\" it said, \"[your letter made me so happy|I read your letter three times|I put your picture on the wall]. [I will come to see you soon|Come and see me in the $season]. Your $adult.\"", _FEEL_GOOD]),
}

_FEARS = ["the dark", "deep water", "big dogs", "high places", "thunder", "the old barn", "the water", "speaking in front of people", "spiders", "the wind at night"]
_HIDING = ["under the bench", "behind the door", "in the long grass", "under a tree", "on top of the wall", "in the basket", "under the hat", "behind the barn",
           "in the old boat", "under the table", "between two stones", "in the mouse hole", "on the roof", "in the pocket of the coat"]
_MADE = ["kite", "cake", "boat", "bird house", "snow fort", "pie", "chair", "little bridge", "puppet", "paper bird", "wooden horse", "scarf"]
_SKILLS = ["swim", "whistle", "ride a bicycle", "skate", "read", "dance", "tie $his shoes", "climb a tree", "play the flute", "throw a ball", "row a boat", "juggle"]
_THINGS = ["cup", "lamp", "vase", "plate", "window", "clock", "bowl", "jar"]
_TREASURES = ["golden ring", "silver bell", "little music box", "bag of old coins", "map of the $place", "blue stone", "bundle of letters", "tiny wooden horse", "string of pearls"]
_NOISE = ["a branch at the window", "the cat", "a little mouse with a nut", "the wind at the door", "an owl on the roof", "a loose board", "the rain on an old pot", "the dog dreaming"]
_BIG = ["lion", "bear", "wolf", "tiger", "bull", "elephant"]


def slots(rng, **fixed) -> dict:
    """One cast and setting; pronouns always agree with the names."""
    girl = rng.random() < 0.5 if "hero" not in fixed else fixed["hero"] in GIRLS
    s = {"hero": rng.choice(GIRLS if girl else BOYS), "kid": "girl" if girl else "boy", "he": "she" if girl else "he",
         "him": "her" if girl else "him", "his": "her" if girl else "his"}
    s.update(fixed)
    friend = rng.choice([n for n in NAMES if n != s["hero"]])
    fg = friend in GIRLS
    adult, ahe, ahim = rng.choice(_ADULTS)
    creature = rng.choice(WILD)
    c = {"friend": friend, "friendkid": "girl" if fg else "boy", "friend_he": "she" if fg else "he", "friend_him": "her" if fg else "him",
         "friend_his": "her" if fg else "his", "adult": adult, "adult_he": ahe, "adult_him": ahim, "trait": rng.choice(_TRAITS),
         "worry": rng.choice(["sad", "lonely", "afraid", "lazy", "proud"]), "place": rng.choice(PLACES), "toy": rng.choice(TOYS),
         "colour": rng.choice(COLOURS), "animal": rng.choice(WILD[3:] + PETS), "tree": rng.choice([t for t in TREES if "-" not in t]),
         "food": rng.choice(FOODS), "flower": rng.choice(FLOWERS), "day": rng.choice(DAYS), "season": rng.choice(["spring", "summer", "autumn", "winter"]),
         "daytime": rng.choice(["morning", "evening", "afternoon"]), "weather": rng.choice(["sunny", "rainy", "windy", "cold", "warm", "fine"]),
         "hobby": rng.choice(_HOBBIES), "fear": rng.choice(_FEARS), "hiding": rng.choice(_HIDING), "made": rng.choice(_MADE), "skill": rng.choice(_SKILLS),
         "thing": rng.choice(_THINGS), "treasure": rng.choice(_TREASURES), "noisecause": rng.choice(_NOISE), "bigwild": rng.choice(_BIG), "hurt": "hurt",
         "creature": "a [big|wise|old|little|grey] " + creature, "creature_short": creature}
    s.update({k: v for k, v in c.items() if k not in fixed})
    s["creature"] = expand(s["creature"], s, rng)
    return s


def story(rng, plot: str | None = None, **fixed) -> dict:
    """{text, moral, summary, plot, slots}; `fixed` pins slots, as in story(rng, hero="Tom", toy="kite")."""
    plot = plot or rng.choice(list(PLOTS))
    moral, summary, moments = PLOTS[plot]
    s = slots(rng, **fixed)
    # Choices inside a moment may repeat a slot, never invent one, so the facts below hold.
    parts = [] if plot in ("fable",) else [expand(rng.choice(_INTRO), s, rng)]
    parts += [expand(m, s, rng) for m in moments]
    moral = expand(moral, s, rng)
    ending = expand(rng.choice(_END), s, rng) if plot not in ("fable", "woods", "noise") else ""
    parts.append(ending)
    if rng.random() < 0.15:
        parts.append("Moral: " + moral if rng.random() < 0.5 else "The story teaches us this: " + moral)
    parts = [p[:1].upper() + p[1:] for p in parts if p]
    if rng.random() < 0.5:
        # Some stories in paragraphs, some in one block: both occur in what people write.
        cut = [" " if rng.random() < 0.6 else "\n" for _ in parts]
        text = "".join(p + c for p, c in zip(parts, cut)).strip()
    else:
        text = " ".join(parts)
    return {"text": text, "moral": moral, "summary": expand(summary, s, rng), "plot": plot, "slots": s}


if __name__ == "__main__":
    import random
    r = random.Random(1)
    for name in PLOTS:
        print(f"[{name}]", story(r, name)["text"], "\n")
