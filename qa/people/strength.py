"""Which passwords are taken: long enough, and not among those that a guesser tries first.

No rule about kinds of characters (NIST SP 800-63B-4, 3.1.1.2; OWASP ASVS 5.0, 6.2). What a guesser tries first is told
by zxcvbn (Wheeler 2016, USENIX Security), which knows the 30,000 commonest passwords, words, names, dates, runs of keys
and how people change them; the person's own name and e-mail, and the product's name, count as words too. Where an
operator keeps a list of leaked passwords, that is asked as well.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

LOOKED_AT = 72  # characters: what follows makes it only longer to guess, and the search slower
ENOUGH = 3  # zxcvbn's score from 10^8 guesses on, which argon2id turns into years
OUR_WORDS = ("fairmark", "support", "quality", "review", "coaching")
OTHER_LETTERS = 6  # letters and digits beside the words that belong to the person
SHA1_DIGITS = 40


def weakness(password: str, *, about: Iterable[str] = (), leaked: Path | None = None) -> str | None:
    """Why this password is refused, in words for whoever chose it; ``None`` where it is taken."""
    from zxcvbn import zxcvbn  # its word lists take longer to read than most requests take

    words = [
        *OUR_WORDS,
        *(word for text in about for word in (text, *text.replace("@", " ").replace(".", " ").split())),
    ]
    rest = password.lower()
    for word in sorted({word.lower() for word in words if len(word) > 2}, key=len, reverse=True):
        rest = rest.replace(word, "")
    if sum(map(str.isalnum, rest)) < OTHER_LETTERS:  # zxcvbn counts what stands between two words as hard to guess
        return "It is made of your name, your e-mail or the product's. Three or four unrelated words are good."
    found = zxcvbn(password[:LOOKED_AT], user_inputs=[word.lower() for word in words])
    if found["score"] < ENOUGH:
        why = str(found["feedback"]["warning"] or "It is easy to guess.").rstrip(".")
        return f"{why}. Three or four unrelated words are good."
    if leaked is not None and is_leaked(password, leaked):
        return "This password was published in a leak. Choose one that you use nowhere else."
    return None


def is_leaked(password: str, listed: Path) -> bool:
    """Whether a sorted file of SHA-1 digests holds the password.

    One digest a line, in capitals, anything behind a colon: the form in which Have I Been Pwned gives its list. The
    file of some 40 GB is never read: each step of the search halves it.
    """
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with listed.open("rb") as file:
        low, high = 0, file.seek(0, 2)  # the line that is looked for begins in [low, high)
        while low < high:
            middle = (low + high) // 2
            file.seek(middle)
            if middle:
                file.seek(middle - 1)
                file.readline()  # to the first line that begins at or behind the middle
            begins = file.tell()
            line = file.readline()
            digest = line[:SHA1_DIGITS].upper()
            if not line or begins >= high:
                high = middle
            elif digest == wanted:
                return True
            elif digest < wanted:
                low = begins + len(line)
            else:
                high = middle
    return False
