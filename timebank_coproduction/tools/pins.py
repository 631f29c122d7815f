"""PINs: a few digits that people remember, and type where others stand near."""

import secrets

#: How many digits a PIN has, and one that is drawn.
FEWEST, MOST = 4, 6
DRAWN = 4


def is_pin(text):
    """Whether it can be a PIN at all.

    >>> is_pin("4071"), is_pin("407"), is_pin("40712345"), is_pin("40 71"), is_pin("٤٠٧١"), is_pin(None)
    (True, False, False, False, False, False)
    """
    return isinstance(text, str) and text.isascii() and text.isdigit() and FEWEST <= len(text) <= MOST


def is_easy(pin):
    """Whether it is among those that are tried first: one digit alone, two in turn, digits in a row.

    >>> [is_easy(pin) for pin in ("1111", "1212", "1234", "98765", "4071")]
    [True, True, True, True, False]
    """
    steps = {int(after) - int(before) for before, after in zip(pin, pin[1:], strict=False)}
    return len(set(pin)) == 1 or pin[2:] == pin[:-2] or steps in ({1}, {-1})


def new():
    """A PIN by chance.

    >>> pin = new()
    >>> is_pin(pin), is_easy(pin)
    (True, False)
    """
    while True:
        pin = "".join(secrets.choice("0123456789") for _digit in range(DRAWN))
        if not is_easy(pin):
            return pin
