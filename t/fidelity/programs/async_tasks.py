import asyncio


async def worker(name, delay, queue):
    while True:
        item = await queue.get()
        await asyncio.sleep(delay)
        print(name, "did", item)
        queue.task_done()


async def main():
    queue = asyncio.Queue()
    for i in range(4):
        queue.put_nowait(i)
    task = asyncio.create_task(worker("w", 0.001, queue))
    await queue.join()
    task.cancel()
    print(await asyncio.gather(task, return_exceptions=True))
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.02)
    except asyncio.TimeoutError as error:
        print("timeout", repr(error))

    async def ticks():
        for i in range(3):
            yield i
            await asyncio.sleep(0)
    print([i async for i in ticks()])

asyncio.run(main())
