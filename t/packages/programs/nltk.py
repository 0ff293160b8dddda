# python3-nltk
from nltk import CFG, ChartParser, FreqDist, edit_distance, ngrams
from nltk.stem import PorterStemmer
from nltk.tokenize import RegexpTokenizer

words = RegexpTokenizer(r"\w+").tokenize("The cats were running; cats run.")
print(FreqDist(map(str.lower, words)).most_common(2))
print([PorterStemmer().stem(word) for word in words])
print(list(ngrams(words, 2))[:2], edit_distance("kitten", "sitting"))
grammar = CFG.fromstring("S -> N V\nN -> 'cats'\nV -> 'run'")
for tree in ChartParser(grammar).parse(["cats", "run"]):
    print(tree)
