"""Texts: sentences to be spoken, in many languages.

    say = Texts("de")
    say.sentence(random)

Made from the names of languages, places and currencies, dates and numbers of the Unicode CLDR (Unicode Licence V3, in the
package Babel, BSD), and, where it has them, from the word lists of Faker (MIT). Nothing of them is stored here.
"""

from __future__ import annotations

import datetime
from typing import Any, Final

import numpy as np

from training.errors import TrainingError

#: espeak's language -> CLDR's, of the training and of the judging.
TRAINED: Final = {
    "en-us": "en", "en": "en", "en-gb-scotland": "en", "de": "de", "fr": "fr", "es": "es", "es-419": "es",
    "pt-br": "pt_BR", "pt": "pt", "nl": "nl", "pl": "pl", "ru": "ru", "el": "el", "hi": "hi", "fi": "fi", "cs": "cs",
    "id": "id", "hu": "hu", "ro": "ro", "ca": "ca", "da": "da", "uk": "uk", "fa": "fa", "vi": "vi", "bg": "bg", "sw": "sw",
}  # fmt: skip
#: Languages that are never learned from.
HELD_OUT: Final = {"it": "it", "tr": "tr", "sv": "sv", "ko": "ko"}
#: CLDR's language -> Faker's word list.
_FAKER: Final = {
    "en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "nl": "nl_NL", "pl": "pl_PL", "ru": "ru_RU",
    "el": "el_GR", "cs": "cs_CZ", "da": "da_DK", "uk": "uk_UA", "fa": "fa_IR", "vi": "vi_VN", "it": "it_IT",
}  # fmt: skip


class Texts:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        """Collect them.

        Args:
            language: CLDR's name.

        Raises:
            TrainingError: Babel is not installed.
        """
        try:
            from babel import Locale
        except ImportError as error:
            raise TrainingError("the texts to speak need Babel and Faker: pip install babel faker") from error
        self._locale: Any = Locale.parse(language)
        names = (self._locale.languages, self._locale.territories, self._locale.currencies)
        self._phrases = sorted({str(one) for table in names for one in table.values() if len(str(one)) > 2})
        self._words = _faker_words(_FAKER.get(language))

    def sentence(self, random: np.random.Generator) -> str:
        """A sentence of 2 to 14 words, or a list, a date or a number."""
        kind = random.random()
        if self._words and kind < 0.55:
            words = [
                self._words[one] for one in random.integers(len(self._words), size=random.integers(3, 13))
            ]
            comma = int(random.integers(len(words)))
            words[comma] += "," if random.random() < 0.4 else ""
            return " ".join(words) + "."
        if kind < 0.90:
            picked = [
                self._phrases[one] for one in random.integers(len(self._phrases), size=random.integers(1, 4))
            ]
            return (", " if random.random() < 0.5 else " ").join(picked) + (
                "?" if random.random() < 0.3 else "."
            )
        if kind < 0.95:
            return f"{int(10 ** random.uniform(0, 5))}."
        from babel.dates import format_date

        day = datetime.date(1900, 1, 1) + datetime.timedelta(days=int(random.integers(70000)))
        return str(format_date(day, "full", locale=self._locale)) + "."


def _faker_words(locale: str | None) -> list[str]:
    if locale is None:
        return []
    try:
        from importlib import import_module

        return list(import_module(f"faker.providers.lorem.{locale}").Provider.word_list)
    except ImportError:
        return []
