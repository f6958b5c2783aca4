// Passkeys for the pages of people who work here. A form with data-passkey sends
// what the passkey answers in its field "response"; data-options holds what the
// server asks, as JSON. What goes wrong is told by a text that the page holds.
(() => {
  "use strict";

  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), c => c.charCodeAt(0));
  const text = buffer => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  // read turns the base64url texts of options into bytes, as the browser wants them.
  const read = options => {
    const key = options.publicKey;
    key.challenge = bytes(key.challenge);
    if (key.user) key.user.id = bytes(key.user.id);
    for (const list of [key.allowCredentials, key.excludeCredentials]) {
      for (const credential of list || []) credential.id = bytes(credential.id);
    }
    return {publicKey: key};
  };

  // written turns what a passkey answers into JSON.
  const written = credential => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    if (credential.response.getTransports) response.transports = credential.response.getTransports();
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      authenticatorAttachment: credential.authenticatorAttachment || undefined,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  };

  const ask = async form => {
    const problem = form.querySelector("[data-passkey-problem]");
    const buttons = [...form.querySelectorAll("button")];
    problem.hidden = true;
    for (const b of buttons) b.disabled = true;
    try {
      const options = read(JSON.parse(form.dataset.options));
      form.elements.response.value = written(await navigator.credentials[form.dataset.passkey](options));
      form.submit();
    } catch {
      for (const b of buttons) b.disabled = false;
      problem.hidden = false;
      problem.focus();
    }
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", event => {
      event.preventDefault();
      ask(form);
    });
  }
})();
