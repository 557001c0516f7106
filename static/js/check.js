// What scripts add to the check page: HTML pasted into the wrong field finds the right one, the button says that it is
// working, pictures that do not come leave their room, and findings can be narrowed to one platform.

const say = (text) => document.dispatchEvent(new CustomEvent("page-say", { detail: { text } }));

for (const form of document.querySelectorAll("[data-check]")) {
  const button = form.querySelector("[data-working]");
  const words = button.textContent;
  form.addEventListener("submit", () => {
    button.textContent = button.dataset.working;
    button.setAttribute("aria-busy", "true");
  });
  // Coming back by the browser's own button shows the page as it was left.
  addEventListener("pageshow", () => {
    button.textContent = words;
    button.removeAttribute("aria-busy");
  });
}

const address = document.getElementById("url");
const html = document.getElementById("html");
address?.addEventListener("paste", (event) => {
  const text = event.clipboardData?.getData("text") ?? "";
  if (!/^\s*</.test(text)) return;
  event.preventDefault();
  html.closest("details").open = true;
  html.value = text;
  html.focus();
  say("That is HTML: it is in the field below.");
});

const gone = (image) => image.classList.add("missing");
for (const image of document.querySelectorAll("[data-picture]")) {
  if (image.complete && !image.naturalWidth && image.loading !== "lazy") gone(image);
  image.addEventListener("error", () => gone(image));
}

const only = document.querySelector("[data-only]");
const none = document.querySelector("[data-none]");
function narrow() {
  let shown = 0;
  for (const group of document.querySelectorAll(".group")) {
    let left = 0;
    for (const item of group.querySelectorAll("[data-platforms]")) {
      item.hidden = Boolean(only.value) && !item.dataset.platforms.split(" ").includes(only.value);
      left += Number(!item.hidden);
    }
    group.hidden = !left;
    shown += left;
  }
  none.hidden = shown > 0;
  return shown;
}
only?.addEventListener("change", () => {
  const shown = narrow();
  say(shown === 1 ? "1 finding" : `${shown} findings`);
});
if (only?.value) narrow(); // the browser kept the choice over a reload
