"""Runs a coroutine while this pod leads, as the leadership broker beside it says. Yours to copy: it needs grpcio, and what grpcio-tools
makes of leadership.proto."""
import asyncio
import logging
import os
import random
import time

import grpc
from google.protobuf.duration_pb2 import Duration

from leadership.v1 import leadership_pb2 as pb
from leadership.v1.leadership_pb2_grpc import LeadershipBrokerStub

HEARTBEAT = 5  # Seconds. The broker speaks at least this often; one silent for twice that hangs, and is called anew.
SILENCE_LIMIT = 15  # Seconds without a word, as while the broker restarts, after which the pod counts as not leading.
FINAL = (grpc.StatusCode.UNIMPLEMENTED, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND)
OPTIONS = (  # No proxy; and gRPC's own back-off would grow to two minutes.
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
)


class Failed(Exception):
    """The broker's answer is one that no waiting would change: there is no such lock, it is no leadership broker."""


class Term:
    """A term of leadership. It is known by the UID of the lock: the token may rise in it."""

    def __init__(self, group, lead, message):
        self.uid = message.lock.uid
        self._task = group.create_task(lead(self))
        self._timer = None
        self.confirm(message)

    def confirm(self, message):
        valid = _valid_for(message)
        self._token, self._until = message.fencing_token, time.monotonic() + valid
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(valid, self._expire)

    def leads(self):
        return time.monotonic() < self._until

    def token(self):
        """The token of the next write. Ends the caller as the loss would when this pod may lead no longer."""
        if not self.leads():
            raise asyncio.CancelledError
        return self._token

    def outlives(self, message):
        """A broker that has just restarted says at first that it knows nothing yet, then that it makes sure of its lock. That is no loss:
        it counts no more than silence."""
        making_sure = message.reason in (pb.Leadership.REASON_CONFIRMING, pb.Leadership.REASON_PREDECESSOR)
        return message.reason == pb.Leadership.REASON_STARTING or making_sure and message.lock.uid == self.uid

    def _expire(self):
        self._until = 0
        self._task.cancel()

    async def end(self):
        self._timer.cancel()
        self._expire()
        await asyncio.wait([self._task])


def _valid_for(message):
    """Seconds. 0 in what a broker says that was frozen, until it has asked the API server again."""
    return min(message.valid_for.ToTimedelta().total_seconds(), SILENCE_LIMIT) if message.HasField("valid_for") else SILENCE_LIMIT


async def run(lead, lock=""):
    """Runs lead(term) while this pod leads; cancels it, and waits for its end, when it does not. Does not return: cancel it. Raises
    Failed, and what lead() raises in an ExceptionGroup."""
    async with asyncio.TaskGroup() as group:
        error = await _follow(group, lead, lock)
    raise error


async def _follow(group, lead, lock):
    term = None
    try:
        async for message in _messages(lock):
            leads = message.state == pb.Leadership.STATE_LEADER and _valid_for(message) > 0
            if term and not leads and term.outlives(message):
                continue
            if term and not (leads and message.lock.uid == term.uid and term.leads()):
                await term.end()
                term = None
            if leads and term:
                term.confirm(message)
            elif leads:
                term = Term(group, lead, message)
    except Failed as error:
        if term:
            await term.end()
        return error


async def _messages(lock):
    """All that the broker says, over one stream after another."""
    address = os.environ.get("LEADERSHIP_BROKER_ADDRESS") or "localhost:8642"
    request = pb.WatchLeadershipRequest(
        lock=lock, pod_uid=os.environ.get("POD_UID", ""), heartbeat=Duration(seconds=HEARTBEAT)
    )
    async with grpc.aio.insecure_channel(address, options=OPTIONS) as channel:
        delay = 0.1
        while True:
            stream = LeadershipBrokerStub(channel).WatchLeadership(request)
            why = "the stream has ended"
            try:
                while True:
                    async with asyncio.timeout(2 * HEARTBEAT):  # Python 3.11's wait_for() can lose a cancellation.
                        message = await stream.read()
                    if message is grpc.aio.EOF:
                        break
                    delay = 0.1
                    yield message
            except TimeoutError:
                why = "it hangs"
            except grpc.RpcError as error:
                why = f"{error.code().name}: {error.details()}"
                if error.code() in FINAL:
                    raise Failed(f"the leadership broker at {address}: {why}") from error
            logging.warning("the leadership broker at %s: %s; trying again", address, why)
            await asyncio.sleep(delay * random.uniform(0.5, 1))
            delay = min(2 * delay, 2)
