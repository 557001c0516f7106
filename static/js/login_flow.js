/**
 * A page that logs its visitors in by itself: an OpenID Connect client without a secret, by the code flow with PKCE
 * (RFC 6749 §4.1, RFC 7636), in this window or in one of its own. Nothing is stored before a click, and nothing
 * afterwards.
 *
 * @typedef {import("./start.js").Kit} Kit
 * @typedef {(name: string) => string} Said an attribute of the element
 * @typedef {{issuer: string, client_id: string, back: string[], lang: string, dir: string,
 *   words: {denied: string, failed: string}, error?: object}} Client
 * @typedef {{verifier: string, challenge: string, state: string, nonce: string, back?: string}} Attempt
 */

const KEY = 'hb-login';
// As long as an attempt lives at the server, in milliseconds; and how often it is asked where windows cannot speak.
const LIFE = 600000;
const PAUSE = 2000;
// Clocks of visitors are minutes off; the site's back end has a right one, and checks again.
const SKEW = 300000;

/** @param {ArrayBuffer | Uint8Array<ArrayBuffer>} bytes as base64url */
const text = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=/g, '');
const random = () => text(crypto.getRandomValues(new Uint8Array(32)));

/** What the next click sends along. It is there beforehand: a window opened after a wait is blocked.
 * @type {Attempt | undefined} */
let next;
const prepare = async () => {
  const verifier = random();
  // Pages without https have no crypto.subtle: there the links do what links do.
  const hash = await crypto.subtle?.digest('SHA-256', new TextEncoder().encode(verifier));
  if (hash) next = { verifier, challenge: text(hash), state: random(), nonce: random() };
};

/** @type {Record<string, Promise<Client>>} */
const clients = {};
/** What the server knows of the page's site. @param {HTMLElement} el @param {Kit} kit @param {Said} said */
const clientOf = async (el, kit, said) => {
  const url = `${kit.host}/widgets/login/client.json?${new URLSearchParams({
    lang: said('lang') || /** @type {any} */ (el.closest('[lang]'))?.lang || '',
    site: said('site') || kit.site || '',
  })}`;
  const client = await (clients[url] ||= fetch(url).then((reply) => reply.json()));
  if (client.error) throw client.error;
  return client;
};

/** Ends the waiting for the window that is open. @type {any} */
let pending;

/** @param {Client} client @param {string} path @param {Record<string, string>} fields */
const post = ({ issuer, client_id }, path, fields) =>
  fetch(issuer + path, { method: 'POST', body: new URLSearchParams({ client_id, ...fields }) });

/** The visitor is back: exchange the code, and tell the page who it is; or say by the buttons what went wrong.
 * @param {any} answer @param {Attempt} attempt @param {HTMLElement} el @param {Kit} kit @param {Client} client */
const finish = async ({ code, error, state, iss }, attempt, el, kit, client) => {
  const { issuer, client_id, lang, dir, words } = client;
  const root = /** @type {ShadowRoot} */ (el.shadowRoot);
  root.querySelector('p')?.remove();
  try {
    if (error || state != attempt.state || iss != issuer) throw error;
    const reply = await post(client, '/oauth/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: attempt.back || '',
      code_verifier: attempt.verifier,
    });
    const { id_token, error: refused } = await reply.json();
    if (refused) throw refused;
    // It comes from the issuer itself over TLS, which stands for its signature (OpenID Connect Core §3.1.3.7).
    const body = atob(id_token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/'));
    const claims = JSON.parse(new TextDecoder().decode(Uint8Array.from(body, (c) => c.charCodeAt(0))));
    if (claims.iss != issuer || claims.aud != client_id || claims.nonce != attempt.nonce) throw 0;
    if (!(claims.exp * 1000 > Date.now() - SKEW)) throw 0;
    const told = ['sub', 'name', 'picture', 'email', 'email_verified', 'network'].filter((key) => key in claims);
    kit.fire(el, 'hb-login', { id_token, profile: Object.fromEntries(told.map((key) => [key, claims[key]])) });
  } catch (/** @type {any} */ e) {
    const message = words[e == 'access_denied' ? 'denied' : 'failed'];
    const note = Object.assign(document.createElement('p'), { role: 'alert', lang, dir, textContent: message });
    note.setAttribute('part', 'note');
    note.style.margin = '0 0 12px';
    root.prepend(note);
    kit.fire(el, 'hb-error', { code: e?.at ? e : 'login_failed', message });
  }
};

