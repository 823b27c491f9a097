// When an incident changes, the parts of the page that are marked `data-live` are read again and replaced. What somebody is
// typing in stays. Without an answer from the server the page is simply as old as its reading.
const PAUSE_MS = 400;
/** Without events: what counts time goes on, and a missed one does no harm. */
const REFRESH_MS = 30_000;

const follows = document.getElementById('main').dataset.follows;
let waiting;
let reading = false;

function later(ms = PAUSE_MS) {
  clearTimeout(waiting);
  waiting = setTimeout(read, ms);
}

async function read() {
  if (reading || document.hidden) return;
  reading = true;
  try {
    const response = await fetch(location.href, { headers: { accept: 'text/html' } });
    if (response.ok && !response.redirected) replace(await response.text());
  } catch {
    // The next event, or the next half minute, tries again.
  } finally {
    reading = false;
  }
}

function replace(text) {
  const fresh = new DOMParser().parseFromString(text, 'text/html');
  let changed = false;
  for (const part of document.querySelectorAll('[data-live]')) {
    const next = fresh.getElementById(part.id);
    if (next === null || isInUse(part) || next.innerHTML === part.dataset.was) continue;
    const isNews = part.dataset.was !== undefined;
    const was = next.innerHTML;
    if (isNews || normal(part) !== normal(next)) {
      keepOpen(part, next);
      part.replaceChildren(...next.childNodes);
      changed = true;
    }
    part.dataset.was = was;
  }
  document.title = fresh.title;
  if (changed) document.dispatchEvent(new Event('spanwatch:changed'));
}

function normal(element) {
  return element.textContent.replace(/\s+/g, ' ');
}

/** Somebody is writing in it, or has begun to. */
function isInUse(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches('input, textarea, select'))
    return true;
  return [...part.querySelectorAll('textarea')].some((area) => area.value !== area.defaultValue);
}

function keepOpen(part, next) {
  const was = [...part.querySelectorAll('details')];
  [...next.querySelectorAll('details')].forEach((details, i) => (details.open = was[i]?.open ?? false));
}

const events = new EventSource('/api/v1/events');
events.addEventListener('incident', ({ data }) => {
  if (follows === '' || JSON.parse(data).incidentId === follows) later();
});
// Log lines came after the incident was told.
events.addEventListener('context', ({ data }) => {
  if (JSON.parse(data).incidentId === follows) later();
});
events.addEventListener('reset', () => later());
document.addEventListener('visibilitychange', () => later());
setInterval(() => later(0), REFRESH_MS);
