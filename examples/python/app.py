"""An app that runs in several pods and works in one, the leader's: see leader.py for how it knows."""
import asyncio
import signal
import sys

import leader


async def write(token, text):
    """Stands for your store, which has to refuse a token that is smaller than one it has seen: see ../fencing."""
    print(text, token, flush=True)


async def lead(term):
    """Runs while this pod leads. When it does no longer, the innermost await is cancelled."""
    print("start", flush=True)
    try:
        while True:
            await write(term.token(), "work")
            await asyncio.sleep(0.2)
    finally:
        print("stop", flush=True)


async def main():
    loop, this = asyncio.get_running_loop(), asyncio.current_task()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, this.cancel)
    try:
        await leader.run(lead)
    except asyncio.CancelledError:
        pass  # A signal; lead() has come to its end.
    except leader.Failed as error:
        sys.exit(str(error))


asyncio.run(main())
