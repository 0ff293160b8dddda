class Shop:
    def __init__(self):
        self.customers = []

    def add(self, customer):
        self.custmers.append(customer)


def sell():
    quantity = 3
    return quantty * 2


try:
    Shop().add("ann")
except AttributeError:
    import traceback
    traceback.print_exc()
sell()
