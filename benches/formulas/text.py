"""Formulas of the language as trees: how long they are, and what a reader objects to."""

import re

TOKEN = re.compile(r"\s*(\.\*|\./|\.\^|==|!=|<=|>=|\.\.|\d+(?:\.(?!\.)\d+)?(?:e[+-]?\d+)?|\.\d+|[^\W\d]\w*|\S)")
LEVELS = [["or"], ["and"], ["==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", ".*", "./"]]


class Reader:
    """A tree is (kind, children…); names and numbers are ("name", text) and ("number", text)."""

    def __init__(self, text):
        self.tokens = TOKEN.findall(text)
        self.at = 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def take(self, wanted=None):
        token = self.peek()
        if wanted is not None and token != wanted:
            raise ValueError(f"{wanted} wanted, {token} found in {' '.join(self.tokens)}")
        self.at += 1
        return token

    def whole(self):
        if self.peek() == "if":
            self.take()
            condition = self.whole()
            self.take("then")
            then = self.whole()
            self.take("else")
            return ("if", condition, then, self.whole())
        return self.level(0)

    def level(self, k):
        if k == len(LEVELS):
            return self.unary()
        left = self.level(k + 1)
        while self.peek() in LEVELS[k]:
            op = self.take()
            left = (op, left, self.level(k + 1))
        return left

    def unary(self):
        if self.peek() in ("-", "not"):
            op = self.take()
            return ("neg" if op == "-" else op, self.unary())
        base = self.postfix()
        if self.peek() in ("^", ".^"):
            return (self.take(), base, self.unary())
        return base

    def listed(self, end):
        items = []
        while self.peek() != end:
            if self.peek() in (",", ";"):
                self.take()
            elif self.peek() == ":":
                items.append(("all", self.take()))
            elif self.at + 1 < len(self.tokens) and self.tokens[self.at + 1] == "=":
                name = self.take()
                self.take("=")
                items.append(("named", name, self.whole()))
            else:
                item = self.whole()
                if self.peek() == "..":
                    self.take()
                    item = ("range", item, self.whole())
                items.append(item)
        self.take(end)
        return items

    def postfix(self):
        token = self.take()
        if token == "(":
            tree = self.whole()
            self.take(")")
        elif token == "[":
            tree = ("matrix", *self.listed("]"))
        elif self.peek() == "(" and re.match(r"[^\W\d]", token):
            self.take()
            tree = ("call", token, *self.listed(")"))
        elif re.match(r"[.\d]", token):
            tree = ("number", token)
        else:
            tree = ("name", token)
        while self.peek() in ("'", "["):
            if self.take() == "'":
                tree = ("transpose", tree)
            else:
                tree = ("index", tree, *self.listed("]"))
        return tree


def read(text):
    reader = Reader(text)
    tree = reader.whole()
    if reader.peek() is not None:
        raise ValueError(f"{reader.peek()} is left of {text}")
    return tree


def parts(tree):
    return [part for part in tree[1:] if isinstance(part, tuple)]


def own(tree):
    free = ("number", "name", "matrix", "index", "transpose", "named", "all", "range")
    negative = tree[0] == "neg" and tree[1][0] == "number"
    return 0 if tree[0] in free or negative else 1


def written(tree):
    return own(tree) + sum(written(part) for part in parts(tree) if tree[0] != "named")


def shared(trees):
    seen = set()
    stack = list(trees)
    while stack:
        tree = stack.pop()
        if tree not in seen:
            seen.add(tree)
            stack.extend(parts(tree))
    return sum(own(tree) for tree in seen)


def replaced(tree, names):
    if tree[0] == "name" and tree[1] in names:
        return names[tree[1]]
    return tuple(replaced(part, names) if isinstance(part, tuple) else part for part in tree)


def factors(tree):
    """The factors of a product, quotients aside."""
    if tree[0] in ("*", ".*"):
        return factors(tree[1]) + factors(tree[2])
    return [tree]


def terms(tree, sign=1):
    if tree[0] in ("+", "-"):
        return terms(tree[1], sign) + terms(tree[2], sign if tree[0] == "+" else -sign)
    if tree[0] == "neg":
        return terms(tree[1], -sign)
    return [(sign, tree)]


def number_in_front(tree):
    while tree[0] in ("*", ".*", "/", "./"):
        tree = tree[1]
    return float(tree[1]) if tree[0] == "number" else None


def objections(tree, source=""):
    """What a reader objects to, each once."""
    found = set()
    counts = {}
    stack = [(tree, None, 0)]
    while stack:
        tree, above, place = stack.pop()
        if tree[0] == "number":
            digits = tree[1].split("e")[0].partition(".")[2]
            if len(digits) > 4 and tree[1] not in source:
                found.add("a long float")
        if tree[0] in ("/", "./") and tree[1][0] in ("/", "./"):
            found.add("a/b/c")
        if tree[0] in ("+", "-", "neg") and above not in ("+", "-", "neg"):
            signed = terms(tree)
            if above in ("*", ".*", "/", "./", "^", ".^"):
                in_front = len(signed) == 1 and place == 0 and above not in ("^", ".^")
                if all(sign < 0 for sign, _ in signed) and not in_front:
                    found.add("an all-negative bracket")
                numbers = [number_in_front(term) for _, term in signed]
                if len(signed) > 1 and None not in numbers and all(n == int(n) for n in numbers):
                    from math import gcd
                    if gcd(*[int(n) for n in numbers]) > 1:
                        found.add("a factor in all terms of a bracket")
            if len(signed) > 1 and all(term[0] == "transpose" for _, term in signed):
                found.add("a sum of transposes")
        if tree[0] in ("+", "-") and tree[2][0] == "neg" or tree[0] == "neg" and tree[1][0] == "neg":
            found.add("a double sign")
        if own(tree) and written(tree) >= 3:
            counts[tree] = counts.get(tree, 0) + 1
        stack.extend((part, tree[0], k) for k, part in enumerate(parts(tree)))
    if any(count > 1 for count in counts.values()):
        found.add("a repeated part")
    return found
