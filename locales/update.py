"""Take the texts of the program into the template and every catalogue: ``python -m locales.update``."""

from __future__ import annotations

from pathlib import Path

from babel import Locale
from babel.messages import Catalog

from locales import catalogue as catalogues


def update(root: Path = catalogues.ROOT) -> dict[str, int]:
    """Write the template and every catalogue again; return how many texts each language still lacks.

    What is gone from the program leaves the catalogues; what is new stands there empty, never guessed.
    """
    template = catalogues.extract(root)
    catalogues.write(catalogues.template_path(root), template)
    return {language: _renew(language, template, root) for language in catalogues.PLURALS}


def _renew(language: str, template: Catalog, root: Path) -> int:
    path = catalogues.catalogue_path(language, root)
    catalogue = _started(language) if not path.exists() else catalogues.read(path, language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogues.write(path, catalogue)
    return sum(not all(catalogues.forms(message)) for message in catalogues.texts(catalogue))


def _started(language: str) -> Catalog:
    state = catalogues.PREPARED if language == "ha" else catalogues.COMPLETE_DRAFT
    name = Locale.parse(language).english_name or language
    catalogue = Catalog(
        locale=language,
        project="Jisr",
        version="0",
        header_comment=catalogues.DRAFT.format(language=name, state=state),
        creation_date=catalogues.BEGUN,
        revision_date=catalogues.BEGUN,
        **catalogues.UNSIGNED,
        fuzzy=False,
    )
    catalogue.mime_headers = [("Plural-Forms", catalogues.PLURALS[language])]
    return catalogue


if __name__ == "__main__":
    for language, missing in update().items():
        print(f"{language}: {missing} to translate")  # noqa: T201 - it is a command
