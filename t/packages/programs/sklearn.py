# python3-sklearn
from sklearn.cluster import KMeans
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

x, y = load_iris(return_X_y=True)
x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=1)
forest = RandomForestClassifier(n_estimators=10, n_jobs=2, random_state=1)
print(round(forest.fit(x_train, y_train).score(x_test, y_test), 4))
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
print(cross_val_score(model, x, y, cv=3).round(3))
groups = KMeans(n_clusters=3, n_init=3, random_state=0).fit(x)
print(round(groups.inertia_, 3))
