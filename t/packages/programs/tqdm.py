# python3-tqdm
import sys

from tqdm import tqdm

total = 0
for i in tqdm(range(1000), file=sys.stdout, disable=None):
    total += i
print(total, tqdm.format_sizeof(123456), tqdm.format_interval(3723))
