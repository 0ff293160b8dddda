# python3-tables
import numpy as np
import tables

with tables.open_file("x.h5", "w", driver="H5FD_CORE",
                      driver_core_backing_store=0) as file:
    array = file.create_carray("/", "a", obj=np.arange(100),
                               filters=tables.Filters(5, "zlib"))
    table = file.create_table("/", "t", {"x": tables.Int32Col()})
    for x in range(10):
        table.row["x"] = x
        table.row.append()
    table.flush()
    print(array[10:13], [row["x"] for row in table.where("x > 7")])
