"""What creators and specialists say around the matter itself, by language and by how well it is done."""

from qa.demo.phrases import english, french, german, portuguese, spanish
from qa.demo.phrases.model import Phrases, Tiered
from qa.demo.phrases.notes import NOTES

PHRASES: dict[str, Phrases] = {
    "en": english.PHRASES,
    "es": spanish.PHRASES,
    "de": german.PHRASES,
    "fr": french.PHRASES,
    "pt": portuguese.PHRASES,
}

__all__ = ["NOTES", "PHRASES", "Phrases", "Tiered"]
