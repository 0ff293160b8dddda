import multiprocessing


def work(connection, n):
    connection.send([n * i for i in range(5)])
    connection.close()
    raise SystemExit(n)


if __name__ == "__main__":
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=work, args=(theirs, 7))
    process.start()
    print(ours.recv())
    process.join()
    print(process.exitcode, process.name, multiprocessing.active_children())
