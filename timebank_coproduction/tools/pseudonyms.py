"""People in what goes to outsiders: by pseudonyms, and by no part of their names.

No ORM here: whose names they are, and what nobody outside can work out, is handed in.
"""

import re
import unicodedata

from .names import SIGNS, folded

#: What stands in place of a word of somebody's name.
HIDDEN = "…"

_WORD = re.compile(r"[^\W\d_]+(?:['’‘ʼ´`][^\W\d_]+)*")
_MAIL = re.compile(r"[^\s<>,;:]+@[^\s<>,;:]+")


class Pseudonyms:
    """Gives people pseudonyms, and says texts without their names.

    :param dict people: number of each person to be told apart → name
    :param key: a function of a person's number: what orders them, which nobody outside can work out. So a
        pseudonym tells nothing, and is the same whenever the same people are asked about
    :param say: a function of a place in that order: the pseudonym
    :param others: names of people who stand in texts no more than those do
    :param ours: words that are the organisation's own, such as of what it buys: they are left where only
        one of the ``others`` is called so

    >>> say = Pseudonyms({7: "Ann Lee", 9: "Bo Green"}, key=lambda number: -number,
    ...                  say="Person {}".format, others=["Rose O’Neill"], ours=["Rose garden"])
    >>> say.of(7), say.of(9), say.of(8)
    ('Person 2', 'Person 1', '')
    >>> say("Lesson for ANN  LEE; Lee, Ann; Mrs Lee's bag; rose o'neill in the rose garden")
    'Lesson for Person 2; Person 2; Mrs … bag; … in the rose garden'
    >>> say("Write to bo@example.org (Bo)"), say(None)
    ('Write to … (…)', '')
    >>> say.whole("Green field with Bo Green")
    'Green field with Person 1'
    >>> say.find("For Ann, Bo Green and Rose O'Neill, a rose")
    ['Ann', 'Bo Green', "Rose O'Neill"]
    """

    def __init__(self, people, key, say, others=(), ours=()):
        order = sorted(people, key=lambda number: (key(number), number))
        self.pseudonyms = {number: say(place) for place, number in enumerate(order, start=1)}
        self.names, self.parts = {}, {}
        own_words = {word for text in ours for word in _words(text)}
        for name in others:
            self._know(_words(name), HIDDEN, own_words)
        for number, name in people.items():
            self._know(_words(name), self.pseudonyms[number])
        for name in (*others, *people.values()):
            for word in re.findall(r"['’‘ʼ´`]([^\W\d_]{3,})", name or ""):  # O’Neill is called Neill, too
                self.parts[_key(word),] = HIDDEN
        self.own_parts = {
            (word,): HIDDEN for name in people.values() for word in _words(name) if len(word) > 1
        }
        self.longest = max(map(len, self.names), default=1)

    def _know(self, words, said, left=()):
        if len(words) > 1:
            # as it is written, and with the family name first; in some scripts without a space
            self.names |= {words: said, (words[-1], *words[:-1]): said, ("".join(words),): said}
        for word in words:
            if word not in left and (len(word) > 1 or SIGNS.search(word)):
                self.parts[word,] = HIDDEN

    def of(self, number):
        """Somebody's pseudonym; an empty string for who has none."""
        return self.pseudonyms.get(number, "")

    def whole(self, text):
        """A text without whole names: for what the organisation itself calls things."""
        return self._say(text, self.names)

    def __call__(self, text):
        """A text without any part of a name, and without mail addresses."""
        return self._say(_MAIL.sub(HIDDEN, text or ""), self.names, self.parts)

    def find(self, text):
        """What stands in a text of names, as it is written there: a list, each once. Of the others whole
        names alone, as most words are somebody's name."""
        text = unicodedata.normalize("NFC", text or "")
        found = self._find(text, self.names, self.own_parts)
        return list(dict.fromkeys(text[start:stop] for start, stop, _said in found))

    def _say(self, text, *known):
        text = unicodedata.normalize("NFC", text or "")
        said, place = [], 0
        for start, stop, instead in self._find(text, *known):
            said += [text[place:start], instead]
            place = stop
        return "".join([*said, text[place:]])

    def _find(self, text, *known):
        """Where names stand, the longest first: triples of start, end and what is said instead."""
        words = list(_WORD.finditer(text))
        keys = [_key(word.group()) for word in words]
        at = 0
        while at < len(words):
            for end in range(min(at + self.longest, len(words)), at, -1):
                some = tuple(keys[at:end])
                instead = next((names[some] for names in known if some in names), None)
                if instead:
                    yield words[at].start(), words[end - 1].end(), instead
                    break
            at = end


def _words(name):
    return tuple(_key(word) for word in _WORD.findall(unicodedata.normalize("NFC", name or "")))


def _key(word):
    return folded(word).removesuffix("'s").replace("'", "")
