# python3-h5py
import io

import h5py
import numpy as np

store = io.BytesIO()
with h5py.File(store, "w") as file:
    file["numbers"] = np.arange(12).reshape(3, 4)
    group = file.create_group("group")
    group.attrs["unit"] = "m"
    group.create_dataset("packed", data=np.zeros(1000), compression="gzip")
with h5py.File(store, "r") as file:
    print(sorted(file), file["numbers"][1].tolist(),
          file["group"].attrs["unit"])
    print(file["group/packed"].compression, file["group/packed"].shape)
