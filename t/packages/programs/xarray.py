# python3-xarray
import numpy as np
import xarray as xr

data = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("x", "y"),
                    coords={"x": [10, 20]})
print(data.mean("y").values, data.sel(x=20).sum().item())
print(xr.Dataset({"a": data}).to_dataframe()["a"].max())
