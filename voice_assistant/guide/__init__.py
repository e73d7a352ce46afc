"""The guide: everything in dialogs/ that is said and listened for, read, checked and shown.

folder ─ load_guide ─► Guide          refuses what the program cannot run with
folder ─ check_guide ─► findings      every rule, with file, line and node
Guide ─ sentence_rows, review_page, graph_svg ─► for people and tools
"""

from voice_assistant.guide.checks import check_guide
from voice_assistant.guide.draft import Finding
from voice_assistant.guide.graph import graph_svg
from voice_assistant.guide.listing import SentenceRow, sentence_rows
from voice_assistant.guide.loading import default_folder, load_guide, load_headings
from voice_assistant.guide.review import review_page
from voice_assistant.guide.vocabulary import Knows, words_of

__all__ = [
    "Finding",
    "Knows",
    "SentenceRow",
    "check_guide",
    "default_folder",
    "graph_svg",
    "load_guide",
    "load_headings",
    "review_page",
    "sentence_rows",
    "words_of",
]
