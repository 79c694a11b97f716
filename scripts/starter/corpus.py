"""Reads and cleans the public-domain corpus: plain text files listed in a manifest.json.

The manifest gives each book's file and its split ("train" or "val"). Books are ordered from
simple to hard, because a small model on a short budget sees only part of them and should spend
its tokens on the sentences nearest to what it is asked to write.
"""

import hashlib
import json
import re
import unicodedata
from pathlib import Path

# Advertisements and catalogues at the back of old books: prices and formats, never prose.
_CATALOGUE = re.compile(r"\b(8vo|12mo|16mo|4to|post 8vo|crown 8vo)\b|\d+s\. \d+d\.|gilt edges", re.I)
_BOILERPLATE = re.compile(r"project gutenberg|gutenberg-tm|transcriber|proofread|produced by|e-?text", re.I)
_BRACKETED = re.compile(r"\[[^\]]{0,200}\]")
_PLAIN = {"‘": "'", "’": "'", "“": '"', "”": '"', "—": "-", "–": "-", "…": "...", "_": "", "*": "", "`": "'", "ſ": "s",
          "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "£": "£"}


def clean_paragraph(text: str) -> str:
    """One paragraph on one line in plain ASCII, or '' when it is not prose."""
    if _CATALOGUE.search(text) or _BOILERPLATE.search(text):
        return ""
    text = _BRACKETED.sub("", text)
    for old, new in _PLAIN.items():
        text = text.replace(old, new)
    # A 4096-token vocabulary has no room for accents that occur once in a book.
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"\s+", " ", text).strip()
    letters = sum(ch.isalpha() for ch in text)
    if letters < 2 or letters < 0.6 * len(text) or text.isupper():
        return ""
    return text


def clean_book(raw: str) -> str:
    """Paragraphs joined by one newline; hard-wrapped lines inside a paragraph are joined first."""
    paragraphs = (clean_paragraph(p.replace("\n", " ")) for p in re.split(r"\n\s*\n", raw))
    return "\n".join(p for p in paragraphs if p)


def load(corpus: Path, split: str):
    """[(entry, cleaned text)], simplest book first."""
    books = [b for b in json.loads((corpus / "manifest.json").read_text())["books"] if b["split"] == split]
    books.sort(key=lambda b: (b.get("avg_sentence") or 99) - 0.5 * (b.get("flesch") or 0))
    return [(b, clean_book((corpus / b["file"]).read_text(encoding="utf-8"))) for b in books]


def fingerprint(corpus: Path, books) -> list:
    """What was read, so that another person can check that they have the same files."""
    return [{"file": b["file"], "sha256": hashlib.sha256((corpus / b["file"]).read_bytes()).hexdigest(),
             "clean_bytes": len(text)} for b, text in books]
