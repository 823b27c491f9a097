// Times are in UTC, as in every message; the reader's own time is their title.
function titleTimes() {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: 'medium',
    timeStyle: 'medium',
  });
  for (const time of document.querySelectorAll('time[datetime]')) {
    time.title = format.format(new Date(time.dateTime));
  }
}

titleTimes();
document.addEventListener('spanwatch:changed', titleTimes);
