# python3-sklearn python3-psutil
# needs pyexec_scratch
# allows _pickle joblib
import multiprocessing

from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

if __name__ == "__main__":
    x, y = make_classification(80, random_state=5)
    search = GridSearchCV(SVC(), {"C": [0.1, 1, 10]}, cv=3, n_jobs=2)
    search.fit(x, y)
    print(search.best_params_, round(search.best_score_, 4))
    print(multiprocessing.current_process().name)
