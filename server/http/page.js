'use strict';
// Shows what /events tells: one message of status_page.proto, as JSON, for each lock and each change. Text from elsewhere is only ever set
// as textContent.

// Of the history, so many are always to be seen.
const RECENT = 6;
// The broker says something every 20 s at least; silent for longer, it hangs.
const SILENCE_MS = 50000;
const RETRY_MS = 2000;

const page = {
  locks: new Map(),  // by name: { status, changes, section }
  skew: 0,           // the broker's clock less this one's, in ms
  heard: null,       // when the last message came, by this clock
  fresh: false,      // no message has come on this connection yet
};

const byId = id => document.getElementById(id);
const brokerNow = () => Date.now() + page.skew;

function fill(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    const element = root.querySelector(`[data-text="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  }
}

function clock(date, more = {}) {
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', ...more });
  const today = new Date(brokerNow()).toDateString() === date.toDateString();
  return today ? time : `${date.toLocaleDateString([], { day: 'numeric', month: 'short' })} ${time}`;
}

function ago(date) {
  const seconds = Math.max(0, Math.round((brokerNow() - date) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

const word = (name, prefix) => name.replace(prefix, '');
const stateClass = state => ({ STATE_LEADER: 'leader-state', STATE_STANDBY: 'standby', STATE_UNKNOWN: 'unknown' })[state] || 'ineligible';

// Who does what.
function describeLeader(state, leader, connected) {
  if (state === 'STATE_LEADER') return [leader || 'This process', leader ? 'leads, this pod' : 'leads'];
  if (state === 'STATE_UNKNOWN') return ['Not known', 'who leads'];
  if (!leader) return ['Nobody', 'leads'];
  return [leader, connected ? 'leads' : 'led when last heard of'];
}

function changeItem(change) {
  const item = byId('change').content.cloneNode(true).firstElementChild;
  const at = new Date(change.at);
  const time = item.querySelector('time');
  time.dateTime = change.at;
  time.textContent = clock(at, { fractionalSecondDigits: 3 });
  item.className = stateClass(change.state);
  item.querySelector('.state').classList.add(stateClass(change.state));
  const [leader, leads] = describeLeader(change.state, change.leader, true);
  fill(item, {
    state: word(change.state, 'STATE_'),
    leader,
    leads: leads + (change.fencing_token === '0' ? '' : `, token ${change.fencing_token}`),
    message: change.message,
  });
  return item;
}

function showChanges(lock) {
  const newest = [...lock.changes].reverse();
  const list = (name, changes) => lock.section.querySelector(`[data-list="${name}"]`).replaceChildren(...changes.map(changeItem));
  list('recent', newest.slice(0, RECENT));
  list('older', newest.slice(RECENT));
  const older = Math.max(0, newest.length - RECENT);
  lock.section.querySelector('details').hidden = older === 0;
  fill(lock.section, { more: `${older} earlier change${older === 1 ? '' : 's'}` });
}

function showTimes() {
  const leadersSince = { STATE_LEADER: 'Leads since', STATE_STANDBY: 'Leads since' };
  for (const { status, section } of page.locks.values()) {
    const told = status.leadership;
    const held = told.leader && told.lock.creation_time && leadersSince[told.state];
    const since = new Date(held ? told.lock.creation_time : told.state_since);
    fill(section, { sinceLabel: held || 'In this state since' });
    section.querySelector('[data-time="since"]').textContent = `${clock(since)}, ${ago(since)}`;
    section.querySelector('[data-time="verified"]').textContent = told.verified_at ? ago(new Date(told.verified_at)) : 'never';
  }
}

function show(lock) {
  const told = lock.status.leadership;
  const [leader, leads] = describeLeader(told.state, told.leader && told.leader.name, told.api_connected);
  fill(lock.section, {
    lock: told.lock.namespace ? `${told.lock.namespace}/${told.lock.name}` : told.lock.name,
    leader,
    leads,
    state: word(told.state, 'STATE_'),
    message: told.message,
    token: told.fencing_token === '0' ? 'none' : told.fencing_token,
    api: told.api_connected ? 'connected' : 'not connected',
    reason: word(told.reason, 'REASON_'),
  });
  lock.section.querySelector('.here .state').className = `state ${stateClass(told.state)}`;
  byId('pod').textContent = (told.self && told.self.name) || '(not in a cluster)';
  byId('version').textContent = `Version ${lock.status.version}.`;
  document.title = `${leader} ${leads} · ${told.lock.name}`;
}

function receive(event) {
  const status = JSON.parse(event.data);
  page.heard = Date.now();
  page.skew = new Date(status.now) - page.heard;
  if (page.fresh) {
    // Another broker's may be others.
    page.fresh = false;
    page.locks.clear();
    byId('locks').replaceChildren();
  }
  const name = status.leadership.lock.name;
  let lock = page.locks.get(name);
  if (!lock) {
    lock = { section: byId('lock').content.cloneNode(true).firstElementChild, changes: [] };
    page.locks.set(name, lock);
    byId('locks').append(lock.section);
  }
  lock.status = status;
  show(lock);
  if (status.changes.length > 0) {
    lock.changes = status.changes;
    showChanges(lock);
  }
  showConnection(true);
  showTimes();
}

function showConnection(live) {
  const connection = byId('connection');
  const since = page.heard === null ? '' : ` since ${clock(new Date(page.heard + page.skew))}`;
  const text = live ? 'Live' : `Not connected${since}; what is shown may be old`;
  if (connection.textContent !== text) connection.textContent = text;
  connection.className = live ? 'live' : 'lost';
  document.body.classList.toggle('lost-connection', !live);
}

let events = null;

function connect() {
  if (events !== null) events.close();
  events = new EventSource('events');
  const opened = Date.now();
  events.onopen = () => { page.fresh = true; };
  events.onmessage = receive;
  events.onerror = () => {
    showConnection(false);
    // By itself it comes back from a lost connection, not from an answer that is no stream.
    if (events.readyState === EventSource.CLOSED) setTimeout(connect, RETRY_MS);
  };
  events.opened = opened;
}

setInterval(() => {
  showTimes();
  if (events.readyState !== EventSource.OPEN || Date.now() - Math.max(page.heard || 0, events.opened) < SILENCE_MS) return;
  showConnection(false);
  connect();
}, 1000);
connect();
