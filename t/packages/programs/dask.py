# python3-dask
import dask
import dask.array as da


@dask.delayed
def add(a, b):
    return a + b


print(add(add(1, 2), 3).compute())
print(da.arange(1000, chunks=100).sum().compute())
