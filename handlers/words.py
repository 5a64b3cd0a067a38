"""The words that every conversation understands: back, cancel, skip, and their like."""

from __future__ import annotations

from handlers.language import Text, Translator, _
from network.folding import fold

BACK, CANCEL, SKIP, DONE, MORE, PREVIOUS, ALL = "back", "cancel", "skip", "done", "more", "previous", "all"
YES, NO, RESUME = "yes", "no", "resume"

# Translators: words that a person may type, separated by |. Give the usual ones of your language.
WORDS: dict[str, Text] = {
    BACK: _("back|go back"),
    CANCEL: _("cancel|never mind"),
    SKIP: _("skip|pass"),
    DONE: _("done|finished"),
    MORE: _("more|next"),
    PREVIOUS: _("previous"),
    ALL: _("all|show all"),
    YES: _("yes|ok|yes please"),
    NO: _("no|no thanks"),
    RESUME: _("continue|resume"),
}

# Translators: buttons, at most 20 characters each.
LABELS: dict[str, Text] = {
    BACK: _("Back"),
    CANCEL: _("Cancel"),
    SKIP: _("Skip"),
    DONE: _("Done"),
    MORE: _("More"),
    PREVIOUS: _("Previous"),
    ALL: _("Show all"),
    YES: _("Yes"),
    NO: _("No"),
    RESUME: _("Continue"),
}


class CommonWords:
    """The common words of every offered language, folded; built once from the catalogues."""

    def __init__(self, translator: Translator) -> None:
        self._meaning: dict[str, set[str]] = {}
        for meaning, words in WORDS.items():
            for word in (*translator.all_words(words), *translator.all_words(LABELS[meaning])):
                self._meaning.setdefault(fold(word), set()).add(meaning)

    def knows(self, text: str) -> bool:
        """Whether ``text`` (folded) is any of these words."""
        return text in self._meaning

    def means(self, text: str, meaning: str) -> bool:
        """Whether ``text`` (folded) is a word for ``meaning`` in some language."""
        return meaning in self._meaning.get(text, ())