/** Wait for what the window says; where it cannot say anything, ask the server.
 * @param {any} win @param {Attempt} attempt @param {Client} client @param {(answer: any) => void} then */
const wait = (win, { state, verifier }, client, then) => {
  const since = Date.now();
  pending?.();
  /** @param {any} [answer] */
  const end = (answer) => {
    clearInterval(timer);
    removeEventListener('message', hear);
    pending = 0;
    if (answer) then(answer);
  };
  /** @param {MessageEvent} e */
  const hear = (e) => e.origin == client.issuer && e.source == win && e.data?.state == state && end(e.data);
  const timer = setInterval(async () => {
    if (Date.now() - since > LIFE) end({});
    // Closed, or cut off from us by a Cross-Origin-Opener-Policy, which reads the same.
    if (!win.closed) return;
    const reply = await post(client, '/oauth/popup', { state, verifier }).catch(() => {});
    if (reply?.status == 200 && pending == end) end(await reply.json());
  }, PAUSE);
  addEventListener('message', hear);
  pending = end;
};

/** Get ready for a click on an element's links; return what does it, at once.
 * @param {HTMLElement} el @param {Kit} kit @param {Said} said */
export const attend = async (el, kit, said) => {
  const [client] = await Promise.all([clientOf(el, kit, said), prepare()]);
  return (/** @type {MouseEvent} */ e, /** @type {HTMLAnchorElement} */ a) => {
    const here = location.href.split(/[?#]/)[0];
    const back =
      said('return-to') ||
      client.back.find((url) => url == here) ||
      client.back.find((url) => new URL(url).origin == location.origin);
    // Nobody logs in in a frame: there too the links do what links do.
    if (!/click/.test(e.type) || !next || !back || self != top) return;
    e.preventDefault();
    if (e.detail > 1) return; // the second half of a double click
    const attempt = { ...next, back };
    prepare();
    const url = `${client.issuer}/oauth/authorize?${new URLSearchParams({
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: back,
      scope: said('scope') || 'openid profile email',
      state: attempt.state,
      nonce: attempt.nonce,
      code_challenge: attempt.challenge,
      code_challenge_method: 'S256',
      ui_locales: client.lang,
      network: a.slot,
    })}`;
    // Apps with a browser inside, and pages started from a phone's home screen, have no second window.
    const single = /FBA[NV]|Instagram|Line\/|; wv\)/.test(navigator.userAgent) || matchMedia('(display-mode:standalone)').matches;
    if (said('mode') == 'popup' && !single) {
      const win = open(url + '&popup=on', KEY, 'popup,width=480,height=680');
      if (win) return wait(win, attempt, client, (answer) => finish(answer, attempt, el, kit, client));
    }
    try {
      sessionStorage[KEY] = JSON.stringify(attempt);
      location.href = url;
    } catch {
      location.href = a.href; // storage is closed to us: as without scripts
    }
  };
};

/** The visitor may be back on this very page.
 * @param {HTMLElement} el @param {Kit} kit @param {Said} said */
export const arrive = async (el, kit, said) => {
  const client = await clientOf(el, kit, said);
  const url = new URL(location.href);
  const answer = Object.fromEntries(url.searchParams);
  if (answer.iss != client.issuer || !answer.state) return;
  for (const name of ['code', 'state', 'iss', 'error', 'error_description']) url.searchParams.delete(name);
  history.replaceState(history.state, '', url);
  let kept = '{}';
  try {
    kept = sessionStorage[KEY] || kept;
    delete sessionStorage[KEY];
  } catch {
    // Storage is closed to us: then this is no attempt of ours.
  }
  finish(answer, JSON.parse(kept), el, kit, client);
};
