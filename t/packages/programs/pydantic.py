# python3-pydantic
from typing import List

from pydantic import BaseModel, ValidationError


class Item(BaseModel):
    name: str
    price: float
    tags: List[str] = []


print(Item(name="x", price="2.5", tags=["a"]))
try:
    Item(name="x", price="much")
except ValidationError as error:
    print(len(error.errors()), error.errors()[0]["loc"])
