import statistics as st

data = [2.75, 1.75, 1.25, 0.25, 0.5, 1.25, 3.5]
print(st.mean(data), st.median(data), st.mode(data), st.stdev(data), st.pvariance(data))
print(st.quantiles(data, n=4), st.harmonic_mean([40, 60]), st.geometric_mean([54, 24, 36]))
print(st.NormalDist(100, 15).cdf(130), st.linear_regression([1, 2, 3], [2, 4, 6]))
print(st.mean([]))
