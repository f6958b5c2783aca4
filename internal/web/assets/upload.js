// Sends a photo in pieces, so that a line that breaks costs one piece and not the photo. It
// goes on by itself when the line is back, and after the page was loaded again once
// the same photo is chosen again. Large photos are made smaller first, to spare data.
// Without this script the form sends the photo whole. All texts come from the page.
(() => {
  "use strict";

  const longest = 3000; // pixels of a side: more than small print needs
  const worthwhile = 1500000; // bytes; smaller photos are sent as they are
  const patience = 60000; // milliseconds for one piece
  const memory = "loket-photo";

  const form = document.querySelector("form[data-photo]");
  if (!form || !window.fetch || !window.AbortController) return;
  const status = document.getElementById("photo-status");
  const problem = document.getElementById("photo-error");
  const inputs = [...form.querySelectorAll("input[type=file]")];
  const button = form.querySelector("button[type=submit]");

  const say = (name, percent) => {
    const text = status.dataset[name].replace("{percent}", percent);
    if (status.textContent !== text) status.textContent = text;
  };

  const complain = text => {
    status.textContent = "";
    problem.lastElementChild.textContent = text;
    problem.hidden = false;
    problem.parentElement.classList.add("govuk-form-group--error");
    inputs[0].setAttribute("aria-invalid", "true");
    button.disabled = false;
    inputs[0].focus();
  };

  // What is remembered, in this tab only, is where a photo was being sent to, never the
  // photo. Leaving quickly clears it.
  const remember = value => {
    try {
      if (value) sessionStorage.setItem(memory, JSON.stringify(value));
      else sessionStorage.removeItem(memory);
    } catch { /* no storage: after loading again it begins anew */ }
  };
  const remembered = () => {
    try {
      return JSON.parse(sessionStorage.getItem(memory)) || {};
    } catch {
      return {};
    }
  };

  // online waits until the line may be back: a moment, longer each time.
  const online = tries => new Promise(resolve => {
    const timer = setTimeout(resolve, Math.min(1000 * 2 ** tries, 15000));
    addEventListener("online", () => { clearTimeout(timer); resolve(); }, {once: true});
  });

  // call asks the server once. It returns null where the line broke or the server is down.
  const call = async (path, options) => {
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), patience);
    try {
      const response = await fetch(form.dataset.photo + path, {...options, signal: cut.signal, cache: "no-store"});
      if (response.status >= 500 && response.status !== 503) return null;
      return {status: response.status, ...await response.json()};
    } catch {
      return null;
    } finally {
      clearTimeout(timer);
    }
  };

  // ask asks until there is an answer.
  const ask = async (path, options) => {
    for (let tries = 0; ; tries++) {
      const answer = await call(path, options);
      if (answer) return answer;
      if (tries === 20) return {status: 0, text: status.dataset.failed};
      say("waiting");
      await online(tries);
    }
  };

  // faithful reports whether a canvas gives back what was painted: some browsers blur it,
  // to make people hard to follow.
  const faithful = () => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const context = canvas.getContext("2d");
    context.fillStyle = "#35a1c7";
    context.fillRect(0, 0, 8, 8);
    const seen = context.getImageData(0, 0, 8, 8).data;
    return seen.every((value, i) => value === [0x35, 0xa1, 0xc7, 0xff][i % 4]);
  };

  // smaller returns the photo with no side above the longest, or as it is where that
  // cannot be done or is not worth it.
  const smaller = async file => {
    if (file.size < worthwhile || !window.createImageBitmap || !faithful()) return file;
    try {
      const picture = await createImageBitmap(file);
      const scale = longest / Math.max(picture.width, picture.height);
      if (scale >= 1) return file;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const made = await new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", 0.9));
      return made && made.size < file.size ? made : file;
    } catch {
      return file;
    }
  };

  // begin returns where the photo is sent to and how much of it is there.
  const begin = async (file, blob) => {
    const mark = {to: form.dataset.photo, kind: form.dataset.kind, from: file.size + "/" + file.lastModified, size: blob.size};
    const before = remembered();
    if (before.id && Object.keys(mark).every(key => before[key] === mark[key])) {
      const answer = await ask("/" + before.id);
      if (answer.status === 200) return {id: before.id, have: answer.have};
    }
    const answer = await ask("", {method: "POST", body: new URLSearchParams({kind: mark.kind, size: mark.size})});
    if (answer.status === 200) remember({...mark, id: answer.id});
    return answer.status === 200 ? {id: answer.id, have: 0} : answer;
  };

  // give up: what the server refused is begun anew the next time, what broke goes on.
  const give = answer => {
    if (answer.status >= 400) remember(null);
    complain(answer.text || status.dataset.failed);
  };

  const send = async file => {
    say("smaller");
    const blob = await smaller(file);
    const photo = await begin(file, blob);
    if (!photo.id) return give(photo);
    const piece = Number(form.dataset.piece);
    for (let have = photo.have, stuck = 0; have < blob.size;) {
      say("sending", Math.floor(10 * have / blob.size) * 10);
      let answer = await call(`/${photo.id}?start=${have}`, {method: "POST", body: blob.slice(have, have + piece)});
      if (!answer || answer.status === 409) answer = await ask("/" + photo.id); // how much came?
      if (answer.status !== 200 || stuck > 20) return give(answer);
      stuck = answer.have > have ? 0 : stuck + 1;
      have = answer.have;
    }
    say("checking");
    const done = await ask(`/${photo.id}/finish`, {method: "POST"});
    if (done.status !== 200) return give(done);
    remember(null);
    location.assign(done.next);
  };

  form.addEventListener("submit", event => {
    const file = inputs.flatMap(input => [...input.files])[0];
    if (!file) return; // the page says so
    event.preventDefault();
    problem.hidden = true;
    button.disabled = true;
    send(file);
  });
})();
