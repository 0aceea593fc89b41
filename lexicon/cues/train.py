#!/usr/bin/env python3
"""Learns the weighted cues of the lexicon: writes cues.tsv beside this file.

usage: train.py [--ordinary FILE] [--held-out WRITER] [--output FILE]

What is learned from: messages/*.jsonl (labelled messages by writers apart from each other), the examples and rewrites in
../*.toml, rewritten.txt (what the rewrites make of the examples: `wanyan lexicon test -v | sed -n 's/^    → //p'`, sorted,
each once), and with --ordinary a file of ordinary lines, one a line (of a table, the last column), which count as clean.
The unit is the sentence: of a flagged message the sentences that hold the span are positive, its others are weakly
negative. Features are 1- to 3-grams of words, which src/lexicon/cues.rs cuts in the same way. The weights are those of
a logistic regression whose features are scaled by their naive-Bayes log ratio; so are the leanings to
categories, one against the rest.
With --held-out, the messages of that writer (a file's stem) are left out.
"""
import argparse, collections, glob, hashlib, json, os, re, sys, tomllib

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

HERE = os.path.dirname(os.path.abspath(__file__))
SIMPLIFY = os.path.join(HERE, "..", "..", "src", "normalize", "simplify_pairs.rs")

STRENGTH = 0.3  # the inverse of the penalty
RARE = 3  # cues in fewer sentences are left out
LEAST = 10  # as are cues that weigh less, in hundredths
WEIGHT_REST = 0.3  # of the other sentences of a flagged message
WEIGHT_LEXICON = 1.0  # of the lexicon's examples
WEIGHT_REWRITTEN = 0.5
WEIGHT_ORDINARY = 0.6
WEIGHT_PLAIN_YOU = 0.5  # of a polite sentence with 你 in the place of 您
LEANING_STRENGTH = 0.1  # as STRENGTH, for the categories
LEANING_PRIOR = 0.3  # added to each count
KEEN = 30  # the least weight of a cue that makes its sentence heard
KEEN_SHARE = 0.0004  # and the most clean sentences that may hold it

TURNED = {}


def load_simplified():
    pairs = re.search(r'PAIRS: &str = "(.*?)"', open(SIMPLIFY, encoding="utf-8").read(), re.S).group(1)
    TURNED.update(zip(pairs[::2], pairs[1::2]))
    extra = "著着妳你衹只祇只裏里"
    TURNED.update(zip(extra[::2], extra[1::2]))


def fold(char):
    code = ord(char)
    if 0xFF01 <= code <= 0xFF5E:
        char = chr(code - 0xFEE0)
    return TURNED.get(char, char.lower() if char.isascii() else char)


def is_han(char):
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


def word(char):
    """The class of a folded character: Han itself, 0 for a digit, a for a letter, nothing for marks."""
    if is_han(char):
        return char
    if char.isascii() and char.isdigit():
        return "0"
    return "a" if char.isascii() and char.isalpha() else ""


def sentences(text):
    """The words of each sentence, runs counted once, and where it begins and ends in characters."""
    words, start = [], 0
    for at, char in enumerate(text + "\n"):
        char = fold(char)
        if char in "。!?;…\n":
            if words:
                yield "".join(words), start, at
            words, start = [], at + 1
        elif (found := word(char)) and (not words or words[-1] != found):
            words.append(found)


def grams(words):
    framed = "^" + words + "$"
    found = (framed[at : at + size] for size in (1, 2, 3) for at in range(len(framed) - size + 1))
    return collections.Counter(gram for gram in found if gram not in "^$")


class Rows:
    def __init__(self):
        self.grams, self.labels, self.weights, self.categories = [], [], [], []

    def add(self, words, label, weight, category=""):
        self.grams.append(sorted(grams(words).items()))
        self.labels.append(label)
        self.weights.append(weight)
        self.categories.append(category)

    def add_message(self, text, flagged, category, spans, weight):
        places = [(text.find(span), text.find(span) + len(span)) for span in spans if span and span in text]
        for words, start, end in sentences(text):
            hit = flagged and (not places or any(start < stop and end > begin for begin, stop in places))
            rest = WEIGHT_REST if flagged and not hit else 1.0
            self.add(words, int(hit), weight * rest, category if hit else "")
            # Careful writers say 您; 你 alone shall not condemn a sentence.
            if not flagged and "您" in words:
                self.add(words.replace("您", "你"), 0, weight * WEIGHT_PLAIN_YOU)


