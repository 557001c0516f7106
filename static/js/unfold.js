// Telegram answers behind the # of the address, as base64url of JSON: read it, and come back with plain fields.
// https://core.telegram.org/widgets/login (read 2026-11)
const found = /[#&]tgAuthResult=([\w+/=-]+)/.exec(location.hash);
const state = new URLSearchParams(location.search).get('state');

/** @param {string} text base64url of UTF-8 JSON */
const read = (text) => {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(plain, (letter) => letter.charCodeAt(0))));
};

if (found && state) {
  const fields = new URLSearchParams({ state });
  for (const [name, value] of Object.entries(read(found[1]))) fields.set(name, String(value));
  location.replace(`${location.pathname}?${fields}`);
} else {
  location.replace('/');
}
