// The keyboard of somebody who decides on cases. Everything here can be done without it,
// by Tab and Space; it saves the photos being fetched anew for each step. A key is
// written beside what it does, in data-key, and does nothing while somebody types.
(() => {
  "use strict";

  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = document.getElementById("case");
  const photos = () => all(".loket-photo");
  let looked = null; // the photo that zoom and turn are about

  // made returns an element with a class and a text or children.
  const made = (name, className, ...content) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    element.append(...content);
    return element;
  };

  // ticked sets a control as if it had been clicked.
  const ticked = (control, on = true) => {
    control.checked = on;
    control.dispatchEvent(new Event("change", {bubbles: true}));
  };

  const look = photo => {
    const large = one(".loket-large", photo);
    for (const other of photos()) if (other !== photo) ticked(one(".loket-large", other), false);
    ticked(large, !large.checked);
    looked = photo;
    one(".loket-photo__stage", photo).focus();
  };

  // step moves on in a row of radio buttons: by so many, round again where the row is a circle.
  const step = (kind, by, circle) => {
    const photo = photos().find(p => p.contains(document.activeElement)) || looked || photos()[0];
    if (!photo) return;
    const row = all(`input[name^="${kind}-"]`, photo);
    const at = row.findIndex(input => input.checked) + by;
    ticked(row[circle ? (at + row.length) % row.length : Math.min(Math.max(at, 0), row.length - 1)]);
  };

  const press = target => {
    if (target.matches(".loket-photo")) return look(target);
    target.focus();
    if (target.type === "radio") ticked(target);
    else if (target.tagName === "BUTTON") target.click();
    if (target.id === "choice-refuse") one("#reason")?.focus();
  };

  const keys = {
    "+": () => step("zoom", 1), "=": () => step("zoom", 1), "-": () => step("zoom", -1),
    "t": () => step("turn", 1, true),
    "k": () => { const next = one("input[name=seen]:not(:checked)"); if (next) { next.focus(); ticked(next); } },
    "?": () => one("#keys")?.showModal(),
    "Enter": () => form?.requestSubmit(document.getElementById("confirm")),
  };

  const isOff = () => sessionStorage.getItem("keys") === "off";
  const typing = target => target.matches("textarea, select, input:not([type=radio], [type=checkbox])");

  document.addEventListener("keydown", event => {
    const {key, target} = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (one("dialog[open]")) return; // its own keys are those of the browser
    if (typing(target)) {
      if (key === "Escape") target.blur();
      return;
    }
    if (isOff() && key !== "?" || key === "Enter" && target.matches("button, a, summary")) return;
    const marked = one(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
    if (!marked && !keys[key]) return;
    event.preventDefault();
    if (marked) press(marked); else keys[key]();
  });

  const help = one("#keys-open");
  if (help) {
    help.hidden = false;
    help.addEventListener("click", keys["?"]);
    const on = one("#keys-on");
    on.checked = !isOff();
    on.addEventListener("change", () => sessionStorage.setItem("keys", on.checked ? "on" : "off"));
  }
  if (!form) return;

  // late tells when little time is left. The clock of this machine does not count, only
  // how long ago the page came.
  const late = one("#late");
  const warn = () => {
    const left = form.dataset.left - performance.now() / 1000;
    const text = left <= 0 ? late.dataset.over : left <= 300 ? late.dataset.soon : "";
    if (late.textContent !== text) late.textContent = text;
  };
  warn();
  setInterval(warn, 1000);

  const post = async address => {
    const answer = await fetch(address, {
      method: "POST", headers: {Accept: "application/json"}, body: new URLSearchParams(new FormData(form)),
    });
    const isJSON = answer.ok && !answer.redirected && (answer.headers.get("Content-Type") || "").startsWith("application/json");
    return isJSON ? answer.json() : null;
  };

  // rows returns a list of facts as the page draws them.
  const rows = facts => made("dl", "loket-facts", ...facts.map(fact => {
    const value = made("dd", "", made("bdi", "", fact.value));
    for (const {stand, sign, word, about} of fact.marks || []) {
      const drawn = made("span", "", sign);
      drawn.ariaHidden = "true";
      const said = made("span", stand === "agrees" ? "govuk-visually-hidden" : "", word);
      value.append(" ", made("span", "loket-mark loket-mark--" + stand, drawn, " ", said, about ? " " + about : ""));
    }
    return made("div", "loket-facts__row", made("dt", "", fact.label), value);
  }));

  // The zone is compared when it has the length of one (ICAO Doc 9303, parts 4 to 6).
  const zone = one("#mrz");
  const compare = async () => {
    const found = await post(one("#compare").formAction);
    if (!found) return;
    one("#mrz-marks").replaceChildren(found.problem ? made("p", "govuk-error-message", found.problem) : rows(found.facts));
  };
  zone?.addEventListener("input", () => {
    if ([72, 88, 90].includes(zone.value.replace(/\s/g, "").length)) compare();
  });

  // sign shows exactly what is to be confirmed; the form in the box carries all that was typed.
  const box = one("#sign-box");
  const sign = one("form", box);
  // Nobody confirms before the photos are there to be looked at.
  const seen = () => Promise.all(all(".loket-photo img").map(image => image.decode().catch(() => {})));
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    await seen();
    const asked = await post(form.action).catch(() => null);
    asking = false;
    if (!asked) return form.submit(); // the page says what is wrong
    sign.dataset.options = asked.options;
    const chosen = one("input[name=candidate]:checked ~ label bdi");
    const who = chosen ? [{label: box.dataset.who, value: chosen.textContent}] : [];
    one("#sign-lines").replaceChildren(rows([...asked.lines, ...who]));
    for (const copy of all("input[type=hidden]:not([name=response])", sign)) copy.remove();
    for (const [name, value] of [...new FormData(form), ["proposed", asked.proposed]]) {
      const copy = made("input");
      Object.assign(copy, {type: "hidden", name, value});
      sign.append(copy);
    }
    box.close();
    box.showModal();
    one("button[type=submit]", sign).focus();
  };
  form.addEventListener("submit", event => {
    const id = event.submitter?.id;
    if (!["confirm", "default", "compare"].includes(id)) return;
    event.preventDefault();
    if (id === "compare") compare(); else ask();
  });
  one("#sign-not", box).addEventListener("click", () => box.close());
})();
