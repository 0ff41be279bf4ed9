// Runs a function while this pod leads, as the leadership broker beside it says. Yours to copy, with leadership.proto: it needs
// @grpc/grpc-js and @grpc/proto-loader.
'use strict';
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const grpc = require('@grpc/grpc-js');
const protoLoader = require('@grpc/proto-loader');

const PROTO = path.join(__dirname, '../../proto/leadership/v1/leadership.proto');
const HEARTBEAT = 5; // Seconds. The broker speaks at least this often; one silent for twice that hangs, and is called anew.
const SILENCE_LIMIT = 15; // Seconds without a word, as while the broker restarts, after which the pod counts as not leading.
const FINAL = [grpc.status.UNIMPLEMENTED, grpc.status.INVALID_ARGUMENT, grpc.status.NOT_FOUND];
// No proxy; and gRPC's own back-off would grow to two minutes.
const OPTIONS = {
  'grpc.enable_http_proxy': 0,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.service_config_disable_resolution': 1,
};
// 64-bit numbers as strings: a JavaScript number would round a token above 2^53.
const definition = protoLoader.loadSync(PROTO, { keepCase: true, longs: String, enums: String, defaults: true });
const { LeadershipBroker } = grpc.loadPackageDefinition(definition).leadership.v1;

// Seconds. 0 in what a broker says that was frozen, until it has asked the API server again.
function validFor({ valid_for }) {
  return valid_for ? Math.min(Number(valid_for.seconds) + valid_for.nanos / 1e9, SILENCE_LIMIT) : SILENCE_LIMIT;
}

// A term of leadership. It is known by the UID of the lock: the token may rise in it. `signal` is aborted when it ends.
class Term {
  #controller = new AbortController();
  #token;
  #until;
  #timer;

  constructor(message) {
    this.uid = message.lock.uid;
    this.signal = this.#controller.signal;
    this.confirm(message);
  }

  confirm(message) {
    const milliseconds = 1000 * validFor(message);
    this.#token = BigInt(message.fencing_token);
    this.#until = performance.now() + milliseconds;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.abort(), milliseconds);
  }

  get leads() {
    return !this.signal.aborted && performance.now() < this.#until;
  }

  // The token of the next write. Throws when this pod may lead no longer.
  token() {
    if (!this.leads) this.abort();
    this.signal.throwIfAborted();
    return this.#token;
  }

  // A broker that has just restarted says at first that it knows nothing yet, then that it makes sure of its lock. That is no loss: it
  // counts no more than silence.
  outlives({ reason, lock }) {
    const makingSure = reason === 'REASON_CONFIRMING' || reason === 'REASON_PREDECESSOR';
    return reason === 'REASON_STARTING' || (makingSure && lock.uid === this.uid);
  }

  abort() {
    clearTimeout(this.#timer);
    this.#controller.abort();
  }
}

// Calls lead(term) when this pod leads; aborts term.signal, and waits for lead's end, when it does so no longer. Returns when `signal` is
// aborted; rejects when no waiting would help, and when lead rejects in its term.
async function run(lead, { lock = '', signal } = {}) {
  const address = process.env.LEADERSHIP_BROKER_ADDRESS || 'localhost:8642';
  const broker = new LeadershipBroker(address, grpc.credentials.createInsecure(), OPTIONS);
  const request = { lock, pod_uid: process.env.POD_UID || '', heartbeat: { seconds: HEARTBEAT } };
  const stop = new AbortController();
  signal?.addEventListener('abort', () => stop.abort(), { once: true });
  let term = null;
  let ended; // lead's promise
  let failure;
  const endTerm = async () => {
    term?.abort();
    await ended;
    term = null;
  };
  const startTerm = (message) => {
    const started = (term = new Term(message));
    ended = (async () => lead(started))().catch((error) => {
      if (started.signal.aborted) return;
      failure = error;
      stop.abort();
    });
  };

  let delay = 100;
  while (!stop.signal.aborted && !signal?.aborted) {
    const stream = broker.WatchLeadership(request);
    const cancel = () => stream.cancel();
    const hung = setTimeout(cancel, 2000 * HEARTBEAT);
    stop.signal.addEventListener('abort', cancel);
    let why = 'the stream has ended';
    try {
      for await (const message of stream) {
        hung.refresh();
        delay = 100;
        const leads = message.state === 'STATE_LEADER' && validFor(message) > 0;
        if (term && !leads && term.outlives(message)) continue;
        if (term && !(leads && message.lock.uid === term.uid && term.leads)) await endTerm();
        if (leads && term) term.confirm(message);
        else if (leads) startTerm(message);
      }
    } catch (error) {
      why = error.message;
      if (FINAL.includes(error.code)) {
        failure = new Error(`the leadership broker at ${address}: ${why}`, { cause: error });
        break;
      }
    } finally {
      clearTimeout(hung);
      stop.signal.removeEventListener('abort', cancel);
    }
    if (stop.signal.aborted) break;
    console.warn(`the leadership broker at ${address}: ${why}; trying again`);
    await sleep(delay * (0.5 + Math.random() / 2), undefined, { signal: stop.signal }).catch(() => {});
    delay = Math.min(2 * delay, 2000);
  }
  await endTerm();
  broker.close();
  if (failure) throw failure;
}

module.exports = { run };
