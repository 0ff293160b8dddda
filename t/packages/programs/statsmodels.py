# python3-statsmodels
import numpy as np
import statsmodels.api as sm
import statsmodels.formula.api as smf

rng = np.random.default_rng(11)
x = rng.normal(size=(80, 2))
y = 1 + x @ np.array([2.0, -1.0]) + rng.normal(scale=0.1, size=80)
model = sm.OLS(y, sm.add_constant(x)).fit()
print(model.params.round(4), round(model.rsquared, 5))
print(smf.ols("y ~ a + b", {"y": y, "a": x[:, 0], "b": x[:, 1]})
      .fit().params.round(4).to_dict())
print(sm.tsa.acf(y, nlags=3).round(4))
