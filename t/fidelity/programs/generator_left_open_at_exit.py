def resource():
    print("opened")
    try:
        yield "in use"
    finally:
        print("closed at exit")


held = resource()
print(next(held))
