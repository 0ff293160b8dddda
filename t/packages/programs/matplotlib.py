# python3-matplotlib
import io

import matplotlib.pyplot as plt
import numpy as np

figure, (left, right) = plt.subplots(1, 2, figsize=(6, 3))
x = np.linspace(0, 2 * np.pi, 100)
left.plot(x, np.sin(x), label="$\\sin(x)$")
left.set_title("A line")
left.legend()
right.hist(np.random.default_rng(1).normal(size=500), bins=20)
for kind in "png", "svg", "pdf":
    data = io.BytesIO()
    figure.savefig(data, format=kind)
    print(kind, len(data.getvalue()) > 5000, data.getvalue()[:4])
pixels = np.asarray(figure.canvas.buffer_rgba())
print(pixels.shape, int(pixels.sum()))
