/** Times as people say them. */

// Seconds.
const HOUR = 3600;
const DAY = 86400;
// After so many days the date says more.
const DAYS = 6;

/** Times as people say them, in the page's language. @param {HTMLElement} feed what has a language, and times */
export const tell = (feed) => {
  const { lang } = feed;
  const words = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  for (const t of feed.querySelectorAll('time')) {
    const date = new Date(t.dateTime);
    const past = (Date.now() - +date) / 1000;
    t.title ||= date.toLocaleString(lang);
    if (past < DAYS * DAY)
      t.textContent = past < HOUR ? words.format(-Math.round(past / 60), 'minute')
        : past < DAY ? words.format(-Math.round(past / HOUR), 'hour') : words.format(-Math.round(past / DAY), 'day');
  }
};
