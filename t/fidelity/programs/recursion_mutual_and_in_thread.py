import threading


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


deepest = 0


def dig():
    global deepest
    deepest += 1
    dig()


def in_thread():
    try:
        dig()
    except RecursionError:
        print("thread:", deepest)


print(even(900), odd(901))
thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
even(5000)
