# python3
# needs pyexec_scratch
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import shared_memory


def square(x):
    return x * x


if __name__ == "__main__":
    with multiprocessing.Pool(2) as pool:
        print(pool.map(square, range(5)))
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(square, range(5))))
    queue = multiprocessing.Queue()
    process = multiprocessing.Process(target=queue.put, args=("well",))
    process.start()
    print(queue.get(timeout=30))
    process.join()
    memory = shared_memory.SharedMemory(create=True, size=16)
    memory.buf[:4] = b"well"
    other = shared_memory.SharedMemory(memory.name)
    print(bytes(other.buf[:4]))
    other.close()
    memory.close()
    memory.unlink()
    value = multiprocessing.Value("i", 1)
    array = multiprocessing.Array("d", 3)
    with value.get_lock():
        value.value += 1
    print(value.value, list(array))
