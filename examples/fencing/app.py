"""An app whose store refuses the leader of yesterday. The app may be frozen, for a second or a day, between learning that it leads and its
write, and no check in the app can help that: the store has to. Here it is PostgreSQL (see schema.sql; PGHOST and the like say where)."""
import asyncio
import os
import signal
import sys

import asyncpg

import leader  # ../python/leader.py

# Of two that come at once, one waits here for the end of the other's transaction.
RAISE_FENCE = """
  INSERT INTO fence VALUES ($1, $2)
  ON CONFLICT (lock) DO UPDATE SET token = excluded.token WHERE fence.token <= excluded.token"""


class Refused(Exception):
    """Another leader has written since."""


async def write(store, token, entry):
    """All that belongs together, in one transaction with the fence. (What the write depends on is read there too, after the fence.)"""
    async with store.transaction():
        if await store.execute(RAISE_FENCE, "example-app-leader", token) == "INSERT 0 0":
            raise Refused
        await store.execute("INSERT INTO journal (token, entry) VALUES ($1, $2)", token, entry)


async def lead(term):
    store = await asyncpg.connect()
    try:
        while True:
            token = term.token()
            print("preparing", token, flush=True)
            await asyncio.sleep(0.2)  # The work.
            try:
                await write(store, token, f"by {os.environ.get('POD_NAME', 'somebody')}")
                print("written", token, flush=True)
            except Refused:
                print("refused", token, flush=True)
    finally:
        store.terminate()


async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)
    try:
        await leader.run(lead)
    except asyncio.CancelledError:
        pass
    except leader.Failed as error:
        sys.exit(str(error))


asyncio.run(main())
