# python3-seaborn
import io

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

sns.set_theme()
rng = np.random.default_rng(3)
data = pd.DataFrame({"x": rng.normal(size=60), "y": rng.normal(size=60),
                     "kind": ["a", "b", "c"] * 20})
axes = sns.scatterplot(data=data, x="x", y="y", hue="kind")
print([text.get_text() for text in axes.get_legend().get_texts()])
plt.figure()
sns.heatmap(data[["x", "y"]].corr(), annot=True)
sns.boxplot(data=data, x="kind", y="y")
picture = io.BytesIO()
plt.savefig(picture, format="png")
print(picture.getvalue()[:8], len(plt.get_fignums()))
