// What scripts add to Handbill's own pages: a colour switch, copying, and saying what was done.
// Everything works without this file; nothing is stored before a click.

const SCHEME = "handbill-scheme";
const root = document.documentElement;
const wantsDark = matchMedia("(prefers-color-scheme: dark)");

/** Say something once, on screen and to a screen reader; `quiet` to the latter only. */
function say(text, quiet = false) {
  const place = document.querySelector("[data-said]");
  if (!place) return;
  place.textContent = "";
  place.className = quiet ? "unseen" : "said";
  clearTimeout(say.timer);
  requestAnimationFrame(() => { place.textContent = text; });
  say.timer = setTimeout(() => { place.textContent = ""; }, 3000);
}

const isDark = () => (root.dataset.scheme ? root.dataset.scheme === "dark" : wantsDark.matches);

/** Keep a choice that differs from the visitor's own setting; forget one that does not. */
function choose(scheme) {
  const own = wantsDark.matches ? "dark" : "light";
  try {
    if (scheme === own) localStorage.removeItem(SCHEME);
    else localStorage.setItem(SCHEME, scheme);
  } catch { /* storage is refused: the choice lasts for this page */ }
  if (scheme === own) delete root.dataset.scheme;
  else root.dataset.scheme = scheme;
}

function schemeSwitch(button) {
  const show = () => button.setAttribute("aria-pressed", String(isDark()));
  button.addEventListener("click", () => { choose(isDark() ? "light" : "dark"); show(); });
  wantsDark.addEventListener("change", show);
  show();
}

/** Copy by the clipboard API, or by a selection where the page is not on https. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const done = await copy((source.value ?? source.textContent).trim());
  button.focus();
  if (!done) getSelection().selectAllChildren(source);
  say(done ? button.dataset.done || "Copied" : button.dataset.failed || "Selected. Copy it with the keyboard.");
});

// Other scripts of ours speak to this one by events: modules of two versions could otherwise both be loaded.
document.addEventListener("page-say", (event) => say(event.detail.text, event.detail.quiet));

for (const button of document.querySelectorAll("[data-scheme-switch]")) schemeSwitch(button);
