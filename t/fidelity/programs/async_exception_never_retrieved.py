import asyncio


async def fails():
    raise ValueError("nobody asked")


async def main():
    task = asyncio.create_task(fails())
    await asyncio.sleep(0.01)
    del task
    raise LookupError("main fails too")


asyncio.run(main())
