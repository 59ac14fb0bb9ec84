"""languages: the strings of pages, in Khmer and in English, and numbers and dates as each language writes them."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from khsearch.frozen import frozen
from khsearch.khmer import script

_STRINGS: Mapping[str, tuple[str, str]] = {
    "search": ("ស្វែងរក", "Search"),
    "search_for": ("ស្វែងរកក្នុង {title}", "Search {title}"),
    "placeholder": ("សូមវាយពាក្យដែលចង់រក", "What are you looking for?"),
    "skip": ("រំលងទៅលទ្ធផល", "Skip to results"),
    "skip_to_text": ("រំលងទៅអត្ថបទ", "Skip to text"),
    "other_language": ("English", "ភាសាខ្មែរ"),
    "found": ("រកឃើញ {n} ឯកសារ", "{n} documents found"),
    "found_one": ("រកឃើញ {n} ឯកសារ", "{n} document found"),
    "all": ("ឯកសារទាំងអស់ {n}", "All {n} documents"),
    "all_one": ("ឯកសារទាំងអស់ {n}", "{n} document"),
    "on_page": ("ទំព័រទី {n}", "page {n}"),
    "results": ("លទ្ធផល", "Results"),
    "corrected": ("បង្ហាញលទ្ធផលសម្រាប់ {q}។", "Showing results for {q}."),
    "nearly": (
        "គ្មានឯកសារណាមានពាក្យទាំងអស់នេះទេ។ ឯកសារខាងក្រោមមានភាគច្រើន។",
        "No document has all of that. These have most of it.",
    ),
    "literally": ("ស្វែងរក {q} តាមដែលបានវាយ", "Search for {q} as typed"),
    "as_typed": ("ស្វែងរកតាមដែលបានវាយតែប៉ុណ្ណោះ។", "Searched exactly as typed."),
    "allow_others": ("អនុញ្ញាតអក្ខរាវិរុទ្ធផ្សេង", "Allow other spellings"),
    "did_you_mean": ("តើអ្នកចង់រក {q} ឬ?", "Did you mean {q}?"),
    "problem": ("សំណួរត្រូវបានអានជាពាក្យធម្មតា៖", "The query was read as plain words:"),
    "looser": ("ឯកសារដែលមានតែពាក្យខ្លះ", "Documents that have only some of the words"),
    "none": ("រកមិនឃើញអ្វីសម្រាប់ {q} ទេ", "Nothing found for {q}"),
    "none_at_all": ("រកមិនឃើញឯកសារទេ", "No documents found"),
    "none_yet": ("មិនទាន់មានឯកសារនៅឡើយទេ", "There are no documents yet"),
    "past_the_end": ("គ្មានលទ្ធផលបន្ថែមទៀតទេ", "There are no more results"),
    "try_spelling": ("សូមពិនិត្យអក្ខរាវិរុទ្ធ", "Check the spelling"),
    "try_fewer": ("សាកប្រើពាក្យតិចជាងនេះ ឬពាក្យទូទៅជាងនេះ", "Try fewer words, or more general ones"),
    "try_without": ("ដកតម្រងទាំងអស់ចេញ", "Take off all filters"),
    "try_all": ("មើលឯកសារទាំងអស់", "See all documents"),
    "first_page": ("ទៅទំព័រទី១", "Go to the first page"),
    "filters": ("តម្រង", "Filters"),
    "chosen": ("តម្រងដែលបានជ្រើស", "Chosen filters"),
    "apply": ("ប្រើតម្រង", "Apply filters"),
    "take_off": ("ដកតម្រងចេញ៖ {what}", "Take off the filter {what}"),
    "take_all_off": ("ដកចេញទាំងអស់", "Take all off"),
    "other_filter": ("តម្រងផ្សេង", "Filter"),
    "more_values": ("បង្ហាញ {n} ទៀត", "{n} more"),
    "sort": ("តម្រៀបតាម", "Sort by"),
    "sort_go": ("តម្រៀប", "Sort"),
    "sort_score": ("ពាក់ព័ន្ធបំផុត", "Relevance"),
    "sort_added": ("លំដាប់ដើម", "Order of addition"),
    "newest": ("ថ្មីបំផុត", "Newest"),
    "oldest": ("ចាស់បំផុត", "Oldest"),
    "newest_by": ("ថ្មីបំផុត៖ {field}", "Newest: {field}"),
    "oldest_by": ("ចាស់បំផុត៖ {field}", "Oldest: {field}"),
    "least_by": ("{field} ពីតូចទៅធំ", "{field}, ascending"),
    "greatest_by": ("{field} ពីធំទៅតូច", "{field}, descending"),
    "pages": ("ទំព័រលទ្ធផល", "Result pages"),
    "page_number": ("ទំព័រទី {n}", "Page {n}"),
    "previous": ("មុន", "Previous"),
    "next": ("បន្ទាប់", "Next"),
    "last_reached": (
        "បង្ហាញបានត្រឹមនេះ។ សូមបន្ថែមពាក្យ ឬតម្រង ដើម្បីមើលលទ្ធផលផ្សេងទៀត។",
        "The list ends here. Add words or filters to see other results.",
    ),
    "page": ("ទំព័រ {n}", "p. {n}"),
    "open_file": ("បើកឯកសារដើម", "Open the file"),
    "back": ("ត្រឡប់ទៅលទ្ធផល", "Back to results"),
    "marks": ("កន្លែងដែលរកឃើញ", "Places found"),
    "mark_of": ("កន្លែងទី {n} នៃ {total}", "Match {n} of {total}"),
    "marks_total": ("រកឃើញ {n} កន្លែង", "{n} matches"),
    "marks_total_one": ("រកឃើញ {n} កន្លែង", "{n} match"),
    "previous_mark": ("កន្លែងមុន", "Previous match"),
    "next_mark": ("កន្លែងបន្ទាប់", "Next match"),
    "loose": ("ឯកសារនេះខ្វះពាក្យខ្លះនៃ {q}", "This document does not have all the words of {q}"),
    "facts": ("អំពីឯកសារ", "About this document"),
    "text": ("អត្ថបទ", "Text"),
    "no_text": ("ឯកសារនេះគ្មានអត្ថបទទេ", "This document has no text"),
    "parts": ("ផ្នែកនៃអត្ថបទ", "Parts of the text"),
    "part_of": ("ផ្នែកទី {n} នៃ {total}", "Part {n} of {total}"),
    "previous_part": ("ផ្នែកមុន", "Previous part"),
    "next_part": ("ផ្នែកបន្ទាប់", "Next part"),
    "similar": ("ឯកសារស្រដៀងគ្នា", "Similar documents"),
    "suggestions": ("សំណូមពរ {n}", "{n} suggestions"),
    "suggestions_one": ("សំណូមពរ {n}", "{n} suggestion"),
    "waiting": ("គេហទំព័រមិនទាន់អាចឆ្លើយបានទេ សូមរង់ចាំបន្តិច…", "The site cannot answer yet; trying again…"),
    "away": ("ទាក់ទងគេហទំព័រមិនបានទេ សូមសាកម្ដងទៀត", "The site cannot be reached; try again"),
    "true": ("បាទ/ចាស", "yes"),
    "false": ("ទេ", "no"),
    "before": ("មុន {high}", "before {high}"),
    "from": ("ពី {low}", "from {low}"),
    "between": ("ពី {low} ដល់មុន {high}", "{low} to {high}"),
    "error_400": ("សំណួរនេះអានមិនបានទេ", "This cannot be searched"),
    "error_404": ("រកមិនឃើញទំព័រនេះទេ", "There is no such page"),
    "error_document": (
        "គ្មានឯកសារនេះទេ ប្រហែលជាត្រូវបានដកចេញហើយ",
        "There is no such document; it may have been taken away",
    ),
    "error_405": ("មិនអាចធ្វើដូច្នេះបានទេ", "That cannot be done here"),
    "error_503": (
        "គេហទំព័រមិនអាចឆ្លើយបាននៅពេលនេះទេ សូមសាកម្ដងទៀតបន្តិចក្រោយ",
        "The site cannot answer now; try again in a moment",
    ),
    "error_500": ("មានបញ្ហានៅក្នុងគេហទំព័រនេះ", "Something went wrong on this site"),
    "start_again": ("ទៅទំព័រដើម", "Go to the start page"),
}
"""By name: what stands on a Khmer page, and on an English one. {n} is a number; NAME_one is for one alone."""

_LABELS: Mapping[str, tuple[str, str]] = {
    "author": ("អ្នកនិពន្ធ", "Author"),
    "category": ("ប្រភេទ", "Category"),
    "country": ("ប្រទេស", "Country"),
    "date": ("កាលបរិច្ឆេទ", "Date"),
    "draft": ("ព្រាង", "Draft"),
    "folder": ("ថត", "Folder"),
    "format": ("ទម្រង់", "Format"),
    "language": ("ភាសា", "Language"),
    "modified": ("កែប្រែ", "Modified"),
    "pages": ("ចំនួនទំព័រ", "Pages"),
    "path": ("ទីតាំង", "Path"),
    "place": ("ទីកន្លែង", "Place"),
    "price": ("តម្លៃ", "Price"),
    "province": ("ខេត្ត", "Province"),
    "publisher": ("អ្នកបោះពុម្ព", "Publisher"),
    "section": ("ផ្នែក", "Section"),
    "source": ("ប្រភព", "Source"),
    "subject": ("ប្រធានបទ", "Subject"),
    "summary": ("សេចក្ដីសង្ខេប", "Summary"),
    "tags": ("ស្លាក", "Tags"),
    "topic": ("ប្រធានបទ", "Topic"),
    "type": ("ប្រភេទ", "Type"),
    "year": ("ឆ្នាំ", "Year"),
}
"""Names of fields that many archives have."""

_MONTHS = (
    ("មករា", "កុម្ភៈ", "មីនា", "មេសា", "ឧសភា", "មិថុនា", "កក្កដា", "សីហា", "កញ្ញា", "តុលា", "វិច្ឆិកា", "ធ្នូ"),
    tuple(calendar.month_name[1:]),
)
_TO_KHMER = str.maketrans("0123456789", script.KHMER_DIGITS)


@frozen
class Language:
    """A language of pages: its code, as in `lang` attributes, and which of each pair of strings is its own."""

    code: str
    at: int

    def say(self, name: str, **values: object) -> Markup:
        """Return a string with its values in it; numbers are written out, all else is escaped."""
        key = f"{name}_one" if values.get("n") == 1 and f"{name}_one" in _STRINGS else name
        shown = {key: self.number(value) if isinstance(value, int) else value for key, value in values.items()}
        return Markup(_STRINGS[key][self.at]).format(**shown)

    def label(self, field: str) -> str:
        """Return the name of an own field as people read it."""
        known = _LABELS.get(field.lower())
        return known[self.at] if known else field.replace("_", " ").strip() or field

    def number(self, count: int) -> str:
        """Write a count."""
        return self.digits(f"{count:,}" if self.at else f"{count:,}".replace(",", "."))

    def digits(self, text: str) -> str:
        """Write the digits of a text as the language does."""
        return text if self.at else text.translate(_TO_KHMER)

    def decimal(self, text: str) -> str:
        """Write a number that may have a point; it is a comma in Khmer, where points part thousands."""
        return text if self.at else self.digits(text.replace(".", ","))

    def day(self, value: date) -> str:
        """Write a day."""
        return f"{self.digits(str(value.day))} {self.month(value.year, value.month)}"

    def month(self, year: int, month: int) -> str:
        """Write a month, numbered from 1."""
        return f"{_MONTHS[self.at][month - 1]} {self.digits(str(year))}"


KHMER, ENGLISH = Language("km", 0), Language("en", 1)
_BY_CODE = {language.code: language for language in (KHMER, ENGLISH)}


def language_of(given: str | None, accepted: str) -> Language:
    """Return the language of a page: the one that was asked for, else the first that a browser accepts, else Khmer.

    accepted: an Accept-Language header
    """
    asked = _BY_CODE.get(given or "")
    if asked is not None:
        return asked
    wanted: list[tuple[float, Language]] = []
    for part in accepted[:1_000].split(","):
        tag, _, quality = part.strip().partition(";")
        language = _BY_CODE.get(tag.strip().lower().split("-")[0])
        if language is not None:
            wanted.append((_quality(quality), language))
    best = max(wanted, key=lambda one: one[0], default=(0.0, KHMER))
    return best[1] if best[0] > 0 else KHMER


def other_than(language: Language) -> Language:
    """Return the other language."""
    return ENGLISH if language is KHMER else KHMER


def _quality(written: str) -> float:
    name, _, value = written.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
