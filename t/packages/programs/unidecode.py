# python3-unidecode python3-levenshtein python3-jellyfish
import jellyfish
import Levenshtein
from unidecode import unidecode

print(unidecode("Übergrößenträger, Пушкин, 北京"))
print(Levenshtein.distance("kitten", "sitting"))
print(jellyfish.soundex("Robert"), jellyfish.metaphone("Thompson"))
