"""A cancellation (SIGTERM) that comes in the same turn of the event loop as a message ends leader.run() all the same."""
import asyncio

import leader  # examples/python/leader.py


class Broker:
    """Says nothing until it is told to, and is called once."""

    def __init__(self):
        self.called = asyncio.Event()
        self.word = asyncio.get_running_loop().create_future()

    def WatchLeadership(self, request):  # As the generated code calls it.
        return self

    async def read(self):
        self.called.set()
        return await asyncio.shield(self.word) if not self.word.done() else await asyncio.Event().wait()


async def lead(term):
    await asyncio.Event().wait()


async def main():
    broker = Broker()
    leader.LeadershipBrokerStub = lambda channel: broker
    running = asyncio.create_task(leader.run(lead))
    await broker.called.wait()
    broker.word.set_result(leader.pb.Leadership(state=leader.pb.Leadership.STATE_STANDBY))
    asyncio.get_running_loop().call_soon(running.cancel)  # After the message has come, before the task has seen it.
    await asyncio.wait([running], timeout=60)
    assert running.cancelled(), f"the cancellation was lost: {running}"


asyncio.run(main())
