"""From what a person types to what it means. Nothing is an error by accident; what cannot be obeyed is pointed at, and the rest answers.

quyết định đất đai        every word must be found (long questions: most of them)
"đất đai"                 next to each other, as typed: marks count if there are any
"đất đai"~5               at most five words between them, in either order
-dự thảo  -"dự thảo"      must not be found
đất OR rừng               one or the other (also HOẶC); OR binds what stands between brackets or the ends, looser than words
(đất OR rừng) thu hồi     a group
quy*                      words that begin so
06/2022/QĐ-UBND           the number of a document, also written small or without leading zeros
loai:quyết định           a field (`search.query.fields`)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil

from search.query.nodes import (
    All,
    Any,
    AtLeast,
    Leaf,
    Near,
    Node,
    Number,
    ParsedQuery,
    Phrase,
    Prefix,
    Problem,
    Same,
    Without,
    Word,
)
from search.query.pieces import Kind, Piece, pieces
from search.query.valued import Reading, field_node
from search.text import Token, has_accents, numbers, tokens
from search.text.abbreviations import NONE, Abbreviations

MOST_LETTERS = 2_000
"""Of what is typed, so much is read: a pasted page costs no more than a long question."""
MOST_LEAVES = 200
"""So many words, phrases and values a question may have."""
MOST_DEPTH = 8
"""Brackets in brackets."""
MOST_PREFIXES = 5
SHORTEST_PREFIX = 2
FARTHEST = 20
"""Words that may stand between two that are near each other."""
ALL_UP_TO = 5
"""Up to so many different words, each must be found."""
SHARE_OF_LONG = 0.35
"""Of a longer question so many must be found (rounded up). Measured in docs/search.md."""


def parse(typed: str, abbreviations: Abbreviations = NONE) -> ParsedQuery:
    """Return the meaning of `typed`. Raises nothing, whatever is in it."""
    problems: list[Problem] = []
    read = typed
    if len(typed) > MOST_LETTERS:
        # Cut between words: half a word would be found nowhere.
        read = typed[: MOST_LETTERS + 1].rpartition(" ")[0] or typed[:MOST_LETTERS]
        problems.append(Problem("too-long", len(read), len(typed), str(MOST_LETTERS)))
    parser = _Parser(read, abbreviations, problems)
    match = parser.whole()
    runs = tuple(run for run in parser.runs if run)
    accented = any(has_accents(word.accented) for run in runs for word in run)
    return ParsedQuery(typed, match, runs, accented, tuple(sorted(problems, key=lambda problem: problem.start)))


def relaxed(query: ParsedQuery) -> ParsedQuery:
    """Return `query` asking for most of its words instead of all: the second try where the first found nothing."""
    parts = query.match.parts if isinstance(query.match, All) else (query.match,)
    words = tuple(part for part in parts if isinstance(part, Word | Number | Same))
    if len(words) < 2:
        return query
    rest = tuple(part for part in parts if not isinstance(part, Word | Number | Same))
    return replace(query, match=All((AtLeast(_share(len(words)), words), *rest)))


@dataclass
class _Parser:
    typed: str
    abbreviations: Abbreviations
    problems: list[Problem]
    runs: list[tuple[Word, ...]] = field(default_factory=list)
    """Wanted words in the order they were typed."""
    at: int = 0
    leaves: int = 0
    prefixes: int = 0

    def __post_init__(self) -> None:
        self.pieces = pieces(self.typed)

    def whole(self) -> Node:
        """Read everything. A bracket that nothing opened is overlooked."""
        nodes = self.group(0, wanted=True)
        while self.at < len(self.pieces):
            self.at += 1
            nodes += self.group(0, wanted=True)
        return _combine(nodes)

    def group(self, depth: int, *, wanted: bool) -> list[Node]:
        """Read up to the bracket that closes this group, or to the end; its parts, which must all be found."""
        branches: list[list[Node]] = [[]]
        while self.at < len(self.pieces):
            piece = self.pieces[self.at]
            if piece.kind is Kind.CLOSE:
                break
            self.at += 1
            if piece.kind is Kind.OR and branches[-1] and self.goes_on():
                branches.append([])
            else:
                branches[-1] += self.part(piece, depth, wanted=wanted)
        branches = [branch for branch in branches if branch]
        return [Any(tuple(map(_branch, branches)))] if len(branches) > 1 else [node for one in branches for node in one]

    def goes_on(self) -> bool:
        """Whether something follows that an OR could mean."""
        following = self.pieces[self.at] if self.at < len(self.pieces) else None
        return following is not None and following.kind not in (Kind.CLOSE, Kind.OR)

    def part(self, piece: Piece, depth: int, *, wanted: bool) -> list[Node]:
        wanted = wanted and not piece.minus
        if piece.kind is Kind.OPEN:
            return self.brackets(piece, depth, wanted=wanted)
        if self.leaves >= MOST_LEAVES:
            self.problem("too-many", piece, str(MOST_LEAVES))
            return []
        run: tuple[Word, ...] = ()
        reading = Reading(self.typed, piece, self.abbreviations, self.problems)
        if piece.kind is Kind.FIELD:
            follows = self.pieces[self.at] if self.at < len(self.pieces) else None
            node, taken = field_node(reading, follows)
            if taken and follows:
                # The value went on into the words behind it: `loai:thông tư liên tịch`.
                self.pieces[self.at] = replace(follows, start=taken, at=taken, text=self.typed[taken : follows.end])
            nodes = [node] if node else []
        elif piece.kind is Kind.PREFIX:
            nodes, run = self.prefix(piece)
        elif piece.quoted:
            nodes, run = self.quoted(piece)
        else:
            nodes, run = self.words(piece)
        self.leaves += len(nodes)
        if piece.minus and nodes:
            # A word with hyphens is one thing: "-hòa-bình" does not mean "neither hòa nor bình".
            together = run if len(run) > 1 and not piece.quoted and piece.kind is Kind.WORDS else ()
            return [Without(_phrase(together) if together else All(tuple(nodes)) if len(nodes) > 1 else nodes[0])]
        if wanted:
            self.runs.append(run)
        return nodes

    def brackets(self, piece: Piece, depth: int, *, wanted: bool) -> list[Node]:
        if depth >= MOST_DEPTH:
            self.problem("too-deep", piece, str(MOST_DEPTH))
            return []
        nodes = self.group(depth + 1, wanted=wanted)
        if self.at < len(self.pieces):
            self.at += 1
        self.runs.append(())
        if piece.minus and nodes:
            return [Without(_branch(nodes))]
        return nodes

    def words(self, piece: Piece) -> tuple[list[Node], tuple[Word, ...]]:
        text = piece.text
        inside = numbers(text)
        nodes: list[Node] = [Number(number.canonical) for number in inside]
        # The words of a number are not asked for one by one: "6" and "2022" are in every document.
        found = [token for token in tokens(text) if not any(n.start <= token.start < n.end for n in inside)]
        spare = MOST_LEAVES - self.leaves - len(nodes)
        if len(found) > spare:
            self.problems.append(
                Problem("too-many", piece.at + found[max(spare, 0)].start, piece.end, str(MOST_LEAVES))
            )
            found = found[: max(spare, 0)]
        nodes += self.writings(text, found)
        return nodes, tuple(map(_word, found))

    def writings(self, text: str, found: Sequence[Token]) -> list[Node]:
        """The words, each with what an abbreviation makes of it; words typed as one belong together."""
        nodes: list[Node] = []
        shorts: dict[int, list[Word]] = {}
        for first, end, forms in self.abbreviations.short_forms(found):
            for at in range(first, end):
                shorts.setdefault(at, []).extend(_word(token) for form in forms for token in tokens(form)[:1])
        for at, joined in _stretches(found):
            whole = text[joined[0].start : joined[-1].end]
            if len(joined) > 1:
                words = tuple(map(_word, joined))
                one = Word("".join(word.folded for word in words), "".join(word.accented for word in words))
                nodes.append(Same(one, (Phrase(words, exact=False),)))
                continue
            word = _word(joined[0])
            longs = [_loose(tuple(map(_word, long))) for long in self.abbreviations.long_forms(whole)]
            others: tuple[Word | Phrase, ...] = (*longs, *shorts.get(at, ()))
            nodes.append(Same(word, tuple(dict.fromkeys(others))) if others else word)
        return nodes

    def quoted(self, piece: Piece) -> tuple[list[Node], tuple[Word, ...]]:
        inside = numbers(piece.text)
        if len(inside) == 1 and piece.text[inside[0].start : inside[0].end] == piece.text.strip():
            return [Number(inside[0].canonical)], ()
        words = tuple(map(_word, tokens(piece.text)))[:MOST_LEAVES]
        if piece.distance is None:
            return ([_phrase(words)] if words else []), words
        distance = piece.distance
        if distance > FARTHEST:
            self.problem("too-far", piece, str(FARTHEST))
            distance = FARTHEST
        different = tuple({word.folded: word for word in words}.values())
        if len(different) < 2:
            return list(different), words
        return [Near(different, distance)], words

    def prefix(self, piece: Piece) -> tuple[list[Node], tuple[Word, ...]]:
        found = tokens(piece.text)
        if not found:
            return [], ()
        before, last = tuple(map(_word, found[:-1])), found[-1].folded
        self.prefixes += 1
        if len(last) < SHORTEST_PREFIX:
            self.problem("prefix-too-short", piece, str(SHORTEST_PREFIX))
            return list(before), before
        if self.prefixes > MOST_PREFIXES:
            self.problem("too-many-prefixes", piece, str(MOST_PREFIXES))
            return list(before), before
        return [*before, Prefix(last)], before

    def problem(self, code: str, piece: Piece, about: str = "") -> None:
        # Said once: a long question would say it of every word.
        if not any(problem.code == code for problem in self.problems) or code == "prefix-too-short":
            self.problems.append(Problem(code, piece.start, piece.end, about))


def _stretches(found: Sequence[Token]) -> list[tuple[int, list[Token]]]:
    """The words, those that were written as one together, each stretch with the place of its first word."""
    stretches: list[tuple[int, list[Token]]] = []
    for at, token in enumerate(found):
        if stretches and stretches[-1][1][-1].end == token.start:
            stretches[-1][1].append(token)
        else:
            stretches.append((at, [token]))
    return stretches


def _word(token: Token) -> Word:
    return Word(token.folded, token.accented)


def _phrase(words: tuple[Word, ...]) -> Phrase:
    return Phrase(words, exact=any(has_accents(word.accented) for word in words))


def _loose(words: tuple[Word, ...]) -> Word | Phrase:
    return Phrase(words, exact=False) if len(words) > 1 else words[0]


def _combine(nodes: list[Node]) -> Node:
    words: list[Leaf] = [node for node in nodes if isinstance(node, Word | Number | Same)]
    # The same word twice asks for nothing more, whatever its marks.
    asked = tuple({_key(node): node for node in words}.values())
    rest = tuple(dict.fromkeys(node for node in nodes if not isinstance(node, Word | Number | Same)))
    if len(asked) > ALL_UP_TO:
        return All((AtLeast(_share(len(asked)), asked), *rest))
    return All((*asked, *rest))


def _branch(nodes: list[Node]) -> Node:
    whole = _combine(nodes)
    return whole.parts[0] if isinstance(whole, All) and len(whole.parts) == 1 else whole


def _key(node: Leaf) -> str:
    match node:
        case Word(folded, _) | Same(Word(folded, _), _):
            return folded
        case Number(canonical):
            return canonical
    raise TypeError(node)


def _share(words: int) -> int:
    return max(1, ceil(words * SHARE_OF_LONG))
