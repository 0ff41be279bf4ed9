// An app that runs in several pods and works in one, the leader's: see leader.js for how it knows.
'use strict';
const { setTimeout: sleep } = require('node:timers/promises');
const leader = require('./leader');

// Stands for your store, which has to refuse a token that is smaller than one it has seen: see ../fencing.
async function write(token, text) {
  console.log(`${text} ${token}`);
}

// Runs while this pod leads. When it does no longer, term.signal is aborted: pass it to all that may take long.
async function lead(term) {
  console.log('start');
  try {
    for (;;) {
      await write(term.token(), 'work');
      await sleep(200, undefined, { signal: term.signal });
    }
  } finally {
    console.log('stop');
  }
}

const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT']) process.once(name, () => stop.abort());
leader.run(lead, { signal: stop.signal }).catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