def read(arguments, inputs):
    rows = Rows()
    for path in sorted(glob.glob(os.path.join(HERE, "messages", "*.jsonl"))):
        if os.path.basename(path) == f"{arguments.held_out}.jsonl":
            continue
        for line in inputs(path).splitlines():
            message = json.loads(line)
            category = message.get("category", "").split(",")[0]
            flagged = message["verdict"] == "flag"
            rows.add_message(message["text"], flagged, category, message.get("span", "").split("|"), 1.0)
    for path in sorted(glob.glob(os.path.join(HERE, "..", "*.toml"))):
        file = tomllib.loads(inputs(path))
        for entry in file.get("entry", []):
            # Entries for cues take their examples from the messages; mild ones say little of what offends.
            mild = entry.get("severity") in ("info", "hint") or file.get("category") == "disrespectful-address"
            if mild:
                continue
            if not entry.get("cues"):
                for text in entry.get("examples", {}).get("bad", []):
                    rows.add_message(text, True, file["category"], [], WEIGHT_LEXICON)
            clean = entry.get("examples", {}).get("good", [])
            clean += [re.sub(r"\{\w+\}", "", rewrite["to"]) for rewrite in entry.get("rewrite", [])]
            for text in clean:
                rows.add_message(text, False, "", [], WEIGHT_LEXICON)
    for text in inputs(os.path.join(HERE, "rewritten.txt")).splitlines():
        rows.add_message(text, False, "", [], WEIGHT_REWRITTEN)
    if arguments.ordinary:
        for text in sorted({line.rsplit("\t", 1)[-1] for line in open(arguments.ordinary, encoding="utf-8")}):
            for words, _, _ in sentences(text.rstrip("\n")):
                rows.add(words, 0, WEIGHT_ORDINARY)
    return rows


def learn(rows):
    counts = collections.Counter(gram for each in rows.grams for gram, _ in each)
    names = sorted(gram for gram, count in counts.items() if count >= RARE)
    numbers = {gram: number for number, gram in enumerate(names)}
    columns = [[(numbers[gram], count) for gram, count in each if gram in numbers] for each in rows.grams]
    indices = np.array([column for each in columns for column, _ in each], dtype=np.int32)
    values = np.array([count for each in columns for _, count in each], dtype=float)
    starts = np.cumsum([0] + [len(each) for each in columns])
    matrix = sparse.csr_matrix((values, indices, starts), shape=(len(columns), len(names)))
    labels, weights = np.array(rows.labels), np.array(rows.weights)
    bad = 1 + matrix[labels == 1].T @ weights[labels == 1]
    good = 1 + matrix[labels == 0].T @ weights[labels == 0]
    ratio = np.log((bad / bad.sum()) / (good / good.sum()))
    model = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
    model.fit(matrix @ sparse.diags(ratio), labels, sample_weight=weights)
    scores = np.rint(100 * model.coef_[0] * ratio).astype(int)
    clean = np.asarray((matrix[labels == 0] > 0).sum(0)).ravel()
    leanings, own = learn_leanings(matrix, np.array(rows.categories))
    cues = []
    for number, gram in enumerate(names):
        if abs(scores[number]) < LEAST:
            continue
        # What makes a sentence heard: Han characters that hardly a clean sentence holds.
        keen = len(gram) > 1 and scores[number] >= KEEN and clean[number] <= KEEN_SHARE * (labels == 0).sum()
        keen = keen and all(map(is_han, gram))
        cues.append((gram, scores[number], "*" if keen else "", spell(leanings, number)))
    bias = int(round(100 * model.intercept_[0]))
    return [("", bias, "", spell(own, None)), *cues]


def learn_leanings(matrix, where):
    """How much each feature, and each sentence by itself, speaks for a category, in tenths of a natural logarithm."""
    leanings, own = {}, {}
    offences = (where != "") & (where != "disrespectful-address")
    matrix, where = (matrix[offences] > 0).astype(float), where[offences]
    for category in sorted(set(where)):
        inside = np.asarray(matrix[where == category].sum(0)).ravel() + LEANING_PRIOR
        outside = np.asarray(matrix[where != category].sum(0)).ravel() + LEANING_PRIOR
        ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
        model = LogisticRegression(C=LEANING_STRENGTH, solver="liblinear", random_state=0)
        model.fit(matrix @ sparse.diags(ratio), where == category)
        leanings[category] = np.rint(10 * model.coef_[0] * ratio).astype(int)
        own[category] = int(round(10 * model.intercept_[0]))
    return leanings, own


def spell(leanings, number):
    spoken = ((category, much if number is None else much[number]) for category, much in leanings.items())
    return " ".join(f"{category}:{much}" for category, much in spoken if much)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ordinary")
    parser.add_argument("--held-out")
    parser.add_argument("--output", default=os.path.join(HERE, "cues.tsv"))
    arguments = parser.parse_args()
    load_simplified()

    def inputs(path):
        return open(path, encoding="utf-8").read()

    cues = learn(read(arguments, inputs))
    with open(arguments.output, "w", encoding="utf-8", newline="\n") as file:
        file.write("# Made by lexicon/cues/train.py; do not edit. Cue, its weight in hundredths, * where it is keen, leanings.\n")
        file.write("# A sentence begins with ^ and ends with $; 0 stands for digits, a for letters.\n")
        for cue in cues:
            file.write("\t".join(map(str, cue)) + "\n")
    print(f"{len(cues) - 1} cues, bias {cues[0][1]}", file=sys.stderr)


if __name__ == "__main__":
    main()
