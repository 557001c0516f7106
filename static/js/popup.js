// The end of a login in a window of its own: the answer goes to the page that opened it, and to no other (an exact
// targetOrigin). Where a Cross-Origin-Opener-Policy has cut the two apart there is no opener; that page asks the server.
const answered = /** @type {HTMLElement} */ (document.querySelector('[data-answer]')).dataset;

opener?.postMessage(JSON.parse(answered.answer || ''), answered.origin);
close();
